// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/runner.h"

#include <QPointer>
#include <algorithm>

#include "core/redact.h"
#include "core/sentences.h"
#include "operations/finishing.h"
#include "operations/secrets.h"

namespace howdah::operations {

namespace {
constexpr int kAnswerMs = 5000;
constexpr int kSecretMs = 5000;
constexpr int kResumeGuardMs = 60'000; ///< each has its own, shorter one
} // namespace

Runner::Runner(Plan plan, Hands &hands, std::unique_ptr<JournalWriter> journal, const core::Clock &clock,
               QObject *parent)
    : QObject(parent)
    , m_plan(std::move(plan))
    , m_hands(hands)
    , m_journal(std::move(journal))
    , m_clock(clock)
    , m_steps(m_plan.steps.size())
{
    for (const Secret &secret : m_plan.secrets) {
        m_secretNames.insert(secret.name, secret.shown);
    }
    m_hands.setJournal(m_journal->path());
    connect(&m_hands, &Hands::outputArrived, this, [this](const QString &node, const QString &line) {
        // What is only told is not worth a failure.
        (void)m_journal->output(node + QStringLiteral(": ") + line);
        m_lastLines.insert(node, line);
        Q_EMIT outputArrived(node, line);
    });
}

Runner::~Runner() = default;

void Runner::start()
{
    begin();
}

void Runner::take(const Operation &operation)
{
    m_steps = operation.steps;
    m_values = operation.values;
    m_wills = operation.wills;
    m_before = {operation.outcome, operation.remains};
    m_resumed = true;
}

void Runner::resume(const Operation &operation)
{
    take(operation);
    takeUp([this] { begin(); });
}

void Runner::takeUp(const std::function<void()> &then)
{
    run(m_plan.takeUpGuards, kResumeGuardMs, [this, then](const tl::expected<void, SequenceFailure> &result) {
        result ? then() : leaveAsItWas(tr("%1. Nothing was done or taken back").arg(result.error().error.message));
    });
}

void Runner::undo(const Operation &operation)
{
    take(operation);
    if (isPastReturn()) {
        m_remains.append(tr("\"%1\" was begun, and it cannot be undone: resume finishes the operation")
                             .arg(step(pointOfNoReturn(m_plan)).title));
        finish(Outcome::Incomplete);
        return;
    }
    takeUp([this] { resolveSecrets(0, false, [this] { lockAgain(0, [this] { undoGuarded(asAskedFor()); }); }); });
}

void Runner::begin()
{
    // A new operation knows all its secrets before it changes anything; one that goes on takes those it can get.
    resolveSecrets(0, !m_resumed, [this] {
        if (isOnTheWayBack()) {
            lockAgain(0, [this] {
                undoGuarded(
                    tr("an earlier try had begun to take it back, and could not do so to the end: that goes first"));
            });
            return;
        }
        goOn();
    });
}

void Runner::goOn()
{
    // Begun and not known to be done, it may not have happened: what proves it decides first.
    const int at = pointOfNoReturn(m_plan);
    const bool asks = m_resumed && (at < 0 || record(at).state == StepState::Done);
    run(asks ? m_plan.resumeGuards : std::vector<Action>(), kResumeGuardMs,
        [this](const tl::expected<void, SequenceFailure> &result) {
            if (!result) {
                leaveAsItWas(result.error().error.message);
                return;
            }
            m_next = 0;
            next();
        });
}

bool Runner::cancel()
{
    if (m_ended || isPastReturn()) {
        return false;
    }
    m_cancelled = true;
    if (m_newest && !m_isUndo) { // a person may take an hour
        m_newest->abandon();
    }
    return true;
}

void Runner::resolveSecrets(std::size_t next, bool all, const std::function<void()> &then)
{
    if (next >= m_plan.secrets.size()) {
        then();
        return;
    }
    const Secret &secret = m_plan.secrets[next];
    const QPointer<Runner> self(this);
    m_hands.sql(secret.node, secret.sql, kSecretMs, [this, self, next, all, then](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        const Secret &asked = m_plan.secrets[next];
        if (!all && asked.replaced.empty()) {
            takeOldValue(next, table);
            resolveSecrets(next + 1, all, then);
            return;
        }
        core::Error error;
        if (!table) {
            error = table.error().error;
        } else if (const auto value = secretValue(asked, *table)) {
            m_values.insert(asked.name, *value);
            if (asked.replaced.empty()) { // whoever takes the operation up must be able to tell it from what it is then
                (void)m_journal->captured(shownName(asked), *value); // redacted there
            }
        } else {
            error = value.error();
        }
        if (!error.message.isEmpty() && all) {
            m_remains.append(tr("nothing was changed"));
            beginUndo(tr("%1: its connection settings can't be read: %2").arg(asked.node, error.message));
            return;
        }
        resolveSecrets(next + 1, all, then);
    });
}

/// What stood somewhere before the operation, as another console finds it: by now that may be what the operation itself
/// has written, which must not be put back for what was there.
void Runner::takeOldValue(std::size_t index, const Handed<Table> &table)
{
    Secret &secret = m_plan.secrets[index];
    const auto now = table ? secretValue(secret, *table) : core::Result<QString>(tl::unexpected(table.error().error));
    const bool kept = m_values.contains(shownName(secret)); // not by older versions: there may have been a password
    // The redaction of text takes all that hangs on a password, a quote behind it too.
    secret.shown = kept ? m_values.value(shownName(secret)) + QLatin1Char(' ') : secret.shown;
    if (now && isSameButForPasswords(secret.shown, *now)) {
        m_values.insert(secret.name, *now);
    } else if (kept && !hidesSomething(secret.shown)) {
        m_values.insert(secret.name, secret.shown.trimmed());
    } else {
        const QString why = now ? tr("gives another one now") : tr("can't be asked: %1").arg(now.error().message);
        const QString what = kept ? tr("holds a password") : tr("may hold a password");
        m_unknown.insert(
            secret.name,
            core::sentences(
                {tr("what %1 had before %2, which is kept in no journal, and %1 %3").arg(secret.node, what, why),
                 tr("What stands there now was left as it is. Send it with the password")}));
    }
}

bool Runner::isPastReturn() const
{
    return operations::isPastReturn(m_plan, m_steps);
}

/// Whether what ended the old primary's sessions could not be taken back before: with that server down nothing can be
/// prepared anew on it, and nobody can write until the way back is gone to its end.
bool Runner::isOnTheWayBack() const
{
    return m_resumed && std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [this](const Step &one) {
               const StepState state = m_steps[static_cast<std::size_t>(&one - m_plan.steps.data())].state;
               return state == StepState::UndoFailed &&
                      std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [&one](const Step &lock) {
                          return endsWithItsSession(lock) && lock.renewedUntil == one.id;
                      });
           });
}

