// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QScopeGuard>
#include <QTest>
#include <signal.h>

#include "core/clock.h"
#include "monitor/clustermonitor.h"
#include "postgres/session.h"
#include "support/lab.h"

using namespace howdah;
using testsupport::Lab;

/// What the console says when the network fails: hosts in namespaces, cables that are cut.
class TestFaults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void healthyIsOk();
    void oneHostCutOff();
    void consoleCutOff();
    void unpluggedHost();
    void lostLinkLeavesNoSession();
    void standbyCutFromPrimaryOnly();
    void replayPaused();
    void replayDelayed();
    void frozenHost();
    void frozenReceiver();
    void idleIsNotLag();

private:
    QString link(int node) const
    {
        return cluster::linkKey(m_state.snapshot->nodes.at(static_cast<std::size_t>(node)).link);
    }
    QString verdict() const { return cluster::verdictKey(m_state.assessment->verdict); }
    QString lag(int node) const
    {
        return cluster::lagKey(m_state.assessment->lag.at(static_cast<std::size_t>(node)).state);
    }
    QStringList findings() const;

    std::unique_ptr<Lab> m_lab;
    std::unique_ptr<monitor::ClusterMonitor> m_monitor;
    cluster::ClusterState m_state;
};

void TestFaults::initTestCase()
{
    if (!Lab::possible()) {
        return; // each test says so, by its name
    }
    Lab::Options options;
    options.ssh = false;
    options.settings = {QStringLiteral("wal_retrieve_retry_interval=200ms"), QStringLiteral("wal_receiver_timeout=2s"),
                        QStringLiteral("wal_sender_timeout=2s")};
    auto lab = Lab::start(Lab::Variant::Plain, options);
    QVERIFY2(lab, qPrintable(lab ? QString() : lab.error().message));
    m_lab = std::move(*lab);
    m_monitor =
        std::make_unique<monitor::ClusterMonitor>(m_lab->config(QStringLiteral("postgres")), core::systemClock());
    connect(m_monitor.get(), &monitor::ClusterMonitor::stateChanged, this,
            [this](const cluster::ClusterState &state) { m_state = state; });
    m_monitor->start();
}

// Each test begins with a cluster that is well.
void TestFaults::init()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    for (int i = 0; i < 3; ++i) {
        m_lab->plugCable(i);
    }
    // TCP has backed off by the time that a silent cable is plugged in again.
    QTRY_VERIFY_WITH_TIMEOUT(m_state.assessment && verdict() == QLatin1String("ok"), 90'000);
}

QStringList TestFaults::findings() const
{
    QStringList ids;
    for (const cluster::Finding &finding : m_state.assessment->findings) {
        ids << finding.id;
    }
    return ids;
}

void TestFaults::healthyIsOk()
{
    QCOMPARE(findings(), QStringList());
    QCOMPARE(m_state.assessment->topology.primary, 0);
    QCOMPARE(m_state.assessment->topology.places.at(1).upstream, 0);
    QCOMPARE(m_state.assessment->topology.places.at(2).upstream, 1);
    QCOMPARE(cluster::roleKey(m_state.assessment->topology.places.at(2).role), QStringLiteral("cascading"));
}

