// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/itemdelegate.h"

#include <QHeaderView>
#include <QPainter>
#include <QTableView>
#include <QTextLayout>
#include <QtMath>

#include "tables/roles.h"
#include "theme/glyphs.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"
#include "widgets/limitbar.h"
#include "widgets/rowforms.h"

namespace howdah::widgets {

using cluster::Verdict;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kGlyph = 14;
constexpr int kIcon = 16;
constexpr int kMark = 9;
constexpr int kRadio = 14;
constexpr int kGap = 6;

/// What a cell says, taken from the model once.
struct Cell {
    QString text;
    QString secondary;
    QString icon;
    QVariant verdict;
    QVariant tone;
    QVariant nodeRole;
    QVariant mark;
    QVariant bar;
    QVariant radio;
    QVariant spark;
    bool nonValue = false;
    bool stale = false;
    bool strong = false;
    bool fixed = false;
    Qt::Alignment alignment = Qt::AlignLeft;
};

Cell readCell(const QModelIndex &index)
{
    Cell cell;
    cell.text = index.data(Qt::DisplayRole).toString();
    cell.secondary = index.data(tables::SecondaryRole).toString();
    cell.icon = index.data(tables::IconRole).toString();
    cell.verdict = index.data(tables::VerdictRole);
    cell.tone = index.data(tables::ToneRole);
    cell.nodeRole = index.data(tables::NodeRoleRole);
    cell.mark = index.data(tables::SlotMarkRole);
    cell.bar = index.data(tables::BarRole);
    cell.radio = index.data(tables::RadioRole);
    cell.spark = index.data(tables::SparkRole);
    cell.nonValue = index.data(tables::NonValueRole).toBool();
    cell.stale = index.data(tables::StaleRole).toBool();
    cell.strong = index.data(tables::StrongRole).toBool();
    cell.fixed = index.data(tables::FixedFontRole).toBool();
    if (const QVariant alignment = index.data(Qt::TextAlignmentRole); alignment.isValid()) {
        cell.alignment = Qt::Alignment(alignment.toInt());
    }
    return cell;
}

QFont fontOf(const Cell &cell)
{
    if (cell.nonValue) {
        QFont italic = theme::font(FontRole::Small);
        italic.setItalic(true);
        return italic;
    }
    if (cell.fixed) {
        return theme::font(cell.strong ? FontRole::FixedStrong : FontRole::Fixed);
    }
    return theme::font(cell.strong ? FontRole::BodyStrong : FontRole::Body);
}

QChar widestDigit(const QFont &font)
{
    const QFontMetricsF metrics(font);
    const QString digits = QStringLiteral("0123456789");
    return *std::max_element(digits.begin(), digits.end(), [&](QChar one, QChar other) {
        return metrics.horizontalAdvance(one) < metrics.horizontalAdvance(other);
    });
}

QFont secondFontOf(const Cell &cell)
{
    return theme::font(cell.fixed ? FontRole::Fixed : FontRole::Small);
}

QColor inkOf(const Cell &cell, bool selected)
{
    // On a selection the faintest text would fall below its contrast.
    const Token faint = selected ? Token::Text2 : Token::Text3;
    if (cell.nonValue) {
        return theme::color(faint);
    }
    if (cell.stale) {
        return theme::color(selected ? Token::Text2 : Token::Unknown);
    }
    if (cell.tone.isValid()) {
        const auto verdict = static_cast<Verdict>(cell.tone.toInt());
        return theme::color(verdict == Verdict::Ok ? Token::Text1 : theme::verdictText(verdict));
    }
    return theme::color(Token::Text1);
}

/// Icons that say a state stand in a column with the glyphs of verdicts.
int iconSize(const QString &icon)
{
    return icon == QLatin1String("running") || icon == QLatin1String("idle") ? kGlyph : kIcon;
}

int leadingWidth(const Cell &cell)
{
    int width = 0;
    width += cell.radio.isValid() ? kRadio + 8 : 0;
    width += cell.mark.isValid() ? kMark + 8 : 0;
    width += cell.icon.isEmpty() ? 0 : iconSize(cell.icon) + kGap;
    width += cell.verdict.isValid() ? kGlyph + kGap : 0;
    return width;
}

/// Room left and right of a cell's content: the first and the last column keep the pane's padding.
QRect contentRect(const QStyleOptionViewItem &option, const QModelIndex &index)
{
    int left = metric::kCellPadding;
    int right = metric::kCellPadding;
    if (const auto *table = qobject_cast<const QTableView *>(option.widget)) {
        const QHeaderView *header = table->horizontalHeader();
        const int visual = header->visualIndex(index.column());
        int first = 0;
        while (first < header->count() && header->isSectionHidden(header->logicalIndex(first))) {
            ++first;
        }
        int last = header->count() - 1;
        while (last > 0 && header->isSectionHidden(header->logicalIndex(last))) {
            --last;
        }
        left = visual == first ? metric::kPanePadding : left;
        right = visual == last ? metric::kPanePadding : right;
    } else {
        left = metric::kPanePadding;
        right = metric::kPanePadding;
    }
    return option.rect.adjusted(left, 0, -right, 0);
}

/// A text that takes the lines it needs, in a table that wraps words; numbers and times are never broken.
bool folds(const QStyleOptionViewItem &option, const Cell &cell)
{
    return option.features.testFlag(QStyleOptionViewItem::WrapText) && !cell.fixed && cell.secondary.isEmpty();
}

/// The first line's part of a cell: what folds goes on below it.
QRect firstLine(const QStyleOptionViewItem &option, QRect rect)
{
    const auto *table = qobject_cast<const QTableView *>(option.widget);
    if (table && option.features.testFlag(QStyleOptionViewItem::WrapText)) {
        rect.setHeight(table->verticalHeader()->defaultSectionSize());
    }
    return rect;
}

/// Breaks the text into lines, within a word only where that alone is too wide; gives their height.
qreal fold(QTextLayout &layout, int width)
{
    QTextOption option;
    option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere);
    layout.setTextOption(option);
    qreal y = 0;
    layout.beginLayout();
    for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
        line.setLineWidth(width);
        line.setPosition({0, y});
        y += line.height();
    }
    layout.endLayout();
    return y;
}

