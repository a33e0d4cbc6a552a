// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresscommand.h"

#include "app/addresstext.h"
#include "app/output.h"
#include "operations/address/moveplan.h"

namespace howdah::app {

using namespace operations;

namespace {
constexpr int kDeadlineMs = 12'000;
} // namespace

AddressCommand::AddressCommand(Invocation invocation, QObject *parent)
    : QObject(parent)
    , m_invocation(std::move(invocation))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] { stateChanged(m_state, true); });
    connect(&m_look, &ClusterLook::started, this, [this] { m_deadline.start(kDeadlineMs); });
    connect(&m_look, &ClusterLook::stateChanged, this, &AddressCommand::stateChanged);
    connect(&m_look, &ClusterLook::failed, this,
            [this](const core::Error &error) { Q_EMIT finished(printFailure(error, m_invocation.json, kRefused)); });
}

AddressCommand::~AddressCommand() = default;

void AddressCommand::start()
{
    m_look.start(m_invocation.cluster);
}

void AddressCommand::stateChanged(const cluster::ClusterState &state, bool conclusive)
{
    m_state = state;
    if (m_addresses || !m_state.snapshot || (m_deadline.isActive() && !conclusive)) {
        return;
    }
    m_deadline.stop();
    look();
}

void AddressCommand::look()
{
    const cluster::ClusterConfig &config = m_look.config();
    m_run = std::make_unique<OperationRun>(m_invocation.json, config, m_invocation.cluster);
    connect(m_run.get(), &OperationRun::finished, this, &AddressCommand::finished);
    std::vector<cluster::AddressConfig> asked;
    for (const cluster::AddressConfig &address : config.addresses) {
        if (m_invocation.addressName.isEmpty() || address.name == m_invocation.addressName) {
            asked.push_back(address);
        }
    }
    m_addresses = new address::LookAll(asked, m_run->hands(), this);
    m_addresses->start(config.nodes, [this](const address::LookAll::Found &found) {
        m_facts = found;
        m_look.stop();
        m_invocation.addressName.isEmpty() ? show() : assign();
    });
}

void AddressCommand::show()
{
    address::Sights sights;
    for (const cluster::AddressConfig &address : m_look.config().addresses) {
        sights.push_back(seenAnew({.address = address}, m_facts.value(address.name), true, m_state));
    }
    if (m_invocation.json) {
        printJson({{QStringLiteral("cluster"), m_look.config().name},
                   {QStringLiteral("addresses"), addressesJson(sights)},
                   {QStringLiteral("result"), QStringLiteral("done")}});
    } else {
        print(sights.empty() ? QStringLiteral("The cluster file has no [[address]].\n") : addressesText(sights));
    }
    Q_EMIT finished(kDone);
}

void AddressCommand::assign()
{
    const Journal journal = readJournal(journalDirectory());
    address::MoveFacts facts;
    facts.config = m_look.config();
    facts.state = m_state;
    facts.address = m_facts.value(m_invocation.addressName);
    facts.unfinished = unfinishedOf(journal, keyOf(*m_state.snapshot), m_invocation.cluster);
    facts.unreadable = journal.unreadable;
    const Plan plan = address::planMove(facts, m_invocation.addressName, m_invocation.target);
    if (m_run->offer(plan, m_invocation)) {
        m_run->start(plan);
    }
}

} // namespace howdah::app
