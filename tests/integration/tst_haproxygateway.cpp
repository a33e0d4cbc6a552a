// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QStandardPaths>
#include <libpq-fe.h>

#include "consolerun.h"
#include "gatewayhosts.h"
#include "support/labaddress.h"

using namespace howdah;
#ifndef Q_MOC_RUN
using namespace howdah::operations::address;
#endif
using integration::ConsoleRun;
using integration::Kind;
using integration::kRoleCheck;
using integration::kSocket;
using integration::OnStep;
using testsupport::CommitClient;
using testsupport::Lab;
using testsupport::Output;

namespace {

constexpr int kWholeMs = 60'000;

/// Of the checks those that did not pass, and the end.
QByteArray why(const ConsoleRun &run)
{
    QByteArray text;
    for (const QJsonObject &line : run.lines) {
        const QJsonObject check = line.value(QStringLiteral("check")).toObject();
        if (!check.isEmpty() && check.value(QStringLiteral("result")).toString() != QLatin1String("passed")) {
            text += QJsonDocument(check).toJson(QJsonDocument::Compact) + '\n';
        }
    }
    return text + run.text.right(1500);
}

} // namespace

Q_DECLARE_METATYPE(Kind)

/// Applications connect to one of two gateways, which lead them to the primary by HAProxy.
class TestHaproxyGateway : public QObject, private integration::GatewayHosts {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void socketIsSpokenToByWhoIsThere_data();
    void socketIsSpokenToByWhoIsThere();
    void applicationsFollowThereAndBack_data();
    void applicationsFollowThereAndBack();
    void movedByItself();
    void undoneWhenTheCandidateDies();
    void holdEndsThoughNobodyHears();
    void killedConsoleKeepsNobodyOut();
    void undoneWhenAGatewayDies();
    void gatewayLostMeanwhileIsToldAndFinished();
    void runbookDoesTheSame();
    void refused_data();
    void refused();
    void stoppedGatewaysAreTold();
    void whatIsForgottenIsForetold();
    void followsPatroni();

private:
    void leadTo(int node) const;
    void bothLeadTo(int node) const;
    QString clusterFile(const QString &name, const std::function<void(cluster::ClusterConfig &)> &change = {}) const;
    ConsoleRun run(const QStringList &arguments, const OnStep &onStep = {}) const
    {
        return integration::runConsole(arguments, m_directory.path(), onStep);
    }
    ConsoleRun switchover(int to, const OnStep &onStep = {}) const
    {
        return run({QStringLiteral("switchover"), clusterFile(QStringLiteral("orders")), QStringLiteral("--json"),
                    QStringLiteral("--yes"), QStringLiteral("--to"), m_lab->node(to).name},
                   onStep);
    }
    ConsoleRun address(const QStringList &words) const
    {
        return run(QStringList{QStringLiteral("address"), clusterFile(QStringLiteral("orders"))} + words +
                   QStringList{QStringLiteral("--json")});
    }
    static QJsonObject only(const ConsoleRun &ended)
    {
        return ended.last().value(QStringLiteral("addresses")).toArray().at(0).toObject();
    }
    int standby() const { return m_lab->primary() == 0 ? 1 : 0; }
    bool isWhole() const { return testsupport::bothFollow(*m_lab); }
};

void TestHaproxyGateway::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    Lab::Options options;
    options.cascading = false;
    auto lab = Lab::start(Lab::Variant::Plain, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    QVERIFY(QDir().mkpath(shared()));
    QFile::setPermissions(m_directory.path(),
                          QFile::permissions(m_directory.path()) | QFile::ReadOther | QFile::ExeOther);
    QVERIFY(integration::write(m_directory.filePath(QStringLiteral("role")), kRoleCheck, true));
    for (int gateway = 0; gateway < kGateways; ++gateway) {
        plug(gateway);
        QVERIFY(m_lab->node(0).sql(QStringLiteral("CREATE DATABASE ") + database(gateway)));
    }
}

