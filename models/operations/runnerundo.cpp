// SPDX-License-Identifier: GPL-3.0-or-later
// The way back of an operation: what is undone, and what is left to a person.
#include <QPointer>
#include <algorithm>

#include "core/redact.h"
#include "core/sentences.h"
#include "operations/runner.h"
#include "operations/values.h"

namespace howdah::operations {

using core::Error;

namespace {

constexpr int kUndoMs = 60'000;
constexpr int kAbsentMs = 8000; ///< a node that says nothing to anybody for so long is not waited for
constexpr int kAliveMs = 2000;
constexpr int kSecretMs = 5000;
constexpr int kUndoGuardMs = 30'000; ///< each has its own, shorter one

/// A person may need as long to take something back as to do it, and so does a provider.
int undoDeadlineMs(const Step &step)
{
    int longest = kUndoMs;
    for (const Action &action : step.undo) {
        const bool mayTakeLong = action.kind == Action::Kind::Person || action.http.errand;
        longest = mayTakeLong ? std::max(longest, action.deadlineMs) : longest;
    }
    return longest;
}

/// Statements that don't build on one another: those that can be sent are sent without the others.
bool standApart(const std::vector<Action> &actions)
{
    return std::all_of(actions.begin(), actions.end(), [](const Action &action) {
        return action.kind == Action::Kind::Sql && !action.expectsTrue && !action.row;
    });
}

} // namespace

void Runner::beginUndo(const QString &why)
{
    if (m_ended || m_isUndo) {
        return;
    }
    m_isUndo = true;
    m_why = why;
    m_undoing = stepCount();
    undoNext();
}

/// Whoever takes an operation up to take it back acts as well: not beside another console. A node that can't be reached
/// keeps nobody from it.
void Runner::lockAgain(int index, const std::function<void()> &then)
{
    while (index < stepCount() && !endsWithItsSession(step(index))) {
        ++index;
    }
    if (index >= stepCount()) {
        then();
        return;
    }
    run(step(index).actions, step(index).deadlineMs,
        [this, index, then](const tl::expected<void, SequenceFailure> &result) {
            if (result || !isSecond(index, result.error())) {
                lockAgain(index + 1, then);
            }
        });
}

/// Whether another console holds the lock of an operation that is taken up. Then this one ends: what was begun is left
/// as it is, since what stands there may be the other's.
bool Runner::isSecond(int index, const SequenceFailure &failure)
{
    if (!m_resumed || !endsWithItsSession(step(index)) || failure.error.kind != Error::Kind::Server) {
        return false;
    }
    unlock();
    leaveAsItWas(tr("%1. Nothing was done or taken back: wait until that has ended").arg(failure.error.message));
    return true;
}

void Runner::leaveAsItWas(const QString &why)
{
    m_ended = true;
    if (m_before.outcome == Outcome::Incomplete) { // else it is interrupted still, and the journal goes on saying so
        (void)m_journal->ended(m_before.outcome, m_clock.wallMs(), m_before.remains);
    }
    Q_EMIT ended(Outcome::Refused, QStringList{core::redacted(why)});
}

void Runner::takeBack(const QString &why)
{
    m_resumed ? undoGuarded(why) : beginUndo(why);
}

void Runner::undoGuarded(const QString &why)
{
    run(m_plan.undoGuards, kUndoGuardMs, [this, why](const tl::expected<void, SequenceFailure> &result) {
        if (result) {
            beginUndo(why);
            return;
        }
        QStringList begun;
        for (int i = 0; i < stepCount(); ++i) {
            const StepState state = record(i).state;
            if (state != StepState::Waiting && state != StepState::Skipped && state != StepState::Undone &&
                !endsWithItsSession(step(i))) {
                begun.append(QStringLiteral("\"%1\"").arg(step(i).title));
            }
        }
        unlock();
        m_remains = why == asAskedFor() ? QStringList() : QStringList{why};
        m_remains.append(tr("%1. Nothing was taken back").arg(result.error().error.message));
        if (!begun.isEmpty()) {
            m_remains.append(tr("These were begun, and left as they are: %1. See what of it is still wanted")
                                 .arg(begun.join(QStringLiteral(", "))));
        }
        finish(Outcome::Incomplete);
    });
}

/// Lets other consoles act again where this one's sessions live on, as a window's do. Nobody waits for that.
void Runner::unlock()
{
    for (const Step &one : m_plan.steps) {
        if (endsWithItsSession(one)) {
            run(one.undo, kSecretMs, [](const tl::expected<void, SequenceFailure> &) {});
        }
    }
}

void Runner::undoNext()
{
    const auto wants = [this](int index) {
        const StepState state = record(index).state;
        const bool begun = state != StepState::Waiting && state != StepState::Skipped && state != StepState::Undone;
        return begun && (!m_lookedAgain || (m_leftOver.contains(index) && m_leftOver[index].silent));
    };
    do {
        --m_undoing;
    } while (m_undoing >= 0 && !wants(m_undoing));
    if (m_undoing >= 0) {
        undoStep(m_undoing);
    } else if (!m_lookedAgain && !m_silent.isEmpty()) {
        m_lookedAgain = true;
        lookForSilent(QStringList(m_silent.begin(), m_silent.end()));
    } else {
        endUndo();
    }
}

/// Whoever was silent may only have slept.
void Runner::lookForSilent(QStringList nodes)
{
    if (nodes.isEmpty()) {
        m_undoing = m_someSpoke ? stepCount() : 0;
        undoNext();
        return;
    }
    const QString node = nodes.takeLast();
    isAlive(node, [this, node, nodes](bool spoke) {
        if (spoke) {
            m_silent.remove(node);
            m_someSpoke = true;
        }
        lookForSilent(nodes);
    });
}

void Runner::isAlive(const QString &node, const std::function<void(bool)> &then)
{
    const QPointer<Runner> self(this);
    m_hands.alive(node, kAliveMs, [self, then](bool spoke) {
        if (self) {
            then(spoke);
        }
    });
}

void Runner::endUndo()
{
    for (auto it = m_leftOver.cend(); it != m_leftOver.cbegin();) { // in the order in which it was tried
        --it;
        m_remains.append(it->text);
    }
    const bool whole = std::none_of(m_steps.begin(), m_steps.end(),
                                    [](const StepRecord &one) { return one.state == StepState::UndoFailed; });
    m_remains.prepend(m_why);
    m_remains += m_leftAlone;
    if (m_resumed) { // what was undone by an earlier try is locked by this one all the same
        unlock();
    }
    finish(!whole ? Outcome::Incomplete : hasOnlyLocked() && !m_cancelled ? Outcome::Refused : Outcome::Undone);
}

/// Whether no step was begun but those that end with this console's session: another console was faster, or the
/// cluster is no longer as it was checked.
bool Runner::hasOnlyLocked() const
{
    return !m_resumed && std::all_of(m_plan.steps.begin(), m_plan.steps.end(), [this](const Step &one) {
        const auto index = static_cast<std::size_t>(&one - m_plan.steps.data());
        return endsWithItsSession(one) || m_steps[index].state == StepState::Waiting;
    });
}

/// Whether all that the step has done was taken back by last wills since: what is there now is somebody else's.
bool Runner::isTakenBack(int index) const
{
    bool any = false;
    for (const Action &action : step(index).actions) {
        if (!action.lastWill) {
            continue;
        }
        any = true;
        const auto taken = [&](const WillRecord &will) {
            return will.taken && will.node == action.node && will.sql == action.lastWill->sql &&
                   will.atMs >= m_steps[static_cast<std::size_t>(index)].startedMs;
        };
        if (std::none_of(m_wills.begin(), m_wills.end(), taken)) {
            return false;
        }
    }
    return any;
}

/// Why an action of the way back can't be tried; empty when it can.
QString Runner::whyNotTried(const Action &action) const
{
    const bool maySaySo = action.orSilent && (!m_resumed || action.wasSilent);
    if (m_silent.contains(action.node) && !maySaySo) {
        return tr("%1 says nothing to anybody, and is not waited for again").arg(action.node);
    }
    for (auto it = placeholder().globalMatch(action.sql); it.hasNext();) {
        const QString name = it.next().captured(1);
        if (m_unknown.contains(name)) { // what is not known must not be written without what is missing
            return m_unknown.value(name);
        }
    }
    return {};
}

/// A secret that the way back of a step takes, and that could not be asked for when the operation was taken up: by now
/// its server may have been started again. Each is asked for once more; -1: none is left.
int Runner::unknownSecretOf(int index) const
{
    for (const Action &action : step(index).undo) {
        const QStringList names = valuesIn(action.sql);
        for (std::size_t i = 0; i < m_plan.secrets.size(); ++i) {
            const QString &name = m_plan.secrets[i].name;
            if (names.contains(name) && m_unknown.contains(name) && !m_askedAgain.contains(name)) {
                return static_cast<int>(i);
            }
        }
    }
    return -1;
}

void Runner::askAgain(int index, const std::function<void()> &then)
{
    const auto at = static_cast<std::size_t>(index);
    m_askedAgain.append(m_plan.secrets[at].name);
    const QPointer<Runner> self(this);
    m_hands.sql(m_plan.secrets[at].node, m_plan.secrets[at].sql, kSecretMs,
                [this, self, at, then](const Handed<Table> &table) {
                    if (self) {
                        m_unknown.remove(m_plan.secrets[at].name);
                        takeOldValue(at, table);
                        then();
                    }
                });
}

void Runner::undoStep(int index)
{
    // What an earlier try to undo it said is no longer so once this one has done it.
    if (const int secret = unknownSecretOf(index); secret >= 0) {
        askAgain(secret, [this, index] { undoStep(index); });
        return;
    }
    const QString failedWith =
        record(index).state == StepState::UndoFailed ? m_failedWith.value(index) : record(index).remark;
    m_failedWith.insert(index, failedWith);
    m_leftOver.remove(index);
    if (isTakenBack(index)) {
        note(index, StepState::Undone, tr("taken back already, when the console was gone"));
        undoNext();
        return;
    }
    note(index, StepState::Undoing, failedWith);
    std::vector<Action> now, left;
    QString why;
    for (const Action &action : step(index).undo) {
        const QString whyNot = whyNotTried(action);
        why = why.isEmpty() ? whyNot : why;
        (whyNot.isEmpty() ? now : left).push_back(action);
    }
    if (!left.empty() && endsWithItsSession(step(index))) {
        note(index, StepState::Undone, tr("%1; what it did ends with this console's session").arg(why));
        undoNext();
        return;
    }
    if (!left.empty() && !standApart(step(index).undo)) {
        left = step(index).undo;
        now.clear();
    }
    for (Action &action : now) { // a statement may take long, but not on a node that has gone
        const bool once = action.kind == Action::Kind::Sql && action.pollMs == 0;
        action.absentMs = once && action.absentMs == 0 ? kAbsentMs : action.absentMs;
    }
    run(now, undoDeadlineMs(step(index)),
        [this, index, failedWith, left, why](const tl::expected<void, SequenceFailure> &result) {
            undone(index, failedWith, left, why, result);
        });
}

void Runner::undone(int index, const QString &failedWith, const std::vector<Action> &left, const QString &why,
                    const tl::expected<void, SequenceFailure> &result)
{
    if (result) {
        note(index, left.empty() ? StepState::Undone : StepState::UndoFailed, left.empty() ? failedWith : why);
        if (!left.empty()) {
            m_leftOver[index] = {leftOverText(index, left, why), true};
        }
        undoNext();
        return;
    }
    const SequenceFailure &failure = result.error();
    const QString node = failure.error.node;
    const auto giveUp = [this, index, node](bool silent, const QString &message) {
        if (silent) {
            m_silent.insert(node);
            undoStep(index); // what can be done without that node
            return;
        }
        if (endsWithItsSession(step(index))) { // who can't be reached has no session of ours
            note(index, StepState::Undone, message);
        } else {
            note(index, StepState::UndoFailed, message);
            const QString text = tr("\"%1\" could not be undone: %2").arg(step(index).title, message);
            m_leftOver[index] = {withRemedy(index, text), false};
        }
        undoNext();
    };
    const bool unheard = failure.error.kind == Error::Kind::Timeout || failure.error.kind == Error::Kind::Connection;
    if (failure.silent || !unheard || node.isEmpty() || m_silent.contains(node)) {
        giveUp(failure.silent && !m_silent.contains(node), failure.error.message);
    } else {
        isAlive(node, [giveUp, message = failure.error.message](bool spoke) { giveUp(!spoke, message); });
    }
}

/// What a person is to do in place of the console, in the words that they can copy.
QString Runner::leftOverText(int index, const std::vector<Action> &left, const QString &why) const
{
    QStringList byHand;
    for (const Action &action : left) {
        byHand.append(action.kind == Action::Kind::Sql ? describe(m_plan, action)
                                                       : tr("see to it that %1").arg(action.text));
    }
    const QString text = core::sentences({tr("\"%1\" is not undone: %2").arg(step(index).title, why)}) +
                         tr(" To do by hand: %1").arg(byHand.join(QStringLiteral("; ")));
    return withRemedy(index, text);
}

} // namespace howdah::operations
