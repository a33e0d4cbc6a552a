// SPDX-License-Identifier: GPL-3.0-or-later
#include "statetext.h"

#include <QLocale>
#include <cmath>

#include "core/sentences.h"
#include "core/units.h"

namespace howdah::app {

using namespace cluster;

namespace {
using Row = QStringList;

QString table(const QList<Row> &rows)
{
    QList<qsizetype> widths;
    for (const Row &row : rows) {
        for (qsizetype i = 0; i < row.size(); ++i) {
            if (i == widths.size()) {
                widths << 0;
            }
            widths[i] = qMax(widths.at(i), row.at(i).size());
        }
    }
    QString text;
    for (const Row &row : rows) {
        QString line;
        for (qsizetype i = 0; i < row.size(); ++i) {
            line += row.at(i).leftJustified(widths.at(i) + 2);
        }
        text += QStringLiteral("  ") + line.trimmed() + QLatin1Char('\n');
    }
    return text;
}

QString bytesOrDash(std::optional<qint64> bytes)
{
    return bytes ? core::formatBytes(*bytes) : QStringLiteral("-");
}

QString lagText(const StandbyLag &lag)
{
    switch (lag.state) {
    case LagState::Known:
        return lag.seconds ? QStringLiteral("%1, %2").arg(bytesOrDash(lag.bytes), core::formatSeconds(*lag.seconds))
                           : bytesOrDash(lag.bytes);
    case LagState::Paused:
    case LagState::Delayed:
    case LagState::Broken:
        return lag.bytes ? QStringLiteral("%1 (%2)").arg(core::formatBytes(*lag.bytes), toString(lag.state))
                         : toString(lag.state);
    default:
        return toString(lag.state);
    }
}

QString nodesTable(const ClusterState &state)
{
    const Snapshot &snapshot = *state.snapshot;
    const Assessment &assessment = *state.assessment;
    QList<Row> rows{{QStringLiteral("NODE"), QStringLiteral("ADDRESS"), QStringLiteral("ROLE"), QStringLiteral("STATE"),
                     QStringLiteral("UPSTREAM"), QStringLiteral("SYNC"), QStringLiteral("TL"),
                     QStringLiteral("POSITION"), QStringLiteral("LAG"), QStringLiteral("WOULD BE LOST")}};
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        const NodeStatus &node = snapshot.nodes[i];
        const Place &place = assessment.topology.places.at(i);
        const auto edge = std::find_if(assessment.topology.edges.cbegin(), assessment.topology.edges.cend(),
                                       [i](const Edge &candidate) { return candidate.to == static_cast<int>(i); });
        const QString sync = edge == assessment.topology.edges.cend() || edge->syncState.isEmpty() ? QStringLiteral("-")
                                                                                                   : edge->syncState;
        QString upstream =
            place.upstream >= 0 ? snapshot.nodes.at(static_cast<std::size_t>(place.upstream)).name : place.upstreamText;
        if (upstream.isEmpty()) {
            upstream = QStringLiteral("-");
        }
        const auto position = node.sample ? node.sample->position() : std::nullopt;
        const StandbyLag &lag = assessment.lag.at(i);
        const QString loss = lossText(lag);
        rows << Row{node.name,
                    node.address,
                    toString(place.role).toLower(),
                    assessment.nodeStates.at(i),
                    upstream,
                    sync,
                    node.sample && node.sample->timeline ? QString::number(*node.sample->timeline)
                                                         : QStringLiteral("-"),
                    position ? position->toString() : QStringLiteral("-"),
                    lagText(lag),
                    !loss.isEmpty()                        ? loss
                    : lag.state == LagState::NotApplicable ? QStringLiteral("n/a")
                                                           : QStringLiteral("unknown")};
    }
    return table(rows);
}

QString slotsTable(const ClusterState &state)
{
    QList<Row> rows{{QStringLiteral("SLOT"), QStringLiteral("ON"), QStringLiteral("TYPE"), QStringLiteral("CONSUMER"),
                     QStringLiteral("WAL STATUS"), QStringLiteral("HELD")}};
    for (const SlotFacts &facts : state.assessment->slotFacts) {
        const NodeStatus &node = state.snapshot->nodes.at(static_cast<std::size_t>(facts.node));
        const Slot &slot = node.sample->replicationSlots.at(static_cast<std::size_t>(facts.slot));
        rows << Row{slot.slotName,
                    node.name,
                    slot.plugin.isEmpty() ? slot.slotType : slot.slotType + QLatin1Char(' ') + slot.plugin,
                    facts.consumer.isEmpty() ? QStringLiteral("none") : facts.consumer,
                    slot.walStatus.isEmpty() ? QStringLiteral("-") : slot.walStatus,
                    bytesOrDash(facts.retainedBytes)};
    }
    return rows.size() == 1 ? QString() : QStringLiteral("\nSlots\n") + table(rows);
}

QString findingsText(const Assessment &assessment)
{
    QString text;
    for (const Finding &finding : assessment.findings) {
        text += QStringLiteral("\n%1: %2\n").arg(toString(finding.severity), finding.title);
        for (const QString &line : {finding.evidence, finding.remedy}) {
            if (!line.isEmpty()) {
                text += QStringLiteral("  ") + line + QLatin1Char('\n');
            }
        }
    }
    return text;
}

QString lossText(const cluster::Assessment &assessment)
{
    return assessment.lossNow.isEmpty() ? QStringLiteral("unknown") : assessment.lossNow;
}

// A bar would begin the performance data.
QString harmless(QString text)
{
    return text.replace(QLatin1Char('|'), QLatin1Char('/')).replace(QLatin1Char('\n'), QLatin1Char(' '));
}

/// 'label'=value[UOM];warn;crit;min: what is not known is U, and a limit that no rule has is left out.
QString measured(const QString &label, const QString &value, const QString &unit, const QString &warn,
                 const QString &critical)
{
    QString quoted = harmless(label);
    quoted.replace(QLatin1Char('='), QLatin1Char('_')).replace(QLatin1Char('\''), QLatin1String("''"));
    const QString amount = value.isEmpty() ? QStringLiteral("U") : value + unit;
    return QStringLiteral("'%1'=").arg(quoted) + QStringList{amount, warn, critical, QStringLiteral("0")}.join(u';');
}

QString byteText(std::optional<qint64> bytes)
{
    return bytes ? QString::number(*bytes) : QString();
}

QString secondsText(std::optional<double> seconds)
{
    return seconds ? QString::number(std::round(*seconds * 1000) / 1000, 'f', QLocale::FloatingPointShortest)
                   : QString();
}

// The limits that judge the lag, and none where another rule judges the standby.
QStringList lagData(const ClusterState &state, std::size_t index)
{
    const NodeStatus &node = state.snapshot->nodes[index];
    const StandbyLag &lag = state.assessment->lag.at(index);
    std::optional<qint64> warnBytes, criticalBytes;
    std::optional<double> warnSeconds, criticalSeconds;
    if (lag.state != LagState::Paused && lag.state != LagState::Broken) {
        const Topology &topology = state.assessment->topology;
        const bool sync = std::any_of(topology.edges.cbegin(), topology.edges.cend(), [index](const Edge &edge) {
            return edge.to == static_cast<int>(index) && isSync(edge.syncState);
        });
        const LagLimits limits = Thresholds::forOneLook().lagLimits(sync);
        const double delay = lag.state == LagState::Delayed ? node.sample->applyDelaySeconds() : 0;
        warnSeconds = limits.warnSeconds + delay;
        criticalSeconds = limits.criticalSeconds + delay;
        if (lag.state != LagState::Delayed) { // of its bytes only those count that have not arrived
            warnBytes = limits.warnBytes;
            criticalBytes = limits.criticalBytes;
        }
    }
    return {measured(node.name + QStringLiteral(" lag"), byteText(lag.bytes), QStringLiteral("B"), byteText(warnBytes),
                     byteText(criticalBytes)),
            measured(node.name + QStringLiteral(" lag time"), secondsText(lag.seconds), QStringLiteral("s"),
                     secondsText(warnSeconds), secondsText(criticalSeconds))};
}

QString writableText(const Assessment &assessment)
{
    return assessment.writableNodes ? QString::number(*assessment.writableNodes) : QStringLiteral("unknown");
}
} // namespace

