// SPDX-License-Identifier: GPL-3.0-or-later
// A standby's card is brought to the primary's by the mouse, and an address to a card, in the real window.
#include <QAction>
#include <QComboBox>
#include <QContextMenuEvent>
#include <QDir>
#include <QMenu>
#include <QSettings>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QWindow>

#include "shell/mainwindow.h"
#include "shell/movedialog.h"
#include "shell/switchoverdialog.h"
#include "support/sights.h"
#include "theme/theme.h"
#include "topology/topologyview.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::testsupport;
using Drag = topology::CardItem::Drag;

class TestTopologyDrag : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup() { m_window.reset(); }
    void dropOnThePrimaryAsks();
    void escapeCancels();
    void elsewhereNothingHappens_data();
    void elsewhereNothingHappens();
    void onlyWhatCanBeProposed_data();
    void onlyWhatCanBeProposed();
    void clusterChangesMeanwhile();
    void aClickIsNoDrag();
    void menuFollowsTheSameRule_data();
    void menuFollowsTheSameRule();
    void menuByTheKeyboard();
    void addressGoesWhereItMay_data();
    void addressGoesWhereItMay();
    void addressesOfOthersStay_data();
    void addressesOfOthersStay();
    void addressThatIsGoneIsLetGo();
    void menuMovesAddresses();
    void looks();

private:
    topology::TopologyView *view() const
    {
        return m_window->findChild<topology::TopologyView *>(QStringLiteral("topologyView"));
    }
    /// The middle of a card in the window.
    QPoint at(const char *node) const
    {
        const auto *card = view()->card(QLatin1String(node));
        const QPoint there = view()->mapFromScene(card->sceneBoundingRect().center());
        return view()->viewport()->mapTo(m_window.get(), there);
    }
    /// The middle of the tab of an address on a node's card, in the window.
    QPoint tabAt(const char *address, const char *node) const
    {
        const auto *card = view()->card(QLatin1String(node));
        for (qreal x = 0; x < card->cardRect().width(); x += 2) {
            if (card->addressAt(QPointF(x, -8)) == QLatin1String(address)) {
                const QPoint there = view()->mapFromScene(card->mapToScene(QPointF(x + 30, -8)));
                return view()->viewport()->mapTo(m_window.get(), there);
            }
        }
        return {};
    }
    void showSights(const cluster::ClusterState &state, const operations::address::Sights &sights) const
    {
        m_window->setClusterState(state);
        m_window->setAddresses(QStringLiteral("orders"), std::make_shared<const operations::address::Sights>(sights));
        QCoreApplication::processEvents(); // cards with tabs lie elsewhere
    }
    shell::MoveDialog *moveDialog() const { return m_window->findChild<shell::MoveDialog *>(); }
    QString chosen(const char *box) const
    {
        return moveDialog()->findChild<QComboBox *>(QLatin1String(box))->currentText();
    }
    Drag drag(const char *node) const { return view()->card(QLatin1String(node))->drag(); }
    QWindow *window() const { return m_window->windowHandle(); }
    void press(const char *node) const { QTest::mousePress(window(), Qt::LeftButton, {}, at(node)); }
    void move(QPoint to) const
    {
        QTest::mouseMove(window(), to - QPoint(30, 0));
        QTest::mouseMove(window(), to);
    }
    void release(QPoint there) const { QTest::mouseRelease(window(), Qt::LeftButton, {}, there); }
    shell::SwitchoverDialog *dialog() const { return m_window->findChild<shell::SwitchoverDialog *>(); }
    bool isQuiet() const { return drag("pg1") == Drag::None && drag("pg2") == Drag::None && drag("pg3") == Drag::None; }

    QTemporaryDir m_settings;
    FakeClock m_clock;
    std::unique_ptr<shell::MainWindow> m_window;
};

void TestTopologyDrag::initTestCase()
{
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    theme::Theme::instance().install(*qApp);
}

