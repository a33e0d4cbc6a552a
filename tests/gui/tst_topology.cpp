// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAccessible>
#include <QApplication>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTest>

#include "lagfeed.h"
#include "topology/sparkline.h"
#include "topology/topologyview.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::topology;
using cluster::EdgeState;
using cluster::Verdict;

namespace {

constexpr QSize kPane(848, 300);

const QString kPg1 = QStringLiteral("pg1");
const QString kPg2 = QStringLiteral("pg2");
const QString kPg3 = QStringLiteral("pg3");

/// Changes a copy of the state's assessment.
cluster::ClusterState with(cluster::ClusterState state, const std::function<void(cluster::Assessment &)> &change)
{
    auto assessment = std::make_shared<cluster::Assessment>(*state.assessment);
    change(*assessment);
    state.assessment = assessment;
    return state;
}

/// What the mockup shows.
cluster::ClusterState mockup(bool pg3Silent)
{
    cluster::Snapshot snapshot = busyCluster();
    if (pg3Silent) {
        makeStale(snapshot, kPg3, 4000);
    }
    return with(stateOf(snapshot), [&](cluster::Assessment &assessment) {
        using cluster::ConsumerKind;
        auto &consumers = assessment.topology.consumers;
        const QString cdc = QStringLiteral("analytics_cdc");
        consumers.push_back({0, ConsumerKind::Backup, QStringLiteral("backup1"),
                             QStringLiteral("pg_receivewal, streaming"), QStringLiteral("backup1_wal"), true,
                             9'856'614});
        consumers.push_back({0, ConsumerKind::Logical, QStringLiteral("reporting_sub"),
                             QStringLiteral("logical, streaming"), QStringLiteral("reporting_sub"), true, 1'258'291});
        consumers.push_back({0, ConsumerKind::IdleSlot, cdc, QStringLiteral("logical, no consumer for 27 min"), cdc,
                             false, 3'435'973'837});
        const auto &slotList = snapshot.nodes[0].sample->replicationSlots;
        for (int i = 0; i < static_cast<int>(slotList.size()); ++i) {
            cluster::SlotFacts facts;
            facts.node = 0;
            facts.slot = i;
            facts.verdict = slotList[static_cast<std::size_t>(i)].slotName == cdc ? Verdict::Warning : Verdict::Ok;
            assessment.slotFacts.push_back(facts);
        }
        if (pg3Silent) {
            assessment.topology.edges[1].state = EdgeState::SenderOnly;
            assessment.lag[2].state = cluster::LagState::Unknown;
        }
    });
}

std::vector<AddressTab> addresses(bool pg3Known)
{
    return {{QStringLiteral("write"), QStringLiteral("10.0.0.50"), kPg1, true},
            {QStringLiteral("read"), QStringLiteral("10.0.0.51"), kPg3, pg3Known}};
}

/// Every way that WAL can flow or not, one below the other.
cluster::ClusterState everyEdge()
{
    cluster::Snapshot snapshot = manyNodes(8);
    return with(stateOf(snapshot, {-1, 0, 0, 0, 0, 0, 0, 0}), [](cluster::Assessment &assessment) {
        constexpr EdgeState states[] = {EdgeState::Streaming, EdgeState::Streaming, EdgeState::Catchup,
                                        EdgeState::Paused,    EdgeState::Broken,    EdgeState::SenderOnly,
                                        EdgeState::Unknown};
        for (std::size_t i = 0; i < std::size(states); ++i) {
            cluster::Edge &edge = assessment.topology.edges[i];
            edge.state = states[i];
            edge.syncState = i == 0 ? QStringLiteral("quorum") : QStringLiteral("potential");
            edge.slotName = i % 2 ? QString() : QStringLiteral("slot");
            edge.bytes = 24'000LL << (2 * i);
            edge.seconds = 0.012;
            edge.sinceMs = kNowMonotonicMs - 240'000;
        }
        assessment.nodeVerdicts[5] = Verdict::Critical;
    });
}

} // namespace

class TestTopology : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init() { theme::Theme::instance().setMode(theme::Mode::Light); }
    void cardsSayWhatIs();
    void unknownIsNeverZero();
    void staleKeepsTheLastValue();
    void staleTellsTheLagOfItsSample();
    void edgesSpeakTheGrammar();
    void consumersHangBelow();
    void itemsStayWhileTheStructureStays();
    void nodesComeAndGo();
    void keyboard();
    void mouse();
    void accessible();
    void serverTextStaysText();
    void fitsThenScrolls();
    void emptySaysSo();
    void sparkGapsAreGaps();
    void takesWhatTheRulesMake();
    void manyNodesScroll();
    void paints_data();
    void paints();
};

void TestTopology::initTestCase()
{
    theme::Theme::instance().install(*qApp);
}

void TestTopology::cardsSayWhatIs()
{
    history::LagHistory history;
    feed(history, busyCluster(), 400, mockupShape(400));
    const CardFace primary = cardFace(mockup(false), 0, &history, addresses(true));
    QCOMPARE(primary.name, kPg1);
    QCOMPARE(primary.timeline, QStringLiteral("TL 7"));
    QCOMPARE(primary.role, QStringLiteral("Primary"));
    QVERIFY2(primary.numbers.startsWith(QLatin1String("WAL ")) && primary.numbers.endsWith(QLatin1String(" MB/s")),
             qPrintable(primary.numbers));
    QCOMPARE(primary.tabs.size(), std::size_t(1));
    QVERIFY(!primary.spark.points.empty());

    const CardFace standby = cardFace(mockup(false), 1, &history, {});
    QCOMPARE(standby.numbers, QStringLiteral("312 kB  160 ms"));
    QCOMPARE(standby.detail, QStringLiteral("streaming"));
    QVERIFY(standby.nonNumber.isEmpty());
    QVERIFY(!standby.stale);
    QVERIFY(standby.description.contains(QLatin1String("follows pg1")));
}

void TestTopology::unknownIsNeverZero()
{
    using cluster::LagState;
    for (const LagState lagState : {LagState::Unknown, LagState::Broken, LagState::NoPermission, LagState::Idle}) {
        const auto state = with(mockup(false), [lagState](cluster::Assessment &assessment) {
            assessment.lag[1] = {};
            assessment.lag[1].state = lagState;
        });
        const CardFace face = cardFace(state, 1, nullptr, {});
        QCOMPARE(face.numbers, QString());
        QCOMPARE(face.nonNumber, cluster::toString(lagState));
    }
    cluster::Snapshot snapshot = threeNodes();
    neverSeen(snapshot, kPg2);
    const CardFace face = cardFace(stateOf(snapshot), 1, nullptr, {});
    QCOMPARE(face.numbers, QString());
    QVERIFY(face.stale);
    QVERIFY(face.verdict != Verdict::Ok);
}

void TestTopology::staleKeepsTheLastValue()
{
    history::LagHistory history;
    feed(history, busyCluster(), 20, [](cluster::StandbyLag &lag, const QString &node, int second) {
        if (node == kPg3) {
            lag = second < 16 ? lagOf(3'000'000, 1.4) : cluster::StandbyLag{.state = cluster::LagState::Unknown};
        }
    });
    const auto state = with(mockup(true), [](cluster::Assessment &assessment) { assessment.lag[2].bytes.reset(); });
    const CardFace face = cardFace(state, 2, &history, {});
    QVERIFY(face.stale);
    QVERIFY2(face.numbers.startsWith(QLatin1String("2.9 MB  4")) && face.numbers.endsWith(QLatin1String("ago")),
             qPrintable(face.numbers));
    QVERIFY(cardFace(state, 2, nullptr, {}).numbers.startsWith(QLatin1String("seen 4")));
}

// The sample is of second 15: its age stands beside the number, so no other moment's number may.
void TestTopology::staleTellsTheLagOfItsSample()
{
    const auto numbersWith = [](const std::function<cluster::StandbyLag(int)> &lagAt) {
        history::LagHistory history;
        feed(history, busyCluster(), 20, [&lagAt](cluster::StandbyLag &lag, const QString &node, int second) {
            if (node == kPg3) {
                lag = lagAt(second);
            }
        });
        const auto state = with(mockup(true), [](cluster::Assessment &assessment) { assessment.lag[2].bytes.reset(); });
        return cardFace(state, 2, &history, {}).numbers;
    };
    const cluster::StandbyLag none{.state = cluster::LagState::Unknown};
    const QString grown =
        numbersWith([&](int second) { return second < 18 ? lagOf(second < 16 ? 3'000'000 : 9'000'000, 1.4) : none; });
    QVERIFY2(grown.startsWith(QLatin1String("2.9 MB  4")), qPrintable(grown));
    const QString lost = numbersWith([&](int second) { return second < 10 ? lagOf(3'000'000, 1.4) : none; });
    QVERIFY2(lost.startsWith(QLatin1String("seen 4")), qPrintable(lost));
}

void TestTopology::edgesSpeakTheGrammar()
{
    const cluster::ClusterState state = everyEdge();
    const EdgeFace quorum = edgeFace(state, 0);
    QVERIFY(quorum.strong && quorum.hasSlot && quorum.slotUsed);
    QCOMPARE(quorum.above, QStringLiteral("quorum"));
    QCOMPARE(quorum.below, QStringList({QStringLiteral("23 kB"), QStringLiteral("12 ms")}));
    const EdgeFace potential = edgeFace(state, 1);
    QVERIFY(!potential.strong && !potential.hasSlot);
    QCOMPARE(edgeFace(state, 3).below.first(), QStringLiteral("paused"));
    const EdgeFace broken = edgeFace(state, 4);
    QVERIFY(!broken.slotUsed);
    QVERIFY(broken.verdict == Verdict::Critical);
    QCOMPARE(broken.above, QStringLiteral("broken"));
    QCOMPARE(broken.below, QStringList({QStringLiteral("for"), QStringLiteral("4 min")}));
    const EdgeFace longBroken = edgeFace(
        with(state, [](cluster::Assessment &assessment) { assessment.topology.edges[4].beganUnseen = true; }), 4);
    QCOMPARE(longBroken.below.first(), QStringLiteral("for at least"));
    QVERIFY2(longBroken.description.contains(QLatin1String("for at least 4 min")), qPrintable(longBroken.description));
    QCOMPARE(edgeFace(state, 5).below.last(), QStringLiteral("n1 only"));
    QCOMPARE(edgeFace(state, 6).below.first(), QStringLiteral("not seen"));
}

void TestTopology::consumersHangBelow()
{
    TopologyView view;
    view.setState(mockup(false));
    QCOMPARE(view.consumerItems().size(), std::size_t(3));
    int idle = 0;
    for (const ConsumerItem *item : view.consumerItems()) {
        if (!item->face().idle) {
            continue;
        }
        ++idle;
        QCOMPARE(item->face().name, QStringLiteral("analytics_cdc"));
        QCOMPARE(item->face().bytes, QStringLiteral("3.2 GB"));
    }
    QCOMPARE(idle, 1);
}

void TestTopology::itemsStayWhileTheStructureStays()
{
    TopologyView view;
    view.setState(mockup(false));
    const CardItem *card = view.card(kPg3);
    const auto edges = view.edgeItems();
    view.setState(mockup(true));
    QCOMPARE(view.card(kPg3), card);
    QVERIFY(view.edgeItems() == edges);
    QVERIFY(card->face().stale);
}

void TestTopology::nodesComeAndGo()
{
    TopologyView view;
    view.setState(mockup(false));
    const CardItem *card = view.card(kPg1);
    view.selectNode(kPg3);
    view.setState(stateOf(healthyPair()));
    QCOMPARE(view.card(kPg1), card);
    QVERIFY(!view.card(kPg3));
    QVERIFY(view.selectedNode().isEmpty());
    QCOMPARE(view.edgeItems().size(), std::size_t(1));
    QVERIFY(view.consumerItems().empty());
}

void TestTopology::keyboard()
{
    TopologyView view;
    view.resize(kPane);
    view.setState(mockup(false));
    view.show();
    view.setFocus(Qt::TabFocusReason);
    QTRY_VERIFY(view.hasFocus());
    shot(view, QStringLiteral("topology-focus"), kPane);
    QCOMPARE(view.selectedNode(), kPg1);
    QSignalSpy selected(&view, &TopologyView::nodeSelected);
    QSignalSpy activated(&view, &TopologyView::nodeActivated);
    QTest::keyClick(&view, Qt::Key_Right);
    QTest::keyClick(&view, Qt::Key_Right);
    QCOMPARE(view.selectedNode(), kPg3);
    QTest::keyClick(&view, Qt::Key_Right); // nothing there
    QCOMPARE(selected.size(), 2);
    QTest::keyClick(&view, Qt::Key_Return);
    QCOMPARE(activated.size(), 1);
    QCOMPARE(activated.first().first().toString(), kPg3);
    QTest::keyClick(&view, Qt::Key_Down);
    QCOMPARE(view.selectedNode(), QStringLiteral("wit1"));
    QTest::keyClick(&view, Qt::Key_Home);
    QCOMPARE(view.selectedNode(), kPg1);
}

void TestTopology::mouse()
{
    TopologyView view;
    view.resize(kPane);
    view.setState(mockup(false));
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QSignalSpy activated(&view, &TopologyView::nodeActivated);
    QSignalSpy slotActivated(&view, &TopologyView::slotActivated);
    const QPoint at = view.mapFromScene(view.card(kPg2)->sceneBoundingRect().center());
    QTest::mouseClick(view.viewport(), Qt::LeftButton, {}, at);
    QCOMPARE(view.selectedNode(), kPg2);
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, at);
    QCOMPARE(activated.size(), 1);
    const QPointF line = view.consumerItems().front()->place().text.center();
    QTest::mouseDClick(view.viewport(), Qt::LeftButton, {}, view.mapFromScene(line));
    QCOMPARE(slotActivated.size(), 1);
    QCOMPARE(slotActivated.first().first().toString(), kPg1);
}

