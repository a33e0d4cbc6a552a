// SPDX-License-Identifier: GPL-3.0-or-later
// Can the candidate take over?
#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "core/units.h"
#include "operations/peeraddress.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/owners.h"

namespace howdah::operations::switchover {

using cluster::at;
using core::formatBytes;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

QString group(const QString &target)
{
    return tr("%1 can take over").arg(target);
}

const cluster::Edge *edgeTo(const Facts &facts, int node)
{
    for (const cluster::Edge &edge : facts.state.assessment->topology.edges) {
        if (edge.to == node) {
            return &edge;
        }
    }
    return nullptr;
}

Check checkKnown(const Facts &facts, const Cast &cast, const QString &target)
{
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    const QString title = tr("Answers, and is a standby");
    const auto refuse = [&](const QString &evidence, const QString &remedy) {
        return made("candidate_known", group(target), title, target, CheckResult::Failed, evidence, remedy);
    };
    if (cast.candidate < 0) {
        const bool isPrimary = cast.primary >= 0 && snapshot.nodes[at(cast.primary)].name == target;
        return isPrimary ? refuse(tr("%1 is the primary already").arg(target), tr("Name one of its standbys."))
                         : refuse(tr("the cluster has no standby of that name"), tr("See howdah status."));
    }
    const cluster::NodeStatus &node = snapshot.nodes[at(cast.candidate)];
    if (!isFresh(snapshot, node)) {
        return made("candidate_known", group(target), title, target, CheckResult::Unknown, cluster::toString(node.link),
                    tr("Wait until it answers, or choose another standby."));
    }
    if (!node.sample->inRecovery) {
        return refuse(tr("it is not in recovery"), tr("It may be a primary of its own: see the findings."));
    }
    return made("candidate_known", group(target), title, target, CheckResult::Passed,
                tr("in recovery, version %1").arg(node.sample->serverVersion.section(QLatin1Char(' '), 0, 0)));
}

Check checkStreams(const Facts &facts, const Cast &cast, const QString &target)
{
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("candidate_streams", group(target), tr("Streams from the primary"), target, result, evidence,
                    remedy);
    };
    const QString remedy =
        tr("Only a standby that streams from the primary itself, on its timeline, holds all it wrote.");
    const cluster::Edge *edge = edgeTo(facts, cast.candidate);
    const auto &primary = snapshot.nodes[at(cast.primary)].sample;
    const auto &standby = snapshot.nodes[at(cast.candidate)].sample;
    if (!edge || edge->from != cast.primary) {
        const QString from = edge && edge->from >= 0 ? snapshot.nodes[at(edge->from)].name : tr("nobody");
        return answer(CheckResult::Failed, tr("it follows %1").arg(from), remedy);
    }
    // Whether replay is paused is for another check.
    if (edge->state != cluster::EdgeState::Streaming && edge->state != cluster::EdgeState::Paused) {
        const bool seen = edge->state != cluster::EdgeState::Unknown && edge->state != cluster::EdgeState::ReceiverOnly;
        return answer(seen ? CheckResult::Failed : CheckResult::Unknown, cluster::toString(edge->state), remedy);
    }
    if (!primary->systemIdentifier || !standby->systemIdentifier || !primary->timeline || !standby->timeline) {
        return answer(CheckResult::Unknown, tr("timeline or system identifier can't be read"), remedy);
    }
    if (*primary->systemIdentifier != *standby->systemIdentifier || *primary->timeline != *standby->timeline) {
        return answer(CheckResult::Failed, tr("another timeline or another system identifier"), remedy);
    }
    return answer(CheckResult::Passed, tr("%1, timeline %2, same system identifier")
                                           .arg(edge->syncState.isEmpty() ? tr("streaming") : edge->syncState)
                                           .arg(*standby->timeline));
}

/// Whether what waits has more than doubled in a minute, however it swings, and is no longer little against the limit.
bool grows(const std::vector<qint64> &trend, qint64 limit)
{
    const auto third = static_cast<std::ptrdiff_t>(trend.size() / 3);
    return third >= 10 && trend.back() > limit / 8 &&
           *std::min_element(trend.end() - third, trend.end()) >
               2 * *std::max_element(trend.begin(), trend.begin() + third);
}

