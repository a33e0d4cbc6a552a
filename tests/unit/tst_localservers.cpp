// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTcpServer>
#include <QTest>

#include "monitor/localservers.h"

using namespace howdah::monitor;

class TestLocalServers : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void unixSockets();
    void sameUsers();
    void strangersAreLeftAlone();
    void thisMachine();
};

namespace {
// As proc(5) has it: port 5441 is 0x1541, 5442 0x1542, 5443 0x1543, 6000 0x1770, 22 0x0016.
const QByteArray kTables =
    "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
    "   0: 0100007F:1770 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 1 1 0 100 0 0 10 0\n"
    "   1: 0100007F:1543 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 2 1 0 100 0 0 10 0\n"
    "   2: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 3 1 0 100 0 0 10 0\n"
    "   3: 0100007F:1541 00000000:0000 0A 00000000:00000000 00:00000000 00000000   104        0 4 1 0 100 0 0 10 0\n"
    "   4: 0100007F:9999 0100007F:1541 01 00000000:00000000 00:00000000 00000000   104        0 5 1 0 100 0 0 10 0\n"
    "  sl  local_address                         remote_address                        st tx_queue rx_queue\n"
    "   0: 00000000000000000000000001000000:1542 00000000000000000000000000000000:0000 0A 00000000:00000000 "
    "00:00000000 00000000   104        0 6 1 0 100 0 0 10 0\n"
    "   1: 00000000000000000000000001000000:1543 00000000000000000000000000000000:0000 0A 00000000:00000000 "
    "00:00000000 00000000   104        0 7 1 0 100 0 0 10 0\n"
    "garbage\n";
} // namespace

void TestLocalServers::unixSockets()
{
    const QByteArray table = "Num       RefCount Protocol Flags    Type St Inode Path\n"
                             "0000000000000000: 00000002 00000000 00010000 0001 01 101 /run/postgresql/.s.PGSQL.5432\n"
                             "0000000000000000: 00000002 00000000 00010000 0001 01 102 /tmp/x/.s.PGSQL.5433\n"
                             "0000000000000000: 00000002 00000000 00010000 0001 01 103 /tmp/y/.s.PGSQL.5433\n"
                             "0000000000000000: 00000002 00000000 00010000 0001 01 104 /run/other.sock\n";
    QCOMPARE(portsOfUnixSockets(table), (QList<int>{5432, 5433}));
    QVERIFY(portsOfUnixSockets({}).isEmpty());
}

void TestLocalServers::sameUsers()
{
    // Nearest first, each once, none that is known, none that only talks.
    QCOMPARE(portsOfSameUsers(kTables, {5441}), (QList<int>{5442, 5443, 6000}));
    QCOMPARE(portsOfSameUsers(kTables, {5443, 5441}), (QList<int>{5442, 6000}));
}

void TestLocalServers::strangersAreLeftAlone()
{
    QVERIFY(portsOfSameUsers(kTables, {22}).isEmpty());
    QVERIFY(portsOfSameUsers(kTables, {7777}).isEmpty());
    QVERIFY(portsOfSameUsers(kTables, {}).isEmpty());
    QVERIFY(portsOfSameUsers({}, {5441}).isEmpty());
}

void TestLocalServers::thisMachine()
{
    QTcpServer known;
    QTcpServer other;
    QVERIFY(known.listen(QHostAddress::LocalHost));
    QVERIFY(other.listen(QHostAddress::LocalHostIPv6) || other.listen(QHostAddress::LocalHost));
    QVERIFY(localServerPorts({known.serverPort()}).size() <= 16);
    QFile tcp(QStringLiteral("/proc/net/tcp"));
    QVERIFY(tcp.open(QIODevice::ReadOnly));
    QFile tcp6(QStringLiteral("/proc/net/tcp6"));
    const QByteArray tables = tcp.readAll() + (tcp6.open(QIODevice::ReadOnly) ? tcp6.readAll() : QByteArray());
    QVERIFY(portsOfSameUsers(tables, {known.serverPort()}).contains(other.serverPort()));
}

QTEST_GUILESS_MAIN(TestLocalServers)
#include "tst_localservers.moc"
