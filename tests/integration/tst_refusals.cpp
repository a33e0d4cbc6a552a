// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QNetworkProxy>
#include <QTcpServer>
#include <QTcpSocket>

#include "monitorfixture.h"
#include "postgres/doorprobe.h"
#include "support/relay.h"

using namespace howdah;
using cluster::LinkState;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// Why there is no session: each refusal by its own name, and no server of ill will does harm.
class TestRefusals : public testsupport::MonitorFixture {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void rejectedByHba();
    void wrongPassword();
    void tooManyConnections();
    void nothingListens();
    void notPostgres();
    void unknownRole();
    void misconfigured();
    void hugeAnswerIsCut();
    void endedBeforeItAnswered();
    void endedAfterOneAnswer();
    void refreshIsNoPoll();
    void knocksAtTheDoorItself();

private:
    void rewriteHba(const LabServer &server, const QByteArray &lines);
};

void TestRefusals::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    startServers();
}

void TestRefusals::init()
{
    reviveServers();
}

void TestRefusals::cleanup()
{
    forget();
}

void TestRefusals::rewriteHba(const LabServer &server, const QByteArray &lines)
{
    const QString path = server.dataDir + QStringLiteral("/pg_hba.conf");
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly | QIODevice::Truncate));
    file.write(lines);
    file.close();
    QVERIFY(server.control({QStringLiteral("reload")}).ok());
}

void TestRefusals::rejectedByHba()
{
    const auto &server = m_servers->node(1);
    QFile hba(server.dataDir + QStringLiteral("/pg_hba.conf"));
    QVERIFY(hba.open(QIODevice::ReadOnly));
    const QByteArray before = hba.readAll();
    rewriteHba(server, "host all dba 127.0.0.1/32 reject\n" + before);
    watchConninfo(server.conninfo());
    QTRY_COMPARE(link(), key(LinkState::RejectedByHba));
    QCOMPARE(m_state.snapshot->nodes.front().linkError.sqlstate, QStringLiteral("28000"));
    rewriteHba(server, before);
    m_monitor->refresh(); // does not wait for the backoff
    QTRY_COMPARE(link(), key(LinkState::Up));
}

void TestRefusals::wrongPassword()
{
    const auto &server = m_servers->node(1);
    QFile hba(server.dataDir + QStringLiteral("/pg_hba.conf"));
    QVERIFY(hba.open(QIODevice::ReadOnly));
    const QByteArray before = hba.readAll();
    rewriteHba(server, "host all dba 127.0.0.1/32 scram-sha-256\n" + before);
    watchConninfo(server.conninfo() + QStringLiteral(" password=canary"));
    QTRY_COMPARE(link(), key(LinkState::WrongPassword));
    QCOMPARE(m_state.snapshot->nodes.front().linkError.sqlstate, QStringLiteral("28P01"));
    QVERIFY(!m_state.snapshot->nodes.front().linkError.message.contains(QLatin1String("canary")));
    watchConninfo(server.conninfo() + QStringLiteral(" passfile=/nonexistent"));
    QTRY_COMPARE(link(), key(LinkState::WrongPassword));
    rewriteHba(server, before);
}

void TestRefusals::tooManyConnections()
{
    const auto &server = m_servers->node(0);
    QVERIFY(server.sql(QStringLiteral("ALTER ROLE dba CONNECTION LIMIT 0")));
    watchConninfo(server.conninfo());
    QTRY_COMPARE(link(), key(LinkState::TooManyConnections));
    QCOMPARE(m_state.snapshot->nodes.front().linkError.sqlstate, QStringLiteral("53300"));
    QVERIFY(server.sql(QStringLiteral("ALTER ROLE dba CONNECTION LIMIT -1")));
    m_monitor->refresh();
    QTRY_COMPARE(link(), key(LinkState::Up));
}

void TestRefusals::nothingListens()
{
    QTcpServer placeholder; // a port that is free, and then nobody's
    QVERIFY(placeholder.listen(QHostAddress::LocalHost));
    const quint16 port = placeholder.serverPort();
    placeholder.close();
    watchConninfo(QStringLiteral("host=127.0.0.1 port=%1 user=dba dbname=postgres").arg(port));
    QTRY_COMPARE(link(), key(LinkState::Refused));
    watchConninfo(QStringLiteral("host=/nonexistent port=%1 user=dba dbname=postgres").arg(port));
    QTRY_COMPARE(link(), key(LinkState::Refused));
}

