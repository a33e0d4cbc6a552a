// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <optional>

#include "operations/address/certificate.h"
#include "support/sights.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::operations::address;
using cluster::Verdict;

namespace {

cluster::ClusterState stateOf(const cluster::Snapshot &snapshot)
{
    return {std::make_shared<const cluster::Snapshot>(snapshot),
            std::make_shared<const cluster::Assessment>(cluster::assess(snapshot))};
}

} // namespace

/// What clients that verify a server's certificate would say of an address.
class TestAddressCertificate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isForWhomItNames_data();
    void isForWhomItNames();
    void isJudged_data();
    void isJudged();
    void whatIsWrongElsewhereGoesFirst();
    void staysWhileOnlyTheServerIsAsked();
    void oddServersAreTold_data();
    void oddServersAreTold();
    void nobodyThereIsTold();
};

void TestAddressCertificate::isForWhomItNames_data()
{
    QTest::addColumn<QStringList>("names");
    QTest::addColumn<QString>("host");
    QTest::addColumn<bool>("is");
    const auto row = [](const char *name, const QStringList &names, const char *host, bool is) {
        QTest::newRow(name) << names << QString::fromLatin1(host) << is;
    };
    const QString write = QStringLiteral("write.example.com");
    row("the same", {write}, "write.example.com", true);
    row("in other letters", {write}, "Write.Example.COM", true);
    row("one of several", {QStringLiteral("a"), write}, "write.example.com", true);
    row("another", {write}, "read.example.com", false);
    row("the end of it", {write}, "example.com", false);
    row("any below", {QStringLiteral("*.example.com")}, "write.example.com", true);
    row("not two below", {QStringLiteral("*.example.com")}, "a.write.example.com", false);
    row("not the domain", {QStringLiteral("*.example.com")}, "example.com", false);
    row("not with nothing before it", {QStringLiteral("*.example.com")}, ".example.com", false);
    row("an IP", {QStringLiteral("10.0.0.50")}, "10.0.0.50", true);
    row("another IP", {QStringLiteral("10.0.0.50")}, "10.0.0.51", false);
    row("IPv6 written otherwise", {QStringLiteral("fd00:0:0:0:0:0:0:1")}, "fd00::1", true);
    row("no wildcard for an IP", {QStringLiteral("*.0.0.50")}, "10.0.0.50", false);
    row("nobody", {}, "write.example.com", false);
}

void TestAddressCertificate::isForWhomItNames()
{
    QFETCH(QStringList, names);
    QFETCH(QString, host);
    QTEST(isFor(Certificate{names, QDateTime::currentDateTimeUtc(), {}}, host), "is");
}

void TestAddressCertificate::isJudged_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<int>("daysLeft");
    QTest::addColumn<QString>("error");
    QTest::addColumn<QString>("id");
    const QString write = QStringLiteral("write.example.com"), other = QStringLiteral("other.example.com"), none;
    QTest::newRow("matches") << write << 90 << none << none;
    QTest::newRow("no name is wanted") << none << 90 << none << none;
    QTest::newRow("other name") << other << 90 << none << QStringLiteral("address_tls_name");
    QTest::newRow("soon over") << write << 13 << none << QStringLiteral("address_certificate_expires");
    QTest::newRow("not so soon") << write << 14 << none << none;
    QTest::newRow("over") << write << -1 << none << QStringLiteral("address_certificate_expired");
    QTest::newRow("not seen") << other << 90 << QStringLiteral("no answer within 3000 ms")
                              << QStringLiteral("address_tls_unknown");
    QTest::newRow("not seen, and no name is wanted")
        << none << 90 << QStringLiteral("no answer within 3000 ms") << none;
}

