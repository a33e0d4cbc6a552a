// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/pieces.h"
#include "operations/peeraddress.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <QUrl>
#include <algorithm>
#include <tuple>

#include "cluster/positions.h"
#include "core/identifier.h"
#include "core/redact.h"
#include "hosts/commandline.h"
#include "operations/switchover/scripts.h"
#include "postgres/conninfo.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

const cluster::NodeStatus &nodeAt(const Facts &facts, int index)
{
    return facts.state.snapshot->nodes[at(index)];
}

/// A conninfo of node's, for people: as its sample shows it, already redacted.
QString shownConninfo(const Facts &facts, int node, const std::vector<std::pair<QString, QString>> &replaced)
{
    auto conninfo = postgres::Conninfo::parse(nodeAt(facts, node).sample->setting(QLatin1String("primary_conninfo")));
    if (!conninfo) {
        return QStringLiteral("primary_conninfo of %1").arg(nodeAt(facts, node).name);
    }
    for (const auto &[keyword, value] : replaced) {
        *conninfo = conninfo->with(keyword, value);
    }
    return core::redacted(conninfo->toString());
}

Secret conninfoSecret(const Facts &facts, const QString &name, int node,
                      std::vector<std::pair<QString, QString>> replaced)
{
    Secret secret;
    secret.name = name;
    secret.node = nodeAt(facts, node).name;
    secret.sql = QStringLiteral("SHOW primary_conninfo");
    secret.shown = shownConninfo(facts, node, replaced);
    secret.replaced = std::move(replaced);
    return secret;
}

/// What a follower of the candidate connects to. hostaddr would win over host.
std::vector<std::pair<QString, QString>> towards(const Facts &facts, int candidate)
{
    const auto [host, port] = addressForPeers(facts.config, facts.state, candidate);
    return {{QStringLiteral("host"), host}, {QStringLiteral("hostaddr"), QString()}, {QStringLiteral("port"), port}};
}

void noteOldValues(Pieces &p, const Facts &facts, int node, const QString &secretName)
{
    const cluster::NodeStatus &status = nodeAt(facts, node);
    const SqlAccess sql = facts.nodes.value(status.name).sql;
    p.inAutoConf[status.name] = sql.inAutoConf;
    if (sql.notTakenOver) {
        p.readsFiles.append(status.name);
    }
    for (const QString &setting : std::as_const(p.inAutoConf[status.name])) {
        const bool secret = setting == QLatin1String("primary_conninfo");
        if (secret && secretName.isEmpty()) {
            continue;
        }
        // An empty one is no conninfo to be read back.
        const QString value = status.sample->setting(QLatin1String(setting.toLatin1()));
        p.oldValues[status.name].insert(setting, secret && !value.isEmpty() ? QStringLiteral(":{%1}").arg(secretName)
                                                                            : core::sqlLiteral(value));
        if (secret && !value.isEmpty()) {
            p.secrets.push_back(conninfoSecret(facts, secretName, node, {}));
        }
    }
}

/// Whether it, or who it follows, replays with a delay, and so goes over to a new timeline only when that is over.
bool isDelayed(const Facts &facts, int node)
{
    const auto &places = facts.state.assessment->topology.places;
    for (std::size_t hops = 0; node >= 0 && hops < places.size(); ++hops, node = places[at(node)].upstream) {
        if (const auto &sample = nodeAt(facts, node).sample; sample && sample->applyDelaySeconds() > 0) {
            return true;
        }
    }
    return false;
}