void TestRefusals::notPostgres()
{
    QTcpServer web;
    QVERIFY(web.listen(QHostAddress::LocalHost));
    connect(&web, &QTcpServer::newConnection, this, [&web] {
        QTcpSocket *client = web.nextPendingConnection();
        connect(client, &QTcpSocket::readyRead, client,
                [client] { client->write("HTTP/1.1 400 Bad Request\r\n\r\n"); });
    });
    for (const char *mode : {"disable", "require"}) {
        watchConninfo(QStringLiteral("host=127.0.0.1 port=%1 user=dba dbname=postgres sslmode=%2")
                          .arg(web.serverPort())
                          .arg(QLatin1String(mode)));
        QTRY_COMPARE(link(), key(LinkState::NotPostgres));
    }
}

void TestRefusals::unknownRole()
{
    watchConninfo(m_servers->node(0).conninfo(QStringLiteral("nosuchrole")));
    QTRY_COMPARE(link(), key(LinkState::Failed));
    QVERIFY(m_state.snapshot->nodes.front().linkError.message.contains(QLatin1String("nosuchrole")));
    watchConninfo(m_servers->node(0).conninfo(QStringLiteral("dba"), QStringLiteral("nosuchdb")));
    QTRY_COMPARE(link(), key(LinkState::Failed));
    QCOMPARE(m_state.snapshot->nodes.front().linkError.sqlstate, QStringLiteral("3D000"));
}

