// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "charts/outagedata.h"

namespace howdah::theme {
class FocusRing;
}

namespace howdah::charts {

class OutageCanvas;

/// What applications see of an outage: each commit by the time it took, each refusal as a cross, the time without a
/// commit, and below it the steps that it was made of, to scale. What it shows it also says, to screen readers and as a
/// tool tip. Window's thread.
class OutagePlot : public QWidget {
    Q_OBJECT
public:
    explicit OutagePlot(QWidget *parent = nullptr);

    /// Replots soon, once for many calls.
    void setOutage(const operations::probe::Measured &measured, const std::vector<operations::OutagePhase> &phases,
                   qint64 nowWallMs);

    const OutageDrawing &drawn() const { return m_drawn; }
    QSize sizeHint() const override { return {520, 300}; }
    QSize minimumSizeHint() const override { return {320, 220}; }

protected:
    void resizeEvent(QResizeEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void replot();

    OutageCanvas *m_canvas;
    theme::FocusRing *m_ring;
    operations::probe::Measured m_measured;
    std::vector<operations::OutagePhase> m_phases;
    qint64 m_nowMs = 0;
    OutageDrawing m_drawn;
    QTimer m_pending;
};

} // namespace howdah::charts
