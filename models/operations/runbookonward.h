// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/runbookactions.h"

namespace howdah::operations {

/// The lines of a runbook's script from the point of no return on: that step itself, what comes after it, and how
/// somebody goes on where an earlier run has died there. Used by one thread.
class RunbookOnward {
public:
    /// All of them must outlive it.
    RunbookOnward(const Plan &plan, const cluster::ClusterConfig &config, RunbookActions &actions);

    /// Index of the first step behind the point of no return; without one, their number.
    std::size_t firstAfter() const;
    /// The step past which there is only forward, where it is told whether it was done: without that nobody goes on.
    const Step *returnStep() const { return m_return; }

    /// Does it. A lost answer is no failure: what is there decides.
    QString returnText();
    /// What comes behind it.
    QString afterText();
    /// What comes first where somebody goes on later. secrets: the lines that read those which are needed then.
    QString resumeText(const QString &secrets);
    /// What comes first where anything is taken back.
    QString undoLookText();

private:
    QString aloneText();
    QString afterReturnText(const Step &step);
    QString unknownAfter(const Step &look) const;

    const Plan &m_plan;
    const cluster::ClusterConfig &m_config;
    RunbookActions &m_actions;
    const Step *m_return = nullptr;
};

} // namespace howdah::operations
