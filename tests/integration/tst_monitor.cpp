// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QFile>

#include "monitorfixture.h"
#include "support/relay.h"

using namespace howdah;
using cluster::LinkState;
using testsupport::LabServer;
using testsupport::LocalCluster;

namespace {

/// The machine's clock, put forward.
class LaterClock : public core::Clock {
public:
    qint64 monotonicMs() const override { return core::systemClock().monotonicMs() + later; }
    qint64 wallMs() const override { return core::systemClock().wallMs() + later; }
    qint64 later = 0;
};

} // namespace

/// Sampling and its states against real servers on loopback.
class TestMonitor : public testsupport::MonitorFixture {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void readsEverySection();
    void oneRoundTripATick();
    void withoutMonitorRights();
    void rightsTakenAway();
    void slowSectionCostsNoSession();
    void downAndBack();
    void stoppedByItsOwner();
    void frozenServerIsUnresponsive();
    void frozenPostmasterTakesNoConnections();
    void staleWithinThreeSeconds();
    void pauseAndRefresh();
    void resumeClaimsNoSilence();
    void promotionIsSeen();
};

void TestMonitor::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    startServers();
}

void TestMonitor::init()
{
    reviveServers();
}

void TestMonitor::cleanup()
{
    forget();
}

void TestMonitor::readsEverySection()
{
    const auto &primary = m_servers->node(0);
    QVERIFY(primary.sql(QStringLiteral("CREATE TABLE IF NOT EXISTS t(a int)")));
    QVERIFY(primary.sql(QStringLiteral("DROP PUBLICATION IF EXISTS everything")));
    QVERIFY(primary.sql(QStringLiteral("CREATE PUBLICATION everything FOR ALL TABLES")));
    QVERIFY(primary.sql(QStringLiteral("SELECT pg_create_logical_replication_slot('cdc', 'pgoutput')")));
    watch(m_servers->config(QStringLiteral("postgres")));
    QTRY_VERIFY(sample(0) && sample(1) && sample(1)->receiver);
    QTRY_COMPARE(link(1), key(LinkState::Up));

    const auto *one = sample(0);
    QVERIFY2(one->unreadable.isEmpty(), qPrintable(one->unreadable.values().join(QLatin1Char('\n'))));
    QVERIFY(!one->inRecovery);
    QCOMPARE(one->timeline, 1);
    QVERIFY(one->currentLsn && one->flushLsn && !one->receiveLsn && !one->replayLsn);
    QVERIFY(one->systemIdentifier);
    QCOMPARE(one->serverVersionNum / 10000, LocalCluster::newestMajor());
    QCOMPARE(one->senders.size(), std::size_t(1));
    QCOMPARE(one->senders.front().state, QStringLiteral("streaming"));
    QCOMPARE(one->senders.front().slotName, QStringLiteral("pg2"));
    QVERIFY(one->senders.front().visible() && one->senders.front().flushLsn &&
            one->senders.front().replyTime.isValid());
    QCOMPARE(one->replicationSlots.size(), std::size_t(2));
    QCOMPARE(one->replicationSlots.front().plugin, QStringLiteral("pgoutput"));
    QCOMPARE(one->replicationSlots.front().walStatus, QStringLiteral("reserved"));
    QVERIFY(one->archiver && one->archiver->readyCount == 0);
    QVERIFY(one->activity && one->activity->connections >= 1);
    QVERIFY(one->walDisk && one->walDisk->bytes >= 16 << 20);
    QCOMPARE(one->publications->size(), std::size_t(1));
    QVERIFY(one->publications->front().puballtables);
    QCOMPARE(one->setting(QLatin1String("wal_level")), QStringLiteral("logical"));
    QVERIFY(one->roles->size() > 10);

    const auto *two = sample(1);
    QVERIFY2(two->unreadable.isEmpty(), qPrintable(two->unreadable.values().join(QLatin1Char('\n'))));
    QVERIFY(two->inRecovery && two->replayLsn && two->receiveLsn && !two->currentLsn);
    QCOMPARE(two->systemIdentifier, one->systemIdentifier);
    QCOMPARE(two->receiver->status, QStringLiteral("streaming"));
    QCOMPARE(two->receiver->senderPort, primary.port);
    QCOMPARE(two->replayPauseState, QStringLiteral("not paused"));
    QVERIFY(two->conflicts);
    QVERIFY(primary.sql(QStringLiteral("SELECT pg_drop_replication_slot('cdc')")));
}

