// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSignalSpy>
#include <QTest>

#include "operations/livehands.h"
#include "operations/places.h"
#include "support/localcluster.h"

using namespace howdah;
using namespace howdah::operations;
using testsupport::LocalCluster;

/// What an operation acts with, on a real server.
class TestLiveHands : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void notificationsReachAnywhere_data();
    void notificationsReachAnywhere();

private:
    std::unique_ptr<LocalCluster> m_servers;
};

void TestLiveHands::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    auto servers = LocalCluster::start();
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
    QVERIFY(m_servers->node(0).sql(QStringLiteral("CREATE DATABASE pg_auto_failover")));
}

void TestLiveHands::notificationsReachAnywhere_data()
{
    QTest::addColumn<QString>("place");
    QTest::addColumn<QString>("database"); // in which it is
    QTest::newRow("a node") << QStringLiteral("pg1") << QStringLiteral("postgres");
    QTest::newRow("the monitor") << monitorPlace() << QStringLiteral("pg_auto_failover");
}

/// Also on a session that had to be opened again.
void TestLiveHands::notificationsReachAnywhere()
{
    QFETCH(QString, place);
    QFETCH(QString, database);
    cluster::ClusterConfig config;
    config.nodes.push_back({.name = QStringLiteral("pg1"), .conninfo = m_servers->node(0).conninfo()});
    const QString host = m_servers->node(0).conninfo(QStringLiteral("postgres"), QString());
    config.autoFailoverMonitor = QString(host).remove(QStringLiteral(" dbname="));
    LiveHands hands(config);
    QStringList heard, answers;
    connect(&hands, &Hands::notified, this,
            [&](const QString &node, const QString &channel) { heard << node + QLatin1Char(' ') + channel; });
    const auto ask = [&](const QString &sql) {
        hands.sql(place, sql, 5000, [&](const Handed<Table> &table) {
            answers << (table ? table->rows.front().front().value_or(QString()) : table.error().error.message);
        });
    };
    const auto say = [&](const QString &channel) {
        const auto said = testsupport::sql(m_servers->node(0).conninfo(QStringLiteral("postgres"), database),
                                           QStringLiteral("SELECT pg_notify('%1', '')").arg(channel));
        QVERIFY2(said, said ? "" : qPrintable(said.error().message));
    };
    hands.listen(place, QString(), QStringLiteral("State of \"it\""));
    hands.listen(place, QString(), QStringLiteral("State of \"it\""));
    ask(QStringLiteral("SELECT current_database()"));
    QTRY_COMPARE(answers, QStringList{database});
    say(QStringLiteral("State of \"it\""));
    say(QStringLiteral("state"));
    QTRY_COMPARE(heard, QStringList{place + QStringLiteral(" State of \"it\"")});
    // A second channel on the open session.
    hands.listen(place, QString(), QStringLiteral("state"));
    ask(QStringLiteral("SELECT 2"));
    QTRY_COMPARE(answers.size(), 2);
    say(QStringLiteral("state"));
    QTRY_COMPARE(heard.size(), 2);
    QVERIFY(m_servers->node(0).sql(QStringLiteral("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE "
                                                  "application_name = 'howdah operation'")));
    QTest::qWait(200);
    ask(QStringLiteral("SELECT 3"));
    QTRY_COMPARE(answers, (QStringList{database, QStringLiteral("2"), QStringLiteral("3")}));
    say(QStringLiteral("state"));
    say(QStringLiteral("State of \"it\""));
    QTRY_COMPARE(heard.size(), 4);
}

QTEST_GUILESS_MAIN(TestLiveHands)
#include "tst_livehands.moc"
