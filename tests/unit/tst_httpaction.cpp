// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QProcess>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTemporaryDir>
#include <QTest>

#include "fakehands.h"
#include "operations/planjson.h"
#include "operations/runbook.h"
#include "operations/runner.h"

using namespace howdah;
using namespace howdah::operations;
using unit::FakeHands;

/// Requests to REST APIs as parts of a plan.
class TestHttpAction : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void ends_data();
    void ends();
    void pollsUntilItHolds();
    void valuesAreFilledIn();
    void survivesTheJournal();
    void doubtAtTheReturn_data();
    void doubtAtTheReturn();
    void secondRequestRefusedAfterACrash();
    void runbooks();
    void scriptAsksByCurl();
};

namespace {

Action request(const QString &method, const QString &path, const QString &body = {})
{
    Action action;
    action.kind = Action::Kind::Http;
    action.node = QStringLiteral("pg2");
    action.text = QStringLiteral("the API has done it");
    action.http.method = method;
    action.http.url = QStringLiteral("http://10.0.0.12:8008") + path;
    action.http.body = body;
    action.http.credentials = QStringLiteral("HOWDAH_TEST");
    return action;
}

/// lock | switch, by a request, which is the point of no return | proof
Plan plan()
{
    Plan plan;
    plan.operation = QStringLiteral("switchover");
    plan.cluster = QStringLiteral("orders");
    plan.title = QStringLiteral("Switch over orders");
    for (const char *id : {"lock", "switch", "proof"}) {
        Step &step = plan.steps.emplace_back();
        step.id = step.title = QLatin1String(id);
        step.phase = step.id == QLatin1String("lock") ? Phase::Prepare : Phase::Outage;
        step.nodes = {QStringLiteral("pg2")};
        step.deadlineMs = 300;
        Action &action = step.actions.emplace_back();
        action.node = QStringLiteral("pg2");
        action.sql = QStringLiteral("do ") + step.id;
        step.undo = {action};
        step.undo[0].sql = QStringLiteral("undo ") + step.id;
    }
    Step &step = plan.steps[1];
    step.pointOfNoReturn = true;
    step.undo.clear();
    step.actions = {
        request(QStringLiteral("POST"), QStringLiteral("/switchover"), QStringLiteral("{\"leader\":\"pg1\"}"))};
    step.verify = {request(QStringLiteral("GET"), QStringLiteral("/primary"))};
    step.verify[0].deadlineMs = 100;
    step.verify[0].pollMs = 10;
    step.notDone = {request(QStringLiteral("GET"), QStringLiteral("/old"))};
    return plan;
}

const QString kPost = QStringLiteral("POST http://10.0.0.12:8008/switchover {\"leader\":\"pg1\"}");
const QString kPrimary = QStringLiteral("GET http://10.0.0.12:8008/primary");
const QString kOld = QStringLiteral("GET http://10.0.0.12:8008/old");

QString word(Outcome outcome)
{
    return operations::toString(outcome);
}

/// Runs a plan to its end.
struct Ran {
    Ran(const Plan &plan, FakeHands &hands, const Operation *resumed = nullptr)
    {
        auto journal = resumed ? JournalWriter::reopen(resumed->path)
                               : JournalWriter::create(directory.path(), plan, core::systemClock().wallMs());
        path = (*journal)->path();
        Runner runner(plan, hands, std::move(*journal), core::systemClock());
        bool over = false;
        QObject::connect(&runner, &Runner::stepChanged, &runner, [&](int index, const StepRecord &record) {
            hands.dead = hands.dead || (dieAt == index && record.state == StepState::Started);
        });
        QObject::connect(&runner, &Runner::ended, &runner, [&](Outcome how, const QStringList &left) {
            outcome = how;
            remains = left.join(QLatin1Char('|'));
            over = true;
        });
        resumed ? runner.resume(*resumed) : runner.start();
        if (!QTest::qWaitFor([&] { return over || hands.dead; }, 10'000)) {
            qWarning("it never ended");
        }
    }
    static inline int dieAt = -1;
    QTemporaryDir directory;
    QString path;
    Outcome outcome = Outcome::Running;
    QString remains;
};

/// What one action comes to.
std::optional<tl::expected<void, SequenceFailure>> outcomeOf(FakeHands &hands, const Action &action, Values &values)
{
    std::optional<tl::expected<void, SequenceFailure>> result;
    Sequence sequence(hands, values, {action}, 300, nullptr);
    sequence.start([&](const tl::expected<void, SequenceFailure> &got) { result = got; });
    if (!QTest::qWaitFor([&] { return result.has_value(); }, 5000)) {
        qWarning("it never ended");
    }
    return result;
}

} // namespace

void TestHttpAction::ends_data()
{
    QTest::addColumn<std::vector<int>>("accepted");
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("body");
    QTest::addColumn<bool>("done");
    QTest::addColumn<bool>("mayHaveHappened");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *name, std::vector<int> accepted, int status, const char *body, bool done,
                        bool mayHaveHappened, const char *says) {
        QTest::newRow(name) << std::move(accepted) << status << QString::fromUtf8(body) << done << mayHaveHappened
                            << QString::fromUtf8(says);
    };
    row("done", {}, 200, "Successfully switched over to \"pg2\"", true, false, "");
    row("another success", {}, 202, "Successfully", true, false, "");
    row("a success that is none here", {200}, 202, "Successfully scheduled", false, true, "HTTP status 202");
    row("a failure that is a success here", {200, 404}, 404, "Successfully gone", true, false, "");
    row("somebody else", {}, 200, "Switched over to \"pg3\" instead of \"pg2\"", false, true, "instead of");
    row("refused", {}, 412, "no good candidates have been found", false, false, "HTTP status 412, no good candidates");
    row("not known", {}, 503, "Switchover status unknown", false, true, "HTTP status 503, Switchover status unknown");
    row("who are you", {}, 401, "no auth header received", false, false,
        "set HOWDAH_TEST_USER and HOWDAH_TEST_PASSWORD");
    row("not from there", {}, 403, "Access is denied", false, false, "its own access rules");
    row("refused by another status", {}, 507, "already in progress", false, false, "already in progress");
    row("what must not be there", {}, 200, "Successfully, but late", false, true, "but late");
    row("a page", {}, 502, "<html><body>Bad gateway</body></html>", false, true, "HTTP status 502");
}