void TestAddressCertificate::isJudged()
{
    QFETCH(QString, host);
    QFETCH(int, daysLeft);
    QFETCH(QString, error);
    const cluster::ClusterState state = stateOf(startedApart(healthyPair()));
    Sight sight = someSights(state).front();
    sight.address.host = host;
    Facts facts = sight.facts;
    facts.askedAt = QDateTime(QDate(2026, 11, 28), QTime(12, 0), Qt::UTC);
    facts.certificate = {{QStringLiteral("write.example.com")}, facts.askedAt.addDays(daysLeft), error};
    sight = sightOf(state, sight.address, facts);
    QTEST(sight.truth.id, "id");
    const Verdict wanted = sight.truth.id.isEmpty()                                 ? Verdict::Ok
                           : sight.truth.id == QLatin1String("address_tls_unknown") ? Verdict::Unknown
                                                                                    : Verdict::Warning;
    QVERIFY(sight.truth.verdict == wanted);
    QCOMPARE(sight.truth.remedy.isEmpty(), sight.truth.id.isEmpty());
    // Over a connection that is not encrypted nobody can tell, and nobody who wants the name is served.
    facts.tls.clear();
    facts.certificate = {};
    sight = sightOf(state, sight.address, facts);
    QCOMPARE(sight.truth.id, host.isEmpty() ? QString() : QStringLiteral("address_not_encrypted"));
}

void TestAddressCertificate::whatIsWrongElsewhereGoesFirst()
{
    const cluster::ClusterState state = stateOf(startedApart(healthyPair()));
    cluster::AddressConfig address = someSights(state).front().address;
    address.host = QStringLiteral("other.example.com");
    Facts facts = heldBy(*state.snapshot, QStringLiteral("pg2")); // a standby
    facts.askedAt = QDateTime::currentDateTimeUtc();
    facts.certificate = {{QStringLiteral("write.example.com")}, facts.askedAt.addDays(90), {}};
    QCOMPARE(sightOf(state, address, facts).truth.id, QStringLiteral("address_leads_to_standby"));
}

void TestAddressCertificate::staysWhileOnlyTheServerIsAsked()
{
    const cluster::ClusterState state = stateOf(startedApart(healthyPair()));
    Sight sight = someSights(state).front();
    sight.facts.certificate = {{QStringLiteral("a")}, QDateTime::currentDateTimeUtc().addDays(90), {}};
    Facts cheap = leadingTo(*state.snapshot, QStringLiteral("pg1"));
    QCOMPARE(seenAnew(sight, cheap, false, state).facts.certificate, sight.facts.certificate);
    Facts open = cheap;
    open.tls.clear(); // what was shown before is not shown now
    QVERIFY(!seenAnew(sight, open, false, state).facts.certificate.isKnown());
    QVERIFY(!seenAnew(sight, cheap, true, state).facts.certificate.isKnown());
}

void TestAddressCertificate::oddServersAreTold_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("error");
    QTest::newRow("no TLS") << QByteArray("N") << QStringLiteral("it offers no TLS");
    QTest::newRow("something else") << QByteArray("HTTP/1.1 400 Bad Request\r\n")
                                    << QStringLiteral("it does not answer as PostgreSQL does");
    QTest::newRow("more than it may") << QByteArray("Sxyz") << QStringLiteral("it does not answer as PostgreSQL does");
    QTest::newRow("nothing") << QByteArray() << QStringLiteral("no answer within 300 ms");
    QTest::newRow("no handshake") << QByteArray("S") << QStringLiteral("no answer within 300 ms");
}

void TestAddressCertificate::oddServersAreTold()
{
    QFETCH(QByteArray, answer);
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QByteArray asked;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [&, socket] {
            asked += socket->readAll();
            if (asked.size() == 8) {
                socket->write(answer);
            }
        });
    });
    std::optional<Certificate> seen;
    CertificateLook look;
    look.start(QStringLiteral("127.0.0.1"), server.serverPort(), QString(), 300,
               [&](const Certificate &certificate) { seen = certificate; });
    QTRY_VERIFY(seen);
    QTEST(seen->error, "error");
    QVERIFY(!seen->isKnown());
    QCOMPARE(asked.left(8), QByteArray::fromHex("0000000804d2162f"));
}

void TestAddressCertificate::nobodyThereIsTold()
{
    QTcpServer server; // a port that nobody listens on any more
    QVERIFY(server.listen(QHostAddress::LocalHost));
    const int port = server.serverPort();
    server.close();
    std::optional<Certificate> seen;
    CertificateLook look;
    look.start(QStringLiteral("127.0.0.1"), port, QString(), 3000,
               [&](const Certificate &certificate) { seen = certificate; });
    QVERIFY(!seen); // never from within the call
    QTRY_VERIFY(seen);
    QVERIFY(!seen->error.isEmpty() && !seen->isKnown());
}

QTEST_GUILESS_MAIN(TestAddressCertificate)
#include "tst_addresscertificate.moc"
