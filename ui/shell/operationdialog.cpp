// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/operationdialog.h"

#include <QBoxLayout>
#include <QPushButton>
#include <QStackedWidget>

#include "shell/dryrundialog.h"
#include "shell/operationchecks.h"
#include "shell/operationplan.h"
#include "shell/operationrun.h"
#include "tables/roles.h"
#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/label.h"
#include "widgets/panes.h"
#include "widgets/savedialog.h"

namespace howdah::shell {

using operations::CheckResult;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kFooter = 60;
constexpr int kTickMs = 100;

/// What keeps the plan from being run, a line each: its row may be folded away, or scrolled out of sight.
QStringList refusals(const operations::Plan &plan)
{
    QStringList lines;
    for (const operations::Check &check : plan.checks) {
        if (check.result == CheckResult::Failed || check.result == CheckResult::Unknown) {
            lines.append(QStringLiteral("%1: %2").arg(check.title, check.evidence));
        }
    }
    return lines;
}

} // namespace

OperationDialog::OperationDialog(const QString &name, const QString &cluster, const QString &howOften, QWidget *parent)
    : QDialog(parent)
    , m_name(name)
    , m_cluster(cluster)
    , m_above(new QVBoxLayout)
    , m_checks(new ChecksPanel(name, howOften))
    , m_planPanel(new PlanPanel(name))
    , m_steps(new StepsPanel(name))
    , m_left(new QStackedWidget)
    , m_right(new QStackedWidget)
    , m_footerLeft(new QHBoxLayout)
    , m_options(new QHBoxLayout)
    , m_sentence(new widgets::Label(FontRole::Small, Token::Text2))
    , m_dryRun(new QPushButton(tr("&Dry run")))
    , m_export(new QPushButton(tr("&Export runbook…")))
    , m_journal(new QPushButton(tr("Show in &journal")))
    , m_report(new QPushButton(tr("Copy &report")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_run(new QPushButton)
{
    setObjectName(named("dialog"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_above->setSpacing(0);
    auto *layout = columnIn(this);
    layout->addLayout(m_above);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(buildBody(), 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(buildFooter());
    m_tick.setInterval(kTickMs);
    connect(&m_tick, &QTimer::timeout, this, &OperationDialog::showProgress);
    connect(m_checks, &ChecksPanel::acceptedChanged, this, &OperationDialog::updateFooter);
}

OperationDialog::~OperationDialog() = default;

QString OperationDialog::named(const char *part) const
{
    return m_name + QLatin1Char('-') + QLatin1String(part);
}

QWidget *OperationDialog::buildBody()
{
    auto *body = new QWidget;
    body->setObjectName(named("body"));
    m_left->setObjectName(named("left"));
    m_right->setObjectName(named("right"));
    m_left->addWidget(m_checks);
    m_left->addWidget(m_steps);
    m_right->addWidget(m_planPanel);
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

QWidget *OperationDialog::buildFooter()
{
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(named("footer"));
    footer->setFixedHeight(kFooter);
    auto *layout = new QHBoxLayout(footer);
    layout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    layout->setSpacing(metric::kSpace3);
    m_footerLeft->setSpacing(metric::kSpace2);
    m_options->setSpacing(metric::kSpace3);
    for (QPushButton *button : {m_dryRun, m_export, m_report, m_journal}) {
        m_footerLeft->addWidget(button);
    }
    layout->addLayout(m_footerLeft);
    layout->addLayout(m_options);
    m_sentence->setObjectName(named("sentence"));
    m_sentence->setElided(true);
    m_sentence->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_sentence, 1);
    layout->addWidget(m_cancel);
    layout->addWidget(m_run);
    const std::pair<QPushButton *, const char *> buttons[] = {{m_dryRun, "dry-run"}, {m_export, "export"},
                                                              {m_report, "report"},  {m_journal, "journal"},
                                                              {m_cancel, "cancel"},  {m_run, "run"}};
    for (const auto &[button, part] : buttons) {
        button->setObjectName(named(part));
        button->setAutoDefault(false);
        theme::setDialogSize(button);
    }
    theme::setFilled(m_run);
    connectFooter();
    return footer;
}

void OperationDialog::connectFooter()
{
    connect(m_dryRun, &QPushButton::clicked, this, &OperationDialog::showDryRun);
    connect(m_export, &QPushButton::clicked, this, &OperationDialog::exportRunbook);
    connect(m_journal, &QPushButton::clicked, this, [this] { Q_EMIT journalRequested(m_operation); });
    connect(m_report, &QPushButton::clicked, this, [this] { copyText(report(m_steps->output())); });
    connect(m_cancel, &QPushButton::clicked, this, &OperationDialog::reject);
    connect(m_run, &QPushButton::clicked, this, &OperationDialog::start);
}

void OperationDialog::addAbove(QWidget *widget, Above when)
{
    m_above->addWidget(widget);
    m_aboves.emplace_back(widget, when);
    widget->setVisible(when == Above::Planning);
}

void OperationDialog::addOption(QWidget *widget)
{
    m_options->addWidget(widget);
}

void OperationDialog::setBesideSteps(QWidget *widget)
{
    m_right->addWidget(widget);
}

void OperationDialog::showPlan(const operations::Plan &plan)
{
    m_plan = plan;
    m_checks->setPlan(plan);
    m_planPanel->setPlan(plan);
    updateFooter();
}

void OperationDialog::forgetPlan(const operations::Plan &plan)
{
    m_checks->forget();
    m_plan = plan;
    m_planPanel->setPlan(plan);
    updateFooter();
}

QString OperationDialog::planningSentence() const
{
    if (const QString missing = whyNoPlan(); !missing.isEmpty()) {
        return missing;
    }
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
    if (const int open = m_checks->notAccepted(); found == CheckResult::Warning && open > 0) {
        return open > 1        ? tr("Accept the %1 warnings to go on.").arg(open)
               : warnings == 1 ? tr("Accept the warning to go on.")
                               : tr("Accept the last warning to go on.");
    }
    if (const QString missing = whyNotYet(); !missing.isEmpty()) {
        return missing;
    }
    const QString what = found == CheckResult::Passed ? tr("All checks passed.")
                         : warnings == 1              ? tr("One warning, accepted.")
                                                      : tr("%1 warnings, accepted.").arg(warnings);
    const QString ready = readySentence();
    return ready.isEmpty() ? what : tr("%1 %2").arg(what, ready);
}

void OperationDialog::updateFooter()
{
    const bool planning = isPlanning();
    const bool known = !m_plan.steps.empty();
    for (QPushButton *button : {m_dryRun, m_export}) {
        button->setVisible(planning);
        button->setEnabled(known);
    }
    m_journal->setVisible(!m_operation.isEmpty());
    m_report->setVisible(!planning);
    m_run->setVisible(planning);
    m_run->setText(runText());
    m_run->setEnabled(known && operations::mayRun(m_plan, m_checks->isAllAccepted()) && whyNoPlan().isEmpty() &&
                      whyNotYet().isEmpty());
    m_cancel->setText(planning ? leaveText() : m_ended || (m_running && isPastReturn()) ? tr("Close") : tr("Cancel"));
    updateOptions();
    if (planning) {
        const QString sentence = planningSentence();
        const QStringList why = QStringList(sentence) + refusals(m_plan);
        m_run->setToolTip(m_run->isEnabled() ? QString() : tables::plainToolTip(why.join(QLatin1Char('\n'))));
        say(sentence);
    }
}

void OperationDialog::showDryRun()
{
    auto *dialog = new DryRunDialog(m_plan, this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->open();
}

void OperationDialog::exportRunbook()
{
    const QString of = m_plan.to.isEmpty() ? m_cluster : m_plan.to;
    const QString name = QStringLiteral("%1-%2").arg(m_plan.operation, of).replace(QLatin1Char('/'), QLatin1Char('-'));
    const auto *dialog =
        widgets::openSaveDialog(this, named("export-dialog"), tr("Export runbook"), name,
                                {{tr("Markdown"), QStringLiteral("md")}, {tr("Shell script"), QStringLiteral("sh")}});
    // As it was when it was asked for: it may be another by the time that somebody has chosen a name.
    connect(dialog, &QFileDialog::fileSelected, this,
            [this, plan = m_plan](const QString &path) { Q_EMIT exportRequested(plan, path); });
}

} // namespace howdah::shell
