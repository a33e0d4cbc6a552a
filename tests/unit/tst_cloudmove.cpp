// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/heldcredentials.h"
#include "addresses/providers.h"
#include "cloudbench.h"
#include "operations/planjson.h"
#include "operations/runbook.h"
#include "operations/switchover/switchoverplan.h"

using namespace howdah::unit;
using Upset = ProviderDouble::Upset;
using Upsets = QList<Upset>;

namespace {

const QByteArray kPending =
    ProviderDouble::http(422, R"({"id":"unprocessable_entity","message":"Droplet already has a pending event."})");
const QByteArray kLocked = ProviderDouble::http(423, R"({"error":{"code":"locked","message":"server is locked"}})");
const QByteArray kConflict = ProviderDouble::http(409, R"({"error":{"code":"conflict","message":"try again"}})");
const QByteArray kThrottled = ProviderDouble::http(
    429, R"({"id":"too_many_requests","message":"API Rate limit exceeded."})", "Retry-After: 1\r\n");
const QByteArray kForbidden =
    ProviderDouble::http(403, R"({"id":"forbidden","message":"You are missing the required permission"})");
const QByteArray kPage = ProviderDouble::http(502, "<html><body><h1>Bad gateway</h1></body></html>");
const QByteArray kHalf = ProviderDouble::http(201, "{\"action\":{\"id\":77,").chopped(4);
const QByteArray kAlready = ProviderDouble::http(422, R"({"id":"unprocessable_entity","message":"Already assigned"})");

int count(const ProviderDouble &provider, const QByteArray &begin)
{
    return static_cast<int>(std::count_if(provider.requests.begin(), provider.requests.end(),
                                          [&](const QByteArray &one) { return one.startsWith(begin); }));
}

} // namespace

/// An address at a provider is moved: planned from what it says, over the wire, to what it says afterwards.
class TestCloudMove : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void cleanup();
    void movesThereAndBack_data();
    void movesThereAndBack();
    void ends_data();
    void ends();
    void nothingSecretIsLeft_data() { movesThereAndBack_data(); }
    void nothingSecretIsLeft();
    void nothingOfWhatIsKeptIsLeft_data() { movesThereAndBack_data(); }
    void nothingOfWhatIsKeptIsLeft();
    void othersLogInAnew();
    void tokenThatHasExpiredIsReplaced();
    void proofIsTheReadingWhereNobodyAnswers();
    void planSurvivesTheJournal();
    void slowOnesHaveTheirTime();
    void goesOnWhereAConsoleDied();
    void movesAlongInASwitchover();

private:
    /// It moves the address, and no secret stands anywhere afterwards.
    static void leavesNothing(Cloud &cloud);
};

void TestCloudMove::cleanup()
{
    howdah::addresses::HeldCredentials::instance().dropAll();
}

void TestCloudMove::movesThereAndBack_data()
{
    rowsOfStyles();
}

void TestCloudMove::movesThereAndBack()
{
    QFETCH(Style, style);
    Cloud cloud(style);
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.holder, pg2);
    const Plan plan = cloud.plan();
    QVERIFY2(mayRun(plan, false), qPrintable(all(plan.checks) + cloud.facts.address.cloud.error.message));
    cloud.run(plan);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QCOMPARE(cloud.provider.holder, QByteArray("111"));
    // Again: it is there already.
    cloud.look();
    const Plan again = cloud.plan();
    QCOMPARE(cloud.facts.address.cloud.holder, pg1);
    QVERIFY(mayRun(again, false) && stepOf(again, QStringLiteral("address_write"))->undo.empty());
    cloud.run(again);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    // Somebody else answers: back to where it led.
    cloud.provider.holder = "222";
    cloud.look();
    const Plan unproved = cloud.plan(2500);
    cloud.hands.answers[stepOf(unproved, QStringLiteral("address_write"))->verify.front().sql] =
        FakeHands::one(QStringLiteral("f"));
    cloud.run(unproved);
    QVERIFY2(cloud.outcome == QLatin1String("undone"), qPrintable(cloud.remains));
    QCOMPARE(cloud.provider.holder, QByteArray("222"));
}

