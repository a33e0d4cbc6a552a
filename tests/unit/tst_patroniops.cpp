// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>
#include <QTemporaryDir>
#include <QTest>

#include "app/invocation.h"
#include "app/patronitext.h"
#include "fakehands.h"
#include "operations/patroni/patroniplans.h"
#include "operations/runner.h"
#include "support/patroni.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::operations::patroni;
using unit::FakeHands;

Q_DECLARE_METATYPE(std::function<void(howdah::operations::patroni::PatroniFacts &)>)

/// What Patroni is asked for beside switchovers: plans, settings, words of the command line.
class TestPatroniOps : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void checks_data();
    void checks();
    void silentPatroniIsNotAsked();
    void pauseIsSeenByAll();
    void restartIsProvedByItsStart_data();
    void restartIsProvedByItsStart();
    void reinitializeThatIsRefused();
    void cancelled_data();
    void cancelled();
    void scheduleIsTakenBack();
    void changes_data();
    void changes();
    void badChanges_data();
    void badChanges();
    void configIsTheOneThatWasShown();
    void configIsTakenBack();
    void secretsAreNotPlanned();
    void configOfPatroni();
    void historyOfPatroni();
    void arguments_data();
    void arguments();
    void badArguments_data();
    void badArguments();
    void unknownIsNotNothing();
};

