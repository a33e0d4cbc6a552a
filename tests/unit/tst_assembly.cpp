// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "cluster/timelines.h"
#include "monitor/assembly.h"
#include "monitor/backoff.h"
#include "monitor/nodepoller.h"

using namespace howdah;
using cluster::LinkState;
using cluster::Lsn;

class TestAssembly : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isolation_data();
    void isolation();
    void isolationOfNumbers();
    void historyOfAnotherTimelineIsDropped();
    void trailKeepsWhatRulesNeed();
    void trailOfAnIdlePrimary();
    void trailStartsAnewAfterAStepBack();
    void backoffIsPatientWithLogins();
    void backoffIsJittered();
};

// A failover from timeline 2 to 3: the history of timeline 2 must not speak for 3, or every standby has diverged.
void TestAssembly::historyOfAnotherTimelineIsDropped()
{
    cluster::NodeSample before;
    before.timeline = 2;
    before.systemIdentifier = 7;
    before.timelineHistory = {{1, Lsn{100}, {}}};
    cluster::NodeSample after = before;
    monitor::dropForeignHistory(before, after);
    QCOMPARE(after.timelineHistory.size(), std::size_t(1));
    after.timeline = 3;
    monitor::dropForeignHistory(before, after);
    QVERIFY(after.timelineHistory.empty());

    cluster::NodeSample standby = before; // not yet on 3
    standby.inRecovery = true;
    standby.replayLsn = Lsn{150};
    QVERIFY(cluster::compareTimelines(standby, after).relation == cluster::TimelineRelation::Unknown);
    after.timelineHistory = {{1, Lsn{100}, {}}, {2, Lsn{200}, {}}};
    QVERIFY(cluster::compareTimelines(standby, after).relation == cluster::TimelineRelation::Older);
    after.timeline = 2; // read in the moment of the promotion: the history is newer than the sample
    standby.timeline = 1;
    QVERIFY(cluster::compareTimelines(standby, after).relation == cluster::TimelineRelation::Unknown);

    after = before;
    after.systemIdentifier = 8;
    monitor::dropForeignHistory(before, after);
    QVERIFY(after.timelineHistory.empty());
}

void TestAssembly::isolation_data()
{
    using Nodes = QList<QPair<QString, int>>;
    QTest::addColumn<Nodes>("nodes");
    QTest::addColumn<bool>("isolated");
    const int unreachable = static_cast<int>(LinkState::Unreachable);
    const auto host = [](const char *name, int link) { return qMakePair(QString::fromLatin1(name), link); };
    QTest::newRow("all silent") << Nodes{host("10.0.0.1", unreachable), host("10.0.0.2", unreachable)} << true;
    QTest::newRow("one answers") << Nodes{host("10.0.0.1", unreachable),
                                          host("10.0.0.2", static_cast<int>(LinkState::Up))}
                                 << false;
    QTest::newRow("one refuses: its host is reached")
        << Nodes{host("10.0.0.1", unreachable), host("10.0.0.2", static_cast<int>(LinkState::Refused))} << false;
    QTest::newRow("one host only") << Nodes{host("10.0.0.1", unreachable), host("10.0.0.1", unreachable)} << false;
    QTest::newRow("one node only") << Nodes{host("10.0.0.1", unreachable)} << false;
    QTest::newRow("loopback") << Nodes{host("127.0.0.1", unreachable), host("10.0.0.1", unreachable)} << false;
    QTest::newRow("socket") << Nodes{host("/run", unreachable), host("10.0.0.1", unreachable)} << false;
    QTest::newRow("none") << Nodes{} << false;
}

void TestAssembly::isolation()
{
    using Nodes = QList<QPair<QString, int>>;
    QFETCH(Nodes, nodes);
    std::vector<cluster::NodeStatus> statuses;
    for (const auto &[host, link] : nodes) {
        cluster::NodeStatus status;
        status.host = host;
        status.link = static_cast<LinkState>(link);
        statuses.push_back(status);
    }
    QTEST(monitor::consoleIsolated(statuses), "isolated");
}

