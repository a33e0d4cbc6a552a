// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include "discovered.h"
#include "monitor/completion.h"
#include "support/localcluster.h"

using namespace howdah;
using namespace howdah::testdiscovery;
using monitor::DiscoveredNode;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// What discovery tells others, and what of this console it keeps apart from what others say.
class TestDiscoveryTrust : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void passwordStaysHere_data();
    void passwordStaysHere();
    void environmentStaysHere_data();
    void environmentStaysHere();
    void pinnedAddressesAreKept();
};

namespace {

QString addresses(const Found &found)
{
    QStringList result;
    for (const DiscoveredNode &node : found->nodes) {
        result << node.address;
    }
    return result.join(QLatin1Char(' '));
}

/// Asks whoever comes for a password in clear text, and keeps what it hears.
class Rogue {
public:
    explicit Rogue(const QHostAddress &address = QHostAddress::LocalHost, int port = 0)
    {
        m_server.listen(address, static_cast<quint16>(port));
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            QTcpSocket *client = m_server.nextPendingConnection();
            QObject::connect(client, &QTcpSocket::readyRead, client, [this, client] {
                const QByteArray said = client->readAll();
                m_heard += said;
                const bool wantsTls = said.size() == 8 && said.endsWith(QByteArray::fromHex("04d2162f"));
                client->write(wantsTls ? QByteArray("N") : QByteArray("R\0\0\0\x08\0\0\0\3", 9));
            });
        });
    }
    int port() const { return m_server.serverPort(); }
    const QByteArray &heard() const { return m_heard; }

private:
    QTcpServer m_server;
    QByteArray m_heard;
};

// As repmgr has it, with one node that names no port.
constexpr const char *kRepmgrNodes =
    "CREATE SCHEMA repmgr; GRANT USAGE ON SCHEMA repmgr TO dba;"
    "CREATE TABLE repmgr.nodes AS SELECT 7 AS node_id, 1 AS upstream_node_id, true AS active, 'told' AS node_name,"
    " 'standby' AS type, '' AS location, 100 AS priority, 'host=127.0.0.1 user=repmgr' AS conninfo, '' AS slot_name,"
    " '' AS config_file;"
    "GRANT SELECT ON repmgr.nodes TO dba";

void writeFile(const QString &path, const QString &text)
{
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text.toUtf8()) > 0);
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
}

} // namespace

void TestDiscoveryTrust::passwordStaysHere_data()
{
    QTest::addColumn<QString>("source");
    for (const char *source : {"conninfo", "PGPASSWORD", "PGSERVICE", "passfile"}) {
        QTest::newRow(source) << QString::fromLatin1(source);
    }
}