Check checkFlushed(const Facts &facts, const Cast &cast, const QString &target, const Limits &limits)
{
    const cluster::StandbyLag &lag = facts.state.assessment->lag[at(cast.candidate)];
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("candidate_flushed", group(target), tr("Has what the primary has"), target, result, evidence,
                    remedy);
    };
    if (!lag.wouldLose) {
        return answer(CheckResult::Unknown, tr("how far behind it is can't be read"),
                      tr("Grant pg_monitor to the console's role on both nodes."));
    }
    const bool growing = grows(facts.toFlush, limits.unflushedBytes);
    const QString evidence =
        tr("%1 to flush, limit %2").arg(formatBytes(*lag.wouldLose), formatBytes(limits.unflushedBytes)) +
        (growing ? tr(", growing for a minute") : QString());
    if (*lag.wouldLose > limits.unflushedBytes) {
        return answer(CheckResult::Failed, evidence, tr("Wait until it has caught up: writes would wait as long."));
    }
    return growing ? answer(CheckResult::Warning, evidence,
                            tr("It falls behind faster than it receives: look at the network and its disk."))
                   : answer(CheckResult::Passed, evidence);
}

Check checkReplays(const Facts &facts, const Cast &cast, const QString &target, const Limits &limits)
{
    const cluster::NodeSample &sample = *facts.state.snapshot->nodes[at(cast.candidate)].sample;
    const cluster::StandbyLag &lag = facts.state.assessment->lag[at(cast.candidate)];
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("candidate_replays", group(target), tr("Replays freely"), target, result, evidence, remedy);
    };
    if (sample.replayPauseState != QLatin1String("not paused")) {
        return sample.replayPauseState.isEmpty()
                   ? answer(CheckResult::Unknown, tr("whether replay is paused can't be read"),
                            tr("Check its role's rights."))
                   : answer(CheckResult::Failed, tr("replay is %1").arg(sample.replayPauseState),
                            tr("SELECT pg_wal_replay_resume() on %1, and wait until it has caught up.").arg(target));
    }
    const auto delay = sample.settingNumber(QLatin1String("recovery_min_apply_delay"));
    if (delay.value_or(0) > 0) {
        return answer(CheckResult::Failed, tr("recovery_min_apply_delay is %1 ms").arg(*delay),
                      tr("Promotion would wait for it: set it to 0 first, or choose another standby."));
    }
    if (!lag.toReplay || !delay) {
        return answer(CheckResult::Unknown, tr("what it has still to replay can't be read"),
                      tr("Check its role's rights."));
    }
    QString evidence = tr("%1 to replay, not paused, no delay").arg(formatBytes(*lag.toReplay));
    const bool growing = grows(facts.toReplay, limits.toReplayBytes);
    if (growing) {
        evidence += tr(", growing for a minute");
    }
    if (*lag.toReplay > limits.toReplayBytes) {
        return answer(CheckResult::Failed, evidence, tr("Wait until it has replayed: writes would wait as long."));
    }
    return growing ? answer(CheckResult::Warning, evidence,
                            tr("It falls behind faster than it replays: look for a long query there."))
                   : answer(CheckResult::Passed, evidence);
}

/// A standby refuses to start with lower ones than its primary had, and followers will have this one's.
Check checkSettings(const Facts &facts, const Cast &cast, const QString &target)
{
    const cluster::NodeSample &before = *facts.state.snapshot->nodes[at(cast.primary)].sample;
    const cluster::NodeSample &after = *facts.state.snapshot->nodes[at(cast.candidate)].sample;
    QStringList lower, unread;
    std::vector<const char *> names(kNeededByStandbys.begin(), kNeededByStandbys.end());
    names.push_back("max_replication_slots"); // its followers need as many
    for (const char *name : names) {
        const auto old = before.settingNumber(QLatin1String(name));
        const auto own = after.settingNumber(QLatin1String(name));
        if (!old || !own) {
            unread.append(QLatin1String(name));
        } else if (*own < *old) {
            lower.append(QStringLiteral("%1 %2 < %3").arg(QLatin1String(name)).arg(*own).arg(*old));
        }
    }
    if (after.setting(QLatin1String("wal_level")) != before.setting(QLatin1String("wal_level"))) {
        lower.append(QStringLiteral("wal_level %1, not %2")
                         .arg(after.setting(QLatin1String("wal_level")), before.setting(QLatin1String("wal_level"))));
    }
    const QString title = tr("Settings are not lower");
    if (!lower.isEmpty()) {
        return made("candidate_settings", group(target), title, target, CheckResult::Failed,
                    lower.join(QStringLiteral(", ")), tr("Make them equal and restart %1.").arg(target));
    }
    return unread.isEmpty() ? made("candidate_settings", group(target), title, target, CheckResult::Passed,
                                   tr("%1 of %1 max_ settings equal or higher, same wal_level").arg(names.size()))
                            : made("candidate_settings", group(target), title, target, CheckResult::Unknown,
                                   tr("can't be read: %1").arg(unread.join(QStringLiteral(", "))),
                                   tr("Grant pg_read_all_settings to the console's role."));
}