bool Runner::isRenewed(const Step &one) const
{
    const auto until = std::find_if(m_plan.steps.begin(), m_plan.steps.end(),
                                    [&](const Step &other) { return other.id == one.renewedUntil; });
    const auto has = [this](const Step &other) {
        const StepState state = m_steps[static_cast<std::size_t>(&other - m_plan.steps.data())].state;
        return state != StepState::Waiting && state != StepState::Undone;
    };
    return one.renewed && (until == m_plan.steps.end() || !has(*until));
}

/// Whether a step of the outage has been begun before, as in an operation that is taken up again.
bool Runner::hasOutageBegun() const
{
    for (int i = 0; i < stepCount(); ++i) {
        const StepState state = m_steps[static_cast<std::size_t>(i)].state;
        if (step(i).phase != Phase::Prepare && state != StepState::Waiting && state != StepState::Undone) {
            return true;
        }
    }
    return false;
}

bool Runner::isNeededMissing(const Step &one) const
{
    return std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [&](const Step &other) {
        const auto index = static_cast<std::size_t>(&other - m_plan.steps.data());
        return one.needs.contains(other.id) && m_steps[index].state != StepState::Done;
    });
}

void Runner::next()
{
    if (m_ended || m_isUndo || m_underWay > 0) {
        return;
    }
    const auto isOver = [this](int index) {
        const StepState state = record(index).state;
        return state == StepState::Done && !(m_resumed && isRenewed(step(index)));
    };
    while (m_next < stepCount() && isOver(m_next)) {
        ++m_next;
    }
    if (m_next >= stepCount()) {
        const bool whole = std::all_of(m_steps.begin(), m_steps.end(),
                                       [](const StepRecord &one) { return one.state == StepState::Done; });
        finish(whole ? Outcome::Done : Outcome::Incomplete);
        return;
    }
    if (m_cancelled && !isPastReturn()) {
        beginUndo(tr("cancelled"));
        return;
    }
    const int lane = isPastReturn() ? step(m_next).lane : 0;
    std::vector<int> together;
    do {
        if (!isOver(m_next)) {
            together.push_back(m_next);
        }
        ++m_next;
    } while (lane > 0 && m_next < stepCount() && step(m_next).lane == lane);
    m_underWay = static_cast<int>(together.size());
    for (const int index : together) {
        guardThenRun(index);
    }
}

