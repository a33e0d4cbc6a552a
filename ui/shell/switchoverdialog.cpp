// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/switchoverdialog.h"

#include <QCheckBox>

#include "shell/operationrun.h"
#include "shell/switchoverstrip.h"
#include "tables/operationmodels.h"
#include "widgets/datatable.h"

namespace howdah::shell {

namespace {

constexpr QSize kSize(1088, 776);

QString withoutMnemonic(QString text)
{
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

} // namespace

SwitchoverDialog::SwitchoverDialog(const QString &cluster, const QString &target, QWidget *parent)
    : OperationDialog(QStringLiteral("switchover"), cluster, tr("read again every second"), parent)
    , m_target(target)
    , m_candidates(new tables::CandidatesModel(this))
    , m_candidatesTable(new widgets::DataTable(tr("Candidates")))
    , m_strip(new SwitchoverStrip)
    , m_proof(new ProofPanel)
    , m_probe(new QCheckBox(tr("&Measure what applications see")))
    , m_native(new QCheckBox(tr("&Not through repmgr")))
{
    setWindowTitle(tr("Switch over %1").arg(cluster));
    m_candidatesTable->setSortingEnabled(false); // worst and best stand where they are in the cluster file
    m_candidatesTable->setModel(m_candidates);
    addAbove(m_candidatesTable, Above::Planning);
    addAbove(m_strip, Above::Running);
    setBesideSteps(m_proof);
    buildOptions();
    m_candidatesTable->setFocus(); // who takes over is chosen first
    connect(m_candidatesTable, &widgets::DataTable::selectedKeyChanged, this, &SwitchoverDialog::choose);
    setProbe({}, 0, tr("The nodes are being asked."));
    updateFooter();
    resize(kSize);
}

SwitchoverDialog::~SwitchoverDialog() = default;

void SwitchoverDialog::buildOptions()
{
    m_probe->setObjectName(QStringLiteral("switchover-measure"));
    m_native->setObjectName(QStringLiteral("switchover-native"));
    const QString tip =
        tr("Howdah does it itself: the outage is shorter, and repmgr's metadata is put right by its own "
           "commands afterwards. Only while no repmgrd watches.");
    m_native->setToolTip(tables::plainToolTip(tip));
    m_native->setAccessibleDescription(tip);
    m_native->hide();
    addOption(m_probe);
    addOption(m_native);
    connect(m_native, &QCheckBox::toggled, this, [this] {
        forget(m_target);
        Q_EMIT planRequested(m_target, m_native->isChecked());
    });
}

void SwitchoverDialog::setState(const cluster::ClusterState &state, const QHash<QString, tables::Spark> &trends)
{
    if (!isPlanning() || !state.snapshot) {
        return;
    }
    m_state = state;
    m_trends = trends;
    showCandidates(plan());
    m_candidatesTable->setFixedHeight(m_candidatesTable->sizeHint().height());
    // Nobody is proposed by us before the primary is known.
    const bool proposes = !m_target.isEmpty() || state.assessment->topology.primary >= 0;
    if (proposes && m_candidatesTable->selectedKey().isEmpty() && m_candidates->rowCount() > 0) {
        m_candidatesTable->selectKey(m_target.isEmpty() ? m_candidates->row(0).key : m_target);
    }
    updateFooter();
}

void SwitchoverDialog::showCandidates(const operations::Plan &plan)
{
    m_candidates->setState(m_state, plan, m_trends, m_others);
}

void SwitchoverDialog::choose(const QString &target)
{
    if (!isPlanning() || target.isEmpty()) {
        return;
    }
    if (target != plan().to) {
        forget(target);
    }
    m_target = target;
    updateFooter();
    Q_EMIT planRequested(target, m_native->isChecked());
}

/// The plan that was shown was another's.
void SwitchoverDialog::forget(const QString &target)
{
    operations::Plan none;
    none.to = target;
    showCandidates(none);
    forgetPlan(none);
}

void SwitchoverDialog::setPlan(const operations::Plan &plan)
{
    if (!isPlanning() || plan.to != m_target || plan.natively != m_native->isChecked()) {
        return;
    }
    showCandidates(plan);
    showPlan(plan);
}

void SwitchoverDialog::setOthers(const std::vector<operations::Plan> &plans)
{
    if (isPlanning()) {
        m_others = plans;
        showCandidates(plan());
    }
}

void SwitchoverDialog::setProbe(const QString &through, int everyMs, const QString &problem)
{
    if (!isPlanning()) {
        return;
    }
    m_probeHow = problem.isEmpty() ? tr("a commit every %1 ms through %2").arg(everyMs).arg(through) : QString();
    m_probe->setEnabled(problem.isEmpty());
    m_probe->setChecked(m_probe->isChecked() && problem.isEmpty());
    const QString tip = problem.isEmpty()
                            ? tr("Commits a row every %1 ms through %2, into a table of its own that is dropped "
                                 "afterwards, and counts them in the end.")
                                  .arg(everyMs)
                                  .arg(through)
                            : problem;
    m_probe->setToolTip(tables::plainToolTip(tip));
    m_probe->setAccessibleDescription(tip);
}

void SwitchoverDialog::setMeasured(const operations::probe::Measured &measured)
{
    if (m_measured) {
        m_measured = measured;
        showProgress();
    }
}

QString SwitchoverDialog::whyNoPlan() const
{
    if (!m_state.snapshot || !m_target.isEmpty()) {
        return {};
    }
    const bool known = m_state.assessment->topology.primary >= 0;
    if (m_candidates->rowCount() == 0) {
        return known ? tr("The cluster has no standby.") : tr("Neither a primary nor a standby is known.");
    }
    return known ? QString() : tr("The primary is not known.");
}

QString SwitchoverDialog::runText() const
{
    return m_target.isEmpty() ? tr("&Switch over") : tr("&Switch over to %1").arg(withoutMnemonic(m_target));
}

QString SwitchoverDialog::runningTitle() const
{
    return tr("Switching over %1").arg(cluster());
}

QString SwitchoverDialog::runningSentence() const
{
    return tr("Switching over …");
}

QString SwitchoverDialog::doneSentence() const
{
    return tr("%1 is the primary; %2 follows it.").arg(plan().to, plan().from);
}

QString SwitchoverDialog::readySentence() const
{
    return tr("%1 comes back as a standby.").arg(plan().from);
}

bool SwitchoverDialog::probes() const
{
    return m_probe->isChecked();
}

void SwitchoverDialog::updateOptions()
{
    m_probe->setVisible(isPlanning());
    m_native->setVisible(isPlanning() && m_state.snapshot && m_state.snapshot->manager == cluster::ManagerKind::Repmgr);
}

void SwitchoverDialog::aboutToRun(bool probed)
{
    m_target = plan().to;
    m_measured.reset();
    if (probed) {
        m_measured.emplace();
    }
    m_proof->setProbe(probed ? m_probeHow : QString());
}

void SwitchoverDialog::showBeside(qint64 nowWallMs)
{
    m_strip->setFacts(stripFacts(plan(), progress(), m_measured, nowWallMs));
    m_proof->setProgress(plan(), progress(), m_measured, nowWallMs);
}

void SwitchoverDialog::aboutToEnd()
{
    if (m_measured && !m_measured->leftBehind.isEmpty()) {
        addOutput({}, tr("The probe's table is left behind: %1").arg(m_measured->leftBehind));
    }
}

QString SwitchoverDialog::report(const QString &output) const
{
    QString figures;
    for (const StripFigure &figure : stripFacts(plan(), progress(), m_measured, nowMs()).figures) {
        figures += QStringLiteral("%1: %2 (%3)\n").arg(figure.caption, figure.value, figure.note);
    }
    return runReport(plan(), progress(), figures, operations::proofsOf(plan(), progress(), m_measured), output);
}

} // namespace howdah::shell
