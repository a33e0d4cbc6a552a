// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>
#include <functional>

#include "fakehands.h"
#include "operations/planjson.h"
#include "operations/runner.h"
#include "operations/switchover/patroniplan.h"
#include "operations/switchover/switchoverplan.h"
#include "switchoverfacts.h"

using namespace howdah;
using namespace howdah::unit;

using PatroniChange = std::function<void(Facts &, cluster::Snapshot &, patroni::PatroniFacts &)>;
Q_DECLARE_METATYPE(PatroniChange)

/// What is checked and planned where Patroni owns the cluster, and how it is asked about it.
class TestPatroniPlan : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void healthyOnePasses();
    void checks_data();
    void checks();
    void nothingIsDoneBehindItsBack();
    void addressesAndPoolersMoveAlong();
    void withoutPatroniThereAreNoSteps();
    void ownersNobodyNamed_data();
    void ownersNobodyNamed();
    void planSurvivesTheJournal();
    void whatPatroniMayAnswer_data();
    void whatPatroniMayAnswer();
    void apis_data();
    void apis();
    void gathers();
    void gathersWhyNot();
};

namespace {

patroni::Member memberOf(const QString &name, const QString &host, bool leads)
{
    patroni::Member one;
    one.node = one.member.name = name;
    one.member.role = leads ? QStringLiteral("leader") : QStringLiteral("replica");
    one.member.state = QStringLiteral("running");
    one.member.host = host;
    one.member.apiUrl = QStringLiteral("http://%1:8008/patroni").arg(host);
    one.api = QStringLiteral("http://%1:8008").arg(host);
    one.member.lag = leads ? std::nullopt : std::optional<qint64>(0);
    managers::PatroniNode self;
    self.name = name;
    self.version = QStringLiteral("3.0.2");
    self.state = QStringLiteral("running");
    one.self = self;
    return one;
}

/// pg1 leads pg2, as healthyPair() has it.
patroni::PatroniFacts calm(const cluster::Snapshot &snapshot)
{
    patroni::PatroniFacts facts;
    facts.base = QStringLiteral("http://10.0.0.11:8008");
    facts.config = managers::PatroniConfig{};
    facts.members = {memberOf(pg1, QStringLiteral("10.0.0.11"), true),
                     memberOf(pg2, QStringLiteral("10.0.0.12"), false)};
    for (patroni::Member &member : facts.members) {
        member.self->systemIdentifier = snapshot.nodes.front().sample->systemIdentifier;
        facts.cluster.members.push_back(member.member);
    }
    return facts;
}

Facts patronis(const cluster::Snapshot &snapshot, const patroni::PatroniFacts &own)
{
    Facts facts = lookingOn(snapshot);
    facts.patroni = own;
    return facts;
}

cluster::Snapshot managed(cluster::Snapshot snapshot)
{
    snapshot = prepared(std::move(snapshot));
    snapshot.manager = cluster::ManagerKind::Patroni;
    return snapshot;
}

patroni::Member &second(patroni::PatroniFacts &facts)
{
    return facts.members[1];
}

Handed<HttpAnswer> page(const QByteArray &body, int status = 200)
{
    return HttpAnswer{status, QString::fromUtf8(body)};
}

} // namespace

