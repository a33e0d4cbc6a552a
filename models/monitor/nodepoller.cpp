// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodepoller.h"

#include <QRandomGenerator>
#include <algorithm>
#include <utility>

#include "cluster/topology.h"
#include "core/logging.h"
#include "monitor/assembly.h"
#include "monitor/backoff.h"
#include "monitor/catalog.h"

namespace howdah::monitor {

using cluster::LinkState;

namespace {
// A knock costs the server a fork and, with log_connections, a line in its log: seldom while all is well.
constexpr qint64 kKnockEveryMs = 10'000;
constexpr qint64 kKnockAgainMs = 2'000;
constexpr int kKnockDeadlineMs = 1'500;
// What may not be read is an ERROR in the server's log each time it is tried: not every tick. Rights that were granted
// meanwhile are noticed then, by refresh, or with the next session.
constexpr qint64 kDeniedAgainMs = 600'000;
constexpr qint64 kLostAgainMs = 5'000;
// What may take long gets so much of the server's time, so that even several of those leave the batch its deadline; and
// what took longer is asked again ever more seldom.
constexpr int kSlowMs = 300;
constexpr qint64 kSlowAgainMs = 30'000;
constexpr qint64 kHungAgainMs = 10'000;
constexpr qint64 kHeldAtMostMs = 600'000;
// A connection that is cut sooner is likely to be cut again.
constexpr qint64 kLastingMs = 5'000;

double random01()
{
    return QRandomGenerator::global()->generateDouble();
}
} // namespace

NodePoller::NodePoller(const cluster::NodeConfig &config, const core::Clock &clock, QObject *parent)
    : QObject(parent)
    , m_clock(clock)
{
    m_status.name = config.name;
    m_status.kind = config.kind;
    m_status.linkSinceMs = clock.monotonicMs();
    connect(&m_door, &postgres::DoorProbe::answered, this, &NodePoller::doorAnswered);

    const auto conninfo = postgres::Conninfo::parse(config.conninfo);
    if (!conninfo) {
        setLink(LinkState::Misconfigured, conninfo.error());
        return;
    }
    const postgres::Conninfo::Place place = conninfo->places().front();
    m_status.host = place.host.isEmpty() ? place.hostaddr : place.host;
    m_status.address = conninfo->address();
    m_session = std::make_unique<postgres::Session>(*conninfo, postgres::SessionOptions{});
    connect(m_session.get(), &postgres::Session::opened, this, [this] {
        m_dueAt.clear(); // another server may answer now
        m_bytesAtOpen = 0;
        m_status.hostaddr = m_session->peer().hostaddr;
        m_openedAt = m_clock.monotonicMs();
        m_nextKnockAt = m_openedAt + kKnockEveryMs;
        startBatch();
    });
    connect(m_session.get(), &postgres::Session::failed, this, &NodePoller::sessionFailed);
}

NodePoller::~NodePoller() = default;

void NodePoller::tick()
{
    if (!m_session) {
        return;
    }
    ++m_cost.ticks;
    m_cost.skippedTicks += m_session->isBusy() ? 1 : 0;
    const bool before = std::exchange(m_onDemand, false); // what it begins may end within
    if (!advance()) {
        m_onDemand = before;
        ++m_status.missedPolls;
    }
}

void NodePoller::refresh()
{
    m_dueAt.clear();
    m_held.clear();
    m_nextAttemptAt = 0;
    m_nextKnockAt = 0;
    const bool before = std::exchange(m_onDemand, true);
    if (!m_session || !advance()) {
        m_onDemand = before;
    }
}

// Asks, or connects when that is due. False: it waits for something.
bool NodePoller::advance()
{
    if (m_session->isBusy()) {
        return false;
    }
    if (m_session->isOpen()) {
        startBatch();
        knockIfDue();
        return true;
    }
    if (m_waiting || m_clock.monotonicMs() < m_nextAttemptAt) {
        return false;
    }
    m_waiting = true;
    m_answered = false;
    m_session->open();
    return true;
}

// Polls are the ticks': what was asked for in between doesn't make a silence longer.
void NodePoller::countMiss()
{
    if (!std::exchange(m_onDemand, false)) {
        ++m_status.missedPolls;
    }
}

void NodePoller::startBatch()
{
    const qint64 now = m_clock.monotonicMs();
    const int version = m_session->serverVersion();
    std::vector<const Section *> asked; // null: the session's own
    std::vector<postgres::Statement> statements;
    m_slowAsked.clear();
    const auto ask = [&](const Section *section) {
        asked.push_back(section);
        statements.push_back({section->name, section->sql(version)});
    };
    for (const Section &section : sections()) {
        if (version < section.sinceVersion || now < m_dueAt.value(&section, 0) || now < m_held.value(&section).until ||
            (section.wanted && !section.wanted(m_status.sample.get()))) {
            continue;
        }
        if (section.mayTakeLong) {
            m_slowAsked.push_back(&section);
        } else {
            ask(&section);
        }
        // Spread, so that what is slow does not all come due in one tick.
        m_dueAt.insert(&section, now + static_cast<qint64>(section.everyMs * (0.8 + 0.4 * random01())));
    }
    if (!m_slowAsked.empty()) {
        asked.push_back(nullptr);
        statements.push_back({QByteArray(), "SET statement_timeout TO " + QByteArray::number(kSlowMs)});
        std::for_each(m_slowAsked.cbegin(), m_slowAsked.cend(), ask);
        asked.push_back(nullptr);
        statements.push_back({QByteArray(), "RESET statement_timeout"});
    }
    m_sentAt = now;
    m_waiting = true;
    ++m_cost.roundTrips;
    m_session->run(statements, [this, asked](const Results &results) { batchDone(asked, results); });
}

void NodePoller::batchDone(const std::vector<const Section *> &asked, const Results &results)
{
    m_waiting = false;
    m_slowAsked.clear();
    if (sessionLasts()) {
        m_failures = 0;
    }
    const qint64 received = m_session->bytesReceived();
    if (received >= 0) {
        m_cost.bytesReceived += received - m_bytesAtOpen;
        m_bytesAtOpen = received;
    }
    if (!results.front()) { // without "core" there is no sample
        m_answered = true;
        batchFailed(asked, results.front().error());
        return;
    }
    auto sample = std::make_shared<cluster::NodeSample>();
    sample->takenMonotonicMs = m_clock.monotonicMs();
    sample->takenWallMs = m_clock.wallMs();
    sample->roundTripMs = static_cast<double>(sample->takenMonotonicMs - m_sentAt);
    carryOver(asked, results, *sample);
    readSections(asked, results, *sample);
    noteChanges(*sample);
    m_status.sample = std::move(sample);
    m_status.missedPolls = 0;
    m_onDemand = false;
    m_answered = true;
    m_everUp = true;
    setLink(LinkState::Up, {});
    Q_EMIT changed();
}

void NodePoller::batchFailed(const std::vector<const Section *> &asked, const core::Error &why)
{
    countMiss();
    for (const Section *section : asked) { // lost with it: again soon, but what is heavy not on every tick
        if (section) {
            m_dueAt.insert(section, m_clock.monotonicMs() + qMin<qint64>(section->everyMs, kLostAgainMs));
        }
    }
    core::Error error = why;
    error.message = QStringLiteral("%1 could not answer: %2").arg(m_status.address, error.message);
    setLink(LinkState::Failed, error);
    Q_EMIT changed();
}

// What can't be read any more has no value: the one of before would pass for one of now.
void NodePoller::carryOver(const std::vector<const Section *> &asked, const Results &results,
                           cluster::NodeSample &sample)
{
    if (m_status.sample) {
        sample.unreadable = m_status.sample->unreadable;
    }
    for (const Section &section : sections()) {
        const auto at = std::find(asked.cbegin(), asked.cend(), &section);
        const bool failed = at != asked.cend() && !results[static_cast<std::size_t>(at - asked.cbegin())];
        const bool isHeld = at == asked.cend() && m_held.contains(&section);
        if (isHeld) {
            sample.unreadable.insert(QString::fromLatin1(section.name), m_held.value(&section).why);
        }
        // Who the server is does not change in one session.
        const bool isConstant = m_answered && QByteArrayView(section.name) == "identity";
        if (m_status.sample && ((!failed && !isHeld) || isConstant)) {
            section.carry(*m_status.sample, sample);
        }
    }
}

void NodePoller::readSections(const std::vector<const Section *> &asked, const Results &results,
                              cluster::NodeSample &sample)
{
    bool historyRead = false;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const Section *section = asked[i];
        if (!section) {
            continue;
        }
        const QString name = QString::fromLatin1(section->name);
        if (results[i]) {
            m_held.remove(section);
            sample.unreadable.remove(name);
            section->decode(*results[i], sample);
            historyRead = historyRead || name == QLatin1String("timeline_history");
            continue;
        }
        const core::Error &error = results[i].error();
        QString why = error.message;
        if (error.kind == core::Error::Kind::Denied) {
            m_dueAt.insert(section, m_clock.monotonicMs() + kDeniedAgainMs);
        } else if (error.sqlstate == QLatin1String("57014") && section->mayTakeLong) {
            why = QStringLiteral("It took over %1 s, so it is asked seldom: %2").arg(kSlowMs / 1000.0).arg(why);
            hold(section, qMax<qint64>(section->everyMs, kSlowAgainMs), why);
        }
        sample.unreadable.insert(name, why);
    }
    if (m_status.sample && !historyRead) {
        dropForeignHistory(*m_status.sample, sample);
    }
}