void TestTopology::accessible()
{
    TopologyView view;
    view.setState(mockup(false));
    view.selectNode(kPg2);
    QAccessibleInterface *interface = QAccessible::queryAccessibleInterface(&view);
    QVERIFY(interface);
    QCOMPARE(interface->text(QAccessible::Name), QStringLiteral("Topology"));
    const QString text = interface->text(QAccessible::Description);
    QVERIFY2(text.startsWith(QLatin1String("Selected: pg2, Standby")), qPrintable(text));
    for (const char *part :
         {"pg1, Primary", "pg3, Cascading standby", "wit1, Witness", "pg1 to pg2", "analytics_cdc"}) {
        QVERIFY2(text.contains(QLatin1String(part)), part);
    }
    view.selectNode(kPg3);
    QVERIFY(interface->text(QAccessible::Description).startsWith(QLatin1String("Selected: pg3")));
}

void TestTopology::serverTextStaysText()
{
    TopologyView view;
    view.setState(with(mockup(false), [](cluster::Assessment &assessment) {
        assessment.topology.consumers[0].name = QStringLiteral("<b>x</b><img src='file:///etc/passwd'>");
    }));
    const QString tip = view.consumerItems().front()->toolTip();
    QVERIFY(!tip.contains(QLatin1String("<b>")));
    QVERIFY(tip.contains(QLatin1String("&lt;b&gt;")));
}

