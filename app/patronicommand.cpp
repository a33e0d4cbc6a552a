// SPDX-License-Identifier: GPL-3.0-or-later
#include "patronicommand.h"

#include "app/output.h"
#include "app/patronitext.h"
#include "operations/patroni/request.h"

namespace howdah::app {

using namespace operations;

namespace {
constexpr int kDeadlineMs = 12'000;

/// What is asked of Patroni by one that changes something; its words were looked at when the arguments were.
patroni::Request requestOf(const Invocation &invocation)
{
    using Kind = patroni::Request::Kind;
    static const QHash<QString, Kind> kinds{{QStringLiteral("pause"), Kind::Pause},
                                            {QStringLiteral("resume"), Kind::Resume},
                                            {QStringLiteral("restart"), Kind::Restart},
                                            {QStringLiteral("reinitialize"), Kind::Reinitialize},
                                            {QStringLiteral("switchover-at"), Kind::Schedule},
                                            {QStringLiteral("cancel-switchover"), Kind::Cancel},
                                            {QStringLiteral("config"), Kind::Configure}};
    patroni::Request request{.kind = kinds.value(invocation.patroniAction), .node = invocation.words.value(0)};
    if (request.kind == Kind::Schedule) {
        request.node = invocation.target;
        request.at = patroni::timeFrom(invocation.words.value(0)).value_or(QDateTime());
    } else if (request.kind == Kind::Configure) {
        request.change = patroni::changeFrom(invocation.words.sliced(1)).value_or(QJsonObject());
    }
    return request;
}
} // namespace

PatroniCommand::PatroniCommand(Invocation invocation, QObject *parent)
    : QObject(parent)
    , m_invocation(std::move(invocation))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, &PatroniCommand::gather);
    connect(&m_look, &ClusterLook::started, this, [this] { m_deadline.start(kDeadlineMs); });
    connect(&m_look, &ClusterLook::stateChanged, this, [this](const cluster::ClusterState &state, bool conclusive) {
        m_state = state;
        if (conclusive) {
            gather();
        }
    });
    connect(&m_look, &ClusterLook::failed, this,
            [this](const core::Error &error) { Q_EMIT finished(printFailure(error, m_invocation.json, kRefused)); });
}

PatroniCommand::~PatroniCommand() = default;

void PatroniCommand::start()
{
    m_look.start(m_invocation.cluster);
}

void PatroniCommand::gather()
{
    if (m_gatherer || !m_state.snapshot) {
        return;
    }
    m_deadline.stop();
    m_look.stop();
    m_run = std::make_unique<OperationRun>(m_invocation.json, m_look.config(), m_invocation.cluster);
    connect(m_run.get(), &OperationRun::finished, this, &PatroniCommand::finished);
    m_gatherer = new patroni::PatroniGatherer(m_look.config(), m_state.snapshot, m_run->hands(), this);
    m_gatherer->start([this](const patroni::PatroniFacts &facts) { gathered(facts); });
}

void PatroniCommand::gathered(const patroni::PatroniFacts &facts)
{
    const QString action = m_invocation.patroniAction;
    const bool shows = action == QLatin1String("status") || action == QLatin1String("history") ||
                       (action == QLatin1String("config") && m_invocation.words.value(0) != QLatin1String("set"));
    if (!shows) {
        act(facts);
        return;
    }
    if (!facts.isKnown()) {
        Q_EMIT finished(printFailure({.kind = core::Error::Kind::Connection,
                                      .message = QStringLiteral("Patroni does not answer: %1").arg(facts.error),
                                      .hint = QStringLiteral("Say where it is: url in [patroni] of the cluster file.")},
                                     m_invocation.json, kRefused));
        return;
    }
    show(facts);
}

void PatroniCommand::tell(const QString &text, QJsonObject object)
{
    if (m_invocation.json) {
        object.insert(QStringLiteral("result"), QStringLiteral("done"));
        printJson(object);
    } else {
        print(text);
    }
    Q_EMIT finished(kDone);
}

void PatroniCommand::show(const patroni::PatroniFacts &facts)
{
    if (m_invocation.patroniAction == QLatin1String("status")) {
        tell(statusText(facts), statusJson(facts));
    } else if (m_invocation.patroniAction == QLatin1String("history")) {
        showHistory(facts.base);
    } else if (facts.config) {
        tell(configText(facts.config->whole), configJson(facts.config->whole));
    } else {
        Q_EMIT finished(printFailure(
            {.kind = core::Error::Kind::Server,
             .message = QStringLiteral("Patroni's settings can't be read from %1/config.").arg(facts.base)},
            m_invocation.json, kRefused));
    }
}

void PatroniCommand::showHistory(const QString &base)
{
    patroni::askHistory(m_run->hands(), base, [this](const core::Result<std::vector<managers::PatroniTurn>> &turns) {
        if (turns) {
            tell(historyText(*turns), historyJson(*turns));
        } else {
            Q_EMIT finished(printFailure(turns.error(), m_invocation.json, kRefused));
        }
    });
}

void PatroniCommand::act(const patroni::PatroniFacts &facts)
{
    const patroni::Request request = requestOf(m_invocation);
    if (request.kind == patroni::Request::Kind::Configure && facts.config) {
        const auto changes =
            patroni::differences(facts.config->whole, managers::patched(facts.config->whole, request.change));
        if (m_invocation.json) {
            printJson(differenceJson(changes));
        } else {
            print(differenceText(changes));
        }
    }
    const Plan plan = patroni::planFor(facts, m_look.config().name, request, QDateTime::currentDateTimeUtc());
    if (m_run->offer(plan, m_invocation)) {
        m_run->start(plan);
    }
}

} // namespace howdah::app
