// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <optional>

#include "cluster/health.h"
#include "operations/finishing.h"
#include "operations/plan.h"

class QCheckBox;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;

namespace howdah::tables {
class CandidatesModel;
class ChecksModel;
class StepsModel;
} // namespace howdah::tables

namespace howdah::widgets {
class DataTable;
class Label;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::shell {

/// One window for a switchover: who could take over, checks that are read again as long as it is open, the plan, one
/// button; then the steps as they are done. It shows plans and asks for them; it changes nothing itself.
class SwitchoverDialog : public QDialog {
    Q_OBJECT

public:
    /// target: the standby that is proposed; empty leaves the choice to the user.
    SwitchoverDialog(const QString &cluster, const QString &target, QWidget *parent = nullptr);

    QString cluster() const { return m_cluster; }
    QString target() const { return m_plan.to.isEmpty() ? m_target : m_plan.to; }
    bool isRunning() const { return m_running; }
    /// What runs here is in the journal under that id.
    void setOperation(const QString &id);

    void setState(const cluster::ClusterState &state);
    /// A new plan for the target that is chosen; one of another is left alone.
    void setPlan(const operations::Plan &plan);
    /// Shows an operation of the journal that is gone on with, or taken back, from now on: as if it had been begun
    /// here.
    void takeUp(const operations::Operation &operation, operations::Finish how);
    void setStep(int index, const operations::StepRecord &record);
    void addOutput(const QString &node, const QString &line);
    void setEnded(operations::Outcome outcome, const QStringList &remains);

Q_SIGNALS:
    void planRequested(const QString &target);
    void runRequested(const howdah::operations::Plan &plan);
    void cancelRequested();
    void exportRequested(const howdah::operations::Plan &plan, const QString &path);
    /// The operation that runs, or ran, is to be shown in the journal.
    void journalRequested(const QString &id);

protected:
    void reject() override;

private:
    QWidget *buildLeft();
    QWidget *buildRight();
    QWidget *buildFooter();
    void choose(const QString &target);
    void showStep(const QString &key);
    void updateFooter();
    void start();
    void showRunning(const QString &sentence);
    void exportRunbook();

    QString m_cluster;
    QString m_target;    ///< chosen
    QString m_operation; ///< in the journal; empty before it is begun
    std::optional<operations::Finish> m_takenUp;
    cluster::ClusterState m_state;
    operations::Plan m_plan;
    std::vector<operations::StepRecord> m_records;
    bool m_running = false;
    bool m_ended = false;
    tables::CandidatesModel *m_candidates;
    tables::ChecksModel *m_checks;
    tables::StepsModel *m_steps;
    widgets::DataTable *m_candidatesTable;
    widgets::DataTable *m_checksTable;
    widgets::DataTable *m_stepsTable;
    widgets::PaneHeader *m_leftHead;
    widgets::PaneHeader *m_rightHead;
    QStackedWidget *m_left;
    QPlainTextEdit *m_output;
    QPlainTextEdit *m_detail;
    QCheckBox *m_accept;
    widgets::Label *m_sentence;
    QPushButton *m_export;
    QPushButton *m_journal;
    QPushButton *m_cancel;
    QPushButton *m_run;
};

} // namespace howdah::shell
