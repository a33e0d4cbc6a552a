// SPDX-License-Identifier: GPL-3.0-or-later
// What the user can do to a cluster: dialogs of operations, and what comes back to them.
#include <QPushButton>

#include "pages/page.h"
#include "shell/clusterview.h"
#include "shell/finishdialog.h"
#include "shell/mainwindow.h"
#include "shell/movedialog.h"
#include "shell/patroni/patronidialog.h"
#include "shell/switchoverdialog.h"
#include "widgets/messagebar.h"
#include "widgets/noticebar.h"

namespace howdah::shell {

void MainWindow::switchOver()
{
    if (const ClusterView *current = currentView()) {
        openSwitchover(current->name(), {});
    }
}

void MainWindow::openSwitchover(const QString &cluster, const QString &target)
{
    ClusterView *of = view(cluster);
    if (!of || !of->state().snapshot) {
        return;
    }
    if (showOperation()) { // one at a time
        return;
    }
    SwitchoverDialog *dialog = makeSwitchover(cluster, target);
    Q_EMIT operationOpened(cluster);
    dialog->setState(of->state(), of->lagTrends());
    dialog->open();
}

void MainWindow::buildRunningBar()
{
    m_running = new widgets::NoticeBar(QStringLiteral("running"));
    connect(m_running->addButton(QStringLiteral("running-show"), tr("Show")), &QPushButton::clicked, this,
            &MainWindow::showOperation);
}

/// While a dialog is put aside, what it would say stands across the window: until somebody has looked.
void MainWindow::updateRunningBar()
{
    const OperationDialog *dialog = m_operation;
    const bool aside = dialog && !dialog->isVisible() && (dialog->isRunning() || dialog->outcome());
    if (aside) {
        using operations::Outcome;
        const auto outcome = dialog->outcome();
        const cluster::Verdict verdict = !outcome                    ? cluster::Verdict::Unknown
                                         : *outcome == Outcome::Done ? cluster::Verdict::Ok
                                         : *outcome == Outcome::Undone || *outcome == Outcome::Refused
                                             ? cluster::Verdict::Warning
                                             : cluster::Verdict::Critical;
        const QString how = dialog->windowTitle();
        m_running->setNotice(verdict, outcome ? dialog->sentence() : how,
                             outcome ? tr("%1 has ended.").arg(how) : dialog->sentence());
    }
    m_running->setVisible(aside);
}

/// Brings the dialog to the front that there is, whatever became of it; false when there is none.
bool MainWindow::showOperation()
{
    if (!m_operation) {
        return false;
    }
    if (m_operation->isVisible()) {
        m_operation->raise();
        m_operation->activateWindow();
    } else {
        m_operation->open();
        updateRunningBar();
    }
    return true;
}

SwitchoverDialog *MainWindow::makeSwitchover(const QString &cluster, const QString &target)
{
    auto *dialog = new SwitchoverDialog(cluster, target, this);
    connect(dialog, &SwitchoverDialog::planRequested, this, [this, cluster](const QString &wanted, bool natively) {
        Q_EMIT switchoverPlanRequested(cluster, wanted, natively);
    });
    host(dialog);
    return dialog;
}

void MainWindow::host(OperationDialog *dialog)
{
    m_operation = dialog;
    const QString cluster = dialog->cluster();
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    connect(dialog, &OperationDialog::runRequested, this, [this, cluster](const operations::Plan &plan, bool probes) {
        Q_EMIT operationRunRequested(cluster, plan, probes);
    });
    connect(dialog, &OperationDialog::cancelRequested, this,
            [this, cluster] { Q_EMIT operationCancelRequested(cluster); });
    connect(dialog, &OperationDialog::exportRequested, this,
            [this, cluster](const operations::Plan &plan, const QString &path) {
                Q_EMIT runbookRequested(cluster, plan, path);
            });
    connect(dialog, &OperationDialog::journalRequested, this, [this, cluster](const QString &id) {
        choose(cluster, QStringLiteral("journal"), id);
        if (!m_operation->isRunning() || m_operation->isPastReturn()) { // before it, closing would cancel
            m_operation->close();
        }
    });
    connect(dialog, &OperationDialog::told, this, &MainWindow::updateRunningBar);
    connect(dialog, &QDialog::finished, this, [this, cluster] { Q_EMIT operationClosed(cluster); });
}

OperationDialog *MainWindow::operationOf(const QString &cluster) const
{
    return m_operation && m_operation->cluster() == cluster ? m_operation.data() : nullptr;
}

void MainWindow::setJournal(const operations::JournalState &journal)
{
    m_journal = journal;
    for (ClusterView *of : m_clusters) {
        of->setJournal(operations::ofCluster(journal, of->name()));
    }
    if (m_finish) { // it may have been finished elsewhere meanwhile
        const operations::JournalState now = operations::ofCluster(journal, m_finish->cluster());
        const auto operation = operations::operationOf(now, m_finish->operationId());
        m_finish->setOperation(operation, operation ? operations::finishing(now, *operation).whyNot(m_finish->how())
                                                    : tr("the journal has it no more"));
    }
    updateNavigator();
}

void MainWindow::finishOperation(const QString &cluster, const QString &id, operations::Finish how)
{
    const ClusterView *of = view(cluster);
    const auto operation = of ? operations::operationOf(of->journal(), id) : nullptr;
    if (!operation || m_finish || showOperation()) { // one at a time
        return;
    }
    if (!of->state().snapshot) { // where its nodes are is not known yet
        showError({.kind = core::Error::Kind::NotFound,
                   .message = tr("Nothing is known of %1 yet: the operation was not touched.").arg(cluster),
                   .hint = tr("Wait until its nodes are shown, and try again.")});
        return;
    }
    m_finish = new FinishDialog(cluster, id, how, this);
    m_finish->setAttribute(Qt::WA_DeleteOnClose);
    m_finish->setOperation(operation, operations::finishing(of->journal(), *operation).whyNot(how));
    connect(m_finish, &QDialog::accepted, this, [this, cluster, id, how] { takeUp(cluster, id, how); });
    m_finish->open();
}

void MainWindow::takeUp(const QString &cluster, const QString &id, operations::Finish how)
{
    const ClusterView *of = view(cluster);
    const auto operation = of ? operations::operationOf(of->journal(), id) : nullptr;
    if (!operation || m_operation) {
        return;
    }
    if (operation->plan.operation == QLatin1String("switchover")) {
        makeSwitchover(cluster, operation->plan.to);
    } else if (operation->plan.operation == QLatin1String("address")) {
        host(new MoveDialog(cluster, {}, {}, this));
    } else {
        host(new PatroniDialog(cluster, nullptr, this));
    }
    m_operation->takeUp(*operation, how);
    Q_EMIT operationOpened(cluster);
    m_operation->open();
    Q_EMIT finishRequested(cluster, operation->path, how);
}

void MainWindow::switchoverPlanned(const QString &cluster, const operations::Plan &plan)
{
    if (auto *dialog = qobject_cast<SwitchoverDialog *>(operationOf(cluster))) {
        dialog->setPlan(plan);
    } else if (auto *move = qobject_cast<MoveDialog *>(operationOf(cluster))) {
        move->setPlan(plan);
    }
}

void MainWindow::switchoverOthersPlanned(const QString &cluster, const std::vector<operations::Plan> &plans)
{
    if (auto *dialog = qobject_cast<SwitchoverDialog *>(operationOf(cluster))) {
        dialog->setOthers(plans);
    }
}

void MainWindow::operationBegun(const QString &cluster, const QString &id)
{
    if (OperationDialog *dialog = operationOf(cluster)) {
        dialog->setOperation(id);
    }
}

void MainWindow::operationStepChanged(const QString &cluster, int index, const operations::StepRecord &record)
{
    if (OperationDialog *dialog = operationOf(cluster)) {
        dialog->setStep(index, record);
    }
}

void MainWindow::operationActionChanged(const QString &cluster, int index, const operations::ActionNote &note)
{
    if (OperationDialog *dialog = operationOf(cluster)) {
        dialog->setAction(index, note);
    }
}

void MainWindow::operationMeasured(const QString &cluster, const operations::probe::Measured &measured)
{
    if (auto *dialog = qobject_cast<SwitchoverDialog *>(operationOf(cluster))) {
        dialog->setMeasured(measured);
    }
}

void MainWindow::switchoverProbeKnown(const QString &cluster, const QString &through, int everyMs,
                                      const QString &problem)
{
    if (auto *dialog = qobject_cast<SwitchoverDialog *>(operationOf(cluster))) {
        dialog->setProbe(through, everyMs, problem);
    }
}

void MainWindow::operationOutput(const QString &cluster, const QString &node, const QString &line)
{
    if (OperationDialog *dialog = operationOf(cluster)) {
        dialog->addOutput(node, line);
    }
}

void MainWindow::operationEnded(const QString &cluster, operations::Outcome outcome, const QStringList &remains)
{
    if (OperationDialog *dialog = operationOf(cluster)) {
        dialog->setEnded(outcome, remains);
    }
    if (const ClusterView *of = view(cluster); of && of->isOfPatroni()) {
        Q_EMIT patroniAsked(cluster, false); // it may say something else now
    }
}

bool MainWindow::isOperating() const
{
    return m_operation && m_operation->isRunning();
}

} // namespace howdah::shell
