// SPDX-License-Identifier: GPL-3.0-or-later
// Does somebody else act on the cluster meanwhile, and can the one who is to do it?
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

struct Managed {
    const Facts &facts;
    const Cast &cast;
    Way way;

    const QString &nameOf(int node) const { return facts.state.snapshot->nodes[at(node)].name; }
    const RepmgrFacts &repmgr() const { return *facts.repmgr; }
    RepmgrMember member(const QString &node) const { return facts.repmgr->members.value(node); }
    /// It is in the cluster file and did not answer.
    bool isSilent(const QString &node) const
    {
        const cluster::Snapshot &snapshot = *facts.state.snapshot;
        return std::any_of(snapshot.nodes.begin(), snapshot.nodes.end(),
                           [&](const cluster::NodeStatus &one) { return one.name == node && !isFresh(snapshot, one); });
    }

    Check answer(const char *id, const QString &title, CheckResult result, const QString &evidence,
                 const QString &remedy = {}, const QString &node = {}) const
    {
        return made(id, tr("The manager"), title, node, result, evidence, remedy);
    }
};

QStringList daemonsSeen(const Facts &facts, bool withRepmgrd)
{
    QStringList daemons;
    for (const cluster::NodeStatus &node : facts.state.snapshot->nodes) {
        for (const QString &daemon : facts.nodes.value(node.name).host.daemons) {
            if (withRepmgrd || daemon != QLatin1String("repmgrd")) {
                daemons.append(tr("%1 on %2").arg(daemon, node.name));
            }
        }
    }
    return daemons;
}

Check checkOwner(const Managed &m)
{
    const QString title = tr("Nobody else manages it");
    const cluster::ManagerKind manager = m.facts.state.snapshot->manager;
    const bool byRepmgr = manager == cluster::ManagerKind::Repmgr;
    const QStringList daemons = daemonsSeen(m.facts, !byRepmgr);
    const bool owned = manager == cluster::ManagerKind::Patroni || manager == cluster::ManagerKind::PgAutoFailover;
    if (owned || !daemons.isEmpty()) {
        return m.answer("not_managed", title, CheckResult::Failed,
                        owned ? cluster::toString(manager) : daemons.join(QStringLiteral(", ")),
                        tr("It would act on its own: switch over through it, or pause it everywhere."));
    }
    if (manager == cluster::ManagerKind::Auto) {
        return m.answer("not_managed", title, CheckResult::Unknown, tr("the cluster file does not say who manages it"),
                        tr("Write manager = \"none\", \"repmgr\", \"patroni\" or \"pg_auto_failover\" into it."));
    }
    QStringList unseen;
    for (const cluster::NodeStatus &node : m.facts.state.snapshot->nodes) {
        const bool looked = node.kind != cluster::NodeKind::Data || !m.facts.nodes.value(node.name).host.user.isEmpty();
        unseen.append(looked ? QStringList() : QStringList{node.name});
    }
    const QString seen = byRepmgr ? tr("repmgr alone") : tr("no manager, no daemon of one");
    return m.answer("not_managed", title, CheckResult::Passed,
                    unseen.isEmpty() ? seen
                                     : tr("%1; by the cluster file alone on %2, whose host was not looked at")
                                           .arg(seen, unseen.join(QStringLiteral(", "))));
}

/// repmgr's own picture of the cluster is what it acts on.
Check checkRegistered(const Managed &m)
{
    const QString title = tr("repmgr sees the cluster as it is");
    QStringList wrong;
    std::vector<int> all = m.cast.siblings;
    all.insert(all.end(), m.cast.others.begin(), m.cast.others.end());
    all.insert(all.begin(), {m.cast.primary, m.cast.candidate});
    for (const int node : all) {
        const RepmgrMember member = m.member(m.nameOf(node));
        const QString wanted = node == m.cast.primary ? QStringLiteral("primary") : QStringLiteral("standby");
        if (member.id == 0) {
            wrong.append(tr("%1 is not registered").arg(m.nameOf(node)));
        } else if (member.type != wanted) {
            wrong.append(tr("%1 is registered as a %2").arg(m.nameOf(node), member.type));
        } else if (!member.active) {
            wrong.append(tr("%1 is marked as failed").arg(m.nameOf(node)));
        }
    }
    return wrong.isEmpty()
               ? m.answer("repmgr_registered", title, CheckResult::Passed,
                          tr("%1 nodes in database %2").arg(m.repmgr().members.size()).arg(m.repmgr().database))
               : m.answer("repmgr_registered", title, CheckResult::Failed, wrong.join(QStringLiteral(", ")),
                          tr("Put it right first: repmgr primary register --force, repmgr standby register --force."));
}

