// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/stripparts.h"

#include <QPainter>

#include "tables/roles.h"
#include "theme/glyphs.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"

namespace howdah::widgets {

using cluster::Verdict;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

VerdictBlock::VerdictBlock(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("verdict-block"));
    setFixedWidth(metric::kVerdictWidth);
}

void VerdictBlock::setVerdict(const ShownVerdict &verdict)
{
    if (verdict == m_verdict) {
        return;
    }
    m_verdict = verdict;
    setAccessibleName(tr("Verdict: %1").arg(verdict.word));
    setAccessibleDescription(verdict.detail);
    setToolTip(tables::plainToolTip(verdict.detail));
    update();
}

void VerdictBlock::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme::color(theme::verdictTint(m_verdict.verdict)));
    painter.fillRect(QRect(0, 0, 3, height()), theme::color(theme::verdictMark(m_verdict.verdict)));
    theme::paintVerdict(&painter, QRectF(16, (height() - 24) / 2, 24, 24), m_verdict.verdict);
    const int x = 52;
    const QFont heading = theme::font(FontRole::Heading);
    const QFont caption = theme::font(FontRole::Caption);
    const QFontMetrics big(heading);
    const QFontMetrics small(caption);
    const int top = (height() - big.height() - small.height()) / 2;
    painter.setFont(heading);
    painter.setPen(theme::color(Token::Text1));
    painter.drawText(QRect(x, top, width() - x - 8, big.height()), Qt::AlignVCenter, m_verdict.word);
    painter.setFont(caption);
    painter.setPen(theme::color(Token::Text2));
    painter.drawText(QRect(x, top + big.height(), width() - x - 8, small.height()), Qt::AlignVCenter,
                     small.elidedText(m_verdict.detail, Qt::ElideRight, width() - x - 8));
}

StripField::StripField(const QString &caption, const QString &name, QWidget *parent)
    : QWidget(parent)
    , m_caption(caption)
{
    setObjectName(name);
    describe();
}

void StripField::setStatement(const Statement &statement)
{
    if (statement == m_statement) {
        return;
    }
    m_statement = statement;
    describe();
    update();
}

void StripField::setTag(const QString &tag)
{
    if (tag != m_tag) {
        m_tag = tag;
        describe();
        update();
    }
}

QString StripField::whole() const
{
    return m_statement.text() + (m_tag.isEmpty() ? QString() : QStringLiteral(", ") + m_tag);
}

void StripField::describe()
{
    setAccessibleName(m_caption + QStringLiteral(": ") + whole());
}

void StripField::tellWhole(bool seen)
{
    const QString tip = seen ? QString() : tables::plainToolTip(whole());
    if (tip != toolTip()) {
        setToolTip(tip);
    }
}

void StripField::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(QRect(0, 0, 1, height()), theme::color(Token::Hairline));
    const QFont captionFont = theme::font(FontRole::Caption);
    QFont strong = theme::font(FontRole::BodyStrong);
    if (m_fixed) {
        // The fixed font runs larger than the text beside it: the size of a sentence, not of a column.
        strong = theme::font(FontRole::FixedStrong);
        strong.setPointSizeF(theme::font(FontRole::Body).pointSizeF());
    }
    const QFont plain = theme::font(FontRole::Body);
    const QFontMetrics captionMetrics(captionFont);
    const int line = std::max(20, QFontMetrics(plain).height());
    const int top = (height() - captionMetrics.height() - line) / 2;
    const int left = metric::kSpace4;
    const int room = width() - left - metric::kSpace2;
    painter.setFont(captionFont);
    painter.setPen(theme::color(Token::Text3));
    painter.drawText(QRect(left, top, room, captionMetrics.height()), Qt::AlignVCenter,
                     captionMetrics.elidedText(m_caption, Qt::ElideRight, room));

    const int y = top + captionMetrics.height();
    QFont face = m_statement.nonValue ? plain : strong;
    face.setItalic(m_statement.nonValue);
    const QFontMetrics metrics(face);
    const QString head = metrics.elidedText(m_statement.strong, Qt::ElideRight, room);
    const int width1 = metrics.horizontalAdvance(head);
    painter.setFont(face);
    painter.setPen(theme::color(m_statement.nonValue              ? Token::Text3
                                : m_statement.tone == Verdict::Ok ? Token::Text1
                                                                  : theme::verdictText(m_statement.tone)));
    painter.drawText(QRect(left, y, width1 + 2, line), Qt::AlignVCenter | Qt::TextSingleLine, head);
    int x = left + width1;
    const QFontMetrics restMetrics(plain);
    const QString rest = restMetrics.elidedText(m_statement.rest, Qt::ElideRight, left + room - x);
    if (!rest.isEmpty()) {
        painter.setFont(plain);
        painter.setPen(theme::color(Token::Text2));
        painter.drawText(QRect(x, y, left + room - x, line), Qt::AlignVCenter | Qt::TextSingleLine, rest);
        x += restMetrics.horizontalAdvance(rest);
    }
    const int tagWidth = captionMetrics.horizontalAdvance(m_tag) + 14;
    const bool tagged = !m_tag.isEmpty() && left + room - x - 8 >= tagWidth;
    tellWhole(head == m_statement.strong && rest == m_statement.rest && (tagged || m_tag.isEmpty()));
    if (tagged) {
        const QRect frame(x + 8, y + (line - 18) / 2, tagWidth, 18);
        theme::paintRounded(&painter, frame, metric::kRadiusCheckBox, {}, theme::color(Token::Text2));
        painter.setFont(captionFont);
        painter.setPen(theme::color(Token::Text1));
        painter.drawText(frame, Qt::AlignCenter, m_tag);
    }
}

} // namespace howdah::widgets
