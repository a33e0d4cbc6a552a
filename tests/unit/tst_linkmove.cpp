// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "fakehands.h"
#include "operations/address/link.h"
#include "operations/address/look.h"
#include "operations/address/moveplan.h"
#include "operations/address/truth.h"
#include "operations/httpclient.h"
#include "operations/plantext.h"
#include "operations/runbook.h"
#include "operations/runner.h"
#include "support/linkdouble.h"
#include "switchoverfacts.h"

using namespace howdah;
using namespace howdah::unit;
using namespace howdah::operations;
using testsupport::LinkDouble;

namespace {

const QString kIp = QStringLiteral("203.0.113.7");

/// Servers are agreed upon, requests go over the wire to a double.
class WireHands : public FakeHands {
public:
    void http(const HttpRequest &request, int deadlineMs, std::function<void(Handed<HttpAnswer>)> done) override
    {
        m_client.send(request, std::min(deadlineMs, 1000), std::move(done));
    }

private:
    HttpClient m_client;
};

/// pg2 is to have the address, pg1 has it.
struct Links {
    explicit Links(int hosts)
        : link(hosts, kIp.toLatin1())
    {
        qunsetenv("HOWDAH_LINK_USER");
        qunsetenv("HOWDAH_LINK_PASSWORD");
        cluster::Snapshot snapshot = prepared(hosts > 2 ? threeNodes() : healthyPair());
        // Whoever takes the writes must be who gets the address.
        const Facts known = factsOf(snapshot);
        facts.config = known.config;
        facts.config.name = QStringLiteral("orders");
        facts.state = known.state;
        facts.config.nodes.clear();
        cluster::AddressConfig address;
        address.name = QStringLiteral("write");
        address.ip = kIp;
        address.provider = QStringLiteral("link");
        for (int i = 0; i < hosts; ++i) {
            cluster::NodeConfig &node = facts.config.nodes.emplace_back();
            node.name = QStringLiteral("pg%1").arg(i + 1);
            node.conninfo = QStringLiteral("host=10.0.0.1%1").arg(i + 1);
            address.urls.emplace_back(node.name, link.url(i));
        }
        facts.config.addresses = {address};
        facts.address.systemIdentifier = QString::number(snapshot.nodes.front().sample->systemIdentifier.value_or(0));
        facts.address.writable = true;
    }

