// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <memory>

#ifndef Q_MOC_RUN // whose raw strings it does not read
#include "operations/address/gatewayscripts.h"
#endif
#include "support/commitclient.h"
#include "support/lab.h"

namespace howdah::integration {

/// How the gateways know which server is to be led to.
enum class Kind { State, Check };

inline const QString kSocket = QStringLiteral("/admin.sock");

/// A check that only the primary passes, as an application would ask. HAProxy gives $3 and $4, address and port.
inline constexpr const char *kRoleCheck = R"sh(#!/bin/sh
[ "$(PGCONNECT_TIMEOUT=3 psql -XAtq -h "$3" -p "$4" -U postgres -d postgres -c 'SELECT pg_is_in_recovery()')" = f ]
)sh";

inline bool write(const QString &path, const QByteArray &text, bool runs = false)
{
    QFile file(path);
    const bool done = file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
    return done && (!runs || file.setPermissions(file.permissions() | QFile::ExeOwner | QFile::ExeOther));
}

/// A lab with two gateways in front of it, hosts of their own that run HAProxy: each with its files in the same place,
/// and reached by ssh.
class GatewayHosts {
protected:
    static constexpr int kGateways = 2;

    QString gatewayIp(int gateway) const
    {
        return m_lab->floatingAddress().section(QLatin1Char('.'), 0, 2) + QStringLiteral(".%1").arg(200 + gateway);
    }
    QString directory(int gateway) const { return m_directory.filePath(QStringLiteral("gw%1").arg(gateway)); }
    QStringList prefix(int gateway, const char *user = "postgres") const
    {
        return {QStringLiteral("ssh"), QStringLiteral("-F"), m_lab->directory() + QStringLiteral("/ssh/config"),
                QStringLiteral("%1@%2").arg(QLatin1String(user), gatewayIp(gateway))};
    }
    testsupport::Output on(int gateway, const QStringList &argv) const
    {
        return testsupport::run(prefix(gateway, "root") + argv);
    }
    /// The same path on each of them leads to its own directory.
    QString shared() const { return m_directory.filePath(QStringLiteral("run")); }
    /// Each gateway has its application, which counts in a database of its own.
    static QString database(int gateway) { return QStringLiteral("of_gateway_%1").arg(gateway); }
    QString through(int gateway) const
    {
        return QStringLiteral("host=%1 port=5432 user=postgres dbname=%2").arg(gatewayIp(gateway), database(gateway));
    }
    /// How many acknowledged commits of that application a node does not have.
    qint64 lost(const testsupport::CommitClient &client, int gateway, int node) const
    {
        return client.missingAt(m_lab->node(node).conninfo(QStringLiteral("postgres"), database(gateway)));
    }
    void plug(int gateway) const;
    /// HAProxy's configuration, in which pg1 is led to.
    QByteArray configuration(int gateway, Kind kind, const char *level = "admin") const;
    void startHaproxy(int gateway, const QByteArray &configuration) const;
    void stopHaproxy(int gateway) const;
    /// At once, and without a word.
    void killHaproxy(int gateway) const;
    /// What HAProxy answers, asked without the console.
    QByteArray say(int gateway, const QString &line) const;
    /// The servers of its backend that take sessions: "first".
    QStringList takers(int gateway) const;
    /// What HAProxy calls the server of a node.
    static QString serverOf(int node)
    {
        return QStringList{QStringLiteral("first"), QStringLiteral("second"), QStringLiteral("third")}[node];
    }
    int sessionsOn(int gateway, int node) const;

    QTemporaryDir m_directory;
    std::unique_ptr<testsupport::Lab> m_lab;
};

/// A host as the lab's are, whose sshd and all that is started through it see shared() as their own directory. The lab
/// takes it away: it has names of the lab's.
inline void GatewayHosts::plug(int gateway) const
{
    QVERIFY(QDir().mkpath(directory(gateway)));
    const char *const script = R"sh(
set -eu
ns=$1-gw$2 cable=$3-$((7 + $2)) address=$4 lab=$5 own=$6 run=$7 key=$5/ssh/gw$2
ip netns add "$ns"
ip link add "$cable" type veth peer name eth0 netns "$ns"
ip link set "$cable" master "$3" up
in_host() { nsenter --net="/run/netns/$ns" -- "$@"; }
in_host ip link set lo up
in_host ip addr add "$address/24" dev eth0
in_host ip link set eth0 up
rm -f "$key" "$key.pub"
ssh-keygen -q -t ed25519 -N '' -C gateway -f "$key"
echo "$address $(cut -d' ' -f1,2 "$key.pub")" >>"$lab/ssh/known_hosts"
sed "s|^ListenAddress.*|ListenAddress $address|; s|^HostKey.*|HostKey $key|; s|^PidFile.*|PidFile $key.pid|" \
  "$lab/ssh/pg1.conf" >"$key.conf"
in_host unshare --mount --propagation private sh -c \
  'mount --bind "$1" "$2" && exec /usr/sbin/sshd -f "$3.conf" -E "$3.log"' gateway "$own" "$run" "$key"
)sh";
    const testsupport::Output up =
        testsupport::run({QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(script), QStringLiteral("plug"),
                          m_lab->namespacePrefix(), QString::number(gateway + 1), m_lab->linkPrefix(),
                          gatewayIp(gateway), m_lab->directory(), directory(gateway), shared()});
    QVERIFY2(up.ok(), up.err.constData());
    QTRY_VERIFY_WITH_TIMEOUT(on(gateway, {QStringLiteral("true")}).ok(), 20'000);
}