void TestHttpAction::ends()
{
    QFETCH(std::vector<int>, accepted);
    QFETCH(int, status);
    QFETCH(QString, body);
    QFETCH(bool, done);
    FakeHands hands;
    Action action = request(QStringLiteral("POST"), QStringLiteral("/switchover"));
    action.http.accepted = accepted;
    action.http.refused = {507};
    action.unexpected = {QStringLiteral("but late$")};
    action.expected = {QStringLiteral("^Successfully")};
    hands.pages[QStringLiteral("POST http://10.0.0.12:8008/switchover")] = {HttpAnswer{status, body}};
    Values values;
    const auto result = outcomeOf(hands, action, values);
    QVERIFY(result);
    QCOMPARE(result->has_value(), done);
    if (!done) {
        QTEST(result->error().mayHaveHappened, "mayHaveHappened");
        QFETCH(QString, says);
        QVERIFY2(result->error().error.message.contains(says), qPrintable(result->error().error.message));
        QVERIFY(!result->error().error.message.contains(QLatin1Char('<')));
    }
}

void TestHttpAction::pollsUntilItHolds()
{
    FakeHands hands;
    Action action = request(QStringLiteral("GET"), QStringLiteral("/primary"));
    action.pollMs = 5;
    action.captures = {{QStringLiteral("timeline"), QStringLiteral("\"timeline\": ([0-9]+)")}};
    hands.pages[kPrimary] = {HttpAnswer{503, {}}, tl::unexpected(FakeHands::failure(QStringLiteral("no route"))),
                             HttpAnswer{404, {}}, HttpAnswer{200, QStringLiteral("{\"timeline\": 7}")}};
    Values values;
    const auto result = outcomeOf(hands, action, values);
    QVERIFY(result && result->has_value());
    QCOMPARE(hands.told.size(), 4);
    QCOMPARE(values.value(QStringLiteral("timeline")), QStringLiteral("7"));

    // Asking again does not mend who asks.
    hands.told.clear();
    hands.pages[kPrimary] = {HttpAnswer{401, {}}};
    const auto denied = outcomeOf(hands, action, values);
    QVERIFY(denied && !denied->has_value());
    QCOMPARE(hands.told.size(), 1);

    hands.pages[kPrimary] = {HttpAnswer{503, QStringLiteral("starting")}};
    const auto late = outcomeOf(hands, action, values);
    QVERIFY(late && !late->has_value());
    QVERIFY2(late->error().error.message.contains(QStringLiteral("still not: the API has done it (HTTP status 503")),
             qPrintable(late->error().error.message));
}

void TestHttpAction::valuesAreFilledIn()
{
    FakeHands hands;
    Values values{{QStringLiteral("who"), QStringLiteral("a \"b\"\\/ü\n")}};
    const Action action =
        request(QStringLiteral("POST"), QStringLiteral("/:{who}?x=:{who}"), QStringLiteral("{\"n\":\":{who}\"}"));
    QVERIFY(outcomeOf(hands, action, values)->has_value());
    QCOMPARE(hands.told, QStringList{QStringLiteral(
                             "POST http://10.0.0.12:8008/a%20%22b%22%5C%2F%C3%BC%0A?x=a%20%22b%22%5C%2F%C3%BC%0A "
                             "{\"n\":\"a \\\"b\\\"\\\\/ü\\u000a\"}")});
    Values none;
    const auto unknown = outcomeOf(hands, action, none);
    QVERIFY(!unknown->has_value() && !unknown->error().mayHaveHappened);
    QCOMPARE(hands.told.size(), 1);
}

