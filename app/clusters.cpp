// SPDX-License-Identifier: GPL-3.0-or-later
#include "clusters.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>

#include "app/demo/demoplace.h"
#include "core/redact.h"
#include "postgres/conninfo.h"

namespace howdah::app {

using core::Error;

namespace {
core::Result<cluster::ClusterConfig> fromConninfo(const QString &text)
{
    const auto conninfo = postgres::Conninfo::parse(text);
    if (!conninfo) {
        return tl::unexpected(conninfo.error());
    }
    cluster::ClusterConfig config;
    cluster::NodeConfig node;
    node.name = conninfo->places().front().host;
    if (node.name.isEmpty() || node.name.startsWith(QLatin1Char('/'))) {
        node.name = QStringLiteral("local");
    }
    node.conninfo = text;
    config.name = node.name;
    config.nodes.push_back(node);
    return config;
}
} // namespace

QString clustersDirectory()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericConfigLocation) + QStringLiteral("/howdah/clusters");
}

QStringList clusterFiles()
{
    QStringList paths;
    const QDir directory(clustersDirectory());
    const QStringList names = directory.entryList({QStringLiteral("*.toml")}, QDir::Files, QDir::Name);
    for (const QString &name : names) {
        paths << directory.filePath(name);
    }
    return paths;
}

core::Result<cluster::ClusterConfig> findCluster(const QString &cluster)
{
    if (cluster == QLatin1String("demo")) {
        const QString path = demo::demoClusterFile();
        if (!QFileInfo::exists(path)) {
            return core::failure(Error::Kind::NotFound, QStringLiteral("The demo cluster has not been made yet."),
                                 QStringLiteral("Start it with: howdah demo start"));
        }
        return cluster::readClusterFile(path);
    }
    if (QFileInfo(cluster).isFile() && cluster.contains(QLatin1Char('='))) {
        return cluster::readClusterFile(cluster);
    }
    if (cluster.contains(QLatin1Char('=')) || cluster.contains(QLatin1String("://"))) {
        return fromConninfo(cluster);
    }
    if (cluster.contains(QLatin1Char('/')) || cluster.endsWith(QLatin1String(".toml"))) {
        return cluster::readClusterFile(cluster);
    }
    const QString named = QDir(clustersDirectory()).filePath(cluster + QStringLiteral(".toml"));
    if (QFileInfo::exists(named)) {
        return cluster::readClusterFile(named);
    }
    QStringList known;
    const QStringList files = clusterFiles();
    for (const QString &path : files) {
        const auto config = cluster::readClusterFile(path);
        if (config && config->name == cluster) {
            return config;
        }
        known << QFileInfo(path).completeBaseName();
    }
    return core::failure(Error::Kind::NotFound, QStringLiteral("There is no cluster \"%1\".").arg(cluster),
                         known.isEmpty()
                             ? QStringLiteral("Make a cluster file with: howdah discover CONNINFO -o FILE. "
                                              "Files in %1 are known by name.")
                                   .arg(clustersDirectory())
                             : QStringLiteral("Known are: %1, and demo.").arg(known.join(QStringLiteral(", "))));
}

} // namespace howdah::app
