// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"
#include "support/labaddress.h"
#include "support/labsql.h"
#ifndef Q_MOC_RUN // whose raw strings it does not read
#include "operations/address/hostscripts.h"
#endif

using namespace howdah;
#ifndef Q_MOC_RUN
using namespace howdah::operations::address;
#endif
using integration::ConsoleRun;
using testsupport::CommitClient;
using testsupport::Lab;
using testsupport::Output;

namespace {

const QString kSix = QStringLiteral("fd00:10::100");

int tookMs(const ConsoleRun &ended, const QString &step)
{
    int from = 0, to = 0;
    for (const QJsonObject &line : ended.lines) {
        if (line.value(QStringLiteral("step")).toString() == step) {
            const bool started = line.value(QStringLiteral("state")).toString() == QLatin1String("started");
            (started ? from : to) = line.value(QStringLiteral("at_ms")).toInt();
        }
    }
    return to - from;
}

} // namespace

/// An application that knows one address, which stands on the interface of the host that has it.
class TestHostAddress : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void scriptsKeepToOneHolder_data();
    void scriptsKeepToOneHolder();
    void yieldedIsRefusedAtOnce();
    void heldIsTakenBackByItself_data();
    void heldIsTakenBackByItself();
    void applicationsFollowThereAndBack();
    void killedWhileHeldIsUndone();
    void twoHoldersRefuse();
    void strangerRefuses();
    void oldHostThatCannotBeAskedRefuses();
    void strangerMeanwhileIsToldAndFinished();
    void statusAndCheckTell();
    void certificateIsForTheName();
    void movedByItself();

private:
    ConsoleRun switchover(int to, const integration::OnStep &onStep = {}, const QString &file = {}) const;
    QString clusterFile(const QString &name, const std::function<void(cluster::ClusterConfig &)> &change = {}) const;
    Output script(int node, const QString &text, const QStringList &arguments) const
    {
        return m_lab->exec(
            node,
            QStringList{QStringLiteral("sh"), QStringLiteral("-c"), text, QStringLiteral("howdah-test")} + arguments);
    }
    QStringList holders(const QString &ip) const;
    QByteArray arpIgnore(int node) const
    {
        return m_lab->exec(node, {QStringLiteral("cat"), QStringLiteral("/proc/sys/net/ipv4/conf/eth0/arp_ignore")})
            .out.trimmed();
    }
    /// The hardware address by which this host finds the floating one.
    QByteArray neighbour() const;
    bool onBridge(const char *what) const
    {
        return testsupport::run({QStringLiteral("ip"), QStringLiteral("addr"), QLatin1String(what),
                                 m_lab->floatingAddress() + QStringLiteral("/32"), QStringLiteral("dev"),
                                 m_lab->linkPrefix()})
            .ok();
    }
    void awaitWhole() const;

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
};

void TestHostAddress::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    Lab::Options options;
    options.cascading = false;
    auto lab = Lab::start(Lab::Variant::Plain, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    QVERIFY(m_lab->addAddress(0, m_lab->floatingAddress()));
}

QString TestHostAddress::clusterFile(const QString &name,
                                     const std::function<void(cluster::ClusterConfig &)> &change) const
{
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = name;
    config.manager = cluster::ManagerKind::None;
    config.addresses = {testsupport::writeAddress(*m_lab)};
    if (change) {
        change(config);
    }
    const QString file = m_directory.filePath(name + QStringLiteral(".toml"));
    return cluster::saveClusterFile(config, file) ? file : QString();
}

ConsoleRun TestHostAddress::switchover(int to, const integration::OnStep &onStep, const QString &file) const
{
    return integration::runConsole(
        {QStringLiteral("switchover"), file.isEmpty() ? clusterFile(QStringLiteral("orders")) : file,
         QStringLiteral("--json"), QStringLiteral("--yes"), QStringLiteral("--to"), m_lab->node(to).name},
        m_directory.path(), onStep);
}

QStringList TestHostAddress::holders(const QString &ip) const
{
    QStringList names;
    for (int i = 0; i < m_lab->nodeCount(); ++i) {
        if (!script(i, QLatin1String(kClaimsScript), {ip}).out.trimmed().isEmpty()) {
            names.append(m_lab->node(i).name);
        }
    }
    return names;
}