namespace {

const QString kOrders = QStringLiteral("orders");
const QString kPg1 = testsupport::patroniApi(1);
const QString kPg2 = testsupport::patroniApi(2);
const QByteArray kConfig = testsupport::patroniConfig();

PatroniFacts calm()
{
    return testsupport::calmPatroni(2);
}

QDateTime now()
{
    return QDateTime::fromString(QStringLiteral("2026-11-27T05:00:00Z"), Qt::ISODate);
}

QDateTime tonight()
{
    return QDateTime::fromString(QStringLiteral("2026-11-28T03:00:00+01:00"), Qt::ISODate);
}

Plan planFor(const QString &action, const PatroniFacts &facts, const QString &name = QStringLiteral("pg2"))
{
    if (action == QLatin1String("pause")) {
        return planPause(facts, kOrders);
    }
    if (action == QLatin1String("resume")) {
        return planResume(facts, kOrders);
    }
    if (action == QLatin1String("restart")) {
        return planRestart(facts, kOrders, name);
    }
    if (action == QLatin1String("reinitialize")) {
        return planReinitialize(facts, kOrders, name);
    }
    if (action == QLatin1String("cancel")) {
        return planCancelSwitchover(facts, kOrders);
    }
    if (action == QLatin1String("config")) {
        return planConfig(facts, kOrders, {{QStringLiteral("loop_wait"), 5}});
    }
    return planScheduledSwitchover(facts, kOrders, name, tonight(), now());
}

QString found(const Plan &plan, const QString &id)
{
    for (const Check &one : plan.checks) {
        if (one.id == id) {
            return operations::toString(one.result);
        }
    }
    return QStringLiteral("not made");
}

QString word(Outcome outcome)
{
    return operations::toString(outcome);
}

/// Shorter than people would wait.
Plan impatient(Plan plan)
{
    for (Step &step : plan.steps) {
        step.deadlineMs = std::min(step.deadlineMs, 400);
        for (Action &action : step.verify) {
            action.deadlineMs = action.deadlineMs > 0 ? std::min(action.deadlineMs, 300) : 0;
        }
    }
    return plan;
}

Outcome run(const Plan &plan, FakeHands &hands, QString *remains = nullptr)
{
    QTemporaryDir directory;
    auto journal = JournalWriter::create(directory.path(), plan, core::systemClock().wallMs());
    Runner runner(plan, hands, std::move(*journal), core::systemClock());
    std::optional<Outcome> outcome;
    QObject::connect(&runner, &Runner::ended, &runner, [&](Outcome how, const QStringList &left) {
        outcome = how;
        if (remains) {
            *remains = left.join(QLatin1Char('|'));
        }
    });
    runner.start();
    if (!QTest::qWaitFor([&] { return outcome.has_value(); }, 10'000)) {
        qWarning("it never ended");
    }
    return outcome.value_or(Outcome::Running);
}

Handed<HttpAnswer> page(const QString &body, int status = 200)
{
    return HttpAnswer{status, body};
}

} // namespace

void TestPatroniOps::checks_data()
{
    QTest::addColumn<QString>("action");
    QTest::addColumn<QString>("check");
    QTest::addColumn<QString>("result");
    QTest::addColumn<std::function<void(PatroniFacts &)>>("change");
    const auto row = [](const char *name, const char *action, const char *check, const char *result,
                        std::function<void(PatroniFacts &)> change) {
        QTest::newRow(name) << QString::fromLatin1(action) << QString::fromLatin1(check) << QString::fromLatin1(result)
                            << std::move(change);
    };
    const auto nothing = [](PatroniFacts &) {};
    const auto paused = [](PatroniFacts &f) { f.cluster.paused = true; };
    const auto scheduled = [](PatroniFacts &f) {
        f.cluster.switchoverAt = QStringLiteral("2026-11-28T03:00:00+01:00");
    };
    const auto noMember = [](PatroniFacts &f) { f.members.pop_back(); };
    const auto silent = [](PatroniFacts &f) {
        f.members[1].self.reset();
        f.members[1].error = QStringLiteral("refused");
    };
    row("pause", "pause", "patroni_failover", "warning", nothing);
    row("pause a paused one", "pause", "patroni_pause", "failed", paused);
    row("resume", "resume", "patroni_pause", "passed", paused);
    row("resume one that runs", "resume", "patroni_pause", "failed", nothing);
    row("restart", "restart", "patroni_clients", "warning", nothing);
    row("restart nobody", "restart", "patroni_member", "failed", noMember);
    row("restart a silent one", "restart", "patroni_member", "unknown", silent);
    row("restart a stranger", "restart", "patroni_member", "failed",
        [](PatroniFacts &f) { f.members[1].node.clear(); });
    row("restart a starting one", "restart", "patroni_settled", "failed",
        [](PatroniFacts &f) { f.members[1].self->state = QStringLiteral("starting"); });
    row("reinitialize", "reinitialize", "patroni_data", "warning", nothing);
    row("reinitialize the leader", "reinitialize", "patroni_replica", "failed",
        [](PatroniFacts &f) { f.members[1].member.role = QStringLiteral("leader"); });
    row("reinitialize from nobody", "reinitialize", "patroni_source", "failed",
        [](PatroniFacts &f) { f.members[0].member.role = QStringLiteral("replica"); });
    row("reinitialize from a stopped one", "reinitialize", "patroni_source", "failed",
        [](PatroniFacts &f) { f.members[0].member.state = QStringLiteral("stopped"); });
    row("reinitialize twice", "reinitialize", "patroni_settled", "failed",
        [](PatroniFacts &f) { f.members[1].self->state = QStringLiteral("creating replica"); });
    row("schedule", "schedule", "patroni_time", "passed", nothing);
    row("schedule while paused", "schedule", "patroni_pause", "failed", paused);
    row("schedule twice", "schedule", "patroni_schedule", "failed", scheduled);
    row("schedule to nobody", "schedule", "patroni_member", "failed", noMember);
    row("schedule to whom it must not be", "schedule", "patroni_candidate", "failed",
        [](PatroniFacts &f) { f.members[1].member.noFailover = true; });
    row("schedule with no leader", "schedule", "patroni_leader", "failed",
        [](PatroniFacts &f) { f.members[0].member.role = QStringLiteral("replica"); });
    row("cancel", "cancel", "patroni_schedule", "passed", scheduled);
    row("cancel nothing", "cancel", "patroni_schedule", "failed", nothing);
    row("config", "config", "patroni_change", "passed", nothing);
    row("config that is so", "config", "patroni_change", "failed",
        [](PatroniFacts &f) { f.config->whole.insert(QStringLiteral("loop_wait"), 5); });
    row("config not read", "config", "patroni_config", "unknown", [](PatroniFacts &f) { f.config.reset(); });
}

void TestPatroniOps::checks()
{
    QFETCH(QString, action);
    QFETCH(QString, check);
    QFETCH(std::function<void(PatroniFacts &)>, change);
    PatroniFacts facts = calm();
    change(facts);
    const Plan plan = planFor(action, facts);
    QTEST(found(plan, check), "result");
    QFETCH(QString, result);
    QCOMPARE(mayRun(plan, true), result == QLatin1String("passed") || result == QLatin1String("warning"));
    QVERIFY(!mayRun(plan, true) || !plan.steps.empty());
    for (const Check &one : plan.checks) {
        QVERIFY2(one.result == CheckResult::Passed || !one.remedy.isEmpty(), qPrintable(one.id));
        QVERIFY2(!one.evidence.isEmpty(), qPrintable(one.id));
    }
    for (const Step &step : plan.steps) {
        QVERIFY2(!step.verify.empty() || !step.undo.empty() || step.phase == Phase::After, qPrintable(step.id));
    }
}

void TestPatroniOps::silentPatroniIsNotAsked()
{
    PatroniFacts facts;
    facts.error = QStringLiteral("Connection refused");
    for (const char *action : {"pause", "resume", "restart", "reinitialize", "schedule", "cancel", "config"}) {
        const Plan plan = planFor(QLatin1String(action), facts);
        QCOMPARE(found(plan, QStringLiteral("patroni_answers")), QStringLiteral("unknown"));
        QVERIFY(plan.steps.empty() && !mayRun(plan, true));
    }
}

void TestPatroniOps::pauseIsSeenByAll()
{
    FakeHands hands;
    const QString second = QStringLiteral("GET %1/patroni").arg(kPg2);
    hands.pages[QStringLiteral("GET %1/patroni").arg(kPg1)] = {page(QStringLiteral("{\"pause\": true}"))};
    // It has not noticed yet, and its server is down.
    hands.pages[second] = {page(QStringLiteral("{}"), 503), page(QStringLiteral("{\"pause\": true}"), 503)};
    QCOMPARE(word(run(planPause(calm(), kOrders), hands)), word(Outcome::Done));
    QCOMPARE(hands.told.first(), QStringLiteral("PATCH %1/config {\"pause\":true}").arg(kPg1));
    QCOMPARE(hands.told.count(second), 2);
    // The same the other way round.
    PatroniFacts paused = calm();
    paused.cluster.paused = true;
    hands.pages[second] = {page(QStringLiteral("{\"pause\": true}")), page(QStringLiteral("{\"paused\": false}"))};
    hands.pages[QStringLiteral("GET %1/patroni").arg(kPg1)] = {page(QStringLiteral("{}"))};
    hands.told.clear();
    QCOMPARE(word(run(planResume(paused, kOrders), hands)), word(Outcome::Done));
    QCOMPARE(hands.told.count(second), 2);
    // One that never notices: it goes on as before.
    FakeHands deaf;
    deaf.pages[second] = {page(QStringLiteral("{}"))};
    deaf.pages[QStringLiteral("GET %1/patroni").arg(kPg1)] = {page(QStringLiteral("{\"pause\": true}"))};
    QCOMPARE(word(run(impatient(planPause(calm(), kOrders)), deaf)), word(Outcome::Undone));
    QCOMPARE(deaf.told.last(), QStringLiteral("PATCH %1/config {\"pause\":false}").arg(kPg1));
}

void TestPatroniOps::restartIsProvedByItsStart_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("later");
    QTest::addColumn<QString>("same");
    QTest::addColumn<QString>("outcome");
    const auto row = [](const char *name, int status, const char *later, const char *same, Outcome outcome) {
        QTest::newRow(name) << status << QString::fromLatin1(later) << QString::fromLatin1(same) << word(outcome);
    };
    row("done", 200, "t", "f", Outcome::Done);
    row("lost and done", 0, "t", "f", Outcome::Done);
    row("failed", 503, "f", "t", Outcome::Undone);
    row("lost and not done", 0, "f", "t", Outcome::Undone);
    row("failed, and it is down", 503, "f", "f", Outcome::Incomplete);
    row("refused", 400, "f", "f", Outcome::Undone);
}