void TestCloudMove::ends_data()
{
    QTest::addColumn<Style>("style");
    QTest::addColumn<Upsets>("upsets");
    QTest::addColumn<int>("polls");
    QTest::addColumn<bool>("errs");
    QTest::addColumn<QString>("outcome");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, Style style, Upsets upsets, const char *outcome, const char *says = "",
                        int polls = 1, bool errs = false) {
        QTest::newRow(name) << style << std::move(upsets) << polls << errs << QString::fromLatin1(outcome)
                            << QString::fromLatin1(says);
    };
    const Style ocean = Style::DigitalOcean;
    row("takes a while", ocean, {}, "done", "", 3);
    row("pending event", ocean, {{"POST", 1, kPending}}, "done");
    row("throttled", ocean, {{"POST", 1, kThrottled}}, "done");
    row("locked", Style::Hetzner, {{"POST", 1, kLocked}}, "done");
    row("conflict", Style::Hetzner, {{"POST", 1, kConflict}}, "done");
    row("out of order", ocean, {{"POST", 1, kPage}}, "done");
    row("silence, and nothing done", ocean, {{"POST", 1, {}}}, "done");
    row("half a reply, and done", ocean, {{"POST", 1, kHalf, true}}, "done");
    row("already so, says a refusal", ocean, {{"POST", 1, kPage, true}, {"POST", 1, kAlready}}, "done", "", 0);
    row("the action is not known any more", ocean,
        {{"GET /v2/reserved_ips/203.0.113.7/actions/77", 1, ProviderDouble::http(404, "{\"id\":\"not_found\"}"), true}},
        "done");
    row("garbage while it is read", ocean, {{"GET /v2/reserved_ips/203.0.113.7", 2, "\x01\x02garbage\r\n\r\n", true}},
        "done");
    row("pending for ever", ocean, {{"POST", -1, kPending}}, "undone", "pending event");
    row("refused", ocean, {{"POST", 1, kAlready}}, "undone", "Already assigned");
    row("no right", ocean, {{"POST", -1, kForbidden}}, "undone", "reserved_ip:update");
    row("expired", ocean, {{"POST", -1, ProviderDouble::http(401, R"({"id":"unauthorized"})")}}, "undone",
        "DIGITALOCEAN_ACCESS_TOKEN");
    row("gone", ocean, {{"POST", 1, ProviderDouble::http(404, R"({"id":"not_found","message":"gone"})")}}, "undone",
        "does not know");
    row("tried and failed", ocean, {}, "undone", "it has tried, and failed", 1, true);
    row("tried and failed there", Style::Hetzner, {}, "undone", "Action failed", 1, true);
    row("a page for ever", ocean, {{"POST", -1, ProviderDouble::http(200, "<html>Log in</html>")}}, "undone",
        "is not the API");
    row("as long as that nobody waits", ocean,
        {{"POST", -1, ProviderDouble::http(429, R"({"id":"too_many_requests"})", "Retry-After: 600\r\n")}}, "undone",
        "600 s");
    row("said to be done, and is not", ocean,
        {{"POST", -1, ProviderDouble::http(201, R"({"action":{"id":77,"status":"completed"}})")}}, "undone",
        "leads to db-b (222), not to db-a (111)");
}

