// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QDir>
#include <QPushButton>
#include <QTemporaryDir>
#include <QTest>

#include "app/windowcommand.h"
#include "cluster/clusterconfig.h"
#include "postgres/failure.h"
#include "shell/mainwindow.h"
#include "theme/theme.h"
#include "widgets/verdictstrip.h"

namespace howdah::testsupport {

/// The program's own window, on a cluster of real servers.
class LiveWindow {
public:
    /// Writes config to a file and opens the window on it; window() is null when that can't be.
    explicit LiveWindow(const cluster::ClusterConfig &config)
        : m_clusterFile(m_directory.filePath(config.name + QStringLiteral(".toml")))
    {
        if (!cluster::saveClusterFile(config, m_clusterFile)) {
            return;
        }
        app::Invocation invocation;
        invocation.cluster = m_clusterFile;
        invocation.size = QStringLiteral("1280x800");
        m_command = std::make_unique<app::WindowCommand>(invocation);
        m_command->start();
        const QWidgetList windows = QApplication::topLevelWidgets();
        for (QWidget *widget : windows) {
            m_window = qobject_cast<shell::MainWindow *>(widget) ? qobject_cast<shell::MainWindow *>(widget) : m_window;
        }
    }

    shell::MainWindow *window() const { return m_window; }
    QString clusterFile() const { return m_clusterFile; }
    template<typename T>
    T *part(const char *name) const
    {
        return m_window->findChild<T *>(QLatin1String(name));
    }
    void click(const char *name) const { QTest::mouseClick(part<QWidget>(name), Qt::LeftButton); }
    /// "ok" and so on; empty before anything is known.
    QString verdict() const
    {
        const auto *strip = part<widgets::VerdictStrip>("verdict-strip");
        return strip ? cluster::verdictKey(strip->shown().verdict) : QString();
    }

private:
    QTemporaryDir m_directory;
    QString m_clusterFile;
    std::unique_ptr<app::WindowCommand> m_command;
    shell::MainWindow *m_window = nullptr;
};

/// main() of a test with such a window: settings, clusters and journal are never the user's own.
template<typename Test>
int runLiveTest(int argc, char **argv)
{
    const QTemporaryDir own;
    for (const char *name : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"}) {
        qputenv(name, own.filePath(QLatin1String(name)).toLocal8Bit());
    }
    QApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("howdah-test"));
    postgres::initialize();
    theme::Theme::instance().install(application);
    Test test;
    return QTest::qExec(&test, argc, argv);
}

} // namespace howdah::testsupport