void TestPatroniOps::restartIsProvedByItsStart()
{
    QFETCH(int, status);
    QFETCH(QString, later);
    QFETCH(QString, same);
    FakeHands hands;
    hands.pages[QStringLiteral("POST %1/restart").arg(kPg2)] = {
        status > 0 ? page(QStringLiteral("said so"), status)
                   : tl::unexpected(FakeHands::failure(QStringLiteral("lost")))};
    hands.pages[QStringLiteral("GET %1/patroni").arg(kPg2)] = {page(QStringLiteral("{\"state\": \"running\"}"))};
    const QString sql = QStringLiteral("SELECT date_trunc('milliseconds', pg_postmaster_start_time()) %1 "
                                       "'2026-11-27T01:02:03.456Z'::timestamptz");
    hands.answers[sql.arg(QLatin1Char('>'))] = FakeHands::one(later);
    hands.answers[sql.arg(QLatin1Char('='))] = FakeHands::one(same);
    QTEST(word(run(impatient(planRestart(calm(), kOrders, QStringLiteral("pg2"))), hands)), "outcome");
    QVERIFY(hands.told.contains(QStringLiteral("pg2: ") + sql.arg(QLatin1Char('>'))) || status == 400);
    // The lock is the leader's, and released whatever happened.
    QCOMPARE(hands.told.filter(QStringLiteral("pg_try_advisory_lock")).size(), 1);
    QVERIFY(hands.told.filter(QStringLiteral("pg1: SELECT pg_advisory_unlock")).size() == 1);
}

