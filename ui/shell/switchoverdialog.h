// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <QTimer>
#include <optional>

#include "cluster/health.h"
#include "operations/finishing.h"
#include "operations/plan.h"
#include "operations/probe/record.h"
#include "operations/progress.h"
#include "tables/roles.h"

class QCheckBox;
class QHBoxLayout;
class QPushButton;
class QStackedWidget;

namespace howdah::tables {
class CandidatesModel;
} // namespace howdah::tables

namespace howdah::widgets {
class DataTable;
class Label;
} // namespace howdah::widgets

namespace howdah::shell {

class ChecksPanel;
class PlanPanel;
class ProofPanel;
class StepsPanel;
class SwitchoverStrip;

/// One window for a switchover: who could take over, checks that are read again as long as it is open, the plan, one
/// button; then the steps as they are done, what applications see of it, and the proof. It shows plans and asks for
/// them; it changes nothing itself.
class SwitchoverDialog : public QDialog {
    Q_OBJECT

public:
    /// target: the standby that is proposed; empty leaves the choice to the user.
    SwitchoverDialog(const QString &cluster, const QString &target, QWidget *parent = nullptr);
    ~SwitchoverDialog() override;

    QString cluster() const { return m_cluster; }
    QString target() const { return m_plan.to.isEmpty() ? m_target : m_plan.to; }
    bool isRunning() const { return m_running; }
    /// Nothing is cancelled any more, and nobody needs to sit by.
    bool isPastReturn() const;
    /// What it says of how things stand, and how it ended; no outcome before that.
    QString sentence() const;
    std::optional<operations::Outcome> outcome() const { return m_progress.outcome(); }
    /// What runs here is in the journal under that id.
    void setOperation(const QString &id);

    /// trends: how far each node was behind over the last minute.
    void setState(const cluster::ClusterState &state, const QHash<QString, tables::Spark> &trends = {});
    /// A new plan for the target that is chosen; one of another is left alone.
    void setPlan(const operations::Plan &plan);
    /// Shows an operation of the journal that is gone on with, or taken back, from now on: as if it had been begun
    /// here.
    void takeUp(const operations::Operation &operation, operations::Finish how);
    /// By which way a probe would commit; or why it can't.
    void setProbe(const QString &through, int everyMs, const QString &problem);
    void setStep(int index, const operations::StepRecord &record);
    void setAction(int index, const operations::ActionNote &note);
    void setMeasured(const operations::probe::Measured &measured);
    void addOutput(const QString &node, const QString &line);
    void setEnded(operations::Outcome outcome, const QStringList &remains);

Q_SIGNALS:
    /// natively: by the console itself where a manager would do it and does not mind.
    void planRequested(const QString &target, bool natively);
    /// probe: an application of ours shall commit meanwhile.
    void runRequested(const howdah::operations::Plan &plan, bool probe);
    void cancelRequested();
    void exportRequested(const howdah::operations::Plan &plan, const QString &path);
    /// The operation that runs, or ran, is to be shown in the journal.
    void journalRequested(const QString &id);
    /// sentence() is another, or the dialog was put aside while it runs: that goes on, and show() brings it back.
    void told();

protected:
    void reject() override;
    void closeEvent(QCloseEvent *event) override;

private:
    QWidget *buildBody();
    QWidget *buildFooter();
    void choose(const QString &target);
    void forgetPlan(const QString &target);
    void updateFooter();
    QString planningSentence() const;
    void say(const QString &sentence);
    void start();
    void showRunning(const QString &sentence, bool probes);
    void showProgress();
    void showDryRun();
    void exportRunbook();
    void copyReport();
    static qint64 nowMs();

    QString m_cluster;
    QString m_target;    ///< chosen
    QString m_operation; ///< in the journal; empty before it is begun
    std::optional<operations::Finish> m_takenUp;
    cluster::ClusterState m_state;
    QHash<QString, tables::Spark> m_trends;
    operations::Plan m_plan;
    operations::Progress m_progress;
    std::optional<operations::probe::Measured> m_measured;
    QString m_probeHow;
    bool m_running = false;
    bool m_ended = false;
    QTimer m_tick; ///< what goes on is shown as it goes on
    tables::CandidatesModel *m_candidates;
    widgets::DataTable *m_candidatesTable;
    SwitchoverStrip *m_strip;
    ChecksPanel *m_checks;
    PlanPanel *m_planPanel;
    StepsPanel *m_steps;
    ProofPanel *m_proof;
    QStackedWidget *m_left;
    QStackedWidget *m_right;
    QHBoxLayout *m_footerLeft;
    QCheckBox *m_probe;
    QCheckBox *m_native;
    widgets::Label *m_sentence;
    QPushButton *m_dryRun;
    QPushButton *m_export;
    QPushButton *m_journal;
    QPushButton *m_report;
    QPushButton *m_cancel;
    QPushButton *m_run;
};

} // namespace howdah::shell
