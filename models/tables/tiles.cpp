// SPDX-License-Identifier: GPL-3.0-or-later
#include "tiles.h"

#include "core/units.h"
#include "tables/cells.h"
#include "tables/stateview.h"

namespace howdah::tables {

using cluster::Archiver;
using cluster::Verdict;

namespace {

TileLine line(const QString &what, const QString &value)
{
    return {what, value, false};
}

TileLine noLine(const QString &what, const QString &word)
{
    return {what, word, true};
}

QString agoText(const QDateTime &then, const QDateTime &now)
{
    if (!then.isValid() || !now.isValid()) {
        return {};
    }
    return QStringLiteral("%1 ago").arg(
        core::formatSeconds(static_cast<double>(std::max<qint64>(0, then.msecsTo(now) / 1000))));
}

/// The last ten characters tell segments apart; the rest is the timeline and zeros.
QString shortWal(const QString &name)
{
    return name.size() > 16 ? QChar(0x2026) + name.right(10) : name;
}

/// The primary with a sample, be it an old one, or -1: what a standby says of archiving is not the cluster's.
int primaryWithSample(const StateView &view)
{
    const int primary = view.assessment().topology.primary;
    if (primary >= 0) {
        return view.sample(primary) ? primary : -1;
    }
    int last = -1;
    for (int node = 0; node < view.nodeCount(); ++node) {
        if (view.role(node) != cluster::NodeRole::Primary || !view.sample(node)) {
            continue;
        }
        if (last >= 0) {
            return -1; // two that were: neither speaks for the cluster
        }
        last = node;
    }
    return last;
}

TileLine failures(const Archiver &a, qint64 nowWallMs)
{
    if (a.failedCount == 0) {
        const QString since =
            a.statsReset.isValid() ? QStringLiteral(" since %1").arg(shortTime(a.statsReset, nowWallMs)) : QString();
        return line(QStringLiteral("Failures"), QStringLiteral("none") + since);
    }
    return line(QStringLiteral("Failures"),
                QStringLiteral("%1, last %2").arg(a.failedCount).arg(shortTime(a.lastFailedTime, nowWallMs)));
}

// The severity of a rule's finding on a node; Ok when it has none.
Verdict found(const StateView &view, int node, const char *rule)
{
    const QString id = QLatin1String(rule) + QLatin1Char(':') + view.name(node);
    const auto &findings = view.assessment().findings;
    const auto finding = std::find_if(findings.begin(), findings.end(), [&](const auto &f) { return f.id == id; });
    return finding == findings.end() ? Verdict::Ok : finding->severity;
}

void judgeArchive(Tile &tile, const StateView &view, int node)
{
    const cluster::NodeSample &sample = *view.sample(node);
    const Verdict failing = found(view, node, "archive_failing");
    const Verdict behind = found(view, node, "archive_backlog");
    if (!view.fresh(node) || sample.unreadable.contains(QStringLiteral("archiver"))) {
        tile.verdict = Verdict::Unknown;
        tile.word = QStringLiteral("not seen now");
    } else if (std::max(failing, behind) > Verdict::Ok) {
        tile.verdict = std::max(failing, behind);
        tile.word = failing > Verdict::Ok ? QStringLiteral("failing") : QStringLiteral("behind");
    } else if (!sample.archiver->readyCount) {
        tile.verdict = Verdict::Unknown;
        tile.word = QStringLiteral("queue not seen");
    } else {
        tile.verdict = Verdict::Ok;
        tile.word = QStringLiteral("OK");
    }
}

TileLine waitingLine(const cluster::NodeSample &sample)
{
    const QString what = QStringLiteral("Waiting");
    const std::optional<qint64> &ready = sample.archiver->readyCount;
    if (!ready) {
        return noLine(what,
                      sample.seesStatistics ? missingWord(sample, QStringLiteral("archive_status")) : noPermission());
    }
    return line(what, *ready == 1 ? QStringLiteral("1 file") : QStringLiteral("%1 files").arg(*ready));
}

TileLine connectionsLine(const cluster::NodeSample &sample, const cluster::Activity &a)
{
    const auto most = sample.settingNumber(QLatin1String("max_connections"));
    QString text = most ? QStringLiteral("%1 of %2").arg(a.connections).arg(*most) : QString::number(a.connections);
    if (a.states) {
        text += QStringLiteral(", %1 active").arg(a.states->active);
    }
    return line(QStringLiteral("Connections"), text);
}

TileLine idleLine(const cluster::SessionStates &states)
{
    const QString what = QStringLiteral("Idle in transaction");
    return states.idleInTransaction == 0 ? noLine(what, QStringLiteral("none"))
                                         : line(what, QString::number(states.idleInTransaction));
}

TileLine longestLine(const cluster::SessionStates &a)
{
    const QString what = QStringLiteral("Longest transaction");
    if (a.longTransactions.empty()) {
        return a.longestTransaction ? line(what, core::formatSeconds(*a.longestTransaction))
                                    : noLine(what, QStringLiteral("none"));
    }
    const cluster::LongTransaction &t = a.longTransactions.front();
    const QString who = t.applicationName.isEmpty() ? t.usename : t.applicationName;
    return line(what, QStringLiteral("%1, %2 (%3)").arg(core::formatSeconds(t.seconds), who, t.state));
}

TileLine preparedLine(const cluster::Activity &a)
{
    const QString what = QStringLiteral("Prepared");
    if (a.preparedCount == 0) {
        return noLine(what, QStringLiteral("none"));
    }
    QString text = QString::number(a.preparedCount);
    if (!a.preparedTransactions.empty()) {
        text += QStringLiteral(", oldest %1").arg(core::formatSeconds(a.preparedTransactions.front().seconds));
    }
    return line(what, text);
}

// Without pg_read_all_stats one sees who is connected and not what they do.
void addActivity(Tile &tile, const cluster::NodeSample &sample)
{
    if (!sample.activity) {
        tile.lines.push_back(noLine(QStringLiteral("Connections"), missingWord(sample, QStringLiteral("activity"))));
        return;
    }
    const cluster::Activity &a = *sample.activity;
    tile.lines = {connectionsLine(sample, a),
                  a.states ? idleLine(*a.states) : noLine(QStringLiteral("Idle in transaction"), noPermission()),
                  a.states ? longestLine(*a.states) : noLine(QStringLiteral("Longest transaction"), noPermission()),
                  preparedLine(a)};
}

QString backupText(const cluster::BaseBackup &b)
{
    QString text = b.phase;
    if (b.backupTotal && *b.backupTotal > 0) {
        text +=
            QStringLiteral(", %1 of %2").arg(core::formatBytes(b.backupStreamed), core::formatBytes(*b.backupTotal));
    } else if (b.backupStreamed > 0) {
        text += QStringLiteral(", %1").arg(core::formatBytes(b.backupStreamed));
    }
    return text;
}

void addConflicts(const StateView &view, Tile &tile)
{
    qint64 total = 0;
    bool known = false;
    bool all = true;
    for (int node = 0; node < view.nodeCount(); ++node) {
        const cluster::NodeSample *sample = view.sample(node);
        all = all && (view.fresh(node) || view.role(node) == cluster::NodeRole::Witness);
        if (sample && sample->inRecovery && sample->conflicts) {
            known = true;
            total += sample->conflicts->total();
        }
    }
    if (known) {
        tile.lines.push_back(line(QStringLiteral("Recovery conflicts"), total > 0
                                                                            ? QStringLiteral("%1 queries").arg(total)
                                                                        : all ? QStringLiteral("none")
                                                                              : QStringLiteral("none seen")));
    }
}

} // namespace

Tile archiveTile(const cluster::ClusterState &state)
{
    Tile tile;
    const QString last = QStringLiteral("Last archived");
    if (!StateView::isComplete(state) || primaryWithSample(StateView(state)) < 0) {
        tile.lines = {noLine(last, unknown())};
        return tile;
    }
    const StateView view(state);
    const int node = primaryWithSample(view);
    const cluster::NodeSample &sample = *view.sample(node);
    if (sample.setting(QLatin1String("archive_mode")) == QLatin1String("off")) {
        tile.lines = {noLine(QStringLiteral("Archiving"), QStringLiteral("off: archive_mode is off"))};
        return tile;
    }
    if (!sample.archiver) {
        tile.lines = {noLine(last, missingWord(sample, QStringLiteral("archiver")))};
        return tile;
    }
    const Archiver &a = *sample.archiver;
    tile.stale = !view.fresh(node);
    judgeArchive(tile, view, node);
    const QString ago = agoText(a.lastArchivedTime, sample.serverTime);
    tile.lines.push_back(a.lastArchivedWal.isEmpty()
                             ? noLine(last, QStringLiteral("nothing yet"))
                             : line(last, ago.isEmpty() ? shortWal(a.lastArchivedWal)
                                                        : shortWal(a.lastArchivedWal) + QLatin1String(", ") + ago));
    tile.lines.push_back(waitingLine(sample));
    tile.lines.push_back(failures(a, view.snapshot().takenWallMs));
    return tile;
}

Tile activityTile(const cluster::ClusterState &state)
{
    Tile tile;
    if (!StateView::isComplete(state) || primaryWithSample(StateView(state)) < 0) {
        tile.lines = {noLine(QStringLiteral("Connections"), unknown())};
        return tile;
    }
    const StateView view(state);
    const cluster::NodeSample &sample = *view.sample(primaryWithSample(view));
    tile.stale = !view.fresh(primaryWithSample(view));
    if (tile.stale) {
        tile.word = QStringLiteral("not seen now");
    }
    addActivity(tile, sample);
    for (const cluster::BaseBackup &backup : sample.baseBackups) {
        tile.lines.push_back(line(QStringLiteral("Base backup"), backupText(backup)));
    }
    if (sample.walDisk) {
        tile.lines.push_back(line(
            QStringLiteral("WAL on disk"),
            QStringLiteral("%1, %2 files").arg(core::formatBytes(sample.walDisk->bytes)).arg(sample.walDisk->files)));
    } else if (sample.unreadable.contains(QStringLiteral("wal_disk"))) {
        tile.lines.push_back(noLine(QStringLiteral("WAL on disk"), missingWord(sample, QStringLiteral("wal_disk"))));
    }
    addConflicts(view, tile);
    return tile;
}

} // namespace howdah::tables