QByteArray TestHostAddress::neighbour() const
{
    const QList<QByteArray> words = testsupport::run({QStringLiteral("ip"), QStringLiteral("neigh"),
                                                      QStringLiteral("show"), m_lab->floatingAddress()})
                                        .out.split(' ');
    const qsizetype at = words.indexOf("lladdr");
    return at < 0 ? QByteArray() : words.value(at + 1);
}

void TestHostAddress::awaitWhole() const
{
    QTRY_VERIFY_WITH_TIMEOUT(m_lab->primary() >= 0, 20'000);
    QTRY_COMPARE_WITH_TIMEOUT(m_lab->node(m_lab->primary())
                                  .value(QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = "
                                                        "'streaming'")),
                              QStringLiteral("2"), 20'000);
}

void TestHostAddress::scriptsKeepToOneHolder_data()
{
    QTest::addColumn<QString>("ip");
    QTest::addColumn<QString>("bits");
    QTest::newRow("IPv4") << QStringLiteral("203.0.113.77") << QStringLiteral("32");
    QTest::newRow("IPv6") << kSix << QStringLiteral("64");
}

/// What is run on the hosts, with nobody between: each as often as one likes.
void TestHostAddress::scriptsKeepToOneHolder()
{
    QFETCH(QString, ip);
    QFETCH(QString, bits);
    const QStringList take{ip, bits, Lab::interface()};
    QCOMPARE(script(1, QLatin1String(kFitnessScript), {ip, Lab::interface()}).out, QByteArray());
    for (int i = 0; i < 2; ++i) {
        const Output taken = script(0, yielding(kTakeScript), take);
        QVERIFY2(taken.ok(), taken.err.constData());
        QCOMPARE(holders(ip), QStringList({m_lab->node(0).name}));
    }
    // Who has it keeps it.
    const Output refused = script(1, yielding(kTakeScript), take);
    QVERIFY2(!refused.ok() && refused.err.contains("another host answers"), refused.err.constData());
    QCOMPARE(holders(ip), QStringList({m_lab->node(0).name}));
    if (!ip.contains(QLatin1Char(':'))) {
        const Output asked = script(1, QLatin1String(kFitnessScript), {ip, Lab::interface()});
        QVERIFY2(asked.out.startsWith("mac: ") && asked.out.count('\n') == 1, asked.out.constData());
    }
    for (int i = 0; i < 2; ++i) {
        const Output given = script(0, yielding(kYieldScript), {ip});
        QVERIFY2(given.ok(), given.err.constData());
        QCOMPARE(holders(ip), QStringList());
    }
    const Output next = script(1, yielding(kTakeScript), take);
    QVERIFY2(next.ok(), next.err.constData());
    QVERIFY(script(1, QLatin1String(kAnnounceScript), {ip, Lab::interface()}).ok());
    const Output alone = script(0, QLatin1String(kAloneScript), {ip, Lab::interface()});
    QVERIFY2(alone.ok(), alone.err.constData());
    for (int i = 0; i < 2; ++i) {
        for (const int node : {0, 1}) {
            const Output freed = script(node, yielding(kReleaseScript), {ip});
            QVERIFY2(freed.ok(), freed.err.constData());
        }
    }
    QCOMPARE(holders(ip), QStringList());
    QCOMPARE(arpIgnore(0), QByteArray("0")); // as it was
    const Output left =
        m_lab->exec(0, {QStringLiteral("sh"), QStringLiteral("-c"),
                        QStringLiteral("ls /run/howdah-arp_ignore* 2>/dev/null; ip -o addr show to ") + ip});
    QCOMPARE(left.out, QByteArray());
}

/// A host that has it no more says nothing to whoever still sends there: TCP tries again after a second.
void TestHostAddress::yieldedIsRefusedAtOnce()
{
    const QString conninfo =
        QStringLiteral("host=%1 port=5432 user=postgres dbname=postgres").arg(m_lab->floatingAddress());
    QVERIFY(testsupport::sql(conninfo, QStringLiteral("SELECT 1")));
    const QByteArray before = neighbour();
    QVERIFY(!before.isEmpty());
    const Output given = script(0, yielding(kYieldScript), {m_lab->floatingAddress()});
    QVERIFY2(given.ok(), given.err.constData());
    // It answers still, and yet nobody who asks the network is told.
    QVERIFY(testsupport::sql(conninfo, QStringLiteral("SELECT 1")));
    QCOMPARE(neighbour(), before);
    QCOMPARE(script(1, QLatin1String(kFitnessScript), {m_lab->floatingAddress(), Lab::interface()}).out, QByteArray());
    const Output taken = script(0, yielding(kTakeScript),
                                {m_lab->floatingAddress(), QString::number(Lab::prefixLength()), Lab::interface()});
    QVERIFY2(taken.ok(), taken.err.constData());
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(0).name}));
    QCOMPARE(arpIgnore(0), QByteArray("0"));
}

