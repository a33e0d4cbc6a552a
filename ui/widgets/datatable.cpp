// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/datatable.h"

#include <QActionGroup>
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>
#include <utility>

#include "tables/roles.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"
#include "widgets/buttons.h"
#include "widgets/itemdelegate.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Height;
using theme::Theme;
using theme::Token;
namespace metric = theme::metric;

namespace {

QString titleOf(const QAbstractItemModel *model, int column)
{
    QString title = model->headerData(column, Qt::Horizontal).toString();
    const QString source = model->headerData(column, Qt::Horizontal, tables::SqlNameRole).toString();
    return title.replace(QLatin1Char('&'), QLatin1String("&&")) +
           (source.isEmpty() ? QString() : QLatin1Char('\t') + source);
}

/// All that a cell says, also behind its value and by its glyph alone; of a bar its share, without its limits.
QString wholeText(const QModelIndex &cell)
{
    const QVariant whole = cell.data(Qt::AccessibleTextRole);
    return (whole.isValid() && !cell.data(tables::BarRole).isValid() ? whole : cell.data()).toString();
}

/// What is said over an empty cell by one to its left that is not among columns, and so is not told there.
QString spanOver(const QModelIndex &cell, const QList<int> &columns)
{
    for (int column = cell.column() - 1; column >= 0 && !columns.contains(column); --column) {
        const QModelIndex left = cell.siblingAtColumn(column);
        if (const QString span = left.data(tables::SpanTextRole).toString(); !span.isEmpty()) {
            return span;
        }
        if (!left.data().toString().isEmpty()) {
            break;
        }
    }
    return {};
}

} // namespace

DataTable::DataTable(const QString &name, QWidget *parent)
    : QTableView(parent)
{
    setObjectName(objectNameFor(name) + QStringLiteral("-table"));
    setAccessibleName(name);
    setItemDelegate(new ItemDelegate(this));
    setFrameShape(QFrame::NoFrame);
    setShowGrid(false);
    setWordWrap(false);
    setSelectionBehavior(SelectRows);
    setSelectionMode(SingleSelection);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollMode(ScrollPerPixel);
    setVerticalScrollMode(ScrollPerPixel);
    setTabKeyNavigation(false); // Tab leaves the table; arrows move in it
    setMouseTracking(true);
    verticalHeader()->hide();
    verticalHeader()->setMinimumSectionSize(16);
    verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
    verticalHeader()->setDefaultSectionSize(Theme::instance().height(Height::Row));
    QHeaderView *header = horizontalHeader();
    header->setObjectName(objectName() + QStringLiteral("-header"));
    header->setAccessibleName(name);
    header->setHighlightSections(false);
    header->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
    header->setSectionsMovable(true);
    header->setMinimumSectionSize(32);
    header->setFixedHeight(Theme::instance().height(Height::Row));
    header->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(header, &QWidget::customContextMenuRequested, this, [this, header](const QPoint &at) {
        QMenu *menu = columnsMenu(this);
        menu->setAttribute(Qt::WA_DeleteOnClose);
        menu->popup(header->mapToGlobal(at));
    });
    connect(header, &QHeaderView::sectionResized, this,
            [this](int column, int, int width) { noteUserWidth(column, width); });
    const auto tellOthers = [this] {
        if (!m_fitting) { // else it is no wish of the user's, and half done
            Q_EMIT columnsChanged();
        }
    };
    connect(header, &QHeaderView::sectionMoved, this, tellOthers);
    connect(header, &QHeaderView::sortIndicatorChanged, this, tellOthers);
    setSortingEnabled(true);
    m_remeasure.setSingleShot(true);
    connect(&m_remeasure, &QTimer::timeout, this, [this] {
        if (isVisible() && measureColumns()) {
            fitColumns();
        } else if (isVisible()) {
            fitRows();
        }
    });
}

void DataTable::setModel(QAbstractItemModel *model)
{
    if (model) {
        watchChanges(model);
    }
    QTableView::setModel(model);
    applyColumns();
    if (model) {
        connect(model, &QAbstractItemModel::modelReset, this, &DataTable::applyColumns);
        connect(model, &QAbstractItemModel::columnsInserted, this, &DataTable::applyColumns);
        // What was "unknown" becomes a number: columns grow with their contents, and never shrink by themselves.
        connect(model, &QAbstractItemModel::rowsInserted, this, [this] { m_remeasure.start(0); });
        connect(model, &QAbstractItemModel::dataChanged, this, [this] { remeasureLater(); });
    }
}

