// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QObject>
#include <QTimer>
#include <memory>

#include "app/demo/demorunner.h"
#include "app/invocation.h"
#include "cluster/health.h"
#include "monitor/engine.h"
#include "shell/mainwindow.h"

namespace howdah::app {

/// `open`: the window wired to the engine. What the user wants goes from one to the other as a signal; what the engine
/// knows comes back as a value.
class WindowCommand : public QObject {
    Q_OBJECT
public:
    explicit WindowCommand(Invocation invocation);
    ~WindowCommand() override;

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void connectWindow();
    void openFirst();
    void openCluster(const cluster::ClusterConfig &config);
    bool refused(const cluster::ClusterConfig &config);
    void openOrSay(const QString &cluster);
    void closeCluster(const QString &name);
    void saveCluster(const cluster::ClusterConfig &config, const QString &path);
    void startDemo();
    void say(const core::Error &error);
    void sayWhatIsMissing(qsizetype outOf);
    static QStringList remembered();
    static void remember(const QString &place);
    static void forget(const QString &place);
    void rememberShown(const QString &name);
    void stateChanged(const cluster::ClusterState &state);
    void takeScreenshot();

    Invocation m_invocation;
    monitor::Engine m_engine;
    bool m_restoring = false; ///< what was open when the program last ended
    shell::MainWindow m_window;
    std::unique_ptr<demo::DemoRunner> m_demo;
    QHash<QString, QString> m_open;     ///< name → its file, by which it is found again; empty: it was typed
    std::vector<core::Error> m_missing; ///< why what was open before is not, while that is being opened again
    QString m_pageWanted;
    QTimer m_screenshotDeadline;
    int m_statesBeforeScreenshot = 0;
};

} // namespace howdah::app
