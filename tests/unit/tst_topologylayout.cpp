// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "layoutfixture.h"

using namespace howdah;
using namespace howdah::topology;
using namespace howdah::testsupport;
using cluster::NodeRole;

class TestTopologyLayout : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void asDrawn();
    void nothingOverlaps_data();
    void nothingOverlaps();
    void depthIsTheColumn();
    void siblingsInOrderOfTheFile();
    void edgesEndAtTheCards();
    void parallelLinesDoNotCross();
    void manyLeaveFromOnePort();
    void consumersHangOnTheirPorts();
    void circlesAndStraysHaveAPlace();
    void sameInputSameOutput();
    void narrowRoomTakesFromTheGaps();
    void arrowKeys();
    void emptyIsEmpty();
    void scales();
};

void TestTopologyLayout::asDrawn()
{
    auto topology = cascade({-1, 0, 1});
    add(topology, NodeRole::Witness);
    consume(topology, 0, 3);
    const Layout layout = layOut(topology, true);
    QCOMPARE(layout.nodes[0].rect, QRectF(24, 48, 200, 124));
    QCOMPARE(layout.nodes[1].rect, QRectF(324, 48, 200, 124));
    QCOMPARE(layout.nodes[2].rect, QRectF(624, 48, 200, 124));
    QCOMPARE(layout.nodes[3].rect, QRectF(624, 212, 200, 56));
    QCOMPARE(layout.edges[0].line, QPolygonF({QPointF(224, 100.5), QPointF(324, 100.5)}));
    QCOMPARE(layout.edges[0].label, QPointF(274, 100.5));
    QVERIFY(layout.consumers[0].wide);
    QCOMPARE(layout.consumers[0].line, QPolygonF({QPointF(84, 172), QPointF(84, 200.5), QPointF(112, 200.5)}));
    QCOMPARE(layout.consumers[2].line.front(), QPointF(48, 172));
    QCOMPARE(layout.size.width(), 848.0);
}

void TestTopologyLayout::narrowRoomTakesFromTheGaps()
{
    const auto topology = cascade({-1, 0, 1});
    QVERIFY(layOutWithin(848, topology) == layOut(topology));
    QVERIFY(layOutWithin(2000, topology) == layOut(topology));
    const Layout tight = layOutWithin(800, topology);
    QCOMPARE(tight.size.width(), 800.0);
    QCOMPARE(tight.nodes[1].rect.left() - tight.nodes[0].rect.right(), 76.0);
    QCOMPARE(tight.nodes[1].rect.size(), QSizeF(200, 124)); // cards stay as they are
    const Layout least = layOutWithin(300, topology);
    QCOMPARE(least.nodes[1].rect.left() - least.nodes[0].rect.right(), Measure().leastGap);
    for (const PlacedEdge &edge : least.edges) {
        QVERIFY(edge.room <= Measure().leastGap && edge.room >= 48);
    }
    // Two that follow one: the words keep room beside the turn.
    const Layout fork = layOutWithin(300, cascade({-1, 0, 0}));
    for (const PlacedEdge &edge : fork.edges) {
        QVERIFY(edge.room >= 48);
    }
}