/// Who does not answer now is waited for by nobody, and a check has said so; and yet somebody may promote it later.
void noteOthers(Pieces &p, const Facts &facts, const Cast &cast)
{
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        const cluster::NodeStatus &node = snapshot.nodes[i];
        const int index = static_cast<int>(i);
        const bool plays = index == cast.primary || index == cast.candidate;
        if (plays || node.kind == cluster::NodeKind::Witness) {
            continue;
        }
        if (!node.sample || !cluster::isFresh(snapshot, node)) {
            p.away.append(node.name);
            continue;
        }
        if (!node.sample->inRecovery) {
            continue;
        }
        p.others.append(node.name);
        const bool sibling = std::find(cast.siblings.begin(), cast.siblings.end(), index) != cast.siblings.end();
        if (!sibling && node.sample->receiver) {
            p.cascading.append(node.name);
        }
        if (isDelayed(facts, index)) {
            p.delayed.append(node.name);
        }
    }
}

void noteSlots(Pieces &p, const Facts &facts, const Cast &cast)
{
    const cluster::NodeSample &candidate = *nodeAt(facts, cast.candidate).sample;
    p.oldPrimarySlot = slotNameFor(facts, cast);
    p.allSlots = {p.oldPrimarySlot};
    for (const int sibling : cast.siblings) {
        const auto &sample = nodeAt(facts, sibling).sample; // none of one that never answered
        const QString name = sample ? sample->setting(QLatin1String("primary_slot_name")) : QString();
        if (!name.isEmpty()) {
            p.allSlots.append(name);
            if (p.delayed.contains(nodeAt(facts, sibling).name)) {
                p.delayedSlots.append(name);
            }
        }
    }
    for (const QString &name : std::as_const(p.allSlots)) {
        const bool there = std::any_of(candidate.replicationSlots.begin(), candidate.replicationSlots.end(),
                                       [&](const cluster::Slot &slot) { return slot.slotName == name; });
        if (!there) {
            p.newSlots.append(name);
        }
    }
    for (const cluster::Edge &edge : facts.state.assessment->topology.edges) {
        const bool delayed = edge.to >= 0 && p.delayed.contains(nodeAt(facts, edge.to).name); // uses it until then
        if (edge.from == cast.primary && !edge.slotName.isEmpty() && !delayed) {
            p.leftoverSlots.append(edge.slotName);
        }
        if (edge.to == cast.candidate) {
            p.candidateSlot = edge.slotName;
            p.candidateApplication = edge.sender ? edge.sender->applicationName : QString();
        }
    }
}

} // namespace

Pieces piecesOf(const Facts &facts, const Cast &cast)
{
    Pieces p;
    const cluster::NodeStatus &primary = nodeAt(facts, cast.primary);
    p.primary = primary.name;
    p.candidate = nodeAt(facts, cast.candidate).name;
    p.timeline = primary.sample->timeline.value_or(0);
    p.systemIdentifier = QString::number(primary.sample->systemIdentifier.value_or(0));
    std::tie(p.candidateHostName, p.candidatePort) = addressForPeers(facts.config, facts.state, cast.candidate);
    p.host = facts.nodes.value(p.primary).host;
    p.dataDirectory = primary.sample->setting(QLatin1String("data_directory"));
    p.candidateHost = facts.nodes.value(p.candidate).host;
    p.archiveMode = nodeAt(facts, cast.primary).sample->setting(QLatin1String("archive_mode"));
    p.candidateVersion = nodeAt(facts, cast.candidate).sample->serverVersionNum;
    p.fetchRetryMs = static_cast<int>(
        nodeAt(facts, cast.candidate).sample->settingNumber(QLatin1String("wal_retrieve_retry_interval")).value_or(0));
    noteOthers(p, facts, cast);
    noteSlots(p, facts, cast);
    p.sync = syncRuleAfter(facts, cast, Way::Native).value_or(SyncRule());
    p.ownSyncRule =
        !nodeAt(facts, cast.candidate).sample->setting(QLatin1String("synchronous_standby_names")).isEmpty();

    auto replaced = towards(facts, cast.candidate);
    replaced.emplace_back(QStringLiteral("application_name"), applicationNameOf(facts, cast, cast.primary));
    p.secrets.push_back(conninfoSecret(facts, QStringLiteral("conninfo_of_old_primary"), cast.candidate, replaced));
    noteOldValues(p, facts, cast.primary, QStringLiteral("old_conninfo_of_old_primary"));
    noteOldValues(p, facts, cast.candidate, {}); // its own conninfo is not changed
    for (std::size_t i = 0; i < cast.siblings.size(); ++i) {
        const int sibling = cast.siblings[i];
        if (!nodeAt(facts, sibling).sample) {
            continue; // a check refuses
        }
        const qsizetype number = p.siblings.size();
        p.siblings.append(nodeAt(facts, sibling).name);
        p.secrets.push_back(conninfoSecret(facts, QStringLiteral("conninfo_of_sibling_%1").arg(number), sibling,
                                           towards(facts, cast.candidate)));
        noteOldValues(p, facts, sibling, QStringLiteral("old_conninfo_of_sibling_%1").arg(number));
    }
    return p;
}

