// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/identifier.h"
#include "core/redact.h"
#include "core/sentences.h"
#include "core/servertext.h"
#include "core/units.h"

using namespace howdah::core;

class TestText : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void bytes_data();
    void bytes();
    void seconds_data();
    void seconds();
    void redacts_data();
    void redacts();
    void redactingTwiceChangesNothing();
    void redactingLeavesTheRest();
    void redactsHugeTextQuickly();
    void sanitizes();
    void cutsHugeText();
    void namesAreOnOneLine();
    void identifiersAsSqlTakesThem();
    void sentencesAreJoined();
};

void TestText::sentencesAreJoined()
{
    const QString help = QStringLiteral("Nobody can write.");
    QCOMPARE(sentences({QStringLiteral("nothing listens there."), help}),
             QStringLiteral("nothing listens there. Nobody can write."));
    QCOMPARE(sentences({QStringLiteral("timeout expired"), help}),
             QStringLiteral("timeout expired. Nobody can write."));
    QCOMPARE(sentences({QStringLiteral("is it there?\n"), {}, QStringLiteral("see the log:")}),
             QStringLiteral("is it there? see the log:"));
    QCOMPARE(sentences({QString(), QStringLiteral("  ")}), QString());
}

void TestText::identifiersAsSqlTakesThem()
{
    QCOMPARE(sqlIdentifier(QStringLiteral("dba_1")), QStringLiteral("dba_1"));
    QCOMPARE(sqlIdentifier(QStringLiteral("Dba")), QStringLiteral("\"Dba\""));
    QCOMPARE(sqlIdentifier(QStringLiteral("user")), QStringLiteral("\"user\""));
    QCOMPARE(sqlIdentifier(QStringLiteral("a\"; DROP")), QStringLiteral("\"a\"\"; DROP\""));
    QCOMPARE(sqlIdentifier(QStringLiteral("a\n")), QStringLiteral("\"a\n\""));
    QCOMPARE(sqlIdentifier(QString()), QStringLiteral("\"\""));
}

