// SPDX-License-Identifier: GPL-3.0-or-later
// What the user can do from menus, tool bar, keys and the palette.
#include <QApplication>
#include <QFileDialog>
#include <QFileInfo>
#include <QMenuBar>
#include <QSettings>
#include <QToolBar>
#include <QToolButton>
#include <QWidgetAction>

#include "pages/page.h"
#include "pages/pageregistry.h"
#include "shell/aboutdialog.h"
#include "shell/clusterview.h"
#include "shell/commandpalette.h"
#include "shell/mainwindow.h"
#include "shell/navigator.h"
#include "shell/operationdialog.h"
#include "shell/patroni/patroniactions.h"
#include "shell/searchbutton.h"
#include "tables/slotsmodel.h"
#include "theme/glyphs.h"
#include "theme/icons.h"
#include "widgets/filterfield.h"
#include "widgets/messagebar.h"

namespace howdah::shell {

QAction *MainWindow::addAction(const QString &name, const QString &text, const QString &icon, const QKeySequence &key,
                               void (MainWindow::*handler)())
{
    auto *action = new QAction(text, this);
    action->setObjectName(name);
    if (!icon.isEmpty()) {
        setIcon(action, icon);
    }
    action->setShortcut(key);
    const QString plain = QString(text).remove(QLatin1Char('&')).remove(QStringLiteral("…"));
    action->setToolTip(key.isEmpty() ? plain
                                     : QStringLiteral("%1 (%2)").arg(plain, key.toString(QKeySequence::NativeText)));
    connect(action, &QAction::triggered, this, handler);
    QMainWindow::addAction(action);
    return action;
}

void MainWindow::buildActions()
{
    const auto key = [](const char *keys) { return QKeySequence(QLatin1String(keys)); };
    m_openAction = addAction(QStringLiteral("action-open"), tr("&Open cluster file…"), QStringLiteral("open"),
                             key("Ctrl+O"), &MainWindow::openFile);
    m_addAction = addAction(QStringLiteral("action-add"), tr("&Add a cluster…"), QStringLiteral("add"), key("Ctrl+N"),
                            &MainWindow::addCluster);
    m_demoAction = addAction(QStringLiteral("action-demo"), tr("Open the &demo cluster"), QStringLiteral("cluster"), {},
                             &MainWindow::demoRequested);
    m_closeAction =
        addAction(QStringLiteral("action-close"), tr("&Close cluster"), {}, key("Ctrl+W"), &MainWindow::closeCluster);
    m_quitAction = new QAction(tr("&Quit"), this);
    m_quitAction->setObjectName(QStringLiteral("action-quit"));
    m_quitAction->setShortcut(key("Ctrl+Q"));
    connect(m_quitAction, &QAction::triggered, this, &QWidget::close);
    QMainWindow::addAction(m_quitAction);
    m_refreshAction = addAction(QStringLiteral("action-refresh"), tr("&Refresh"), QStringLiteral("refresh"), key("F5"),
                                &MainWindow::refresh);
    m_pauseAction = addAction(QStringLiteral("action-pause"), tr("&Pause"), QStringLiteral("pause"),
                              key("Ctrl+Shift+P"), &MainWindow::togglePause);
    m_pauseAction->setCheckable(true);
    m_moveAction = addAction(QStringLiteral("action-move-address"), tr("&Move address…"), QStringLiteral("address"),
                             key("Ctrl+Shift+M"), &MainWindow::moveAddress);
    m_switchoverAction = addAction(QStringLiteral("action-switchover"), tr("S&witchover…"),
                                   QStringLiteral("switchover"), key("Ctrl+Shift+S"), &MainWindow::switchOver);
    buildPatroni();
    m_findAction = addAction(QStringLiteral("action-find"), tr("&Filter this page"), QStringLiteral("search"),
                             key("Ctrl+F"), &MainWindow::find);
    m_paletteAction = addAction(QStringLiteral("action-palette"), tr("Find a page, node, &slot or action…"), {},
                                key("Ctrl+K"), &MainWindow::showPalette);
    m_navigatorAction = addAction(QStringLiteral("action-navigator"), tr("Go to the &clusters"), {}, key("Ctrl+0"),
                                  &MainWindow::focusNavigator);
    m_aboutAction = addAction(QStringLiteral("action-about"), tr("&About Howdah"), QStringLiteral("info"), {},
                              &MainWindow::showAbout);
    int number = 1;
    for (const pages::PageEntry &entry : pages::pageRegistry()) {
        auto *action = new QAction(entry.title, this);
        action->setObjectName(QStringLiteral("action-page-") + entry.id);
        action->setIcon(theme::icon(entry.icon));
        action->setCheckable(true);
        action->setShortcut(QKeySequence(QStringLiteral("Alt+%1").arg(number++)));
        const QString id = entry.id;
        connect(action, &QAction::triggered, this, [this, id] { showPage(id); });
        QMainWindow::addAction(action);
        m_pageActions.append(action);
    }
    for (int i = 0; i < 9; ++i) {
        auto *action = new QAction(this);
        action->setObjectName(QStringLiteral("action-cluster-%1").arg(i + 1));
        action->setShortcut(QKeySequence(QStringLiteral("Ctrl+%1").arg(i + 1)));
        action->setVisible(false);
        connect(action, &QAction::triggered, this, [this, i] { showCluster(clusters().value(i)); });
        QMainWindow::addAction(action);
        m_clusterActions.append(action);
    }
    m_themeActions = new QActionGroup(this);
    const QList<std::pair<QString, theme::Mode>> modes = {{tr("Like the &system"), theme::Mode::System},
                                                          {tr("&Light"), theme::Mode::Light},
                                                          {tr("&Dark"), theme::Mode::Dark}};
    for (const auto &[text, mode] : modes) {
        QAction *action = m_themeActions->addAction(text);
        action->setObjectName(QStringLiteral("action-theme-") + theme::modeKey(mode));
        action->setCheckable(true);
        connect(action, &QAction::triggered, this, [this, chosen = mode] { setThemeMode(chosen); });
    }
}

void MainWindow::buildMenus()
{
    menuBar()->setObjectName(QStringLiteral("menu-bar"));
    menuBar()->setNativeMenuBar(false);
    const auto menu = [this](const QString &name, const QString &title) {
        QMenu *made = menuBar()->addMenu(title);
        made->setObjectName(name);
        made->setAccessibleName(QString(title).remove(QLatin1Char('&')));
        return made;
    };
    QMenu *file = menu(QStringLiteral("menu-file"), tr("&File"));
    file->addActions({m_openAction, m_addAction, m_demoAction});
    file->addSeparator();
    file->addAction(m_closeAction);
    file->addSeparator();
    file->addAction(m_quitAction);

    QMenu *viewMenu = menu(QStringLiteral("menu-view"), tr("&View"));
    viewMenu->addActions(m_pageActions);
    viewMenu->addSeparator();
    viewMenu->addActions({m_navigatorAction, m_findAction, m_paletteAction});
    viewMenu->addSeparator();
    QMenu *themes = viewMenu->addMenu(tr("&Colours"));
    themes->setObjectName(QStringLiteral("menu-theme"));
    themes->setAccessibleName(tr("Colours"));
    themes->addActions(m_themeActions->actions());

    QMenu *cluster = menu(QStringLiteral("menu-cluster"), tr("&Cluster"));
    cluster->addActions({m_refreshAction, m_pauseAction});
    cluster->addSeparator();
    cluster->addAction(m_switchoverAction);
    cluster->addAction(m_moveAction);
    cluster->addSeparator();
    cluster->addActions(m_patroni->actions());
    cluster->addSeparator();
    cluster->addActions(m_clusterActions);
    cluster->setToolTipsVisible(true); // they say why something is not possible

    QMenu *help = menu(QStringLiteral("menu-help"), tr("&Help"));
    help->addAction(m_aboutAction);
}

void MainWindow::buildToolBar()
{
    QToolBar *bar = addToolBar(tr("Actions"));
    bar->setObjectName(QStringLiteral("tool-bar"));
    bar->setAccessibleName(tr("Actions"));
    bar->setMovable(false);
    bar->setFloatable(false);
    bar->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    bar->setContextMenuPolicy(Qt::PreventContextMenu);
    bar->setFixedHeight(theme::Theme::instance().height(theme::Height::Toolbar));
    bar->setContentsMargins(0, 0, 0, 4);
    // A tool bar's layout lays its margins down as it likes: the room at both ends is items of their own.
    const auto addRoom = [bar](const QString &name, QSizePolicy::Policy policy) {
        auto *room = new QWidget;
        room->setObjectName(name);
        room->setSizePolicy(policy, QSizePolicy::Preferred);
        if (policy == QSizePolicy::Fixed) {
            room->setFixedWidth(7); // 12 with the spacing and the item margin
        }
        bar->addWidget(room);
    };
    addRoom(QStringLiteral("tool-room-left"), QSizePolicy::Fixed);
    bar->addActions({m_refreshAction, m_pauseAction});
    bar->addSeparator();
    bar->addAction(m_switchoverAction);
    bar->addAction(m_moveAction);
    bar->addSeparator();
    bar->addAction(m_pageActions.last()); // the journal
    bar->addSeparator();
    bar->addActions({m_addAction, m_openAction});
    for (QAction *action : bar->actions()) {
        QWidget *button = bar->widgetForAction(action);
        if (qobject_cast<QWidgetAction *>(action)) {
            continue;
        }
        if (action->isSeparator()) {
            button->setObjectName(QStringLiteral("tool-separator"));
        } else {
            button->setObjectName(QStringLiteral("tool-") + action->objectName().mid(7));
            button->setAccessibleName(action->text().remove(QLatin1Char('&')));
            button->setFocusPolicy(Qt::TabFocus);
        }
    }
    addRoom(QStringLiteral("tool-room"), QSizePolicy::Expanding);
    auto *search = new SearchButton;
    connect(search, &QAbstractButton::clicked, this, &MainWindow::showPalette);
    bar->addWidget(search);
    addRoom(QStringLiteral("tool-room-right"), QSizePolicy::Fixed);
}

void MainWindow::updateActions()
{
    const ClusterView *current = currentView();
    for (QAction *action : {m_closeAction, m_pauseAction, m_findAction}) {
        action->setEnabled(current != nullptr);
    }
    m_switchoverAction->setEnabled(current && current->state().snapshot);
    m_moveAction->setEnabled(current && current->addresses() && !current->addresses()->empty());
    m_patroni->update(current);
    const bool paused = current && current->state().snapshot && current->state().snapshot->paused;
    // A sample alone would be shown as it was: a pause is over when somebody wants to look.
    m_refreshAction->setEnabled(current && !paused);
    m_refreshAction->setToolTip(
        paused ? tr("Sampling is paused: resume it to see the cluster as it is now")
               : tr("Refresh (%1)").arg(m_refreshAction->shortcut().toString(QKeySequence::NativeText)));
    m_pauseAction->setChecked(paused);
    m_pauseAction->setIcon(theme::icon(paused ? QStringLiteral("resume") : QStringLiteral("pause")));
    m_pauseAction->setText(paused ? tr("Resume") : tr("&Pause"));
    const auto &entries = pages::pageRegistry();
    for (int i = 0; i < m_pageActions.size(); ++i) {
        m_pageActions.at(i)->setEnabled(current != nullptr);
        m_pageActions.at(i)->setChecked(current && current->pageId() == entries.at(i).id);
    }
    const QStringList names = clusters();
    for (int i = 0; i < m_clusterActions.size(); ++i) {
        m_clusterActions.at(i)->setVisible(i < names.size());
        m_clusterActions.at(i)->setText(names.value(i).replace(QLatin1Char('&'), QLatin1String("&&")));
    }
}

void MainWindow::openFile()
{
    // Not native, so that it looks and behaves alike everywhere, and never runs a loop of its own.
    auto *dialog = new QFileDialog(this, tr("Open a cluster file"));
    dialog->setObjectName(QStringLiteral("open-dialog"));
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::ExistingFile);
    dialog->setNameFilters({tr("Cluster files (*.toml)"), tr("All files (*)")});
    if (QFileInfo::exists(m_clusterFolder)) {
        dialog->setDirectory(m_clusterFolder);
    }
    connect(dialog, &QFileDialog::fileSelected, this, &MainWindow::openRequested);
    dialog->open();
}

