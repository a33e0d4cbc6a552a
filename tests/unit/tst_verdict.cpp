// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "cluster/health.h"
#include "support/snapshots.h"

using namespace howdah::cluster;
using namespace howdah::testsupport;

namespace {
const QString pg1 = QStringLiteral("pg1");
const QString pg2 = QStringLiteral("pg2");
const QString pg3 = QStringLiteral("pg3");
const QString wit1 = QStringLiteral("wit1");

using Change = std::function<void(Snapshot &)>;

Snapshot changed(const Change &change)
{
    Snapshot snapshot = withWitness();
    change(snapshot);
    return snapshot;
}

QStringList verdicts(const Assessment &assessment)
{
    QStringList words;
    for (const Verdict verdict : assessment.nodeVerdicts) {
        words += verdictKey(verdict);
    }
    return words;
}
} // namespace

/// What is said about the whole: the verdict, each node's word, what would be lost, and the memory behind it.
class TestVerdict : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void verdict_data();
    void verdict();
    void states_data();
    void states();
    void loss_data();
    void loss();
    void sync();
    void worstFirstThenOldest();
    void lagMustLast();
    void aGapForgetsNoLag_data();
    void aGapForgetsNoLag();
    void streamingAgainIsForgotten();
    void sinceSurvives();
    void whatBeganUnseenSaysAtLeast();
    void divergedWhileItIsServed();
    void everythingUnseenSaysAtLeast_data();
    void everythingUnseenSaysAtLeast();
    void newestSample();
    void unknownIsNeverOk();
};

void TestVerdict::verdict_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("whole");
    QTest::addColumn<QString>("nodes");
    const auto row = [](const char *name, const char *whole, const char *nodes, Change change) {
        QTest::newRow(name) << std::move(change) << QString::fromLatin1(whole) << QString::fromLatin1(nodes);
    };
    row("healthy", "ok", "ok ok ok ok", [](Snapshot &) {});
    row("one stale", "unknown", "ok ok unknown ok", [](Snapshot &s) { makeStale(s, pg3); });
    row("one connecting", "unknown", "ok ok unknown ok", [](Snapshot &s) { neverSeen(s, pg3); });
    row("all connecting", "unknown", "unknown unknown unknown unknown", [](Snapshot &s) {
        for (const QString &name : {pg1, pg2, pg3, wit1}) {
            neverSeen(s, name);
        }
    });
    row("paused", "unknown", "unknown unknown unknown unknown", [](Snapshot &s) { s.paused = true; });
    row("isolated", "unknown", "unknown unknown unknown unknown", [](Snapshot &s) {
        for (const QString &name : {pg1, pg2, pg3, wit1}) {
            takeDown(s, name, LinkState::ConsoleIsolated, 5000);
        }
    });
    row("standby paused", "warning", "ok warning ok ok", [](Snapshot &s) { pauseReplay(s, pg2); });
    row("standby down", "critical", "ok ok critical ok", [](Snapshot &s) { takeDown(s, pg3); });
    row("witness down", "warning", "ok ok ok warning", [](Snapshot &s) { takeDown(s, wit1); });
    row("two writable", "critical", "critical ok critical ok", [](Snapshot &s) { makeWritable(s, pg3); });
    row("blind on all data nodes", "warning", "unknown unknown unknown ok", [](Snapshot &s) {
        for (const QString &name : {pg1, pg2, pg3}) {
            hidePermissions(s, name);
        }
    });
    row("standbys of a dead primary", "critical", "critical warning ok ok", [](Snapshot &s) {
        takeDown(s, pg1);
        edit(s, pg2).receiver.reset();
    });
}

void TestVerdict::verdict()
{
    QFETCH(Change, change);
    QFETCH(QString, whole);
    QFETCH(QString, nodes);
    const Assessment assessment = assess(changed(change));
    QCOMPARE(verdicts(assessment).join(QLatin1Char(' ')), nodes);
    QCOMPARE(verdictKey(assessment.verdict), whole);
}

