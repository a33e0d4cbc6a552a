// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>
#include <QThread>

#include "monitor/engine.h"

using namespace howdah;
using cluster::ClusterState;
using cluster::LinkState;
using monitor::Engine;

namespace {

/// Lets everybody in and says nothing, until it is told to turn away whoever comes: a discovery takes as long as
/// wanted.
class Gate {
public:
    Gate()
    {
        m_server.listen(QHostAddress::LocalHost);
        QObject::connect(&m_server, &QTcpServer::newConnection, &m_server, [this] {
            ++m_accepted;
            QTcpSocket *client = m_server.nextPendingConnection();
            m_inside << client;
            QObject::connect(client, &QTcpSocket::disconnected, client, [this, client] {
                m_inside.removeAll(client);
                client->deleteLater();
            });
            if (m_turnsAway) {
                client->disconnectFromHost();
            }
        });
    }

    void turnAway()
    {
        m_turnsAway = true;
        const QList<QTcpSocket *> inside = m_inside;
        for (QTcpSocket *client : inside) {
            client->disconnectFromHost();
        }
    }

    int accepted() const { return m_accepted; }
    qsizetype inside() const { return m_inside.size(); }
    QString conninfo() const
    {
        return QStringLiteral("host=127.0.0.1 port=%1 user=dba sslmode=disable").arg(m_server.serverPort());
    }

private:
    QTcpServer m_server;
    QList<QTcpSocket *> m_inside;
    int m_accepted = 0;
    bool m_turnsAway = false;
};

// Two nodes, so that nothing is discovered first; sockets that don't exist refuse at once and never block.
cluster::ClusterConfig config(const QString &name, const QStringList &nodes)
{
    cluster::ClusterConfig config;
    config.name = name;
    config.intervalMs = 20;
    for (const QString &node : nodes) {
        config.nodes.push_back({});
        config.nodes.back().name = node;
        config.nodes.back().conninfo = QStringLiteral("host=/nonexistent user=dba");
    }
    return config;
}

cluster::ClusterConfig config(const QString &name, const Gate &gate)
{
    cluster::ClusterConfig one = config(name, {QStringLiteral("behind-the-gate")});
    one.nodes.front().conninfo = gate.conninfo();
    return one;
}

const QString kOrders = QStringLiteral("orders");
const QString kOther = QStringLiteral("other");
const QStringList kTwo{QStringLiteral("pg1"), QStringLiteral("pg2")};

} // namespace

/// What the window is told by the engine, and above all what it is not told any more.
class TestEngine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void openingEndsTheCompletionBefore();
    void pausedWhileCompleting();
    void refreshedWhileCompleting();
    void closedWhileCompleting();
    void nothingOfAClosedCluster();
    void nothingOfTheOpeningBefore();

private:
    QString key(LinkState state) const { return cluster::linkKey(state); }
    int statesOf(const QString &cluster) const
    {
        return static_cast<int>(std::count_if(m_states.cbegin(), m_states.cend(), [&](const ClusterState &state) {
            return state.snapshot->cluster == cluster;
        }));
    }
    QString link() const { return m_states.isEmpty() ? QString() : key(m_states.last().snapshot->nodes.front().link); }

    QList<ClusterState> m_states;
};

void TestEngine::init()
{
    m_states.clear();
}

void TestEngine::openingEndsTheCompletionBefore()
{
    Gate gate;
    Engine engine;
    connect(&engine, &Engine::stateChanged, this, [this](const ClusterState &state) { m_states << state; });
    engine.openCluster(config(kOrders, gate));
    QTRY_COMPARE(gate.inside(), 1);
    engine.openCluster(config(kOrders, kTwo));
    QTRY_VERIFY(statesOf(kOrders) > 0);
    QTRY_COMPARE(gate.inside(), 0); // it let go by itself
    gate.turnAway();
    const int before = statesOf(kOrders);
    QTRY_VERIFY(statesOf(kOrders) > before + 10);
    for (const ClusterState &state : std::as_const(m_states)) {
        QCOMPARE(state.snapshot->nodes.size(), std::size_t(2));
    }
}

