// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/datatable.h"

#include <QApplication>
#include <QClipboard>
#include <QDataStream>
#include <QHeaderView>
#include <QKeyEvent>
#include <QMenu>
#include <QPainter>
#include <QScrollBar>

#include "tables/roles.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"
#include "widgets/buttons.h"
#include "widgets/columnwidths.h"
#include "widgets/itemdelegate.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Height;
using theme::Theme;
using theme::Token;
namespace metric = theme::metric;

namespace {
constexpr int kLeastColumn = 56; ///< a column of words is never narrower
constexpr int kLeastName = 112;  ///< one that says what the row is, or how it stands
constexpr int kLeastNumber = 40;
constexpr int kMostWords = 220; ///< a longer text does not push the others together
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
    connect(header, &QHeaderView::sectionMoved, this, &DataTable::columnsChanged);
    connect(header, &QHeaderView::sortIndicatorChanged, this, &DataTable::columnsChanged);
    setSortingEnabled(true);
}

void DataTable::setModel(QAbstractItemModel *model)
{
    QTableView::setModel(model);
    applyColumns();
    if (model) {
        connect(model, &QAbstractItemModel::modelReset, this, &DataTable::applyColumns);
        connect(model, &QAbstractItemModel::columnsInserted, this, &DataTable::applyColumns);
        // Sized by the first rows there ever are, and from then on only by the user and the window.
        connect(model, &QAbstractItemModel::rowsInserted, this, [this] {
            if (m_content.isEmpty()) {
                fitColumns();
            }
        });
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
    for (int i = 0; i < model()->columnCount(); ++i) {
        const QVariant shown = model()->headerData(i, Qt::Horizontal, tables::ShownByDefaultRole);
        setColumnHidden(i, shown.isValid() && !shown.toBool());
    }
    m_fitting = false;
    fitColumns();
}

void DataTable::measureColumns()
{
    constexpr int kFirstRows = 50;
    if (!model() || model()->rowCount() == 0) {
        return;
    }
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    option.rect = QRect(0, 0, 400, 28); // a width, so that the delegate counts its padding in
    for (int column = 0; column < model()->columnCount(); ++column) {
        if (isColumnHidden(column) || m_content.contains(column)) {
            continue;
        }
        int width = 0;
        for (int row = 0; row < std::min(kFirstRows, model()->rowCount()); ++row) {
            width = std::max(width, itemDelegate()->sizeHint(option, model()->index(row, column)).width());
        }
        const bool words = !model()->index(0, column).data(tables::FixedFontRole).toBool();
        m_content.insert(column, words ? std::min(width, kMostWords) : width);
    }
}

void DataTable::fitColumns()
{
    if (!model() || m_fitting) {
        return;
    }
    m_fitting = true;
    measureColumns();
    std::vector<ColumnRoom> rooms;
    QList<int> columns;
    const double character = QFontMetricsF(theme::font(FontRole::Body)).averageCharWidth();
    for (int i = 0; i < model()->columnCount(); ++i) {
        if (isColumnHidden(i)) {
            continue;
        }
        const QVariant hint = model()->headerData(i, Qt::Horizontal, tables::WidthHintRole);
        const QVariant alignment = model()->headerData(i, Qt::Horizontal, Qt::TextAlignmentRole);
        const bool number = alignment.toInt() & Qt::AlignRight;
        const int title = horizontalHeader()->sectionSizeHint(i) - metric::kIconSize + 4;
        const int content = m_content.value(i, 0);
        ColumnRoom room;
        room.wanted = hint.isValid() ? qCeil(hint.toInt() * character) + 2 * metric::kCellPadding : 96;
        room.wanted = std::max({room.wanted, title, content});
        room.content = std::max(title, content);
        room.stretches = model()->headerData(i, Qt::Horizontal, tables::StretchRole).toBool();
        const QModelIndex first = model()->index(0, i);
        if (number || first.data(tables::FixedFontRole).toBool()) {
            room.least = std::max(content, kLeastNumber); // a number that is cut is a wrong number
        } else {
            const bool name = room.stretches || first.data(tables::VerdictRole).isValid();
            room.least = std::min(room.content, name ? kLeastName : kLeastColumn);
        }
        if (m_userWidths.contains(i)) {
            room = {m_userWidths[i], m_userWidths[i], m_userWidths[i], false, true};
        }
        rooms.push_back(room);
        columns.append(i);
    }
    const std::vector<int> widths = shareWidth(rooms, viewport()->width());
    for (int i = 0; i < columns.size(); ++i) {
        setColumnWidth(columns[i], widths[static_cast<std::size_t>(i)]);
    }
    m_fitting = false;
}

void DataTable::noteUserWidth(int column, int width)
{
    if (!m_fitting && width > 0) {
        m_userWidths.insert(column, width);
        Q_EMIT columnsChanged();
    }
}

QByteArray DataTable::columnsState() const
{
    QByteArray bytes;
    QDataStream stream(&bytes, QIODevice::WriteOnly);
    QStringList keys;
    for (int i = 0; model() && i < model()->columnCount(); ++i) {
        keys.append(model()->headerData(i, Qt::Horizontal, tables::ColumnKeyRole).toString());
    }
    stream << keys << m_userWidths << horizontalHeader()->saveState();
    return bytes;
}

bool DataTable::restoreColumnsState(const QByteArray &state)
{
    QStringList keys;
    QHash<int, int> widths;
    QByteArray header;
    QDataStream stream(state);
    stream >> keys >> widths >> header;
    QStringList own;
    for (int i = 0; model() && i < model()->columnCount(); ++i) {
        own.append(model()->headerData(i, Qt::Horizontal, tables::ColumnKeyRole).toString());
    }
    // Columns are kept by number: another version of the program may have others.
    if (stream.status() != QDataStream::Ok || keys != own) {
        return false;
    }
    m_fitting = true;
    const bool restored = horizontalHeader()->restoreState(header);
    m_fitting = false;
    if (restored) {
        m_userWidths = widths;
        fitColumns();
    }
    return restored;
}

QSet<int> DataTable::hiddenColumns() const
{
    QSet<int> hidden;
    for (int i = 0; model() && i < model()->columnCount(); ++i) {
        if (isColumnHidden(i)) {
            hidden.insert(i);
        }
    }
    return hidden;
}

QMenu *DataTable::columnsMenu(QWidget *parent)
{
    auto *menu = new QMenu(parent);
    menu->setObjectName(objectName() + QStringLiteral("-columns"));
    menu->setAccessibleName(tr("Columns"));
    for (int i = 0; model() && i < model()->columnCount(); ++i) {
        QString title = model()->headerData(i, Qt::Horizontal).toString();
        const QString source = model()->headerData(i, Qt::Horizontal, tables::SqlNameRole).toString();
        QAction *action = menu->addAction(title.replace(QLatin1Char('&'), QLatin1String("&&")) +
                                          (source.isEmpty() ? QString() : QLatin1Char('\t') + source));
        action->setCheckable(true);
        action->setChecked(!isColumnHidden(i));
        connect(action, &QAction::toggled, this, [this, i](bool on) {
            m_fitting = true;
            setColumnHidden(i, !on);
            m_fitting = false;
            fitColumns();
            Q_EMIT columnsChanged();
        });
    }
    return menu;
}

QString DataTable::text(bool selectionOnly) const
{
    QStringList lines;
    QList<int> columns;
    const QHeaderView *header = horizontalHeader();
    for (int visual = 0; visual < header->count(); ++visual) {
        if (!header->isSectionHidden(header->logicalIndex(visual))) {
            columns.append(header->logicalIndex(visual));
        }
    }
    const auto line = [&](auto &&cell) {
        QStringList cells;
        for (const int column : columns) {
            cells.append(cell(column).replace(QLatin1Char('\t'), QLatin1Char(' ')));
        }
        lines.append(cells.join(QLatin1Char('\t')));
    };
    line([this](int column) { return model()->headerData(column, Qt::Horizontal).toString(); });
    for (int row = 0; model() && row < model()->rowCount(); ++row) {
        if (!selectionOnly || selectionModel()->isRowSelected(row, QModelIndex())) {
            line([&](int column) { return model()->index(row, column).data().toString(); });
        }
    }
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

void DataTable::copyText()
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
    Q_EMIT selectedKeyChanged(selectedKey());
}

void DataTable::setDense(bool dense)
{
    verticalHeader()->setDefaultSectionSize(Theme::instance().height(dense ? Height::DenseRow : Height::Row));
}

QSize DataTable::sizeHint() const
{
    const int rows = model() ? model()->rowCount() : 0;
    return {QTableView::sizeHint().width(),
            horizontalHeader()->height() + std::max(1, rows) * verticalHeader()->defaultSectionSize()};
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
        copyText();
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

void DataTable::resizeEvent(QResizeEvent *event)
{
    QTableView::resizeEvent(event);
    if (event->size().width() != event->oldSize().width()) {
        fitColumns();
    }
}

} // namespace howdah::widgets