QString stateText(const ClusterState &state, const QString &more)
{
    const Assessment &assessment = *state.assessment;
    const auto count = assessment.findings.size();
    const QString findings = count == 0   ? QStringLiteral("no findings")
                             : count == 1 ? QStringLiteral("1 finding")
                                          : QStringLiteral("%1 findings").arg(count);
    QString text = QStringLiteral("%1: %2, %3, writable nodes: %4, would be lost now: %5\n\n")
                       .arg(state.snapshot->cluster, toString(assessment.verdict), findings, writableText(assessment),
                            lossText(assessment));
    text += nodesTable(state) + slotsTable(state) + more + findingsText(assessment);
    return text;
}

Verdict checkVerdict(const ClusterState &state)
{
    const Snapshot &snapshot = *state.snapshot;
    const bool any = std::any_of(snapshot.nodes.cbegin(), snapshot.nodes.cend(), [&](const NodeStatus &node) {
        return node.kind == NodeKind::Data && isFresh(snapshot, node);
    });
    const Verdict verdict = state.assessment->verdict;
    return any || verdict == Verdict::Critical ? verdict : Verdict::Unknown;
}

int checkExitCode(Verdict verdict)
{
    switch (verdict) {
    case Verdict::Ok:
        return 0;
    case Verdict::Warning:
        return 1;
    case Verdict::Critical:
        return 2;
    case Verdict::Unknown:
        break;
    }
    return 3;
}

