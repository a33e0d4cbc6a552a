// SPDX-License-Identifier: GPL-3.0-or-later
// Whether nodes answer.
#include "rules.h"

namespace howdah::cluster {

namespace {
// A console that has just started is given this long before it says that nothing is known.
constexpr qint64 kConnectingMs = 3000;

struct LinkWords {
    Verdict severity;
    QString title;
    QString remedy;
};

LinkWords wordsFor(LinkState link, const QString &name)
{
    switch (link) {
    case LinkState::Refused:
        return {Verdict::Warning, QStringLiteral("%1 refuses connections").arg(name),
                QStringLiteral("Check its address and port in the cluster file, and that a server is started there.")};
    case LinkState::Down:
        return {Verdict::Critical, QStringLiteral("%1 is down").arg(name),
                QStringLiteral("Start the server on its host; its log says why it stopped.")};
    case LinkState::RejectedByHba:
        return {Verdict::Warning, QStringLiteral("pg_hba.conf of %1 rejects this console").arg(name),
                QStringLiteral("Add a line for this role, database and address to pg_hba.conf there, and reload.")};
    case LinkState::WrongPassword:
        return {Verdict::Warning, QStringLiteral("%1 does not accept the password").arg(name),
                QStringLiteral("Correct it in ~/.pgpass, in pg_service.conf or in the environment (PGPASSWORD).")};
    case LinkState::TooManyConnections:
        return {Verdict::Warning, QStringLiteral("%1 has no connection left").arg(name),
                QStringLiteral("Close idle sessions or raise max_connections. From 16 on a member of "
                               "pg_use_reserved_connections still gets in.")};
    case LinkState::StartingUp:
        return {Verdict::Warning, QStringLiteral("%1 is starting up").arg(name),
                QStringLiteral("Wait: after a crash it replays its WAL first, and its log says how far it is.")};
    case LinkState::ShuttingDown:
        return {Verdict::Warning, QStringLiteral("%1 is shutting down").arg(name),
                QStringLiteral("If nobody asked for it, its log says who did.")};
    case LinkState::Unresponsive:
        return {Verdict::Critical, QStringLiteral("%1 does not answer").arg(name),
                QStringLiteral("Its host accepts connections: look there for stopped processes, a full disk or load.")};
    case LinkState::Unreachable:
        return {
            Verdict::Critical, QStringLiteral("%1 is unreachable from here").arg(name),
            QStringLiteral("Check the host and the network to it. Promote nothing before you know that it is dead.")};
    case LinkState::NotPostgres:
        return {Verdict::Warning, QStringLiteral("No PostgreSQL server is at the address of %1").arg(name),
                QStringLiteral("Correct its host and port in the cluster file.")};
    case LinkState::Misconfigured:
        return {Verdict::Warning, QStringLiteral("The conninfo of %1 can't be used").arg(name),
                QStringLiteral("Correct it in the cluster file.")};
    default:
        return {Verdict::Warning, QStringLiteral("%1 turns this console away").arg(name),
                QStringLiteral("Its log says why. Another program may listen on that port.")};
    }
}

// A walsender's row outlives its standby by wal_sender_timeout: only what the standby has said since it last answered
// here, by its own clock both, proves anything. A host that nobody reaches may have died since: it has spoken of late.
bool repliedSince(const Edge &edge, const NodeStatus &standby, const NodeSample &upstream)
{
    const QDateTime reply = edge.sender ? edge.sender->replyTime : QDateTime();
    if (standby.link == LinkState::Unreachable &&
        (!reply.isValid() || !upstream.serverTime.isValid() || reply.msecsTo(upstream.serverTime) >= kHeardMs)) {
        return false;
    }
    return !standby.sample || !standby.sample->serverTime.isValid() || reply > standby.sample->serverTime;
}

// The same of an upstream, whose clock both times are of. One that never answered here: what was heard of late.
bool sentSince(const NodeSample &standby, const NodeStatus &upstream)
{
    const Receiver &receiver = *standby.receiver;
    if (upstream.sample && upstream.sample->serverTime.isValid() && receiver.lastMsgSendTime.isValid()) {
        return receiver.lastMsgSendTime > upstream.sample->serverTime;
    }
    return receiver.lastMsgReceiptTime.isValid() && receiver.lastMsgReceiptTime.msecsTo(standby.serverTime) < kHeardMs;
}

QString lastAnswer(const Rules &rules, int index)
{
    const qint64 age = rules.snapshot.sampleAgeMs(rules.node(index));
    if (age < 0) {
        return rules.thresholds.once ? QString() : QStringLiteral("It has not answered since this console started.");
    }
    const Place &place = rules.topology.places[static_cast<std::size_t>(index)];
    const QString role = toString(place.role).toLower();
    return place.role == NodeRole::Unknown ? QStringLiteral("It last answered %1 ago.").arg(span(age))
                                           : QStringLiteral("It last answered %1 ago, as %2.").arg(span(age), role);
}

void judgeBadLink(Rules &rules, int index)
{
    const NodeStatus &node = rules.node(index);
    LinkWords words = wordsFor(node.link, node.name);
    // Most messages name the address themselves, and end as sentences do or don't.
    QString text = node.linkError.message;
    if (!text.contains(node.address)) {
        text = text.isEmpty() ? node.address : QStringLiteral("%1: %2").arg(node.address, text);
    }
    if (!text.endsWith(QLatin1Char('.'))) {
        text += QLatin1Char('.');
    }
    text = (text + QLatin1Char(' ') + lastAnswer(rules, index)).trimmed();
    if (node.link == LinkState::Refused && rules.thresholds.once && !node.sample && rules.isData(index) &&
        heardBy(rules, index).isEmpty()) {
        words.severity = Verdict::Critical; // who looks once can't have seen it up: nothing runs where one should
    }
    if (node.link == LinkState::Unreachable) {
        if (!node.sample) {
            // Silent since this console started: the host may be down, or the way to it never was. What it does to the
            // others shows on them.
            words.severity = Verdict::Unknown;
        }
        if (const QString other = heardBy(rules, index); !other.isEmpty()) {
            words.severity = Verdict::Warning;
            text += QStringLiteral(" %1 still exchanges WAL with it, so it runs.").arg(other);
            words.remedy = QStringLiteral("Check the network between this console and it.");
        }
    }
    if (!rules.isData(index)) {
        words.severity = std::min(words.severity, Verdict::Warning);
    }
    rules.add({.id = QStringLiteral("node_%1:%2").arg(linkKey(node.link), node.name),
               .severity = words.severity,
               .node = node.name,
               .title = words.title,
               .evidence = text,
               .remedy = words.remedy,
               .page = QStringLiteral("overview"),
               .sinceMs = std::max<qint64>(1, node.linkSinceMs),
               .beganUnseen = !node.sample});
}

void judgeSilence(Rules &rules, int index)
{
    const NodeStatus &node = rules.node(index);
    const bool neverAnswered = !node.sample;
    if (neverAnswered && rules.now() - node.linkSinceMs < kConnectingMs) {
        return; // unknown, and rightly so
    }
    const qint64 since = neverAnswered ? node.linkSinceMs : node.sample->takenMonotonicMs;
    rules.add(
        {.id = QStringLiteral("stale:%1").arg(node.name),
         .severity = Verdict::Unknown,
         .node = node.name,
         .title = neverAnswered
                      ? QStringLiteral("Nothing is known about %1 yet").arg(node.name)
                      : QStringLiteral("%1 has not answered for %2").arg(node.name, span(rules.now() - since)),
         .evidence =
             neverAnswered
                 ? QStringLiteral("%1: connecting for %2.").arg(node.address, span(rules.now() - node.linkSinceMs))
                 : QStringLiteral("%1: what is shown of it is as old as that.").arg(node.address),
         .remedy =
             QStringLiteral("Wait; after %1 missed polls its state is told.").arg(rules.thresholds.unreachablePolls),
         .page = QStringLiteral("overview"),
         .sinceMs = std::max<qint64>(1, since)});
}

void judgeSecondName(Rules &rules, int index)
{
    const int same = rules.topology.places[static_cast<std::size_t>(index)].sameAs;
    if (same < 0) {
        return;
    }
    const NodeStatus &node = rules.node(index);
    rules.add({.id = QStringLiteral("named_twice:%1").arg(node.name),
               .severity = Verdict::Warning,
               .node = node.name,
               .title = QStringLiteral("%1 and %2 are one server").arg(rules.name(same), node.name),
               .evidence = QStringLiteral("%1 and %2 lead to the same server: system %3, started %4. It counts once.")
                               .arg(rules.node(same).address, node.address,
                                    QString::number(*rules.sample(index).systemIdentifier),
                                    rules.sample(index).postmasterStartTime.toUTC().toString(Qt::ISODate)),
               .remedy = QStringLiteral("Keep one of them in the cluster file: the address that stays with the host, "
                                        "not one that moves."),
               .page = QStringLiteral("overview")});
}

} // namespace

QString heardBy(const Rules &rules, int index)
{
    for (const Edge &edge : rules.topology.edges) {
        if (edge.to == index && edge.state == EdgeState::SenderOnly &&
            repliedSince(edge, rules.node(index), rules.sample(edge.from))) {
            return rules.name(edge.from);
        }
        if (edge.from != index || edge.state != EdgeState::ReceiverOnly || !rules.isFreshStandby(edge.to)) {
            continue;
        }
        const NodeSample &standby = rules.sample(edge.to);
        if (standby.receiver && sentSince(standby, rules.node(index))) {
            return rules.name(edge.to);
        }
    }
    return {};
}

bool isIsolated(const Rules &rules)
{
    return std::any_of(rules.snapshot.nodes.cbegin(), rules.snapshot.nodes.cend(),
                       [](const NodeStatus &node) { return node.link == LinkState::ConsoleIsolated; });
}

void judgeLinks(Rules &rules)
{
    if (rules.snapshot.nodes.empty()) {
        rules.add({.id = QStringLiteral("no_nodes"),
                   .severity = Verdict::Unknown,
                   .title = QStringLiteral("This cluster has no nodes"),
                   .evidence = QStringLiteral("Its cluster file names none, so there is nobody to ask."),
                   .remedy = QStringLiteral("Add a [[node]] with its conninfo."),
                   .page = QStringLiteral("overview")});
        return;
    }
    if (rules.snapshot.paused) {
        rules.add({.id = QStringLiteral("paused"),
                   .severity = Verdict::Unknown,
                   .title = QStringLiteral("Sampling is paused"),
                   .evidence = QStringLiteral("What is shown is as it was when it was paused."),
                   .remedy = QStringLiteral("Resume it to see the cluster as it is now."),
                   .page = QStringLiteral("overview")});
        return;
    }
    if (isIsolated(rules)) {
        rules.add(
            {.id = QStringLiteral("console_isolated"),
             .severity = Verdict::Unknown,
             .title = QStringLiteral("This console is cut off"),
             .evidence = QStringLiteral("None of the %1 nodes can be reached, most likely because of the network "
                                        "here: the cluster may be fine.")
                             .arg(rules.count()),
             .remedy = QStringLiteral("Check the network of this machine. Change nothing in the cluster from here."),
             .page = QStringLiteral("overview")});
    }
    for (int i = 0; i < rules.count(); ++i) {
        const NodeStatus &node = rules.node(i);
        const bool silent = node.link == LinkState::Unreachable || node.link == LinkState::Unresponsive;
        const bool early = silent && node.missedPolls < rules.thresholds.unreachablePolls;
        if (node.link == LinkState::ConsoleIsolated) {
            continue;
        }
        judgeSecondName(rules, i);
        if (node.link == LinkState::Up || node.link == LinkState::Connecting || early) {
            if (!rules.fresh[static_cast<std::size_t>(i)]) {
                judgeSilence(rules, i);
            }
        } else {
            judgeBadLink(rules, i);
        }
        if (node.link == LinkState::Up && !node.acceptsConnections) {
            rules.add(
                {.id = QStringLiteral("no_new_connections:%1").arg(node.name),
                 .severity = rules.isData(i) ? Verdict::Critical : Verdict::Warning,
                 .node = node.name,
                 .title = QStringLiteral("%1 takes no new connections").arg(node.name),
                 .evidence =
                     QStringLiteral("%1: the open session is answered, a new connection is not.").arg(node.address),
                 .remedy = QStringLiteral("Its postmaster may be stopped or out of resources: look on its host."),
                 .page = QStringLiteral("overview")});
        }
    }
}

} // namespace howdah::cluster
