// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QImage>
#include <QPainter>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTest>

#include "tables/roles.h"
#include "theme/glyphs.h"
#include "theme/theme.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/filterfield.h"
#include "widgets/findingslist.h"
#include "widgets/keyvaluelist.h"
#include "widgets/label.h"
#include "widgets/limitbar.h"
#include "widgets/panes.h"
#include "widgets/stripparts.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::widgets;
using cluster::Verdict;
using theme::Token;

class TestWidgets : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { theme::Theme::instance().install(*qApp); }
    void cleanup() { theme::Theme::instance().setMode(theme::Mode::Light); }
    void findingsFollowByKey();
    void findingsKeepTheirLinkFromTickToTick();
    void nothingKnownIsNotNothingWrong();
    void segmentsMoveByArrows();
    void filterIsEmptiedByEscape();
    void barColors_data();
    void barColors();
    void emptyBarIsNotFilled();
    void barStandsOutOnASelection();
    void labelFollowsTheTheme();
    void labelNeverReadsHtml();
    void paragraphGrowsInANarrowRoom();
    void titleGivesWay();
    void stripTipsFollowTheText();
    void tableCopiesShownColumns();
    void tableTellsOfARemovedRowAfterwards();
    void columnsGrowWithTheirContents();
    void everyDigitHasItsRoom();
    void columnsGiveWay();
    void nonValuesAreMuted();
    void staleRowsAreGrey();
    void unknownIsNeverGreen();
    void factsAreNamed();
};

namespace {

cluster::ClusterState withFindings(std::vector<cluster::Finding> findings)
{
    const Verdict verdict = findings.empty() ? Verdict::Unknown : findings.front().severity;
    return withVerdict(stateOf(threeNodes()), verdict, std::move(findings));
}

cluster::Finding idleSlot()
{
    cluster::Finding finding;
    finding.id = QStringLiteral("slot_inactive:pg1/cdc");
    finding.node = QStringLiteral("pg1");
    finding.title = QStringLiteral("Slot cdc has no consumer");
    finding.evidence = QStringLiteral("pg1 keeps 3.2 GB for it.");
    finding.page = QStringLiteral("slots");
    finding.subject = QStringLiteral("cdc");
    finding.sinceMs = kNowMonotonicMs - 27 * 60'000;
    return finding;
}

/// Every colour that stands in image, fully opaque pixels only.
QSet<QRgb> colorsOf(const QImage &image)
{
    QSet<QRgb> colors;
    for (int y = 0; y < image.height(); ++y) {
        for (int x = 0; x < image.width(); ++x) {
            colors.insert(image.pixel(x, y));
        }
    }
    return colors;
}

QImage barImage(const tables::Bar &bar)
{
    QImage image(120, 28, QImage::Format_RGB32);
    image.fill(theme::color(Token::Surface));
    QPainter painter(&image);
    paintLimitBar(&painter, QRectF(8, 0, 104, 28), bar);
    return image;
}

/// One cell of a table, painted.
QImage cellImage(const QHash<int, QVariant> &roles)
{
    QStandardItemModel model(1, 1);
    for (auto it = roles.begin(); it != roles.end(); ++it) {
        model.setData(model.index(0, 0), it.value(), it.key());
    }
    DataTable table(QStringLiteral("One cell"));
    table.setModel(&model);
    table.resize(200, 60);
    return table.grab().toImage().copy(0, table.horizontalHeader()->height(), 200, 28);
}

} // namespace

void TestWidgets::findingsFollowByKey()
{
    FindingsList list;
    list.setState(withFindings({idleSlot()}));
    QSignalSpy spy(&list, &FindingsList::pageRequested);
    auto *link = list.findChild<LinkButton *>();
    QVERIFY(link);
    QCOMPARE(link->text(), QStringLiteral("Show slot"));
    QVERIFY(link->focusPolicy() & Qt::TabFocus);
    QTest::keyClick(link, Qt::Key_Return);
    QCOMPARE(spy.count(), 1);
    QCOMPARE(spy.first().at(0).toString(), QStringLiteral("slots"));
    QCOMPARE(spy.first().at(1).toString(), QStringLiteral("pg1/cdc"));
    QCOMPARE(list.findChild<QLabel *>(QStringLiteral("finding-age"))->text(), QStringLiteral("27 min"));
    QCOMPARE(list.findChild<FindingItem *>()->accessibleName(), QStringLiteral("Warning: Slot cdc has no consumer"));
}

