// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "cluster/clusterconfig.h"
#include "support/labserver.h"

namespace howdah::testsupport {

/// One or two servers on loopback ports, for anybody; root's run as postgres. pg1 is the primary, pg2 its standby with
/// slot pg2. Taken away by the destructor, or after a crash by the next one that starts.
class LocalCluster {
public:
    struct Options {
        int nodes = 1;
        int major = 0;  ///< 0: Debian's newest installed, else any that binaries() finds
        int system = 1; ///< clusters of one system share the system identifier; 2 is foreign to 1
        bool fsync = false;
        QStringList settings = {}; ///< "name=value", on every server
    };

    /// Where a major's programs are: Debian's, or those that tests/support/majors.sh fetched. Empty: there are none.
    static std::optional<QString> binaries(int major);
    /// Debian's newest installed major; 0 without one.
    static int newestMajor();

    static core::Result<std::unique_ptr<LocalCluster>> start(const Options &options);
    static core::Result<std::unique_ptr<LocalCluster>> start() { return start(Options()); }
    /// Takes away what dead owners left. start() does so too.
    static void sweep();
    ~LocalCluster();
    Q_DISABLE_COPY_MOVE(LocalCluster)

    QString directory() const { return m_directory; }
    /// 0 is pg1, 1 pg2.
    const LabServer &node(int index) const { return m_nodes.at(static_cast<size_t>(index)); }
    int nodeCount() const { return static_cast<int>(m_nodes.size()); }
    /// As a cluster file's value; commands run here.
    cluster::ClusterConfig config(const QString &user = QStringLiteral("dba")) const;

private:
    LocalCluster() = default;
    core::Result<QString> makeNode(const Options &options, const QString &bin, int index);
    QString nodeSettings(const Options &options, const LabServer &server) const;

    QString m_directory;
    std::vector<LabServer> m_nodes;
};

} // namespace howdah::testsupport
