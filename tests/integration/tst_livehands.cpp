// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
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
    void readyBeforehand();

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

/// A command is begun before it is asked for, where its prefix allows that, and does nothing before it is.
void TestLiveHands::readyBeforehand()
{
    const QTemporaryDir directory;
    const auto lines = [&](const char *name) {
        QFile file(directory.filePath(QLatin1String(name)));
        return file.open(QIODevice::ReadOnly) ? file.readAll().count('\n') : 0;
    };
    // Writes down each of its starts; the second keeps what it starts from reading.
    const auto prefix = [&](const char *name, const QString &rest) {
        return QStringList{QStringLiteral("sh"), QStringLiteral("-c"),
                           QStringLiteral("echo begun >>\"$0\"; exec \"$@\"") + rest,
                           directory.filePath(QLatin1String(name))};
    };
    cluster::ClusterConfig config;
    config.nodes.push_back({.name = QStringLiteral("pg1"), .hasCommand = true});
    config.nodes.back().command = prefix("starts", QString());
    config.nodes.push_back({.name = QStringLiteral("pg2"), .hasCommand = true});
    config.nodes.back().command = prefix("deaf", QStringLiteral(" </dev/null"));
    const QString done = directory.filePath(QStringLiteral("done"));
    const QStringList argv{QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("echo it >>\"$0\"; echo said"),
                           done};
    LiveHands hands(config);
    QStringList said;
    const auto ask = [&](const QString &node, const QStringList &command) {
        hands.command(node, command, false, 5000, [&](const Handed<CommandResult> &result) {
            said << (result ? QStringLiteral("%1 %2").arg(result->exitCode).arg(result->out.trimmed())
                            : result.error().error.message);
        });
    };
    const QString right = QStringLiteral("0 said");
    hands.makeReady(QStringLiteral("pg1"), argv, false);
    QTRY_COMPARE(lines("starts"), 1);
    ask(QStringLiteral("pg1"), argv);
    QTRY_COMPARE(said, QStringList{right});
    QCOMPARE(lines("starts"), 1);
    QCOMPARE(lines("done"), 1);
    ask(QStringLiteral("pg1"), argv); // once
    QTRY_COMPARE(said.size(), 2);
    QCOMPARE(lines("starts"), 2);
    QCOMPARE(lines("done"), 2);

    hands.makeReady(QStringLiteral("pg2"), argv, false);
    QTRY_COMPARE(hands.findChildren<hosts::Command *>().size(), 0); // it could not wait
    QCOMPARE(lines("deaf"), 1);
    ask(QStringLiteral("pg2"), argv);
    QTRY_COMPARE(said.size(), 3);
    QCOMPARE(said, (QStringList{right, right, right}));
    QCOMPARE(lines("deaf"), 2);

    hands.makeReady(QStringLiteral("pg1"), argv, false); // never asked for
    QTRY_COMPARE(lines("starts"), 3);
    hands.cancelAll();
    QTRY_COMPARE(hands.findChildren<hosts::Command *>().size(), 0);
    QCOMPARE(lines("done"), 3);
}

QTEST_GUILESS_MAIN(TestLiveHands)
#include "tst_livehands.moc"
