// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/tablepane.h"

#include <QHeaderView>
#include <QMenu>
#include <QSettings>
#include <QStackedLayout>

#include "tables/keyedtablemodel.h"
#include "tables/sortfilterproxy.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/panes.h"

namespace howdah::pages {

TablePane::TablePane(const QString &name, const QString &empty, tables::KeyedTableModel *model, QWidget *parent)
    : QWidget(parent)
    , m_model(model)
    , m_proxy(new tables::SortFilterProxy(this))
    , m_table(new widgets::DataTable(name))
    , m_emptyState(new widgets::EmptyState(empty))
    , m_stack(new QStackedLayout(this))
    , m_empty(empty)
    , m_settingsKey(QStringLiteral("columns/") + widgets::objectNameFor(name))
{
    setObjectName(widgets::objectNameFor(name) + QStringLiteral("-pane"));
    m_model->setParent(this);
    m_proxy->setSourceModel(m_model);
    m_table->setModel(m_proxy);
    // The table's own order until the user asks for another one.
    m_table->sortByColumn(-1, Qt::AscendingOrder);
    restoreColumns();
    m_stack->setContentsMargins(0, 0, 0, 0);
    m_stack->addWidget(m_table);
    m_stack->addWidget(m_emptyState);
    connect(m_table, &widgets::DataTable::columnsChanged, this, &TablePane::columnsChanged);
    connect(m_table, &widgets::DataTable::selectedKeyChanged, this, &TablePane::selectedKeyChanged);
    // The proxy takes rows out before its source has done so: both are asked.
    for (QAbstractItemModel *changing : std::initializer_list<QAbstractItemModel *>{m_proxy, m_model}) {
        connect(changing, &QAbstractItemModel::rowsInserted, this, &TablePane::showWhatThereIs);
        connect(changing, &QAbstractItemModel::rowsRemoved, this, &TablePane::showWhatThereIs);
    }
    connect(m_proxy, &QAbstractItemModel::modelReset, this, &TablePane::showWhatThereIs);
    // Some columns come with the first sample only. The table, connected before, has them by now.
    connect(m_proxy, &QAbstractItemModel::modelReset, this, &TablePane::restoreColumns);
    showWhatThereIs();
}

int TablePane::fittingHeight(int room) const
{
    const int rows = std::max(4, m_proxy->rowCount());
    const int wanted = m_table->horizontalHeader()->height() + rows * m_table->verticalHeader()->defaultSectionSize();
    return std::min(wanted, std::max(120, room * 2 / 5));
}

void TablePane::setEmptySentence(const QString &sentence)
{
    if (sentence != m_empty) {
        m_empty = sentence;
        showWhatThereIs();
    }
}

void TablePane::setFilter(const QString &text)
{
    m_filter = text;
    m_proxy->setFilterText(text);
    showWhatThereIs();
}

void TablePane::selectSomething()
{
    if (m_table->selectedKey().isEmpty() && m_proxy->rowCount() > 0) {
        m_table->selectRow(0);
    }
}

void TablePane::chooseColumns(QWidget *below)
{
    QMenu *menu = m_table->columnsMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    menu->popup(below->mapToGlobal(QPoint(0, below->height())));
}

void TablePane::showWhatThereIs()
{
    const bool filtered = m_model->rowCount() > 0;
    m_emptyState->setSentence(filtered ? tr("No row has “%1” in a shown column.").arg(m_filter.simplified()) : m_empty);
    m_stack->setCurrentIndex(m_proxy->rowCount() > 0 ? 0 : 1);
}

void TablePane::restoreColumns()
{
    m_table->restoreColumnsState(QSettings().value(m_settingsKey).toByteArray());
    m_proxy->setHiddenColumns(m_table->hiddenColumns());
}

void TablePane::columnsChanged()
{
    m_proxy->setHiddenColumns(m_table->hiddenColumns());
    QSettings().setValue(m_settingsKey, m_table->columnsState());
}

} // namespace howdah::pages