// Counted where it passes: each tick asks in one go and waits for all of the answer, and while that is not there
// nothing else is asked.
void TestMonitor::oneRoundTripATick()
{
    testsupport::Relay relay(m_servers->node(0).host, m_servers->node(0).port);
    cluster::ClusterConfig config = m_servers->config();
    config.nodes.resize(1);
    config.nodes.front().conninfo =
        QStringLiteral("host=127.0.0.1 port=%1 user=dba dbname=postgres sslmode=disable").arg(relay.port());
    config.intervalMs = 200;
    watch(config);
    QTRY_COMPARE(link(), key(LinkState::Up));
    const auto &poller = *m_monitor->pollers().front();
    QTRY_VERIFY_WITH_TIMEOUT(poller.cost().roundTrips >= 8, 10'000);
    QTRY_COMPARE(relay.rounds(), poller.cost().roundTrips);
    QVERIFY(poller.cost().roundTrips <= poller.cost().ticks + 1); // the first is sent when the session opens
    QVERIFY2(relay.syncs() >= 4 * relay.rounds(), "each asks for several things");
    QVERIFY(poller.cost().bytesReceived > 0);

    relay.hold(true);
    const qint64 skipped = poller.cost().skippedTicks;
    QTRY_VERIFY(poller.cost().skippedTicks > skipped);
    const qint64 asked = relay.bytesAsked();
    QTRY_VERIFY(poller.cost().skippedTicks > skipped + 4);
    QCOMPARE(relay.bytesAsked(), asked);
    QCOMPARE(relay.syncs(), relay.answers());
    relay.hold(false);
    const qint64 before = relay.rounds();
    QTRY_VERIFY(relay.rounds() > before + 2);
    QCOMPARE(relay.sessions(), 1);
    const QString sessions = m_servers->node(0).value(
        QStringLiteral("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'howdah'"));
    QCOMPARE(sessions, QStringLiteral("1"));
}

void TestMonitor::withoutMonitorRights()
{
    watch(m_servers->config(QStringLiteral("plain")));
    QTRY_VERIFY(sample(0) && sample(1));
    QVERIFY(!sample(0)->seesStatistics);
    QCOMPARE(sample(0)->senders.size(), std::size_t(1));
    QVERIFY(!sample(0)->senders.front().visible());
    QVERIFY(!sample(0)->senders.front().replayLsn);
    QVERIFY(sample(0)->unreadable.contains(QStringLiteral("wal_disk")));
    QVERIFY(!sample(0)->walDisk);
    QVERIFY(sample(1)->receiver && !sample(1)->receiver->visible());
    QVERIFY(m_state.assessment->lag.at(1).state == cluster::LagState::NoPermission);
    QVERIFY(!m_state.assessment->lag.at(1).bytes && !m_state.assessment->lag.at(1).seconds);
    QVERIFY(m_state.assessment->verdict == cluster::Verdict::Warning);
    QVERIFY(std::any_of(m_state.assessment->findings.cbegin(), m_state.assessment->findings.cend(),
                        [](const auto &finding) { return finding.id == QLatin1String("no_permission:plain"); }));
}

// What was seen while it might be seen says nothing of now.
void TestMonitor::rightsTakenAway()
{
    const auto &primary = m_servers->node(0);
    watch(m_servers->config());
    QTRY_VERIFY(sample() && sample()->walDisk && sample()->archiver && sample()->archiver->readyCount);
    QVERIFY(primary.sql(QStringLiteral("REVOKE pg_monitor FROM dba")));
    m_monitor->refresh();
    QTRY_VERIFY(sample()->unreadable.contains(QStringLiteral("archive_status")));
    QVERIFY(!sample()->walDisk && !sample()->archiver->readyCount);
    const auto *then = sample();
    QTRY_VERIFY(sample() != then); // nor at the ticks that don't ask
    QVERIFY(!sample()->walDisk && !sample()->archiver->readyCount && sample()->systemIdentifier);
    QVERIFY(primary.sql(QStringLiteral("GRANT pg_monitor TO dba")));
    m_monitor->refresh();
    QTRY_VERIFY(sample()->walDisk && sample()->archiver->readyCount);
    QVERIFY(!sample()->unreadable.contains(QStringLiteral("wal_disk")));
}

// A chain of roles, each a member of all before: reading them takes many seconds.
void TestMonitor::slowSectionCostsNoSession()
{
    const auto &primary = m_servers->node(0);
    const auto eachRole = [&](const QString &what) {
        return primary.sql(QStringLiteral("DO $$BEGIN FOR i IN 1..1500 LOOP %1 END LOOP; END$$").arg(what));
    };
    const auto cancelled = [&primary] {
        QFile log(primary.logFile);
        return log.open(QIODevice::ReadOnly) ? log.readAll().count("due to statement timeout") : -1;
    };
    QVERIFY(eachRole(QStringLiteral("EXECUTE 'CREATE ROLE chain' || i; "
                                    "IF i > 1 THEN EXECUTE format('GRANT chain%s TO chain%s', i - 1, i); END IF;")));
    const auto before = cancelled();
    watch(m_servers->config());
    QStringList links;
    connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this, [&] { links << link(); });
    QTRY_VERIFY(sample() && sample()->unreadable.contains(QStringLiteral("roles")));
    QVERIFY2(sample()->unreadable.value(QStringLiteral("roles")).contains(QLatin1String("0.3 s")),
             qPrintable(sample()->unreadable.value(QStringLiteral("roles"))));
    QVERIFY(!sample()->roles && sample()->walDisk && sample()->settings);
    const int backend = m_monitor->pollers().front()->backendPid();
    const int states = m_states;
    QTRY_VERIFY_WITH_TIMEOUT(m_states > states + 4, 10'000);
    QCOMPARE(m_monitor->pollers().front()->backendPid(), backend);
    QCOMPARE(links.count(key(LinkState::Up)), links.size());
    QVERIFY(m_state.snapshot->nodes.front().missedPolls == 0);
    QCOMPARE(cancelled(), before + 1); // it is not asked again soon
    QVERIFY(eachRole(QStringLiteral("EXECUTE 'DROP ROLE chain' || i;")));
    m_monitor->refresh();
    QTRY_VERIFY(sample()->roles && !sample()->unreadable.contains(QStringLiteral("roles")));
}

void TestMonitor::downAndBack()
{
    watch(m_servers->config());
    QTRY_COMPARE(link(1), key(LinkState::Up));
    QElapsedTimer timer;
    QVERIFY(m_servers->node(1).kill());
    timer.start();
    QTRY_COMPARE_WITH_TIMEOUT(link(1), key(LinkState::Down), 3000);
    QVERIFY(!m_state.snapshot->nodes.at(1).linkError.message.isEmpty());
    QVERIFY(m_state.assessment->verdict != cluster::Verdict::Ok);
    QCOMPARE(link(0), key(LinkState::Up));
    const auto started = m_servers->node(1).start();
    QVERIFY2(started.ok(), (started.out + started.err).constData());
    QTRY_COMPARE_WITH_TIMEOUT(link(1), key(LinkState::Up), 5000);
}

void TestMonitor::stoppedByItsOwner()
{
    watch(m_servers->config());
    QTRY_COMPARE(link(1), key(LinkState::Up));
    QVERIFY(m_servers->node(1).stop().ok());
    QTRY_COMPARE_WITH_TIMEOUT(link(1), key(LinkState::Down), 3000);
    const auto started = m_servers->node(1).start();
    QVERIFY2(started.ok(), (started.out + started.err).constData());
    QTRY_COMPARE_WITH_TIMEOUT(link(1), key(LinkState::Up), 5000);
}

void TestMonitor::frozenServerIsUnresponsive()
{
    watch(m_servers->config());
    QTRY_COMPARE(link(1), key(LinkState::Up));
    QVERIFY(m_servers->node(1).freeze());
    QTRY_COMPARE_WITH_TIMEOUT(link(1), key(LinkState::Unresponsive), 4000);
    // It stays so while connecting again hangs too.
    QTRY_VERIFY_WITH_TIMEOUT(m_state.snapshot->nodes.at(1).missedPolls >= 4, 10'000);
    QCOMPARE(link(1), key(LinkState::Unresponsive));
    QCOMPARE(link(0), key(LinkState::Up));
    QVERIFY(m_servers->node(1).thaw());
    QTRY_COMPARE_WITH_TIMEOUT(link(1), key(LinkState::Up), 10'000);
}

void TestMonitor::frozenPostmasterTakesNoConnections()
{
    watch(m_servers->config());
    QTRY_COMPARE(link(1), key(LinkState::Up));
    QVERIFY(m_servers->node(1).freeze(LabServer::Part::Postmaster));
    QTRY_VERIFY_WITH_TIMEOUT(!m_state.snapshot->nodes.at(1).acceptsConnections, 20'000);
    QVERIFY(m_state.assessment->verdict != cluster::Verdict::Ok);
    QVERIFY(m_servers->node(1).thaw());
    QTRY_VERIFY_WITH_TIMEOUT(m_state.snapshot->nodes.at(1).acceptsConnections, 10'000);
}

void TestMonitor::staleWithinThreeSeconds()
{
    watch(m_servers->config());
    QTRY_COMPARE(link(), key(LinkState::Up));
    QVERIFY(m_servers->node(0).freeze());
    QTRY_VERIFY_WITH_TIMEOUT(!isFresh(*m_state.snapshot, m_state.snapshot->nodes.front()), 6000);
    const qint64 age = m_state.snapshot->sampleAgeMs(m_state.snapshot->nodes.front());
    QVERIFY2(age < 3250, qPrintable(QString::number(age)));
    QVERIFY(m_state.assessment->nodeVerdicts.front() != cluster::Verdict::Ok);
    QVERIFY(m_servers->node(0).thaw());
    QTRY_COMPARE_WITH_TIMEOUT(link(), key(LinkState::Up), 10'000);
}

void TestMonitor::pauseAndRefresh()
{
    watch(m_servers->config());
    QTRY_COMPARE(link(), key(LinkState::Up));
    m_monitor->setPaused(true);
    QTRY_VERIFY(m_state.snapshot->paused);
    QVERIFY(m_state.assessment->verdict != cluster::Verdict::Ok);
    const auto *before = sample();
    const int states = m_states;
    QTRY_VERIFY(m_states >= states + 2); // ages go on
    QCOMPARE(sample(), before);
    m_monitor->setPaused(false);
    QTRY_VERIFY(sample() != before);
    QTRY_VERIFY(!m_state.snapshot->paused);
}

// Ten minutes in which nobody was asked are no silence of the nodes'.
void TestMonitor::resumeClaimsNoSilence()
{
    LaterClock clock;
    watch(m_servers->config(), clock);
    QTRY_COMPARE(link(0), key(LinkState::Up));
    QTRY_COMPARE(link(1), key(LinkState::Up));
    const auto silences = [this] {
        QStringList words;
        for (const cluster::Finding &finding : m_state.assessment->findings) {
            if (finding.id.startsWith(QLatin1String("node_"))) {
                words << finding.id + QLatin1String(": ") + finding.evidence;
            }
        }
        return words;
    };
    for (const bool oneHangs : {false, true}) {
        m_monitor->setPaused(true);
        QTRY_VERIFY(m_state.snapshot->paused);
        clock.later += 600'000;
        if (oneHangs) {
            QVERIFY(m_servers->node(1).freeze());
        }
        QStringList claims;
        bool told = false;
        const auto connection = connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this, [&] {
            claims << silences();
            told = told || m_state.snapshot->nodes.at(1).link == LinkState::Unresponsive;
        });
        m_monitor->setPaused(false);
        if (oneHangs) {
            QTRY_VERIFY_WITH_TIMEOUT(told, 10'000); // after the query's deadline and that of a new connection
            QVERIFY2(claims.first().contains(QLatin1String("the server said nothing within")),
                     qPrintable(claims.first()));
            QVERIFY(m_servers->node(1).thaw());
            QTRY_COMPARE_WITH_TIMEOUT(link(1), key(LinkState::Up), 10'000);
        } else {
            QTRY_VERIFY(!m_state.snapshot->paused);
            QCOMPARE(claims, QStringList());
            for (std::size_t node : {0, 1}) {
                QVERIFY(isFresh(*m_state.snapshot, m_state.snapshot->nodes.at(node)));
            }
        }
        disconnect(connection);
    }
}

// Last: it changes the servers for good.
void TestMonitor::promotionIsSeen()
{
    watch(m_servers->config(QStringLiteral("postgres")));
    QTRY_COMPARE(link(1), key(LinkState::Up));
    QVERIFY(m_servers->node(1).promote().ok());
    QTRY_VERIFY(!sample(1)->inRecovery);
    QTRY_COMPARE(sample(1)->timeline, 2);
    QTRY_COMPARE(sample(1)->timelineHistory.size(), std::size_t(1));
    QCOMPARE(sample(1)->timelineHistory.front().parent, 1);
    QVERIFY(sample(1)->timelineHistory.front().switchpoint.value > 0);
    QTRY_COMPARE(m_state.assessment->topology.writable.size(), std::size_t(2));
    QVERIFY(m_state.assessment->verdict == cluster::Verdict::Critical);
}

QTEST_GUILESS_MAIN(TestMonitor)
#include "tst_monitor.moc"
