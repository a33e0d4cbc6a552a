// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>
#include <cmath>

#include "history/answerhistory.h"

using namespace howdah::history;

namespace {

const QString kWrite = QStringLiteral("write");

Answer by(const char *node, int ms = 4)
{
    return {Answer::By::Node, QLatin1String(node), ms};
}

/// "pg1 0-10", one a span.
QString told(const AnswerHistory &history, qint64 from = 0, qint64 to = 1'000'000'000)
{
    QStringList all;
    for (const AnswerSpan &span : history.spans(kWrite, from, to)) {
        all.append(QStringLiteral("%1 %2-%3")
                       .arg(span.answer.by == Answer::By::Nobody     ? QStringLiteral("nobody")
                            : span.answer.by == Answer::By::Stranger ? QStringLiteral("stranger")
                                                                     : span.answer.node)
                       .arg(span.fromMs)
                       .arg(span.toMs));
    }
    return all.join(QStringLiteral(", "));
}

} // namespace

/// Who answered on an address, over time.
class TestAnswerHistory : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void knowsWhoAnsweredFromWhenToWhen();
    void looksFarApartKnowNothingBetween();
    void onlyOfTheSpanAskedFor();
    void timesHaveGapsWhereNobodyAnswered();
    void forgetsWhatIsADayOld();
};

void TestAnswerHistory::knowsWhoAnsweredFromWhenToWhen()
{
    AnswerHistory history;
    QCOMPARE(told(history), QString());
    QCOMPARE(history.oldestMs(), -1);
    history.add(kWrite, 5000, by("pg1"));
    history.add(kWrite, 10'000, by("pg1", 7)); // how soon makes no other of it
    history.add(kWrite, 15'000, {});
    history.add(kWrite, 20'000, by("pg2"));
    history.add(kWrite, 20'000, by("pg3")); // the same look again
    history.add(kWrite, 19'000, by("pg3"));
    history.add(kWrite, 25'000, {Answer::By::Stranger, {}, 3});
    QCOMPARE(told(history),
             QStringLiteral("pg1 5000-10000, nobody 15000-15000, pg2 20000-20000, stranger 25000-25000"));
    QCOMPARE(history.oldestMs(), 5000);
    history.add(QStringLiteral("read"), 4000, by("pg2"));
    QCOMPARE(history.oldestMs(), 4000);
}

void TestAnswerHistory::looksFarApartKnowNothingBetween()
{
    AnswerHistory history;
    history.add(kWrite, 5000, by("pg1"));
    history.add(kWrite, 5000 + AnswerHistory::kGapMs, by("pg1"));
    history.add(kWrite, 100'000, by("pg1"));
    QCOMPARE(told(history), QStringLiteral("pg1 5000-35000, pg1 100000-100000"));
    const std::vector<SeriesPoint> times = history.times(kWrite, 0, 200'000, 1000);
    QCOMPARE(times.size(), std::size_t(4));
    QVERIFY(std::isnan(times[2].value)); // no line across
}

void TestAnswerHistory::onlyOfTheSpanAskedFor()
{
    AnswerHistory history;
    for (qint64 at = 0; at < 100'000; at += 5000) {
        history.add(kWrite, at + 1, by(at < 50'000 ? "pg1" : "pg2"));
    }
    QCOMPARE(told(history, 60'000, 70'000), QStringLiteral("pg2 50001-95001"));
    QCOMPARE(told(history, 10'000, 20'000), QStringLiteral("pg1 1-45001"));
    QCOMPARE(history.spans(QStringLiteral("read"), 0, 100'000).size(), std::size_t(0));
    QCOMPARE(history.times(kWrite, 60'000, 70'000, 1000).size(), std::size_t(2));
    QVERIFY(history.times(QStringLiteral("read"), 0, 100'000, 10).empty());
}

void TestAnswerHistory::timesHaveGapsWhereNobodyAnswered()
{
    AnswerHistory history;
    history.add(kWrite, 1000, by("pg1", 4));
    history.add(kWrite, 6000, {});
    history.add(kWrite, 11'000, by("pg2", 9));
    const std::vector<SeriesPoint> times = history.times(kWrite, 0, 20'000, 1000);
    QCOMPARE(times.size(), std::size_t(3));
    QCOMPARE(times[0].value, 4);
    QVERIFY(std::isnan(times[1].value));
    QCOMPARE(times[2].value, 9);
}

void TestAnswerHistory::forgetsWhatIsADayOld()
{
    AnswerHistory history;
    const qint64 day = AnswerHistory::kKeptMs;
    for (qint64 at = 0; at < 2 * day; at += 5000) {
        history.add(kWrite, at + 1, by((at / (day / 4)) % 2 == 0 ? "pg1" : "pg2"));
    }
    QVERIFY2(history.oldestMs() > day / 2 && history.oldestMs() <= day,
             qPrintable(QString::number(history.oldestMs())));
    QVERIFY(history.times(kWrite, 0, day / 2, 1000).empty());
    QVERIFY(!history.times(kWrite, day + day / 12, 2 * day, 1000).empty());
}

QTEST_GUILESS_MAIN(TestAnswerHistory)
#include "tst_answerhistory.moc"
