// SPDX-License-Identifier: GPL-3.0-or-later
// How wide the columns of a DataTable are, which are left out, and how that is kept.
#include <QDataStream>
#include <QHeaderView>
#include <QIODevice>
#include <QMap>

#include "tables/roles.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/columnwidths.h"
#include "widgets/datatable.h"
#include "widgets/itemdelegate.h"

namespace howdah::widgets {

using theme::FontRole;
namespace metric = theme::metric;

namespace {
constexpr int kLeastColumn = 56; ///< a column of words is never narrower
constexpr int kLeastName = 112;  ///< one that says what the row is, or how it stands
constexpr int kLeastNumber = 40;
constexpr int kMostWords = 220; ///< a longer text does not push the others together
} // namespace

bool DataTable::measureColumns()
{
    constexpr int kFirstRows = 50;
    if (!model() || model()->rowCount() == 0) {
        return false;
    }
    bool grown = false;
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    option.rect = QRect(0, 0, 400, 28); // a width, so that the delegate counts its padding in
    for (int column = 0; column < model()->columnCount(); ++column) {
        if (!isWanted(column)) {
            continue;
        }
        int width = 0;
        for (int row = 0; row < std::min(kFirstRows, model()->rowCount()); ++row) {
            width = std::max(width, itemDelegate()->sizeHint(option, model()->index(row, column)).width());
        }
        const bool words = !model()->index(0, column).data(tables::FixedFontRole).toBool();
        width = words ? std::min(width, kMostWords) : width;
        if (width > m_content.value(column, 0)) {
            m_content.insert(column, width);
            grown = true;
        }
    }
    return grown;
}

void DataTable::fitColumns()
{
    if (!model() || m_fitting) {
        return;
    }
    m_fitting = true;
    measureColumns();
    leaveOutWhatGivesWay();
    std::vector<ColumnRoom> rooms;
    QList<int> columns;
    for (int i = 0; i < model()->columnCount(); ++i) {
        if (!isColumnHidden(i)) {
            rooms.push_back(roomOf(i));
            columns.append(i);
        }
    }
    const std::vector<int> widths = shareWidth(rooms, viewport()->width());
    for (int i = 0; i < columns.size(); ++i) {
        setColumnWidth(columns[i], widths[static_cast<std::size_t>(i)]);
    }
    m_fitting = false;
    fitRows();
}

void DataTable::fitRows()
{
    if (!wordWrap() || !model()) {
        return;
    }
    QStyleOptionViewItem option;
    initViewItemOption(&option);
    const auto *delegate = static_cast<const ItemDelegate *>(itemDelegate());
    bool changed = false;
    for (int row = 0; row < model()->rowCount(); ++row) {
        int extra = 0;
        for (int column = 0; column < model()->columnCount(); ++column) {
            if (!isColumnHidden(column)) {
                extra =
                    std::max(extra, delegate->extraHeight(option, model()->index(row, column), columnWidth(column)));
            }
        }
        const int height = verticalHeader()->defaultSectionSize() + extra;
        if (rowHeight(row) != height) {
            setRowHeight(row, height);
            changed = true;
        }
    }
    if (changed) {
        Q_EMIT rowsFitted();
    }
}

bool DataTable::isWanted(int column) const
{
    return !isColumnHidden(column) || m_leftOut.contains(column);
}

void DataTable::leaveOutWhatGivesWay()
{
    int contents = 0;
    QMap<int, int> ways; // in what order, which column
    for (int i = 0; i < model()->columnCount(); ++i) {
        if (!isWanted(i)) {
            continue;
        }
        contents += roomOf(i).content;
        if (const int order = model()->headerData(i, Qt::Horizontal, tables::GivesWayRole).toInt(); order > 0) {
            ways.insert(order, i);
        }
    }
    for (const int column : ways) {
        const bool leave = contents > viewport()->width();
        contents -= leave ? roomOf(column).content : 0;
        if (leave != m_leftOut.contains(column)) {
            setColumnHidden(column, leave);
            leave ? void(m_leftOut.insert(column)) : void(m_leftOut.remove(column));
        }
    }
}

bool DataTable::isOutermost(int column) const
{
    const QHeaderView *header = horizontalHeader();
    const int place = header->visualIndex(column);
    const auto hidden = [&](int from, int to) {
        for (int i = from; i < to; ++i) {
            if (!header->isSectionHidden(header->logicalIndex(i))) {
                return false;
            }
        }
        return true;
    };
    return hidden(0, place) || hidden(place + 1, header->count());
}

ColumnRoom DataTable::roomOf(int i) const
{
    if (m_userWidths.contains(i)) {
        return {m_userWidths[i], m_userWidths[i], m_userWidths[i], false, true};
    }
    const double character = QFontMetricsF(theme::font(FontRole::Body)).averageCharWidth();
    const QVariant hint = model()->headerData(i, Qt::Horizontal, tables::WidthHintRole);
    const QVariant alignment = model()->headerData(i, Qt::Horizontal, Qt::TextAlignmentRole);
    const bool number = alignment.toInt() & Qt::AlignRight;
    // The outermost stand further from the edge than the others from each other.
    const int edge = isOutermost(i) ? metric::kPanePadding - metric::kCellPadding : 0;
    const bool list = horizontalHeader()->isHidden();
    const int title = list ? 0 : horizontalHeader()->sectionSizeHint(i) - metric::kIconSize + 4 + edge;
    const int content = m_content.value(i, 0);
    ColumnRoom room;
    room.wanted = hint.isValid() ? qCeil(hint.toInt() * character) + 2 * metric::kCellPadding : 96;
    room.wanted = std::max({room.wanted, title, content});
    room.content = std::max(title, content);
    room.stretches = model()->headerData(i, Qt::Horizontal, tables::StretchRole).toBool();
    const QModelIndex first = model()->index(0, i);
    if (list && !room.stretches && !first.data(tables::BarRole).isValid()) {
        // A list has no titles to part: what stands beside its text takes what it needs, and the text the rest.
        const int most = number ? content : std::min(content, viewport()->width() * 2 / 5);
        return {most, most, most, false, true};
    }
    if (number || first.data(tables::FixedFontRole).toBool()) {
        room.least = std::max(content, kLeastNumber); // a number that is cut is a wrong number
    } else {
        const bool name = room.stretches || first.data(tables::VerdictRole).isValid();
        room.least = std::min(room.content, name ? kLeastName : kLeastColumn);
    }
    return room;
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
    stream << keys << m_userWidths << horizontalHeader()->saveState() << m_leftOut;
    return bytes;
}

bool DataTable::restoreColumnsState(const QByteArray &state)
{
    QStringList keys;
    QHash<int, int> widths;
    QByteArray header;
    QDataStream stream(state);
    QSet<int> leftOut;
    stream >> keys >> widths >> header >> leftOut;
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
    // Room is a matter of this window, not of the one that was saved.
    for (const int column : std::as_const(leftOut)) {
        setColumnHidden(column, false);
    }
    m_leftOut.clear();
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
        if (!isWanted(i)) {
            hidden.insert(i);
        }
    }
    return hidden;
}

} // namespace howdah::widgets
