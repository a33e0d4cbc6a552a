// SPDX-License-Identifier: GPL-3.0-or-later
// What holds once the candidate is the primary, and whether the old one finds its way back.
#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "cluster/slotmath.h"
#include "core/sentences.h"
#include "core/units.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/owners.h"
#include "operations/switchover/syncrule.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

QString afterwards()
{
    return tr("Afterwards");
}

/// Commits on the new primary wait for whom its rule names.
Check checkSync(const Facts &facts, const Cast &cast, Way way)
{
    const QString &name = facts.state.snapshot->nodes[at(cast.candidate)].name;
    const QString title = tr("Commits will not wait");
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("sync_satisfiable", afterwards(), title, name, result, evidence, remedy);
    };
    const auto rule = syncRuleAfter(facts, cast, way);
    if (!rule) {
        return answer(CheckResult::Unknown, tr("synchronous_standby_names can't be read"),
                      tr("Grant pg_read_all_settings, and look at its value."));
    }
    const QString text = cluster::writeSyncNames(rule->names);
    const QString evidence =
        rule->names.count == 0
            ? tr("synchronous_standby_names is empty")
            : tr("%1 of %2 that it waits for follow: %3").arg(rule->followers).arg(rule->names.count).arg(text);
    if (!rule->isSatisfiable()) {
        return answer(CheckResult::Failed, evidence,
                      tr("Every commit would wait for ever: set synchronous_standby_names for the time after."));
    }
    return rule->handedOver
               ? answer(CheckResult::Warning, tr("asynchronous until they follow, then %1").arg(text),
                        tr("For a second or two commits are acknowledged that stand on %1 only.").arg(name))
               : answer(CheckResult::Passed, evidence);
}

/// Nodes of the cluster that are neither of the two, and say nothing now.
QStringList awayNodes(const Facts &facts, const Cast &cast)
{
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    QStringList names;
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        const cluster::NodeStatus &node = snapshot.nodes[i];
        const bool acts = static_cast<int>(i) == cast.primary || static_cast<int>(i) == cast.candidate;
        if (!acts && node.kind == cluster::NodeKind::Data && !isFresh(snapshot, node)) {
            names.append(node.name);
        }
    }
    return names;
}

/// Slots live on one node: what has no copy on the candidate stays behind, but those that a manager keeps, and why.
std::vector<Check> checkSlots(const Facts &facts, const Cast &cast, const QStringList &kept, const QString &why)
{
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    const cluster::NodeStatus &primary = snapshot.nodes[at(cast.primary)];
    const cluster::NodeStatus &candidate = snapshot.nodes[at(cast.candidate)];
    QStringList ofStandbys;
    for (const cluster::Edge &edge : facts.state.assessment->topology.edges) {
        if (edge.from == cast.primary) {
            ofStandbys.append(edge.slotName);
        }
    }
    std::vector<Check> checks;
    const QStringList away = awayNodes(facts, cast);
    for (const cluster::Slot &slot : primary.sample->replicationSlots) {
        if (slot.temporary || ofStandbys.contains(slot.slotName)) {
            continue;
        }
        const bool isKept = kept.contains(slot.slotName);
        const bool copied =
            isKept || std::any_of(candidate.sample->replicationSlots.begin(), candidate.sample->replicationSlots.end(),
                                  [&](const cluster::Slot &own) {
                                      // Until it is ready for use a copy is temporary, and a promotion drops it.
                                      return own.slotName == slot.slotName && own.synced.value_or(false) &&
                                             !own.temporary && !cluster::isInvalidated(own);
                                  });
        const bool logical = slot.slotType == QLatin1String("logical");
        const QString title = copied ? tr("Slot %1 has its copy").arg(slot.slotName)
                                     : tr("Slot %1 stays behind on %2").arg(slot.slotName, primary.name);
        const QString evidence =
            isKept                         ? why
            : copied                       ? tr("synced on %1").arg(candidate.name)
            : logical                      ? (slot.failover.value_or(false)
                                                  ? tr("logical, a failover slot that %1 has not synced yet").arg(candidate.name)
                                                  : tr("logical, no failover slot%1").arg(slot.active ? QString() : tr(", no consumer")))
            : away.contains(slot.slotName) ? tr("physical, of %1, which does not answer").arg(slot.slotName)
                                           : tr("physical, for no node of the cluster");
        Check &check = checks.emplace_back(made(
            "slots", afterwards(), title, primary.name, copied ? CheckResult::Passed : CheckResult::Warning, evidence,
            logical && slot.failover.value_or(false) ? tr("Wait until it is synced (sync_replication_slots on %1, "
                                                          "hot_standby_feedback), or its consumer starts "
                                                          "over.")
                                                           .arg(candidate.name)
            : logical ? tr("Its consumer starts over with a new copy of its tables, or loses what lies between.")
                      : tr("Its consumer must be given a slot on %1.").arg(candidate.name)));
        check.id += QLatin1Char(':') + slot.slotName; // each is accepted by itself
    }
    if (checks.empty()) {
        checks.push_back(made("slots", afterwards(), tr("No slot stays behind"), primary.name, CheckResult::Passed,
                              tr("%1 has no slot but for its standbys").arg(primary.name)));
    }
    return checks;
}

