// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/theme.h"

#include <QApplication>
#include <QEvent>
#include <QFontDatabase>
#include <QFontInfo>
#include <QFontMetrics>
#include <QScreen>
#include <QStyleHints>
#include <QToolTip>
#include <QWidget>

#include "theme/howdahstyle.h"

namespace howdah::theme {

namespace {

// The mockups' body size: every other size is a share of it.
constexpr double kMockupBody = 9.75;

double pointsOf(FontRole role)
{
    switch (role) {
    case FontRole::Caption:
    case FontRole::FixedCaption:
        return 8.25;
    case FontRole::Small:
    case FontRole::SmallStrong:
    case FontRole::Fixed:
    case FontRole::FixedStrong:
        return 9;
    case FontRole::Name:
        return 10.5;
    case FontRole::Heading:
        return 12;
    case FontRole::Figure:
        return 15;
    case FontRole::Body:
    case FontRole::BodyStrong:
        break;
    }
    return kMockupBody;
}

bool isStrong(FontRole role)
{
    return role == FontRole::BodyStrong || role == FontRole::SmallStrong || role == FontRole::Name ||
           role == FontRole::Heading || role == FontRole::Figure || role == FontRole::FixedStrong;
}

bool isFixed(FontRole role)
{
    return role == FontRole::Fixed || role == FontRole::FixedStrong || role == FontRole::FixedCaption;
}

// Whether a font is what fontconfig falls back to, and not somebody's choice of a desktop font.
bool isFallback(const QFont &font)
{
    static const QStringList generic{QStringLiteral("sans-serif"), QStringLiteral("sans serif"), QStringLiteral("sans"),
                                     QStringLiteral("helvetica")};
    return generic.contains(font.family().toLower()) ||
           QFontInfo(font).family().compare(QLatin1String("DejaVu Sans"), Qt::CaseInsensitive) == 0;
}

// The desktop's own font. Where no desktop has chosen one, Inter if it is there: its small sizes stay legible.
QFont baseFont()
{
    QFont font = QGuiApplication::font();
    // The offscreen platform has no desktop to ask; its default of 12 pt is nobody's wish.
    if (QGuiApplication::platformName() == QLatin1String("offscreen") || font.pointSizeF() <= 0) {
        font = QFont(QStringLiteral("sans-serif"));
        font.setPointSizeF(kMockupBody);
    }
    if (isFallback(font) && QFontDatabase::hasFamily(QStringLiteral("Inter"))) {
        font.setFamily(QStringLiteral("Inter"));
    }
    return font;
}

} // namespace

Theme &Theme::instance()
{
    static Theme theme;
    return theme;
}

Theme::Theme()
    : m_base(QGuiApplication::font())
{
}

void Theme::install(QApplication &app)
{
    m_base = baseFont();
    m_fixedFamily = QFontDatabase::systemFont(QFontDatabase::FixedFont).family();
    if (QGuiApplication::platformName() == QLatin1String("offscreen")) {
        m_fixedFamily = QStringLiteral("monospace");
    }
    m_fonts.fill(std::nullopt);
    if (!m_installed) {
        QApplication::setStyle(new HowdahStyle);
        app.installEventFilter(this);
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
        connect(app.styleHints(), &QStyleHints::colorSchemeChanged, this, &Theme::followSystem);
#endif
        m_installed = true;
    }
    m_dark = m_mode == Mode::Dark || (m_mode == Mode::System && systemIsDark());
    apply();
}

void Theme::setMode(Mode mode)
{
    m_mode = mode;
    followSystem();
}

void Theme::followSystem()
{
    const bool dark = m_mode == Mode::Dark || (m_mode == Mode::System && systemIsDark());
    if (dark == m_dark || !m_installed) {
        m_dark = dark;
        return;
    }
    m_dark = dark;
    apply();
}

bool Theme::systemIsDark() const
{
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    if (QGuiApplication::styleHints()->colorScheme() != Qt::ColorScheme::Unknown) {
        return QGuiApplication::styleHints()->colorScheme() == Qt::ColorScheme::Dark;
    }
#endif
    // Qt 6.4 does not tell, but a dark desktop hands out a dark palette. Ours lies over it and must be lifted to look.
    const QPalette ours = QApplication::palette();
    if (m_installed) {
        QApplication::setPalette(QPalette());
    }
    const bool dark = QApplication::palette().color(QPalette::Window).lightness() < 128;
    if (m_installed) {
        QApplication::setPalette(ours);
    }
    return dark;
}

bool Theme::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::ThemeChange && !m_applying && m_mode == Mode::System) {
        // After the event: the platform's palette is in place only then.
        QMetaObject::invokeMethod(this, &Theme::followSystem, Qt::QueuedConnection);
    }
    return QObject::eventFilter(watched, event);
}

