// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractButton>
#include <QApplication>
#include <QComboBox>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QSignalSpy>
#include <QStandardItemModel>
#include <QTableView>
#include <QTemporaryDir>
#include <QTest>

#include "pages/page.h"
#include "shell/commandpalette.h"
#include "shell/discoverdialog.h"
#include "shell/mainwindow.h"
#include "shell/navigator.h"
#include "shell/render.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/messagebar.h"
#include "widgets/verdictstrip.h"
#include "widgets/verdicttext.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::shell;
using namespace howdah::testsupport;
using cluster::Verdict;

class TestMainWindow : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void emptyWindowOffersWhatToDo();
    void clustersStandWorstFirst();
    void openingManyShowsTheFirst();
    void eventsAreKeptBeforeThePageIs();
    void stripSaysWhatHolds();
    void whatNobodyRenewsTurnsGrey();
    void pausedIsGrey();
    void keysReachClusters();
    void refreshAndPauseNameTheirCluster();
    void closingTheLastShowsTheEmptyState();
    void paletteFindsNodesAndSlots();
    void paletteMatching();
    void serverTextStaysPlain();
    void longNamesDoNotWidenTheWindow();
    void errorsAreSaidUntilClosed();
    void openFileAsksWithoutBlocking();
    void discoveryFillsTheTableAndTakesCorrections();
    void failedDiscoverySaysWhy();
    void lateStateOpensNothing();
    void passwordsAreKeptAside();
    void passwordGoesOnlyToTheAnswersOfItsQuestion();
    void staysUntilTheClusterIsOpen();
    void nodeNamesAreToldApart();
    void lateResultFillsNoOtherDialog();
    void dialogSaysWhatIsLeftOut();
    void themeIsKept();
    void geometryIsKept();
    void opensWithinTheScreen();
    void everyWidgetHasAName();
    void pictureHasTheSizeAsked();

private:
    template<typename T>
    T *find(const char *name) const
    {
        return m_window->findChild<T *>(QLatin1String(name));
    }
    void give(const cluster::ClusterState &state)
    {
        if (!m_window->clusters().contains(state.snapshot->cluster)) {
            m_window->clusterOpened(state.snapshot->cluster);
        }
        m_window->setClusterState(state);
    }
    /// The dialog, open and asking about conninfo.
    DiscoverDialog *discovering(const QString &conninfo);
    QStandardItemModel *foundNodes() const
    {
        return qobject_cast<QStandardItemModel *>(find<QTableView>("nodes-found-table")->model());
    }
    widgets::VerdictStrip *strip() const { return m_window->findChild<widgets::VerdictStrip *>(); }
    QString accessible(const char *name) const { return find<QWidget>(name)->accessibleName(); }

    QTemporaryDir m_settings;
    FakeClock m_clock;
    std::unique_ptr<MainWindow> m_window;
};

void TestMainWindow::initTestCase()
{
    QVERIFY(m_settings.isValid());
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-test"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, m_settings.path());
    theme::Theme::instance().install(*qApp);
}