void TestHostAddress::heldIsTakenBackByItself_data()
{
    QTest::addColumn<bool>("taken");    // by another host meanwhile
    QTest::addColumn<bool>("released"); // by whoever has moved it
    QTest::addColumn<int>("holder");    // -1: nobody
    QTest::newRow("its server runs") << false << false << 0;
    QTest::newRow("another host has it") << true << false << 1;
    QTest::newRow("it was released") << false << true << -1;
}

/// A console that dies between giving it up and the stop must not leave applications without an address for ever.
void TestHostAddress::heldIsTakenBackByItself()
{
    QFETCH(bool, taken);
    QFETCH(bool, released);
    QFETCH(int, holder);
    const QString ip = QStringLiteral("203.0.113.77");
    const QStringList take{ip, QStringLiteral("32"), Lab::interface()};
    QVERIFY(script(0, yielding(kTakeScript), take).ok());
    // Where nothing would tell that the same server runs still, it is not given up.
    const Output kept =
        script(0, yielding(kUntilScript) + QLatin1String(kYieldScript), {ip, QStringLiteral("7"), QStringLiteral("1")});
    QVERIFY2(!kept.ok() && kept.err.contains("no server listens on port 7"), kept.err.constData());
    QCOMPARE(holders(ip), QStringList({m_lab->node(0).name}));
    const Output held = m_lab->exec(
        0, {QStringLiteral("sh"), QStringLiteral("-c"), yielding(kUntilScript) + QLatin1String(kYieldScript),
            QStringLiteral("howdah-guard"), ip, QStringLiteral("5432"), QStringLiteral("1")});
    QVERIFY2(held.ok(), held.err.constData());
    QCOMPARE(holders(ip), QStringList());
    const QString asked = QStringLiteral("/run/howdah-free-test");
    const Output free = script(1, yielding(kFreeScript), {ip, Lab::interface(), asked});
    QVERIFY2(free.ok(), free.err.constData());
    if (taken) {
        const Output next = script(1, yielding(kTakeScript), take + QStringList{asked});
        QVERIFY2(next.ok(), next.err.constData());
        QVERIFY(!QFile::exists(asked)); // it counts once
        const Output third = script(2, yielding(kFreeScript), {ip, Lab::interface(), asked});
        QVERIFY2(!third.ok() && third.err.contains("another host answers"), third.err.constData());
    }
    if (released) {
        QVERIFY(script(0, yielding(kReleaseScript), {ip}).ok());
    }
    const auto guards = [this, &ip] {
        return script(0, QStringLiteral("ls /run/howdah-held-\"$1\".* 2>/dev/null; pgrep -f '[h]owdah-guard'"), {ip})
            .out;
    };
    QTRY_COMPARE_WITH_TIMEOUT(guards(), QByteArray(), 20'000); // it has come to its end
    QCOMPARE(holders(ip), holder < 0 ? QStringList() : QStringList{m_lab->node(holder).name});
    QVERIFY(script(0, yielding(kReleaseScript), {ip}).ok());
    QVERIFY(script(1, yielding(kReleaseScript), {ip}).ok());
    QCOMPARE(arpIgnore(0), QByteArray("0"));
    QFile::remove(asked);
}

void TestHostAddress::applicationsFollowThereAndBack()
{
    for (const int to : {1, 2, 0}) {
        awaitWhole();
        const int from = m_lab->primary();
        CommitClient client(
            {QStringLiteral("host=%1 port=5432 user=postgres dbname=postgres").arg(m_lab->floatingAddress())});
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
        const QByteArray before = neighbour();
        const ConsoleRun ended = switchover(to);
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        QCOMPARE(ended.check(QStringLiteral("address_holder")), QStringLiteral("passed"));
        const qint64 counted = client.acknowledged();
        QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > counted + 100, 15'000);
        client.stop();
        qInfo("by a floating address from pg%d to pg%d: writes waited %.0f ms, of these the address took %d", from + 1,
              to + 1, client.worstGapMs(), tookMs(ended, QStringLiteral("address_write")));
        QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QCOMPARE(m_lab->primary(), to);
        QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(to).name}));
        QVERIFY(!neighbour().isEmpty() && neighbour() != before); // who had known the old one knows the new one
        QCOMPARE(arpIgnore(from), QByteArray("0"));
    }
}

