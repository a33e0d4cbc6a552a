// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRegularExpression>
#include <QTest>

#include "haproxybench.h"
#include "operations/address/moveplan.h"
#include "support/journals.h"
#include "switchoverfacts.h"
#include "tables/addressesmodel.h"

using namespace haproxybench;
using namespace howdah::testsupport;
using cluster::Verdict;

namespace {

/// "id result", one a check.
QStringList resultsOf(const Move &move)
{
    QStringList all;
    for (const Check &check : checksOf(move)) {
        all.append(check.id + QLatin1Char(' ') + toString(check.result));
    }
    return all;
}

/// What is sent to the socket, and what must be so afterwards.
QString sentBy(const Action &action)
{
    return action.argv.sliced(7).join(QStringLiteral(" | "));
}

GatewayServer &server(Move &move, int gateway, int index)
{
    return move.facts.gateways[static_cast<std::size_t>(gateway)].servers[static_cast<std::size_t>(index)];
}

using Change = void (*)(Move &);
using FactsChange = void (*)(Facts &);

} // namespace

Q_DECLARE_METATYPE(Change)
Q_DECLARE_METATYPE(FactsChange)

/// Addresses behind HAProxy: what the state of its servers comes to, and what is sent to them.
class TestHaproxyMover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void isChecked_data();
    void isChecked();
    void everyCheckHasItsId();
    void stateIsSetOldOneFirst();
    void checkIsPutForward();
    void whatIsThereIsLeftAlone();
    void drainComesBack();
    void nobodyNewIsLetThroughForAMoment();
    void eachGatewayIsItsOwnStep();
    void truthOfGateways_data();
    void truthOfGateways();
    void movedByItself();
    void switchoverHoldsAndLeads();
    void tablesTellOfGateways();
    void moveBeginsWithItsFirstGateway();
};

