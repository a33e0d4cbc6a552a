// SPDX-License-Identifier: GPL-3.0-or-later
// Whether standbys keep up.
#include "core/units.h"

#include "positions.h"
#include "rules.h"
#include <array>

namespace howdah::cluster {

namespace {
// A lag that was found goes only when it is clearly below its limit, so that it does not come and go.
constexpr double kHysteresis = 0.8;

// What counts of a lag.
struct Distance {
    qint64 bytes = 0;
    double seconds = 0;
};

// recovery_min_apply_delay holds replay back on purpose: of the time only what exceeds it counts, of the WAL only what
// has not arrived.
Distance beyondDelay(const Rules &rules, int index, const LagLimits &limits)
{
    const StandbyLag &lag = rules.lag[at(index)];
    const NodeSample &sample = rules.sample(index);
    const double delay = sample.applyDelaySeconds();
    Distance counted;
    counted.bytes = std::max<qint64>(0, lag.bytes.value_or(0) - lag.toReplay.value_or(0));
    if (lag.seconds) {
        counted.seconds = std::max(0.0, *lag.seconds - delay);
    } else if (lag.toReplay.value_or(0) > limits.warnBytes && sample.lastXactReplayTimestamp.isValid()) {
        // Nobody has watched for long enough: the age of the last commit it replayed, while much waits behind it. What
        // waits may all be young, after a quiet time: never critical by that alone.
        const qint64 age = sample.lastXactReplayTimestamp.msecsTo(sample.serverTime);
        counted.seconds =
            std::clamp(static_cast<double>(age) / 1000 - delay, 0.0, limits.criticalSeconds * kHysteresis);
    }
    return counted;
}

// Where it stands was passed before the console began to watch: it is behind by that long at the least.
double leastSecondsBehind(const Rules &rules, const StandbyLag &lag)
{
    const auto &trail = rules.snapshot.trail;
    if (lag.bytes.value_or(0) <= 0 || !trail || trail->empty() || !rules.primary || !rules.primary->currentLsn) {
        return 0;
    }
    const Lsn replayed{rules.primary->currentLsn->value - static_cast<quint64>(*lag.bytes)};
    return replayed < trail->front().lsn
               ? static_cast<double>(rules.primary->takenMonotonicMs - trail->front().monotonicMs) / 1000
               : 0;
}

QString slowestStage(const Stages &stages)
{
    struct Named {
        const char *text;
        std::optional<qint64> bytes;
    };
    const std::array<Named, 4> named{{{"waits to be sent", stages.pending},
                                      {"is on its way", stages.write},
                                      {"waits to be flushed", stages.flush},
                                      {"waits to be replayed", stages.replay}}};
    const Named *most = nullptr;
    for (const Named &stage : named) {
        if (stage.bytes.value_or(0) > 0 && (!most || *stage.bytes > *most->bytes)) {
            most = &stage;
        }
    }
    return most ? QStringLiteral(" Most of it %1.").arg(QLatin1String(most->text)) : QString();
}

void judgeOneLag(Rules &rules, int index)
{
    const StandbyLag &lag = rules.lag[at(index)];
    const Edge *edge = rules.edgeTo[at(index)];
    const bool sync = edge && isSync(edge->syncState);
    const LagLimits limits = rules.thresholds.lagLimits(sync);
    const QString &name = rules.name(index);
    const QString id = QStringLiteral("lag_high:%1").arg(name);
    const double ease = rules.snapshot.watch.contains(id) ? kHysteresis : 1.0;
    const bool delayed = lag.state == LagState::Delayed;
    const Distance counted =
        delayed ? beyondDelay(rules, index, limits)
                : Distance{lag.bytes.value_or(0), lag.seconds.value_or(leastSecondsBehind(rules, lag))};
    const auto over = [&](qint64 bytes, double seconds) {
        return static_cast<double>(counted.bytes) > static_cast<double>(bytes) * ease ||
               counted.seconds > seconds * ease;
    };
    const QString warnKey = QStringLiteral("lag:%1").arg(name);
    if (!over(limits.warnBytes, limits.warnSeconds)) {
        return;
    }
    const qint64 held = rules.hold(warnKey);
    const bool far = over(limits.criticalBytes, limits.criticalSeconds);
    const qint64 heldFar = far ? rules.hold(QStringLiteral("lag_critical:%1").arg(name)) : -1;
    if (held < rules.thresholds.lagHeldMs) {
        return;
    }
    const QString lasting = (beganUnseen(rules.snapshot, name, rules.now() - held) ? QStringLiteral("for at least %1")
                                                                                   : QStringLiteral("for %1"))
                                .arg(span(held));
    const QString amount =
        lag.seconds ? QStringLiteral("%1 and %2")
                          .arg(core::formatBytes(lag.bytes.value_or(0)), core::formatSeconds(*lag.seconds))
        : counted.seconds > 0 ? QStringLiteral("%1 and over %2")
                                    .arg(core::formatBytes(lag.bytes.value_or(0)), core::formatSeconds(counted.seconds))
                              : core::formatBytes(lag.bytes.value_or(0));
    rules.add(
        {.id = id,
         .severity = heldFar >= rules.thresholds.lagHeldMs ? Verdict::Critical : Verdict::Warning,
         .node = name,
         .title = QStringLiteral("%1 is %2 behind").arg(name, core::formatBytes(lag.bytes.value_or(0))),
         .evidence = QStringLiteral("%1 behind %2 %3; as %4 standby it is warned about from %5 or %6.%7")
                         .arg(amount, rules.name(rules.topology.primary),
                              rules.thresholds.once ? QStringLiteral("now") : lasting,
                              sync ? QStringLiteral("a synchronous") : QStringLiteral("an asynchronous"),
                              core::formatBytes(limits.warnBytes), core::formatSeconds(limits.warnSeconds),
                              slowestStage(lag.stages) +
                                  (delayed ? QStringLiteral(" Its recovery_min_apply_delay of %1 is left out.")
                                                 .arg(core::formatSeconds(rules.sample(index).applyDelaySeconds()))
                                           : QString())),
         .remedy = QStringLiteral("The stage where it waits names the cause: network, disk, or queries that hold "
                                  "replay back."),
         .page = QStringLiteral("replication"),
         .subject = name},
        warnKey);
}

// What can't be measured now is, as far as anybody knows, as it was: it keeps its time, and nothing new is told.
void keepMemory(Rules &rules, int index)
{
    const auto keep = [&](const char *condition) {
        const QString key = QLatin1String(condition) + rules.name(index);
        if (rules.snapshot.watch.contains(key)) {
            rules.hold(key);
        }
    };
    keep("lag:");
    keep("lag_critical:");
    keep("lag_high:");
    const Edge *edge = rules.edgeTo[at(index)];
    if (!rules.fresh[at(index)] && !(edge && edge->state == EdgeState::SenderOnly)) {
        keep("not_streaming:"); // one that answers, or whose walsender does, is seen to stream or not to
    }
}
} // namespace

void judgeLag(Rules &rules)
{
    for (int i = 0; i < rules.count(); ++i) {
        const LagState state = rules.lag[at(i)].state;
        if (state == LagState::Unknown) {
            keepMemory(rules, i);
        } else if (state == LagState::Known || state == LagState::Delayed || state == LagState::NoPermission) {
            judgeOneLag(rules, i);
        }
    }
}

} // namespace howdah::cluster
