// SPDX-License-Identifier: GPL-3.0-or-later
// What the user can do to a cluster: dialogs of operations, and what comes back to them.
#include <QPushButton>

#include "pages/page.h"
#include "shell/clusterview.h"
#include "shell/finishdialog.h"
#include "shell/mainwindow.h"
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
    if (showSwitchover()) { // one at a time
        return;
    }
    makeSwitchover(cluster, target);
    Q_EMIT switchoverOpened(cluster);
    m_switchover->setState(of->state(), of->lagTrends());
    m_switchover->open();
}

void MainWindow::buildRunningBar()
{
    m_running = new widgets::NoticeBar(QStringLiteral("running"));
    connect(m_running->addButton(QStringLiteral("running-show"), tr("Show")), &QPushButton::clicked, this,
            &MainWindow::showSwitchover);
}

/// While a dialog is put aside, what it would say stands across the window: until somebody has looked.
void MainWindow::updateRunningBar()
{
    const SwitchoverDialog *dialog = m_switchover;
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
bool MainWindow::showSwitchover()
{
    if (!m_switchover) {
        return false;
    }
    if (m_switchover->isVisible()) {
        m_switchover->raise();
        m_switchover->activateWindow();
    } else {
        m_switchover->open();
        updateRunningBar();
    }
    return true;
}

SwitchoverDialog *MainWindow::makeSwitchover(const QString &cluster, const QString &target)
{
    m_switchover = new SwitchoverDialog(cluster, target, this);
    m_switchover->setAttribute(Qt::WA_DeleteOnClose);
    connect(m_switchover, &SwitchoverDialog::planRequested, this,
            [this, cluster](const QString &wanted, bool natively) {
                Q_EMIT switchoverPlanRequested(cluster, wanted, natively);
            });
    connect(m_switchover, &SwitchoverDialog::runRequested, this,
            [this, cluster](const operations::Plan &plan, bool probes) {
                Q_EMIT switchoverRunRequested(cluster, plan, probes);
            });
    connect(m_switchover, &SwitchoverDialog::cancelRequested, this,
            [this, cluster] { Q_EMIT switchoverCancelRequested(cluster); });
    connect(m_switchover, &SwitchoverDialog::exportRequested, this,
            [this, cluster](const operations::Plan &plan, const QString &path) {
                Q_EMIT runbookRequested(cluster, plan, path);
            });
    connect(m_switchover, &SwitchoverDialog::journalRequested, this, [this, cluster](const QString &id) {
        choose(cluster, QStringLiteral("journal"), id);
        if (!m_switchover->isRunning() || m_switchover->isPastReturn()) { // before it, closing would cancel
            m_switchover->close();
        }
    });
    connect(m_switchover, &SwitchoverDialog::told, this, &MainWindow::updateRunningBar);
    connect(m_switchover, &QDialog::finished, this, [this, cluster] { Q_EMIT switchoverClosed(cluster); });
    return m_switchover;
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
    if (!operation || m_finish || showSwitchover()) { // one at a time
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
    if (!operation || m_switchover) {
        return;
    }
    makeSwitchover(cluster, operation->plan.to)->takeUp(*operation, how);
    Q_EMIT switchoverOpened(cluster);
    m_switchover->open();
    Q_EMIT finishRequested(cluster, operation->path, how);
}

void MainWindow::switchoverPlanned(const QString &cluster, const operations::Plan &plan)
{
    if (m_switchover && m_switchover->cluster() == cluster) {
        m_switchover->setPlan(plan);
    }
}

void MainWindow::operationBegun(const QString &cluster, const QString &id)
{
    if (m_switchover && m_switchover->cluster() == cluster) {
        m_switchover->setOperation(id);
    }
}

void MainWindow::operationStepChanged(const QString &cluster, int index, const operations::StepRecord &record)
{
    if (m_switchover && m_switchover->cluster() == cluster) {
        m_switchover->setStep(index, record);
    }
}

void MainWindow::operationActionChanged(const QString &cluster, int index, const operations::ActionNote &note)
{
    if (m_switchover && m_switchover->cluster() == cluster) {
        m_switchover->setAction(index, note);
    }
}

void MainWindow::operationMeasured(const QString &cluster, const operations::probe::Measured &measured)
{
    if (m_switchover && m_switchover->cluster() == cluster) {
        m_switchover->setMeasured(measured);
    }
}

void MainWindow::switchoverProbeKnown(const QString &cluster, const QString &through, int everyMs,
                                      const QString &problem)
{
    if (m_switchover && m_switchover->cluster() == cluster) {
        m_switchover->setProbe(through, everyMs, problem);
    }
}

void MainWindow::operationOutput(const QString &cluster, const QString &node, const QString &line)
{
    if (m_switchover && m_switchover->cluster() == cluster) {
        m_switchover->addOutput(node, line);
    }
}

void MainWindow::operationEnded(const QString &cluster, operations::Outcome outcome, const QStringList &remains)
{
    if (m_switchover && m_switchover->cluster() == cluster) {
        m_switchover->setEnded(outcome, remains);
    }
}

bool MainWindow::isOperating() const
{
    return m_switchover && m_switchover->isRunning();
}

} // namespace howdah::shell