void TestEngine::pausedWhileCompleting()
{
    Gate gate;
    Engine engine;
    connect(&engine, &Engine::stateChanged, this, [this](const ClusterState &state) { m_states << state; });
    engine.openCluster(config(kOrders, gate));
    QTRY_COMPARE(gate.inside(), 1);
    engine.setPaused(kOrders, true);
    const int asked = gate.accepted();
    gate.turnAway();
    QTRY_VERIFY(statesOf(kOrders) > 10);
    for (const ClusterState &state : std::as_const(m_states)) {
        QVERIFY(state.snapshot->paused);
        QCOMPARE(key(state.snapshot->nodes.front().link), key(LinkState::Connecting));
    }
    QCOMPARE(gate.accepted(), asked); // nobody was asked
    engine.setPaused(kOrders, false);
    QTRY_COMPARE(link(), key(LinkState::Failed));
    QVERIFY(!m_states.last().snapshot->paused);
}

void TestEngine::refreshedWhileCompleting()
{
    Gate gate;
    Engine engine;
    connect(&engine, &Engine::stateChanged, this, [this](const ClusterState &state) { m_states << state; });
    engine.openCluster(config(kOrders, gate));
    QTRY_COMPARE(gate.inside(), 1);
    engine.setPaused(kOrders, true);
    engine.refresh(kOrders);
    gate.turnAway();
    QTRY_COMPARE(link(), key(LinkState::Failed)); // asked once, although paused
    QVERIFY(m_states.last().snapshot->paused);
}

void TestEngine::closedWhileCompleting()
{
    Gate gate;
    Engine engine;
    connect(&engine, &Engine::stateChanged, this, [this](const ClusterState &state) { m_states << state; });
    engine.openCluster(config(kOrders, gate));
    QTRY_COMPARE(gate.inside(), 1);
    engine.closeCluster(kOrders);
    engine.refresh(kOrders);
    engine.setPaused(kOrders, true);
    QTRY_COMPARE(gate.inside(), 0);
    engine.openCluster(config(kOther, kTwo));
    QTRY_VERIFY(statesOf(kOther) > 10);
    QCOMPARE(statesOf(kOrders), 0);
}

// States of both wait and come in one go; the one that comes first closes the other.
void TestEngine::nothingOfAClosedCluster()
{
    for (int round = 0; round < 10; ++round) {
        m_states.clear();
        Engine engine;
        QString closed;
        connect(&engine, &Engine::stateChanged, this, [&](const ClusterState &state) {
            m_states << state;
            QVERIFY(state.snapshot->cluster != closed);
            const QString other = state.snapshot->cluster == kOrders ? kOther : kOrders;
            if (closed.isEmpty() && statesOf(other) > 0 && statesOf(state.snapshot->cluster) > 1) {
                closed = other;
                engine.closeCluster(closed);
            }
        });
        engine.openCluster(config(kOrders, kTwo));
        engine.openCluster(config(kOther, kTwo));
        QTRY_VERIFY(!closed.isEmpty());
        const int before = statesOf(closed == kOrders ? kOther : kOrders);
        QTRY_VERIFY(statesOf(closed == kOrders ? kOther : kOrders) > before + 5);
    }
}

void TestEngine::nothingOfTheOpeningBefore()
{
    Engine engine;
    QString node = QStringLiteral("opening-0");
    connect(&engine, &Engine::stateChanged, this, [&](const ClusterState &state) {
        m_states << state;
        QCOMPARE(state.snapshot->nodes.front().name, node);
    });
    engine.openCluster(config(kOrders, {node, QStringLiteral("b")}));
    for (int opening = 1; opening <= 10; ++opening) {
        m_states.clear();
        QTRY_VERIFY(!m_states.isEmpty());
        QThread::msleep(25); // lets a state of this opening wait for its delivery
        engine.closeCluster(kOrders);
        node = QStringLiteral("opening-%1").arg(opening);
        engine.openCluster(config(kOrders, {node, QStringLiteral("b")}));
    }
    m_states.clear();
    QTRY_VERIFY(!m_states.isEmpty());
}

QTEST_GUILESS_MAIN(TestEngine)
#include "tst_engine.moc"
