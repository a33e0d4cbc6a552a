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

void judgeArchive(Tile &tile, const Archiver &a, bool fresh, const cluster::Thresholds &limits)
{
    const bool failing =
        a.lastFailedTime.isValid() && (!a.lastArchivedTime.isValid() || a.lastFailedTime > a.lastArchivedTime);
    if (!fresh) {
        tile.verdict = Verdict::Unknown;
        tile.word = QStringLiteral("not seen now");
    } else if (failing) {
        tile.verdict = Verdict::Critical;
        tile.word = QStringLiteral("failing");
    } else if (a.readyCount && *a.readyCount >= limits.archiveReadyWarn) {
        tile.verdict = *a.readyCount >= limits.archiveReadyCritical ? Verdict::Critical : Verdict::Warning;
        tile.word = QStringLiteral("behind");
    } else {
        tile.verdict = Verdict::Ok;
        tile.word = QStringLiteral("OK");
    }
}

TileLine connectionsLine(const cluster::NodeSample &sample, const cluster::Activity &a)
{
    const auto most = sample.settingNumber(QLatin1String("max_connections"));
    QString text = most ? QStringLiteral("%1 of %2").arg(a.connections).arg(*most) : QString::number(a.connections);
    text += QStringLiteral(", %1 active").arg(a.active);
    return line(QStringLiteral("Connections"), text);
}

TileLine longestLine(const cluster::Activity &a)
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

Tile archiveTile(const cluster::ClusterState &state, const cluster::Thresholds &thresholds)
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
        tile.lines = {
            noLine(last, sample.unreadable.contains(QStringLiteral("archiver")) ? noPermission() : unknown())};
        return tile;
    }
    const Archiver &a = *sample.archiver;
    judgeArchive(tile, a, view.fresh(node), thresholds);
    const QString ago = agoText(a.lastArchivedTime, sample.serverTime);
    tile.lines.push_back(a.lastArchivedWal.isEmpty()
                             ? noLine(last, QStringLiteral("nothing yet"))
                             : line(last, ago.isEmpty() ? shortWal(a.lastArchivedWal)
                                                        : shortWal(a.lastArchivedWal) + QLatin1String(", ") + ago));
    tile.lines.push_back(a.readyCount ? line(QStringLiteral("Waiting"),
                                             *a.readyCount == 1 ? QStringLiteral("1 file")
                                                                : QStringLiteral("%1 files").arg(*a.readyCount))
                                      : noLine(QStringLiteral("Waiting"), noPermission()));
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
    if (!view.fresh(primaryWithSample(view))) {
        tile.word = QStringLiteral("not seen now");
    }
    if (!sample.activity) {
        const bool hidden = sample.unreadable.contains(QStringLiteral("activity"));
        tile.lines = {noLine(QStringLiteral("Connections"), hidden ? noPermission() : unknown())};
    } else {
        const cluster::Activity &a = *sample.activity;
        const QString idle = QString::number(a.idleInTransaction);
        tile.lines = {connectionsLine(sample, a),
                      a.idleInTransaction == 0 ? noLine(QStringLiteral("Idle in transaction"), QStringLiteral("none"))
                                               : line(QStringLiteral("Idle in transaction"), idle),
                      longestLine(a), preparedLine(a)};
    }
    for (const cluster::BaseBackup &backup : sample.baseBackups) {
        tile.lines.push_back(line(QStringLiteral("Base backup"), backupText(backup)));
    }
    if (sample.walDisk) {
        tile.lines.push_back(line(
            QStringLiteral("WAL on disk"),
            QStringLiteral("%1, %2 files").arg(core::formatBytes(sample.walDisk->bytes)).arg(sample.walDisk->files)));
    } else if (sample.unreadable.contains(QStringLiteral("wal_disk"))) {
        tile.lines.push_back(noLine(QStringLiteral("WAL on disk"), noPermission()));
    }
    addConflicts(view, tile);
    return tile;
}

} // namespace howdah::tables
