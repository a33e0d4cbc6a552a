// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "layoutfixture.h"

using namespace howdah;
using namespace howdah::topology;
using namespace howdah::testsupport;
using cluster::NodeRole;

namespace {

/// The room of the topology in a window of 1280 by 800, and in one of 2560 by 1440.
constexpr qreal kSmall = 687, kLarge = 1967;

/// "logical, no consumer for at least 27 min", and names that are not short either.
const ConsumerWords kLong{.name = 128, .detail = 232, .bytes = 64, .folded = 136, .marked = true};

Words longWords(const cluster::Topology &topology)
{
    Words words;
    words.consumers.assign(topology.consumers.size(), kLong);
    words.edges.assign(topology.edges.size(), {72, 3});
    return words;
}

cluster::Topology fan(int standbys)
{
    std::vector<int> upstreams{-1};
    upstreams.insert(upstreams.end(), static_cast<std::size_t>(standbys), 0);
    return cascade(upstreams);
}

/// With what hangs on it: slots on the primary and on the first standby, and a witness.
cluster::Topology busy(cluster::Topology topology, int onPrimary, int onStandby)
{
    consume(topology, 0, onPrimary);
    consume(topology, 1, onStandby);
    add(topology, NodeRole::Witness);
    return topology;
}

/// The consumers whose words are cut.
QString cut(const Layout &layout, const Words &words)
{
    QStringList names;
    for (const PlacedConsumer &placed : layout.consumers) {
        const ConsumerWords &wanted = words.consumers[static_cast<std::size_t>(placed.consumer)];
        const qreal mark = wanted.marked && !placed.bytesBelow ? 16 : 0;
        const qreal detail = mark + (placed.detailLines > 1 ? wanted.folded : wanted.detail);
        const qreal head = placed.bytesBelow ? wanted.name : wanted.name + 6 + wanted.bytes;
        const qreal needed =
            placed.wide ? placed.nameWidth + 8 + wanted.detail + 10 + wanted.bytes + 10 + 14 : std::max(head, detail);
        if (placed.text.width() < needed || placed.nameWidth < wanted.name) {
            names << QStringLiteral("consumer %1: %2 of %3").arg(placed.consumer).arg(placed.text.width()).arg(needed);
        }
    }
    return names.join(QLatin1Char('\n'));
}

} // namespace

class TestTopologyRoom : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nothingMeets_data();
    void nothingMeets();
    void freeRoomIsUsed();
    void textIsFoldedBeforeItIsCut_data();
    void textIsFoldedBeforeItIsCut();
    void leftOverWidthGoesWhereWordsLackIt();
    void manySlotsHangOnATrunk();
    void witnessStaysNear();
    void oddEdgesRunBelow();
    void largeClustersAreQuick();
};

void TestTopologyRoom::nothingMeets_data()
{
    QTest::addColumn<cluster::Topology>("topology");
    QTest::newRow("one node") << cascade({-1});
    auto one = cascade({-1});
    consume(one, 0, 3);
    add(one, NodeRole::Witness);
    add(one, NodeRole::Witness);
    QTest::newRow("one node with slots and witnesses") << one;
    for (const int standbys : {1, 2, 3, 5, 8, 49}) {
        QTest::addRow("%d standbys", standbys) << fan(standbys);
        QTest::addRow("%d standbys, slots", standbys) << busy(fan(standbys), 3, 1);
        QTest::addRow("%d standbys, many slots", standbys) << busy(fan(standbys), 9, 4);
    }
    QTest::newRow("chain") << busy(cascade({-1, 0, 1, 2}), 3, 2);
    QTest::newRow("cascades below two") << busy(cascade({-1, 0, 0, 1, 2}), 3, 2);
    auto below = busy(cascade({-1, 0, 0, 0, 1, 1, 2, 2, 4}), 4, 3);
    consume(below, 4, 2);
    consume(below, 3, 1);
    QTest::newRow("cascades below several") << below;
    auto lastOnly = cascade({-1, 0, 1, 1, 1});
    consume(lastOnly, 0, 8);
    QTest::newRow("slots beside a fan further right") << lastOnly;
    auto split = busy(cascade({-1, 0, 0, -1, 3}), 3, 1);
    consume(split, 3, 2);
    add(split, NodeRole::Unknown);
    QTest::newRow("split brain") << split;
    auto lost = busy(fan(2), 2, 1);
    for (int i = 0; i < 7; ++i) {
        add(lost, NodeRole::Unknown);
        consume(lost, static_cast<int>(lost.places.size()) - 1, i % 3);
    }
    QTest::newRow("lost ones with slots") << lost;
    auto odd = busy(cascade({-1, 0, 0, 1}), 2, 2);
    for (const auto &[from, to] : {std::pair(2, 3), std::pair(3, 0), std::pair(0, 3)}) {
        cluster::Edge edge;
        edge.from = from;
        edge.to = to;
        odd.edges.push_back(edge);
    }
    QTest::newRow("edges against the columns") << odd;
}

void TestTopologyRoom::nothingMeets()
{
    QFETCH(cluster::Topology, topology);
    for (const bool tabs : {false, true}) {
        for (const Words &words : {Words(), longWords(topology)}) {
            QCOMPARE(overlap(layOut(topology, tabs, {}, words)), QString());
            for (const qreal width : {300.0, kSmall, 1000.0, kLarge}) {
                const Layout layout = layOutWithin(width, topology, tabs, {}, words);
                QVERIFY2(overlap(layout).isEmpty(),
                         qPrintable(QStringLiteral("%1, %2").arg(width).arg(overlap(layout))));
            }
            QCOMPARE(overlap(layOutWithin(kSmall, topology, tabs, Measure().scaled(1.6), words)), QString());
        }
    }
}

