// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "charts/plotdata.h"

/// What plotData() and readingAt() share.
namespace howdah::charts {

/// What a line is drawn of.
struct Subject {
    QString key; ///< in the history
    QString name;
    bool main = false;
    bool gone = false;
};

/// In the order in which they are drawn and listed: the first lies on top.
std::vector<Subject> subjectsOf(const history::LagHistory &history, const PlotQuery &query);
history::Metric metricOf(const PlotQuery &query);
/// What the slot that stands out will hold, from its newest sample on; nothing while an earlier time is looked at.
std::optional<Forecast> forecastOf(const history::LagHistory &history, const PlotQuery &query);

/// "3.2 GB" or "160 ms"; empty for nothing.
QString numberText(std::optional<double> value, Unit unit);
/// Translates what the plot says.
QString plotWords(const char *text);

} // namespace howdah::charts
