// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTest>
#include <QThread>
#include <future>

#include "majorlab.h"
#include "support/commitclient.h"
#include "support/writablewatch.h"

using namespace howdah;
using integration::ConsoleRun;
using integration::whatWentWrong;
using testsupport::CommitClient;
using testsupport::Lab;
using testsupport::LabServer;

namespace {

enum class Victim { OldPrimary, Candidate, Sibling };
enum class Harm {
    Kill,   ///< SIGKILL to the postmaster; started again afterwards
    Freeze, ///< SIGSTOP to every process of the host
    Cut,    ///< packets to and from the host vanish
    Start,  ///< somebody starts the server, as a supervisor would
    Part,   ///< between old primary and candidate packets vanish, nowhere else
};

struct Fault {
    Harm harm = Harm::Kill;
    Victim victim = Victim::Candidate;
    QString at;   ///< "stop done"
    QString heal; ///< the same; empty: once the console has ended
};

} // namespace

Q_DECLARE_METATYPE(Fault)

/// A switchover to which something happens, on servers of every major. Whatever it is: never two primaries, no
/// acknowledged commit lost, and an end.
class TestSwitchoverFaults : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void thereAndBack_data();
    void thereAndBack();
    void faults_data();
    void faults();
    void silentNodeIsNotWaitedForAtEachStep_data() { majors(); }
    void silentNodeIsNotWaitedForAtEachStep();
    void proofThatFails_data() { majors(); }
    void proofThatFails();
    void delayedPromotionIsWaitedFor_data() { majors(); }
    void delayedPromotionIsWaitedFor();
    void secondConsoleStops_data();
    void secondConsoleStops();
    void secondConsoleIsRefusedMeanwhile_data() { majors(); }
    void secondConsoleIsRefusedMeanwhile();
    void killedConsoleIsTakenUpByItsOwner_data() { majors(); }
    void killedConsoleIsTakenUpByItsOwner();
    void killedConsoleIsFinished_data();
    void killedConsoleIsFinished();
    void finishedOnceTheCandidateIsBack_data();
    void finishedOnceTheCandidateIsBack();

private:
    static void majors();
    int primary() const { return m_lab.primary(); }
    static bool isBeforeStop(const QString &at);
    void harm(const Fault &fault, int node, int from) const;
    bool started(int node) const;
    void heal(const Fault &fault, int node, int from) const;

    integration::MajorLab m_lab;
};

#define PROVIDE(major) PROVIDE_MAJOR(m_lab, major)

void TestSwitchoverFaults::initTestCase()
{
    qRegisterMetaType<Fault>();
}

/// The one that is there, and those that are wanted.
void TestSwitchoverFaults::majors()
{
    QTest::addColumn<int>("major");
    QTest::newRow("newest") << 0;
    for (const QString &major : integration::wantedMajors()) {
        QTest::addRow("%s", qPrintable(major)) << major.toInt();
    }
}

bool TestSwitchoverFaults::isBeforeStop(const QString &at)
{
    const QString step = at.section(QLatin1Char(' '), 0, 0);
    const QStringList before{QStringLiteral("lock"), QStringLiteral("lock_candidate"), QStringLiteral("slots"),
                             QStringLiteral("fetch"), QStringLiteral("checkpoint")};
    return (before.contains(step) || step.startsWith(QLatin1String("prepare_"))) &&
           at != QLatin1String("checkpoint done");
}

/// from: the old primary.
void TestSwitchoverFaults::harm(const Fault &fault, int node, int from) const
{
    switch (fault.harm) {
    case Harm::Kill:
        m_lab->node(node).kill();
        break;
    case Harm::Freeze:
        m_lab->freezeHost(node);
        break;
    case Harm::Cut:
        m_lab->cutCable(node, Lab::Cut::Silent);
        break;
    case Harm::Start:
        m_lab->node(node).start();
        break;
    case Harm::Part:
        m_lab->cutBetween(from, node);
        break;
    }
}