void paintMark(QPainter *painter, const QRectF &rect, tables::SlotMark mark, const QColor &ink)
{
    painter->setPen(QPen(ink, 1.5, Qt::SolidLine, Qt::FlatCap, Qt::MiterJoin));
    painter->setBrush(mark == tables::SlotMark::Used ? QBrush(ink) : QBrush(Qt::NoBrush));
    painter->drawRect(rect.adjusted(1, 1, -1, -1));
}

/// The glyphs before the text; returns where the text starts.
int paintLeading(QPainter *painter, const QRect &rect, int x, const Cell &cell)
{
    const auto box = [&](int size) { return QRect(x, rect.y() + (rect.height() - size) / 2, size, size); };
    const Token grey = Token::Unknown;
    if (cell.radio.isValid()) {
        paintRadio(painter, box(kRadio), cell.radio.toBool());
        x += kRadio + 8;
    }
    if (cell.mark.isValid()) {
        QColor ink = theme::color(cell.stale ? grey : Token::Text2);
        if (!cell.stale && cell.tone.isValid()) {
            const auto verdict = static_cast<Verdict>(cell.tone.toInt());
            ink = verdict == Verdict::Ok ? ink : theme::color(theme::verdictMark(verdict));
        }
        paintMark(painter, box(kMark), static_cast<tables::SlotMark>(cell.mark.toInt()), ink);
        x += kMark + 8;
    }
    if (!cell.icon.isEmpty()) {
        Token token = Token::Text2;
        if (cell.stale) {
            token = grey;
        } else if (cell.nodeRole.isValid()) {
            token = theme::roleMark(static_cast<cluster::NodeRole>(cell.nodeRole.toInt()));
        }
        theme::paintIcon(painter, box(iconSize(cell.icon)), cell.icon, theme::color(token));
        x += iconSize(cell.icon) + kGap;
    }
    if (cell.verdict.isValid()) {
        theme::paintVerdict(painter, box(kGlyph), static_cast<Verdict>(cell.verdict.toInt()));
        x += kGlyph + kGap;
    }
    return x;
}