Check checkRoom(const Facts &facts, const Cast &cast, const QString &target)
{
    const cluster::NodeSample &sample = *facts.state.snapshot->nodes[at(cast.candidate)].sample;
    const auto senders = sample.settingNumber(QLatin1String("max_wal_senders"));
    const auto places = sample.settingNumber(QLatin1String("max_replication_slots"));
    const qint64 followers = static_cast<qint64>(cast.siblings.size()) + 1;
    const QString title = tr("Has room for followers");
    if (!senders || !places) {
        return made("candidate_room", group(target), title, target, CheckResult::Unknown,
                    tr("its settings can't be read"), tr("Grant pg_read_all_settings to the console's role."));
    }
    const qint64 freeSenders = *senders - static_cast<qint64>(sample.senders.size());
    const qint64 freeSlots = *places - static_cast<qint64>(sample.replicationSlots.size());
    const QString evidence = tr("%1 of %2 senders free, %3 of %4 slots, %5 needed")
                                 .arg(freeSenders)
                                 .arg(*senders)
                                 .arg(freeSlots)
                                 .arg(*places)
                                 .arg(followers);
    return freeSenders < followers || freeSlots < followers
               ? made("candidate_room", group(target), title, target, CheckResult::Failed, evidence,
                      tr("Raise max_wal_senders or max_replication_slots on %1, or drop slots that nobody needs.")
                          .arg(target))
               : made("candidate_room", group(target), title, target, CheckResult::Passed, evidence);
}

Check checkRights(const Facts &facts, const QString &target)
{
    const SqlAccess sql = facts.nodes.value(target).sql;
    const QString title = tr("Lets the console act");
    if (!sql.isOpen()) {
        return made("candidate_rights", group(target), title, target, CheckResult::Unknown, sql.error,
                    tr("The console must be able to open a session there."));
    }
    QStringList missing;
    const auto want = [&](bool has, const char *what) {
        if (!has) {
            missing.append(QLatin1String(what));
        }
    };
    want(sql.mayPromote, "EXECUTE on pg_promote");
    want(sql.mayAlterSystem, "ALTER SYSTEM");
    want(sql.mayReload, "EXECUTE on pg_reload_conf");
    want(sql.mayCheckpoint, "CHECKPOINT");
    want(sql.mayMakeSlots, "REPLICATION");
    return missing.isEmpty()
               ? made("candidate_rights", group(target), title, target, CheckResult::Passed,
                      sql.superuser ? tr("%1, superuser").arg(sql.role) : tr("%1 has all rights").arg(sql.role))
               : made("candidate_rights", group(target), title, target, CheckResult::Failed,
                      tr("%1 lacks %2").arg(sql.role, missing.join(QStringLiteral(", "))),
                      tr("Grant them, or name a role that has them in the cluster file's conninfo."));
}

/// Where somebody else acts the console looks on, and checkpoints when it may.
Check checkSessions(const Facts &facts, const Cast &cast, const QString &target)
{
    QStringList shut, without;
    for (const QString &node : {facts.state.snapshot->nodes[at(cast.primary)].name, target}) {
        const SqlAccess sql = facts.nodes.value(node).sql;
        if (!sql.isOpen()) {
            shut.append(tr("%1: %2").arg(node, sql.error));
        } else if (!sql.mayCheckpoint) {
            without.append(tr("%1 may not CHECKPOINT on %2").arg(sql.role, node));
        }
    }
    const QString title = tr("Lets the console look on");
    if (!shut.isEmpty()) {
        return made("candidate_rights", group(target), title, target, CheckResult::Unknown,
                    shut.join(QStringLiteral(", ")), tr("The console must be able to open a session there."));
    }
    return made("candidate_rights", group(target), title, target, CheckResult::Passed,
                without.isEmpty()
                    ? tr("sessions on both, with CHECKPOINT")
                    : tr("sessions on both; %1, the stop does it alone").arg(without.join(QStringLiteral(", "))));
}

