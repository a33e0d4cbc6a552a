// SPDX-License-Identifier: GPL-3.0-or-later
// One step of an operation: its guards, what it does, and what becomes of it.
#include <algorithm>

#include "core/sentences.h"
#include "operations/runner.h"

namespace howdah::operations {

using core::Error;

namespace {
constexpr int kGuardMs = 3000;
constexpr int kLookMs = 2000;       ///< whether an interrupted step was done after all
constexpr int kNotDoneMs = 120'000; ///< whatever was at it must have come to its own end
} // namespace

void Runner::guardThenRun(int index)
{
    if (isPastReturn() && isNeededMissing(step(index))) {
        note(index, StepState::Skipped, tr("makes no sense without what failed before it"));
        m_remains.append(tr("%1: %2").arg(step(index).title, step(index).remedy));
        --m_underWay;
        next();
        return;
    }
    // The first step of the outage is the last that the world before it can be checked for.
    const bool guarded = !isPastReturn() && !hasOutageBegun() &&
                         (step(index).phase == Phase::Prepare || index == 0 || step(index - 1).phase == Phase::Prepare);
    std::vector<Action> guards = guarded ? m_plan.guards : std::vector<Action>();
    for (int i = 0; guarded && i < index; ++i) {
        const std::vector<Action> &held = step(i).stillHeld;
        guards.insert(guards.end(), held.begin(), record(i).state == StepState::Done ? held.end() : held.begin());
    }
    if (guards.empty()) {
        runStep(index);
        return;
    }
    run(guards, kGuardMs, [this, index](const tl::expected<void, SequenceFailure> &result) {
        if (!result) {
            --m_underWay;
            takeBack(tr("the cluster is no longer as it was checked: %1").arg(result.error().error.message));
            return;
        }
        runStep(index);
    });
}

void Runner::runStep(int index)
{
    const bool wasBegun =
        m_resumed && record(index).state != StepState::Waiting && record(index).state != StepState::Undone;
    const bool begunBefore = wasBegun && !step(index).renewed;
    const bool undoneFirst = wasBegun && step(index).undoneFirst && !isTakenBack(index);
    for (const QString &node : step(index).nodes) {
        m_lastLines.remove(node);
    }
    if (step(index).phase == Phase::Prepare && index + 1 < stepCount() && step(index + 1).phase == Phase::Outage) {
        makeOutageReady();
    }
    const bool past = isPastReturn(); // before this step is told of: it may be the point of no return
    if (!note(index, StepState::Started) && !past) {
        --m_underWay;
        record(index).state = begunBefore ? StepState::Started : StepState::Undone; // it was not begun now
        beginUndo(tr("the journal can't be written"));
        return;
    }
    if (!lookAtWills(index, past, begunBefore)) {
        return;
    }
    const auto ended = [this, index, begunBefore](const tl::expected<void, SequenceFailure> &result) {
        if (result) {
            verifyStep(index, {});
        } else if (step(index).pointOfNoReturn && (result.error().mayHaveHappened || begunBefore)) {
            // A lost reply is no failure, nor is the refusal of a second request: what is there decides.
            verifyStep(index, result.error());
        } else if (isPastReturn() && !step(index).pointOfNoReturn && !step(index).verify.empty()) {
            lookWhetherSo(index, result.error());
        } else {
            stepFailed(index, result.error());
        }
    };
    const auto act = [this, index, ended] {
        std::vector<Action> again = m_resumed ? step(index).askedAnew : std::vector<Action>();
        if (m_resumed) {
            const std::vector<Action> proofs = actionsOf(step(index).provenAnew);
            again.insert(again.end(), proofs.begin(), proofs.end());
        }
        if (again.empty()) {
            runOf(index, ActionNote::List::Actions, step(index).deadlineMs, ended);
            return;
        }
        run(again, step(index).deadlineMs, [this, index, ended](const tl::expected<void, SequenceFailure> &proved) {
            if (proved) {
                runOf(index, ActionNote::List::Actions, step(index).deadlineMs, ended);
                return;
            }
            SequenceFailure failure = proved.error(); // of the question: what the step itself does was not asked for
            failure.mayHaveHappened = false;
            failure.nothingDone = false;
            ended(tl::unexpected(failure));
        });
    };
    if (undoneFirst) {
        run(step(index).undo, step(index).deadlineMs,
            [act](const tl::expected<void, SequenceFailure> &) { act(); }); // what it could not do, acting will tell
        return;
    }
    if (!begunBefore || step(index).verify.empty()) {
        act();
        return;
    }
    runOf(index, ActionNote::List::Verify, kLookMs,
          [this, index, act](const tl::expected<void, SequenceFailure> &result) {
              if (result) {
                  stepDone(index);
              } else {
                  act();
              }
          });
}

/// What can't be undone is begun by nothing but itself: a manager's command that waits would look like one that runs.
void Runner::makeOutageReady()
{
    for (const Step &one : m_plan.steps) {
        const bool wanted = one.phase == Phase::Outage && !one.pointOfNoReturn;
        for (const Action &action : wanted ? one.actions : std::vector<Action>()) {
            const auto argv = filledCommand(action.argv, m_values);
            if (action.kind == Action::Kind::Command && action.pollMs == 0 && argv) {
                m_hands.makeReady(action.node, *argv, action.asRoot);
            }
        }
    }
}

/// What a last will was left for, above all the pause of a pooler, holds no longer once that is carried out: this
/// console was silent for too long. False when the step is not to be done.
bool Runner::lookAtWills(int index, bool past, bool begunBefore)
{
    const auto broken = m_hands.brokenWill();
    if (!broken || (past && m_toldWill)) {
        return true;
    }
    const QString why =
        broken->acted ? tr("%1 was sent to %2, since this console had said nothing for too long: applications were let "
                           "in, and their writes are not held any more")
                            .arg(broken->sql, broken->node)
                      : tr("the process has gone that would have sent %1 to %2, should this console die")
                            .arg(broken->sql, broken->node);
    if (past) {
        m_toldWill = true;
        const QString line = broken->acted ? tr("%1; transactions since then may have failed").arg(why) : why;
        (void)m_journal->output(broken->node + QStringLiteral(": ") + line);
        Q_EMIT outputArrived(broken->node, line);
        return true;
    }
    if (const auto told = readOperation(m_journal->path())) { // what a will has taken back is not ours any more
        m_wills = told->wills;
    }
    note(index, begunBefore ? StepState::Failed : StepState::Undone, why); // it was not begun now
    --m_underWay;
    beginUndo(tr("%1 was not begun: %2").arg(step(index).title, why));
    return false;
}

void Runner::verifyStep(int index, std::optional<SequenceFailure> actionsFailed)
{
    if (step(index).verify.empty() && !actionsFailed) {
        stepDone(index);
        return;
    }
    if (step(index).verify.empty()) {
        SequenceFailure failure = *actionsFailed; // there is nothing to ask by
        failure.mayHaveHappened = true;
        failure.nothingDone = false;
        lookForNothingDone(index, failure);
        return;
    }
    runOf(index, ActionNote::List::Verify, step(index).deadlineMs,
          [this, index, actionsFailed](const tl::expected<void, SequenceFailure> &result) {
              if (result) {
                  stepDone(index);
              } else {
                  SequenceFailure failure = actionsFailed.value_or(result.error());
                  failure.mayHaveHappened = true;
                  failure.nothingDone = false;
                  lookForNothingDone(index, failure);
              }
          });
}

/// With no way back, what counts is what is there: a program that moves an address and fails at something else then has
/// moved it. Looked at for a moment.
void Runner::lookWhetherSo(int index, const SequenceFailure &failure)
{
    runOf(index, ActionNote::List::Verify, kLookMs,
          [this, index, failure](const tl::expected<void, SequenceFailure> &result) {
              if (!result) {
                  stepFailed(index, failure);
                  return;
              }
              const QString line = tr("%1; and yet it is so").arg(failure.error.message);
              (void)m_journal->output(line);
              Q_EMIT outputArrived(failure.error.node, line);
              stepDone(index);
          });
}

/// A point of no return that failed has not been passed where that can be proved.
void Runner::lookForNothingDone(int index, const SequenceFailure &failure)
{
    if (!step(index).pointOfNoReturn || step(index).notDone.empty()) {
        stepFailed(index, failure);
        return;
    }
    run(step(index).notDone, kNotDoneMs, [this, index, failure](const tl::expected<void, SequenceFailure> &result) {
        SequenceFailure known = failure;
        known.mayHaveHappened = !result;
        stepFailed(index, known);
    });
}

void Runner::stepDone(int index)
{
    if (!note(index, StepState::Done) && !isPastReturn()) {
        --m_underWay;
        beginUndo(tr("the journal can't be written"));
        return;
    }
    --m_underWay;
    next();
}

void Runner::stepFailed(int index, const SequenceFailure &failure)
{
    --m_underWay;
    if (failure.silent) {
        m_silent.insert(failure.error.node);
    }
    if (isSecond(index, failure)) {
        return;
    }
    // A command that ran out of time may have said what it was waiting for.
    const QString last = failure.error.kind == Error::Kind::Timeout ? m_lastLines.value(failure.error.node) : QString();
    const QString why = last.isEmpty()
                            ? failure.error.message
                            : core::sentences({failure.error.message, tr("The last that was said: %1").arg(last)});
    const bool canGoBack = !isPastReturn() || (step(index).pointOfNoReturn && !failure.mayHaveHappened);
    StepState state = StepState::Failed;
    if (canGoBack && failure.nothingDone) {
        state = StepState::Undone;
    } else if (canGoBack && step(index).pointOfNoReturn) {
        state = step(index).undo.empty() ? StepState::Undone : StepState::Undoing;
    }
    note(index, state, why);
    if (canGoBack) {
        takeBack(tr("%1: %2").arg(step(index).title, why));
        return;
    }
    m_remains.append(withRemedy(index, tr("%1: %2").arg(step(index).title, why)));
    next();
}

} // namespace howdah::operations
