// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTest>

#include "operations/secrets.h"
#include "postgres/conninfo.h"
#include "runbookbench.h"

using namespace howdah::unit;

/// What the script of a switchover reads on one server, writes on another, and shows to nobody.
class TestRunbookSecrets : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init() { m_bench = std::make_unique<RunbookBench>(); }
    void passwordStandsOnNoCommandLine_data() { RunbookBench::everyShell(); }
    void passwordStandsOnNoCommandLine();
    void secretThatIsNotThereStopsIt_data();
    void secretThatIsNotThereStopsIt();
    void conninfoLeadsToTheCandidate_data();
    void conninfoLeadsToTheCandidate();
    void oldValueIsKept_data() { RunbookBench::everyShell(); }
    void oldValueIsKept();
    void oldValueThatIsGoneIsNotGuessed();

private:
    std::unique_ptr<RunbookBench> m_bench;
};

namespace {

/// Keeps what it is called with.
constexpr const char *kProgram = R"sh(#!/bin/sh
printf '%s\n' "$*" >>"${0%/*}/arguments"
exec "%1" "$@"
)sh";

constexpr const char *kAskedForOld = "case $in in *'SHOW primary_conninfo'*)";

} // namespace

/// Any user of the machine may list what is running.
void TestRunbookSecrets::passwordStandsOnNoCommandLine()
{
    QFETCH(QString, shell);
    m_bench->useShell(shell);
    for (const char *program : {"awk", "cat", "grep", "sed", "tr"}) {
        const QString at = shell.isEmpty() ? QStandardPaths::findExecutable(QLatin1String(program))
                                           : m_bench->path(QStringLiteral("applets/") + QLatin1String(program));
        QVERIFY(m_bench->write(QLatin1String(program), QString::fromLatin1(kProgram).arg(at).toUtf8()));
    }
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    const auto [said, exitCode] = m_bench->run(m_bench->plan());
    QVERIFY2(exitCode == 0, qPrintable(said));
    QVERIFY2(!said.contains(QStringLiteral("canary")), qPrintable(said));
    QVERIFY(m_bench->read(QStringLiteral("arguments")).contains("ON_ERROR_STOP"));
    QVERIFY2(!m_bench->read(QStringLiteral("arguments")).contains("canary"),
             m_bench->read(QStringLiteral("arguments")).constData());
    // As psql reads it: a quote and a backslash with a backslash before each.
    const QByteArray sent = m_bench->read(QStringLiteral("statements"));
    QVERIFY2(sent.contains(R"(\set conninfo_of_old_primary 'user=replicator password=\'it\\\'s \\\\ a canary\' host=)"),
             sent.constData());
    QVERIFY2(sent.contains("ALTER SYSTEM SET primary_conninfo = :'conninfo_of_old_primary';"), sent.constData());
}

void TestRunbookSecrets::secretThatIsNotThereStopsIt_data()
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
void TestRunbookSecrets::secretThatIsNotThereStopsIt()
{
    QFETCH(QByteArray, answer);
    QFETCH(QString, says);
    QVERIFY(m_bench->write(QStringLiteral("answers"), QByteArray(kAskedForOld) + answer + " ;; esac\n"));
    const auto [said, exitCode] = m_bench->run(m_bench->plan());
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("Nothing was changed")), qPrintable(said));
    QVERIFY2(!said.contains(QStringLiteral("canary")), qPrintable(said));
    const QByteArray sent = m_bench->read(QStringLiteral("statements"));
    QVERIFY2(!sent.contains("ALTER") && !sent.contains("pg_create"), sent.constData());
    QVERIFY(!QFile::exists(m_bench->path(QStringLiteral("runbook.sh.values"))));
}

/// The keywords of connection settings as they stand there, those of a URI's query as well.
QStringList keywords(const QString &text)
{
    const bool uri = text.contains(QStringLiteral("://"));
    static const QRegularExpression inUri(QStringLiteral("[?&]([a-z_]+)="));
    static const QRegularExpression inWords(
        QStringLiteral("(?:^|\\s)([a-z_]+)\\s*=\\s*(?:'(?:[^'\\\\]|\\\\.)*'|\\S*)"));
    const QString part = uri ? text.sliced(std::max<qsizetype>(0, text.lastIndexOf(QLatin1Char('?')))) : text;
    QStringList all;
    for (auto at = (uri ? inUri : inWords).globalMatch(part); at.hasNext();) {
        all.append(at.next().captured(1));
    }
    return all;
}

