// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/rowforms.h"

#include <QHeaderView>
#include <QPainter>
#include <QTableView>
#include <cmath>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/theme.h"

namespace howdah::widgets {

using tables::RowForm;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kChevron = 12;
constexpr int kEdge = 2;
constexpr int kGlyph = 20; ///< with its gap
constexpr int kBar = 4;

/// Left end of a visible column's content; of the first the pane's padding.
int contentLeft(const QTableView *table, int column)
{
    const QHeaderView *header = table->horizontalHeader();
    const int left = header->sectionViewportPosition(column);
    // The first column's titles stand behind the glyphs of their states.
    return left == 0 ? metric::kPanePadding + kGlyph : left + metric::kCellPadding;
}

/// The first column that is shown and whose width is not that of a number before the titles.
int titleColumn(const QTableView *table)
{
    const QHeaderView *header = table->horizontalHeader();
    for (int visual = 0; visual < header->count(); ++visual) {
        const int logical = header->logicalIndex(visual);
        if (!header->isSectionHidden(logical) &&
            table->model()->headerData(logical, Qt::Horizontal, tables::StretchRole).toBool()) {
            return logical;
        }
    }
    return header->logicalIndex(0);
}

/// Text in its font and colour; gives where it ends.
int put(QPainter *painter, const QRect &rect, int x, const QString &text, FontRole font, Token token)
{
    painter->setFont(theme::font(font));
    painter->setPen(theme::color(token));
    const QFontMetrics metrics(theme::font(font));
    const int room = std::max(0, rect.x() + rect.width() - x);
    const QString shown = metrics.elidedText(text, Qt::ElideRight, room);
    painter->drawText(QRect(x, rect.y(), room + 1, rect.height()), Qt::AlignVCenter | Qt::TextSingleLine, shown);
    return x + metrics.horizontalAdvance(shown);
}

void line(QPainter *painter, const QRect &rect, int from, int to, const QColor &ink, bool dashed)
{
    if (to - from < metric::kSpace2) {
        return;
    }
    QPen pen(ink, 1);
    if (dashed) {
        pen.setDashPattern({3, 3});
    }
    painter->setPen(pen);
    const int y = rect.center().y();
    painter->drawLine(from, y, to, y);
}

struct Words {
    QString text, secondary;
};

Words wordsOf(const QModelIndex &index)
{
    const QModelIndex first = index.siblingAtColumn(0);
    return {first.data().toString(), first.data(tables::SecondaryRole).toString()};
}

void paintHeading(QPainter *painter, const QRect &rect, const QModelIndex &index, bool folds, bool band)
{
    const Words words = wordsOf(index);
    int x = rect.x();
    if (folds) {
        const bool open = index.siblingAtColumn(0).data(tables::RadioRole).toBool();
        theme::paintIcon(painter, QRect(x - 2, rect.y() + (rect.height() - kChevron) / 2, kChevron, kChevron),
                         open ? QStringLiteral("chevron-down") : QStringLiteral("chevron-right"),
                         theme::color(Token::Text2));
        x += kChevron + 4;
    }
    x = put(painter, rect, x, words.text, FontRole::SmallStrong, Token::Text2);
    if (!words.secondary.isEmpty()) {
        x = put(painter, rect, x + metric::kSpace2, words.secondary, FontRole::Small,
                band ? Token::Text2 : Token::Text3);
    }
    if (!band) {
        line(painter, rect, x + metric::kSpace3, rect.right(), theme::color(Token::Hairline), false);
    }
}

void paintDivider(QPainter *painter, const QRect &rect, const QModelIndex &index)
{
    const Words words = wordsOf(index);
    const int left = put(painter, rect, rect.x(), words.text, FontRole::SmallStrong, Token::Text1) + metric::kSpace2;
    const QFontMetrics metrics(theme::font(FontRole::Small));
    const int right = rect.right() - metrics.horizontalAdvance(words.secondary) - metric::kSpace2 - 1;
    line(painter, rect, left, right, theme::color(Token::Text2), true);
    put(painter, rect, std::max(left, right + metric::kSpace2), words.secondary, FontRole::Small, Token::Text2);
}

void paintProgress(QPainter *painter, const QRect &rect, const QModelIndex &index)
{
    const auto bar = index.siblingAtColumn(0).data(tables::BarRole).value<tables::Bar>();
    const QRectF trough(rect.x(), rect.y() + 4, rect.width(), kBar);
    painter->fillRect(trough, theme::color(Token::Trough));
    painter->fillRect(QRectF(trough.x(), trough.y(), trough.width() * std::clamp(bar.fraction, 0.0, 1.0), kBar),
                      theme::color(Token::Accent));
}

} // namespace

