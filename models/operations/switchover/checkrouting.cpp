// SPDX-License-Identifier: GPL-3.0-or-later
// Do applications find the new primary?
#include <QCoreApplication>

#include "cluster/positions.h"
#include "operations/switchover/checks.h"

namespace howdah::operations::switchover {

using cluster::at;

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

Check checkAddress(const Facts &facts, const Cast &cast, const cluster::AddressConfig &address)
{
    const QString title = tr("Address %1 moves along").arg(address.name);
    const AddressFacts seen = facts.addresses.value(address.name);
    if (address.assign.isEmpty()) {
        return answer("addresses", title, CheckResult::Warning,
                      tr("not moved by this version: provider %1").arg(address.provider),
                      tr("Move it yourself as soon as the promotion is proved."));
    }
    if (!seen.error.isEmpty()) {
        return answer("addresses", title, CheckResult::Warning, tr("not reached from here: %1").arg(seen.error),
                      tr("It will be moved, and nothing will prove that it leads to the new primary."));
    }
    const auto &sample = facts.state.snapshot->nodes[at(cast.primary)].sample;
    const QString system = QString::number(sample->systemIdentifier.value_or(0));
    if (seen.systemIdentifier != system) {
        return answer("addresses", title, CheckResult::Failed,
                      tr("%1 leads to another cluster, system identifier %2").arg(address.ip, seen.systemIdentifier),
                      tr("Mend the ip of the address in the cluster file."));
    }
    return seen.writable
               ? answer("addresses", title, CheckResult::Passed, tr("%1 leads to the primary").arg(address.ip))
               : answer("addresses", title, CheckResult::Warning, tr("%1 leads to a standby now").arg(address.ip),
                        tr("It is moved to the new primary all the same."));
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
    return answer("poolers", title, CheckResult::Passed, evidence);
}

} // namespace

std::vector<Check> checkRouting(const Facts &facts, const Cast &cast)
{
    std::vector<Check> checks;
    for (const cluster::AddressConfig &address : facts.config.addresses) {
        if (address.follows == QLatin1String("primary")) {
            checks.push_back(checkAddress(facts, cast, address));
            checks.back().id += QLatin1Char(':') + address.name; // each is accepted by itself
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
