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

class QHBoxLayout;
class QPushButton;
class QStackedWidget;
class QVBoxLayout;

namespace howdah::widgets {
class Label;
}

namespace howdah::shell {

class ChecksPanel;
class PlanPanel;
class StepsPanel;

/// One window for an operation: what it is about, its checks, its plan, one button; then its steps as they are done,
/// and what they prove. What it is about, and where its plans come from, is its subclass's. It shows plans and asks for
/// them to be run; it changes nothing itself.
class OperationDialog : public QDialog {
    Q_OBJECT

public:
    ~OperationDialog() override;

    QString cluster() const { return m_cluster; }
    bool isRunning() const { return m_running; }
    /// Nothing is cancelled any more, and nobody needs to sit by.
    bool isPastReturn() const;
    /// What it says of how things stand, and how it ended; no outcome before that.
    QString sentence() const;
    std::optional<operations::Outcome> outcome() const { return m_progress.outcome(); }
    /// What runs here is in the journal under that id.
    void setOperation(const QString &id);

    /// Shows an operation of the journal that is gone on with, or taken back, from now on: as if it had been begun
    /// here.
    void takeUp(const operations::Operation &operation, operations::Finish how);
    void setStep(int index, const operations::StepRecord &record);
    void setAction(int index, const operations::ActionNote &note);
    void addOutput(const QString &node, const QString &line);
    void setEnded(operations::Outcome outcome, const QStringList &remains);

Q_SIGNALS:
    /// probe: an application of ours shall commit meanwhile.
    void runRequested(const howdah::operations::Plan &plan, bool probe);
    void cancelRequested();
    void exportRequested(const howdah::operations::Plan &plan, const QString &path);
    /// The operation that runs, or ran, is to be shown in the journal.
    void journalRequested(const QString &id);
    /// sentence() is another, or the dialog was put aside while it runs: that goes on, and show() brings it back.
    void told();

protected:
    /// When what stands above the checks is there.
    enum class Above { Planning, Running };

    /// name begins the objectNames of all that is in it: "switchover" gives "switchover-run". howOften: what stands
    /// behind the number of checks. The subclass calls updateFooter() once it is ready.
    OperationDialog(const QString &name, const QString &cluster, const QString &howOften, QWidget *parent);

    void addAbove(QWidget *widget, Above when);
    /// Into the footer, beside the buttons; updateOptions() shows and hides it.
    void addOption(QWidget *widget);
    /// Beside the steps while it runs.
    void setBesideSteps(QWidget *widget);

    bool isPlanning() const { return !m_running && !m_ended; }
    bool hasEnded() const { return m_ended; }
    const operations::Plan &plan() const { return m_plan; }
    const operations::Progress &progress() const { return m_progress; }
    void showPlan(const operations::Plan &plan);
    /// The one that was shown was another's, and so are the warnings that were accepted; plan stands in its place.
    void forgetPlan(const operations::Plan &plan);
    void updateFooter();
    void showProgress();
    static qint64 nowMs();

    /// What the button does: "&Switch over to pg2".
    virtual QString runText() const = 0;
    /// What leaves it as it is.
    virtual QString leaveText() const { return tr("Cancel"); }
    /// How the window is called while it runs.
    virtual QString runningTitle() const { return windowTitle(); }
    virtual QString runningSentence() const { return tr("Running …"); }
    virtual QString doneSentence() const = 0;
    /// What is said behind "All checks passed."
    virtual QString readySentence() const { return {}; }
    /// Why there is nothing to be checked yet, and what is still missing once everything was; empty: nothing.
    virtual QString whyNoPlan() const { return {}; }
    virtual QString whyNotYet() const { return {}; }
    virtual bool probes() const { return false; }
    virtual void updateOptions() {}
    /// Before it runs; probed: an application of ours commits meanwhile.
    virtual void aboutToRun(bool probed) { Q_UNUSED(probed); }
    virtual void showBeside(qint64 nowWallMs) = 0;
    virtual void aboutToEnd() {}
    virtual QString report(const QString &output) const = 0;

    void reject() override;
    void closeEvent(QCloseEvent *event) override;

private:
    QWidget *buildBody();
    QWidget *buildFooter();
    void connectFooter();
    QString named(const char *part) const;
    QString planningSentence() const;
    QString endSentence(operations::Outcome outcome) const;
    void say(const QString &sentence);
    void start();
    void showRunning(const QString &sentence, bool probed);
    void showDryRun();
    void exportRunbook();

    QString m_name;
    QString m_cluster;
    QString m_operation; ///< in the journal; empty before it is begun
    std::optional<operations::Finish> m_takenUp;
    operations::Plan m_plan;
    operations::Progress m_progress;
    bool m_running = false;
    bool m_ended = false;
    QTimer m_tick; ///< what goes on is shown as it goes on
    QVBoxLayout *m_above;
    std::vector<std::pair<QWidget *, Above>> m_aboves;
    ChecksPanel *m_checks;
    PlanPanel *m_planPanel;
    StepsPanel *m_steps;
    QStackedWidget *m_left;
    QStackedWidget *m_right;
    QHBoxLayout *m_footerLeft;
    QHBoxLayout *m_options;
    widgets::Label *m_sentence;
    QPushButton *m_dryRun;
    QPushButton *m_export;
    QPushButton *m_journal;
    QPushButton *m_report;
    QPushButton *m_cancel;
    QPushButton *m_run;
};

} // namespace howdah::shell
