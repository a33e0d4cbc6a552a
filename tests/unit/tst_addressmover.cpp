// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

#include "operations/address/look.h"
#include "operations/address/mover.h"

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::operations::address;

namespace {

Move hostMove()
{
    Move move;
    move.address.name = QStringLiteral("write");
    move.address.ip = QStringLiteral("10.0.0.100");
    move.address.provider = QStringLiteral("host");
    move.address.interface = QStringLiteral("eth0");
    move.from = QStringLiteral("pg1");
    move.to = QStringLiteral("pg2");
    move.systemIdentifier = QStringLiteral("7");
    move.facts.writable = true;
    move.facts.systemIdentifier = QStringLiteral("7");
    move.facts.claims = {{QStringLiteral("pg1"), QStringLiteral("eth0"), QStringLiteral("10.0.0.100/32")}};
    move.facts.fitness[QStringLiteral("pg1")] = {};
    move.facts.fitness[QStringLiteral("pg2")] = {{}, {}, {QStringLiteral("02:00:00:00:00:01")}};
    return move;
}

/// "id result", one a check.
QStringList resultsOf(const Move &move)
{
    QStringList all;
    for (const Check &check : checksOf(move)) {
        all.append(check.id + QLatin1Char(' ') + toString(check.result));
    }
    return all;
}

QStringList namesOf(const std::vector<Action> &actions)
{
    QStringList names;
    for (const Action &action : actions) {
        names.append(action.node + QLatin1Char(' ') + action.argv.value(3));
    }
    return names;
}

using Change = void (*)(Move &);

} // namespace

Q_DECLARE_METATYPE(Change)

/// What is checked before an address moves, and what moves it.
class TestAddressMover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everyIdIsItsOwn();
    void hostIsChecked_data();
    void hostIsChecked();
    void oldOneGivesItUpFirst();
    void isGivenUpBeforeTheStop();
    void isNotHeld_data();
    void isNotHeld();
    void otherProvidersAreAWarning();
    void commandIsFilledIn();
    void commandIsRunAgainWhileItMayPass_data();
    void commandIsRunAgainWhileItMayPass();
    void outputIsRead();
};

void TestAddressMover::everyIdIsItsOwn()
{
    QCOMPARE(resultsOf(hostMove()),
             QStringList({QStringLiteral("addresses:write passed"), QStringLiteral("address_holder:write passed"),
                          QStringLiteral("address_host:write:pg2 passed"),
                          QStringLiteral("address_host:write:pg1 passed")}));
    for (const Check &check : checksOf(hostMove())) {
        QVERIFY(check.remedy.isEmpty());
    }
}

void TestAddressMover::hostIsChecked_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("expected");
    const auto row = [](const char *name, const char *expected, Change change) {
        QTest::newRow(name) << change << QString::fromLatin1(expected);
    };
    row("two holders", "address_holder:write failed", [](Move &m) {
        m.facts.claims.push_back({QStringLiteral("pg3"), QStringLiteral("eth1"), QStringLiteral("10.0.0.100/24")});
    });
    row("two answer", "address_holder:write failed",
        [](Move &m) { m.facts.fitness[QStringLiteral("pg2")].answering.append(QStringLiteral("02:00:00:00:00:09")); });
    row("a stranger has it", "address_holder:write failed", [](Move &m) { m.facts.claims.clear(); });
    row("nobody has it", "address_holder:write warning", [](Move &m) {
        m.facts.claims.clear();
        m.facts.fitness[QStringLiteral("pg2")].answering.clear();
    });
    row("nobody who was asked has it", "address_holder:write unknown", [](Move &m) {
        m.facts.claims.clear();
        m.facts.fitness[QStringLiteral("pg2")].answering.clear();
        m.facts.unasked[QStringLiteral("pg3")] = QStringLiteral("no route to host");
    });
    // Who can't be asked can't be made to give it up either.
    row("the old host can't be reached", "address_holder:write failed",
        [](Move &m) { m.facts.unasked[QStringLiteral("pg1")] = QStringLiteral("no route to host"); });
    row("already there", "address_holder:write passed", [](Move &m) { m.facts.claims.front().node = m.to; });
    row("no root", "address_host:write:pg2 failed", [](Move &m) {
        m.facts.fitness[QStringLiteral("pg2")].problems = {QStringLiteral("it does not let us act as root")};
    });
    row("not asked", "address_host:write:pg2 unknown", [](Move &m) { m.facts.fitness.remove(QStringLiteral("pg2")); });
    row("did not answer", "address_host:write:pg1 unknown",
        [](Move &m) { m.facts.fitness[QStringLiteral("pg1")].error = QStringLiteral("after 8 s no answer"); });
    row("no interface", "address_host:write failed", [](Move &m) { m.address.interface.clear(); });
    row("another cluster", "addresses:write failed", [](Move &m) { m.facts.systemIdentifier = QStringLiteral("8"); });
    row("leads to a standby", "addresses:write warning", [](Move &m) { m.facts.writable = false; });
    row("not reached", "addresses:write warning", [](Move &m) { m.facts.error = QStringLiteral("timeout"); });
}