void TestPatroniPlan::healthyOnePasses()
{
    const cluster::Snapshot snapshot = managed(healthyPair());
    const Plan plan = planSwitchover(patronis(snapshot, calm(snapshot)), pg2);
    QVERIFY2(worst(plan.checks) == CheckResult::Passed, qPrintable(all(plan.checks)));
    for (const Check &one : plan.checks) {
        QVERIFY2(!one.evidence.isEmpty() && one.remedy.isEmpty(), qPrintable(one.id));
    }
    QStringList ids;
    for (const Step &step : plan.steps) {
        ids.append(step.id);
    }
    QCOMPARE(ids.join(QLatin1Char(' ')),
             QStringLiteral("lock lock_candidate checkpoint switchover rejoin proof unlock"));
    QCOMPARE(plan.steps[static_cast<std::size_t>(pointOfNoReturn(plan))].id, QStringLiteral("switchover"));
    const Action &ask = stepOf(plan, QStringLiteral("switchover"))->actions.front();
    QCOMPARE(ask.http.method, QStringLiteral("POST"));
    QCOMPARE(ask.http.url, QStringLiteral("http://10.0.0.12:8008/switchover"));
    QCOMPARE(ask.http.body, QStringLiteral("{\"candidate\":\"pg2\",\"leader\":\"pg1\"}"));
    QCOMPARE(ask.http.credentials, QStringLiteral("HOWDAH_PATRONI"));
    // The member may be called otherwise than its node.
    patroni::PatroniFacts named = calm(snapshot);
    second(named).member.name = QStringLiteral("db-b \"2\"");
    const Plan other = planSwitchover(patronis(snapshot, named), pg2);
    QCOMPARE(stepOf(other, QStringLiteral("switchover"))->actions.front().http.body,
             QStringLiteral("{\"candidate\":\"db-b \\\"2\\\"\",\"leader\":\"pg1\"}"));
}

