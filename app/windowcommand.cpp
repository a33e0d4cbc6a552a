// SPDX-License-Identifier: GPL-3.0-or-later
#include "windowcommand.h"

#include <QDir>
#include <QFileInfo>
#include <QSettings>

#include "app/clusters.h"
#include "app/output.h"
#include "app/patroniwatch.h"
#include "monitor/completion.h"
#include "shell/render.h"
#include "theme/theme.h"

namespace howdah::app {

namespace {
constexpr auto kOpenClusters = "clusters/open";    // what is opened again, by its place
constexpr auto kShownCluster = "clusters/current"; // the one of them that was in front
// Long enough for a slow cluster to answer and short enough for a script to wait for.
constexpr int kScreenshotDeadlineMs = 8000;
// The lag plot has something to draw after a few ticks.
constexpr int kScreenshotStates = 4;

QSize sizeOf(const QString &text)
{
    const qsizetype x = text.indexOf(QLatin1Char('x'));
    return x < 0 ? QSize(1440, 900) : QSize(text.first(x).toInt(), text.sliced(x + 1).toInt());
}
} // namespace

WindowCommand::WindowCommand(Invocation invocation)
    : m_invocation(std::move(invocation))
{
    m_screenshotDeadline.setSingleShot(true);
    connect(&m_screenshotDeadline, &QTimer::timeout, this, &WindowCommand::takeScreenshot);
    connect(&m_engine, &monitor::Engine::stateChanged, this, &WindowCommand::stateChanged);
    connectWindow();
}

WindowCommand::~WindowCommand()
{
    m_journalThread.quit();
    m_journalThread.wait();
}

void WindowCommand::connectWindow()
{
    using shell::MainWindow;
    connect(&m_window, &MainWindow::openRequested, this, &WindowCommand::openOrSay);
    connect(&m_window, &MainWindow::openConfigRequested, this, [this](const cluster::ClusterConfig &config) {
        if (!refused(config)) {
            m_open.insert(config.name, QString());
            openCluster(config);
        }
    });
    connect(&m_window, &MainWindow::saveRequested, this, &WindowCommand::saveCluster);
    connect(&m_window, &MainWindow::demoRequested, this, &WindowCommand::startDemo);
    connect(&m_window, &MainWindow::closeRequested, this, &WindowCommand::closeCluster);
    connect(&m_window, &MainWindow::clusterShown, this, &WindowCommand::rememberShown);
    m_window.setClusterFolder(clustersDirectory());
    connect(&m_window, &MainWindow::refreshRequested, &m_engine, &monitor::Engine::refresh);
    connect(&m_window, &MainWindow::pauseRequested, &m_engine, &monitor::Engine::setPaused);
    connect(&m_window, &MainWindow::discoverRequested, &m_engine, &monitor::Engine::discover);
    connect(&m_engine, &monitor::Engine::discovered, this, [this](const monitor::DiscoveryResult &result) {
        std::vector<shell::DiscoveredNode> nodes;
        QStringList notes;
        cluster::ClusterConfig proposal = result.config;
        auto proposed = result.config.nodes.cbegin();
        proposal.nodes.clear();
        for (const monitor::DiscoveredNode &node : result.nodes) {
            if (node.foreign) { // no node of the proposal
                notes << QStringLiteral("%1 (%2) is left out, it belongs to another system: %3")
                             .arg(node.name, node.address, monitor::describe(node));
                continue;
            }
            nodes.push_back({node.reached, monitor::describe(node)});
            if (node.isPlaceless()) { // a row for the user to fill in
                proposal.nodes.push_back({.name = node.name, .kind = node.kind});
            } else {
                proposal.nodes.push_back(*proposed++);
            }
        }
        m_window.discoveryFinished(proposal, nodes, notes + result.notes);
    });
    connect(&m_engine, &monitor::Engine::discoveryFailed, &m_window, &MainWindow::discoveryFailed);
    connectSwitchover();
    connectPatroni();
    connectCredentials();
    followJournal();
}

void WindowCommand::start()
{
    const bool screenshot = !m_invocation.screenshot.isEmpty();
    if (screenshot || !m_invocation.theme.isEmpty()) { // for this run; the user's own choice was read by the window
        const bool dark = m_invocation.theme == QLatin1String("dark");
        theme::Theme::instance().setMode(dark ? theme::Mode::Dark : theme::Mode::Light);
    }
    if (screenshot) {
        m_window.resize(sizeOf(m_invocation.size));
        // Pages paint when they are shown; nobody needs to see this one.
        m_window.setAttribute(Qt::WA_DontShowOnScreen);
        m_window.show();
        const int after = m_invocation.after.toInt() * 1000;
        m_screenshotDeadline.start(after > 0 ? after : kScreenshotDeadlineMs);
    } else {
        if (!m_invocation.size.isEmpty()) {
            m_window.resize(sizeOf(m_invocation.size));
        }
        m_window.show();
    }
    // The first paint comes before the first file is read.
    QTimer::singleShot(0, this, &WindowCommand::openFirst);
}

void WindowCommand::openFirst()
{
    m_pageWanted = m_invocation.page;
    if (!m_invocation.cluster.isEmpty()) {
        openOrSay(m_invocation.cluster);
        return;
    }
    QStringList clusters = remembered();
    // The first one opened is the one that is shown.
    const QString shown = QSettings().value(QLatin1String(kShownCluster)).toString();
    if (const qsizetype place = clusters.indexOf(shown); place > 0) {
        clusters.move(place, 0);
    }
    m_restoring = true;
    for (const QString &cluster : std::as_const(clusters)) {
        openOrSay(cluster);
        const QFileInfo file(cluster);
        if (!file.exists() && file.dir().exists()) { // deleted, and not only on a disk that is not there now
            forget(cluster);
        }
    }
    m_restoring = false;
    sayWhatIsMissing(clusters.size());
}

void WindowCommand::openOrSay(const QString &cluster)
{
    const auto config = findCluster(cluster);
    if (!config) {
        if (!m_invocation.screenshot.isEmpty()) {
            Q_EMIT finished(printFailure(config.error(), m_invocation.json, kRefused));
            return;
        }
        say(config.error());
        return;
    }
    if (!refused(*config)) {
        m_open.insert(config->name, config->path.isEmpty() ? QString() : QFileInfo(config->path).absoluteFilePath());
        openCluster(*config);
    }
}

// Engine and window know a cluster by its name: a second one would take the place of the first without a word.
bool WindowCommand::refused(const cluster::ClusterConfig &config)
{
    const auto open = m_open.constFind(config.name);
    const auto place = [](const QString &path) {
        return path.isEmpty() ? QStringLiteral("a connection that was typed") : path;
    };
    const auto sameFile = [](const QString &a, const QString &b) {
        return !a.isEmpty() && QFileInfo(a).absoluteFilePath() == QFileInfo(b).absoluteFilePath();
    };
    if (open == m_open.cend() || sameFile(*open, config.path)) {
        return false;
    }
    core::Error error;
    error.kind = core::Error::Kind::Invalid;
    error.message = QStringLiteral("A cluster named \"%1\" is open already: it comes from %2, and this one from %3.")
                        .arg(config.name, place(*open), place(config.path));
    error.hint = QStringLiteral("Close the open one first, or give this one another name.");
    say(error);
    return true;
}

void WindowCommand::say(const core::Error &error)
{
    if (m_restoring) {
        m_missing.push_back(error);
    } else {
        m_window.showError(error);
    }
}

// There is room for one message: one that follows another would hide it.
void WindowCommand::sayWhatIsMissing(qsizetype outOf)
{
    const std::vector<core::Error> missing = std::exchange(m_missing, {});
    if (missing.size() == 1) {
        m_window.showError(missing.front());
    } else if (missing.size() > 1) {
        core::Error all = missing.front();
        QStringList lines{QStringLiteral("%1 of %2 clusters that were open could not be opened again:")
                              .arg(missing.size())
                              .arg(outOf)};
        for (const core::Error &error : missing) {
            lines << error.message;
        }
        all.message = lines.join(QLatin1Char('\n'));
        m_window.showError(all);
    }
}

void WindowCommand::openCluster(const cluster::ClusterConfig &config)
{
    m_window.clusterOpened(config.name, !m_restoring);
    m_engine.openCluster(config);
    if (m_open.size() == 1) {
        m_window.showCluster(config.name);
    }
    remember(m_open.value(config.name));
    rememberShown(m_window.currentCluster());
}

void WindowCommand::closeCluster(const QString &name)
{
    forget(m_open.take(name));
    m_engine.closeCluster(name);
    endWatch(name);
    endAddressWatch(name);
    m_window.clusterClosed(name);
}

void WindowCommand::saveCluster(const cluster::ClusterConfig &config, const QString &path)
{
    cluster::ClusterConfig placed = config;
    placed.path = path;
    if (refused(placed)) { // before anything is written
        return;
    }
    const auto saved = cluster::saveClusterFile(config, path);
    if (!saved) {
        m_window.showError(saved.error());
        return;
    }
    openOrSay(path);
}

void WindowCommand::startDemo()
{
    if (m_demo) {
        return; // one start at a time
    }
    m_demo = std::make_unique<demo::DemoRunner>(demo::demoPlace());
    auto problem = std::make_shared<core::Error>();
    connect(m_demo.get(), &demo::DemoRunner::record, this, [problem](const demo::DemoRecord &record) {
        if (record.kind == demo::DemoRecord::Kind::Problem) {
            problem->kind = core::Error::Kind::Io;
            problem->message = record.text;
            problem->hint = record.hint;
        }
    });
    connect(m_demo.get(), &demo::DemoRunner::finished, this, [this, problem](demo::DemoResult result) {
        m_demo.release()->deleteLater();
        if (result == demo::DemoResult::Done || result == demo::DemoResult::Incomplete) {
            openOrSay(QStringLiteral("demo")); // when only a part runs, the window shows which
        }
        if (result != demo::DemoResult::Done) {
            if (problem->message.isEmpty()) {
                problem->message = QStringLiteral("The demo cluster did not start.");
                problem->hint = QStringLiteral("Run \"howdah demo start\" in a terminal to see its steps.");
            }
            m_window.showError(*problem);
        }
    });
    m_demo->run(demo::DemoAction::Start);
}

QStringList WindowCommand::remembered()
{
    return QSettings().value(QLatin1String(kOpenClusters)).toStringList();
}

// What was open before stays remembered when one is opened by the command line; only closing forgets.
void WindowCommand::remember(const QString &place)
{
    QStringList places = remembered();
    if (!place.isEmpty() && !places.contains(place)) {
        places << place;
        places.sort();
        QSettings().setValue(QLatin1String(kOpenClusters), places);
    }
}

void WindowCommand::forget(const QString &place)
{
    QStringList places = remembered();
    if (places.removeAll(place) > 0) {
        QSettings().setValue(QLatin1String(kOpenClusters), places);
    }
}

void WindowCommand::rememberShown(const QString &name)
{
    const QString place = m_open.value(name);
    if (!place.isEmpty() && !m_restoring) {
        QSettings().setValue(QLatin1String(kShownCluster), place);
    }
}

void WindowCommand::stateChanged(const cluster::ClusterState &state)
{
    m_window.setClusterState(withMore(state));
    tellDeskState(state);
    watchPatroni(state);
    watchAddresses(state);
    if (!m_pageWanted.isEmpty()) {
        m_window.showPage(m_pageWanted);
        m_pageWanted.clear();
    }
    const auto &nodes = state.snapshot->nodes;
    const bool settled = std::none_of(nodes.cbegin(), nodes.cend(), [](const cluster::NodeStatus &node) {
        return node.link == cluster::LinkState::Connecting;
    });
    const bool soon = !m_invocation.screenshot.isEmpty() && m_invocation.after.isEmpty();
    if (soon && settled && ++m_statesBeforeScreenshot == kScreenshotStates) {
        // Behind this state's own repaints.
        QTimer::singleShot(0, this, &WindowCommand::takeScreenshot);
    }
}

void WindowCommand::takeScreenshot()
{
    if (m_screenshotDeadline.isActive()) {
        m_screenshotDeadline.stop();
    }
    const auto painted = shell::renderWindow(m_window, sizeOf(m_invocation.size), m_invocation.screenshot);
    if (!painted) {
        Q_EMIT finished(printFailure(painted.error(), m_invocation.json, kRefused));
        return;
    }
    if (m_invocation.json) {
        printJson({{QStringLiteral("file"), *painted}, {QStringLiteral("result"), QStringLiteral("done")}});
    } else {
        print(QStringLiteral("%1\n").arg(*painted));
    }
    Q_EMIT finished(kDone);
}

} // namespace howdah::app