void NodePoller::hold(const Section *section, qint64 firstMs, const QString &why)
{
    Hold &held = m_held[section];
    held.until = m_clock.monotonicMs() + qMin(kHeldAtMostMs, firstMs << qMin(held.times, 6));
    ++held.times;
    held.why = why;
}

// What a change makes worth reading again before its time.
void NodePoller::noteChanges(const cluster::NodeSample &sample)
{
    const cluster::NodeSample *before = m_status.sample.get();
    if (!before) {
        return;
    }
    const bool reloaded = before->configurationLoadTime != sample.configurationLoadTime;
    const bool promoted = before->inRecovery != sample.inRecovery || before->timeline != sample.timeline;
    for (const Section &section : sections()) {
        const QByteArrayView name(section.name);
        if ((reloaded && name == "settings") || (promoted && (name == "timeline_history" || name == "settings"))) {
            m_dueAt.remove(&section);
        }
    }
}

bool NodePoller::sessionLasts() const
{
    return m_clock.monotonicMs() - m_openedAt >= kLastingMs;
}

void NodePoller::sessionFailed(const postgres::Failure &failure)
{
    m_waiting = false;
    m_door.stop();
    if (failure.link == LinkState::Unresponsive) {
        // One of them may be why: not all of them at once again.
        for (const Section *section : std::exchange(m_slowAsked, {})) {
            hold(section, kHungAgainMs, QStringLiteral("No answer came when it was last asked."));
        }
    }
    m_slowAsked.clear();
    // One that lets us in and soon ends it, with an answer or without, is no connection lost: it would be opened again
    // without end.
    const bool brief = m_answered && !sessionLasts();
    const bool lost = m_answered && !brief;
    m_answered = false;
    countMiss();
    const bool cut = failure.link == LinkState::Down;
    const bool silent = failure.link == LinkState::Unresponsive;
    if (lost && (cut || silent)) {
        // The connection was cut without a word, or nothing came through it any more: whether the host, the server or
        // only the network is gone, the next attempt tells, at once.
        m_nextAttemptAt = 0;
        m_waiting = true;
        m_session->open();
        return;
    }
    ++m_failures;
    // Whoever cuts a connection that is being made is there: a proxy, or a server that crashes.
    const LinkState link = cut                                              ? LinkState::Failed
                           : failure.link == LinkState::Refused && m_everUp ? LinkState::Down
                                                                            : failure.link;
    const LinkState pace = brief && cut ? LinkState::Unreachable : link;
    m_nextAttemptAt = lost ? 0 : m_clock.monotonicMs() + backoffMs(pace, m_failures, random01());
    core::Error error = failure.error;
    error.node = m_status.name;
    setLink(link, error);
    if (failure.link == LinkState::ShuttingDown && lost) {
        // Said of the session, be it that somebody ended only that: the next attempt tells which, at once.
        m_waiting = true;
        m_session->open();
    }
    Q_EMIT changed();
}

