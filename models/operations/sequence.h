// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

#include "operations/errands.h"
#include "operations/hands.h"
#include "operations/values.h"

namespace howdah::operations {

/// Why a list of actions stopped.
struct SequenceFailure {
    core::Error error;
    bool mayHaveHappened = false; ///< the action that stopped it may have been done all the same
    bool nothingDone = false;     ///< it has not, and before it was only asked
    bool silent = false;          ///< its node said nothing to anybody, as was asked on the side
};

/// Runs actions one after the other within one deadline, polls those that are polled, takes over what they capture.
/// Used once. Engine thread.
class Sequence : public QObject {
    Q_OBJECT
public:
    /// values are read and written; they and hands must outlive it.
    Sequence(Hands &hands, Values &values, std::vector<Action> actions, int deadlineMs, QObject *parent);

    /// Names of values that no server may write into its log, nor show to others.
    void setSecrets(const QStringList &names) { m_secrets = names; }
    /// done is called exactly once, unless the sequence is destroyed first.
    using Done = std::function<void(tl::expected<void, SequenceFailure>)>;
    void start(Done done);
    /// Nobody waits any longer for a person who is waited for now; anything else goes on to its own end.
    void abandon();

Q_SIGNALS:
    /// A value was captured that was not known, or was another.
    void captured(const QString &name, const QString &value);
    /// What is waited for, when something is polled; said once for each action. by a person: what they are to do.
    void waiting(const QString &what, bool person);
    /// The action was left out, since somebody has changed since what it would change: Action::onlyIf.
    void leftAlone(const QString &node, const QString &what);
    /// The node has told something of what it does: Action::says.
    void said(const QString &node, const QString &line);
    /// The action of that index is being asked; its condition holds, and seen says what was there.
    void asked(int index);
    void held(int index, const QString &seen);

private:
    void runNext();
    void runAction(const Action &action);
    void request(const Action &action, int left);
    void askWhetherTo(const Action &action, int left);
    void hush(const Action &action, int left);
    void speak();
    void ask(const Action &action, int left);
    void askOnTheSide();
    std::optional<bool> matches(const Action &action, const QString &text);
    void askWhetherItLetsIn();
    void tableArrived(Handed<Table> result);
    void commandArrived(Handed<CommandResult> result);
    void httpArrived(Handed<HttpAnswer> result);
    void errandArrived(const HttpAnswer &answer);
    void refused(const ErrandVerdict &verdict);
    void failRefused(const QString &readBack);
    void askAgainIn(int ms);
    void notDone(const HandsFailure &failure);
    void goesOn(const HandsFailure &failure);
    void readBackFirst(std::function<void()> otherwise);
    std::vector<Action>::const_iterator readingBack() const;
    void wake(const QString &node, const QString &channel);
    void sayNews(const Action &action, const Table &table);
    bool takeCaptures(const Action &action, const Table &table);
    bool takeCaptures(const Action &action, const QString &output);
    void capture(const QString &name, const QString &value);
    /// The action was answered and its condition holds or not, seen says what was there instead.
    void answered(bool holds, const QString &seen);
    void fail(core::Error error, bool mayHaveHappened, bool silent = false);
    int leftMs() const;
    bool hasOnlyAsked() const;
    const Action &current() const { return m_actions[m_next]; }
    bool namesSecret(const QString &sql) const;

    Hands &m_hands;
    Values &m_values;
    std::vector<Action> m_actions;
    QStringList m_secrets;
    std::size_t m_next = 0;
    int m_deadlineMs;
    QElapsedTimer m_clock;
    QElapsedTimer m_actionClock;
    QElapsedTimer m_heardClock; ///< since the node last answered
    int m_askMs = 0;            ///< how long the next question is given
    QTimer m_again;
    QTimer m_side; ///< while a statement takes its time
    QString m_lastSeen;
    std::optional<SequenceFailure> m_refusal; ///< of a provider, in words: what it says when it is read back decides
    bool m_isInDoubt = false;                 ///< a request to one that was not answered may have been carried out
    std::size_t m_saidRows = 0;               ///< of the action under way
    bool m_may = false;                       ///< its onlyIf was answered with yes
    bool m_isHushed = false;                  ///< the server was told to keep its statement to itself
    bool m_woken = false;                     ///< notified while it was being asked
    Done m_done;
    bool m_ended = false;
};

} // namespace howdah::operations
