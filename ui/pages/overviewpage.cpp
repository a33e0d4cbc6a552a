// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/overviewpage.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QMenu>
#include <algorithm>

#include "cluster/candidate.h"
#include "core/servertext.h"
#include "core/units.h"
#include "operations/address/mover.h"
#include "operations/address/target.h"
#include "pages/pagetools.h"
#include "pages/plotpane.h"
#include "pages/tablepane.h"
#include "tables/events.h"
#include "tables/knowledge.h"
#include "tables/nodesmodel.h"
#include "tables/roles.h"
#include "tables/slotsmodel.h"
#include "tables/tiles.h"
#include "theme/metrics.h"
#include "topology/topologyview.h"
#include "widgets/datatable.h"
#include "widgets/findingslist.h"
#include "widgets/keyvaluelist.h"
#include "widgets/label.h"
#include "widgets/panes.h"
#include "widgets/sidecolumn.h"

namespace howdah::pages {

using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kMostBars = 8;
constexpr int kMostEvents = 12;
constexpr int kLeastNodes = 112;
constexpr int kLeastTopology = 180;
constexpr int kLeastPlot = 180;

std::vector<widgets::KeyValue> rowsOf(const tables::Tile &tile)
{
    std::vector<widgets::KeyValue> rows;
    for (const tables::TileLine &line : tile.lines) {
        rows.push_back({line.what, line.value, false, line.nonValue, tile.stale});
    }
    return rows;
}

widgets::Label *sentence(const QString &text, const QString &name)
{
    auto *label = new widgets::Label(text, FontRole::Small, Token::Text2);
    label->setObjectName(name);
    label->setWordWrap(true);
    label->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kSpace3);
    return label;
}

/// A list in the side column is as high as its rows, up to a number of them.
void fitList(widgets::DataTable *table, int most, widgets::Label *instead)
{
    const int rows = table->model() ? table->model()->rowCount() : 0;
    int height = 0;
    for (int row = 0; row < std::min(rows, most); ++row) {
        height += table->rowHeight(row);
    }
    table->setFixedHeight(height);
    table->setVisible(rows > 0);
    instead->setVisible(rows == 0);
}

QString limitsText(const tables::SlotBars &bars)
{
    const int column = bars.columnOf(QStringLiteral("bar"));
    for (int row = 0; row < bars.rowCount(); ++row) {
        if (bars.index(row, column).data(tables::BarRole).value<tables::Bar>().criticalAt < 1) {
            return OverviewPage::tr("of the limit of each"); // which a tool tip tells
        }
    }
    const cluster::Thresholds limits;
    return OverviewPage::tr("warns at %1, critical at %2")
        .arg(core::formatBytes(limits.slotRetainedWarnBytes), core::formatBytes(limits.slotRetainedCriticalBytes));
}

} // namespace

