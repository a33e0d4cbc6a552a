// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>

#include "slotsfeed.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::charts;

class TestSlotsPlot : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { theme::Theme::instance().install(*qApp); }
    void init() { theme::Theme::instance().setMode(theme::Mode::Light); }
    void theSelectedStandsOut();
    void tooSmallIsSaid();
    void tooManyAreLeftOut();
    void gapsAreGaps();
    void goneKeepsItsLine();
    void sameNameOnTwoNodes();
    void limits();
    void emptySaysWhy();
    void accessible();
};

void TestSlotsPlot::theSelectedStandsOut()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds, [](cluster::SlotFacts &facts, const QString &slot, int) {
        if (slot == QLatin1String("backup1_wal")) {
            facts.retainedBytes = 1LL << 30;
        }
    });
    const auto plot = shown(history);
    QVERIFY(plot->drawn().lines.front().main);
    QCOMPARE(plot->drawn().lines.front().name, QStringLiteral("analytics_cdc"));
    QVERIFY(std::abs(*plot->drawn().lines.front().last / 3'435'973'836 - 1) < 1e-6);
    QVERIFY(lineOf(*plot, QStringLiteral("backup1_wal")));
    QVERIFY(!lineOf(*plot, QStringLiteral("backup1_wal"))->main);
    plot->setSlot(QStringLiteral("pg1/backup1_wal"), {});
    QTRY_COMPARE(plot->drawn().lines.front().name, QStringLiteral("backup1_wal"));
    QVERIFY(lineOf(*plot, QStringLiteral("analytics_cdc")));
    QCOMPARE(plot->unit(), Unit::Bytes);
}

void TestSlotsPlot::tooSmallIsSaid()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), 100);
    const auto plot = shown(history);
    QCOMPARE(plot->drawn().lines.size(), std::size_t(1));
    QCOMPARE(plot->drawn().leftOut, 4); // spare has never held anything
    QCOMPARE(plot->drawn().leftOutText(), QStringLiteral("4 others are left out: each held at most 9.4 MB in this "
                                                         "time."));
    // The one that is selected is there however little it holds.
    plot->setSlot(QStringLiteral("pg1/pg2_slot"), {});
    QTRY_COMPARE(plot->drawn().lines.size(), std::size_t(2));
    QCOMPARE(plot->drawn().lines.front().name, QStringLiteral("pg2_slot"));
    QCOMPARE(plot->drawn().leftOut, 3);
}

void TestSlotsPlot::tooManyAreLeftOut()
{
    cluster::Snapshot snapshot = manyNodes(100);
    history::LagHistory history;
    feedSlots(history, snapshot, 20, [](cluster::SlotFacts &facts, const QString &, int) {
        facts.retainedBytes = qint64(facts.slot + 1) << 20;
    });
    const auto plot = shown(history, {}, QStringLiteral("n1/n2_slot"));
    QCOMPARE(plot->drawn().lines.size(), std::size_t(9));
    QCOMPARE(plot->drawn().lines.front().name, QStringLiteral("n2_slot"));
    QVERIFY(lineOf(*plot, QStringLiteral("n100_slot")));
    QCOMPARE(plot->drawn().leftOut, 99 - 9);
    QCOMPARE(plot->drawn().leftOutHighest, 91.0 * (1 << 20));
}

void TestSlotsPlot::gapsAreGaps()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds, [](cluster::SlotFacts &facts, const QString &, int second) {
        if (second >= kSeconds - 300 && second < kSeconds - 240) {
            facts.retainedBytes.reset();
        }
    });
    const auto plot = shown(history);
    int gaps = 0;
    for (const auto &point : plot->drawn().lines.front().points) {
        const qint64 back = (kNowMonotonicMs - point.monotonicMs) / 1000;
        QCOMPARE(std::isnan(point.value), back < 300 && back >= 240);
        gaps += std::isnan(point.value) ? 1 : 0;
    }
    QVERIFY(gaps > 0);
    const double share = 1 - 270'000.0 / static_cast<double>(plot->viewToMs() - plot->viewFromMs());
    const QRect area = plot->plotRect();
    moveTo(*plot, {area.left() + qRound(share * area.width()), area.center().y()});
    QVERIFY(plot->reading());
    QCOMPARE(plot->reading()->rows.front().word, QStringLiteral("unknown"));
    QVERIFY(plot->reading()->rows.front().bytes.isEmpty());
    QVERIFY(!plot->reading()->rows.front().value);
}

