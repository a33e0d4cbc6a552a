// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresscommand.h"

#include <QJsonArray>

#include "app/output.h"
#include "app/texttable.h"
#include "operations/address/look.h"
#include "operations/address/moveplan.h"
#include "operations/address/truth.h"

namespace howdah::app {

using namespace operations;

namespace {

constexpr int kDeadlineMs = 12'000;

QString holderText(const address::Truth &truth)
{
    return !truth.holders.isEmpty() ? truth.holders.join(QLatin1Char(','))
           : truth.holderKnown      ? QStringLiteral("none")
                                    : QStringLiteral("?");
}

QString answerText(const address::Truth &truth)
{
    const QString who = truth.answers.isEmpty() ? QStringLiteral("?") : truth.answers;
    return !truth.writable ? QStringLiteral("nobody")
                           : who + (*truth.writable ? QStringLiteral(", writable") : QStringLiteral(", standby"));
}

QJsonObject addressJson(const cluster::AddressConfig &address, const address::Truth &truth)
{
    const auto orNull = [](const QString &text) { return text.isEmpty() ? QJsonValue() : QJsonValue(text); };
    return {{QStringLiteral("name"), address.name},
            {QStringLiteral("ip"), address.ip},
            {QStringLiteral("provider"), address.provider},
            {QStringLiteral("follows"), address.follows},
            {QStringLiteral("holders"),
             truth.holderKnown ? QJsonValue(QJsonArray::fromStringList(truth.holders)) : QJsonValue()},
            {QStringLiteral("answers"), orNull(truth.answers)},
            {QStringLiteral("writable"), truth.writable ? QJsonValue(*truth.writable) : QJsonValue()},
            {QStringLiteral("verdict"), cluster::verdictKey(truth.verdict)},
            {QStringLiteral("finding"), orNull(truth.id)},
            {QStringLiteral("message"), truth.says},
            {QStringLiteral("remedy"), orNull(truth.remedy)}};
}

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
    if (m_left >= 0 || !m_state.snapshot || (m_deadline.isActive() && !conclusive)) {
        return;
    }
    m_deadline.stop();
    look();
}

void AddressCommand::look()
{
    const cluster::ClusterConfig &config = m_look.config();
    m_run = std::make_unique<OperationRun>(m_invocation.json, config);
    connect(m_run.get(), &OperationRun::finished, this, &AddressCommand::finished);
    std::vector<cluster::AddressConfig> asked;
    for (const cluster::AddressConfig &address : config.addresses) {
        if (m_invocation.addressName.isEmpty() || address.name == m_invocation.addressName) {
            asked.push_back(address);
        }
    }
    m_left = static_cast<int>(asked.size());
    if (m_left == 0) {
        m_invocation.addressName.isEmpty() ? show() : assign();
        return;
    }
    for (const cluster::AddressConfig &address : asked) {
        auto *one = new address::Look(address, m_run->hands(), this);
        one->start(config.nodes, [this, one, name = address.name](const address::Facts &facts) {
            one->deleteLater();
            looked(name, facts);
        });
    }
}

void AddressCommand::looked(const QString &address, const address::Facts &facts)
{
    m_facts.insert(address, facts);
    if (--m_left == 0) {
        m_look.stop();
        m_invocation.addressName.isEmpty() ? show() : assign();
    }
}

void AddressCommand::show()
{
    std::vector<QStringList> rows{{QStringLiteral("NAME"), QStringLiteral("IP"), QStringLiteral("PROVIDER"),
                                   QStringLiteral("FOLLOWS"), QStringLiteral("HOLDER"), QStringLiteral("ANSWERS"),
                                   QStringLiteral("VERDICT")}};
    QJsonArray all;
    QString notes;
    for (const cluster::AddressConfig &address : m_look.config().addresses) {
        const address::Truth truth = address::truthOf(address, m_facts.value(address.name), m_state);
        rows.push_back({address.name, address.ip, address.provider, address.follows, holderText(truth),
                        answerText(truth), cluster::verdictKey(truth.verdict)});
        if (!truth.id.isEmpty()) {
            notes += QStringLiteral("%1: %2. %3\n").arg(address.name, truth.says, truth.remedy);
        }
        all.append(addressJson(address, truth));
    }
    if (m_invocation.json) {
        printJson({{QStringLiteral("cluster"), m_look.config().name},
                   {QStringLiteral("addresses"), all},
                   {QStringLiteral("result"), QStringLiteral("done")}});
    } else if (all.isEmpty()) {
        print(QStringLiteral("The cluster file has no [[address]].\n"));
    } else {
        print(textTable(rows) + (notes.isEmpty() ? notes : QLatin1Char('\n') + notes));
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
    facts.unfinished = unfinishedOf(journal, facts.config.name, m_invocation.cluster);
    facts.unreadable = journal.unreadable;
    const Plan plan = address::planMove(facts, m_invocation.addressName, m_invocation.target);
    m_run->offer(plan, m_invocation);
}

} // namespace howdah::app