/// Nobody has noticed anything, and the address is where it was.
void TestHostAddress::killedWhileHeldIsUndone()
{
    awaitWhole();
    const int from = m_lab->primary();
    CommitClient client(
        {QStringLiteral("host=%1 port=5432 user=postgres dbname=postgres").arg(m_lab->floatingAddress())});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    const ConsoleRun killed =
        switchover(from == 0 ? 1 : 0, [](const QString &at) { return at == QLatin1String("hold_write done"); });
    QCOMPARE(killed.exitCode, -1);
    QCOMPARE(m_lab->primary(), from);
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList());
    const qint64 counted = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > counted + 100, 15'000);
    const ConsoleRun undone = integration::runConsole({QStringLiteral("journal"), clusterFile(QStringLiteral("orders")),
                                                       QStringLiteral("undo"), QStringLiteral("--json")},
                                                      m_directory.path());
    QVERIFY2(undone.exitCode == 2, undone.text.constData());
    client.stop();
    QCOMPARE(client.failed(), 0);
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(from).name}));
    QCOMPARE(arpIgnore(from), QByteArray("0"));
}

void TestHostAddress::twoHoldersRefuse()
{
    awaitWhole();
    const int from = m_lab->primary();
    const int to = from == 0 ? 1 : 0;
    QVERIFY(m_lab->addAddress(2, m_lab->floatingAddress()));
    const ConsoleRun ended = switchover(to);
    QVERIFY(m_lab->removeAddress(2, m_lab->floatingAddress()));
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(ended.check(QStringLiteral("address_holder")), QStringLiteral("failed"));
    QVERIFY2(ended.text.contains(m_lab->node(2).name.toUtf8()), ended.text.constData());
    QCOMPARE(m_lab->primary(), from);
}

void TestHostAddress::strangerRefuses()
{
    awaitWhole();
    const int from = m_lab->primary();
    QVERIFY(m_lab->removeAddress(from, m_lab->floatingAddress()));
    QVERIFY(onBridge("add"));
    const ConsoleRun ended = switchover(from == 0 ? 1 : 0);
    QVERIFY(onBridge("del"));
    QVERIFY(m_lab->addAddress(from, m_lab->floatingAddress()));
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(ended.check(QStringLiteral("address_holder")), QStringLiteral("failed"));
    QVERIFY2(ended.text.contains("none of these"), ended.text.constData());
    QCOMPARE(m_lab->primary(), from);
}

/// Its host takes no commands: it could not be made to give the address up.
void TestHostAddress::oldHostThatCannotBeAskedRefuses()
{
    awaitWhole();
    const int from = m_lab->primary();
    const QString file = clusterFile(QStringLiteral("silent"), [from](cluster::ClusterConfig &config) {
        cluster::NodeConfig &old = config.nodes[static_cast<std::size_t>(from)];
        old.command = old.rootCommand = old.start = old.stop = {};
        old.hasCommand = false;
    });
    const ConsoleRun ended = switchover(from == 0 ? 1 : 0, {}, file);
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(ended.check(QStringLiteral("address_holder")), QStringLiteral("failed"));
    QCOMPARE(m_lab->primary(), from);
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(from).name}));
}

/// Past the promotion there is no way back: what is left is said, and finished once whoever was in the way is gone.
void TestHostAddress::strangerMeanwhileIsToldAndFinished()
{
    awaitWhole();
    const int from = m_lab->primary();
    const int to = from == 0 ? 1 : 0;
    const ConsoleRun ended = switchover(to, [&](const QString &at) {
        if (at == QLatin1String("promote started")) {
            (void)m_lab->addAddress(2, m_lab->floatingAddress());
        }
        return false;
    });
    QVERIFY2(ended.exitCode == 3, ended.text.constData());
    QVERIFY2(ended.text.contains("another host answers"), ended.text.constData());
    QCOMPARE(m_lab->primary(), to);
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(2).name}));
    QVERIFY(m_lab->removeAddress(2, m_lab->floatingAddress()));
    const ConsoleRun finished = integration::runConsole(
        {QStringLiteral("journal"), clusterFile(QStringLiteral("orders")), QStringLiteral("resume"),
         ended.last().value(QStringLiteral("operation")).toString(), QStringLiteral("--json")},
        m_directory.path());
    QVERIFY2(finished.exitCode == 0, finished.text.constData());
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(to).name}));
    QCOMPARE(arpIgnore(from), QByteArray("0"));
}

