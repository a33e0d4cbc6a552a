// SPDX-License-Identifier: GPL-3.0-or-later
// Not a test: writes every page, light and dark, small and large, to the folder named by HOWDAH_PICTURES, to be looked
// at. What it shows is made by hand (tests/support/snapshots.h).
#include <QApplication>
#include <QBoxLayout>
#include <QCheckBox>
#include <QComboBox>
#include <QDir>
#include <QLineEdit>
#include <QMenu>
#include <QMenuBar>
#include <QProgressBar>
#include <QPushButton>
#include <QRadioButton>
#include <QSettings>
#include <QTabBar>
#include <QTextStream>
#include <QTimer>

#include "pages/pageregistry.h"
#include "shell/aboutdialog.h"
#include "shell/commandpalette.h"
#include "shell/discoverdialog.h"
#include "shell/mainwindow.h"
#include "shell/render.h"
#include "theme/howdahstyle.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "widgets/buttons.h"
#include "widgets/filterfield.h"
#include "widgets/findingslist.h"
#include "widgets/keyvaluelist.h"
#include "widgets/panes.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::testsupport;

namespace {

QWidget *makeControls()
{
    auto *row = new QWidget;
    auto *layout = new QHBoxLayout(row);
    auto *plain = new QPushButton(QStringLiteral("Create…"));
    auto *off = new QPushButton(QStringLiteral("Drop…"));
    off->setEnabled(false);
    auto *large = new QPushButton(QStringLiteral("Dry run"));
    theme::setDialogSize(large);
    auto *filled = new QPushButton(QStringLiteral("Switch over to pg2"));
    theme::setDialogSize(filled);
    theme::setFilled(filled);
    auto *ticked = new QCheckBox(QStringLiteral("Accepted"));
    ticked->setChecked(true);
    auto *radio = new QRadioButton(QStringLiteral("pg2"));
    radio->setChecked(true);
    auto *combo = new QComboBox;
    combo->addItems({QStringLiteral("By limit"), QStringLiteral("By free disk")});
    auto *progress = new QProgressBar;
    progress->setTextVisible(false);
    progress->setValue(40);
    for (QWidget *widget : std::initializer_list<QWidget *>{
             plain, off, large, filled, ticked, new QCheckBox(QStringLiteral("Not yet")), radio,
             new QRadioButton(QStringLiteral("pg3")), combo, progress,
             new widgets::SegmentedControl(QStringLiteral("Unit"), {QStringLiteral("Bytes"), QStringLiteral("Time")}),
             new widgets::FilterField(QStringLiteral("Filter things"))}) {
        layout->addWidget(widget);
    }
    layout->addStretch();
    filled->setFocus();
    return row;
}

/// Every widget that a page may be made of, on one sheet.
QWidget *makeGallery(const cluster::ClusterState &state)
{
    auto *sheet = new widgets::Ground;
    sheet->resize(1280, 800);
    auto *layout = new QVBoxLayout(sheet);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto *head = new widgets::PageHead(QStringLiteral("Replication"));
    head->addTabs({QStringLiteral("Senders"), QStringLiteral("Receivers"), QStringLiteral("Publications")});
    head->addWidget(new widgets::FilterField(QStringLiteral("Filter senders")));
    head->addWidget(new QPushButton(QStringLiteral("Columns…")));
    head->addWidget(new QPushButton(QStringLiteral("Copy as text")));
    layout->addWidget(head);
    layout->addWidget(makeControls());
    auto *side = new QWidget;
    side->setFixedWidth(theme::metric::kSideColumnWidth);
    auto *sideLayout = new QVBoxLayout(side);
    sideLayout->setContentsMargins(0, 0, 0, 0);
    sideLayout->setSpacing(0);
    auto *findingsHead = new widgets::PaneHeader(QStringLiteral("Findings"));
    findingsHead->setCaption(QStringLiteral("2 open, 1 muted"));
    auto *findings = new widgets::FindingsList;
    findings->setState(state);
    auto *facts = new widgets::PaneHeader(QStringLiteral("Archive and backups"));
    facts->setVerdict(cluster::Verdict::Ok, QStringLiteral("OK"));
    auto *list = new widgets::KeyValueList(QStringLiteral("Archive"));
    list->setRows({{QStringLiteral("Last archived"), QStringLiteral("6 s ago, 1 waiting"), false, false},
                   {QStringLiteral("Confirmed up to"), QStringLiteral("5B/CE0192A0"), true, false},
                   {QStringLiteral("Newest backup"), QStringLiteral("unknown"), false, true}});
    for (QWidget *widget :
         std::initializer_list<QWidget *>{findingsHead, findings, new widgets::Hairline, facts, list}) {
        sideLayout->addWidget(widget);
    }
    sideLayout->addStretch();
    auto *rows = new QHBoxLayout;
    auto *empty = new widgets::EmptyState(QStringLiteral("No slot exists on any node."));
    empty->addButton(QStringLiteral("Create…"));
    rows->addWidget(empty, 1);
    rows->addWidget(new widgets::Hairline(Qt::Vertical));
    rows->addWidget(side);
    rows->setSpacing(0);
    layout->addLayout(rows, 1);
    return sheet;
}

cluster::ClusterState orders()
{
    cluster::Snapshot snapshot = busyCluster();
    snapshot.environment = QStringLiteral("production");
    const cluster::ClusterState state = stateOf(snapshot, QStringLiteral("orders"));
    if (!state.assessment->findings.empty()) {
        return state;
    }
    cluster::Finding slot;
    slot.title = QStringLiteral("Slot analytics_cdc has no consumer");
    slot.evidence = QStringLiteral("pg1 keeps 3.2 GB for it, growing 2.0 MB/s. Its limit of 64 GB is reached in 8 h 39 "
                                   "min, at 22:45.");
    slot.remedy = QStringLiteral("Reconnect its consumer, or drop the slot when nobody needs it any more.");
    slot.page = QStringLiteral("slots");
    slot.subject = QStringLiteral("analytics_cdc");
    slot.sinceMs = kNowMonotonicMs - 27 * 60'000;
    cluster::Finding silent = slot;
    silent.severity = cluster::Verdict::Unknown;
    silent.title = QStringLiteral("pg3 has not answered");
    silent.evidence = QStringLiteral("2 polls missed; critical after 3.");
    silent.remedy.clear();
    silent.page = QStringLiteral("overview");
    return withVerdict(state, cluster::Verdict::Warning, {slot, silent});
}

void fill(shell::MainWindow &window)
{
    for (const char *name : {"billing", "catalog", "identity"}) {
        window.clusterOpened(QLatin1String(name));
        window.setClusterState(withVerdict(stateOf(threeNodes(), QLatin1String(name)), cluster::Verdict::Ok));
    }
    cluster::Snapshot paused = threeNodes();
    paused.paused = true;
    window.clusterOpened(QStringLiteral("staging"));
    window.setClusterState(stateOf(paused, QStringLiteral("staging")));
    window.clusterOpened(orders().snapshot->cluster);
    window.setClusterState(orders());
}

class Photographer {
public:
    explicit Photographer(QString folder)
        : m_folder(std::move(folder))
    {
        QDir().mkpath(m_folder);
    }

