// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodepoller.h"

#include <QRandomGenerator>

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
    m_status.host = conninfo->places().front().host;
    m_status.address = conninfo->address();
    m_session = std::make_unique<postgres::Session>(*conninfo, postgres::SessionOptions{});
    connect(m_session.get(), &postgres::Session::opened, this, [this] {
        m_dueAt.clear(); // another server may answer now
        m_bytesAtOpen = 0;
        m_status.hostaddr = m_session->peer().hostaddr;
        m_nextKnockAt = m_clock.monotonicMs() + kKnockEveryMs;
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
    const qint64 now = m_clock.monotonicMs();
    if (m_session->isBusy()) {
        ++m_cost.skippedTicks;
        ++m_status.missedPolls;
    } else if (m_session->isOpen()) {
        startBatch();
        knockIfDue();
    } else if (!m_waiting && now >= m_nextAttemptAt) {
        m_waiting = true;
        m_answered = false;
        m_session->open();
    } else {
        ++m_status.missedPolls;
    }
}

void NodePoller::refresh()
{
    m_dueAt.clear();
    m_nextAttemptAt = 0;
    m_nextKnockAt = 0;
    tick();
}

void NodePoller::startBatch()
{
    const qint64 now = m_clock.monotonicMs();
    const int version = m_session->serverVersion();
    std::vector<const Section *> asked;
    std::vector<postgres::Statement> statements;
    for (const Section &section : sections()) {
        if (version < section.sinceVersion || now < m_dueAt.value(&section, 0) ||
            (section.wanted && !section.wanted(m_status.sample.get()))) {
            continue;
        }
        asked.push_back(&section);
        statements.push_back({section.name, section.sql(version)});
        // Spread, so that what is slow does not all come due in one tick.
        m_dueAt.insert(&section, now + static_cast<qint64>(section.everyMs * (0.8 + 0.4 * random01())));
    }
    m_sentAt = now;
    m_waiting = true;
    ++m_cost.roundTrips;
    m_session->run(statements, [this, asked](const std::vector<core::Result<postgres::Rows>> &results) {
        batchDone(asked, results);
    });
}

void NodePoller::batchDone(const std::vector<const Section *> &asked,
                           const std::vector<core::Result<postgres::Rows>> &results)
{
    m_waiting = false;
    m_answered = true;
    m_failures = 0;
    const qint64 received = m_session->bytesReceived();
    if (received >= 0) {
        m_cost.bytesReceived += received - m_bytesAtOpen;
        m_bytesAtOpen = received;
    }
    if (!results.front()) { // without "core" there is no sample
        ++m_status.missedPolls;
        for (const Section *section : asked) { // lost with it: again soon, but what is heavy not on every tick
            m_dueAt.insert(section, m_clock.monotonicMs() + qMin<qint64>(section->everyMs, kLostAgainMs));
        }
        core::Error error = results.front().error();
        error.message = QStringLiteral("%1 could not answer: %2").arg(m_status.address, error.message);
        setLink(LinkState::Failed, error);
        Q_EMIT changed();
        return;
    }
    auto sample = std::make_shared<cluster::NodeSample>();
    sample->takenMonotonicMs = m_clock.monotonicMs();
    sample->takenWallMs = m_clock.wallMs();
    sample->roundTripMs = static_cast<double>(sample->takenMonotonicMs - m_sentAt);
    if (m_status.sample) {
        sample->unreadable = m_status.sample->unreadable;
        for (const Section &section : sections()) {
            section.carry(*m_status.sample, *sample);
        }
    }
    bool historyRead = false;
    for (std::size_t i = 0; i < asked.size(); ++i) {
        const QString name = QString::fromLatin1(asked[i]->name);
        const bool isHistory = name == QLatin1String("timeline_history");
        if (results[i]) {
            sample->unreadable.remove(name);
            asked[i]->decode(*results[i], *sample);
            historyRead = historyRead || isHistory;
        } else {
            if (isHistory) {
                sample->timelineHistory.clear();
            }
            sample->unreadable.insert(name, results[i].error().message);
            if (results[i].error().kind == core::Error::Kind::Denied) {
                m_dueAt.insert(asked[i], m_clock.monotonicMs() + kDeniedAgainMs);
            }
        }
    }
    if (m_status.sample && !historyRead) {
        dropForeignHistory(*m_status.sample, *sample);
    }
    noteChanges(*sample);
    m_status.sample = std::move(sample);
    m_status.missedPolls = 0;
    m_everUp = true;
    setLink(LinkState::Up, {});
    Q_EMIT changed();
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

void NodePoller::sessionFailed(const postgres::Failure &failure)
{
    m_waiting = false;
    m_door.stop();
    // One that lets us in and ends it before it answered is no connection lost: it would be opened again without end.
    const bool lost = m_answered;
    m_answered = false;
    ++m_status.missedPolls;
    const bool explicitReason = failure.link != LinkState::Down;
    if (lost && !explicitReason) {
        // The connection was cut without a word: what that means, the next attempt tells, at once.
        m_nextAttemptAt = 0;
        m_waiting = true;
        m_session->open();
        return;
    }
    ++m_failures;
    const LinkState link = failure.link == LinkState::Refused && m_everUp ? LinkState::Down : failure.link;
    m_nextAttemptAt = lost ? 0 : m_clock.monotonicMs() + backoffMs(link, m_failures, random01());
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