void TestHaproxyMover::isChecked_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const char *expected, Change change) {
        QTest::newRow(name) << change << QString::fromLatin1(expected);
    };
    row("not asked", "address_gateway:write unknown", [](Move &m) { m.facts.gateways.clear(); });
    row("out of reach", "address_gateway:write:gw2 failed", [](Move &m) {
        m.facts.gateways[1] = gateway("gw2", {});
        m.facts.gateways[1].error = QStringLiteral("no route to host");
    });
    row("no admin", "address_gateway:write:gw2 failed",
        [](Move &m) { m.facts.gateways[1] = gateway("gw2", said(byState(), QStringLiteral("operator"))); });
    row("no backend", "address_gateway:write:gw2 failed",
        [](Move &m) { m.facts.gateways[1] = gateway("gw2", QStringLiteral("admin\n\nCan't find backend.\n")); });
    row("the new one is no server", "address_servers:write:gw2 failed",
        [](Move &m) { server(m, 1, 1).ip = QStringLiteral("10.0.0.99"); });
    row("the new one is at another port", "address_servers:write:gw1 failed",
        [](Move &m) { server(m, 0, 1).port = 6432; });
    row("the old one is no server", "address_servers:write:gw2 failed",
        [](Move &m) { server(m, 1, 0).ip = QStringLiteral("10.0.0.99"); });
    row("several take sessions", "address_route:write:gw1 failed", [](Move &m) {
        server(m, 0, 1).state = 2;
        server(m, 0, 1).admin = 0;
    });
    row("one more is a backup", "address_route:write:gw1 failed", [](Move &m) {
        server(m, 0, 2).state = 2;
        server(m, 0, 2).admin = 0;
        server(m, 0, 2).isBackup = true;
    });
    row("none takes sessions", "address_route:write:gw1 warning", [](Move &m) { server(m, 0, 0).state = 0; });
    row("it leads to a standby", "address_route:write:gw1 warning",
        [](Move &m) { std::swap(server(m, 0, 0).ip, server(m, 0, 2).ip); });
    row("it leads to a stranger", "address_route:write:gw1 warning", [](Move &m) {
        m.from.clear();
        server(m, 0, 0).ip = QStringLiteral("10.0.0.99");
    });
    row("it tracks another", "address_way:write:gw1 failed", [](Move &m) { server(m, 0, 1).admin |= 0x02; });
    row("its name leads nowhere", "address_way:write:gw1 failed", [](Move &m) { server(m, 0, 1).admin = 0x20; });
    row("it has no weight", "address_way:write:gw2 failed", [](Move &m) { server(m, 1, 1).weight = 0; });
    row("an agent says so too", "address_way:write:gw1 warning", [](Move &m) { server(m, 0, 1).agentState = 0x16; });
    row("only a failing check keeps another out", "address_way:write:gw1 warning",
        [](Move &m) { server(m, 0, 2).admin = 0; });
    row("it forgets", "address_way:write:gw1 warning", [](Move &m) { m.facts.gateways[0].keepsState = false; });
    row("whether it forgets is not known", "address_way:write:gw1 warning",
        [](Move &m) { m.facts.gateways[0].keepsState.reset(); });
    row("it forgets, and leads there by itself", "address_way:write:gw1 passed", [](Move &m) {
        m.facts.gateways[0].keepsState = false;
        server(m, 0, 1).admin = 0x01;
        server(m, 0, 0).admin = 0x04;
        server(m, 0, 2).admin = 0x05;
    });
    const auto checked = [](const char *name, const char *expected, Change change) {
        QTest::addRow("by check: %s", name) << change << QString::fromLatin1(expected);
    };
    checked("as it should be", "address_way:write:gw1 passed", [](Move &m) { m = moveOf(byCheck()); });
    checked("it can't connect", "address_way:write:gw1 failed", [](Move &m) {
        m = moveOf(byCheck());
        server(m, 0, 1).checkStatus = QStringLiteral("L4CON");
    });
    checked("it has no answer", "address_way:write:gw1 failed", [](Move &m) {
        m = moveOf(byCheck());
        server(m, 0, 1).checkStatus = QStringLiteral("L7TOUT");
    });
    checked("it is the primary, and found down", "address_way:write:gw1 failed", [](Move &m) {
        m = moveOf(byCheck());
        m.alone = true;
    });
    checked("the old one has none", "address_way:write:gw2 failed", [](Move &m) {
        m = moveOf(byCheck());
        server(m, 1, 0).checkState = 0;
    });
    checked("an agent's", "address_way:write:gw2 failed", [](Move &m) {
        m = moveOf(byCheck());
        server(m, 1, 1).agentState = 0x16;
    });
    row("another cluster", "addresses:write failed", [](Move &m) { m.facts.systemIdentifier = QStringLiteral("8"); });
}

void TestHaproxyMover::isChecked()
{
    QFETCH(Change, change);
    QFETCH(QString, expected);
    Move move = moveOf(byState());
    change(move);
    QVERIFY2(resultsOf(move).contains(expected), qPrintable(resultsOf(move).join(QLatin1Char('\n'))));
    for (const Check &check : checksOf(move)) { // whoever is refused is told what to do
        QCOMPARE(check.remedy.isEmpty(), check.result == CheckResult::Passed);
        QVERIFY(!check.evidence.isEmpty());
    }
}

void TestHaproxyMover::everyCheckHasItsId()
{
    QStringList expected{QStringLiteral("addresses:write passed")};
    for (const char *name : {"gw1", "gw2"}) {
        for (const char *id : {"address_gateway", "address_servers", "address_route", "address_way"}) {
            expected.append(QStringLiteral("%1:write:%2 passed").arg(QLatin1String(id), QLatin1String(name)));
        }
    }
    QCOMPARE(resultsOf(moveOf(byCheck())), expected);
    // That its configuration reads states from a file does not mean that somebody writes them there.
    expected.replaceInStrings(QRegularExpression(QStringLiteral("^(address_way.*) passed$")),
                              QStringLiteral("\\1 warning"));
    QCOMPARE(resultsOf(moveOf(byState())), expected);
}

