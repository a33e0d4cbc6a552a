// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/patroni/historydialog.h"

#include <QBoxLayout>
#include <QPushButton>

#include "core/clock.h"
#include "shell/operationrun.h"
#include "shell/readingfooter.h"
#include "tables/patronimodels.h"
#include "widgets/datatable.h"
#include "widgets/panes.h"

namespace howdah::shell {

namespace {

constexpr QSize kSize(800, 420);

} // namespace

HistoryDialog::HistoryDialog(const QString &cluster, QWidget *parent)
    : QDialog(parent)
    , m_cluster(cluster)
    , m_model(new tables::PatroniHistoryModel(this))
    , m_table(new widgets::DataTable(tr("History")))
    , m_empty(new widgets::EmptyState(tr("Patroni is being asked …")))
{
    setObjectName(QStringLiteral("patroni-history-dialog"));
    setWindowTitle(tr("Patroni's history of %1").arg(cluster));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_table->setSortingEnabled(false); // the newest stands first
    m_table->setModel(m_model);
    auto *layout = columnIn(this);
    layout->addWidget(m_table, 1);
    layout->addWidget(m_empty, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(readingFooter(this, QStringLiteral("patroni-history"), tr("&Copy as text"),
                                    tr("How each timeline ended, the newest first."), [this] { m_table->copyAll(); }));
    showTable(false);
    resize(kSize);
}

void HistoryDialog::showTable(bool shown)
{
    m_table->setVisible(shown);
    m_empty->setVisible(!shown);
    findChild<QPushButton *>(QStringLiteral("patroni-history-copy"))->setEnabled(shown);
}

void HistoryDialog::setTurns(const std::vector<managers::PatroniTurn> &turns)
{
    m_model->setTurns(turns, core::systemClock().wallMs());
    m_empty->setSentence(tr("No timeline of this cluster has ended since Patroni keeps it."));
    showTable(!turns.empty());
}

void HistoryDialog::setFailed(const core::Error &error)
{
    m_empty->setSentence(error.hint.isEmpty() ? error.message : tr("%1 %2").arg(error.message, error.hint));
    showTable(false);
}

} // namespace howdah::shell