/// The demo at 1280 by 800: right of the line there is nothing.
void TestTopologyRoom::freeRoomIsUsed()
{
    auto topology = cascade({-1, 0, 1});
    consume(topology, 0, 1);
    const Words words = longWords(topology);
    const Layout layout = layOutWithin(kSmall, topology, false, {}, words);
    QVERIFY(layout.consumers.front().wide);
    QCOMPARE(cut(layout, words), QString());
    QVERIFY(layout.consumers.front().text.right() <= layout.size.width() - layout.measure.margin);
    // A long text alone does not make the scene wider than the room.
    auto alone = cascade({-1});
    consume(alone, 0, 1);
    QVERIFY(layOutWithin(500, alone, false, {}, longWords(alone)).size.width() <= 500);
}

void TestTopologyRoom::textIsFoldedBeforeItIsCut_data()
{
    QTest::addColumn<cluster::Topology>("topology");
    for (const int standbys : {1, 2, 3, 5, 8}) {
        QTest::addRow("%d standbys", standbys) << busy(fan(standbys), 3, 2);
    }
    QTest::newRow("chain") << busy(cascade({-1, 0, 1}), 3, 1);
}

void TestTopologyRoom::textIsFoldedBeforeItIsCut()
{
    QFETCH(cluster::Topology, topology);
    const Words words = longWords(topology);
    for (const qreal width : {kSmall, kLarge}) {
        QCOMPARE(cut(layOutWithin(width, topology, false, {}, words), words), QString());
    }
    const Layout large = layOutWithin(kLarge, topology, false, {}, words);
    for (const PlacedConsumer &consumer : large.consumers) {
        QCOMPARE(consumer.detailLines, 1); // there is room to move the columns apart
    }
}

void TestTopologyRoom::leftOverWidthGoesWhereWordsLackIt()
{
    auto topology = cascade({-1, 0, 0, 1});
    const Words words{.consumers = {}, .edges = {{52, 2}, {52, 2}, {120, 2}}};
    const Layout layout = layOutWithin(kLarge, topology, false, {}, words);
    QCOMPARE(layout.nodes[1].rect.left() - layout.nodes[0].rect.right(), Measure().columnGap);
    QVERIFY(layout.nodes[3].rect.left() - layout.nodes[1].rect.right() > Measure().columnGap);
    QVERIFY(layout.edges.back().room >= 120);
    QVERIFY(layOutWithin(kLarge, topology) == layOut(topology));
}

void TestTopologyRoom::manySlotsHangOnATrunk()
{
    auto topology = fan(2);
    consume(topology, 0, 12);
    const Layout layout = layOutWithin(kSmall, topology);
    QPointF before(0, layout.nodes[0].rect.bottom());
    for (const PlacedConsumer &consumer : layout.consumers) {
        QCOMPARE(consumer.trunk.front().y(), before.y());
        QCOMPARE(consumer.trunk.back(), consumer.line.front());
        before = consumer.line.front();
    }
    // As many as stand apart have ports on the card.
    auto some = fan(2);
    consume(some, 0, 6);
    const Layout ports = layOutWithin(kSmall, some);
    for (std::size_t i = 0; i + 1 < ports.consumers.size(); ++i) {
        QVERIFY(ports.consumers[i].trunk.isEmpty());
        QVERIFY(ports.consumers[i].line.front().x() - ports.consumers[i + 1].line.front().x() >= 9);
    }
}

/// It is not put under eight standbys where room is nearer.
void TestTopologyRoom::witnessStaysNear()
{
    const auto topology = busy(fan(8), 2, 0);
    const Layout small = layOutWithin(kSmall, topology);
    const Layout large = layOutWithin(kLarge, topology);
    QVERIFY(small.nodes.back().rect.bottom() < 400);
    QCOMPARE(small.nodes.back().column, 0);
    QCOMPARE(large.nodes.back().column, 2);
    QCOMPARE(large.nodes.back().rect.top(), large.nodes.front().rect.top());
    auto alone = cascade({-1});
    consume(alone, 0, 2);
    add(alone, NodeRole::Witness);
    QCOMPARE(layOut(alone).nodes.back().rect.top(), layOut(alone).nodes.front().rect.top());
}

void TestTopologyRoom::oddEdgesRunBelow()
{
    auto topology = cascade({-1, 0, 0, 1});
    cluster::Edge edge;
    edge.from = 2;
    edge.to = 0;
    topology.edges.push_back(edge);
    const Layout layout = layOut(topology);
    const PlacedEdge &odd = layout.edges.back();
    QVERIFY(odd.brief);
    QVERIFY(odd.label.y() > layout.nodes[2].rect.bottom());
    QVERIFY(odd.words.width() > 100);
    QCOMPARE(odd.line.back().x(), layout.nodes[0].rect.left());
}

void TestTopologyRoom::largeClustersAreQuick()
{
    auto topology = busy(fan(49), 20, 5);
    const Words words = longWords(topology);
    QBENCHMARK
    {
        QCOMPARE(layOutWithin(kSmall, topology, true, {}, words).nodes.size(), std::size_t(51));
    }
}

QTEST_GUILESS_MAIN(TestTopologyRoom)
#include "tst_topologyroom.moc"