// Without a name it is the address that tells one host from another.
void TestAssembly::isolationOfNumbers()
{
    std::vector<cluster::NodeStatus> statuses;
    for (const char *address : {"192.0.2.1", "192.0.2.2"}) {
        cluster::NodeConfig config;
        config.conninfo = QStringLiteral("hostaddr=%1 user=dba").arg(QLatin1String(address));
        statuses.push_back(monitor::NodePoller(config, core::systemClock()).status());
        QCOMPARE(statuses.back().host, QString::fromLatin1(address));
        statuses.back().link = LinkState::Unreachable;
    }
    QVERIFY(monitor::consoleIsolated(statuses));
}

void TestAssembly::trailKeepsWhatRulesNeed()
{
    std::deque<cluster::TrailPoint> trail;
    constexpr qint64 kSeconds = 2 * 3600;
    for (qint64 second = 0; second < kSeconds; ++second) {
        trail = monitor::extended(std::move(trail), {second * 1000, Lsn{static_cast<quint64>(1000 + second * 100)}});
    }
    QCOMPARE(trail.back().monotonicMs, (kSeconds - 1) * 1000);
    QVERIFY(trail.back().monotonicMs - trail.front().monotonicMs >= 3'580'000);
    QVERIFY2(trail.size() < 1000, qPrintable(QString::number(trail.size())));
    qint64 widest = 0;
    for (std::size_t i = 1; i < trail.size(); ++i) {
        QVERIFY(trail[i].lsn > trail[i - 1].lsn);
        const qint64 gap = trail[i].monotonicMs - trail[i - 1].monotonicMs;
        widest = qMax(widest, gap);
        if (trail.back().monotonicMs - trail[i].monotonicMs < 590'000) {
            QCOMPARE(gap, 1000);
        }
    }
    QVERIFY(widest <= 10'000);
}

void TestAssembly::trailOfAnIdlePrimary()
{
    std::deque<cluster::TrailPoint> trail;
    for (qint64 second = 0; second < 600; ++second) {
        trail = monitor::extended(std::move(trail), {second * 1000, Lsn{500}});
    }
    QCOMPARE(trail.size(), std::size_t(2));
    QCOMPARE(trail.front().monotonicMs, 0);
    QCOMPARE(trail.back().monotonicMs, 599'000);
}

void TestAssembly::trailStartsAnewAfterAStepBack()
{
    std::deque<cluster::TrailPoint> trail{{0, Lsn{500}}, {1000, Lsn{600}}};
    trail = monitor::extended(std::move(trail), {2000, Lsn{550}});
    QCOMPARE(trail.size(), std::size_t(1));
}

void TestAssembly::backoffIsPatientWithLogins()
{
    QCOMPARE(monitor::backoffMs(LinkState::Up, 1, 0.5), 0);
    for (int attempt = 1; attempt < 100; ++attempt) {
        QVERIFY(monitor::backoffMs(LinkState::Down, attempt, 0.99) <= 1200);
        QVERIFY(monitor::backoffMs(LinkState::WrongPassword, attempt, 0.0) >= 4000);
        QVERIFY(monitor::backoffMs(LinkState::WrongPassword, attempt, 0.99) <= 72'000);
    }
    QVERIFY(monitor::backoffMs(LinkState::WrongPassword, 5, 0.5) >
            monitor::backoffMs(LinkState::WrongPassword, 1, 0.5));
}

void TestAssembly::backoffIsJittered()
{
    QVERIFY(monitor::backoffMs(LinkState::Unreachable, 1, 0.0) < monitor::backoffMs(LinkState::Unreachable, 1, 0.9));
}

QTEST_APPLESS_MAIN(TestAssembly)
#include "tst_assembly.moc"
