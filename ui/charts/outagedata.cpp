// SPDX-License-Identifier: GPL-3.0-or-later
#include "charts/outagedata.h"

#include <QCoreApplication>
#include <algorithm>
#include <cmath>

#include "core/units.h"

namespace howdah::charts {

using operations::OutagePhase;
using operations::probe::Measured;
using operations::probe::Try;

namespace {

constexpr int kPixelsPerCross = 9;

QString tr(const char *text)
{
    return QCoreApplication::translate("OutagePlot", text);
}

/// Of each column the first, the last, the lowest and the highest, in the order of time: no peak is lost.
std::vector<OutagePoint> decimated(const std::vector<OutagePoint> &points, double fromMs, double msPerColumn)
{
    std::vector<OutagePoint> out;
    std::size_t begin = 0;
    const auto columnOf = [&](const OutagePoint &point) { return std::floor((point.ms - fromMs) / msPerColumn); };
    while (begin < points.size()) {
        std::size_t end = begin, lowest = begin, highest = begin;
        for (; end < points.size() && columnOf(points[end]) == columnOf(points[begin]); ++end) {
            lowest = points[end].took < points[lowest].took ? end : lowest;
            highest = points[end].took > points[highest].took ? end : highest;
        }
        std::vector<std::size_t> kept{begin, lowest, highest, end - 1};
        std::sort(kept.begin(), kept.end());
        kept.erase(std::unique(kept.begin(), kept.end()), kept.end());
        for (const std::size_t i : kept) {
            out.push_back(points[i]);
        }
        begin = end;
    }
    return out;
}

std::vector<double> thinned(const std::vector<double> &times, double apartMs)
{
    std::vector<double> out;
    for (const double at : times) {
        if (out.empty() || at - out.back() >= apartMs) {
            out.push_back(at);
        }
    }
    return out;
}

void addBars(OutageDrawing &drawing, const std::vector<OutagePhase> &phases, double zero, qint64 nowWallMs)
{
    for (const OutagePhase &phase : phases) {
        const bool running = phase.endedMs == 0;
        drawing.bars.push_back({phase.name, static_cast<double>(phase.startedMs) - zero,
                                static_cast<double>(running ? nowWallMs : phase.endedMs) - zero, running});
    }
}

} // namespace

OutageDrawing outageDrawing(const Measured &measured, const std::vector<OutagePhase> &phases, int columns,
                            qint64 nowWallMs)
{
    OutageDrawing drawing;
    // Before the first step of the outage a gap is only a slow commit.
    drawing.hasGap = measured.gap && !phases.empty();
    const double newest = measured.around.empty() ? 0 : measured.around.back().atMs;
    const double zero = drawing.hasGap ? measured.gap->fromMs : newest;
    if (drawing.hasGap) {
        drawing.gapMs = measured.gap->lengthMs();
        drawing.isOpen = measured.gap->open;
        drawing.fromMs = -operations::probe::marginBefore(drawing.gapMs);
        drawing.toMs = drawing.gapMs + operations::probe::marginAfter(drawing.gapMs);
        addBars(drawing, phases, zero, nowWallMs);
    } else {
        drawing.fromMs = -240;
        drawing.toMs = 0;
    }
    std::vector<OutagePoint> points;
    std::vector<double> refused;
    double slowest = 0;
    for (const Try &one : measured.around) {
        const double at = one.atMs - zero;
        // A dot stands where its commit was acknowledged: none stands within the gap.
        const double shown = one.acknowledged ? at + one.tookMs : at;
        if (shown < drawing.fromMs || shown > drawing.toMs) {
            continue;
        }
        if (one.acknowledged) {
            points.push_back({shown, one.tookMs});
            slowest = std::max(slowest, one.tookMs);
        } else {
            refused.push_back(at);
        }
    }
    const double perColumn = (drawing.toMs - drawing.fromMs) / std::max(1, columns);
    drawing.acknowledged = decimated(points, drawing.fromMs, perColumn);
    drawing.refused = thinned(refused, perColumn * kPixelsPerCross);
    drawing.scale = millisecondsScale(slowest);
    return drawing;
}

QString OutageDrawing::gapText() const
{
    return gapMs < 9999.5 ? tr("%1 ms").arg(std::lround(gapMs)) : core::formatSeconds(gapMs / 1000);
}

QString OutageDrawing::text() const
{
    if (!hasGap) {
        return acknowledged.empty() ? tr("No commit has been acknowledged yet.") : tr("Commits are acknowledged.");
    }
    QStringList parts;
    for (const OutageBar &bar : bars) {
        parts.append(bar.running ? tr("%1 goes on").arg(bar.name)
                                 : tr("%1 %2 ms").arg(bar.name).arg(std::lround(bar.toMs - bar.fromMs)));
    }
    const QString head = isOpen ? tr("No commit for %1 so far.") : tr("%1 without a commit.");
    return head.arg(gapText()) + QLatin1Char(' ') + parts.join(QStringLiteral(", ")) + QLatin1Char('.');
}

} // namespace howdah::charts
