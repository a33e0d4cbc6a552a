// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "operations/markdown.h"
#include "operations/places.h"
#include "operations/runbook.h"
#include "runbookbench.h"

using namespace howdah::unit;

Q_DECLARE_METATYPE(howdah::operations::Action)

/// The page by which a person does what the console would have done: it leaves out nothing that they need.
class TestRunbookPage : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void refusedPlanIsNoPage();
    void saysHowToBegin();
    void saysWhatMustHold();
    void placesLeadThere();
    void everyKindOfAction_data();
    void everyKindOfAction();
    void passwordsAreAskedFor();
    void wayBack();
    void whatOthersNeed();
    void code_data();
    void code();
};

namespace {

/// The part of a page from a text on, up to the next heading.
QString partOf(const QString &page, const QString &heading)
{
    const qsizetype at = page.indexOf(heading);
    const qsizetype end = at < 0 ? -1 : page.indexOf(QStringLiteral("\n##"), at + heading.size());
    return at < 0 ? QString() : page.mid(at, end < 0 ? -1 : end - at);
}

QString text(const char *latin)
{
    return QString::fromUtf8(latin);
}

/// A page with nothing but that action.
QString pageOf(const Action &action)
{
    Plan plan;
    plan.title = text("Do one thing");
    Step step;
    step.id = step.title = text("it");
    step.nodes = {pg2};
    step.deadlineMs = 4000;
    step.actions = {action};
    plan.steps = {step};
    return toMarkdown(plan, RunbookBench().facts().config);
}

} // namespace

void TestRunbookPage::refusedPlanIsNoPage()
{
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    pauseReplay(snapshot, pg2);
    const QString page = toMarkdown(planSwitchover(factsOf(snapshot), pg2));
    QVERIFY2(page.contains(text("**Refused when it was checked")), qPrintable(page));
    QVERIFY2(page.contains(text("replay is paused")), qPrintable(page)); // and why
    QVERIFY2(!page.contains(text("pg_promote")), qPrintable(page));
}

void TestRunbookPage::saysHowToBegin()
{
    const RunbookBench bench;
    const QString page = toMarkdown(bench.plan(), bench.facts().config);
    const QString begin = partOf(page, text("## Before you begin"));
    for (const char *words :
         {"What is not so in its time has failed. Before the point of no return take back what you have begun then",
          "What stands as `<name>` is a value that an earlier step has read",
          "These must be so now, and again right before step 7:",
          "- In psql of pg1: pg1 is the primary, and sends to pg2. The first column must be `t`:",
          "- In psql of pg2: pg2 streams"}) {
        QVERIFY2(begin.contains(text(words)), words);
    }
    QVERIFY2(page.contains(text("#### 7. Stop pg1, fast")), qPrintable(page));
    QVERIFY2(page.contains(text("by hand they wait from step 7 until step 9 is done.")), qPrintable(page));
    QVERIFY2(partOf(page, text("#### 1. Take the cluster lock")).contains(text("leave it open")), qPrintable(page));
    QVERIFY2(page.contains(text("If it fails: It goes with the session.")), qPrintable(page));
}

/// What ends in an error for a console must not look like a success to a person.
void TestRunbookPage::saysWhatMustHold()
{
    const RunbookBench bench;
    const QString page = toMarkdown(bench.plan(), bench.facts().config);
    const QString stop = partOf(page, text("#### 7. Stop pg1"));
    QVERIFY2(stop.contains(text("- On the host of pg1: pg1 has shut down. Lines of its output must match `^Database "
                                "cluster state: +shut down$`:")),
             qPrintable(stop));
    QVERIFY2(stop.contains(text("\n\nOf what it says keep what the parentheses of `^Latest checkpoint location: "
                                "+([0-9A-F]+/[0-9A-F]+)$` take in as `<shutdown lsn>`.")),
             qPrintable(stop));
    const QString prove = partOf(page, text("#### 8. Prove that"));
    QVERIFY2(prove.contains(text("Repeat it until the first column is `t`, for at most 10 s. Where `held` is `t` it "
                                 "will never be so: wait no longer:")),
             qPrintable(prove));
    QVERIFY2(prove.contains(text("> '<shutdown lsn>'::pg_lsn")), qPrintable(prove));
    QVERIFY2(prove.contains(text("- On the host of pg1: pg1 has not started again. Lines of its output must match "
                                 "`^Database cluster state: +shut down$` and `^Latest checkpoint location: +<shutdown "
                                 "lsn>$`:")),
             qPrintable(prove));
    const QString promote = partOf(page, text("#### 9. Promote pg2"));
    QVERIFY2(promote.contains(text("Even where it is not answered, go on to what proves it")), qPrintable(promote));
    QVERIFY2(promote.contains(text("Only when every one of them is so, in this order, it did not and will not any "
                                   "more, and all may be taken back:")),
             qPrintable(promote));
    const QString rejoin = partOf(page, text("#### 10. Start pg1"));
    QVERIFY2(rejoin.contains(text("Where `takes_writes` is `t` it will never be so")), qPrintable(rejoin));
    const QString proof = partOf(page, text("Prove the result on every node"));
    QVERIFY2(proof.contains(text("Keep the column `lsn` of the answer as `<canary lsn>`.")), qPrintable(proof));
    QVERIFY2(partOf(page, text("#### 11. Drop leftovers")).contains(text("Only where step 10 was done.")),
             qPrintable(page));
}