void TestHaproxyMover::stateIsSetOldOneFirst()
{
    const std::vector<Step> steps = moveSteps(moveOf(byState()));
    QCOMPARE(steps.size(), std::size_t(3));
    const Action &lead = steps.front().actions.front();
    QCOMPARE(lead.node, QStringLiteral("gateway gw1 of write"));
    QVERIFY(!lead.asRoot);
    QCOMPARE(lead.argv.sliced(3, 4),
             QStringList({QStringLiteral("howdah-lead"), QStringLiteral("/run/haproxy/admin.sock"),
                          QStringLiteral("perl"), QStringLiteral("pg_write")}));
    QCOMPARE(sentBy(lead), QStringLiteral("set server pg_write/pg2 state maint; set server pg_write/pg2 weight 100%; "
                                          "shutdown sessions server pg_write/pg2; set server pg_write/pg1 state ready "
                                          "| +pg1 | -pg2"));
    QCOMPARE(sentBy(steps.front().undo.front()),
             QStringLiteral("set server pg_write/pg1 state maint; shutdown sessions server pg_write/pg1; set server "
                            "pg_write/pg2 state ready | -pg1 | +pg2"));
    const Step settle = settleStep(moveOf(byState()));
    QCOMPARE(settle.actions.size(), std::size_t(4));
    QVERIFY(settle.actions[2] == steps[1].actions.front()); // whoever was restarted since is led there again
    QCOMPARE(settle.actions[3].node, QStringLiteral("gateway gw2 of write"));
    QCOMPARE(sentBy(settle.actions[3]), QStringLiteral("+pg1 | -pg2 | -c"));
    QVERIFY(settle.actions[3].pollMs > 0);
    // The old one fails a check just now: it must not come back.
    Move move = moveOf(byState());
    server(move, 0, 0).state = 0;
    QCOMPARE(
        sentBy(moveSteps(move).front().actions.front()),
        QStringLiteral("set server pg_write/pg2 state maint; set server pg_write/pg2 weight 100%; shutdown sessions "
                       "server pg_write/pg2; set server pg_write/pg1 state ready | +pg1 | -pg2"));
}

/// Nothing is set for good: the next checks have the word.
void TestHaproxyMover::checkIsPutForward()
{
    const std::vector<Step> steps = moveSteps(moveOf(byCheck()));
    QCOMPARE(sentBy(steps.front().actions.front()),
             QStringLiteral("set server pg_write/a health down; set server pg_write/a weight 100%; shutdown sessions "
                            "server pg_write/a; set server pg_write/b health up | +b | -a"));
    QCOMPARE(sentBy(steps.front().undo.front()),
             QStringLiteral("set server pg_write/b health down; shutdown sessions server pg_write/b; set server "
                            "pg_write/a health up | -b | +a"));
    for (const Step &step : steps) {
        for (const Action &action : step.actions) {
            QVERIFY(!action.argv.join(QLatin1Char(' ')).contains(QLatin1String(" state maint")));
        }
    }
}

void TestHaproxyMover::whatIsThereIsLeftAlone()
{
    Move move = moveOf(byState());
    for (const int gateway : {0, 1}) {
        std::swap(server(move, gateway, 0).ip, server(move, gateway, 1).ip);
    }
    const std::vector<Step> steps = moveSteps(move); // pg2's server is the one that takes sessions
    // Somebody may set it maint between the last look and the switchover.
    QCOMPARE(sentBy(steps.front().actions.front()), QStringLiteral("set server pg_write/pg2 state ready | +pg2"));
    QCOMPARE(sentBy(steps.front().undo.front()), QString());
}