void TestCloudMove::ends()
{
    QFETCH(Style, style);
    QFETCH(Upsets, upsets);
    QFETCH(QString, outcome);
    Cloud cloud(style);
    cloud.look();
    cloud.provider.upsets = upsets;
    QFETCH(int, polls);
    QFETCH(bool, errs);
    cloud.provider.polls = polls;
    cloud.provider.errs = errs;
    QElapsedTimer clock;
    clock.start();
    const bool ends = outcome != QLatin1String("done");
    cloud.run(cloud.plan(ends ? 2000 : 10'000));
    QVERIFY2(cloud.outcome == outcome || (ends && cloud.outcome == QLatin1String("incomplete")),
             qPrintable(cloud.outcome + QLatin1Char(' ') + cloud.remains));
    QCOMPARE(cloud.provider.holder, ends ? QByteArray("222") : QByteArray("111"));
    QFETCH(QString, says);
    QVERIFY2(cloud.remains.contains(says), qPrintable(cloud.remains));
    QVERIFY(!cloud.remains.contains(QLatin1Char('<')) && !cloud.journal().contains("sesame"));
    QVERIFY2(clock.elapsed() < 9000, qPrintable(QString::number(clock.elapsed())));
    if (says == QLatin1String("DIGITALOCEAN_ACCESS_TOKEN")) {
        QVERIFY(count(cloud.provider, "POST") <= 2); // once there, and once back
    }
}

void TestCloudMove::nothingSecretIsLeft()
{
    QFETCH(Style, style);
    Cloud cloud(style);
    leavesNothing(cloud);
}

/// Likewise with what the keyring gave, in place of the environment.
void TestCloudMove::nothingOfWhatIsKeptIsLeft()
{
    QFETCH(Style, style);
    Cloud cloud(style);
    const howdah::addresses::ProviderInfo &info = howdah::addresses::providerOf(keyOf(style))->info();
    howdah::addresses::Values kept;
    for (const howdah::addresses::Field &field : howdah::addresses::fieldsOf(info, info.credentials.front())) {
        if (const QByteArray value = qgetenv(qPrintable(field.variable)); !value.isEmpty()) {
            kept.insert(field.variable, QString::fromUtf8(value));
            qunsetenv(qPrintable(field.variable));
        }
    }
    howdah::addresses::HeldCredentials::instance().hold(keyOf(style), howdah::addresses::Source::Keyring, kept);
    leavesNothing(cloud);
}

/// A token belongs to whom it was given to.
void TestCloudMove::othersLogInAnew()
{
    Cloud cloud(Style::OpenStack);
    cloud.look();
    const Plan plan = cloud.plan();
    cloud.run(plan);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QCOMPARE(count(cloud.provider, "POST"), 1);
    howdah::addresses::HeldCredentials::instance().hold(QStringLiteral("hetzner"), howdah::addresses::Source::Run, {});
    cloud.provider.holder = "222";
    cloud.run(plan);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QCOMPARE(count(cloud.provider, "POST"), 2);
}

void TestCloudMove::leavesNothing(Cloud &cloud)
{
    const Style style = cloud.style;
    // A server that tells what it was sent.
    const QByteArray secret = style == Style::Robot ? cloud.provider.token.toBase64() : QByteArray("sesame-open");
    cloud.look();
    cloud.provider.upsets = {
        {"PUT", 1, ProviderDouble::http(503, R"({"id":"x","message":"You sent )" + secret + "\"}")},
        {"POST", 1, ProviderDouble::http(503, R"({"id":"x","message":"You sent )" + secret + "\"}")}};
    const Plan plan = cloud.plan();
    const QString script = cloud.directory.filePath(QStringLiteral("book.sh"));
    QVERIFY(saveRunbook(plan, cloud.facts.config, script));
    cloud.run(plan);
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QFile file(script);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const QByteArray seen = cloud.journal() + planText(plan).toUtf8() + toMarkdown(plan, {}).toUtf8() + file.readAll() +
                            cloud.hands.told.join(QLatin1Char('\n')).toUtf8() + cloud.remains.toUtf8();
    for (const QByteArray &word : {QByteArray("sesame"), secret, QByteArray("gAAAA-token"), QByteArray("Signature=")}) {
        QVERIFY2(!seen.contains(word), word.constData());
    }
    QVERIFY(cloud.provider.whoAsked.last().size() > 8);
}

void TestCloudMove::tokenThatHasExpiredIsReplaced()
{
    Cloud cloud(Style::OpenStack);
    cloud.look();
    QCOMPARE(count(cloud.provider, "POST"), 1); // one login is enough
    cloud.provider.token = "taken back";
    cloud.run(cloud.plan());
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QCOMPARE(count(cloud.provider, "POST"), 2);
    // A login that fails is told as what it is, once for each time that it is asked.
    cloud.provider.holder = "222";
    cloud.look();
    cloud.provider.token = "taken back";
    qputenv("OS_APPLICATION_CREDENTIAL_SECRET", "wrong-secret");
    cloud.run(cloud.plan(2000));
    QVERIFY(cloud.outcome != QLatin1String("done"));
    QVERIFY2(cloud.remains.contains(QStringLiteral("OS_APPLICATION_CREDENTIAL_ID")), qPrintable(cloud.remains));
    QVERIFY(!cloud.journal().contains("wrong-secret"));
}