void TestWidgets::findingsKeepTheirLinkFromTickToTick()
{
    FindingsList list;
    list.setState(withFindings({idleSlot()}));
    const auto *link = list.findChild<LinkButton *>();
    list.setState(withFindings({idleSlot()}));
    QCOMPARE(list.findChild<LinkButton *>(), link);
    list.setState(withFindings({idleSlot(), idleSlot()}));
    QCOMPARE(list.findChildren<FindingItem *>().size(), 2);
    list.setState(withFindings({}));
    QCOMPARE(list.findChildren<FindingItem *>().size(), 0);
}

void TestWidgets::nothingKnownIsNotNothingWrong()
{
    FindingsList list;
    auto *none = list.findChild<QLabel *>(QStringLiteral("findings-none"));
    list.setState(withFindings({}));
    QCOMPARE(none->text(), QStringLiteral("Nothing is known yet."));
    list.setState(withVerdict(stateOf(threeNodes()), Verdict::Ok));
    QVERIFY(none->text().startsWith(QLatin1String("Nothing to report")));
}

void TestWidgets::segmentsMoveByArrows()
{
    SegmentedControl control(QStringLiteral("Unit of the plot"), {QStringLiteral("Bytes"), QStringLiteral("Time")});
    QCOMPARE(control.objectName(), QStringLiteral("unit-of-the-plot"));
    QCOMPARE(control.currentIndex(), 0);
    control.show();
    QVERIFY(QTest::qWaitForWindowActive(&control));
    QSignalSpy spy(&control, &SegmentedControl::currentChanged);
    auto *first = control.findChild<QAbstractButton *>();
    first->setFocus();
    QTest::keyClick(first, Qt::Key_Right);
    QCOMPARE(control.currentIndex(), 1);
    QCOMPARE(spy.count(), 1);
    control.setCurrentIndex(0);
    QCOMPARE(spy.last().first().toInt(), 0);
}

void TestWidgets::filterIsEmptiedByEscape()
{
    FilterField field(QStringLiteral("Filter slots"));
    QTest::keyClicks(&field, QStringLiteral("pg2"));
    QCOMPARE(field.text(), QStringLiteral("pg2"));
    QTest::keyClick(&field, Qt::Key_Escape);
    QVERIFY(field.text().isEmpty());
    QCOMPARE(field.accessibleName(), QStringLiteral("Filter slots"));
}

void TestWidgets::barColors_data()
{
    QTest::addColumn<double>("fraction");
    QTest::addColumn<int>("verdict");
    QTest::addColumn<int>("expected");
    QTest::newRow("below the tick") << 0.1 << static_cast<int>(Verdict::Ok) << static_cast<int>(Token::Text3);
    QTest::newRow("above the tick") << 0.6 << static_cast<int>(Verdict::Warning)
                                    << static_cast<int>(Token::WarningMark);
    QTest::newRow("full") << 1.4 << static_cast<int>(Verdict::Critical) << static_cast<int>(Token::Critical);
}

void TestWidgets::barColors()
{
    QFETCH(double, fraction);
    QFETCH(int, verdict);
    QFETCH(int, expected);
    for (const theme::Mode mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::Theme::instance().setMode(mode);
        const QSet<QRgb> colors =
            colorsOf(barImage({.fraction = fraction, .warnAt = 0.2, .verdict = static_cast<Verdict>(verdict)}));
        for (const Token token : {Token::Text3, Token::WarningMark, Token::Critical}) {
            QCOMPARE(colors.contains(theme::color(token).rgb()), token == static_cast<Token>(expected));
        }
        QVERIFY(!colors.contains(theme::color(Token::Ok).rgb()));
    }
}

void TestWidgets::emptyBarIsNotFilled()
{
    QVERIFY(!colorsOf(barImage({.fraction = 0, .warnAt = 0.2, .verdict = Verdict::Ok}))
                 .contains(theme::color(Token::Text3).rgb()));
    QVERIFY(colorsOf(barImage({.fraction = 0.0001, .warnAt = 0.2, .verdict = Verdict::Ok}))
                .contains(theme::color(Token::Text3).rgb()));
}