void TestTopology::fitsThenScrolls()
{
    TopologyView view;
    view.setState(mockup(false));
    view.show();
    view.resize(kPane);
    QTRY_COMPARE(view.transform().m11(), 1.0);
    view.resize(780, 400);
    QTRY_COMPARE(view.transform().m11(), 1.0); // the gaps give way first
    QVERIFY(view.placement().size.width() <= 780);
    view.resize(686, 400);
    QTRY_VERIFY(view.transform().m11() < 1.0 && view.transform().m11() > 0.85);
    QVERIFY(view.heightForWidth(686) < view.heightForWidth(848));
    QVERIFY(!view.horizontalScrollBar()->isVisible());
    view.resize(400, 400);
    QTRY_COMPARE(view.transform().m11(), TopologyView::kSmallestScale);
    QTRY_VERIFY(view.horizontalScrollBar()->isVisible());
    view.resize(1600, 600);
    QTRY_COMPARE(view.transform().m11(), 1.0);
}

void TestTopology::emptySaysSo()
{
    TopologyView view;
    const QImage before = shot(view, QStringLiteral("topology-waiting"), kPane);
    view.setState(stateOf(noNodes()));
    QVERIFY(shot(view, QStringLiteral("topology-empty"), kPane) != before);
    view.setState({});
    QVERIFY(view.selectedNode().isEmpty());
}

