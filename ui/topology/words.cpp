// SPDX-License-Identifier: GPL-3.0-or-later
#include <QPainter>
#include <cmath>

#include "topology/items.h"

namespace howdah::topology {

using theme::FontRole;

namespace {

QFont fontOf(const TextLine &line)
{
    QFont font = theme::pixelFont(line.font);
    font.setItalic(line.italic);
    if (line.strong) {
        font.setWeight(QFont::DemiBold);
    }
    return font;
}

} // namespace

qreal textWidth(const QString &text, FontRole font)
{
    return QFontMetricsF(theme::pixelFont(font)).horizontalAdvance(text);
}

qreal paintText(QPainter *painter, const QString &text, const TextLine &line)
{
    if (text.isEmpty() || line.width <= 0) {
        return 0;
    }
    const QFont font = fontOf(line);
    const QFontMetricsF metrics(font);
    const QString shown = metrics.horizontalAdvance(text) <= line.width + 0.5
                              ? text
                              : metrics.elidedText(text, Qt::ElideRight, line.width);
    const qreal width = metrics.horizontalAdvance(shown);
    QPointF at = line.at;
    if (line.align & Qt::AlignRight) {
        at.rx() -= width;
    } else if (line.align & Qt::AlignHCenter) {
        at.rx() -= width / 2;
    }
    painter->setFont(font);
    painter->setPen(line.color);
    painter->drawText(at, shown);
    return width;
}

qreal foldedWidth(const QString &text, FontRole font)
{
    const QFontMetricsF metrics(theme::pixelFont(font));
    qreal least = metrics.horizontalAdvance(text);
    for (auto at = text.indexOf(QLatin1Char(' ')); at >= 0; at = text.indexOf(QLatin1Char(' '), at + 1)) {
        least = std::min(
            least, std::max(metrics.horizontalAdvance(text.left(at)), metrics.horizontalAdvance(text.mid(at + 1))));
    }
    return least;
}

QStringList foldedText(const QString &text, FontRole font, qreal width)
{
    const QFontMetricsF metrics(theme::pixelFont(font));
    if (metrics.horizontalAdvance(text) <= width + 0.5) {
        return {text};
    }
    for (auto at = text.lastIndexOf(QLatin1Char(' ')); at > 0; at = text.lastIndexOf(QLatin1Char(' '), at - 1)) {
        if (metrics.horizontalAdvance(text.left(at)) <= width + 0.5) {
            return {text.left(at), text.mid(at + 1)};
        }
    }
    return {text};
}

qreal fontFactor()
{
    constexpr qreal kMockup = 13;
    const qreal factor = theme::pixelFont(FontRole::Body).pixelSize() / kMockup;
    return std::abs(factor - 1) < 0.08 ? 1 : std::clamp<qreal>(factor, 0.8, 3);
}

QString plainToolTip(const QString &text)
{
    return text.isEmpty() ? QString() : QStringLiteral("<qt>%1</qt>").arg(text.toHtmlEscaped());
}

Words wordsOf(const cluster::ClusterState &state)
{
    // In steps: a layout shall not tremble with every digit.
    const auto roomy = [](qreal width) { return std::ceil(width / 8 + 0.01) * 8; };
    const cluster::Topology &topology = state.assessment->topology;
    Words words;
    for (int i = 0; i < static_cast<int>(topology.consumers.size()); ++i) {
        const ConsumerFace face = consumerFace(state, i);
        ConsumerWords wide;
        wide.marked = face.verdict != cluster::Verdict::Ok;
        wide.name = roomy(textWidth(face.name, FontRole::Small));
        wide.detail = roomy(textWidth(face.detail, FontRole::Caption));
        wide.folded = roomy(foldedWidth(face.detail, FontRole::Caption));
        wide.bytes = std::max(wide.bytes * fontFactor(), roomy(textWidth(face.bytes, FontRole::FixedStrong)));
        words.consumers.push_back(wide);
    }
    for (int i = 0; i < static_cast<int>(topology.edges.size()); ++i) {
        const EdgeFace face = edgeFace(state, i);
        EdgeWords wide;
        wide.width = std::max(wide.width * fontFactor(), textWidth(face.above, FontRole::SmallStrong));
        for (const QString &line : face.below) {
            wide.width = std::max(wide.width, textWidth(line, FontRole::FixedCaption));
        }
        wide.width = roomy(wide.width);
        wide.below = static_cast<int>(face.below.size());
        words.edges.push_back(wide);
    }
    return words;
}

} // namespace howdah::topology
