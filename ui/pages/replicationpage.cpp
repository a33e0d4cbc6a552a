// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/replicationpage.h"

#include <QBoxLayout>
#include <QHeaderView>
#include <QStackedWidget>
#include <QTabBar>

#include "history/laghistory.h"
#include "pages/bothendsview.h"
#include "pages/pagetools.h"
#include "pages/plotpane.h"
#include "pages/tablepane.h"
#include "tables/bothends.h"
#include "tables/logicalmodels.h"
#include "tables/receiversmodel.h"
#include "tables/sendersmodel.h"
#include "tables/stateview.h"
#include "theme/metrics.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/filterfield.h"
#include "widgets/keyvaluelist.h"
#include "widgets/label.h"
#include "widgets/panes.h"
#include "widgets/sidecolumn.h"

namespace howdah::pages {

using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

/// How much trouble a standby may be in. What is not known may be more than any number.
std::pair<cluster::Verdict, qint64> trouble(const tables::StateView &view, int node)
{
    const cluster::StandbyLag lag = view.lag(node);
    const qint64 unseen = lag.state == cluster::LagState::Idle ? 0 : std::numeric_limits<qint64>::max();
    return {view.verdict(node), lag.bytes.value_or(unseen)};
}

} // namespace

ReplicationPage::ReplicationPage(QWidget *parent)
    : LivePage(parent)
    , m_head(new widgets::PageHead(tr("Replication")))
    , m_tabs(m_head->addTabs({tr("Senders"), tr("Receivers"), tr("Publications"), tr("Subscriptions")}))
    , m_stack(new QStackedWidget)
    , m_below(new QWidget)
    , m_plot(new PlotPane(PlotPane::Kind::OneStandby))
    , m_endsHead(new widgets::PaneHeader(tr("Both ends")))
    , m_ends(new BothEndsView)
    , m_slow(new widgets::Label(FontRole::Small, Token::Text2))
    , m_takeoverHead(new widgets::PaneHeader(tr("If it took over now")))
    , m_takeover(new widgets::KeyValueList(tr("If it took over now")))
{
    setObjectName(QStringLiteral("replication-page"));
    setAccessibleName(tr("Replication"));
    m_stack->setObjectName(QStringLiteral("replication-stack"));
    m_below->setObjectName(QStringLiteral("replication-below"));
    using tables::Concern;
    addTable(tr("Senders"),
             {Concern::EveryNode, QStringLiteral("senders"), tr("senders"),
              tr("No node sends WAL to anybody, and no slot keeps any.")},
             new tables::SendersModel(this));
    addTable(
        tr("Receivers"),
        {Concern::EveryNode, QStringLiteral("receiver"), tr("receivers"), tr("No node of this cluster is a standby.")},
        new tables::ReceiversModel(this));
    addTable(tr("Publications"),
             {Concern::CatalogNode, QStringLiteral("publications"), tr("publications"),
              tr("The database we are connected to has no publication.")},
             new tables::PublicationsModel(this));
    addTable(tr("Subscriptions"),
             {Concern::CatalogNode, QStringLiteral("subscriptions"), tr("subscriptions"),
              tr("No database of this cluster has a subscription.")},
             new tables::SubscriptionsModel(this));
    auto *filter = addTableTools(m_head, tr("Filter replication"), [this] { return current(); });

    auto *row = new QHBoxLayout(m_below);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_plot, 1);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    row->addWidget(makeSide());
    auto *layout = plainColumn(this);
    layout->addWidget(m_head);
    layout->addWidget(m_stack, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_below, 1);
    m_below->hide();
    connect(m_tabs, &QTabBar::currentChanged, this, [this, filter](int tab) {
        m_stack->setCurrentIndex(tab);
        current()->setFilter(filter->text());
        current()->selectSomething();
        showStandby();
    });
}

TablePane *ReplicationPage::addTable(const QString &name, const tables::ListWords &words, tables::ClusterTable *model)
{
    auto *pane = new TablePane(name, tables::emptySentence({}, words), model);
    m_models.push_back(model);
    m_words.push_back(words);
    m_panes.push_back(pane);
    m_stack->addWidget(pane);
    connect(pane, &TablePane::selectedKeyChanged, this, &ReplicationPage::showStandby);
    return pane;
}

QWidget *ReplicationPage::makeSide()
{
    auto *side = new widgets::Ground;
    side->setObjectName(QStringLiteral("replication-side"));
    auto *column = plainColumn(side);
    column->addWidget(m_endsHead);
    column->addWidget(m_ends);
    column->addWidget(new widgets::Hairline);
    column->addWidget(new widgets::PaneHeader(tr("Which stage is slow")));
    m_slow->setObjectName(QStringLiteral("slow-stage"));
    m_slow->setAccessibleName(tr("Which stage is slow"));
    m_slow->setParagraph();
    m_slow->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kSpace3);
    column->addWidget(m_slow);
    column->addWidget(new widgets::Hairline);
    column->addWidget(m_takeoverHead);
    column->addWidget(m_takeover);
    column->addStretch();
    auto *scrolled = new widgets::SideColumn(side, tr("Details of the standby"));
    scrolled->setObjectName(QStringLiteral("replication-side-scroll"));
    return scrolled;
}