void TestVerdict::states_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("state");
    const auto row = [](const QString &node, const char *state, Change change) {
        QTest::newRow(qPrintable(node + QLatin1Char(' ') + QLatin1String(state)))
            << std::move(change) << node << QString::fromLatin1(state);
    };
    row(pg1, "accepting writes", [](Snapshot &) {});
    row(pg3, "streaming", [](Snapshot &) {});
    row(wit1, "reachable", [](Snapshot &) {});
    row(pg3, "replay paused", [](Snapshot &s) { pauseReplay(s, pg3); });
    row(pg3, "not streaming", [](Snapshot &s) { stopStreaming(s, pg3); });
    row(pg3, "catching up", [](Snapshot &s) { edit(s, pg2).senders.front().state = QStringLiteral("catchup"); });
    row(pg3, "no permission", [](Snapshot &s) {
        hidePermissions(s, pg2);
        hidePermissions(s, pg3);
    });
    row(pg3, "reading the archive", [](Snapshot &s) {
        stopStreaming(s, pg3);
        setSetting(edit(s, pg3), QStringLiteral("primary_conninfo"), {});
        setSetting(edit(s, pg3), QStringLiteral("restore_command"), QStringLiteral("cp"));
    });
    row(pg3, "streaming, delayed",
        [](Snapshot &s) { setSetting(edit(s, pg3), QStringLiteral("recovery_min_apply_delay"), QStringLiteral("5")); });
    row(pg3, "does not belong here", [](Snapshot &s) { diverge(s, pg3); });
    row(pg3, "no answer for 5 s", [](Snapshot &s) { makeStale(s, pg3); });
    row(pg3, "connecting", [](Snapshot &s) { neverSeen(s, pg3); });
    row(pg3, "down", [](Snapshot &s) { takeDown(s, pg3, LinkState::Down, 100); });
    row(pg3, "unreachable from here", [](Snapshot &s) { takeDown(s, pg3, LinkState::Unreachable); });
    row(pg3, "no new connections", [](Snapshot &s) { status(s, pg3).acceptsConnections = false; });
    row(pg1, "no new connections", [](Snapshot &s) { status(s, pg1).acceptsConnections = false; });
    row(pg3, "sampling paused", [](Snapshot &s) { s.paused = true; });
}

void TestVerdict::states()
{
    QFETCH(Change, change);
    QFETCH(QString, node);
    QFETCH(QString, state);
    const Snapshot snapshot = changed(change);
    QCOMPARE(assess(snapshot).nodeStates[static_cast<std::size_t>(indexOf(snapshot, node))], state);
}