void TestPatroniOps::reinitializeThatIsRefused()
{
    FakeHands hands;
    hands.pages[QStringLiteral("POST %1/reinitialize {\"force\":false}").arg(kPg2)] = {
        page(QStringLiteral("restart already in progress"), 503)};
    QString remains;
    QCOMPARE(word(run(planReinitialize(calm(), kOrders, QStringLiteral("pg2")), hands, &remains)),
             word(Outcome::Undone));
    QVERIFY2(remains.contains(QStringLiteral("restart already in progress")), qPrintable(remains));
}

void TestPatroniOps::cancelled_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<bool>("still");
    QTest::addColumn<QString>("outcome");
    QTest::newRow("done") << 200 << false << word(Outcome::Done);
    QTest::newRow("it was too late") << 404 << false << word(Outcome::Undone);
    QTest::newRow("lost and done") << 0 << false << word(Outcome::Done);
    QTest::newRow("lost and not done") << 0 << true << word(Outcome::Undone);
}

void TestPatroniOps::cancelled()
{
    QFETCH(int, status);
    QFETCH(bool, still);
    PatroniFacts facts = calm();
    facts.cluster.switchoverAt = QStringLiteral("2026-11-28T03:00:00+01:00");
    FakeHands hands;
    hands.pages[QStringLiteral("DELETE %1/switchover").arg(kPg1)] = {
        status > 0 ? page(QStringLiteral("said so"), status)
                   : tl::unexpected(FakeHands::failure(QStringLiteral("lost")))};
    hands.pages[QStringLiteral("GET %1/cluster").arg(kPg1)] = {
        page(still ? QStringLiteral("{\"members\": [], \"scheduled_switchover\": {}}")
                   : QStringLiteral("{\"members\": []}"))};
    QTEST(word(run(impatient(planCancelSwitchover(facts, kOrders)), hands)), "outcome");
}

