// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFontMetrics>
#include <QHeaderView>
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

void paintPushButtonLabel(const QStyleOptionButton *button, QPainter *painter, const QWidget *widget)
{
    const bool large = widget && widget->property("howdahDialogSize").toBool();
    const bool filled = widget && widget->property("howdahFilled").toBool();
    const bool enabled = has(button, QStyle::State_Enabled);
    QFont face = font(large ? FontRole::Body : FontRole::Small);
    if (filled) {
        face.setWeight(QFont::DemiBold);
    }
    const QFontMetrics metrics(face);
    QRect rect = button->rect;
    const int text = metrics.size(Qt::TextShowMnemonic, button->text).width();
    const int icon = button->icon.isNull() ? 0 : metric::kIconSize;
    const int gap = icon > 0 && text > 0 ? 6 : 0;
    int x = rect.x() + std::max(0, (rect.width() - text - icon - gap) / 2);
    if (icon > 0) {
        const QRect box(x, rect.center().y() - icon / 2 + 1, icon, icon);
        button->icon.paint(painter, box, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
        x += icon + gap;
    }
    painter->setFont(face);
    painter->setPen(color(!enabled ? Token::Disabled : filled ? Token::OnFilled : Token::Text1));
    painter->drawText(QRect(x, rect.y(), rect.right() - x + 1, rect.height()),
                      Qt::AlignLeft | Qt::AlignVCenter | Qt::TextShowMnemonic | Qt::TextSingleLine, button->text);
}

void paintToolButtonLabel(const QStyleOptionToolButton *button, QPainter *painter)
{
    const bool enabled = has(button, QStyle::State_Enabled);
    const bool text = button->toolButtonStyle != Qt::ToolButtonIconOnly && !button->text.isEmpty();
    const QRect rect = button->rect;
    const int size = metric::kIconSize;
    const int left = text ? metric::kSpace2 : (rect.width() - size) / 2;
    const QRect box(rect.x() + left, rect.y() + (rect.height() - size) / 2, size, size);
    int x = box.x();
    if (!button->icon.isNull()) {
        button->icon.paint(painter, box, Qt::AlignCenter, enabled ? QIcon::Normal : QIcon::Disabled);
        x = box.right() + 1 + 6;
    }
    if (text) {
        painter->setFont(font(FontRole::Body));
        painter->setPen(color(enabled ? Token::Text2 : Token::Disabled));
        painter->drawText(QRect(x, rect.y(), rect.right() - x + 1, rect.height()),
                          Qt::AlignLeft | Qt::AlignVCenter | Qt::TextHideMnemonic | Qt::TextSingleLine, button->text);
    }
}

void paintTab(const QStyleOptionTab *tab, QPainter *painter)
{
    const bool selected = has(tab, QStyle::State_Selected);
    if (selected) {
        painter->fillRect(QRect(tab->rect.x(), tab->rect.bottom() - 1, tab->rect.width(), 2), color(Token::Accent));
    } else if (has(tab, QStyle::State_MouseOver) && has(tab, QStyle::State_Enabled)) {
        painter->fillRect(QRect(tab->rect.x(), tab->rect.bottom() - 1, tab->rect.width(), 2), color(Token::Border));
    }
    painter->setFont(font(selected ? FontRole::BodyStrong : FontRole::Body));
    painter->setPen(color(!has(tab, QStyle::State_Enabled) ? Token::Disabled : selected ? Token::Text1 : Token::Text2));
    painter->drawText(tab->rect, Qt::AlignCenter | Qt::TextShowMnemonic, tab->text);
    if (has(tab, QStyle::State_HasFocus) && has(tab, QStyle::State_KeyboardFocusChange)) {
        paintFocusRing(painter, tab->rect.adjusted(2, 6, -2, -6), metric::kRadiusControl);
    }
}

void paintHeader(const QStyleOptionHeader *header, QPainter *painter)
{
    painter->fillRect(header->rect, color(Token::Surface));
    painter->fillRect(QRect(header->rect.x(), header->rect.bottom(), header->rect.width(), 1), color(Token::Hairline));
}

void paintHeaderLabel(const QStyleOptionHeader *header, QPainter *painter)
{
    const bool sorted = header->sortIndicator != QStyleOptionHeader::None;
    QFont face = font(FontRole::Caption);
    face.setWeight(sorted ? QFont::DemiBold : QFont::Medium);
    const QFontMetrics metrics(face);
    const bool first =
        header->position == QStyleOptionHeader::Beginning || header->position == QStyleOptionHeader::OnlyOneSection;
    const bool last = header->position == QStyleOptionHeader::End;
    QRect rect = header->rect.adjusted(first ? metric::kPanePadding : metric::kCellPadding, 0,
                                       last ? -metric::kPanePadding : -metric::kCellPadding, 0);
    const int mark = sorted ? 12 : 0;
    const QString text = metrics.elidedText(header->text, Qt::ElideRight, std::max(0, rect.width() - mark));
    const int width = metrics.horizontalAdvance(text);
    int x = rect.x();
    if (header->textAlignment & Qt::AlignRight) {
        x = rect.right() + 1 - width - mark;
    } else if (header->textAlignment & Qt::AlignHCenter) {
        x = rect.x() + (rect.width() - width - mark) / 2;
    }
    painter->setFont(face);
    painter->setPen(color(sorted ? Token::Text1 : has(header, QStyle::State_MouseOver) ? Token::Text2 : Token::Text3));
    painter->drawText(QRect(x, rect.y(), width + 1, rect.height()), Qt::AlignVCenter | Qt::TextSingleLine, text);
    if (sorted) {
        // Qt calls ascending "SortDown"; the chevron points to where values grow.
        const bool ascending = header->sortIndicator == QStyleOptionHeader::SortDown;
        paintIcon(painter, QRect(x + width + 2, rect.center().y() - 5, 12, 12),
                  ascending ? QStringLiteral("chevron-up") : QStringLiteral("chevron-down"), color(Token::Text1));
    }
}

void paintMenuBarItem(const QStyleOptionMenuItem *item, QPainter *painter)
{
    painter->fillRect(item->rect, color(Token::Window));
    if (has(item, QStyle::State_Selected)) {
        paintRounded(painter, item->rect.adjusted(0, 2, 0, -2), metric::kRadiusControl, color(Token::Trough), {});
    }
    painter->setFont(font(FontRole::Body));
    painter->setPen(color(has(item, QStyle::State_Enabled) ? Token::Text2 : Token::Disabled));
    painter->drawText(item->rect, Qt::AlignCenter | Qt::TextShowMnemonic | Qt::TextSingleLine, item->text);
}

void paintMenuMark(const QStyleOptionMenuItem *item, QPainter *painter, const QRect &box, const QColor &ink)
{
    if (item->checkType != QStyleOptionMenuItem::NotCheckable) {
        if (item->checked && item->checkType == QStyleOptionMenuItem::Exclusive) {
            paintRounded(painter, QRectF(box).adjusted(5, 5, -5, -5), 3, ink, {});
        } else if (item->checked) {
            paintIcon(painter, box, QStringLiteral("check"), ink);
        }
    } else if (!item->icon.isNull()) {
        item->icon.paint(painter, box, Qt::AlignCenter,
                         has(item, QStyle::State_Enabled) ? QIcon::Normal : QIcon::Disabled);
    }
}

void paintMenuItem(const QStyleOptionMenuItem *item, QPainter *painter)
{
    painter->fillRect(item->rect, color(Token::Raised));
    if (item->menuItemType == QStyleOptionMenuItem::Separator) {
        painter->fillRect(QRect(item->rect.x(), item->rect.center().y(), item->rect.width(), 1),
                          color(Token::Hairline));
        return;
    }
    const bool enabled = has(item, QStyle::State_Enabled);
    if (has(item, QStyle::State_Selected) && enabled) {
        paintRounded(painter, item->rect.adjusted(4, 0, -4, 0), metric::kRadiusControl, color(Token::Selection), {});
    }
    const QColor ink = color(enabled ? Token::Text1 : Token::Disabled);
    paintMenuMark(item, painter, QRect(item->rect.x() + 12, item->rect.center().y() - 7, 16, 16), ink);
    const QStringList parts = item->text.split(QLatin1Char('\t'));
    const QRect rect = item->rect.adjusted(36, 0, -metric::kSpace4, 0);
    painter->setFont(font(FontRole::Body));
    painter->setPen(ink);
    painter->drawText(rect, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextShowMnemonic | Qt::TextSingleLine,
                      parts.value(0));
    if (item->menuItemType == QStyleOptionMenuItem::SubMenu) {
        paintIcon(painter, QRect(item->rect.right() - 24, item->rect.center().y() - 7, 16, 16),
                  QStringLiteral("chevron-right"), ink);
    } else if (parts.size() > 1) {
        painter->setFont(font(FontRole::Caption));
        painter->setPen(color(!enabled                            ? Token::Disabled
                              : has(item, QStyle::State_Selected) ? Token::Text2
                                                                  : Token::Text3));
        painter->drawText(rect, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, parts.at(1));
    }
}

void paintProgress(const QStyleOptionProgressBar *bar, QPainter *painter, bool groove)
{
    QRectF rect(bar->rect.x(), bar->rect.center().y() - 1, bar->rect.width(), 4);
    if (!groove) {
        const double range = std::max(1, bar->maximum - bar->minimum);
        rect.setWidth(rect.width() * std::clamp((bar->progress - bar->minimum) / range, 0.0, 1.0));
    }
    painter->fillRect(rect, color(groove ? Token::Trough : Token::Accent));
}

void paintScrollBar(const QStyleOptionSlider *bar, QPainter *painter, const QRect &slider)
{
    const bool horizontal = bar->orientation == Qt::Horizontal;
    const bool active = has(bar, QStyle::State_Sunken) ||
                        (has(bar, QStyle::State_MouseOver) && (bar->activeSubControls & QStyle::SC_ScrollBarSlider));
    if (bar->maximum <= bar->minimum) {
        return;
    }
    const QRectF handle = horizontal ? QRectF(slider).adjusted(2, 3, -2, -3) : QRectF(slider).adjusted(3, 2, -3, -2);
    paintRounded(painter, handle, 3, color(active ? Token::ControlBorder : Token::Border), {});
}

void paintComboBox(const QStyleOptionComboBox *box, QPainter *painter)
{
    const bool enabled = has(box, QStyle::State_Enabled);
    const bool over = enabled && has(box, QStyle::State_MouseOver);
    paintRounded(painter, box->rect, metric::kRadiusControl, color(over ? Token::Hover : Token::Raised),
                 color(enabled ? Token::ControlBorder : Token::Border));
    if (has(box, QStyle::State_HasFocus)) {
        paintFocusRing(painter, box->rect, metric::kRadiusControl);
    }
    paintIcon(painter, QRect(box->rect.right() - 22, box->rect.center().y() - 7, 16, 16),
              QStringLiteral("chevron-down"), color(enabled ? Token::Text2 : Token::Disabled));
}

} // namespace