void TestTopologyLayout::nothingOverlaps_data()
{
    QTest::addColumn<cluster::Topology>("topology");
    QTest::newRow("one node") << cascade({-1});
    QTest::newRow("chain") << cascade({-1, 0, 1, 2, 3});
    QTest::newRow("two standbys") << cascade({-1, 0, 0});
    QTest::newRow("split brain") << cascade({-1, 0, 0, -1, 3});
    std::vector<int> fan{-1};
    fan.insert(fan.end(), 54, 0);
    QTest::newRow("54 standbys") << cascade(fan);
    std::vector<int> tree{-1};
    for (int i = 1; i < 60; ++i) {
        tree.push_back((i - 1) / 3);
    }
    QTest::newRow("60 in a tree") << cascade(tree);
    auto busy = cascade({-1, 0, 0, 1, 1, 2});
    for (int node = 0; node < 6; ++node) {
        consume(busy, node, node % 2 == 0 ? 4 : 1);
    }
    add(busy, NodeRole::Witness);
    add(busy, NodeRole::Unknown);
    add(busy, NodeRole::Witness);
    QTest::newRow("consumers everywhere") << busy;
    auto hung = cascade({-1, 0});
    consume(hung, 0, 2);
    consume(hung, 1, 2);
    QTest::newRow("consumers side by side") << hung;
    auto many = cascade({-1, 0});
    consume(many, 0, 30);
    add(many, NodeRole::Witness);
    QTest::newRow("30 slots") << many;
    cluster::Topology unknown;
    for (int i = 0; i < 50; ++i) {
        add(unknown, NodeRole::Unknown);
    }
    QTest::newRow("50 unknown") << unknown;
    auto strays = cascade({-1, 0, 1});
    for (int i = 0; i < 20; ++i) {
        add(strays, i % 2 ? NodeRole::Unknown : NodeRole::Standby);
    }
    consume(strays, 5, 3);
    QTest::newRow("20 strays") << strays;
}

void TestTopologyLayout::nothingOverlaps()
{
    QFETCH(cluster::Topology, topology);
    QCOMPARE(overlap(layOut(topology)), QString());
    QCOMPARE(overlap(layOut(topology, true)), QString());
    QCOMPARE(overlap(layOut(topology, true, Measure().scaled(1.6))), QString());
}

void TestTopologyLayout::depthIsTheColumn()
{
    const auto topology = cascade({-1, 0, 1, 1, 3, 0, -1, 6});
    const Layout layout = layOut(topology);
    for (std::size_t i = 0; i < topology.places.size(); ++i) {
        QCOMPARE(layout.nodes[i].column, topology.places[i].depth);
        QCOMPARE(layout.nodes[i].rect.left(), 24 + 300.0 * topology.places[i].depth);
    }
}

void TestTopologyLayout::siblingsInOrderOfTheFile()
{
    const Layout layout = layOut(cascade({-1, 0, 0, 0, 1}));
    QCOMPARE(layout.nodes[1].rect.top(), layout.nodes[0].rect.top());
    QVERIFY(layout.nodes[1].rect.bottom() < layout.nodes[2].rect.top());
    QVERIFY(layout.nodes[2].rect.bottom() < layout.nodes[3].rect.top());
}

void TestTopologyLayout::edgesEndAtTheCards()
{
    const auto topology = cascade({-1, 0, 0, 0, 1, 1, 2});
    const Layout layout = layOut(topology);
    QCOMPARE(layout.edges.size(), topology.edges.size());
    for (const PlacedEdge &placed : layout.edges) {
        const cluster::Edge &edge = topology.edges[static_cast<std::size_t>(placed.edge)];
        const QRectF from = layout.nodes[static_cast<std::size_t>(edge.from)].rect;
        const QRectF to = layout.nodes[static_cast<std::size_t>(edge.to)].rect;
        QCOMPARE(placed.line.front().x(), from.right());
        QVERIFY(placed.line.front().y() > from.top() && placed.line.front().y() < from.bottom());
        QCOMPARE(placed.line.back(), QPointF(to.left(), to.top() + 52.5));
    }
}

void TestTopologyLayout::parallelLinesDoNotCross()
{
    const Layout layout = layOut(cascade({-1, 0, 0, 0, 0, 0, 0}));
    std::vector<QLineF> lines;
    for (std::size_t i = 0; i < layout.edges.size(); ++i) {
        for (std::size_t j = i + 1; j < layout.edges.size(); ++j) {
            for (int a = 0; a + 1 < layout.edges[i].line.size(); ++a) {
                for (int b = 0; b + 1 < layout.edges[j].line.size(); ++b) {
                    const QLineF one(layout.edges[i].line[a], layout.edges[i].line[a + 1]);
                    const QLineF two(layout.edges[j].line[b], layout.edges[j].line[b + 1]);
                    QVERIFY(one.intersects(two, nullptr) != QLineF::BoundedIntersection);
                }
            }
        }
    }
}

