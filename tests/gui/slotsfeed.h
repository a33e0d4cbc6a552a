// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QApplication>
#include <QMouseEvent>
#include <QTest>
#include <memory>

#include "charts/lagplot.h"
#include "lagfeed.h"

/// A past of slots made by hand, and the plot of it.
namespace howdah::testsupport {

inline constexpr QSize kPane(676, 370);
inline constexpr int kSeconds = 900;
inline constexpr double kGb = 1LL << 30;
inline const QString kCdc = QStringLiteral("pg1/analytics_cdc");

/// Sets what a slot held at a tick, `second` counted from 0 at the oldest.
using Held = std::function<void(cluster::SlotFacts &facts, const QString &slot, int second)>;

/// Ticks of a second each, the last one at kNowMonotonicMs. analytics_cdc grows with what pg1 writes.
inline void feedSlots(history::LagHistory &history, const cluster::Snapshot &snapshot, int seconds,
                      const Held &held = {})
{
    const cluster::Assessment assessed = cluster::assess(snapshot);
    for (int second = 0; second < seconds; ++second) {
        const qint64 back = 1000LL * (seconds - 1 - second);
        auto copy = std::make_shared<cluster::Snapshot>(snapshot);
        copy->takenMonotonicMs -= back;
        copy->takenWallMs -= back;
        for (cluster::NodeStatus &node : copy->nodes) {
            auto sample = std::make_shared<cluster::NodeSample>(*node.sample);
            sample->takenMonotonicMs -= back;
            node.sample = std::move(sample);
        }
        auto assessment = std::make_shared<cluster::Assessment>(assessed);
        for (cluster::SlotFacts &facts : assessment->slotFacts) {
            const auto &sample = *copy->nodes[static_cast<std::size_t>(facts.node)].sample;
            const QString &name = sample.replicationSlots[static_cast<std::size_t>(facts.slot)].slotName;
            if (name == QLatin1String("analytics_cdc")) {
                *facts.retainedBytes -= back / 1000 * kWalRate;
            }
            if (held) {
                held(facts, name, second);
            }
        }
        history.add({copy, assessment});
    }
}

/// What the rules say of analytics_cdc.
inline charts::Outlook outlookOf(const cluster::Snapshot &snapshot)
{
    for (const cluster::SlotFacts &facts : cluster::assess(snapshot).slotFacts) {
        if (facts.fullInSeconds) {
            return {static_cast<double>(*facts.limitBytes), facts.fullInSeconds, facts.verdict};
        }
    }
    return {};
}

inline void moveTo(QWidget &widget, QPoint at)
{
    QMouseEvent event(QEvent::MouseMove, at, widget.mapToGlobal(at), Qt::NoButton, Qt::NoButton, Qt::NoModifier);
    QApplication::sendEvent(&widget, &event);
}

inline const charts::PlotLine *lineOf(const charts::LagPlot &plot, const QString &name)
{
    for (const charts::PlotLine &line : plot.drawn().lines) {
        if (line.name == name) {
            return &line;
        }
    }
    return nullptr;
}

/// Of a day, on screen.
inline std::unique_ptr<charts::LagPlot> shown(const history::LagHistory &history, const charts::Outlook &outlook = {},
                                              const QString &key = kCdc)
{
    auto plot = std::make_unique<charts::LagPlot>();
    plot->resize(kPane);
    plot->setGrouping(charts::Grouping::BySlot);
    plot->setRange(charts::LagPlot::Range::Day);
    plot->setHistory(&history);
    plot->setSlot(key, outlook);
    plot->show();
    const charts::LagPlot *ready = plot.get();
    if (!QTest::qWaitFor([ready] { return ready->replots() > 0; })) {
        qWarning("the plot is not drawn");
    }
    return plot;
}

} // namespace howdah::testsupport
