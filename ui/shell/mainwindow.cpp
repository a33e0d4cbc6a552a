// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/mainwindow.h"

#include <QBoxLayout>
#include <QCloseEvent>
#include <QGuiApplication>
#include <QPushButton>
#include <QScreen>
#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <QStyle>

#include "pages/pageregistry.h"
#include "shell/clusterview.h"
#include "shell/commandpalette.h"
#include "shell/credentialsdialog.h"
#include "shell/finishdialog.h"
#include "shell/movedialog.h"
#include "shell/navigator.h"
#include "shell/statusbar.h"
#include "shell/switchoverdialog.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "widgets/label.h"
#include "widgets/messagebar.h"
#include "widgets/panes.h"
#include "widgets/verdicttext.h"

namespace howdah::shell {

namespace metric = theme::metric;
using cluster::Verdict;

MainWindow::MainWindow(const core::Clock &clock, QWidget *parent)
    : QMainWindow(parent)
    , m_clock(clock)
{
    setObjectName(QStringLiteral("main-window"));
    setWindowTitle(QStringLiteral("Howdah"));
    setWindowIcon(theme::appIcon());
    QGuiApplication::setDesktopFileName(QStringLiteral("io.github.howdah.Howdah"));
    setContextMenuPolicy(Qt::NoContextMenu); // the tool bar is not to be hidden by accident
    buildCentral();
    buildActions();
    buildMenus();
    buildToolBar();
    m_palette = new CommandPalette(this);
    connect(m_navigator, &Navigator::chosen, this,
            [this](const QString &cluster, const QString &page) { choose(cluster, page, {}); });
    m_timer.setInterval(1000);
    connect(&m_timer, &QTimer::timeout, this, &MainWindow::tick);
    m_timer.start();
    restore();
    updateActions();
    tick();
}

MainWindow::~MainWindow() = default;

void MainWindow::buildCentral()
{
    auto *side = new widgets::Ground(false);
    side->setObjectName(QStringLiteral("navigator-pane"));
    auto *caption = new widgets::Label(tr("Clusters, worst first"), theme::FontRole::Caption, theme::Token::Text3);
    caption->setObjectName(QStringLiteral("navigator-caption"));
    caption->setContentsMargins(metric::kPanePadding, 0, metric::kSpace3, 0);
    caption->setFixedHeight(theme::Theme::instance().height(theme::Height::DenseRow));
    m_navigator = new Navigator;
    caption->setBuddy(m_navigator);
    auto *sideLayout = new QVBoxLayout(side);
    sideLayout->setContentsMargins(0, metric::kSpace2, 0, 0);
    sideLayout->setSpacing(0);
    sideLayout->addWidget(caption);
    sideLayout->addWidget(m_navigator, 1);

    m_empty = new widgets::EmptyState(tr("No cluster is open: Howdah watches the clusters that you give it."));
    m_empty->setBackgroundRole(QPalette::Base);
    m_empty->setAutoFillBackground(true);
    connect(m_empty->addButton(tr("Add a cluster…")), &QPushButton::clicked, this, &MainWindow::addCluster);
    connect(m_empty->addButton(tr("Open the demo cluster")), &QPushButton::clicked, this, &MainWindow::demoRequested);
    m_views = new QStackedWidget;
    m_views->setObjectName(QStringLiteral("cluster-stack"));
    m_views->addWidget(m_empty);

    m_splitter = new QSplitter(Qt::Horizontal);
    m_splitter->setObjectName(QStringLiteral("main-splitter"));
    m_splitter->setChildrenCollapsible(false);
    m_splitter->addWidget(side);
    m_splitter->addWidget(m_views);
    m_splitter->setStretchFactor(1, 1);
    side->setMinimumWidth(160);
    m_splitter->setSizes({metric::kNavigatorWidth - 1, 1224});
    m_splitter->handle(1)->setObjectName(QStringLiteral("main-splitter-handle"));

    m_messages = new widgets::MessageBar;
    buildRunningBar();
    m_status = new StatusBar;
    auto *central = new QWidget;
    central->setObjectName(QStringLiteral("central"));
    auto *layout = new QVBoxLayout(central);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_messages);
    layout->addWidget(m_running);
    layout->addWidget(m_splitter, 1);
    layout->addWidget(m_status);
    setCentralWidget(central);
}