/// Somebody has promoted without the console: the address stayed behind, which is seen, and mended.
/// Who watches by a script is told as the window is.
void TestHostAddress::statusAndCheckTell()
{
    awaitWhole();
    const int primary = m_lab->primary();
    const int standby = primary == 0 ? 1 : 0;
    const QString file = clusterFile(QStringLiteral("told"));
    const auto run = [&](const char *command) {
        return integration::runConsole({QLatin1String(command), file, QStringLiteral("--json")}, m_directory.path());
    };
    const auto first = [](const ConsoleRun &ended) {
        return ended.last().value(QLatin1String("addresses")).toArray().first().toObject();
    };
    const ConsoleRun well = run("status");
    QVERIFY2(well.exitCode == 0, well.text.constData());
    QCOMPARE(first(well).value(QLatin1String("verdict")).toString(), QStringLiteral("ok"));
    QCOMPARE(first(well).value(QLatin1String("answers")).toString(), m_lab->node(primary).name);
    QVERIFY(m_lab->addAddress(standby, m_lab->floatingAddress()));
    const ConsoleRun two = run("check");
    QVERIFY2(two.exitCode == 2 && two.text.contains("address_two_holders:write"), two.text.constData());
    const QString cidr = QStringLiteral("%1/%2").arg(m_lab->floatingAddress()).arg(Lab::prefixLength());
    for (const int node : {primary, standby}) {
        (void)script(
            node, QStringLiteral("ip addr del \"$1\" dev \"$2\" 2>/dev/null || ip addr del \"${1%/*}/32\" dev \"$2\""),
            {cidr, Lab::interface()});
    }
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList());
    const ConsoleRun none = run("check");
    QVERIFY2(none.exitCode == 2 && none.text.contains("address_no_holder:write"), none.text.constData());
    QVERIFY(m_lab->addAddress(primary, m_lab->floatingAddress()));
    QTRY_COMPARE_WITH_TIMEOUT(first(run("status")).value(QLatin1String("verdict")).toString(), QStringLiteral("ok"),
                              20'000);
}