void TestVerdict::loss_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("loss");
    const auto async = [](Snapshot &s) {
        setSetting(edit(s, pg1), QStringLiteral("synchronous_standby_names"), {});
        edit(s, pg1).senders.front().syncState = QStringLiteral("async");
    };
    QTest::newRow("sync") << Change([](Snapshot &) {}) << "none, pg2 is sync";
    QTest::newRow("async") << Change(async) << "at least 24 kB";
    QTest::newRow("async, idle") << Change([=](Snapshot &s) {
        async(s);
        makeIdle(s);
    }) << "none, pg2 has everything";
    QTest::newRow("sync standby gone") << Change([](Snapshot &s) { takeDown(s, pg2); }) << "at least 88 kB";
    QTest::newRow("quorum of several") << Change([](Snapshot &s) {
        NodeSample &primary = edit(s, pg1);
        setSetting(primary, QStringLiteral("synchronous_standby_names"), QStringLiteral("ANY 1 (pg2, x)"));
        primary.senders.front().syncState = QStringLiteral("quorum");
        Sender other = primary.senders.front();
        other.pid = 9;
        other.applicationName = QStringLiteral("x");
        other.slotName.clear();
        primary.senders.push_back(other);
    }) << "none, 1 of pg2 and x hold every commit";
    QTest::newRow("primary down") << Change([](Snapshot &s) { takeDown(s, pg1); }) << "unknown";
    QTest::newRow("standbys silent") << Change([](Snapshot &s) {
        takeDown(s, pg2);
        takeDown(s, pg3);
    }) << "unknown";
    QTest::newRow("no standby") << Change([](Snapshot &s) {
        s.nodes.erase(s.nodes.begin() + 1, s.nodes.begin() + 3);
        edit(s, pg1).senders.clear();
        edit(s, pg1).replicationSlots.clear();
    }) << "everything, there is no standby";
    QTest::newRow("a standby that is not in the file") << Change([](Snapshot &s) {
        const std::vector<Sender> senders = s.nodes[0].sample->senders;
        s.nodes.erase(s.nodes.begin() + 1, s.nodes.begin() + 3);
        edit(s, pg1).senders = senders;
    }) << "unknown";
    QTest::newRow("whether there is one is hidden") << Change([](Snapshot &s) {
        s.nodes.erase(s.nodes.begin() + 1, s.nodes.begin() + 3);
        edit(s, pg1).senders.clear();
        edit(s, pg1).replicationSlots.clear();
        edit(s, pg1).unreadable.insert(QStringLiteral("senders"), QStringLiteral("canceling statement"));
    }) << "unknown";
    QTest::newRow("only a diverged one") << Change([](Snapshot &s) {
        diverge(s, pg3);
        s.nodes.erase(s.nodes.begin() + 1);
        edit(s, pg1).senders.clear();
        edit(s, pg1).replicationSlots.clear();
    }) << "everything, there is no standby";
}

void TestVerdict::loss()
{
    QFETCH(Change, change);
    QFETCH(QString, loss);
    QCOMPARE(assess(changed(change)).lossNow, loss);
}

void TestVerdict::sync()
{
    Snapshot snapshot = withWitness();
    SyncState state = assess(snapshot).sync;
    QVERIFY(state.known && state.configured && !state.any && state.satisfied);
    QCOMPARE(state.required, 1);
    QCOMPARE(state.names, QStringList{pg2});
    QCOMPARE(state.holding, QStringList{pg2});
    hidePermissions(snapshot, pg1);
    state = assess(snapshot).sync;
    QVERIFY(!state.known && state.satisfied); // not known is no alarm
    takeDown(snapshot, pg1);
    QVERIFY(!assess(snapshot).sync.known);
}

