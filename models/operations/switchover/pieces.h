// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"
#include "operations/switchover/facts.h"
#include "operations/switchover/syncrule.h"

namespace howdah::operations::switchover {

/// Names and numbers of one switchover, and the building blocks of its steps: what piecesOf() makes of the facts.
struct Pieces {
    QString primary;
    QString candidate;
    QStringList siblings;
    QStringList others;    ///< every standby that answers but the candidate, whomever it follows
    QStringList away;      ///< who did not answer, whatever it is: silence is its answer
    QStringList cascading; ///< of those, who follow another standby, and stream
    QStringList delayed;   ///< of those, who replay with a delay, and are not waited for
    int timeline = 0;      ///< before
    QString systemIdentifier;
    QString candidateHostName; ///< as other nodes reach it
    QString candidatePort;
    QString candidateSlot;        ///< on the old primary; empty without one
    QString candidateApplication; ///< application_name of its walsender
    QString oldPrimarySlot;       ///< on the candidate, for the old primary
    QStringList newSlots;         ///< to be made on the candidate
    QStringList allSlots;         ///< on the candidate, of those who will follow it
    QStringList delayedSlots;     ///< of those, which are in use only once a delay is over
    QStringList leftoverSlots;    ///< on the old primary that nobody uses any more
    SyncRule sync;                ///< of the new primary, natively
    bool ownSyncRule = false;     ///< the candidate has one already
    HostAccess host;              ///< of the old primary
    HostAccess candidateHost;
    QString dataDirectory;    ///< of the old primary, for people
    QString archiveMode;      ///< its setting; empty: not known
    int candidateVersion = 0; ///< server_version_num
    int fetchRetryMs = 0;     ///< wal_retrieve_retry_interval of the candidate
    int stopDeadlineMs = 15'000;
    std::vector<Secret> secrets;
    QHash<QString, QStringList> inAutoConf;            ///< by node
    QStringList readsFiles;                            ///< nodes whose pg_file_settings can be read
    QHash<QString, QHash<QString, QString>> oldValues; ///< by node and setting: SQL that stands for what was there

    Step step(const QByteArray &id, Phase phase, const QString &title, const QStringList &nodes, int deadlineMs,
              int expectedMs) const;
    Action sql(const QString &node, const QString &text, const QString &about = {}) const;
    /// A question whose first column must be true; asked again every pollMs when that is not 0.
    Action holds(const QString &node, const QString &text, const QString &about, int pollMs = 0) const;
    Action command(const QString &node, const QStringList &argv, const QString &about) const;
    /// ALTER SYSTEM SET name = value in the step, and its undo. isOurs: what a value of it is asked for with to be this
    /// one, "= 'x'".
    void changeSetting(Step &step, const QString &node, const QString &name, const QString &valueSql,
                       const QString &isOurs) const;
    /// Of a primary_conninfo, by where it leads: it may hold a password, which need not be known for that.
    QString leadsToCandidate() const;
    /// What was written since is taken over, and with it what others have written.
    Action reload(const QString &node) const;
    /// The same only where settings of ours run, by name and isOurs: somebody has reloaded what was only prepared.
    Action reloadWhereOurs(const QString &node, const std::vector<std::pair<QString, QString>> &settings) const;
    void restoreSetting(std::vector<Action> &actions, const QString &node, const QString &name) const;

    /// On the old primary's host: stops it fast, waits until pg_control says "shut down", puts standby.signal in place,
    /// prints pg_controldata.
    QStringList stopScript() const;
    /// What standby.signal has in it when this switchover has put it there: another one is that of a standby, whose
    /// directory is called the same on its own host.
    QString signalMark() const;
    QStringList controlDataCommand() const;
    /// Makes sure that no server of that directory is on its way down, and that standby.signal is there or not.
    QStringList clearScript(bool asStandby) const;
    /// Starts the server unless it runs.
    Action startAction(const QString &about) const;
    /// Nobody has promoted the candidate, nor let it follow another primary: asked before the old primary is let write
    /// again.
    Action stillStandby() const;
    /// The same for whoever takes back what was prepared, later, or elsewhere; silence says nothing against it.
    Action isStandbyStill() const;
    /// The same of every other standby: nobody has made one of them the primary.
    std::vector<Action> othersStandBy() const;
    /// The old primary serves as the primary again, however far its stop had come.
    std::vector<Action> backToService() const;
    /// All hold only when the candidate is in recovery and no promotion has been asked for that it has yet to come to.
    /// Empty where that can't be proved.
    std::vector<Action> notPromoted() const;
};

Pieces piecesOf(const Facts &facts, const Cast &cast);
/// Where a manager acts and the console looks on: names alone, nothing that changes a server.
Pieces piecesToLookOn(const Facts &facts, const Cast &cast);

} // namespace howdah::operations::switchover