void TestRunbookPage::placesLeadThere()
{
    Facts facts = RunbookBench().facts();
    facts.config.nodes[0].conninfo = text("host=10.0.0.11 user=dba password=sesame dbname=app");
    facts.config.nodes[0].command = {text("ssh"), text("postgres@10.0.0.11")};
    facts.config.nodes[1].command.clear();
    howdah::cluster::PoolerConfig pooler;
    pooler.name = text("pgb1");
    pooler.conninfo = text("host=10.0.0.20 port=6432 user=admin");
    facts.config.poolers.push_back(pooler);
    howdah::cluster::AddressConfig address;
    address.name = text("write");
    address.ip = text("203.0.113.7");
    facts.config.addresses.push_back(address);
    Plan plan = planSwitchover(facts, pg2);
    QVERIFY(mayRun(plan, true));
    Action more;
    more.node = howdah::operations::addressPlace(address.name);
    more.sql = text("SELECT leads()");
    plan.steps.front().actions.push_back(more);
    more.node = pg1;
    more.sql = text("SELECT 1");
    more.database = text("repmgr");
    plan.steps.front().actions.push_back(more);
    more.kind = Action::Kind::Command;
    more.argv = {text("ip"), text("addr")};
    more.asRoot = true;
    plan.steps.front().actions.push_back(more);
    const QString page = toMarkdown(plan, facts.config);
    const QString begin = partOf(page, text("## Before you begin"));
    QVERIFY2(!page.contains(text("sesame")), qPrintable(page));
    const auto leads = [](const char *name, const char *line) {
        return QStringLiteral("- %1:\n\n````sh\n%2").arg(text(name), text(line));
    };
    for (const QString &words :
         {leads("pg1", "psql -X \"host=10.0.0.11 dbname=postgres user=dba application_name='howdah operation' "
                       "client_encoding=UTF8\"\n````"),
          leads("pg1, database repmgr", "psql -X \"host=10.0.0.11 dbname=repmgr "),
          leads("pooler pgb1", "psql -X \"host=10.0.0.20 port=6432 dbname=pgbouncer "),
          leads("address write", "psql -X \"host=203.0.113.7 "), leads("pg1", "ssh postgres@10.0.0.11\n````"),
          leads("pg1, as root", "ssh postgres@10.0.0.11 sudo -n\n````"),
          text("- pg2:\n\nthis machine, from which it was planned\n")}) {
        QVERIFY2(begin.contains(words), qPrintable(begin));
    }
    QCOMPARE(begin.count(text("\n- pg1:\n")), 2); // a psql, and a shell
    QVERIFY2(page.contains(text("- In psql of pg1, database repmgr:\n")), qPrintable(page));
    QVERIFY2(page.contains(text("- In psql of address write, opened anew each time:\n")), qPrintable(page));
    QVERIFY2(page.contains(text("- On the host of pg1, as root:\n\n````sh\nip addr\n````")), qPrintable(page));
    QVERIFY2(page.contains(text("- In psql of pooler pgb1: running transactions have ended. Whatever happens "
                                "afterwards, send `RESUME` there in the end:\n")),
             qPrintable(page));
    QVERIFY2(page.contains(text("Repeat it until it is answered, for at most 10 s. An error that matches `not paused` "
                                "is as good:\n")),
             qPrintable(page));
}

