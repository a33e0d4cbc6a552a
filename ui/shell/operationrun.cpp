// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/operationrun.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QDateTime>
#include <QGuiApplication>
#include <QHeaderView>
#include <QPlainTextEdit>

#include "charts/outageplot.h"
#include "core/units.h"
#include "operations/outage.h"
#include "operations/proofs.h"
#include "shell/operationplan.h"
#include "tables/operationmodels.h"
#include "theme/metrics.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using namespace operations;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kOutputLines = 5;

widgets::DataTable *tableOf(const QString &name, QAbstractItemModel *model)
{
    auto *table = new widgets::DataTable(name);
    table->setSortingEnabled(false);
    table->setModel(model);
    table->setDense(true);
    return table;
}

QString clockTime(qint64 wallMs)
{
    return QDateTime::fromMSecsSinceEpoch(wallMs).toString(QStringLiteral("HH:mm:ss.zzz"));
}

QString wordOf(ProofState state)
{
    switch (state) {
    case ProofState::Shown:
        return StepsPanel::tr("shown");
    case ProofState::Failed:
        return StepsPanel::tr("not shown");
    case ProofState::Asked:
        return StepsPanel::tr("being asked");
    case ProofState::Waiting:
        break;
    }
    return StepsPanel::tr("to come");
}

} // namespace

QVBoxLayout *columnIn(QWidget *widget)
{
    auto *layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    return layout;
}

void copyText(const QString &text)
{
    QGuiApplication::clipboard()->setText(text);
}

StepsPanel::StepsPanel(const QString &dialog, QWidget *parent)
    : QWidget(parent)
    , m_model(new tables::StepsModel(this))
    , m_table(tableOf(tr("Steps"), m_model))
    , m_output(textPane(dialog + QStringLiteral("-output"), tr("Output of the steps")))
{
    setObjectName(dialog + QStringLiteral("-steps"));
    for (const char *unused : {"number", "state"}) {
        m_table->setColumnHidden(m_model->columnOf(QLatin1String(unused)), true);
    }
    m_table->setPlain();
    m_table->horizontalHeader()->show(); // its columns need their names
    // Its margins are outside, so that they do not scroll, and whole lines fit.
    constexpr int kInner = 4;
    m_output->document()->setDocumentMargin(kInner);
    m_output->setFixedHeight(kOutputLines * m_output->fontMetrics().lineSpacing() + 2 * kInner + 2);
    auto *frame = new QWidget;
    frame->setBackgroundRole(QPalette::Base);
    frame->setAutoFillBackground(true);
    auto *framed = columnIn(frame);
    framed->setContentsMargins(metric::kPanePadding - kInner, metric::kSpace2 - kInner, 0, metric::kSpace2 - kInner);
    framed->addWidget(m_output);
    auto *layout = columnIn(this);
    layout->addWidget(m_table, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(frame);
}

void StepsPanel::setPlan(const Plan &plan)
{
    m_model->setPlan(plan);
}

void StepsPanel::setProgress(const Progress &progress, qint64 nowWallMs)
{
    m_model->setProgress(progress, nowWallMs);
}

void StepsPanel::select(const QString &stepId)
{
    m_table->selectKey(stepId);
}

void StepsPanel::addLine(const QString &node, const QString &line, qint64 wallMs)
{
    m_output->appendPlainText(clockTime(wallMs) + QLatin1Char(' ') +
                              (node.isEmpty() ? line : node + QStringLiteral(": ") + line));
}

QString StepsPanel::output() const
{
    return m_output->toPlainText();
}

ProofList::ProofList(QWidget *parent)
    : QWidget(parent)
    , m_head(new widgets::PaneHeader(tr("Proof")))
    , m_model(new tables::ProofsModel(this))
{
    setObjectName(QStringLiteral("proof-list"));
    auto *table = tableOf(tr("Proof"), m_model);
    table->setPlain();
    auto *layout = columnIn(this);
    layout->addWidget(m_head);
    layout->addWidget(table, 1);
}

void ProofList::setProofs(const std::vector<Proof> &proofs)
{
    m_model->setProofs(proofs);
    const auto shown = std::count_if(proofs.begin(), proofs.end(),
                                     [](const Proof &proof) { return proof.state == ProofState::Shown; });
    m_head->setSubtitle(tr("%1 of %2 shown").arg(shown).arg(proofs.size()));
}

ProofPanel::ProofPanel(QWidget *parent)
    : QWidget(parent)
    , m_plotHead(new widgets::PaneHeader(tr("What the applications see")))
    , m_plot(new charts::OutagePlot)
    , m_noProbe(new widgets::Label(tr("No probe runs, so that nobody sees this as applications do: how long writes "
                                      "waited is what the steps say."),
                                   FontRole::Small, Token::Text3))
    , m_proofs(new ProofList)
{
    setObjectName(QStringLiteral("switchover-proof"));
    m_noProbe->setObjectName(QStringLiteral("switchover-no-probe"));
    m_noProbe->setParagraph();
    m_noProbe->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kSpace3);
    auto *layout = columnIn(this);
    layout->addWidget(m_plotHead);
    layout->addWidget(m_plot, 3);
    layout->addWidget(m_noProbe);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_proofs, 2);
    setProbe({});
}

void ProofPanel::setProbe(const QString &how)
{
    m_plotHead->setSubtitle(how);
    m_plot->setVisible(!how.isEmpty());
    m_noProbe->setVisible(how.isEmpty());
}

void ProofPanel::setProgress(const Plan &plan, const Progress &progress, const std::optional<probe::Measured> &measured,
                             qint64 nowWallMs)
{
    if (measured) {
        m_plot->setOutage(*measured, outagePhases(plan, progress.steps()), nowWallMs);
    }
    m_proofs->setProofs(proofsOf(plan, progress, measured));
}

QString runReport(const Plan &plan, const Progress &progress, const QString &figures, const std::vector<Proof> &proofs,
                  const QString &output)
{
    QString text = plan.title + QStringLiteral("\n\n") + figures;
    text += QLatin1Char('\n') + StepsPanel::tr("Steps") + QLatin1Char('\n');
    for (std::size_t i = 0; i < plan.steps.size() && i < progress.steps().size(); ++i) {
        const StepRecord &record = progress.steps()[i];
        const QString took = record.endedMs >= record.startedMs && record.startedMs > 0
                                 ? core::formatSeconds(static_cast<double>(record.endedMs - record.startedMs) / 1000)
                                 : QString();
        text += QStringLiteral("  %1  %2  %3  %4  %5\n")
                    .arg(record.startedMs > 0 ? clockTime(record.startedMs) : QString(), 12)
                    .arg(plan.steps[i].title.leftJustified(44), toString(record.state).leftJustified(11),
                         took.rightJustified(8), record.remark);
    }
    text += QLatin1Char('\n') + StepsPanel::tr("Proof") + QLatin1Char('\n');
    for (const Proof &proof : proofs) {
        text += QStringLiteral("  %1  %2  %3\n")
                    .arg(proof.title.leftJustified(28), wordOf(proof.state).leftJustified(11), proof.evidence);
    }
    return output.isEmpty() ? text : text + QLatin1Char('\n') + output + QLatin1Char('\n');
}

} // namespace howdah::shell
