// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/answerbands.h"

#include <QHelpEvent>
#include <QPainter>
#include <QPainterPath>
#include <QToolTip>
#include <cmath>

#include "charts/canvasparts.h"
#include "charts/plotdata.h"
#include "charts/scales.h"
#include "theme/theme.h"

namespace howdah::charts {

using history::Answer;
using history::AnswerSpan;
using theme::color;
using theme::FontRole;
using theme::Token;

namespace {

constexpr int kLeft = 88, kRight = 16, kTop = 8;
constexpr int kBandHeight = 16, kGap = 14, kAxisHeight = 24;
constexpr int kTimesGap = 24, kTimesLeast = 56, kTimesMost = 96;
constexpr qint64 kShortestMs = 60'000;

double crisp(double value)
{
    return std::floor(value) + 0.5;
}

} // namespace

AnswerBands::AnswerBands(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("answer-bands"));
    setAccessibleName(tr("Who answered on each address"));
    setMouseTracking(true);
    connect(&theme::Theme::instance(), &theme::Theme::changed, this, qOverload<>(&QWidget::update));
}

void AnswerBands::setAddresses(const QStringList &names)
{
    if (names != m_addresses) {
        m_addresses = names;
        updateGeometry();
        update();
    }
}

void AnswerBands::setSelected(const QString &address)
{
    m_selected = address;
    update();
}

void AnswerBands::setSpan(qint64 ms)
{
    m_spanMs = ms;
    update();
    describe();
}

void AnswerBands::refresh(qint64 nowMs)
{
    m_nowMs = nowMs;
    update();
    describe();
}

int AnswerBands::rowHeight() const
{
    return std::max(kBandHeight, static_cast<int>(lineHeight()) + 2) + kGap;
}

QSize AnswerBands::sizeHint() const
{
    return {600, minimumSizeHint().height() + kTimesGap + kTimesMost};
}

QSize AnswerBands::minimumSizeHint() const
{
    return {280, kTop + static_cast<int>(m_addresses.size()) * rowHeight() + kAxisHeight};
}

QRectF AnswerBands::plotRect() const
{
    return QRectF(kLeft, kTop, std::max(1, width() - kLeft - kRight),
                  static_cast<double>(m_addresses.size()) * rowHeight());
}

QRect AnswerBands::bandRect(const QString &address) const
{
    const auto row = m_addresses.indexOf(address);
    if (row < 0) {
        return {};
    }
    const QRectF plot = plotRect();
    return QRectF(plot.left(), plot.top() + static_cast<double>(row) * rowHeight(), plot.width(), rowHeight() - kGap)
        .toRect();
}

/// What is known of it, if that is less than the span.
qint64 AnswerBands::fromMs() const
{
    const qint64 oldest = m_history ? m_history->oldestMs() : -1;
    const qint64 from = m_nowMs - m_spanMs;
    return oldest < 0 ? from : std::max(from, std::min(oldest, m_nowMs - kShortestMs));
}

double AnswerBands::xOf(qint64 monotonicMs) const
{
    const QRectF plot = plotRect();
    const qint64 from = fromMs();
    const double share =
        static_cast<double>(monotonicMs - from) / static_cast<double>(std::max<qint64>(1, m_nowMs - from));
    return plot.left() + std::clamp(share, 0.0, 1.0) * plot.width();
}

QString AnswerBands::wordOf(const Answer &answer) const
{
    switch (answer.by) {
    case Answer::By::Node:
        return answer.node;
    case Answer::By::Stranger:
        return tr("another server");
    case Answer::By::Nobody:
        break;
    }
    return tr("nobody");
}

QString AnswerBands::tell(const QString &address, const AnswerSpan &span) const
{
    const qint64 began = m_wallOf ? m_wallOf(span.fromMs) : 0;
    const QString who = tr("%1: %2").arg(address, wordOf(span.answer));
    if (began == 0) {
        return who;
    }
    const bool goesOn = m_nowMs - span.toMs <= history::AnswerHistory::kGapMs;
    return goesOn ? tr("%1 since %2").arg(who, localTime(began, true))
                  : tr("%1 from %2 to %3").arg(who, localTime(began, true), localTime(m_wallOf(span.toMs), true));
}

