// SPDX-License-Identifier: GPL-3.0-or-later
// Does the old primary stop cleanly, and soon?
#include <QCoreApplication>
#include <QSet>
#include <algorithm>

#include "cluster/positions.h"
#include "cluster/topologymatch.h"
#include "core/units.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/owners.h"

namespace howdah::operations::switchover {

using cluster::at;
using core::formatSeconds;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

struct Stop {
    const Facts &facts;
    const cluster::NodeStatus &node;
    const cluster::NodeSample &sample;

    Check answer(const char *id, const QString &title, CheckResult result, const QString &evidence,
                 const QString &remedy = {}) const
    {
        return made(id, tr("%1 stops cleanly").arg(node.name), title, node.name, result, evidence, remedy);
    }
};

enum class Heard { Lately, LongAgo, NotKnown };

/// Of a standby that can't be asked only the primary's clock tells, which need not be its own.
Heard whenHeard(const Stop &stop, const cluster::Edge &edge, const Limits &limits)
{
    const cluster::NodeStatus &receiver = stop.facts.state.snapshot->nodes[at(edge.to)];
    const bool asked = isFresh(*stop.facts.state.snapshot, receiver);
    const auto age = replyAgeMs(*edge.sender, asked ? *receiver.sample : stop.sample);
    return !age                                                                   ? Heard::NotKnown
           : *age >= (asked ? limits.silentWalsenderMs : limits.silentConsumerMs) ? Heard::LongAgo
                                                                                  : Heard::Lately;
}

/// A fast stop waits until every walsender's receiver has confirmed all: one that doesn't listen holds it up for
/// wal_sender_timeout, one of logical replication as long as its consumer takes. (ShutdownXLOG in xlog.c.)
Check checkSenders(const Stop &stop, const Cast &cast, const Limits &limits)
{
    const QString title = tr("Every receiver is known");
    const cluster::Topology &topology = stop.facts.state.assessment->topology;
    for (const cluster::Sender &sender : stop.sample.senders) {
        if (!sender.visible()) {
            return stop.answer("walsenders_known", title, CheckResult::Unknown, tr("pg_stat_replication can't be read"),
                               tr("Grant pg_monitor to the console's role on %1.").arg(stop.node.name));
        }
    }
    QSet<int> standbys;
    QStringList silent, unheard, unknown, logical, backups;
    int physical = 0;
    for (const cluster::Edge &edge : topology.edges) {
        if (edge.from != cast.primary || !edge.sender) {
            continue;
        }
        standbys.insert(edge.sender->pid);
        ++physical;
        const Heard heard = whenHeard(stop, edge, limits);
        const QString &name = stop.facts.state.snapshot->nodes[at(edge.to)].name;
        if (heard != Heard::Lately) {
            (heard == Heard::LongAgo ? silent : unheard).append(name);
        }
    }
    for (const cluster::Sender &sender : stop.sample.senders) {
        if (standbys.contains(sender.pid)) {
            continue;
        }
        const QString name =
            sender.applicationName.isEmpty() ? tr("process %1").arg(sender.pid) : sender.applicationName;
        (sender.slotType == QLatin1String("logical") ? logical
         : cluster::isBackupSender(sender)           ? backups
                                                     : unknown)
            .append(name);
        const bool streams = sender.state == QLatin1String("streaming") || sender.state == QLatin1String("catchup");
        if (streams && sender.replyTime.isValid() && stop.sample.serverTime.isValid() &&
            sender.replyTime.msecsTo(stop.sample.serverTime) >= limits.silentConsumerMs) {
            silent.append(name);
        }
    }
    if (!silent.isEmpty()) {
        return stop.answer(
            "walsenders_known", title, CheckResult::Failed,
            tr("no reply for %1 or longer: %2")
                .arg(formatSeconds(static_cast<double>(limits.silentWalsenderMs) / 1000),
                     silent.join(QStringLiteral(", "))),
            tr("The stop would wait for it, up to wal_sender_timeout, while writes wait: bring it back or "
               "end its walsender first."));
    }
    if (!unheard.isEmpty()) {
        return stop.answer("walsenders_known", title, CheckResult::Unknown,
                           tr("when it has replied last is not known: %1").arg(unheard.join(QStringLiteral(", "))),
                           tr("See why it can't be read; the stop may wait for it, up to wal_sender_timeout."));
    }
    const QString evidence = tr("standbys %1, logical %2, backups %3, unknown %4")
                                 .arg(physical)
                                 .arg(logical.size())
                                 .arg(backups.size())
                                 .arg(unknown.size());
    if (!logical.isEmpty() || !backups.isEmpty() || !unknown.isEmpty()) {
        return stop.answer(
            "walsenders_known", title, CheckResult::Warning,
            evidence + QStringLiteral(": ") + (logical + backups + unknown).join(QStringLiteral(", ")),
            tr("The stop waits until each of them has received everything. End those that may be slow."));
    }
    return stop.answer("walsenders_known", title, CheckResult::Passed, evidence);
}

Check checkArchive(const Stop &stop, const Limits &limits)
{
    const QString title = tr("Archive keeps up");
    const QString mode = stop.sample.setting(QLatin1String("archive_mode"));
    if (mode == QLatin1String("off")) {
        return stop.answer("archive", title, CheckResult::Passed, tr("archive_mode is off"));
    }
    const auto &archiver = stop.sample.archiver;
    if (mode.isEmpty() || !archiver || !archiver->readyCount) {
        return stop.answer("archive", title, CheckResult::Unknown, tr("how many files wait can't be read"),
                           tr("Grant pg_monitor to the console's role: the stop waits for the archiver."));
    }
    const bool fails = archiver->lastFailedTime.isValid() &&
                       (!archiver->lastArchivedTime.isValid() || archiver->lastFailedTime > archiver->lastArchivedTime);
    const QString evidence = tr("%1 waiting, %2")
                                 .arg(*archiver->readyCount)
                                 .arg(fails ? tr("the last attempt failed") : tr("the last attempt worked"));
    const QString remedy = tr("The stop waits until the archiver is done: mend archive_command first.");
    if (*archiver->readyCount >= limits.archiveReadyRefused || fails) {
        return stop.answer("archive", title, CheckResult::Failed, evidence, remedy);
    }
    return stop.answer("archive", title,
                       *archiver->readyCount >= limits.archiveReady ? CheckResult::Warning : CheckResult::Passed,
                       evidence, remedy);
}

Check checkBackups(const Stop &stop)
{
    const QString title = tr("No base backup runs");
    QStringList running;
    bool unread = false;
    for (const cluster::NodeStatus &node : stop.facts.state.snapshot->nodes) {
        if (!node.sample || node.kind == cluster::NodeKind::Witness) {
            continue;
        }
        // Who takes one by the low-level API is told by what the sessions say of themselves.
        const SqlAccess sql = stop.facts.nodes.value(node.name).sql;
        const bool hidden = isFresh(*stop.facts.state.snapshot, node) && (!sql.isOpen() || !sql.seesSessions);
        unread = unread || hidden || node.sample->unreadable.contains(QStringLiteral("base_backups"));
        for (const cluster::BaseBackup &backup : node.sample->baseBackups) {
            running.append(tr("%1: %2").arg(node.name, backup.phase));
        }
        for (const QString &session : sql.backups) {
            running.append(tr("%1: %2").arg(node.name, session));
        }
    }
    if (!running.isEmpty()) {
        return stop.answer("no_base_backup", title, CheckResult::Failed, running.join(QStringLiteral(", ")),
                           tr("A stop or a promotion ends it: wait for it, or end it first."));
    }
    return unread ? stop.answer("no_base_backup", title, CheckResult::Unknown,
                                tr("what the sessions do can't be read on every node"),
                                tr("Grant pg_monitor to the console's role."))
                  : stop.answer("no_base_backup", title, CheckResult::Passed, tr("none on any node"));
}

Check checkTransactions(const Stop &stop, const Limits &limits)
{
    const QString title = tr("No long transaction");
    const auto &activity = stop.sample.activity;
    if (!activity || !activity->states) {
        return stop.answer("no_long_transaction", title, CheckResult::Unknown, tr("what the sessions do can't be read"),
                           tr("Grant pg_monitor to the console's role: a fast stop rolls open transactions back."));
    }
    const double longest = activity->states->longestTransaction.value_or(0);
    const QString evidence = tr("longest %1, allowed %2; %3 prepared")
                                 .arg(formatSeconds(longest), formatSeconds(limits.transactionSeconds))
                                 .arg(activity->preparedCount);
    if (longest > limits.transactionSeconds || activity->preparedCount > 0) {
        return stop.answer("no_long_transaction", title, CheckResult::Warning, evidence,
                           tr("Open transactions are rolled back by the stop; prepared ones wait on the new primary."));
    }
    return stop.answer("no_long_transaction", title, CheckResult::Passed, evidence);
}

Check checkSupervisor(const Stop &stop, Way way)
{
    const QString title = tr("Nobody restarts it");
    const HostAccess host = stop.facts.nodes.value(stop.node.name).host;
    if (!host.isPossible()) {
        return stop.answer("not_restarted", title, way == Way::Native ? CheckResult::Warning : CheckResult::Unknown,
                           tr("nobody can look: %1").arg(host.foreign.isEmpty() ? host.error : host.foreign),
                           tr("See to it that no supervisor starts %1 while it is stopped.").arg(stop.node.name));
    }
    const bool byRepmgr = way == Way::Manager && stop.facts.repmgr;
    if (host.restartsByItself && byRepmgr) {
        return stop.answer("not_restarted", title, CheckResult::Failed, host.supervisor,
                           tr("repmgr stops it without standby.signal, so it would come up as a second primary: "
                              "switch over natively, or keep %1 from restarting it.")
                               .arg(host.supervisor));
    }
    if (host.restartsByItself) {
        return stop.answer("not_restarted", title, CheckResult::Warning, host.supervisor,
                           tr("It may start by itself: it has standby.signal by then, and comes back as a standby."));
    }
    return stop.answer("not_restarted", title, CheckResult::Passed,
                       host.supervisor.isEmpty() ? tr("no supervisor") : host.supervisor);
}

} // namespace

std::vector<Check> checkStop(const Facts &facts, const Cast &cast, Way way, const Limits &limits)
{
    const cluster::NodeStatus &node = facts.state.snapshot->nodes[at(cast.primary)];
    const Stop stop{facts, node, *node.sample};
    std::vector<Check> checks{checkSenders(stop, cast, limits), checkArchive(stop, limits), checkBackups(stop),
                              checkTransactions(stop, limits)};
    if (!isLeftToManager(facts, way)) {
        checks.push_back(checkSupervisor(stop, way));
    }
    return checks;
}

} // namespace howdah::operations::switchover
