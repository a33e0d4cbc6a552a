// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QColor>
#include <array>

namespace howdah::theme {

/// Every colour of the window by what it means. A colour never stands alone: a glyph and a word stand beside it.
enum class Token {
    Window,            ///< behind panes: menu, toolbar, navigator, status bar
    Canvas,            ///< behind the topology
    Surface,           ///< panes and tables
    Raised,            ///< buttons, menus, tooltips
    Trough,            ///< what a bar or a scroll handle runs in; the chosen part of a segmented control
    Hover,             ///< under the pointer
    Hairline,          ///< parts panes
    RowLine,           ///< parts rows
    Border,            ///< buttons and cards
    ControlBorder,     ///< fields and check boxes, which must be seen without their content
    Text1,             ///< what is read
    Text2,             ///< what explains it
    Text3,             ///< labels and non-values
    Disabled,          ///< what cannot be used now
    Selection,         ///< behind what is selected
    SelectionInactive, ///< the same in a window without the keyboard
    Focus,             ///< the ring around what has the keyboard
    Accent,            ///< edge of a selection, underline of a tab
    FilledButton,      ///< the one filled button of a dialog, ticked boxes
    OnFilled,          ///< what stands on it
    Link,
    Primary,
    OnPrimary, ///< the glyph on a primary's filled badge
    Standby,
    Cascading,
    CascadingText,
    Witness,
    RoleTint, ///< the fill of a standby's badge
    Ok,
    OkTint,
    Warning,
    WarningMark, ///< glyphs, edges and bars; words take Warning
    WarningTint,
    WarningLine,
    Critical,
    CriticalTint,
    CriticalLine,
    Unknown,
    UnknownTint,
    Grid, ///< lines behind a plot
    Axis,
    Frame, ///< the edge of a dialog
    Count
};

/// A whole set of colours.
struct Tokens {
    std::array<QColor, static_cast<std::size_t>(Token::Count)> colors;
    std::array<QColor, 8> series; ///< in this order; told apart under protan-, deuter- and tritanopia
    std::array<QColor, 4> stages; ///< pending, write, flush, replay

    const QColor &operator[](Token token) const { return colors[static_cast<std::size_t>(token)]; }
};

const Tokens &lightTokens();
const Tokens &darkTokens();

/// Contrast of two opaque colours, 1 to 21. https://www.w3.org/TR/WCAG21/#dfn-contrast-ratio
double contrastRatio(const QColor &one, const QColor &other);

} // namespace howdah::theme