OverviewPage::OverviewPage(QWidget *parent)
    : LivePage(parent)
    , m_nodes(new tables::NodesModel(this))
    , m_bars(new tables::SlotBars(this))
    , m_topology(new topology::TopologyView)
    , m_nodesPane(new TablePane(tr("Nodes"), tr("This cluster has no nodes yet."), m_nodes))
    , m_plot(new PlotPane(PlotPane::Kind::AllNodes))
    , m_findingsHead(new widgets::PaneHeader(tr("Findings")))
    , m_findings(new widgets::FindingsList)
    , m_slotsHead(new widgets::PaneHeader(tr("WAL held by slots")))
    , m_barsTable(makeList(tr("WAL held by slots"), m_bars))
    , m_noSlots(sentence(QString(), QStringLiteral("no-slots")))
    , m_archiveHead(new widgets::PaneHeader(tr("Archive")))
    , m_archive(new widgets::KeyValueList(tr("Archive")))
    , m_activityHead(new widgets::PaneHeader(tr("Activity")))
    , m_activity(new widgets::KeyValueList(tr("Activity")))
    , m_eventsTable(makeList(tr("Events"), nullptr))
    , m_noEvents(sentence(QString(), QStringLiteral("no-events")))
{
    m_eventsTable->setWordWrap(true);
    connect(m_eventsTable, &widgets::DataTable::rowsFitted, this,
            [this] { fitList(m_eventsTable, kMostEvents, m_noEvents); });
    setObjectName(QStringLiteral("overview-page"));
    setAccessibleName(tr("Overview"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(makeMain(), 1);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    row->addWidget(makeSide());
    connectSelection();
}

QWidget *OverviewPage::makeMain()
{
    auto *main = new QWidget;
    main->setObjectName(QStringLiteral("overview-main"));
    auto *column = plainColumn(main);
    column->addWidget(m_topology);
    column->addWidget(new widgets::Hairline);
    column->addWidget(m_nodesPane);
    column->addWidget(new widgets::Hairline);
    column->addWidget(m_plot, 1);
    return main;
}

QWidget *OverviewPage::makeSide()
{
    auto *side = new widgets::Ground;
    side->setObjectName(QStringLiteral("overview-side"));
    auto *column = plainColumn(side);
    const auto add = [&](QWidget *head, std::initializer_list<QWidget *> contents) {
        if (column->count() > 0) {
            column->addWidget(new widgets::Hairline);
        }
        column->addWidget(head);
        for (QWidget *content : contents) {
            column->addWidget(content);
        }
    };
    add(m_findingsHead, {m_findings});
    add(m_slotsHead, {m_barsTable, m_noSlots});
    add(m_archiveHead, {m_archive});
    add(m_activityHead, {m_activity});
    add(new widgets::PaneHeader(tr("Events")), {m_eventsTable, m_noEvents});
    column->addStretch();
    auto *scrolled = new widgets::SideColumn(side, tr("Findings and figures"));
    scrolled->setObjectName(QStringLiteral("overview-side-scroll"));
    return scrolled;
}

widgets::DataTable *OverviewPage::makeList(const QString &name, QAbstractItemModel *model)
{
    auto *table = new widgets::DataTable(name);
    table->horizontalHeader()->hide();
    table->setDense(true);
    table->setSortingEnabled(false);
    table->setModel(model);
    table->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    return table;
}

void OverviewPage::showNodeMenu(const QString &node, QPoint at)
{
    if (!state().snapshot || !state().assessment) {
        return;
    }
    auto *menu = new QMenu(this);
    menu->setObjectName(QStringLiteral("node-menu"));
    menu->setAccessibleName(tr("Node %1").arg(node));
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const QString shown = QString(node).replace(QLatin1Char('&'), QLatin1String("&&"));
    QAction *over = menu->addAction(tr("Switch over to %1…").arg(shown));
    over->setObjectName(QStringLiteral("node-switchover"));
    const QString whyNot = cluster::whyNotProposed(state(), node);
    over->setEnabled(whyNot.isEmpty());
    if (!whyNot.isEmpty()) {
        over->setText(tr("Switch over to %1: %2").arg(shown, whyNot));
    }
    connect(over, &QAction::triggered, this, [this, node] { Q_EMIT switchoverRequested(node); });
    addAddressActions(menu, node);
    addPatroniActions(menu, node);
    QAction *replication = menu->addAction(tr("Show its replication"));
    replication->setObjectName(QStringLiteral("node-replication"));
    connect(replication, &QAction::triggered, this,
            [this, node] { Q_EMIT pageRequested(QStringLiteral("replication"), node); });
    menu->popup(at);
}

/// As by dragging its tab: an address for whom it may lead to.
void OverviewPage::addAddressActions(QMenu *menu, const QString &node)
{
    for (const operations::address::Sight &sight : m_sights ? *m_sights : operations::address::Sights()) {
        const std::vector<topology::DropTarget> targets = targetsOf(sight);
        if (std::find(targets.begin(), targets.end(), topology::DropTarget{node, false}) == targets.end()) {
            continue;
        }
        const QString name = sight.address.name;
        QAction *move = menu->addAction(
            tr("Move address %1 here…").arg(QString(name).replace(QLatin1Char('&'), QLatin1String("&&"))));
        move->setObjectName(QStringLiteral("node-address-") + name);
        connect(move, &QAction::triggered, this, [this, name, node] { Q_EMIT moveRequested(name, node); });
    }
}

/// What Patroni does on a node of its own; a witness or a monitor is none.
void OverviewPage::addPatroniActions(QMenu *menu, const QString &node)
{
    using operations::patroni::Request;
    const auto &nodes = state().snapshot->nodes;
    const bool isData = std::any_of(nodes.begin(), nodes.end(), [&](const cluster::NodeStatus &one) {
        return one.name == node && one.kind == cluster::NodeKind::Data;
    });
    if (state().snapshot->manager != cluster::ManagerKind::Patroni || !isData) {
        return;
    }
    const auto add = [&](const QString &name, const QString &text, Request::Kind kind) {
        const Request request{.kind = kind, .node = node};
        const QString whyNot = operations::patroni::whyNotAsked(m_patroni.get(), request);
        QAction *action = menu->addAction(
            whyNot.isEmpty() ? text + QChar(0x2026) : QStringLiteral("%1: %2").arg(text, core::sanitizedName(whyNot)));
        action->setObjectName(name);
        action->setEnabled(whyNot.isEmpty());
        connect(action, &QAction::triggered, this, [this, request] { Q_EMIT patroniRequested(request); });
    };
    const QString shown = QString(node).replace(QLatin1Char('&'), QLatin1String("&&"));
    menu->addSeparator();
    add(QStringLiteral("node-restart"), tr("Restart PostgreSQL on %1").arg(shown), Request::Kind::Restart);
    add(QStringLiteral("node-reinitialize"), tr("Reinitialize %1").arg(shown), Request::Kind::Reinitialize);
    menu->addSeparator();
}

void OverviewPage::setPatroni(const std::shared_ptr<const operations::patroni::PatroniFacts> &facts)
{
    m_patroni = facts;
}

void OverviewPage::setAddresses(const std::shared_ptr<const operations::address::Sights> &sights)
{
    m_sights = sights;
    showAddresses();
}

/// Where the tab of an address can be let go: on whom it may lead to; the write address also on who can take the
/// writes, with which it goes.
std::vector<topology::DropTarget> OverviewPage::targetsOf(const operations::address::Sight &sight) const
{
    std::vector<topology::DropTarget> targets;
    const operations::address::Mover *mover = operations::address::moverFor(sight.address.provider);
    if (!state().snapshot || !state().assessment || !mover) {
        return targets;
    }
    const bool follows = sight.address.follows == QLatin1String("primary");
    for (const cluster::NodeStatus &node : state().snapshot->nodes) {
        const bool has = sight.truth.holders == QStringList{node.name} ||
                         (sight.truth.holders.isEmpty() && sight.truth.answers == node.name);
        if (!has && !mover->isOwners && operations::address::targetOf(sight.address, state(), node.name).may()) {
            targets.push_back({node.name, false});
        } else if (follows && cluster::whyNotProposed(state(), node.name).isEmpty()) {
            targets.push_back({node.name, true});
        }
    }
    return targets;
}

/// Each on the card of who holds it; where that is not known, of who answers.
void OverviewPage::showAddresses()
{
    std::vector<topology::AddressTab> tabs;
    for (const operations::address::Sight &sight : m_sights ? *m_sights : operations::address::Sights()) {
        const operations::address::Truth &truth = sight.truth;
        const QStringList nodes = !truth.holders.isEmpty() ? truth.holders : QStringList{truth.answers};
        for (const QString &node : nodes) {
            if (!node.isEmpty()) {
                tabs.push_back({sight.address.name, sight.address.ip, node,
                                nodes.size() == 1 && truth.verdict != cluster::Verdict::Unknown, targetsOf(sight)});
            }
        }
    }
    m_topology->setAddresses(std::move(tabs));
}

void OverviewPage::connectSelection()
{
    widgets::DataTable *table = m_nodesPane->table();
    table->setContextMenuPolicy(Qt::CustomContextMenu);
    connect(table, &QWidget::customContextMenuRequested, this, [this, table](QPoint at) {
        // By the keyboard it is asked for in the middle of the table: it is of the row that is chosen all the same.
        const QModelIndex under = table->indexAt(at);
        const QModelIndex row = under.isValid() ? under : table->currentIndex();
        const QString node = row.siblingAtColumn(0).data(tables::KeyRole).toString();
        if (!node.isEmpty()) {
            showNodeMenu(node, table->viewport()->mapToGlobal(at));
        }
    });
    connect(m_nodesPane, &TablePane::selectedKeyChanged, m_topology, &topology::TopologyView::selectNode);
    connect(m_topology, &topology::TopologyView::nodeSelected, m_nodesPane->table(), &widgets::DataTable::selectKey);
    const auto showNode = [this](const QString &node) { Q_EMIT pageRequested(QStringLiteral("replication"), node); };
    connect(m_topology, &topology::TopologyView::nodeActivated, this, showNode);
    connect(m_topology, &topology::TopologyView::nodeMenuRequested, this, &OverviewPage::showNodeMenu);
    connect(m_topology, &topology::TopologyView::switchoverRequested, this, &OverviewPage::switchoverRequested);
    connect(m_topology, &topology::TopologyView::moveRequested, this, &OverviewPage::moveRequested);
    connect(m_topology, &topology::TopologyView::slotActivated, this, [this](const QString &node, const QString &slot) {
        Q_EMIT pageRequested(QStringLiteral("slots"), tables::SlotsModel::keyOf(node, slot));
    });
    connect(m_nodesPane->table(), &QAbstractItemView::activated, this,
            [this, showNode] { showNode(m_nodesPane->table()->selectedKey()); });
    connect(m_barsTable, &QAbstractItemView::activated, this,
            [this] { Q_EMIT pageRequested(QStringLiteral("slots"), m_barsTable->selectedKey()); });
    connect(m_findings, &widgets::FindingsList::pageRequested, this,
            [this](const QString &page, const QString &subject) {
                if (page == id()) {
                    select(subject);
                } else {
                    Q_EMIT pageRequested(page, subject);
                }
            });
}

void OverviewPage::setEvents(tables::EventsModel *events)
{
    m_eventsTable->setModel(events);
    // Without the events nobody may say that there were none.
    m_noEvents->setText(events ? tr("Nothing has changed since this cluster was opened.") : QString());
}

void OverviewPage::historyChanged()
{
    m_topology->setHistory(history());
    m_plot->setHistory(history());
}

void OverviewPage::refresh()
{
    m_topology->setState(state());
    showAddresses(); // where they can go may be another place now
    m_nodes->setState(state());
    m_bars->setState(state());
    m_plot->refresh(state());
    refreshSide();
    fitMain();
}

void OverviewPage::refreshSide()
{
    const std::size_t open = state().assessment ? state().assessment->findings.size() : 0;
    m_findingsHead->setCaption(open == 0 ? QString() : tr("%1 open").arg(open));
    m_findings->setState(state());
    fitList(m_barsTable, kMostBars, m_noSlots);
    m_noSlots->setText(tables::emptySentence(state(), {tables::Concern::EveryNode, QStringLiteral("slots"),
                                                       tr("slots that hold WAL"), tr("No slot holds WAL.")}));
    m_slotsHead->setCaption(m_bars->rowCount() == 0 ? QString() : limitsText(*m_bars));
    const tables::Tile archive = tables::archiveTile(state());
    m_archiveHead->setVerdict(archive.verdict, archive.word);
    m_archive->setRows(rowsOf(archive));
    const tables::Tile activity = tables::activityTile(state());
    m_activityHead->setVerdict(activity.verdict, activity.word);
    m_activity->setRows(rowsOf(activity));
    fitList(m_eventsTable, kMostEvents, m_noEvents);
}

void OverviewPage::fitMain()
{
    // The table takes its rows, the topology what it is drawn in, the plot the rest; the plot is the first to be large.
    widgets::DataTable *table = m_nodesPane->table();
    const int rows = std::max(1, m_nodes->rowCount());
    const int wanted = table->horizontalHeader()->height() + rows * table->verticalHeader()->defaultSectionSize();
    const int nodes = std::min(wanted, std::max(kLeastNodes, height() / 3));
    m_nodesPane->setFixedHeight(nodes);
    const int spare = height() - nodes - kLeastPlot;
    m_topology->setFixedHeight(std::clamp(m_topology->heightForWidth(m_topology->width()), kLeastTopology,
                                          std::max(kLeastTopology, std::min(spare, height() / 2))));
}

void OverviewPage::resizeEvent(QResizeEvent *event)
{
    LivePage::resizeEvent(event);
    fitMain();
}

void OverviewPage::select(const QString &subject)
{
    m_nodesPane->table()->selectKey(subject);
}

} // namespace howdah::pages
