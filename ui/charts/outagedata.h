// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "charts/scales.h"
#include "operations/outage.h"
#include "operations/probe/record.h"

namespace howdah::charts {

/// A commit that was acknowledged.
struct OutagePoint {
    double ms = 0;   ///< from the begin of the gap
    double took = 0; ///< ms
};

/// A step of the outage under the plot.
struct OutageBar {
    QString name;
    double fromMs = 0, toMs = 0; ///< from the begin of the gap
    bool running = false;
};

/// What is drawn of an outage. Times are milliseconds from the last acknowledged commit before the gap, or, before
/// there is an outage, from the newest try.
struct OutageDrawing {
    std::vector<OutagePoint> acknowledged; ///< at most four a column: the first, the last and both extremes
    std::vector<double> refused;           ///< when they were begun; thinned out so that crosses can be told apart
    std::vector<OutageBar> bars;
    double fromMs = 0, toMs = 1;
    bool hasGap = false;
    bool isOpen = false; ///< the gap goes on
    double gapMs = 0;
    Scale scale; ///< of the time to commit

    QString gapText() const; ///< "118 ms"
    /// In words, for a screen reader and whoever does not see the plot.
    QString text() const;
};

/// columns: pixels that the plot is wide. nowWallMs ends a step that runs. Pure.
OutageDrawing outageDrawing(const operations::probe::Measured &measured,
                            const std::vector<operations::OutagePhase> &phases, int columns, qint64 nowWallMs);

} // namespace howdah::charts
