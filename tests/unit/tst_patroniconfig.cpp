// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>
#include <QTest>

#include "operations/patroni/configtext.h"
#include "operations/patroni/request.h"
#include "operations/proofs.h"
#include "support/patroni.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::operations::patroni;
using testsupport::calmPatroni;
using Kind = Request::Kind;

/// Patroni's settings as a text, what is made of an edited one, and what makes no sense to be asked for.
class TestPatroniConfig : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void changeMakesTheOtherOne_data();
    void changeMakesTheOtherOne();
    void textIsReadBack();
    void wrongLineIsNamed_data();
    void wrongLineIsNamed();
    void effects_data();
    void effects();
    void restartIsAWarning();
    void unreadTextRefuses();
    void secretsAreMasked();
    void whatMakesNoSense_data();
    void whatMakesNoSense();
    void proofsOfPlans_data();
    void proofsOfPlans();
};

namespace {

const QString kOrders = QStringLiteral("orders");

QJsonObject object(const QByteArray &json)
{
    return QJsonDocument::fromJson(json).object();
}

QDateTime now()
{
    return QDateTime::fromString(QStringLiteral("2026-11-27T05:00:00Z"), Qt::ISODate);
}

CheckResult found(const Plan &plan, const char *id)
{
    for (const Check &one : plan.checks) {
        if (one.id == QLatin1String(id)) {
            return one.result;
        }
    }
    return CheckResult::Passed;
}

} // namespace

void TestPatroniConfig::changeMakesTheOtherOne_data()
{
    QTest::addColumn<QByteArray>("before");
    QTest::addColumn<QByteArray>("after");
    QTest::addColumn<QByteArray>("change");
    const auto row = [](const char *name, const char *before, const char *after, const char *change) {
        QTest::newRow(name) << QByteArray(before) << QByteArray(after) << QByteArray(change);
    };
    row("nothing", R"({"a":1,"b":{"c":2}})", R"({"a":1,"b":{"c":2}})", "{}");
    row("another value", R"({"a":1})", R"({"a":2})", R"({"a":2})");
    row("new", R"({})", R"({"a":{"b":1}})", R"({"a":{"b":1}})");
    row("taken away", R"({"a":1,"b":2})", R"({"b":2})", R"({"a":null})");
    row("within", R"({"a":{"b":1,"c":2}})", R"({"a":{"b":1,"c":3}})", R"({"a":{"c":3}})");
    row("emptied", R"({"a":{"b":1}})", R"({"a":{}})", R"({"a":{"b":null}})");
    row("object for a value", R"({"a":1})", R"({"a":{"b":1}})", R"({"a":{"b":1}})");
    row("value for an object", R"({"a":{"b":1}})", R"({"a":1})", R"({"a":1})");
    row("list", R"({"a":[1,2]})", R"({"a":[1]})", R"({"a":[1]})");
}

void TestPatroniConfig::changeMakesTheOtherOne()
{
    QFETCH(QByteArray, before);
    QFETCH(QByteArray, after);
    const QJsonObject made = managers::changeBetween(object(before), object(after));
    QCOMPARE(managers::patched(object(before), made), object(after));
    QTEST(QJsonDocument(made).toJson(QJsonDocument::Compact), "change");
}

void TestPatroniConfig::textIsReadBack()
{
    const QJsonObject config = object(testsupport::patroniConfig());
    const ConfigRead read = configFrom(textOf(config));
    QVERIFY(read.isGood());
    QCOMPARE(read.config, config);
    // A null takes a key away, as it does for Patroni.
    const ConfigRead less = configFrom(QStringLiteral("{\"ttl\": null, \"loop_wait\": 1}"));
    QVERIFY(less.isGood());
    const QJsonObject left =
        managers::patched(object(R"({"ttl":20,"loop_wait":1})"),
                          managers::changeBetween(object(R"({"ttl":20,"loop_wait":1})"), less.config));
    QCOMPARE(left, object(R"({"loop_wait":1})"));
}

void TestPatroniConfig::wrongLineIsNamed_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("line");
    const auto row = [](const char *name, const char *text, int line) {
        QTest::newRow(name) << QString::fromUtf8(text) << line;
    };
    row("comma missing", "{\n  \"a\": 1\n  \"b\": 2\n}", 2);
    row("comma behind the last", "{\n  \"a\": 1,\n}", 2);
    row("no quotes", "{\n  \"a\": on\n}", 2);
    row("colon missing", "{\n\n  \"a\" 1\n}", 3);
    row("never ends", "{\n  \"a\": {\n    \"b\": 1\n", 3);
    row("nothing", "", 1);
    row("a list", "[1]", 1);
    row("umlauts before it", "{\n  \"\xc3\xa4\xc3\xb6\": 1,\n  \"b\": x\n}", 3);
}

