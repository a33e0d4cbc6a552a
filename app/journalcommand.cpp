// SPDX-License-Identifier: GPL-3.0-or-later
#include "journalcommand.h"

#include <QJsonArray>
#include <algorithm>

#include "app/clusters.h"
#include "app/output.h"
#include "app/plantext.h"

namespace howdah::app {

using namespace operations;
using core::Error;

namespace {

QJsonObject jsonOf(const Operation &operation)
{
    QJsonArray steps;
    for (std::size_t i = 0; i < operation.steps.size(); ++i) {
        const StepRecord &record = operation.steps[i];
        steps.append(QJsonObject{{QStringLiteral("step"), operation.plan.steps[i].id},
                                 {QStringLiteral("title"), operation.plan.steps[i].title},
                                 {QStringLiteral("state"), toString(record.state)},
                                 {QStringLiteral("started_ms"), record.startedMs},
                                 {QStringLiteral("ended_ms"), record.endedMs},
                                 {QStringLiteral("remark"), record.remark}});
    }
    return {{QStringLiteral("operation"), operation.id},
            {QStringLiteral("title"), operation.plan.title},
            {QStringLiteral("outcome"), toString(operation.outcome)},
            {QStringLiteral("started_ms"), operation.startedMs},
            {QStringLiteral("ended_ms"), operation.endedMs},
            {QStringLiteral("steps"), steps},
            {QStringLiteral("remains"), QJsonArray::fromStringList(operation.remains)}};
}

bool canBeFinished(const Operation &operation)
{
    return operation.outcome == Outcome::Interrupted || operation.outcome == Outcome::Incomplete;
}

} // namespace

JournalCommand::JournalCommand(Invocation invocation, QObject *parent)
    : QObject(parent)
    , m_invocation(std::move(invocation))
{
}

JournalCommand::~JournalCommand() = default;

void JournalCommand::start()
{
    const auto config = findCluster(m_invocation.cluster);
    if (!config) {
        Q_EMIT finished(printFailure(config.error(), m_invocation.json, kRefused));
        return;
    }
    Journal journal = readJournal(journalDirectory());
    std::erase_if(journal.operations, [&](const Operation &one) {
        return one.plan.cluster != config->name ||
               (!m_invocation.operation.isEmpty() && one.id != m_invocation.operation);
    });
    for (const QString &broken : std::as_const(journal.unreadable)) {
        printError(QStringLiteral("howdah: %1\n").arg(broken));
    }
    if (m_invocation.journalAction == QLatin1String("show")) {
        Q_EMIT finished(show(journal));
    } else {
        finish(journal, *config);
    }
}

int JournalCommand::show(const Journal &journal) const
{
    for (const Operation &operation : journal.operations) {
        if (m_invocation.json) {
            printJson(jsonOf(operation));
        } else {
            print(operationText(operation, !m_invocation.operation.isEmpty() || canBeFinished(operation)));
        }
    }
    const auto open = std::find_if(journal.operations.begin(), journal.operations.end(), canBeFinished);
    if (m_invocation.json) {
        printJson({{QStringLiteral("result"), QStringLiteral("done")}});
    } else if (journal.operations.empty()) {
        print(QStringLiteral("The journal has nothing on %1.\n").arg(m_invocation.cluster));
    } else if (open != journal.operations.end()) {
        print(QStringLiteral("\nFinish it with: howdah journal %1 resume %2\n").arg(m_invocation.cluster, open->id));
    }
    return kDone;
}

void JournalCommand::finish(const Journal &journal, const cluster::ClusterConfig &config)
{
    const auto open = std::find_if(journal.operations.begin(), journal.operations.end(), canBeFinished);
    if (open == journal.operations.end()) {
        const bool running = std::any_of(journal.operations.begin(), journal.operations.end(),
                                         [](const Operation &one) { return one.outcome == Outcome::Running; });
        Q_EMIT finished(printFailure({.kind = Error::Kind::NotFound,
                                      .message = running ? QStringLiteral("another console is at it")
                                                         : QStringLiteral("there is nothing to be finished"),
                                      .hint = QStringLiteral("See howdah journal %1.").arg(m_invocation.cluster)},
                                     m_invocation.json, kRefused));
        return;
    }
    m_run = std::make_unique<OperationRun>(m_invocation.json, config);
    connect(m_run.get(), &OperationRun::finished, this, &JournalCommand::finished);
    if (m_invocation.journalAction == QLatin1String("resume")) {
        m_run->resume(*open);
    } else {
        m_run->undo(*open);
    }
}

} // namespace howdah::app