/// The certificate that the real server shows, and whether it is for the name that applications connect by.
void TestHostAddress::certificateIsForTheName()
{
    awaitWhole();
    const int primary = m_lab->primary();
    const Output made = m_lab->exec(
        primary,
        {QStringLiteral("sh"), QStringLiteral("-c"),
         QStringLiteral(
             "umask 077; openssl req -x509 -newkey rsa:2048 -nodes -days 90 -subj /CN=pg -addext "
             "subjectAltName=DNS:orders-write.internal,DNS:*.db.internal,IP:\"$1\" -keyout \"$2\"/server.key "
             "-out \"$2\"/server.crt"),
         QStringLiteral("make"), m_lab->floatingAddress(),
         m_lab->node(primary).value(QStringLiteral("SHOW data_directory"))},
        QStringLiteral("postgres"));
    QVERIFY2(made.ok(), made.err.constData());
    QVERIFY(m_lab->node(primary).sql(QStringLiteral("ALTER SYSTEM SET ssl = on")));
    QVERIFY(m_lab->node(primary).sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_COMPARE_WITH_TIMEOUT(m_lab->node(primary).value(QStringLiteral("SHOW ssl")), QStringLiteral("on"), 20'000);
    const auto seenAs = [&](const char *host) {
        const QString file = clusterFile(QStringLiteral("named"), [host](cluster::ClusterConfig &config) {
            config.addresses.front().host = QLatin1String(host);
        });
        return integration::runConsole({QStringLiteral("address"), file, QStringLiteral("--json")}, m_directory.path())
            .last()
            .value(QStringLiteral("addresses"))
            .toArray()
            .at(0)
            .toObject();
    };
    QJsonObject seen = seenAs("orders-write.internal");
    QVERIFY(!seen.value(QStringLiteral("tls")).toString().isEmpty());
    const QJsonObject certificate = seen.value(QStringLiteral("certificate")).toObject();
    QCOMPARE(certificate.value(QStringLiteral("names")).toArray(),
             QJsonArray(
                 {QStringLiteral("*.db.internal"), m_lab->floatingAddress(), QStringLiteral("orders-write.internal")}));
    const QDateTime expires =
        QDateTime::fromString(certificate.value(QStringLiteral("expires")).toString(), Qt::ISODate);
    QCOMPARE(QDateTime::currentDateTimeUtc().daysTo(expires), 90);
    for (const char *host : {"orders-write.internal", "write.db.internal", ""}) {
        seen = seenAs(host);
        QVERIFY2(seen.value(QStringLiteral("verdict")).toString() == QLatin1String("ok"),
                 QJsonDocument(seen).toJson().constData());
    }
    seen = seenAs("orders.internal");
    QCOMPARE(seen.value(QStringLiteral("finding")).toString(), QStringLiteral("address_tls_name"));
    QVERIFY(seen.value(QStringLiteral("remedy")).toString().contains(QStringLiteral("orders.internal")));
    QVERIFY(m_lab->node(primary).sql(QStringLiteral("ALTER SYSTEM RESET ssl")));
    QVERIFY(m_lab->node(primary).sql(QStringLiteral("SELECT pg_reload_conf()")));
    QTRY_COMPARE_WITH_TIMEOUT(m_lab->node(primary).value(QStringLiteral("SHOW ssl")), QStringLiteral("off"), 20'000);
}

void TestHostAddress::movedByItself()
{
    awaitWhole();
    const int from = m_lab->primary();
    const int to = from == 0 ? 1 : 0;
    const QString file = clusterFile(QStringLiteral("orders"));
    const auto run = [&](const QStringList &more) {
        return integration::runConsole(QStringList{QStringLiteral("address"), file} + more +
                                           QStringList{QStringLiteral("--json")},
                                       m_directory.path());
    };
    const auto only = [](const ConsoleRun &ended) {
        return ended.last().value(QStringLiteral("addresses")).toArray().at(0).toObject();
    };
    ConsoleRun ended = run({});
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QCOMPARE(only(ended).value(QStringLiteral("verdict")).toString(), QStringLiteral("ok"));
    QCOMPARE(only(ended).value(QStringLiteral("answers")).toString(), m_lab->node(from).name);
    // To a standby it does not go.
    ended = run({QStringLiteral("assign"), QStringLiteral("write"), m_lab->node(to).name, QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 1, ended.text.constData());
    QCOMPARE(ended.check(QStringLiteral("address_target")), QStringLiteral("failed"));
    // Its cluster file had no address.
    const QString without = clusterFile(QStringLiteral("without"), [](cluster::ClusterConfig &c) { c.addresses = {}; });
    ended = switchover(to, {}, without);
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    awaitWhole();
    ended = run({QStringLiteral("list")});
    QCOMPARE(only(ended).value(QStringLiteral("finding")).toString(), QStringLiteral("address_leads_to_standby"));
    QCOMPARE(only(ended).value(QStringLiteral("holders")).toArray().at(0).toString(), m_lab->node(from).name);
    const QStringList assign{QStringLiteral("assign"), QStringLiteral("write"), m_lab->node(to).name};
    ended = run(assign + QStringList{QStringLiteral("--dry-run")});
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(from).name}));
    ended = run(assign + QStringList{QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(to).name}));
    ended = run({});
    QCOMPARE(only(ended).value(QStringLiteral("verdict")).toString(), QStringLiteral("ok"));

    // The same by the script of the dry run, after a switchover back without it.
    ended = switchover(from, {}, without);
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    awaitWhole();
    const QString book = m_directory.filePath(QStringLiteral("address.sh"));
    const QStringList back{QStringLiteral("assign"),    QStringLiteral("write"),     m_lab->node(from).name,
                           QStringLiteral("--dry-run"), QStringLiteral("--runbook"), book};
    ended = run(back);
    QVERIFY2(ended.exitCode == 0, ended.text.constData());
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(to).name}));
    QVERIFY2(run(back).exitCode == 1, "a runbook that is there is not overwritten");
    const Output ran = testsupport::run({QStringLiteral("sh"), book}, 60'000);
    QVERIFY2(ran.ok(), (ran.out + ran.err).constData());
    QCOMPARE(holders(m_lab->floatingAddress()), QStringList({m_lab->node(from).name}));
    QCOMPARE(only(run({})).value(QStringLiteral("verdict")).toString(), QStringLiteral("ok"));
}

QTEST_GUILESS_MAIN(TestHostAddress)
#include "tst_hostaddress.moc"