void TestHttpAction::survivesTheJournal()
{
    Plan written = plan();
    written.steps[1].actions[0].http.accepted = {200, 202};
    written.steps[1].actions[0].http.refused = {503};
    written.steps[1].actions[0].http.anonymous = true;
    written.steps[1].actions[0].unexpected = {QStringLiteral("x")};
    const auto back = planFromJson(toJson(written));
    QVERIFY2(back, back ? "" : qPrintable(back.error().message));
    QVERIFY(back->steps == written.steps);
    QJsonObject broken = toJson(written);
    QVERIFY(planFromJson(broken));
    written.steps[1].actions[0].http.url.clear();
    QVERIFY(!planFromJson(toJson(written)));
    // Plans of earlier versions have no such key.
    QJsonObject old = toJson(plan());
    QJsonArray steps = old.value(QStringLiteral("steps")).toArray();
    for (qsizetype i = 0; i < steps.size(); ++i) {
        QJsonObject step = steps[i].toObject();
        step.remove(QStringLiteral("not_done"));
        steps[i] = step;
    }
    old.insert(QStringLiteral("steps"), steps);
    const auto earlier = planFromJson(old);
    QVERIFY(earlier && earlier->steps[1].notDone.empty());
}

void TestHttpAction::doubtAtTheReturn_data()
{
    QTest::addColumn<int>("status"); // of the request; 0: no answer
    QTest::addColumn<bool>("won");
    QTest::addColumn<bool>("old");
    QTest::addColumn<QString>("outcome");
    QTest::newRow("done") << 200 << true << false << word(Outcome::Done);
    QTest::newRow("refused") << 412 << false << true << word(Outcome::Undone);
    QTest::newRow("lost and done") << 0 << true << false << word(Outcome::Done);
    QTest::newRow("lost and not done") << 0 << false << true << word(Outcome::Undone);
    QTest::newRow("lost and nobody knows") << 0 << false << false << word(Outcome::Incomplete);
    QTest::newRow("status unknown and done") << 503 << true << false << word(Outcome::Done);
    QTest::newRow("status unknown and not done") << 503 << false << true << word(Outcome::Undone);
    QTest::newRow("said to be done, and is not") << 200 << false << false << word(Outcome::Incomplete);
}

void TestHttpAction::doubtAtTheReturn()
{
    QFETCH(int, status);
    QFETCH(bool, won);
    QFETCH(bool, old);
    FakeHands hands;
    hands.pages[kPost] = {status > 0 ? Handed<HttpAnswer>(HttpAnswer{status, QStringLiteral("said so")})
                                     : tl::unexpected(FakeHands::failure(QStringLiteral("lost")))};
    hands.pages[kPrimary] = {HttpAnswer{won ? 200 : 503, {}}};
    hands.pages[kOld] = {HttpAnswer{old ? 200 : 503, {}}};
    const Ran ran(plan(), hands);
    QTEST(word(ran.outcome), "outcome");
    QCOMPARE(hands.told.contains(QStringLiteral("pg2: undo lock")), ran.outcome == Outcome::Undone);
    QVERIFY2(ran.outcome == Outcome::Done || status != 503 || ran.remains.contains(QStringLiteral("said so")),
             qPrintable(ran.remains));
}

/// The request of the console that died may be on its way: that the second is refused proves nothing.
void TestHttpAction::secondRequestRefusedAfterACrash()
{
    FakeHands hands;
    Ran::dieAt = 1;
    const Ran died(plan(), hands);
    Ran::dieAt = -1;
    QVERIFY(hands.dead);
    hands.dead = false;
    const auto interrupted = readOperation(died.path);
    QVERIFY(interrupted);
    hands.pages[kPost] = {HttpAnswer{412, QStringLiteral("leader name does not match")}};
    // Not there at the first look, and there a moment later.
    hands.pages[kPrimary] = {HttpAnswer{503, {}}};
    hands.requested = [&](const QString &text) {
        if (text == kPost) {
            hands.pages[kPrimary] = {HttpAnswer{200, {}}};
        }
    };
    hands.pages[kOld] = {HttpAnswer{503, {}}};
    const Ran resumed(interrupted->plan, hands, &*interrupted);
    QCOMPARE(word(resumed.outcome), word(Outcome::Done));
    QVERIFY(!hands.told.contains(QStringLiteral("pg2: undo lock")));
}