/// To be called before the selection model is made, which puts its selection right as soon as a change begins.
void DataTable::watchChanges(QAbstractItemModel *model)
{
    const auto begin = [this] { m_modelChanges = true; };
    const auto end = [this] { m_modelChanges = false; };
    connect(model, &QAbstractItemModel::rowsAboutToBeInserted, this, begin);
    connect(model, &QAbstractItemModel::rowsInserted, this, end);
    connect(model, &QAbstractItemModel::rowsAboutToBeRemoved, this, begin);
    connect(model, &QAbstractItemModel::rowsRemoved, this, end);
    connect(model, &QAbstractItemModel::rowsAboutToBeMoved, this, begin);
    connect(model, &QAbstractItemModel::rowsMoved, this, end);
    connect(model, &QAbstractItemModel::layoutAboutToBeChanged, this, begin);
    connect(model, &QAbstractItemModel::layoutChanged, this, end);
    connect(model, &QAbstractItemModel::modelAboutToBeReset, this, begin);
    connect(model, &QAbstractItemModel::modelReset, this, end);
}

/// Once for all the changes of a tick, and in a stretch of its own: the frame that shows them shall not wait for it.
void DataTable::remeasureLater()
{
    constexpr int kAfterFrameMs = 40;
    if (!m_remeasure.isActive()) {
        m_remeasure.start(kAfterFrameMs);
    }
}

void DataTable::applyColumns()
{
    if (!model()) {
        return;
    }
    m_fitting = true;
    m_content.clear();
    m_userWidths.clear();
    m_leftOut.clear();
    for (int i = 0; i < model()->columnCount(); ++i) {
        const QVariant shown = model()->headerData(i, Qt::Horizontal, tables::ShownByDefaultRole);
        setColumnHidden(i, shown.isValid() && !shown.toBool());
    }
    m_fitting = false;
    fitColumns();
}

QMenu *DataTable::columnsMenu(QWidget *parent)
{
    auto *menu = new QMenu(parent);
    menu->setObjectName(objectName() + QStringLiteral("-columns"));
    menu->setAccessibleName(tr("Columns"));
    if (isSortingEnabled()) {
        addSortMenu(menu);
    }
    for (int i = 0; model() && i < model()->columnCount(); ++i) {
        QAction *action = menu->addAction(titleOf(model(), i));
        action->setCheckable(true);
        action->setChecked(isWanted(i));
        connect(action, &QAction::toggled, this, [this, i](bool on) {
            m_fitting = true;
            m_leftOut.remove(i);
            setColumnHidden(i, !on);
            m_fitting = false;
            fitColumns();
            Q_EMIT columnsChanged();
        });
    }
    return menu;
}

void DataTable::addSortMenu(QMenu *menu)
{
    const QHeaderView *header = horizontalHeader();
    const int sorted = header->sortIndicatorSection();
    const bool own = sorted < 0 || !model() || sorted >= model()->columnCount();
    const Qt::SortOrder order = own ? Qt::AscendingOrder : header->sortIndicatorOrder();
    QMenu *sort = menu->addMenu(tr("Sort by"));
    sort->setObjectName(objectName() + QStringLiteral("-sort"));
    sort->setAccessibleName(tr("Sort by"));
    const auto add = [&](QActionGroup *group, const QString &title, const QString &name, bool on, int column,
                         Qt::SortOrder way) {
        QAction *action = group->addAction(sort->addAction(title));
        action->setObjectName(sort->objectName() + QLatin1Char('-') + name);
        action->setCheckable(true);
        action->setChecked(on);
        connect(action, &QAction::triggered, this, [this, column, way] { sortByColumn(column, way); });
    };
    auto *columns = new QActionGroup(sort);
    add(columns, tr("Table’s own order"), QStringLiteral("own"), own, -1, Qt::AscendingOrder);
    sort->addSeparator();
    for (int visual = 0; visual < header->count(); ++visual) {
        const int i = header->logicalIndex(visual);
        if (isWanted(i) || i == sorted) {
            add(columns, titleOf(model(), i), model()->headerData(i, Qt::Horizontal, tables::ColumnKeyRole).toString(),
                i == sorted, i, order);
        }
    }
    sort->addSeparator();
    auto *ways = new QActionGroup(sort);
    add(ways, tr("Ascending"), QStringLiteral("ascending"), !own && order == Qt::AscendingOrder, sorted,
        Qt::AscendingOrder);
    add(ways, tr("Descending"), QStringLiteral("descending"), !own && order == Qt::DescendingOrder, sorted,
        Qt::DescendingOrder);
    ways->setEnabled(!own); // the table's own order has no direction
    menu->addSeparator();
}