void TestMainWindow::init()
{
    QSettings().clear();
    m_clock = FakeClock();
    m_window = std::make_unique<MainWindow>(m_clock);
    m_window->resize(1280, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
}

void TestMainWindow::cleanup()
{
    m_window.reset();
    theme::Theme::instance().setMode(theme::Mode::Light);
}

void TestMainWindow::emptyWindowOffersWhatToDo()
{
    QSignalSpy demo(m_window.get(), &MainWindow::demoRequested);
    auto *button = find<QPushButton>("open-the-demo-cluster");
    QVERIFY(button && button->isVisible());
    QTest::mouseClick(button, Qt::LeftButton);
    QCOMPARE(demo.count(), 1);
    QVERIFY(!find<QAction>("action-refresh")->isEnabled());
}

void TestMainWindow::clustersStandWorstFirst()
{
    const auto named = [](const char *name, Verdict verdict) {
        return withVerdict(stateOf(threeNodes(), QLatin1String(name)), verdict);
    };
    give(named("billing", Verdict::Ok));
    give(named("orders", Verdict::Critical));
    m_window->clusterOpened(QStringLiteral("staging"));
    give(named("archive", Verdict::Warning));
    // staging has not answered: unknown, so worse than OK and better than a warning.
    const QStringList expected = {QStringLiteral("orders"), QStringLiteral("archive"), QStringLiteral("staging"),
                                  QStringLiteral("billing")};
    QCOMPARE(m_window->clusters(), expected);
    // The order follows the verdict, what is chosen stays chosen.
    m_window->showCluster(QStringLiteral("billing"));
    give(named("orders", Verdict::Ok));
    give(named("billing", Verdict::Critical));
    QCOMPARE(m_window->clusters().first(), QStringLiteral("billing"));
    QCOMPARE(m_window->clusters().last(), QStringLiteral("orders"));
    QCOMPARE(m_window->currentCluster(), QStringLiteral("billing"));
}

void TestMainWindow::openingManyShowsTheFirst()
{
    for (const char *name : {"billing", "orders", "staging"}) {
        m_window->clusterOpened(QLatin1String(name), false);
    }
    QCOMPARE(m_window->currentCluster(), QStringLiteral("billing"));
    give(stateOf(threeNodes(), QStringLiteral("orders")));
    QCOMPARE(m_window->currentCluster(), QStringLiteral("billing"));
    // A page costs memory and time: none is made before somebody looks.
    QCOMPARE(m_window->findChildren<pages::Page *>().size(), 1);
    m_window->showCluster(QStringLiteral("orders"));
    QCOMPARE(m_window->findChildren<pages::Page *>().size(), 2);
}

// "Nothing has changed" must hold from the first state on, not from the first look.
void TestMainWindow::eventsAreKeptBeforeThePageIs()
{
    m_window->clusterOpened(QStringLiteral("billing"));
    m_window->clusterOpened(QStringLiteral("orders"), false);
    cluster::Snapshot snapshot = threeNodes();
    give(stateOf(snapshot, QStringLiteral("orders")));
    advance(snapshot, 1000);
    takeDown(snapshot, QStringLiteral("pg3"));
    give(stateOf(snapshot, QStringLiteral("orders")));
    QCOMPARE(m_window->currentCluster(), QStringLiteral("billing"));
    const auto events = [this]() -> widgets::DataTable * {
        for (auto *table : m_window->findChildren<widgets::DataTable *>(QStringLiteral("events-table"))) {
            if (table->isVisible()) {
                return table;
            }
        }
        return nullptr;
    };
    QVERIFY(!events());
    m_window->showCluster(QStringLiteral("orders"));
    QTRY_VERIFY(events());
    QCOMPARE(events()->model()->index(0, 1).data().toString(), QStringLiteral("pg3"));
    // The page goes before what it shows, or the other way round.
    m_window->clusterClosed(QStringLiteral("orders"));
    QTRY_VERIFY(!events());
}

void TestMainWindow::stripSaysWhatHolds()
{
    const cluster::ClusterState healthy = withVerdict(stateOf(threeNodes()), Verdict::Ok);
    give(healthy);
    QCOMPARE(strip()->shown().word, QStringLiteral("OK"));
    QCOMPARE(strip()->shown().detail, QStringLiteral("3 of 3 nodes answer"));
    QCOMPARE(accessible("verdict-block"), QStringLiteral("Verdict: OK"));
    QCOMPARE(accessible("strip-writable"), QStringLiteral("Writable nodes: 1 pg1 and no other"));
    QCOMPARE(accessible("strip-loss"), QStringLiteral("Would be lost now: none, pg2 is sync"));
    QVERIFY(accessible("strip-sample").endsWith(QLatin1String(" ago")));
    QVERIFY(find<QLabel>("status-text")->text().startsWith(QLatin1String("3 of 3 nodes answer")));

    cluster::Finding slot;
    slot.id = QStringLiteral("slot_inactive:pg1/analytics_cdc");
    slot.title = QStringLiteral("Slot analytics_cdc has no consumer");
    slot.sinceMs = kNowMonotonicMs - 27 * 60'000;
    cluster::Finding silent = slot;
    silent.severity = Verdict::Unknown;
    give(withVerdict(healthy, Verdict::Warning, {slot}, QStringLiteral("unknown")));
    const QString since = QDateTime::fromMSecsSinceEpoch(kNowWallMs - 27 * 60'000).toString(QStringLiteral("HH:mm"));
    QCOMPARE(strip()->shown().word, QStringLiteral("Warning"));
    QCOMPARE(strip()->shown().detail, QStringLiteral("1 finding, since %1").arg(since));
    QCOMPARE(accessible("strip-loss"), QStringLiteral("Would be lost now: unknown"));
    cluster::Finding old = slot;
    old.beganUnseen = true;
    give(withVerdict(healthy, Verdict::Warning, {old}));
    QCOMPARE(strip()->shown().detail, QStringLiteral("1 finding, since before %1").arg(since));
    give(withVerdict(healthy, Verdict::Warning, {slot, slot, silent}));
    QCOMPARE(strip()->shown().detail, QStringLiteral("3 findings, 1 of them unknown"));

    cluster::Snapshot two = threeNodes();
    makeWritable(two, QStringLiteral("pg2"));
    give(stateOf(two));
    QCOMPARE(accessible("strip-writable"), QStringLiteral("Writable nodes: 2 pg1 and pg2"));
}

void TestMainWindow::whatNobodyRenewsTurnsGrey()
{
    give(withVerdict(stateOf(threeNodes(), QStringLiteral("orders")), Verdict::Ok));
    QCOMPARE(static_cast<int>(strip()->shown().verdict), static_cast<int>(Verdict::Ok));
    // No new state: the window's own clock makes it old.
    m_clock.advance(4000);
    QTRY_COMPARE(static_cast<int>(strip()->shown().verdict), static_cast<int>(Verdict::Unknown));
    QVERIFY2(strip()->shown().detail.startsWith(QLatin1String("was OK")), qPrintable(strip()->shown().detail));
    QCOMPARE(accessible("strip-writable"), QStringLiteral("Writable nodes: unknown, was pg1 4.0 s ago"));
    QCOMPARE(accessible("strip-loss"), QStringLiteral("Would be lost now: unknown"));
    auto *navigator = find<Navigator>("navigator");
    QTRY_VERIFY(
        navigator->topLevelItem(0)->data(0, Qt::AccessibleTextRole).toString().contains(QLatin1String("Unknown")));
}

void TestMainWindow::pausedIsGrey()
{
    cluster::Snapshot snapshot = threeNodes();
    snapshot.paused = true;
    give(stateOf(snapshot));
    QCOMPARE(strip()->shown().word, QStringLiteral("Paused"));
    QCOMPARE(static_cast<int>(strip()->shown().verdict), static_cast<int>(Verdict::Unknown));
    QVERIFY(find<QAction>("action-pause")->isChecked());
    QCOMPARE(find<QAction>("action-pause")->text(), QStringLiteral("Resume"));
    // Nobody is silent who is not asked, and one sample is not shown as if it were of now.
    QCOMPARE(widgets::writableNodes(stateOf(snapshot), m_clock.monotonicMs()).rest, QStringLiteral(", paused"));
    QVERIFY(!find<QAction>("action-refresh")->isEnabled());
    QVERIFY(find<QAction>("action-refresh")->toolTip().contains(QLatin1String("resume")));
    snapshot.paused = false;
    give(stateOf(snapshot));
    QVERIFY(find<QAction>("action-refresh")->isEnabled());
    QCOMPARE(find<QAction>("action-refresh")->toolTip(), QStringLiteral("Refresh (F5)"));
}

void TestMainWindow::keysReachClusters()
{
    give(stateOf(threeNodes(), QStringLiteral("alpha")));
    give(stateOf(threeNodes(), QStringLiteral("beta")));
    QTest::keyClick(m_window.get(), Qt::Key_1, Qt::ControlModifier);
    QTRY_COMPARE(m_window->currentCluster(), QStringLiteral("alpha"));
    QTest::keyClick(m_window.get(), Qt::Key_2, Qt::ControlModifier);
    QTRY_COMPARE(m_window->currentCluster(), QStringLiteral("beta"));
    // From the navigator, upwards to the first row: the other cluster.
    QTest::keyClick(m_window.get(), Qt::Key_0, Qt::ControlModifier);
    auto *navigator = find<Navigator>("navigator");
    QTRY_VERIFY(navigator->hasFocus());
    QTest::keyClick(navigator, Qt::Key_Home);
    QCOMPARE(m_window->currentCluster(), QStringLiteral("alpha"));
}

void TestMainWindow::refreshAndPauseNameTheirCluster()
{
    give(stateOf(threeNodes(), QStringLiteral("orders")));
    QSignalSpy refresh(m_window.get(), &MainWindow::refreshRequested);
    QSignalSpy pause(m_window.get(), &MainWindow::pauseRequested);
    QSignalSpy close(m_window.get(), &MainWindow::closeRequested);
    QTest::keyClick(m_window.get(), Qt::Key_F5);
    QTRY_COMPARE(refresh.count(), 1);
    QCOMPARE(refresh.first().first().toString(), QStringLiteral("orders"));
    find<QAction>("action-pause")->trigger();
    QCOMPARE(pause.count(), 1);
    QCOMPARE(pause.first().at(1).toBool(), true);
    // Only a state may say that it is paused.
    QVERIFY(!find<QAction>("action-pause")->isChecked());
    QTest::keyClick(m_window.get(), Qt::Key_W, Qt::ControlModifier);
    QTRY_COMPARE(close.count(), 1);
    QCOMPARE(m_window->clusters().size(), 1);
}

void TestMainWindow::closingTheLastShowsTheEmptyState()
{
    give(stateOf(threeNodes(), QStringLiteral("orders")));
    QVERIFY(!find<QWidget>("empty-state")->isVisible());
    m_window->clusterClosed(QStringLiteral("orders"));
    QVERIFY(find<QWidget>("empty-state")->isVisible());
    QVERIFY(m_window->clusters().isEmpty());
}

void TestMainWindow::paletteFindsNodesAndSlots()
{
    give(stateOf(busyCluster(), QStringLiteral("orders")));
    give(stateOf(threeNodes(), QStringLiteral("billing")));
    QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
    auto *field = find<QLineEdit>("palette-field");
    QTRY_VERIFY(field->isVisible() && field->hasFocus());
    QTest::keyClicks(field, QStringLiteral("analytics"));
    auto *list = find<QListWidget>("palette-list");
    QCOMPARE(list->count(), 1);
    QCOMPARE(list->item(0)->text(), QStringLiteral("analytics_cdc"));
    QTest::keyClick(field, Qt::Key_Return);
    QVERIFY(!find<QWidget>("command-palette")->isVisible());
    QCOMPARE(m_window->currentCluster(), QStringLiteral("orders"));
    // The same slot on another node: the one that was asked for.
    cluster::Snapshot snapshot = threeNodes();
    cluster::Slot copy = *slotOf(edit(snapshot, QStringLiteral("pg1")), QStringLiteral("pg2_slot"));
    edit(snapshot, QStringLiteral("pg3")).replicationSlots.push_back(copy);
    give(stateOf(snapshot, QStringLiteral("orders")));
    for (const char *node : {"pg3", "pg1"}) {
        QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(field->hasFocus());
        QTest::keyClicks(field, QStringLiteral("pg2_slot %1 of orders").arg(QLatin1String(node)));
        QCOMPARE(list->count(), 1);
        QTest::keyClick(field, Qt::Key_Return);
        QCOMPARE(find<widgets::DataTable>("slots-table")->selectedKey(),
                 QStringLiteral("%1/pg2_slot").arg(QLatin1String(node)));
    }
    QTest::keyClick(m_window.get(), Qt::Key_K, Qt::ControlModifier);
    QTRY_VERIFY(field->hasFocus());
    QTest::keyClick(field, Qt::Key_Escape);
    QVERIFY(!find<QWidget>("command-palette")->isVisible());
}

void TestMainWindow::paletteMatching()
{
    const std::vector<Command> commands = {{QStringLiteral("Refresh"), QStringLiteral("F5"), {}, [] {}},
                                           {QStringLiteral("pg1_slot"), QStringLiteral("slot on pg1"), {}, [] {}},
                                           {QStringLiteral("Slots"), QStringLiteral("page"), {}, [] {}}};
    QCOMPARE(matchCommands(commands, QStringLiteral("slot")), (std::vector<int>{2, 1}));
    QCOMPARE(matchCommands(commands, QStringLiteral("slot pg1")), (std::vector<int>{1}));
    QCOMPARE(matchCommands(commands, QString()), (std::vector<int>{0, 1, 2}));
    QCOMPARE(matchCommands(commands, QString(), 1), (std::vector<int>{0}));
    QVERIFY(matchCommands(commands, QStringLiteral("xyz")).empty());
}

void TestMainWindow::serverTextStaysPlain()
{
    const QString hostile = QStringLiteral("<b>x</b><img src=y>");
    cluster::Snapshot snapshot = threeNodes();
    snapshot.nodes[0].name = hostile;
    snapshot.environment = hostile;
    give(stateOf(snapshot, hostile));
    m_window->showError({.kind = core::Error::Kind::Server, .message = hostile, .hint = hostile});
    QCOMPARE(m_window->clusters(), QStringList{hostile});
    QVERIFY(accessible("strip-writable").contains(hostile));
    for (const QLabel *label : m_window->findChildren<QLabel *>()) {
        QVERIFY2(label->textFormat() == Qt::PlainText || label->text().isEmpty(), qPrintable(label->objectName()));
    }
    for (const QWidget *widget : m_window->findChildren<QWidget *>()) {
        QVERIFY2(!widget->toolTip().contains(QLatin1String("<b>x")), qPrintable(widget->objectName()));
    }
    QCOMPARE(find<QLabel>("message-text")->text(), hostile);
}

void TestMainWindow::longNamesDoNotWidenTheWindow()
{
    cluster::Snapshot snapshot = busyCluster();
    const auto longer = [](const QString &name) {
        return name + QStringLiteral(".") + QString(63 - name.size(), QLatin1Char('m')) +
               QStringLiteral(".databases.production.example.com");
    };
    for (cluster::NodeStatus &node : snapshot.nodes) {
        node.name = longer(node.name);
    }
    give(stateOf(snapshot, longer(QStringLiteral("orders"))));
    for (const QString &id : MainWindow::pageIds()) {
        m_window->showPage(id);
        QCoreApplication::processEvents(); // its layout has run
        QVERIFY2(m_window->minimumSizeHint().width() <= 1280, qPrintable(id));
        QCOMPARE(m_window->width(), 1280);
    }
    m_window->showPage(QStringLiteral("replication"));
    const QString standby = longer(QStringLiteral("pg3"));
    const auto *page = find<QWidget>("replication-page");
    const auto *title = page->findChild<QLabel *>(QStringLiteral("replay-lag-title"));
    QVERIFY2(title->text().contains(standby), qPrintable(title->text()));
    m_window->grab();
    QVERIFY2(title->toolTip().contains(standby), qPrintable(title->toolTip()));
}

void TestMainWindow::errorsAreSaidUntilClosed()
{
    m_window->showError({.kind = core::Error::Kind::Io,
                         .message = QStringLiteral("orders.toml could not be read"),
                         .hint = QStringLiteral("Check its rights.")});
    auto *bar = find<widgets::MessageBar>("message-bar");
    QVERIFY(bar->isVisible());
    QCOMPARE(bar->text(), QStringLiteral("orders.toml could not be read"));
    QTest::mouseClick(find<QAbstractButton>("message-close"), Qt::LeftButton);
    QVERIFY(!bar->isVisible());
}

void TestMainWindow::openFileAsksWithoutBlocking()
{
    QTemporaryDir folder;
    QFile file(folder.filePath(QStringLiteral("orders.toml")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    QSignalSpy open(m_window.get(), &MainWindow::openRequested);
    QTest::keyClick(m_window.get(), Qt::Key_O, Qt::ControlModifier);
    QTRY_VERIFY(find<QFileDialog>("open-dialog"));
    auto *dialog = find<QFileDialog>("open-dialog");
    QVERIFY(dialog->testOption(QFileDialog::DontUseNativeDialog));
    dialog->setDirectory(folder.path());
    dialog->selectFile(file.fileName());
    dialog->findChild<QLineEdit *>()->setText(file.fileName());
    QMetaObject::invokeMethod(dialog, "accept");
    QTRY_COMPARE(open.count(), 1);
    QCOMPARE(open.first().first().toString(), file.fileName());
}

void TestMainWindow::discoveryFillsTheTableAndTakesCorrections()
{
    QSignalSpy discover(m_window.get(), &MainWindow::discoverRequested);
    QSignalSpy open(m_window.get(), &MainWindow::openConfigRequested);
    QTest::keyClick(m_window.get(), Qt::Key_N, Qt::ControlModifier);
    QTRY_VERIFY(find<DiscoverDialog>("discover-dialog"));
    QVERIFY(!find<QPushButton>("discover-start")->isEnabled());
    QTest::keyClicks(find<QLineEdit>("discover-conninfo"), QStringLiteral("host=10.0.0.11 password=secret"));
    QTest::mouseClick(find<QPushButton>("discover-start"), Qt::LeftButton);
    QCOMPARE(discover.count(), 1);
    QVERIFY(!find<QLabel>("discover-message")->text().contains(QLatin1String("secret")));

    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=10.0.0.11")},
                    {.name = QStringLiteral("pg2"), .conninfo = QStringLiteral("host=172.17.0.2")}};
    m_window->discoveryFinished(config, {{true, {}}, {false, QStringLiteral("no answer")}});
    QVERIFY(find<QPushButton>("discover-save")->isEnabled());
    auto *model = qobject_cast<QStandardItemModel *>(find<QTableView>("nodes-found-table")->model());
    QCOMPARE(model->rowCount(), 2);
    model->item(1, 2)->setText(QStringLiteral("host=10.0.0.12"));
    QVERIFY(find<QLabel>("discover-message")->text().contains(QLatin1String("each of these addresses gets it")));
    QTest::mouseClick(find<QPushButton>("discover-open"), Qt::LeftButton);
    QCOMPARE(open.count(), 1);
    const auto chosen = open.first().first().value<cluster::ClusterConfig>();
    // The user has confirmed the address, and was told so: it gets the password that was typed for the first.
    QCOMPARE(chosen.nodes[1].conninfo, QStringLiteral("host=10.0.0.12 password='secret'"));
    QCOMPARE(chosen.name, QStringLiteral("orders"));
}

void TestMainWindow::failedDiscoverySaysWhy()
{
    QVERIFY(discovering(QStringLiteral("host=10.0.0.11")));
    m_window->discoveryFailed({.kind = core::Error::Kind::Connection,
                               .message = QStringLiteral("connection refused"),
                               .hint = QStringLiteral("Is the port right?")});
    QCOMPARE(find<QLabel>("discover-message")->text(), QStringLiteral("connection refused\nIs the port right?"));
    QVERIFY(!find<QPushButton>("discover-save")->isEnabled());
}

void TestMainWindow::lateStateOpensNothing()
{
    const cluster::ClusterState state = stateOf(threeNodes(), QStringLiteral("orders"));
    give(state);
    m_window->clusterClosed(QStringLiteral("orders"));
    m_window->setClusterState(state);
    QCOMPARE(m_window->clusters(), QStringList());
    m_window->setClusterState({});
    QCOMPARE(m_window->clusters(), QStringList());
}

DiscoverDialog *TestMainWindow::discovering(const QString &conninfo)
{
    find<QAction>("action-add")->trigger();
    auto *dialog = find<DiscoverDialog>("discover-dialog");
    if (dialog) {
        find<QLineEdit>("discover-conninfo")->setText(conninfo);
        find<QPushButton>("discover-start")->click();
    }
    return dialog;
}

// A second question fails, or has no answer yet: the nodes of the first are still there, and get the first's password.
void TestMainWindow::passwordGoesOnlyToTheAnswersOfItsQuestion()
{
    QSignalSpy open(m_window.get(), &MainWindow::openConfigRequested);
    QVERIFY(discovering(QStringLiteral("host=10.0.0.11 password=first")));
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=10.0.0.11 password=first")},
                    {.name = QStringLiteral("pg2"), .conninfo = QStringLiteral("host=10.0.0.12")}};
    m_window->discoveryFinished(config, {{true, {}}, {true, {}}});
    find<QLineEdit>("discover-conninfo")->setText(QStringLiteral("host=elsewhere password=second"));
    find<QPushButton>("discover-start")->click();
    m_window->discoveryFailed({.kind = core::Error::Kind::Connection, .message = QStringLiteral("no route")});
    find<QPushButton>("discover-open")->click();
    QCOMPARE(open.count(), 1);
    const auto chosen = open.first().first().value<cluster::ClusterConfig>();
    QCOMPARE(chosen.nodes[1].conninfo, QStringLiteral("host=10.0.0.12 password='first'"));
}

void TestMainWindow::staysUntilTheClusterIsOpen()
{
    QPointer<DiscoverDialog> dialog = discovering(QStringLiteral("host=10.0.0.11"));
    QVERIFY(dialog);
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=172.17.0.2")}};
    m_window->discoveryFinished(config, {{false, {}}});
    foundNodes()->item(0, 2)->setText(QStringLiteral("host=10.0.0.99"));
    find<QPushButton>("discover-open")->click();
    m_window->showError({.kind = core::Error::Kind::Io, .message = QStringLiteral("No room on the disk.")});
    QVERIFY(dialog && dialog->isVisible());
    QCOMPARE(find<QLabel>("discover-message")->text(), QStringLiteral("No room on the disk."));
    QCOMPARE(foundNodes()->item(0, 2)->text(), QStringLiteral("host=10.0.0.99"));
    find<QPushButton>("discover-open")->click();
    m_window->clusterOpened(QStringLiteral("orders"), true);
    QTRY_VERIFY(!dialog);
}

void TestMainWindow::passwordsAreKeptAside()
{
    QSignalSpy open(m_window.get(), &MainWindow::openConfigRequested);
    QVERIFY(discovering(QStringLiteral("host=10.0.0.11 password=canary")));
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=10.0.0.11 password=canary")},
                    {.name = QStringLiteral("pg2"), .conninfo = QStringLiteral("host=10.0.0.12 password=canary")},
                    {.name = QStringLiteral("pg3"), .conninfo = QStringLiteral("host=10.0.0.13")}};
    m_window->discoveryFinished(config, {{true, {}}, {true, {}}, {true, {}}});
    QStandardItemModel *model = foundNodes();
    model->item(1, 2)->setText(QStringLiteral("host=172.17.0.2"));
    model->item(2, 2)->setText(QStringLiteral("host=10.0.0.13 password=canary3"));
    for (int row = 0; row < model->rowCount(); ++row) {
        for (int column = 0; column < model->columnCount(); ++column) {
            const QMap<int, QVariant> data = model->itemData(model->index(row, column));
            for (const QVariant &value : data) {
                QVERIFY2(!value.toString().contains(QLatin1String("canary")), qPrintable(value.toString()));
            }
        }
    }
    auto *table = find<widgets::DataTable>("nodes-found-table");
    table->selectAll();
    QVERIFY(!table->text(true).contains(QLatin1String("canary")));
    QVERIFY(find<QLabel>("discover-message")->text().contains(QLatin1String("password is not written into the file")));
    QTest::mouseClick(find<QPushButton>("discover-open"), Qt::LeftButton);
    QCOMPARE(open.count(), 1);
    const auto chosen = open.first().first().value<cluster::ClusterConfig>();
    QCOMPARE(chosen.nodes[0].conninfo, QStringLiteral("host=10.0.0.11 password='canary'"));
    QCOMPARE(chosen.nodes[1].conninfo, QStringLiteral("host=172.17.0.2 password='canary'"));
    QCOMPARE(chosen.nodes[2].conninfo, QStringLiteral("host=10.0.0.13 password='canary3'"));
}

void TestMainWindow::nodeNamesAreToldApart()
{
    QVERIFY(discovering(QStringLiteral("host=10.0.0.11")));
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=10.0.0.11")},
                    {.name = QStringLiteral("pg2"), .conninfo = QStringLiteral("host=10.0.0.12")}};
    m_window->discoveryFinished(config, {{true, {}}, {true, {}}});
    const QString found = find<QLabel>("discover-message")->text();
    QVERIFY(!found.contains(QLatin1String("password")));
    for (const char *name : {"pg1", " pg1 ", ""}) {
        foundNodes()->item(1, 0)->setText(QLatin1String(name));
        QVERIFY(!find<QPushButton>("discover-save")->isEnabled());
        QVERIFY(!find<QPushButton>("discover-open")->isEnabled());
        QVERIFY(find<QLabel>("discover-message")->text() != found);
    }
    foundNodes()->item(1, 0)->setText(QStringLiteral("pg2"));
    QVERIFY(find<QPushButton>("discover-save")->isEnabled());
    QCOMPARE(find<QLabel>("discover-message")->text(), found);
}

