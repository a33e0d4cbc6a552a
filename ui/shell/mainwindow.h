// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QActionGroup>
#include <QMainWindow>
#include <QPointer>
#include <QTimer>
#include <vector>

#include "cluster/health.h"
#include "core/clock.h"
#include "core/error.h"
#include "operations/address/sight.h"
#include "operations/journalfollower.h"
#include "operations/patroni/request.h"
#include "operations/plan.h"
#include "operations/probe/record.h"
#include "operations/progress.h"
#include "shell/discoverdialog.h"
#include "theme/theme.h"
#include "toolfiles/standing.h"

class QSplitter;
class QStackedWidget;

namespace howdah::widgets {
class EmptyState;
class MessageBar;
class NoticeBar;
} // namespace howdah::widgets

namespace howdah::shell {

class ClusterView;
class CommandPalette;
class CredentialsDialog;
class FinishDialog;
class HistoryDialog;
class Navigator;
class OperationDialog;
class PatroniActions;
class StatusBar;
class SwitchoverDialog;
struct ClusterLine;
struct Command;

/// The window: navigator, verdict strip, pages. It knows clusters by name and shows the states it is given; what the
/// user wants leaves it as a signal. It asks no server, opens no file, and never waits.
class MainWindow : public QMainWindow {
    Q_OBJECT

public:
    explicit MainWindow(const core::Clock &clock = core::systemClock(), QWidget *parent = nullptr);
    ~MainWindow() override;

    /// Names of the open clusters as the navigator shows them, worst first.
    QStringList clusters() const;
    QString currentCluster() const;
    QString currentPage() const;
    /// Names of all pages, as showPage takes them.
    static QStringList pageIds();
    /// Where cluster files are looked for and saved first.
    void setClusterFolder(const QString &folder) { m_clusterFolder = folder; }

    /// Shows a page of the current cluster, and subject on it.
    void showPage(const QString &id, const QString &subject = {});
    void showCluster(const QString &name);
    /// The dialog of a switchover of that cluster, with target proposed; empty proposes the first standby.
    void openSwitchover(const QString &cluster, const QString &target);
    /// The dialog of a move of an address of that cluster, with address and node proposed; empty proposes the first,
    /// and the primary.
    void openMove(const QString &cluster, const QString &address, const QString &node);
    /// Asks whether an operation of that cluster's journal is to be gone on with, or taken back; what is then done is
    /// shown by the same dialog as a switchover. Says why where it can't be.
    void finishOperation(const QString &cluster, const QString &id, operations::Finish how);
    /// The dialog of something that Patroni is asked for, where it is the manager of that cluster.
    void openPatroni(const QString &cluster, const operations::patroni::Request &request);
    /// The dialog of what the providers of that cluster's addresses are asked with.
    void openCredentials(const QString &cluster);
    /// Patroni's history of that cluster.
    void openPatroniHistory(const QString &cluster);
    /// An operation runs that this window began.
    bool isOperating() const;

public Q_SLOTS:
    /// A cluster is being opened: it is listed as connecting until its first state comes.
    /// Without show it stays in the tree, and costs no page, until somebody looks; the first is shown always.
    void clusterOpened(const QString &name, bool show = true);
    void clusterClosed(const QString &name);
    /// A new state of the open cluster that has the snapshot's name. One that is not open stays so: a state may have
    /// been on its way when the cluster was closed.
    void setClusterState(const howdah::cluster::ClusterState &state);
    /// Says it across the window until it is closed.
    void showError(const howdah::core::Error &error);
    /// Answers to discoverRequested; ignored when its dialog is gone.
    void discoveryFinished(const howdah::cluster::ClusterConfig &config,
                           const std::vector<howdah::shell::DiscoveredNode> &nodes, const QStringList &notes = {});
    void discoveryFailed(const howdah::core::Error &error);
    /// Answers to switchoverPlanRequested, and what an operation's run comes to; ignored when that dialog is gone.
    void switchoverPlanned(const QString &cluster, const howdah::operations::Plan &plan);
    void switchoverOthersPlanned(const QString &cluster, const std::vector<howdah::operations::Plan> &plans);
    void operationBegun(const QString &cluster, const QString &id); ///< the journal has it under id
    void operationStepChanged(const QString &cluster, int index, const howdah::operations::StepRecord &record);
    void operationActionChanged(const QString &cluster, int index, const howdah::operations::ActionNote &note);
    void operationMeasured(const QString &cluster, const howdah::operations::probe::Measured &measured);
    void switchoverProbeKnown(const QString &cluster, const QString &through, int everyMs, const QString &problem);
    void operationOutput(const QString &cluster, const QString &node, const QString &line);
    void operationEnded(const QString &cluster, howdah::operations::Outcome outcome, const QStringList &remains);
    /// What Patroni says of a cluster, each time that it was asked; what it says of its history, or why not.
    void setPatroni(const QString &cluster,
                    const std::shared_ptr<const howdah::operations::patroni::PatroniFacts> &facts);
    void setPatroniHistory(const QString &cluster, const std::vector<howdah::managers::PatroniTurn> &turns);
    void patroniHistoryFailed(const QString &cluster, const howdah::core::Error &error);
    /// The addresses of a cluster as they were seen last, at each look.
    void setAddresses(const QString &cluster, const std::shared_ptr<const howdah::operations::address::Sights> &sights);
    /// Answers to credentialsRequested, and to what was asked for besides; ignored when the dialog is gone. keyring:
    /// why it is of no use; empty: it is.
    void setCredentials(const QString &cluster, const std::vector<howdah::toolfiles::Standing> &standings,
                        const QString &keyring);
    void credentialsAnswered(const QString &cluster, const QString &account, const QString &text, bool isError);
    /// The journal as it stands, of all clusters: at each change.
    void setJournal(const howdah::operations::JournalState &journal);

Q_SIGNALS:
    void openRequested(const QString &path); ///< a cluster file
    void openConfigRequested(const howdah::cluster::ClusterConfig &config);
    void saveRequested(const howdah::cluster::ClusterConfig &config, const QString &path);
    void demoRequested(); ///< start the demo cluster and open it
    void discoverRequested(const QString &conninfo);
    void closeRequested(const QString &cluster);
    void clusterShown(const QString &cluster); ///< another one is in front now
    void refreshRequested(const QString &cluster);
    void pauseRequested(const QString &cluster, bool paused);
    /// From opened to closed somebody stands by to run what a dialog shows, and makes a switchover's plans, a new one
    /// with each state.
    void operationOpened(const QString &cluster);
    void switchoverPlanRequested(const QString &cluster, const QString &target, bool natively);
    void movePlanRequested(const QString &cluster, const QString &address, const QString &node);
    /// probes: an application of ours shall commit meanwhile.
    void operationRunRequested(const QString &cluster, const howdah::operations::Plan &plan, bool probes);
    void operationCancelRequested(const QString &cluster);
    /// Patroni is to be asked now, and closely: every few seconds until this is said again with false.
    void patroniAsked(const QString &cluster, bool closely);
    void patroniHistoryRequested(const QString &cluster);
    /// What the providers of its addresses are asked with, is to be told; is given here; is to be taken from a tool's
    /// files, to which the user has said yes; or is to be forgotten.
    void credentialsRequested(const QString &cluster);
    void credentialsEntered(const QString &cluster, const QString &account, const howdah::addresses::Values &values,
                            bool inKeyring);
    void credentialsImportRequested(const QString &cluster, const QString &account, const QString &tool,
                                    const QString &context, bool inKeyring);
    void credentialsRemoveRequested(const QString &cluster, const QString &account);
    /// The operation of that journal file is to be gone on with, or taken back; from operationOpened to
    /// operationClosed, in place of operationRunRequested.
    void finishRequested(const QString &cluster, const QString &path, howdah::operations::Finish how);
    void journalExportRequested(const QString &path, const QString &target);
    void operationClosed(const QString &cluster);
    void runbookRequested(const QString &cluster, const howdah::operations::Plan &plan, const QString &path);

protected:
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    // mainwindow.cpp
    void buildCentral();
    void restore();
    void tick();
    void updateNavigator();
    void updateActions();
    ClusterLine lineOf(const ClusterView &view) const;
    ClusterView *view(const QString &name) const;
    ClusterView *currentView() const;
    void choose(const QString &cluster, const QString &page, const QString &subject);

