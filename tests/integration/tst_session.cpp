// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTcpServer>
#include <QTest>
#include <signal.h>

#include "cluster/topology.h"
#include "postgres/session.h"
#include "support/localcluster.h"

using namespace howdah;
using postgres::Failure;
using postgres::Session;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// One session against a real server: what it says when it ends, whatever it was doing.
class TestSession : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void terminatedWhileIdle();
    void terminatedInABatch();
    void stoppedWhileIdle_data();
    void stoppedWhileIdle();
    void opensAgain();
    void triesTheNextWhenOneIsSilent();
    void namesWhoWasSilent();
    void tellsTheFurthestOfSeveralSilent();
    void chosenByItsRole_data();
    void chosenByItsRole();
    void saysThatANameWasNotResolved();
    void hangsInABatch();
    void cutsOffWhoSendsTooMuch();
    void tellsOfNotifications();

private:
    void start(const postgres::Conninfo &conninfo, const postgres::SessionOptions &options);
    void open();
    const LabServer &server() const { return m_servers->node(0); }
    bool terminate() const
    {
        return server().sql(QStringLiteral("SELECT pg_terminate_backend(%1)").arg(m_session->backendPid())).has_value();
    }

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<Session> m_session;
    QList<Failure> m_failures;
};

void TestSession::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    auto servers = LocalCluster::start();
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
}

void TestSession::init()
{
    if (server().pid() == 0) {
        QVERIFY(server().start().ok());
    }
}

void TestSession::cleanup()
{
    m_session.reset();
    m_failures.clear();
    qunsetenv("PGTARGETSESSIONATTRS");
}

void TestSession::start(const postgres::Conninfo &conninfo, const postgres::SessionOptions &options)
{
    m_session = std::make_unique<Session>(conninfo, options);
    connect(m_session.get(), &Session::failed, this, [this](const Failure &failure) { m_failures << failure; });
    m_session->open();
}

void TestSession::open()
{
    const auto conninfo = postgres::Conninfo::parse(server().conninfo());
    QVERIFY(conninfo);
    start(*conninfo, postgres::SessionOptions{});
    QTRY_VERIFY(m_session->isOpen());
}

void TestSession::terminatedWhileIdle()
{
    open();
    QVERIFY(terminate());
    QTRY_COMPARE(m_failures.size(), 1);
    QCOMPARE(m_failures.first().error.sqlstate, QStringLiteral("57P01"));
    QVERIFY2(m_failures.first().error.message.contains(QLatin1String("administrator command")),
             qPrintable(m_failures.first().error.message));
    QVERIFY(!m_session->isOpen());
}

void TestSession::terminatedInABatch()
{
    open();
    bool done = false;
    m_session->run({{QByteArray(), "SELECT pg_sleep(1.5)"}}, [&](const auto &) { done = true; });
    QTRY_COMPARE(
        server().value(
            QStringLiteral("SELECT wait_event FROM pg_stat_activity WHERE pid = %1").arg(m_session->backendPid())),
        QStringLiteral("PgSleep"));
    QVERIFY(terminate());
    QTRY_COMPARE(m_failures.size(), 1);
    QCOMPARE(m_failures.first().error.sqlstate, QStringLiteral("57P01"));
    QVERIFY(!done);
}

void TestSession::stoppedWhileIdle_data()
{
    QTest::addColumn<QString>("mode");
    QTest::addColumn<QString>("sqlstate");
    QTest::newRow("fast") << QStringLiteral("fast") << QStringLiteral("57P01");
    QTest::newRow("immediate") << QStringLiteral("immediate") << QStringLiteral("57P01");
}

void TestSession::stoppedWhileIdle()
{
    QFETCH(QString, mode);
    QFETCH(QString, sqlstate);
    open();
    QVERIFY(server().stop(mode).ok());
    QTRY_COMPARE(m_failures.size(), 1);
    QCOMPARE(m_failures.first().error.sqlstate, sqlstate);
    QCOMPARE(cluster::linkKey(m_failures.first().link), cluster::linkKey(cluster::LinkState::ShuttingDown));
}

// What one connection said last is not said of the next.
void TestSession::opensAgain()
{
    open();
    QVERIFY(terminate());
    QTRY_COMPARE(m_failures.size(), 1);
    m_session->open();
    QTRY_VERIFY(m_session->isOpen());
    int rows = 0;
    m_session->run({{"one", "SELECT 1"}},
                   [&](const std::vector<core::Result<postgres::Rows>> &results) { rows = results.front()->count(); });
    QTRY_COMPARE(rows, 1);
    QCOMPARE(::kill(m_session->backendPid(), SIGKILL), 0); // it has no time for a word
    QTRY_COMPARE(m_failures.size(), 2);
    QCOMPARE(cluster::linkKey(m_failures.last().link), cluster::linkKey(cluster::LinkState::Down));
    QCOMPARE(m_failures.last().error.sqlstate, QString());
}