void TestTopologyLayout::manyLeaveFromOnePort()
{
    std::vector<int> fan{-1};
    fan.insert(fan.end(), 30, 0);
    const Layout layout = layOut(cascade(fan));
    QPointF end = layout.edges.front().line.front();
    int pieces = 0;
    for (const PlacedEdge &edge : layout.edges) {
        QCOMPARE(edge.line.front(), layout.edges.front().line.front());
        if (!edge.trunk.isEmpty()) { // each adds its piece, so that none is drawn twice
            QCOMPARE(edge.trunk.front(), end);
            end = edge.trunk.back();
            QCOMPARE(end, edge.line[edge.line.size() - 2]);
            ++pieces;
        }
    }
    QVERIFY2(pieces > 1, qPrintable(QString::number(pieces)));
}

void TestTopologyLayout::consumersHangOnTheirPorts()
{
    auto topology = cascade({-1, 0, 0});
    consume(topology, 0, 5);
    const Layout layout = layOut(topology);
    QCOMPARE(layout.consumers.size(), std::size_t(5));
    const QRectF card = layout.nodes[0].rect;
    qreal before = card.right();
    for (const PlacedConsumer &consumer : layout.consumers) {
        const QPointF port = consumer.line.front();
        QCOMPARE(port.y(), card.bottom());
        QVERIFY(port.x() > card.left() && port.x() < before);
        before = port.x();
        QVERIFY(consumer.line.back().x() < consumer.text.left());
        QVERIFY(!consumer.wide); // a second standby's line passes there
    }
}

void TestTopologyLayout::circlesAndStraysHaveAPlace()
{
    auto topology = cascade({-1, 0, 1});
    topology.places[1].upstream = 2; // pg2 and pg3 follow each other
    topology.places[1].role = NodeRole::CascadingStandby;
    topology.edges[0] = topology.edges[1];
    std::swap(topology.edges[0].from, topology.edges[0].to);
    const Layout layout = layOut(topology);
    QCOMPARE(layout.edges.size(), std::size_t(2));
    QVERIFY(!layout.nodes[1].rect.isEmpty());
    QVERIFY(!layout.nodes[1].rect.intersects(layout.nodes[2].rect));
}

void TestTopologyLayout::sameInputSameOutput()
{
    auto topology = cascade({-1, 0, 0, 1, 2, 2});
    consume(topology, 0, 3);
    QVERIFY(layOut(topology) == layOut(topology));
    const Layout before = layOut(topology);
    topology.edges.front().state = cluster::EdgeState::Broken; // a state is no structure
    QVERIFY(layOut(topology) == before);
    add(topology, NodeRole::Witness);
    QVERIFY(!(layOut(topology) == before));
}

void TestTopologyLayout::arrowKeys()
{
    const Layout layout = layOut(cascade({-1, 0, 0, 1}));
    QCOMPARE(neighbour(layout, 0, Direction::Right), 1);
    QCOMPARE(neighbour(layout, 1, Direction::Right), 3);
    QCOMPARE(neighbour(layout, 1, Direction::Down), 2);
    QCOMPARE(neighbour(layout, 2, Direction::Up), 1);
    QCOMPARE(neighbour(layout, 2, Direction::Left), 0);
    QCOMPARE(neighbour(layout, 0, Direction::Left), -1);
    QCOMPARE(neighbour(layout, -1, Direction::Right), 0);
}

void TestTopologyLayout::emptyIsEmpty()
{
    const Layout layout = layOut({});
    QVERIFY(layout.nodes.empty());
    QVERIFY(layout.size.isEmpty());
    QCOMPARE(neighbour(layout, -1, Direction::Down), -1);
}

void TestTopologyLayout::scales()
{
    const Measure large = Measure().scaled(1.5);
    QCOMPARE(large.cardWidth, 300.0);
    QCOMPARE(layOut(cascade({-1, 0}), false, large).nodes[1].rect.left(), 24 + 300 + 150.0);
}

QTEST_GUILESS_MAIN(TestTopologyLayout)
#include "tst_topologylayout.moc"
