// SPDX-License-Identifier: GPL-3.0-or-later
// What the window knows of Patroni: a watch for each cluster that it manages, in the engine thread.
#include "app/patroniwatch.h"
#include "app/switchoverdesk.h"
#include "app/windowcommand.h"

namespace howdah::app {

void WindowCommand::connectPatroni()
{
    using shell::MainWindow;
    connect(&m_window, &MainWindow::patroniAsked, this, [this](const QString &cluster, bool closely) {
        tellWatch(cluster, [closely](PatroniWatch &watch) { watch.ask(closely); });
    });
    connect(&m_window, &MainWindow::patroniHistoryRequested, this,
            [this](const QString &cluster) { tellWatch(cluster, [](PatroniWatch &watch) { watch.askHistory(); }); });
}

void WindowCommand::tellWatch(const QString &cluster, const std::function<void(PatroniWatch &)> &what)
{
    if (PatroniWatch *watch = m_watches.value(cluster)) {
        QMetaObject::invokeMethod(watch, [watch, what] { what(*watch); });
    }
}

void WindowCommand::endWatch(const QString &cluster)
{
    if (PatroniWatch *watch = m_watches.take(cluster)) {
        watch->deleteLater(); // in its own thread
    }
}

void WindowCommand::watchPatroni(const cluster::ClusterState &state)
{
    const QString name = state.snapshot->cluster;
    if (state.snapshot->manager != cluster::ManagerKind::Patroni || !m_configs.contains(name) ||
        (m_window.currentCluster() != name && !(m_desk && m_deskCluster == name))) {
        return;
    }
    if (!m_watches.value(name)) {
        auto *watch = new PatroniWatch(m_configs.value(name));
        m_watches.insert(name, watch);
        connect(watch, &PatroniWatch::factsChanged, &m_window,
                [this, name](const std::shared_ptr<const operations::patroni::PatroniFacts> &facts) {
                    m_window.setPatroni(name, facts);
                });
        connect(
            watch, &PatroniWatch::historyRead, &m_window,
            [this, name](const std::vector<managers::PatroniTurn> &turns) { m_window.setPatroniHistory(name, turns); });
        connect(watch, &PatroniWatch::historyFailed, &m_window,
                [this, name](const core::Error &error) { m_window.patroniHistoryFailed(name, error); });
        m_engine.adopt(watch);
    }
    tellWatch(name, [state](PatroniWatch &watch) { watch.setState(state); });
}

} // namespace howdah::app
