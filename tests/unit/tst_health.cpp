// SPDX-License-Identifier: GPL-3.0-or-later
#include "healthrows.h"

using namespace howdah::testhealth;

class TestHealth : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void healthy_data();
    void healthy();
    void links_data();
    void links() { compareRow(withWitness()); }
    void writable_data();
    void writable() { compareRow(withWitness()); }
    void server_data();
    void server() { compareRow(withWitness()); }
    void reasonIsSaidOnce();
    void emptyCluster();
};

void TestHealth::healthy_data()
{
    QTest::addColumn<Snapshot>("snapshot");
    QTest::newRow("pair") << healthyPair();
    QTest::newRow("three") << threeNodes();
    QTest::newRow("witness") << withWitness();
    QTest::newRow("many") << manyNodes(200);
    const auto changed = [](const char *name, Change change) {
        Snapshot snapshot = withWitness();
        change(snapshot);
        QTest::newRow(name) << snapshot;
    };
    changed("idle", [](Snapshot &s) { makeIdle(s); });
    changed("just connected", [](Snapshot &s) {
        s.trail.reset();
        for (NodeStatus &node : s.nodes) {
            node.linkSinceMs = s.takenMonotonicMs;
        }
    });
    changed("archive off", [](Snapshot &s) {
        for (const QString &name : {pg1, pg2, pg3}) {
            setSetting(edit(s, name), QStringLiteral("archive_mode"), QStringLiteral("off"));
            edit(s, name).archiver = Archiver{};
        }
    });
    changed("archive never used", [](Snapshot &s) { edit(s, pg1).archiver = Archiver{}; });
    changed("slot just created", [](Snapshot &s) {
        edit(s, pg1).replicationSlots.push_back(Slot{.slotName = QStringLiteral("fresh"),
                                                     .slotType = QStringLiteral("physical"),
                                                     .restartLsn = edit(s, pg1).currentLsn,
                                                     .walStatus = QStringLiteral("reserved")});
    });
    changed("slot never used", [](Snapshot &s) {
        edit(s, pg1).replicationSlots.push_back(
            Slot{.slotName = QStringLiteral("spare"), .slotType = QStringLiteral("physical")});
        held(s, QStringLiteral("slot_idle:pg1/spare@"), 3'600'000);
    });
    changed("synced slot on a standby", [](Snapshot &s) {
        edit(s, pg2).replicationSlots.push_back(Slot{.slotName = QStringLiteral("sub"),
                                                     .slotType = QStringLiteral("logical"),
                                                     .restartLsn = edit(s, pg2).replayLsn,
                                                     .inactiveSince = edit(s, pg2).serverTime.addDays(-1),
                                                     .synced = true});
    });
    changed("asynchronous", [](Snapshot &s) {
        setSetting(edit(s, pg1), QStringLiteral("synchronous_standby_names"), {});
        edit(s, pg1).senders.front().syncState = QStringLiteral("async");
    });
    changed("delayed on purpose", [](Snapshot &s) {
        setSetting(edit(s, pg3), QStringLiteral("recovery_min_apply_delay"), QStringLiteral("3600000"));
        fallBehind(s, pg3, 7LL << 30);
        held(s, QStringLiteral("lag:pg3"), 900'000);
        held(s, QStringLiteral("lag_critical:pg3"), 900'000);
    });
    changed("log shipping", [](Snapshot &s) {
        stopStreaming(s, pg3);
        edit(s, pg2).replicationSlots.clear();
        setSetting(edit(s, pg3), QStringLiteral("primary_conninfo"), {});
        setSetting(edit(s, pg3), QStringLiteral("restore_command"), QStringLiteral("cp /a/%f %p"));
    });
    changed("after a switchover, old counters on the standby", [](Snapshot &s) {
        edit(s, pg2).archiver =
            Archiver{.failedCount = 3, .lastFailedTime = edit(s, pg2).serverTime.addSecs(-9000), .readyCount = 400};
    });
    changed("catching up", [](Snapshot &s) { edit(s, pg2).senders.front().state = QStringLiteral("catchup"); });
    changed("slow interval", [](Snapshot &s) {
        s.intervalMs = 10'000;
        makeStale(s, pg3, 9000);
    });
    changed("oldest version", [](Snapshot &s) { edit(s, pg1).serverVersionNum = 120022; });
}

void TestHealth::healthy()
{
    QFETCH(Snapshot, snapshot);
    const Assessment assessment = assess(snapshot);
    QCOMPARE(told(assessment), QStringList());
    QCOMPARE(verdictKey(assessment.verdict), QStringLiteral("ok"));
    for (const Verdict verdict : assessment.nodeVerdicts) {
        QCOMPARE(verdictKey(verdict), QStringLiteral("ok"));
    }
    for (const SlotFacts &facts : assessment.slotFacts) {
        QCOMPARE(verdictKey(facts.verdict), QStringLiteral("ok"));
    }
    QVERIFY(assessment.newestSampleAgeMs >= 0);
}

void TestHealth::links_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("expected");
    const auto link = [](LinkState state, qint64 sinceMs = 4000) {
        return Change([=](Snapshot &s) { takeDown(s, pg3, state, sinceMs); });
    };
    addRow("refused", link(LinkState::Refused), {"warning node_refused:pg3"});
    addRow("down", link(LinkState::Down), {"critical node_down:pg3"});
    addRow("rejected by pg_hba", link(LinkState::RejectedByHba), {"warning node_rejected_by_pg_hba:pg3"});
    addRow("wrong password", link(LinkState::WrongPassword), {"warning node_wrong_password:pg3"});
    addRow("too many", link(LinkState::TooManyConnections), {"warning node_too_many_connections:pg3"});
    addRow("starting up", link(LinkState::StartingUp), {"warning node_starting_up:pg3"});
    addRow("shutting down", link(LinkState::ShuttingDown), {"warning node_shutting_down:pg3"});
    addRow("unresponsive", link(LinkState::Unresponsive), {"critical node_unresponsive:pg3"});
    addRow("not PostgreSQL", link(LinkState::NotPostgres), {"warning node_not_postgresql:pg3"});
    addRow("misconfigured", link(LinkState::Misconfigured), {"warning node_misconfigured:pg3"});
    addRow("failed", link(LinkState::Failed), {"warning node_failed:pg3"});
    addRow("unreachable", link(LinkState::Unreachable), {"critical node_unreachable:pg3"});
    addRow("unreachable, two polls, still fresh", link(LinkState::Unreachable, 2000), {});
    addRow("unreachable, stale, two polls",
           [](Snapshot &s) {
               takeDown(s, pg3, LinkState::Unreachable, 4000);
               status(s, pg3).missedPolls = 2;
           },
           {"unknown stale:pg3"});
    addRow("unreachable, but its upstream feeds it",
           [](Snapshot &s) {
               const auto before = s.nodes[1].sample;
               takeDown(s, pg3, LinkState::Unreachable);
               status(s, pg2).sample = before;
           },
           {"warning node_unreachable:pg3"});
    addRow("unreachable, and only its walsender's row is left",
           [](Snapshot &s) {
               const auto before = s.nodes[1].sample;
               takeDown(s, pg3, LinkState::Unreachable);
               status(s, pg2).sample = before;
               senderOf(edit(s, pg2), pg3)->replyTime = edit(s, pg3).serverTime.addMSecs(-100);
           },
           {"critical node_unreachable:pg3"});
    addRow("unreachable, and its walsender has not heard from it for long",
           [](Snapshot &s) {
               const auto before = s.nodes[1].sample;
               takeDown(s, pg3, LinkState::Unreachable, 40'000);
               status(s, pg2).sample = before;
               senderOf(edit(s, pg2), pg3)->replyTime = edit(s, pg2).serverTime.addSecs(-15);
           },
           {"critical node_unreachable:pg3"});
    const auto neverReached = [](int replyAgeMs) {
        return Change([=](Snapshot &s) {
            const auto before = s.nodes[1].sample;
            neverSeen(s, pg3, LinkState::Unreachable);
            status(s, pg3).missedPolls = 3;
            status(s, pg2).sample = before;
            senderOf(edit(s, pg2), pg3)->replyTime = edit(s, pg2).serverTime.addMSecs(-replyAgeMs);
        });
    };
    addRow("never reached, but its upstream hears it", neverReached(14'999), {"warning node_unreachable:pg3"});
    addRow("never reached, and only its walsender's row is there", neverReached(15'000),
           {"unknown node_unreachable:pg3"});
    addRow("unresponsive, two polls",
           [](Snapshot &s) {
               takeDown(s, pg3, LinkState::Unresponsive, 4000);
               status(s, pg3).missedPolls = 2;
           },
           {"unknown stale:pg3"});
    addRow("down at once", link(LinkState::Down, 100), {"critical node_down:pg3"});
    addRow("witness down", [](Snapshot &s) { takeDown(s, wit1); }, {"warning node_down:wit1"});
    addRow("stale", [](Snapshot &s) { makeStale(s, pg3); }, {"unknown stale:pg3"});
    addRow("connecting", [](Snapshot &s) { neverSeen(s, pg3); }, {});
    addRow("connecting for long",
           [](Snapshot &s) {
               neverSeen(s, pg3);
               status(s, pg3).linkSinceMs -= 5000;
           },
           {"unknown stale:pg3"});
    addRow("never answered", [](Snapshot &s) { neverSeen(s, pg3, LinkState::Refused); }, {"warning node_refused:pg3"});
    addRow("reconnecting",
           [](Snapshot &s) {
               makeStale(s, pg3);
               status(s, pg3).link = LinkState::Connecting;
           },
           {"unknown stale:pg3"});
    addRow("paused", [](Snapshot &s) { s.paused = true; }, {"unknown paused"});
    addRow("a standby that is no node", [](Snapshot &s) { std::erase_if(s.nodes, isNamed(pg3)); },
           {"unknown unwatched:pg2/pg3"});
    addRow("what may be the silent node is no stranger",
           [](Snapshot &s) {
               senderOf(edit(s, pg2), pg3)->applicationName = QStringLiteral("walreceiver");
               senderOf(edit(s, pg2), QStringLiteral("walreceiver"))->slotName.clear();
               takeDown(s, pg3, LinkState::Down, 60'000);
           },
           {"critical node_down:pg3"});
    addRow("isolated",
           [](Snapshot &s) {
               for (const QString &name : {pg1, pg2, pg3, wit1}) {
                   takeDown(s, name, LinkState::ConsoleIsolated, 10'000);
               }
           },
           {"unknown console_isolated"});
    addRow("frozen postmaster", [](Snapshot &s) { status(s, pg2).acceptsConnections = false; },
           {"critical no_new_connections:pg2"});
    addRow("frozen postmaster of a witness", [](Snapshot &s) { status(s, wit1).acceptsConnections = false; },
           {"warning no_new_connections:wit1"});
}

// pg2 has everything and takes over.
static void switchOver(Snapshot &snapshot)
{
    edit(snapshot, pg2).replayLsn = edit(snapshot, pg1).currentLsn;
    makeWritable(snapshot, pg2);
    setSetting(edit(snapshot, pg2), QStringLiteral("synchronous_standby_names"), {});
}

void TestHealth::writable_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("expected");
    addRow("primary down", [](Snapshot &s) { takeDown(s, pg1); }, {"critical no_writable", "critical node_down:pg1"});
    addRow("all down",
           [](Snapshot &s) {
               for (const QString &name : {pg1, pg2, pg3}) {
                   takeDown(s, name);
               }
           },
           {"critical no_writable", "critical node_down:pg1", "critical node_down:pg2", "critical node_down:pg3"});
    addRow("primary refused, and no standby hears it",
           [](Snapshot &s) {
               takeDown(s, pg1, LinkState::Refused);
               edit(s, pg2).receiver.reset();
           },
           {"critical no_writable", "warning node_refused:pg1"});
    addRow("primary refused here, but a standby hears it", [](Snapshot &s) { takeDown(s, pg1, LinkState::Refused); },
           {"warning node_refused:pg1"});
    addRow("primary starting up", [](Snapshot &s) { takeDown(s, pg1, LinkState::StartingUp); },
           {"critical no_writable", "warning node_starting_up:pg1"});
    addRow("all in recovery",
           [](Snapshot &s) {
               NodeSample &sample = edit(s, pg1);
               sample.inRecovery = true;
               sample.replayLsn = sample.receiveLsn = sample.currentLsn;
               sample.senders.clear();
               sample.replicationSlots.clear();
               setSetting(sample, QStringLiteral("restore_command"), QStringLiteral("cp"));
               stopStreaming(s, pg2);
               setSetting(edit(s, pg2), QStringLiteral("primary_conninfo"), {});
               setSetting(edit(s, pg2), QStringLiteral("restore_command"), QStringLiteral("cp"));
           },
           {"critical no_writable"});
    addRow("primary unreachable from here, standby hears it",
           [](Snapshot &s) { takeDown(s, pg1, LinkState::Unreachable); }, {"warning node_unreachable:pg1"});
    addRow("primary unreachable for everybody",
           [](Snapshot &s) {
               takeDown(s, pg1, LinkState::Unreachable);
               edit(s, pg2).receiver->lastMsgReceiptTime = edit(s, pg2).serverTime.addSecs(-20);
               edit(s, pg2).receiver->lastMsgSendTime = edit(s, pg2).serverTime.addSecs(-20);
           },
           {"critical no_writable", "critical node_unreachable:pg1"});
    addRow("primary's password changed", [](Snapshot &s) { takeDown(s, pg1, LinkState::WrongPassword); },
           {"warning node_wrong_password:pg1"});
    addRow("primary never seen", [](Snapshot &s) { neverSeen(s, pg1); }, {});
    addRow("primary is not in the file",
           [](Snapshot &s) {
               s.nodes.erase(s.nodes.begin());
               s.trail.reset();
           },
           {"warning primary_outside"});
    addRow("what stands between primary and standby is not in the file",
           [](Snapshot &s) {
               s.nodes.erase(s.nodes.begin() + 1);
               setSetting(edit(s, pg1), QStringLiteral("synchronous_standby_names"), {});
           },
           {"unknown upstream_unwatched:pg3"});
    addRow("primary is not in the file, and whom the standbys follow is hidden",
           [](Snapshot &s) {
               s.nodes.erase(s.nodes.begin());
               s.trail.reset();
               for (const QString &name : {pg2, pg3}) {
                   hidePermissions(s, name);
               }
           },
           {"warning no_permission:dba"});
    addRow("two writable", [](Snapshot &s) { makeWritable(s, pg3); }, {"critical several_writable"});
    addRow("two writable, one is a witness", [](Snapshot &) {}, {});
    addRow("two writable of two clusters",
           [](Snapshot &s) {
               makeWritable(s, pg3);
               makeForeign(s, pg3);
           },
           {"critical several_clusters", "critical system_identifier:pg3"});
    for (const LinkState gone : {LinkState::Down, LinkState::Refused, LinkState::StartingUp}) {
        addRow(qPrintable(QStringLiteral("switched over, the old primary is ") + linkKey(gone)),
               [=](Snapshot &s) {
                   switchOver(s);
                   takeDown(s, pg1, gone, 1000);
               },
               {gone == LinkState::Down      ? "critical node_down:pg1"
                : gone == LinkState::Refused ? "warning node_refused:pg1"
                                             : "warning node_starting_up:pg1"});
    }
    addRow("switched over, the old primary is about to stop",
           [](Snapshot &s) {
               switchOver(s);
               takeDown(s, pg1, LinkState::ShuttingDown, 500);
           },
           {"warning node_shutting_down:pg1"});
    addRow("the primary has just said that it goes, perhaps only of our session",
           [](Snapshot &s) { takeDown(s, pg1, LinkState::ShuttingDown, 500); }, {"warning node_shutting_down:pg1"});
    addRow("primary named twice", [](Snapshot &s) { nameTwice(s, pg1, QStringLiteral("vip")); },
           {"warning named_twice:vip"});
    addRow("primary named twice, one name has no session left",
           [](Snapshot &s) {
               nameTwice(s, pg1, QStringLiteral("vip"));
               status(s, QStringLiteral("vip")).link = LinkState::TooManyConnections;
           },
           {"warning named_twice:vip", "warning node_too_many_connections:vip"});
    addRow("standby named twice", [](Snapshot &s) { nameTwice(s, pg2, QStringLiteral("ro")); },
           {"warning named_twice:ro"});
    addRow("primary named twice, one name is silent now",
           [](Snapshot &s) {
               nameTwice(s, pg1, QStringLiteral("vip"));
               makeStale(s, pg1);
           },
           {"unknown stale:pg1"});
    addRow("the other writable one is stale",
           [](Snapshot &s) {
               makeWritable(s, pg3);
               makeStale(s, pg3);
           },
           {"unknown stale:pg3"});
}

void TestHealth::server_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QStringList>("expected");
    const auto failing = [](qint64 lastGood, qint64 lastBad, qint64 heldMs = 0) {
        return Change([=](Snapshot &s) {
            NodeSample &sample = edit(s, pg1);
            sample.archiver->lastArchivedTime = lastGood < 0 ? QDateTime() : sample.serverTime.addSecs(-lastGood);
            sample.archiver->lastFailedTime = sample.serverTime.addSecs(-lastBad);
            held(s, QStringLiteral("archive_failing:pg1"), heldMs);
        });
    };
    addRow("somebody is at it",
           [](Snapshot &s) { edit(s, pg1).activity.emplace().clusterLock = QStringLiteral("process 7, howdah"); },
           {"warning operation_under_way"});
    addRow("archive fails", failing(20, 10), {"warning archive_failing:pg1"});
    addRow("archive failed before", failing(10, 20), {});
    addRow("archive fails for long", failing(20, 10, 301'000), {"critical archive_failing:pg1"});
    addRow("archive fails once after a quiet hour", failing(3600, 1), {"warning archive_failing:pg1"});
    addRow("archive fails for long, just looked, and files pile up",
           [=](Snapshot &s) {
               failing(900, 10)(s);
               edit(s, pg1).archiver->readyCount = 3;
           },
           {"critical archive_failing:pg1"});
    addRow("archive fails, files pile up, not for long",
           [=](Snapshot &s) {
               failing(200, 10)(s);
               edit(s, pg1).archiver->readyCount = 3;
           },
           {"warning archive_failing:pg1"});
    addRow("archive never worked", failing(-1, 10), {"warning archive_failing:pg1"});
    addRow("archive switched off since",
           [=](Snapshot &s) {
               failing(900, 10)(s);
               setSetting(edit(s, pg1), QStringLiteral("archive_mode"), QStringLiteral("off"));
           },
           {});
    addRow("a standby that archives always",
           [](Snapshot &s) {
               NodeSample &sample = edit(s, pg3);
               setSetting(sample, QStringLiteral("archive_mode"), QStringLiteral("always"));
               sample.archiver->lastFailedTime = sample.serverTime.addSecs(-5);
           },
           {"warning archive_failing:pg3"});
    const auto ready = [](qint64 count) {
        return Change([=](Snapshot &s) { edit(s, pg1).archiver->readyCount = count; });
    };
    addRow("9 wait", ready(9), {});
    addRow("10 wait", ready(10), {"warning archive_backlog:pg1"});
    addRow("50 wait", ready(50), {"critical archive_backlog:pg1"});

    const auto sync = [](const char *names, const char *commit = "on") {
        return Change([=](Snapshot &s) {
            setSetting(edit(s, pg1), QStringLiteral("synchronous_standby_names"), QString::fromLatin1(names));
            setSetting(edit(s, pg1), QStringLiteral("synchronous_commit"), QString::fromLatin1(commit));
        });
    };
    addRow("sync satisfied", sync("FIRST 1 (pg2, pg3)"), {});
    addRow("sync short by one", sync("FIRST 2 (pg2, pg3)"), {"critical sync_unsatisfied:pg1"});
    addRow("sync short, nobody waits", sync("FIRST 2 (pg2, pg3)", "local"), {});
    addRow("quorum short", sync("ANY 2 (*)"), {"critical sync_unsatisfied:pg1"});
    addRow("sync names are of before a reload",
           [=](Snapshot &s) {
               sync("FIRST 2 (pg2, pg3)")(s);
               edit(s, pg1).configurationLoadTime = edit(s, pg1).serverTime;
           },
           {});
    addRow("archive queue not readable",
           [](Snapshot &s) {
               edit(s, pg1).archiver->readyCount.reset();
               edit(s, pg1).unreadable.insert(QStringLiteral("archive_status"), QStringLiteral("It took over 0.3 s"));
           },
           {"unknown unreadable:pg1"});
    addRow("sync standby catching up",
           [](Snapshot &s) { edit(s, pg1).senders.front().state = QStringLiteral("catchup"); },
           {"critical sync_unsatisfied:pg1"});
    addRow("sync not visible",
           [](Snapshot &s) {
               edit(s, pg1).senders.clear();
               edit(s, pg1).unreadable.insert(QStringLiteral("senders"), QStringLiteral("canceling statement"));
           },
           {"unknown unreadable:pg1"});

    addRow("no permission on all",
           [](Snapshot &s) {
               for (const QString &name : {pg1, pg2, pg3}) {
                   hidePermissions(s, name);
               }
           },
           {"warning no_permission:dba"});
    addRow("no permission on one", [](Snapshot &s) { hidePermissions(s, wit1); }, {"warning no_permission:dba"});
    addRow("identity not read",
           [](Snapshot &s) {
               edit(s, pg3).seesStatistics = false;
               edit(s, pg3).unreadable.insert(QStringLiteral("identity"), QStringLiteral("permission denied"));
           },
           {"unknown unreadable:pg3"});
    addRow("disk not readable is no matter",
           [](Snapshot &s) {
               edit(s, pg3).unreadable.insert(QStringLiteral("wal_disk"), QStringLiteral("permission denied"));
           },
           {});
    addRow("newer server", [](Snapshot &s) { edit(s, pg3).serverVersionNum = 190000; },
           {"warning unknown_version:pg3"});
    addRow("older server", [](Snapshot &s) { edit(s, pg3).serverVersionNum = 110000; },
           {"warning unknown_version:pg3"});
    addRow("newest known", [](Snapshot &s) { edit(s, pg3).serverVersionNum = 180002; }, {});
    addRow("password in the file",
           [](Snapshot &s) { s.configWarnings += QStringLiteral("The conninfo of node \"pg1\" holds a password."); },
           {"warning config:0"});
}

void TestHealth::reasonIsSaidOnce()
{
    Snapshot snapshot = threeNodes();
    takeDown(snapshot, pg3, LinkState::Refused);
    status(snapshot, pg3).linkError.message = QStringLiteral("10.0.0.13:5432 refused the connection.");
    QCOMPARE(assess(snapshot).findings.front().evidence,
             QStringLiteral("10.0.0.13:5432 refused the connection. It last answered 4 s ago, as cascading standby."));
}

void TestHealth::emptyCluster()
{
    const Assessment assessment = assess(noNodes());
    QCOMPARE(told(assessment), QStringList{QStringLiteral("unknown no_nodes")});
    QCOMPARE(verdictKey(assessment.verdict), QStringLiteral("unknown"));
    QCOMPARE(assessment.newestSampleAgeMs, -1);
    QCOMPARE(assessment.lossNow, QStringLiteral("unknown"));
}

QTEST_APPLESS_MAIN(TestHealth)
#include "tst_health.moc"