/// By somebody who is not the console.
void TestHaproxyGateway::leadTo(int node) const
{
    QStringList commands;
    for (int other = 0; other < m_lab->nodeCount(); ++other) {
        commands.append(QStringLiteral("set server pg_write/%1 state %2")
                            .arg(serverOf(other), other == node ? QStringLiteral("ready") : QStringLiteral("maint")));
    }
    for (int gateway = 0; gateway < kGateways; ++gateway) {
        (void)say(gateway, commands.join(QLatin1Char(';')));
    }
    bothLeadTo(node);
}

void TestHaproxyGateway::bothLeadTo(int node) const
{
    for (int gateway = 0; gateway < kGateways; ++gateway) {
        QCOMPARE(takers(gateway), QStringList{serverOf(node)});
    }
}

/// Each test begins with gateways whose servers' state decides, and that lead to the primary.
void TestHaproxyGateway::init()
{
    if (!m_lab) {
        return;
    }
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kWholeMs);
    for (int gateway = 0; gateway < kGateways; ++gateway) {
        startHaproxy(gateway, configuration(gateway, Kind::State));
    }
    leadTo(m_lab->primary());
}

QString TestHaproxyGateway::clusterFile(const QString &name,
                                        const std::function<void(cluster::ClusterConfig &)> &change) const
{
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = name;
    if (m_lab->variant() == Lab::Variant::Plain) {
        config.manager = cluster::ManagerKind::None;
    }
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = gatewayIp(0);
    address.provider = QStringLiteral("haproxy");
    address.backend = QStringLiteral("pg_write");
    address.socket = shared() + kSocket;
    for (int gateway = 0; gateway < kGateways; ++gateway) {
        address.gateways.push_back(prefix(gateway));
    }
    config.addresses = {address};
    if (change) {
        change(config);
    }
    const QString file = m_directory.filePath(name + QStringLiteral(".toml"));
    return cluster::saveClusterFile(config, file) ? file : QString();
}

void TestHaproxyGateway::socketIsSpokenToByWhoIsThere_data()
{
    QTest::addColumn<QString>("program");
    for (const char *program : {"socat", "perl", "python3", "nc"}) {
        QTest::newRow(program) << QString::fromLatin1(program);
    }
    QTest::newRow("nobody") << QString();
}

