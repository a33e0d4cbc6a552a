// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label.h"

#include <QFontInfo>
#include <QPainter>
#include <QTextLayout>

#include "tables/roles.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Theme;
using theme::Token;

Label::Label(FontRole role, Token token, QWidget *parent)
    : Label(QString(), role, token, parent)
{
}

Label::Label(const QString &text, FontRole role, Token token, QWidget *parent)
    : QLabel(parent)
    , m_role(role)
    , m_token(token)
{
    setTextFormat(Qt::PlainText);
    // Left alone, the role follows the ground behind, and the colour set for this one would be lost on a surface.
    setForegroundRole(QPalette::WindowText);
    setText(text);
    restyle();
    connect(&Theme::instance(), &Theme::changed, this, &Label::restyle);
}

void Label::setToken(Token token)
{
    if (token != m_token) {
        m_token = token;
        restyle();
    }
}

void Label::setRole(FontRole role)
{
    if (role != m_role) {
        m_role = role;
        restyle();
    }
}

void Label::setItalic(bool italic)
{
    if (italic != m_italic) {
        m_italic = italic;
        restyle();
    }
}

void Label::setElided(bool elided)
{
    m_elided = elided;
    m_measured = {};
    if (elided) {
        setSizePolicy(QSizePolicy::Ignored, sizePolicy().verticalPolicy());
    }
}

void Label::setGivesWay()
{
    m_elided = true;
    m_measured = {};
    setSizePolicy(QSizePolicy::Maximum, sizePolicy().verticalPolicy());
}

void Label::setParagraph()
{
    m_paragraph = true;
    m_measured = {};
    setWordWrap(true);
    setAlignment(Qt::AlignLeft | Qt::AlignTop);
    QSizePolicy policy(QSizePolicy::Preferred, QSizePolicy::Minimum);
    policy.setHeightForWidth(true);
    setSizePolicy(policy);
}

int Label::layOut(int width, QPainter *painter) const
{
    const QMargins margins = contentsMargins();
    const int room = std::max(40, width - margins.left() - margins.right());
    const int lineHeight = std::max(fontMetrics().height(), qRound(QFontInfo(font()).pixelSize() * 1.5));
    int y = margins.top();
    for (const QString &part : text().split(QLatin1Char('\n'))) {
        QTextLayout layout(part, font());
        QTextOption option;
        option.setWrapMode(QTextOption::WrapAtWordBoundaryOrAnywhere); // a host's name may be longer than a line
        layout.setTextOption(option);
        layout.beginLayout();
        for (QTextLine line = layout.createLine(); line.isValid(); line = layout.createLine()) {
            line.setLineWidth(room);
            if (painter) {
                line.setPosition(QPointF(0, 0));
                line.draw(painter, QPointF(margins.left(), y + (lineHeight - line.height()) / 2));
            }
            y += lineHeight;
        }
        layout.endLayout();
    }
    return y + margins.bottom();
}

Label::Measured &Label::measured() const
{
    if (m_measured.text != text() || m_measured.margins != contentsMargins() || m_measured.wraps != wordWrap()) {
        m_measured = {text(), contentsMargins(), wordWrap(), {}, {}, {}};
    }
    return m_measured;
}

void Label::changeEvent(QEvent *event)
{
    QLabel::changeEvent(event);
    if (event->type() == QEvent::FontChange || event->type() == QEvent::StyleChange) {
        m_measured = {};
    }
}

int Label::heightForWidth(int width) const
{
    constexpr std::size_t kMostWidths = 8;
    auto &heights = measured().heights;
    const auto known =
        std::find_if(heights.begin(), heights.end(), [&](const auto &one) { return one.first == width; });
    if (known != heights.end()) {
        return known->second;
    }
    const int height = m_paragraph ? layOut(width, nullptr) : QLabel::heightForWidth(width);
    if (heights.size() >= kMostWidths) {
        heights.erase(heights.begin());
    }
    heights.emplace_back(width, height);
    return height;
}

QSize Label::sizeHint() const
{
    std::optional<QSize> &hint = measured().hint;
    if (!hint) {
        hint = measureHint();
    }
    return *hint;
}

QSize Label::minimumSizeHint() const
{
    std::optional<QSize> &least = measured().least;
    if (!least) {
        least = measureLeast();
    }
    return *least;
}

QSize Label::measureHint() const
{
    if (!m_paragraph) {
        const QSize hint = QLabel::sizeHint();
        // A fraction of a pixel less, and its last letter would become an ellipsis.
        return m_elided ? hint.expandedTo({fontMetrics().horizontalAdvance(text()) + 1, 0}) : hint;
    }
    const int width = std::min(320, fontMetrics().horizontalAdvance(text()) + 2);
    return {width, layOut(width, nullptr)};
}

QSize Label::measureLeast() const
{
    if (m_paragraph) {
        return {80, fontMetrics().height()};
    }
    const QSize hint = QLabel::minimumSizeHint();
    return m_elided ? QSize(fontMetrics().horizontalAdvance(QStringLiteral("m…")), hint.height()) : hint;
}

void Label::paintEvent(QPaintEvent *event)
{
    if (m_paragraph) {
        QPainter painter(this);
        painter.setPen(palette().color(foregroundRole()));
        layOut(width(), &painter);
        return;
    }
    if (!m_elided) {
        QLabel::paintEvent(event);
        return;
    }
    const QString shown = fontMetrics().elidedText(text(), Qt::ElideRight, contentsRect().width());
    const QString tip = shown == text() ? QString() : tables::plainToolTip(text());
    if (toolTip() != tip) {
        setToolTip(tip);
    }
    QPainter painter(this);
    painter.setPen(palette().color(foregroundRole()));
    painter.drawText(contentsRect(), static_cast<int>(alignment()) | Qt::TextSingleLine, shown);
}

void Label::restyle()
{
    QFont face = theme::font(m_role);
    face.setItalic(m_italic);
    setFont(face);
    QPalette colors = palette();
    colors.setColor(QPalette::WindowText, theme::color(m_token));
    setPalette(colors);
}

} // namespace howdah::widgets