void TestAddressMover::hostIsChecked()
{
    QFETCH(Change, change);
    QFETCH(QString, expected);
    Move move = hostMove();
    change(move);
    QVERIFY2(resultsOf(move).contains(expected), qPrintable(resultsOf(move).join(QLatin1Char('\n'))));
    for (const Check &check : checksOf(move)) { // whoever is refused is told what to do
        QCOMPARE(check.remedy.isEmpty(), check.result == CheckResult::Passed);
    }
}

void TestAddressMover::oldOneGivesItUpFirst()
{
    Move move = hostMove();
    const Step step = moveStep(move);
    QCOMPARE(namesOf(step.actions),
             QStringList({QStringLiteral("pg1 howdah-yield"), QStringLiteral("pg2 howdah-take")}));
    for (const Action &action : step.actions) {
        QVERIFY(action.asRoot);
    }
    QCOMPARE(step.actions.back().argv.sliced(4),
             QStringList({QStringLiteral("10.0.0.100"), QStringLiteral("32"), QStringLiteral("eth0")}));
    QCOMPARE(step.verify.size(), std::size_t(1));
    QCOMPARE(namesOf(settleStep(move).actions),
             QStringList({QStringLiteral("pg1 howdah-release"), QStringLiteral("pg2 howdah-announce"),
                          QStringLiteral("pg1 howdah-alone")}));
    QCOMPARE(namesOf(moverFor(QStringLiteral("host"))->back(move)),
             QStringList({QStringLiteral("pg2 howdah-release"), QStringLiteral("pg1 howdah-take")}));
    // Whoever has it gives it up, whoever should have it.
    move.facts.claims.front().node = QStringLiteral("pg3");
    QCOMPARE(namesOf(moveStep(move).actions),
             QStringList({QStringLiteral("pg1 howdah-yield"), QStringLiteral("pg3 howdah-yield"),
                          QStringLiteral("pg2 howdah-take")}));
    move.address.ip = QStringLiteral("fd00::100");
    QCOMPARE(moveStep(move).actions.back().argv.value(5), QStringLiteral("128"));
    move.address.prefix = 64;
    QCOMPARE(moveStep(move).actions.back().argv.value(5), QStringLiteral("64"));
}