void MainWindow::addCluster()
{
    if (m_discover) {
        m_discover->raise();
        m_discover->activateWindow();
        return;
    }
    m_discover = new DiscoverDialog(this);
    m_discover->setAttribute(Qt::WA_DeleteOnClose);
    m_discover->setFolder(m_clusterFolder);
    connect(m_discover, &DiscoverDialog::discoverRequested, this, &MainWindow::discoverRequested);
    connect(m_discover, &DiscoverDialog::openRequested, this, &MainWindow::openConfigRequested);
    connect(m_discover, &DiscoverDialog::saveRequested, this, &MainWindow::saveRequested);
    m_discover->open();
}

void MainWindow::discoveryFinished(const cluster::ClusterConfig &config, const std::vector<DiscoveredNode> &nodes,
                                   const QStringList &notes)
{
    if (m_discover) {
        m_discover->setFound(config, nodes, notes);
    }
}

void MainWindow::discoveryFailed(const core::Error &error)
{
    if (m_discover) {
        m_discover->setFailed(error);
    }
}

void MainWindow::closeCluster()
{
    const ClusterView *current = currentView();
    if (current && isOperating() && m_operation->cluster() == current->name()) {
        m_messages->showError(
            {.kind = core::Error::Kind::Denied,
             .message = tr("An operation on %1 is running: it stays open until that has ended.").arg(current->name())});
    } else if (current) {
        Q_EMIT closeRequested(current->name());
    }
}

