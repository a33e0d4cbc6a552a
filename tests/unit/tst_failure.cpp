// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <cerrno>
#include <cstring>

#include "postgres/conninfo.h"
#include "postgres/failure.h"

using howdah::cluster::LinkState;
using namespace howdah::postgres;

/// What libpq says of a failed connection, read back as a state; and connection strings.
class TestFailure : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void classifies_data();
    void classifies();
    void timeoutsTellWhatWasWaitedFor();
    void secretsStayOut();
    void parsesConninfo();
    void aSilentNameServerAccusesNoName();
    void rejectsConninfo();
    void keepsAndHidesPasswords();
    void severalHosts();
    void hostsOthersTell_data();
    void hostsOthersTell();
    void services();
    void roundTrip_data();
    void roundTrip();
};

namespace {
const QString kPrefix = QStringLiteral("connection to server at \"10.0.0.11\", port 5432 failed: ");

QString fatal(const char *sqlstate, const char *message, const char *function)
{
    return kPrefix + QStringLiteral("FATAL:  %1: %2\nLOCATION:  %3, file.c:123\n")
                         .arg(QLatin1String(sqlstate), QLatin1String(message), QLatin1String(function));
}
} // namespace

void TestFailure::classifies_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<ConnectPhase>("phase");
    QTest::addColumn<LinkState>("state");
    const auto row = [](const char *name, const QString &text, LinkState state,
                        ConnectPhase phase = ConnectPhase::Talking) { QTest::newRow(name) << text << phase << state; };
    row("refused", kPrefix + QString::fromLocal8Bit(std::strerror(ECONNREFUSED)), LinkState::Refused,
        ConnectPhase::Reaching);
    row("no socket",
        QStringLiteral("connection to server on socket \"/run/.s.PGSQL.5432\" failed: No such file or directory"),
        LinkState::Refused, ConnectPhase::Reaching);
    row("missing key file", QStringLiteral("could not open certificate file \"/x\": No such file or directory"),
        LinkState::Misconfigured);
    row("no route", kPrefix + QString::fromLocal8Bit(std::strerror(EHOSTUNREACH)), LinkState::Unreachable,
        ConnectPhase::Reaching);
    row("no network", kPrefix + QString::fromLocal8Bit(std::strerror(ENETUNREACH)), LinkState::Unreachable,
        ConnectPhase::Reaching);
    row("wrong password", fatal("28P01", "password authentication failed for user \"dba\"", "auth_failed"),
        LinkState::WrongPassword);
    row("wrong password, in German",
        QStringLiteral("FATAL:  28P01: Passwort-Authentifizierung fehlgeschlagen\nORT:  auth_failed, auth.c:1\n"),
        LinkState::WrongPassword);
    row("pg_hba", fatal("28000", "no pg_hba.conf entry for host \"10.0.0.1\"", "ClientAuthentication"),
        LinkState::RejectedByHba);
    row("role missing", fatal("28000", "role \"nobody\" does not exist", "InitializeSessionUserId"), LinkState::Failed);
    row("too many", fatal("53300", "sorry, too many clients already", "InitProcess"), LinkState::TooManyConnections);
    row("starting", fatal("57P03", "the database system is starting up", "ProcessStartupPacket"),
        LinkState::StartingUp);
    row("stopping", fatal("57P03", "the database system is shutting down", "ProcessStartupPacket"),
        LinkState::ShuttingDown);
    row("hot_standby is off",
        kPrefix + QStringLiteral("FATAL:  57P03: the database system is not accepting connections\n"
                                 "DETAIL:  Hot standby mode is disabled.\nLOCATION:  ProcessStartupPacket, "
                                 "postmaster.c:2458\n"),
        LinkState::Failed);
    const auto both = [](int first, int second) {
        return kPrefix + QString::fromLocal8Bit(std::strerror(first)) + QLatin1Char('\n') + kPrefix +
               QString::fromLocal8Bit(std::strerror(second));
    };
    row("one address refuses, the other is not reached", both(ECONNREFUSED, EHOSTUNREACH), LinkState::Unreachable,
        ConnectPhase::Reaching);
    row("no route to one address, the other refuses", both(ENETUNREACH, ECONNREFUSED), LinkState::Refused,
        ConnectPhase::Reaching);
    row("no such database", fatal("3D000", "database \"x\" does not exist", "InitPostgres"), LinkState::Failed);
    row("garbage", QStringLiteral("expected authentication request from server, but received H"),
        LinkState::NotPostgres);
    row("garbage for TLS", QStringLiteral("received invalid response to SSL negotiation: H"), LinkState::NotPostgres);
    row("silent close", QStringLiteral("server closed the connection unexpectedly"), LinkState::Failed);
    row("TLS wanted", QStringLiteral("server does not support SSL, but SSL was required"), LinkState::Misconfigured);
}