void TestVerdict::worstFirstThenOldest()
{
    const Snapshot snapshot = changed([](Snapshot &s) {
        takeDown(s, pg3, LinkState::Down, 9000);
        pauseReplay(s, pg2);
        s.watch.insert(QStringLiteral("replay_paused:pg2"), s.takenMonotonicMs - 60'000);
        edit(s, pg1).archiver->readyCount = 12;
        s.watch.insert(QStringLiteral("archive_backlog:pg1"), s.takenMonotonicMs - 90'000);
        status(s, wit1).acceptsConnections = false;
    });
    QStringList ids;
    for (const Finding &finding : assess(snapshot).findings) {
        ids += finding.id;
    }
    QCOMPARE(ids, (QStringList{QStringLiteral("node_down:pg3"), QStringLiteral("archive_backlog:pg1"),
                               QStringLiteral("replay_paused:pg2"), QStringLiteral("no_new_connections:wit1")}));
}

void TestVerdict::lagMustLast()
{
    Snapshot snapshot = withWitness();
    NodeSample &pg3Sample = edit(snapshot, pg3);
    pg3Sample.replayLsn = Lsn{pg3Sample.replayLsn->value - (400ULL << 20)};
    senderOf(edit(snapshot, pg2), pg3)->replayLsn = edit(snapshot, pg3).replayLsn;
    senderOf(edit(snapshot, pg2), pg3)->replayLag.reset();
    for (int second = 0; second < 60; ++second) {
        snapshot.watch = observe(snapshot.watch, snapshot);
        QVERIFY2(assess(snapshot).findings.empty(), qPrintable(QString::number(second)));
        advance(snapshot, 1000);
    }
    snapshot.watch = observe(snapshot.watch, snapshot);
    const Assessment assessment = assess(snapshot);
    QCOMPARE(assessment.findings.size(), std::size_t(1));
    QCOMPARE(assessment.findings.front().id, QStringLiteral("lag_high:pg3"));
    QCOMPARE(assessment.findings.front().sinceMs, kNowMonotonicMs); // since it began, not since it was told
}

// A lag that can't be measured for a while has not ended, and none begins meanwhile.
void TestVerdict::aGapForgetsNoLag_data()
{
    QTest::addColumn<Change>("hide");
    QTest::addColumn<bool>("kept");
    QTest::newRow("nothing hidden") << Change([](Snapshot &) {}) << true;
    QTest::newRow("the standby is silent") << Change([](Snapshot &s) { makeStale(s, pg3); }) << true;
    QTest::newRow("the primary is silent") << Change([](Snapshot &s) { makeStale(s, pg1); }) << true;
    QTest::newRow("paused") << Change([](Snapshot &s) { s.paused = true; }) << true;
    QTest::newRow("it is caught up") << Change([](Snapshot &s) {
        const Watch watch = s.watch;
        s = withWitness();
        s.watch = watch;
    }) << false;
}

void TestVerdict::aGapForgetsNoLag()
{
    QFETCH(Change, hide);
    QFETCH(bool, kept);
    Snapshot snapshot = changed([](Snapshot &s) {
        const Lsn replayed{s.nodes[0].sample->currentLsn->value - (5ULL << 30)};
        edit(s, pg3).replayLsn = replayed;
        senderOf(edit(s, pg2), pg3)->replayLsn = replayed;
        for (const char *key : {"lag:pg3", "lag_critical:pg3", "lag_high:pg3"}) {
            s.watch.insert(QLatin1String(key), s.takenMonotonicMs - 120'000);
        }
    });
    const Watch before = snapshot.watch;
    hide(snapshot);
    const Watch after = observe(before, snapshot);
    for (auto key = before.cbegin(); key != before.cend(); ++key) {
        QVERIFY2(after.contains(key.key()) == kept, qPrintable(key.key()));
        QVERIFY2(!kept || after.value(key.key()) == key.value(), qPrintable(key.key()));
    }
    const Watch empty = observe({}, snapshot);
    QVERIFY(!empty.contains(QStringLiteral("lag_high:pg3")));

    // Likewise of one that does not stream, while it is silent itself.
    Snapshot broken = changed([](Snapshot &s) { stopStreaming(s, pg3); });
    const Watch watch = observe({}, broken);
    makeStale(broken, pg3);
    QCOMPARE(observe(watch, broken).value(QStringLiteral("not_streaming:pg3")), kNowMonotonicMs);
    Snapshot healthy = withWitness();
    makeStale(healthy, pg3);
    QVERIFY(!observe(watch, healthy).contains(QStringLiteral("not_streaming:pg3"))); // pg2 sees it stream
}

void TestVerdict::streamingAgainIsForgotten()
{
    Snapshot snapshot = changed([](Snapshot &s) { stopStreaming(s, pg3); });
    const QString key = QStringLiteral("not_streaming:pg3");
    const Watch broken = observe({}, snapshot);
    QCOMPARE(broken.value(key), kNowMonotonicMs);
    QVERIFY(!observe(broken, withWitness()).contains(key));
    // Of a healthy cluster nothing is remembered but since when it is seen.
    const Watch healthy = observe(broken, withWitness());
    for (auto held = healthy.cbegin(); held != healthy.cend(); ++held) {
        QVERIFY2(held.key().startsWith(QLatin1String("seen:")), qPrintable(held.key()));
    }
    QCOMPARE(healthy.size(), qsizetype(4));
}

void TestVerdict::sinceSurvives()
{
    Snapshot snapshot = changed([](Snapshot &s) { pauseReplay(s, pg3); });
    snapshot.watch = observe({}, snapshot);
    advance(snapshot, 30'000);
    snapshot.watch = observe(snapshot.watch, snapshot);
    QCOMPARE(assess(snapshot).findings.front().sinceMs, kNowMonotonicMs);
    // A memory from a clock that ran ahead does not give a finding from the future.
    snapshot.watch.insert(QStringLiteral("replay_paused:pg3"), snapshot.takenMonotonicMs + 5000);
    QCOMPARE(assess(snapshot).findings.front().sinceMs, snapshot.takenMonotonicMs);
}

// What was so at the first look at a node, or at the first after it was silent, has lasted longer than is known.
void TestVerdict::whatBeganUnseenSaysAtLeast()
{
    const auto tick = [](Snapshot &s, qint64 milliseconds) {
        advance(s, milliseconds);
        s.watch = observe(s.watch, s);
    };
    const auto last = [](const Snapshot &s) { return assess(s).findings.front(); };
    const QString atLeast = QStringLiteral("for at least");
    Snapshot snapshot = changed([](Snapshot &s) { stopStreaming(s, pg3); });
    Snapshot nobody = snapshot;
    for (const QString &name : {pg1, pg2, pg3, wit1}) {
        neverSeen(nobody, name);
    }
    snapshot.watch = observe({}, nobody); // the first state is of before any answer
    tick(snapshot, 100);
    tick(snapshot, 120'000);
    QVERIFY(last(snapshot).beganUnseen);
    QVERIFY2(last(snapshot).evidence.contains(atLeast), qPrintable(last(snapshot).evidence));
    QVERIFY(buildTopology(snapshot).edges.back().beganUnseen);

    Snapshot watched = withWitness();
    watched.watch = observe({}, watched);
    tick(watched, 60'000);
    stopStreaming(watched, pg3);
    tick(watched, 1000);
    tick(watched, 120'000);
    QVERIFY(!last(watched).beganUnseen);
    QVERIFY(!last(watched).evidence.contains(atLeast));
    QVERIFY(!buildTopology(watched).edges.back().beganUnseen);
}

/// A walsender serves the old timeline to its end, again and again: what has gone past it can't follow.
void TestVerdict::divergedWhileItIsServed()
{
    for (const char *state : {"startup", "catchup"}) {
        Snapshot snapshot = threeNodes();
        const auto receiver = edit(snapshot, pg3).receiver;
        const auto senders = edit(snapshot, pg2).senders;
        diverge(snapshot, pg3, 176);
        edit(snapshot, pg3).receiver = receiver;
        edit(snapshot, pg3).receiver->receivedTli = edit(snapshot, pg3).timeline;
        edit(snapshot, pg2).senders = senders;
        senderOf(edit(snapshot, pg2), pg3)->state = QLatin1String(state);
        const Assessment now = assess(snapshot, Thresholds::forOneLook());
        const auto found = std::find_if(now.findings.begin(), now.findings.end(),
                                        [](const Finding &one) { return one.id == QLatin1String("diverged:pg3"); });
        QVERIFY2(found != now.findings.end(), state);
        QVERIFY2(found->severity == Verdict::Critical && now.verdict == Verdict::Critical, state);
        QVERIFY2(found->evidence.contains(QStringLiteral("pg3 has gone 176 B past it")), qPrintable(found->evidence));
        QVERIFY2(!now.lag[2].bytes, state); // its positions mean other WAL
    }
}

// Also what is of the cluster and not of a node, what has to last before it is told, and links.
void TestVerdict::everythingUnseenSaysAtLeast_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("id");
    const auto row = [](const char *id, Change change) { QTest::newRow(id) << change << QString::fromLatin1(id); };
    row("several_writable", [](Snapshot &s) { makeWritable(s, pg2); });
    row("no_writable", [](Snapshot &s) { takeDown(s, pg1); });
    row("no_permission:monitor", [](Snapshot &s) {
        for (const QString &node : {pg1, pg2}) {
            hidePermissions(s, node);
            edit(s, node).sessionUser = QStringLiteral("monitor");
        }
    });
    row("diverged:pg3", [](Snapshot &s) {
        stopStreaming(s, pg3);
        edit(s, pg3).timeline = 8;
        edit(s, pg3).timelineHistory.clear();
    });
    row("lag_high:pg3", [](Snapshot &s) {
        edit(s, pg3).replayLsn->value -= 400ULL << 20;
        senderOf(edit(s, pg2), pg3)->replayLsn = edit(s, pg3).replayLsn;
    });
}

void TestVerdict::everythingUnseenSaysAtLeast()
{
    QFETCH(Change, change);
    QFETCH(QString, id);
    const auto atLast = [&](bool seenBefore) {
        Snapshot snapshot = withWitness();
        if (seenBefore) {
            snapshot.watch = observe({}, snapshot);
            advance(snapshot, 60'000);
        }
        change(snapshot);
        for (const int milliseconds : {1000, 120'000}) {
            snapshot.watch = observe(snapshot.watch, snapshot);
            advance(snapshot, milliseconds);
        }
        const std::vector<Finding> findings = assess(snapshot).findings;
        const auto found = std::find_if(findings.begin(), findings.end(), [&](const Finding &f) { return f.id == id; });
        return found == findings.end() ? Finding{} : *found;
    };
    const Finding unseen = atLast(false);
    QCOMPARE(unseen.id, id);
    QVERIFY(unseen.beganUnseen);
    if (id.startsWith(QLatin1String("lag"))) {
        QVERIFY2(unseen.evidence.contains(QLatin1String("for at least 2 min")), qPrintable(unseen.evidence));
    }
    QVERIFY(!atLast(true).beganUnseen);

    Snapshot refused = withWitness();
    takeDown(refused, pg3, LinkState::Down);
    QVERIFY(!assess(refused).findings.front().beganUnseen);
    neverSeen(refused, pg3, LinkState::Refused);
    QVERIFY(assess(refused).findings.front().beganUnseen);
}

void TestVerdict::newestSample()
{
    QCOMPARE(assess(withWitness()).newestSampleAgeMs, 400);
    QCOMPARE(assess(changed([](Snapshot &s) {
                 for (const QString &name : {pg1, pg2, pg3}) {
                     makeStale(s, name, 8000);
                 }
                 makeStale(s, wit1, 7000);
             })).newestSampleAgeMs,
             7000);
}

// Whatever is missing, a cluster with a node that is not known is not green.
void TestVerdict::unknownIsNeverOk()
{
    for (int link = 0; link <= static_cast<int>(LinkState::Failed); ++link) {
        for (const QString &name : {pg1, pg2, pg3, wit1}) {
            const auto state = static_cast<LinkState>(link);
            for (const bool seen : {true, false}) {
                const Snapshot snapshot = changed([&](Snapshot &s) {
                    if (seen) {
                        takeDown(s, name, state, 60'000);
                    } else {
                        neverSeen(s, name, state);
                    }
                });
                const Assessment assessment = assess(snapshot);
                const auto index = static_cast<std::size_t>(indexOf(snapshot, name));
                QVERIFY2(assessment.verdict != Verdict::Ok, qPrintable(linkKey(state)));
                QVERIFY2(assessment.nodeVerdicts[index] != Verdict::Ok, qPrintable(linkKey(state)));
                QVERIFY(!assessment.nodeStates[index].isEmpty());
            }
        }
    }
}

QTEST_APPLESS_MAIN(TestVerdict)
#include "tst_verdict.moc"
