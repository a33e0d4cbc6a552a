// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/plotpane.h"

#include <QBoxLayout>

#include "charts/lagplot.h"
#include "history/laghistory.h"
#include "pages/pagetools.h"
#include "tables/stateview.h"
#include "widgets/buttons.h"
#include "widgets/panes.h"

namespace howdah::pages {

using charts::Grouping;
using charts::LagPlot;
using charts::Unit;
using widgets::SegmentedControl;

namespace {
constexpr int kRoomForSubtitle = 800;
constexpr int kRoomForBoth = 1000;
} // namespace

PlotPane::PlotPane(Kind kind, QWidget *parent)
    : QWidget(parent)
    , m_kind(kind)
    , m_head(new widgets::PaneHeader(tr("Replay lag")))
    , m_plot(new LagPlot)
{
    setObjectName(QStringLiteral("plot-pane"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    if (kind == Kind::Slots) {
        m_plot->setObjectName(QStringLiteral("slotsPlot"));
        m_plot->setGrouping(Grouping::BySlot);
    } else {
        addUnit();
    }
    if (kind == Kind::OneStandby) {
        addGrouping();
    }
    addRange();
    connect(m_plot, &LagPlot::knownSinceChanged, this, &PlotPane::showTitle);
    connect(m_plot, &LagPlot::liveChanged, this, &PlotPane::showTitle);
    auto *column = plainColumn(this);
    column->addWidget(m_head);
    column->addWidget(m_plot, 1);
    showTitle();
}

void PlotPane::addUnit()
{
    auto *unit = new SegmentedControl(tr("Unit of the lag plot"), {tr("Bytes"), tr("Time")});
    m_head->addWidget(unit);
    connect(unit, &SegmentedControl::currentChanged, m_plot,
            [this](int index) { m_plot->setUnit(index == 0 ? Unit::Bytes : Unit::Time); });
    unit->setCurrentIndex(m_kind == Kind::AllNodes ? 1 : 0);
    m_plot->setUnit(m_kind == Kind::AllNodes ? Unit::Time : Unit::Bytes);
}

void PlotPane::addRange()
{
    auto *range =
        new SegmentedControl(m_kind == Kind::Slots ? tr("Range of the slots plot") : tr("Range of the lag plot"),
                             {tr("5 min"), tr("15 min"), tr("1 h"), tr("24 h")});
    m_head->addWidget(range);
    connect(range, &SegmentedControl::currentChanged, m_plot,
            [this](int index) { m_plot->setRange(static_cast<LagPlot::Range>(index)); });
    // Also the one that is chosen already: back to all of it, and to now.
    connect(range, &SegmentedControl::chosen, m_plot,
            [this](int index) { m_plot->setRange(static_cast<LagPlot::Range>(index)); });
    connect(m_plot, &LagPlot::rangeChanged, range,
            [range](LagPlot::Range shown) { range->setCurrentIndex(static_cast<int>(shown)); });
    // Slots fill up over hours, and only as much of the past is shown as is known.
    const LagPlot::Range first = m_kind == Kind::Slots ? LagPlot::Range::Day : LagPlot::Range::QuarterHour;
    range->setCurrentIndex(static_cast<int>(first));
    m_plot->setRange(first);
}

void PlotPane::addGrouping()
{
    m_grouping = new SegmentedControl(tr("Grouping of the lag plot"), {tr("By stage"), tr("By node")});
    m_head->addWidget(m_grouping);
    m_plot->setGrouping(Grouping::ByStage);
    m_plot->setWalShown(true);
    connect(m_grouping, &SegmentedControl::currentChanged, this, [this](int index) {
        m_plot->setGrouping(index == 0 ? Grouping::ByStage : Grouping::ByNode);
        showTitle();
    });
}

void PlotPane::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    showTitle();
}

/// Sets the title of a lag plot; gives what explains it.
QString PlotPane::lagTitle()
{
    const bool narrow = width() < kRoomForSubtitle; // half a word explains nothing
    const bool byStage = m_grouping && m_grouping->currentIndex() == 0;
    if (byStage) {
        m_head->setTitle(m_standby.isEmpty() ? tr("Lag by stage") : tr("Lag of %1 by stage").arg(m_standby));
        return m_upstream.isEmpty() || narrow ? QString() : tr("behind %1, where it waits").arg(m_upstream);
    }
    m_head->setTitle(tr("Replay lag"));
    return narrow && m_grouping ? QString() : tr("against the primary’s own position");
}

void PlotPane::showTitle()
{
    QString subtitle;
    if (m_kind == Kind::Slots) {
        m_head->setTitle(m_foretells ? tr("WAL held, and when it runs out") : tr("WAL held over time"));
    } else {
        subtitle = lagTitle();
    }
    if (const std::optional<qint64> since = m_plot->knownSinceMs(); since && m_history) {
        // Shorter than the range that is chosen: that comes first.
        const QString known = tr("since %1").arg(charts::localTime(m_history->wallMs(*since), false));
        subtitle = subtitle.isEmpty() || width() < kRoomForBoth ? known : subtitle + QStringLiteral(", ") + known;
    }
    if (!m_plot->isFollowing() || !m_plot->isWhole()) {
        subtitle = m_plot->isFollowing() ? tr("zoomed: double-click or Home to return")
                                         : tr("not live: double-click or Home to return");
    }
    m_head->setSubtitle(subtitle);
}

void PlotPane::setHistory(const history::LagHistory *history)
{
    m_history = history;
    m_plot->setHistory(history);
    showTitle();
}

void PlotPane::setStandby(const QString &standby, const QString &upstream)
{
    if (standby != m_standby || upstream != m_upstream) {
        m_standby = standby;
        m_upstream = upstream;
        m_plot->setNode(standby);
        showTitle();
    }
}

void PlotPane::setSlot(const QString &key, const charts::Outlook &outlook)
{
    m_plot->setSlot(key, outlook);
    if (outlook.foretells() != m_foretells) {
        m_foretells = outlook.foretells();
        showTitle();
    }
}

void PlotPane::refresh(const cluster::ClusterState &state)
{
    if (tables::StateView::isComplete(state)) {
        const tables::StateView view(state);
        QStringList sync;
        for (int node = 0; node < view.nodeCount(); ++node) {
            if (view.isSync(node)) {
                sync.append(view.name(node));
            }
        }
        m_plot->setSyncNodes(sync);
    }
    m_plot->refresh();
}

} // namespace howdah::pages