void TestFaults::oneHostCutOff()
{
    QVERIFY(m_lab->cutCable(1, Lab::Cut::Silent));
    // Stale first, whatever the reason will turn out to be.
    QTRY_VERIFY_WITH_TIMEOUT(!isFresh(*m_state.snapshot, m_state.snapshot->nodes.at(1)), 5000);
    QVERIFY(verdict() != QLatin1String("ok"));
    QTRY_COMPARE_WITH_TIMEOUT(link(1), QStringLiteral("unreachable"), 15'000);
    QCOMPARE(link(0), QStringLiteral("up"));
    QVERIFY(m_lab->plugCable(1));
    QTRY_COMPARE_WITH_TIMEOUT(link(1), QStringLiteral("up"), 20'000);
}

void TestFaults::consoleCutOff()
{
    for (int i = 0; i < 3; ++i) {
        QVERIFY(m_lab->cutCable(i, Lab::Cut::Silent));
    }
    QTRY_COMPARE_WITH_TIMEOUT(link(0), QStringLiteral("console_isolated"), 20'000);
    QCOMPARE(link(2), QStringLiteral("console_isolated"));
    // One finding for all of them, and it accuses nobody.
    QTRY_COMPARE(m_state.assessment->findings.size(), std::size_t(1));
    QCOMPARE(verdict(), QStringLiteral("unknown"));
}

void TestFaults::unpluggedHost()
{
    QVERIFY(m_lab->cutCable(2, Lab::Cut::Unplugged));
    QTRY_COMPARE_WITH_TIMEOUT(link(2), QStringLiteral("unreachable"), 20'000);
    QVERIFY(!m_state.snapshot->nodes.at(2).linkError.message.isEmpty());
}

// The console still reaches everybody; only the two do not reach each other.
/// A console that has gone while its link was down: its session must not keep what it holds, as the cluster lock, for
/// the two hours that servers wait by themselves.
void TestFaults::lostLinkLeavesNoSession()
{
    const auto conninfo = postgres::Conninfo::parse(m_lab->node(1).conninfo(QStringLiteral("postgres")));
    QVERIFY(conninfo);
    postgres::SessionOptions options;
    options.applicationName = QStringLiteral("lost");
    auto session = std::make_unique<postgres::Session>(*conninfo, options);
    session->open();
    QTRY_VERIFY(session->isOpen());
    bool locked = false;
    session->run({{{}, "SELECT pg_advisory_lock(77)"}},
                 [&](const auto &results) { locked = results.front().has_value(); });
    QTRY_VERIFY(locked);
    const QString port = m_lab->node(1).value(
        QStringLiteral("SELECT to_hex(client_port) FROM pg_stat_activity WHERE application_name = 'lost'"));
    const auto isKept = [&port] { // by this machine, which tries to take leave
        QFile table(QStringLiteral("/proc/net/tcp"));
        return table.open(QIODevice::ReadOnly) &&
               table.readAll().contains(':' + port.rightJustified(4, QLatin1Char('0')).toUpper().toLatin1() + ' ');
    };
    QVERIFY(isKept());
    QVERIFY(m_lab->cutCable(1, Lab::Cut::Silent));
    session.reset();
    QTRY_VERIFY_WITH_TIMEOUT(!isKept(), 60'000);
    QVERIFY(m_lab->plugCable(1));
    QTRY_COMPARE_WITH_TIMEOUT(
        m_lab->node(1).value(QStringLiteral("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")),
        QStringLiteral("0"), 30'000);
}

void TestFaults::standbyCutFromPrimaryOnly()
{
    QVERIFY(m_lab->dropTraffic(0, 1));
    QTRY_COMPARE_WITH_TIMEOUT(lag(1), QStringLiteral("broken"), 20'000);
    QCOMPARE(link(0), QStringLiteral("up"));
    QCOMPARE(link(1), QStringLiteral("up"));
    QVERIFY(verdict() != QLatin1String("ok"));
    QVERIFY(m_lab->restoreTraffic(0, 1));
    QTRY_VERIFY_WITH_TIMEOUT(lag(1) == QLatin1String("known") || lag(1) == QLatin1String("idle"), 20'000);
}

void TestFaults::replayPaused()
{
    QVERIFY(m_lab->node(1).sql(QStringLiteral("SELECT pg_wal_replay_pause()")));
    QVERIFY(m_lab->node(0).sql(QStringLiteral("CREATE TABLE paused AS SELECT generate_series(1, 1000)")));
    QTRY_COMPARE_WITH_TIMEOUT(lag(1), QStringLiteral("paused"), 10'000);
    QTRY_VERIFY(m_state.assessment->lag.at(1).bytes.value_or(0) > 0);
    QTRY_COMPARE(m_state.assessment->lag.at(1).wouldLose.value_or(-1), 0); // it holds all, it only does not replay
    QVERIFY(m_state.assessment->lag.at(1).toReplay.value_or(0) > 0);
    QVERIFY(verdict() != QLatin1String("ok"));
    QVERIFY(m_lab->node(1).sql(QStringLiteral("SELECT pg_wal_replay_resume()")));
}

void TestFaults::replayDelayed()
{
    QVERIFY(m_lab->node(1).sql(QStringLiteral("ALTER SYSTEM SET recovery_min_apply_delay = '1h'")));
    QVERIFY(m_lab->node(1).sql(QStringLiteral("SELECT pg_reload_conf()")));
    QVERIFY(m_lab->node(0).sql(QStringLiteral("CREATE TABLE delayed AS SELECT generate_series(1, 1000)")));
    QTRY_COMPARE_WITH_TIMEOUT(lag(1), QStringLiteral("delayed"), 10'000);
    QVERIFY(m_lab->node(1).sql(QStringLiteral("ALTER SYSTEM RESET recovery_min_apply_delay")));
    QVERIFY(m_lab->node(1).sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_VERIFY_WITH_TIMEOUT(lag(1) == QLatin1String("known") || lag(1) == QLatin1String("idle"), 10'000);
}

// All of a standby stands still, the primary does not know yet: nobody may call that healthy.
void TestFaults::frozenHost()
{
    QVERIFY(m_lab->freezeHost(1));
    QTRY_VERIFY_WITH_TIMEOUT(verdict() != QLatin1String("ok"), 5000);
    QTRY_COMPARE_WITH_TIMEOUT(link(1), QStringLiteral("unresponsive"), 10'000);
    QVERIFY(m_lab->thawHost(1));
    QTRY_COMPARE_WITH_TIMEOUT(link(1), QStringLiteral("up"), 20'000);
}

// Only the process that receives stands still: the server answers as ever and shows its receiver as streaming. So does
// the primary, as long as it does not give up first.
void TestFaults::frozenReceiver()
{
    const auto senderTimeout = [this](const char *change) {
        return m_lab->node(0).sql(QStringLiteral("ALTER SYSTEM %1").arg(QLatin1String(change))) &&
               m_lab->node(0).sql(QStringLiteral("SELECT pg_reload_conf()"));
    };
    const auto restore = qScopeGuard([&senderTimeout] { senderTimeout("RESET wal_sender_timeout"); });
    QVERIFY(senderTimeout("SET wal_sender_timeout = 0"));
    QTRY_COMPARE(m_lab->node(0).value(QStringLiteral("SHOW wal_sender_timeout")), QStringLiteral("0"));
    const int receiver = m_lab->node(1).value(QStringLiteral("SELECT pid FROM pg_stat_wal_receiver")).toInt();
    QVERIFY(receiver > 0);
    const auto thaw = qScopeGuard([receiver] { ::kill(receiver, SIGCONT); });
    QCOMPARE(::kill(receiver, SIGSTOP), 0);
    QTRY_VERIFY2_WITH_TIMEOUT(findings().contains(QLatin1String("receiver_silent:pg2")),
                              qPrintable(findings().join(QLatin1Char(' '))), 15'000);
    QCOMPARE(m_lab->node(1).value(QStringLiteral("SELECT pid FROM pg_stat_wal_receiver")), QString::number(receiver));
    QCOMPARE(link(1), QStringLiteral("up"));
    QVERIFY(verdict() != QLatin1String("ok"));
    ::kill(receiver, SIGCONT);
    QTRY_COMPARE_WITH_TIMEOUT(verdict(), QStringLiteral("ok"), 20'000);
    QCOMPARE(findings(), QStringList());
}

void TestFaults::idleIsNotLag()
{
    // Nothing writes: the walsender's own replay_lag goes NULL, which is not a lag of 0 and not one of hours.
    QTRY_COMPARE_WITH_TIMEOUT(lag(1), QStringLiteral("idle"), 30'000);
    QCOMPARE(lag(2), QStringLiteral("idle"));
    QCOMPARE(verdict(), QStringLiteral("ok"));
}

QTEST_GUILESS_MAIN(TestFaults)
#include "tst_faults.moc"
