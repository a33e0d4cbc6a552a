// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/switchoverdialog.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QFileDialog>
#include <QHeaderView>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStackedWidget>

#include "core/units.h"
#include "tables/operationmodels.h"
#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using operations::CheckResult;
using operations::Outcome;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr QSize kSize(1080, 760);
constexpr int kDetailHeight = 124;
constexpr int kMostOutput = 2000;

QPlainTextEdit *textPane(const QString &name, const QString &accessibleName)
{
    auto *text = new QPlainTextEdit;
    text->setObjectName(name);
    text->setAccessibleName(accessibleName);
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    text->setFrameShape(QFrame::NoFrame);
    text->setFont(theme::font(FontRole::Fixed));
    text->setMaximumBlockCount(kMostOutput);
    text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    text->document()->setDocumentMargin(metric::kPanePadding);
    return text;
}

widgets::DataTable *tableOf(const QString &name, QAbstractItemModel *model)
{
    auto *table = new widgets::DataTable(name);
    table->setSortingEnabled(false); // they have an order of their own
    table->setModel(model);
    table->setDense(true);
    return table;
}

QVBoxLayout *columnIn(QWidget *widget)
{
    auto *layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    return layout;
}

} // namespace

SwitchoverDialog::SwitchoverDialog(const QString &cluster, const QString &target, QWidget *parent)
    : QDialog(parent)
    , m_cluster(cluster)
    , m_target(target)
    , m_candidates(new tables::CandidatesModel(this))
    , m_checks(new tables::ChecksModel(this))
    , m_steps(new tables::StepsModel(this))
    , m_candidatesTable(tableOf(tr("Candidates"), m_candidates))
    , m_checksTable(tableOf(tr("Checks"), m_checks))
    , m_stepsTable(tableOf(tr("Plan"), m_steps))
    , m_leftHead(new widgets::PaneHeader(tr("Checks")))
    , m_rightHead(new widgets::PaneHeader(tr("Plan")))
    , m_left(new QStackedWidget)
    , m_output(textPane(QStringLiteral("switchover-output"), tr("Output of the steps")))
    , m_detail(textPane(QStringLiteral("switchover-detail"), tr("What the step runs")))
    , m_accept(new QCheckBox(tr("Accept the &warnings")))
    , m_sentence(new widgets::Label(FontRole::Small, Token::Text2))
    , m_export(new QPushButton(tr("&Export runbook…")))
    , m_journal(new QPushButton(tr("Show in &journal")))
    , m_cancel(new QPushButton(tr("Cancel")))
    , m_run(new QPushButton(tr("&Switch over")))
{
    setObjectName(QStringLiteral("switchover-dialog"));
    setWindowTitle(tr("Switch over %1").arg(cluster));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    auto *layout = columnIn(this);
    layout->addWidget(m_candidatesTable);
    layout->addWidget(new widgets::Hairline);
    auto *row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(buildLeft(), 1);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    row->addWidget(buildRight(), 1);
    layout->addLayout(row, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(buildFooter());
    connect(m_candidatesTable, &widgets::DataTable::selectedKeyChanged, this, &SwitchoverDialog::choose);
    connect(m_stepsTable, &widgets::DataTable::selectedKeyChanged, this, &SwitchoverDialog::showStep);
    updateFooter();
    resize(kSize);
}

QWidget *SwitchoverDialog::buildLeft()
{
    auto *left = new QWidget;
    left->setObjectName(QStringLiteral("switchover-left"));
    auto *layout = columnIn(left);
    m_left->addWidget(m_checksTable);
    m_left->addWidget(m_output);
    layout->addWidget(m_leftHead);
    layout->addWidget(m_left, 1);
    return left;
}

QWidget *SwitchoverDialog::buildRight()
{
    auto *right = new QWidget;
    right->setObjectName(QStringLiteral("switchover-right"));
    auto *layout = columnIn(right);
    m_detail->setFixedHeight(kDetailHeight);
    layout->addWidget(m_rightHead);
    layout->addWidget(m_stepsTable, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_detail);
    return right;
}

QWidget *SwitchoverDialog::buildFooter()
{
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(QStringLiteral("switchover-footer"));
    m_export->setObjectName(QStringLiteral("switchover-export"));
    m_journal->setObjectName(QStringLiteral("switchover-journal"));
    m_accept->setObjectName(QStringLiteral("switchover-accept"));
    m_sentence->setObjectName(QStringLiteral("switchover-sentence"));
    m_cancel->setObjectName(QStringLiteral("switchover-cancel"));
    m_run->setObjectName(QStringLiteral("switchover-run"));
    auto *layout = new QHBoxLayout(footer);
    layout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    layout->setSpacing(metric::kSpace3);
    layout->addWidget(m_export);
    layout->addWidget(m_journal);
    layout->addWidget(m_accept);
    m_sentence->setElided(true);
    m_sentence->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    layout->addWidget(m_sentence, 1);
    for (QPushButton *button : {m_export, m_journal, m_cancel, m_run}) {
        button->setAutoDefault(false);
        theme::setDialogSize(button);
    }
    layout->addWidget(m_cancel);
    layout->addWidget(m_run);
    footer->setFixedHeight(60);
    theme::setFilled(m_run);
    connect(m_export, &QPushButton::clicked, this, &SwitchoverDialog::exportRunbook);
    connect(m_journal, &QPushButton::clicked, this, [this] { Q_EMIT journalRequested(m_operation); });
    connect(m_cancel, &QPushButton::clicked, this, &SwitchoverDialog::reject);
    connect(m_run, &QPushButton::clicked, this, &SwitchoverDialog::start);
    connect(m_accept, &QCheckBox::toggled, this, &SwitchoverDialog::updateFooter);
    return footer;
}

void SwitchoverDialog::setState(const cluster::ClusterState &state)
{
    if (m_running || m_ended || !state.snapshot) {
        return;
    }
    m_state = state;
    m_candidates->setState(state, m_plan);
    m_candidatesTable->setFixedHeight(m_candidatesTable->sizeHint().height());
    // Before the primary is known it may stand among the candidates itself: nobody is proposed then.
    const bool known = state.assessment->topology.primary >= 0;
    if (known && m_candidatesTable->selectedKey().isEmpty() && m_candidates->rowCount() > 0) {
        m_candidatesTable->selectKey(m_target.isEmpty() ? m_candidates->row(0).key : m_target);
    }
}

void SwitchoverDialog::choose(const QString &target)
{
    if (m_running || target.isEmpty()) {
        return;
    }
    if (target != m_plan.to) {
        m_plan = {};
        m_plan.to = target;
        m_accept->setChecked(false); // they were another's
    }
    m_target = target;
    updateFooter();
    Q_EMIT planRequested(target);
}

void SwitchoverDialog::setPlan(const operations::Plan &plan)
{
    if (m_running || m_ended || plan.to != m_target) {
        return;
    }
    m_plan = plan;
    m_checks->setChecks(plan.checks);
    m_steps->setPlan(plan);
    m_candidates->setState(m_state, plan);
    const int passed = m_checks->count(CheckResult::Passed);
    m_leftHead->setSubtitle(tr("%1 of %2 passed, read again every second").arg(passed).arg(plan.checks.size()));
    m_leftHead->setVerdict(tables::verdictOf(operations::worst(plan.checks)),
                           operations::toString(operations::worst(plan.checks)));
    m_rightHead->setSubtitle(plan.steps.empty() ? tr("none: a check refuses")
                                                : tr("%1 steps, nothing has been changed yet").arg(plan.steps.size()));
    if (m_stepsTable->selectedKey().isEmpty()) {
        const int at = operations::pointOfNoReturn(plan);
        m_stepsTable->selectKey(at < 0 ? QString() : plan.steps[static_cast<std::size_t>(at)].id);
    }
    updateFooter();
}

void SwitchoverDialog::showStep(const QString &key)
{
    const int index = m_steps->stepOf(key);
    if (index < 0) {
        m_detail->clear();
        return;
    }
    const operations::Step &step = m_plan.steps[static_cast<std::size_t>(index)];
    QStringList lines;
    const auto add = [&](const std::vector<operations::Action> &actions, const QString &word) {
        for (const operations::Action &action : actions) {
            lines.append(word + describe(m_plan, action).trimmed());
        }
    };
    add(step.actions, QString());
    add(step.verify, tr("Proved by "));
    add(step.undo, tr("Undone by "));
    lines.append(step.pointOfNoReturn ? tr("Cannot be undone.")
                                      : tr("At most %1.").arg(core::formatSeconds(step.deadlineMs / 1000.0)));
    m_detail->setPlainText(lines.join(QLatin1Char('\n')));
}

void SwitchoverDialog::updateFooter()
{
    const CheckResult found = operations::worst(m_plan.checks);
    const bool known = !m_plan.steps.empty();
    const bool warns = known && found == CheckResult::Warning;
    m_accept->setVisible(warns && !m_running && !m_ended);
    m_export->setVisible(!m_running);
    m_export->setEnabled(known);
    m_journal->setVisible(!m_operation.isEmpty());
    m_run->setVisible(!m_running && !m_ended);
    m_run->setText(
        m_target.isEmpty()
            ? tr("&Switch over")
            : tr("&Switch over to %1").arg(QString(m_target).replace(QLatin1Char('&'), QLatin1String("&&"))));
    m_run->setEnabled(known && operations::mayRun(m_plan, m_accept->isChecked()));
    m_cancel->setText(m_ended ? tr("Close") : tr("Cancel"));
    if (m_running || m_ended) {
        return;
    }
    m_sentence->setText(!known                          ? tr("Asking the nodes …")
                        : found == CheckResult::Failed  ? tr("A check refuses. Nothing is changed.")
                        : found == CheckResult::Unknown ? tr("Not all could be checked. Nothing is changed.")
                        : warns                         ? tr("%1 comes back as a standby.").arg(m_plan.from)
                                : tr("All checks passed. %1 comes back as a standby.").arg(m_plan.from));
}

void SwitchoverDialog::start()
{
    if (m_running || m_ended || !operations::mayRun(m_plan, m_accept->isChecked())) {
        return;
    }
    showRunning(tr("Switching over …"));
    Q_EMIT runRequested(m_plan);
}

void SwitchoverDialog::takeUp(const operations::Operation &operation, operations::Finish how)
{
    m_operation = operation.id;
    m_takenUp = how;
    m_plan = operation.plan;
    m_target = m_plan.to;
    m_steps->setPlan(m_plan);
    showRunning(how == operations::Finish::Resume ? tr("Going on where it stopped …")
                                                  : tr("Taking back what was done …"));
    m_records = operation.steps;
    m_steps->setRecords(m_records);
    m_candidatesTable->hide(); // it was chosen when the operation was begun
    m_cancel->setEnabled(how == operations::Finish::Resume && !operations::isPastReturn(m_plan, m_records));
    for (const QString &line : operation.output) {
        addOutput({}, line);
    }
}

void SwitchoverDialog::setOperation(const QString &id)
{
    m_operation = id;
    updateFooter();
}

void SwitchoverDialog::showRunning(const QString &sentence)
{
    m_running = true;
    m_records.assign(m_plan.steps.size(), {});
    m_candidatesTable->setEnabled(false);
    m_left->setCurrentWidget(m_output);
    m_leftHead->setTitle(tr("Output"));
    m_leftHead->setSubtitle({});
    m_leftHead->setVerdict(cluster::Verdict::Unknown, {});
    m_rightHead->setTitle(tr("Steps"));
    m_rightHead->setSubtitle({});
    m_sentence->setText(sentence);
    updateFooter();
}

void SwitchoverDialog::setStep(int index, const operations::StepRecord &record)
{
    if (index < 0 || index >= static_cast<int>(m_records.size())) {
        return;
    }
    m_records[static_cast<std::size_t>(index)] = record;
    m_steps->setRecords(m_records);
    const operations::Step &step = m_plan.steps[static_cast<std::size_t>(index)];
    m_stepsTable->selectKey(step.id);
    m_sentence->setText(tr("%1: %2").arg(step.title, operations::toString(record.state)));
    if (!record.remark.isEmpty()) {
        addOutput(step.nodes.join(QStringLiteral(", ")), record.remark);
    }
    const int at = operations::pointOfNoReturn(m_plan);
    const bool past = at >= 0 && m_records[static_cast<std::size_t>(at)].startedMs > 0;
    m_cancel->setEnabled(!past); // only forward is safe now
}

void SwitchoverDialog::addOutput(const QString &node, const QString &line)
{
    m_output->appendPlainText(node.isEmpty() ? line : node + QStringLiteral(": ") + line);
}

void SwitchoverDialog::setEnded(Outcome outcome, const QStringList &remains)
{
    m_running = false;
    m_ended = true;
    for (const QString &one : remains) {
        addOutput({}, one);
    }
    m_leftHead->setVerdict(tables::verdictOf(outcome), operations::toString(outcome));
    m_sentence->setText(outcome == Outcome::Done ? tr("%1 is the primary; %2 follows it.").arg(m_plan.to, m_plan.from)
                        : outcome == Outcome::Refused ? tr("Refused: nothing was changed.")
                        : outcome == Outcome::Undone && m_takenUp == operations::Finish::Undo
                            ? tr("Undone: the cluster is as before.")
                        : outcome == Outcome::Undone ? tr("Failed and undone: the cluster is as before.")
                                                     : tr("Failed half-way: see what remains on the left."));
    m_cancel->setEnabled(true);
    updateFooter();
}

void SwitchoverDialog::reject()
{
    if (m_running) {
        Q_EMIT cancelRequested(); // it ends when what was done is undone
        return;
    }
    QDialog::reject();
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