/// What a killed server has left lasts a moment, and no other one starts beside it.
bool TestSwitchoverFaults::started(int node) const
{
    return QTest::qWaitFor(
        [&] {
            (void)m_lab->node(node).start();
            return m_lab->node(node).value(QStringLiteral("SELECT 1")) == QLatin1String("1");
        },
        20'000);
}

void TestSwitchoverFaults::heal(const Fault &fault, int node, int from) const
{
    switch (fault.harm) {
    case Harm::Kill:
        (void)started(node);
        break;
    case Harm::Freeze:
        m_lab->thawHost(node);
        break;
    case Harm::Cut:
        m_lab->plugCable(node);
        break;
    case Harm::Start:
        break;
    case Harm::Part:
        m_lab->plugBetween(from, node);
        break;
    }
}

void TestSwitchoverFaults::thereAndBack_data()
{
    QTest::addColumn<int>("major");
    for (const int major : {13, 14, 15, 16, 17, 18}) {
        QTest::addRow("%d", major) << major;
    }
}

void TestSwitchoverFaults::thereAndBack()
{
    QFETCH(int, major);
    PROVIDE(major);
    for (const int to : {1, 0}) {
        QVERIFY(m_lab.awaitWhole());
        CommitClient client(m_lab.conninfos(false));
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const ConsoleRun ended = m_lab.switchover(to);
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        const qint64 before = client.acknowledged();
        QTRY_VERIFY(client.acknowledged() > before + 100);
        client.stop();
        qInfo("%d to pg%d: writes waited %.0f ms", major, to + 1, client.worstGapMs());
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QCOMPARE(primary(), to);
    }
}

void TestSwitchoverFaults::faults_data()
{
    QTest::addColumn<int>("major");
    QTest::addColumn<Fault>("fault");
    QTest::addColumn<QList<int>>("exits");
    QTest::addColumn<QString>("primaryAfter"); ///< old, new; empty: either
    const QString old = QStringLiteral("old"), renewed = QStringLiteral("new");
    const auto row = [](const char *name, int major, const Fault &fault, const QList<int> &exits, const QString &who) {
        QTest::addRow("%d, %s", major, name) << major << fault << exits << who;
    };
    const QString checkpointed = QStringLiteral("checkpoint done"), stopped = QStringLiteral("stop done");
    // 0: done. 1: not begun. 2: all as before. 3: what could not be done, or undone, on the node that was hurt is said.
    for (const int major : {15, 13, 17, 18}) {
        row("the candidate dies once the old primary has stopped", major, {Harm::Kill, Victim::Candidate, stopped, {}},
            {2, 3}, old);
        row("a supervisor starts the old primary after the promotion", major,
            {Harm::Start, Victim::OldPrimary, QStringLiteral("promote done"), {}}, {0}, renewed);
    }
    // It may come up before the last look at pg_control, or behind it.
    row("a supervisor starts the old primary before the promotion", 15, {Harm::Start, Victim::OldPrimary, stopped, {}},
        {0, 2}, {});
    // What a frozen sibling has not received does not hold the shutdown checkpoint up.
    row("a sibling is frozen before the stop", 15, {Harm::Freeze, Victim::Sibling, checkpointed, {}}, {3}, renewed);
    row("the candidate is out of reach while it is promoted", 15,
        {Harm::Cut, Victim::Candidate, QStringLiteral("promote started"), QStringLiteral("promote failed")}, {0, 2, 3},
        {});
    // Both are there for all others: before the promotion all goes back, afterwards the old primary follows when it
    // can.
    const QString begun = QStringLiteral("checkpoint started"), promoted = QStringLiteral("promote done");
    row("old primary and candidate are parted before the stop", 15, {Harm::Part, Victim::Candidate, begun, {}}, {2},
        old);
    row("old primary and candidate are parted for a while after the promotion", 15,
        {Harm::Part, Victim::Candidate, promoted, QStringLiteral("follow_SIBLING done")}, {0}, renewed);
    for (const QString &wanted : integration::wantedMajors()) {
        const int major = wanted.toInt();
        row("parted from the checkpoint on", major, {Harm::Part, Victim::Candidate, begun, {}}, {2}, old);
        // It may have had all by then.
        row("parted from the stop on", major, {Harm::Part, Victim::Candidate, QStringLiteral("stop started"), {}},
            {2, 3}, {});
        row("parted once it has stopped", major, {Harm::Part, Victim::Candidate, stopped, {}}, {2, 3}, {});
        row("parted from the promotion on", major, {Harm::Part, Victim::Candidate, promoted, {}}, {3}, renewed);
        row("parted after the promotion, for a while", major,
            {Harm::Part, Victim::Candidate, promoted, QStringLiteral("follow_SIBLING done")}, {0}, renewed);
    }
    const char *const names[] = {"kill", "freeze", "cut"};
    const char *const who[] = {"old primary", "candidate", "sibling"};
    for (const QString &major : integration::wantedMajors()) {
        // Each step of the plan; of those that have a node's name in them OLD and SIBLING stand for it.
        for (const QString &at :
             {QStringLiteral("lock"), QStringLiteral("lock_candidate"), QStringLiteral("slots"),
              QStringLiteral("prepare_OLD"), QStringLiteral("prepare_siblings"), QStringLiteral("fetch"),
              QStringLiteral("checkpoint"), QStringLiteral("stop"), QStringLiteral("prove"), QStringLiteral("promote"),
              QStringLiteral("rejoin"), QStringLiteral("follow_SIBLING"), QStringLiteral("tidy"),
              QStringLiteral("proof"), QStringLiteral("unlock")}) {
            for (int harm = 0; harm < 3; ++harm) {
                for (int victim = 0; victim < 3; ++victim) {
                    QTest::addRow("%s, %s the %s at %s", qPrintable(major), names[harm], who[victim], qPrintable(at))
                        << major.toInt()
                        << Fault{static_cast<Harm>(harm),
                                 static_cast<Victim>(victim),
                                 at + QStringLiteral(" started"),
                                 {}}
                        << QList<int>{0, 1, 2, 3} << QString();
                }
            }
        }
    }
}

void TestSwitchoverFaults::faults()
{
    QFETCH(int, major);
    QFETCH(Fault, fault);
    QFETCH(QList<int>, exits);
    QFETCH(QString, primaryAfter);
    PROVIDE(major);
    QVERIFY(m_lab.awaitWhole());
    const int from = m_lab.awaitPrimary();
    const int to = from == 0 ? 1 : 0;
    const int sibling = 3 - from - to;
    fault.at.replace(QStringLiteral("OLD"), m_lab->node(from).name);
    for (QString *at : {&fault.at, &fault.heal}) {
        at->replace(QStringLiteral("SIBLING"), m_lab->node(sibling).name);
    }
    const int victim = fault.victim == Victim::OldPrimary ? from : fault.victim == Victim::Candidate ? to : sibling;

    testsupport::WritableWatch watch(m_lab.conninfos(true));
    CommitClient client(m_lab.conninfos(false));
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    bool harmed = false, healed = false, stopBegun = false;
    qint64 console = 0;
    const auto onStep = [&](const QString &at) {
        if (at == fault.at && !harmed) {
            harmed = true;
            if (fault.harm == Harm::Part) { // takes longer than some steps
                integration::whileHeld(console, [&] { harm(fault, victim, from); });
            } else {
                harm(fault, victim, from);
            }
        } else if (harmed && !healed && at == fault.heal) {
            healed = true;
            heal(fault, victim, from);
        }
        stopBegun = stopBegun || at == QLatin1String("stop started");
        return false;
    };
    const ConsoleRun ended = m_lab.switchover(to, onStep, &console);
    if (!healed) {
        heal(fault, victim, from);
    }
    QVERIFY2(harmed, ended.text.constData());
    if (fault.harm == Harm::Part && isBeforeStop(fault.at)) { // nobody is stopped for whom nobody can take over
        QVERIFY2(!stopBegun, ended.text.constData());
    }
    // Somebody serves, or will be told to: with the old primary dead, that is for a person to start.
    const bool served = QTest::qWaitFor([&] { return m_lab.slowly(primary() >= 0); }, 30'000);
    const qint64 before = client.acknowledged();
    const bool writes = served && QTest::qWaitFor([&] { return client.acknowledged() > before + 20; }, 15'000);
    client.stop();
    watch.stop();
    const QByteArray told = whatWentWrong(ended) + watch.story().toUtf8();
    QVERIFY2(!watch.twoAtOnce(), told.constData());
    QVERIFY2(exits.contains(ended.exitCode), told.constData());
    if (ended.exitCode != 3) {
        QVERIFY2(writes, told.constData());
    }
    if (served) {
        const int now = m_lab.awaitPrimary();
        QCOMPARE(client.missingAt(m_lab->node(now).conninfo(QStringLiteral("postgres"))), 0);
        QVERIFY2(ended.exitCode != 0 || now == to, told.constData());
        QVERIFY2((ended.exitCode != 1 && ended.exitCode != 2) || now == from, told.constData());
        if (!primaryAfter.isEmpty()) {
            QVERIFY2(now == (primaryAfter == QLatin1String("new") ? to : from), told.constData());
        }
    }
    if (ended.exitCode == 3) {
        QVERIFY2(!ended.last().value(QStringLiteral("remains")).toArray().isEmpty(), told.constData());
    }
    // A sibling is no reason that nobody serves, and until the stop only the old primary itself is one.
    const bool stopped = !isBeforeStop(fault.at);
    QVERIFY2(served || fault.victim == Victim::OldPrimary || (stopped && fault.victim == Victim::Candidate),
             told.constData());
    qInfo("exit code %d, writes waited %.0f ms; %s", ended.exitCode, client.worstGapMs(), qPrintable(watch.story()));
    if (ended.exitCode == 3 && fault.harm == Harm::Part) { // nothing more is in the way of what was left
        const ConsoleRun finished = m_lab.finish("resume");
        QVERIFY2(finished.exitCode == 0, whatWentWrong(finished).constData());
        QVERIFY(m_lab.awaitWhole());
        QCOMPARE(primary(), to);
    } else if (ended.exitCode == 3) {
        m_lab.discard(); // for a person; the next row begins anew
    }
}

/// A second primary that somebody makes at the last moment is seen by the proof.
void TestSwitchoverFaults::proofThatFails()
{
    QFETCH(int, major);
    PROVIDE(major);
    QVERIFY(m_lab.awaitWhole());
    const int from = m_lab.awaitPrimary();
    const int to = from == 0 ? 1 : 0;
    const int sibling = 3 - from - to;
    const ConsoleRun ended = m_lab.switchover(to, [&](const QString &at) {
        if (at == QLatin1String("tidy started")) {
            m_lab->node(sibling).sql(QStringLiteral("SELECT pg_promote()"));
        }
        return false;
    });
    QVERIFY2(ended.exitCode == 3, whatWentWrong(ended).constData());
    const QByteArray remains =
        QJsonDocument(ended.last().value(QStringLiteral("remains")).toArray()).toJson(QJsonDocument::Compact);
    QVERIFY2(remains.contains(m_lab->node(sibling).name.toUtf8()), remains.constData());
    m_lab.discard(); // for a person; the next one begins anew
}

/// Undo leaves a frozen node to a person once it is known to be silent, and says what there is to do.
void TestSwitchoverFaults::silentNodeIsNotWaitedForAtEachStep()
{
    QFETCH(int, major);
    PROVIDE(major);
    QVERIFY(m_lab.awaitWhole());
    const int from = m_lab.awaitPrimary();
    const int to = from == 0 ? 1 : 0;
    bool frozen = false;
    const ConsoleRun ended = m_lab.switchover(to, [&](const QString &at) {
        if (at == QLatin1String("checkpoint started") && !frozen) {
            frozen = m_lab->freezeHost(to);
        }
        return false;
    });
    m_lab->thawHost(to);
    QVERIFY2(frozen && ended.exitCode == 3, whatWentWrong(ended).constData());
    const int took = ended.last().value(QStringLiteral("took_ms")).toInt();
    qInfo("undone without the frozen candidate after %d ms", took);
    QVERIFY2(took < 20'000, whatWentWrong(ended).constData());
    const QByteArray remains =
        QJsonDocument(ended.last().value(QStringLiteral("remains")).toArray()).toJson(QJsonDocument::Compact);
    const QByteArray candidate = m_lab->node(to).name.toUtf8();
    QVERIFY2(remains.contains(candidate + ": ALTER SYSTEM RESET wal_retrieve_retry_interval"), remains.constData());
    QVERIFY2(remains.contains(candidate + ": SELECT pg_drop_replication_slot(slot_name)"), remains.constData());
    QVERIFY2(!remains.contains("pg_advisory_unlock"), remains.constData());
    QCOMPARE(primary(), from);
    m_lab.discard(); // what is left over is for a person
}

/// A startup process that sleeps has been asked to promote, and will: it is not asked again, and nothing is undone.
void TestSwitchoverFaults::delayedPromotionIsWaitedFor()
{
    QFETCH(int, major);
    PROVIDE(major);
    QVERIFY(m_lab.awaitWhole());
    const int from = m_lab.awaitPrimary();
    const int to = from == 0 ? 1 : 0;
    qint64 startup = 0;
    for (const qint64 pid : m_lab->node(to).children()) {
        QFile file(QStringLiteral("/proc/%1/cmdline").arg(pid));
        startup = file.open(QIODevice::ReadOnly) && file.readAll().contains("startup recovering") ? pid : startup;
    }
    QVERIFY(startup > 0);
    const auto signal = [startup](const char *name) {
        return testsupport::run(
            {QStringLiteral("kill"), QStringLiteral("-") + QLatin1String(name), QString::number(startup)});
    };
    testsupport::WritableWatch watch(m_lab.conninfos(true));
    QProcess later;
    const ConsoleRun ended = m_lab.switchover(to, [&](const QString &at) {
        if (at == QLatin1String("prove done")) {
            signal("STOP");
            later.start(QStringLiteral("sh"),
                        {QStringLiteral("-c"), QStringLiteral("sleep 6; kill -CONT %1").arg(startup)});
        }
        return false;
    });
    later.waitForFinished(20'000);
    signal("CONT");
    watch.stop();
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
    QVERIFY(ended.last().value(QStringLiteral("took_ms")).toInt() > 5000);
    QCOMPARE(primary(), to);
}

void TestSwitchoverFaults::secondConsoleStops_data()
{
    QTest::addColumn<int>("major");
    QTest::addColumn<bool>("apart");
    QStringList majors{QStringLiteral("0")};
    majors += integration::wantedMajors();
    for (const QString &major : std::as_const(majors)) {
        const QByteArray name = major == QLatin1String("0") ? QByteArray("newest") : major.toLatin1();
        QTest::newRow((name + ", one journal").constData()) << major.toInt() << false;
        QTest::newRow((name + ", each with a journal of its own").constData()) << major.toInt() << true;
    }
}

/// Both look, both find all well, both begin: one has the lock.
void TestSwitchoverFaults::secondConsoleStops()
{
    QFETCH(int, major);
    QFETCH(bool, apart);
    PROVIDE(major);
    const QTemporaryDir elsewhere; // as another user has, or another machine
    const QString home = apart ? elsewhere.path() : QString();
    for (int n = 0; n < 3; ++n) {
        QVERIFY(m_lab.awaitWhole());
        const int from = m_lab.awaitPrimary();
        const int one = from == 0 ? 1 : 0;
        const int other = 3 - from - one;
        testsupport::WritableWatch watch(m_lab.conninfos(true));
        auto second = std::async(std::launch::async, [&] { return m_lab.switchover(other, {}, nullptr, home); });
        const ConsoleRun first = m_lab.switchover(one);
        const ConsoleRun late = second.get();
        watch.stop();
        const bool firstWon = first.exitCode == 0;
        const ConsoleRun &loser = firstWon ? late : first;
        QVERIFY2(firstWon || late.exitCode == 0, (whatWentWrong(first) + whatWentWrong(late)).constData());
        QVERIFY2(loser.exitCode == 1, whatWentWrong(loser).constData()); // nothing was changed
        QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
        QCOMPARE(primary(), firstWon ? one : other);
        QVERIFY(m_lab.awaitWhole());
    }
}

/// Another user's console, which knows nothing of the first one's journal: the lock tells it. The first one waits for a
/// person meanwhile, and so takes its time.
void TestSwitchoverFaults::secondConsoleIsRefusedMeanwhile()
{
    QFETCH(int, major);
    PROVIDE(major);
    QVERIFY(m_lab.awaitWhole());
    const int from = m_lab.awaitPrimary();
    const int to = from == 0 ? 1 : 0;
    const LabServer &old = m_lab->node(from);
    const QString byHand = m_lab.directory() + QStringLiteral("/byhand.toml");
    QVERIFY(
        cluster::saveClusterFile(integration::withoutHosts(*cluster::readClusterFile(m_lab.clusterFile())), byHand));
    const QTemporaryDir elsewhere;
    testsupport::WritableWatch watch(m_lab.conninfos(true));
    ConsoleRun second;
    QStringList before, after;
    const ConsoleRun first = integration::runConsole(
        {QStringLiteral("switchover"), byHand, QStringLiteral("--json"), QStringLiteral("--yes"),
         QStringLiteral("--to"), m_lab->node(to).name},
        m_lab.directory(), integration::OnStep([&](const QString &at) {
            if (at == QLatin1String("stop started")) {
                before = m_lab.prepared();
                second = m_lab.switchover(3 - from - to, {}, nullptr, elsewhere.path());
                after = m_lab.prepared();
                old.stop();
                testsupport::run(old.prefix +
                                 QStringList{QStringLiteral("touch"), old.dataDir + QStringLiteral("/standby.signal")});
            } else if (at == QLatin1String("rejoin started")) {
                old.start();
            }
            return false;
        }));
    watch.stop();
    QVERIFY2(second.exitCode == 1, second.text.constData());
    QCOMPARE(second.check(QStringLiteral("cluster_lock")), QStringLiteral("failed"));
    QCOMPARE(after, before);
    QVERIFY2(first.exitCode == 0, whatWentWrong(first).constData());
    QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
    QCOMPARE(primary(), to);
    QVERIFY(m_lab.awaitWhole());
}

/// With the old primary down there is nothing that another user's console could do, nor does it; whose journal it is
/// in finishes it.
void TestSwitchoverFaults::killedConsoleIsTakenUpByItsOwner()
{
    QFETCH(int, major);
    PROVIDE(major);
    QVERIFY(m_lab.awaitWhole());
    const int from = m_lab.awaitPrimary();
    const int to = from == 0 ? 1 : 0;
    const QTemporaryDir elsewhere;
    testsupport::WritableWatch watch(m_lab.conninfos(true));
    CommitClient client(m_lab.conninfos(false));
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    qint64 console = 0;
    const auto stopsWithoutIt = [&](const QString &at) {
        const bool now = at == QLatin1String("stop started");
        // What runs on the host goes on; the console, which may not have told it yet, gets no further than that.
        for (int i = 0; now && primary() >= 0 && i < 100; ++i) {
            ::kill(static_cast<pid_t>(console), SIGCONT);
            QThread::msleep(1);
            ::kill(static_cast<pid_t>(console), SIGSTOP);
            (void)QTest::qWaitFor([&] { return primary() < 0; }, 300);
        }
        return now;
    };
    const ConsoleRun killed = m_lab.switchover(to, stopsWithoutIt, &console);
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    for (const int target : {to, from, 3 - from - to}) {
        const ConsoleRun other = m_lab.switchover(target, {}, nullptr, elsewhere.path());
        QVERIFY2(other.exitCode == 1, other.text.constData());
    }
    const ConsoleRun vain = integration::runConsole(
        {QStringLiteral("journal"), m_lab.clusterFile(), QStringLiteral("resume"), QStringLiteral("--json")},
        elsewhere.path(), integration::OnStep());
    QVERIFY2(vain.exitCode != 0, vain.text.constData()); // it has nothing to go on with
    QVERIFY2(primary() < 0, qPrintable(watch.story()));
    const ConsoleRun resumed = m_lab.finish("resume");
    QVERIFY2(resumed.exitCode == 0, whatWentWrong(resumed).constData());
    const qint64 before = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 20, 15'000);
    client.stop();
    watch.stop();
    QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
    QCOMPARE(primary(), to);
    QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
}

void TestSwitchoverFaults::killedConsoleIsFinished_data()
{
    QTest::addColumn<int>("major");
    QTest::addColumn<QString>("at");
    const QStringList steps{QStringLiteral("slots"), QStringLiteral("checkpoint"), QStringLiteral("stop"),
                            QStringLiteral("prove"), QStringLiteral("promote"),    QStringLiteral("rejoin"),
                            QStringLiteral("tidy"),  QStringLiteral("proof")};
    // On the newest integration.switchover has them all.
    QTest::newRow("13, stop done") << 13 << QStringLiteral("stop done");
    QTest::newRow("18, promote started") << 18 << QStringLiteral("promote started");
    for (const QString &major : integration::wantedMajors()) {
        for (const QString &step : steps) {
            QTest::addRow("%s, at %s", qPrintable(major), qPrintable(step))
                << major.toInt() << step + QStringLiteral(" started");
        }
    }
}

void TestSwitchoverFaults::killedConsoleIsFinished()
{
    QFETCH(int, major);
    QFETCH(QString, at);
    PROVIDE(major);
    QVERIFY(m_lab.awaitWhole());
    const int from = m_lab.awaitPrimary();
    const int to = from == 0 ? 1 : 0;
    testsupport::WritableWatch watch(m_lab.conninfos(true));
    CommitClient client(m_lab.conninfos(false));
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    const ConsoleRun killed = m_lab.switchover(to, [&](const QString &now) { return now == at; });
    QVERIFY2(killed.exitCode == -1, killed.text.constData());
    const ConsoleRun resumed = m_lab.finish("resume");
    QVERIFY2(resumed.exitCode == 0, whatWentWrong(resumed).constData());
    const qint64 before = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 20, 15'000);
    client.stop();
    watch.stop();
    QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
    QCOMPARE(primary(), to);
    QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
}

void TestSwitchoverFaults::finishedOnceTheCandidateIsBack_data()
{
    QTest::addColumn<bool>("killsConsole");
    QTest::addColumn<QString>("tried"); // while the candidate is dead
    QTest::addColumn<QString>("finished");
    QTest::newRow("left half-way, resumed") << false << QString() << QStringLiteral("resume");
    QTest::newRow("left half-way, undone") << false << QString() << QStringLiteral("undo");
    QTest::newRow("killed, resumed") << true << QString() << QStringLiteral("resume");
    QTest::newRow("killed, resumed in vain, resumed") << true << QStringLiteral("resume") << QStringLiteral("resume");
    QTest::newRow("killed, undone in vain, undone") << true << QStringLiteral("undo") << QStringLiteral("undo");
    QTest::newRow("killed, resumed in vain, undone") << true << QStringLiteral("resume") << QStringLiteral("undo");
}

/// The candidate dies once the old primary has stopped, and comes back: then the operation can be finished.
void TestSwitchoverFaults::finishedOnceTheCandidateIsBack()
{
    QFETCH(bool, killsConsole);
    QFETCH(QString, tried);
    QFETCH(QString, finished);
    PROVIDE(0);
    QVERIFY(m_lab.awaitWhole());
    const int from = m_lab.awaitPrimary();
    const int to = from == 0 ? 1 : 0;
    testsupport::WritableWatch watch(m_lab.conninfos(true));
    CommitClient client(m_lab.conninfos(false));
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    const ConsoleRun ended = m_lab.switchover(to, [&](const QString &at) {
        const bool now = at == QLatin1String("stop done");
        if (now) {
            m_lab->node(to).kill();
        }
        return now && killsConsole;
    });
    QVERIFY2(ended.exitCode == (killsConsole ? -1 : 3), whatWentWrong(ended).constData());
    if (!tried.isEmpty()) { // what happened to the candidate meanwhile nobody here knows: nobody may write
        const ConsoleRun vain = m_lab.finish(tried.toLatin1().constData());
        QVERIFY2(vain.exitCode == 3, whatWentWrong(vain).constData());
        QVERIFY2(!vain.last().value(QStringLiteral("remains")).toArray().isEmpty(), whatWentWrong(vain).constData());
        QVERIFY2(primary() < 0, qPrintable(watch.story()));
    }
    QVERIFY(started(to));
    if (primary() >= 0) {
        QTRY_VERIFY_WITH_TIMEOUT(m_lab.isWhole(), 30'000); // as must be before each step
    }
    const ConsoleRun last = m_lab.finish(finished.toLatin1().constData());
    const QByteArray told = whatWentWrong(last) + watch.story().toUtf8();
    // Where a way back was begun in vain it is gone to its end, whatever was asked for.
    const bool undone = finished == QLatin1String("undo") || !tried.isEmpty();
    QVERIFY2(last.exitCode == (undone ? 2 : 0), told.constData());
    QCOMPARE(primary(), undone ? from : to);
    const qint64 before = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 20, 15'000);
    client.stop();
    watch.stop();
    QVERIFY2(!watch.twoAtOnce(), told.constData());
    QCOMPARE(client.missingAt(m_lab->node(primary()).conninfo(QStringLiteral("postgres"))), 0);
    QTRY_VERIFY_WITH_TIMEOUT(m_lab.isWhole(), 30'000);
}

QTEST_GUILESS_MAIN(TestSwitchoverFaults)
#include "tst_switchoverfaults.moc"