void TestSlotsPlot::goneKeepsItsLine()
{
    cluster::Snapshot snapshot = busyCluster();
    history::LagHistory history;
    feedSlots(history, snapshot, 100,
              [](cluster::SlotFacts &facts, const QString &, int) { facts.retainedBytes = 1LL << 30; });
    cluster::NodeSample &pg1 = edit(snapshot, QStringLiteral("pg1"));
    std::erase_if(pg1.replicationSlots, [](const auto &slot) { return slot.slotName == QLatin1String("backup1_wal"); });
    for (int i = 0; i < 10; ++i) {
        advance(snapshot, 1000);
        history.add({std::make_shared<const cluster::Snapshot>(snapshot),
                     std::make_shared<const cluster::Assessment>(cluster::assess(snapshot))});
    }
    const auto plot = shown(history);
    const PlotLine *line = lineOf(*plot, QStringLiteral("backup1_wal"));
    QVERIFY(line && line->gone && !line->last && line->lastWord.isEmpty());
    QCOMPARE(line->points.back().monotonicMs, kNowMonotonicMs);
    // The panel names it where it was, and not where it is no longer.
    const auto named = [&] {
        return std::any_of(plot->reading()->rows.begin(), plot->reading()->rows.end(),
                           [](const ReadingRow &row) { return row.name == QLatin1String("backup1_wal"); });
    };
    const QRect area = plot->plotRect();
    moveTo(*plot, {area.center().x(), area.center().y()});
    QVERIFY(plot->reading() && named());
    moveTo(*plot, {area.right(), area.center().y()});
    QVERIFY(plot->reading() && !named());
}

void TestSlotsPlot::sameNameOnTwoNodes()
{
    cluster::Snapshot snapshot = busyCluster();
    edit(snapshot, QStringLiteral("pg2")).replicationSlots.front().slotName = QStringLiteral("pg2_slot");
    history::LagHistory history;
    feedSlots(history, snapshot, 100,
              [](cluster::SlotFacts &facts, const QString &, int) { facts.retainedBytes = 1LL << 30; });
    const auto plot = shown(history);
    QVERIFY(lineOf(*plot, QStringLiteral("pg2_slot on pg1")));
    QVERIFY(lineOf(*plot, QStringLiteral("pg2_slot on pg2")));
    QVERIFY(lineOf(*plot, QStringLiteral("analytics_cdc")));
}

void TestSlotsPlot::limits()
{
    LagPlot plot;
    QCOMPARE(plot.limits().size(), std::size_t(1));
    QCOMPARE(plot.limits().front().text, QStringLiteral("warn at 60 s"));
    plot.setGrouping(Grouping::BySlot);
    QCOMPARE(plot.limits().size(), std::size_t(2)); // nothing ends it
    QCOMPARE(plot.limits()[0].value, kGb);
    QCOMPARE(plot.limits()[1].value, 5 * kGb);
    plot.setSlot(kCdc, outlookOf(busyCluster()));
    QCOMPARE(plot.limits().size(), std::size_t(3));
    QCOMPARE(plot.limits()[2].value, 64 * kGb);
    QCOMPARE(plot.limits()[2].text, QStringLiteral("limit 64 GB"));
    QVERIFY(plot.limits()[2].kind == PlotLimit::Kind::Loss);
}

void TestSlotsPlot::emptySaysWhy()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), 10,
              [](cluster::SlotFacts &facts, const QString &, int) { facts.retainedBytes.reset(); });
    const auto plot = shown(history);
    QVERIFY(!plot->drawn().anything);
    const QImage none = shot(*plot, QStringLiteral("slotsplot-empty"), kPane);
    const history::LagHistory nothing;
    QVERIFY(shot(*shown(nothing), QStringLiteral("slotsplot-nothing"), kPane) != none);
}

void TestSlotsPlot::accessible()
{
    history::LagHistory history;
    feedSlots(history, busyCluster(), kSeconds);
    const auto plot = shown(history, outlookOf(busyCluster()));
    QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(plot.get());
    QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("WAL held by slots over time"));
    const QString text = interface->text(QAccessible::Description);
    for (const char *part : {"from ", "analytics_cdc 3.2 GB", "full at ", "4 others are left out"}) {
        QVERIFY2(text.contains(QLatin1String(part)), qPrintable(text));
    }
}

QTEST_MAIN(TestSlotsPlot)
#include "tst_slotsplot.moc"