/// repmgr lets a follower use the slot that it has registered, and knows nothing of another.
std::vector<Check> checkOwnSlots(const Managed &m)
{
    std::vector<Check> checks;
    for (const int sibling : m.cast.siblings) {
        const QString name = m.nameOf(sibling), registered = m.member(name).slotName;
        const auto &sample = m.facts.state.snapshot->nodes[at(sibling)].sample;
        const QString own = sample ? sample->setting(QLatin1String("primary_slot_name")) : QString();
        if (own.isEmpty() || own == registered) {
            continue;
        }
        const QString primary = m.nameOf(m.cast.primary);
        checks.push_back(
            m.answer("repmgr_slot", tr("Slot of %1 is repmgr's").arg(name), CheckResult::Warning,
                     registered.isEmpty() ? tr("it uses %1, and repmgr has registered none").arg(own)
                                          : tr("it uses %1, and repmgr has registered %2").arg(own, registered),
                     tr("repmgr lets it follow by its own way. %1 stays on %2 and holds WAL there: drop it "
                        "once %3 follows.")
                         .arg(own, primary, name),
                     name));
        checks.back().id += QLatin1Char(':') + name; // each is accepted by itself
    }
    return checks;
}

Check checkDaemons(const Managed &m)
{
    const QString title = m.way == Way::Native ? tr("No repmgrd would step in") : tr("repmgrd can be paused");
    QStringList unread, acting, others;
    bool silent = false;
    for (auto it = m.repmgr().members.begin(); it != m.repmgr().members.end(); ++it) {
        if (!it->daemonRuns) {
            unread.append(tr("%1: %2").arg(it.key(), it->error));
            silent = silent || m.isSilent(it.key());
        } else if (it->mayAct()) {
            acting.append(it.key());
        } else {
            others.append(*it->daemonRuns ? tr("%1: paused").arg(it.key()) : tr("%1: not running").arg(it.key()));
        }
    }
    std::sort(acting.begin(), acting.end());
    std::sort(others.begin(), others.end());
    if (!unread.isEmpty()) {
        return m.answer("repmgrd", title, CheckResult::Unknown, unread.join(QStringLiteral(", ")),
                        silent ? tr("Bring it back first, or take it out: repmgr standby unregister.")
                               : tr("Let the console's role read it: GRANT USAGE ON SCHEMA repmgr."));
    }
    if (!m.repmgr().strangers.isEmpty()) {
        // Where no other one is at work, theirs is not likely to be.
        return m.answer("repmgrd", title, acting.isEmpty() ? CheckResult::Warning : CheckResult::Unknown,
                        tr("registered with repmgr, and not in the cluster file: %1")
                            .arg(m.repmgr().strangers.join(QStringLiteral(", "))),
                        tr("A repmgrd there would neither be seen nor paused. Add it to the cluster file, or take it "
                           "out of repmgr: repmgr standby unregister, repmgr witness unregister."));
    }
    if (acting.isEmpty()) {
        return m.answer("repmgrd", title, CheckResult::Passed, others.join(QStringLiteral(", ")));
    }
    const QString evidence = tr("runs on %1").arg(acting.join(QStringLiteral(", ")));
    return m.way == Way::Native
               ? m.answer("repmgrd", title, CheckResult::Failed, evidence,
                          tr("It would promote somebody by itself: let repmgr switch over, or pause it "
                             "everywhere (repmgr service pause)."))
               : m.answer("repmgrd", title, CheckResult::Passed, tr("%1; paused meanwhile").arg(evidence));
}

/// repmgr's commands are run where they are meant to be: on the candidate for a switchover, on each node to put its own
/// metadata right.
Check checkPrograms(const Managed &m)
{
    const QString title = tr("repmgr can be run");
    QStringList there, missing;
    for (auto it = m.repmgr().members.begin(); it != m.repmgr().members.end(); ++it) {
        const bool needed =
            m.way == Way::Native || it.key() == m.nameOf(m.cast.candidate) || it.key() == m.nameOf(m.cast.primary);
        if (!it->program.isEmpty()) {
            there.append(tr("%1: %2").arg(it.key(), it->version));
        } else if (needed) {
            missing.append(tr("%1: %2").arg(it.key(), it->error.isEmpty() ? tr("no repmgr there") : it->error));
        }
    }
    std::sort(there.begin(), there.end());
    std::sort(missing.begin(), missing.end());
    return missing.isEmpty()
               ? m.answer("repmgr_program", title, CheckResult::Passed, there.join(QStringLiteral(", ")))
               : m.answer("repmgr_program", title, CheckResult::Failed, missing.join(QStringLiteral(", ")),
                          tr("Give each node, the witness as well, a command in the cluster file that runs as the "
                             "server's user."));
}

} // namespace

std::vector<Check> checkManager(const Facts &facts, const Cast &cast, Way way)
{
    const Managed m{facts, cast, way};
    std::vector<Check> checks{checkOwner(m)};
    if (facts.state.snapshot->manager != cluster::ManagerKind::Repmgr) {
        return checks;
    }
    if (!facts.repmgr || !facts.repmgr->error.isEmpty()) {
        checks.push_back(m.answer("repmgr_registered", tr("repmgr sees the cluster as it is"), CheckResult::Unknown,
                                  facts.repmgr ? facts.repmgr->error : tr("its metadata was not read"),
                                  tr("repmgr's metadata must be readable, to be left as it should be.")));
        return checks;
    }
    checks.push_back(checkRegistered(m));
    checks.push_back(checkDaemons(m));
    checks.push_back(checkPrograms(m));
    for (Check &check : way == Way::Manager ? checkOwnSlots(m) : std::vector<Check>()) {
        checks.push_back(std::move(check));
    }
    return checks;
}

} // namespace howdah::operations::switchover