void TestTopology::sparkGapsAreGaps()
{
    Spark spark;
    spark.fromMs = 0;
    spark.toMs = 100;
    for (int i = 0; i < 10; ++i) {
        spark.points.push_back({i * 10, i == 4 || i == 5 ? std::nan("") : double(i)});
    }
    const auto lines = sparkLines(spark, QRectF(0, 0, 100, 10));
    QCOMPARE(lines.size(), std::size_t(2));
    QCOMPARE(lines[0].size(), 4);
    QCOMPARE(lines[0].first(), QPointF(0, 10));
    QCOMPARE(lines[1].last(), QPointF(90, 0));
    QVERIFY(sparkLines({}, QRectF(0, 0, 10, 10)).empty());
}

/// With the rules' own assessment, not the test's.
void TestTopology::takesWhatTheRulesMake()
{
    const auto assessed = [](const cluster::Snapshot &snapshot) {
        return cluster::ClusterState{std::make_shared<const cluster::Snapshot>(snapshot),
                                     std::make_shared<const cluster::Assessment>(cluster::assess(snapshot))};
    };
    TopologyView view;
    cluster::Snapshot snapshot = busyCluster();
    view.setState(assessed(snapshot));
    QCOMPARE(view.edgeItems().size(), std::size_t(2));
    QCOMPARE(view.consumerItems().size(), std::size_t(3));
    QCOMPARE(view.placement().nodes[2].column, 2);
    QVERIFY(view.card(kPg1)->face().roleKind == cluster::NodeRole::Primary);
    shot(view, QStringLiteral("topology-rules"), kPane);
    takeDown(snapshot, kPg3);
    pauseReplay(snapshot, kPg2);
    view.setState(assessed(snapshot));
    QVERIFY(view.card(kPg3)->face().verdict != Verdict::Ok);
    shot(view, QStringLiteral("topology-rules-down"), kPane);
}

