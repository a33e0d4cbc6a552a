// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/verdicttext.h"

#include <QCoreApplication>
#include <QDateTime>

#include "core/units.h"

namespace howdah::widgets {

using cluster::ClusterState;
using cluster::Finding;
using cluster::Snapshot;
using cluster::Verdict;

namespace {

QString tr(const char *text, int n = -1)
{
    return QCoreApplication::translate("VerdictStrip", text, nullptr, n);
}

/// "13:39" today, "12 Nov 13:39" before.
QString clockTime(qint64 monotonicMs, const Snapshot &snapshot)
{
    const qint64 wall = snapshot.takenWallMs - (snapshot.takenMonotonicMs - monotonicMs);
    const QDateTime then = QDateTime::fromMSecsSinceEpoch(wall);
    const QDateTime now = QDateTime::fromMSecsSinceEpoch(snapshot.takenWallMs);
    return then.date() == now.date() ? then.toString(QStringLiteral("HH:mm"))
                                     : then.toString(QStringLiteral("d MMM HH:mm"));
}

QString findingsDetail(const ClusterState &state)
{
    const auto &findings = state.assessment->findings;
    if (findings.empty()) {
        return answeringNodes(state).section(QStringLiteral(" · "), 0, 0);
    }
    const auto count = static_cast<int>(findings.size());
    int unknown = 0;
    const Finding *oldest = nullptr;
    for (const Finding &finding : findings) {
        unknown += finding.severity == Verdict::Unknown;
        const bool dated = finding.severity == state.assessment->verdict && finding.sinceMs > 0;
        if (dated && (!oldest || finding.sinceMs < oldest->sinceMs)) {
            oldest = &finding;
        }
    }
    const QString counted = count == 1 ? tr("1 finding") : tr("%1 findings").arg(count);
    if (unknown > 0 && unknown < count) {
        return counted + tr(", %1 of them unknown").arg(unknown);
    }
    if (!oldest) {
        return counted;
    }
    return counted + (oldest->beganUnseen ? tr(", since before %1") : tr(", since %1"))
                         .arg(clockTime(oldest->sinceMs, *state.snapshot));
}

/// A state that nobody renews says nothing about now.
bool isRenewed(const Snapshot &snapshot, qint64 nowMs)
{
    return nowMs - snapshot.takenMonotonicMs <= cluster::freshForMs(snapshot);
}

/// How long a state that is not renewed has been standing.
QString agedBy(const Snapshot &snapshot, qint64 nowMs)
{
    return core::formatAge(nowMs - snapshot.takenMonotonicMs);
}

} // namespace

qint64 newestSampleAge(const ClusterState &state, qint64 nowMs)
{
    if (!state.snapshot) {
        return -1;
    }
    qint64 newest = -1;
    for (const auto &node : state.snapshot->nodes) {
        if (node.sample) {
            const qint64 age = std::max<qint64>(0, nowMs - node.sample->takenMonotonicMs);
            newest = newest < 0 ? age : std::min(newest, age);
        }
    }
    return newest;
}

ShownVerdict shownVerdict(const ClusterState &state, qint64 nowMs)
{
    if (!state.snapshot || !state.assessment) {
        return {Verdict::Unknown, tr("Connecting"), tr("nothing has been read yet")};
    }
    const Verdict verdict = state.assessment->verdict;
    const qint64 age = newestSampleAge(state, nowMs);
    const QString was = age < 0 ? tr("no node has answered yet")
                                : tr("was %1, %2 ago").arg(cluster::toString(verdict), core::formatAge(age));
    if (state.snapshot->paused) {
        return {Verdict::Unknown, tr("Paused"), age < 0 ? was : tr("last sample %1 ago").arg(core::formatAge(age))};
    }
    // A verdict that rests on nothing fresh is none, unless the rules themselves say why nothing answers.
    if (!isRenewed(*state.snapshot, nowMs) ||
        (age > cluster::freshForMs(*state.snapshot) && verdict != Verdict::Critical) ||
        (age < 0 && verdict == Verdict::Ok)) {
        return {Verdict::Unknown, cluster::toString(Verdict::Unknown), was};
    }
    return {verdict, cluster::toString(verdict), findingsDetail(state)};
}

Statement writableNodes(const ClusterState &state, qint64 nowMs)
{
    if (!state.snapshot || !state.assessment) {
        return {tr("unknown"), {}, Verdict::Unknown, true};
    }
    if (state.snapshot->paused) { // nobody is silent who is not asked
        return {tr("unknown"), tr(", paused"), Verdict::Unknown, true};
    }
    const auto &writable = state.assessment->topology.writable;
    QStringList names;
    for (const int index : writable) {
        names.append(state.snapshot->nodes[static_cast<std::size_t>(index)].name);
    }
    if (!isRenewed(*state.snapshot, nowMs)) {
        const QString was = names.isEmpty() ? tr("none") : names.join(tr(" and "));
        return {tr("unknown"), tr(", was %1 %2 ago").arg(was, agedBy(*state.snapshot, nowMs)), Verdict::Unknown, true};
    }
    int silent = 0;
    for (const auto &node : state.snapshot->nodes) {
        silent += node.kind == cluster::NodeKind::Data && !cluster::isFresh(*state.snapshot, node);
    }
    if (writable.empty()) {
        const QString why = silent > 0 ? tr(", %1 silent").arg(silent) : QString();
        return !state.assessment->writableNodes
                   ? Statement{tr("unknown"), why, Verdict::Unknown, true}
                   : Statement{tr("none"), tr(", nobody takes writes"), Verdict::Critical, false};
    }
    if (writable.size() > 1) {
        return {QString::number(writable.size()), QLatin1Char(' ') + names.join(tr(" and ")), Verdict::Critical, false};
    }
    const QString others =
        silent > 0 ? tr(" %1, %2 not known").arg(names.first()).arg(silent) : tr(" %1 and no other").arg(names.first());
    return {QStringLiteral("1"), others, Verdict::Ok, false};
}

Statement lostNow(const ClusterState &state, qint64 nowMs)
{
    if (state.snapshot && !isRenewed(*state.snapshot, nowMs)) {
        return {tr("unknown"), {}, Verdict::Unknown, true};
    }
    const QString text = state.assessment ? state.assessment->lossNow : QString();
    if (text.isEmpty() || text.startsWith(QLatin1String("unknown"))) {
        return {text.isEmpty() ? tr("unknown") : text, {}, Verdict::Unknown, true};
    }
    const auto comma = text.indexOf(QLatin1Char(','));
    return comma < 0 ? Statement{text, {}, Verdict::Ok, false}
                     : Statement{text.left(comma), text.mid(comma), Verdict::Ok, false};
}

Statement newestSample(const ClusterState &state, qint64 nowMs)
{
    const qint64 age = newestSampleAge(state, nowMs);
    if (age < 0) {
        return {tr("none yet"), {}, Verdict::Unknown, true};
    }
    const bool stale = state.snapshot->paused || age > cluster::freshForMs(*state.snapshot);
    return {tr("%1 ago").arg(core::formatAge(age)), {}, stale ? Verdict::Unknown : Verdict::Ok, false};
}

QString answeringNodes(const ClusterState &state)
{
    if (!state.snapshot) {
        return tr("connecting");
    }
    int answering = 0;
    QStringList silent;
    for (const auto &node : state.snapshot->nodes) {
        const bool answers = node.link == cluster::LinkState::Up && cluster::isFresh(*state.snapshot, node);
        answering += answers;
        if (!answers) {
            silent.append(node.name);
        }
    }
    const auto count = static_cast<int>(state.snapshot->nodes.size());
    if (state.snapshot->paused) {
        return tr("paused, %1 nodes are not asked").arg(count);
    }
    const QString nodes =
        count == 1 ? tr("%1 of 1 node answers").arg(answering) : tr("%1 of %2 nodes answer").arg(answering).arg(count);
    if (!silent.isEmpty()) {
        return nodes + QStringLiteral(" · ") + tr("%1 silent").arg(silent.join(QStringLiteral(", ")));
    }
    const int interval = state.snapshot->intervalMs;
    const QString pace = interval == 1000 ? tr("one round trip a second each")
                                          : tr("one round trip each %1").arg(core::formatSeconds(interval / 1000.0));
    return nodes + QStringLiteral(" · ") + pace;
}

} // namespace howdah::widgets