void TestFailure::classifies()
{
    QFETCH(QString, text);
    QFETCH(ConnectPhase, phase);
    QFETCH(LinkState, state);
    const Failure failure = classifyConnectError(text, phase, false, QStringLiteral("10.0.0.11:5432"));
    QCOMPARE(failure.link, state);
    QVERIFY(!failure.error.message.isEmpty());
    QVERIFY(!failure.error.hint.isEmpty());
    QVERIFY(!failure.error.message.contains(QLatin1String("LOCATION")));
}

void TestFailure::timeoutsTellWhatWasWaitedFor()
{
    const QString address = QStringLiteral("10.0.0.11:5432");
    QCOMPARE(connectTimeout(ConnectPhase::Reaching, 3000, address).link, LinkState::Unreachable);
    QCOMPARE(connectTimeout(ConnectPhase::Talking, 3000, address).link, LinkState::Unresponsive);
    QCOMPARE(connectTimeout(ConnectPhase::Resolving, 3000, address).link, LinkState::Unreachable);
    QVERIFY(connectTimeout(ConnectPhase::Talking, 3000, address).error.message.contains(QLatin1String("3 s")));
}

void TestFailure::secretsStayOut()
{
    const Failure failure = classifyConnectError(QStringLiteral("invalid option password=canary in \"x\""),
                                                 ConnectPhase::Reaching, false, QStringLiteral("h:1"));
    QVERIFY(!failure.error.message.contains(QLatin1String("canary")));
}

void TestFailure::parsesConninfo()
{
    const auto conninfo = Conninfo::parse(QStringLiteral("postgresql://dba@[fd00::1]:5433/orders?sslmode=require"));
    QVERIFY(conninfo);
    QCOMPARE(conninfo->value(QStringLiteral("user")), QStringLiteral("dba"));
    QCOMPARE(conninfo->value(QStringLiteral("sslmode")), QStringLiteral("require"));
    QCOMPARE(conninfo->address(), QStringLiteral("[fd00::1]:5433"));
    QCOMPARE(Conninfo::parse(QStringLiteral("host=/tmp port=5433"))->address(), QStringLiteral("/tmp/.s.PGSQL.5433"));
}

void TestFailure::aSilentNameServerAccusesNoName()
{
    const Failure missing = noSuchHost(QStringLiteral("db1"));
    QVERIFY(missing.link == LinkState::Misconfigured);
    const Failure silent = nameServerFailed(QStringLiteral("db1"));
    QVERIFY(silent.link == LinkState::Unreachable); // of which a console that is cut off is told
    QVERIFY(silent.error.message.contains(QLatin1String("db1")) && !silent.error.hint.isEmpty());
}

void TestFailure::rejectsConninfo()
{
    const auto unknown = Conninfo::parse(QStringLiteral("host=a hots=b"));
    QVERIFY(!unknown);
    QVERIFY(unknown.error().message.contains(QLatin1String("hots")));
    // Not even a part of a password is quoted, whatever libpq stumbles over.
    for (const char *text :
         {"host='a password=canary", "host=a password=my canary", "host=a sslpassword=my can\"canary x=1",
          "host=a PASSWORD = b canary host=c", "postgresql://u:canary%zz@h/d", "postgresql://u:my/canary@h/d",
          "postgresql://u:1/canary@h:x/d", "postgresql://u:canary/x@h/d", "postgresql://u:p@canary@h/d",
          "postgresql://u:p@canary@h:x/d"}) {
        const auto broken = Conninfo::parse(QString::fromLatin1(text));
        QVERIFY2(!broken || QByteArrayView(text).startsWith("postgresql://u:1/"), text);
        QVERIFY2(broken || !broken.error().message.contains(QLatin1String("canary")), text);
    }
    const auto before = Conninfo::parse(QStringLiteral("hots=a password=canary"));
    QVERIFY(!before && before.error().message.contains(QLatin1String("hots")));
    for (const char *port : {"70000", "0", "-1", "abc", "5432,65536"}) {
        const auto bad = Conninfo::parse(QStringLiteral("host=a,b port=%1").arg(QLatin1String(port)));
        QVERIFY2(!bad, port);
        QVERIFY2(bad.error().message.contains(QLatin1String("port")) && !bad.error().hint.isEmpty(), port);
    }
    QVERIFY(Conninfo::parse(QStringLiteral("host=a,b port=1,65535")));
    QVERIFY(Conninfo::parse(QStringLiteral("host=a,b port=,5433"))); // an empty one is the default
}