void TestHaproxyMover::drainComesBack()
{
    Move move = moveOf(byState());
    server(move, 0, 1).admin = 0x08;
    server(move, 0, 1).state = 2;
    const std::vector<Step> steps = moveSteps(move);
    QVERIFY(sentBy(steps.front().actions.front()).contains(QLatin1String("pg_write/pg1 state ready")));
    QVERIFY(sentBy(steps.front().undo.front()).startsWith(QLatin1String("set server pg_write/pg1 state drain; ")));
}

/// While the old primary is down HAProxy must not try it: clients would wait for its next try.
void TestHaproxyMover::nobodyNewIsLetThroughForAMoment()
{
    Move move = moveOf(byState());
    server(move, 1, 0).weight = 30; // somebody has set that
    const std::vector<Step> steps = haproxyMover().hold(move);
    QCOMPARE(steps.size(), std::size_t(2));
    const Action &hold = steps.front().actions.front();
    QCOMPARE(hold.node, QStringLiteral("gateway gw1 of write"));
    QVERIFY(!hold.asRoot && hold.argv[4].toInt() > 0);
    QCOMPARE(hold.argv.sliced(5),
             QStringList({QStringLiteral("set server pg_write/pg2 weight 100%"),
                          QStringLiteral("/run/haproxy/admin.sock"), QStringLiteral("perl"), QStringLiteral("pg_write"),
                          QStringLiteral("set server pg_write/pg2 weight 0%"), QStringLiteral("-pg2")}));
    QCOMPARE(sentBy(steps.front().undo.front()), QStringLiteral("set server pg_write/pg2 weight 100%"));
    QCOMPARE(sentBy(steps.back().undo.front()), QStringLiteral("set server pg_write/pg2 weight 30"));
    for (const Step &step : steps) {
        QVERIFY(step.phase == Phase::Outage && !step.remedy.isEmpty());
    }
    // Who takes no session of theirs holds none back.
    server(move, 0, 0).state = 0;
    move.facts.gateways[1].servers[0].ip = QStringLiteral("10.0.0.99");
    QVERIFY(haproxyMover().hold(move).empty());
}

void TestHaproxyMover::eachGatewayIsItsOwnStep()
{
    Move move = moveOf(byState());
    std::vector<Step> steps = moveSteps(move);
    QStringList ids;
    for (const Step &step : steps) {
        ids.append(step.id);
        QVERIFY(step.phase == Phase::Outage && !step.remedy.isEmpty());
    }
    QCOMPARE(ids.join(QLatin1Char(' ')), QStringLiteral("gateway_1_write gateway_2_write address_write"));
    QVERIFY(steps[0].lane > 0 && steps[0].lane == steps[1].lane && steps[2].lane == 0); // both at once, then the proof
    QVERIFY(steps[2].actions.empty() && steps[2].undo.empty());
    QCOMPARE(steps[2].verify.front().node, addressPlace(QStringLiteral("write")));
    // Where the address can't be reached from here the gateways' word must do.
    move.facts.error = QStringLiteral("timeout");
    steps = moveSteps(move);
    QCOMPARE(steps[2].verify.size(), std::size_t(2));
    QVERIFY(steps[2].verify.front().argv.contains(QLatin1String("howdah-see")));
    // Who has no server is led nowhere; a check refuses.
    server(move, 0, 1).port = 1;
    move.facts.gateways[1].error = QStringLiteral("gone");
    QCOMPARE(moveSteps(move).size(), std::size_t(1));
}

