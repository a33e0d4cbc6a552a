// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <array>
#include <optional>
#include <vector>

#include "charts/forecast.h"
#include "history/laghistory.h"

namespace howdah::charts {

enum class Unit { Bytes, Time };
/// By slot the WAL that slots hold is shown, in bytes, and one of them stands out.
enum class Grouping { ByNode, ByStage, BySlot };

/// What part of the past is looked at, and how.
struct PlotQuery {
    Unit unit = Unit::Time;
    Grouping grouping = Grouping::ByNode;
    QString node; ///< whose stages; by slot the key of the one that stands out; by node all are shown alike
    bool wal = false;
    qint64 fromMs = 0, toMs = 0; ///< monotonic
    int columns = 700;           ///< pixels that the past is wide
    Outlook outlook;             ///< by slot: of the one that stands out
    qint64 aheadMs = 0;          ///< shown beyond toMs, for what is foretold
};

/// A level that is drawn across the plot where it lies within it.
struct PlotLimit {
    enum class Kind { Warning, Critical, Loss }; ///< Loss: past it something is lost, and the line is a solid one

    double value = 0;
    QString text; ///< at the right end
    Kind kind = Kind::Warning;
    QString note; ///< below the line, where there is room
};

/// The line of a node or a slot; NaN points are gaps.
struct PlotLine {
    QString name;
    int color = 0;     ///< number of the series, by the node's place in the cluster file
    bool main = false; ///< by slot: the one that stands out
    bool gone = false; ///< no longer there: what is left is its line
    std::vector<history::SeriesPoint> points;
    std::optional<double> last; ///< at the right end; empty in a gap
    QString lastWord;           ///< "idle", "gap, 4 s": instead of, or before, a number
};

/// The stages of one node, one upon the other: [0] replay at the bottom to [3] pending on top, each with those below
/// it.
struct PlotStack {
    std::vector<qint64> at;
    std::array<std::vector<double>, 4> tops; ///< NaN in all four is a gap
};

struct PlotData {
    std::vector<PlotLine> lines;
    PlotStack stack;
    PlotLine wal;       ///< name empty when there is none
    double highest = 0; ///< of what lies within the span
    double highestWal = 0;
    bool anything = false;
    std::optional<Forecast> forecast; ///< by slot, of the one that stands out
    int leftOut = 0;                  ///< by slot: others without a line, too small to be seen or too many
    double leftOutHighest = 0;        ///< none of them held more

    /// What to say of those that are left out; empty when none is.
    QString leftOutText() const;
};

/// Pure; history may be null.
PlotData plotData(const history::LagHistory *history, const PlotQuery &query);

/// A row of the panel at the crosshair.
struct ReadingRow {
    QString name;
    int color = 0;               ///< series, or stage when the query is by stage
    QString bytes, seconds;      ///< empty when not known
    QString word;                ///< "idle", "paused", "unknown": why a number is not there
    std::optional<double> value; ///< in the query's unit; where the line is
    bool main = false;           ///< as in PlotLine
};

/// What was known at one time.
struct Reading {
    qint64 monotonicMs = 0;
    QString time;                     ///< local, "13:58:48"
    QString totalBytes, totalSeconds; ///< by stage only
    std::vector<ReadingRow> rows;
    std::optional<double> value; ///< by stage: where on the vertical axis the whole stack ends
    std::optional<double> wal;   ///< bytes per second

    /// In words, for a screen reader.
    QString text() const;
};

/// Pure. Empty when nothing at all was sampled then; at a time to come what is foretold.
std::optional<Reading> readingAt(const history::LagHistory *history, const PlotQuery &query, qint64 monotonicMs);

QString stageName(int stage); ///< 0 pending to 3 replay
/// A time of day on this console: "13:58" or "13:58:48".
QString localTime(qint64 wallMs, bool seconds);
/// The same with the day where that is another than now: "Fri 13:58", "21 Nov 13:58".
QString localMoment(qint64 wallMs, qint64 nowWallMs);

} // namespace howdah::charts