void TestTopology::manyNodesScroll()
{
    constexpr int kNodes = 60;
    const cluster::Snapshot snapshot = manyNodes(kNodes);
    history::LagHistory history;
    feed(history, snapshot, 300,
         [](cluster::StandbyLag &lag, const QString &, int second) { lag = lagOf(second * 1000, 1); });
    TopologyView view;
    view.resize(kPane);
    view.setHistory(&history);
    view.setState(stateOf(snapshot));
    view.show();
    QVERIFY(QTest::qWaitForWindowExposed(&view));
    QCOMPARE(view.placement().nodes.size(), std::size_t(kNodes));
    QTest::keyClick(&view, Qt::Key_End);
    QCOMPARE(view.selectedNode(), QStringLiteral("n60"));
    // What is selected is brought into view.
    QTRY_VERIFY(view.verticalScrollBar()->value() > 0);
}

void TestTopology::paints_data()
{
    QTest::addColumn<bool>("dark");
    QTest::newRow("light") << false;
    QTest::newRow("dark") << true;
}

void TestTopology::paints()
{
    QFETCH(bool, dark);
    theme::Theme::instance().setMode(dark ? theme::Mode::Dark : theme::Mode::Light);
    history::LagHistory history;
    feed(history, busyCluster(), 900, mockupShape(900));
    TopologyView view;
    view.setHistory(&history);
    view.setAddresses(addresses(true));
    view.setState(mockup(false));
    const QImage calm = shot(view, QStringLiteral("topology"), kPane);
    QCOMPARE(calm.pixelColor(2, 2), theme::color(theme::Token::Canvas));
    const QPoint badge = QPoint(38, 64) * calm.devicePixelRatio();
    QCOMPARE(calm.pixelColor(badge), theme::color(theme::Token::Primary)); // of pg1
    view.setAddresses(addresses(false));
    view.setState(mockup(true));
    QVERIFY(shot(view, QStringLiteral("topology-stale"), kPane) != calm);
    view.setAddresses({});
    view.setState(everyEdge());
    shot(view, QStringLiteral("topology-edges"), QSize(620, 1080));
    cluster::Snapshot two = busyCluster();
    neverSeen(two, kPg2);
    view.setState(with(stateOf(two, {-1, -3, -1, -2}), [](cluster::Assessment &assessment) {
        assessment.topology.consumers = mockup(false).assessment->topology.consumers;
        assessment.nodeVerdicts[0] = assessment.nodeVerdicts[2] = Verdict::Critical;
    }));
    shot(view, QStringLiteral("topology-split"), QSize(816, 480));
}

QTEST_MAIN(TestTopology)
#include "tst_topology.moc"