void NodePoller::setLink(LinkState link, const core::Error &error)
{
    if (m_status.link != link) {
        qCInfo(lcMonitor).noquote() << m_status.name << "link" << cluster::linkKey(link) << error.message;
        m_status.linkSinceMs = m_clock.monotonicMs();
        m_status.link = link;
    }
    m_status.linkError = error;
    if (link != LinkState::Up) {
        m_silentKnocks = 0;
        m_status.acceptsConnections = true;
    }
}

void NodePoller::knockIfDue()
{
    const qint64 now = m_clock.monotonicMs();
    if (now < m_nextKnockAt || m_door.isKnocking()) {
        return;
    }
    m_nextKnockAt = now + kKnockEveryMs;
    m_door.knock(m_session->peer(), kKnockDeadlineMs);
}

void NodePoller::doorAnswered(bool open)
{
    m_silentKnocks = open ? 0 : m_silentKnocks + 1;
    if (!open) {
        m_nextKnockAt = m_clock.monotonicMs() + kKnockAgainMs;
    }
    // One lost packet is no frozen server.
    const bool accepts = m_silentKnocks < 2;
    if (accepts != m_status.acceptsConnections) {
        m_status.acceptsConnections = accepts;
        Q_EMIT changed();
    }
}

} // namespace howdah::monitor