Pieces piecesToLookOn(const Facts &facts, const Cast &cast)
{
    const auto &nodes = facts.state.snapshot->nodes;
    Pieces p;
    p.primary = nodes[at(cast.primary)].name;
    p.candidate = nodes[at(cast.candidate)].name;
    p.timeline = nodes[at(cast.primary)].sample->timeline.value_or(0);
    p.systemIdentifier = QString::number(nodes[at(cast.primary)].sample->systemIdentifier.value_or(0));
    std::tie(p.candidateHostName, p.candidatePort) = addressForPeers(facts.config, facts.state, cast.candidate);
    for (const int sibling : cast.siblings) {
        if (nodes[at(sibling)].sample) {
            p.siblings.append(nodes[at(sibling)].name); // who has never answered can't be waited for
        }
    }
    noteOthers(p, facts, cast);
    for (const cluster::Edge &edge : facts.state.assessment->topology.edges) {
        if (edge.to == cast.candidate) {
            p.candidateSlot = edge.slotName;
            p.candidateApplication = edge.sender ? edge.sender->applicationName : QString();
        }
    }
    return p;
}

Step Pieces::step(const QByteArray &id, Phase phase, const QString &title, const QStringList &nodes, int deadlineMs,
                  int expectedMs) const
{
    Step step;
    step.id = QString::fromUtf8(id);
    step.phase = phase;
    step.title = title;
    step.nodes = nodes;
    step.deadlineMs = deadlineMs;
    step.expectedMs = expectedMs;
    return step;
}

Action Pieces::sql(const QString &node, const QString &text, const QString &about) const
{
    Action action;
    action.node = node;
    action.sql = text;
    action.text = about;
    return action;
}

Action Pieces::holds(const QString &node, const QString &text, const QString &about, int pollMs) const
{
    Action action = sql(node, text, about);
    action.expectsTrue = true;
    action.pollMs = pollMs;
    return action;
}

Action Pieces::command(const QString &node, const QStringList &argv, const QString &about) const
{
    Action action;
    action.kind = Action::Kind::Command;
    action.node = node;
    action.argv = argv;
    action.text = about;
    return action;
}

void Pieces::changeSetting(Step &step, const QString &node, const QString &name, const QString &valueSql,
                           const QString &isOurs) const
{
    step.actions.push_back(sql(node, QStringLiteral("ALTER SYSTEM SET %1 = %2").arg(name, valueSql)));
    restoreSetting(step.undo, node, name);
    if (!readsFiles.contains(node)) { // a check has said so
        return;
    }
    // It may be undone much later, and by a console that knows nothing of what others have done since.
    step.undo.back().onlyIf =
        QStringLiteral("SELECT (SELECT setting FROM pg_file_settings WHERE name = %1 AND sourcefile LIKE "
                       "'%/postgresql.auto.conf' ORDER BY seqno DESC LIMIT 1) %2")
            .arg(core::sqlLiteral(name), isOurs);
}

