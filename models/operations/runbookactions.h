// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>

#include "operations/runbooksql.h"

namespace howdah::operations {

/// A step's name as a word of the script that needs no quotes.
QString stepWord(const Step &step);

/// The lines of a runbook's script that do or ask what an action says, and prove it. Used by one thread.
class RunbookActions {
public:
    /// config and sql must outlive it.
    RunbookActions(const Plan &plan, const cluster::ClusterConfig &config, RunbookSql &sql);

    /// What ends the script when it does not come out as it must.
    QString text(const Action &action, const Step &step);
    /// The same of several, as a function that ends with another status instead: 2 when what is not so was a question
    /// before anything was done, else 1. acts: they do something. Returned is its name.
    QString group(const std::vector<Action> &actions, const Step &step, bool acts);
    /// Of a step that takes the cluster lock: that nobody has it, since a session of psql ends at once. orSilent: or
    /// that its node says nothing.
    QString lockLookText(const Step &step, bool orSilent);
    /// The way back, which somebody may go later: what was so when the script failed need not be so by then, and
    /// silence proves nothing. What is to be put back comes out of the file in which it is kept.
    QString undoText(const Step &step);
    /// The secrets that the way back of a step takes.
    QStringList keptFor(const Step &step) const;

private:
    enum class Came { FromServer, FromElsewhere }; ///< a server's words are in the script's hands
    QString failing(const QString &about, Came came = Came::FromElsewhere) const;
    QStringList secretsIn(const Action &action) const;
    QString onlyIfText(const Action &action, const Step &step, const QString &line);
    QString personText(const Action &action);
    QString sqlText(const Action &action, const QString &about, int seconds);
    QString statementText(const Action &action, const QString &name, const QString &about,
                          const QString &patience) const;
    QString willText(const Action &action, const QString &name, const QString &about);
    QString httpText(const Action &action, const QString &about, int seconds);
    QString errandText(const Action &action, const QString &about, int seconds);
    QString commandText(const Action &action, const QString &about, int seconds);
    bool isFar(const Action &action) const;
    QString commandLine(const Action &action) const;
    QString captures(const Action &action, const QString &about) const;

    Plan m_secrets; ///< nothing but these, for people
    const cluster::ClusterConfig &m_config;
    RunbookSql &m_sql;
    QHash<QString, QString> m_wills; ///< their functions, by node and statement
    QString m_otherwise;             ///< what a line does instead of ending the script
    bool m_takesBack = false;
    bool m_isFirst = false; ///< of several, some of which act, the line is the first
};

} // namespace howdah::operations
