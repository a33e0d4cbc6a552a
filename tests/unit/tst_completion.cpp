// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "monitor/completion.h"

using namespace howdah;
using namespace howdah::monitor;

/// From one node that somebody named to the cluster that is watched: what was written is kept.
class TestCompletion : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void seedsConnectionIsKept();
    void writtenNameIsOfOneNode_data();
    void writtenNameIsOfOneNode();
    void missingNodesAreWarnedOf();
};

namespace {

DiscoveredNode node(const QString &name, const QString &host, DiscoverySource source)
{
    DiscoveredNode result;
    result.name = name;
    result.address = host + QStringLiteral(":5432");
    result.conninfo = QStringLiteral("host=%1 port=5432 user=dba").arg(host);
    result.sources = {source};
    result.reached = true;
    return result;
}

DiscoveryResult found(std::vector<DiscoveredNode> nodes)
{
    DiscoveryResult result;
    result.nodes = std::move(nodes);
    for (const DiscoveredNode &each : result.nodes) {
        cluster::NodeConfig config;
        config.name = each.name;
        config.conninfo = each.conninfo;
        result.config.nodes.push_back(config);
    }
    return result;
}

} // namespace

void TestCompletion::seedsConnectionIsKept()
{
    const auto seed = postgres::Conninfo::parse(QStringLiteral("host=a,b hostaddr=10.0.0.1,10.0.0.2 port=1,2 user=dba "
                                                               "sslmode=verify-full target_session_attrs=read-write"));
    QVERIFY(seed);
    QCOMPARE(conninfoFor(*seed, QStringLiteral("10.0.0.12"), 6432).toString(),
             QStringLiteral("host=10.0.0.12 hostaddr=10.0.0.12 port=6432 user=dba "
                            "password='' sslmode=verify-full target_session_attrs=any"));
    QCOMPARE(conninfoFor(*seed, QStringLiteral("db2.example"), 5432).toString(),
             QStringLiteral("host=db2.example port=5432 user=dba password='' sslmode=verify-full "
                            "target_session_attrs=any"));
    // What the seed names keeps the address that it is pinned to, by whichever of the two it is told.
    const QString second = QStringLiteral("host=b hostaddr=10.0.0.2 port=2 user=dba sslmode=verify-full "
                                          "target_session_attrs=any");
    QCOMPARE(conninfoFor(*seed, QStringLiteral("B"), 2).toString(), second);
    QCOMPARE(conninfoFor(*seed, QStringLiteral("10.0.0.2"), 2).toString(), second);
    QVERIFY(isGiven(*seed, QStringLiteral("10.0.0.2"), 2) && !isGiven(*seed, QStringLiteral("10.0.0.2"), 1));
    QCOMPARE(conninfoFor(*seed, QStringLiteral("b"), 5432).toString(),
             QStringLiteral("host=b port=5432 user=dba password='' sslmode=verify-full target_session_attrs=any"));
}

void TestCompletion::writtenNameIsOfOneNode_data()
{
    QTest::addColumn<QString>("third");
    QTest::addColumn<QStringList>("names");
    const QStringList names{QStringLiteral("pg1"), QStringLiteral("10.0.0.11:5432"), QStringLiteral("pg3")};
    QTest::newRow("by its address") << names.at(2) << names;
    QTest::newRow("whose address another is called by")
        << names.at(1) << QStringList{names.at(0), QStringLiteral("10.0.0.11:5432-2"), names.at(1)};
}

// An address that moves was written down as pg1 and leads to pg2 now: the real pg1 is another node, and is called so.
void TestCompletion::writtenNameIsOfOneNode()
{
    QFETCH(QString, third);
    cluster::ClusterConfig config;
    config.path = QStringLiteral("orders.toml");
    config.nodes.push_back({});
    config.nodes.front().name = QStringLiteral("pg1");
    config.nodes.front().conninfo = QStringLiteral("host=10.0.0.100 user=dba");
    const cluster::ClusterConfig whole =
        completed(config, found({node(QStringLiteral("pg2"), QStringLiteral("10.0.0.100"), DiscoverySource::Seed),
                                 node(QStringLiteral("pg1"), QStringLiteral("10.0.0.11"), DiscoverySource::Receiver),
                                 node(third, QStringLiteral("10.0.0.13"), DiscoverySource::Receiver)}));
    QStringList names;
    for (const cluster::NodeConfig &each : whole.nodes) {
        names << each.name;
    }
    QTEST(names, "names");
    QCOMPARE(whole.nodes.at(0).conninfo, config.nodes.front().conninfo);
    QVERIFY(whole.nodes.at(1).conninfo.startsWith(QLatin1String("host=10.0.0.11 ")));
}

// Of all notes only that one is: the others say what the rules find out by themselves, or what nobody misses.
void TestCompletion::missingNodesAreWarnedOf()
{
    cluster::ClusterConfig config;
    config.nodes.resize(1);
    config.warnings = {QStringLiteral("as read")};
    DiscoveryResult result = found({node(QStringLiteral("pg1"), QStringLiteral("10.0.0.11"), DiscoverySource::Seed)});
    result.notes = {QStringLiteral("a note")};
    QCOMPARE(completed(config, result).warnings, config.warnings);
    result.cutShort = QStringLiteral("Only the first 200 places were asked: nodes may be missing.");
    const QStringList warnings = completed(config, result).warnings;
    QCOMPARE(warnings.size(), 2);
    QVERIFY2(warnings.last().startsWith(result.cutShort), qPrintable(warnings.last()));
}

QTEST_APPLESS_MAIN(TestCompletion)
#include "tst_completion.moc"
