// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/journal.h"
#include "operations/plan.h"
#include "operations/proofs.h"
#include "tables/keyedtablemodel.h"

namespace howdah::tables {

/// The checks of a plan under their groups, what refuses and what warns with its remedy in the tool tip. Keys are ids
/// ("slots" has one row a slot: "slots/1"), and "group/NAME" for headings. Groups fold: those behind the second are
/// folded at first, unless something in them refuses.
class ChecksModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit ChecksModel(QObject *parent = nullptr);
    void setChecks(const std::vector<operations::Check> &checks);
    /// How many have that result.
    int count(operations::CheckResult result) const;
    /// Folds or unfolds the group of a heading; of another row nothing.
    void toggle(const QString &key);
    bool isFolded(const QString &group) const;

private:
    void update();

    std::vector<operations::Check> m_checks;
    QHash<QString, bool> m_folded; ///< as the user wants it
};

/// The steps of a plan under the headings of their phases, with how far each has come, and below one that runs for a
/// while what it waits for and how much of its time is gone. Keys are steps' ids, "phase/NAME" for headings,
/// "point-of-no-return", and "note/ID" and "progress/ID" below a step.
class StepsModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit StepsModel(QObject *parent = nullptr);
    void setPlan(const operations::Plan &plan);
    /// records as the plan's steps; what an operation has come to.
    void setRecords(const std::vector<operations::StepRecord> &records);
    /// What an operation has come to that runs, as of nowWallMs.
    void setProgress(const operations::Progress &progress, qint64 nowWallMs);
    /// Index of the step whose row has this key; -1 for a heading.
    int stepOf(const QString &key) const;

private:
    void update();
    Row headingRow(operations::Phase phase) const;
    Row returnRow(std::size_t step) const;
    Row stepRow(std::size_t step) const;
    void addWaiting(std::vector<Row> &rows, std::size_t step) const;
    QString spanOf(operations::Phase phase) const;
    bool isOver(operations::Phase phase) const;
    qint64 firstStartMs() const;
    bool hasBegun() const { return firstStartMs() > 0; }

    operations::Plan m_plan;
    std::vector<operations::StepRecord> m_records;
    operations::Progress m_progress;
    qint64 m_nowMs = 0;
};

/// The standbys that the writes could go to. Keys are node names.
class CandidatesModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit CandidatesModel(QObject *parent = nullptr);
    /// plan is of who is chosen; of the others what their own plans tell, and where there is none yet, the state.
    /// trends: how far behind each node was over the last minute, by name. Rows are those who
    /// could take over (cluster::isCandidate()).
    void setState(const cluster::ClusterState &state, const operations::Plan &plan,
                  const QHash<QString, Spark> &trends = {}, const std::vector<operations::Plan> &others = {});
};

/// What is proved of the result, one row a proof. Keys are proofs' ids.
class ProofsModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit ProofsModel(QObject *parent = nullptr);
    void setProofs(const std::vector<operations::Proof> &proofs);
};

/// The verdict under which a result, an outcome or a step's state is painted.
cluster::Verdict verdictOf(operations::CheckResult result);
cluster::Verdict verdictOf(operations::Outcome outcome);
/// How far a step has come; empty while it waits.
Cell stepStateCell(const operations::StepRecord &record);

} // namespace howdah::tables