void TestHaproxyMover::truthOfGateways_data()
{
    QTest::addColumn<FactsChange>("change");
    QTest::addColumn<QString>("follows");
    QTest::addColumn<QString>("expected"); // verdict, id, holders
    const auto row = [](const char *name, const char *expected, FactsChange change, const char *follows = "primary") {
        QTest::newRow(name) << change << QString::fromLatin1(follows) << QString::fromLatin1(expected);
    };
    row("as it should be", "ok  pg1", [](Facts &) {});
    row("several", "critical address_several_servers pg1,pg2", [](Facts &f) {
        f.gateways[1] = gateway("gw2", said({{"a", "10.0.0.11"}, {"b", "10.0.0.12"}}));
    });
    row(
        "readers may have several", "ok  pg2,pg1",
        [](Facts &f) {
            f.writable = false;
            f.gateways[1] = f.gateways[0] = gateway("gw1", said({{"b", "10.0.0.12"}, {"a", "10.0.0.11"}}));
        },
        "standby");
    row("they differ", "critical address_gateways_differ pg1,pg2", [](Facts &f) {
        f.gateways[1] = gateway("gw2", said({{"a", "10.0.0.11", 0, 1}, {"b", "10.0.0.12"}}));
    });
    row("nowhere", "critical address_no_server pg1", [](Facts &f) {
        f.gateways[1] = gateway("gw2", said({{"a", "10.0.0.11", 0, 0, "DOWN"}, {"b", "10.0.0.12", 0, 1}}));
    });
    row("none is asked", "unknown address_gateway_not_asked pg1",
        [](Facts &f) { f.gateways[1] = gateway("gw2", QStringLiteral("howdah-problem there is no socket\n")); });
    row("a level too low", "warning address_gateway_level pg1",
        [](Facts &f) { f.gateways[0] = gateway("gw1", said(byState(), QStringLiteral("user"))); });
    row("a stranger", "warning address_gateway_unmatched ", [](Facts &f) {
        f.gateways[1] = f.gateways[0] = gateway("gw1", said({{"a", "10.0.0.99"}}));
    });
    row("who answers is another", "critical address_gateway_astray pg2", [](Facts &f) {
        f.gateways[1] = f.gateways[0] = gateway("gw1", said({{"b", "10.0.0.12"}}));
    });
    row("a standby, seen by nobody", "critical address_leads_to_standby pg2", [](Facts &f) {
        f.error = QStringLiteral("timeout");
        f.gateways[1] = f.gateways[0] = gateway("gw1", said({{"b", "10.0.0.12"}}));
    });
    row("seen by nobody", "unknown address_not_reached pg1", [](Facts &f) { f.error = QStringLiteral("timeout"); });
    row("the gateways were not looked at", "ok  ", [](Facts &f) { f.gateways.clear(); });
}

void TestHaproxyMover::truthOfGateways()
{
    QFETCH(FactsChange, change);
    QFETCH(QString, follows);
    QFETCH(QString, expected);
    const cluster::ClusterState pair = healthyState();
    Facts facts = leadingTo(*pair.snapshot, pg1);
    facts.gateways = {gateway("gw1", said(byState())), gateway("gw2", said(byState()))};
    cluster::AddressConfig address = writeAddress();
    address.follows = follows;
    change(facts);
    if (follows == QLatin1String("standby")) {
        facts = [&] {
            Facts read = leadingTo(*pair.snapshot, pg2);
            read.gateways = facts.gateways;
            return read;
        }();
    }
    const Truth truth = truthOf(address, facts, pair);
    QCOMPARE(QStringLiteral("%1 %2 %3")
                 .arg(cluster::verdictKey(truth.verdict), truth.id, truth.holders.join(QLatin1Char(','))),
             expected);
    QVERIFY(!truth.says.isEmpty());
    QCOMPARE(truth.remedy.isEmpty(), truth.id.isEmpty());
    // What the gateways said stays while they are not asked anew, and is said once it was seen twice, or is not known.
    Sight sight{.address = address};
    sight = seenAnew(sight, facts, true, pair);
    Facts only = facts;
    only.gateways.clear();
    only.nodeIps.clear();
    sight = seenAnew(sight, only, false, pair);
    QCOMPARE(sight.truth.id, truth.id);
    const bool rests = truth.id.startsWith(QLatin1String("address_gateway")) ||
                       truth.id == QLatin1String("address_several_servers") ||
                       truth.id == QLatin1String("address_no_server");
    const bool once = truth.id.isEmpty() || (rests && truth.verdict != Verdict::Unknown);
    QCOMPARE(findingsOf({sight}).empty(), once);
    sight = seenAnew(sight, facts, true, pair);
    QCOMPARE(findingsOf({sight}).empty(), truth.id.isEmpty());
    if (!truth.id.isEmpty() && !facts.gateways.empty()) {
        const QString evidence = findingsOf({sight}).front().evidence;
        QVERIFY2(evidence.contains(QLatin1String("gateway gw")), qPrintable(evidence));
    }
}

