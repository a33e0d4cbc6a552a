// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAction>
#include <QApplication>
#include <QFileDialog>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
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

namespace {
const QString kOpen = QStringLiteral("clusters/open");

shell::MainWindow *openWindow()
{
    const QWidgetList widgets = QApplication::topLevelWidgets();
    for (QWidget *widget : widgets) {
        if (auto *window = qobject_cast<shell::MainWindow *>(widget)) {
            return window;
        }
    }
    return nullptr;
}

/// A cluster of two nodes that do not answer, as the file NAME.toml in folder; its path.
QString writeCluster(const QTemporaryDir &folder, const QString &name)
{
    cluster::ClusterConfig config;
    config.name = name;
    for (const char *node : {"pg1", "pg2"}) {
        config.nodes.push_back(
            {.name = QLatin1String(node), .conninfo = QStringLiteral("host=127.0.0.1 port=1 connect_timeout=2")});
    }
    const QString path = folder.filePath(name + QStringLiteral(".toml"));
    return cluster::saveClusterFile(config, path) ? path : QString();
}

app::Invocation opening(const QString &cluster)
{
    app::Invocation invocation;
    invocation.cluster = cluster;
    return invocation;
}
} // namespace

/// The window and what the command line says, without any server: nothing listens on port 1.
class TestWindowCommand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { QSettings().clear(); }
    void oneNameOneCluster();
    void openingAddsToWhatIsRemembered();
    void goneFilesAreForgotten();
    void whatCantBeOpenedIsToldTogether();
    void refusedClusterIsNotWritten();
    void savesWhereFilesAreKnownByName();
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
    shell::MainWindow *window = openWindow();
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

void TestWindowCommand::openingAddsToWhatIsRemembered()
{
    const QTemporaryDir folder;
    const QString a = writeCluster(folder, QStringLiteral("a"));
    const QString b = writeCluster(folder, QStringLiteral("b"));
    const QString c = writeCluster(folder, QStringLiteral("c"));
    QSettings().setValue(kOpen, QStringList{a, b});
    {
        app::WindowCommand command(opening(c));
        command.start();
        QTRY_COMPARE(openWindow()->clusters(), QStringList{QStringLiteral("c")});
        openWindow()->close();
    }
    QCOMPARE(QSettings().value(kOpen).toStringList(), (QStringList{a, b, c}));
    {
        app::WindowCommand command{app::Invocation()};
        command.start();
        QTRY_COMPARE(openWindow()->clusters().size(), 3);
        QCOMPARE(openWindow()->currentCluster(), QStringLiteral("c")); // as it was left
        openWindow()->showCluster(QStringLiteral("b"));
        openWindow()->close();
    }
    app::WindowCommand command{app::Invocation()};
    command.start();
    QTRY_COMPARE(openWindow()->clusters().size(), 3);
    QCOMPARE(openWindow()->currentCluster(), QStringLiteral("b"));
    openWindow()->findChild<QAction *>(QStringLiteral("action-close"))->trigger();
    QTRY_COMPARE(QSettings().value(kOpen).toStringList(), (QStringList{a, c}));
}

void TestWindowCommand::goneFilesAreForgotten()
{
    const QTemporaryDir folder;
    const QString a = writeCluster(folder, QStringLiteral("a"));
    const QString gone = folder.filePath(QStringLiteral("gone.toml"));
    QSettings().setValue(kOpen, QStringList{a, gone});
    app::WindowCommand command{app::Invocation()};
    command.start();
    auto *bar = openWindow()->findChild<widgets::MessageBar *>();
    QTRY_VERIFY(bar->isVisible() && bar->text().contains(gone));
    QCOMPARE(QSettings().value(kOpen).toStringList(), QStringList{a});
}

// A disk that is not there yet is no file deleted; and no message hides another.
void TestWindowCommand::whatCantBeOpenedIsToldTogether()
{
    const QTemporaryDir folder;
    const QString a = writeCluster(folder, QStringLiteral("a"));
    const QString b = folder.filePath(QStringLiteral("mount/b.toml"));
    const QString c = folder.filePath(QStringLiteral("mount/c.toml"));
    QSettings().setValue(kOpen, QStringList{a, b, c});
    app::WindowCommand command{app::Invocation()};
    command.start();
    auto *bar = openWindow()->findChild<widgets::MessageBar *>();
    QTRY_VERIFY(bar->isVisible());
    QVERIFY2(bar->text().contains(QLatin1String("2 of 3")) && bar->text().contains(b) && bar->text().contains(c),
             qPrintable(bar->text()));
    QCOMPARE(QSettings().value(kOpen).toStringList(), (QStringList{a, b, c}));
}

void TestWindowCommand::refusedClusterIsNotWritten()
{
    const QTemporaryDir folder;
    app::WindowCommand command(opening(writeCluster(folder, QStringLiteral("orders"))));
    command.start();
    shell::MainWindow *window = openWindow();
    QTRY_COMPARE(window->clusters(), QStringList{QStringLiteral("orders")});
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=127.0.0.1 port=1")}};
    const QString other = folder.filePath(QStringLiteral("other.toml"));
    Q_EMIT window->saveRequested(config, other);
    auto *bar = window->findChild<widgets::MessageBar *>();
    QVERIFY2(bar->isVisible() && bar->text().contains(QLatin1String("open already")), qPrintable(bar->text()));
    QVERIFY(!QFile::exists(other));
}

void TestWindowCommand::savesWhereFilesAreKnownByName()
{
    app::WindowCommand command{app::Invocation()};
    command.start();
    shell::MainWindow *window = openWindow();
    window->findChild<QAction *>(QStringLiteral("action-add"))->trigger();
    QTRY_VERIFY(window->findChild<QLineEdit *>(QStringLiteral("discover-conninfo")));
    QTest::keyClicks(window->findChild<QLineEdit *>(QStringLiteral("discover-conninfo")),
                     QStringLiteral("host=127.0.0.1 port=1"));
    QTest::mouseClick(window->findChild<QPushButton *>(QStringLiteral("discover-start")), Qt::LeftButton);
    cluster::ClusterConfig config;
    config.name = QStringLiteral("shop/orders");
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=127.0.0.1 port=1")}};
    window->discoveryFinished(config, {{true, {}}});
    QTest::mouseClick(window->findChild<QPushButton *>(QStringLiteral("discover-save")), Qt::LeftButton);
    auto *dialog = window->findChild<QFileDialog *>(QStringLiteral("save-dialog"));
    QVERIFY(dialog);
    const QString folder = qEnvironmentVariable("XDG_CONFIG_HOME") + QStringLiteral("/howdah/clusters");
    QCOMPARE(dialog->selectedFiles(), QStringList{folder + QStringLiteral("/shop-orders.toml")});
    QMetaObject::invokeMethod(dialog, "accept");
    QTRY_VERIFY(QFile::exists(folder + QStringLiteral("/shop-orders.toml")));
    QTRY_COMPARE(window->currentCluster(), config.name);
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