void TestPatroniConfig::wrongLineIsNamed()
{
    QFETCH(QString, text);
    const ConfigRead read = configFrom(text);
    QVERIFY(!read.isGood());
    QTEST(read.wrongLine, "line");
    QVERIFY(!read.problem.isEmpty() && !read.hint.isEmpty());
}

void TestPatroniConfig::effects_data()
{
    QTest::addColumn<QString>("key");
    QTest::addColumn<int>("effect");
    const auto row = [](const char *key, Effect effect) {
        QTest::newRow(key) << QString::fromLatin1(key) << static_cast<int>(effect);
    };
    row("loop_wait", Effect::Loop);
    row("postgresql.use_slots", Effect::Loop);
    row("postgresql.parameters.max_connections", Effect::Restart);
    row("postgresql.parameters.shared_buffers", Effect::Restart);
    row("postgresql.parameters.work_mem", Effect::Reload);
    row("postgresql.parameters.pg_stat_statements.max", Effect::Unknown);
    row("postgresql.parameters.wal_level", Effect::Reload); // the server says so
}

void TestPatroniConfig::effects()
{
    QFETCH(QString, key);
    PatroniFacts facts = calmPatroni(2);
    facts.contexts.insert(QStringLiteral("wal_level"), QStringLiteral("sighup"));
    QTEST(static_cast<int>(effectOf(key, facts)), "effect");
}

void TestPatroniConfig::restartIsAWarning()
{
    const auto change = [](const char *name) {
        return QJsonObject{{QStringLiteral("postgresql"),
                            QJsonObject{{QStringLiteral("parameters"), QJsonObject{{QLatin1String(name), 200}}}}}};
    };
    const Request late{.kind = Kind::Configure, .change = change("max_connections")};
    const Plan plan = planFor(calmPatroni(2), kOrders, late, now());
    QVERIFY(found(plan, "patroni_restart") == CheckResult::Warning);
    QVERIFY(mayRun(plan, true) && !mayRun(plan, false));
    const Request soon{.kind = Kind::Configure, .change = change("work_mem")};
    QVERIFY(mayRun(planFor(calmPatroni(2), kOrders, soon, now()), false));
}

void TestPatroniConfig::unreadTextRefuses()
{
    const Plan plan =
        planUnread(calmPatroni(2), kOrders, QStringLiteral("line 3: illegal value"), QStringLiteral("hint"));
    QVERIFY(!mayRun(plan, true) && plan.steps.empty());
    QCOMPARE(plan.checks.back().evidence, QStringLiteral("line 3: illegal value"));
}

void TestPatroniConfig::secretsAreMasked()
{
    const QJsonObject config = object(R"({"ttl":20,"standby_cluster":{"host":"a","password":"canary-8812"}})");
    QVERIFY(holdsSecrets(config));
    const QString shown = textOf(masked(config));
    QVERIFY2(!shown.contains(QStringLiteral("canary")) && shown.contains(QStringLiteral("\"host\": \"a\"")),
             qPrintable(shown));
    // One that is typed is not planned either: the journal would keep it.
    const Request request{.kind = Kind::Configure,
                          .change = object(R"({"standby_cluster":{"password":"canary-8812"}})")};
    const Plan plan = planFor(calmPatroni(2), kOrders, request, now());
    QVERIFY(found(plan, "patroni_secrets") == CheckResult::Failed && plan.steps.empty());
    // How passwords are kept is none.
    QVERIFY(!holdsSecrets(object(R"({"postgresql":{"parameters":{"password_encryption":"scram-sha-256"}}})")));
}

