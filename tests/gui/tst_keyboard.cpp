// SPDX-License-Identifier: GPL-3.0-or-later
// The real window with its real pages, by nothing but the keyboard.
#include <QAbstractButton>
#include <QAbstractItemView>
#include <QApplication>
#include <QButtonGroup>
#include <QLabel>
#include <QLineEdit>
#include <QScrollArea>
#include <QScrollBar>
#include <QSettings>
#include <QSortFilterProxyModel>
#include <QTemporaryDir>
#include <QTest>
#include <QToolBar>

#include "pages/page.h"
#include "pages/pageregistry.h"
#include "shell/mainwindow.h"
#include "shell/navigator.h"
#include "shell/navigatordelegate.h"
#include "support/journals.h"
#include "support/sights.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/filterfield.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::testsupport;

class TestKeyboard : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void everyPageHasItsKey();
    void arrowsReachEveryCluster();
    void tabReachesEverything_data() { pages(); }
    void tabReachesEverything();
    void sideColumnScrolls_data();
    void sideColumnScrolls();
    void findGoesToTheFilter_data() { pages(); }
    void findGoesToTheFilter();
    void focusIsSeen_data() { pages(); }
    void focusIsSeen();
    void everythingIsNamed_data() { pages(); }
    void everythingIsNamed();

private:
    static void pages();
    /// What Tab has to reach. A scroll area's viewport passes its focus on.
    static bool takesTab(const QWidget *widget)
    {
        return (widget->focusPolicy() & Qt::TabFocus) != 0 && !widget->focusProxy();
    }
    static bool reachable(const QWidget *widget)
    {
        return widget->isVisible() && widget->isEnabled() && takesTab(widget);
    }
    pages::Page *page() const
    {
        const auto pages = m_window->findChildren<pages::Page *>();
        const auto shown = std::find_if(pages.begin(), pages.end(), [](const auto *page) { return page->isVisible(); });
        return shown == pages.end() ? nullptr : *shown;
    }
    void show(const QString &id)
    {
        m_window->showPage(id);
        QCoreApplication::processEvents(); // its layout has run
    }
    std::unique_ptr<shell::MainWindow> m_window;
    QTemporaryDir m_settings;
    FakeClock m_clock;
};

void TestKeyboard::pages()
{
    QTest::addColumn<QString>("id");
    for (const pages::PageEntry &entry : pages::pageRegistry()) {
        QTest::newRow(qPrintable(entry.id)) << entry.id;
    }
}

void TestKeyboard::initTestCase()
{
    QVERIFY(m_settings.isValid());
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    theme::Theme::instance().install(*qApp);
}