// Of several places the first accepts and says nothing: the next one has its turn.
void TestSession::triesTheNextWhenOneIsSilent()
{
    QTcpServer silent; // whoever connects is accepted by the kernel and left alone
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    const auto own = postgres::Conninfo::parse(server().conninfo());
    QVERIFY(own);
    const auto conninfo =
        own->with(QStringLiteral("host"), QStringLiteral("127.0.0.1,%1").arg(server().host))
            .with(QStringLiteral("port"), QStringLiteral("%1,%2").arg(silent.serverPort()).arg(server().port));
    start(conninfo, postgres::SessionOptions{.connectMs = 300});
    QTRY_VERIFY(m_session->isOpen());
    QCOMPARE(m_session->peer().port, QString::number(server().port));
    QVERIFY(m_failures.isEmpty());
}

void TestSession::namesWhoWasSilent()
{
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress::LocalHost));
    QTcpServer gone;
    QVERIFY(gone.listen(QHostAddress(QStringLiteral("127.0.0.2"))));
    const auto conninfo =
        postgres::Conninfo::parse(QStringLiteral("hostaddr=127.0.0.1,127.0.0.2 port=%1,%2 dbname=postgres user=x")
                                      .arg(silent.serverPort())
                                      .arg(gone.serverPort()));
    gone.close();
    QVERIFY(conninfo);
    start(*conninfo, postgres::SessionOptions{.connectMs = 300});
    QTRY_COMPARE(m_failures.size(), 1);
    // One of them may be the server's, so that the other's refusal does not mean that it is stopped.
    QCOMPARE(cluster::linkKey(m_failures.first().link), cluster::linkKey(cluster::LinkState::Unresponsive));
    QVERIFY2(m_failures.first().error.message.startsWith(QLatin1String("127.0.0.1 accepts connections")),
             qPrintable(m_failures.first().error.message));
}

void TestSession::chosenByItsRole_data()
{
    QTest::addColumn<QString>("asked");
    QTest::addColumn<QString>("environment");
    QTest::addColumn<int>("places");
    QTest::addColumn<bool>("opens");
    const QString none;
    const auto asked = [](const char *role) {
        return QStringLiteral(" target_session_attrs=%1").arg(QLatin1String(role));
    };
    const QString standby = QStringLiteral("standby");
    QTest::newRow("read-write") << asked("read-write") << none << 1 << true;
    QTest::newRow("read-only") << asked("read-only") << none << 1 << false;
    QTest::newRow("primary") << asked("primary") << none << 1 << true;
    QTest::newRow("the environment, of one place") << none << standby << 1 << true;
    QTest::newRow("the environment, of several places") << none << standby << 2 << false;
    QTest::newRow("the conninfo before the environment") << asked("read-write") << standby << 2 << true;
}

// Our own sessions only read: what the conninfo asks for is meant of the server. This one is a primary.
void TestSession::chosenByItsRole()
{
    QFETCH(QString, asked);
    QFETCH(QString, environment);
    QFETCH(int, places);
    QFETCH(bool, opens);
    if (!environment.isEmpty()) {
        qputenv("PGTARGETSESSIONATTRS", environment.toUtf8());
    }
    const auto conninfo = postgres::Conninfo::parse(QStringLiteral("host=%1 port=%2 user=dba dbname=postgres%3")
                                                        .arg(QStringList(places, server().host).join(QLatin1Char(',')))
                                                        .arg(server().port)
                                                        .arg(asked));
    QVERIFY(conninfo);
    start(*conninfo, postgres::SessionOptions{});
    QTRY_VERIFY(m_session->isOpen() || !m_failures.isEmpty());
    const QString why = m_failures.isEmpty() ? QString() : m_failures.first().error.message;
    QVERIFY2(m_session->isOpen() == opens, qPrintable(why));
    QVERIFY2(opens || why.contains(QLatin1String("not in hot standby mode")), qPrintable(why));
}

// One accepts and is frozen, the other not even that: the server's silence is what is told. With an IPv6 address as
// people write it.
void TestSession::tellsTheFurthestOfSeveralSilent()
{
    QTcpServer silent;
    QVERIFY(silent.listen(QHostAddress(QStringLiteral("::1"))));
    QTcpServer other;
    QVERIFY(other.listen(QHostAddress::LocalHost));
    const auto conninfo =
        postgres::Conninfo::parse(QStringLiteral("hostaddr=0:0:0:0:0:0:0:1,127.0.0.1 port=%1,%2 dbname=postgres user=x")
                                      .arg(silent.serverPort())
                                      .arg(other.serverPort()));
    QVERIFY(conninfo);
    start(*conninfo, postgres::SessionOptions{.connectMs = 300});
    QTRY_COMPARE(m_failures.size(), 1);
    QCOMPARE(cluster::linkKey(m_failures.first().link), cluster::linkKey(cluster::LinkState::Unresponsive));
    QVERIFY2(m_failures.first().error.message.contains(QLatin1String("::1")),
             qPrintable(m_failures.first().error.message));
}