/// Of what could speak to a socket only one is there.
void TestHaproxyGateway::socketIsSpokenToByWhoIsThere()
{
    QFETCH(QString, program);
    const QTemporaryDir programs;
    const QStringList system{QStringLiteral("/usr/bin"), QStringLiteral("/bin")}; // not a wrapper of somebody's
    for (const char *name : {"sh", "sed", "awk", "tr", "grep", "cat", "id", "tail", "head"}) {
        const QString word = QLatin1String(name);
        QVERIFY(QFile::link(QStandardPaths::findExecutable(word, system), programs.filePath(word)));
    }
    const QString there = program.isEmpty() ? QString() : QStandardPaths::findExecutable(program, system);
    if (!program.isEmpty() && there.isEmpty()) {
        QSKIP("it is not installed");
    }
    if (!there.isEmpty()) {
        QVERIFY(QFile::link(QFileInfo(there).canonicalFilePath(), programs.filePath(program)));
    }
    const auto script = [&](const char *text, const QStringList &arguments) {
        return testsupport::run(QStringList{QStringLiteral("env"), QStringLiteral("-i"),
                                            QStringLiteral("PATH=") + programs.path(), QStringLiteral("/bin/sh"),
                                            QStringLiteral("-c"), saying(text), QStringLiteral("howdah-test")} +
                                arguments);
    };
    const QString socket = directory(0) + kSocket, backend = QStringLiteral("pg_write");
    const Output looked = script(kGatewayLookScript, {socket, backend});
    QVERIFY2(looked.ok(), looked.err.constData());
    if (program.isEmpty()) {
        QVERIFY2(looked.out.startsWith("howdah-problem none of socat,"), looked.out.constData());
        return;
    }
    if (looked.out.contains("that knows -U")) {
        QSKIP("this nc does not know -U");
    }
    QVERIFY2(looked.out.startsWith("howdah-by " + program.toLatin1() + '\n'), looked.out.constData());
    QVERIFY2(looked.out.contains("\nadmin\n") && looked.out.contains("pg_write,third,"), looked.out.constData());
    const int primary = m_lab->primary(), other = standby();
    const QString in = QLatin1Char('+') + serverOf(other), out = QLatin1Char('-') + serverOf(primary);
    const QString line = QStringLiteral("set server pg_write/%1 state maint; set server pg_write/%2 state ready")
                             .arg(serverOf(primary), serverOf(other));
    for (int i = 0; i < 2; ++i) { // as often as one likes
        const Output led = script(kGatewayLeadScript, {socket, program, backend, line, in, out});
        QVERIFY2(led.ok(), led.err.constData());
        QCOMPARE(takers(0), QStringList{serverOf(other)});
    }
    QVERIFY(script(kGatewaySeeScript, {socket, program, backend, in, out}).ok());
    // What is not so is said.
    const QString wrongIn = QLatin1Char('+') + serverOf(primary), wrongOut = QLatin1Char('-') + serverOf(other);
    for (const char *text : {kGatewayLeadScript, kGatewaySeeScript}) {
        QStringList words{socket, program, backend, wrongIn, wrongOut};
        if (text == kGatewayLeadScript) {
            words.insert(3, QString());
        }
        const Output seen = script(text, words);
        QVERIFY(!seen.ok());
        QVERIFY2(seen.err.contains(serverOf(primary).toUtf8() + " takes no sessions") &&
                     seen.err.contains(serverOf(other).toUtf8() + " takes sessions"),
                 seen.err.constData());
    }
    const Output unknown =
        script(kGatewayLeadScript, {socket, program, backend, QStringLiteral("set server pg_write/x state ready"), in});
    QVERIFY2(!unknown.ok() && unknown.err.contains("No such server"), unknown.err.constData());
    const Output missing = script(kGatewayLookScript, {socket, QStringLiteral("nothing")});
    QVERIFY2(missing.out.contains("Can't find backend."), missing.out.constData());
    stopHaproxy(0);
    const Output dead = script(kGatewayLookScript, {socket, backend});
    QVERIFY2(dead.out.contains("howdah-problem HAProxy does not answer"), dead.out.constData());
    QVERIFY(!script(kGatewayLeadScript, {socket, program, backend, line, in, out}).ok());
    QVERIFY(!script(kGatewaySeeScript, {socket, program, backend, in, out}).ok());
}

void TestHaproxyGateway::applicationsFollowThereAndBack_data()
{
    QTest::addColumn<Kind>("kind");
    QTest::newRow("their state decides") << Kind::State;
    QTest::newRow("a check decides") << Kind::Check;
}

