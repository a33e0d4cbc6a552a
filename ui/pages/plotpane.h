// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace howdah::charts {
class LagPlot;
struct Outlook;
} // namespace howdah::charts

namespace howdah::cluster {
struct ClusterState;
}

namespace howdah::history {
class LagHistory;
}

namespace howdah::widgets {
class PaneHeader;
class SegmentedControl;
} // namespace howdah::widgets

namespace howdah::pages {

/// The lag plot, or that of the WAL held by slots, with its heading and the controls of what it shows: range, for lag
/// its unit and, for one standby, its stages or all nodes.
class PlotPane : public QWidget {
    Q_OBJECT

public:
    enum class Kind { AllNodes, OneStandby, Slots };

    PlotPane(Kind kind, QWidget *parent = nullptr);

    void setHistory(const history::LagHistory *history);
    /// The standby whose stages are shown, and whom it waits for.
    void setStandby(const QString &standby, const QString &upstream);
    /// The slot that stands out, by its key, and what ends it.
    void setSlot(const QString &key, const charts::Outlook &outlook);
    /// A new tick: limits by role, then the plot.
    void refresh(const cluster::ClusterState &state);
    charts::LagPlot *plot() const { return m_plot; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void showTitle();
    QString lagTitle();
    void addUnit();
    void addGrouping();
    void addRange();

    Kind m_kind;
    widgets::PaneHeader *m_head;
    charts::LagPlot *m_plot;
    const history::LagHistory *m_history = nullptr;
    widgets::SegmentedControl *m_grouping = nullptr;
    QString m_standby;
    QString m_upstream;
    bool m_foretells = false;
};

} // namespace howdah::pages
