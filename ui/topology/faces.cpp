// SPDX-License-Identifier: GPL-3.0-or-later
#include "topology/faces.h"

#include <QCoreApplication>
#include <cmath>

#include "core/units.h"
#include "history/laghistory.h"

namespace howdah::topology {
namespace {

using cluster::EdgeState;
using cluster::LagState;
using cluster::NodeRole;
using cluster::Verdict;
using history::Metric;

constexpr qint64 kSparkMs = 5 * 60'000;
constexpr int kSparkColumns = 40;
constexpr qint64 kWorthKeepingMs = 15 * 60'000;

QString tr(const char *text)
{
    return QCoreApplication::translate("Topology", text);
}

const cluster::NodeStatus *statusOf(const cluster::ClusterState &state, int node)
{
    const auto &nodes = state.snapshot->nodes;
    return node >= 0 && node < static_cast<int>(nodes.size()) ? &nodes[static_cast<std::size_t>(node)] : nullptr;
}

QString nameOf(const cluster::ClusterState &state, int node)
{
    const cluster::NodeStatus *status = statusOf(state, node);
    return status ? status->name : QString();
}

template<typename T>
T at(const std::vector<T> &values, int index, T otherwise)
{
    return index >= 0 && index < static_cast<int>(values.size()) ? values[static_cast<std::size_t>(index)] : otherwise;
}

/// What was known when the node last answered: a number of any other moment would stand beside a wrong age.
std::optional<qint64> bytesAtSample(const history::LagHistory *history, const cluster::NodeStatus &node)
{
    const auto moment = history ? history->at(node.name, node.sample->takenMonotonicMs) : std::nullopt;
    return moment && moment->bytes ? std::optional(std::llround(*moment->bytes)) : std::nullopt;
}

void fillPrimaryNumbers(CardFace &face, const cluster::NodeStatus &node, const history::LagHistory *history)
{
    const auto rate = history ? history->walRateAt(node.name, history->newestMs()) : std::nullopt;
    if (rate) {
        face.numbers = tr("WAL %1/s").arg(core::formatBytes(std::llround(*rate)));
    } else if (node.sample && node.sample->currentLsn) {
        face.numbers = tr("WAL %1").arg(node.sample->currentLsn->toString());
    }
}

void fillLagNumbers(CardFace &face, const cluster::StandbyLag &lag)
{
    QStringList numbers;
    const bool measured =
        lag.state == LagState::Known || lag.state == LagState::Paused || lag.state == LagState::Delayed;
    if (measured && lag.bytes) {
        numbers << core::formatBytes(*lag.bytes);
    }
    if (lag.state == LagState::Known && lag.seconds) {
        numbers << core::formatSeconds(*lag.seconds);
    }
    face.numbers = numbers.join(QStringLiteral("  "));
    if (lag.state != LagState::Known) {
        face.nonNumber = cluster::toString(lag.state);
    } else if (numbers.isEmpty()) {
        face.nonNumber = tr("unknown");
    }
}

/// The last value is kept for a while, with its age.
void fillStaleNumbers(CardFace &face, const cluster::ClusterState &state, const cluster::NodeStatus &node,
                      const history::LagHistory *history)
{
    const qint64 age = state.snapshot->sampleAgeMs(node);
    if (age < 0) {
        return;
    }
    const auto bytes = age < kWorthKeepingMs ? bytesAtSample(history, node) : std::nullopt;
    const QString ago = tr("%1 ago").arg(core::formatAge(age));
    const bool follows = face.roleKind == NodeRole::Standby || face.roleKind == NodeRole::CascadingStandby;
    face.numbers = bytes && follows ? core::formatBytes(*bytes) + QStringLiteral("  ") + ago : tr("seen %1").arg(ago);
}

void fillSpark(CardFace &face, const history::LagHistory *history)
{
    if (!history || history->isEmpty() || face.roleKind == NodeRole::Witness) {
        return;
    }
    face.spark.toMs = history->newestMs() + 1;
    face.spark.fromMs = face.spark.toMs - kSparkMs;
    const Metric metric = face.roleKind == NodeRole::Primary ? Metric::WalRate : Metric::Bytes;
    const auto points = history->series(face.name, metric, face.spark.fromMs, face.spark.toMs, kSparkColumns);
    face.spark.points = history::largestOfEach(points, face.spark.fromMs, face.spark.toMs, kSparkColumns);
}

QString describe(const CardFace &face, const cluster::Place &place, const cluster::ClusterState &state)
{
    QStringList parts{face.name, face.role, face.verdictWord};
    if (!face.detail.isEmpty()) {
        parts << face.detail;
    }
    const QString numbers = QStringList{face.numbers, face.nonNumber}.join(QLatin1Char(' ')).simplified();
    if (!numbers.isEmpty()) {
        parts << (face.roleKind == NodeRole::Primary || face.stale ? numbers
                                                                   : tr("behind the primary: %1").arg(numbers));
    }
    if (place.upstream >= 0) {
        parts << tr("follows %1").arg(nameOf(state, place.upstream));
    } else if (!place.upstreamText.isEmpty()) {
        parts << tr("follows %1, which is no node of this cluster").arg(place.upstreamText);
    }
    if (!face.timeline.isEmpty()) {
        parts << tr("timeline %1").arg(face.timeline.mid(3));
    }
    if (!face.address.isEmpty()) {
        parts << face.address;
    }
    for (const AddressTab &tab : face.tabs) {
        parts << tr("holds address %1 %2").arg(tab.name, tab.ip);
    }
    return parts.join(QStringLiteral(", "));
}

QString sinceText(const cluster::ClusterState &state, qint64 sinceMs)
{
    return core::formatAge(std::max<qint64>(0, state.snapshot->takenMonotonicMs - sinceMs));
}

QStringList hopNumbers(const cluster::Edge &edge)
{
    QStringList lines;
    if (edge.bytes) {
        lines << core::formatBytes(*edge.bytes);
    }
    if (edge.seconds) {
        lines << core::formatSeconds(*edge.seconds);
    }
    return lines;
}

} // namespace

bool Spark::operator==(const Spark &other) const
{
    const auto same = [](const history::SeriesPoint &a, const history::SeriesPoint &b) {
        return a.monotonicMs == b.monotonicMs && (a.value == b.value || (std::isnan(a.value) && std::isnan(b.value)));
    };
    return fromMs == other.fromMs && toMs == other.toMs && std::ranges::equal(points, other.points, same);
}

CardFace cardFace(const cluster::ClusterState &state, int node, const history::LagHistory *history,
                  const std::vector<AddressTab> &tabs)
{
    CardFace face;
    const cluster::NodeStatus *status = statusOf(state, node);
    if (!status) {
        return face;
    }
    const cluster::Assessment &assessment = *state.assessment;
    const auto place = at(assessment.topology.places, node, cluster::Place());
    const auto lag = at(assessment.lag, node, cluster::StandbyLag());
    face.name = status->name;
    face.roleKind = place.role;
    face.role = place.role == NodeRole::Unknown ? tr("Role not known") : cluster::toString(place.role);
    face.address = status->address;
    if (status->sample && status->sample->timeline && place.role != NodeRole::Witness) {
        face.timeline = tr("TL %1").arg(*status->sample->timeline);
    }
    face.verdict = at(assessment.nodeVerdicts, node, Verdict::Unknown);
    face.verdictWord = cluster::toString(face.verdict);
    face.detail = at(assessment.nodeStates, node, QString());
    face.stale = !cluster::isFresh(*state.snapshot, *status);
    if (face.stale) {
        fillStaleNumbers(face, state, *status, history);
    } else if (place.role == NodeRole::Primary) {
        fillPrimaryNumbers(face, *status, history);
    } else if (place.role != NodeRole::Witness) {
        fillLagNumbers(face, lag);
    }
    fillSpark(face, history);
    for (const AddressTab &tab : tabs) {
        if (tab.node == face.name) {
            face.tabs.push_back(tab);
        }
    }
    face.description = describe(face, place, state);
    return face;
}

EdgeFace edgeFace(const cluster::ClusterState &state, int index)
{
    EdgeFace face;
    const cluster::Topology &topology = state.assessment->topology;
    const auto edge = at(topology.edges, index, cluster::Edge());
    const QString from = nameOf(state, edge.from);
    const QString to = nameOf(state, edge.to);
    face.state = edge.state;
    face.above = edge.syncState;
    face.strong = cluster::isSync(edge.syncState);
    face.hasSlot = !edge.slotName.isEmpty();
    face.slotUsed = edge.state != EdgeState::Broken;
    QString words;
    switch (edge.state) {
    case EdgeState::Streaming:
        face.below = hopNumbers(edge);
        words = tr("streaming");
        break;
    case EdgeState::Catchup:
        words = edge.sender && edge.sender->visible() ? edge.sender->state : tr("catchup");
        face.below = QStringList{words} + hopNumbers(edge);
        break;
    case EdgeState::Paused:
        words = tr("paused");
        face.below = QStringList{words} + hopNumbers(edge);
        break;
    case EdgeState::Broken:
        words = tr("broken");
        face.above = words;
        face.strong = false;
        if (edge.sinceMs > 0) {
            face.below = QStringList{edge.beganUnseen ? tr("for at least") : tr("for"), sinceText(state, edge.sinceMs)};
        }
        face.verdict = at(state.assessment->nodeVerdicts, edge.to, Verdict::Unknown);
        // The line says that nothing flows, whatever is thought of the node.
        if (face.verdict == Verdict::Ok) {
            face.verdict = Verdict::Unknown;
        }
        break;
    case EdgeState::SenderOnly:
    case EdgeState::ReceiverOnly:
        words = tr("seen by %1 only").arg(edge.state == EdgeState::SenderOnly ? from : to);
        face.below = QStringList{tr("seen by"), tr("%1 only").arg(edge.state == EdgeState::SenderOnly ? from : to)};
        break;
    case EdgeState::Unknown:
        words = tr("not seen now");
        face.below = QStringList{tr("not seen"), tr("now")};
        break;
    }
    QStringList parts{tr("%1 to %2").arg(from, to), words};
    if (!edge.syncState.isEmpty()) {
        parts << edge.syncState;
    }
    if (edge.state == EdgeState::Broken && edge.sinceMs > 0) {
        parts << (edge.beganUnseen ? tr("for at least %1") : tr("for %1")).arg(sinceText(state, edge.sinceMs));
    }
    parts << hopNumbers(edge);
    parts << (face.hasSlot ? tr("slot %1").arg(edge.slotName) : tr("no slot"));
    face.description = parts.join(QStringLiteral(", "));
    return face;
}

ConsumerFace consumerFace(const cluster::ClusterState &state, int index)
{
    ConsumerFace face;
    const auto consumer = at(state.assessment->topology.consumers, index, cluster::Consumer());
    face.name = consumer.name;
    face.detail = consumer.detail;
    face.slotName = consumer.slotName;
    face.node = nameOf(state, consumer.node);
    face.hasSlot = !consumer.slotName.isEmpty();
    face.idle = consumer.kind == cluster::ConsumerKind::IdleSlot || (face.hasSlot && !consumer.active);
    if (consumer.retainedBytes) {
        face.bytes = core::formatBytes(*consumer.retainedBytes);
    }
    const cluster::NodeStatus *status = statusOf(state, consumer.node);
    for (const cluster::SlotFacts &facts : state.assessment->slotFacts) {
        if (facts.node != consumer.node || !status || !status->sample || facts.slot < 0) {
            continue;
        }
        const auto &slotList = status->sample->replicationSlots;
        if (facts.slot < static_cast<int>(slotList.size()) &&
            slotList[static_cast<std::size_t>(facts.slot)].slotName == consumer.slotName) {
            face.verdict = facts.verdict;
        }
    }
    QStringList parts{face.name, face.detail};
    if (!face.bytes.isEmpty()) {
        parts << tr("keeps %1 of WAL on %2").arg(face.bytes, face.node);
    }
    if (face.hasSlot && face.slotName != face.name) {
        parts << tr("slot %1").arg(face.slotName);
    }
    parts.removeAll(QString());
    face.description = parts.join(QStringLiteral(", "));
    return face;
}

} // namespace howdah::topology
