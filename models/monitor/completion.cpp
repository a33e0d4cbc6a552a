// SPDX-License-Identifier: GPL-3.0-or-later
#include "completion.h"

namespace howdah::monitor {

namespace {
bool onlyGuessed(const DiscoveredNode &node)
{
    // What asks for a password is a server, and then more than a guess.
    return !node.reached && !node.wantsPassword &&
           std::all_of(node.sources.cbegin(), node.sources.cend(), [](DiscoverySource source) {
               return source == DiscoverySource::Sender || source == DiscoverySource::LocalSocket;
           });
}

// A conninfo of several places may lead to any of them: each node that it led to gets one of its own.
bool leadsToOneNode(const QString &conninfo)
{
    const auto parsed = postgres::Conninfo::parse(conninfo);
    return !parsed || parsed->places().size() == 1;
}

// What was written keeps its name, also where it leads to another server now; whom discovery calls the same is called
// by its address.
void renameAllBut(std::size_t kept, std::vector<cluster::NodeConfig> &nodes, const QStringList &addresses)
{
    const auto isTaken = [&](const QString &name) {
        return std::any_of(nodes.cbegin(), nodes.cend(), [&](const auto &node) { return node.name == name; });
    };
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (i == kept || nodes[i].name != nodes[kept].name) {
            continue;
        }
        const QString &address = addresses.at(static_cast<qsizetype>(i));
        QString name = address;
        for (int number = 2; isTaken(name); ++number) {
            name = QStringLiteral("%1-%2").arg(address).arg(number);
        }
        nodes[i].name = name;
    }
}
} // namespace

bool needsDiscovery(const cluster::ClusterConfig &config)
{
    return config.nodes.size() == 1;
}

cluster::ClusterConfig completed(const cluster::ClusterConfig &config, const DiscoveryResult &found)
{
    cluster::ClusterConfig result = config;
    if (config.nodes.size() > 1) { // they are as somebody has named them: only who manages them was asked for
        if (result.manager == cluster::ManagerKind::Auto) {
            result.manager = found.manager;
        }
        return result;
    }
    result.nodes.clear();
    QStringList addresses;
    std::optional<std::size_t> written; // which of them is the one that was
    const bool keepsWritten = !config.nodes.empty() && leadsToOneNode(config.nodes.front().conninfo);
    for (const DiscoveredNode &node : found.nodes) {
        if (node.foreign || onlyGuessed(node)) {
            continue;
        }
        const auto proposed =
            std::find_if(found.config.nodes.cbegin(), found.config.nodes.cend(),
                         [&](const cluster::NodeConfig &candidate) { return candidate.name == node.name; });
        if (proposed == found.config.nodes.cend() || proposed->conninfo.isEmpty()) {
            continue;
        }
        cluster::NodeConfig taken = *proposed;
        const bool seed =
            std::find(node.sources.cbegin(), node.sources.cend(), DiscoverySource::Seed) != node.sources.cend();
        if (seed && keepsWritten) {
            const QString name = taken.name;
            const cluster::NodeKind kind = taken.kind;
            taken = config.nodes.front();
            taken.kind = kind;
            written = result.nodes.size();
            if (config.path.isEmpty()) {
                taken.name = name; // ours was only its host
            }
        }
        const auto conninfo = postgres::Conninfo::parse(taken.conninfo);
        if (!(seed && keepsWritten) && !node.given && conninfo) {
            taken.conninfo = conninfo->withPasswordWithheld().toString(); // nobody has confirmed that place
        }
        result.nodes.push_back(taken);
        addresses << node.address;
    }
    if (written) {
        renameAllBut(*written, result.nodes, addresses);
    }
    if (result.nodes.empty()) {
        result.nodes = config.nodes;
    }
    if (config.path.isEmpty() && !found.config.name.isEmpty()) {
        result.name = found.config.name;
    }
    if (result.manager == cluster::ManagerKind::Auto) {
        result.manager = found.manager;
    }
    if (result.autoFailoverMonitor.isEmpty()) {
        result.autoFailoverMonitor = found.config.autoFailoverMonitor;
    }
    if (!found.cutShort.isEmpty()) {
        result.warnings << found.cutShort + QStringLiteral(" Name them all in a cluster file.");
    }
    return result;
}

QString describe(const DiscoveredNode &node)
{
    QStringList sources;
    for (const DiscoverySource source : node.sources) {
        sources << toString(source);
    }
    QString text = QStringLiteral("from %1").arg(sources.join(QStringLiteral(", ")));
    if (!node.reached) {
        text += QStringLiteral("; %1").arg(node.error.message);
    }
    if (node.wantsPassword && !node.error.hint.isEmpty()) {
        text += QStringLiteral(" %1").arg(node.error.hint);
    }
    if (!node.note.isEmpty()) {
        text += QStringLiteral("; %1").arg(node.note);
    }
    return text;
}

} // namespace howdah::monitor
