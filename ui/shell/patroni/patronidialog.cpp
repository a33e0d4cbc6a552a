// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/patroni/patronidialog.h"

#include "operations/proofs.h"
#include "shell/operationrun.h"
#include "shell/patroni/configform.h"
#include "shell/patroni/confirmform.h"
#include "shell/patroni/scheduleform.h"

namespace howdah::shell {

using operations::patroni::Request;

namespace {

constexpr QSize kSize(960, 600);

} // namespace

PatroniDialog::PatroniDialog(const QString &cluster, PatroniForm *form, QWidget *parent)
    : OperationDialog(QStringLiteral("patroni"), cluster, tr("read again every few seconds"), parent)
    , m_form(form)
    , m_proofs(new ProofList)
{
    setBesideSteps(m_proofs);
    if (form) {
        setWindowTitle(form->title());
        addAbove(form, Above::Planning);
        if (form->focusProxy()) { // what is to be filled in comes first
            form->setFocus();
        }
        connect(form, &PatroniForm::changed, this, &PatroniDialog::replan);
    }
    updateFooter();
    resize(form ? form->wantedSize() : kSize);
}

PatroniDialog::~PatroniDialog() = default;

void PatroniDialog::setFacts(const std::shared_ptr<const operations::patroni::PatroniFacts> &facts)
{
    if (!isPlanning() || !facts || !m_form) {
        return;
    }
    m_facts = facts;
    m_form->setFacts(*facts);
    replan();
}

void PatroniDialog::replan()
{
    if (isPlanning() && m_facts) {
        showPlan(m_form->plan(*m_facts, cluster()));
    }
}

QString PatroniDialog::runText() const
{
    return m_form ? m_form->runText() : QString();
}

QString PatroniDialog::leaveText() const
{
    return m_form ? m_form->leaveText() : OperationDialog::leaveText();
}

QString PatroniDialog::doneSentence() const
{
    return m_form ? m_form->doneSentence() : tr("Done, and proved.");
}

QString PatroniDialog::readySentence() const
{
    return m_form ? m_form->readySentence() : QString();
}

QString PatroniDialog::whyNoPlan() const
{
    return m_form && m_facts && m_facts->isKnown() ? m_form->whyNoPlan() : QString();
}

QString PatroniDialog::whyNotYet() const
{
    return m_form ? m_form->whyNotYet() : QString();
}

void PatroniDialog::aboutToRun(bool probed)
{
    Q_UNUSED(probed);
    if (!m_form) {
        setWindowTitle(plan().title);
    }
}

void PatroniDialog::showBeside(qint64 nowWallMs)
{
    Q_UNUSED(nowWallMs);
    m_proofs->setProofs(operations::proofsOf(plan(), progress(), std::nullopt));
}

QString PatroniDialog::report(const QString &output) const
{
    return runReport(plan(), progress(), {}, operations::proofsOf(plan(), progress(), std::nullopt), output);
}

PatroniForm *formFor(const QString &cluster, const Request &request)
{
    switch (request.kind) {
    case Request::Kind::Schedule:
        return new ScheduleForm(cluster);
    case Request::Kind::Configure:
        return new ConfigForm(cluster);
    default:
        return new ConfirmForm(cluster, request);
    }
}

} // namespace howdah::shell