QString checkText(const ClusterState &state)
{
    const Assessment &assessment = *state.assessment;
    const Snapshot &snapshot = *state.snapshot;
    QString summary;
    if (assessment.findings.empty()) {
        const auto answering =
            std::count_if(snapshot.nodes.cbegin(), snapshot.nodes.cend(), [&](const NodeStatus &node) {
                return node.link == LinkState::Up && isFresh(snapshot, node);
            });
        summary = QStringLiteral("%1 of %2 nodes answer, writable nodes: %3, would be lost now: %4")
                      .arg(answering)
                      .arg(snapshot.nodes.size())
                      .arg(writableText(assessment), lossText(assessment));
    } else {
        summary = assessment.findings.front().title;
        if (assessment.findings.size() > 1) {
            summary += QStringLiteral(" (and %1 more)").arg(assessment.findings.size() - 1);
        }
    }
    QStringList data{measured(QStringLiteral("writable"),
                              assessment.writableNodes ? QString::number(*assessment.writableNodes) : QString(), {}, {},
                              QStringLiteral("1:1"))};
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        if (assessment.lag.at(i).state != LagState::NotApplicable) {
            data << lagData(state, i);
        }
    }
    QString text = QStringLiteral("HOWDAH %1 - %2: %3 | %4\n")
                       .arg(toString(checkVerdict(state)).toUpper(), harmless(snapshot.cluster), harmless(summary),
                            data.join(QLatin1Char(' ')));
    for (const Finding &finding : assessment.findings) {
        // Monitoring tells of a state; what was left half-way tells also how it is ended.
        const bool unfinished = finding.id.startsWith(QLatin1String("unfinished:"));
        const QString sentences =
            core::sentences({finding.title, finding.evidence, unfinished ? finding.remedy : QString()});
        text += harmless(QStringLiteral("%1: %2").arg(toString(finding.severity), sentences)) + QLatin1Char('\n');
    }
    return text;
}

QString checkText(const core::Error &error)
{
    return QStringLiteral("HOWDAH UNKNOWN - %1\n").arg(harmless(error.message));
}

QString errorText(const core::Error &error)
{
    QString text = error.node.isEmpty() || error.message.contains(error.node)
                       ? error.message
                       : QStringLiteral("%1: %2").arg(error.node, error.message);
    if (!error.hint.isEmpty()) {
        text += QLatin1Char('\n') + error.hint;
    }
    return text;
}

} // namespace howdah::app
