// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine.h"

#include "core/clock.h"
#include "monitor/clustermonitor.h"
#include "monitor/completion.h"
#include "monitor/discovery.h"

namespace howdah::monitor {

namespace {
// With many clusters open, their states come together rather than each with a repaint of its own.
constexpr int kRestMs = 40;
} // namespace

Engine::Engine(QObject *parent)
    : QObject(parent)
    , m_room(new QObject)
{
    qRegisterMetaType<cluster::ClusterState>();
    qRegisterMetaType<DiscoveryResult>();
    qRegisterMetaType<core::Error>();
    m_rest.setSingleShot(true);
    m_rest.setInterval(kRestMs);
    connect(&m_rest, &QTimer::timeout, this, &Engine::deliver);
    m_thread.setObjectName(QStringLiteral("engine"));
    m_room->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, m_room, &QObject::deleteLater);
    m_thread.start();
}

Engine::~Engine()
{
    m_thread.quit();
    m_thread.wait(); // its loop has no blocking call in it, so this is a matter of microseconds
}

void Engine::openCluster(const cluster::ClusterConfig &config)
{
    QMetaObject::invokeMethod(m_room, [this, config] {
        if (!needsDiscovery(config)) {
            monitorCluster(config);
            return;
        }
        delete m_completing.take(config.name);
        DiscoveryOptions options;
        options.patroniUrl = config.patroniUrl;
        auto *discovery = new Discovery(options, m_room);
        m_completing.insert(config.name, discovery);
        connect(discovery, &Discovery::finished, m_room, [this, config](const core::Result<DiscoveryResult> &result) {
            if (Discovery *done = m_completing.take(config.name)) {
                done->deleteLater();
                cluster::ClusterConfig whole = result ? completed(config, *result) : config;
                whole.name = config.name; // by which the window knows it already
                monitorCluster(whole);
            }
        });
        discovery->start(config.nodes.front().conninfo);
    });
}

void Engine::monitorCluster(const cluster::ClusterConfig &config)
{
    delete m_monitors.take(config.name);
    auto *monitor = new ClusterMonitor(config, core::systemClock(), m_room);
    m_monitors.insert(config.name, monitor);
    connect(monitor, &ClusterMonitor::stateChanged, m_room,
            [this](const cluster::ClusterState &state) { post(state); });
    monitor->start();
}

void Engine::closeCluster(const QString &name)
{
    QMetaObject::invokeMethod(m_room, [this, name] {
        delete m_completing.take(name);
        delete m_monitors.take(name);
        const QMutexLocker lock(&m_mutex);
        m_newest.remove(name);
    });
}

void Engine::discover(const QString &conninfo)
{
    QMetaObject::invokeMethod(m_room, [this, conninfo, run = ++m_discoverRun] {
        delete m_discovery;
        m_discovery = new Discovery({}, m_room);
        connect(m_discovery, &Discovery::finished, m_room, [this, run](const core::Result<DiscoveryResult> &result) {
            m_discovery->deleteLater();
            m_discovery = nullptr;
            const auto answer = [this, run, result] {
                if (run != m_discoverRun) {
                    return; // another one has been asked for since
                }
                if (result) {
                    Q_EMIT discovered(*result);
                } else {
                    Q_EMIT discoveryFailed(result.error());
                }
            };
            QMetaObject::invokeMethod(this, answer, Qt::QueuedConnection);
        });
        m_discovery->start(conninfo);
    });
}

void Engine::refresh(const QString &name)
{
    QMetaObject::invokeMethod(m_room, [this, name] {
        if (ClusterMonitor *monitor = m_monitors.value(name)) {
            monitor->refresh();
        }
    });
}

void Engine::setPaused(const QString &name, bool paused)
{
    QMetaObject::invokeMethod(m_room, [this, name, paused] {
        if (ClusterMonitor *monitor = m_monitors.value(name)) {
            monitor->setPaused(paused);
        }
    });
}

void Engine::post(const cluster::ClusterState &state)
{
    const QMutexLocker lock(&m_mutex);
    m_newest.insert(state.snapshot->cluster, state);
    if (!m_deliveryPending) {
        m_deliveryPending = true;
        QMetaObject::invokeMethod(this, &Engine::deliver, Qt::QueuedConnection);
    }
}

void Engine::deliver()
{
    QHash<QString, cluster::ClusterState> newest;
    {
        const QMutexLocker lock(&m_mutex);
        newest.swap(m_newest);
        m_deliveryPending = !newest.isEmpty();
    }
    if (!newest.isEmpty()) {
        m_rest.start(); // what comes meanwhile is delivered behind it
    }
    for (const cluster::ClusterState &state : std::as_const(newest)) {
        Q_EMIT stateChanged(state);
    }
}

} // namespace howdah::monitor
