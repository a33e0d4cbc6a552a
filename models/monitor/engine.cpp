// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine.h"

#include <utility>

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
    const quint64 run = ++m_lastRun;
    m_runs.insert(config.name, run);
    forgetNewest(config.name);
    QMetaObject::invokeMethod(m_room, [this, config, run] {
        end(config.name);
        m_openings[config.name].run = run;
        if (needsDiscovery(config)) {
            complete(config);
        } else {
            monitorCluster(config);
        }
    });
}

void Engine::complete(const cluster::ClusterConfig &config)
{
    DiscoveryOptions options;
    options.patroniUrl = config.patroniUrl;
    options.autoFailoverMonitor = config.autoFailoverMonitor;
    auto *discovery = new Discovery(options, m_room);
    m_openings[config.name].completing = discovery;
    // Whoever ends the opening deletes the discovery, so this is the one that the opening waits for.
    connect(discovery, &Discovery::finished, m_room, [this, config](const core::Result<DiscoveryResult> &result) {
        std::exchange(m_openings[config.name].completing, nullptr)->deleteLater();
        cluster::ClusterConfig whole = result ? completed(config, *result) : config;
        whole.name = config.name; // by which the window knows it already
        monitorCluster(whole);
    });
    discovery->start(config.nodes.front().conninfo);
}

void Engine::adopt(QObject *object)
{
    object->moveToThread(&m_thread);
    connect(&m_thread, &QThread::finished, object, &QObject::deleteLater);
}

void Engine::monitorCluster(const cluster::ClusterConfig &config)
{
    QMetaObject::invokeMethod(
        this, [this, config] { Q_EMIT clusterKnown(config); }, Qt::QueuedConnection);
    Opening &opening = m_openings[config.name];
    auto *monitor = new ClusterMonitor(config, core::systemClock(), m_room);
    opening.monitor = monitor;
    connect(monitor, &ClusterMonitor::stateChanged, m_room,
            [this, run = opening.run](const cluster::ClusterState &state) { post(run, state); });
    if (opening.paused) {
        monitor->setPaused(true);
    }
    monitor->start();
    if (opening.refresh) {
        monitor->refresh();
    }
}

void Engine::end(const QString &name)
{
    const Opening opening = m_openings.take(name);
    delete opening.completing;
    delete opening.monitor;
}

void Engine::closeCluster(const QString &name)
{
    m_runs.remove(name);
    forgetNewest(name);
    QMetaObject::invokeMethod(m_room, [this, name] { end(name); });
}

void Engine::forgetNewest(const QString &name)
{
    const QMutexLocker lock(&m_mutex);
    m_newest.remove(name);
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
        const auto opening = m_openings.find(name);
        if (opening == m_openings.end()) {
            return;
        }
        if (opening->monitor) {
            opening->monitor->refresh();
        } else {
            opening->refresh = true;
        }
    });
}

void Engine::setPaused(const QString &name, bool paused)
{
    QMetaObject::invokeMethod(m_room, [this, name, paused] {
        const auto opening = m_openings.find(name);
        if (opening == m_openings.end()) {
            return;
        }
        if (opening->monitor) {
            opening->monitor->setPaused(paused);
        } else {
            opening->paused = paused;
        }
    });
}

void Engine::post(quint64 run, const cluster::ClusterState &state)
{
    const QMutexLocker lock(&m_mutex);
    m_newest.insert(state.snapshot->cluster, {run, state});
    if (!m_deliveryPending) {
        m_deliveryPending = true;
        QMetaObject::invokeMethod(this, &Engine::deliver, Qt::QueuedConnection);
    }
}

void Engine::deliver()
{
    QHash<QString, Posted> newest;
    {
        const QMutexLocker lock(&m_mutex);
        newest.swap(m_newest);
        m_deliveryPending = !newest.isEmpty();
    }
    if (!newest.isEmpty()) {
        m_rest.start(); // what comes meanwhile is delivered behind it
    }
    for (auto posted = newest.cbegin(); posted != newest.cend(); ++posted) {
        // Asked each time: who is told may close or reopen another one. What the engine posts until it learns of that
        // is of an opening that is over.
        if (m_runs.value(posted.key()) == posted->run) {
            Q_EMIT stateChanged(posted->state);
        }
    }
}

} // namespace howdah::monitor
