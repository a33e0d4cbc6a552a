// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QMetaType>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "operations/journal.h"
#include "operations/plan.h"

namespace howdah::operations {

/// What has become of one action of a step.
struct ActionNote {
    enum class List { Actions, Verify };
    enum class State {
        Asked, ///< sent, or asked again until it holds
        Held,  ///< answered as it must be
    };
    List list = List::Actions;
    int index = 0; ///< within the list
    State state = State::Asked;
    qint64 atMs = 0; ///< wall clock, UTC
    QString seen;    ///< what was answered; redacted

    bool operator==(const ActionNote &) const = default;
};

/// All that is known of a run of a plan, as its runner told it. A value.
class Progress {
public:
    Progress() = default;
    explicit Progress(const Plan &plan)
        : m_steps(plan.steps.size())
    {
    }

    void setStep(int index, const StepRecord &record);
    void note(int step, const ActionNote &note);
    /// A line that a command wrote on a node.
    void say(const QString &node, const QString &line, qint64 wallMs);
    void end(Outcome outcome) { m_outcome = outcome; }

    const std::vector<StepRecord> &steps() const { return m_steps; }
    std::optional<Outcome> outcome() const { return m_outcome; }
    /// The newest of an action; empty when it has not been asked.
    std::optional<ActionNote> noteOf(int step, ActionNote::List list, int index) const;
    /// The action of a step that is asked now; empty when none is.
    std::optional<ActionNote> asked(int step) const;
    /// The last line from a node since then; empty when there was none.
    QString saidSince(const QString &node, qint64 wallMs) const;

private:
    std::vector<StepRecord> m_steps;
    std::map<std::tuple<int, ActionNote::List, int>, ActionNote> m_notes;
    QHash<QString, std::pair<qint64, QString>> m_said;
    std::optional<Outcome> m_outcome;
};

} // namespace howdah::operations

Q_DECLARE_METATYPE(howdah::operations::ActionNote)
