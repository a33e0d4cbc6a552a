// SPDX-License-Identifier: GPL-3.0-or-later
// Are the servers' settings what their files say? Undo puts back what runs, and a server that starts takes what is
// written.
#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "operations/switchover/checks.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// "max_connections, …"
QString neededText()
{
    QStringList names;
    for (const char *name : kNeededByStandbys) {
        names.append(QLatin1String(name));
    }
    return names.join(QStringLiteral(", "));
}

/// Of what a switchover changes.
Check checkWritten(const Facts &facts, const Cast &cast, const QString &group)
{
    QStringList bad, unread, names;
    QString where;
    std::vector<int> changed{cast.primary, cast.candidate};
    changed.insert(changed.end(), cast.siblings.begin(), cast.siblings.end());
    for (const int node : changed) {
        const QString &name = facts.state.snapshot->nodes[at(node)].name;
        const SqlAccess sql = facts.nodes.value(name).sql;
        names.append(name);
        if (!sql.isOpen() || !sql.notTakenOver) {
            unread.append(name);
        } else if (!sql.notTakenOver->isEmpty()) {
            where = name;
            bad.append(tr("%1 runs with another %2").arg(name, sql.notTakenOver->join(QStringLiteral(", "))));
        }
    }
    const QString title = tr("Settings run as they are written");
    if (!bad.isEmpty()) {
        const bool open = facts.unfinished && (facts.unfinished->running || facts.unfinished->interrupted);
        return made("settings_taken_over", group, title, bad.size() == 1 ? where : QString(), CheckResult::Failed,
                    tr("%1 than postgresql.auto.conf has").arg(bad.join(QStringLiteral(", "))),
                    open ? tr("An operation that has not ended has prepared it: that comes first.")
                         : tr("A switchover would write over it, and undo would not bring it back. SELECT "
                              "pg_reload_conf() takes over what is written; to keep what runs, write that with ALTER "
                              "SYSTEM SET. What the command line or the environment sets has to be set in a file "
                              "instead."));
    }
    if (!unread.isEmpty()) {
        return made(
            "settings_taken_over", group, title, {}, CheckResult::Warning,
            tr("pg_file_settings can't be read on %1").arg(unread.join(QStringLiteral(", "))),
            tr("What was written and not reloaded there would be lost, and undo overwrites what others change "
               "meanwhile. GRANT SELECT ON pg_file_settings and EXECUTE ON FUNCTION pg_show_all_file_settings() "
               "to the console's role."));
    }
    return made("settings_taken_over", group, title, {}, CheckResult::Passed, names.join(QStringLiteral(", ")));
}

/// The old primary is the one that is started anew.
Check checkRestart(const Facts &facts, const Cast &cast, const QString &group)
{
    const QString &name = facts.state.snapshot->nodes[at(cast.primary)].name;
    const SqlAccess sql = facts.nodes.value(name).sql;
    const QString title = tr("A restart changes no setting");
    if (!sql.isOpen()) {
        return made("pending_restart", group, title, name, CheckResult::Unknown, sql.error,
                    tr("See why it does not answer."));
    }
    if (!sql.fileErrors.isEmpty()) {
        return made("pending_restart", group, title, name, CheckResult::Failed,
                    tr("it would not start: %1").arg(sql.fileErrors.join(QStringLiteral("; "))),
                    tr("Mend that on %1 first (pg_file_settings tells when it is).").arg(name));
    }
    const cluster::NodeStatus &candidate = facts.state.snapshot->nodes[at(cast.candidate)];
    QStringList changes, tooLow;
    for (const auto &[setting, value] : sql.startChanges) {
        changes.append(tr("%1 to %2").arg(setting, value.isEmpty() ? QStringLiteral("''") : value));
        const auto least = candidate.sample ? candidate.sample->settingNumber(QLatin1String(setting.toLatin1()))
                                            : std::optional<qint64>();
        const bool needed = std::any_of(kNeededByStandbys.begin(), kNeededByStandbys.end(),
                                        [&setting](const char *one) { return setting == QLatin1String(one); });
        if (needed && least && value.toLongLong() < *least) {
            tooLow.append(changes.last());
        }
    }
    if (!tooLow.isEmpty()) {
        return made(
            "pending_restart", group, title, name, CheckResult::Failed,
            tr("a restart changes %1, below what %2 has").arg(tooLow.join(QStringLiteral(", ")), candidate.name),
            tr("With that %1 does not start as a standby of %2: change it on %2 first.").arg(name, candidate.name));
    }
    for (const QString &setting : sql.waitForRestart) {
        const bool told = std::any_of(sql.startChanges.begin(), sql.startChanges.end(),
                                      [&setting](const auto &one) { return one.first == setting; });
        changes.append(told ? QStringList() : QStringList{setting});
    }
    return changes.isEmpty()
               ? made("pending_restart", group, title, name, CheckResult::Passed, tr("nothing waits for a restart"))
               : made(
                     "pending_restart", group, title, name, CheckResult::Warning,
                     tr("a restart changes %1").arg(changes.join(QStringLiteral(", "))),
                     tr("See that %1 can start with them. A standby does not start with %2 below those of its primary.")
                         .arg(name, neededText()));
}

} // namespace

std::vector<Check> checkSettings(const Facts &facts, const Cast &cast, Way way)
{
    const QString group = tr("Way back for %1").arg(facts.state.snapshot->nodes[at(cast.primary)].name);
    std::vector<Check> checks{checkRestart(facts, cast, group)};
    if (way == Way::Native) { // repmgr writes them itself
        checks.push_back(checkWritten(facts, cast, group));
    }
    return checks;
}

} // namespace howdah::operations::switchover