void TestRunbookPage::everyKindOfAction_data()
{
    QTest::addColumn<Action>("action");
    QTest::addColumn<QString>("says");
    Action sql;
    sql.node = pg2;
    sql.sql = text("SELECT 1");
    QTest::newRow("done") << sql << text("- In psql of pg2:\n\n````sql\nSELECT 1;\n````");
    Action row = sql;
    row.row = RowCheck{text("name"), text("orders"), text("paused"), text("0")};
    QTest::newRow("a row") << row << text("In the row whose `name` is `orders`, `paused` must be `0`:");
    Action silent = sql;
    silent.orSilent = true;
    QTest::newRow("silence") << silent << text("- In psql of pg2. No answer at all is as good:");
    Action person;
    person.kind = Action::Kind::Person;
    person.node = pg2;
    person.text = text("On the host of pg1: stop it.");
    person.sql = text("SELECT is_down()");
    person.pollMs = 200;
    person.deadlineMs = 600'000;
    QTest::newRow("by hand") << person
                             << text("- By hand: On the host of pg1: stop it.\n\n- In psql of pg2: that shows. Repeat "
                                     "it until the first column is `t`, for at most 10 min:\n\n````sql\nSELECT "
                                     "is_down();\n");
    Action command;
    command.kind = Action::Kind::Command;
    command.node = pg2;
    command.argv = {text("ended"), text("or not")};
    command.pollMs = 500;
    QTest::newRow("a command") << command
                               << text("- On the host of pg2. Repeat it until it succeeds, for at most 4 s:\n\n````sh\n"
                                       "ended 'or not'\n");
    command.node = howdah::operations::consolePlace();
    command.pollMs = 0;
    QTest::newRow("here") << command << text("- On this machine:\n\n````sh\nended 'or not'\n");
    Action http;
    http.kind = Action::Kind::Http;
    http.node = pg2;
    http.http.url = text("http://10.0.0.12:8008/cluster");
    QTest::newRow("a request") << http
                               << text("- By a request to pg2. The status in the last line must be 200 to 299:\n\n"
                                       "````sh\ncurl -sS --max-time 4 -X GET http://10.0.0.12:8008/cluster -w "
                                       "'\\n%{http_code}\\n'\n````");
    http.http.accepted = {200, 404};
    http.expected = {text("\"to\": ?\"pg2\"")};
    http.unexpected = {text("paused")};
    http.pollMs = 100;
    QTest::newRow("its answer") << http
                                << text("Repeat it until it is so, for at most 4 s. The status in the last line must "
                                        "be 200 or 404. Lines of the answer must match `\"to\": ?\"pg2\"`. No line of "
                                        "it may match `paused`:");
}

void TestRunbookPage::everyKindOfAction()
{
    QFETCH(Action, action);
    QFETCH(QString, says);
    const QString page = pageOf(action);
    QVERIFY2(page.contains(says), qPrintable(page));
}

/// They stand in no file: where they are found, and how they stay out of logs, has to be said.
void TestRunbookPage::passwordsAreAskedFor()
{
    const RunbookBench bench;
    Plan plan = bench.plan();
    const QString page = toMarkdown(plan, bench.facts().config);
    const QString before = partOf(page, text("## Before you begin"));
    QVERIFY2(before.contains(text("Keep the answers to these where nobody else reads them, since the way back takes "
                                  "them:\n\n- In psql of pg1:\n\n````sql\nSHOW primary_conninfo;\n")),
             qPrintable(before));
    const QString prepare = partOf(page, text("#### 4. Prepare pg1"));
    QVERIFY2(prepare.contains(text("Put for `********` what stands there in what pg2 answers to `SHOW "
                                   "primary_conninfo`, each `'` in it doubled. The statements around it keep it out "
                                   "of the server's log:")),
             qPrintable(prepare));
    const qsizetype hush = prepare.indexOf(text("('log_statement', 'none')"));
    const qsizetype sent = prepare.indexOf(text("ALTER SYSTEM SET primary_conninfo"));
    QVERIFY2(hush > 0 && sent > hush && prepare.indexOf(text("reset_val")) > sent, qPrintable(prepare));
    const QString back = partOf(page, text("#### Back from step 4: Prepare pg1"));
    QVERIFY2(back.contains(text("Put for `********` what stands there in what pg1 had answered to `SHOW "
                                "primary_conninfo` before you began, each")),
             qPrintable(back));
    // What could not be read when it was planned is no connection setting, and must not be sent.
    for (howdah::operations::Secret &secret : plan.secrets) {
        secret.shown = text("primary_conninfo of pg2");
    }
    QVERIFY2(toMarkdown(plan, bench.facts().config)
                 .contains(text("Put between the quotes what pg2 answers to `SHOW primary_conninfo`, with "
                                "`host=10.0.0.12 port=5432")),
             qPrintable(page));
    // Where none is seen, the server had one all the same, perhaps: samples go without.
    for (howdah::operations::Secret &secret : plan.secrets) {
        secret.shown = text("host=10.0.0.12 user=replicator");
    }
    const QString open = toMarkdown(plan, bench.facts().config);
    QVERIFY2(open.contains(text("Where what pg2 answers to `SHOW primary_conninfo` has a password in it, add that "
                                "between the quotes, each `'` in it doubled.")),
             qPrintable(open));
    QVERIFY2(open.contains(text("Where what pg1 had answered to `SHOW primary_conninfo` before you began has")),
             qPrintable(open));
}