void TestMainWindow::lateResultFillsNoOtherDialog()
{
    QPointer<DiscoverDialog> first = discovering(QStringLiteral("host=10.0.0.11"));
    first->reject();
    QTRY_VERIFY(!first);
    find<QAction>("action-add")->trigger();
    const QString before = find<QLabel>("discover-message")->text();
    cluster::ClusterConfig config;
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=10.0.0.11")}};
    m_window->discoveryFinished(config, {{true, {}}});
    m_window->discoveryFailed({.kind = core::Error::Kind::Connection, .message = QStringLiteral("no route")});
    QCOMPARE(foundNodes()->rowCount(), 0);
    QCOMPARE(find<QLabel>("discover-message")->text(), before);
}

void TestMainWindow::dialogSaysWhatIsLeftOut()
{
    QVERIFY(discovering(QStringLiteral("host=10.0.0.11")));
    QVERIFY(!find<QLabel>("discover-notes")->isVisible());
    cluster::ClusterConfig config;
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=10.0.0.11")}};
    m_window->discoveryFinished(config, {{true, {}}}, {QStringLiteral("<b>one</b>"), QStringLiteral("two")});
    QVERIFY(find<QLabel>("discover-notes")->isVisible());
    QCOMPARE(find<QLabel>("discover-notes")->text(), QStringLiteral("<b>one</b>\ntwo"));
    QCOMPARE(find<QLabel>("discover-notes")->textFormat(), Qt::PlainText);
}