TablePane *ReplicationPage::current() const
{
    return m_panes[static_cast<std::size_t>(std::max(0, m_stack->currentIndex()))];
}

void ReplicationPage::refresh()
{
    for (std::size_t i = 0; i < m_models.size(); ++i) {
        m_models[i]->setState(state());
        m_panes[i]->setEmptySentence(tables::emptySentence(state(), m_words[i]));
    }
    if (m_standby.isEmpty()) {
        // The first look goes to a standby that may be in trouble, not to whatever row comes first.
        selectWorstStandby();
    }
    current()->selectSomething();
    showStandby();
    m_plot->refresh(state());
}

void ReplicationPage::historyChanged()
{
    m_plot->setHistory(history());
}

void ReplicationPage::selectWorstStandby()
{
    if (!tables::StateView::isComplete(state())) {
        return;
    }
    const tables::StateView view(state());
    int worst = -1;
    for (int node = 0; node < view.nodeCount(); ++node) {
        const bool standby = view.sample(node) && view.sample(node)->inRecovery;
        if (standby && (worst < 0 || trouble(view, node) > trouble(view, worst))) {
            worst = node;
        }
    }
    if (worst >= 0) {
        select(view.name(worst));
    }
}

QString ReplicationPage::selectedStandby() const
{
    if (!tables::StateView::isComplete(state())) {
        return {};
    }
    const QString key = current()->table()->selectedKey();
    const tables::StateView view(state());
    for (int node = 0; node < view.nodeCount(); ++node) {
        const QString name = view.name(node);
        const bool receives = m_stack->currentIndex() == Receivers && name == key;
        const bool isSentTo = m_stack->currentIndex() == Senders && !key.isEmpty() &&
                              tables::SendersModel::keyForStandby(state(), name) == key;
        if (receives || isSentTo) {
            return name;
        }
    }
    // A row that is no standby of ours leaves the one before in view.
    return view.indexOf(m_standby) >= 0 ? m_standby : QString();
}

void ReplicationPage::showStandby()
{
    const QString standby = selectedStandby();
    m_standby = standby;
    const bool logical = m_stack->currentIndex() == Publications || m_stack->currentIndex() == Subscriptions;
    const bool alone = standby.isEmpty() || logical;
    // Showing a widget lays the window out at once: the table must have made room before, or the window grows.
    if (alone != m_alone || !alone) {
        m_alone = alone;
        fitTable();
        m_below->setVisible(!alone);
    }
    if (standby.isEmpty()) {
        return;
    }
    const tables::BothEnds ends = tables::bothEnds(state(), standby);
    m_plot->setStandby(standby, ends.from);
    m_endsHead->setTitle(ends.from.isEmpty() ? tr("%1 has no upstream that is seen").arg(standby)
                                             : tr("Both ends of %1 → %2").arg(ends.from, standby));
    m_endsHead->setVerdict(ends.verdict, ends.word);
    m_ends->setVisible(!ends.facts.empty());
    m_ends->setEnds(ends);
    const qint64 now = state().snapshot->takenMonotonicMs;
    const tables::SlowStage slow = history() ? tables::slowStage(*history(), standby, now) : tables::SlowStage{};
    m_slow->setText(tables::slowStageText(slow, ends.from, standby));
    m_takeoverHead->setTitle(tr("If %1 took over now").arg(standby));
    const tables::Takeover takeover = tables::ifItTookOver(state(), standby);
    m_takeover->setRows({
        {tr("Would be lost"), takeover.loss, takeover.lossKnown && takeover.loss != tr("none"), !takeover.lossKnown},
        {tr("Still to replay"), takeover.toReplay, takeover.toReplayKnown, !takeover.toReplayKnown},
        {tr("Furthest ahead"), takeover.furthest, false, !takeover.furthestKnown},
    });
}

void ReplicationPage::fitTable()
{
    // Alone, the table has the page, and its sentence stands in the middle.
    fixHeight(m_stack, m_alone ? std::nullopt : std::optional(current()->fittingHeight(height() - m_head->height())));
}

void ReplicationPage::resizeEvent(QResizeEvent *event)
{
    LivePage::resizeEvent(event);
    fitTable();
}

void ReplicationPage::select(const QString &subject)
{
    TablePane *senders = m_panes[Senders];
    const QString key = tables::SendersModel::keyForStandby(state(), subject);
    if ((!key.isEmpty() && senders->table()->selectKey(key)) || senders->table()->selectKey(subject)) {
        m_tabs->setCurrentIndex(Senders);
    } else if (m_panes[Receivers]->table()->selectKey(subject)) {
        m_tabs->setCurrentIndex(Receivers);
    }
}

} // namespace howdah::pages
