// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <memory>

#include "cluster/snapshot.h"
#include "core/clock.h"
#include "postgres/doorprobe.h"
#include "postgres/session.h"

namespace howdah::monitor {

struct Section;

/// What a poller has cost so far, for the benchmarks and the status bar.
struct PollerCost {
    qint64 ticks = 0;
    qint64 roundTrips = 0;
    qint64 bytesReceived = 0;
    qint64 skippedTicks = 0; ///< the one before was still in flight
};

/// Samples one node: one session, one round trip a tick, never two ticks in flight. Connects again by itself with
/// jittered backoff. Lives in the engine thread.
class NodePoller : public QObject {
    Q_OBJECT
public:
    NodePoller(const cluster::NodeConfig &config, const core::Clock &clock, QObject *parent = nullptr);
    ~NodePoller() override;

    /// One tick: samples when open, tries to connect when that is due.
    void tick();
    /// Everything is due at the next tick, and a connection is tried without waiting for the backoff.
    void refresh();

    const cluster::NodeStatus &status() const { return m_status; }
    const PollerCost &cost() const { return m_cost; }
    /// A question is under way whose answer will change the status.
    bool isWaiting() const { return m_waiting; }
    int backendPid() const { return m_session ? m_session->backendPid() : 0; }

Q_SIGNALS:
    /// The status has changed: a new sample, or a new link state.
    void changed();

private:
    /// A section that took too long, and what is said in place of it.
    struct Hold {
        qint64 until = 0; ///< monotonic
        int times = 0;    ///< in a row
        QString why;
    };
    using Results = std::vector<core::Result<postgres::Rows>>;

    bool advance();
    void startBatch();
    void batchDone(const std::vector<const Section *> &asked, const Results &results);
    void batchFailed(const std::vector<const Section *> &asked, const core::Error &error);
    void carryOver(const std::vector<const Section *> &asked, const Results &results, cluster::NodeSample &sample);
    void readSections(const std::vector<const Section *> &asked, const Results &results, cluster::NodeSample &sample);
    void hold(const Section *section, qint64 firstMs, const QString &why);
    void countMiss();
    bool sessionLasts() const;
    void noteChanges(const cluster::NodeSample &sample);
    void sessionFailed(const postgres::Failure &failure);
    void setLink(cluster::LinkState link, const core::Error &error);
    void knockIfDue();
    void doorAnswered(bool open);

    const core::Clock &m_clock;
    cluster::NodeStatus m_status;
    std::unique_ptr<postgres::Session> m_session;
    postgres::DoorProbe m_door;
    QHash<const Section *, qint64> m_dueAt; ///< monotonic; absent: due
    QHash<const Section *, Hold> m_held;
    std::vector<const Section *> m_slowAsked; ///< those of the batch under way that may take long
    PollerCost m_cost;
    bool m_waiting = false;
    bool m_answered = false; ///< something, in the session that is open
    bool m_onDemand = false; ///< what is under way was asked for between the ticks
    bool m_everUp = false;
    int m_failures = 0;
    qint64 m_nextAttemptAt = 0;
    qint64 m_openedAt = 0;
    qint64 m_sentAt = 0;
    qint64 m_bytesAtOpen = 0;
    qint64 m_nextKnockAt = 0;
    int m_silentKnocks = 0;
};

} // namespace howdah::monitor