inline QByteArray GatewayHosts::configuration(int gateway, Kind kind, const char *level) const
{
    QString text = QStringLiteral("global\n  stats socket %1%2 user postgres mode 600 level %3\n  stats timeout 1m\n")
                       .arg(shared(), kSocket, QLatin1String(level));
    if (kind == Kind::Check) {
        text += QStringLiteral("  external-check\n  insecure-fork-wanted\n");
    }
    text += QStringLiteral("defaults\n  mode tcp\n  timeout connect 3s\n  timeout client 1h\n  timeout server 1h\n"
                           "listen pg_write\n  bind %1:5432\n")
                .arg(gatewayIp(gateway));
    if (kind == Kind::Check) {
        // By itself it would take 9 s to see that the primary is another.
        text += QStringLiteral("  option external-check\n  external-check path /usr/local/bin:/usr/bin:/bin\n"
                               "  external-check command %1\n  default-server check inter 3s fall 3 rise 3\n")
                    .arg(m_directory.filePath(QStringLiteral("role")));
    }
    for (int node = 0; node < m_lab->nodeCount(); ++node) {
        text += QStringLiteral("  server %1 %2:5432%3\n")
                    .arg(serverOf(node), m_lab->node(node).host,
                         kind == Kind::State && node > 0 ? QStringLiteral(" disabled") : QString());
    }
    return text.toUtf8();
}

inline void GatewayHosts::startHaproxy(int gateway, const QByteArray &configuration) const
{
    stopHaproxy(gateway);
    QVERIFY(write(directory(gateway) + QStringLiteral("/haproxy.cfg"), configuration));
    const testsupport::Output started = on(gateway, {QStringLiteral("haproxy"), QStringLiteral("-D"),
                                                     QStringLiteral("-f"), shared() + QStringLiteral("/haproxy.cfg"),
                                                     QStringLiteral("-p"), shared() + QStringLiteral("/pid")});
    QVERIFY2(started.ok(), started.err.constData());
}

inline void GatewayHosts::stopHaproxy(int gateway) const
{
    const QString stop = QStringLiteral("'pid=$(cat %1/pid 2>/dev/null) || exit 0; kill \"$pid\" 2>/dev/null; while "
                                        "kill -0 \"$pid\" 2>/dev/null; do sleep 0.02; done; rm -f %1/pid'")
                             .arg(shared());
    QVERIFY(on(gateway, {QStringLiteral("sh"), QStringLiteral("-c"), stop}).ok());
}

inline void GatewayHosts::killHaproxy(int gateway) const
{
    QFile file(directory(gateway) + QStringLiteral("/pid"));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QCOMPARE(::kill(file.readAll().trimmed().toInt(), SIGKILL), 0);
}

inline QByteArray GatewayHosts::say(int gateway, const QString &line) const
{
    return testsupport::run({QStringLiteral("sh"), QStringLiteral("-c"),
                             operations::address::saying("choose && say \"$1\" \"$2\""), QStringLiteral("say"),
                             directory(gateway) + kSocket, line})
        .out;
}

inline QStringList GatewayHosts::takers(int gateway) const
{
    QStringList names;
    for (const QByteArray &line : say(gateway, QStringLiteral("show stat pg_write 4 -1")).split('\n')) {
        const QList<QByteArray> cells = line.split(',');
        const QByteArray status = cells.value(17);
        if ((status.startsWith("UP") || status == "no check") && cells.value(18).toInt() > 0) { // its weight
            names.append(QString::fromLatin1(cells.value(1)));
        }
    }
    return names;
}

inline int GatewayHosts::sessionsOn(int gateway, int node) const
{
    for (const QByteArray &line : say(gateway, QStringLiteral("show stat pg_write 4 -1")).split('\n')) {
        const QList<QByteArray> cells = line.split(',');
        if (QString::fromLatin1(cells.value(1)) == serverOf(node)) {
            return cells.value(4).toInt();
        }
    }
    return -1;
}

} // namespace howdah::integration
