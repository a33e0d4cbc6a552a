// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/operationplan.h"

#include <QBoxLayout>
#include <QPlainTextEdit>
#include <algorithm>

#include "core/units.h"
#include "operations/values.h"
#include "tables/operationmodels.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/panes.h"

namespace howdah::shell {

using operations::Action;
namespace metric = theme::metric;

namespace {

constexpr int kDetailHeight = 104;
constexpr int kMostLines = 2000;

void hideColumn(widgets::DataTable *table, const tables::KeyedTableModel *model, const char *key)
{
    table->setColumnHidden(model->columnOf(QLatin1String(key)), true);
}

} // namespace

QPlainTextEdit *textPane(const QString &name, const QString &accessibleName)
{
    auto *text = new QPlainTextEdit;
    text->setObjectName(name);
    text->setAccessibleName(accessibleName);
    text->setReadOnly(true);
    text->setTabChangesFocus(true);
    text->setFrameShape(QFrame::NoFrame);
    text->setFont(theme::font(theme::FontRole::Fixed));
    text->setMaximumBlockCount(kMostLines);
    text->setLineWrapMode(QPlainTextEdit::WidgetWidth);
    text->document()->setDocumentMargin(metric::kPanePadding);
    return text;
}

QString stepDetail(const operations::Plan &plan, const operations::Step &step)
{
    QStringList lines;
    const auto add = [&](const std::vector<Action> &actions, const QString &word) {
        for (const Action &action : actions) {
            lines.append(word + describe(plan, action).trimmed());
        }
    };
    add(step.actions, QString());
    add(step.verify, PlanPanel::tr("Proved by "));
    const QString deadline = PlanPanel::tr("At most %1.").arg(core::formatSeconds(step.deadlineMs / 1000.0));
    if (step.pointOfNoReturn) {
        lines.append(deadline + QLatin1Char(' ') + PlanPanel::tr("Cannot be undone. If it fails: %1").arg(step.remedy));
        return lines.join(QLatin1Char('\n'));
    }
    lines.append(deadline);
    add(step.undo, PlanPanel::tr("Undone by "));
    return lines.join(QLatin1Char('\n'));
}

PlanPanel::PlanPanel(const QString &dialog, QWidget *parent)
    : QWidget(parent)
    , m_model(new tables::StepsModel(this))
    , m_head(new widgets::PaneHeader(tr("Plan")))
    , m_table(new widgets::DataTable(tr("Plan")))
    , m_detail(textPane(dialog + QStringLiteral("-detail"), tr("What the step runs")))
{
    setObjectName(dialog + QStringLiteral("-plan"));
    m_table->setSortingEnabled(false);
    m_table->setModel(m_model);
    m_table->setDense(true);
    m_table->setPlain();
    for (const char *unused : {"at", "state"}) {
        hideColumn(m_table, m_model, unused);
    }
    m_detail->setFixedHeight(kDetailHeight);
    m_detail->viewport()->setBackgroundRole(QPalette::Window);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_head);
    layout->addWidget(m_table, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_detail);
    connect(m_table, &widgets::DataTable::selectedKeyChanged, this, &PlanPanel::showStep);
}

void PlanPanel::setPlan(const operations::Plan &plan)
{
    m_plan = plan;
    m_model->setPlan(plan);
    m_head->setSubtitle(plan.steps.size() == 1 ? tr("1 step, nothing has been changed yet")
                        : !plan.steps.empty()  ? tr("%1 steps, nothing has been changed yet").arg(plan.steps.size())
                        : plan.checks.empty()  ? tr("asking the nodes …")
                        : operations::worst(plan.checks) == operations::CheckResult::Passed
                            ? tr("none yet")
                            : tr("none: a check refuses"));
    if (m_table->selectedKey().isEmpty()) {
        const int at = operations::pointOfNoReturn(plan);
        // The one that nothing takes back, or else the first.
        m_table->selectKey(plan.steps.empty() ? QString() : plan.steps[static_cast<std::size_t>(std::max(0, at))].id);
    } else {
        showStep(m_table->selectedKey());
    }
}

void PlanPanel::showStep(const QString &key)
{
    const int index = m_model->stepOf(key);
    const QString text = index < 0 ? QString() : stepDetail(m_plan, m_plan.steps[static_cast<std::size_t>(index)]);
    if (text != m_detail->toPlainText()) {
        m_detail->setPlainText(text);
    }
}

} // namespace howdah::shell
