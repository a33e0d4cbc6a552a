// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QBoxLayout>
#include <QDir>
#include <QPainter>
#include <QPushButton>
#include <QSignalSpy>
#include <QTest>

#include "theme/howdahstyle.h"
#include "theme/icons.h"
#include "theme/theme.h"

using namespace howdah::theme;

class TestTheme : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { Theme::instance().install(*qApp); }
    void everyTokenHasAColor();
    void contrast_data();
    void contrast();
    void seriesAreSeen();
    void selectionCarriesText();
    void modeSwitchesPalette();
    void fontsKeepTheirShare();
    void iconTakesTheTokensColor();
    void everyIconRenders();
    void buttonTellsTheLayoutItsFrame();
};

void TestTheme::everyTokenHasAColor()
{
    for (const Tokens *tokens : {&lightTokens(), &darkTokens()}) {
        for (std::size_t i = 0; i < tokens->colors.size(); ++i) {
            QVERIFY2(tokens->colors[i].isValid(), qPrintable(QStringLiteral("token %1").arg(i)));
            QCOMPARE(tokens->colors[i].alpha(), 255);
        }
    }
    QCOMPARE(lightTokens()[Token::Window].name(QColor::HexRgb), QStringLiteral("#f2f4f7"));
    QCOMPARE(lightTokens()[Token::Frame].name(QColor::HexRgb), QStringLiteral("#8d96a3"));
    QCOMPARE(darkTokens()[Token::CriticalTint].name(QColor::HexRgb), QStringLiteral("#41211f"));
}

void TestTheme::contrast_data()
{
    QTest::addColumn<int>("token");
    QTest::addColumn<double>("light");
    QTest::addColumn<double>("dark");
    // The ratios against the surface that the palette promises.
    const auto row = [](const char *name, Token token, double light, double dark) {
        QTest::newRow(name) << static_cast<int>(token) << light << dark;
    };
    row("control border", Token::ControlBorder, 3.3, 3.7);
    row("text 1", Token::Text1, 17.1, 13.4);
    row("text 2", Token::Text2, 8.1, 8.2);
    row("text 3", Token::Text3, 5.4, 5.7);
    row("focus", Token::Focus, 5.9, 6.9);
    row("primary", Token::Primary, 10.2, 10.0);
    row("standby", Token::Standby, 5.4, 6.9);
    row("cascading", Token::Cascading, 3.7, 5.2);
    row("cascading text", Token::CascadingText, 4.5, 4.5);
    row("witness", Token::Witness, 4.9, 6.6);
    row("ok", Token::Ok, 5.7, 7.2);
    row("warning", Token::Warning, 6.3, 7.8);
    row("warning mark", Token::WarningMark, 3.6, 7.8);
    row("critical", Token::Critical, 6.4, 6.7);
    row("unknown", Token::Unknown, 5.6, 6.6);
}

void TestTheme::contrast()
{
    QFETCH(int, token);
    QFETCH(double, light);
    QFETCH(double, dark);
    const auto ratio = [token](const Tokens &tokens) {
        return contrastRatio(tokens[static_cast<Token>(token)], tokens[Token::Surface]);
    };
    // Published with one decimal.
    QVERIFY2(ratio(lightTokens()) >= light - 0.1, qPrintable(QString::number(ratio(lightTokens()))));
    QVERIFY2(ratio(darkTokens()) >= dark - 0.1, qPrintable(QString::number(ratio(darkTokens()))));
}

void TestTheme::seriesAreSeen()
{
    for (const Tokens *tokens : {&lightTokens(), &darkTokens()}) {
        for (const QColor &color : tokens->series) {
            QVERIFY(contrastRatio(color, (*tokens)[Token::Surface]) >= 2.95);
        }
    }
}

void TestTheme::selectionCarriesText()
{
    for (const Tokens *tokens : {&lightTokens(), &darkTokens()}) {
        QVERIFY(contrastRatio((*tokens)[Token::Text2], (*tokens)[Token::Selection]) >= 4.5);
        for (const auto &[ink, tint] :
             {std::pair(Token::Ok, Token::OkTint), std::pair(Token::Warning, Token::WarningTint),
              std::pair(Token::Critical, Token::CriticalTint), std::pair(Token::Unknown, Token::UnknownTint),
              std::pair(Token::OnFilled, Token::FilledButton)}) {
            QVERIFY(contrastRatio((*tokens)[ink], (*tokens)[tint]) >= 4.5);
        }
    }
}