void TestMainWindow::themeIsKept()
{
    find<QAction>("action-theme-dark")->trigger();
    QVERIFY(theme::Theme::instance().isDark());
    QCOMPARE(m_window->palette().color(QPalette::Window), theme::darkTokens()[theme::Token::Window]);
    m_window = std::make_unique<MainWindow>(m_clock);
    QVERIFY(theme::Theme::instance().isDark());
    QVERIFY(find<QAction>("action-theme-dark")->isChecked());
}

void TestMainWindow::geometryIsKept()
{
    // Different from the default, and what the offscreen screen of 800x800 can hold.
    m_window->resize(700, 600);
    m_window->close();
    m_window = std::make_unique<MainWindow>(m_clock);
    QCOMPARE(m_window->size(), QSize(700, 600));
}

void TestMainWindow::opensWithinTheScreen()
{
    const QRect room = m_window->screen()->availableGeometry();
    QSettings().clear();
    QVERIFY(room.contains(QRect(room.topLeft(), MainWindow(m_clock).size())));
    // What was kept is of a larger screen; what is no geometry at all is not used.
    QSettings().setValue(QStringLiteral("window/size"), QSize(5000, 600));
    QSettings().setValue(QStringLiteral("window/geometry"), QByteArray("another screen's"));
    QCOMPARE(MainWindow(m_clock).size(), QSize(room.width(), 600));
}

