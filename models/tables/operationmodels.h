// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/journal.h"
#include "operations/plan.h"
#include "tables/keyedtablemodel.h"

namespace howdah::tables {

/// The checks of a plan under their groups, what refuses and what warns with its remedy in the tool tip. Keys are ids
/// ("slots" has one row a slot: "slots/1"), and "group/NAME" for headings.
class ChecksModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit ChecksModel(QObject *parent = nullptr);
    void setChecks(const std::vector<operations::Check> &checks);
    /// How many have that result.
    int count(operations::CheckResult result) const;

private:
    std::vector<operations::Check> m_checks;
};

/// The steps of a plan under the headings of their phases, with how far each has come. Keys are steps' ids, and
/// "phase/NAME" for headings.
class StepsModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit StepsModel(QObject *parent = nullptr);
    void setPlan(const operations::Plan &plan);
    /// records as the plan's steps; what an operation has come to.
    void setRecords(const std::vector<operations::StepRecord> &records);
    /// Index of the step whose row has this key; -1 for a heading.
    int stepOf(const QString &key) const;

private:
    void update();

    operations::Plan m_plan;
    std::vector<operations::StepRecord> m_records;
};

/// The standbys that the writes could go to. Keys are node names.
class CandidatesModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit CandidatesModel(QObject *parent = nullptr);
    /// plan is of its target; of the others only what the state tells is shown.
    void setState(const cluster::ClusterState &state, const operations::Plan &plan);
};

/// The verdict under which a result, an outcome or a step's state is painted.
cluster::Verdict verdictOf(operations::CheckResult result);
cluster::Verdict verdictOf(operations::Outcome outcome);
/// How far a step has come; empty while it waits.
Cell stepStateCell(const operations::StepRecord &record);

} // namespace howdah::tables
