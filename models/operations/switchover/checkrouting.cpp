// SPDX-License-Identifier: GPL-3.0-or-later
// Do applications find the new primary?
#include <QCoreApplication>

#include "cluster/positions.h"
#include "operations/peeraddress.h"
#include "operations/switchover/checks.h"
#include "operations/switchover/routingsteps.h"

namespace howdah::operations::switchover {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

Check answer(const char *id, const QString &title, CheckResult result, const QString &evidence,
             const QString &remedy = {})
{
    return made(id, tr("Afterwards"), title, {}, result, evidence, remedy);
}

/// Which of its databases lead to a node itself, and so to a standby afterwards: "orders (10.0.0.11:5432, pg1)".
QStringList leadingToNodes(const Facts &facts, const cluster::PoolerConfig &pooler)
{
    const auto &nodes = facts.state.snapshot->nodes;
    const auto &servers = facts.poolers.value(pooler.name).servers;
    QStringList all;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].kind != cluster::NodeKind::Data || !nodes[i].sample) {
            continue;
        }
        const auto [host, port] = addressForPeers(facts.config, facts.state, static_cast<int>(i));
        for (auto one = servers.begin(); one != servers.end(); ++one) {
            if ((pooler.databases.isEmpty() || pooler.databases.contains(one.key())) &&
                one.value() == QStringLiteral("%1:%2").arg(host, port)) {
                all.append(QStringLiteral("%1 (%2, %3)").arg(one.key(), one.value(), nodes[i].name));
            }
        }
    }
    all.sort();
    return all;
}

Check checkPooler(const Facts &facts, const cluster::PoolerConfig &pooler)
{
    const QString title = tr("Pooler %1 can be paused").arg(pooler.name);
    const PoolerFacts seen = facts.poolers.value(pooler.name);
    if (!seen.error.isEmpty()) {
        return answer("poolers", title, CheckResult::Failed, seen.error,
                      tr("Let the console's role into its admin console (admin_users), or take the pooler out of the "
                         "cluster file."));
    }
    QStringList missing;
    for (const QString &database : pooler.databases) {
        if (!seen.databases.contains(database)) {
            missing.append(database);
        }
    }
    if (!missing.isEmpty()) {
        return answer("poolers", title, CheckResult::Failed,
                      tr("it has no database %1").arg(missing.join(QStringLiteral(", "))),
                      tr("Mend databases of the pooler in the cluster file."));
    }
    // Who has paused it relies on its staying so; at the end of a switchover it would be resumed.
    QStringList ours, others;
    for (const QString &paused : seen.paused) {
        (paused == kAllPaused || pooler.databases.contains(paused) ? ours : others).append(paused);
    }
    if (!ours.isEmpty()) {
        return answer("poolers", title, CheckResult::Failed,
                      tr("paused by somebody else already: %1").arg(ours.join(QStringLiteral(", "))),
                      tr("Whoever waits behind it would be let in by this switchover. Find out who has paused it and "
                         "why, and send RESUME first, or take it out of the cluster file."));
    }
    const QString evidence =
        pooler.databases.isEmpty() ? tr("all its databases") : pooler.databases.join(QStringLiteral(", "));
    if (!others.isEmpty()) { // PAUSE and RESUME of everything don't touch what was paused by its name
        return answer("poolers", title, CheckResult::Warning,
                      tr("%1; left alone, since somebody else has paused it: %2")
                          .arg(evidence, others.join(QStringLiteral(", "))),
                      tr("It stays paused after the switchover, until whoever paused it sends RESUME."));
    }
    const QStringList direct = pooler.assign.isEmpty() ? leadingToNodes(facts, pooler) : QStringList();
    if (!direct.isEmpty()) {
        return answer("poolers", title, CheckResult::Warning,
                      tr("%1; to a node itself: %2").arg(evidence, direct.join(QStringLiteral(", "))),
                      tr("Applications behind it would stay with that node. Let it lead to an address that moves, or "
                         "write assign into its [[pooler]]: what leads it elsewhere."));
    }
    return answer("poolers", title, CheckResult::Passed, evidence);
}

} // namespace

std::vector<Check> checkRouting(const Facts &facts, const Cast &cast)
{
    std::vector<Check> checks;
    for (const cluster::AddressConfig &address : facts.config.addresses) {
        if (address.follows == QLatin1String("primary")) {
            const std::vector<Check> of = address::checksOf(moveOf(facts, cast, address));
            checks.insert(checks.end(), of.begin(), of.end());
        }
    }
    if (checks.empty()) {
        checks.push_back(answer("addresses", tr("Addresses move along"), CheckResult::Passed,
                                tr("the cluster file has none that follows the primary")));
    }
    for (const cluster::PoolerConfig &pooler : facts.config.poolers) {
        checks.push_back(checkPooler(facts, pooler));
        checks.back().id += QLatin1Char(':') + pooler.name;
    }
    return checks;
}

} // namespace howdah::operations::switchover