    void windowAt(shell::MainWindow &window, const QString &name, QSize size)
    {
        window.resize(size);
        window.show();
        QCoreApplication::processEvents();
        QCoreApplication::processEvents();
        if (const auto path = shell::renderWindow(window, size, file(name))) {
            QTextStream(stdout) << *path << Qt::endl;
        }
    }

    void widget(QWidget &shown, const QString &name)
    {
        shown.show();
        QCoreApplication::processEvents();
        shown.grab().save(file(name));
        QTextStream(stdout) << file(name) << Qt::endl;
    }

private:
    QString file(const QString &name) const { return m_folder + QLatin1Char('/') + name + QStringLiteral(".png"); }
    QString m_folder;
};

void takeAll(Photographer &photographer, const FakeClock &clock, theme::Mode mode)
{
    const QString suffix = QLatin1Char('-') + theme::modeKey(mode);
    theme::Theme::instance().setMode(mode);
    QSettings().setValue(QStringLiteral("window/theme"), theme::modeKey(mode));
    shell::MainWindow window(clock);
    photographer.windowAt(window, QStringLiteral("empty") + suffix, {1280, 800});
    fill(window);
    photographer.windowAt(window, QStringLiteral("window") + suffix, {1440, 900});
    for (const pages::PageEntry &entry : pages::pageRegistry()) {
        window.showPage(entry.id);
        for (const QSize size : {QSize(1280, 800), QSize(2560, 1440)}) {
            photographer.windowAt(window, entry.id + suffix + QStringLiteral("-%1").arg(size.width()), size);
        }
    }
    window.findChild<QAction *>(QStringLiteral("action-palette"))->trigger();
    photographer.windowAt(window, QStringLiteral("palette") + suffix, {1280, 800});
    window.findChild<shell::CommandPalette *>()->hide();
    window.showError({.kind = core::Error::Kind::Invalid,
                      .message = QStringLiteral("clusters/orders.toml, line 7, column 3: node pg1 is named twice"),
                      .hint = QStringLiteral("Give each [[node]] a name of its own.")});
    photographer.windowAt(window, QStringLiteral("error") + suffix, {1280, 800});

    const std::unique_ptr<QWidget> gallery(makeGallery(orders()));
    photographer.widget(*gallery, QStringLiteral("gallery") + suffix);
    auto *menu = window.findChild<QMenu *>(QStringLiteral("menu-view"));
    menu->popup(QPoint(0, 0));
    photographer.widget(*menu, QStringLiteral("menu") + suffix);
    menu->close();
    shell::AboutDialog about;
    photographer.widget(about, QStringLiteral("about") + suffix);
    shell::DiscoverDialog discover;
    cluster::ClusterConfig config;
    config.name = QStringLiteral("orders");
    config.nodes = {{.name = QStringLiteral("pg1"), .conninfo = QStringLiteral("host=10.0.0.11 user=dba")},
                    {.name = QStringLiteral("pg2"), .conninfo = QStringLiteral("host=172.17.0.2 user=dba")}};
    discover.findChild<QLineEdit *>(QStringLiteral("discover-conninfo"))->setText(QStringLiteral("host=10.0.0.11"));
    discover.findChild<QPushButton *>(QStringLiteral("discover-start"))->click();
    discover.setFound(config, {{true, {}}, {false, QStringLiteral("no route from here")}},
                      {QStringLiteral("repmgr.nodes could not be read: permission denied for schema repmgr")});
    photographer.widget(discover, QStringLiteral("discover") + suffix);
}

} // namespace

int main(int argc, char **argv)
{
    QApplication app(argc, argv);
    QCoreApplication::setOrganizationName(QStringLiteral("howdah-pictures"));
    const QString folder = qEnvironmentVariable("HOWDAH_PICTURES", QStringLiteral("pictures"));
    QSettings::setDefaultFormat(QSettings::IniFormat);
    QSettings::setPath(QSettings::IniFormat, QSettings::UserScope, folder);
    theme::Theme::instance().install(app);
    const FakeClock clock;
    Photographer photographer(folder);
    takeAll(photographer, clock, theme::Mode::Light);
    takeAll(photographer, clock, theme::Mode::Dark);
    return 0;
}