void paintText(QPainter *painter, const QRect &rect, const Cell &cell, bool selected)
{
    const QFont face = fontOf(cell);
    const QFontMetrics metrics(face);
    const QFont secondFace = secondFontOf(cell);
    const QFontMetrics secondMetrics(secondFace);
    const int lead = leadingWidth(cell);
    const QString text = metrics.elidedText(cell.text, Qt::ElideRight, std::max(0, rect.width() - lead));
    const int width = metrics.horizontalAdvance(text);
    const int rest = rect.width() - lead - width - kGap;
    const QString second = cell.secondary.isEmpty() || rest < 24
                               ? QString()
                               : secondMetrics.elidedText(cell.secondary, Qt::ElideRight, rest);
    const int total = lead + width + (second.isEmpty() ? 0 : kGap + secondMetrics.horizontalAdvance(second));
    int x = rect.x();
    if (cell.alignment & Qt::AlignRight) {
        x = rect.right() + 1 - total;
    } else if (cell.alignment & Qt::AlignHCenter) {
        x = rect.x() + (rect.width() - total) / 2;
    }
    x = paintLeading(painter, rect, x, cell);
    painter->setFont(face);
    painter->setPen(inkOf(cell, selected));
    painter->drawText(QRect(x, rect.y(), width + 2, rect.height()), Qt::AlignVCenter | Qt::TextSingleLine, text);
    if (!second.isEmpty()) {
        painter->setFont(secondFace);
        painter->setPen(theme::color(selected ? Token::Text2 : Token::Text3));
        painter->drawText(QRect(x + width + kGap, rect.y(), rest, rect.height()), Qt::AlignVCenter | Qt::TextSingleLine,
                          second);
    }
}

void paintFolded(QPainter *painter, const QRect &rect, const Cell &cell, bool selected)
{
    const int x = paintLeading(painter, rect, rect.x(), cell);
    const QFont face = fontOf(cell);
    QTextLayout layout(cell.text, face);
    fold(layout, rect.right() + 1 - x);
    painter->setPen(inkOf(cell, selected));
    layout.draw(painter, QPointF(x, rect.y() + (rect.height() - QFontMetricsF(face).height()) / 2));
}

bool saysNothing(const QModelIndex &index)
{
    return index.data(Qt::DisplayRole).toString().isEmpty() && !index.data(tables::BarRole).isValid();
}

/// A text that runs over the empty cells to its right: each of them paints the part that falls to it, since a row's
/// cells are painted one by one, each with its own ground.
void paintSpan(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index, bool selected)
{
    const auto *table = qobject_cast<const QTableView *>(option.widget);
    QModelIndex start = index;
    while (table && start.isValid() && !start.data(tables::SpanTextRole).isValid()) {
        if (!saysNothing(start) || start.column() == 0) {
            return;
        }
        start = start.siblingAtColumn(start.column() - 1);
    }
    const QString text = start.data(tables::SpanTextRole).toString();
    if (!table || text.isEmpty()) {
        return;
    }
    QRect rect = table->visualRect(start);
    for (QModelIndex next = start.siblingAtColumn(start.column() + 1); next.isValid() && saysNothing(next);
         next = next.siblingAtColumn(next.column() + 1)) {
        rect = rect.united(table->visualRect(next));
    }
    QFont italic = theme::font(FontRole::Small);
    italic.setItalic(true);
    painter->setClipRect(option.rect);
    painter->setFont(italic);
    painter->setPen(theme::color(selected ? Token::Text2 : Token::Text3));
    rect.adjust(metric::kCellPadding, 0, -metric::kCellPadding, 0);
    painter->drawText(rect, Qt::AlignVCenter | Qt::TextSingleLine,
                      QFontMetrics(italic).elidedText(text, Qt::ElideRight, rect.width()));
}

} // namespace

void ItemDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    painter->save();
    QStyleOptionViewItem ground = option;
    ground.state.setFlag(QStyle::State_MouseOver, index.row() == m_hoverRow);
    option.widget->style()->drawPrimitive(QStyle::PE_PanelItemViewItem, &ground, painter, option.widget);
    const bool selected = option.state & QStyle::State_Selected;
    if (index.data(tables::BandRole).toBool()) {
        paintBand(painter, option, index);
    }
    if (const QVariant form = index.data(tables::FormRole); form.isValid()) {
        paintRowForm(painter, option, index, static_cast<tables::RowForm>(form.toInt()));
        painter->restore();
        return;
    }
    if (!m_unruled) {
        painter->fillRect(QRect(option.rect.x(), option.rect.bottom(), option.rect.width(), 1),
                          theme::color(Token::RowLine));
    }
    const QRect rect = firstLine(option, contentRect(option, index));
    const Cell cell = readCell(index);
    if (cell.spark.isValid()) {
        paintSpark(painter, rect, cell.spark.value<tables::Spark>(), selected);
    } else if (cell.bar.isValid()) {
        paintLimitBar(painter, rect, cell.bar.value<tables::Bar>(), selected);
    } else if (folds(option, cell)) {
        painter->setClipRect(option.rect); // a row may not be as high yet as it shall be
        paintFolded(painter, rect, cell, selected);
    } else if (!cell.text.isEmpty() || leadingWidth(cell) > 0) {
        paintText(painter, rect, cell, selected);
    } else {
        paintSpan(painter, option, index, selected);
    }
    painter->restore();
}

int ItemDelegate::textWidth(const QString &text, const QFont &font) const
{
    // A table asks for all its cells each time one of them has another number, and shaping a text is what costs most.
    // In the fixed font texts of one length are as wide as one another; in others digits may differ ("4" is wider than
    // "0" in Inter), so that the widest stands for all.
    const auto isAscii = [](QChar letter) { return letter >= QLatin1Char(' ') && letter <= QLatin1Char('~'); };
    const bool fixed = font.fixedPitch() && std::all_of(text.begin(), text.end(), isAscii);
    QString shape = fixed ? QString(text.size(), QLatin1Char('0')) : text;
    for (QChar &letter : shape) {
        if (letter >= QLatin1Char('0') && letter <= QLatin1Char('9')) {
            letter = QLatin1Char('0');
        }
    }
    const QString key = font.key() + QLatin1Char('\n') + shape;
    if (const int *known = m_widths.object(key)) {
        return *known;
    }
    const int width = QFontMetrics(font).horizontalAdvance(shape.replace(QLatin1Char('0'), widestDigit(font)));
    m_widths.insert(key, new int(width));
    return width;
}

QSize ItemDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const int height = theme::Theme::instance().height(theme::Height::Row);
    if (index.data(tables::FormRole).isValid()) {
        return {0, height}; // goes over all columns
    }
    const Cell cell = readCell(index);
    // Whoever asks for a size does not always say where: only the column decides about the padding.
    QStyleOptionViewItem wide = option;
    wide.rect = QRect(0, 0, 1000, height);
    const int padding = wide.rect.width() - contentRect(wide, index).width();
    if (cell.bar.isValid() || cell.spark.isValid()) {
        return {padding + 64, height};
    }
    int width = leadingWidth(cell) + textWidth(cell.text, fontOf(cell)) + padding + 2;
    if (!cell.secondary.isEmpty()) {
        width += kGap + textWidth(cell.secondary, secondFontOf(cell));
    }
    return {width, height};
}

int ItemDelegate::extraHeight(const QStyleOptionViewItem &option, const QModelIndex &index, int width) const
{
    const Cell cell = readCell(index);
    if (!folds(option, cell)) {
        return 0;
    }
    QStyleOptionViewItem placed = option;
    placed.rect = QRect(0, 0, width, 0);
    const QFont face = fontOf(cell);
    const int room = contentRect(placed, index).width() - leadingWidth(cell);
    if (textWidth(cell.text, face) + metric::kSpace2 <= room) {
        return 0; // as nearly all do, and to break a text costs more
    }
    QTextLayout layout(cell.text, face);
    const qreal height = fold(layout, room);
    return std::max(0, qCeil(height - QFontMetricsF(face).height()));
}

} // namespace howdah::widgets
