// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "operations/probe/probe.h"
#include "postgres/failure.h"
#include "support/localcluster.h"

using namespace howdah;
using namespace howdah::operations;
using testsupport::LocalCluster;

/// The probe on real servers: what it writes, what it finds, what it leaves.
class TestProbe : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void countsItsRowsAndLeavesNothing();
    void keepsASchemaThatWasThere();
    void messagesWhereATableWouldBePublished();
    void messagesWithoutTheRightToMakeATable();
    void sweepsWhatAConsoleLeft();
    void saysWhyItCannotStart();
    void outlivesARestart();
    void failover();

private:
    std::unique_ptr<probe::Probe> started(core::Result<void> *ready, const QString &user = QStringLiteral("postgres"));
    probe::Measured finished(probe::Probe &one) const;
    QString tables(int node = 0) const
    {
        return m_servers->node(node).value(QStringLiteral("SELECT count(*) FROM pg_class c JOIN pg_namespace n ON "
                                                          "n.oid = relnamespace WHERE nspname = 'howdah'"));
    }
    QString hasSchema() const
    {
        return m_servers->node(0).value(QStringLiteral("SELECT to_regnamespace('howdah') IS NOT NULL"));
    }
    std::unique_ptr<LocalCluster> m_servers;
};

void TestProbe::initTestCase()
{
    postgres::initialize();
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    LocalCluster::Options options;
    options.nodes = 2;
    options.settings = {QStringLiteral("wal_level=logical")};
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, servers ? "" : qPrintable(servers.error().message));
    m_servers = std::move(*servers);
}

void TestProbe::init()
{
    if (!m_servers) {
        QSKIP("needs Debian's PostgreSQL server");
    }
}

