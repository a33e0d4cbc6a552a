// SPDX-License-Identifier: GPL-3.0-or-later
#include <QApplication>
#include <QLabel>
#include <QSettings>
#include <QTemporaryDir>
#include <QTest>

#include "app/statetext.h"
#include "app/windowcommand.h"
#include "postgres/failure.h"
#include "shell/mainwindow.h"
#include "support/snapshots.h"
#include "theme/theme.h"
#include "widgets/messagebar.h"

using namespace howdah;
using namespace howdah::testsupport;

/// The window and what the command line says, without any server: nothing listens on port 1.
class TestWindowCommand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void oneNameOneCluster();
    void checkCountsWhoAnswers();
};

void TestWindowCommand::oneNameOneCluster()
{
    const QTemporaryDir folder;
    QStringList paths;
    for (const char *file : {"a.toml", "b.toml"}) {
        cluster::ClusterConfig config;
        config.name = QStringLiteral("orders");
        for (const char *node : {"pg1", "pg2"}) {
            config.nodes.push_back(
                {.name = QLatin1String(node), .conninfo = QStringLiteral("host=127.0.0.1 port=1 connect_timeout=2")});
        }
        paths << folder.filePath(QLatin1String(file));
        QVERIFY(cluster::saveClusterFile(config, paths.last()));
    }
    app::Invocation invocation;
    invocation.cluster = paths.first();
    app::WindowCommand command(invocation);
    command.start();
    shell::MainWindow *window = nullptr;
    const QWidgetList widgets = QApplication::topLevelWidgets();
    for (QWidget *widget : widgets) {
        window = window ? window : qobject_cast<shell::MainWindow *>(widget);
    }
    QVERIFY(window);
    QTRY_COMPARE(window->clusters(), QStringList{QStringLiteral("orders")});
    auto *bar = window->findChild<widgets::MessageBar *>();
    // The same file once more is no conflict.
    Q_EMIT window->openRequested(paths.first());
    QVERIFY(!bar->isVisible());
    Q_EMIT window->openRequested(paths.last());
    QVERIFY(bar->isVisible());
    QVERIFY2(bar->text().contains(paths.first()) && bar->text().contains(paths.last()), qPrintable(bar->text()));
    QCOMPARE(window->clusters(), QStringList{QStringLiteral("orders")});
    QCOMPARE(QSettings().value(QStringLiteral("clusters/open")).toStringList(), QStringList{paths.first()});
}

void TestWindowCommand::checkCountsWhoAnswers()
{
    const auto line = [](const cluster::Snapshot &snapshot) {
        auto assessment = std::make_shared<cluster::Assessment>(cluster::assess(snapshot));
        assessment->findings.clear();
        return app::checkText({std::make_shared<const cluster::Snapshot>(snapshot), assessment});
    };
    cluster::Snapshot snapshot = healthyPair();
    QVERIFY2(line(snapshot).contains(QLatin1String("2 of 2 nodes answer")), qPrintable(line(snapshot)));
    makeStale(snapshot, QStringLiteral("pg2"));
    QVERIFY2(line(snapshot).contains(QLatin1String("1 of 2 nodes answer")), qPrintable(line(snapshot)));
    neverSeen(snapshot, QStringLiteral("pg1"));
    neverSeen(snapshot, QStringLiteral("pg2"));
    QVERIFY2(line(snapshot).contains(QLatin1String("0 of 2 nodes answer")), qPrintable(line(snapshot)));
}

int main(int argc, char **argv)
{
    const QTemporaryDir settings; // never the user's own
    qputenv("XDG_CONFIG_HOME", settings.path().toLocal8Bit());
    QApplication application(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-test"));
    QCoreApplication::setApplicationName(QStringLiteral("howdah-test"));
    postgres::initialize();
    theme::Theme::instance().install(application);
    TestWindowCommand test;
    return QTest::qExec(&test, argc, argv);
}
#include "tst_windowcommand.moc"