    // mainwindowactions.cpp
    void buildActions();
    void buildMenus();
    void buildToolBar();
    QAction *addAction(const QString &name, const QString &text, const QString &icon, const QKeySequence &key,
                       void (MainWindow::*handler)());
    void openFile();
    void addCluster();
    void closeCluster();
    void refresh();
    void togglePause();
    void switchOver();
    void moveAddress();
    void find();
    void showPalette();
    void showAbout();
    void focusNavigator();
    void setThemeMode(theme::Mode mode);
    std::vector<Command> commands();
    void addNodeCommands(std::vector<Command> &commands, ClusterView *of);

    // mainwindowoperations.cpp
    void buildRunningBar();
    void updateRunningBar();
    bool showOperation();
    SwitchoverDialog *makeSwitchover(const QString &cluster, const QString &target);
    /// The one dialog of an operation, from now on.
    void host(OperationDialog *dialog);
    OperationDialog *operationOf(const QString &cluster) const;
    void takeUp(const QString &cluster, const QString &id, operations::Finish how);

    // mainwindowpatroni.cpp
    void buildPatroni();

    const core::Clock &m_clock;
    QTimer m_timer;
    QString m_lastPage;
    QString m_clusterFolder;
    std::vector<ClusterView *> m_clusters;
    QSplitter *m_splitter = nullptr;
    Navigator *m_navigator = nullptr;
    QStackedWidget *m_views = nullptr;
    widgets::EmptyState *m_empty = nullptr;
    widgets::MessageBar *m_messages = nullptr;
    widgets::NoticeBar *m_running = nullptr; ///< of an operation whose dialog was put aside
    StatusBar *m_status = nullptr;
    CommandPalette *m_palette = nullptr;
    QPointer<DiscoverDialog> m_discover;
    QPointer<OperationDialog> m_operation;
    QPointer<HistoryDialog> m_history;
    QPointer<CredentialsDialog> m_credentials;
    PatroniActions *m_patroni = nullptr;
    QPointer<FinishDialog> m_finish;
    operations::JournalState m_journal;

    QAction *m_openAction = nullptr;
    QAction *m_addAction = nullptr;
    QAction *m_demoAction = nullptr;
    QAction *m_closeAction = nullptr;
    QAction *m_quitAction = nullptr;
    QAction *m_refreshAction = nullptr;
    QAction *m_pauseAction = nullptr;
    QAction *m_switchoverAction = nullptr;
    QAction *m_moveAction = nullptr;
    QAction *m_findAction = nullptr;
    QAction *m_paletteAction = nullptr;
    QAction *m_navigatorAction = nullptr;
    QAction *m_aboutAction = nullptr;
    QList<QAction *> m_pageActions;
    QList<QAction *> m_clusterActions;
    QActionGroup *m_themeActions = nullptr;
};

} // namespace howdah::shell