// The deadline passes before the name server can have answered: nothing is said of a host that nobody has tried.
void TestSession::saysThatANameWasNotResolved()
{
    const auto conninfo = postgres::Conninfo::parse(QStringLiteral("host=db1.howdah.invalid dbname=postgres user=x"));
    QVERIFY(conninfo);
    start(*conninfo, postgres::SessionOptions{.connectMs = 0});
    QTRY_COMPARE(m_failures.size(), 1);
    QCOMPARE(cluster::linkKey(m_failures.first().link), cluster::linkKey(cluster::LinkState::Unreachable));
    QVERIFY2(m_failures.first().error.message.contains(QLatin1String("was not resolved")),
             qPrintable(m_failures.first().error.message));
}

// A backend that stops in the middle of a batch: our own deadline ends it, not the network's.
void TestSession::hangsInABatch()
{
    const auto conninfo = postgres::Conninfo::parse(server().conninfo());
    QVERIFY(conninfo);
    start(*conninfo, postgres::SessionOptions{.batchMs = 500});
    QTRY_VERIFY(m_session->isOpen());
    const int backend = m_session->backendPid();
    QCOMPARE(::kill(backend, SIGSTOP), 0);
    bool done = false;
    m_session->run({{QByteArray(), "SELECT 1"}}, [&](const auto &) { done = true; });
    QTRY_COMPARE(m_failures.size(), 1);
    QCOMPARE(::kill(backend, SIGCONT), 0);
    QCOMPARE(cluster::linkKey(m_failures.first().link), cluster::linkKey(cluster::LinkState::Unresponsive));
    QVERIFY2(m_failures.first().error.message.contains(QLatin1String("did not answer")),
             qPrintable(m_failures.first().error.message));
    QVERIFY(!done);
    QVERIFY(!m_session->isOpen());
}

// On a Unix socket, too, where the kernel counts nothing.
void TestSession::cutsOffWhoSendsTooMuch()
{
    const auto own = postgres::Conninfo::parse(server().conninfo());
    QVERIFY(own);
    for (const QString &host : {server().host, server().socketDir}) {
        m_failures.clear();
        start(own->with(QStringLiteral("host"), host),
              postgres::SessionOptions{.batchMs = 20'000, .maxBatchBytes = 4 << 20});
        QTRY_VERIFY(m_session->isOpen());
        bool done = false;
        m_session->run({{QByteArray(), "SELECT repeat('x', 1000) FROM generate_series(1, 50000)"}},
                       [&](const auto &) { done = true; });
        QTRY_VERIFY_WITH_TIMEOUT(done || !m_failures.isEmpty(), 20'000);
        QVERIFY2(!done, qPrintable(host));
        QVERIFY2(m_failures.first().error.message.contains(QLatin1String("sent over 4 MB")),
                 qPrintable(m_failures.first().error.message));
    }
}

/// While it is idle and while it asks, in their order; a payload is anybody's text.
void TestSession::tellsOfNotifications()
{
    start(*postgres::Conninfo::parse(server().conninfo()), {});
    open();
    QStringList heard;
    connect(m_session.get(), &Session::notified, this,
            [&](const QString &channel, const QString &payload) { heard << channel + QLatin1Char(' ') + payload; });
    int answers = 0;
    const auto ask = [&](const QByteArray &sql) {
        m_session->run({{QByteArray(), sql}}, [&](const auto &results) { answers += results.front() ? 1 : 0; });
    };
    ask("LISTEN \"a b\"");
    QTRY_COMPARE(answers, 1);
    QVERIFY(server().sql(QStringLiteral("SELECT pg_notify('a b', 'one')")));
    QTRY_COMPARE(heard, QStringList{QStringLiteral("a b one")});
    ask("SELECT pg_sleep(0.3)");
    QVERIFY(server().sql(QStringLiteral("SELECT pg_notify('a b', E'tw\\x1bo'), pg_notify('other', 'never')")));
    QTRY_COMPARE(answers, 2);
    QTRY_COMPARE(heard.size(), 2);
    QVERIFY2(!heard.last().contains(QChar(0x1b)), qPrintable(heard.last()));
    QVERIFY(m_failures.isEmpty());
}

QTEST_GUILESS_MAIN(TestSession)
#include "tst_session.moc"