    void look()
    {
        std::optional<address::Facts> found;
        address::Look asks(facts.config.addresses.front(), hands);
        asks.start(facts.config.nodes, [&](address::Facts one) { found = std::move(one); });
        QVERIFY(QTest::qWaitFor([&] { return found.has_value(); }, 20'000));
        facts.address.links = found->links;
    }
    Plan plan(const QString &to, int stepMs = 10'000)
    {
        Plan plan = address::planMove(facts, QStringLiteral("write"), to);
        for (Step &step : plan.steps) {
            step.deadlineMs = std::min(step.deadlineMs, stepMs);
            for (auto *list : {&step.actions, &step.undo, &step.verify}) {
                for (Action &action : *list) {
                    action.pollMs = std::min(action.pollMs, 20);
                    action.deadlineMs = std::min(action.deadlineMs, stepMs / 4);
                }
            }
        }
        return plan;
    }
    void run(const Plan &plan)
    {
        auto journal = JournalWriter::create(directory.path(), plan, core::systemClock().wallMs());
        path = (*journal)->path();
        Runner runner(plan, hands, std::move(*journal), core::systemClock());
        std::optional<Outcome> over;
        QObject::connect(&runner, &Runner::ended, &runner, [&](Outcome how, const QStringList &left) {
            over = how;
            remains = left.join(QLatin1Char('\n'));
        });
        runner.start();
        QVERIFY(QTest::qWaitFor([&] { return over.has_value(); }, 40'000));
        outcome = operations::toString(*over);
    }
    QByteArray journal() const
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    LinkDouble link;
    WireHands hands;
    address::MoveFacts facts;
    QTemporaryDir directory;
    QString path;
    QString outcome;
    QString remains;
};

using Change = void (*)(Links &);

} // namespace

Q_DECLARE_METATYPE(Change)

/// An address that LinK has, against a double of it.
class TestLinkMove : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void answersAreRead_data();
    void answersAreRead();
    void isChecked_data();
    void isChecked();
    void twoSettleIt();
    void anotherWonIsAskedAgain();
    void neverWonIsTold();
    void diesMeanwhile();
    void scriptDoesTheSame();
    void wantsToKnowWhoAsks();
    void truthIsWhatTheySay();
};

void TestLinkMove::answersAreRead_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QString>("body");
    QTest::addColumn<QString>("text");
    const auto row = [](const char *name, int status, const char *body, const char *text) {
        QTest::newRow(name) << status << QString::fromLatin1(body) << QString::fromLatin1(text);
    };
    row("its key has it", 200,
        R"({"endpoints":[{"id":"vip-1","status":"STANDBY","election_key":"203.0.113.7_32","checks":[{},{}]}]})",
        "STANDBY, 2 health checks");
    row("as version 2 said it", 200, R"({"endpoints":[{"id":"vip-1","status":"FAILING","ip":"203.0.113.7/24"}]})",
        "FAILING, no health check");
    row("another address", 200,
        R"({"endpoints":[{"id":"vip-1","status":"ACTIVATED","election_key":"203.0.113.71_32"}]})", "does not have it");
    row("an id that is none", 200,
        R"({"endpoints":[{"id":"../x","status":"ACTIVATED","election_key":"203.0.113.7_32"}]})", "does not have it");
    row("a state that is none", 200, R"({"endpoints":[{"id":"vip-1","status":"<b>","election_key":"203.0.113.7_32"}]})",
        "in no state that is known, no health check");
    row("nothing", 200, R"({"endpoints":[]})", "does not have it");
    row("a page", 200, "<html>", "what answers is no LinK 3: HTTP 200");
    row("something else", 404, "{}", "what answers is no LinK 3: HTTP 404");
    row("wants to know who asks", 401, "",
        "it wants to know who asks: set HOWDAH_LINK_USER and HOWDAH_LINK_PASSWORD in the environment");
}

void TestLinkMove::answersAreRead()
{
    QFETCH(int, status);
    QFETCH(QString, body);
    QFETCH(QString, text);
    address::LinkFacts facts;
    address::readLink(facts, kIp, status, body);
    QCOMPARE(address::linkText(facts), text);
}

void TestLinkMove::isChecked_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const char *expected, Change change) {
        QTest::newRow(name) << change << QString::fromLatin1(expected);
    };
    row("all is well", "address_holder passed address_link passed address_successor passed", [](Links &) {});
    row("two have it", "address_holder failed", [](Links &l) { l.link.states[1] = "ACTIVATED"; });
    row("nobody has it", "address_holder warning", [](Links &l) { l.link.states[0] = "BOOTING"; });
    row("who has it is silent", "address_holder failed", [](Links &l) { l.link.speaks[0] = QByteArray(); });
    row("who is to have it is silent", "address_link failed", [](Links &l) { l.link.speaks[1] = QByteArray(); });
    row("who is to have it is no LinK", "address_link failed",
        [](Links &l) { l.link.speaks[1] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"; });
    row("its checks do not pass", "address_link failed", [](Links &l) { l.link.states[1] = "FAILING"; });
    row("the cluster file has none", "address_link failed",
        [](Links &l) { l.facts.config.addresses.front().urls.pop_back(); });
    row("it has no such endpoint", "address_link failed",
        [](Links &l) { l.link.speaks[1] = "HTTP/1.1 200 OK\r\nContent-Length: 16\r\n\r\n{\"endpoints\":[]}"; });
}

void TestLinkMove::isChecked()
{
    QFETCH(Change, change);
    QFETCH(QString, expected);
    Links links(2);
    change(links);
    links.look();
    const Plan plan = links.plan(pg2);
    QString all;
    for (const Check &check : plan.checks) {
        all += check.id.section(QLatin1Char(':'), 0, 0) + QLatin1Char(' ') + toString(check.result) + QLatin1Char(' ');
        QCOMPARE(check.remedy.isEmpty(), check.result == CheckResult::Passed);
    }
    QVERIFY2(all.contains(expected), qPrintable(all));
}

/// To where it is not, since that the primary has it; there and, asked once more, not away from there.
void TestLinkMove::twoSettleIt()
{
    Links links(2);
    links.link.states = {"STANDBY", "ACTIVATED"}; // pg1 takes writes
    links.link.electsFor = 3;
    links.look();
    Plan plan = links.plan(pg1);
    QVERIFY2(mayRun(plan, false), qPrintable(all(plan.checks)));
    links.run(plan);
    QVERIFY2(links.outcome == QLatin1String("done"), qPrintable(links.remains));
    QCOMPARE(links.link.holder(), 0);
    QCOMPARE(links.link.asked(1), 1);
    links.look();
    plan = links.plan(pg1);
    links.run(plan);
    QVERIFY2(links.outcome == QLatin1String("done"), qPrintable(links.remains));
    QCOMPARE(links.link.holder(), 0);
    QCOMPARE(links.link.asked(0), 0);
}

void TestLinkMove::anotherWonIsAskedAgain()
{
    Links links(3);
    links.link.states = {"STANDBY", "ACTIVATED", "STANDBY"};
    links.link.winners = {2, 1, 2, 0};
    links.look();
    const Plan plan = links.plan(pg1);
    QVERIFY(!mayRun(plan, false) && mayRun(plan, true)); // who is next can't be said
    links.run(plan);
    QVERIFY2(links.outcome == QLatin1String("done"), qPrintable(links.remains));
    QCOMPARE(links.link.holder(), 0);
    QVERIFY(links.link.winners.isEmpty());
    QCOMPARE(links.link.asked(0), 0);
}

/// It has an end.
void TestLinkMove::neverWonIsTold()
{
    Links links(3);
    links.link.states = {"STANDBY", "ACTIVATED", "STANDBY"};
    for (int i = 0; i < 20; ++i) {
        links.link.winners += {2, 1};
    }
    links.look();
    links.run(links.plan(pg1, 4000));
    QVERIFY2(links.outcome == QLatin1String("undone"), qPrintable(links.remains));
    QVERIFY(links.link.holder() != 0);
    QVERIFY2(links.link.asked(1) + links.link.asked(2) <= 20, qPrintable(QString::number(links.link.asked(1))));
    QVERIFY2(links.journal().contains("pg1's LinK has 203.0.113.7"), links.journal().right(2000).constData());
}

void TestLinkMove::diesMeanwhile()
{
    Links links(2);
    links.link.states = {"STANDBY", "ACTIVATED"};
    links.look();
    const Plan plan = links.plan(pg1, 4000);
    links.link.speaks[1] = QByteArray();
    links.run(plan);
    QVERIFY2(links.outcome != QLatin1String("done"), qPrintable(links.remains));
    QCOMPARE(links.link.holder(), 1);
}

/// The runbook's, by curl; without what takes a server.
void TestLinkMove::scriptDoesTheSame()
{
    Links links(2);
    links.link.states = {"STANDBY", "ACTIVATED"};
    links.link.credentials = "link:sesame-open";
    qputenv("HOWDAH_LINK_USER", "link");
    qputenv("HOWDAH_LINK_PASSWORD", "sesame-open");
    links.look();
    Plan plan = links.plan(pg1);
    const Step step = *stepOf(plan, QStringLiteral("address_write"));
    plan.guards.clear();
    plan.steps = {step};
    plan.steps.front().verify.clear();
    const QString path = links.directory.filePath(QStringLiteral("book.sh"));
    QVERIFY(saveRunbook(plan, links.facts.config, path));
    const auto ran = [&path](const QStringList &words) {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(QStringLiteral("sh"), QStringList{path} + words);
        const bool over = QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 40'000);
        return QByteArray::number(over ? process.exitCode() : -1) + ' ' + process.readAll();
    };
    const QByteArray there = ran({});
    QVERIFY2(there.startsWith("0 ") && !there.contains("sesame"), there.constData());
    QCOMPARE(links.link.holder(), 0);
    const QByteArray back = ran({QStringLiteral("undo"), QStringLiteral("address_write")});
    QVERIFY2(back.startsWith("0 "), back.constData());
    QCOMPARE(links.link.holder(), 1);
    links.link.credentials = "link:another";
    const QByteArray refused = ran({});
    QVERIFY2(!refused.startsWith("0 ") && refused.contains("401"), refused.constData());
    qunsetenv("HOWDAH_LINK_USER");
    qunsetenv("HOWDAH_LINK_PASSWORD");
}

void TestLinkMove::wantsToKnowWhoAsks()
{
    Links links(2);
    links.link.states = {"STANDBY", "ACTIVATED"};
    links.link.credentials = "link:sesame-open";
    links.look();
    QVERIFY2(links.facts.address.links.front().error.contains(QStringLiteral("HOWDAH_LINK_USER")),
             qPrintable(links.facts.address.links.front().error));
    QVERIFY(!mayRun(links.plan(pg1), true));
    qputenv("HOWDAH_LINK_USER", "link");
    qputenv("HOWDAH_LINK_PASSWORD", "sesame-open");
    links.look();
    const Plan plan = links.plan(pg1);
    links.run(plan);
    QVERIFY2(links.outcome == QLatin1String("done"), qPrintable(links.remains));
    QVERIFY(!links.journal().contains("sesame") && !links.journal().contains(links.link.credentials.toBase64()));
    qunsetenv("HOWDAH_LINK_USER");
    qunsetenv("HOWDAH_LINK_PASSWORD");
}

void TestLinkMove::truthIsWhatTheySay()
{
    Links links(2);
    links.look();
    const auto truth = [&] {
        return address::truthOf(links.facts.config.addresses.front(), links.facts.address, links.facts.state);
    };
    QCOMPARE(truth().holders, QStringList{pg1});
    QVERIFY(truth().holderKnown);
    links.link.states[1] = "ACTIVATED";
    links.look();
    QCOMPARE(truth().id, QStringLiteral("address_two_holders"));
    links.link.states = {"STANDBY", "FAILING"};
    links.look();
    links.facts.address.error = QStringLiteral("no route to host");
    QCOMPARE(truth().id, QStringLiteral("address_no_holder"));
    links.link.speaks[1] = QByteArray();
    links.look();
    QVERIFY(!truth().holderKnown);
}

QTEST_GUILESS_MAIN(TestLinkMove)
#include "tst_linkmove.moc"
