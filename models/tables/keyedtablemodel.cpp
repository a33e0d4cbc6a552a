// SPDX-License-Identifier: GPL-3.0-or-later
#include "keyedtablemodel.h"

#include <QSet>

namespace howdah::tables {

namespace {

/// More single moves than this cost a view more than one new layout.
constexpr int kMostMoves = 64;

template<typename T>
QVariant asInt(const std::optional<T> &value)
{
    return value ? QVariant(static_cast<int>(*value)) : QVariant();
}

/// What a screen reader says: the text, and in words what only the glyph shows.
QString accessibleText(const Cell &cell)
{
    QString text = cell.span.isEmpty() ? cell.text : cell.text + QLatin1Char(' ') + cell.span;
    if (!cell.secondary.isEmpty()) {
        text += QLatin1Char(' ') + cell.secondary;
    }
    if (cell.verdict && *cell.verdict != cluster::Verdict::Ok) {
        text += QStringLiteral(" (%1)").arg(cluster::toString(*cell.verdict));
    }
    if (cell.bar && !cell.toolTip.isEmpty()) {
        text += QStringLiteral(", ") + cell.toolTip; // its ticks are only painted
    }
    return text.trimmed();
}

QVariant cellData(const Cell &cell, int role)
{
    switch (role) {
    case Qt::DisplayRole:
        return cell.text;
    case Qt::ToolTipRole:
        return plainToolTip(cell.toolTip);
    case Qt::AccessibleTextRole:
        return accessibleText(cell);
    case SortRole:
        return cell.sort;
    case NonValueRole:
        return cell.nonValue;
    case StrongRole:
        return cell.strong;
    case VerdictRole:
        return asInt(cell.verdict);
    case ToneRole:
        return asInt(cell.tone);
    case IconRole:
        return cell.icon.isEmpty() ? QVariant() : QVariant(cell.icon);
    case NodeRoleRole:
        return asInt(cell.nodeRole);
    case SlotMarkRole:
        return asInt(cell.mark);
    case BarRole:
        return cell.bar ? QVariant::fromValue(*cell.bar) : QVariant();
    case SecondaryRole:
        return cell.secondary.isEmpty() ? QVariant() : QVariant(cell.secondary);
    case SpanTextRole:
        return cell.span.isEmpty() ? QVariant() : QVariant(cell.span);
    case RadioRole:
        return cell.radio ? QVariant(*cell.radio) : QVariant();
    case SparkRole:
        return cell.spark ? QVariant::fromValue(*cell.spark) : QVariant();
    default:
        return {};
    }
}

/// For a sequence of distinct numbers: which of them belong to one longest increasing subsequence.
std::vector<bool> longestRising(const std::vector<int> &sequence)
{
    std::vector<int> tails; // index of the smallest end of a run of each length
    std::vector<int> previous(sequence.size(), -1);
    for (int i = 0; i < static_cast<int>(sequence.size()); ++i) {
        const auto value = [&](int index) { return sequence[static_cast<std::size_t>(index)]; };
        const auto place = std::lower_bound(tails.begin(), tails.end(), value(i),
                                            [&](int index, int wanted) { return value(index) < wanted; });
        if (place != tails.begin()) {
            previous[static_cast<std::size_t>(i)] = *std::prev(place);
        }
        if (place == tails.end()) {
            tails.push_back(i);
        } else {
            *place = i;
        }
    }
    std::vector<bool> member(sequence.size(), false);
    for (int i = tails.empty() ? -1 : tails.back(); i >= 0; i = previous[static_cast<std::size_t>(i)]) {
        member[static_cast<std::size_t>(i)] = true;
    }
    return member;
}

void dropDuplicates(std::vector<Row> &rows)
{
    QSet<QString> seen;
    seen.reserve(static_cast<qsizetype>(rows.size()));
    std::erase_if(rows, [&](const Row &row) {
        const bool known = seen.contains(row.key);
        seen.insert(row.key);
        return known;
    });
}

} // namespace

KeyedTableModel::KeyedTableModel(std::vector<Column> columns, QObject *parent)
    : QAbstractTableModel(parent)
    , m_columns(std::move(columns))
{
}

int KeyedTableModel::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_rows.size());
}

int KeyedTableModel::columnCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_columns.size());
}

QVariant KeyedTableModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid | CheckIndexOption::ParentIsInvalid)) {
        return {};
    }
    const Row &row = m_rows[static_cast<std::size_t>(index.row())];
    const Column &column = m_columns[static_cast<std::size_t>(index.column())];
    switch (role) {
    case KeyRole:
        return row.key;
    case StaleRole:
        return row.stale;
    case FixedFontRole:
        return column.fixed;
    case FormRole:
        return row.form == RowForm::Ordinary ? QVariant() : QVariant(static_cast<int>(row.form));
    case BandRole:
        return row.band ? QVariant(true) : QVariant();
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (column.number ? Qt::AlignRight : Qt::AlignLeft)));
    default:
        return cellData(row.cells[static_cast<std::size_t>(index.column())], role);
    }
}

QVariant KeyedTableModel::headerData(int section, Qt::Orientation orientation, int role) const
{
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) {
        return {};
    }
    const Column &column = m_columns[static_cast<std::size_t>(section)];
    switch (role) {
    case Qt::DisplayRole:
        return column.title;
    case Qt::ToolTipRole:
        return plainToolTip(QStringList{column.toolTip, column.sqlName}.join(QLatin1Char('\n')).trimmed());
    case Qt::TextAlignmentRole:
        return QVariant::fromValue(Qt::Alignment(Qt::AlignVCenter | (column.number ? Qt::AlignRight : Qt::AlignLeft)));
    case ColumnKeyRole:
        return column.key;
    case SqlNameRole:
        return column.sqlName;
    case ShownByDefaultRole:
        return column.shown;
    case WidthHintRole:
        return column.width;
    case StretchRole:
        return column.stretch;
    case GivesWayRole:
        return column.givesWay;
    default:
        return {};
    }
}

