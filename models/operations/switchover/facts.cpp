// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/facts.h"

#include <QHostAddress>
#include <QSet>
#include <algorithm>
#include <bit>

#include "cluster/positions.h"
#include "cluster/slotmath.h"

namespace howdah::operations::switchover {

using cluster::at;

const managers::AutoFailoverNode *AutoFailoverFacts::ofNode(const QString &node) const
{
    const qsizetype index = node.isEmpty() ? -1 : nodes.indexOf(node);
    return index < 0 ? nullptr : &members.at(static_cast<std::size_t>(index));
}

QString AutoFailoverFacts::nodeOf(const managers::AutoFailoverNode &member) const
{
    for (std::size_t i = 0; i < members.size(); ++i) {
        if (members[i].id == member.id && !nodes.value(static_cast<qsizetype>(i)).isEmpty()) {
            return nodes.value(static_cast<qsizetype>(i));
        }
    }
    return member.name;
}

Cast castFor(const cluster::ClusterState &state, const QString &target)
{
    Cast cast;
    const auto &nodes = state.snapshot->nodes;
    const cluster::Topology &topology = state.assessment->topology;
    cast.primary = topology.primary;
    for (int i = 0; i < static_cast<int>(nodes.size()); ++i) {
        const cluster::Place &place = topology.places[at(i)];
        if (place.sameAs >= 0 || nodes[at(i)].kind == cluster::NodeKind::Witness || i == cast.primary) {
            continue;
        }
        if (nodes[at(i)].name == target) {
            cast.candidate = i;
        } else if (place.upstream == cast.primary && cast.primary >= 0) {
            cast.siblings.push_back(i);
        } else {
            cast.others.push_back(i);
        }
    }
    return cast;
}

QString applicationNameOf(const Facts &facts, const Cast &cast, int node)
{
    for (const cluster::Edge &edge : facts.state.assessment->topology.edges) {
        if (edge.to == node && edge.sender && node != cast.primary) {
            return edge.sender->applicationName;
        }
    }
    const cluster::NodeStatus &status = facts.state.snapshot->nodes[at(node)];
    const QString registered = facts.repmgr ? facts.repmgr->members.value(status.name).name : QString();
    const QString clusterName = status.sample ? status.sample->setting(QLatin1String("cluster_name")) : QString();
    return !registered.isEmpty() ? registered : !clusterName.isEmpty() ? clusterName : status.name;
}

QString slotNameFor(const Facts &facts, const Cast &cast)
{
    const cluster::Snapshot &snapshot = *facts.state.snapshot;
    QString name;
    if (facts.repmgr) {
        name = facts.repmgr->members.value(snapshot.nodes[at(cast.primary)].name).slotName;
    }
    const QString base = name.isEmpty() ? snapshot.nodes[at(cast.primary)].name.toLower() : name;
    name.clear();
    for (const QChar letter : base) {
        const bool fits = (letter >= QLatin1Char('a') && letter <= QLatin1Char('z')) || letter.isDigit();
        name += fits && letter.unicode() < 128 ? letter : QLatin1Char('_');
    }
    name = name.left(60);
    QSet<QString> taken;
    for (const int sibling : cast.siblings) {
        const auto &sample = snapshot.nodes[at(sibling)].sample;
        taken.insert(sample ? sample->setting(QLatin1String("primary_slot_name")) : QString());
    }
    const auto &sample = snapshot.nodes[at(cast.candidate)].sample;
    for (const cluster::Slot &slot : sample ? sample->replicationSlots : std::vector<cluster::Slot>()) {
        // An idle physical slot of that very name was made for it by an earlier switchover.
        if (slot.slotName != name || slot.active || slot.slotType != QLatin1String("physical") ||
            cluster::isInvalidated(slot)) {
            taken.insert(slot.slotName);
        }
    }
    QString free = name;
    for (int n = 2; taken.contains(free); ++n) {
        free = name + QStringLiteral("_%1").arg(n);
    }
    return free;
}

namespace {

/// Length of a prefix whose netmask is written out, as pg_hba_file_rules does for both families.
int bitsOf(const QString &netmask)
{
    const QHostAddress mask(netmask);
    int bits = 0;
    if (mask.protocol() == QAbstractSocket::IPv4Protocol) {
        bits = std::popcount(mask.toIPv4Address());
    } else {
        const Q_IPV6ADDR bytes = mask.toIPv6Address();
        for (const quint8 byte : bytes.c) {
            bits += std::popcount(byte);
        }
    }
    return bits;
}

} // namespace

std::optional<bool> letsReplicate(const std::vector<HbaRule> &rules, const QString &user, const QString &address)
{
    const QHostAddress from(address);
    for (const HbaRule &rule : rules) {
        if (!rule.error.isEmpty() || rule.type == QLatin1String("local") || rule.type.isEmpty() ||
            !rule.databases.contains(QLatin1String("replication"))) {
            continue;
        }
        const bool unclearUser = std::any_of(rule.users.begin(), rule.users.end(), [](const QString &one) {
            return one.startsWith(QLatin1Char('+')) || one.startsWith(QLatin1Char('/'));
        });
        const bool namesUser = rule.users.contains(QLatin1String("all")) || rule.users.contains(user);
        if (!namesUser && !unclearUser) {
            continue;
        }
        const QHostAddress net(rule.address);
        const bool unclearAddress = rule.address != QLatin1String("all") && (net.isNull() || from.isNull());
        if (!unclearAddress && rule.address != QLatin1String("all") && !from.isInSubnet(net, bitsOf(rule.netmask))) {
            continue;
        }
        if ((unclearUser && !namesUser) || unclearAddress) {
            return std::nullopt;
        }
        return rule.method != QLatin1String("reject");
    }
    return false;
}

} // namespace howdah::operations::switchover