QString AnswerBands::tellAt(QPoint position) const
{
    for (const QString &address : m_addresses) {
        if (!m_history || !bandRect(address).contains(position)) {
            continue;
        }
        const std::vector<AnswerSpan> spans = m_history->spans(address, fromMs(), m_nowMs + 1);
        for (const AnswerSpan &span : spans) {
            if (position.x() >= xOf(span.fromMs) - 1 && position.x() <= xOf(span.toMs) + 1) {
                return tell(address, span);
            }
        }
    }
    return {};
}

bool AnswerBands::event(QEvent *event)
{
    if (event->type() == QEvent::ToolTip) {
        const auto *help = static_cast<QHelpEvent *>(event);
        const QString text = tellAt(help->pos());
        QToolTip::showText(help->globalPos(), text.toHtmlEscaped(), this);
        return true;
    }
    return QWidget::event(event);
}

/// For a screen reader: what stands now, and how often it was another.
void AnswerBands::describe()
{
    QStringList lines;
    for (const QString &address : std::as_const(m_addresses)) {
        const std::vector<AnswerSpan> spans =
            m_history ? m_history->spans(address, fromMs(), m_nowMs + 1) : std::vector<AnswerSpan>();
        if (!spans.empty()) {
            lines.append(tell(address, spans.back()));
        }
    }
    if (const QString text = lines.join(QStringLiteral(". ")); text != accessibleDescription()) {
        setAccessibleDescription(text);
    }
}

void AnswerBands::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    if (m_addresses.isEmpty() || !m_history) {
        return;
    }
    const QRectF plot = plotRect();
    const double left = height() - plot.bottom() - kAxisHeight - kTimesGap;
    const bool times = left >= kTimesLeast + lineHeight() / 2 && m_addresses.contains(m_selected);
    const QRectF below(plot.left(), plot.bottom() + kAxisHeight + kTimesGap, plot.width(),
                       std::min<double>(kTimesMost, left - lineHeight() / 2 - 4));
    paintAxis(&painter, times ? below.bottom() : plot.bottom());
    for (const QString &address : std::as_const(m_addresses)) {
        paintBand(&painter, address);
    }
    if (times) {
        paintTimes(&painter, below);
    }
}

void AnswerBands::paintBand(QPainter *painter, const QString &address) const
{
    const QRectF row = bandRect(address);
    const double baseline = row.center().y() + lineHeight() / 2 - 4;
    paintText(painter, address,
              {.at = {16, baseline},
               .font = address == m_selected ? FontRole::SmallStrong : FontRole::Small,
               .color = color(Token::Text1),
               .width = kLeft - 24});
    double last = -1; ///< where the name of the band before ends
    const std::vector<AnswerSpan> spans = m_history->spans(address, fromMs(), m_nowMs + 1);
    for (const AnswerSpan &span : spans) {
        const double from = xOf(span.fromMs);
        const QRectF band(from, row.top(), std::max(2.0, xOf(span.toMs) - from), row.height());
        const bool node = span.answer.by == Answer::By::Node;
        const QColor line = node ? theme::Theme::instance().series(static_cast<int>(m_nodes.indexOf(span.answer.node)))
                            : span.answer.by == Answer::By::Stranger ? color(Token::Warning)
                                                                     : color(Token::Critical);
        QColor ground = line;
        ground.setAlphaF(0.16F);
        painter->fillRect(band, node ? QBrush(ground) : QBrush(line, Qt::BDiagPattern));
        painter->fillRect(QRectF(band.left(), band.bottom() - 2, band.width(), 2), line);
        const QString word = wordOf(span.answer);
        if (from > last && textWidth(word, FontRole::Caption) + 10 < band.width()) {
            last = band.left() + 5 +
                   paintText(painter, word,
                             {.at = {band.left() + 5, baseline},
                              .font = FontRole::Caption,
                              .color = color(Token::Text1),
                              .halo = !node});
        }
    }
}