int KeyedTableModel::columnOf(const QString &key) const
{
    const auto found = std::find_if(m_columns.begin(), m_columns.end(), [&](const Column &c) { return c.key == key; });
    return found == m_columns.end() ? -1 : static_cast<int>(found - m_columns.begin());
}

int KeyedTableModel::rowOf(const QString &key) const
{
    const auto found = std::find_if(m_rows.begin(), m_rows.end(), [&](const Row &r) { return r.key == key; });
    return found == m_rows.end() ? -1 : static_cast<int>(found - m_rows.begin());
}

void KeyedTableModel::setColumns(std::vector<Column> columns)
{
    if (columns == m_columns) {
        return;
    }
    beginResetModel();
    m_columns = std::move(columns);
    m_rows.clear();
    endResetModel();
}

void KeyedTableModel::merge(std::vector<Row> rows)
{
    dropDuplicates(rows);
    removeMissing(rows);
    moveIntoOrder(rows);
    insertNew(rows);
    updateChanged(rows);
}

void KeyedTableModel::removeMissing(const std::vector<Row> &rows)
{
    QSet<QString> wanted;
    wanted.reserve(static_cast<qsizetype>(rows.size()));
    for (const Row &row : rows) {
        wanted.insert(row.key);
    }
    int last = rowCount() - 1;
    while (last >= 0) {
        if (wanted.contains(row(last).key)) {
            --last;
            continue;
        }
        int first = last;
        while (first > 0 && !wanted.contains(row(first - 1).key)) {
            --first;
        }
        beginRemoveRows({}, first, last);
        m_rows.erase(m_rows.begin() + first, m_rows.begin() + last + 1);
        endRemoveRows();
        last = first - 1;
    }
}

void KeyedTableModel::moveIntoOrder(const std::vector<Row> &rows)
{
    QHash<QString, int> position;
    position.reserve(static_cast<qsizetype>(m_rows.size()));
    for (int i = 0; i < rowCount(); ++i) {
        position.insert(row(i).key, i);
    }
    std::vector<int> kept; // where the rows that stay are now, in the order they shall have
    std::vector<QString> keys;
    for (const Row &row : rows) {
        if (const auto found = position.constFind(row.key); found != position.cend()) {
            kept.push_back(*found);
            keys.push_back(row.key);
        }
    }
    if (std::is_sorted(kept.begin(), kept.end())) {
        return;
    }
    // Only what is not in the longest rising run moves, each to behind the one that shall stand before it.
    const std::vector<bool> stays = longestRising(kept);
    if (std::count(stays.begin(), stays.end(), false) > kMostMoves) {
        rearrange(kept);
        return;
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (!stays[i]) {
            moveRow(rowOf(keys[i]), i == 0 ? 0 : rowOf(keys[i - 1]) + 1);
        }
    }
}

void KeyedTableModel::rearrange(const std::vector<int> &order)
{
    Q_EMIT layoutAboutToBeChanged();
    std::vector<Row> arranged;
    arranged.reserve(m_rows.size());
    std::vector<int> newPlace(m_rows.size());
    for (const int old : order) {
        newPlace[static_cast<std::size_t>(old)] = static_cast<int>(arranged.size());
        arranged.push_back(std::move(m_rows[static_cast<std::size_t>(old)]));
    }
    m_rows = std::move(arranged);
    const QModelIndexList before = persistentIndexList();
    QModelIndexList after;
    after.reserve(before.size());
    for (const QModelIndex &index : before) {
        after.append(this->index(newPlace[static_cast<std::size_t>(index.row())], index.column()));
    }
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged();
}

void KeyedTableModel::moveRow(int from, int before)
{
    // Qt refuses a move to where the row already stands.
    if (before == from || before == from + 1) {
        return;
    }
    beginMoveRows({}, from, from, {}, before);
    const auto begin = m_rows.begin();
    if (from < before) {
        std::rotate(begin + from, begin + from + 1, begin + before);
    } else {
        std::rotate(begin + before, begin + from, begin + from + 1);
    }
    endMoveRows();
}

void KeyedTableModel::insertNew(std::vector<Row> &rows)
{
    int at = 0;
    const int wanted = static_cast<int>(rows.size());
    const auto isNew = [&](int i) { return i >= rowCount() || row(i).key != rows[static_cast<std::size_t>(i)].key; };
    while (at < wanted) {
        if (!isNew(at)) {
            ++at;
            continue;
        }
        // The run of new rows ends where the next row that is here already comes.
        const QString next = at < rowCount() ? row(at).key : QString();
        int end = at + 1;
        while (end < wanted && (at >= rowCount() || rows[static_cast<std::size_t>(end)].key != next)) {
            ++end;
        }
        beginInsertRows({}, at, end - 1);
        m_rows.insert(m_rows.begin() + at, rows.begin() + at, rows.begin() + end);
        endInsertRows();
        at = end;
    }
}

void KeyedTableModel::updateChanged(std::vector<Row> &rows)
{
    const int lastColumn = columnCount() - 1;
    int first = -1;
    for (int i = 0; i <= rowCount(); ++i) {
        const bool changed = i < rowCount() && row(i) != rows[static_cast<std::size_t>(i)];
        if (changed) {
            m_rows[static_cast<std::size_t>(i)] = std::move(rows[static_cast<std::size_t>(i)]);
            first = first < 0 ? i : first;
        } else if (first >= 0) {
            Q_EMIT dataChanged(index(first, 0), index(i - 1, lastColumn));
            first = -1;
        }
    }
}

} // namespace howdah::tables
