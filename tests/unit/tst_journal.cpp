// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>
#include <QThread>
#include <csignal>
#include <sys/resource.h>
#include <sys/stat.h>

#include "operations/journalfollower.h"
#include "operations/plantext.h"
#include "operations/report.h"
#include "operations/unfinished.h"
#include "support/plans.h"

using namespace howdah;
using namespace howdah::operations;
using testsupport::smallPlan;

/// What the journal tells of operations that others are at, and which of them may be finished, and how.
class TestJournal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void standsInWords();
    void tellsWhereItStopped();
    void toldByWhichCommands();
    void showsAllOfOne();
    void whatWasLeftIsForgottenWhenTakenUp();
    void whatMayBeFinished();
    void laterOnesOvertake();
    void clustersAreKnownByTheirServers();
    void takeUpReadsAnew();
    void followsWhatOthersWrite();
    void diesWithoutAWord();
    void lastWillsWriteBesideTheConsole();
    void namesWhatCannotBeRead();
    void fullDiskSpoilsNoJournal();
    void whatIsNoDirectoryIsNotEmpty();
    void oldOnesKeepOnlyTheirHead();
    void exports();

private:
    std::unique_ptr<JournalWriter> begin(qint64 wallMs = 1'000'000, const Plan &plan = smallPlan()) const
    {
        auto writer = JournalWriter::create(m_directory->path(), plan, wallMs);
        return writer ? std::move(*writer) : nullptr;
    }
    /// Begun, and as many of its steps done; then its console went.
    QString interrupted(int steps, qint64 wallMs = 1'000'000, const Plan &plan = smallPlan()) const
    {
        const auto writer = begin(wallMs, plan);
        for (int i = 0; i < steps; ++i) {
            (void)writer->step(i, StepState::Started, wallMs + i * 10);
            (void)writer->step(i, StepState::Done, wallMs + i * 10 + 5);
        }
        return writer->path();
    }
    static QString word(Outcome outcome) { return operations::toString(outcome); }

    std::unique_ptr<QTemporaryDir> m_directory;
};

void TestJournal::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
}

void TestJournal::standsInWords()
{
    const auto operation = readOperation(interrupted(1));
    QVERIFY(operation);
    const QString text = standingText(*operation);
    QVERIFY2(text.contains(QStringLiteral("Done: 1 of 4 steps, last \"Take the cluster lock\"")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("Not done: \"Stop pg1, fast\"")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("can be undone")), qPrintable(text));
    Operation past = *operation;
    past.steps[1].state = StepState::Done;
    past.steps[2].state = StepState::Started;
    QVERIFY2(standingText(past).contains(QStringLiteral("\"Promote pg2\" was begun: only forward is safe")),
             qPrintable(standingText(past)));
    QCOMPARE(standing(past).toUndo, QStringList({QStringLiteral("Promote pg2"), QStringLiteral("Stop pg1, fast"),
                                                 QStringLiteral("Take the cluster lock")}));
    QCOMPARE(someOf({QStringLiteral("a"), QStringLiteral("b"), QStringLiteral("c")}, 2),
             QStringLiteral("\"a\", \"b\" and 1 more"));
}

void TestJournal::tellsWhereItStopped()
{
    Operation one = *readOperation(interrupted(1));
    QCOMPARE(stoppedAt(one), QStringLiteral("before \"Stop pg1, fast\""));
    QVERIFY(!mayHoldWrites(one));
    one.steps[1].state = StepState::Started;
    QCOMPARE(stoppedAt(one), QStringLiteral("at \"Stop pg1, fast\""));
    QVERIFY(mayHoldWrites(one));
    one.steps[1].state = StepState::Undone;
    QVERIFY(!mayHoldWrites(one));
    one.steps[1].state = one.steps[2].state = StepState::Done;
    QCOMPARE(stoppedAt(one), QStringLiteral("before \"Start pg1 as a standby\""));
    QVERIFY(!mayHoldWrites(one)); // they go to pg2
    one.steps[3].state = StepState::Done;
    QCOMPARE(stoppedAt(one), QStringLiteral("after its last step"));
}