/// The slot that a follower of the candidate would use there, where what has its name is none for it; else empty.
QString spoiltSlot(const cluster::Snapshot &snapshot, const Cast &cast, const cluster::NodeSample &sibling)
{
    const QString name = sibling.setting(QLatin1String("primary_slot_name"));
    const auto &there = snapshot.nodes[at(cast.candidate)].sample->replicationSlots;
    const bool spoilt = std::any_of(there.begin(), there.end(), [&](const cluster::Slot &slot) {
        return slot.slotName == name && (slot.slotType != QLatin1String("physical") || cluster::isInvalidated(slot));
    });
    return spoilt ? name : QString();
}

Check checkSiblings(const Facts &facts, const Cast &cast)
{
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    const QString title = tr("The others can follow");
    QStringList names, bad, late;
    for (const int sibling : cast.siblings) {
        const cluster::NodeStatus &node = snapshot.nodes[at(sibling)];
        const SqlAccess sql = facts.nodes.value(node.name).sql;
        names.append(node.name);
        if (!isFresh(snapshot, node) || !sql.isOpen()) {
            bad.append(tr("%1 does not answer").arg(node.name));
        } else if (!sql.mayAlterSystem || !sql.mayReload) {
            bad.append(tr("%1: %2 may not change its settings").arg(node.name, sql.role));
        } else if (node.sample->serverVersionNum < 130000) {
            bad.append(tr("%1: before version 13 it must be restarted to follow").arg(node.name));
        } else if (node.sample->setting(QLatin1String("recovery_target_timeline")) != QLatin1String("latest")) {
            bad.append(tr("%1: recovery_target_timeline is not latest").arg(node.name));
        } else if (const QString pause = node.sample->replayPauseState;
                   !pause.isEmpty() && pause != QLatin1String("not paused")) {
            bad.append(tr("%1: replay is paused (pg_wal_replay_resume() ends that)").arg(node.name));
        } else if (const QString slot = spoiltSlot(snapshot, cast, *node.sample); !slot.isEmpty()) {
            bad.append(tr("%1: its slot %2 cannot be used on %3")
                           .arg(node.name, slot, snapshot.nodes[at(cast.candidate)].name));
        } else if (node.sample->applyDelaySeconds() > 0) {
            late.append(tr("%1 replays with a delay of %2")
                            .arg(node.name, core::formatSeconds(node.sample->applyDelaySeconds())));
        } else if (!node.sample->receiver) {
            late.append(tr("%1 does not stream now").arg(node.name));
        }
    }
    const QStringList away = awayNodes(facts, cast);
    if (bad.isEmpty() && (!away.isEmpty() || !late.isEmpty())) {
        QStringList remedies;
        if (!away.isEmpty()) {
            late.prepend(tr("does not answer: %1").arg(away.join(QStringLiteral(", "))));
            remedies.append(tr("Who does not answer is not moved. Once it is back, give it %1 as its primary")
                                .arg(snapshot.nodes[at(cast.candidate)].name));
        }
        if (late.size() > (away.isEmpty() ? 0 : 1)) {
            remedies.append(
                tr("Who replays with a delay follows when that is over, and is not waited for; its slot on %1 stays "
                   "until you drop it. Who does not stream may not follow either: see its log first")
                    .arg(snapshot.nodes[at(cast.primary)].name));
        }
        return made("siblings", afterwards(), title, {}, CheckResult::Warning, late.join(QStringLiteral(", ")),
                    core::sentences(remedies));
    }
    return bad.isEmpty()
               ? made("siblings", afterwards(), title, {}, CheckResult::Passed,
                      names.isEmpty() ? tr("there are no others") : names.join(QStringLiteral(", ")))
               : made("siblings", afterwards(), title, {}, CheckResult::Failed, bad.join(QStringLiteral(", ")),
                      tr("They would be left without a primary: mend that first."));
}

