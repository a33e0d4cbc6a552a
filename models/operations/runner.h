// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QMap>
#include <QObject>
#include <QPointer>
#include <QSet>
#include <memory>

#include "core/clock.h"
#include "operations/hands.h"
#include "operations/journal.h"
#include "operations/progress.h"
#include "operations/sequence.h"

namespace howdah::operations {

/// Carries out a plan: steps in their order, each in the journal before it begins, each proved before the next. What
/// fails before the point of no return is undone, last step first; past it the runner goes on with every step that can
/// still be done, and says what remains. Ends in ended() whatever happens: each step has a deadline. Engine thread.
class Runner : public QObject {
    Q_OBJECT
public:
    /// hands and clock must outlive it.
    Runner(Plan plan, Hands &hands, std::unique_ptr<JournalWriter> journal, const core::Clock &clock,
           QObject *parent = nullptr);
    ~Runner() override;

    /// From the first step.
    void start();
    /// What an interrupted operation has left: goes on where it stopped, or takes back what it did. undo() of one that
    /// may have passed the point of no return ends as incomplete and changes nothing.
    void resume(const Operation &operation);
    void undo(const Operation &operation);
    /// Before the point of no return: undoes. Past it: does nothing, since only forward is safe; false then.
    bool cancel();
    /// Why an undo that was asked for was made: it is among what remains of it.
    static QString asAskedFor() { return tr("as asked for"); }

    const Plan &plan() const { return m_plan; }
    const std::vector<StepRecord> &steps() const { return m_steps; }
    const Values &values() const { return m_values; }
    QString journalId() const { return m_journal->id(); }
    QString journalPath() const { return m_journal->path(); }

Q_SIGNALS:
    void stepChanged(int index, const howdah::operations::StepRecord &record);
    /// An action of a step that is under way is asked, or holds.
    void actionChanged(int index, const howdah::operations::ActionNote &note);
    /// What a step waits for, or what a command wrote.
    void outputArrived(const QString &node, const QString &line);
    void ended(howdah::operations::Outcome outcome, const QStringList &remains);

private:
    using SequenceDone = std::function<void(tl::expected<void, SequenceFailure>)>;

    void take(const Operation &operation);
    void begin();
    void resolveSecrets(std::size_t next, bool all, const std::function<void()> &then);
    void takeOldValue(std::size_t index, const Handed<Table> &table);
    void next();
    void guardThenRun(int index);
    void runStep(int index);
    /// While applications still write: what the steps of the outage will run on hosts.
    void makeOutageReady();
    bool lookAtWills(int index, bool past, bool begunBefore);
    bool isTakenBack(int index) const;
    void verifyStep(int index, std::optional<SequenceFailure> actionsFailed);
    void stepDone(int index);
    void lookWhetherSo(int index, const SequenceFailure &failure);
    void stepFailed(int index, const SequenceFailure &failure);
    void lookForNothingDone(int index, const SequenceFailure &failure);
    void beginUndo(const QString &why);
    int unknownSecretOf(int index) const;
    void askAgain(int secret, const std::function<void()> &then);
    void unlock();
    void lockAgain(int index, const std::function<void()> &then);
    /// Takes back what was begun, unless somebody else has been at the cluster since.
    void undoGuarded(const QString &why);
    /// The way back of a step that failed or was not begun: guarded where the operation was taken up again.
    void takeBack(const QString &why);
    /// Makes sure that its servers are those that it was planned for.
    void takeUp(const std::function<void()> &then);
    /// Goes on with what another console has left, unless somebody else has been at the cluster since.
    void goOn();
    /// Ends it with nothing done or taken back, and leaves it for whoever takes it up next as this one has found it.
    void leaveAsItWas(const QString &why);
    bool isSecond(int index, const SequenceFailure &failure);
    void undoNext();
    void undoStep(int index);
    void undone(int index, const QString &failedWith, const std::vector<Action> &left, const QString &why,
                const tl::expected<void, SequenceFailure> &result);
    void lookForSilent(QStringList nodes);
    void isAlive(const QString &node, const std::function<void(bool)> &then);
    void endUndo();
    bool hasOnlyLocked() const;
    /// What failed, and what to do by hand.
    QString withRemedy(int index, const QString &what) const;
    QString leftOverText(int index, const std::vector<Action> &left, const QString &why) const;
    QString whyNotTried(const Action &action) const;
    void finish(Outcome outcome);
    void run(std::vector<Action> actions, int deadlineMs, SequenceDone done);
    /// The same for actions or what verifies them of a step, each of which is told.
    void runOf(int index, ActionNote::List list, int deadlineMs, SequenceDone done);
    Sequence *sequenceOf(std::vector<Action> actions, int deadlineMs);
    void start(Sequence *sequence, SequenceDone done);
    bool note(int index, StepState state, const QString &remark = {});
    bool isPastReturn() const;
    bool hasOutageBegun() const;
    bool isOnTheWayBack() const;
    bool isRenewed(const Step &step) const;
    std::vector<Action> actionsOf(const QStringList &steps) const;
    bool isNeededMissing(const Step &step) const;
    StepRecord &record(int index) { return m_steps[static_cast<std::size_t>(index)]; }
    const Step &step(int index) const { return m_plan.steps[static_cast<std::size_t>(index)]; }
    int stepCount() const { return static_cast<int>(m_plan.steps.size()); }

    Plan m_plan;
    Hands &m_hands;
    std::unique_ptr<JournalWriter> m_journal;
    const core::Clock &m_clock;
    std::vector<StepRecord> m_steps;
    Values m_values;
    QHash<QString, QString> m_secretNames; ///< never journaled
    QStringList m_askedAgain;              ///< of those that are unknown
    QStringList m_leftAlone;               ///< what the way back has not touched, since somebody has changed it
    QHash<QString, QString> m_unknown;     ///< secrets that can't be read any more, and why
    QStringList m_remains;
    QString m_why;                       ///< of the undo
    QHash<QString, QString> m_lastLines; ///< by node: the last that a command wrote in the newest step there
    std::vector<WillRecord> m_wills;     ///< that acted before this console took the operation up
    QHash<int, QString> m_failedWith;    ///< by step: why it is undone, while a try to undo it says something else
    int m_next = 0;
    int m_underWay = 0;
    QPointer<Sequence> m_newest; ///< of those under way
    int m_undoing = -1;
    /// What a step's undo has left to a person, by the step.
    struct LeftOver {
        QString text;
        bool silent = false; ///< not tried, since its node says nothing
    };
    QMap<int, LeftOver> m_leftOver;
    QSet<QString> m_silent; ///< nodes that said nothing to anybody
    bool m_lookedAgain = false;
    bool m_someSpoke = false;
    /// How an operation that is taken up had been left.
    struct Before {
        Outcome outcome = Outcome::Interrupted;
        QStringList remains;
    };
    Before m_before;
    bool m_resumed = false;
    bool m_cancelled = false;
    bool m_ended = false;
    bool m_isUndo = false;
    bool m_mute = false; ///< the journal can't be written any more
    bool m_toldWill = false;
};

} // namespace howdah::operations