void TestRunbookSecrets::conninfoLeadsToTheCandidate_data()
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
void TestRunbookSecrets::conninfoLeadsToTheCandidate()
{
    QFETCH(QString, conninfo);
    const Plan plan = m_bench->plan();
    QVERIFY(!plan.secrets.empty() && plan.secrets.front().name == QLatin1String("conninfo_of_old_primary"));
    const auto expected = secretValue(plan.secrets.front(), {{QStringLiteral("c")}, {{conninfo}}});
    QVERIFY(m_bench->write(QStringLiteral("conninfo"), "primary_conninfo\n" + conninfo.toUtf8() + '\n'));
    QVERIFY(
        m_bench->write(QStringLiteral("answers"), QByteArray(kAskedForOld) + " cat \"$at/conninfo\"; exit ;; esac\n"));
    const auto [said, exitCode] = m_bench->run(plan);
    QVERIFY2((exitCode == 0) == expected.has_value(), qPrintable(said));
    const QString sent = QString::fromUtf8(m_bench->read(QStringLiteral("statements")));
    const QString begin = QStringLiteral("\\set conninfo_of_old_primary '");
    const qsizetype from = sent.indexOf(begin) + begin.size();
    QVERIFY2(from > begin.size(), qPrintable(said));
    QString value = sent.sliced(from, sent.indexOf(QStringLiteral("'\n"), from) - from);
    value.replace(QRegularExpression(QStringLiteral("\\\\(.)")), QStringLiteral("\\1"));
    const auto parsed = howdah::postgres::Conninfo::parse(value);
    QVERIFY2(parsed, qPrintable(value));
    QCOMPARE(parsed->toString(), *expected);
    // Run again and again it stays as long as it is.
    const QStringList settings = keywords(value);
    QCOMPARE(QSet<QString>(settings.begin(), settings.end()).size(), settings.size());
}

/// On the way back the server may be down, or hold what the script itself has written.
void TestRunbookSecrets::oldValueIsKept()
{
    QFETCH(QString, shell);
    m_bench->useShell(shell);
    const QString kept = QStringLiteral("runbook.sh.values");
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    m_bench->stops = false;
    const auto [said, exitCode] = m_bench->run(m_bench->plan());
    QVERIFY2(exitCode == 1 && said.contains(QStringLiteral("FAILED: not so: pg1 has shut down")), qPrintable(said));
    QVERIFY2(said.contains(kept) && !said.contains(QStringLiteral("canary")), qPrintable(said));
    QVERIFY2(m_bench->read(kept).contains("canary"), m_bench->read(kept).constData());
    QCOMPARE(QFile::permissions(m_bench->path(kept)) &
                 (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther | QFile::ExeOwner),
             QFile::Permissions());
    // What stands there now is not what stood there before.
    const auto [again, refused] = m_bench->run(m_bench->plan());
    QVERIFY2(refused == 1 && again.contains(QStringLiteral("neither finished nor taken back")), qPrintable(again));

    QVERIFY(m_bench->write(QStringLiteral("statements"), {}));
    QVERIFY(m_bench->write(QStringLiteral("answers"), QByteArray(kAskedForOld) + " exit 2 ;; esac\n"));
    const auto [undone, undoneCode] =
        m_bench->run(m_bench->plan(), {QStringLiteral("undo"), QStringLiteral("prepare_pg1")});
    QVERIFY2(undoneCode == 0, qPrintable(undone));
    const QByteArray sent = m_bench->read(QStringLiteral("statements"));
    QVERIFY2(
        sent.contains(
            R"(\set old_conninfo_of_old_primary 'host=10.0.0.11 user=replicator password=\'it\\\'s \\\\ a canary\'')"
            "\n"),
        sent.constData());
    QVERIFY2(sent.contains("ALTER SYSTEM SET primary_conninfo = :'old_conninfo_of_old_primary';"), sent.constData());
    QVERIFY2(!m_bench->read(kept).contains("canary") && m_bench->read(kept).contains("# slots"),
             m_bench->read(kept).constData()); // the other steps wait to be taken back
    m_bench->stops = true;
    QCOMPARE(m_bench->run(m_bench->plan(), {QStringLiteral("undo")}).second, 0);
    QVERIFY(!QFile::exists(m_bench->path(kept)));
    // Nothing of it is left when all is done, either.
    m_bench->stops = true;
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    QCOMPARE(m_bench->run(m_bench->plan()).second, 0);
    QVERIFY(!QFile::exists(m_bench->path(kept)));
}

/// The file may be lost: what stands there by then is nobody's old value.
void TestRunbookSecrets::oldValueThatIsGoneIsNotGuessed()
{
    QVERIFY(m_bench->write(QStringLiteral("answers"), RunbookBench::conninfo()));
    const auto [said, exitCode] =
        m_bench->run(m_bench->plan(), {QStringLiteral("undo"), QStringLiteral("prepare_pg1"), QStringLiteral("fetch")});
    QCOMPARE(exitCode, 1);
    QVERIFY2(said.contains(QStringLiteral("pg1: ALTER SYSTEM SET primary_conninfo = 'host=10.0.0.12 user=replicator "
                                          "password=******** '")),
             qPrintable(said));
    QVERIFY2(said.contains(QStringLiteral("What stands there now was left as it was")), qPrintable(said));
    // The others stand apart from it.
    const QByteArray sent = m_bench->read(QStringLiteral("statements"));
    QVERIFY2(!sent.contains("SET primary_conninfo"), sent.constData());
    QVERIFY2(sent.contains("RESET primary_slot_name") && sent.contains("RESET wal_retrieve_retry_interval"),
             sent.constData());
}

QTEST_GUILESS_MAIN(TestRunbookSecrets)
#include "tst_runbooksecrets.moc"
