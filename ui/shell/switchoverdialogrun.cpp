// SPDX-License-Identifier: GPL-3.0-or-later
// The dialog while its operation runs, and once it has ended.
#include <QCheckBox>
#include <QClipboard>
#include <QCloseEvent>
#include <QGuiApplication>
#include <QPushButton>
#include <QStackedWidget>

#include "core/clock.h"
#include "shell/switchoverchecks.h"
#include "shell/switchoverdialog.h"
#include "shell/switchoverrun.h"
#include "shell/switchoverstrip.h"
#include "widgets/datatable.h"
#include "widgets/label.h"

namespace howdah::shell {

using operations::Outcome;

void SwitchoverDialog::start()
{
    if (m_running || m_ended || !operations::mayRun(m_plan, m_checks->isAllAccepted())) {
        return;
    }
    setWindowTitle(tr("Switching over %1").arg(m_cluster));
    const bool probes = m_probe->isChecked();
    showRunning(tr("Switching over …"), probes);
    Q_EMIT runRequested(m_plan, probes);
}

void SwitchoverDialog::takeUp(const operations::Operation &operation, operations::Finish how)
{
    m_operation = operation.id;
    m_takenUp = how;
    m_plan = operation.plan;
    m_target = m_plan.to;
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

void SwitchoverDialog::setOperation(const QString &id)
{
    m_operation = id;
    updateFooter();
}

void SwitchoverDialog::showRunning(const QString &sentence, bool probes)
{
    m_running = true;
    m_progress = operations::Progress(m_plan);
    m_measured.reset();
    if (probes) {
        m_measured.emplace();
    }
    m_candidatesTable->hide();
    m_strip->show();
    m_steps->setPlan(m_plan);
    m_proof->setProbe(probes ? m_probeHow : QString());
    m_left->setCurrentWidget(m_steps);
    m_right->setCurrentWidget(m_proof);
    say(sentence);
    m_cancel->setFocus();
    updateFooter();
    showProgress();
    m_tick.start();
}

qint64 SwitchoverDialog::nowMs()
{
    return core::systemClock().wallMs();
}

void SwitchoverDialog::showProgress()
{
    const qint64 now = nowMs();
    m_strip->setFacts(stripFacts(m_plan, m_progress, m_measured, now));
    m_steps->setProgress(m_progress, m_ended ? 0 : now);
    m_proof->setProgress(m_plan, m_progress, m_measured, now);
}

bool SwitchoverDialog::isPastReturn() const
{
    return operations::isPastReturn(m_plan, m_progress.steps());
}

void SwitchoverDialog::setStep(int index, const operations::StepRecord &record)
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

void SwitchoverDialog::setAction(int index, const operations::ActionNote &note)
{
    m_progress.note(index, note); // shown with the next tick, or step
}

void SwitchoverDialog::setMeasured(const operations::probe::Measured &measured)
{
    if (m_measured) {
        m_measured = measured;
        showProgress();
    }
}

void SwitchoverDialog::addOutput(const QString &node, const QString &line)
{
    m_progress.say(node, line, nowMs());
    m_steps->addLine(node, line, nowMs());
}

void SwitchoverDialog::setEnded(Outcome outcome, const QStringList &remains)
{
    m_running = false;
    m_ended = true;
    m_tick.stop();
    m_progress.end(outcome);
    for (const QString &one : remains) {
        addOutput({}, one);
    }
    if (m_measured && !m_measured->leftBehind.isEmpty()) {
        addOutput({}, tr("The probe's table is left behind: %1").arg(m_measured->leftBehind));
    }
    showProgress();
    say(outcome == Outcome::Done      ? tr("%1 is the primary; %2 follows it.").arg(m_plan.to, m_plan.from)
        : outcome == Outcome::Refused ? tr("Not begun: see the output. Nothing was changed.")
        : outcome == Outcome::Undone && m_takenUp == operations::Finish::Undo ? tr("Undone: the cluster is as before.")
        : outcome == Outcome::Undone ? tr("Failed and undone: the cluster is as before.")
                                     : tr("Failed half-way: see what remains in the output."));
    m_cancel->setEnabled(true);
    updateFooter();
}

QString SwitchoverDialog::sentence() const
{
    return m_sentence->text();
}

void SwitchoverDialog::say(const QString &sentence)
{
    if (sentence != m_sentence->text()) {
        m_sentence->setText(sentence);
        Q_EMIT told();
    }
}

void SwitchoverDialog::reject()
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
void SwitchoverDialog::closeEvent(QCloseEvent *event)
{
    if (m_running) {
        event->ignore();
        reject();
        return;
    }
    QDialog::closeEvent(event);
}

void SwitchoverDialog::copyReport()
{
    QGuiApplication::clipboard()->setText(runReport(m_plan, m_progress, m_measured, m_steps->output(), nowMs()));
}

} // namespace howdah::shell
