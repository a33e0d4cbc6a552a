// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace howdah::charts {
class LagPlot;
}

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

/// The lag plot with its heading and the controls of what it shows: unit, range and, for one standby, its stages or
/// all nodes.
class PlotPane : public QWidget {
    Q_OBJECT

public:
    enum class Kind { AllNodes, OneStandby };

    PlotPane(Kind kind, QWidget *parent = nullptr);

    void setHistory(const history::LagHistory *history);
    /// The standby whose stages are shown, and whom it waits for.
    void setStandby(const QString &standby, const QString &upstream);
    /// A new tick: limits by role, then the plot.
    void refresh(const cluster::ClusterState &state);
    charts::LagPlot *plot() const { return m_plot; }

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    void showTitle();
    void addGrouping();

    Kind m_kind;
    widgets::PaneHeader *m_head;
    charts::LagPlot *m_plot;
    const history::LagHistory *m_history = nullptr;
    widgets::SegmentedControl *m_grouping = nullptr;
    QString m_standby;
    QString m_upstream;
};

} // namespace howdah::pages
