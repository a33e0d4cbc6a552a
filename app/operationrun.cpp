// SPDX-License-Identifier: GPL-3.0-or-later
#include "operationrun.h"

#include <QFileInfo>
#include <QJsonArray>
#include <QJsonObject>

#include "app/outagetext.h"
#include "app/output.h"
#include "app/planoffer.h"
#include "core/units.h"
#include "operations/plantext.h"
#include "operations/probe/follow.h"
#include "operations/runbook.h"

namespace howdah::app {

using namespace operations;

namespace {

int exitCodeOf(Outcome outcome)
{
    switch (outcome) {
    case Outcome::Done:
        return kDone;
    case Outcome::Refused:
        return kRefused;
    case Outcome::Undone:
        return kUndone;
    default:
        return kIncomplete;
    }
}

} // namespace

OperationRun::OperationRun(bool json, cluster::ClusterConfig config, QString asNamed, QObject *parent)
    : QObject(parent)
    , m_json(json)
    , m_config(std::move(config))
    , m_asNamed(std::move(asNamed))
    , m_hands(std::make_unique<LiveHands>(m_config))
{
}

OperationRun::~OperationRun() = default;

void OperationRun::take(std::unique_ptr<JournalWriter> journal, const Plan &plan)
{
    m_runner = std::make_unique<Runner>(plan, *m_hands, std::move(journal), core::systemClock());
    connect(m_runner.get(), &Runner::stepChanged, this, &OperationRun::stepChanged);
    connect(m_runner.get(), &Runner::ended, this, &OperationRun::ended);
    connect(m_runner.get(), &Runner::outputArrived, this, &OperationRun::printOutput);
    m_startedMs = core::systemClock().monotonicMs();
}

void OperationRun::printOutput(const QString &node, const QString &line) const
{
    if (node.isEmpty()) {
        return;
    }
    if (m_json) {
        printJson({{QStringLiteral("output"), line}, {QStringLiteral("node"), node}});
    } else {
        print(QStringLiteral("    %1: %2\n").arg(node, line));
    }
}

void OperationRun::start(const Plan &plan)
{
    auto journal = JournalWriter::create(journalDirectory(), plan, core::systemClock().wallMs());
    if (!journal) {
        Q_EMIT finished(printFailure(journal.error(), m_json, kRefused));
        return;
    }
    take(std::move(*journal), plan);
    m_runner->start();
}

core::Result<void> mayWriteRunbook(const QString &path)
{
    return QFileInfo::exists(path)
               ? core::failure(core::Error::Kind::Invalid,
                               QStringLiteral("%1 is there already. Nothing was changed.").arg(path),
                               QStringLiteral("Name another file for the runbook, or take that one away."))
               : core::Result<void>();
}

core::Result<void> OperationRun::writeRunbook(const Plan &plan, const QString &path) const
{
    return path.isEmpty() ? core::Result<void>()
                          : mayWriteRunbook(path).and_then([&] { return saveRunbook(plan, m_config, path); });
}

bool OperationRun::offer(const Plan &plan, const Invocation &invocation)
{
    showPlan(plan, invocation);
    if (const auto written = writeRunbook(plan, invocation.runbook); !written) {
        Q_EMIT finished(printFailure(written.error(), m_json, kRefused));
        return false;
    }
    if (!invocation.runbook.isEmpty() && !m_json) {
        print(QStringLiteral("The plan is written to %1.\n").arg(invocation.runbook));
    }
    if (const auto exitCode = reasonNotToRun(plan, invocation)) {
        Q_EMIT finished(*exitCode);
        return false;
    }
    return true;
}

void OperationRun::start(const Plan &plan, const probe::Settings &settings)
{
    m_probe = std::make_unique<probe::Probe>(settings, core::systemClock());
    m_probe->start([this, plan](const core::Result<void> &ready) {
        if (!ready) {
            Q_EMIT finished(printFailure(ready.error(), m_json, kRefused));
            return;
        }
        auto journal = JournalWriter::create(journalDirectory(), plan, core::systemClock().wallMs());
        if (!journal) {
            m_probe->finish([this, error = journal.error()](const probe::Measured &) {
                Q_EMIT finished(printFailure(error, m_json, kRefused));
            });
            return;
        }
        take(std::move(*journal), plan);
        probe::follow(*m_probe, *m_runner);
        m_runner->start();
    });
}

void OperationRun::finish(const QString &path, Finish how)
{
    auto taken = takeUp(path, how);
    if (!taken) {
        Q_EMIT finished(printFailure(taken.error(), m_json, kRefused));
        return;
    }
    m_takenUp = how;
    take(std::move(taken->journal), taken->operation.plan);
    for (const WillRecord &will : taken->operation.wills) { // what happened meanwhile
        printOutput(will.node, toText(will));
    }
    if (how == Finish::Resume) {
        m_runner->resume(taken->operation);
    } else {
        m_runner->undo(taken->operation);
    }
}

bool OperationRun::interrupt()
{
    if (!m_runner) {
        return false;
    }
    if (m_tookMs) {
        printError(QStringLiteral("howdah: the operation has ended; what the probe committed is being counted\n"));
        return true;
    }
    printError(m_runner->cancel() ? QStringLiteral("howdah: taking back what was done ...\n")
                                  : QStringLiteral("howdah: past the point of no return, going on to the end\n"));
    return true;
}

void OperationRun::stepChanged(int index, const StepRecord &record)
{
    const Step &step = m_runner->plan().steps[static_cast<std::size_t>(index)];
    if (m_json) {
        QJsonObject line{{QStringLiteral("step"), step.id},
                         {QStringLiteral("title"), step.title},
                         {QStringLiteral("state"), toString(record.state)},
                         {QStringLiteral("at_ms"), core::systemClock().monotonicMs() - m_startedMs}};
        if (!record.remark.isEmpty()) {
            line.insert(QStringLiteral("remark"), record.remark);
        }
        printJson(line);
    } else if (record.state != StepState::Started && record.state != StepState::Undoing) {
        print(stepLine(step, record));
    }
}

void OperationRun::ended(Outcome outcome, const QStringList &remains)
{
    m_tookMs = core::systemClock().monotonicMs() - m_startedMs;
    if (!m_probe) {
        report(outcome, remains, {});
        return;
    }
    m_probe->finish([this, outcome, remains](const probe::Measured &measured) {
        if (m_json) {
            printJson({{QStringLiteral("outage"), outageJson(m_runner->plan(), m_runner->steps(), measured)}});
        } else {
            print(outageText(m_runner->plan(), m_runner->steps(), measured));
        }
        report(outcome, remains, measured);
    });
}

/// What it came to, in one line; may be empty.
QString OperationRun::cameOf(Outcome outcome, const std::optional<probe::Measured> &measured) const
{
    const Plan &plan = m_runner->plan();
    switch (outcome) {
    case Outcome::Done:
        return doneText(plan, m_runner->steps(), measured, m_takenUp.has_value());
    case Outcome::Incomplete:
        return halfWayText(plan, m_runner->steps());
    case Outcome::Undone: {
        const QString text = m_takenUp ? QString() : undoneText(plan, m_runner->steps(), measured);
        return text.isEmpty() ? QStringLiteral("all that was done is taken back") : text;
    }
    case Outcome::Refused:
        return QStringLiteral("nothing was changed");
    default:
        return {};
    }
}

/// The operation as its journal has it, where there is something to be finished.
std::optional<Operation> OperationRun::leftHalfWay() const
{
    auto operation = readOperation(m_runner->journalPath());
    return operation && isUnfinished(*operation) ? std::optional(std::move(*operation)) : std::nullopt;
}

void OperationRun::report(Outcome outcome, const QStringList &remains, const std::optional<probe::Measured> &measured)
{
    const qint64 took = m_tookMs.value_or(0);
    const Plan &plan = m_runner->plan();
    const QString came = cameOf(outcome, measured);
    const QStringList warned = outcome == Outcome::Done ? warnedOf(plan) : QStringList();
    const auto left = leftHalfWay();
    const QString commands = left ? finishCommands(m_asNamed, left->id, finishing(*left, nullptr)) : QString();
    if (m_json) {
        QJsonObject last{{QStringLiteral("operation"), m_runner->journalId()},
                         {QStringLiteral("took_ms"), took},
                         {QStringLiteral("result"), toString(outcome)}};
        insertRemains(last, outcome, remains);
        if (!warned.isEmpty()) {
            last.insert(QStringLiteral("warned"), QJsonArray::fromStringList(warned));
        }
        if (!came.isEmpty()) {
            last.insert(QStringLiteral("message"), came);
        }
        if (left) {
            last.insert(QStringLiteral("stands"), standingText(*left));
            last.insert(QStringLiteral("finish_with"), commands);
        }
        printJson(last);
    } else {
        for (const QString &one : remains) {
            if (one != Runner::asAskedFor()) { // who has asked knows
                printError(QStringLiteral("howdah: %1\n").arg(one));
            }
        }
        for (const QString &one : warned) {
            print(QStringLiteral("still so, as was warned: %1\n").arg(one));
        }
        print(QStringLiteral("\n%1%2 after %3; journal %4\n")
                  .arg(came.isEmpty() ? came : came + QStringLiteral("; "), toString(outcome),
                       core::formatSeconds(static_cast<double>(took) / 1000), m_runner->journalId()));
        if (left) {
            print(QStringLiteral("%1\nFinish it with: %2\n").arg(standingText(*left), commands));
        }
    }
    Q_EMIT finished(exitCodeOf(outcome));
}

} // namespace howdah::app