void TestTheme::modeSwitchesPalette()
{
    Theme &theme = Theme::instance();
    theme.setMode(Mode::Light);
    QSignalSpy spy(&theme, &Theme::changed);
    theme.setMode(Mode::Dark);
    QCOMPARE(spy.count(), 1);
    QVERIFY(theme.isDark());
    QCOMPARE(QApplication::palette().color(QPalette::Base), darkTokens()[Token::Surface]);
    theme.setMode(Mode::Dark);
    QCOMPARE(spy.count(), 1);
    // The offscreen platform is light: following it must see through the dark palette that lies over it.
    theme.setMode(Mode::System);
    QVERIFY(!theme.isDark());
    QCOMPARE(QApplication::palette().color(QPalette::Window), lightTokens()[Token::Window]);
    for (const Mode mode : {Mode::System, Mode::Light, Mode::Dark}) {
        QCOMPARE(modeFromString(modeKey(mode)), mode);
    }
}

void TestTheme::fontsKeepTheirShare()
{
    const double body = font(FontRole::Body).pointSizeF();
    QCOMPARE(QApplication::font().pointSizeF(), body);
    QVERIFY(qAbs(font(FontRole::Caption).pointSizeF() / body - 8.25 / 9.75) < 0.01);
    QVERIFY(qAbs(font(FontRole::Figure).pointSizeF() / body - 15 / 9.75) < 0.01);
    QCOMPARE(font(FontRole::Heading).weight(), QFont::DemiBold);
    QVERIFY(font(FontRole::Fixed).fixedPitch());
    QVERIFY(Theme::instance().height(Height::Row) >= 28);
}

void TestTheme::iconTakesTheTokensColor()
{
    Theme::instance().setMode(Mode::Dark);
    const QIcon refresh = icon(QStringLiteral("refresh"), Token::Critical);
    const auto strongest = [](const QImage &image) {
        QColor best(Qt::transparent);
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                const QColor pixel = image.pixelColor(x, y);
                best = pixel.alpha() > best.alpha() ? pixel : best;
            }
        }
        best.setAlpha(255);
        return best;
    };
    QCOMPARE(strongest(refresh.pixmap(64, 64).toImage()).rgb(), darkTokens()[Token::Critical].rgb());
    QCOMPARE(strongest(refresh.pixmap(QSize(64, 64), QIcon::Disabled).toImage()).rgb(),
             darkTokens()[Token::Disabled].rgb());
    Theme::instance().setMode(Mode::Light);
    QCOMPARE(strongest(refresh.pixmap(64, 64).toImage()).rgb(), lightTokens()[Token::Critical].rgb());
    QVERIFY(!appIcon().isNull());
}

void TestTheme::everyIconRenders()
{
    QVERIFY(hasIcon(QStringLiteral("refresh")));
    QVERIFY(!hasIcon(QStringLiteral("no-such-icon")));
    const QStringList files = QDir(QStringLiteral(":/howdah/icons")).entryList({QStringLiteral("*.svg")});
    QVERIFY(files.size() >= 17);
    for (const QString &file : files) {
        const QImage image = iconPixmap(file.chopped(4), Qt::red, 32, 1).toImage();
        int inked = 0;
        for (int y = 0; y < image.height(); ++y) {
            for (int x = 0; x < image.width(); ++x) {
                inked += qAlpha(image.pixel(x, y)) > 128;
            }
        }
        QVERIFY2(inked > 20, qPrintable(file));
    }
}

void TestTheme::buttonTellsTheLayoutItsFrame()
{
    QWidget window;
    auto *layout = new QHBoxLayout(&window);
    layout->setContentsMargins(16, 16, 16, 16);
    auto *button = new QPushButton(QStringLiteral("Create…"));
    layout->addWidget(button);
    // 26 high to the eye and to the layout; the widget is larger by its ring.
    QCOMPARE(window.sizeHint().height(), 32 + Theme::instance().height(Height::Button));
    setDialogSize(button);
    QCOMPARE(window.sizeHint().height(), 32 + Theme::instance().height(Height::DialogButton));
}

QTEST_MAIN(TestTheme)
#include "tst_theme.moc"