void TestJournal::toldByWhichCommands()
{
    const QString no = QStringLiteral("no");
    QCOMPARE(finishCommands(QStringLiteral("demo"), QStringLiteral("7"), {}),
             QStringLiteral("howdah journal demo resume 7, or howdah journal demo undo 7"));
    QCOMPARE(finishCommands(QStringLiteral("host=a user=b"), QStringLiteral("7"), {{}, no}),
             QStringLiteral("howdah journal 'host=a user=b' resume 7"));
    QCOMPARE(finishCommands(QStringLiteral("demo"), QStringLiteral("7"), {no, no}), QString());
    QVERIFY(!finishCommands(QStringLiteral("host=a password=secret"), {}, {}).contains(QStringLiteral("secret")));
}

void TestJournal::showsAllOfOne()
{
    const QString path = interrupted(1, 1'764'205'233'000);
    {
        const auto writer = JournalWriter::reopen(path);
        QVERIFY((*writer)->captured(QStringLiteral("redo_lsn"), QStringLiteral("0/3000028")));
        QVERIFY((*writer)->output(QStringLiteral("pg1: waiting for a walsender")));
        QVERIFY((*writer)->step(1, StepState::Started, 1'764'205'233'100));
        QVERIFY((*writer)->step(1, StepState::Failed, 1'764'205'233'350, QStringLiteral("pg1: it did not stop")));
    }
    Operation operation = *readOperation(path);
    operation.outcome = Outcome::Incomplete;
    operation.remains = {QStringLiteral("Stop pg1 by hand.")};
    const QString text = operationDetails(operation);
    for (const char *part :
         {"Switch over orders from pg1 to pg2", "incomplete at \"Stop pg1, fast\"", "started  2025-11-27 01:00:33 UTC",
          "Stop pg1, fast                               failed in 250 ms\n      on pg1, began 01:00:33.100\n      pg1: "
          "it "
          "did not stop\n",
          "Promote pg2                                  waiting\n      on pg1\n", "redo_lsn = 0/3000028",
          "pg1: waiting for a walsender", "What remains\n  Stop pg1 by hand.", "Slot a stays behind"}) {
        QVERIFY2(text.contains(QLatin1String(part)), qPrintable(QLatin1String(part) + QLatin1Char('\n') + text));
    }
}

void TestJournal::whatWasLeftIsForgottenWhenTakenUp()
{
    const QString path = interrupted(1);
    {
        const auto writer = JournalWriter::reopen(path);
        QVERIFY((*writer)->ended(Outcome::Incomplete, 1'000'100, {QStringLiteral("see to it")}));
    }
    QCOMPARE(readOperation(path)->remains.size(), 1);
    QVERIFY((*JournalWriter::reopen(path))->step(1, StepState::Started, 1'000'200));
    QCOMPARE(readOperation(path)->remains, QStringList());
}

void TestJournal::whatMayBeFinished()
{
    auto operation = *readOperation(interrupted(1));
    QCOMPARE(finishing(operation, nullptr), Finishing());
    operation.outcome = Outcome::Incomplete;
    QCOMPARE(finishing(operation, nullptr), Finishing());
    for (const Outcome outcome : {Outcome::Running, Outcome::Done, Outcome::Refused, Outcome::Undone}) {
        operation.outcome = outcome;
        QVERIFY(!finishing(operation, nullptr).may(Finish::Resume));
        QVERIFY(!finishing(operation, nullptr).may(Finish::Undo));
    }
    operation.outcome = Outcome::Interrupted;
    operation.steps[2].state = StepState::Started; // the point of no return
    QVERIFY(finishing(operation, nullptr).may(Finish::Resume));
    const QString why = finishing(operation, nullptr).whyNotUndo;
    QVERIFY2(why.contains(QStringLiteral("Promote pg2")), qPrintable(why));
}

void TestJournal::laterOnesOvertake()
{
    const auto one = *readOperation(interrupted(1));
    auto later = *readOperation(interrupted(1, 2'000'000));
    for (const Outcome outcome : {Outcome::Running, Outcome::Interrupted, Outcome::Done, Outcome::Incomplete}) {
        later.outcome = outcome;
        QVERIFY(overtakes(later, one));
        QVERIFY(!overtakes(one, later));
    }
    QVERIFY(!finishing(one, &later).may(Finish::Resume));
    QVERIFY(!finishing(one, &later).may(Finish::Undo));
    for (const Outcome outcome : {Outcome::Refused, Outcome::Undone}) { // left nothing
        later.outcome = outcome;
        QVERIFY(!overtakes(later, one));
    }
    later.outcome = Outcome::Done;
    later.plan.cluster = QStringLiteral("another");
    QVERIFY(!overtakes(later, one));
}

