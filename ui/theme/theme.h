// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFont>
#include <QObject>
#include <QPalette>
#include <array>
#include <optional>

#include "theme/tokens.h"

class QApplication;

namespace howdah::theme {

/// What the user chose: follow the desktop, or one of the two for good.
enum class Mode { System, Light, Dark };

enum class FontRole {
    Caption, ///< 8.25 pt of 9.75: headers, status bar
    Small,   ///< 9: evidence, buttons in panes
    Body,
    BodyStrong,
    SmallStrong, ///< pane titles
    Name,        ///< a node's name on its card, 10.5 semibold
    Heading,     ///< 12 semibold
    Figure,      ///< 15 semibold
    Fixed,       ///< LSNs, addresses, numbers in columns
    FixedStrong,
    FixedCaption,
};
inline constexpr std::size_t kFontRoles = static_cast<std::size_t>(FontRole::FixedCaption) + 1;

/// Heights that hold text. As drawn at the font of the mockups; taller with a larger font.
enum class Height {
    Menu = 28,
    Toolbar = 40,
    VerdictStrip = 56,
    PageHead = 44,
    PaneHead = 36,
    Row = 28,
    DenseRow = 24,
    Button = 26,
    DialogButton = 32,
    StatusBar = 24,
    Segment = 22,
    PageRow = 26, ///< a page in the navigator
};

/// Colours, type and measure of the whole window, in one place. Lives in the window's thread; made by install() and
/// alive as long as the application.
class Theme : public QObject {
    Q_OBJECT

public:
    /// The one theme. Before install() it is light, with the application's font.
    static Theme &instance();

    /// Puts style, palette and font on the application and follows the desktop from then on.
    void install(QApplication &app);

    Mode mode() const { return m_mode; }
    void setMode(Mode mode);
    bool isDark() const { return m_dark; }

    const Tokens &tokens() const { return m_dark ? darkTokens() : lightTokens(); }
    QColor color(Token token) const { return tokens()[token]; }
    /// Colour of the n-th series, from 0; starts over after the eighth.
    QColor series(int index) const;
    /// Colour of a stage of lag: 0 pending, 1 write, 2 flush, 3 replay.
    QColor stage(int index) const;

    QFont font(FontRole role) const;
    int height(Height height) const;
    QPalette palette() const;

Q_SIGNALS:
    /// Other colours or another font: whoever caches pixels or colours takes them anew. Widgets get
    /// QEvent::PaletteChange.
    void changed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    Theme();
    void followSystem();
    void apply();
    bool systemIsDark() const;

    Mode m_mode = Mode::System;
    bool m_dark = false;
    bool m_installed = false;
    bool m_applying = false;
    QFont makeFont(FontRole role) const;

    mutable std::array<std::optional<QFont>, kFontRoles> m_fonts;
    QFont m_base;
    QString m_fixedFamily;
};

/// Short for Theme::instance().color(token).
QColor color(Token token);
/// Short for Theme::instance().font(role).
QFont font(FontRole role);
/// The same in pixels, for what is painted by hand: a size in points depends on the device that is painted on, and a
/// buffer or a scene does not always have the screen's.
QFont pixelFont(FontRole role);

QString modeKey(Mode mode); ///< "system", "light", "dark": as the settings keep it
Mode modeFromString(const QString &text);

} // namespace howdah::theme
