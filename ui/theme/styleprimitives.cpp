// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemView>
#include <QPainter>
#include <QPushButton>
#include <QStyleOption>

#include "theme/howdahstyle.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"

namespace howdah::theme {

namespace {

bool has(const QStyleOption *option, QStyle::StateFlag flag)
{
    return option->state & flag;
}

void paintButton(const QStyleOption *option, QPainter *painter, const QWidget *widget)
{
    const int ring = metric::kFocusRing + metric::kFocusOffset;
    const bool push = qobject_cast<const QPushButton *>(widget) != nullptr;
    const QRectF rect = push ? option->rect.adjusted(ring, ring, -ring, -ring) : option->rect;
    const bool enabled = has(option, QStyle::State_Enabled);
    const bool down = has(option, QStyle::State_Sunken) || has(option, QStyle::State_On);
    QColor fill = color(Token::Raised);
    QColor border = color(enabled ? Token::Border : Token::Hairline);
    if (widget && widget->property("howdahFilled").toBool() && enabled) {
        fill = color(Token::FilledButton);
        if (down) {
            fill = fill.darker(115);
        } else if (has(option, QStyle::State_MouseOver)) {
            fill = fill.darker(107);
        }
        border = fill;
    } else if (enabled && (down || has(option, QStyle::State_MouseOver))) {
        fill = color(down ? Token::Trough : Token::Hover);
    }
    paintRounded(painter, rect, metric::kRadiusControl, fill, border);
    if (push && has(option, QStyle::State_HasFocus)) {
        paintFocusRing(painter, option->rect, metric::kRadiusCard);
    }
}

void paintToolButton(const QStyleOption *option, QPainter *painter)
{
    const bool down = has(option, QStyle::State_Sunken) || has(option, QStyle::State_On);
    if (has(option, QStyle::State_Enabled) && (down || has(option, QStyle::State_MouseOver))) {
        paintRounded(painter, option->rect, metric::kRadiusControl, color(down ? Token::Trough : Token::Hover), {});
    }
    if (has(option, QStyle::State_HasFocus) && has(option, QStyle::State_KeyboardFocusChange)) {
        paintFocusRing(painter, option->rect, metric::kRadiusControl);
    }
}

void paintField(const QStyleOption *option, QPainter *painter)
{
    const bool enabled = has(option, QStyle::State_Enabled);
    paintRounded(painter, option->rect, metric::kRadiusControl, color(enabled ? Token::Surface : Token::Window),
                 color(enabled ? Token::ControlBorder : Token::Border));
    if (has(option, QStyle::State_HasFocus)) {
        paintFocusRing(painter, option->rect, metric::kRadiusControl);
    }
}

void paintCheckBox(const QStyleOption *option, QPainter *painter)
{
    const bool enabled = has(option, QStyle::State_Enabled);
    const QRectF box(option->rect.x(), option->rect.y(), 14, 14);
    if (!has(option, QStyle::State_On) && !has(option, QStyle::State_NoChange)) {
        paintRounded(painter, box, metric::kRadiusCheckBox, color(Token::Surface),
                     color(enabled ? Token::ControlBorder : Token::Border));
        return;
    }
    const QColor fill = color(enabled ? Token::FilledButton : Token::Disabled);
    paintRounded(painter, box, metric::kRadiusCheckBox, fill, fill);
    const QColor mark = color(enabled ? Token::OnFilled : Token::Surface);
    if (has(option, QStyle::State_On)) {
        paintIcon(painter, box, QStringLiteral("check"), mark);
    } else {
        painter->fillRect(QRectF(box.x() + 4, box.y() + 6, 6, 2), mark);
    }
}

void paintRadioButton(const QStyleOption *option, QPainter *painter)
{
    const bool enabled = has(option, QStyle::State_Enabled);
    const QRectF circle(option->rect.x(), option->rect.y(), 14, 14);
    if (!has(option, QStyle::State_On)) {
        paintRounded(painter, circle, 7, color(Token::Surface), color(enabled ? Token::ControlBorder : Token::Border));
        return;
    }
    paintRounded(painter, circle, 7, color(enabled ? Token::FilledButton : Token::Disabled), {});
    paintRounded(painter, circle.adjusted(4, 4, -4, -4), 3, color(Token::Surface), {});
}

void paintItem(const QStyleOption *option, QPainter *painter)
{
    const auto *item = qstyleoption_cast<const QStyleOptionViewItem *>(option);
    if (item && item->backgroundBrush.style() != Qt::NoBrush) {
        painter->fillRect(option->rect, item->backgroundBrush);
    }
    if (has(option, QStyle::State_Selected)) {
        painter->fillRect(option->rect,
                          color(has(option, QStyle::State_Active) ? Token::Selection : Token::SelectionInactive));
    } else if (has(option, QStyle::State_MouseOver) && has(option, QStyle::State_Enabled)) {
        painter->fillRect(option->rect, color(Token::Hover));
    }
}

void paintChevron(const QStyleOption *option, QPainter *painter, const QString &name)
{
    const QRect box(0, 0, metric::kIconSize, metric::kIconSize);
    QRect rect = box;
    rect.moveCenter(option->rect.center());
    paintIcon(painter, rect, name, color(has(option, QStyle::State_Enabled) ? Token::Text2 : Token::Disabled));
}

void paintBranch(const QStyleOption *option, QPainter *painter)
{
    if (has(option, QStyle::State_Children)) {
        paintChevron(option, painter,
                     has(option, QStyle::State_Open) ? QStringLiteral("chevron-down")
                                                     : QStringLiteral("chevron-right"));
    }
}

void paintSeparator(const QStyleOption *option, QPainter *painter)
{
    const QRect r = option->rect;
    painter->fillRect(QRect(r.center().x(), r.center().y() - 8, 1, 16), color(Token::Border));
}

} // namespace

void HowdahStyle::drawPrimitive(PrimitiveElement element, const QStyleOption *option, QPainter *painter,
                                const QWidget *widget) const
{
    switch (element) {
    case PE_PanelButtonCommand:
        return paintButton(option, painter, widget);
    case PE_PanelButtonTool:
        return paintToolButton(option, painter);
    case PE_PanelLineEdit: {
        const auto *frame = qstyleoption_cast<const QStyleOptionFrame *>(option);
        if (!frame || frame->lineWidth > 0) {
            paintField(option, painter);
        }
        return;
    }
    case PE_FrameLineEdit:
        return paintField(option, painter);
    case PE_IndicatorCheckBox:
    case PE_IndicatorItemViewItemCheck:
        return paintCheckBox(option, painter);
    case PE_IndicatorRadioButton:
        return paintRadioButton(option, painter);
    case PE_PanelItemViewItem:
        return paintItem(option, painter);
    case PE_IndicatorBranch:
        return paintBranch(option, painter);
    case PE_IndicatorArrowDown:
    case PE_IndicatorSpinDown:
        return paintChevron(option, painter, QStringLiteral("chevron-down"));
    case PE_IndicatorArrowUp:
    case PE_IndicatorSpinUp:
        return paintChevron(option, painter, QStringLiteral("chevron-up"));
    case PE_IndicatorArrowRight:
        return paintChevron(option, painter, QStringLiteral("chevron-right"));
    case PE_IndicatorToolBarSeparator:
        return paintSeparator(option, painter);
    case PE_FrameFocusRect:
        // Rows and buttons paint their own ring.
        if (!qobject_cast<const QAbstractItemView *>(widget) && !qobject_cast<const QPushButton *>(widget)) {
            paintFocusRing(painter, option->rect, metric::kRadiusCheckBox);
        }
        return;
    case PE_PanelMenu:
        painter->fillRect(option->rect, color(Token::Raised));
        return;
    case PE_FrameMenu:
        return paintRounded(painter, option->rect, 0, {}, color(Token::Border));
    case PE_PanelTipLabel:
        return paintRounded(painter, option->rect, 0, color(Token::Raised), color(Token::Border));
    case PE_Frame:
    case PE_FrameWindow:
    case PE_FrameGroupBox:
        return paintRounded(painter, option->rect, 0, {}, color(Token::Hairline));
    case PE_PanelItemViewRow:
    case PE_FrameTabWidget:
    case PE_FrameTabBarBase:
    case PE_FrameStatusBarItem:
    case PE_PanelStatusBar:
    case PE_FrameDockWidget:
    case PE_IndicatorToolBarHandle:
    case PE_PanelMenuBar:
        return;
    default:
        QProxyStyle::drawPrimitive(element, option, painter, widget);
    }
}

} // namespace howdah::theme