/// Beside them an application that knows the nodes: what the switchover alone takes, in the same run.
void TestHaproxyGateway::applicationsFollowThereAndBack()
{
    QFETCH(Kind, kind);
    if (kind == Kind::Check) {
        for (int gateway = 0; gateway < kGateways; ++gateway) {
            startHaproxy(gateway, configuration(gateway, kind));
            QTRY_COMPARE_WITH_TIMEOUT(takers(gateway), QStringList{serverOf(m_lab->primary())}, 30'000);
        }
    }
    for (int round = 0; round < 2; ++round) {
        QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kWholeMs);
        const int from = m_lab->primary(), to = standby();
        CommitClient bare(m_lab->conninfos()), first({through(0)}), second({through(1)});
        for (const CommitClient *client : {&bare, &first, &second}) {
            QTRY_VERIFY_WITH_TIMEOUT(client->acknowledged() > 100, 30'000);
        }
        const ConsoleRun ended = switchover(to);
        QVERIFY2(ended.exitCode == 0, why(ended).constData());
        for (const char *check : {"address_gateway", "address_servers", "address_route"}) {
            QCOMPARE(ended.check(QLatin1String(check)), QStringLiteral("passed"));
        }
        for (CommitClient *client : {&bare, &first, &second}) {
            const qint64 counted = client->acknowledged();
            QTRY_VERIFY_WITH_TIMEOUT(client->acknowledged() > counted + 100, 30'000);
            client->stop();
        }
        QCOMPARE(bare.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
        QCOMPARE(lost(first, 0, to), 0);
        QCOMPARE(lost(second, 1, to), 0);
        bothLeadTo(to);
        for (int gateway = 0; gateway < kGateways; ++gateway) {
            QCOMPARE(sessionsOn(gateway, from), 0);
        }
        qInfo("from pg%d to pg%d: writes waited %.0f ms by itself, %.0f and %.0f ms through the gateways", from + 1,
              to + 1, bare.worstGapMs(), first.worstGapMs(), second.worstGapMs());
        // HAProxy tries a server that refuses again only after a second, and a check comes three times in 9 s: neither
        // was waited for.
        const double longest = std::max(first.worstGapMs(), second.worstGapMs());
        QVERIFY2(longest < bare.worstGapMs() + 700, qPrintable(QString::number(longest)));
        if (kind == Kind::Check) { // nothing was set: the checks found the same
            QVERIFY(!say(0, QStringLiteral("show stat pg_write 4 -1")).contains("MAINT"));
        }
    }
}

/// The gateways stayed with the old primary: that is told, and mended. Whoever has a session there is led on.
void TestHaproxyGateway::movedByItself()
{
    const int primary = m_lab->primary(), other = standby();
    leadTo(other);
    const std::unique_ptr<PGconn, decltype(&PQfinish)> open(PQconnectdb(through(1).toUtf8().constData()), &PQfinish);
    QCOMPARE(PQstatus(open.get()), CONNECTION_OK);
    QCOMPARE(sessionsOn(1, other), 1);
    ConsoleRun ended = address({QStringLiteral("list")});
    QCOMPARE(only(ended).value(QStringLiteral("finding")).toString(), QStringLiteral("address_leads_to_standby"));
    QCOMPARE(only(ended).value(QStringLiteral("holders")).toArray().at(0).toString(), m_lab->node(other).name);
    const QStringList assign{QStringLiteral("assign"), QStringLiteral("write"), m_lab->node(primary).name};
    ended = address(assign + QStringList{QStringLiteral("--dry-run")});
    QVERIFY2(ended.exitCode == 0, why(ended).constData());
    bothLeadTo(other);
    ended = address(assign + QStringList{QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 0, why(ended).constData());
    bothLeadTo(primary);
    QCOMPARE(sessionsOn(1, other), 0);
    const std::unique_ptr<PGresult, decltype(&PQclear)> late(PQexec(open.get(), "SELECT 1"), &PQclear);
    QCOMPARE(PQresultStatus(late.get()), PGRES_FATAL_ERROR); // it was ended
    ended = address({});
    QCOMPARE(only(ended).value(QStringLiteral("verdict")).toString(), QStringLiteral("ok"));
    const QJsonArray gateways = only(ended).value(QStringLiteral("gateways")).toArray();
    QCOMPARE(gateways.size(), qsizetype(kGateways));
    QCOMPARE(gateways.at(1).toObject().value(QStringLiteral("leads_to")).toArray().at(0).toString(),
             m_lab->node(primary).name);
    // To a standby it does not go.
    ended =
        address({QStringLiteral("assign"), QStringLiteral("write"), m_lab->node(other).name, QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 1, why(ended).constData());
    // A check that finds the primary down is not overruled.
    startHaproxy(
        1, configuration(1, Kind::Check).replace("external-check command", "external-check command /bin/false\n#"));
    QTRY_COMPARE_WITH_TIMEOUT(takers(1), QStringList(), 40'000);
    ended = address(assign + QStringList{QStringLiteral("--yes")});
    QVERIFY2(ended.exitCode == 1 && ended.text.contains("does not overrule"), why(ended).constData());
    QCOMPARE(only(address({})).value(QStringLiteral("finding")).toString(), QStringLiteral("address_no_server"));
}

/// Nothing has been moved by then, and applications find the old primary where it was.
void TestHaproxyGateway::undoneWhenTheCandidateDies()
{
    const int from = m_lab->primary(), to = standby();
    CommitClient client({through(0)});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 30'000);
    const ConsoleRun ended = switchover(to, [&](const QString &at) {
        if (at == QLatin1String("stop done")) {
            (void)m_lab->node(to).kill();
        }
        return false;
    });
    QVERIFY2(ended.exitCode == 3, why(ended).constData()); // what was prepared on the dead one is left to be undone
    QCOMPARE(m_lab->primary(), from);
    bothLeadTo(from); // and lets new ones through again
    const qint64 counted = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > counted + 100, 30'000);
    client.stop();
    qInfo("the candidate died: writes waited %.0f ms through a gateway", client.worstGapMs());
    QCOMPARE(lost(client, 0, from), 0);
    QVERIFY(m_lab->node(to).start().ok());
    const ConsoleRun undone =
        run({QStringLiteral("journal"), clusterFile(QStringLiteral("orders")), QStringLiteral("undo"),
             ended.last().value(QStringLiteral("operation")).toString(), QStringLiteral("--json")});
    QVERIFY2(undone.exitCode == 2, why(undone).constData());
    bothLeadTo(from);
}

/// The console dies while it is done: HAProxy has been told, and who told it writes its answer to nobody.
void TestHaproxyGateway::holdEndsThoughNobodyHears()
{
    const QString server = serverOf(m_lab->primary()), weight = QStringLiteral("set server pg_write/%1 weight %2");
    const auto held = testsupport::run(
        {QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("\"$@\" | :"), QStringLiteral("unheard"),
         QStringLiteral("sh"), QStringLiteral("-c"), holding(), QStringLiteral("howdah-hold"), QStringLiteral("2"),
         weight.arg(server, QStringLiteral("100%")), directory(0) + kSocket, QStringLiteral("perl"),
         QStringLiteral("pg_write"), weight.arg(server, QStringLiteral("0%")), QLatin1Char('-') + server});
    QVERIFY2(held.ok(), held.err.constData());
    QTRY_COMPARE_WITH_TIMEOUT(takers(0), QStringList(), 10'000);
    QTRY_COMPARE_WITH_TIMEOUT(takers(0), QStringList{server}, 30'000);
}

/// It dies while nobody new is let through: whoever comes is let in again by itself.
void TestHaproxyGateway::killedConsoleKeepsNobodyOut()
{
    const int from = m_lab->primary();
    CommitClient client({through(0)});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 30'000);
    const ConsoleRun killed =
        run({QStringLiteral("switchover"), clusterFile(QStringLiteral("orders")), QStringLiteral("--json"),
             QStringLiteral("--yes"), QStringLiteral("--to"), m_lab->node(standby()).name},
            [](const QString &at) { return at == QLatin1String("hold_1_write done"); });
    QVERIFY2(killed.exitCode == -1, why(killed).constData());
    QCOMPARE(takers(0), QStringList());
    const qint64 counted = client.acknowledged(); // who has a session keeps it
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > counted + 100, 10'000);
    QCOMPARE(client.failed(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(takers(0), QStringList{serverOf(from)}, 60'000);
    QTRY_COMPARE_WITH_TIMEOUT(takers(1), QStringList{serverOf(from)}, 60'000);
    client.stop();
    const ConsoleRun undone = run({QStringLiteral("journal"), clusterFile(QStringLiteral("orders")),
                                   QStringLiteral("undo"), QStringLiteral("--json")});
    QVERIFY2(undone.exitCode == 2, why(undone).constData());
    bothLeadTo(from);
}

/// Of a move by itself all is taken back where one gateway can't be led.
void TestHaproxyGateway::undoneWhenAGatewayDies()
{
    const int primary = m_lab->primary(), other = standby();
    leadTo(other);
    const ConsoleRun ended =
        run({QStringLiteral("address"), clusterFile(QStringLiteral("orders")), QStringLiteral("assign"),
             QStringLiteral("write"), m_lab->node(primary).name, QStringLiteral("--yes"), QStringLiteral("--json")},
            [&](const QString &at) {
                if (at == QLatin1String("lock started")) {
                    killHaproxy(1);
                }
                return false;
            });
    QVERIFY2(ended.exitCode == 3, why(ended).constData()); // of the dead one it can't be said
    QVERIFY2(ended.text.contains("Connection refused") || ended.text.contains("HAProxy:"), why(ended).constData());
    QCOMPARE(takers(0), QStringList{serverOf(other)}); // as it was
    startHaproxy(1, configuration(1, Kind::State));
    const QStringList back{QStringLiteral("journal"), clusterFile(QStringLiteral("orders")), QStringLiteral("undo"),
                           ended.last().value(QStringLiteral("operation")).toString(), QStringLiteral("--json")};
    const ConsoleRun undone = run(back);
    QVERIFY2(undone.exitCode == 2, why(undone).constData());
    QCOMPARE(takers(1), QStringList{serverOf(other)});
}

/// The other one is led on all the same; what is left is said, and done once it is there again.
void TestHaproxyGateway::gatewayLostMeanwhileIsToldAndFinished()
{
    const int to = standby();
    CommitClient client({through(1)});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 30'000);
    const QByteArray before = configuration(0, Kind::State);
    const ConsoleRun ended = switchover(to, [&](const QString &at) {
        if (at == QLatin1String("promote started")) {
            killHaproxy(0);
        }
        return false;
    });
    QVERIFY2(ended.exitCode == 3, why(ended).constData());
    const QString remains = QString::fromUtf8(QJsonDocument(ended.last()).toJson());
    QVERIFY2(remains.contains(QLatin1String("gateway %1").arg(gatewayIp(0))), qPrintable(remains));
    QCOMPARE(m_lab->primary(), to);
    QCOMPARE(takers(1), QStringList{serverOf(to)});
    const qint64 counted = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > counted + 100, 30'000);
    client.stop();
    startHaproxy(0, before);
    const ConsoleRun finished =
        run({QStringLiteral("journal"), clusterFile(QStringLiteral("orders")), QStringLiteral("resume"),
             ended.last().value(QStringLiteral("operation")).toString(), QStringLiteral("--json")});
    QVERIFY2(finished.exitCode == 0, why(finished).constData());
    bothLeadTo(to);
}

/// For people, and for a shell.
void TestHaproxyGateway::runbookDoesTheSame()
{
    const int from = m_lab->primary(), to = standby();
    const QString file = clusterFile(QStringLiteral("orders"));
    const auto written = [&](const QString &book) {
        const ConsoleRun planned =
            run({QStringLiteral("switchover"), file, QStringLiteral("--json"), QStringLiteral("--dry-run"),
                 QStringLiteral("--to"), m_lab->node(to).name, QStringLiteral("--runbook"), book});
        QFile read(book);
        return planned.exitCode == 0 && read.open(QIODevice::ReadOnly) ? read.readAll() : why(planned);
    };
    const QByteArray page = written(m_directory.filePath(QStringLiteral("book.md")));
    const QByteArray line = QStringLiteral("set server pg_write/%1 state maint; set server pg_write/%1 weight 100%; "
                                           "shutdown sessions server pg_write/%1; set server pg_write/%2 state ready")
                                .arg(serverOf(from), serverOf(to))
                                .toUtf8();
    QCOMPARE(page.count(line + '\''), 2 * kGateways); // and once more when it has settled; the remedy has no quote
    const QString book = m_directory.filePath(QStringLiteral("book.sh"));
    const QByteArray script = written(book);
    QVERIFY2(script.startsWith("#!/bin/sh"), script.constData());
    CommitClient client({through(1)});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 30'000);
    const Output ran = testsupport::run({QStringLiteral("sh"), book}, 120'000);
    QVERIFY2(ran.ok(), (ran.out + ran.err).right(3000).constData());
    const qint64 counted = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > counted + 100, 30'000);
    client.stop();
    QCOMPARE(m_lab->primary(), to);
    bothLeadTo(to);
    QCOMPARE(lost(client, 1, to), 0);
}

void TestHaproxyGateway::refused_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("check");
    QTest::addColumn<QString>("finding"); // of check; empty: it is well
    const auto row = [](const char *what, const char *check, const char *finding) {
        QTest::newRow(what) << QString::fromLatin1(what) << QString::fromLatin1(check) << QString::fromLatin1(finding);
    };
    row("HAProxy is dead", "address_gateway", "address_gateway_not_asked");
    row("its host is out of reach", "address_gateway", "address_gateway_not_asked");
    row("not admin", "address_gateway", "address_gateway_level");
    row("another backend", "address_gateway", "address_gateway_not_asked");
    row("no server for the candidate", "address_servers", "");
    row("all take sessions", "address_route", "address_several_servers");
    row("it differs", "", "address_gateways_differ");
}

/// Something is wrong with the second gateway: nothing is changed.
void TestHaproxyGateway::refused()
{
    QFETCH(QString, what);
    QFETCH(QString, check);
    QFETCH(QString, finding);
    const int from = m_lab->primary(), to = standby();
    QByteArray config = configuration(1, Kind::State);
    QString file = clusterFile(QStringLiteral("orders"));
    bool leads = true;
    if (what == QLatin1String("HAProxy is dead")) {
        stopHaproxy(1);
        leads = false;
    } else if (what == QLatin1String("its host is out of reach")) {
        file = clusterFile(QStringLiteral("orders"), [this](cluster::ClusterConfig &c) {
            c.addresses.front().gateways.back().last() = QStringLiteral("postgres@") + gatewayIp(40);
        });
    } else if (what == QLatin1String("not admin")) {
        config.replace("level admin", "level operator");
    } else if (what == QLatin1String("another backend")) {
        config.replace("listen pg_write", "listen pg_read");
        leads = false;
    } else if (what == QLatin1String("no server for the candidate")) {
        config.replace(m_lab->node(to).host.toUtf8() + ":5432", m_lab->node(to).host.toUtf8() + ":5433");
    } else if (what == QLatin1String("all take sessions")) {
        config.replace(" disabled", "");
        leads = false;
    }
    if (what != QLatin1String("HAProxy is dead") && what != QLatin1String("its host is out of reach")) {
        if (what != QLatin1String("not admin")) { // which can't be set
            startHaproxy(1, config);
            for (int node = 0; leads && node < m_lab->nodeCount(); ++node) {
                const bool in = what == QLatin1String("it differs") ? node == to : node == from;
                (void)say(1, QStringLiteral("set server pg_write/%1 state %2")
                                 .arg(serverOf(node), in ? QStringLiteral("ready") : QStringLiteral("maint")));
            }
        } else {
            for (int node = 0; node < m_lab->nodeCount(); ++node) {
                const QByteArray server = m_lab->node(node).host.toUtf8() + ":5432";
                config.replace(server + " disabled", server);
                config.replace(server, server + (node == from ? "" : " disabled"));
            }
            startHaproxy(1, config);
        }
    }
    const QStringList seen = takers(1);
    if (!check.isEmpty()) {
        const ConsoleRun ended = run({QStringLiteral("switchover"), file, QStringLiteral("--json"),
                                      QStringLiteral("--yes"), QStringLiteral("--to"), m_lab->node(to).name});
        QVERIFY2(ended.exitCode == 1, why(ended).constData());
        bool failed = false;
        for (const QJsonObject &line : ended.lines) {
            const QJsonObject one = line.value(QStringLiteral("check")).toObject();
            const QString name = what.contains(QLatin1String("reach")) ? gatewayIp(40) : gatewayIp(1);
            failed = failed ||
                     (one.value(QStringLiteral("id")).toString() == QStringLiteral("%1:write:%2").arg(check, name) &&
                      one.value(QStringLiteral("result")).toString() == QLatin1String("failed"));
        }
        QVERIFY2(failed, why(ended).constData());
    }
    QCOMPARE(m_lab->primary(), from);
    QCOMPARE(takers(0), QStringList{serverOf(from)});
    QCOMPARE(takers(1), seen);
    const ConsoleRun told = run({QStringLiteral("check"), file, QStringLiteral("--json")});
    QCOMPARE(told.text.contains((finding + QStringLiteral(":write")).toUtf8()), !finding.isEmpty());
    QCOMPARE(only(told).value(QStringLiteral("finding")).toString(), finding);
    const QString verdict = only(told).value(QStringLiteral("verdict")).toString();
    QCOMPARE(verdict == QLatin1String("ok"), finding.isEmpty());
}

/// A HAProxy that hangs is not waited for for long.
void TestHaproxyGateway::stoppedGatewaysAreTold()
{
    QVERIFY(
        on(1, {QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("'kill -STOP $(cat %1/pid)'").arg(shared())})
            .ok());
    const ConsoleRun ended = address({});
    QVERIFY(
        on(1, {QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("'kill -CONT $(cat %1/pid)'").arg(shared())})
            .ok());
    const QJsonObject gateway = only(ended).value(QStringLiteral("gateways")).toArray().at(1).toObject();
    QVERIFY2(gateway.value(QStringLiteral("error")).toString().contains(QLatin1String("HAProxy")),
             ended.text.constData());
    QCOMPARE(only(ended).value(QStringLiteral("finding")).toString(), QStringLiteral("address_gateway_not_asked"));
}

/// What is set on the socket is gone with the process; a configuration that reads it from a file does not write it.
void TestHaproxyGateway::whatIsForgottenIsForetold()
{
    const int to = standby();
    QByteArray config = configuration(1, Kind::State);
    config.replace("  stats timeout", "  server-state-file /var/lib/none\n  stats timeout");
    config.replace("listen pg_write\n", "listen pg_write\n  load-server-state-from-file global\n");
    startHaproxy(1, config);
    leadTo(m_lab->primary());
    const ConsoleRun planned =
        run({QStringLiteral("switchover"), clusterFile(QStringLiteral("orders")), QStringLiteral("--json"),
             QStringLiteral("--dry-run"), QStringLiteral("--to"), m_lab->node(to).name});
    QVERIFY2(planned.exitCode == 0, why(planned).constData());
    const auto way = [&](int gateway) {
        for (const QJsonObject &line : planned.lines) {
            const QJsonObject check = line.value(QStringLiteral("check")).toObject();
            if (check.value(QStringLiteral("id")).toString() ==
                QStringLiteral("address_way:write:%1").arg(gatewayIp(gateway))) {
                return check.value(QStringLiteral("result")).toString() + QStringLiteral(": ") +
                       check.value(QStringLiteral("evidence")).toString();
            }
        }
        return QString();
    };
    // Their configurations lead to pg1 alone.
    const QString well = QStringLiteral("passed: the state of its servers decides, and its configuration");
    QVERIFY2(way(1).startsWith(to == 0 ? well : QStringLiteral("warning: what is set outlives a reload only where")),
             qPrintable(way(1)));
    QVERIFY2(way(0).startsWith(to == 0 ? well : QStringLiteral("warning: what is set lasts until HAProxy is")),
             qPrintable(way(0)));
}

/// As Patroni's documentation has it: its REST API tells HAProxy which of them is the primary.
void TestHaproxyGateway::followsPatroni()
{
    m_lab.reset();
    auto lab = Lab::start(Lab::Variant::Patroni);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kWholeMs);
    for (int gateway = 0; gateway < kGateways; ++gateway) {
        plug(gateway);
        QVERIFY(m_lab->node(m_lab->primary()).sql(QStringLiteral("CREATE DATABASE ") + database(gateway)));
        QByteArray config = configuration(gateway, Kind::Check);
        config.replace("  external-check\n  insecure-fork-wanted\n", "");
        config.replace(config.mid(config.indexOf("  option external-check"),
                                  config.indexOf("  server first") - config.indexOf("  option external-check")),
                       "  option httpchk OPTIONS /primary\n  http-check expect status 200\n"
                       "  default-server check port 8008 inter 3s fall 3 rise 2 on-marked-down shutdown-sessions\n");
        startHaproxy(gateway, config);
        QTRY_COMPARE_WITH_TIMEOUT(takers(gateway), QStringList{serverOf(m_lab->primary())}, 30'000);
    }
    const int to = standby();
    CommitClient bare(m_lab->conninfos()), client({through(1)});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100 && bare.acknowledged() > 100, 30'000);
    const ConsoleRun ended = switchover(to);
    QVERIFY2(ended.exitCode == 0, why(ended).constData());
    const qint64 counted = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > counted + 100, 30'000);
    client.stop();
    bare.stop();
    QCOMPARE(lost(client, 1, to), 0);
    bothLeadTo(to);
    QVERIFY(say(0, QStringLiteral("show stat pg_write 4 -1")).contains(",L7OK,200,"));
    qInfo("by Patroni: writes waited %.0f ms by itself, %.0f ms through a gateway", bare.worstGapMs(),
          client.worstGapMs());
    QVERIFY(client.worstGapMs() < bare.worstGapMs() + 2000);
}

QTEST_GUILESS_MAIN(TestHaproxyGateway)
#include "tst_haproxygateway.moc"