void TestRefusals::misconfigured()
{
    watchConninfo(QStringLiteral("host=127.0.0.1 hots=x"));
    QCOMPARE(link(), key(LinkState::Misconfigured));
    watchConninfo(QStringLiteral("host=name.invalid user=dba"));
    // A machine without a name server can't tell that there is no such name.
    const QStringList said{key(LinkState::Misconfigured), key(LinkState::Unreachable)};
    QTRY_VERIFY_WITH_TIMEOUT(said.contains(link()), 10'000);
    QVERIFY(m_state.snapshot->nodes.front().linkError.message.contains(QLatin1String("name.invalid")));
    watchConninfo(m_servers->node(0).conninfo() + QStringLiteral(" sslmode=require"));
    QTRY_COMPARE(link(), key(LinkState::Misconfigured));
}

// A server of ill will: it lets everybody in and then sends a row of a gigabyte, without end.
void TestRefusals::hugeAnswerIsCut()
{
    QTcpServer rogue;
    QVERIFY(rogue.listen(QHostAddress::LocalHost));
    const QByteArray welcome("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", 15);
    connect(&rogue, &QTcpServer::newConnection, this, [&] {
        QTcpSocket *client = rogue.nextPendingConnection();
        auto greeted = std::make_shared<bool>(false);
        connect(client, &QTcpSocket::readyRead, client, [client, welcome, greeted] {
            client->readAll();
            if (!*greeted) {
                *greeted = true;
                client->write(welcome);
                return;
            }
            client->write(QByteArray("D\x3f\xff\xff\xff\0\x01\x3f\xff\xff\xf0", 11));
            client->write(QByteArray(1 << 20, 'x'));
        });
        connect(client, &QTcpSocket::bytesWritten, client, [client, greeted] {
            if (*greeted && client->bytesToWrite() < (1 << 20) && client->property("flood").toBool()) {
                client->write(QByteArray(1 << 20, 'x'));
            }
            client->setProperty("flood", true);
        });
    });
    watchConninfo(QStringLiteral("host=127.0.0.1 port=%1 user=dba sslmode=disable").arg(rogue.serverPort()));
    QTRY_COMPARE_WITH_TIMEOUT(link(), key(LinkState::Failed), 10'000);
    QVERIFY(m_state.snapshot->nodes.front().linkError.message.contains(QLatin1String("64 MB")));
    QVERIFY(!sample());
    QVERIFY(m_state.assessment->verdict != cluster::Verdict::Ok);
}

// It lets everybody in, and ends each session at the first question: asked at the ticks, not in a loop.
void TestRefusals::endedBeforeItAnswered()
{
    QTcpServer door;
    QVERIFY(door.listen(QHostAddress::LocalHost));
    int sessions = 0;
    QByteArray lastWord;
    connect(&door, &QTcpServer::newConnection, this, [&] {
        ++sessions;
        QTcpSocket *client = door.nextPendingConnection();
        connect(client, &QTcpSocket::readyRead, client, [client, &lastWord, greeted = false]() mutable {
            client->readAll();
            if (!std::exchange(greeted, true)) {
                client->write(QByteArray("R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I", 15));
                return;
            }
            client->write(lastWord);
            client->disconnectFromHost();
        });
    });
    const QByteArray fatal("E\0\0\0\x1fSFATAL\0VFATAL\0C57P01\0Mend\0\0", 32);
    for (const auto &[words, state] : {std::pair(QByteArray(), LinkState::Failed), {fatal, LinkState::ShuttingDown}}) {
        lastWord = words;
        watchConninfo(QStringLiteral("host=127.0.0.1 port=%1 user=dba sslmode=disable").arg(door.serverPort()));
        QTRY_COMPARE(link(), key(state));
        const qint64 ticks = m_monitor->pollers().front()->cost().ticks;
        const int before = sessions;
        QTRY_VERIFY(m_monitor->pollers().front()->cost().ticks >= ticks + 3);
        QVERIFY2(sessions <= before + 4, qPrintable(QString::number(sessions - before)));
    }
}

// A proxy that has no patience: what it cuts at once, again and again, is not opened again at once.
void TestRefusals::endedAfterOneAnswer()
{
    testsupport::Relay relay(m_servers->node(0).host, m_servers->node(0).port);
    cluster::ClusterConfig config = m_servers->config();
    config.nodes.resize(1);
    config.nodes.front().conninfo =
        QStringLiteral("host=127.0.0.1 port=%1 user=dba dbname=postgres sslmode=disable").arg(relay.port());
    config.intervalMs = 200;
    watch(config);
    connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this, [&] {
        if (link() == key(LinkState::Up)) {
            relay.cut();
        }
    });
    QTRY_COMPARE(link(), key(LinkState::Failed)); // it is there, and does not let us stay
    const qint64 ticks = m_monitor->pollers().front()->cost().ticks;
    const int before = relay.sessions();
    QTRY_VERIFY(m_monitor->pollers().front()->cost().ticks >= ticks + 15);
    QVERIFY2(relay.sessions() <= before + 4, qPrintable(QString::number(relay.sessions() - before)));
}

// However often somebody asks, a node has not been silent for longer.
void TestRefusals::refreshIsNoPoll()
{
    cluster::ClusterConfig config;
    config.name = QStringLiteral("test");
    config.intervalMs = 60'000;
    config.nodes.push_back({});
    config.nodes.front().name = QStringLiteral("pg1");
    config.nodes.front().conninfo = QStringLiteral("host=/nonexistent user=dba");
    watch(config);
    QCOMPARE(link(), key(LinkState::Refused));
    const auto &poller = *m_monitor->pollers().front();
    for (int i = 0; i < 10; ++i) {
        m_monitor->refresh();
        m_monitor->refresh();
        QTRY_VERIFY(!poller.isWaiting());
    }
    QVERIFY2(poller.status().missedPolls <= 1, qPrintable(QString::number(poller.status().missedPolls)));
}

// Sessions use no proxy, so a proxy's answer says nothing of the server.
void TestRefusals::knocksAtTheDoorItself()
{
    QTcpServer door;
    QTcpServer proxy;
    QVERIFY(door.listen(QHostAddress::LocalHost) && proxy.listen(QHostAddress::LocalHost));
    QNetworkProxy::setApplicationProxy(
        QNetworkProxy(QNetworkProxy::HttpProxy, QStringLiteral("127.0.0.1"), proxy.serverPort()));
    postgres::DoorProbe probe;
    probe.knock({.host = QStringLiteral("127.0.0.1"), .port = QString::number(door.serverPort())}, 5000);
    const bool came = QTest::qWaitFor([&] { return door.hasPendingConnections() || proxy.hasPendingConnections(); });
    QNetworkProxy::setApplicationProxy(QNetworkProxy::NoProxy);
    QVERIFY(came && door.hasPendingConnections() && !proxy.hasPendingConnections());
}

QTEST_GUILESS_MAIN(TestRefusals)
#include "tst_refusals.moc"
