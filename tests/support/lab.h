// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <vector>

#include "cluster/clusterconfig.h"
#include "support/labserver.h"

namespace howdah::testsupport {

/// Three hosts (or four) in network namespaces joined by a bridge, each with an address, sshd and a PostgreSQL server,
/// so that hosts, floating addresses and cut cables are real. Root only; this process reaches the hosts over the
/// bridge. Taken away by the destructor, or after a crash by the next lab that starts. See lab.sh, which does the work.
class Lab {
public:
    enum class Variant {
        Plain,        ///< pg1 primary, pg2 standby with slot pg2, pg3 cascading from pg2 with slot pg3
        Repmgr,       ///< pg1 primary, pg2 standby, pg3 witness (another system)
        Patroni,      ///< pg1 leader, pg2 and pg3 replicas; etcd on a fourth host
        AutoFailover, ///< pg_auto_failover: pg1 primary, pg2 and pg3 secondaries; its monitor on a fourth host
    };
    struct Options {
        bool cascading = true; ///< Plain: false lets pg3 follow pg1
        bool repmgrd = false;  ///< Repmgr: start its daemons
        bool sibling = false;  ///< Repmgr: pg3 is a second standby of pg1, and pg4 the witness
        bool fsync = false;
        bool ssh = true;
        int etcd = 3;              ///< Patroni: by which of its interfaces the store is spoken to, 3 or 2
        int major = 0;             ///< of Debian's servers; 0: the newest installed
        QStringList settings = {}; ///< "name=value", on every server
    };
    /// How a cable fails.
    enum class Cut {
        Unplugged, ///< after ARP gives up (3 s), "no route to host"
        Silent,    ///< as behind a router: packets vanish, nothing is ever said
    };

    /// False: QSKIP("needs root: network namespaces").
    static bool possible();
    static core::Result<std::unique_ptr<Lab>> start(Variant variant, const Options &options);
    static core::Result<std::unique_ptr<Lab>> start(Variant variant) { return start(variant, Options()); }
    /// Takes away the labs whose owners are gone. start() does so too.
    static Output sweep();
    ~Lab();
    Q_DISABLE_COPY_MOVE(Lab)

    Variant variant() const { return m_variant; }
    QString directory() const { return m_directory; }
    /// Begin of every name it has: namespaces, and bridge and cables.
    QString namespacePrefix() const { return m_namespace; }
    QString linkPrefix() const { return m_link; }
    qint64 startMilliseconds() const { return m_startMs; }

    /// 0 is pg1, 1 pg2, 2 pg3.
    const LabServer &node(int index) const { return m_nodes.at(static_cast<size_t>(index)); }
    int nodeCount() const { return static_cast<int>(m_nodes.size()); }
    /// The lab as a cluster file's value: conninfos, command and root_command over ssh, start and stop.
    cluster::ClusterConfig config(const QString &user = QStringLiteral("dba")) const;

    /// The node that takes writes, the witness aside; -1 unless there is exactly one.
    int primary() const;
    /// Of every data node, for an application that looks for the one that takes writes.
    QStringList conninfos(const QString &user = QStringLiteral("postgres")) const;

    /// Runs a command on the host, without ssh.
    Output exec(int index, const QStringList &argv, const QString &user = QStringLiteral("root")) const;
    /// What to put in front of a command to run it there over ssh.
    QStringList sshPrefix(int index, const QString &user = QStringLiteral("postgres")) const;

    bool cutCable(int index, Cut cut = Cut::Unplugged);
    bool plugCable(int index);
    /// Lets what one host sends to another vanish, this way only; this process still reaches both.
    bool dropTraffic(int from, int to) const;
    bool restoreTraffic(int from, int to) const;
    /// Lets all vanish that two hosts send to each other, both ways, and nobody is told; all else goes on.
    bool cutBetween(int one, int other) const;
    bool plugBetween(int one, int other) const;
    /// SIGSTOP or SIGCONT to every process of the host.
    bool freezeHost(int index) const;
    bool thawHost(int index) const;

    /// An address of the lab's network that no host has, for floating.
    QString floatingAddress() const { return m_subnet + QStringLiteral(".100"); }
    bool addAddress(int index, const QString &address) const;
    bool removeAddress(int index, const QString &address) const;
    bool hasAddress(int index, const QString &address) const;
    /// The name of the hosts' interface, and the bits of its network.
    static QString interface() { return QStringLiteral("eth0"); }
    static int prefixLength() { return 24; }

    /// repmgr with the node's configuration file, on its host.
    Output repmgr(int index, const QStringList &arguments) const;
    QString repmgrConfig(int index) const;
    QString patroniUrl(int index) const;
    /// Stops Patroni's own process with a signal (SIGTERM, SIGKILL, SIGSTOP, SIGCONT). SIGTERM takes PostgreSQL along.
    bool signalPatroni(int index, int signal) const;
    bool startPatroni(int index) const;
    /// pg_auto_failover's monitor, a server of another system; not one of the nodes.
    LabServer monitor() const { return serverOn(QStringLiteral("monitor"), 0); }
    QString monitorConninfo(const QString &user = QStringLiteral("dba")) const;
    /// The same for pg_autoctl, which takes the server along when it gets SIGTERM.
    bool signalAutoctl(int index, int signal) const;
    bool startAutoctl(int index) const;

private:
    Lab() = default;
    /// The witness is the last of them.
    int dataNodeCount() const { return m_variant == Variant::Repmgr ? nodeCount() - 1 : nodeCount(); }
    QString ns(int index) const;
    LabServer serverOn(const QString &host, int number) const;
    bool signalByFile(int index, const QString &pidFile, int signal) const;
    bool signalHost(int index, const QString &signal) const;
    void readEnvironment(const QByteArray &text);

    Variant m_variant = Variant::Plain;
    QString m_directory;
    QString m_namespace;
    QString m_link;
    QString m_subnet;
    QString m_bin;
    qint64 m_startMs = 0;
    std::vector<LabServer> m_nodes;
};

} // namespace howdah::testsupport