QString wayBack(const Facts &facts, const Cast &cast)
{
    return tr("Way back for %1").arg(facts.state.snapshot->nodes[at(cast.primary)].name);
}

std::vector<Check> checkHost(const cluster::NodeStatus &node, const HostAccess &host, const QString &group)
{
    const auto answer = [&](const char *id, const QString &title, bool good, const QString &evidence,
                            const QString &remedy = {}) {
        return made(id, group, title, node.name, good ? CheckResult::Passed : CheckResult::Failed, evidence, remedy);
    };
    const bool owns = !host.user.isEmpty() && host.user == host.dataOwner;
    const QString title = tr("Its host takes commands");
    return {host.isSurelyTheServers
                ? answer("host_command", title, true, tr("as %1").arg(host.user))
                : made("host_command", group, title, node.name, CheckResult::Warning,
                       tr("as %1; that it is the host of this server is likely by port and time of its start, not "
                          "proved")
                           .arg(host.user),
                       tr("See that command of %1 in the cluster file leads to it, or grant the console's role EXECUTE "
                          "on pg_read_file(text) there: then postmaster.pid tells.")
                           .arg(node.name)),
            answer("data_directory", tr("Its files are in reach"), owns,
                   owns ? host.dataDirectory
                        : tr("%1 belongs to %2, commands run as %3").arg(host.dataDirectory, host.dataOwner, host.user),
                   tr("The command in the cluster file must run as the server's user.")),
            answer("start_stop", tr("It can be stopped and started"),
                   !host.start.isEmpty() && !host.pgCtl.isEmpty() && !host.pgControlData.isEmpty(),
                   host.pgControlData.isEmpty() ? tr("there is no pg_controldata, which proves that it has stopped")
                                                : host.evidence,
                   host.pgControlData.isEmpty() ? tr("Install the server's programs there whole.")
                                                : tr("Write start and stop into the cluster file."))};
}

/// A person stops and starts it where the console can't; a manager's tools need the host.
std::vector<Check> checkByHand(const cluster::NodeStatus &node, const HostAccess &host, const QString &group, Way way,
                               bool hasCommand)
{
    const bool may = way == Way::Native;
    const QString mend = hasCommand ? tr("Mend command of %1 in the cluster file to have it done.").arg(node.name)
                                    : tr("Give the node a command in the cluster file to have it done.");
    if (!host.foreign.isEmpty()) {
        return {
            made("host_command", group, tr("Its host takes commands"), node.name, CheckResult::Failed, host.foreign,
                 tr("Mend command (and root_command) of %1 in the cluster file: they lead to another host, and what "
                    "is meant for this server would be done to that one.")
                     .arg(node.name))};
    }
    return {
        made("host_command", group, tr("Its host takes commands"), node.name,
             may ? CheckResult::Warning : CheckResult::Failed, host.error,
             may ? tr("You will be asked to stop %1 and to start it again, and writes wait as long as that takes. %2")
                       .arg(node.name, mend)
                 : tr("It is stopped and started there. %1").arg(mend))};
}

