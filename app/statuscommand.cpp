// SPDX-License-Identifier: GPL-3.0-or-later
#include "statuscommand.h"

#include "app/clusters.h"
#include "app/output.h"
#include "app/statejson.h"
#include "app/statetext.h"
#include "core/clock.h"
#include "monitor/clustermonitor.h"
#include "monitor/completion.h"
#include "monitor/discovery.h"

namespace howdah::app {

namespace {
// Looking up the name has 3 s, each of its addresses 3 s for the network and the login, the answer 2 s. A name has two
// addresses at the most, nearly always.
constexpr int kDeadlineMs = 12'000;
} // namespace

StatusCommand::StatusCommand(Invocation invocation, QObject *parent)
    : QObject(parent)
    , m_invocation(std::move(invocation))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, &StatusCommand::report);
}

StatusCommand::~StatusCommand() = default;

void StatusCommand::start()
{
    const auto config = findCluster(m_invocation.cluster);
    if (!config) {
        fail(config.error());
        return;
    }
    if (!monitor::needsDiscovery(*config)) {
        monitorCluster(*config);
        return;
    }
    monitor::DiscoveryOptions options;
    options.patroniUrl = config->patroniUrl;
    m_discovery = std::make_unique<monitor::Discovery>(options);
    connect(m_discovery.get(), &monitor::Discovery::finished, this,
            [this, one = *config](const core::Result<monitor::DiscoveryResult> &result) {
                // A node that can't be reached is worth a status too: it says why.
                monitorCluster(result ? monitor::completed(one, *result) : one);
            });
    m_discovery->start(config->nodes.front().conninfo);
}

void StatusCommand::monitorCluster(const cluster::ClusterConfig &config)
{
    m_monitor = std::make_unique<monitor::ClusterMonitor>(config, core::systemClock());
    connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this, &StatusCommand::stateChanged);
    m_deadline.start(kDeadlineMs);
    m_monitor->start();
}

void StatusCommand::stateChanged(const cluster::ClusterState &state)
{
    m_state = state;
    if (cluster::isConclusive(*state.snapshot)) {
        report();
    }
}

void StatusCommand::report()
{
    if (m_reported) {
        return;
    }
    m_reported = true;
    m_deadline.stop();
    m_state.assessment = std::make_shared<const cluster::Assessment>(
        cluster::assess(*m_state.snapshot, cluster::Thresholds::forOneLook()));
    if (m_invocation.json) {
        QJsonObject object = stateJson(m_state);
        if (m_invocation.command == Command::Check) {
            object.insert(QStringLiteral("verdict"), verdictKey(checkVerdict(m_state)));
        }
        object.insert(QStringLiteral("result"), QStringLiteral("done"));
        printJson(object);
    } else {
        print(m_invocation.command == Command::Check ? checkText(m_state) : stateText(m_state));
    }
    const bool check = m_invocation.command == Command::Check;
    Q_EMIT finished(check ? checkExitCode(checkVerdict(m_state)) : kDone);
}

void StatusCommand::fail(const core::Error &error)
{
    if (m_invocation.command == Command::Check && m_invocation.json) {
        // Refused, as everywhere; only the exit code is a monitoring system's unknown.
        printFailure(error, true, kRefused);
        Q_EMIT finished(checkExitCode(cluster::Verdict::Unknown));
        return;
    }
    if (m_invocation.command == Command::Check) {
        // A monitoring system reads standard output, and 3 is its unknown.
        print(checkText(error));
        Q_EMIT finished(checkExitCode(cluster::Verdict::Unknown));
        return;
    }
    Q_EMIT finished(printFailure(error, m_invocation.json, kRefused));
}

} // namespace howdah::app