void TestCloudMove::proofIsTheReadingWhereNobodyAnswers()
{
    Cloud cloud(Style::DigitalOcean);
    cloud.look();
    cloud.facts.address.error = QStringLiteral("timeout");
    const Plan plan = cloud.plan();
    QVERIFY(mayRun(plan, true) && !mayRun(plan, false));
    const Step &step = *stepOf(plan, QStringLiteral("address_write"));
    QCOMPARE(step.verify.size(), std::size_t(1));
    QVERIFY(step.verify.front().http.errand);
    cloud.run(plan);
    QCOMPARE(cloud.outcome, QStringLiteral("done"));
}

void TestCloudMove::planSurvivesTheJournal()
{
    for (const Style style : {Style::DigitalOcean, Style::Aws}) {
        Cloud cloud(style);
        cloud.look();
        const Plan plan = cloud.plan();
        const auto back = planFromJson(toJson(plan));
        QVERIFY(back && back->steps == plan.steps);
    }
}

void TestCloudMove::slowOnesHaveTheirTime()
{
    for (const auto &[style, ms] : {std::pair{Style::DigitalOcean, 60'000}, {Style::Robot, 210'000}}) {
        Cloud cloud(style);
        cloud.look();
        const Plan plan = address::planMove(cloud.facts, QStringLiteral("write"), pg1);
        const Step &step = *stepOf(plan, QStringLiteral("address_write"));
        QCOMPARE(step.deadlineMs, ms);
        QCOMPARE(step.undo.front().deadlineMs, ms);
    }
}

/// Between the assignment and its proof; the next one has another client, and knows no more than the journal.
void TestCloudMove::goesOnWhereAConsoleDied()
{
    Cloud cloud(Style::DigitalOcean);
    cloud.look();
    const Plan plan = cloud.plan();
    const QString proof = stepOf(plan, QStringLiteral("address_write"))->verify.front().sql;
    {
        auto journal = JournalWriter::create(cloud.directory.path(), plan, howdah::core::systemClock().wallMs());
        cloud.path = (*journal)->path();
        Runner runner(plan, cloud.hands, std::move(*journal), howdah::core::systemClock());
        cloud.hands.silent = {proof};
        runner.start();
        QTRY_COMPARE_WITH_TIMEOUT(cloud.provider.holder, QByteArray("111"), 5000);
    }
    const auto operation = readOperation(cloud.path);
    QVERIFY(operation && operation->plan.steps == plan.steps);
    cloud.provider.requests.clear();
    WireHands next;
    std::optional<Outcome> over;
    Runner runner(operation->plan, next, std::move(*JournalWriter::reopen(cloud.path)), howdah::core::systemClock());
    connect(&runner, &Runner::ended, &runner, [&](Outcome how) { over = how; });
    runner.undo(*operation);
    QTRY_VERIFY_WITH_TIMEOUT(over.has_value(), 10'000);
    QCOMPARE(howdah::operations::toString(*over), QStringLiteral("undone"));
    QCOMPARE(cloud.provider.holder, QByteArray("222"));
}

void TestCloudMove::movesAlongInASwitchover()
{
    Cloud cloud(Style::Hetzner);
    cloud.provider.holder = "111"; // of the primary that is
    cloud.look();
    const howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    Facts facts = factsOf(snapshot);
    facts.config.addresses = cloud.facts.config.addresses;
    facts.addresses[QStringLiteral("write")] = cloud.facts.address;
    facts.addresses[QStringLiteral("write")].writable = true;
    const Plan plan = planSwitchover(facts, pg2);
    QVERIFY2(mayRun(plan, true), qPrintable(all(plan.checks)));
    QCOMPARE(found(plan.checks, QStringLiteral("address_machine")), QStringLiteral("passed"));
    const Step *step = stepOf(plan, QStringLiteral("address_write"));
    QVERIFY(step && step->phase == Phase::Outage && step->needs == QStringList{QStringLiteral("promote")});
    QCOMPARE(step->actions.front().http.errand->targetId, QStringLiteral("222"));
    // The wrong token refuses the whole, before anything is changed.
    qputenv("HCLOUD_TOKEN", "wrong");
    cloud.look();
    facts.addresses[QStringLiteral("write")].cloud = cloud.facts.address.cloud;
    QVERIFY(!mayRun(planSwitchover(facts, pg2), true));
}

QTEST_GUILESS_MAIN(TestCloudMove)
#include "tst_cloudmove.moc"