bool hasCommand(const cluster::ClusterConfig &config, const QString &node)
{
    return std::any_of(config.nodes.begin(), config.nodes.end(),
                       [&](const cluster::NodeConfig &one) { return one.name == node && one.hasCommand; });
}

} // namespace

std::vector<Check> checkAfterwards(const Facts &facts, const Cast &cast, Way way)
{
    const bool left = isLeftToManager(facts, way);
    const bool autoFailover = left && !isPatronis(facts);
    const auto config = left && !autoFailover && facts.patroni ? facts.patroni->config : std::nullopt;
    std::vector<Check> checks;
    // pg_auto_failover sets synchronous_standby_names itself, by who follows; in its synchronous mode Patroni likewise.
    if (!autoFailover && (!config || !config->synchronousMode)) {
        checks.push_back(checkSync(facts, cast, way));
    }
    QStringList kept = config ? config->slotNames : QStringList();
    if (autoFailover && facts.autoFailover) {
        for (const managers::AutoFailoverNode &member : facts.autoFailover->members) {
            kept.append(QStringLiteral("pgautofailover_standby_%1").arg(member.id));
        }
    }
    const std::vector<Check> slotChecks = checkSlots(facts, cast, kept,
                                                     autoFailover ? tr("pg_auto_failover keeps it on every node")
                                                                  : tr("permanent: Patroni keeps it on whoever leads"));
    checks.insert(checks.end(), slotChecks.begin(), slotChecks.end());
    if (!left) {
        checks.push_back(checkSiblings(facts, cast));
    }
    return checks;
}

std::vector<Check> checkWayBack(const Facts &facts, const Cast &cast, Way way)
{
    const cluster::NodeStatus &node = facts.state.snapshot->nodes[at(cast.primary)];
    const NodeFacts own = facts.nodes.value(node.name);
    const QString group = wayBack(facts, cast);
    const HostAccess &host = own.host;
    std::vector<Check> checks = host.isPossible()
                                    ? checkHost(node, host, group)
                                    : checkByHand(node, host, group, way, hasCommand(facts.config, node.name));
    const bool rights = own.sql.isOpen() && own.sql.mayAlterSystem && own.sql.mayReload && own.sql.mayCheckpoint &&
                        own.sql.mayMakeSlots;
    checks.push_back(
        rights ? made("primary_rights", group, tr("Lets the console act"), node.name, CheckResult::Passed, own.sql.role)
               : made("primary_rights", group, tr("Lets the console act"), node.name,
                      own.sql.isOpen() ? CheckResult::Failed : CheckResult::Unknown,
                      own.sql.isOpen()
                          ? tr("%1 lacks ALTER SYSTEM, pg_reload_conf(), CHECKPOINT or REPLICATION").arg(own.sql.role)
                          : own.sql.error,
                      tr("Grant them, or name a role that has them in the cluster file's conninfo.")));
    const bool rewinds = node.sample->setting(QLatin1String("data_checksums")) == QLatin1String("on") ||
                         node.sample->setting(QLatin1String("wal_log_hints")) == QLatin1String("on");
    // Without it pg_rewind refuses. https://www.postgresql.org/docs/current/app-pgrewind.html
    const bool torn = node.sample->setting(QLatin1String("full_page_writes")) == QLatin1String("off");
    checks.push_back(
        rewinds && !torn
            ? made("rewindable", group, tr("It can be rewound"), node.name, CheckResult::Passed,
                   tr("data checksums or wal_log_hints are on"))
            : made("rewindable", group, tr("It can be rewound"), node.name, CheckResult::Warning,
                   torn ? tr("full_page_writes is off") : tr("neither data checksums nor wal_log_hints are on"),
                   tr("Not needed for a clean switchover; if it fails half-way, %1 must be built anew.")
                       .arg(node.name)));
    return checks;
}

} // namespace howdah::operations::switchover