/// Somebody has promoted pg1 by hand, and the gateways lead to pg2 still.
void TestHaproxyMover::movedByItself()
{
    MoveFacts facts;
    facts.config.name = QStringLiteral("orders");
    facts.config.addresses = {writeAddress()};
    facts.state = healthyState();
    facts.address = leadingTo(*facts.state.snapshot, pg2);
    const std::vector<Row> wrong{{"a", "10.0.0.11", 0, 1, "MAINT"}, {"b", "10.0.0.12"}};
    facts.address.gateways = {gateway("gw1", said(wrong)), gateway("gw2", said(wrong))};
    const Plan plan = planMove(facts, QStringLiteral("write"), pg1);
    QStringList wrongs;
    for (const Check &check : plan.checks) {
        if (check.result != CheckResult::Passed && !check.id.startsWith(QLatin1String("address_way:"))) {
            wrongs.append(check.id + QLatin1Char(' ') + check.evidence);
        }
    }
    QVERIFY2(wrongs.isEmpty(), qPrintable(wrongs.join(QLatin1Char('\n'))));
    QStringList ids;
    for (const Step &step : plan.steps) {
        ids.append(step.id);
    }
    QCOMPARE(ids.join(QLatin1Char(' ')),
             QStringLiteral("lock gateway_1_write gateway_2_write address_write settle_write unlock"));
    QCOMPARE(plan.from, pg2);
    QCOMPARE(sentBy(plan.steps[1].actions.front()),
             QStringLiteral("set server pg_write/b state maint; shutdown sessions server pg_write/b; set server "
                            "pg_write/a state ready | +a | -b"));
    QCOMPARE(sentBy(plan.steps[2].undo.front()),
             QStringLiteral("set server pg_write/a state maint; shutdown sessions server pg_write/a; set server "
                            "pg_write/b state ready | -a | +b"));
}

/// Nobody new is let through to a server that is about to stop; once the other takes writes, all are led there.
void TestHaproxyMover::switchoverHoldsAndLeads()
{
    switchover::Facts facts = unit::factsOf(unit::prepared(healthyPair()));
    facts.config.addresses = {writeAddress()};
    address::Facts seen = moveOf(byState()).facts;
    seen.nodeIps = {{pg1, {QStringLiteral("10.0.0.11")}}, {pg2, {QStringLiteral("10.0.0.12")}}};
    seen.systemIdentifier = QString::number(facts.state.snapshot->nodes.front().sample->systemIdentifier.value_or(0));
    facts.addresses.insert(QStringLiteral("write"), seen);
    const Plan plan = switchover::planSwitchover(facts, pg2, switchover::Way::Native);
    QVERIFY(mayRun(plan, true));
    QStringList ids;
    for (const Step &step : plan.steps) {
        ids.append(step.id);
    }
    const QString order = ids.join(QLatin1Char(' '));
    QVERIFY2(order.contains(QLatin1String("checkpoint hold_1_write hold_2_write stop prove promote gateway_1_write "
                                          "gateway_2_write address_write ")),
             qPrintable(order));
    QVERIFY(order.indexOf(QLatin1String("settle_write")) > order.indexOf(QLatin1String("rejoin")));
    const auto step = [&](const char *id) {
        return plan.steps[static_cast<std::size_t>(ids.indexOf(QLatin1String(id)))];
    };
    QCOMPARE(step("gateway_2_write").needs, QStringList{QStringLiteral("promote")});
    QVERIFY(step("gateway_2_write").undo.empty() && !step("hold_2_write").undo.empty());
    QVERIFY(pointOfNoReturn(plan) > ids.indexOf(QLatin1String("hold_2_write")));
    // Where a person stops the server nobody is kept out for so long.
    facts.nodes[pg1].host = {};
    facts.nodes[pg1].host.error = QStringLiteral("the cluster file has no command for it");
    for (const Step &one : switchover::planSwitchover(facts, pg2, switchover::Way::Native).steps) {
        QVERIFY2(!one.id.startsWith(QLatin1String("hold_")), qPrintable(one.id));
    }
}