void TestPatroniOps::scheduleIsTakenBack()
{
    const Plan plan = planFor(QStringLiteral("schedule"), calm());
    const QString post = QStringLiteral("POST %1/switchover {\"candidate\":\"pg2\",\"leader\":\"pg1\","
                                        "\"scheduled_at\":\"2026-11-28T03:00:00+01:00\"}")
                             .arg(kPg1);
    FakeHands hands;
    hands.pages[post] = {page(QStringLiteral("Switchover scheduled"), 202)};
    hands.pages[QStringLiteral("GET %1/cluster").arg(kPg1)] = {page(QStringLiteral(
        "{\"members\": [], \"scheduled_switchover\": {\"at\": \"x\", \"from\": \"pg1\", \"to\": \"pg2\"}}"))};
    QCOMPARE(word(run(plan, hands)), word(Outcome::Done));
    FakeHands lost;
    lost.pages[post] = {tl::unexpected(FakeHands::failure(QStringLiteral("lost")))};
    lost.pages[QStringLiteral("DELETE %1/switchover").arg(kPg1)] = {page(QStringLiteral("none"), 404)};
    QCOMPARE(word(run(plan, lost)), word(Outcome::Undone));
    QCOMPARE(lost.told.last(), QStringLiteral("DELETE %1/switchover").arg(kPg1));
}

void TestPatroniOps::changes_data()
{
    QTest::addColumn<QString>("assignments");
    QTest::addColumn<QByteArray>("change");
    const auto row = [](const char *assignments, const char *change) {
        QTest::newRow(assignments) << QString::fromUtf8(assignments) << QByteArray(change);
    };
    row("loop_wait=5", R"({"loop_wait":5})");
    row("synchronous_mode=true ttl=30", R"({"synchronous_mode":true,"ttl":30})");
    row("synchronous_mode=quorum", R"({"synchronous_mode":"quorum"})");
    row("postgresql.parameters.max_connections=200 postgresql.use_slots=false",
        R"({"postgresql":{"parameters":{"max_connections":200},"use_slots":false}})");
    row("postgresql.parameters.work_mem=64MB", R"({"postgresql":{"parameters":{"work_mem":"64MB"}}})");
    row("a=\"200\"", R"({"a":"200"})");
    row("a=b=c", R"({"a":"b=c"})");
    row("slots={\"cdc\":{\"type\":\"physical\"}}", R"({"slots":{"cdc":{"type":"physical"}}})");
    row("a=1,2", R"({"a":"1,2"})");
    row("ttl=", R"({"ttl":null})");
}

void TestPatroniOps::changes()
{
    QFETCH(QString, assignments);
    QFETCH(QByteArray, change);
    const auto got = changeFrom(assignments.split(QLatin1Char(' ')));
    QVERIFY2(got, got ? "" : qPrintable(got.error().message));
    QCOMPARE(QJsonDocument(*got).toJson(QJsonDocument::Compact), change);
}

void TestPatroniOps::badChanges_data()
{
    QTest::addColumn<QString>("assignments");
    for (const char *bad : {"loop_wait", "=5", "a..b=1", "a=1 a=2", "a=1 a.b=2", "a.b=2 a=1",
                            "postgresql.authentication.superuser.password=x"}) {
        QTest::newRow(bad) << QString::fromLatin1(bad);
    }
}

void TestPatroniOps::badChanges()
{
    QFETCH(QString, assignments);
    const auto got = changeFrom(assignments.split(QLatin1Char(' ')));
    QVERIFY(!got);
    QVERIFY(!got.error().hint.isEmpty());
}

void TestPatroniOps::configIsTheOneThatWasShown()
{
    const QJsonObject change = *changeFrom({QStringLiteral("postgresql.parameters.max_connections=200")});
    const Plan plan = planConfig(calm(), kOrders, change);
    const QString get = QStringLiteral("GET %1/config").arg(kPg1);
    const QString patch =
        QStringLiteral("PATCH %1/config {\"postgresql\":{\"parameters\":{\"max_connections\":200}}}").arg(kPg1);
    QString after = QString::fromUtf8(kConfig);
    after.replace(QStringLiteral("\"max_connections\": 100"), QStringLiteral("\"max_connections\": 200"));
    FakeHands hands;
    hands.pages[get] = {page(QString::fromUtf8(kConfig))};
    hands.requested = [&](const QString &text) {
        if (text == patch) {
            hands.pages[get] = {page(after)};
        }
    };
    QCOMPARE(word(run(plan, hands)), word(Outcome::Done));
    QVERIFY(hands.told.contains(patch));
    // Somebody else was faster.
    FakeHands other;
    other.pages[get] = {
        page(QString::fromUtf8(kConfig).replace(QStringLiteral("\"ttl\": 20"), QStringLiteral("\"ttl\": 21")))};
    QString remains;
    QCOMPARE(word(run(plan, other, &remains)), word(Outcome::Refused));
    QVERIFY2(remains.contains(QStringLiteral("no longer those that were shown")), qPrintable(remains));
    QCOMPARE(other.told.filter(QStringLiteral("PATCH")), QStringList());
}

