// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/switchoverdialog.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QFileDialog>
#include <QPushButton>
#include <QStackedWidget>

#include "shell/dryrundialog.h"
#include "shell/switchoverchecks.h"
#include "shell/switchoverplanpanel.h"
#include "shell/switchoverrun.h"
#include "shell/switchoverstrip.h"
#include "tables/operationmodels.h"
#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using operations::CheckResult;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr QSize kSize(1088, 776);
constexpr int kFooter = 60;
constexpr int kTickMs = 100;

QVBoxLayout *columnIn(QWidget *widget)
{
    auto *layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    return layout;
}

QString withoutMnemonic(QString text)
{
    return text.replace(QLatin1Char('&'), QLatin1String("&&"));
}

} // namespace

SwitchoverDialog::SwitchoverDialog(const QString &cluster, const QString &target, QWidget *parent)
    : QDialog(parent)
    , m_cluster(cluster)
    , m_target(target)
    , m_candidates(new tables::CandidatesModel(this))
    , m_candidatesTable(new widgets::DataTable(tr("Candidates")))
    , m_strip(new SwitchoverStrip)
    , m_checks(new ChecksPanel)
    , m_planPanel(new PlanPanel)
    , m_steps(new StepsPanel)
    , m_proof(new ProofPanel)
    , m_left(new QStackedWidget)
    , m_right(new QStackedWidget)
    , m_footerLeft(new QHBoxLayout)
    , m_probe(new QCheckBox(tr("&Measure what applications see")))
    , m_native(new QCheckBox(tr("&Not through repmgr")))
    , m_sentence(new widgets::Label(FontRole::Small, Token::Text2))
    , m_dryRun(new QPushButton(tr("&Dry run")))
    , m_export(new QPushButton(tr("&Export runbook…")))
    , m_journal(new QPushButton(tr("Show in &journal")))
    , m_report(new QPushButton(tr("Copy &report")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_run(new QPushButton(tr("&Switch over")))
{
    setObjectName(QStringLiteral("switchover-dialog"));
    setWindowTitle(tr("Switch over %1").arg(cluster));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_candidatesTable->setSortingEnabled(false); // worst and best stand where they are in the cluster file
    m_candidatesTable->setModel(m_candidates);
    auto *layout = columnIn(this);
    layout->addWidget(m_candidatesTable);
    layout->addWidget(m_strip);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(buildBody(), 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(buildFooter());
    m_strip->hide();
    m_tick.setInterval(kTickMs);
    connect(&m_tick, &QTimer::timeout, this, &SwitchoverDialog::showProgress);
    connect(m_candidatesTable, &widgets::DataTable::selectedKeyChanged, this, &SwitchoverDialog::choose);
    connect(m_checks, &ChecksPanel::acceptedChanged, this, &SwitchoverDialog::updateFooter);
    setProbe({}, 0, tr("The nodes are being asked."));
    updateFooter();
    resize(kSize);
}

SwitchoverDialog::~SwitchoverDialog() = default;

QWidget *SwitchoverDialog::buildBody()
{
    auto *body = new QWidget;
    body->setObjectName(QStringLiteral("switchover-body"));
    m_left->setObjectName(QStringLiteral("switchover-left"));
    m_right->setObjectName(QStringLiteral("switchover-right"));
    m_left->addWidget(m_checks);
    m_left->addWidget(m_steps);
    m_right->addWidget(m_planPanel);
    m_right->addWidget(m_proof);
    auto *row = new QHBoxLayout(body);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_left, 12);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    row->addWidget(m_right, 13);
    for (QStackedWidget *stack : {m_left, m_right}) {
        stack->setMinimumWidth(0);
        stack->setSizePolicy(QSizePolicy::Ignored,
                             QSizePolicy::Expanding); // as wide as their share, whatever is in them
    }
    return body;
}

QWidget *SwitchoverDialog::buildFooter()
{
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(QStringLiteral("switchover-footer"));
    m_dryRun->setObjectName(QStringLiteral("switchover-dry-run"));
    m_export->setObjectName(QStringLiteral("switchover-export"));
    m_journal->setObjectName(QStringLiteral("switchover-journal"));
    m_report->setObjectName(QStringLiteral("switchover-report"));
    m_probe->setObjectName(QStringLiteral("switchover-measure"));
    m_native->setObjectName(QStringLiteral("switchover-native"));
    const QString tip =
        tr("Howdah does it itself: the outage is shorter, and repmgr's metadata is put right by its own "
           "commands afterwards. Only while no repmgrd watches.");
    m_native->setToolTip(tables::plainToolTip(tip));
    m_native->setAccessibleDescription(tip);
    m_native->hide();
    m_sentence->setObjectName(QStringLiteral("switchover-sentence"));
    m_cancel->setObjectName(QStringLiteral("switchover-cancel"));
    m_run->setObjectName(QStringLiteral("switchover-run"));
    auto *layout = new QHBoxLayout(footer);
    layout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    layout->setSpacing(metric::kSpace3);
    m_footerLeft->setSpacing(metric::kSpace2);
    m_footerLeft->addWidget(m_dryRun);
    m_footerLeft->addWidget(m_export);
    m_footerLeft->addWidget(m_report);
    m_footerLeft->addWidget(m_journal);
    layout->addLayout(m_footerLeft);
    layout->addWidget(m_probe);
    layout->addWidget(m_native);
    m_sentence->setElided(true);
    m_sentence->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_sentence, 1);
    for (QPushButton *button : {m_dryRun, m_export, m_report, m_journal, m_cancel, m_run}) {
        button->setAutoDefault(false);
        theme::setDialogSize(button);
    }
    layout->addWidget(m_cancel);
    layout->addWidget(m_run);
    footer->setFixedHeight(kFooter);
    theme::setFilled(m_run);
    connect(m_dryRun, &QPushButton::clicked, this, &SwitchoverDialog::showDryRun);
    connect(m_export, &QPushButton::clicked, this, &SwitchoverDialog::exportRunbook);
    connect(m_journal, &QPushButton::clicked, this, [this] { Q_EMIT journalRequested(m_operation); });
    connect(m_report, &QPushButton::clicked, this, &SwitchoverDialog::copyReport);
    connect(m_cancel, &QPushButton::clicked, this, &SwitchoverDialog::reject);
    connect(m_run, &QPushButton::clicked, this, &SwitchoverDialog::start);
    connect(m_native, &QCheckBox::toggled, this, [this] {
        forgetPlan(m_target);
        Q_EMIT planRequested(m_target, m_native->isChecked());
    });
    return footer;
}

void SwitchoverDialog::setState(const cluster::ClusterState &state, const QHash<QString, tables::Spark> &trends)
{
    if (m_running || m_ended || !state.snapshot) {
        return;
    }
    m_state = state;
    m_trends = trends;
    m_candidates->setState(state, m_plan, trends);
    m_candidatesTable->setFixedHeight(m_candidatesTable->sizeHint().height());
    // Before the primary is known it may stand among the candidates itself: nobody is proposed then.
    const bool known = state.assessment->topology.primary >= 0;
    if (known && m_candidatesTable->selectedKey().isEmpty() && m_candidates->rowCount() > 0) {
        m_candidatesTable->selectKey(m_target.isEmpty() ? m_candidates->row(0).key : m_target);
    }
}

void SwitchoverDialog::choose(const QString &target)
{
    if (m_running || m_ended || target.isEmpty()) {
        return;
    }
    if (target != m_plan.to) {
        forgetPlan(target);
    }
    m_target = target;
    updateFooter();
    Q_EMIT planRequested(target, m_native->isChecked());
}

/// The one that was shown was another's.
void SwitchoverDialog::forgetPlan(const QString &target)
{
    m_plan = {};
    m_plan.to = target;
    m_checks->forget();
    m_planPanel->setPlan(m_plan);
    m_candidates->setState(m_state, m_plan, m_trends);
    updateFooter();
}

void SwitchoverDialog::setPlan(const operations::Plan &plan)
{
    if (m_running || m_ended || plan.to != m_target || plan.natively != m_native->isChecked()) {
        return;
    }
    m_plan = plan;
    m_checks->setPlan(plan);
    m_planPanel->setPlan(plan);
    m_candidates->setState(m_state, plan, m_trends);
    updateFooter();
}

void SwitchoverDialog::setProbe(const QString &through, int everyMs, const QString &problem)
{
    if (m_running || m_ended) {
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

QString SwitchoverDialog::planningSentence() const
{
    const CheckResult found = operations::worst(m_plan.checks);
    const int warnings = m_checks->warnings();
    if (m_plan.steps.empty() && m_plan.checks.empty()) {
        return tr("Asking the nodes …");
    }
    if (found == CheckResult::Failed) {
        return tr("A check refuses. Nothing is changed.");
    }
    if (found == CheckResult::Unknown || m_plan.steps.empty()) {
        return tr("Not all could be checked. Nothing is changed.");
    }
    if (found == CheckResult::Warning && !m_checks->isAllAccepted()) {
        return warnings == 1 ? tr("Accept the warning to go on.")
                             : tr("Accept the %1 warnings to go on.").arg(warnings);
    }
    const QString what = found == CheckResult::Passed ? tr("All checks passed.")
                         : warnings == 1              ? tr("One warning, accepted.")
                                                      : tr("%1 warnings, accepted.").arg(warnings);
    return tr("%1 %2 comes back as a standby.").arg(what, m_plan.from);
}

void SwitchoverDialog::updateFooter()
{
    const bool planning = !m_running && !m_ended;
    const bool known = !m_plan.steps.empty();
    for (QPushButton *button : {m_dryRun, m_export}) {
        button->setVisible(planning);
        button->setEnabled(known);
    }
    m_journal->setVisible(!m_operation.isEmpty());
    m_probe->setVisible(planning);
    m_native->setVisible(planning && m_state.snapshot && m_state.snapshot->manager == cluster::ManagerKind::Repmgr);
    m_report->setVisible(!planning);
    m_run->setVisible(planning);
    m_run->setText(m_target.isEmpty() ? tr("&Switch over") : tr("&Switch over to %1").arg(withoutMnemonic(m_target)));
    m_run->setEnabled(known && operations::mayRun(m_plan, m_checks->isAllAccepted()));
    m_cancel->setText(m_ended || (m_running && isPastReturn()) ? tr("Close") : tr("Cancel"));
    if (planning) {
        say(planningSentence());
    }
}

void SwitchoverDialog::showDryRun()
{
    auto *dialog = new DryRunDialog(m_plan, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void SwitchoverDialog::exportRunbook()
{
    const QString path =
        QFileDialog::getSaveFileName(this, tr("Export runbook"), QStringLiteral("switchover-%1.md").arg(m_plan.to),
                                     tr("Markdown (*.md);;Shell script (*.sh)"));
    if (!path.isEmpty()) {
        Q_EMIT exportRequested(m_plan, path);
    }
}

} // namespace howdah::shell