QString Pieces::leadsToCandidate() const
{
    // As the console writes it, host=a, as a script does, host='a', and in a URI, between & and &, percent-encoded.
    const auto pair = [](const char *keyword, const QString &value) {
        return QStringLiteral("(?=.*(^|[ ?&])%1='?(%2|%3)'?($|[ &]))")
            .arg(QLatin1String(keyword), QRegularExpression::escape(value),
                 QRegularExpression::escape(QString::fromLatin1(QUrl::toPercentEncoding(value))));
    };
    return QStringLiteral("~ %1").arg(
        core::sqlLiteral(QLatin1Char('^') + pair("host", candidateHostName) + pair("port", candidatePort)));
}

Action Pieces::reloadWhereOurs(const QString &node, const std::vector<std::pair<QString, QString>> &settings) const
{
    QStringList any;
    for (const auto &[name, isOurs] : settings) {
        any.append(
            QStringLiteral("(SELECT setting FROM pg_settings WHERE name = %1) %2").arg(core::sqlLiteral(name), isOurs));
    }
    return sql(node, QStringLiteral("SELECT CASE WHEN %1 THEN pg_reload_conf() ELSE true END")
                         .arg(any.join(QStringLiteral(" OR "))));
}

Action Pieces::reload(const QString &node) const
{
    return sql(node, QStringLiteral("SELECT pg_reload_conf()"));
}

void Pieces::restoreSetting(std::vector<Action> &actions, const QString &node, const QString &name) const
{
    const bool written = inAutoConf.value(node).contains(name);
    actions.push_back(
        sql(node, written ? QStringLiteral("ALTER SYSTEM SET %1 = %2").arg(name, oldValues.value(node).value(name))
                          : QStringLiteral("ALTER SYSTEM RESET %1").arg(name)));
}

QStringList Pieces::stopScript() const
{
    const bool told = !host.stop.isEmpty(); // by the cluster file's own command, as whoever logs in
    const QStringList watch = host.asOwner + QStringList{QStringLiteral("sh"),
                                                         QStringLiteral("-c"),
                                                         QLatin1String(kStopScript),
                                                         QStringLiteral("howdah-stop"),
                                                         told ? QString() : host.pgCtl,
                                                         host.dataDirectory,
                                                         host.pgControlData,
                                                         QString::number(stopDeadlineMs / 10),
                                                         signalMark()};
    return told ? QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(kToldStopScript),
                              QStringLiteral("howdah-told"), hosts::shellQuoted(watch)} +
                      host.stop
                : watch;
}

QStringList Pieces::controlDataCommand() const
{
    return host.asOwner + QStringList{QStringLiteral("sh"),
                                      QStringLiteral("-c"),
                                      QLatin1String(kControlScript),
                                      QStringLiteral("howdah-control"),
                                      host.pgControlData,
                                      host.dataDirectory};
}

QStringList Pieces::clearScript(bool asStandby) const
{
    return host.asOwner + QStringList{QStringLiteral("sh"),
                                      QStringLiteral("-c"),
                                      QLatin1String(kClearScript),
                                      QStringLiteral("howdah-clear"),
                                      host.pgCtl,
                                      host.dataDirectory,
                                      asStandby ? QStringLiteral("standby") : QStringLiteral("primary"),
                                      host.pgControlData,
                                      QString::number(timeline),
                                      signalMark(),
                                      archiveMode};
}

QString Pieces::signalMark() const
{
    return QStringLiteral("howdah: %1 was the primary until timeline %2, and made way for %3")
        .arg(primary, QString::number(timeline), candidate);
}

Action Pieces::startAction(const QString &about) const
{
    Action start = command(primary,
                           {QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(kStartScript),
                            QStringLiteral("howdah-start"), host.dataDirectory,
                            host.startAsRoot ? QString() : hosts::shellQuoted(host.asOwner)},
                           about);
    start.argv += host.start;
    start.asRoot = host.startAsRoot;
    return start;
}