void TestMainWindow::everyWidgetHasAName()
{
    give(stateOf(busyCluster()));
    find<QAction>("action-about")->trigger();
    find<QAction>("action-add")->trigger();
    for (const QWidget *widget : m_window->findChildren<QWidget *>()) {
        // What Qt puts into its own widgets (viewports, scroll bar holders) bears qt_ names or none.
        const QByteArray type = widget->metaObject()->className();
        const QWidget *parent = widget->parentWidget();
        const bool qts = widget->objectName().startsWith(QLatin1String("qt_")) || type == "QScrollBar" ||
                         (parent && parent->inherits("QAbstractScrollArea")) || type.endsWith("Private") ||
                         type == "QToolBarExtension" || type == "QSplitterHandle" || type == "QHeaderView" ||
                         type == "QMenu";
        if (qts) {
            continue;
        }
        QVERIFY2(!widget->objectName().isEmpty(),
                 qPrintable(QStringLiteral("%1 in %2").arg(QLatin1String(type), parent->objectName())));
        const bool interactive = widget->inherits("QAbstractButton") || widget->inherits("QLineEdit") ||
                                 widget->inherits("QAbstractItemView") || widget->inherits("QComboBox") ||
                                 widget->inherits("QTabBar");
        if (interactive) {
            QVERIFY2(!widget->accessibleName().isEmpty(), qPrintable(widget->objectName()));
        }
    }
}

void TestMainWindow::pictureHasTheSizeAsked()
{
    give(stateOf(busyCluster()));
    QTemporaryDir folder;
    const auto path = renderWindow(*m_window, QSize(1280, 800), folder.filePath(QStringLiteral("window.png")));
    QVERIFY(path.has_value());
    QCOMPARE(QImage(*path).size(), QSize(1280, 800));
    QVERIFY(!renderWindow(*m_window, QSize(640, 480), folder.filePath(QStringLiteral("none/window.png"))).has_value());
}

QTEST_MAIN(TestMainWindow)
#include "tst_mainwindow.moc"