void TestHttpAction::runbooks()
{
    const QString page = toMarkdown(plan());
    QVERIFY2(page.contains(QStringLiteral(
                 "curl -sS --max-time 1 -X POST -H 'Content-Type: application/json' -d '{\"leader\":\"pg1\"}' "
                 "-u \"$HOWDAH_TEST_USER:$HOWDAH_TEST_PASSWORD\" http://10.0.0.12:8008/switchover")),
             qPrintable(page));
    QVERIFY(page.contains(QStringLiteral("http://10.0.0.12:8008/old")));
    Plan encrypted = plan();
    encrypted.steps[1].actions[0].http.url.replace(QStringLiteral("http:"), QStringLiteral("https:"));
    encrypted.steps[1].actions[0].http.anonymous = true;
    QVERIFY(toMarkdown(encrypted).contains(QStringLiteral(
        "'{\"leader\":\"pg1\"}' ${HOWDAH_TEST_CACERT:+--cacert \"$HOWDAH_TEST_CACERT\"} https://10.0.0.12")));
    QCOMPARE(describe(plan(), plan().steps[1].actions[0]),
             QStringLiteral("pg2: POST http://10.0.0.12:8008/switchover {\"leader\":\"pg1\"}"));
}

void TestHttpAction::scriptAsksByCurl()
{
    QTcpServer server;
    QVERIFY(server.listen(QHostAddress::LocalHost));
    QByteArrayList requests;
    connect(&server, &QTcpServer::newConnection, &server, [&] {
        QTcpSocket *socket = server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, socket, [&requests, socket] {
            const QByteArray request = socket->readAll();
            requests.append(request);
            // No answer to the switchover; at the third look it is done.
            const bool looks = request.startsWith("GET /primary");
            const QByteArray body = "{\n\"timeline\": " + QByteArray::number(requests.size()) + "\n}";
            if (looks) {
                socket->write("HTTP/1.0 " + QByteArray(requests.size() > 3 ? "200 OK" : "503 No") + "\r\n\r\n" + body);
            }
            socket->disconnectFromHost();
        });
    });
    Plan asked = plan();
    asked.steps.erase(asked.steps.begin());
    asked.steps.pop_back();
    for (Action *action : {&asked.steps[0].actions[0], &asked.steps[0].verify[0]}) {
        action->http.url.replace(QStringLiteral("10.0.0.12:8008"),
                                 QStringLiteral("127.0.0.1:%1").arg(server.serverPort()));
    }
    asked.steps[0].verify[0].deadlineMs = 20'000;
    asked.steps[0].verify[0].http.anonymous = true;
    asked.steps[0].verify[0].captures = {{QStringLiteral("timeline"), QStringLiteral("\"timeline\": ([0-9]+)")}};
    asked.steps[0].verify[0].expected = {QStringLiteral("^\"timeline\"")};
    asked.steps[0].verify[0].unexpected = {QStringLiteral("^\"timeline\": 4$")};
    QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("runbook.sh"));
    QVERIFY(saveRunbook(asked, {}, path));
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("HOWDAH_TEST_USER"), QStringLiteral("admin"));
    environment.insert(QStringLiteral("HOWDAH_TEST_PASSWORD"), QStringLiteral("a\\b\"c"));
    process.setProcessEnvironment(environment);
    process.start(QStringLiteral("sh"), {path});
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 30'000);
    const QByteArray said = process.readAllStandardOutput() + process.readAllStandardError();
    QVERIFY2(process.exitCode() == 0, said.constData());
    QCOMPARE(requests.size(), 5); // asked, twice not yet, once with what must not be there
    QVERIFY2(requests[0].startsWith("POST /switchover HTTP/1.1") && requests[0].endsWith("{\"leader\":\"pg1\"}"),
             requests[0].constData());
    QVERIFY2(requests[0].contains("Authorization: Basic " + QByteArray("admin:a\\b\"c").toBase64()),
             requests[0].constData());
    QVERIFY(!said.contains("a\\b"));
    QVERIFY2(!requests[1].contains("Authorization"), requests[1].constData());

    // What is not there in time fails it.
    asked.steps[0].verify[0].expected = {QStringLiteral("^never$")};
    asked.steps[0].verify[0].deadlineMs = 1000;
    QVERIFY(saveRunbook(asked, {}, path));
    process.start(QStringLiteral("sh"), {path});
    QTRY_COMPARE_WITH_TIMEOUT(process.state(), QProcess::NotRunning, 30'000);
    QCOMPARE(process.exitCode(), 1);
}

QTEST_GUILESS_MAIN(TestHttpAction)
#include "tst_httpaction.moc"