void TestFailure::keepsAndHidesPasswords()
{
    const auto conninfo = Conninfo::parse(QStringLiteral("host=a password='ca nary'"));
    QVERIFY(conninfo);
    QVERIFY(conninfo->hasPassword());
    QVERIFY(conninfo->toString().contains(QLatin1String("ca nary")));
    QVERIFY(!conninfo->with(QStringLiteral("password"), QString()).hasPassword());
}

void TestFailure::hostsOthersTell_data()
{
    QTest::addColumn<QString>("host");
    QTest::addColumn<bool>("usable");
    const auto row = [](const char *host, bool usable) { QTest::newRow(host) << QString::fromUtf8(host) << usable; };
    row("10.0.0.11", true);
    row("db-1.example_x.org", true);
    row("fd00::1", true);
    row("fe80::1%eth0", true);
    row("b\u00fccher.example", true);
    row("/var/run/postgresql", true);
    row("/run/my pg", true);
    row("@abstract", true);
    row("", false);
    row("10.0.0.11,10.0.0.12", false);
    row("db1 port=1", false);
    row("db1\nport=1", false);
    row("db1\x1b[31m", false);
    row("/run\npg", false);
    row("db1/path", false);
    row("user@db1", false);
    row("db1?x=1", false);
    row("'db1'", false);
    QTest::newRow("endless") << QString(2000, QLatin1Char('a')) << false;
}

void TestFailure::hostsOthersTell()
{
    QFETCH(QString, host);
    QTEST(Conninfo::isHost(host), "usable");
}

void TestFailure::severalHosts()
{
    const auto places = Conninfo::parse(QStringLiteral("host=a,b hostaddr=10.0.0.1,10.0.0.2 port=5433"))->places();
    QCOMPARE(places.size(), std::size_t(2));
    QCOMPARE(places.at(1).host, QStringLiteral("b"));
    QCOMPARE(places.at(1).hostaddr, QStringLiteral("10.0.0.2"));
    QCOMPARE(places.at(1).port, QStringLiteral("5433"));
}

void TestFailure::services()
{
    QTemporaryDir directory;
    QFile file(directory.filePath(QStringLiteral("services")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("# ours\n[other]\nhost=wrong\n[orders]\nhost=10.0.0.11\nport=6000\nuser=dba\n[last]\nhost=wrong\n");
    file.close();
    qputenv("PGSERVICEFILE", file.fileName().toLocal8Bit());
    const auto conninfo = Conninfo::parse(QStringLiteral("service=orders user=other"));
    QVERIFY(conninfo);
    QCOMPARE(conninfo->address(), QStringLiteral("10.0.0.11:6000"));
    QCOMPARE(conninfo->value(QStringLiteral("user")), QStringLiteral("other"));
    const auto missing = Conninfo::parse(QStringLiteral("service=nosuch"));
    QVERIFY(!missing);
    QVERIFY(missing.error().message.contains(QLatin1String("nosuch")));
    qunsetenv("PGSERVICEFILE");
}

void TestFailure::roundTrip_data()
{
    QTest::addColumn<QString>("value");
    for (const char *value : {"plain", "two words", "it's", "back\\slash", "quote\" and = sign", "/tmp/a b"}) {
        QTest::newRow(value) << QString::fromLatin1(value);
    }
}

void TestFailure::roundTrip()
{
    QFETCH(QString, value);
    const auto first = Conninfo::parse(QStringLiteral("host=a"))->with(QStringLiteral("dbname"), value);
    const auto again = Conninfo::parse(first.toString());
    QVERIFY(again);
    QCOMPARE(again->value(QStringLiteral("dbname")), value);
}

QTEST_GUILESS_MAIN(TestFailure)
#include "tst_failure.moc"