void Theme::apply()
{
    m_applying = true;
    QApplication::setFont(font(FontRole::Body));
    QApplication::setPalette(palette());
    // Qt tells the widgets only while its loop runs; a picture is painted, and a test looks, without one.
    QEvent event(QEvent::ApplicationPaletteChange);
    const QWidgetList widgets = QApplication::allWidgets();
    for (QWidget *widget : widgets) {
        QCoreApplication::sendEvent(widget, &event);
    }
    QToolTip::setPalette(palette());
    QToolTip::setFont(font(FontRole::Small));
    m_applying = false;
    Q_EMIT changed();
}

QColor Theme::series(int index) const
{
    return tokens().series[static_cast<std::size_t>(index) % tokens().series.size()];
}

QColor Theme::stage(int index) const
{
    return tokens().stages[static_cast<std::size_t>(index) % tokens().stages.size()];
}

QFont Theme::font(FontRole role) const
{
    // Copies of one QFont share what Qt has looked up for it; a new one each time looks up anew.
    std::optional<QFont> &font = m_fonts[static_cast<std::size_t>(role)];
    if (!font) {
        font = makeFont(role);
    }
    return *font;
}

QFont Theme::makeFont(FontRole role) const
{
    QFont font = m_base;
    const double scale = pointsOf(role) / kMockupBody;
    if (m_base.pointSizeF() > 0) {
        font.setPointSizeF(m_base.pointSizeF() * scale);
    } else {
        font.setPixelSize(qRound(m_base.pixelSize() * scale));
    }
    if (isFixed(role)) {
        font.setFamily(m_fixedFamily.isEmpty() ? QStringLiteral("monospace") : m_fixedFamily);
        font.setStyleHint(QFont::Monospace);
        font.setFixedPitch(true);
    }
    font.setWeight(isStrong(role) ? QFont::DemiBold : QFont::Normal);
    return font;
}

int Theme::height(Height height) const
{
    // Drawn for a line of 20 px; what the font needs beyond that is added.
    const int line = QFontMetrics(font(FontRole::Body)).height();
    return static_cast<int>(height) + std::max(0, line - 20);
}

QPalette Theme::palette() const
{
    const Tokens &t = tokens();
    QPalette p;
    p.setColor(QPalette::Window, t[Token::Window]);
    p.setColor(QPalette::Base, t[Token::Surface]);
    p.setColor(QPalette::AlternateBase, t[Token::Surface]);
    p.setColor(QPalette::Button, t[Token::Raised]);
    p.setColor(QPalette::ToolTipBase, t[Token::Raised]);
    p.setColor(QPalette::PlaceholderText, t[Token::Text3]);
    for (const auto role : {QPalette::Text, QPalette::WindowText, QPalette::ButtonText, QPalette::ToolTipText,
                            QPalette::HighlightedText, QPalette::BrightText}) {
        p.setColor(role, t[Token::Text1]);
        p.setColor(QPalette::Disabled, role, t[Token::Disabled]);
    }
    p.setColor(QPalette::Highlight, t[Token::Selection]);
    p.setColor(QPalette::Inactive, QPalette::Highlight, t[Token::SelectionInactive]);
    p.setColor(QPalette::Disabled, QPalette::Highlight, t[Token::SelectionInactive]);
    p.setColor(QPalette::Link, t[Token::Link]);
    p.setColor(QPalette::LinkVisited, t[Token::Link]);
    p.setColor(QPalette::Light, t[Token::Raised]);
    p.setColor(QPalette::Midlight, t[Token::RowLine]);
    p.setColor(QPalette::Mid, t[Token::Hairline]);
    p.setColor(QPalette::Dark, t[Token::ControlBorder]);
    p.setColor(QPalette::Shadow, t[Token::Frame]);
    return p;
}

QColor color(Token token)
{
    return Theme::instance().color(token);
}

QFont font(FontRole role)
{
    return Theme::instance().font(role);
}

QFont pixelFont(FontRole role)
{
    QFont out = font(role);
    const QScreen *screen = QGuiApplication::primaryScreen();
    if (screen && out.pointSizeF() > 0) {
        out.setPixelSize(std::max(1, qRound(out.pointSizeF() * screen->logicalDotsPerInchY() / 72)));
    }
    return out;
}

QString modeKey(Mode mode)
{
    switch (mode) {
    case Mode::Light:
        return QStringLiteral("light");
    case Mode::Dark:
        return QStringLiteral("dark");
    case Mode::System:
        break;
    }
    return QStringLiteral("system");
}

Mode modeFromString(const QString &text)
{
    if (text == QLatin1String("light")) {
        return Mode::Light;
    }
    return text == QLatin1String("dark") ? Mode::Dark : Mode::System;
}

} // namespace howdah::theme