void TestTopologyDrag::init()
{
    QSettings().clear();
    m_window = std::make_unique<shell::MainWindow>(m_clock);
    m_window->resize(1280, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_window->clusterOpened(QStringLiteral("orders"));
    m_window->setClusterState(stateOf(threeNodes(), QStringLiteral("orders")));
    QTRY_VERIFY(view() && view()->isVisible() && view()->card(QStringLiteral("pg3")));
    QCoreApplication::processEvents(); // its layout has run
}

void TestTopologyDrag::dropOnThePrimaryAsks()
{
    QSignalSpy runs(m_window.get(), &shell::MainWindow::operationRunRequested);
    press("pg2");
    move(at("pg3"));
    QCOMPARE(drag("pg2"), Drag::Source);
    QCOMPARE(drag("pg1"), Drag::Target); // the only place to let it go, wherever the pointer is
    QCOMPARE(drag("pg3"), Drag::Aside);
    QCOMPARE(view()->viewport()->cursor().shape(), Qt::ForbiddenCursor);
    move(at("pg1"));
    QCOMPARE(drag("pg1"), Drag::Hovered);
    QCOMPARE(view()->viewport()->cursor().shape(), Qt::DragMoveCursor);
    release(at("pg1"));
    QVERIFY(isQuiet());
    QVERIFY(dialog());
    QCOMPARE(dialog()->target(), QStringLiteral("pg2"));
    QVERIFY(!dialog()->isRunning()); // it asks, and never acts
    QCOMPARE(runs.count(), 0);
}

void TestTopologyDrag::escapeCancels()
{
    press("pg2");
    move(at("pg1"));
    QCOMPARE(drag("pg1"), Drag::Hovered);
    QTest::keyClick(window(), Qt::Key_Escape);
    QVERIFY(isQuiet());
    move(at("pg1")); // the button is still down
    QVERIFY(isQuiet());
    release(at("pg1"));
    QVERIFY(!dialog());
    // So does the other button.
    press("pg2");
    move(at("pg1"));
    QTest::mousePress(window(), Qt::RightButton, {}, at("pg1"));
    QVERIFY(isQuiet());
    release(at("pg1"));
    QVERIFY(!dialog());
}

void TestTopologyDrag::elsewhereNothingHappens_data()
{
    QTest::addColumn<QString>("where");
    QTest::newRow("another standby") << QStringLiteral("pg3");
    QTest::newRow("itself") << QStringLiteral("pg2");
    QTest::newRow("no card") << QString();
}

void TestTopologyDrag::elsewhereNothingHappens()
{
    QFETCH(QString, where);
    press("pg2");
    move(at("pg1"));
    const QPoint gap = (at("pg1") + at("pg2")) / 2;
    const QPoint there = where.isEmpty() ? gap : at(qPrintable(where));
    move(there);
    QCOMPARE(drag("pg1"), Drag::Target);
    release(there);
    QVERIFY(isQuiet());
    QVERIFY(!dialog());
}

void TestTopologyDrag::onlyWhatCanBeProposed_data()
{
    QTest::addColumn<QString>("node");
    QTest::newRow("the primary itself") << QStringLiteral("pg1");
    QTest::newRow("a cascading standby") << QStringLiteral("pg3");
}

void TestTopologyDrag::onlyWhatCanBeProposed()
{
    QFETCH(QString, node);
    press(qPrintable(node));
    for (const char *over : {"pg2", "pg3", "pg1"}) {
        move(at(over));
        QVERIFY(isQuiet()); // nothing lights up that would not be taken
    }
    release(at("pg1"));
    QVERIFY(!dialog());
}

void TestTopologyDrag::clusterChangesMeanwhile()
{
    press("pg2");
    move(at("pg1"));
    QCOMPARE(drag("pg1"), Drag::Hovered);
    m_window->setClusterState(stateOf(threeNodes(), QStringLiteral("orders"))); // a tick changes nothing
    QCOMPARE(drag("pg1"), Drag::Hovered);
    cluster::Snapshot lost = threeNodes();
    neverSeen(lost, QStringLiteral("pg1"));
    m_window->setClusterState(stateOf(lost, QStringLiteral("orders")));
    QVERIFY(isQuiet());
    release(at("pg1"));
    QVERIFY(!dialog());
}

void TestTopologyDrag::aClickIsNoDrag()
{
    press("pg2");
    QTest::mouseMove(window(), at("pg2") + QPoint(2, 1)); // a hand that trembles
    QVERIFY(isQuiet());
    release(at("pg2") + QPoint(2, 1));
    QCOMPARE(view()->selectedNode(), QStringLiteral("pg2"));
    QTest::mouseMove(window(), at("pg1"));
    QVERIFY(isQuiet());
}

void TestTopologyDrag::menuFollowsTheSameRule_data()
{
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("text");
    QTest::addColumn<bool>("enabled");
    QTest::newRow("standby") << QStringLiteral("pg2") << QStringLiteral("Switch over to pg2…") << true;
    QTest::newRow("primary") << QStringLiteral("pg1") << QStringLiteral("Switch over to pg1: it is the primary")
                             << false;
    QTest::newRow("cascading") << QStringLiteral("pg3")
                               << QStringLiteral("Switch over to pg3: it follows pg2, not the primary") << false;
}

void TestTopologyDrag::menuFollowsTheSameRule()
{
    QFETCH(QString, node);
    QFETCH(bool, enabled);
    QTest::mouseClick(window(), Qt::RightButton, {}, at(qPrintable(node)));
    QMenu *menu = nullptr;
    QTRY_VERIFY((menu = m_window->findChild<QMenu *>(QStringLiteral("node-menu"))));
    auto *over = menu->findChild<QAction *>(QStringLiteral("node-switchover"));
    QTEST(over->text(), "text");
    QCOMPARE(over->isEnabled(), enabled);
    over->trigger();
    menu->close();
    QCOMPARE(dialog() != nullptr, enabled);
    if (enabled) {
        QCOMPARE(dialog()->target(), node);
    }
}

void TestTopologyDrag::menuByTheKeyboard()
{
    view()->setFocus(Qt::TabFocusReason);
    view()->selectNode(QStringLiteral("pg2"));
    QContextMenuEvent key(QContextMenuEvent::Keyboard, QPoint(), QPoint());
    QCoreApplication::sendEvent(view()->viewport(), &key);
    auto *menu = m_window->findChild<QMenu *>(QStringLiteral("node-menu"));
    QVERIFY(menu);
    QTest::keyClick(menu, Qt::Key_Down);
    QTest::keyClick(menu, Qt::Key_Return);
    QTRY_VERIFY(dialog());
    QCOMPARE(dialog()->target(), QStringLiteral("pg2"));
}

void TestTopologyDrag::addressGoesWhereItMay_data()
{
    QTest::addColumn<QString>("address");
    QTest::addColumn<QString>("on"); // whose card has its tab
    QTest::addColumn<QString>("targets");
    QTest::addColumn<QString>("to");
    QTest::addColumn<QString>("asked"); // "move", "switchover" or nothing
    const auto row = [](const char *name, const char *address, const char *on, const char *targets, const char *to,
                        const char *asked) {
        QTest::newRow(name) << QString::fromLatin1(address) << QString::fromLatin1(on) << QString::fromLatin1(targets)
                            << QString::fromLatin1(to) << QString::fromLatin1(asked);
    };
    row("of readers, to a standby", "read", "pg2", "pg1 pg3", "pg3", "move");
    row("of readers, to the primary", "read", "pg2", "pg1 pg3", "pg1", "move");
    row("of readers, where it is", "read", "pg2", "pg1 pg3", "pg2", "");
    // It leads to whoever takes the writes: who is to have it has to take them.
    row("of writers, to a standby", "write", "pg1", "pg2", "pg2", "switchover");
    row("of writers, to one that can't take over", "write", "pg1", "pg2", "pg3", "");
    row("of writers, left behind", "stray", "pg3", "pg1 pg2", "pg1", "move");
    row("of writers, left behind, to a standby", "stray", "pg3", "pg1 pg2", "pg2", "switchover");
}

void TestTopologyDrag::addressGoesWhereItMay()
{
    QFETCH(QString, address);
    QFETCH(QString, on);
    QFETCH(QString, targets);
    QFETCH(QString, to);
    QFETCH(QString, asked);
    const cluster::ClusterState state = stateOf(startedApart(threeNodes()), QStringLiteral("orders"));
    operations::address::Sights sights = someSights(state);
    operations::address::Sight stray = sights.front();
    stray.address.name = QStringLiteral("stray");
    sights.push_back(sightOf(state, stray.address, heldBy(*state.snapshot, QStringLiteral("pg3"))));
    showSights(state, sights);
    QSignalSpy runs(m_window.get(), &shell::MainWindow::operationRunRequested);
    const QPoint tab = tabAt(qPrintable(address), qPrintable(on));
    QVERIFY(!tab.isNull());
    QTest::mousePress(window(), Qt::LeftButton, {}, tab);
    move(at(qPrintable(to)));
    const QStringList may = targets.split(QLatin1Char(' '));
    for (const char *node : {"pg1", "pg2", "pg3"}) {
        const bool lit = drag(node) == Drag::Target || drag(node) == Drag::Hovered;
        QVERIFY2(lit == may.contains(QLatin1String(node)), node);
    }
    QCOMPARE(drag(qPrintable(to)) == Drag::Hovered, !asked.isEmpty());
    release(at(qPrintable(to)));
    QVERIFY(isQuiet());
    QCOMPARE(moveDialog() != nullptr, asked == QLatin1String("move"));
    QCOMPARE(dialog() != nullptr, asked == QLatin1String("switchover"));
    if (moveDialog()) {
        QCOMPARE(chosen("move-address"), address);
        QCOMPARE(chosen("move-node"), to);
    } else if (dialog()) {
        QCOMPARE(dialog()->target(), to);
    }
    QCOMPARE(runs.count(), 0); // it asks, and never acts
}

void TestTopologyDrag::addressesOfOthersStay_data()
{
    QTest::addColumn<QString>("provider");
    QTest::newRow("whom this version does not know") << QStringLiteral("somebody-elses");
    QTest::newRow("who moves it by himself") << QStringLiteral("keepalived");
}

/// What the console does not move is not dragged.
void TestTopologyDrag::addressesOfOthersStay()
{
    QFETCH(QString, provider);
    const cluster::ClusterState state = stateOf(startedApart(threeNodes()), QStringLiteral("orders"));
    operations::address::Sights sights = someSights(state);
    sights[1].address.provider = provider;
    showSights(state, sights);
    QTest::mousePress(window(), Qt::LeftButton, {}, tabAt("read", "pg2"));
    move(at("pg3"));
    QVERIFY(isQuiet());
    release(at("pg3"));
    QVERIFY(!moveDialog() && !dialog());
}

void TestTopologyDrag::addressThatIsGoneIsLetGo()
{
    const cluster::ClusterState state = stateOf(startedApart(threeNodes()), QStringLiteral("orders"));
    showSights(state, someSights(state));
    QTest::mousePress(window(), Qt::LeftButton, {}, tabAt("read", "pg2"));
    move(at("pg3"));
    QCOMPARE(drag("pg3"), Drag::Hovered);
    showSights(state, someSights(state)); // a look that sees the same
    QCOMPARE(drag("pg3"), Drag::Hovered);
    showSights(state, {});
    QVERIFY(isQuiet());
    release(at("pg3"));
    QVERIFY(!moveDialog());
}

void TestTopologyDrag::menuMovesAddresses()
{
    const cluster::ClusterState state = stateOf(startedApart(threeNodes()), QStringLiteral("orders"));
    showSights(state, someSights(state));
    QTest::mouseClick(window(), Qt::RightButton, {}, at("pg3"));
    QMenu *menu = nullptr;
    QTRY_VERIFY((menu = m_window->findChild<QMenu *>(QStringLiteral("node-menu"))));
    QVERIFY(!menu->findChild<QAction *>(QStringLiteral("node-address-write"))); // it follows the primary
    auto *over = menu->findChild<QAction *>(QStringLiteral("node-address-read"));
    QVERIFY(over && over->text() == QStringLiteral("Move address read here…"));
    over->trigger();
    menu->close();
    QVERIFY(moveDialog());
    QCOMPARE(chosen("move-address"), QStringLiteral("read"));
    QCOMPARE(chosen("move-node"), QStringLiteral("pg3"));
}

/// Pictures into $HOWDAH_TEST_PICTURES when that is set.
void TestTopologyDrag::looks()
{
    const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES");
    if (folder.isEmpty()) {
        return;
    }
    QDir().mkpath(folder);
    for (const auto mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::Theme::instance().setMode(mode);
        press("pg2");
        move((at("pg1") + at("pg2")) / 2 + QPoint(0, 70));
        QCoreApplication::processEvents();
        const QString name = QStringLiteral("%1/drag-%2-%3.png").arg(folder, QString(), theme::modeKey(mode));
        QVERIFY(m_window->grab().save(QString(name).replace(QStringLiteral("--"), QStringLiteral("-target-"))));
        move(at("pg1"));
        QCoreApplication::processEvents();
        QVERIFY(m_window->grab().save(QString(name).replace(QStringLiteral("--"), QStringLiteral("-hovered-"))));
        QTest::keyClick(window(), Qt::Key_Escape);
        release(at("pg1"));
        const cluster::ClusterState state = stateOf(startedApart(threeNodes()), QStringLiteral("orders"));
        showSights(state, someSights(state));
        QTest::mousePress(window(), Qt::LeftButton, {}, tabAt("read", "pg2"));
        move((at("pg1") + at("pg2")) / 2 + QPoint(0, 70));
        QCoreApplication::processEvents();
        QVERIFY(m_window->grab().save(QString(name).replace(QStringLiteral("--"), QStringLiteral("-address-"))));
        QTest::keyClick(window(), Qt::Key_Escape);
        release(at("pg1"));
        showSights(state, {});
    }
    theme::Theme::instance().setMode(theme::Mode::Light);
}

QTEST_MAIN(TestTopologyDrag)
#include "tst_topologydrag.moc"
