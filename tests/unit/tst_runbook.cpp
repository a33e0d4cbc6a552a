// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "operations/plantext.h"
#include "operations/runbook.h"
#include "operations/secrets.h"
#include "operations/switchover/switchoverplan.h"
#include "postgres/conninfo.h"
#include "switchoverfacts.h"

using namespace howdah::unit;

/// The script of a switchover as a person runs it, with servers that are made up.
class TestRunbook : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void saysWhenAndWhere();
    void refusedPlanDoesNothing();
    void wayBackNeedsAnAnswer_data();
    void wayBackNeedsAnAnswer();
    void warningMovesNoRow_data() { everyShell(); }
    void warningMovesNoRow();
    void passwordStandsOnNoCommandLine_data() { everyShell(); }
    void passwordStandsOnNoCommandLine();
    void silenceIsGivenUp_data();
    void silenceIsGivenUp();
    void secretThatIsNotThereStopsIt_data();
    void secretThatIsNotThereStopsIt();
    void conninfoLeadsToTheCandidate_data();
    void conninfoLeadsToTheCandidate();
    void oldValueIsKept_data() { everyShell(); }
    void oldValueIsKept();
    void oldValueThatIsGoneIsNotGuessed();

private:
    static void everyShell();
    static QString busyboxPath();
    void useShell(const QString &busybox);
    /// What the script says, and its exit code.
    std::pair<QString, int> run(const Plan &plan, const QStringList &arguments, const QString &answer);
    /// Of a switchover whose old primary had a primary_conninfo before.
    Facts facts() const;
    Plan plan() const { return planSwitchover(facts(), pg2); }
    bool write(const QString &name, const QByteArray &text) const;
    QByteArray read(const QString &name) const;
    QString path(const QString &name) const { return m_directory->filePath(name); }

    std::unique_ptr<QTemporaryDir> m_directory;
    QStringList m_shell; ///< what reads the script
    QString m_path;      ///< where programs are found
    bool m_stops = true; ///< the old primary does when it is told to
};