void MainWindow::restore()
{
    const QSettings settings;
    theme::Theme::instance().setMode(theme::modeFromString(settings.value(QStringLiteral("window/theme")).toString()));
    if (!restoreGeometry(settings.value(QStringLiteral("window/geometry")).toByteArray())) {
        // The geometry of another screen is dropped; the size may still do.
        resize(settings.value(QStringLiteral("window/size"), QSize(1440, 900)).toSize());
    }
    if (!isMaximized() && !isFullScreen()) {
        const QSize room = screen()->availableSize() - QSize(0, style()->pixelMetric(QStyle::PM_TitleBarHeight));
        resize(size().boundedTo(room));
    }
    m_splitter->restoreState(settings.value(QStringLiteral("window/splitter")).toByteArray());
    m_lastPage = settings.value(QStringLiteral("window/page")).toString();
    const auto mode = static_cast<int>(theme::Theme::instance().mode());
    m_themeActions->actions().at(mode)->setChecked(true);
}

void MainWindow::closeEvent(QCloseEvent *event)
{
    if (isOperating()) { // it would go on half-way, with nobody to see it
        m_messages->showError({.kind = core::Error::Kind::Denied,
                               .message = tr("An operation is running: the window stays open until it has ended."),
                               .hint = tr("Cancel takes it back as long as that is possible.")});
        event->ignore();
        return;
    }
    QSettings settings;
    settings.setValue(QStringLiteral("window/geometry"), saveGeometry());
    settings.setValue(QStringLiteral("window/size"), normalGeometry().size());
    settings.setValue(QStringLiteral("window/splitter"), m_splitter->saveState());
    settings.setValue(QStringLiteral("window/page"), currentPage());
    QMainWindow::closeEvent(event);
}

void MainWindow::changeEvent(QEvent *event)
{
    // A window that nobody sees needs no clock.
    if (event->type() == QEvent::WindowStateChange) {
        if (isMinimized()) {
            m_timer.stop();
        } else {
            m_timer.start();
            tick();
        }
    }
    QMainWindow::changeEvent(event);
}

QStringList MainWindow::clusters() const
{
    return m_navigator->order();
}

QString MainWindow::currentCluster() const
{
    const ClusterView *current = currentView();
    return current ? current->name() : QString();
}

QString MainWindow::currentPage() const
{
    const ClusterView *current = currentView();
    return current ? current->pageId() : m_lastPage;
}

QStringList MainWindow::pageIds()
{
    QStringList ids;
    for (const pages::PageEntry &entry : pages::pageRegistry()) {
        ids << entry.id;
    }
    return ids;
}

ClusterView *MainWindow::view(const QString &name) const
{
    for (ClusterView *candidate : m_clusters) {
        if (candidate->name() == name) {
            return candidate;
        }
    }
    return nullptr;
}

ClusterView *MainWindow::currentView() const
{
    return qobject_cast<ClusterView *>(m_views->currentWidget());
}

void MainWindow::clusterOpened(const QString &name, bool show)
{
    if (m_discover && m_discover->isSubmitted()) {
        m_discover->accept();
    }
    if (view(name)) {
        if (show) {
            showCluster(name);
        }
        return;
    }
    auto *opened = new ClusterView(name, m_clock);
    connect(opened, &ClusterView::pageRequested, this,
            [this, opened](const QString &page, const QString &subject) { choose(opened->name(), page, subject); });
    connect(opened, &ClusterView::moveRequested, this,
            [this, name](const QString &address, const QString &node) { openMove(name, address, node); });
    connect(opened, &ClusterView::credentialsRequested, this, [this, name] { openCredentials(name); });
    connect(opened, &ClusterView::switchoverRequested, this,
            [this, opened](const QString &node) { openSwitchover(opened->name(), node); });
    connect(opened, &ClusterView::patroniRequested, this,
            [this, opened](const operations::patroni::Request &request) { openPatroni(opened->name(), request); });
    connect(opened, &ClusterView::finishRequested, this,
            [this, opened](const QString &id, operations::Finish how) { finishOperation(opened->name(), id, how); });
    connect(opened, &ClusterView::journalExportRequested, this, &MainWindow::journalExportRequested);
    connect(opened, &ClusterView::aged, this, &MainWindow::updateNavigator);
    opened->setJournal(operations::ofCluster(m_journal, name));
    m_clusters.push_back(opened);
    m_views->addWidget(opened);
    updateNavigator();
    if (show || m_clusters.size() == 1) {
        showCluster(name);
    }
}