/// Two cluster files may have one name, and two names lead to the same servers.
void TestJournal::clustersAreKnownByTheirServers()
{
    Plan plan = smallPlan();
    plan.systemIdentifier = QStringLiteral("7");
    (void)interrupted(2, 1'000'000, plan);
    const Journal journal = readJournal(m_directory->path());
    const QString own = plan.cluster, other = QStringLiteral("another");
    QVERIFY(newestUnfinished(journal, own) && newestUnfinished(journal, {own, QStringLiteral("7")}));
    QVERIFY(!newestUnfinished(journal, {own, QStringLiteral("8")}));
    QVERIFY(!newestUnfinished(journal, other));
    QVERIFY(newestUnfinished(journal, {other, QStringLiteral("7")}));
    // It is finished by the name under which it was begun.
    const auto found = unfinishedOf(journal, {other, QStringLiteral("7")}, QStringLiteral("other.toml"));
    QVERIFY(found);
    QVERIFY2(found->commands.contains(QStringLiteral("howdah journal %1 undo").arg(own)), qPrintable(found->commands));
    const auto asNamed = unfinishedOf(journal, {own, QStringLiteral("7")}, QStringLiteral("own.toml"));
    QVERIFY2(asNamed->commands.contains(QStringLiteral("howdah journal own.toml undo")), qPrintable(asNamed->commands));
}

