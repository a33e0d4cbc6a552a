// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/syncrule.h"

#include "cluster/positions.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

std::optional<cluster::SyncNames> ruleOf(const Facts &facts, int node)
{
    const auto &sample = facts.state.snapshot->nodes[at(node)].sample;
    if (!sample || !sample->showsSetting(QLatin1String("synchronous_standby_names"))) {
        return std::nullopt;
    }
    return cluster::parseSyncNames(sample->setting(QLatin1String("synchronous_standby_names")));
}

} // namespace

std::optional<SyncRule> syncRuleAfter(const Facts &facts, const Cast &cast, Way way)
{
    const auto own = ruleOf(facts, cast.candidate);
    const auto old = ruleOf(facts, cast.primary);
    if (!own || !old) {
        return std::nullopt;
    }
    SyncRule rule;
    rule.handedOver = way == Way::Native && old->count > 0;
    rule.names = rule.handedOver ? cluster::swapped(*old, applicationNameOf(facts, cast, cast.candidate),
                                                    applicationNameOf(facts, cast, cast.primary))
                                 : *own;
    std::vector<int> followers = cast.siblings;
    followers.push_back(cast.primary);
    for (const int follower : followers) {
        const bool named = rule.names.names.contains(QLatin1String("*")) ||
                           rule.names.names.contains(applicationNameOf(facts, cast, follower), Qt::CaseInsensitive);
        rule.followers += named ? 1 : 0;
    }
    return rule;
}

} // namespace howdah::operations::switchover
