// SPDX-License-Identifier: GPL-3.0-or-later
// The archiver, synchronous commit, and what this console may see.
#include <QMap>

#include "core/identifier.h"
#include "core/units.h"
#include "rules.h"
#include "syncnames.h"

namespace howdah::cluster {

namespace {
constexpr int kOldestMajor = 12;
constexpr int kNewestMajor = 18;

// A healthy archiver leaves 1 or 2 files.
constexpr qint64 kPilingUp = 3;

// Standbys keep the counters of the time when they were primary; only who archives now is judged.
bool archives(const NodeSample &sample)
{
    const QString mode = sample.setting(QLatin1String("archive_mode"));
    return sample.inRecovery ? mode == QLatin1String("always") : mode != QLatin1String("off");
}

void judgeArchiveFailure(Rules &rules, int index, const Archiver &archiver)
{
    const NodeSample &sample = rules.sample(index);
    const bool failing = archiver.lastFailedTime.isValid() &&
                         (!archiver.lastArchivedTime.isValid() || archiver.lastFailedTime > archiver.lastArchivedTime);
    if (!failing) {
        return;
    }
    const QString key = QStringLiteral("archive_failing:%1").arg(rules.name(index));
    // Between the last success and the newest failure nothing was archived: also for who has only just looked. But when
    // nothing piles up there was nothing to archive, and it has only begun to fail.
    const bool pilesUp = archiver.readyCount.value_or(0) >= kPilingUp && archiver.lastArchivedTime.isValid();
    const qint64 seen = pilesUp ? archiver.lastArchivedTime.msecsTo(archiver.lastFailedTime) : 0;
    const qint64 failingMs = std::max(seen, rules.hold(key));
    QString evidence =
        archiver.lastArchivedTime.isValid()
            ? QStringLiteral("%1 could not be archived; the last that could was %2, %3 ago.")
                  .arg(archiver.lastFailedWal, archiver.lastArchivedWal,
                       span(archiver.lastArchivedTime.msecsTo(sample.serverTime)))
            : QStringLiteral("%1 could not be archived, and nothing ever was.").arg(archiver.lastFailedWal);
    if (archiver.readyCount) {
        evidence += *archiver.readyCount == 1 ? QStringLiteral(" 1 file waits.")
                                              : QStringLiteral(" %1 files wait.").arg(*archiver.readyCount);
    }
    rules.add(
        {.id = key,
         .severity = failingMs > rules.thresholds.archiveFailingCriticalMs ? Verdict::Critical : Verdict::Warning,
         .node = rules.name(index),
         .title = QStringLiteral("Archiving fails on %1").arg(rules.name(index)),
         .evidence = evidence,
         .remedy = QStringLiteral("The server's log has the message of archive_command. Until it works WAL stays on "
                                  "disk, and a clean stop may wait for it."),
         .page = QStringLiteral("overview")},
        key);
}

void judgeArchiveBacklog(Rules &rules, int index, const Archiver &archiver)
{
    const qint64 waiting = archiver.readyCount.value_or(0);
    if (waiting < rules.thresholds.archiveReadyWarn) {
        return;
    }
    rules.add({.id = QStringLiteral("archive_backlog:%1").arg(rules.name(index)),
               .severity = waiting >= rules.thresholds.archiveReadyCritical ? Verdict::Critical : Verdict::Warning,
               .node = rules.name(index),
               .title = QStringLiteral("%1 WAL files of %2 wait for the archive").arg(waiting).arg(rules.name(index)),
               .evidence = QStringLiteral("A healthy archiver leaves 1 or 2; it is warned about from %1.")
                               .arg(rules.thresholds.archiveReadyWarn),
               .remedy = QStringLiteral("archive_command is slower than WAL is written, or its target is full."),
               .page = QStringLiteral("overview")});
}

// FIRST and ANY alike wait for as many of the named as stream now.
SyncState readSync(const NodeSample &primary)
{
    SyncState state;
    const bool visible = std::all_of(primary.senders.cbegin(), primary.senders.cend(),
                                     [](const Sender &sender) { return sender.visible(); });
    const std::optional<SyncNames> names = parseSyncNames(primary.setting(QLatin1String("synchronous_standby_names")));
    // Settings are read after a reload that the walsenders have followed already.
    const bool current = primary.settingsLoadTime == primary.configurationLoadTime;
    state.known =
        current && primary.settings && visible && names && !primary.unreadable.contains(QStringLiteral("senders"));
    if (!names) {
        return state;
    }
    state.configured = names->count > 0;
    state.any = names->any;
    state.required = names->count;
    state.names = names->names;
    for (const Sender &sender : primary.senders) {
        const bool counts = isSync(sender.syncState);
        const bool streams = sender.state == QLatin1String("streaming") || sender.state == QLatin1String("stopping");
        if (counts && streams) {
            state.holding += sender.applicationName;
        }
    }
    state.satisfied = !state.known || state.holding.size() >= state.required;
    return state;
}

// Members of one role on several nodes are one finding: one GRANT on the primary mends them all.
void judgePermission(Rules &rules)
{
    QMap<QString, QStringList> blind;
    QHash<QString, bool> onlyWitnesses; // a witness has roles of its own
    for (int i = 0; i < rules.count(); ++i) {
        // Until its identity is read nobody knows what the role may do.
        const bool known = rules.fresh[static_cast<std::size_t>(i)] &&
                           !rules.sample(i).unreadable.contains(QStringLiteral("identity"));
        if (known && !rules.sample(i).seesStatistics) {
            const QString &role = rules.sample(i).sessionUser;
            blind[role] += rules.name(i);
            onlyWitnesses[role] = onlyWitnesses.value(role, true) && !rules.isData(i);
            rules.raise(i, Verdict::Unknown);
        }
    }
    for (auto entry = blind.cbegin(); entry != blind.cend(); ++entry) {
        rules.add(
            {.id = QStringLiteral("no_permission:%1").arg(entry.key()),
             .severity = Verdict::Warning,
             .node = entry.value().size() == 1 ? entry.value().first() : QString(),
             .title = QStringLiteral("Role %1 may not see replication").arg(entry.key()),
             .evidence = QStringLiteral("It is no member of pg_monitor on %1: what walsenders and receivers do is "
                                        "hidden from it.")
                             .arg(joined(entry.value())),
             .remedy =
                 QStringLiteral("On %1: GRANT pg_monitor TO %2;")
                     .arg(onlyWitnesses.value(entry.key()) ? joined(entry.value()) : QStringLiteral("the primary"),
                          core::sqlIdentifier(entry.key())),
             .page = QStringLiteral("roles")});
    }
}

void judgeVersion(Rules &rules, int index)
{
    const int major = rules.sample(index).serverVersionNum / 10000;
    if (major == 0 || (major >= kOldestMajor && major <= kNewestMajor)) {
        return;
    }
    rules.add({.id = QStringLiteral("unknown_version:%1").arg(rules.name(index)),
               .severity = Verdict::Warning,
               .node = rules.name(index),
               .title = QStringLiteral("%1 runs PostgreSQL %2, which this console does not know")
                            .arg(rules.name(index))
                            .arg(major),
               .evidence = QStringLiteral("It knows %1 to %2. What it can read is shown; nothing is changed there.")
                               .arg(kOldestMajor)
                               .arg(kNewestMajor),
               .remedy = major > kNewestMajor
                             ? QStringLiteral("Install a newer Howdah.")
                             : QStringLiteral("Upgrade the server: this version is no longer maintained."),
               .page = QStringLiteral("overview")});
}

// What should have been read, may be read, and was not: no rule can speak about it.
void judgeUnreadable(Rules &rules, int index)
{
    static const QStringList vital{QStringLiteral("identity"), QStringLiteral("settings"), QStringLiteral("senders"),
                                   QStringLiteral("slots"),    QStringLiteral("receiver"), QStringLiteral("archiver")};
    QStringList missing;
    QString words;
    QStringList sections = vital;
    if (archives(rules.sample(index))) {
        sections += QStringLiteral("archive_status");
    }
    for (const QString &section : std::as_const(sections)) {
        const auto found = rules.sample(index).unreadable.constFind(section);
        if (found != rules.sample(index).unreadable.constEnd()) {
            missing += section;
            words = *found;
        }
    }
    if (missing.isEmpty()) {
        return;
    }
    rules.add({.id = QStringLiteral("unreadable:%1").arg(rules.name(index)),
               .severity = Verdict::Unknown,
               .node = rules.name(index),
               .title = QStringLiteral("%1 does not tell everything").arg(rules.name(index)),
               .evidence = QStringLiteral("Not read: %1. The server says: %2").arg(joined(missing), words),
               .remedy = QStringLiteral("If rights are missing, grant the role what the message names; else the "
                                        "server is too busy to answer."),
               .page = QStringLiteral("overview")});
}
} // namespace

void judgeArchiver(Rules &rules)
{
    for (int i = 0; i < rules.count(); ++i) {
        if (rules.isFreshData(i) && rules.sample(i).archiver && archives(rules.sample(i))) {
            judgeArchiveFailure(rules, i, *rules.sample(i).archiver);
            judgeArchiveBacklog(rules, i, *rules.sample(i).archiver);
        }
    }
}

void judgeSync(Rules &rules)
{
    if (!rules.primary) {
        return;
    }
    rules.sync = readSync(*rules.primary);
    const QString commit = rules.primary->setting(QLatin1String("synchronous_commit"));
    const bool waits = commit != QLatin1String("off") && commit != QLatin1String("local");
    if (rules.sync.satisfied || !waits) {
        return;
    }
    const QString &name = rules.name(rules.topology.primary);
    rules.add(
        {.id = QStringLiteral("sync_unsatisfied:%1").arg(name),
         .severity = Verdict::Critical,
         .node = name,
         .title = QStringLiteral("Commits on %1 wait").arg(name),
         .evidence = QStringLiteral("synchronous_standby_names asks for %1 of %2; %3 streams now.")
                         .arg(rules.sync.required)
                         .arg(rules.sync.names.contains(QStringLiteral("*")) ? QStringLiteral("all standbys")
                                                                             : joined(rules.sync.names),
                              rules.sync.holding.isEmpty() ? QStringLiteral("none")
                                                           : QStringLiteral("only ") + joined(rules.sync.holding)),
         .remedy = QStringLiteral("Bring the missing standby back, or take it out of synchronous_standby_names and "
                                  "reload: then waiting commits go on, without it."),
         .page = QStringLiteral("replication")});
}

void judgeConsole(Rules &rules)
{
    judgePermission(rules);
    for (int i = 0; i < rules.count(); ++i) {
        if (rules.fresh[static_cast<std::size_t>(i)]) {
            judgeVersion(rules, i);
            judgeUnreadable(rules, i);
        }
    }
    for (qsizetype i = 0; i < rules.snapshot.configWarnings.size(); ++i) {
        rules.add({.id = QStringLiteral("config:%1").arg(i),
                   .severity = Verdict::Warning,
                   .title = QStringLiteral("The cluster file should be mended"),
                   .evidence = rules.snapshot.configWarnings.at(i),
                   .remedy = QStringLiteral("Edit the cluster file and open the cluster again."),
                   .page = QStringLiteral("overview")});
    }
}

void judgeOperation(Rules &rules)
{
    for (int i = 0; i < rules.count(); ++i) {
        const auto &activity = rules.isFreshData(i) ? rules.sample(i).activity : std::optional<Activity>();
        if (!activity || activity->clusterLock.isEmpty()) {
            continue;
        }
        for (Finding &other : rules.findings) {
            if (other.id.startsWith(QLatin1String("slot"))) {
                other.remedy += QStringLiteral(" Drop none before the operation that is under way has ended: it may "
                                               "need them.");
            }
        }
        rules.add(
            {.id = QStringLiteral("operation_under_way"),
             .severity = Verdict::Warning,
             .node = {},
             .title = QStringLiteral("An operation is under way on this cluster"),
             .evidence =
                 QStringLiteral("The cluster lock on %1 is held by %2.").arg(rules.name(i), activity->clusterLock),
             .remedy = QStringLiteral("Change nothing beside it until it has ended."),
             .page = QStringLiteral("overview")});
        return;
    }
}

} // namespace howdah::cluster