void MainWindow::refresh()
{
    if (const ClusterView *current = currentView()) {
        Q_EMIT refreshRequested(current->name());
    }
}

void MainWindow::togglePause()
{
    const ClusterView *current = currentView();
    if (!current) {
        return;
    }
    const bool paused = current->state().snapshot && current->state().snapshot->paused;
    Q_EMIT pauseRequested(current->name(), !paused);
    // The tick comes back when the state says so, not when the button was pressed.
    m_pauseAction->setChecked(paused);
}

void MainWindow::find()
{
    const ClusterView *current = currentView();
    if (!current || !current->page()) {
        return;
    }
    for (auto *field : current->page()->findChildren<widgets::FilterField *>()) {
        if (field->isVisible()) {
            field->setFocus(Qt::ShortcutFocusReason);
            field->selectAll();
            return;
        }
    }
}

void MainWindow::focusNavigator()
{
    m_navigator->setFocus(Qt::ShortcutFocusReason);
}

void MainWindow::showAbout()
{
    auto *about = new AboutDialog(this);
    about->setAttribute(Qt::WA_DeleteOnClose);
    about->open();
}

void MainWindow::setThemeMode(theme::Mode mode)
{
    theme::Theme::instance().setMode(mode);
    QSettings().setValue(QStringLiteral("window/theme"), theme::modeKey(mode));
}