void TestPatroniConfig::whatMakesNoSense_data()
{
    QTest::addColumn<Request>("request");
    QTest::addColumn<int>(
        "state"); // of the facts: 0 calm, 1 paused, 2 scheduled, 3 silent, 4 never asked, 5 pg2 silent
    QTest::addColumn<QString>("why");
    const QString none;
    const auto row = [](const char *name, Request request, int state, const QString &why) {
        QTest::newRow(name) << request << state << why;
    };
    const QString pg1 = QStringLiteral("pg1"), pg2 = QStringLiteral("pg2");
    row("pause", {.kind = Kind::Pause}, 0, none);
    row("pause twice", {.kind = Kind::Pause}, 1, QStringLiteral("paused already"));
    row("resume", {.kind = Kind::Resume}, 1, none);
    row("resume nothing", {.kind = Kind::Resume}, 0, QStringLiteral("not paused"));
    row("restart", {.kind = Kind::Restart, .node = pg2}, 0, none);
    row("restart the leader", {.kind = Kind::Restart, .node = pg1}, 0, none);
    row("restart a stranger", {.kind = Kind::Restart, .node = QStringLiteral("pg9")}, 0, QStringLiteral("no such"));
    row("restart a silent one", {.kind = Kind::Restart, .node = pg2}, 5, QStringLiteral("refused"));
    row("reinitialize", {.kind = Kind::Reinitialize, .node = pg2}, 0, none);
    row("reinitialize the leader", {.kind = Kind::Reinitialize, .node = pg1}, 0, QStringLiteral("it leads"));
    row("schedule", {.kind = Kind::Schedule}, 0, none);
    row("schedule twice", {.kind = Kind::Schedule}, 2, QStringLiteral("cancel that first"));
    row("schedule while paused", {.kind = Kind::Schedule}, 1, QStringLiteral("paused"));
    row("cancel", {.kind = Kind::Cancel}, 2, none);
    row("cancel nothing", {.kind = Kind::Cancel}, 0, QStringLiteral("none is scheduled"));
    row("configure", {.kind = Kind::Configure}, 0, none);
    row("silent", {.kind = Kind::Configure}, 3, QStringLiteral("does not answer: Connection refused"));
    row("never asked", {.kind = Kind::Configure}, 4, QStringLiteral("not answered yet"));
}

void TestPatroniConfig::whatMakesNoSense()
{
    QFETCH(Request, request);
    QFETCH(int, state);
    QFETCH(QString, why);
    PatroniFacts facts = calmPatroni(2);
    facts.cluster.paused = state == 1;
    facts.cluster.switchoverAt = state == 2 ? QStringLiteral("2026-11-28T03:00:00+01:00") : QString();
    facts.error = state == 3 ? QStringLiteral("Connection refused") : QString();
    if (state == 5) {
        facts.members[1].self.reset();
        facts.members[1].error = QStringLiteral("refused");
    }
    const QString said = whyNotAsked(state == 4 ? nullptr : &facts, request);
    QVERIFY2(why.isEmpty() ? said.isEmpty() : said.contains(why), qPrintable(said));
}

void TestPatroniConfig::proofsOfPlans_data()
{
    QTest::addColumn<Request>("request");
    QTest::addColumn<QStringList>("titles");
    const QString pg2 = QStringLiteral("pg2");
    QTest::newRow("pause") << Request{.kind = Kind::Pause}
                           << QStringList{QStringLiteral("pg1 has paused"), QStringLiteral("pg2 has paused")};
    QTest::newRow("restart") << Request{.kind = Kind::Restart, .node = pg2}
                             << QStringList{QStringLiteral("pg2 has started anew"),
                                            QStringLiteral("Patroni says that pg2 runs"),
                                            QStringLiteral("pg2 streams")};
    QTest::newRow("reinitialize") << Request{.kind = Kind::Reinitialize, .node = pg2}
                                  << QStringList{QStringLiteral("pg2 is copied and streams")};
    QTest::newRow("configure") << Request{.kind = Kind::Configure, .change = object(R"({"ttl":25})")}
                               << QStringList{QStringLiteral("Patroni has the new settings")};
}

/// Nothing is shown that was not answered, and each proof by its own action.
void TestPatroniConfig::proofsOfPlans()
{
    QFETCH(Request, request);
    QFETCH(QStringList, titles);
    const Plan plan = planFor(calmPatroni(2), kOrders, request, now());
    Progress progress(plan);
    const auto shown = [&] {
        QStringList names;
        for (const Proof &proof : proofsOf(plan, progress, std::nullopt)) {
            names << (proof.state == ProofState::Shown ? proof.title : QString());
        }
        names.removeAll(QString());
        return names;
    };
    QCOMPARE(static_cast<qsizetype>(proofsOf(plan, progress, std::nullopt).size()), titles.size() + 1);
    QCOMPARE(shown(), QStringList());
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const auto hold = [&](ActionNote::List list, std::size_t count) {
            for (std::size_t n = 0; n < count; ++n) {
                progress.note(static_cast<int>(i), {list, static_cast<int>(n), ActionNote::State::Held, 1000, {}});
            }
        };
        hold(ActionNote::List::Actions, plan.steps[i].actions.size());
        hold(ActionNote::List::Verify, plan.steps[i].verify.size());
    }
    QCOMPARE(shown(), titles);
}

QTEST_GUILESS_MAIN(TestPatroniConfig)
#include "tst_patroniconfig.moc"
