// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "tables/bothends.h"

using namespace howdah;

class TestSlowStage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void text_data();
    void text();
};

void TestSlowStage::text_data()
{
    QTest::addColumn<QList<int>>("counts");
    QTest::addColumn<int>("samples");
    QTest::addColumn<QString>("begins");
    const auto row = [](const char *name, const QList<int> &counts, int samples, const char *begins) {
        QTest::newRow(name) << counts << samples << QString::fromLatin1(begins);
    };
    row("no sample is no health", {0, 0, 0, 0}, 0, "Not known yet");
    row("nothing waited", {0, 0, 0, 0}, 100, "None: nothing waited in 100 samples.");
    row("a moment accuses nobody", {0, 1, 0, 2}, 100, "None that lasts: WAL waited in 3 of 100 samples.");
    row("a tenth does", {0, 10, 0, 2}, 100, "Write, in 10 of 100 samples. WAL is on its way to pg2");
    row("sender", {60, 0, 0, 0}, 60, "Pending, in 60 of 60 samples. WAL waits on pg1");
    row("replay", {0, 1, 2, 97}, 100, "Replay, in 97 of 100 samples.");
}

void TestSlowStage::text()
{
    QFETCH(QList<int>, counts);
    QFETCH(int, samples);
    QFETCH(QString, begins);
    tables::SlowStage stage;
    stage.samples = samples;
    std::copy(counts.begin(), counts.end(), std::begin(stage.counts));
    const QString text = tables::slowStageText(stage, QStringLiteral("pg1"), QStringLiteral("pg2"));
    QVERIFY2(text.startsWith(begins), qPrintable(text));
}

QTEST_APPLESS_MAIN(TestSlowStage)
#include "tst_slowstage.moc"