/// What is done while applications write need not be done while they can't.
void TestAddressMover::isGivenUpBeforeTheStop()
{
    Move move = hostMove();
    move.holdS = 31;
    move.facts.claims.front() = {QStringLiteral("pg1"), QStringLiteral("eth1"), QStringLiteral("10.0.0.100/24")};
    move.peers = {{QStringLiteral("pg1"), {QStringLiteral("10.0.0.11")}, 5433}};
    const Mover &mover = *moverFor(QStringLiteral("host"));
    const std::vector<Step> held = mover.hold(move);
    QCOMPARE(held.size(), std::size_t(1));
    QVERIFY(held[0].phase == Phase::Prepare && held[0].id == QLatin1String("hold_write"));
    QCOMPARE(namesOf(held[0].actions),
             QStringList({QStringLiteral("pg1 howdah-hold"), QStringLiteral("pg2 howdah-free")}));
    QCOMPARE(held[0].actions[0].argv.sliced(4),
             QStringList({QStringLiteral("10.0.0.100"), QStringLiteral("5433"), QStringLiteral("31")}));
    QCOMPARE(namesOf(held[0].undo), QStringList({QStringLiteral("pg1 howdah-take")}));
    QCOMPARE(held[0].undo[0].argv.sliced(4), // as it was there
             QStringList({QStringLiteral("10.0.0.100"), QStringLiteral("24"), QStringLiteral("eth1")}));
    const Step step = moveStep(move);
    QCOMPARE(namesOf(step.actions), QStringList({QStringLiteral("pg2 howdah-take")}));
    QCOMPARE(step.actions[0].argv.last(), held[0].actions[1].argv.last()); // what the one keeps, the other reads
    // By the time that it is taken up again the old host may have it once more.
    QCOMPARE(namesOf(step.askedAnew), QStringList({QStringLiteral("pg1 howdah-yield")}));
}

void TestAddressMover::isNotHeld_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, Change change) { QTest::newRow(name) << change; };
    row("somebody else stops the old primary", [](Move &m) { m.holdS = 0; });
    row("nobody knows its port", [](Move &m) { m.peers.clear(); });
    row("another host has it", [](Move &m) { m.facts.claims.front().node = QStringLiteral("pg3"); });
    row("nobody has it", [](Move &m) { m.facts.claims.clear(); });
    row("the new one has it", [](Move &m) { m.facts.claims.front().node = QStringLiteral("pg2"); });
    row("two have it", [](Move &m) {
        m.facts.claims.push_back({QStringLiteral("pg3"), QStringLiteral("eth0"), QStringLiteral("10.0.0.100/32")});
    });
}

void TestAddressMover::isNotHeld()
{
    QFETCH(Change, change);
    Move move = hostMove();
    move.holdS = 31;
    move.peers = {{QStringLiteral("pg1"), {QStringLiteral("10.0.0.11")}, 5432}};
    change(move);
    QVERIFY(moverFor(QStringLiteral("host"))->hold(move).empty());
    const Step step = moveStep(move);
    QVERIFY(step.askedAnew.empty());
    QVERIFY(namesOf(step.actions).contains(QStringLiteral("pg1 howdah-yield")));
    QCOMPARE(step.actions.back().argv.size(), 7); // without a file of what was asked before
}

void TestAddressMover::otherProvidersAreAWarning()
{
    Move move = hostMove();
    move.address.provider = QStringLiteral("carp");
    QVERIFY(!moverFor(move.address.provider));
    QCOMPARE(resultsOf(move), QStringList({QStringLiteral("addresses:write warning")}));
}

void TestAddressMover::commandIsFilledIn()
{
    Move move = hostMove();
    move.address.provider = QStringLiteral("command");
    move.address.assign = {QStringLiteral("move-ip"), QStringLiteral("--to={node}"), QStringLiteral("{ip}"),
                           QStringLiteral("{old_node}"), QStringLiteral("{host}")};
    move.toHost = QStringLiteral("10.0.0.12");
    const Step step = moveStep(move);
    const QStringList &argv = step.actions.front().argv;
    QCOMPARE(argv.sliced(argv.indexOf(QStringLiteral("howdah-assign")) + 2),
             QStringList({QStringLiteral("move-ip"), QStringLiteral("--to=pg2"), QStringLiteral("10.0.0.100"),
                          QStringLiteral("pg1"), QStringLiteral("10.0.0.12")}));
    QVERIFY(settleStep(move).actions.empty());
    QCOMPARE(resultsOf(move), QStringList({QStringLiteral("addresses:write passed")}));
}