void TestRunbookPage::wayBack()
{
    const RunbookBench bench;
    const QString page = toMarkdown(bench.plan(), bench.facts().config);
    const QString back = page.mid(page.indexOf(text("## Taking it back")));
    QVERIFY2(back.contains(text("From the last step that you have begun, whether it came to its end or not")),
             qPrintable(back));
    QStringList order;
    for (const QString &line : back.split(QLatin1Char('\n'))) {
        order += line.startsWith(text("#### ")) ? QStringList{line.section(QLatin1Char(':'), 0, 0)} : QStringList();
    }
    QCOMPARE(order, (QStringList{text("#### Back from step 7"), text("#### Back from step 5"),
                                 text("#### Back from step 4"), text("#### Back from step 3"),
                                 text("#### Back from step 2"), text("#### Back from step 1")}));
    // Nobody may start a second primary, later least of all.
    const QString stop = partOf(page, text("#### Back from step 7: Stop pg1"));
    QVERIFY2(stop.contains(text("- In psql of pg2: nobody has promoted pg2 meanwhile, so that pg1 may write. The first "
                                "column must be `t`:")),
             qPrintable(stop));
    const QString first = partOf(page, text("## Taking it back"));
    QVERIFY2(first.contains(text("First of all:")) && first.contains(text("No answer at all is as good")),
             qPrintable(first));
    const QString fetch = partOf(page, text("#### Back from step 5: Fetch"));
    const qsizetype ask =
        fetch.indexOf(text("Only where the first column is `t` send what follows; else leave it out"));
    QVERIFY2(ask > 0 && fetch.indexOf(text("RESET wal_retrieve_retry_interval")) > ask, qPrintable(fetch));
    // Nothing of it stands between the steps.
    QVERIFY(!page.left(page.indexOf(text("## Taking it back"))).contains(text("pg_drop_replication_slot('pg1')")));
    Action nothing;
    nothing.node = pg2;
    nothing.sql = text("SELECT 1");
    QVERIFY(!pageOf(nothing).contains(text("## Taking it back")));
}

/// A manager's step can be taken back where it is proved that it did not happen.
void TestRunbookPage::whatOthersNeed()
{
    const RunbookBench bench;
    Plan plan = bench.plan();
    for (Step &step : plan.steps) {
        if (step.pointOfNoReturn) {
            step.undo = {step.verify.front()};
        }
    }
    const QString page = toMarkdown(plan, bench.facts().config);
    const QString back = partOf(page, text("#### Back from step 9: Promote pg2"));
    QVERIFY2(back.contains(text("Only where it is proved that it did not happen.")), qPrintable(page));
    Facts facts = bench.facts();
    facts.nodes[pg1].host = HostAccess{.error = text("no command")};
    const QString hands = toMarkdown(planSwitchover(facts, pg2), facts.config);
    const QString stop = partOf(hands, text("#### 7. Have pg1 stopped, fast"));
    QVERIFY2(stop.contains(text("- By hand: On the host of pg1: put an empty file standby.signal into")) &&
                 stop.contains(text("- In psql of pg2: that shows.")),
             qPrintable(stop));
    QVERIFY2(hands.contains(text("An error that matches `nothing listens there")), qPrintable(hands));
}

void TestRunbookPage::code_data()
{
    QTest::addColumn<QString>("plain");
    QTest::addColumn<QString>("written");
    QTest::newRow("a pattern") << text("^a|b_c*$") << text("`^a|b_c*$`");
    QTest::newRow("a backtick") << text("a`b") << text("``a`b``");
    QTest::newRow("at its end") << text("a``") << text("``` a`` ```");
    QTest::newRow("blanks") << text(" a ") << text("`  a  `");
    QTest::newRow("nothing") << QString() << text("`  `");
    QTest::newRow("lines") << text("a\nb") << text("`a b`");
}

void TestRunbookPage::code()
{
    QFETCH(QString, plain);
    QFETCH(QString, written);
    QCOMPARE(howdah::operations::markdownCode(plain), written);
}

QTEST_GUILESS_MAIN(TestRunbookPage)
#include "tst_runbookpage.moc"