Action Pieces::stillStandby() const
{
    // Its control file may lag behind, never run ahead.
    Action standby = holds(candidate,
                           QStringLiteral("SELECT pg_is_in_recovery() AND greatest((SELECT timeline_id FROM "
                                          "pg_control_checkpoint()), (SELECT received_tli FROM pg_stat_wal_receiver)) "
                                          "<= %1")
                               .arg(timeline),
                           tr("nobody has promoted %1 meanwhile, so that %2 may write").arg(candidate, primary));
    standby.otherwise =
        tr("it is not proved that %1 is a standby of %2 still: where it takes writes, leave %2 down, and "
           "let it follow as a standby")
            .arg(candidate, primary);
    standby.orSilent = true;
    standby.deadlineMs = 2000;
    return standby;
}

Action Pieces::isStandbyStill() const
{
    Action standby = stillStandby();
    standby.otherwise =
        tr("it is not proved that %1 is a standby of %2 still: somebody may have promoted it, or switched "
           "over since")
            .arg(candidate, primary);
    standby.wasSilent = true;
    return standby;
}

std::vector<Action> Pieces::othersStandBy() const
{
    std::vector<Action> all;
    for (const QString &node : others + away) {
        Action standby = holds(node, QStringLiteral("SELECT pg_is_in_recovery()"),
                               tr("nobody has made %1 the primary meanwhile").arg(node));
        standby.otherwise = tr("it is not proved that %1 is a standby still: where it takes writes, leave %2 down, and "
                               "let it follow %1 as a standby")
                                .arg(node, primary);
        standby.orSilent = true;
        standby.wasSilent = away.contains(node);
        standby.deadlineMs = 500; // nobody writes meanwhile
        all.push_back(standby);
    }
    return all;
}

std::vector<Action> Pieces::backToService() const
{
    std::vector<Action> all{stillStandby()};
    const std::vector<Action> standBy = othersStandBy();
    all.insert(all.end(), standBy.begin(), standBy.end());
    all.push_back(command(primary, clearScript(false), tr("%1 may start as the primary").arg(primary)));
    all.push_back(startAction(tr("%1 runs as the primary again").arg(primary)));
    all.push_back(
        holds(primary, QStringLiteral("SELECT NOT pg_is_in_recovery()"), tr("%1 takes writes again").arg(primary), 20));
    all.back().letsIn = true;
    return all;
}

/// pg_promote() leaves a file for the startup process, which takes it away when it begins to promote; from then on
/// recovery can't be paused any more, from version 13 on. (pg_wal_replay_pause() in xlogfuncs.c.)
std::vector<Action> Pieces::notPromoted() const
{
    if (candidateVersion < 130000 || !candidateHost.isPossible()) {
        return {};
    }
    // A session of ours that is stuck with the request would still leave the file.
    const QString ours = QStringLiteral("FROM pg_stat_activity WHERE application_name = 'howdah operation' AND pid <> "
                                        "pg_backend_pid()");
    Action gone = holds(candidate, QStringLiteral("SELECT NOT EXISTS (SELECT %1)").arg(ours),
                        tr("no session of an operation is left on %1").arg(candidate), 50);
    gone.deadlineMs = 5000;
    return {
        sql(candidate, QStringLiteral("SELECT pg_terminate_backend(pid) %1").arg(ours)),
        gone,
        command(candidate,
                candidateHost.asOwner + QStringList{QStringLiteral("test"), QStringLiteral("!"), QStringLiteral("-e"),
                                                    candidateHost.dataDirectory + QStringLiteral("/promote")},
                tr("nobody has asked %1 to promote").arg(candidate)),
        sql(candidate, QStringLiteral("SELECT pg_wal_replay_pause()"), tr("%1 is not promoting").arg(candidate)),
        sql(candidate, QStringLiteral("SELECT pg_wal_replay_resume()")),
        holds(candidate, QStringLiteral("SELECT pg_is_in_recovery()"), tr("%1 is a standby").arg(candidate))};
}

} // namespace howdah::operations::switchover