void TestHaproxyMover::tablesTellOfGateways()
{
    const cluster::ClusterState pair = healthyState();
    Facts facts = leadingTo(*pair.snapshot, pg1);
    facts.gateways = {gateway("gw1", said(byState())), gateway("gw2", said(byState()))};
    const auto story = [&pair](const Facts &one) {
        return tables::addressStory({sightOf(pair, writeAddress(), one)}, QStringLiteral("write"), 0);
    };
    tables::AddressAnswer holder = story(facts).answers.front();
    QCOMPARE(holder.answer, QStringLiteral("pg1, say its gateways"));
    QVERIFY(holder.verdict == Verdict::Ok);
    QCOMPARE(holder.facts.front(),
             (std::pair{QStringLiteral("gw1"), QStringLiteral("pg2 no check, pg1 MAINT, c MAINT")}));
    QVERIFY(story(facts).answers[1].nonValue && story(facts).says.isEmpty());
    tables::AddressesModel model;
    const int column = model.columnOf(QStringLiteral("holder"));
    model.setSights({sightOf(pair, writeAddress(), facts)}, {}, 0);
    QCOMPARE(model.index(0, column).data().toString(), pg1);
    // Not all is known.
    Facts some = facts;
    some.gateways[1] = gateway("gw2", QStringLiteral("howdah-problem there is no socket\n"));
    holder = story(some).answers.front();
    QVERIFY(holder.verdict == Verdict::Unknown);
    QCOMPARE(holder.facts[1].second, QStringLiteral("there is no socket"));
    // They differ.
    some.gateways[1] = gateway("gw2", said({{"b", "10.0.0.12"}}));
    holder = story(some).answers.front();
    QVERIFY(holder.verdict == Verdict::Critical);
    QCOMPARE(holder.answer, QStringLiteral("pg1, pg2"));
    QVERIFY(!story(some).remedy.isEmpty());
    // Nobody.
    some.gateways = {gateway("gw1", said({{"a", "10.0.0.11", 0, 1}}))};
    QCOMPARE(story(some).answers.front().answer, QStringLiteral("nobody"));
    model.setSights({sightOf(pair, writeAddress(), some)}, {}, 0);
    QCOMPARE(model.index(0, column).data().toString(), QStringLiteral("nobody"));
}

/// How long it took is not only the proof.
void TestHaproxyMover::moveBeginsWithItsFirstGateway()
{
    Operation operation = journaled(QStringLiteral("20261127-100000-switchover"), Outcome::Done, 60'000, 5000);
    operation.plan.steps.resize(3);
    operation.steps.resize(3);
    operation.plan.steps[2].id = QStringLiteral("address_write");
    operation = journaledUpTo(operation, 3); // a tenth of a second each
    const auto tookMs = [&operation](const char *first) {
        operation.plan.steps[0].id = QLatin1String(first);
        const auto moves = tables::addressMoves(journalOf({operation}));
        return moves.empty() ? -1 : moves.front().tookMs.value_or(-1);
    };
    QCOMPARE(tookMs("gateway_1_write"), 300);
    QCOMPARE(tookMs("gateway_1_read"), 100);
    QCOMPARE(tookMs("hold_1_write"), 100);
}

QTEST_GUILESS_MAIN(TestHaproxyMover)
#include "tst_haproxymover.moc"