QString Runner::withRemedy(int index, const QString &what) const
{
    return step(index).remedy.isEmpty() ? what : core::sentences({what, step(index).remedy});
}

void Runner::finish(Outcome outcome)
{
    m_ended = true;
    if (const auto written = m_journal->ended(outcome, m_clock.wallMs(), m_remains); !written) {
        m_remains.append(written.error().message);
    }
    for (QString &one : m_remains) {
        one = core::redacted(one);
    }
    Q_EMIT ended(outcome, m_remains);
}

void Runner::run(std::vector<Action> actions, int deadlineMs, SequenceDone done)
{
    start(sequenceOf(std::move(actions), deadlineMs), std::move(done));
}

void Runner::runOf(int index, ActionNote::List list, int deadlineMs, SequenceDone done)
{
    const bool verifies = list == ActionNote::List::Verify;
    Sequence *sequence = sequenceOf(verifies ? step(index).verify : step(index).actions, deadlineMs);
    connect(sequence, &Sequence::asked, this, [this, index, list](int action) {
        Q_EMIT actionChanged(index, {list, action, ActionNote::State::Asked, m_clock.wallMs(), {}});
    });
    connect(sequence, &Sequence::held, this, [this, index, list](int action, const QString &seen) {
        Q_EMIT actionChanged(index, {list, action, ActionNote::State::Held, m_clock.wallMs(), core::redacted(seen)});
    });
    start(sequence, std::move(done));
}

std::vector<Action> Runner::actionsOf(const QStringList &steps) const
{
    std::vector<Action> actions;
    for (const Step &one : m_plan.steps) {
        if (steps.contains(one.id)) {
            actions.insert(actions.end(), one.actions.begin(), one.actions.end());
        }
    }
    return actions;
}

Sequence *Runner::sequenceOf(std::vector<Action> actions, int deadlineMs)
{
    for (Action &action : actions) {
        if (action.orSilent && m_resumed) { // a new console has no sessions yet, and silence proves nothing
            action.orSilent = action.wasSilent;
            action.deadlineMs = std::max(action.deadlineMs, kAnswerMs);
        }
    }
    auto *sequence = new Sequence(m_hands, m_values, std::move(actions), deadlineMs, this);
    sequence->setSecrets(m_secretNames.keys());
    connect(sequence, &Sequence::captured, this, [this](const QString &name, const QString &value) {
        if (!m_secretNames.contains(name)) {
            (void)m_journal->captured(name, value); // synced when the next step begins, which is looked at
        }
    });
    connect(sequence, &Sequence::said, this, [this](const QString &node, const QString &line) {
        (void)m_journal->output(node + QStringLiteral(": ") + line);
        Q_EMIT outputArrived(node, line);
    });
    connect(sequence, &Sequence::leftAlone, this, [this](const QString &node, const QString &what) {
        (void)m_journal->output(node + QStringLiteral(": ") + what);
        m_leftAlone.append(node + QStringLiteral(": ") + what);
        Q_EMIT outputArrived(node, what);
    });
    connect(sequence, &Sequence::waiting, this, [this](const QString &what, bool person) {
        if (person) {
            (void)m_journal->output(tr("by hand") + QStringLiteral(": ") + what);
        }
        Q_EMIT outputArrived(person ? tr("by hand") : QString(), what);
    });
    return sequence;
}

void Runner::start(Sequence *sequence, SequenceDone done)
{
    m_newest = sequence;
    sequence->start([sequence, done = std::move(done)](const tl::expected<void, SequenceFailure> &result) {
        sequence->deleteLater();
        done(result);
    });
}

bool Runner::note(int index, StepState state, const QString &remark)
{
    StepRecord &one = record(index);
    one.remark = core::redacted(remark);
    const qint64 now = m_clock.wallMs();
    enter(one, state, now);
    const auto written = m_journal->step(index, state, now, remark);
    if (!written && !m_mute) {
        m_mute = true;
        m_remains.append(written.error().message);
    }
    Q_EMIT stepChanged(index, one);
    return written.has_value();
}

} // namespace howdah::operations
