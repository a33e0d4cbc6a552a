// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "core/redact.h"
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
    void sanitizes();
    void cutsHugeText();
    void namesAreOnOneLine();
};

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