void paintBand(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index)
{
    const auto *table = qobject_cast<const QTableView *>(option.widget);
    const bool selected = option.state & QStyle::State_Selected;
    if (!selected) {
        painter->fillRect(option.rect, theme::color(Token::RoleTint));
    }
    if (table && table->horizontalHeader()->sectionViewportPosition(index.column()) == 0) {
        painter->fillRect(QRect(0, option.rect.y(), kEdge, option.rect.height()), theme::color(Token::Accent));
    }
}

void paintRowForm(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index, RowForm form)
{
    const auto *table = qobject_cast<const QTableView *>(option.widget);
    if (!table) {
        return;
    }
    painter->setClipRect(option.rect);
    const bool band = index.data(tables::BandRole).toBool();
    QRect rect(metric::kPanePadding, option.rect.y(), table->viewport()->width() - 2 * metric::kPanePadding,
               option.rect.height());
    QRect inner = rect;
    inner.setLeft(contentLeft(table, titleColumn(table)));
    switch (form) {
    case RowForm::Heading:
    case RowForm::Fold:
        paintHeading(painter, rect, index, form == RowForm::Fold, band);
        break;
    case RowForm::Divider:
        paintDivider(painter, inner, index);
        break;
    case RowForm::Note:
        put(painter, inner, inner.x(), wordsOf(index).text, FontRole::Small, Token::Text2);
        break;
    case RowForm::Progress:
        paintProgress(painter, inner, index);
        break;
    case RowForm::Ordinary:
        break;
    }
}

void paintRadio(QPainter *painter, const QRectF &rect, bool on)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const QRectF ring = rect.adjusted(0.5, 0.5, -0.5, -0.5);
    painter->setPen(QPen(theme::color(on ? Token::FilledButton : Token::ControlBorder), 1));
    painter->setBrush(theme::color(on ? Token::FilledButton : Token::Surface));
    painter->drawEllipse(ring);
    if (on) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme::color(Token::OnFilled));
        painter->drawEllipse(rect.center(), 2.5, 2.5);
    }
    painter->restore();
}

void paintSpark(QPainter *painter, const QRectF &rect, const tables::Spark &spark, bool selected)
{
    double lowest = std::numeric_limits<double>::infinity(), highest = -lowest;
    for (const double value : spark.values) {
        if (!std::isnan(value)) {
            lowest = std::min(lowest, value);
            highest = std::max(highest, value);
        }
    }
    if (lowest > highest || spark.values.size() < 2) {
        return;
    }
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    painter->setPen(QPen(theme::color(selected ? Token::Text2 : Token::Standby), 1.25, Qt::SolidLine, Qt::RoundCap));
    // The scale is the value itself, not its range: what only trembles shall not look like an alarm.
    const double range = std::max(highest, 1e-9);
    const double tall = rect.height() * 0.55;
    QPolygonF run;
    for (std::size_t i = 0; i <= spark.values.size(); ++i) {
        const double value = i < spark.values.size() ? spark.values[i] : std::nan("");
        if (std::isnan(value)) {
            painter->drawPolyline(run);
            run.clear();
            continue;
        }
        const double share = static_cast<double>(i) / static_cast<double>(spark.values.size() - 1);
        run << QPointF(rect.left() + share * rect.width(),
                       rect.center().y() - (value - (highest + lowest) / 2) / range * tall);
    }
    painter->restore();
}

} // namespace howdah::widgets