void HowdahStyle::drawControl(ControlElement element, const QStyleOption *option, QPainter *painter,
                              const QWidget *widget) const
{
    switch (element) {
    case CE_PushButton:
        drawControl(CE_PushButtonBevel, option, painter, widget);
        drawControl(CE_PushButtonLabel, option, painter, widget);
        return;
    case CE_PushButtonLabel:
        return paintPushButtonLabel(qstyleoption_cast<const QStyleOptionButton *>(option), painter, widget);
    case CE_ToolButtonLabel:
        return paintToolButtonLabel(qstyleoption_cast<const QStyleOptionToolButton *>(option), painter);
    case CE_TabBarTabShape:
        return;
    case CE_TabBarTabLabel:
        return paintTab(qstyleoption_cast<const QStyleOptionTab *>(option), painter);
    case CE_Header: {
        // Qt would set the label in by a margin of its own; it has to stand above the text of its cells.
        const auto *header = qstyleoption_cast<const QStyleOptionHeader *>(option);
        paintHeader(header, painter);
        return paintHeaderLabel(header, painter);
    }
    case CE_HeaderSection:
        return paintHeader(qstyleoption_cast<const QStyleOptionHeader *>(option), painter);
    case CE_HeaderLabel:
        return paintHeaderLabel(qstyleoption_cast<const QStyleOptionHeader *>(option), painter);
    case CE_HeaderEmptyArea:
        painter->fillRect(option->rect, color(Token::Surface));
        painter->fillRect(QRect(option->rect.x(), option->rect.bottom(), option->rect.width(), 1),
                          color(Token::Hairline));
        return;
    case CE_MenuBarItem:
        return paintMenuBarItem(qstyleoption_cast<const QStyleOptionMenuItem *>(option), painter);
    case CE_MenuItem:
        return paintMenuItem(qstyleoption_cast<const QStyleOptionMenuItem *>(option), painter);
    case CE_MenuEmptyArea:
        painter->fillRect(option->rect, color(Token::Raised));
        return;
    case CE_MenuBarEmptyArea:
        painter->fillRect(option->rect, color(Token::Window));
        return;
    case CE_ToolBar:
        painter->fillRect(option->rect, color(Token::Window));
        painter->fillRect(QRect(option->rect.x(), option->rect.bottom(), option->rect.width(), 1),
                          color(Token::Hairline));
        return;
    case CE_Splitter: {
        // The handle is wider than the line so that it can be caught; only the line is seen.
        const bool vertical = has(option, State_Horizontal);
        const QRect r = option->rect;
        painter->fillRect(vertical ? QRect(r.center().x(), r.y(), 1, r.height())
                                   : QRect(r.x(), r.center().y(), r.width(), 1),
                          color(Token::Hairline));
        return;
    }
    case CE_ProgressBarGroove:
    case CE_ProgressBarContents:
        return paintProgress(qstyleoption_cast<const QStyleOptionProgressBar *>(option), painter,
                             element == CE_ProgressBarGroove);
    case CE_SizeGrip:
        return;
    default:
        QProxyStyle::drawControl(element, option, painter, widget);
    }
}

void HowdahStyle::drawComplexControl(ComplexControl control, const QStyleOptionComplex *option, QPainter *painter,
                                     const QWidget *widget) const
{
    if (const auto *bar = qstyleoption_cast<const QStyleOptionSlider *>(option); bar && control == CC_ScrollBar) {
        return paintScrollBar(bar, painter, subControlRect(CC_ScrollBar, bar, SC_ScrollBarSlider, widget));
    }
    if (const auto *box = qstyleoption_cast<const QStyleOptionComboBox *>(option);
        box && control == CC_ComboBox && !box->editable) {
        return paintComboBox(box, painter);
    }
    if (const auto *box = qstyleoption_cast<const QStyleOptionSpinBox *>(option);
        box && control == CC_SpinBox && box->buttonSymbols == QAbstractSpinBox::NoButtons) {
        return proxy()->drawPrimitive(PE_FrameLineEdit, option, painter, widget); // a field like any other
    }
    QProxyStyle::drawComplexControl(control, option, painter, widget);
}

} // namespace howdah::theme