void TestPatroniOps::configIsTakenBack()
{
    const QJsonObject change = *changeFrom({QStringLiteral("postgresql.parameters.max_connections=200"),
                                            QStringLiteral("ttl="), QStringLiteral("synchronous_mode=true")});
    const Plan plan = planConfig(calm(), kOrders, change);
    const Action &undo = plan.steps.front().undo.front();
    QCOMPARE(QJsonDocument::fromJson(undo.http.body.toUtf8()).object(),
             QJsonDocument::fromJson(
                 R"({"postgresql":{"parameters":{"max_connections":100}},"ttl":20,"synchronous_mode":null})")
                 .object());
    const QJsonObject before = calm().config->whole;
    QCOMPARE(
        managers::patched(managers::patched(before, change), QJsonDocument::fromJson(undo.http.body.toUtf8()).object()),
        before);
    const std::vector<Difference> expected{
        {QStringLiteral("postgresql.parameters.max_connections"), QStringLiteral("100"), QStringLiteral("200")},
        {QStringLiteral("synchronous_mode"), {}, QStringLiteral("true")},
        {QStringLiteral("ttl"), QStringLiteral("20"), {}}};
    QVERIFY(differences(before, managers::patched(before, change)) == expected);
    QCOMPARE(app::differenceText(expected), QStringLiteral("- postgresql.parameters.max_connections = 100\n"
                                                           "+ postgresql.parameters.max_connections = 200\n"
                                                           "+ synchronous_mode = true\n"
                                                           "- ttl = 20\n\n"));
}

void TestPatroniOps::secretsAreNotPlanned()
{
    PatroniFacts facts = calm();
    facts.config =
        managers::parsePatroniConfig(R"({"standby_cluster": {"password": "canary-9920"}, "ttl": 20})").value();
    facts.configText = QStringLiteral("canary-9920");
    const Plan plan = planConfig(facts, kOrders, {{QStringLiteral("standby_cluster"), QJsonValue::Null}});
    QVERIFY(!mayRun(plan, true) && plan.steps.empty());
    QString all = app::configText(facts.config->whole) +
                  QString::fromUtf8(QJsonDocument(app::configJson(facts.config->whole)).toJson());
    for (const Check &one : plan.checks) {
        all += one.evidence;
    }
    QVERIFY2(!all.contains(QStringLiteral("canary-9920")), qPrintable(all));
    QVERIFY(all.contains(QStringLiteral("standby_cluster.password = \"********\"")));
}

void TestPatroniOps::configOfPatroni()
{
    const auto config = managers::parsePatroniConfig(kConfig);
    QVERIFY(config);
    QCOMPARE(config->loopWaitS, 1);
    QCOMPARE(config->maximumLagOnFailover, 1 << 20);
    QVERIFY(!config->synchronousMode && !config->standbyCluster && config->slotNames.isEmpty());
    const auto odd = managers::parsePatroniConfig(
        R"({"loop_wait": "7", "synchronous_mode": "on", "standby_cluster": {"host": "a"}, "master_stop_timeout": 9})");
    QVERIFY(odd && odd->synchronousMode && odd->standbyCluster);
    QCOMPARE(odd->loopWaitS, 7);
    QCOMPARE(odd->primaryStopTimeoutS, 9);
    for (const char *bad : {"", "[]", "null", "<html>"}) {
        QVERIFY(!managers::parsePatroniConfig(bad));
    }
}

