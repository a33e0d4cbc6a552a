// SPDX-License-Identifier: GPL-3.0-or-later
// Whether those who must follow the candidate get into it, tried from where they are.
#include <QCoreApplication>

#include "cluster/positions.h"
#include "hosts/commandline.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/tryconnections.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// The followers by how it went.
struct Tried {
    QStringList in, out, unclear, untried;
    bool mustBeTold = false; ///< one whose host takes commands was not tried, or the old primary
};

Tried sorted(const Facts &facts, const Cast &cast, const QString &target)
{
    Tried all;
    std::vector<int> followers{cast.primary};
    followers.insert(followers.end(), cast.siblings.begin(), cast.siblings.end());
    for (const int follower : followers) {
        const QString &name = facts.state.snapshot->nodes[at(follower)].name;
        const Connection tried = facts.nodes.value(name).connections.value(target);
        const QString told = QStringLiteral("%1: %2").arg(name, tried.evidence);
        switch (tried.came) {
        case Connection::Came::In:
            all.in.append(name);
            break;
        case Connection::Came::ToPassword:
            all.in.append(tr("%1 (its password was not tried)").arg(name));
            break;
        case Connection::Came::Nowhere:
            all.out.append(told);
            break;
        case Connection::Came::Unclear:
            all.unclear.append(told);
            break;
        case Connection::Came::Untried:
            all.untried.append(tried.evidence.isEmpty() ? name : QStringLiteral("%1 (%2)").arg(name, tried.evidence));
            all.mustBeTold = all.mustBeTold || follower == cast.primary || facts.nodes.value(name).host.isPossible();
            break;
        }
    }
    return all;
}

} // namespace

Check checkConnections(const Facts &facts, const Cast &cast, const QString &target)
{
    const Tried all = sorted(facts, cast, target);
    const QString title = tr("Its followers get in");
    const auto answer = [&](CheckResult result, const QStringList &evidence, const QString &remedy = {}) {
        return made("followers_connect", tr("%1 can take over").arg(target), title, target, result,
                    evidence.join(QStringLiteral("; ")), remedy);
    };
    const QString conninfo = followerConninfo(facts, cast.primary, cast.candidate);
    const QString asIt = conninfo.isEmpty()
                             ? QString()
                             : tr(" On its host: %1")
                                   .arg(hosts::shellQuoted({QStringLiteral("psql"), QStringLiteral("-d"), conninfo,
                                                            QStringLiteral("-c"), QStringLiteral("IDENTIFY_SYSTEM")}));
    if (!all.out.isEmpty()) {
        return answer(CheckResult::Failed, all.out,
                      tr("It could not follow %1: see pg_hba.conf and the firewall there, and whether the address in "
                         "the cluster file leads from that host to %1.%2")
                          .arg(target, asIt));
    }
    const QString untried = tr("not tried from %1").arg(all.untried.join(QStringLiteral(", ")));
    if (!all.unclear.isEmpty() || all.mustBeTold) {
        return answer(CheckResult::Warning, all.unclear.isEmpty() ? QStringList{untried} : all.unclear,
                      tr("Try it as the server's user, or follow what it takes by hand afterwards.%1").arg(asIt));
    }
    QStringList evidence{all.in.join(QStringLiteral(", "))};
    if (!all.untried.isEmpty()) {
        evidence.append(untried);
    }
    return answer(CheckResult::Passed, evidence);
}

} // namespace howdah::operations::switchover