void TestAddressMover::commandIsRunAgainWhileItMayPass_data()
{
    QTest::addColumn<QString>("program"); // $1: a file with a line for each run, this one's too
    QTest::addColumn<int>("runs");        // 0: several
    QTest::addColumn<int>("exitCode");
    QTest::newRow("does it") << QStringLiteral("exit 0") << 1 << 0;
    QTest::newRow("does it the third time") << QStringLiteral("[ $(wc -l <\"$1\") -ge 3 ] || exit 75") << 3 << 0;
    QTest::newRow("fails") << QStringLiteral("echo 'no quota' >&2; exit 3") << 1 << 3;
    QTest::newRow("fails the second time")
        << QStringLiteral("[ $(wc -l <\"$1\") -ge 2 ] || exit 75; echo 'no quota' >&2; exit 3") << 2 << 3;
    QTest::newRow("never does it") << QStringLiteral("echo 'no quota' >&2; exit 75") << 0 << 75;
}

/// The words of the plan, as they are run.
void TestAddressMover::commandIsRunAgainWhileItMayPass()
{
    QFETCH(QString, program);
    QFETCH(int, runs);
    QFETCH(int, exitCode);
    const QTemporaryDir directory;
    const QString counted = directory.filePath(QStringLiteral("a file"));
    Move move = hostMove();
    move.address.provider = QStringLiteral("command");
    move.address.assign = {QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("echo >>\"$1\"; ") + program,
                           QStringLiteral("move it"), counted};
    QStringList argv = moveStep(move).actions.front().argv;
    QString &seconds = argv[argv.indexOf(QStringLiteral("howdah-assign")) + 1];
    QVERIFY(seconds.toInt() > 0 && seconds.toInt() * 1000 < moveStep(move).deadlineMs);
    seconds = runs == 0 ? QStringLiteral("2") : seconds;
    QElapsedTimer timer;
    timer.start();
    QProcess process;
    process.start(argv.first(), argv.sliced(1));
    QVERIFY(process.waitForFinished(20'000));
    QCOMPARE(process.exitCode(), exitCode);
    QCOMPARE(process.readAllStandardError().endsWith("no quota\n"), exitCode != 0); // the last line is what is told
    QFile file(counted);
    QVERIFY(file.open(QIODevice::ReadOnly));
    const qsizetype lines = file.readAll().count('\n');
    QVERIFY2(runs == 0 ? lines > 1 : lines == runs, qPrintable(QString::number(lines)));
    QVERIFY(runs != 0 || timer.elapsed() >= 1000);
}

/// What hosts say is text of theirs: of what is not understood nothing is taken.
void TestAddressMover::outputIsRead()
{
    const auto claims = claimsFrom(QStringLiteral("pg1"), QStringLiteral("eth0 10.0.0.100/24\nsay something else\n\n"
                                                                         "bond0.12 10.0.0.100/32\n"));
    QCOMPARE(claims.size(), std::size_t(2));
    QCOMPARE(claims[1], (Claim{QStringLiteral("pg1"), QStringLiteral("bond0.12"), QStringLiteral("10.0.0.100/32")}));
    const Fitness fitness =
        fitnessFrom(QStringLiteral("problem: it has no arping\nmac: 02:00:00:AA:00:01\nmotd of the day\n"));
    QCOMPARE(fitness.problems, QStringList({QStringLiteral("it has no arping")}));
    QCOMPARE(fitness.answering, QStringList({QStringLiteral("02:00:00:aa:00:01")}));
}

QTEST_GUILESS_MAIN(TestAddressMover)
#include "tst_addressmover.moc"
