// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/glyphs.h"

#include <QPainter>

#include "theme/icons.h"
#include "theme/theme.h"

namespace howdah::theme {

using cluster::NodeRole;
using cluster::Verdict;

QString verdictIcon(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Ok:
        return QStringLiteral("finding-ok");
    case Verdict::Warning:
        return QStringLiteral("finding-warning");
    case Verdict::Critical:
        return QStringLiteral("finding-critical");
    case Verdict::Unknown:
        break;
    }
    return QStringLiteral("unknown");
}

Token verdictMark(Verdict verdict)
{
    return verdict == Verdict::Warning ? Token::WarningMark : verdictText(verdict);
}

Token verdictText(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Ok:
        return Token::Ok;
    case Verdict::Warning:
        return Token::Warning;
    case Verdict::Critical:
        return Token::Critical;
    case Verdict::Unknown:
        break;
    }
    return Token::Unknown;
}

Token verdictTint(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Ok:
        return Token::OkTint;
    case Verdict::Warning:
        return Token::WarningTint;
    case Verdict::Critical:
        return Token::CriticalTint;
    case Verdict::Unknown:
        break;
    }
    return Token::UnknownTint;
}

void paintVerdict(QPainter *painter, const QRectF &rect, Verdict verdict)
{
    paintIcon(painter, rect, verdictIcon(verdict), color(verdictMark(verdict)));
}

// The icons are named as the roles are.
QString roleIcon(NodeRole role)
{
    return cluster::roleKey(role);
}

Token roleMark(NodeRole role)
{
    switch (role) {
    case NodeRole::Primary:
        return Token::Primary;
    case NodeRole::Standby:
        return Token::Standby;
    case NodeRole::CascadingStandby:
        return Token::Cascading;
    case NodeRole::Witness:
        return Token::Witness;
    case NodeRole::Unknown:
        break;
    }
    return Token::Unknown;
}

Token roleText(NodeRole role)
{
    return role == NodeRole::CascadingStandby ? Token::CascadingText : roleMark(role);
}

void paintRoleBadge(QPainter *painter, const QRectF &rect, NodeRole role, bool stale)
{
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    const bool known = role != NodeRole::Unknown && !stale;
    QPen pen(color(known ? roleMark(role) : Token::Unknown), 1.5);
    if (!known) {
        pen.setDashPattern({2, 2});
        pen.setCapStyle(Qt::FlatCap);
    }
    painter->setPen(pen);
    painter->setBrush(Qt::NoBrush);
    QColor glyph = pen.color();
    const QRectF ring = rect.adjusted(0.75, 0.75, -0.75, -0.75);
    if (role == NodeRole::Primary) {
        if (known) {
            painter->setPen(Qt::NoPen);
            painter->setBrush(pen.color());
            glyph = color(Token::OnPrimary);
        }
        painter->drawRoundedRect(known ? rect : ring, 5, 5);
    } else if (role == NodeRole::Witness) {
        const QPointF c = rect.center();
        const qreal r = rect.width() / 2 - 0.75;
        painter->drawPolygon(
            QPolygonF({{c.x(), c.y() - r}, {c.x() + r, c.y()}, {c.x(), c.y() + r}, {c.x() - r, c.y()}}));
    } else {
        if (known && role == NodeRole::Standby) {
            painter->setBrush(color(Token::RoleTint));
        }
        painter->drawEllipse(ring);
    }
    painter->restore();
    const qreal share = role == NodeRole::Witness ? 14.0 / 28 : 16.0 / 28;
    QRectF icon(0, 0, rect.width() * share, rect.width() * share);
    icon.moveCenter(rect.center());
    paintIcon(painter, icon, roleIcon(role), glyph);
}

} // namespace howdah::theme
