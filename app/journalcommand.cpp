// SPDX-License-Identifier: GPL-3.0-or-later
#include "journalcommand.h"

#include <QJsonArray>
#include <algorithm>

#include "app/clusters.h"
#include "app/outagetext.h"
#include "app/output.h"
#include "operations/finishing.h"
#include "operations/plantext.h"

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
    QJsonArray wills;
    for (const WillRecord &will : operation.wills) {
        wills.append(QJsonObject{{QStringLiteral("at_ms"), will.atMs},
                                 {QStringLiteral("node"), will.node},
                                 {QStringLiteral("sql"), will.sql},
                                 {QStringLiteral("why"), will.why},
                                 {QStringLiteral("answer"), will.answer},
                                 {QStringLiteral("over"), will.over}});
    }
    QJsonObject object{{QStringLiteral("operation"), operation.id},
                       {QStringLiteral("title"), operation.plan.title},
                       {QStringLiteral("outcome"), toString(operation.outcome)},
                       {QStringLiteral("started_ms"), operation.startedMs},
                       {QStringLiteral("ended_ms"), operation.endedMs},
                       {QStringLiteral("steps"), steps},
                       {QStringLiteral("last_wills"), wills}};
    insertRemains(object, operation.outcome, operation.remains);
    return object;
}

const Operation *operationOf(const Journal &journal, const QString &id)
{
    const auto at = std::find_if(journal.operations.begin(), journal.operations.end(),
                                 [&id](const Operation &one) { return one.id == id; });
    return at == journal.operations.end() ? nullptr : &*at;
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
    std::erase_if(journal.operations, [&](const Operation &one) { return one.plan.cluster != config->name; });
    for (const QString &broken : std::as_const(journal.unreadable)) {
        printError(QStringLiteral("howdah: %1\n").arg(broken));
    }
    if (!m_invocation.operation.isEmpty() && !operationOf(journal, m_invocation.operation)) {
        Q_EMIT finished(printFailure(noSuchOperation(journal), m_invocation.json, kUsage));
    } else if (m_invocation.journalAction == QLatin1String("show")) {
        Q_EMIT finished(show(journal, config->name));
    } else {
        finish(journal, *config);
    }
}

core::Error JournalCommand::noSuchOperation(const Journal &journal) const
{
    constexpr qsizetype kMost = 20;
    QStringList ids;
    for (const Operation &one : journal.operations) {
        ids.append(one.id);
    }
    const qsizetype all = ids.size();
    ids = ids.mid(0, kMost);
    if (all > kMost) {
        ids.append(QStringLiteral("and %1 older ones").arg(all - kMost));
    }
    return {.kind = Error::Kind::NotFound,
            .message = QStringLiteral("The journal has no operation %1 on %2. Nothing was changed.")
                           .arg(m_invocation.operation, m_invocation.cluster),
            .hint = ids.isEmpty() ? QStringLiteral("It has none at all on that cluster.")
                                  : QStringLiteral("It has: %1.").arg(ids.join(QStringLiteral(", ")))};
}

/// By which commands, and why not by one of the two.
QString JournalCommand::howToFinish(const Journal &journal, const Operation &operation) const
{
    const Finishing may = finishing(journal, operation);
    const QString commands = finishCommands(m_invocation.cluster, operation.id, may);
    QString text = commands.isEmpty() ? QStringLiteral("It can't be finished: %1.\n").arg(may.whyNotResume)
                                      : QStringLiteral("Finish it with: %1\n").arg(commands);
    if (may.may(Finish::Resume) && !may.may(Finish::Undo)) {
        text += QStringLiteral("Undo is not possible: %1.\n").arg(may.whyNotUndo);
    }
    return text;
}

/// The operation that was asked for, or the newest that can be finished that way; nullptr without one.
const Operation *JournalCommand::finishable(const Journal &journal, Finish how) const
{
    if (!m_invocation.operation.isEmpty()) {
        return operationOf(journal, m_invocation.operation);
    }
    const auto at = std::find_if(journal.operations.begin(), journal.operations.end(),
                                 [&](const Operation &one) { return finishing(journal, one).may(how); });
    return at == journal.operations.end() ? nullptr : &*at;
}

int JournalCommand::show(const Journal &journal, const QString &cluster) const
{
    const bool one = !m_invocation.operation.isEmpty();
    for (const Operation &operation : journal.operations) {
        if (one && operation.id != m_invocation.operation) {
            continue;
        }
        if (m_invocation.json) {
            printJson(jsonOf(operation));
        } else {
            print(one ? operationDetails(operation) : operationText(operation, isUnfinished(operation)));
        }
    }
    if (m_invocation.json) {
        printJson({{QStringLiteral("unreadable"), QJsonArray::fromStringList(journal.unreadable)},
                   {QStringLiteral("result"), QStringLiteral("done")}});
        return kDone;
    }
    const Operation *open = one ? operationOf(journal, m_invocation.operation) : newestUnfinished(journal, cluster);
    if (journal.operations.empty()) {
        print(QStringLiteral("The journal has nothing on %1.\n").arg(m_invocation.cluster));
    } else if (open && isUnfinished(*open)) {
        print(QLatin1Char('\n') + howToFinish(journal, *open));
    }
    return kDone;
}

void JournalCommand::finish(const Journal &journal, const cluster::ClusterConfig &config)
{
    const Finish how = m_invocation.journalAction == QLatin1String("resume") ? Finish::Resume : Finish::Undo;
    const Operation *open = finishable(journal, how);
    if (!open && m_invocation.operation.isEmpty()) { // what is left can't be finished so, and is told why
        const auto left = std::find_if(journal.operations.begin(), journal.operations.end(), isUnfinished);
        open = left == journal.operations.end() ? nullptr : &*left;
    }
    if (!open) {
        const bool running = std::any_of(journal.operations.begin(), journal.operations.end(),
                                         [](const Operation &one) { return one.outcome == Outcome::Running; });
        Q_EMIT finished(printFailure({.kind = Error::Kind::NotFound,
                                      .message = running ? QStringLiteral("another console is at it")
                                                         : QStringLiteral("there is nothing to be finished"),
                                      .hint = QStringLiteral("See howdah journal %1.").arg(m_invocation.cluster)},
                                     m_invocation.json, kRefused));
        return;
    }
    m_run = std::make_unique<OperationRun>(m_invocation.json, config, m_invocation.cluster);
    connect(m_run.get(), &OperationRun::finished, this, &JournalCommand::finished);
    m_credentials.load(config, [this, path = open->path, how](const core::Result<void> &keyring) {
        sayKeyring(keyring);
        m_run->finish(path, how);
    });
}

} // namespace howdah::app
