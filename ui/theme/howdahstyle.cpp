// SPDX-License-Identifier: GPL-3.0-or-later
// Measures and hints; what is painted stands in styleprimitives.cpp and stylecontrols.cpp.
#include "theme/howdahstyle.h"

#include <QAbstractItemView>
#include <QCoreApplication>
#include <QEvent>
#include <QFontMetrics>
#include <QLineEdit>
#include <QPushButton>
#include <QStyleFactory>
#include <QStyleOption>
#include <QToolBar>

#include "theme/metrics.h"
#include "theme/theme.h"

namespace howdah::theme {

namespace {

constexpr const char *kFilled = "howdahFilled";
constexpr const char *kDialogSize = "howdahDialogSize";

// The ring stands outside a button: its widget is this much larger on each side than what the layout is told.
constexpr int kRing = metric::kFocusRing + metric::kFocusOffset;

QSize buttonSize(const QStyleOption *option, const QWidget *widget)
{
    const auto *button = qstyleoption_cast<const QStyleOptionButton *>(option);
    const bool large = widget && widget->property(kDialogSize).toBool();
    QFont face = font(large ? FontRole::Body : FontRole::Small);
    if (widget && widget->property(kFilled).toBool()) {
        face.setWeight(QFont::DemiBold);
    }
    const QFontMetrics metrics(face);
    int width = button ? metrics.size(Qt::TextShowMnemonic, button->text).width() : 0;
    if (button && !button->icon.isNull()) {
        width += metric::kIconSize + (button->text.isEmpty() ? 0 : 6);
    }
    if (button && (button->features & QStyleOptionButton::HasMenu)) {
        width += metric::kIconSize;
    }
    width += 2 * (large ? metric::kSpace4 : metric::kSpace3) + 2;
    return {width + 2 * kRing, Theme::instance().height(large ? Height::DialogButton : Height::Button) + 2 * kRing};
}

} // namespace

HowdahStyle::HowdahStyle()
    : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion")))
{
    setObjectName(QStringLiteral("howdah"));
}

void HowdahStyle::polish(QWidget *widget)
{
    QProxyStyle::polish(widget);
    if (qobject_cast<QPushButton *>(widget)) {
        widget->setAttribute(Qt::WA_Hover);
    }
    if (auto *bar = qobject_cast<QToolBar *>(widget)) {
        bar->setIconSize(QSize(metric::kIconSize, metric::kIconSize));
    }
}

int HowdahStyle::pixelMetric(PixelMetric metric, const QStyleOption *option, const QWidget *widget) const
{
    switch (metric) {
    case PM_SmallIconSize:
    case PM_ButtonIconSize:
    case PM_ToolBarIconSize:
    case PM_ListViewIconSize:
    case PM_TabBarIconSize:
        return metric::kIconSize;
    case PM_SplitterWidth:
    case PM_ToolBarItemMargin:
        return 1;
    case PM_ToolBarFrameWidth:
    case PM_MenuBarPanelWidth:
    case PM_MenuBarVMargin:
    case PM_MenuBarItemSpacing:
    case PM_ButtonShiftHorizontal:
    case PM_ButtonShiftVertical:
    case PM_TabBarTabShiftVertical:
    case PM_TabBarTabShiftHorizontal:
    case PM_TabBarTabOverlap:
    case PM_TabBarTabHSpace:
    case PM_ToolBarHandleExtent:
        return 0;
    case PM_MenuBarHMargin:
        return metric::kSpace2;
    case PM_ToolBarItemSpacing:
    case PM_MenuVMargin:
        return metric::kSpace1;
    case PM_ToolBarSeparatorExtent:
        return 13;
    case PM_MenuPanelWidth:
        return 1;
    case PM_ScrollBarExtent:
        return 12;
    case PM_ScrollBarSliderMin:
        return 32;
    case PM_IndicatorWidth:
    case PM_IndicatorHeight:
    case PM_ExclusiveIndicatorWidth:
    case PM_ExclusiveIndicatorHeight:
        return 14;
    case PM_CheckBoxLabelSpacing:
    case PM_RadioButtonLabelSpacing:
        return metric::kSpace2;
    case PM_HeaderDefaultSectionSizeVertical:
        return Theme::instance().height(Height::Row);
    case PM_HeaderMargin:
        return metric::kCellPadding;
    case PM_HeaderGripMargin:
        return 6;
    case PM_LayoutLeftMargin:
    case PM_LayoutRightMargin:
    case PM_LayoutTopMargin:
    case PM_LayoutBottomMargin:
        return metric::kPanePadding;
    case PM_LayoutHorizontalSpacing:
    case PM_LayoutVerticalSpacing:
        return metric::kSpace2;
    case PM_FocusFrameHMargin:
    case PM_ToolTipLabelFrameWidth:
        return 6;
    case PM_TreeViewIndentation:
        return metric::kSpace5;
    case PM_DefaultFrameWidth:
        return 1;
    default:
        return QProxyStyle::pixelMetric(metric, option, widget);
    }
}

int HowdahStyle::styleHint(StyleHint hint, const QStyleOption *option, const QWidget *widget,
                           QStyleHintReturn *returnData) const
{
    switch (hint) {
    case SH_ItemView_ShowDecorationSelected:
    case SH_ItemView_ActivateItemOnSingleClick:
        // A row is selected as a whole; it is opened by Return or a double click, never by the selecting click.
        return hint == SH_ItemView_ShowDecorationSelected ? 1 : 0;
    case SH_ItemView_ChangeHighlightOnFocus:
        return 0; // the ring shows who has the keyboard; the selection only pales with its window
    case SH_EtchDisabledText:
    case SH_DitherDisabledText:
    case SH_ToolBar_Movable:
    case SH_ComboBox_Popup:
    case SH_UnderlineShortcut:
        return hint == SH_UnderlineShortcut ? 1 : 0;
    case SH_Menu_MouseTracking:
    case SH_MenuBar_MouseTracking:
        return 1;
    case SH_Table_GridLineColor:
        return static_cast<int>(color(Token::RowLine).rgb());
    case SH_Widget_Animate:
    case SH_Widget_Animation_Duration:
        return 0;
    case SH_DialogButtonBox_ButtonsHaveIcons:
        return 0;
    case SH_TabBar_Alignment:
        return Qt::AlignLeft;
    default:
        return QProxyStyle::styleHint(hint, option, widget, returnData);
    }
}

QSize HowdahStyle::sizeFromContents(ContentsType type, const QStyleOption *option, const QSize &size,
                                    const QWidget *widget) const
{
    const Theme &theme = Theme::instance();
    switch (type) {
    case CT_PushButton:
        return buttonSize(option, widget);
    case CT_LineEdit:
    case CT_SpinBox:
    case CT_ComboBox: {
        const QSize base = QProxyStyle::sizeFromContents(type, option, size, widget);
        return {base.width(), theme.height(Height::Button)};
    }
    case CT_ToolButton: {
        const auto *button = qstyleoption_cast<const QStyleOptionToolButton *>(option);
        const bool text = button && button->toolButtonStyle != Qt::ToolButtonIconOnly && !button->text.isEmpty();
        const QFontMetrics metrics(font(FontRole::Body));
        const int words = text ? metrics.size(Qt::TextShowMnemonic, button->text).width() + 6 : 0;
        return {metric::kIconSize + words + (text ? metric::kSpace4 : metric::kSpace2),
                theme.height(Height::Button) + 2};
    }
    case CT_MenuBarItem:
        return {size.width() + metric::kSpace4, theme.height(Height::Menu)};
    case CT_MenuItem: {
        const auto *item = qstyleoption_cast<const QStyleOptionMenuItem *>(option);
        if (item && item->menuItemType == QStyleOptionMenuItem::Separator) {
            return {size.width(), 9};
        }
        const int shortcut = item && item->text.contains(QLatin1Char('\t')) ? metric::kSpace5 : 0;
        return {size.width() + 64 + shortcut, theme.height(Height::PageRow)};
    }
    case CT_TabBarTab: {
        const auto *tab = qstyleoption_cast<const QStyleOptionTab *>(option);
        const QFontMetrics metrics(font(FontRole::BodyStrong));
        const int width = tab ? metrics.size(Qt::TextShowMnemonic, tab->text).width() : size.width();
        return {width + 20, theme.height(Height::PageHead) - 1};
    }
    case CT_HeaderSection: {
        const auto *header = qstyleoption_cast<const QStyleOptionHeader *>(option);
        QFont face = font(FontRole::Caption);
        face.setWeight(QFont::DemiBold); // as a sorted one is written: it must not be cut when it is clicked
        const QFontMetrics metrics(face);
        const int width = header ? metrics.horizontalAdvance(header->text) : size.width();
        return {width + 2 * metric::kCellPadding + metric::kIconSize, theme.height(Height::Row)};
    }
    case CT_ItemViewItem: {
        const QSize base = QProxyStyle::sizeFromContents(type, option, size, widget);
        return {base.width(), std::max(base.height(), theme.height(Height::DenseRow))};
    }
    default:
        return QProxyStyle::sizeFromContents(type, option, size, widget);
    }
}

QRect HowdahStyle::subElementRect(SubElement element, const QStyleOption *option, const QWidget *widget) const
{
    switch (element) {
    case SE_PushButtonLayoutItem:
    case SE_PushButtonContents:
    case SE_PushButtonBevel:
    case SE_PushButtonFocusRect:
        if (qobject_cast<const QPushButton *>(widget)) {
            return option->rect.adjusted(kRing, kRing, -kRing, -kRing);
        }
        break;
    case SE_LineEditContents:
        if (qobject_cast<const QLineEdit *>(widget)) {
            return QProxyStyle::subElementRect(element, option, widget).adjusted(4, 0, -4, 0);
        }
        break;
    case SE_HeaderLabel:
        return option->rect; // the label keeps its own padding, in line with the cells
    default:
        break;
    }
    return QProxyStyle::subElementRect(element, option, widget);
}

QRect HowdahStyle::subControlRect(ComplexControl control, const QStyleOptionComplex *option, SubControl subControl,
                                  const QWidget *widget) const
{
    if (control == CC_ComboBox && subControl == SC_ComboBoxEditField) {
        return option->rect.adjusted(metric::kSpace2, 1, -metric::kSpace5, -1);
    }
    const auto *slider = qstyleoption_cast<const QStyleOptionSlider *>(option);
    if (control != CC_ScrollBar || !slider) {
        return QProxyStyle::subControlRect(control, option, subControl, widget);
    }
    // No arrow buttons: the groove is the whole bar.
    const bool horizontal = slider->orientation == Qt::Horizontal;
    const int length = horizontal ? slider->rect.width() : slider->rect.height();
    const qint64 range = qint64(slider->maximum) - slider->minimum;
    int size = length;
    if (range > 0) {
        size = static_cast<int>(qint64(slider->pageStep) * length / (range + slider->pageStep));
        size = std::clamp(size, std::min(length, pixelMetric(PM_ScrollBarSliderMin, slider, widget)), length);
    }
    const int start = sliderPositionFromValue(slider->minimum, slider->maximum, slider->sliderPosition, length - size,
                                              slider->upsideDown);
    const auto part = [&](int from, int extent) {
        const QRect rect =
            horizontal ? QRect(from, 0, extent, slider->rect.height()) : QRect(0, from, slider->rect.width(), extent);
        return visualRect(slider->direction, slider->rect, rect.translated(slider->rect.topLeft()));
    };
    switch (subControl) {
    case SC_ScrollBarSlider:
        return part(start, size);
    case SC_ScrollBarGroove:
        return part(0, length);
    case SC_ScrollBarSubPage:
        return part(0, start);
    case SC_ScrollBarAddPage:
        return part(start + size, length - start - size);
    default:
        return {};
    }
}

void setFilled(QPushButton *button)
{
    button->setProperty(kFilled, true);
    button->setDefault(true);
}

void setDialogSize(QPushButton *button)
{
    button->setProperty(kDialogSize, true);
    // A push button keeps its size until its style changes.
    QEvent change(QEvent::StyleChange);
    QCoreApplication::sendEvent(button, &change);
    button->updateGeometry();
}

} // namespace howdah::theme
