// SPDX-License-Identifier: GPL-3.0-or-later
#include "statuscommand.h"

#include "app/addresstext.h"
#include "app/moreknown.h"
#include "app/output.h"
#include "app/statejson.h"
#include "app/statetext.h"
#include "app/unfinished.h"

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
    connect(&m_deadline, &QTimer::timeout, this, &StatusCommand::lookAtAddresses);
    connect(&m_look, &ClusterLook::failed, this, &StatusCommand::fail);
    connect(&m_look, &ClusterLook::started, this, [this] { m_deadline.start(kDeadlineMs); });
    connect(&m_look, &ClusterLook::stateChanged, this, &StatusCommand::stateChanged);
}

void StatusCommand::start()
{
    if (m_invocation.command == Command::Check) {
        m_look.leaveKeyring();
    }
    m_look.start(m_invocation.cluster);
}

void StatusCommand::stateChanged(const cluster::ClusterState &state, bool conclusive)
{
    m_state = state;
    if (conclusive) {
        lookAtAddresses();
    }
}

void StatusCommand::lookAtAddresses()
{
    const cluster::ClusterConfig &config = m_look.config();
    if (config.addresses.empty()) {
        report();
    } else if (!m_addresses) {
        m_deadline.stop(); // this has its own
        m_hands = std::make_unique<operations::LiveHands>(config);
        m_addresses = new operations::address::LookAll(config.addresses, *m_hands, this);
        const auto looked = [this](const operations::address::LookAll::Found &found) {
            for (const cluster::AddressConfig &address : m_look.config().addresses) {
                m_sights.push_back(seenAnew({.address = address}, found.value(address.name), true, m_state));
            }
            report();
        };
        // A monitoring system comes again and again, and each time as a process that remembers nothing.
        m_addresses->start(config.nodes, looked, operations::address::Look::Depth::Spare);
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
        withAddresses(cluster::assess(*m_state.snapshot, cluster::Thresholds::forOneLook()), m_sights, true));
    m_state.assessment = std::make_shared<const cluster::Assessment>(withUnfinished(
        m_state, operations::readJournal(operations::journalDirectory()), m_look.config(), m_invocation.cluster));
    if (m_invocation.json) {
        QJsonObject object = stateJson(m_state);
        if (m_invocation.command == Command::Check) {
            object.insert(QStringLiteral("verdict"), verdictKey(checkVerdict(m_state)));
        }
        object.insert(QStringLiteral("addresses"), addressesJson(m_sights));
        object.insert(QStringLiteral("result"), QStringLiteral("done"));
        printJson(object);
    } else {
        const QString addresses =
            m_sights.empty() ? QString() : QStringLiteral("\nAddresses\n") + addressesText(m_sights, false);
        print(m_invocation.command == Command::Check ? checkText(m_state) : stateText(m_state, addresses));
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