void TestJournal::takeUpReadsAnew()
{
    const QString path = interrupted(1);
    {
        auto taken = takeUp(path, Finish::Resume);
        QVERIFY(taken);
        QCOMPARE(word(taken->operation.outcome), word(Outcome::Interrupted));
        const auto second = takeUp(path, Finish::Resume); // this one is at it
        QVERIFY(!second);
        QVERIFY2(second.error().message.contains(QStringLiteral("another console")),
                 qPrintable(second.error().message));
        // What another console does meanwhile counts, not what somebody saw before.
        QVERIFY(taken->journal->step(2, StepState::Started, 1'000'100));
    }
    const auto undo = takeUp(path, Finish::Undo);
    QVERIFY(!undo);
    QVERIFY2(undo.error().message.contains(QStringLiteral("cannot be undone")), qPrintable(undo.error().message));
    QVERIFY(undo.error().hint.contains(QStringLiteral("Nothing was changed")));
    QCOMPARE(word(readOperation(path)->outcome), word(Outcome::Interrupted)); // still to be resumed
    {
        auto taken = takeUp(path, Finish::Resume);
        QVERIFY(taken);
        QVERIFY(taken->journal->ended(Outcome::Done, 1'000'200, {}));
    }
    QVERIFY(!takeUp(path, Finish::Resume));
    const QString old = interrupted(1, 500'000);
    const auto overtaken = takeUp(old, Finish::Resume);
    QVERIFY(!overtaken);
    QVERIFY2(overtaken.error().message.contains(QStringLiteral("later operation")),
             qPrintable(overtaken.error().message));
}

void TestJournal::followsWhatOthersWrite()
{
    QThread thread;
    const QString directory = m_directory->filePath(QStringLiteral("not/there/yet"));
    auto *follower = new JournalFollower(directory);
    follower->moveToThread(&thread);
    connect(&thread, &QThread::finished, follower, &QObject::deleteLater);
    JournalState state;
    connect(follower, &JournalFollower::changed, this, [&state](const JournalState &now) { state = now; });
    thread.start();
    QMetaObject::invokeMethod(follower, &JournalFollower::start);
    QTRY_VERIFY(state.read);
    QVERIFY(state.operations.empty());
    const auto outcome = [&state](std::size_t at) {
        return at < state.operations.size() ? word(state.operations[at]->outcome) : QString();
    };
    auto writer = JournalWriter::create(directory, smallPlan(), 1'000'000);
    QVERIFY(writer);
    QTRY_COMPARE_WITH_TIMEOUT(outcome(0), word(Outcome::Running), 15'000);
    QVERIFY(!interruptedOf(state));
    QVERIFY((*writer)->step(0, StepState::Started, 1'000'001));
    QTRY_VERIFY_WITH_TIMEOUT(state.operations[0]->steps[0].state == StepState::Started, 15'000);
    QVERIFY((*writer)->step(0, StepState::Done, 1'000'002));
    QVERIFY((*writer)->ended(Outcome::Done, 1'000'003, {}));
    QTRY_COMPARE_WITH_TIMEOUT(outcome(0), word(Outcome::Done), 15'000);
    const auto second = JournalWriter::create(directory, smallPlan(), 3'000'000);
    QTRY_COMPARE_WITH_TIMEOUT(outcome(0), word(Outcome::Running), 15'000);
    QCOMPARE(outcome(1), word(Outcome::Done)); // newest first
    QCOMPARE(ofCluster(state, QStringLiteral("orders")).operations.size(), std::size_t(2));
    QCOMPARE(ofCluster(state, QStringLiteral("billing")).operations.size(), std::size_t(0));
    QVERIFY(QFile::remove((*second)->path()));
    QTRY_COMPARE_WITH_TIMEOUT(state.operations.size(), std::size_t(1), 15'000);
    thread.quit();
    QVERIFY(thread.wait(10'000));
}

void TestJournal::diesWithoutAWord()
{
    auto writer = begin();
    QVERIFY(writer->step(0, StepState::Started, 1'000'001));
    const QString id = writer->id();
    const QString path = writer->path();
    JournalFollower follower(m_directory->path());
    JournalState state;
    connect(&follower, &JournalFollower::changed, this, [&state](const JournalState &now) { state = now; });
    follower.start();
    QCOMPARE(word(operationOf(state, id)->outcome), word(Outcome::Running));
    writer.reset(); // as the process that held it; nothing is written
    QTRY_COMPARE_WITH_TIMEOUT(word(operationOf(state, id)->outcome), word(Outcome::Interrupted), 15'000);
    QCOMPARE(interruptedOf(state)->id, id);
    // Somebody else takes it up, and ends it.
    auto other = takeUp(path, Finish::Resume);
    QVERIFY(other);
    QVERIFY(other->journal->step(0, StepState::Started, 1'000'010));
    QTRY_COMPARE_WITH_TIMEOUT(word(operationOf(state, id)->outcome), word(Outcome::Running), 15'000);
    QVERIFY(!interruptedOf(state));
    QVERIFY(other->journal->ended(Outcome::Undone, 1'000'020, {}));
    QTRY_COMPARE_WITH_TIMEOUT(word(operationOf(state, id)->outcome), word(Outcome::Undone), 15'000);
}

/// A console that hangs holds the file, and may come back: neither's lines are lost.
void TestJournal::lastWillsWriteBesideTheConsole()
{
    const WillRecord will{1'000'002,
                          QStringLiteral("pooler pgb1"),
                          QStringLiteral("RESUME"),
                          QStringLiteral("since the console has said nothing for 120 s"),
                          QStringLiteral("password=canary-7319"),
                          true,
                          true};
    auto writer = begin();
    QVERIFY(writer->step(0, StepState::Started, 1'000'001));
    QVERIFY(recordWill(writer->path(), will));
    QVERIFY(writer->step(0, StepState::Done, 1'000'003));
    const QString path = writer->path();
    auto operation = readOperation(path);
    QVERIFY2(operation, operation ? "" : qPrintable(operation.error().message));
    QCOMPARE(word(operation->outcome), word(Outcome::Running));
    QVERIFY(operation->steps[0].state == StepState::Done && operation->steps[0].endedMs == 1'000'003);
    QCOMPARE(operation->wills.size(), std::size_t(1));
    QVERIFY(!operation->wills[0].answer.contains(QStringLiteral("canary")));
    QCOMPARE(operation->wills[0].why, will.why);
    QCOMPARE(operation->output, QStringList{toText(operation->wills[0])});
    QVERIFY2(standingText(*operation).contains(QStringLiteral("at 00:16:40 UTC: pooler pgb1: RESUME")),
             qPrintable(standingText(*operation)));
    QVERIFY(operationText(*operation, false).contains(QStringLiteral("pooler pgb1: RESUME")));

    // Behind a line that a crash cut off, and behind the end.
    writer.reset();
    QFile file(path);
    QVERIFY(file.open(QIODevice::Append));
    file.write("{\"what\":\"st");
    file.close();
    QVERIFY(recordWill(path, will));
    auto taken = takeUp(path, Finish::Resume);
    QVERIFY2(taken, taken ? "" : qPrintable(taken.error().message));
    QCOMPARE(taken->operation.wills.size(), std::size_t(2));
    QVERIFY(taken->journal->ended(Outcome::Done, 1'000'010, {}));
    QVERIFY(recordWill(path, will));
    operation = readOperation(path);
    QVERIFY2(operation, operation ? "" : qPrintable(operation.error().message));
    QCOMPARE(word(operation->outcome), word(Outcome::Done));
    QCOMPARE(operation->wills.size(), std::size_t(3));
    // Any other line that makes no sense is still an error, and there must be a file.
    QVERIFY(file.open(QIODevice::Append));
    file.write("{\"what\":\"st\n{\"what\":\"output\",\"line\":\"a\"}\n");
    file.close();
    QVERIFY(!readOperation(path));
    QVERIFY(!recordWill(path + QStringLiteral("x"), will));
    QVERIFY(!QFile::exists(path + QStringLiteral("x")));
}

void TestJournal::namesWhatCannotBeRead()
{
    interrupted(1);
    QFile broken(m_directory->filePath(QStringLiteral("broken.jsonl")));
    QVERIFY(broken.open(QIODevice::WriteOnly));
    broken.write("no journal\n");
    broken.close();
    // Before its plan stands there, whole, nothing was begun.
    QFile cut(m_directory->filePath(QStringLiteral("cut.jsonl")));
    QVERIFY(cut.open(QIODevice::WriteOnly));
    cut.write("{\"what\":\"plan\",\"at\":1764");
    cut.close();
    QCOMPARE(readJournal(m_directory->path()).unreadable.size(), 1);
    // Nor is what stands there in a file's place passed over.
    QVERIFY(QDir(m_directory->path()).mkdir(QStringLiteral("directory.jsonl")));
    QVERIFY(QFile::link(m_directory->filePath(QStringLiteral("nowhere")),
                        m_directory->filePath(QStringLiteral("link.jsonl"))));
    QCOMPARE(mkfifo(qPrintable(m_directory->filePath(QStringLiteral("pipe.jsonl"))), 0600), 0);
    QCOMPARE(readJournal(m_directory->path()).unreadable.size(), 4);
    JournalFollower follower(m_directory->path());
    QSignalSpy changes(&follower, &JournalFollower::changed);
    follower.start();
    const auto state = changes.last().first().value<JournalState>();
    QCOMPARE(state.operations.size(), std::size_t(1));
    QCOMPARE(state.unreadable.size(), 4);
    QVERIFY(state.unreadable.filter(QStringLiteral("broken.jsonl")).size() == 1);
    // It may be of any cluster.
    QCOMPARE(ofCluster(state, QStringLiteral("another")).unreadable.size(), 4);
}

/// Of a line that did not go in whole nothing stays: the next one would run into it.
void TestJournal::fullDiskSpoilsNoJournal()
{
    const auto writer = begin();
    QVERIFY(writer->step(0, StepState::Started, 1'000'010));
    rlimit before{};
    getrlimit(RLIMIT_FSIZE, &before);
    const auto ignored = std::signal(SIGXFSZ, SIG_IGN);
    rlimit full = before;
    full.rlim_cur = static_cast<rlim_t>(QFileInfo(writer->path()).size()) + 20;
    setrlimit(RLIMIT_FSIZE, &full);
    const auto refused = writer->step(0, StepState::Done, 1'000'020);
    setrlimit(RLIMIT_FSIZE, &before);
    std::signal(SIGXFSZ, ignored);
    QVERIFY(!refused);
    QVERIFY2(refused.error().message.contains(QStringLiteral("cannot write the journal")),
             qPrintable(refused.error().message));
    QVERIFY(writer->step(0, StepState::Failed, 1'000'030, QStringLiteral("later")));
    const auto read = readOperation(writer->path());
    QVERIFY2(read, read ? "" : qPrintable(read.error().message));
    QCOMPARE(read->steps[0].remark, QStringLiteral("later"));
}

void TestJournal::whatIsNoDirectoryIsNotEmpty()
{
    QCOMPARE(readJournal(m_directory->filePath(QStringLiteral("missing"))).unreadable, QStringList());
    const QString path = m_directory->filePath(QStringLiteral("file"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    QCOMPARE(readJournal(path).unreadable.size(), 1);
    JournalFollower follower(path);
    QSignalSpy changes(&follower, &JournalFollower::changed);
    follower.start();
    QCOMPARE(changes.last().first().value<JournalState>().unreadable.size(), 1);
}

void TestJournal::oldOnesKeepOnlyTheirHead()
{
    const int count = static_cast<int>(kWholeOperations) + 2;
    for (int i = 0; i < count; ++i) {
        const auto writer = begin(1'000'000 + i * 1000);
        if (i != 0) {
            QVERIFY(writer->ended(Outcome::Done, 1'000'000 + i * 1000 + 500, {}));
        }
    }
    JournalFollower follower(m_directory->path());
    QSignalSpy changes(&follower, &JournalFollower::changed);
    follower.start();
    const auto state = changes.last().first().value<JournalState>();
    QCOMPARE(state.operations.size(), static_cast<std::size_t>(count));
    QVERIFY(isWhole(*state.operations[kWholeOperations - 1]));
    const Operation &old = *state.operations[kWholeOperations];
    QVERIFY(!isWhole(old));
    QCOMPARE(old.plan.title, smallPlan().title);
    QCOMPARE(old.endedMs - old.startedMs, 500);
    QVERIFY(isWhole(*state.operations.back())); // it is not finished
}

void TestJournal::exports()
{
    Plan plan = smallPlan();
    plan.steps[1].title = QStringLiteral("Stop <b>|pg1");
    const QString path = interrupted(2, 1'000'000, plan);
    {
        auto taken = takeUp(path, Finish::Resume);
        QVERIFY(taken);
        QVERIFY(taken->journal->output(QStringLiteral("pg1: ``` waits")));
        QVERIFY(taken->journal->ended(Outcome::Incomplete, 1'003'000, {QStringLiteral("see to pg1")}));
    }
    QFile journal(path);
    QVERIFY(journal.open(QIODevice::ReadWrite | QIODevice::Append));
    journal.write("{\"what\":\"cut o");
    journal.close();
    const QString lines = m_directory->filePath(QStringLiteral("out.txt"));
    const QString report = m_directory->filePath(QStringLiteral("out.md"));
    QVERIFY(exportOperation(path, lines));
    QVERIFY(exportOperation(path, report));
    QFile written(lines);
    QVERIFY(written.open(QIODevice::ReadOnly));
    const QList<QByteArray> all = written.readAll().trimmed().split('\n');
    for (const QByteArray &line : all) {
        QVERIFY2(!QJsonDocument::fromJson(line).object().isEmpty(), line.constData());
    }
    QCOMPARE(QJsonDocument::fromJson(all.last()).object().value(QStringLiteral("what")).toString(),
             QStringLiteral("end"));
    QFile page(report);
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(page.readAll());
    QCOMPARE(text, toReport(*readOperation(path)));
    for (const char *part : {"# Switch over orders from pg1 to pg2", "- Outcome: incomplete", "- see to pg1",
                             "| 2 | Stop \\<b\\>\\|pg1 | pg1 | done | 00:16:40.010 | 5 ms |  |",
                             "| warning | Slot a stays behind | evidence of slots |", "pg1: ``` waits"}) {
        QVERIFY2(text.contains(QLatin1String(part)), qPrintable(QLatin1String(part) + QLatin1Char('\n') + text));
    }
    const auto failed = exportOperation(path, m_directory->filePath(QStringLiteral("not/there.md")));
    QVERIFY(!failed);
    QVERIFY(failed.error().message.contains(QStringLiteral("there.md")));
}

QTEST_GUILESS_MAIN(TestJournal)
#include "tst_journal.moc"