void MainWindow::showPalette()
{
    m_palette->open(commands());
}

void MainWindow::addNodeCommands(std::vector<Command> &list, ClusterView *of)
{
    const auto &snapshot = of->state().snapshot;
    const auto &assessment = of->state().assessment;
    if (!snapshot || !assessment) {
        return;
    }
    const QString name = of->name();
    for (std::size_t i = 0; i < snapshot->nodes.size(); ++i) {
        const QString node = snapshot->nodes[i].name;
        const auto role =
            i < assessment->topology.places.size() ? assessment->topology.places[i].role : cluster::NodeRole::Unknown;
        list.push_back({node, tr("node of %1").arg(name), theme::roleIcon(role),
                        [this, name, node] { choose(name, QStringLiteral("overview"), node); }});
        if (!snapshot->nodes[i].sample) {
            continue;
        }
        for (const cluster::Slot &slot : snapshot->nodes[i].sample->replicationSlots) {
            const QString subject = tables::SlotsModel::keyOf(node, slot.slotName);
            list.push_back({slot.slotName, tr("slot on %1 of %2").arg(node, name), QStringLiteral("slot"),
                            [this, name, subject] { choose(name, QStringLiteral("slots"), subject); }});
        }
    }
}

std::vector<Command> MainWindow::commands()
{
    std::vector<Command> list;
    const ClusterView *current = currentView();
    const auto &entries = pages::pageRegistry();
    for (const pages::PageEntry &entry : entries) {
        if (current) {
            list.push_back({entry.title, tr("page"), entry.icon, [this, id = entry.id] { showPage(id); }});
        }
    }
    for (const QString &name : clusters()) {
        list.push_back({name, tr("cluster"), QStringLiteral("cluster"), [this, name] { showCluster(name); }});
    }
    for (QAction *action : QList<QAction *>{m_refreshAction, m_pauseAction, m_switchoverAction, m_moveAction} +
                               m_patroni->actions() +
                               QList<QAction *>{m_findAction, m_addAction, m_openAction, m_demoAction, m_closeAction,
                                                m_aboutAction, m_quitAction}) {
        if (action->isEnabled() && action->isVisible()) {
            const QString title = action->text().remove(QLatin1Char('&'));
            list.push_back({title, action->shortcut().toString(QKeySequence::NativeText), iconNameOf(action),
                            [action] { action->trigger(); }});
        }
    }
    for (QAction *action : m_themeActions->actions()) {
        list.push_back(
            {tr("Colours: %1").arg(action->text().remove(QLatin1Char('&'))), {}, QStringLiteral("settings"), [action] {
                 action->trigger();
             }});
    }
    for (ClusterView *of : m_clusters) {
        addNodeCommands(list, of);
    }
    return list;
}

} // namespace howdah::shell
