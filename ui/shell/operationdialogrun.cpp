// SPDX-License-Identifier: GPL-3.0-or-later
// The dialog while its operation runs, and once it has ended.
#include <QCloseEvent>
#include <QPushButton>
#include <QStackedWidget>

#include "core/clock.h"
#include "shell/operationchecks.h"
#include "shell/operationdialog.h"
#include "shell/operationrun.h"
#include "widgets/label.h"

namespace howdah::shell {

using operations::Outcome;

void OperationDialog::start()
{
    if (!isPlanning() || !m_run->isEnabled()) {
        return;
    }
    setWindowTitle(runningTitle());
    const bool probed = probes();
    showRunning(runningSentence(), probed);
    Q_EMIT runRequested(m_plan, probed);
}

void OperationDialog::takeUp(const operations::Operation &operation, operations::Finish how)
{
    m_operation = operation.id;
    m_takenUp = how;
    m_plan = operation.plan;
    showRunning(how == operations::Finish::Resume ? tr("Going on where it stopped …")
                                                  : tr("Taking back what was done …"),
                false);
    for (std::size_t i = 0; i < operation.steps.size(); ++i) {
        m_progress.setStep(static_cast<int>(i), operation.steps[i]);
    }
    showProgress();
    m_cancel->setEnabled(how == operations::Finish::Resume);
    updateFooter();
    for (const QString &line : operation.output) {
        addOutput({}, line);
    }
}

void OperationDialog::setOperation(const QString &id)
{
    m_operation = id;
    updateFooter();
}

void OperationDialog::showRunning(const QString &sentence, bool probed)
{
    m_running = true;
    m_progress = operations::Progress(m_plan);
    aboutToRun(probed);
    for (const auto &[widget, when] : m_aboves) {
        widget->setVisible(when == Above::Running);
    }
    m_steps->setPlan(m_plan);
    m_left->setCurrentWidget(m_steps);
    m_right->setCurrentIndex(m_right->count() - 1);
    say(sentence);
    m_cancel->setFocus();
    updateFooter();
    showProgress();
    m_tick.start();
}

qint64 OperationDialog::nowMs()
{
    return core::systemClock().wallMs();
}

void OperationDialog::showProgress()
{
    const qint64 now = nowMs();
    m_steps->setProgress(m_progress, m_ended ? 0 : now);
    showBeside(now);
}

bool OperationDialog::isPastReturn() const
{
    return operations::isPastReturn(m_plan, m_progress.steps());
}

void OperationDialog::setStep(int index, const operations::StepRecord &record)
{
    if (index < 0 || index >= static_cast<int>(m_progress.steps().size())) {
        return;
    }
    m_progress.setStep(index, record);
    const operations::Step &step = m_plan.steps[static_cast<std::size_t>(index)];
    showProgress();
    m_steps->select(step.id);
    if (!record.remark.isEmpty()) {
        addOutput(step.nodes.join(QStringLiteral(", ")), record.remark);
    }
    updateFooter(); // past the point of no return nothing is cancelled
    say(isPastReturn() ? tr("Past the point of no return: only forward. Closing does not stop it.")
                       : tr("%1: %2").arg(step.title, operations::toString(record.state)));
}

void OperationDialog::setAction(int index, const operations::ActionNote &note)
{
    m_progress.note(index, note); // shown with the next tick, or step
}

void OperationDialog::addOutput(const QString &node, const QString &line)
{
    m_progress.say(node, line, nowMs());
    m_steps->addLine(node, line, nowMs());
}

QString OperationDialog::endSentence(Outcome outcome) const
{
    if (outcome == Outcome::Done) {
        return doneSentence();
    }
    if (outcome == Outcome::Refused) {
        return tr("Not begun: see the output. Nothing was changed.");
    }
    if (outcome != Outcome::Undone) {
        return tr("Failed half-way: see what remains in the output.");
    }
    return m_takenUp == operations::Finish::Undo ? tr("Undone: the cluster is as before.")
                                                 : tr("Failed and undone: the cluster is as before.");
}

void OperationDialog::setEnded(Outcome outcome, const QStringList &remains)
{
    m_running = false;
    m_ended = true;
    m_tick.stop();
    m_progress.end(outcome);
    for (const QString &one : remains) {
        addOutput({}, one);
    }
    aboutToEnd();
    showProgress();
    say(endSentence(outcome));
    m_cancel->setEnabled(true);
    updateFooter();
}

QString OperationDialog::sentence() const
{
    return m_sentence->text();
}

void OperationDialog::say(const QString &sentence)
{
    if (sentence != m_sentence->text()) {
        m_sentence->setText(sentence);
        Q_EMIT told();
    }
}

void OperationDialog::reject()
{
    if (!m_running) {
        QDialog::reject();
    } else if (isPastReturn()) { // nobody needs to sit by
        hide();
        Q_EMIT told();
    } else if (m_cancel->isEnabled()) {
        Q_EMIT cancelRequested(); // it ends when what was done is undone
    }
}

/// Closed is deleted, and that only what has ended may be.
void OperationDialog::closeEvent(QCloseEvent *event)
{
    if (m_running) {
        event->ignore();
        reject();
        return;
    }
    QDialog::closeEvent(event);
}

} // namespace howdah::shell