void AnswerBands::paintAxis(QPainter *painter, double bottom) const
{
    const QRectF plot = plotRect();
    const double axis = crisp(plot.bottom());
    const qint64 offset = m_wallOf && m_wallOf(m_nowMs) != 0 ? m_wallOf(m_nowMs) - m_nowMs : 0;
    const TimeStep step =
        timeStep(m_nowMs - fromMs(), static_cast<int>(plot.width()),
                 static_cast<int>(textWidth(QStringLiteral("00:00:00"), FontRole::FixedCaption) * 1.7));
    const qint64 zone = offset == 0 ? 0 : 1000LL * QDateTime::fromMSecsSinceEpoch(m_nowMs + offset).offsetFromUtc();
    const qint64 first = fromMs() + offset + zone;
    for (qint64 local = (first / step.stepMs + 1) * step.stepMs; local <= m_nowMs + offset + zone;
         local += step.stepMs) {
        const double x = crisp(xOf(local - offset - zone));
        painter->setPen(color(Token::Grid));
        painter->drawLine(QPointF(x, plot.top()), QPointF(x, bottom));
        painter->setPen(color(Token::Axis));
        painter->drawLine(QPointF(x, axis), QPointF(x, axis + 5));
        const QString time = localTime(local - zone, step.stepMs < 60'000);
        const double half = textWidth(time, FontRole::FixedCaption) / 2;
        if (offset != 0 && x + half <= width() && x - half >= kLeft - 8) {
            paintText(painter, time,
                      {.at = {x - half, axis + 5 + lineHeight()},
                       .font = FontRole::FixedCaption,
                       .color = color(Token::Text3)});
        }
    }
    painter->setPen(color(Token::Axis));
    painter->drawLine(QPointF(plot.left(), axis), QPointF(plot.right(), axis));
}

void AnswerBands::paintTimes(QPainter *painter, const QRectF &rect) const
{
    const std::vector<history::SeriesPoint> points =
        m_history->times(m_selected, fromMs(), m_nowMs + 1, static_cast<int>(rect.width()));
    double highest = 1;
    for (const history::SeriesPoint &point : points) {
        highest = std::isnan(point.value) ? highest : std::max(highest, point.value);
    }
    const Scale scale = millisecondsScale(highest);
    const auto yOf = [&](double value) { return rect.bottom() - value / scale.top * rect.height(); };
    const std::vector<double> ticks = scale.ticks();
    for (const double tick : {ticks.front(), ticks.back()}) {
        const double y = crisp(yOf(tick));
        painter->setPen(color(tick > 0 ? Token::Grid : Token::Axis));
        painter->drawLine(QPointF(rect.left(), y), QPointF(rect.right(), y));
        paintText(painter, scale.label(tick),
                  {.at = {rect.left() - 8, y + lineHeight() / 2 - 4},
                   .font = FontRole::FixedCaption,
                   .color = color(Token::Text3),
                   .align = Qt::AlignRight});
    }
    paintText(
        painter, tr("connect to %1").arg(m_selected),
        {.at = {rect.left(), rect.top() - 7}, .font = FontRole::Caption, .color = color(Token::Text2), .halo = true});
    QPainterPath path;
    bool drawn = false;
    for (const history::SeriesPoint &point : points) {
        const QPointF at(xOf(point.monotonicMs), std::isnan(point.value) ? 0 : yOf(point.value));
        if (std::isnan(point.value)) {
            drawn = false;
        } else if (drawn) {
            path.lineTo(at);
        } else {
            path.moveTo(at);
            path.lineTo(at + QPointF(0.5, 0)); // also where it stands alone
            drawn = true;
        }
    }
    painter->setPen(QPen(theme::Theme::instance().series(0), 1.2));
    painter->setBrush(Qt::NoBrush);
    painter->drawPath(path);
}

} // namespace howdah::charts