void TestKeyboard::init()
{
    QSettings().clear();
    m_window = std::make_unique<shell::MainWindow>(m_clock);
    m_window->resize(1280, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    const cluster::ClusterState state = stateOf(busyCluster());
    m_window->clusterOpened(state.snapshot->cluster);
    m_window->setClusterState(state);
    m_window->setAddresses(state.snapshot->cluster,
                           std::make_shared<const operations::address::Sights>(someSights(state)));
    operations::Operation interrupted = journaledUpTo(
        journaled(QStringLiteral("20261112-130602-switchover"), operations::Outcome::Interrupted, 1000), 1);
    interrupted.plan.cluster = state.snapshot->cluster;
    m_window->setJournal(journalOf({interrupted}));
}

void TestKeyboard::cleanup()
{
    m_window.reset();
}

void TestKeyboard::everyPageHasItsKey()
{
    int number = 1;
    for (const pages::PageEntry &entry : pages::pageRegistry()) {
        QTest::keyClick(m_window.get(), static_cast<Qt::Key>(Qt::Key_0 + number++), Qt::AltModifier);
        QCOMPARE(m_window->currentPage(), entry.id);
    }
}

void TestKeyboard::arrowsReachEveryCluster()
{
    for (const char *name : {"zeta", "eta"}) {
        m_window->clusterOpened(QLatin1String(name), false);
        m_window->setClusterState(withVerdict(stateOf(threeNodes(), QLatin1String(name)), cluster::Verdict::Ok));
    }
    const QStringList order = m_window->clusters();
    const QStringList ids = shell::MainWindow::pageIds();
    QCOMPARE(order.size(), 3);
    m_window->showCluster(order.last());
    m_window->showPage(ids.last());
    QTest::keyClick(m_window.get(), Qt::Key_0, Qt::ControlModifier);
    auto *navigator = m_window->findChild<shell::Navigator *>(QStringLiteral("navigator"));
    QTRY_VERIFY(navigator->hasFocus());
    // Where the window is, and what the navigator has chosen: one and the same.
    const auto at = [&]() {
        const QTreeWidgetItem *item = navigator->currentItem();
        const bool agrees = item->isSelected() && item->parent() &&
                            item->parent()->data(0, shell::IdRole).toString() == m_window->currentCluster() &&
                            item->data(0, shell::IdRole).toString() == m_window->currentPage();
        return std::pair(agrees ? m_window->currentCluster() : QStringLiteral("elsewhere"), m_window->currentPage());
    };
    const auto place = [&](qsizetype cluster, const QString &page) { return std::pair(order[cluster], page); };
    const auto press = [&](Qt::Key key, qsizetype times) {
        for (qsizetype i = 0; i < times; ++i) {
            QTest::keyClick(navigator, key);
        }
    };
    press(Qt::Key_Up, ids.size() - 1);
    QCOMPARE(at(), place(2, ids.first()));
    // Left, to the cluster's own row, leads nowhere: its page is what is shown.
    press(Qt::Key_Left, 1);
    QCOMPARE(at(), place(2, ids.first()));
    // Each cluster above opens on the page that was last looked at there, or else on this one.
    press(Qt::Key_Up, 1);
    QCOMPARE(at(), place(1, ids.first()));
    press(Qt::Key_Up, 1);
    QCOMPARE(at(), place(0, ids.first()));
    press(Qt::Key_Up, 1);
    QCOMPARE(at(), place(0, ids.first())); // nothing is above
    press(Qt::Key_Down, ids.size());
    QCOMPARE(at(), place(1, ids.first()));
    press(Qt::Key_Right, 1);
    QCOMPARE(at(), place(1, ids.first()));
    press(Qt::Key_Home, 1);
    QCOMPARE(at(), place(0, ids.last()));
    press(Qt::Key_Home, 1);
    QCOMPARE(at(), place(0, ids.first()));
    press(Qt::Key_End, 1);
    QCOMPARE(at(), place(2, ids.first()));
    press(Qt::Key_PageUp, 1);
    QVERIFY(at() != place(2, ids.first())); // however many rows a page has, it is left upwards
    // So does the mouse.
    QTest::mouseClick(navigator->viewport(), Qt::LeftButton, {},
                      navigator->visualItemRect(navigator->topLevelItem(2)).center());
    QCOMPARE(at(), place(2, ids.first()));
}

void TestKeyboard::tabReachesEverything()
{
    QFETCH(QString, id);
    show(id);
    QVERIFY(page());
    QSet<const QWidget *> missing;
    for (QWidget *widget : page()->findChildren<QWidget *>()) {
        if (reachable(widget)) {
            missing.insert(widget);
        }
    }
    QVERIFY2(!missing.isEmpty(), "a page without anything to reach");
    QTest::keyClick(m_window.get(), Qt::Key_Tab);
    const QWidget *first = QApplication::focusWidget();
    QVERIFY(first);
    constexpr int kMany = 200;
    for (int presses = 0; presses < kMany; ++presses) {
        missing.remove(QApplication::focusWidget());
        // Of buttons of which one holds, Tab reaches one and the arrow keys the others.
        if (const auto *button = qobject_cast<QAbstractButton *>(QApplication::focusWidget())) {
            if (button->group() && button->group()->exclusive()) {
                for (const QAbstractButton *other : button->group()->buttons()) {
                    missing.remove(other);
                }
            }
        }
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
        if (QApplication::focusWidget() == first) {
            break;
        }
    }
    QStringList names;
    for (const QWidget *widget : missing) {
        names.push_back(
            QStringLiteral("%1 %2").arg(QLatin1String(widget->metaObject()->className()), widget->objectName()));
    }
    QVERIFY2(names.isEmpty(), qPrintable(names.join(QStringLiteral(", "))));
    QCOMPARE(QApplication::focusWidget(), first); // and it comes round
}

void TestKeyboard::sideColumnScrolls_data()
{
    QTest::addColumn<QString>("id");
    QTest::newRow("overview") << QStringLiteral("overview");
    QTest::newRow("replication") << QStringLiteral("replication");
}

void TestKeyboard::sideColumnScrolls()
{
    QFETCH(QString, id);
    show(id);
    auto *area = page()->findChild<QScrollArea *>(id + QStringLiteral("-side-scroll"));
    QVERIFY(area);
    // As long as all of it can be seen there is no reason to stop there.
    m_window->resize(1280, 1600);
    QTRY_VERIFY(area->verticalScrollBar()->maximum() == 0);
    QVERIFY(!takesTab(area));
    m_window->resize(1280, 560);
    QTRY_VERIFY(area->verticalScrollBar()->maximum() > 0);
    QVERIFY(takesTab(area));
    QVERIFY(!area->accessibleName().isEmpty());
    for (int presses = 0; presses < 100 && !area->hasFocus(); ++presses) {
        QTest::keyClick(QApplication::focusWidget() ? QApplication::focusWidget() : m_window.get(), Qt::Key_Tab);
    }
    QVERIFY(area->hasFocus());
    const QImage top = area->grab().toImage();
    area->clearFocus();
    QVERIFY(area->grab().toImage() != top); // there was a ring
    area->setFocus(Qt::TabFocusReason);
    QTest::keyClick(area, Qt::Key_Down);
    const int line = area->verticalScrollBar()->value();
    QVERIFY(line > 0);
    QTest::keyClick(area, Qt::Key_PageDown);
    QVERIFY(area->verticalScrollBar()->value() > line);
    QTest::keyClick(area, Qt::Key_End);
    QCOMPARE(area->verticalScrollBar()->value(), area->verticalScrollBar()->maximum());
    QTest::keyClick(area, Qt::Key_Home);
    QCOMPARE(area->verticalScrollBar()->value(), 0);
    // Room comes: who stands there stays there, and does not come back.
    m_window->resize(1280, 1600);
    QTRY_VERIFY(area->verticalScrollBar()->maximum() == 0);
    QVERIFY(area->hasFocus());
    QTest::keyClick(area, Qt::Key_Tab);
    QVERIFY(!area->hasFocus());
    QVERIFY(!takesTab(area));
}

void TestKeyboard::findGoesToTheFilter()
{
    QFETCH(QString, id);
    show(id);
    QTest::keyClick(m_window.get(), Qt::Key_F, Qt::ControlModifier);
    const auto fields = page()->findChildren<widgets::FilterField *>();
    const bool has = std::any_of(fields.begin(), fields.end(), [](const auto *field) { return field->isVisible(); });
    const auto *focused = qobject_cast<widgets::FilterField *>(QApplication::focusWidget());
    QCOMPARE(focused != nullptr, has);
    if (!focused) {
        return;
    }
    widgets::DataTable *table = nullptr;
    for (auto *candidate : page()->findChildren<widgets::DataTable *>()) {
        const bool filtered = qobject_cast<QSortFilterProxyModel *>(candidate->model()) != nullptr;
        if (filtered && candidate->isVisible() && candidate->model()->rowCount() > 0) {
            table = candidate;
        }
    }
    QVERIFY(table);
    const int before = table->model()->rowCount();
    QTest::keyClicks(QApplication::focusWidget(), QStringLiteral("nothing is called so"));
    QTRY_COMPARE(table->model()->rowCount(), 0);
    QTest::keyClick(QApplication::focusWidget(), Qt::Key_Escape);
    QTRY_COMPARE(table->model()->rowCount(), before);
}

void TestKeyboard::focusIsSeen()
{
    QFETCH(QString, id);
    show(id);
    QTest::keyClick(m_window.get(), Qt::Key_Tab); // from now on the keyboard moves the focus
    for (QWidget *widget : page()->findChildren<QWidget *>()) {
        if (!reachable(widget) || widget->inherits("QLineEdit")) { // whose cursor blinks
            continue;
        }
        m_window->setFocus();
        widget->clearFocus();
        const QImage without = page()->grab().toImage();
        widget->setFocus(Qt::TabFocusReason);
        QVERIFY2(widget->hasFocus(), qPrintable(widget->objectName()));
        QVERIFY2(page()->grab().toImage() != without, qPrintable(widget->objectName()));
    }
}

void TestKeyboard::everythingIsNamed()
{
    QFETCH(QString, id);
    show(id);
    for (const QWidget *widget : page()->findChildren<QWidget *>()) {
        if (takesTab(widget)) {
            QVERIFY2(!widget->objectName().isEmpty(), qPrintable(widget->parentWidget()->objectName()));
            QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
        }
        if (const auto *label = qobject_cast<const QLabel *>(widget)) {
            QVERIFY2(label->textFormat() == Qt::PlainText, qPrintable(label->objectName()));
        }
    }
}

QTEST_MAIN(TestKeyboard)
#include "tst_keyboard.moc"
