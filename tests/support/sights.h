// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/sight.h"
#include "support/snapshots.h"

namespace howdah::testsupport {

/// No two servers are started in the same millisecond, by which they are told apart.
inline cluster::Snapshot startedApart(cluster::Snapshot snapshot)
{
    int seconds = 0;
    for (const cluster::NodeStatus &node : std::vector<cluster::NodeStatus>(snapshot.nodes)) {
        if (node.sample) {
            cluster::NodeSample &sample = edit(snapshot, node.name);
            sample.postmasterStartTime = sample.postmasterStartTime.addSecs(++seconds);
        }
    }
    return snapshot;
}

/// What answers on an address that leads to a node of the snapshot.
inline operations::address::Facts leadingTo(const cluster::Snapshot &snapshot, const QString &node)
{
    operations::address::Facts facts;
    for (const cluster::NodeStatus &one : snapshot.nodes) {
        if (one.name == node && one.sample) {
            facts.writable = !one.sample->inRecovery;
            facts.readOnly = one.sample->inRecovery;
            facts.systemIdentifier = QString::number(one.sample->systemIdentifier.value_or(0));
            facts.startedMs = one.sample->postmasterStartTime.toMSecsSinceEpoch();
        }
    }
    facts.serverVersion = QStringLiteral("17.5 (Debian 17.5-1)");
    facts.tls = QStringLiteral("TLSv1.3");
    facts.answerMs = 4;
    return facts;
}

/// The same of provider "host", whose host has it.
inline operations::address::Facts heldBy(const cluster::Snapshot &snapshot, const QString &node)
{
    operations::address::Facts facts = leadingTo(snapshot, node);
    facts.claims = {{node, QStringLiteral("eth0"), QStringLiteral("10.0.0.50/24")}};
    for (const cluster::NodeStatus &one : snapshot.nodes) {
        operations::address::Fitness fitness;
        if (one.name != node) {
            fitness.answering = {QStringLiteral("02:42:0a:00:00:0b")};
        }
        facts.fitness.insert(one.name, fitness);
    }
    return facts;
}

/// An address as it was seen again and again, the last time now.
inline operations::address::Sight sightOf(const cluster::ClusterState &state, const cluster::AddressConfig &address,
                                          const operations::address::Facts &facts)
{
    operations::address::Sight sight;
    sight.address = address;
    for (int i = 0; i < 2; ++i) {
        sight = operations::address::seenAnew(sight, facts, true, state);
    }
    return sight;
}

/// Four of them: to write and to read on the hosts, one that a program moves, and one that nobody answers on.
inline operations::address::Sights someSights(const cluster::ClusterState &state)
{
    const cluster::Snapshot &snapshot = *state.snapshot;
    const auto address = [](const char *name, const char *ip, const char *provider, const char *follows) {
        cluster::AddressConfig made;
        made.name = QLatin1String(name);
        made.ip = QLatin1String(ip);
        made.provider = QLatin1String(provider);
        made.follows = QLatin1String(follows);
        return made;
    };
    operations::address::Facts silent;
    silent.error = QStringLiteral("connection timed out");
    return {sightOf(state, address("write", "10.0.0.50", "host", "primary"), heldBy(snapshot, QStringLiteral("pg1"))),
            sightOf(state, address("read", "10.0.0.51", "host", "standby"), heldBy(snapshot, QStringLiteral("pg2"))),
            sightOf(state, address("gateway", "10.0.0.60", "command", "primary"),
                    leadingTo(snapshot, QStringLiteral("pg1"))),
            sightOf(state, address("office", "203.0.113.7", "command", "primary"), silent)};
}

} // namespace howdah::testsupport