std::unique_ptr<probe::Probe> TestProbe::started(core::Result<void> *ready, const QString &user)
{
    const auto settings = probe::settingsFor(m_servers->config(user), QStringLiteral("pg1"));
    auto one = std::make_unique<probe::Probe>(*settings, core::systemClock());
    bool answered = false;
    one->start([&](core::Result<void> result) {
        *ready = std::move(result);
        answered = true;
    });
    if (!QTest::qWaitFor([&] { return answered; }, 20'000)) {
        *ready = core::failure(core::Error::Kind::Timeout, QStringLiteral("start() was never answered"));
    }
    return one;
}

probe::Measured TestProbe::finished(probe::Probe &one) const
{
    std::optional<probe::Measured> found;
    one.finish([&](const probe::Measured &measured) { found = measured; });
    const bool answered = QTest::qWaitFor([&] { return found.has_value(); }, 20'000);
    return answered ? *found : probe::Measured{.whyNotCounted = QStringLiteral("finish() was never answered")};
}

#define START(user)                                                                                                    \
    core::Result<void> ready;                                                                                          \
    const auto one = started(&ready, user);                                                                            \
    QVERIFY2(ready, ready ? "" : qPrintable(ready.error().message))

void TestProbe::countsItsRowsAndLeavesNothing()
{
    START(QStringLiteral("postgres"));
    QCOMPARE(tables(), QStringLiteral("1"));
    QTRY_VERIFY_WITH_TIMEOUT(one->measured().acknowledged > 100, 20'000);
    QSignalSpy told(one.get(), &probe::Probe::changed);
    one->count();
    QTRY_VERIFY_WITH_TIMEOUT(one->measured().counted > 100, 20'000);
    QVERIFY(told.count() > 0);
    const probe::Measured measured = finished(*one);
    QVERIFY2(measured.lost, qPrintable(measured.whyNotCounted));
    QCOMPARE(*measured.lost, 0);
    QCOMPARE(measured.counted, measured.acknowledged);
    QVERIFY(!measured.isNothingLost()); // on the server that took them, that proves nothing
    QVERIFY2(measured.leftBehind.isEmpty(), qPrintable(measured.leftBehind));
    QCOMPARE(measured.refused, 0);
    QCOMPARE(tables(), QStringLiteral("0"));
    QCOMPARE(hasSchema(), QStringLiteral("f"));
}

void TestProbe::keepsASchemaThatWasThere()
{
    QVERIFY(m_servers->node(0).sql(QStringLiteral("CREATE SCHEMA howdah")));
    {
        START(QStringLiteral("postgres"));
        QVERIFY(finished(*one).leftBehind.isEmpty());
    }
    QCOMPARE(hasSchema(), QStringLiteral("t"));
    QCOMPARE(tables(), QStringLiteral("0"));
    QVERIFY(m_servers->node(0).sql(QStringLiteral("DROP SCHEMA howdah")));
}

void TestProbe::messagesWhereATableWouldBePublished()
{
    QVERIFY(m_servers->node(0).sql(QStringLiteral("CREATE PUBLICATION everything FOR ALL TABLES")));
    START(QStringLiteral("postgres"));
    QCOMPARE(tables(), QStringLiteral("0"));
    const probe::Measured measured = finished(*one);
    QVERIFY(measured.acknowledged >= 10);
    QVERIFY(!measured.lost);
    QVERIFY2(measured.whyNotCounted.contains(QStringLiteral("publication")), qPrintable(measured.whyNotCounted));
    QVERIFY(m_servers->node(0).sql(QStringLiteral("DROP PUBLICATION everything")));
}

void TestProbe::messagesWithoutTheRightToMakeATable()
{
    START(QStringLiteral("plain"));
    QCOMPARE(tables(), QStringLiteral("0"));
    const probe::Measured measured = finished(*one);
    QVERIFY(measured.acknowledged >= 10);
    QVERIFY(!measured.lost);
    QVERIFY2(measured.whyNotCounted.contains(QStringLiteral("no table can be made")),
             qPrintable(measured.whyNotCounted));
}

void TestProbe::sweepsWhatAConsoleLeft()
{
    {
        START(QStringLiteral("postgres")); // and goes, as a console that crashes
    }
    QTRY_COMPARE_WITH_TIMEOUT(m_servers->node(0).value(QStringLiteral(
                                  "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'howdah probe'")),
                              QStringLiteral("0"), 20'000);
    QCOMPARE(tables(), QStringLiteral("1"));
    {
        START(QStringLiteral("postgres"));
        QCOMPARE(tables(), QStringLiteral("1")); // its own
        finished(*one);
    }
    QCOMPARE(tables(), QStringLiteral("0"));
    const QString schemas = QStringLiteral("SELECT count(*) FROM pg_namespace WHERE nspname = 'howdah'");
    QCOMPARE(m_servers->node(0).value(schemas), QStringLiteral("0")); // the first had made it, and was killed
    // Somebody else's is left alone.
    m_servers->node(0).sql(QStringLiteral("CREATE SCHEMA howdah"));
    {
        START(QStringLiteral("postgres"));
        finished(*one);
    }
    QCOMPARE(m_servers->node(0).value(schemas), QStringLiteral("1"));
    m_servers->node(0).sql(QStringLiteral("DROP SCHEMA howdah"));
}

void TestProbe::saysWhyItCannotStart()
{
    core::Result<void> ready;
    const auto one = started(&ready, QStringLiteral("nobody_of_that_name"));
    QVERIFY(!ready);
    QVERIFY2(ready.error().message.contains(QStringLiteral("nobody_of_that_name")), qPrintable(ready.error().message));
    QVERIFY(ready.error().hint.contains(QStringLiteral("Nothing was changed")));
}

void TestProbe::outlivesARestart()
{
    START(QStringLiteral("postgres"));
    one->beginOutage();
    QVERIFY(m_servers->node(0).stop().ok());
    QTRY_VERIFY_WITH_TIMEOUT(one->measured().refused > 5, 20'000);
    QVERIFY(one->measured().gap->open);
    QVERIFY(m_servers->node(0).start().ok());
    const qint64 before = one->measured().acknowledged;
    QTRY_VERIFY_WITH_TIMEOUT(one->measured().acknowledged > before + 50, 20'000);
    const probe::Measured measured = finished(*one);
    QVERIFY(measured.gap && !measured.gap->open);
    QVERIFY(measured.gap->lengthMs() > 20);
    QVERIFY2(measured.lost, qPrintable(measured.whyNotCounted));
    QCOMPARE(*measured.lost, 0);
    QVERIFY(std::any_of(measured.around.begin(), measured.around.end(),
                        [](const probe::Try &each) { return !each.acknowledged; }));
}

/// Last: pg2 takes over.
void TestProbe::failover()
{
    QTRY_COMPARE_WITH_TIMEOUT(
        m_servers->node(0).value(QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")),
        QStringLiteral("1"), 30'000);
    START(QStringLiteral("postgres"));
    one->beginOutage();
    QVERIFY(m_servers->node(0).stop().ok()); // cleanly: the standby has everything
    QVERIFY(m_servers->node(1).promote().ok());
    const qint64 before = one->measured().acknowledged;
    QTRY_VERIFY_WITH_TIMEOUT(one->measured().acknowledged > before + 50, 20'000);
    const probe::Measured measured = finished(*one);
    QVERIFY2(measured.isNothingLost(), qPrintable(measured.whyNotCounted));
    QCOMPARE(tables(1), QStringLiteral("0"));
    QVERIFY2(measured.leftBehind.isEmpty(), qPrintable(measured.leftBehind));
}

QTEST_GUILESS_MAIN(TestProbe)
#include "tst_probe.moc"