void TestWidgets::barStandsOutOnASelection()
{
    for (const theme::Mode mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::Theme::instance().setMode(mode);
        for (const Token ground : {Token::Selection, Token::SelectionInactive}) {
            QImage image(100, 28, QImage::Format_RGB32);
            image.fill(theme::color(ground));
            QPainter painter(&image);
            widgets::paintLimitBar(&painter, image.rect(), {.fraction = 0.1, .warnAt = 0.5}, true);
            painter.end();
            const double contrast = theme::contrastRatio(image.pixelColor(90, 14), theme::color(ground));
            QVERIFY2(contrast > 1.18, qPrintable(QString::number(contrast)));
        }
    }
}

void TestWidgets::labelFollowsTheTheme()
{
    Ground ground;
    Label label(QStringLiteral("text"), theme::FontRole::Body, Token::Critical, &ground);
    QCOMPARE(label.palette().color(label.foregroundRole()), theme::lightTokens()[Token::Critical]);
    theme::Theme::instance().setMode(theme::Mode::Dark);
    QCOMPARE(label.palette().color(label.foregroundRole()), theme::darkTokens()[Token::Critical]);
}

void TestWidgets::labelNeverReadsHtml()
{
    Label label(QStringLiteral("<b>x</b>"), theme::FontRole::Body, Token::Text1);
    QCOMPARE(label.textFormat(), Qt::PlainText);
    label.setElided(true);
    label.resize(20, 20);
    label.grab();
    QVERIFY(!label.toolTip().isEmpty());
    QVERIFY(!label.toolTip().contains(QLatin1String("<b>x")));
}

void TestWidgets::paragraphGrowsInANarrowRoom()
{
    Label label(QStringLiteral("a sentence of several words that will not fit into one narrow line"),
                theme::FontRole::Small, Token::Text2);
    label.setParagraph();
    const int one = label.heightForWidth(2000);
    QVERIFY(label.heightForWidth(120) >= 3 * one);
    QCOMPARE(label.heightForWidth(120) % one, 0);
    label.setText(QString(60, QLatin1Char('m')));
    QVERIFY(label.heightForWidth(120) >= 3 * one); // a name is not cut either
}

void TestWidgets::titleGivesWay()
{
    const QString text =
        QStringLiteral("Lag of <b>a-node-with-a-very-long-name.of.a.domain.with.a.long.name</b> by stage");
    PaneHeader head(QStringLiteral("Lag"));
    head.setTitle(text);
    head.setSubtitle(QStringLiteral("behind pg1, where it waits"));
    head.setVerdict(Verdict::Ok, QStringLiteral("they agree"));
    auto *title = head.findChild<QLabel *>(QStringLiteral("lag-title"));
    const auto *verdict = head.findChild<QWidget *>(QStringLiteral("lag-verdict"));
    const auto show = [&](int width) {
        head.resize(width, head.height());
        head.grab();
        return title->width();
    };
    const int whole = title->fontMetrics().horizontalAdvance(text);
    // Where there is room it is as wide as its text, and the rest is the subtitle's.
    QVERIFY(show(1000) >= whole);
    QVERIFY(title->width() <= whole + 4);
    QCOMPARE(title->toolTip(), QString());
    QVERIFY(head.minimumSizeHint().width() < 376);
    QVERIFY(show(376) < whole);
    QVERIFY(title->toolTip().contains(QLatin1String("&lt;b&gt;a-node")));
    QCOMPARE(verdict->width(), verdict->sizeHint().width());
    QVERIFY(verdict->geometry().right() < 376);
    // Another title of another length.
    head.setTitle(QStringLiteral("Lag"));
    show(376);
    QCOMPARE(title->toolTip(), QString());
    QVERIFY(title->width() <= title->fontMetrics().horizontalAdvance(QStringLiteral("Lag")) + 4);
}

void TestWidgets::stripTipsFollowTheText()
{
    StripField field(QStringLiteral("Would be lost now"), QStringLiteral("strip-loss"));
    field.resize(160, 56);
    const auto tip = [&](const Statement &statement) {
        field.setStatement(statement);
        field.grab();
        return field.toolTip();
    };
    const QString name = QStringLiteral("a cluster whose name is <b>long</b>, and longer still");
    const QString rest = QStringLiteral(", pg2 is sync and keeps up with whatever is written");
    QVERIFY(tip({QStringLiteral("none"), rest, Verdict::Ok, false}).contains(QLatin1String("pg2 is sync")));
    // What has room needs no tip, also when nothing follows its first word.
    QCOMPARE(tip({QStringLiteral("unknown"), {}, Verdict::Unknown, true}), QString());
    QVERIFY(tip({name, {}, Verdict::Ok, false}).contains(QLatin1String("&lt;b&gt;long")));
    QVERIFY(tip({name, rest, Verdict::Ok, false}).contains(QLatin1String("pg2 is sync")));
    QCOMPARE(tip({QStringLiteral("none"), {}, Verdict::Ok, false}), QString());
    // A tag that is left out for want of room is said there too.
    field.setTag(QStringLiteral("production of the whole company"));
    QVERIFY(tip({QStringLiteral("orders"), {}, Verdict::Ok, false}).contains(QLatin1String("production")));
    field.resize(600, 56);
    field.grab();
    QCOMPARE(field.toolTip(), QString());
}