void TestText::namesAreOnOneLine()
{
    QCOMPARE(sanitizedName(QByteArrayView("pg\n1\t\x1b[31mx\xff")), QStringLiteral("pg1x\ufffd"));
    QVERIFY(sanitizedName(QString(100'000, QLatin1Char('x'))).size() < 1100);
}

void TestText::bytes_data()
{
    QTest::addColumn<qint64>("value");
    QTest::addColumn<QString>("text");
    QTest::newRow("0") << qint64(0) << "0 B";
    QTest::newRow("1023") << qint64(1023) << "1023 B";
    QTest::newRow("kB") << qint64(1024) << "1 kB";
    QTest::newRow("1.5 kB") << qint64(1536) << "1.5 kB";
    QTest::newRow("312 kB") << qint64(312 * 1024) << "312 kB";
    QTest::newRow("rounds up into the next unit") << qint64(1024 * 1024 - 1) << "1 MB";
    QTest::newRow("3.2 GB") << qint64(3435973837) << "3.2 GB";
    QTest::newRow("negative") << qint64(-2048) << "-2 kB";
    QTest::newRow("largest") << std::numeric_limits<qint64>::max() << "8192 PB";
}

void TestText::bytes()
{
    QFETCH(qint64, value);
    QTEST(formatBytes(value), "text");
}

void TestText::seconds_data()
{
    QTest::addColumn<double>("value");
    QTest::addColumn<QString>("text");
    QTest::newRow("0") << 0.0 << "0 ms";
    QTest::newRow("0.4 ms") << 0.0004 << "0.4 ms";
    QTest::newRow("160 ms") << 0.16 << "160 ms";
    QTest::newRow("1 s") << 0.9996 << "1 s";
    QTest::newRow("1.4 s") << 1.4 << "1.4 s";
    QTest::newRow("75 s") << 75.2 << "75 s";
    QTest::newRow("27 min") << 27 * 60.0 << "27 min";
    QTest::newRow("8 h 39 min") << 8 * 3600.0 + 39 * 60 << "8 h 39 min";
    QTest::newRow("9 days") << 9 * 86400.0 << "9 days";
    QTest::newRow("negative") << -1.4 << "-1.4 s";
}

void TestText::seconds()
{
    QFETCH(double, value);
    QTEST(formatSeconds(value), "text");
}

void TestText::redacts_data()
{
    QTest::addColumn<QString>("text");
    const char *const samples[] = {
        "host=a password=canary user=b",
        "host=a password='can\\'t canary' user=b",
        "host=a PASSWORD = \"canary canary\"",
        "sslpassword=canary",
        "postgresql://dba:canary@host:5432/db",
        "postgres://dba:c@n%20:canary@host/db?sslmode=require",
        "postgresql://host/db?user=a&password=canary&sslmode=require",
        "Authorization: Bearer canary.canary-canary",
        "oauth_client_secret=canary",
        "primary_conninfo = 'user=rep password=canary host=x'",
        "password='canary unterminated",
        // An unquoted value ends at a blank only, and an escaped one is a part of it.
        "host=a password=ab,canary",
        "host=a password=ab;canary&canary",
        "host=a password=ab'canary user=b",
        "host=a password=ab\"canary user=b",
        "host=a password=a\\ b\\ canary user=b",
        "password='ab'canary",
        "primary_conninfo = 'user=rep password=''it canary'' host=x'",
        "{\"password\": \"canary\"}",
        "postgres://u:p@canary@host/db",
        "postgres://u:p/canary@host/db",
        "postgres://u:p?canary@host/db",
        // What archive_command and restore_command carry.
        "AWS_SECRET_ACCESS_KEY=canary aws s3 cp %p s3://b/%f",
        "AWS_SESSION_TOKEN='canary canary' wal-g wal-push %p",
        "env AZURE_STORAGE_KEY=canary wal-g wal-push %p",
        "WALG_SECRET_NAME=canary x",
        "pgbackrest --repo1-cipher-pass=canary archive-push %p",
        "pgbackrest --repo1-s3-key-secret=canary archive-push %p",
        "sshpass -p canary scp %p host:/a/%f",
        "sshpass -pcanary scp %p host:/a/%f",
        "/usr/bin/sshpass -v -p 'ca nary canary' scp %p host:/a/%f",
        "sshpass -P word -p ab\\ canary scp %p host:/a/%f",
        "sshpass --password=canary scp %p h:%f",
        "sshpass --password canary scp %p h:%f",
        "curl -u dba:canary -T %p https://h/%f",
        "curl -s --user 'dba:can canary' -T %p https://h/%f",
        "curl -H 'X-Api-Key: canary' -T %p https://h/%f",
    };
    for (const char *sample : samples) {
        QTest::newRow(sample) << QString::fromLatin1(sample);
    }
}

void TestText::redacts()
{
    QFETCH(QString, text);
    const QString result = redacted(text);
    QVERIFY2(!result.contains(QLatin1String("canary")), qPrintable(result));
    QVERIFY(result.contains(QLatin1String("********")));
}

void TestText::redactingTwiceChangesNothing()
{
    const QString once = redacted(QStringLiteral("host=a password=x postgresql://u:p@h/d passfile=/home/dba/.pgpass"));
    QCOMPARE(redacted(once), once);
    QVERIFY(once.contains(QLatin1String("passfile=/home/dba/.pgpass")));
    QVERIFY(once.contains(QLatin1String("host=a")));
}

// A mask too many is no leak, but what is not secret should stay readable.
void TestText::redactingLeavesTheRest()
{
    for (const char *text :
         {"postgresql://host:5432/db?application_name=a@b", "postgres://[::1]:5432/db?x=a@b",
          "http://host:8008/cluster", "host=a sslkey=/k passfile=/root/.pgpass", "cp %p /archive/%f",
          "aws s3 cp %p s3://bucket/%f --profile dba@x", "FATAL: password authentication failed for user \"dba\"",
          "PRIMARY KEY (id)", "rsync -p %p host:%f", "sshpass -f /root/word scp %p host:%f", "primary_key_id = 7"}) {
        QCOMPARE(redacted(QLatin1String(text)), QLatin1String(text));
    }
    QCOMPARE(redacted(QStringLiteral("postgresql://host/db?user=a&password=x&sslmode=require")),
             QStringLiteral("postgresql://host/db?user=a&password=********&sslmode=require"));
    QCOMPARE(redacted(QStringLiteral("host=a password=x,'y user=b")),
             QStringLiteral("host=a password=******** user=b"));
    QCOMPARE(redacted(QStringLiteral("host=a password='x \\' y' user=b")),
             QStringLiteral("host=a password=******** user=b"));
    QCOMPARE(redacted(QStringLiteral("sshpass -p x scp %p h:%f")), QStringLiteral("sshpass -p ******** scp %p h:%f"));
    QCOMPARE(redacted(QStringLiteral("curl -u dba:x -T %p h")), QStringLiteral("curl -u dba:******** -T %p h"));
}

void TestText::redactsHugeTextQuickly()
{
    for (const char *piece :
         {"secret", "sshpass ", "sshpass -v ", "password=", "password ", "a://", "'", "\\", "curl -u "}) {
        QVERIFY(!redacted(QString::fromLatin1(QByteArray(piece).repeated(20'000))).isEmpty());
    }
}

void TestText::sanitizes()
{
    QCOMPARE(sanitized(QByteArrayView("plain \xC3\xA9")), QStringLiteral("plain \u00e9"));
    QCOMPARE(sanitized(QByteArrayView("a\x1B[31mred\x1B[0m")), QStringLiteral("ared"));
    QCOMPARE(sanitized(QStringLiteral("ab\u202Ecd\u2066\x07")), QStringLiteral("abcd"));
    QCOMPARE(sanitized(QByteArrayView("bad \xFF utf8")), QStringLiteral("bad \uFFFD utf8"));
    QCOMPARE(sanitized(QStringLiteral("tab\tline\nend")), QStringLiteral("tab\tline\nend"));
    QCOMPARE(sanitized(QStringLiteral("pair \U0001F418 stays")), QStringLiteral("pair \U0001F418 stays"));
    QCOMPARE(sanitized(QByteArrayView("cut \x1B[")), QStringLiteral("cut "));
}

void TestText::cutsHugeText()
{
    const QByteArray huge(50'000'000, 'x');
    const QString result = sanitized(QByteArrayView(huge), 100);
    QCOMPARE(result.size(), 101);
    QVERIFY(result.endsWith(QChar(0x2026)));
}

QTEST_APPLESS_MAIN(TestText)
#include "tst_text.moc"
