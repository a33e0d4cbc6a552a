// SPDX-License-Identifier: GPL-3.0-or-later
// What the window's operations are carried out by: desks in the engine thread, and values between.
#include "app/switchoverdesk.h"
#include "app/unfinished.h"
#include "app/windowcommand.h"
#include "operations/report.h"
#include "operations/runbook.h"

namespace howdah::app {

void WindowCommand::connectSwitchover()
{
    using shell::MainWindow;
    connect(&m_engine, &monitor::Engine::clusterKnown, this, [this](const cluster::ClusterConfig &config) {
        if (m_configs.value(config.name) != config) {
            endWatch(config.name); // the next one knows of its new nodes
            endAddressWatch(config.name);
        }
        m_configs.insert(config.name, config);
    });
    connect(&m_window, &MainWindow::operationOpened, this, &WindowCommand::openDesk);
    connect(&m_window, &MainWindow::operationClosed, this, [this] {
        if (m_desk) {
            m_desk->deleteLater();
            m_desk.clear();
        }
    });
    // To the desk by its thread's loop; it is deleted there as well, behind what was sent before.
    connect(&m_window, &MainWindow::switchoverPlanRequested, this,
            [this](const QString &, const QString &target, bool natively) {
                tellDesk([target, natively](SwitchoverDesk &desk) { desk.plan(target, natively); });
            });
    connect(&m_window, &MainWindow::movePlanRequested, this,
            [this](const QString &, const QString &address, const QString &node) {
                tellDesk([address, node](SwitchoverDesk &desk) { desk.planMove(address, node); });
            });
    connect(&m_window, &MainWindow::operationRunRequested, this,
            [this](const QString &, const operations::Plan &plan, bool probes) {
                tellDesk([plan, probes](SwitchoverDesk &desk) { desk.run(plan, probes); });
            });
    connect(&m_window, &MainWindow::finishRequested, this,
            [this](const QString &, const QString &path, operations::Finish how) {
                tellDesk([path, how](SwitchoverDesk &desk) { desk.finish(path, how); });
            });
    connect(&m_window, &MainWindow::operationCancelRequested, this,
            [this] { tellDesk([](SwitchoverDesk &desk) { desk.cancel(); }); });
    connect(&m_window, &MainWindow::runbookRequested, this, &WindowCommand::writeRunbook);
}

void WindowCommand::tellDesk(const std::function<void(SwitchoverDesk &)> &what)
{
    if (SwitchoverDesk *desk = m_desk) {
        QMetaObject::invokeMethod(desk, [desk, what] { what(*desk); });
    }
}

void WindowCommand::tellDeskState(const cluster::ClusterState &state)
{
    if (m_deskCluster == state.snapshot->cluster) {
        tellDesk([state](SwitchoverDesk &desk) { desk.setState(state); });
    }
}

void WindowCommand::openDesk(const QString &cluster)
{
    auto *desk = new SwitchoverDesk(m_configs.value(cluster));
    m_desk = desk;
    m_deskCluster = cluster;
    connect(desk, &SwitchoverDesk::planned, &m_window,
            [this, cluster](const operations::Plan &plan) { m_window.switchoverPlanned(cluster, plan); });
    connect(desk, &SwitchoverDesk::othersPlanned, &m_window,
            [this, cluster](const std::vector<operations::Plan> &plans) {
                m_window.switchoverOthersPlanned(cluster, plans);
            });
    connect(desk, &SwitchoverDesk::begun, &m_window,
            [this, cluster](const QString &id) { m_window.operationBegun(cluster, id); });
    connect(desk, &SwitchoverDesk::stepChanged, &m_window,
            [this, cluster](int index, const operations::StepRecord &record) {
                m_window.operationStepChanged(cluster, index, record);
            });
    connect(desk, &SwitchoverDesk::actionChanged, &m_window,
            [this, cluster](int index, const operations::ActionNote &note) {
                m_window.operationActionChanged(cluster, index, note);
            });
    connect(desk, &SwitchoverDesk::measured, &m_window, [this, cluster](const operations::probe::Measured &measured) {
        m_window.operationMeasured(cluster, measured);
    });
    connect(desk, &SwitchoverDesk::probeKnown, &m_window,
            [this, cluster](const QString &through, int everyMs, const QString &problem) {
                m_window.switchoverProbeKnown(cluster, through, everyMs, problem);
            });
    connect(desk, &SwitchoverDesk::outputArrived, &m_window, [this, cluster](const QString &node, const QString &line) {
        m_window.operationOutput(cluster, node, line);
    });
    connect(desk, &SwitchoverDesk::ended, &m_window,
            [this, cluster](operations::Outcome outcome, const QStringList &remains) {
                m_window.operationEnded(cluster, outcome, remains);
            });
    m_engine.adopt(desk);
}

cluster::ClusterState WindowCommand::withJournal(const cluster::ClusterState &state) const
{
    return withLeftOver(state, m_leftOver, m_configs.value(state.snapshot->cluster));
}

/// The journal is read, and what it has is written elsewhere, in a thread of its own.
void WindowCommand::followJournal()
{
    auto *follower = new operations::JournalFollower(operations::journalDirectory());
    follower->moveToThread(&m_journalThread);
    connect(&m_journalThread, &QThread::started, follower, &operations::JournalFollower::start);
    connect(&m_journalThread, &QThread::finished, follower, &QObject::deleteLater);
    connect(follower, &operations::JournalFollower::changed, &m_window, &shell::MainWindow::setJournal);
    connect(follower, &operations::JournalFollower::changed, this,
            [this](const operations::JournalState &journal) { m_leftOver = leftOverIn(journal); });
    connect(&m_window, &shell::MainWindow::journalExportRequested, follower,
            [this](const QString &path, const QString &target) {
                if (const auto written = operations::exportOperation(path, target); !written) {
                    QMetaObject::invokeMethod(&m_window,
                                              [this, error = written.error()] { m_window.showError(error); });
                }
            });
    m_journalThread.setObjectName(QStringLiteral("journal"));
    m_journalThread.start();
}

void WindowCommand::writeRunbook(const QString &cluster, const operations::Plan &plan, const QString &path)
{
    if (const auto saved = operations::saveRunbook(plan, m_configs.value(cluster), path); !saved) {
        say(saved.error());
    }
}

} // namespace howdah::app
