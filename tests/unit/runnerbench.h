// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>
#include <QTest>

#include "fakehands.h"
#include "operations/runner.h"

namespace howdah::unit {

using namespace operations;

inline Action sql(const QString &text, bool expectsTrue = false)
{
    Action action;
    action.node = QStringLiteral("pg1");
    action.sql = text;
    action.expectsTrue = expectsTrue;
    return action;
}

inline Step step(const QString &id, Phase phase = Phase::Prepare)
{
    Step step;
    step.id = step.title = id;
    step.phase = phase;
    step.nodes = {QStringLiteral("pg1")};
    step.actions = {sql(QStringLiteral("do ") + id)};
    step.verify = {sql(QStringLiteral("is ") + id, true)};
    step.undo = {sql(QStringLiteral("undo ") + id)};
    step.deadlineMs = 300;
    step.remedy = QStringLiteral("see to ") + id;
    return step;
}

/// lock, stop | promote | rejoin and follow at once, tidy needs rejoin
inline Plan plan()
{
    Plan plan;
    plan.operation = QStringLiteral("switchover");
    plan.cluster = QStringLiteral("orders");
    plan.steps = {step(QStringLiteral("lock")),
                  step(QStringLiteral("stop"), Phase::Outage),
                  step(QStringLiteral("promote"), Phase::Outage),
                  step(QStringLiteral("rejoin"), Phase::After),
                  step(QStringLiteral("follow"), Phase::After),
                  step(QStringLiteral("tidy"), Phase::After)};
    plan.steps[0].renewed = true;
    plan.steps[2].pointOfNoReturn = true;
    plan.steps[2].undo.clear();
    plan.steps[3].lane = plan.steps[4].lane = 1;
    plan.steps[5].needs = {QStringLiteral("rejoin")};
    return plan;
}

inline QStringList told(const QStringList &texts)
{
    QStringList lines;
    for (const QString &text : texts) {
        lines.append(QStringLiteral("pg1: ") + text);
    }
    return lines;
}

/// For QCOMPARE, which would take our toString() for its own.
inline QString word(Outcome outcome)
{
    return operations::toString(outcome);
}

/// A runner with all that it needs.
struct Bench {
    explicit Bench(const Plan &plan)
    {
        writer = JournalWriter::create(directory.path(), plan, core::systemClock().wallMs());
        path = (*writer)->path();
        make(plan, std::move(*writer));
    }
    void make(const Plan &plan, std::unique_ptr<JournalWriter> journal)
    {
        runner = std::make_unique<Runner>(plan, hands, std::move(journal), core::systemClock());
        QObject::connect(runner.get(), &Runner::ended, runner.get(), [this](Outcome how, const QStringList &left) {
            outcome = how;
            remains = left;
            ++ends;
        });
    }
    /// As another console does after this one died.
    void takeUp()
    {
        runner.reset();
        const auto operation = readOperation(path);
        QVERIFY2(operation, operation ? "" : qPrintable(operation.error().message));
        interrupted = *operation;
        auto journal = JournalWriter::reopen(path);
        QVERIFY(journal);
        hands.told.clear();
        hands.dead = false;
        outcome.reset();
        make(interrupted.plan, std::move(*journal));
    }
    Outcome recorded() const { return readOperation(path)->outcome; }

    QTemporaryDir directory;
    FakeHands hands;
    core::Result<std::unique_ptr<JournalWriter>> writer = {};
    QString path;
    std::unique_ptr<Runner> runner;
    Operation interrupted;
    std::optional<Outcome> outcome;
    QStringList remains;
    int ends = 0;
};

/// Ends the console as soon as that step has been begun, or is done.
void dieAt(Bench &bench, int index, StepState state)
{
    QObject::connect(bench.runner.get(), &Runner::stepChanged, bench.runner.get(),
                     [&bench, index, state](int step, const StepRecord &record) {
                         bench.hands.dead = bench.hands.dead || (step == index && record.state == state);
                     });
    bench.runner->start();
    QTRY_VERIFY(bench.hands.dead);
}

} // namespace howdah::unit