// A server names another host: the password of the first connection does not go there, wherever it came from. Only
// what stands in .pgpass for that very host does.
void TestDiscoveryTrust::passwordStaysHere()
{
    QFETCH(QString, source);
    const auto started = LocalCluster::start({.nodes = 2});
    QVERIFY2(started, started ? "" : qPrintable(started.error().message));
    const LabServer &standbyServer = (*started)->node(1);
    Rogue rogue;
    QTemporaryDir directory;
    QString conninfo = standbyServer.conninfo();
    const bool fromFile = source == QLatin1String("passfile");
    if (source == QLatin1String("conninfo")) {
        conninfo += QStringLiteral(" password=geheim");
    } else if (source == QLatin1String("PGPASSWORD")) {
        qputenv("PGPASSWORD", "geheim");
    } else if (source == QLatin1String("PGSERVICE")) {
        writeFile(directory.filePath(QStringLiteral("services")), QStringLiteral("[orders]\npassword=geheim\n"));
        qputenv("PGSERVICEFILE", directory.filePath(QStringLiteral("services")).toUtf8());
        qputenv("PGSERVICE", "orders");
    } else {
        writeFile(directory.filePath(QStringLiteral("passwords")),
                  QStringLiteral("127.0.0.1:%1:*:dba:geheim\n").arg(rogue.port()));
        conninfo += QStringLiteral(" passfile=") + directory.filePath(QStringLiteral("passwords"));
    }
    QVERIFY(
        standbyServer.sql(QStringLiteral("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 port=%1 user=replicator'")
                              .arg(rogue.port())));
    QVERIFY(standbyServer.sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_COMPARE((*started)->node(0).value(QStringLiteral("SELECT count(*) FROM pg_stat_replication")),
                 QStringLiteral("0"));
    const Found found = discover(conninfo);
    for (const char *name : {"PGPASSWORD", "PGSERVICE", "PGSERVICEFILE"}) {
        qunsetenv(name);
    }
    QVERIFY(found);
    QVERIFY(rogue.heard().contains("howdah"));
    QCOMPARE(rogue.heard().contains("geheim"), fromFile);
    if (!fromFile) {
        const auto told = std::find_if(found->nodes.cbegin(), found->nodes.cend(), [&](const DiscoveredNode &node) {
            return node.address.endsWith(QStringLiteral(":%1").arg(rogue.port()));
        });
        QVERIFY2(told != found->nodes.cend(), qPrintable(addresses(found)));
        QVERIFY(told->wantsPassword && !told->reached);
        QVERIFY2(monitor::describe(*told).contains(QLatin1String(".pgpass")), qPrintable(monitor::describe(*told)));
        QVERIFY(!told->conninfo.contains(QLatin1String("geheim")));
    }
}

void TestDiscoveryTrust::environmentStaysHere_data()
{
    QTest::addColumn<QString>("teller");
    QTest::newRow("primary_conninfo") << QStringLiteral("primary_conninfo");
    QTest::newRow("repmgr.nodes") << QStringLiteral("repmgr.nodes");
}

// A server names a host and no port: that is 5432, whatever PGPORT says here.
void TestDiscoveryTrust::environmentStaysHere()
{
    QFETCH(QString, teller);
    const bool byRepmgr = teller == QLatin1String("repmgr.nodes");
    // With a standby that is not found otherwise, the sockets of this machine would be asked, the rogue's too.
    const auto started = LocalCluster::start({.nodes = byRepmgr ? 1 : 2});
    QVERIFY2(started, started ? "" : qPrintable(started.error().message));
    const LabServer &server = (*started)->node(byRepmgr ? 0 : 1);
    if (byRepmgr) {
        QVERIFY(server.sql(QStringLiteral("CREATE DATABASE repmgr")));
        QVERIFY(testsupport::sql(server.conninfo(QStringLiteral("postgres"), QStringLiteral("repmgr")),
                                 QString::fromLatin1(kRepmgrNodes)));
    } else {
        QVERIFY(server.sql(QStringLiteral("ALTER SYSTEM SET primary_conninfo = 'host=127.0.0.1 user=replicator'")));
        QVERIFY(server.sql(QStringLiteral("SELECT pg_reload_conf()")));
        QTRY_COMPARE((*started)->node(0).value(QStringLiteral("SELECT count(*) FROM pg_stat_replication")),
                     QStringLiteral("0"));
    }
    Rogue rogue;
    qputenv("PGPORT", QByteArray::number(rogue.port()));
    const Found found = discover(server.conninfo());
    qunsetenv("PGPORT");
    QVERIFY2(found, found ? "" : qPrintable(found.error().message));
    QCOMPARE(rogue.heard(), QByteArray());
    const auto at = [&](int port) {
        return std::any_of(found->nodes.cbegin(), found->nodes.cend(), [&](const DiscoveredNode &node) {
            return node.address == QStringLiteral("127.0.0.1:%1").arg(port);
        });
    };
    QVERIFY2(at(5432) && !at(rogue.port()), qPrintable(addresses(found)));
}

// One name and several addresses that it is pinned to: each is asked, with what was given for it, and no name server.
void TestDiscoveryTrust::pinnedAddressesAreKept()
{
    Rogue first;
    Rogue second(QHostAddress(QStringLiteral("127.0.0.2")), first.port());
    QVERIFY(second.port() == first.port());
    const Found found = discover(QStringLiteral("host=db.invalid,db.invalid hostaddr=127.0.0.1,127.0.0.2 port=%1 "
                                                "user=dba dbname=postgres password=geheim")
                                     .arg(first.port()));
    QVERIFY(!found); // neither lets anybody in
    QVERIFY2(first.heard().contains("geheim"), qPrintable(found.error().message));
    QVERIFY2(second.heard().contains("geheim"), qPrintable(found.error().message));
}

QTEST_GUILESS_MAIN(TestDiscoveryTrust)
#include "tst_discoverytrust.moc"