/// Whom the primary lets in must not stand before a closed door afterwards.
Check checkDoor(const Facts &facts, const Cast &cast, const QString &target)
{
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    const SqlAccess own = facts.nodes.value(target).sql;
    const SqlAccess old = facts.nodes.value(snapshot.nodes[at(cast.primary)].name).sql;
    const QString title = tr("Lets everybody in");
    const auto answer = [&](CheckResult result, const QString &evidence, const QString &remedy = {}) {
        return made("candidate_lets_in", group(target), title, target, result, evidence, remedy);
    };
    if (!own.hbaReadable) {
        return answer(
            CheckResult::Warning, tr("pg_hba_file_rules can't be read, so that nobody knows who is let in"),
            tr("Grant SELECT on pg_hba_file_rules and EXECUTE on pg_hba_file_rules() to the console's role."));
    }
    std::vector<int> followers = cast.siblings;
    followers.push_back(cast.primary);
    QStringList refused, unclear;
    for (const int node : followers) {
        const auto [host, port] = addressForPeers(facts.config, facts.state, node);
        const cluster::Edge *edge = edgeTo(facts, node == cast.primary ? cast.candidate : node);
        const QString user = edge && edge->sender ? edge->sender->usename : QString();
        const auto lets = letsReplicate(own.hba, user, host);
        if (!lets || user.isEmpty()) {
            unclear.append(snapshot.nodes[at(node)].name);
        } else if (!*lets) {
            refused.append(tr("%1 (%2 from %3)").arg(snapshot.nodes[at(node)].name, user, host));
        }
    }
    if (!refused.isEmpty()) {
        return answer(CheckResult::Failed,
                      tr("pg_hba refuses replication for %1").arg(refused.join(QStringLiteral(", "))),
                      tr("Add the lines to pg_hba.conf on %1 and reload it.").arg(target));
    }
    const bool same = old.hbaReadable && old.hba == own.hba;
    if (same) {
        return answer(CheckResult::Passed,
                      tr("pg_hba as on %1, %2 rules").arg(snapshot.nodes[at(cast.primary)].name).arg(own.hba.size()));
    }
    return answer(CheckResult::Warning,
                  unclear.isEmpty()
                      ? tr("pg_hba differs from %1's; followers are let in").arg(snapshot.nodes[at(cast.primary)].name)
                      : tr("pg_hba differs, and can't be judged for %1").arg(unclear.join(QStringLiteral(", "))),
                  tr("Compare the two files for the roles of your applications."));
}

} // namespace

namespace {

/// What needs no facts but the state's.
std::vector<Check> checkOfState(const Facts &facts, const Cast &cast, const QString &target, const Limits &limits)
{
    std::vector<Check> checks{checkKnown(facts, cast, target)};
    const auto hasSample = [&](int node) { return node >= 0 && facts.state.snapshot->nodes[at(node)].sample; };
    if (checks.front().result != CheckResult::Passed || !hasSample(cast.primary)) {
        return checks;
    }
    checks.push_back(checkStreams(facts, cast, target));
    checks.push_back(checkFlushed(facts, cast, target, limits));
    checks.push_back(checkReplays(facts, cast, target, limits));
    checks.push_back(checkSettings(facts, cast, target));
    checks.push_back(checkRoom(facts, cast, target));
    return checks;
}

} // namespace

std::vector<Check> checkByState(const cluster::ClusterState &state, const QString &target, const Limits &limits)
{
    Facts facts;
    facts.state = state;
    return checkOfState(facts, castFor(state, target), target, limits);
}

std::vector<Check> checkCandidate(const Facts &facts, const Cast &cast, const QString &target, Way way,
                                  const Limits &limits)
{
    std::vector<Check> checks = checkOfState(facts, cast, target, limits);
    if (checks.size() == 1) { // it refuses already, or there is no primary to compare with
        return checks;
    }
    checks.push_back(checkDoor(facts, cast, target));
    if (isLeftToManager(facts, way)) {
        checks.push_back(checkSessions(facts, cast, target));
        return checks;
    }
    checks.push_back(checkConnections(facts, cast, target));
    checks.push_back(checkRights(facts, target));
    return checks;
}

} // namespace howdah::operations::switchover
