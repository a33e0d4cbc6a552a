// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QApplication>
#include <QCheckBox>
#include <QDir>
#include <QMenu>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "app/windowcommand.h"
#include "charts/outageplot.h"
#include "operations/journal.h"
#include "postgres/failure.h"
#include "shell/mainwindow.h"
#include "shell/switchoverdialog.h"
#include "shell/switchoverstrip.h"
#include "support/localcluster.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/verdictstrip.h"

using namespace howdah;
using testsupport::LocalCluster;

/// A switchover by mouse in the real window, on real servers, there and back.
class TestLiveSwitchover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void fromTheToolBar();
    void backFromTheNodesMenu();

private:
    void runIn(shell::SwitchoverDialog *dialog, const QString &target, bool measured);
    QString inRecovery(int node) const;

    QTemporaryDir m_directory;
    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<app::WindowCommand> m_command;
    shell::MainWindow *m_window = nullptr;
};

void TestLiveSwitchover::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    QStandardPaths::setTestModeEnabled(true);
    QDir(operations::journalDirectory()).removeRecursively();
    LocalCluster::Options options;
    options.nodes = 2;
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
    cluster::ClusterConfig config = m_servers->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("live");
    config.manager = cluster::ManagerKind::None;
    const QString path = m_directory.filePath(QStringLiteral("live.toml"));
    QVERIFY(cluster::saveClusterFile(config, path));
    app::Invocation invocation;
    invocation.cluster = path;
    invocation.size = QStringLiteral("1280x800");
    m_command = std::make_unique<app::WindowCommand>(invocation);
    m_command->start();
    const QWidgetList windows = QApplication::topLevelWidgets();
    for (QWidget *widget : windows) {
        m_window = qobject_cast<shell::MainWindow *>(widget) ? qobject_cast<shell::MainWindow *>(widget) : m_window;
    }
    QVERIFY(m_window);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->findChild<QWidget *>(QStringLiteral("verdict-strip")), 15'000);
}

QString TestLiveSwitchover::inRecovery(int node) const
{
    return m_servers->node(node).value(QStringLiteral("SELECT pg_is_in_recovery()"));
}