QString DataTable::text(bool selectionOnly) const
{
    QStringList lines;
    QList<int> columns;
    const QHeaderView *header = horizontalHeader();
    for (int visual = 0; visual < header->count(); ++visual) {
        if (isWanted(header->logicalIndex(visual))) {
            columns.append(header->logicalIndex(visual));
        }
    }
    const auto line = [&](auto &&cell) {
        QStringList cells;
        for (const int column : columns) {
            QString value = cell(column);
            cells.append(
                value.replace(QLatin1Char('\t'), QLatin1Char(' ')).replace(QLatin1Char('\n'), QLatin1Char(' ')));
        }
        lines.append(cells.join(QLatin1Char('\t')));
    };
    line([this](int column) { return model()->headerData(column, Qt::Horizontal).toString(); });
    for (int row = 0; model() && row < model()->rowCount(); ++row) {
        if (!selectionOnly || selectionModel()->isRowSelected(row, QModelIndex())) {
            line([&](int column) {
                const QModelIndex index = model()->index(row, column);
                const QString whole = wholeText(index);
                return whole.isEmpty() ? spanOver(index, columns) : whole;
            });
        }
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void DataTable::copyAll()
{
    if (model()) {
        QApplication::clipboard()->setText(text(false));
    }
}

void DataTable::copySelection()
{
    if (model()) {
        QApplication::clipboard()->setText(text(selectionModel()->hasSelection()));
    }
}

bool DataTable::selectKey(const QString &key)
{
    for (int row = 0; model() && row < model()->rowCount(); ++row) {
        const QModelIndex index = model()->index(row, 0);
        if (index.data(tables::KeyRole).toString() == key || index.data().toString() == key) {
            // The first column that is shown: the current cell must be visible to have the ring.
            setCurrentIndex(model()->index(row, std::max(0, horizontalHeader()->logicalIndexAt(0))));
            scrollTo(currentIndex());
            return true;
        }
    }
    return false;
}

QString DataTable::selectedKey() const
{
    const QModelIndexList rows = selectionModel() ? selectionModel()->selectedRows() : QModelIndexList();
    return rows.isEmpty() ? QString() : rows.first().data(tables::KeyRole).toString();
}

void DataTable::selectionChanged(const QItemSelection &selected, const QItemSelection &deselected)
{
    QTableView::selectionChanged(selected, deselected);
    viewport()->update();
    if (!m_modelChanges) {
        Q_EMIT selectedKeyChanged(selectedKey());
    } else if (!std::exchange(m_tellsOfSelection, true)) {
        QMetaObject::invokeMethod(this, &DataTable::tellSelectedKey, Qt::QueuedConnection);
    }
}

void DataTable::tellSelectedKey()
{
    m_tellsOfSelection = false;
    Q_EMIT selectedKeyChanged(selectedKey());
}

void DataTable::setDense(bool dense)
{
    verticalHeader()->setDefaultSectionSize(Theme::instance().height(dense ? Height::DenseRow : Height::Row));
}

void DataTable::setPlain()
{
    horizontalHeader()->hide();
    static_cast<ItemDelegate *>(itemDelegate())->setUnruled(true);
}

QSize DataTable::sizeHint() const
{
    const int rows = model() ? model()->rowCount() : 0;
    return {QTableView::sizeHint().width(), (horizontalHeader()->isHidden() ? 0 : horizontalHeader()->height()) +
                                                std::max(1, rows) * verticalHeader()->defaultSectionSize()};
}

void DataTable::paintEvent(QPaintEvent *event)
{
    QTableView::paintEvent(event);
    const bool selected = selectionModel() && selectionModel()->hasSelection();
    const QModelIndex row = selected ? selectionModel()->selectedRows().value(0) : currentIndex();
    if (!row.isValid() || (!selected && !hasFocus())) {
        return;
    }
    const QRect rect(0, rowViewportPosition(row.row()), viewport()->width(), rowHeight(row.row()));
    QPainter painter(viewport());
    if (selected) {
        painter.fillRect(QRect(0, rect.y(), 2, rect.height()), theme::color(Token::Accent));
    }
    if (hasFocus()) {
        theme::paintFocusRing(&painter, rect, 0);
    }
}

void DataTable::keyPressEvent(QKeyEvent *event)
{
    if (event->matches(QKeySequence::Copy)) {
        copySelection();
        return;
    }
    QTableView::keyPressEvent(event);
}

void DataTable::mouseMoveEvent(QMouseEvent *event)
{
    QTableView::mouseMoveEvent(event);
    setHoverRow(rowAt(event->position().toPoint().y()));
}

void DataTable::leaveEvent(QEvent *event)
{
    QTableView::leaveEvent(event);
    setHoverRow(-1);
}

void DataTable::setHoverRow(int row)
{
    if (row != m_hoverRow) {
        m_hoverRow = row;
        static_cast<ItemDelegate *>(itemDelegate())->setHoverRow(row);
        viewport()->update();
    }
}

void DataTable::showEvent(QShowEvent *event)
{
    QTableView::showEvent(event);
    if (wordWrap()) {
        m_remeasure.start(0); // rows that came while it was hidden are not as high yet as they shall be
    }
}

void DataTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    if (event->size().width() != event->oldSize().width()) {
        fitColumns();
    }
}

} // namespace howdah::widgets