void TestPatroniPlan::checks_data()
{
    QTest::addColumn<QString>("check");
    QTest::addColumn<QString>("result");
    QTest::addColumn<PatroniChange>("change");
    const auto row = [](const char *name, const char *check, const char *result, const PatroniChange &change) {
        QTest::newRow(name) << QString::fromLatin1(check) << QString::fromLatin1(result) << change;
    };
    row("API silent", "patroni_answers", "unknown",
        [](Facts &, auto &, auto &p) { p.error = QStringLiteral("Connection refused"); });
    row("leader's API silent", "patroni_leader", "unknown", [](Facts &, auto &, auto &p) {
        p.members[0].self.reset();
        p.members[0].error = QStringLiteral("Connection refused");
    });
    row("nobody leads", "patroni_leader", "failed",
        [](Facts &, auto &, auto &p) { p.members[0].member.role = QStringLiteral("replica"); });
    row("another leads", "patroni_leader", "failed", [](Facts &, auto &, auto &p) {
        p.members[0].member.role = QStringLiteral("replica");
        second(p).member.role = QStringLiteral("leader");
    });
    row("standby cluster", "patroni_leader", "failed",
        [](Facts &, auto &, auto &p) { p.members[0].member.role = QStringLiteral("standby_leader"); });
    row("no member", "patroni_member", "failed", [](Facts &, auto &, auto &p) { p.members.pop_back(); });
    row("stopped", "patroni_member", "failed",
        [](Facts &, auto &, auto &p) { second(p).member.state = QStringLiteral("stopped"); });
    row("its API silent", "patroni_member", "unknown", [](Facts &, auto &, auto &p) {
        second(p).self.reset();
        second(p).error = QStringLiteral("Connection refused");
    });
    row("starting", "patroni_member", "failed",
        [](Facts &, auto &, auto &p) { second(p).self->state = QStringLiteral("starting"); });
    row("sees no leader", "patroni_member", "failed",
        [](Facts &, auto &, auto &p) { second(p).self->clusterUnlocked = true; });
    row("nofailover", "patroni_member", "failed", [](Facts &, auto &, auto &p) {
        second(p).member.tags = {QStringLiteral("nofailover")};
        second(p).member.noFailover = true;
    });
    row("pending restart", "patroni_restart", "warning",
        [](Facts &, auto &, auto &p) { second(p).member.pendingRestart = true; });
    row("synchronous, and it is not", "patroni_sync", "failed",
        [](Facts &, auto &, auto &p) { p.config->synchronousMode = true; });
    row("no settings", "patroni_sync", "unknown", [](Facts &, auto &, auto &p) { p.config.reset(); });
    row("paused", "patroni_pause", "warning", [](Facts &, auto &, auto &p) { p.cluster.paused = true; });
    row("scheduled", "patroni_schedule", "failed",
        [](Facts &, auto &, auto &p) { p.cluster.switchoverAt = QStringLiteral("2026-12-24T10:00:00+01:00"); });
    row("behind", "patroni_lag", "failed", [](Facts &, auto &, auto &p) { second(p).member.lag = 2 << 20; });
    row("how far behind nobody knows", "patroni_lag", "unknown", [](Facts &, auto &, auto &p) {
        second(p).member.lag.reset();
        second(p).member.lagUnknown = true;
    });
    row("another is stopped", "siblings", "warning", [](Facts &, auto &, auto &p) {
        p.members.push_back(memberOf(pg3, QStringLiteral("10.0.0.13"), false));
        p.members.back().member.state = QStringLiteral("stopped");
    });
    // What a native switchover is checked for as well.
    row("candidate down", "candidate_known", "unknown", [](Facts &, auto &s, auto &) { makeStale(s, pg2, 60'000); });
    row("primary down", "one_primary", "unknown", [](Facts &, auto &s, auto &) { takeDown(s, pg1); });
    row("not streaming", "candidate_streams", "failed", [](Facts &, auto &s, auto &) { stopStreaming(s, pg2); });
    row("diverged", "candidate_streams", "failed", [](Facts &, auto &s, auto &) { diverge(s, pg2); });
    row("replay paused", "candidate_replays", "failed", [](Facts &, auto &s, auto &) { pauseReplay(s, pg2); });
    row("base backup", "no_base_backup", "failed",
        [](Facts &, auto &s, auto &) { edit(s, pg2).baseBackups.emplace_back(); });
    row("no session", "candidate_rights", "unknown",
        [](Facts &f, auto &, auto &) { f.nodes[pg2].sql = SqlAccess{.error = QStringLiteral("wrong password")}; });
    row("silent walreceiver", "walsenders_known", "failed", [](Facts &, auto &s, auto &) {
        cluster::Sender *sender = senderOf(edit(s, pg1), pg2);
        sender->replyTime = sender->replyTime.addSecs(-30);
    });
    row("sync rule", "sync_satisfiable", "failed", [](Facts &, auto &s, auto &) {
        setSetting(edit(s, pg2), QStringLiteral("synchronous_standby_names"), QStringLiteral("FIRST 2 (*)"));
    });
    row("slot stays behind", "slots", "warning", [](Facts &, auto &s, auto &) {
        cluster::Slot slot;
        slot.slotName = QStringLiteral("analytics_cdc");
        slot.slotType = QStringLiteral("logical");
        edit(s, pg1).replicationSlots.push_back(slot);
    });
    row("permanent slot", "slots", "passed", [](Facts &, auto &s, auto &p) {
        cluster::Slot slot;
        slot.slotName = QStringLiteral("analytics_cdc");
        slot.slotType = QStringLiteral("logical");
        edit(s, pg1).replicationSlots.push_back(slot);
        p.config->slotNames = {slot.slotName};
    });
    row("synchronous, and it is", "patroni_sync", "passed", [](Facts &, auto &s, auto &p) {
        p.config->synchronousMode = true;
        second(p).member.role = QStringLiteral("sync_standby");
        // It is Patroni's own doing then.
        setSetting(edit(s, pg2), QStringLiteral("synchronous_standby_names"), QStringLiteral("FIRST 2 (*)"));
    });
}

void TestPatroniPlan::checks()
{
    QFETCH(QString, check);
    QFETCH(QString, result);
    QFETCH(PatroniChange, change);
    cluster::Snapshot snapshot = managed(healthyPair());
    patroni::PatroniFacts own = calm(snapshot);
    Facts facts = patronis(snapshot, own);
    change(facts, snapshot, own);
    Facts changed = patronis(snapshot, own);
    changed.nodes = facts.nodes;
    const Plan plan = planSwitchover(changed, pg2);
    QVERIFY2(found(plan.checks, check) == result, qPrintable(all(plan.checks)));
    QCOMPARE(mayRun(plan, false), result == QLatin1String("passed"));
    QCOMPARE(mayRun(plan, true), result == QLatin1String("warning") || result == QLatin1String("passed"));
    for (const Check &one : plan.checks) {
        QVERIFY2(one.result == CheckResult::Passed || !one.remedy.isEmpty(), qPrintable(one.id));
    }
}

void TestPatroniPlan::nothingIsDoneBehindItsBack()
{
    cluster::Snapshot snapshot = managed(threeNodes());
    patroni::PatroniFacts own = calm(snapshot);
    own.members.push_back(memberOf(pg3, QStringLiteral("10.0.0.13"), false));
    Facts facts = patronis(snapshot, own);
    for (NodeFacts &node : facts.nodes) {
        node.sql.mayCheckpoint = true;
    }
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY(plan.secrets.empty());
    QVERIFY(sqlOf(stepOf(plan, QStringLiteral("checkpoint"))->actions).contains(QStringLiteral("pg2: CHECKPOINT")));
    for (const Step &step : plan.steps) {
        for (const std::vector<Action> *actions : {&step.actions, &step.verify, &step.undo, &step.notDone}) {
            for (const Action &action : *actions) {
                QVERIFY2(action.kind == Action::Kind::Sql || action.kind == Action::Kind::Http, qPrintable(step.id));
                for (const char *never : {"ALTER SYSTEM", "pg_promote", "pg_reload_conf", "pg_drop_", "pg_create_"}) {
                    QVERIFY2(!action.sql.contains(QLatin1String(never)), qPrintable(action.sql));
                }
                // Only the one request changes anything, and only that is signed.
                QCOMPARE(action.http.anonymous,
                         action.http.method == QLatin1String("GET") && action.kind == Action::Kind::Http);
                QVERIFY(action.http.method == QLatin1String("GET") || step.id == QLatin1String("switchover"));
            }
        }
    }
}

void TestPatroniPlan::addressesAndPoolersMoveAlong()
{
    const cluster::Snapshot snapshot = managed(healthyPair());
    Facts facts = patronis(snapshot, calm(snapshot));
    withAddress(facts, snapshot);
    const Plan plan = planSwitchover(facts, pg2);
    QStringList ids;
    for (const Step &step : plan.steps) {
        ids.append(step.id);
        QVERIFY2(!step.needs.contains(QStringLiteral("promote")), qPrintable(step.id));
    }
    QCOMPARE(ids.join(QLatin1Char(' ')),
             QStringLiteral("lock lock_candidate checkpoint pause_pgb1 switchover address_write "
                            "resume_pgb1 rejoin proof unlock"));
    QCOMPARE(found(plan.checks, QStringLiteral("addresses")), QStringLiteral("passed"));
    // --native is not for a cluster that Patroni owns.
    QCOMPARE(found(planSwitchover(facts, pg2, Way::Native).checks, QStringLiteral("not_managed")),
             QStringLiteral("failed"));
}

void TestPatroniPlan::withoutPatroniThereAreNoSteps()
{
    const cluster::Snapshot snapshot = managed(healthyPair());
    Facts facts = patronis(snapshot, calm(snapshot));
    facts.patroni.reset();
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY(plan.steps.empty());
    QCOMPARE(found(plan.checks, QStringLiteral("patroni_answers")), QStringLiteral("unknown"));
    QVERIFY(!mayRun(plan, true));
}

void TestPatroniPlan::ownersNobodyNamed_data()
{
    QTest::addColumn<cluster::ManagerKind>("manager");
    QTest::addColumn<bool>("answers");
    QTest::addColumn<bool>("ours");
    QTest::addColumn<bool>("patronis");
    using cluster::ManagerKind;
    QTest::newRow("said") << ManagerKind::Patroni << false << false << true;
    QTest::newRow("not said, and it answers") << ManagerKind::Auto << true << true << true;
    QTest::newRow("not said, and it does not") << ManagerKind::Auto << false << false << false;
    QTest::newRow("of another cluster on the host") << ManagerKind::Auto << true << false << false;
    QTest::newRow("said to be nobody's") << ManagerKind::None << true << true << false;
}

void TestPatroniPlan::ownersNobodyNamed()
{
    QFETCH(cluster::ManagerKind, manager);
    QFETCH(bool, answers);
    QFETCH(bool, ours);
    cluster::Snapshot snapshot = managed(healthyPair());
    snapshot.manager = manager;
    patroni::PatroniFacts own = calm(snapshot);
    for (patroni::Member &member : own.members) {
        member.self->systemIdentifier = *member.self->systemIdentifier + (ours ? 0 : 1);
    }
    Facts facts = patronis(snapshot, own);
    if (!answers) {
        facts.patroni.reset();
    }
    QTEST(isPatronis(facts), "patronis");
}

void TestPatroniPlan::planSurvivesTheJournal()
{
    const cluster::Snapshot snapshot = managed(healthyPair());
    const Plan plan = planSwitchover(patronis(snapshot, calm(snapshot)), pg2);
    const auto back = planFromJson(toJson(plan));
    QVERIFY2(back, back ? "" : qPrintable(back.error().message));
    QVERIFY(back->steps == plan.steps);
    QVERIFY(back->guards == plan.guards);
}

void TestPatroniPlan::whatPatroniMayAnswer_data()
{
    QTest::addColumn<int>("status"); // 0: no answer
    QTest::addColumn<QString>("body");
    QTest::addColumn<bool>("won"); // what is seen afterwards
    QTest::addColumn<bool>("old");
    QTest::addColumn<bool>("awake");
    QTest::addColumn<QString>("outcome");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, int status, const char *body, bool won, bool old, bool awake,
                        const char *outcome, const char *says) {
        QTest::newRow(name) << status << QString::fromLatin1(body) << won << old << awake
                            << QString::fromLatin1(outcome) << QString::fromLatin1(says);
    };
    const char *done = "Successfully switched over to \"pg2\"";
    row("done", 200, done, true, false, true, "done", "");
    row("no candidate", 412, "switchover is not possible: no good candidates have been found", false, true, true,
        "undone", "no good candidates");
    row("bad request", 400, "Switchover could be performed only from a specific leader", false, true, true, "undone",
        "specific leader");
    row("failed", 503, "Switchover failed", false, true, true, "undone", "Switchover failed");
    row("still at it, and done", 503, "Switchover status unknown", true, false, true, "done", "");
    row("still at it", 503, "Switchover status unknown", false, false, true, "incomplete", "Switchover status unknown");
    row("another won", 200, "Switched over to \"pg3\" instead of \"pg2\"", false, false, true, "incomplete",
        "Switched over to \"pg3\" instead of \"pg2\"");
    row("lost, and done", 0, "", true, false, true, "done", "");
    row("lost, and not done", 0, "", false, true, true, "undone", "lost");
    row("asleep with it", 0, "", false, true, false, "incomplete", "Find out who leads now");
}

void TestPatroniPlan::whatPatroniMayAnswer()
{
    QFETCH(int, status);
    QFETCH(QString, body);
    QFETCH(bool, won);
    QFETCH(bool, old);
    QFETCH(bool, awake);
    const cluster::Snapshot snapshot = managed(healthyPair());
    Plan plan = planSwitchover(patronis(snapshot, calm(snapshot)), pg2);
    for (Step &step : plan.steps) {
        step.deadlineMs = std::min(step.deadlineMs, 500);
        for (std::vector<Action> *actions : {&step.actions, &step.verify, &step.notDone}) {
            for (Action &action : *actions) {
                action.deadlineMs = action.deadlineMs > 0 ? 150 : 0;
            }
        }
    }
    FakeHands hands;
    const auto url = [](const char *rest) { return QStringLiteral("http://10.0.0.%1").arg(QLatin1String(rest)); };
    bool asked = false;
    hands.requested = [&](const QString &text) {
        if (!text.startsWith(QLatin1String("POST"))) {
            return;
        }
        asked = true;
        hands.pages[QStringLiteral("GET ") + url("12:8008/primary")] = {page({}, won ? 200 : 503)};
        hands.pages[QStringLiteral("GET ") + url("11:8008/primary")] = {page({}, old ? 200 : 503)};
        hands.pages[QStringLiteral("GET ") + url("12:8008/patroni")] = {
            awake ? page("{}") : tl::unexpected(FakeHands::failure(QStringLiteral("no answer")))};
        hands.answers[QStringLiteral("SELECT NOT pg_is_in_recovery()")] =
            FakeHands::one(won ? QStringLiteral("t") : QStringLiteral("f"));
    };
    hands.pages[QStringLiteral("POST ") + url("12:8008/switchover {\"candidate\":\"pg2\",\"leader\":\"pg1\"}")] = {
        status > 0 ? Handed<HttpAnswer>(HttpAnswer{status, body})
                   : tl::unexpected(FakeHands::failure(QStringLiteral("lost")))};
    QTemporaryDir directory;
    auto journal = JournalWriter::create(directory.path(), plan, core::systemClock().wallMs());
    Runner runner(plan, hands, std::move(*journal), core::systemClock());
    QString outcome, remains;
    connect(&runner, &Runner::ended, &runner, [&](Outcome how, const QStringList &left) {
        outcome = operations::toString(how);
        remains = left.join(QLatin1Char('|'));
    });
    runner.start();
    QTRY_VERIFY_WITH_TIMEOUT(!outcome.isEmpty(), 20'000);
    QVERIFY(asked);
    QTEST(outcome, "outcome");
    QFETCH(QString, says);
    QVERIFY2(remains.contains(says), qPrintable(remains));
    // The lock goes back whatever happened before the switch, and with the candidate's session after it.
    QCOMPARE(hands.told.filter(QStringLiteral("pg1: SELECT pg_advisory_unlock")).isEmpty(),
             outcome != QLatin1String("undone"));
}

void TestPatroniPlan::apis_data()
{
    QTest::addColumn<QString>("said");
    QTest::addColumn<QString>("node");
    QTest::addColumn<QString>("url");
    QTest::addColumn<QString>("api");
    const QString url = QStringLiteral("http://patroni.example:8008");
    QTest::newRow("the node's host") << QStringLiteral("http://10.0.0.12:8008/patroni") << pg2 << QString()
                                     << QStringLiteral("http://10.0.0.12:8008");
    QTest::newRow("the file's url") << QStringLiteral("https://patroni.example:8009/patroni") << pg2 << url
                                    << QStringLiteral("https://patroni.example:8009");
    // Credentials must not go to whoever a server names.
    QTest::newRow("a stranger") << QStringLiteral("http://evil.example:8008/patroni") << pg2 << QString()
                                << QStringLiteral("http://10.0.0.12:8008");
    QTest::newRow("a stranger, and no node")
        << QStringLiteral("http://evil.example:8008/patroni") << QString() << QString() << QString();
    QTest::newRow("with a password") << QStringLiteral("http://a:b@10.0.0.12:8008/patroni") << pg2 << QString()
                                     << QString();
    QTest::newRow("nothing") << QString() << pg2 << QString() << QString();
}

void TestPatroniPlan::apis()
{
    QFETCH(QString, said);
    QFETCH(QString, node);
    QFETCH(QString, url);
    const cluster::Snapshot snapshot = managed(healthyPair());
    cluster::ClusterConfig config = factsOf(snapshot).config;
    config.patroniUrl = url;
    managers::PatroniMember member;
    member.apiUrl = said;
    QTEST(patroni::apiOf(member, node, config, snapshot), "api");
}

void TestPatroniPlan::gathers()
{
    const cluster::Snapshot snapshot = managed(healthyPair());
    cluster::ClusterConfig config = factsOf(snapshot).config;
    config.patroniUrl = QStringLiteral("http://10.0.0.11:8008/");
    FakeHands hands;
    const auto get = [](const char *path) { return QStringLiteral("GET http://10.0.0.%1").arg(QLatin1String(path)); };
    hands.pages[get("11:8008/cluster")] = {page(R"({"members": [
        {"name": "pg1", "role": "leader", "state": "running", "api_url": "http://10.0.0.11:8008/patroni",
         "host": "10.0.0.11", "port": 5432, "timeline": 7},
        {"name": "db-b", "role": "replica", "state": "running", "api_url": "http://10.0.0.12:8008/patroni",
         "host": "10.0.0.12", "port": 5432, "timeline": 7, "lag": 24, "tags": {"nofailover": true, "a": 1}}]})")};
    hands.pages[get("12:8008/cluster")] = {page("not JSON")};
    hands.pages[get("11:8008/config")] = {page(R"({"loop_wait": 3, "synchronous_mode": "quorum",
        "maximum_lag_on_failover": 5, "slots": {"cdc": {}}})")};
    hands.pages[get("11:8008/patroni")] = {
        page(R"({"state": "running", "role": "master", "patroni": {"version": "3.0.2", "scope": "orders"}})")};
    // Of a server that is down: the body is there all the same.
    hands.pages[get("12:8008/patroni")] = {page(R"({"state": "stopped", "patroni": {"version": "3.0.2"}})", 503)};
    std::optional<patroni::PatroniFacts> got;
    patroni::PatroniGatherer gatherer(config, std::make_shared<const cluster::Snapshot>(snapshot), hands);
    gatherer.start([&](const patroni::PatroniFacts &facts) { got = facts; });
    QTRY_VERIFY(got);
    QVERIFY2(got->isKnown(), qPrintable(got->error));
    QCOMPARE(got->base, QStringLiteral("http://10.0.0.11:8008"));
    QCOMPARE(got->leader()->node, pg1);
    QVERIFY(got->ofNode(pg2) && got->called(QStringLiteral("db-b")) == got->ofNode(pg2));
    QVERIFY(got->ofNode(pg2)->member.noFailover);
    QCOMPARE(got->ofNode(pg2)->member.tags, (QStringList{QStringLiteral("a: 1"), QStringLiteral("nofailover")}));
    QCOMPARE(got->ofNode(pg2)->self->state, QStringLiteral("stopped"));
    QVERIFY(got->config->synchronousMode && got->config->quorum);
    QCOMPARE(got->config->slotNames, QStringList{QStringLiteral("cdc")});
    QCOMPARE(got->patienceMs(), 20'000);
}

void TestPatroniPlan::gathersWhyNot()
{
    const cluster::Snapshot snapshot = managed(healthyPair());
    FakeHands hands;
    for (const char *host : {"11", "12"}) {
        hands.pages[QStringLiteral("GET http://10.0.0.%1:8008/cluster").arg(QLatin1String(host))] = {
            tl::unexpected(FakeHands::failure(QStringLiteral("refused by %1").arg(QLatin1String(host)), false))};
    }
    std::optional<patroni::PatroniFacts> got;
    patroni::PatroniGatherer gatherer(factsOf(snapshot).config, std::make_shared<const cluster::Snapshot>(snapshot),
                                      hands);
    gatherer.start([&](const patroni::PatroniFacts &facts) { got = facts; });
    QTRY_VERIFY(got);
    QVERIFY(!got->isKnown());
    QCOMPARE(got->error, QStringLiteral("refused by 11"));
}

QTEST_GUILESS_MAIN(TestPatroniPlan)
#include "tst_patroniplan.moc"