namespace {

/// Keeps what it is called with and what it is told, then answers as the test says.
constexpr const char *kPsql = R"sh(#!/bin/sh
at=${0%/*}
in=$(cat)
printf '%s\n' "$*" >>"$at/arguments"
printf '%s\n--\n' "$in" >>"$at/statements"
. "$at/answers"
[ "$ANSWER" ] || { echo 'connection refused' >&2; exit 2; }
printf 'lsn\n%s\n' "$ANSWER"
)sh";

/// Servers stop and start when they are told to.
constexpr const char *kHost = R"sh(#!/bin/sh
case "$*" in
*howdah-stop* | *howdah-control*)
  [ "$STOPS" ] || { echo 'still running' >&2; exit 1; }
  echo 'Database system identifier:           7'
  echo 'Database cluster state:               shut down'
  echo 'Latest checkpoint location:           0/3000060' ;;
*howdah-start*) [ "$STOPS" ] ;;
esac
)sh";

/// Keeps what it is called with.
constexpr const char *kProgram = R"sh(#!/bin/sh
printf '%s\n' "$*" >>"${0%/*}/arguments"
exec "%1" "$@"
)sh";

/// With what needs quotes in it.
const QByteArray kConninfo = R"sh(case $in in *'SHOW primary_conninfo'*)
  printf '%s\n' primary_conninfo "host=10.0.0.11 user=replicator password='it\\'s \\\\ a canary'"
  exit ;;
esac
)sh";

constexpr const char *kAskedForOld = "case $in in *'SHOW primary_conninfo'*)";

} // namespace

void TestRunbook::init()
{
    m_directory = std::make_unique<QTemporaryDir>();
    m_shell = {QStringLiteral("sh")};
    m_path = m_directory->path() + QLatin1Char(':') + qEnvironmentVariable("PATH");
    m_stops = true;
    QVERIFY(write(QStringLiteral("psql"), kPsql) && write(QStringLiteral("host"), kHost));
    QVERIFY(write(QStringLiteral("answers"), {}));
}

bool TestRunbook::write(const QString &name, const QByteArray &text) const
{
    QFile file(path(name));
    const bool written = file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
    file.close();
    return written && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

QByteArray TestRunbook::read(const QString &name) const
{
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void TestRunbook::everyShell()
{
    QTest::addColumn<QString>("shell");
    QTest::newRow("sh") << QString();
    if (const QString busybox = busyboxPath(); !busybox.isEmpty()) {
        QTest::newRow("busybox") << busybox;
    }
}

/// A shell with programs of its own; empty where it is not installed.
QString TestRunbook::busyboxPath()
{
    return QStandardPaths::findExecutable(QStringLiteral("busybox"));
}

void TestRunbook::useShell(const QString &busybox)
{
    if (busybox.isEmpty()) {
        return;
    }
    const QString applets = path(QStringLiteral("applets"));
    QVERIFY(QDir().mkpath(applets));
    QProcess install;
    install.start(busybox, {QStringLiteral("--install"), QStringLiteral("-s"), applets});
    QTRY_COMPARE(install.state(), QProcess::NotRunning);
    m_shell = {busybox, QStringLiteral("sh")};
    m_path = m_directory->path() + QLatin1Char(':') + applets;
}

Facts TestRunbook::facts() const
{
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    setSetting(edit(snapshot, pg1), QStringLiteral("primary_conninfo"),
               QStringLiteral("host=10.0.0.12 user=replicator password=********"));
    Facts facts = factsOf(snapshot);
    facts.nodes[pg1].sql.inAutoConf = {QStringLiteral("primary_conninfo")};
    for (howdah::cluster::NodeConfig &node : facts.config.nodes) {
        node.command = {path(QStringLiteral("host"))};
        node.hasCommand = true;
    }
    return facts;
}

std::pair<QString, int> TestRunbook::run(const Plan &plan, const QStringList &arguments, const QString &answer)
{
    const QString script = path(QStringLiteral("runbook.sh"));
    if (!saveRunbook(plan, facts().config, script)) {
        return {QStringLiteral("it was not written"), -1};
    }
    QProcess process;
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    all.insert(QStringLiteral("PATH"), m_path);
    all.insert(QStringLiteral("ANSWER"), answer);
    all.insert(QStringLiteral("STOPS"), m_stops ? QStringLiteral("yes") : QString());
    process.setProcessEnvironment(all);
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(m_shell.first(), m_shell.sliced(1) + QStringList{script} + arguments);
    const bool ended = QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 60'000) &&
                       process.exitCode() >= 0;
    return {QString::fromUtf8(process.readAll()), ended ? process.exitCode() : -1};
}

/// What a person holds in hand on that day: how old it is, which servers it speaks of, how long writes will wait.
void TestRunbook::saysWhenAndWhere()
{
    Facts facts = factsOf(prepared(healthyPair()));
    facts.config.nodes[0].conninfo = QStringLiteral("host=db1.example.org port=5433 user=dba");
    const Plan plan = planSwitchover(facts, pg2);
    const QString page = toMarkdown(plan, facts.config, 1'764'205'233'000);
    QVERIFY2(page.contains(QStringLiteral("Planned on 2025-11-27 01:00:33 UTC")), qPrintable(page));
    QVERIFY2(page.contains(QStringLiteral("| pg1 | db1.example.org:5433 | primary |")), qPrintable(page));
    QVERIFY2(page.contains(QStringLiteral("Writes wait about ")), qPrintable(page));
    QVERIFY2(!page.contains(QStringLiteral("another console holds")),
             qPrintable(page)); // what it does, not how it fails
    QVERIFY2(page.contains(QStringLiteral("take the cluster lock")), qPrintable(page));
    const QString text = planText(plan);
    // What was shown once is named from then on.
    QCOMPARE(text.count(QStringLiteral("howdah-clear")), 2);
    QCOMPARE(text.count(QStringLiteral("the server does not end")), 1);
    QCOMPARE(text.count(QStringLiteral("(the script of step ")), 2); // of the start as well
    QCOMPARE(text.count(QStringLiteral("(the statement of step 1)")), 1);
    QVERIFY2(text.contains(QStringLiteral("\nWrites wait about ")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("(typical, none measured here yet)")), qPrintable(text));
    // A plan that is refused promises nothing.
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    pauseReplay(snapshot, pg2);
    QVERIFY(!planText(planSwitchover(factsOf(snapshot), pg2)).contains(QStringLiteral("Writes wait about")));
}

void TestRunbook::refusedPlanDoesNothing()
{
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    pauseReplay(snapshot, pg2);
    const Plan plan = planSwitchover(factsOf(snapshot), pg2);
    QVERIFY(!mayRun(plan, true));
    const auto [said, exitCode] = run(plan, {}, QStringLiteral("t"));
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("Replays freely: replay is paused")), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("Nothing was changed")), qPrintable(said));
    QCOMPARE(run(plan, {QStringLiteral("undo")}, QStringLiteral("t")).second, 1);
}

void TestRunbook::wayBackNeedsAnAnswer_data()
{
    QTest::addColumn<QString>("answer");
    QTest::addColumn<QString>("failed");
    const QString promoted = QStringLiteral("FAILED: nobody has promoted pg2 meanwhile");
    QTest::newRow("the candidate says nothing") << QString() << promoted;
    QTest::newRow("it is the primary") << QStringLiteral("f") << promoted;
    QTest::newRow("it is a standby") << QStringLiteral("t") << QStringLiteral("FAILED: pg1 runs as the primary again");
}

/// Somebody may run it days later: the old primary is started only when it is known that there is no other.
void TestRunbook::wayBackNeedsAnAnswer()
{
    QFETCH(QString, answer);
    QFETCH(QString, failed);
    m_stops = false;
    QVERIFY(mayRun(plan(), true));
    const auto [said, exitCode] = run(plan(), {QStringLiteral("undo"), QStringLiteral("stop")}, answer);
    QCOMPARE(exitCode, 1); // there is no server to be started
    QVERIFY2(said.contains(failed), qPrintable(said));
}

/// psql says it at each connection, on a channel of its own; what is asked for stands in the same row as ever.
void TestRunbook::warningMovesNoRow()
{
    QFETCH(QString, shell);
    useShell(shell);
    QVERIFY(write(QStringLiteral("answers"),
                  "printf 'WARNING:  the collation version is another\\nDETAIL:  f\\n' >&2\n" + kConninfo));
    const auto [said, exitCode] = run(plan(), {}, QStringLiteral("t"));
    QVERIFY2(exitCode == 0, qPrintable(said));
}

/// Any user of the machine may list what is running.
void TestRunbook::passwordStandsOnNoCommandLine()
{
    QFETCH(QString, shell);
    useShell(shell);
    for (const char *program : {"awk", "cat", "grep", "sed", "tr"}) {
        const QString at = shell.isEmpty() ? QStandardPaths::findExecutable(QLatin1String(program))
                                           : path(QStringLiteral("applets/") + QLatin1String(program));
        QVERIFY(write(QLatin1String(program), QString::fromLatin1(kProgram).arg(at).toUtf8()));
    }
    QVERIFY(write(QStringLiteral("answers"), kConninfo));
    const auto [said, exitCode] = run(plan(), {}, QStringLiteral("t"));
    QVERIFY2(exitCode == 0, qPrintable(said));
    QVERIFY2(!said.contains(QStringLiteral("canary")), qPrintable(said));
    QVERIFY(read(QStringLiteral("arguments")).contains("ON_ERROR_STOP"));
    QVERIFY2(!read(QStringLiteral("arguments")).contains("canary"), read(QStringLiteral("arguments")).constData());
    // As psql reads it: a quote and a backslash with a backslash before each.
    const QByteArray sent = read(QStringLiteral("statements"));
    QVERIFY2(sent.contains(
                 R"(\set conninfo_of_old_primary 'host=10.0.0.11 user=replicator password=\'it\\\'s \\\\ a canary\' )"),
             sent.constData());
    QVERIFY2(sent.contains("ALTER SYSTEM SET primary_conninfo = :'conninfo_of_old_primary';"), sent.constData());
}

void TestRunbook::silenceIsGivenUp_data()
{
    QTest::addColumn<QString>("shell");
    QTest::addColumn<QString>("statement");
    QTest::addColumn<QByteArray>("then"); // what psql does with it
    QTest::addColumn<QString>("says");
    QTest::addColumn<int>("withinMs");
    const QByteArray silent = "exec sleep 600";
    const QString prove = QStringLiteral("not past");
    const QString notProved = QStringLiteral("FAILED: pg2 has replayed the shutdown checkpoint of pg1: ");
    QTest::newRow("before anything is done")
        << QString() << QStringLiteral("pg_control_system") << silent
        << QStringLiteral("FAILED: pg1 is the primary: no answer within 1 s") << 12'000;
    QTest::newRow("while writes wait") << QString() << prove << silent
                                       << notProved + QStringLiteral("no answer within 1 s") << 6000;
    QTest::newRow("gone while writes wait") << QString() << prove << QByteArray("echo 'No route to host' >&2; exit 2")
                                            << notProved + QStringLiteral("No route to host") << 6000;
    const QString both = QStringLiteral("CHECKPOINT|^SELECT 1");
    const QString given = QStringLiteral("FAILED: the checkpoint: nothing at all was said for 1 s");
    QTest::newRow("of a statement that may take long") << QString() << both << silent << given << 8000;
    QTest::newRow("that statement alone takes long")
        << QString() << QStringLiteral("CHECKPOINT") << QByteArray("sleep 1.4") << QString() << 30'000;
    if (const QString busybox = busyboxPath(); !busybox.isEmpty()) {
        QTest::newRow("busybox, while writes wait")
            << busybox << prove << silent << notProved + QStringLiteral("no answer within 1 s") << 6000;
        QTest::newRow("busybox, of a statement that may take long") << busybox << both << silent << given << 8000;
    }
}

/// Whoever waits for TCP to notice waits for minutes.
void TestRunbook::silenceIsGivenUp()
{
    QFETCH(QString, shell);
    QFETCH(QString, statement);
    QFETCH(QByteArray, then);
    QFETCH(QString, says);
    QFETCH(int, withinMs);
    useShell(shell);
    QVERIFY(write(QStringLiteral("answers"), "if printf '%s\\n' \"$in\" | grep -Eq '" + statement.toUtf8() +
                                                 "'; then " + then + "; fi\n" + kConninfo));
    Plan patient = plan();
    patient.steps.front().deadlineMs = 1000;
    for (Step &step : patient.steps) {
        for (Action &action : step.actions) {
            action.absentMs = std::min(action.absentMs, 1000);
        }
    }
    QElapsedTimer clock;
    clock.start();
    const auto [said, exitCode] = run(patient, {}, QStringLiteral("t"));
    QVERIFY2((exitCode == 0) == says.isEmpty(), qPrintable(said));
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(clock.elapsed() < withinMs, qPrintable(QStringLiteral("%1 ms: %2").arg(clock.elapsed()).arg(said)));
}

void TestRunbook::secretThatIsNotThereStopsIt_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("says");
    QTest::newRow("the role may not")
        << QByteArray("echo 'ERROR:  permission denied to examine' >&2; exit 3")
        << QStringLiteral("pg2: its connection settings can't be read: ERROR:  permission denied to examine");
    QTest::newRow("no answer") << QByteArray("echo 'connection timed out' >&2; exit 2")
                               << QStringLiteral("pg2: its connection settings can't be read: connection timed out");
    QTest::newRow("none") << QByteArray("printf 'primary_conninfo\\n\\n'; exit")
                          << QStringLiteral("pg2 gave no connection settings");
    for (const char *odd : {"host=a password='canary", "host=a password=", "host=a password=canary\\\\", "canary"}) {
        QTest::addRow("no conninfo: %s", odd) << QByteArray("printf 'primary_conninfo\\n%s\\n' \"") + odd + "\"; exit"
                                              << QStringLiteral("the connection settings that pg2 has are not valid");
    }
}

/// A standby that is told of a primary with neither user nor password never follows.
void TestRunbook::secretThatIsNotThereStopsIt()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, says);
    QVERIFY(write(QStringLiteral("answers"), QByteArray(kAskedForOld) + answer + " ;; esac\n"));
    const auto [said, exitCode] = run(plan(), {}, QStringLiteral("t"));
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("Nothing was changed")), qPrintable(said));
    QVERIFY2(!said.contains(QStringLiteral("canary")), qPrintable(said));
    const QByteArray sent = read(QStringLiteral("statements"));
    QVERIFY2(!sent.contains("ALTER") && !sent.contains("pg_create"), sent.constData());
    QVERIFY(!QFile::exists(path(QStringLiteral("runbook.sh.values"))));
}

void TestRunbook::conninfoLeadsToTheCandidate_data()
{
    QTest::addColumn<QString>("conninfo");
    for (const char *one :
         {"host=10.0.0.11 user=replicator password=secret", "user=r password='it\\'s \\\\' hostaddr=10.0.0.11 host=a  ",
          "host = a port = 5433 user=r password=a\\ b=c= application_name=old", "user=r password=''",
          "host=a,b port=1,2 user=r options='-c a=b'", "postgresql://r:secret@10.0.0.11:5433/postgres?sslmode=prefer",
          "postgres://r:what?@10.0.0.11", "postgresql://a:1,b:2/?user=r", "postgresql://r@/db?host=/run&",
          "postgresql://"}) {
        QTest::newRow(one) << QString::fromUtf8(one);
    }
}

/// The same as from a console, for whatever a server may have there.
void TestRunbook::conninfoLeadsToTheCandidate()
{
    QFETCH(QString, conninfo);
    const Plan plan = this->plan();
    QVERIFY(!plan.secrets.empty() && plan.secrets.front().name == QLatin1String("conninfo_of_old_primary"));
    const auto expected = secretValue(plan.secrets.front(), {{QStringLiteral("c")}, {{conninfo}}});
    QVERIFY(write(QStringLiteral("conninfo"), "primary_conninfo\n" + conninfo.toUtf8() + '\n'));
    QVERIFY(write(QStringLiteral("answers"), QByteArray(kAskedForOld) + " cat \"$at/conninfo\"; exit ;; esac\n"));
    const auto [said, exitCode] = run(plan, {}, QStringLiteral("t"));
    QVERIFY2((exitCode == 0) == expected.has_value(), qPrintable(said));
    const QString sent = QString::fromUtf8(read(QStringLiteral("statements")));
    const QString begin = QStringLiteral("\\set conninfo_of_old_primary '");
    const qsizetype from = sent.indexOf(begin) + begin.size();
    QVERIFY2(from > begin.size(), qPrintable(said));
    QString value = sent.sliced(from, sent.indexOf(QStringLiteral("'\n"), from) - from);
    value.replace(QRegularExpression(QStringLiteral("\\\\(.)")), QStringLiteral("\\1"));
    const auto parsed = howdah::postgres::Conninfo::parse(value);
    QVERIFY2(parsed, qPrintable(value));
    QCOMPARE(parsed->toString(), *expected);
}

/// On the way back the server may be down, or hold what the script itself has written.
void TestRunbook::oldValueIsKept()
{
    QFETCH(QString, shell);
    useShell(shell);
    const QString kept = QStringLiteral("runbook.sh.values");
    QVERIFY(write(QStringLiteral("answers"), kConninfo));
    m_stops = false;
    const auto [said, exitCode] = run(plan(), {}, QStringLiteral("t"));
    QVERIFY2(exitCode == 1 && said.contains(QStringLiteral("FAILED: pg1 has shut down")), qPrintable(said));
    QVERIFY2(said.contains(kept) && !said.contains(QStringLiteral("canary")), qPrintable(said));
    QVERIFY2(read(kept).contains("canary"), read(kept).constData());
    QCOMPARE(QFile::permissions(path(kept)) &
                 (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOwner),
             QFile::Permissions());
    // What stands there now is not what stood there before.
    const auto [again, refused] = run(plan(), {}, QStringLiteral("t"));
    QVERIFY2(refused == 1 && again.contains(QStringLiteral("neither finished nor taken back")), qPrintable(again));

    QVERIFY(write(QStringLiteral("statements"), {}));
    QVERIFY(write(QStringLiteral("answers"), QByteArray(kAskedForOld) + " exit 2 ;; esac\n"));
    const auto [undone, undoneCode] =
        run(plan(), {QStringLiteral("undo"), QStringLiteral("prepare_pg1")}, QStringLiteral("t"));
    QVERIFY2(undoneCode == 0, qPrintable(undone));
    const QByteArray sent = read(QStringLiteral("statements"));
    QVERIFY2(
        sent.contains(
            R"(\set old_conninfo_of_old_primary 'host=10.0.0.11 user=replicator password=\'it\\\'s \\\\ a canary\'')"
            "\n"),
        sent.constData());
    QVERIFY2(sent.contains("ALTER SYSTEM SET primary_conninfo = :'old_conninfo_of_old_primary';"), sent.constData());
    QVERIFY(!QFile::exists(path(kept)));
    // Nothing of it is left when all is done, either.
    m_stops = true;
    QVERIFY(write(QStringLiteral("answers"), kConninfo));
    QCOMPARE(run(plan(), {}, QStringLiteral("t")).second, 0);
    QVERIFY(!QFile::exists(path(kept)));
}

void TestRunbook::oldValueThatIsGoneIsNotGuessed()
{
    QVERIFY(write(QStringLiteral("answers"), kConninfo));
    const auto [said, exitCode] = run(
        plan(), {QStringLiteral("undo"), QStringLiteral("prepare_pg1"), QStringLiteral("fetch")}, QStringLiteral("t"));
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("pg1: ALTER SYSTEM SET primary_conninfo = 'host=10.0.0.12 user=replicator "
                                          "password=******** '")),
             qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("What stands there now was left as it was")), qPrintable(said));
    // The others stand apart from it.
    const QByteArray sent = read(QStringLiteral("statements"));
    QVERIFY2(!sent.contains("SET primary_conninfo"), sent.constData());
    QVERIFY2(sent.contains("RESET primary_slot_name") && sent.contains("RESET wal_retrieve_retry_interval"),
             sent.constData());
}

QTEST_GUILESS_MAIN(TestRunbook)
#include "tst_runbook.moc"