void TestPatroniOps::historyOfPatroni()
{
    // The last two came with later versions.
    const auto turns = managers::parsePatroniHistory(
        R"([[1, 25623960, "no recovery target specified"], [2, 4294967488, "x", "2026-11-27T01:00:00+00:00", "pg2"]])");
    QVERIFY(turns);
    QCOMPARE(turns->size(), 2u);
    const QString text = app::historyText(*turns);
    QVERIFY2(text.contains(QStringLiteral("0/186FD98")) && text.contains(QStringLiteral("1/C0")), qPrintable(text));
    QVERIFY(app::historyJson(*turns)[QStringLiteral("history")][0][QStringLiteral("new_leader")].isNull());
    QVERIFY(!managers::parsePatroniHistory("{}"));
    QVERIFY(managers::parsePatroniHistory("[]")->empty());
}

void TestPatroniOps::arguments_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("action");
    for (const auto &[line, action] :
         {std::pair{"patroni orders", "status"},
          {"patroni orders status --json", "status"},
          {"patroni orders history", "history"},
          {"patroni orders config", "config"},
          {"patroni orders config show", "config"},
          {"patroni orders config set loop_wait=5 ttl= --dry-run", "config"},
          {"patroni orders pause --yes", "pause"},
          {"patroni orders restart pg2 --yes", "restart"},
          {"patroni orders switchover-at 2026-12-24T03:00:00+01:00 --to pg2", "switchover-at"},
          {"patroni orders switchover-at 2026-12-24T03:00Z --to pg2", "switchover-at"},
          {"patroni orders cancel-switchover", "cancel-switchover"}}) {
        QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(action);
    }
}

void TestPatroniOps::arguments()
{
    QFETCH(QString, line);
    const auto got = app::parseArguments(line.split(QLatin1Char(' ')));
    QVERIFY2(got, got ? "" : qPrintable(got.error().message));
    QVERIFY(got->command == app::Command::Patroni);
    QCOMPARE(got->cluster, kOrders);
    QTEST(got->patroniAction, "action");
}

void TestPatroniOps::badArguments_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("named");
    for (const auto &[line, named] : {std::pair{"patroni", "cluster"},
                                      {"patroni orders frob", "frob"},
                                      {"patroni orders status x", "x"},
                                      {"patroni orders status --yes", "--yes"},
                                      {"patroni orders config --dry-run", "--dry-run"},
                                      {"patroni orders restart", "node"},
                                      {"patroni orders restart a b", "b"},
                                      {"patroni orders config show x", "x"},
                                      {"patroni orders config set", "KEY"},
                                      {"patroni orders config set x", "KEY=VALUE"},
                                      {"patroni orders config frob", "show and set"},
                                      {"patroni orders switchover-at 2026-12-24T03:00:00Z", "--to"},
                                      {"patroni orders switchover-at tomorrow --to pg2", "tomorrow"},
                                      {"patroni orders switchover-at 2026-12-24T03:00:00 --to pg2", "2026-12-24T03"},
                                      {"patroni orders pause --to pg2", "--to"},
                                      {"patroni orders pause --force", "--force"}}) {
        QTest::newRow(line) << QString::fromLatin1(line) << QString::fromLatin1(named);
    }
}

void TestPatroniOps::badArguments()
{
    QFETCH(QString, line);
    QFETCH(QString, named);
    const auto got = app::parseArguments(line.split(QLatin1Char(' ')));
    QVERIFY(!got);
    QVERIFY2(got.error().message.contains(named), qPrintable(got.error().message));
}

void TestPatroniOps::unknownIsNotNothing()
{
    PatroniFacts facts = calm();
    facts.members[1].member.lagUnknown = true;
    facts.members[1].self.reset();
    facts.members[1].error = QStringLiteral("Connection refused");
    const QString text = app::statusText(facts);
    QVERIFY2(
        text.contains(QStringLiteral("pg2     pg2   replica  running  ?         ?    ?        Connection refused")),
        qPrintable(text));
    const QJsonValue member = app::statusJson(facts)[QStringLiteral("members")][1];
    QVERIFY(member[QStringLiteral("lag_bytes")].isNull() && member[QStringLiteral("version")].isNull());
}

QTEST_GUILESS_MAIN(TestPatroniOps)
#include "tst_patroniops.moc"