void MainWindow::clusterClosed(const QString &name)
{
    ClusterView *closed = view(name);
    if (!closed) {
        return;
    }
    m_clusters.erase(std::find(m_clusters.begin(), m_clusters.end(), closed));
    m_views->removeWidget(closed);
    closed->deleteLater();
    if (m_clusters.empty()) {
        m_views->setCurrentWidget(m_empty);
    }
    updateNavigator();
    if (!m_clusters.empty()) {
        showCluster(clusters().constFirst());
    }
    tick();
}

void MainWindow::setClusterState(const cluster::ClusterState &state)
{
    ClusterView *shown = state.snapshot ? view(state.snapshot->cluster) : nullptr;
    if (!shown) {
        return;
    }
    shown->setState(state);
    if (auto *switchover = qobject_cast<SwitchoverDialog *>(operationOf(state.snapshot->cluster))) {
        switchover->setState(state, shown->lagTrends());
    } else if (auto *move = qobject_cast<MoveDialog *>(operationOf(state.snapshot->cluster))) {
        move->setState(state);
    }
    // With many clusters open this comes many times a second: only what it is about is looked at.
    if (!m_navigator->updateCluster(lineOf(*shown))) {
        updateNavigator();
    }
    if (shown == currentView()) {
        updateActions();
        m_status->setText(widgets::answeringNodes(state));
    }
}

void MainWindow::showError(const core::Error &error)
{
    if (m_discover && m_discover->isSubmitted()) { // the answer to what it asked for
        m_discover->setRefused(error);
        return;
    }
    m_messages->showError(error);
}

void MainWindow::showPage(const QString &id, const QString &subject)
{
    if (const ClusterView *current = currentView()) {
        choose(current->name(), id, subject);
    }
}

void MainWindow::showCluster(const QString &name)
{
    choose(name, {}, {});
}

void MainWindow::choose(const QString &cluster, const QString &page, const QString &subject)
{
    ClusterView *chosen = view(cluster);
    if (!chosen) {
        return;
    }
    // A cluster opens on the page last looked at: of its own, or of the one before.
    const auto &entries = pages::pageRegistry();
    QString id = page.isEmpty() ? chosen->pageId() : page;
    if (id.isEmpty()) {
        id = currentPage();
    }
    const bool known =
        std::any_of(entries.begin(), entries.end(), [&id](const pages::PageEntry &entry) { return entry.id == id; });
    if (!known && !entries.isEmpty()) {
        id = entries.first().id;
    }
    chosen->showPage(id, subject);
    const bool another = m_views->currentWidget() != chosen;
    m_views->setCurrentWidget(chosen);
    m_navigator->choose(cluster, id);
    setWindowTitle(cluster + QStringLiteral(" – Howdah"));
    updateActions();
    tick();
    if (another) {
        Q_EMIT clusterShown(cluster);
    }
}

ClusterLine MainWindow::lineOf(const ClusterView &of) const
{
    ClusterLine line;
    line.name = of.name();
    line.state = of.state();
    line.interrupted = operations::interruptedOf(of.journal()) != nullptr;
    const widgets::ShownVerdict shown = widgets::shownVerdict(line.state, m_clock.monotonicMs());
    line.verdict = shown.verdict;
    line.note = shown.word;
    if (line.state.assessment && shown.word == cluster::toString(shown.verdict) &&
        !line.state.assessment->findings.empty()) {
        line.note = QString::number(line.state.assessment->findings.size());
    }
    if (line.verdict != Verdict::Ok && line.note == shown.word) {
        line.note = shown.word.toLower();
    }
    if (line.interrupted) { // whatever its servers say: it waits for somebody
        line.verdict = Verdict::Critical;
        line.note = tr("interrupted");
    }
    return line;
}

void MainWindow::updateNavigator()
{
    std::vector<ClusterLine> lines;
    for (const ClusterView *of : m_clusters) {
        lines.push_back(lineOf(*of));
    }
    m_navigator->setClusters(std::move(lines));
    updateActions();
}

void MainWindow::tick()
{
    m_status->setWallMs(m_clock.wallMs());
    const ClusterView *current = currentView();
    m_status->setText(current ? widgets::answeringNodes(current->state()) : QString());
    updateNavigator(); // what nobody renews grows old there too
}

} // namespace howdah::shell