/// Waits until everything is checked, accepts what warns, presses the button and waits for the end.
void TestLiveSwitchover::runIn(shell::SwitchoverDialog *dialog, const QString &target, bool measured)
{
    QTRY_COMPARE_WITH_TIMEOUT(dialog->target(), target, 15'000); // proposed once the primary is known
    auto *run = dialog->findChild<QPushButton *>(QStringLiteral("switchover-run"));
    const auto warnings = [dialog] {
        QList<QCheckBox *> ticks = dialog->findChildren<QCheckBox *>();
        ticks.removeIf([](const QCheckBox *tick) { return !tick->objectName().startsWith(QLatin1String("accept-")); });
        return ticks;
    };
    auto *sentence = dialog->findChild<widgets::Label *>(QStringLiteral("switchover-sentence"));
    // What warns is known when everything could be read.
    QTRY_VERIFY_WITH_TIMEOUT(run->isEnabled() || !warnings().isEmpty(), 30'000);
    for (QCheckBox *tick : warnings()) {
        tick->setChecked(true);
    }
    QTRY_VERIFY_WITH_TIMEOUT(run->isEnabled(), 5000);
    auto *measure = dialog->findChild<QCheckBox *>(QStringLiteral("switchover-measure"));
    QTRY_VERIFY_WITH_TIMEOUT(measure->isEnabled(), 5000);
    measure->setChecked(measured);
    QTest::mouseClick(run, Qt::LeftButton);
    QVERIFY(dialog->isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(!dialog->isRunning(), 60'000);
    QVERIFY2(sentence->text().startsWith(target + QStringLiteral(" is the primary")),
             qPrintable(sentence->text() +
                        dialog->findChild<QPlainTextEdit *>(QStringLiteral("switchover-output"))->toPlainText()));
    const auto figures =
        dialog->findChild<shell::SwitchoverStrip *>(QStringLiteral("switchover-strip"))->facts().figures;
    QVERIFY2(figures[0].value.endsWith(QStringLiteral(" ms")), qPrintable(figures[0].value));
    QCOMPARE(figures[1].value, measured ? QStringLiteral("0") : QStringLiteral("not measured"));
    auto *proofs = dialog->findChild<widgets::DataTable *>(QStringLiteral("proof-table"))->model();
    for (int row = 0; row < proofs->rowCount(); ++row) {
        const QModelIndex proof = proofs->index(row, 0);
        QVERIFY2(proof.data(tables::VerdictRole).isValid() &&
                     proof.data(tables::VerdictRole).toInt() == static_cast<int>(cluster::Verdict::Ok),
                 qPrintable(proof.data().toString() + proof.siblingAtColumn(1).data().toString()));
    }
    QVERIFY(proofs->rowCount() >= 6);
    if (measured) {
        auto *plot = dialog->findChild<charts::OutagePlot *>(QStringLiteral("outage-plot"));
        QTRY_VERIFY(plot->drawn().hasGap && !plot->drawn().isOpen);
        QVERIFY(plot->drawn().bars.size() == 3 && !plot->drawn().acknowledged.empty());
        const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES");
        if (!folder.isEmpty()) {
            QVERIFY(dialog->grab().save(folder + QStringLiteral("/switchover-live.png")));
        }
    }
    QTest::mouseClick(dialog->findChild<QPushButton *>(QStringLiteral("switchover-cancel")), Qt::LeftButton);
    QTRY_VERIFY(!m_window->findChild<shell::SwitchoverDialog *>());
}

void TestLiveSwitchover::fromTheToolBar()
{
    auto *action = m_window->findChild<QAction *>(QStringLiteral("action-switchover"));
    QTRY_VERIFY_WITH_TIMEOUT(action->isEnabled(), 15'000);
    QTest::mouseClick(m_window->findChild<QWidget *>(QStringLiteral("tool-switchover")), Qt::LeftButton);
    auto *dialog = m_window->findChild<shell::SwitchoverDialog *>();
    QVERIFY(dialog);
    runIn(dialog, QStringLiteral("pg2"), true);
    QCOMPARE(inRecovery(0), QStringLiteral("t"));
    QCOMPARE(inRecovery(1), QStringLiteral("f"));
    const operations::Journal journal = operations::readJournal(operations::journalDirectory());
    QCOMPARE(journal.operations.size(), std::size_t(1));
    QCOMPARE(operations::toString(journal.operations.front().outcome), QStringLiteral("done"));
}

void TestLiveSwitchover::backFromTheNodesMenu()
{
    auto *topology = m_window->findChild<QWidget *>(QStringLiteral("topologyView"));
    QVERIFY(topology);
    const auto *strip = m_window->findChild<widgets::VerdictStrip *>(QStringLiteral("verdict-strip"));
    QTRY_COMPARE_WITH_TIMEOUT(cluster::verdictKey(strip->shown().verdict), QStringLiteral("ok"), 30'000);
    QMetaObject::invokeMethod(topology, "nodeMenuRequested", Q_ARG(QString, QStringLiteral("pg1")),
                              Q_ARG(QPoint, QPoint(5, 5)));
    auto *menu = m_window->findChild<QMenu *>(QStringLiteral("node-menu"));
    QVERIFY(menu);
    menu->findChild<QAction *>(QStringLiteral("node-switchover"))->trigger();
    menu->close();
    auto *dialog = m_window->findChild<shell::SwitchoverDialog *>();
    QVERIFY(dialog);
    // What the last one took is what this one is expected to take.
    auto *candidates = dialog->findChild<widgets::DataTable *>(QStringLiteral("candidates-table"))->model();
    const auto basis = [candidates] {
        for (int column = 0; column < candidates->columnCount(); ++column) {
            if (candidates->headerData(column, Qt::Horizontal, tables::ColumnKeyRole) == QStringLiteral("waits")) {
                return candidates->index(0, column).data(Qt::ToolTipRole).toString();
            }
        }
        return QString();
    };
    QTRY_VERIFY_WITH_TIMEOUT(basis().contains(QStringLiteral("as in the last switchover here")), 30'000);
    runIn(dialog, QStringLiteral("pg1"), false);
    QCOMPARE(inRecovery(0), QStringLiteral("f"));
    QCOMPARE(inRecovery(1), QStringLiteral("t"));
}

int main(int argc, char **argv)
{
    const QTemporaryDir settings; // never the user's own
    qputenv("XDG_CONFIG_HOME", settings.path().toLocal8Bit());
    QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("howdah-test"));
    postgres::initialize();
    theme::Theme::instance().install(application);
    TestLiveSwitchover test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_liveswitchover.moc"
