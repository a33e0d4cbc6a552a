// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "cluster/lsn.h"

using howdah::cluster::Lsn;

class TestLsn : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void roundTrip_data();
    void roundTrip();
    void rejects_data();
    void rejects();
    void differenceIsSigned();
};

void TestLsn::roundTrip_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<quint64>("value");
    QTest::newRow("zero") << "0/0" << quint64(0);
    QTest::newRow("low") << "0/16B3748" << quint64(0x16B3748);
    QTest::newRow("high") << "5C/9A3F21C8" << quint64(0x5C9A3F21C8);
    QTest::newRow("max") << "FFFFFFFF/FFFFFFFF" << ~quint64(0);
}

void TestLsn::roundTrip()
{
    QFETCH(QString, text);
    QFETCH(quint64, value);
    const auto lsn = Lsn::parse(text);
    QVERIFY(lsn.has_value());
    QCOMPARE(lsn->value, value);
    QCOMPARE(lsn->toString(), text);
    QCOMPARE(Lsn::parse(text.toLower()), lsn);
}

void TestLsn::rejects_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"", "/", "1", "1/", "/1", "1/2/3", "g/0", "-1/0", "1/ 2", "123456789/0", "0/123456789"}) {
        QTest::newRow(text) << QString::fromLatin1(text);
    }
}

void TestLsn::rejects()
{
    QFETCH(QString, text);
    QVERIFY(!Lsn::parse(text).has_value());
}

void TestLsn::differenceIsSigned()
{
    QCOMPARE(howdah::cluster::bytesBetween(Lsn{100}, Lsn{350}), 250);
    QCOMPARE(howdah::cluster::bytesBetween(Lsn{350}, Lsn{100}), -250);
}

QTEST_APPLESS_MAIN(TestLsn)
#include "tst_lsn.moc"