void TestWidgets::tableCopiesShownColumns()
{
    QStandardItemModel model(2, 3);
    model.setHorizontalHeaderLabels({QStringLiteral("Slot"), QStringLiteral("On"), QStringLiteral("Held")});
    for (int row = 0; row < 2; ++row) {
        for (int column = 0; column < 3; ++column) {
            model.setItem(row, column, new QStandardItem(QStringLiteral("%1%2").arg(row).arg(column)));
        }
    }
    model.setData(model.index(0, 0), QStringLiteral("a\tb"));
    DataTable table(QStringLiteral("Slots"));
    table.setSortingEnabled(false);
    table.setModel(&model);
    table.setColumnHidden(1, true);
    QCOMPARE(table.text(false), QStringLiteral("Slot\tHeld\na b\t02\n10\t12\n"));
    QVERIFY(table.selectKey(QStringLiteral("10")));
    table.show();
    QTest::keyClick(&table, Qt::Key_C, Qt::ControlModifier);
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("Slot\tHeld\n10\t12\n"));
    table.copyAll();
    QCOMPARE(QApplication::clipboard()->text(), QStringLiteral("Slot\tHeld\na b\t02\n10\t12\n"));
    QVERIFY(!table.selectKey(QStringLiteral("no such slot")));
    // What stands behind a cell's text, or is said by its glyph alone, comes along.
    model.setData(model.index(0, 2), QStringLiteral("02 restart pending (Warning)"), Qt::AccessibleTextRole);
    QCOMPARE(table.text(false), QStringLiteral("Slot\tHeld\na b\t02 restart pending (Warning)\n10\t12\n"));
}

// Who hears of another selection may change the model, which it must not within a change of that model.
void TestWidgets::tableTellsOfARemovedRowAfterwards()
{
    QStandardItemModel model;
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        auto *item = new QStandardItem(QLatin1String(node));
        item->setData(item->text(), tables::KeyRole);
        model.appendRow(item);
    }
    DataTable table(QStringLiteral("Nodes"));
    table.setSortingEnabled(false);
    table.setModel(&model);
    QVERIFY(table.selectKey(QStringLiteral("pg1")));
    QStringList heard;
    bool isChanging = false;
    connect(&table, &DataTable::selectedKeyChanged, &model, [&](const QString &key) {
        QVERIFY(!isChanging);
        heard.push_back(key);
    });
    isChanging = true;
    model.removeRow(0);
    isChanging = false;
    QTRY_COMPARE(heard.size(), qsizetype(1));
    QCOMPARE(heard.last(), table.selectedKey());
    QVERIFY(table.selectKey(QStringLiteral("pg3")));
    QCOMPARE(heard.last(), QStringLiteral("pg3"));
}

void TestWidgets::columnsGrowWithTheirContents()
{
    QStandardItemModel model(1, 2);
    model.setItem(0, 0, new QStandardItem(QStringLiteral("pg1")));
    model.setItem(0, 1, new QStandardItem(QStringLiteral("?")));
    DataTable table(QStringLiteral("Nodes"));
    table.resize(400, 100);
    table.setModel(&model);
    table.show();
    const int before = table.columnWidth(1);
    // What was not known when the table was first shown is long now.
    model.setData(model.index(0, 1), QStringLiteral("a word that needs a lot of room"));
    QTRY_VERIFY(table.columnWidth(1) > before);
    const int wide = table.columnWidth(1);
    QVERIFY(wide >= table.itemDelegate()->sizeHint({}, model.index(0, 1)).width());
    model.setData(model.index(0, 1), QStringLiteral("?"));
    QCoreApplication::processEvents();
    QCOMPARE(table.columnWidth(1), wide); // what is read does not jump about
}

// Not in all fonts are all digits as wide.
void TestWidgets::everyDigitHasItsRoom()
{
    QStandardItemModel model(1, 1);
    DataTable table(QStringLiteral("Nodes"));
    table.setModel(&model);
    const QFontMetrics metrics(theme::font(theme::FontRole::Body));
    const auto spare = [&](const QString &text) {
        model.setItem(0, 0, new QStandardItem(text));
        return table.itemDelegate()->sizeHint({}, model.index(0, 0)).width() - metrics.horizontalAdvance(text);
    };
    const int least = spare(QStringLiteral("a word"));
    for (const char digit : {'0', '1', '2', '3', '4', '5', '6', '7', '8', '9'}) {
        const QString text(30, QLatin1Char(digit));
        QVERIFY2(spare(text) >= least, qPrintable(text));
    }
}

void TestWidgets::columnsGiveWay()
{
    QStandardItemModel model(1, 3);
    for (int column = 0; column < 3; ++column) {
        model.setItem(0, column, new QStandardItem(QStringLiteral("a value that is long")));
    }
    model.setHeaderData(2, Qt::Horizontal, 1, tables::GivesWayRole);
    DataTable table(QStringLiteral("Nodes"));
    table.setModel(&model);
    table.resize(800, 100);
    table.show();
    QVERIFY(!table.isColumnHidden(2));
    table.resize(300, 100);
    QVERIFY(table.isColumnHidden(2));
    QVERIFY(table.hiddenColumns().isEmpty()); // the user has not asked for it
    const QByteArray saved = table.columnsState();
    table.resize(800, 100);
    QVERIFY(!table.isColumnHidden(2));
    DataTable next(QStringLiteral("Nodes"));
    next.setModel(&model);
    next.resize(800, 100);
    QVERIFY(next.restoreColumnsState(saved));
    QVERIFY(!next.isColumnHidden(2));
}

void TestWidgets::nonValuesAreMuted()
{
    const QImage value = cellImage({{Qt::DisplayRole, QStringLiteral("312 kB")}});
    const QImage nonValue = cellImage({{Qt::DisplayRole, QStringLiteral("unknown")}, {tables::NonValueRole, true}});
    QVERIFY(colorsOf(value).contains(theme::color(Token::Text1).rgb()));
    QVERIFY(!colorsOf(nonValue).contains(theme::color(Token::Text1).rgb()));
}

void TestWidgets::staleRowsAreGrey()
{
    const QImage stale =
        cellImage({{Qt::DisplayRole, QStringLiteral("HHHH")}, {tables::StaleRole, true}, {tables::StrongRole, true}});
    QVERIFY(colorsOf(stale).contains(theme::color(Token::Unknown).rgb()));
    QVERIFY(!colorsOf(stale).contains(theme::color(Token::Text1).rgb()));
}

void TestWidgets::unknownIsNeverGreen()
{
    for (const theme::Mode mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::Theme::instance().setMode(mode);
        const QRgb green = theme::color(Token::Ok).rgb();
        const QHash<int, QVariant> unknown = {{Qt::DisplayRole, QStringLiteral("no answer")},
                                              {tables::VerdictRole, static_cast<int>(Verdict::Unknown)}};
        QVERIFY(!colorsOf(cellImage(unknown)).contains(green));
        QHash<int, QVariant> fine = unknown;
        fine[tables::VerdictRole] = static_cast<int>(Verdict::Ok);
        QVERIFY(colorsOf(cellImage(fine)).contains(green));
        for (const Token token : {theme::verdictMark(Verdict::Unknown), theme::verdictText(Verdict::Unknown)}) {
            QVERIFY(theme::color(token) != theme::color(Token::Ok));
        }
    }
}

void TestWidgets::factsAreNamed()
{
    KeyValueList list(QStringLiteral("Archive"));
    list.setRows({{QStringLiteral("Last archived"), QStringLiteral("6 s ago"), false, false},
                  {QStringLiteral("Newest backup"), QStringLiteral("unknown"), false, true}});
    auto *value = list.findChild<QLabel *>(QStringLiteral("archive-value-1"));
    QCOMPARE(value->accessibleName(), QStringLiteral("Newest backup: unknown"));
    QVERIFY(value->font().italic());
    list.setRows({{QStringLiteral("Last archived"), QStringLiteral("7 s ago"), false, false}});
    QVERIFY(value->isHidden());
    QCOMPARE(list.findChild<QLabel *>(QStringLiteral("archive-value-0"))->text(), QStringLiteral("7 s ago"));
}

QTEST_MAIN(TestWidgets)
#include "tst_widgets.moc"
