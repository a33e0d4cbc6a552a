// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QProcess>
#include <QStandardPaths>

#include "cloudbench.h"
#include "operations/address/promotelint.h"
#include "operations/address/promotescript.h"

using namespace howdah::unit;
using howdah::operations::address::PromoteFacts;
using howdah::operations::address::promoteScript;
using howdah::testsupport::ProviderDouble;

namespace {

constexpr const char *kRepmgr = R"sh(#!/bin/sh
at=${0%/*}
echo "$*" >>"$at/asked"
[ "$1" != --version ] || { echo 'repmgr 5.3.3'; exit; }
code=$(cat "$at/code")
[ "$code" != 0 ] || : >"$at/promoted"
exit "$code"
)sh";

/// The server here says what it is, others what stands in a file.
constexpr const char *kPsql = R"sh(#!/bin/sh
at=${0%/*}
echo "$* ${PGPASSWORD:+with a password}" >>"$at/asked"
case "$*" in
*repmgr.nodes*) cat "$at/others" ;;
*host=other*) cat "$at/role" ;;
*) if [ -e "$at/promoted" ]; then echo 'primary 7'; else echo standby; fi ;;
esac
)sh";

/// pg1 (node 2, machine 111) is promoted while the address leads to pg2 (node 20, machine 222).
struct Host {
    explicit Host(Style style, const QString &shell = {})
        : cloud(style)
        , argv(shell.isEmpty() ? QStringList{QStringLiteral("sh")} : QStringList{shell, QStringLiteral("sh")})
    {
        cloud.look();
        facts.cluster = QStringLiteral("orders");
        facts.address = cloud.facts.config.addresses.front();
        facts.facts = cloud.facts.address;
        facts.nodes = {{QStringLiteral("pg1"), QStringLiteral("10.0.0.11"), 2, path("repmgr.conf"), {}},
                       {QStringLiteral("pg2"), QStringLiteral("10.0.0.12"), 20, path("repmgr.conf"), {}}};
        whole = promoteScript(facts).value_or(QString());
        write("repmgr", kRepmgr);
        write("psql", kPsql);
        write("code", "0\n");
        write("others", "");
        write("role", "");
        configure("node_id=2 # ours\n");
        QByteArray secrets;
        for (const char *name : {"DIGITALOCEAN_ACCESS_TOKEN", "HCLOUD_TOKEN", "HROBOT_API_USER", "HROBOT_API_PASSWORD",
                                 "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "OS_APPLICATION_CREDENTIAL_ID",
                                 "OS_APPLICATION_CREDENTIAL_SECRET"}) {
            secrets += qEnvironmentVariableIsSet(name) ? QByteArray(name) + "=" + qgetenv(name) + "\n" : QByteArray();
            qunsetenv(name); // a host has them in the file alone
        }
        write("secrets", secrets);
        cloud.provider.requests.clear();
    }

    QString path(const char *name) const { return cloud.directory.filePath(QLatin1String(name)); }
    void write(const char *name, const QByteArray &text) const
    {
        QFile file(path(name));
        QVERIFY(file.open(QIODevice::WriteOnly) && file.write(text) == text.size());
        file.setPermissions(QFile::ReadOwner | QFile::WriteOwner |
                            (text.startsWith("#!") ? QFile::ExeOwner : QFile::Permissions()));
    }
    QByteArray read(const char *name) const
    {
        QFile file(path(name));
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }
    void configure(const QByteArray &more, const QByteArray &conninfo = "host=own user=repmgr") const
    {
        write("repmgr.conf", "conninfo='" + conninfo + "'\npg_bindir = '" + cloud.directory.path().toUtf8() +
                                 "'\nlog_file=" + path("log").toUtf8() + "\n#node_id=20\n" + more);
    }
    /// As it is written, but for how long it waits. Made where the environment says who asks, as on a console.
    QString script() const
    {
        auto text = whole.isEmpty() || facts.address.provider == QLatin1String("command")
                        ? promoteScript(facts).value_or(QString())
                        : whole;
        return text.replace(QStringLiteral("\npause=5\n"), QStringLiteral("\npause=1\n"))
            .replace(QStringLiteral("\npause=30\n"), QStringLiteral("\npause=1\n"))
            .replace(QStringLiteral("(date +%s) + 30))"), QStringLiteral("(date +%s) + 2))"))
            .replace(QStringLiteral(" 15 "), QStringLiteral(" 2 "))
            .replace(QRegularExpression(QStringLiteral("patience=\\d+")), QStringLiteral("patience=3"));
    }
    int run(const QStringList &arguments = {})
    {
        write("script", script().toUtf8());
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(argv.first(), argv.sliced(1) +
                                        QStringList{path("script"), QStringLiteral("-s"), path("secrets"),
                                                    QStringLiteral("-t"), QStringLiteral("20")} +
                                        arguments);
        if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60'000)) {
            qWarning("it never ended");
        }
        said = process.readAll();
        return process.exitCode();
    }
    qsizetype posts() const
    {
        return std::count_if(cloud.provider.requests.begin(), cloud.provider.requests.end(),
                             [](const QByteArray &one) { return one.startsWith("POST"); });
    }

    Cloud cloud;
    PromoteFacts facts;
    QStringList argv;
    QString whole;
    QByteArray said;
};

QString busybox()
{
    return QStandardPaths::findExecutable(QStringLiteral("busybox"));
}

} // namespace

/// What repmgrd runs on the host of a standby, against a provider that is a double and a repmgr and psql that are
/// played.
class TestPromoteScript : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void promotesAndMoves_data();
    void promotesAndMoves();
    void isSound_data() { rowsOfStyles(); }
    void isSound();
    void failedPromotionMovesNothing();
    void unprovedPromotionMovesNothing();
    void busyProviderIsAskedAgain();
    void deadProviderHoldsNobodyUp();
    void failedOperationIsTriedAgain();
    void deniedIsNotTriedAgain();
    void newerPrimaryKeepsIt_data();
    void newerPrimaryKeepsIt();
    void standbyMovesNothing();
    void hostIsKnownByItsNumber();
    void secretsOfOthersAreRefused();
    void passwordStandsOnNoCommandLine();
    void events();
    void checks();
    void commandOfOnesOwn();
    void refusals_data();
    void refusals();
};

void TestPromoteScript::promotesAndMoves_data()
{
    QTest::addColumn<Style>("style");
    QTest::addColumn<QString>("shell");
    for (const Style style : {Style::DigitalOcean, Style::Hetzner, Style::Robot, Style::Aws, Style::OpenStack}) {
        QTest::newRow(qPrintable(keyOf(style))) << style << QString();
        if (!busybox().isEmpty()) {
            QTest::addRow("%s, busybox", qPrintable(keyOf(style))) << style << busybox();
        }
    }
}

void TestPromoteScript::promotesAndMoves()
{
    QFETCH(Style, style);
    QFETCH(QString, shell);
    Host host(style, shell);
    const int code = host.run({QStringLiteral("-f"), host.path("repmgr.conf")});
    QVERIFY2(code == 0, host.said.constData());
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("leads to"), host.read("log").constData(), 12'000);
    QCOMPARE(host.cloud.provider.holder, QByteArray("111"));
    QVERIFY(
        host.read("asked").startsWith("standby promote -f " + host.path("repmgr.conf").toUtf8() + " --log-to-file\n"));
    const QByteArray log = host.read("log") + host.said;
    QVERIFY2(log.contains("takes writes on timeline 7") && !log.contains("sesame") && !log.contains("AKID"),
             log.constData());
    const bool isPolled = style == Style::DigitalOcean || style == Style::Hetzner;
    const bool polled =
        std::any_of(host.cloud.provider.requests.begin(), host.cloud.provider.requests.end(),
                    [](const QByteArray &one) { return one.startsWith("GET") && one.endsWith("actions/77"); });
    QCOMPARE(polled, isPolled);
}

/// Nothing secret in it, no fault that its own lint knows, and no shell that stumbles over it.
void TestPromoteScript::isSound()
{
    QFETCH(Style, style);
    Host host(style);
    const QString *text = &host.whole;
    QVERIFY(!text->isEmpty());
    QVERIFY(!text->contains(QStringLiteral("sesame")) && !text->contains(QStringLiteral("AKID")) &&
            !text->contains(QStringLiteral("#ws+a")));
    QStringList findings;
    for (const auto &one : howdah::operations::address::lintScript(*text)) {
        findings.append(QStringLiteral("%1 %2 %3").arg(one.line).arg(one.id, one.what));
    }
    QCOMPARE(findings, QStringList());
    host.write("whole", text->toUtf8());
    const QString whole = host.path("whole");
    for (const QStringList &argv :
         {QStringList{QStringLiteral("dash"), QStringLiteral("-n"), whole},
          QStringList{QStringLiteral("bash"), QStringLiteral("-n"), whole},
          QStringList{QStringLiteral("busybox"), QStringLiteral("sh"), QStringLiteral("-n"), whole},
          // 2086: what becomes several words is to; 2329, 2317: called by name.
          QStringList{QStringLiteral("shellcheck"), QStringLiteral("-s"), QStringLiteral("sh"), QStringLiteral("-e"),
                      QStringLiteral("SC2086,SC2317,SC2329"), whole}}) {
        if (QStandardPaths::findExecutable(argv.first()).isEmpty()) {
            qInfo("%s is not here", qPrintable(argv.first()));
            continue;
        }
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(argv.first(), argv.sliced(1));
        QVERIFY(process.waitForFinished());
        QVERIFY2(process.exitCode() == 0, process.readAll().left(4000).constData());
    }
}

void TestPromoteScript::failedPromotionMovesNothing()
{
    Host host(Style::DigitalOcean);
    host.write("code", "8\n");
    QCOMPARE(host.run(), 8);
    QVERIFY2(host.said.contains("PROMOTION FAILED") && host.read("log").contains("left where it is"),
             host.said.constData());
    QCOMPARE(host.cloud.provider.requests, QByteArrayList());
}

void TestPromoteScript::unprovedPromotionMovesNothing()
{
    Host host(Style::DigitalOcean);
    host.write("repmgr", "#!/bin/sh\nexit 0\n");
    QCOMPARE(host.run(), 1);
    QVERIFY2(host.said.contains("PROMOTION NOT PROVED"), host.said.constData());
    QCOMPARE(host.cloud.provider.requests, QByteArrayList());
}

void TestPromoteScript::busyProviderIsAskedAgain()
{
    Host host(Style::DigitalOcean);
    host.cloud.provider.upsets = {
        {"POST", 1,
         ProviderDouble::http(
             422, R"({"id":"unprocessable_entity","message":"The floating IP already has a pending event."})")},
        {"POST", 1, ProviderDouble::http(429, R"({"id":"too_many_requests"})", "retry-after: 1\r\n")},
        {"POST", 1, ProviderDouble::http(503, "<html>")},
        {"GET /v2/reserved_ips", 1, ProviderDouble::http(500, "{}")}};
    QCOMPARE(host.run(), 0);
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("leads to"), host.read("log").constData(), 12'000);
    QCOMPARE(host.cloud.provider.holder, QByteArray("111"));
    QCOMPARE(host.posts(), 4);
}

/// repmgrd, and the standbys that wait for its word, do not wait for a provider.
void TestPromoteScript::deadProviderHoldsNobodyUp()
{
    Host host(Style::DigitalOcean);
    host.cloud.provider.upsets = {{"", -1, {}}};
    QElapsedTimer took;
    took.start();
    QCOMPARE(host.run({QStringLiteral("-t"), QStringLiteral("60")}), 0);
    QVERIFY2(took.elapsed() < 5000, host.said.constData());
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("tried again"), host.read("log").constData(), 20'000);
    host.cloud.provider.upsets.clear();
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("leads to"), host.read("log").constData(), 20'000);
    // By hand it is done at any time.
    QCOMPARE(host.run({QStringLiteral("move")}), 0);
    QCOMPARE(host.cloud.provider.holder, QByteArray("111"));
    QCOMPARE(host.run({QStringLiteral("move")}), 0); // and again
}

void TestPromoteScript::failedOperationIsTriedAgain()
{
    Host host(Style::DigitalOcean);
    host.cloud.provider.errs = true;
    QCOMPARE(host.run(), 0);
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("the operation failed"), host.read("log").constData(), 12'000);
    host.cloud.provider.errs = false;
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("leads to"), host.read("log").constData(), 12'000);
    QVERIFY(host.posts() > 1);
}

void TestPromoteScript::deniedIsNotTriedAgain()
{
    Host host(Style::DigitalOcean);
    host.write("secrets", "DIGITALOCEAN_ACCESS_TOKEN='an old one'\n");
    host.write("promoted", "");
    QCOMPARE(host.run({QStringLiteral("move")}), 1);
    QVERIFY2(host.said.contains("does not take our credentials: 401") && host.said.contains("not tried again"),
             host.said.constData());
    QCOMPARE(host.cloud.provider.requests.size(), 1);
}

void TestPromoteScript::newerPrimaryKeepsIt_data()
{
    QTest::addColumn<QByteArray>("role");
    QTest::addColumn<bool>("moves");
    QTest::newRow("newer") << QByteArray("primary 8\n") << false;
    QTest::newRow("as new") << QByteArray("primary 7\n") << false;
    QTest::newRow("former") << QByteArray("primary 6\n") << true;
    QTest::newRow("standby") << QByteArray("standby\n") << true;
    QTest::newRow("gone") << QByteArray("psql: error: connection refused\n") << true;
}

/// Whoever was promoted once, and comes back, takes nothing from whoever was promoted since.
void TestPromoteScript::newerPrimaryKeepsIt()
{
    QFETCH(QByteArray, role);
    QFETCH(bool, moves);
    Host host(Style::DigitalOcean);
    host.write("promoted", "");
    host.write("others", "host=other user=repmgr\n");
    host.write("role", role);
    QCOMPARE(host.run({QStringLiteral("move")}), moves ? 0 : 1);
    QCOMPARE(host.cloud.provider.holder, QByteArray(moves ? "111" : "222"));
    QCOMPARE(host.cloud.provider.requests.isEmpty(), !moves);
    QCOMPARE(host.said.contains("stop it"), role == "primary 6\n");
}

void TestPromoteScript::standbyMovesNothing()
{
    Host host(Style::DigitalOcean);
    QCOMPARE(host.run({QStringLiteral("-t"), QStringLiteral("1"), QStringLiteral("event"), QStringLiteral("2"),
                       QStringLiteral("standby_promote"), QStringLiteral("1")}),
             0);
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("NOT MOVED"), host.read("log").constData(), 12'000);
    QVERIFY(host.read("log").contains("is not the primary: standby"));
    QCOMPARE(host.cloud.provider.requests, QByteArrayList());
}

/// Node 2 is not node 20, nor 200; and a host that the script does not know is promoted all the same.
void TestPromoteScript::hostIsKnownByItsNumber()
{
    Host other(Style::DigitalOcean);
    other.cloud.provider.holder = "111";
    other.configure("node_id='20'\n");
    QCOMPARE(other.run(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(other.cloud.provider.holder, QByteArray("222"), 12'000);
    Host stranger(Style::DigitalOcean);
    stranger.configure("node_id=200\n");
    QCOMPARE(stranger.run(), 0);
    QVERIFY2(stranger.said.contains("NOT MOVED: node_id \"200\""), stranger.said.constData());
    QVERIFY(QFile::exists(stranger.path("promoted")));
    QCOMPARE(stranger.run({QStringLiteral("move")}), 1);
    QCOMPARE(stranger.cloud.provider.requests, QByteArrayList());
}

void TestPromoteScript::secretsOfOthersAreRefused()
{
    Host host(Style::DigitalOcean);
    host.write("promoted", "");
    QFile::setPermissions(host.path("secrets"), QFile::ReadOwner | QFile::WriteOwner | QFile::ReadGroup);
    QCOMPARE(host.run({QStringLiteral("check")}), 1);
    QVERIFY2(host.said.contains("chmod 0600"), host.said.constData());
    host.write("secrets", "HCLOUD_TOKEN=x\n");
    QCOMPARE(host.run({QStringLiteral("check")}), 1);
    QVERIFY2(host.said.contains("DIGITALOCEAN_ACCESS_TOKEN or DIGITALOCEAN_TOKEN is not set"), host.said.constData());
    QVERIFY(QFile::remove(host.path("secrets")));
    QCOMPARE(host.run({QStringLiteral("check")}), 1);
    QVERIFY2(host.said.contains("secrets, which says who asks the provider, can't be read"), host.said.constData());
    QCOMPARE(host.cloud.provider.requests, QByteArrayList());
}

void TestPromoteScript::passwordStandsOnNoCommandLine()
{
    Host host(Style::DigitalOcean);
    host.configure("node_id=2\n", "host=own password=canary user=repmgr");
    QCOMPARE(host.run(), 0);
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("leads to"), host.read("log").constData(), 12'000);
    QVERIFY(host.read("asked").contains("host=own user=repmgr") && host.read("asked").contains("with a password"));
    QVERIFY2(!host.read("asked").contains("canary"), host.read("asked").constData());
    host.configure("node_id=2\n", "host=own password=''can ary'' user=repmgr");
    QCOMPARE(host.run({QStringLiteral("check")}), 1);
    QVERIFY2(host.said.contains("belongs into .pgpass"), host.said.constData());
    QVERIFY(!host.read("asked").contains("can "));
}

void TestPromoteScript::events()
{
    Host host(Style::DigitalOcean);
    host.write("promoted", "");
    const auto event = [&host](const char *node, const char *what, const char *success) {
        return host.run({QStringLiteral("event"), QLatin1String(node), QLatin1String(what), QLatin1String(success)});
    };
    QCOMPARE(event("20", "standby_promote", "1"), 0);
    QCOMPARE(event("2", "standby_promote", "0"), 0);
    QCOMPARE(event("2", "standby_register", "1"), 0);
    QCOMPARE(host.read("log"), QByteArray());
    QCOMPARE(event("2", "standby_switchover", "1"), 0);
    QTRY_COMPARE_WITH_TIMEOUT(host.cloud.provider.holder, QByteArray("111"), 12'000);
    QCOMPARE(host.run({QStringLiteral("event"), QStringLiteral("2")}), 64);
    QCOMPARE(host.run({QStringLiteral("nonsense")}), 64);
    QCOMPARE(host.run({QStringLiteral("-t"), QStringLiteral("10m"), QStringLiteral("move")}), 64);
}

void TestPromoteScript::checks()
{
    Host host(Style::DigitalOcean);
    host.configure("node_id=2\npromote_command='" + host.path("script").toUtf8() + " -f x'\n");
    QVERIFY2(host.run({QStringLiteral("check")}) == 0, host.said.constData());
    QVERIFY2(host.said.contains("node 2 (pg1), db-a (111)") && host.said.contains("it is a standby") &&
                 !host.said.contains("NOT OK"),
             host.said.constData());
    QCOMPARE(host.posts(), 0);
    host.configure("node_id=2\npromote_command='/usr/bin/repmgr standby promote'\n");
    QCOMPARE(host.run({QStringLiteral("check")}), 1);
    QVERIFY2(host.said.contains("it does not run this script"), host.said.constData());
}

void TestPromoteScript::commandOfOnesOwn()
{
    Host host(Style::DigitalOcean);
    host.facts.address.provider = QStringLiteral("command");
    host.facts.address.assign = {host.path("mover"), QStringLiteral("{ip}"), QStringLiteral("{node}'s"),
                                 QStringLiteral("{host}")};
    host.write("mover",
               "#!/bin/sh\nat=${0%/*}\necho \"$*\" >>\"$at/moved\"\n[ -e \"$at/ready\" ] || { : >\"$at/ready\"; "
               "exit 75; }\n");
    QVERIFY(QFile::remove(host.path("secrets"))); // it needs none
    QCOMPARE(host.run(), 0);
    QTRY_VERIFY2_WITH_TIMEOUT(host.read("log").contains("leads to pg1"), host.read("log").constData(), 12'000);
    QCOMPARE(host.read("moved"), QByteArray("203.0.113.7 pg1's 10.0.0.11\n").repeated(2));
    QStringList findings;
    for (const auto &one : howdah::operations::address::lintScript(*promoteScript(host.facts))) {
        findings.append(one.id);
    }
    QCOMPARE(findings, QStringList());
}

void TestPromoteScript::refusals_data()
{
    QTest::addColumn<QString>("what");
    QTest::addColumn<QString>("says");
    QTest::newRow("host") << "host"
                          << "two hosts would have it";
    QTest::newRow("haproxy") << "haproxy"
                             << "by themselves";
    QTest::newRow("link") << "link"
                          << "by its own means";
    QTest::newRow("standby") << "standby"
                             << "does not follow the primary";
    QTest::newRow("unregistered") << "unregistered"
                                  << "pg2 is not registered";
    QTest::newRow("twice") << "twice"
                           << "two nodes have the node_id 2";
    QTest::newRow("none") << "none"
                          << "has registered none";
    QTest::newRow("old node") << "old"
                              << "{old_node}";
    QTest::newRow("unknown machine") << "machine"
                                     << "No machine";
    QTest::newRow("unknown address") << "address"
                                     << "not known";
}

void TestPromoteScript::refusals()
{
    QFETCH(QString, what);
    QFETCH(QString, says);
    Host host(Style::DigitalOcean);
    if (what == QLatin1String("host") || what == QLatin1String("haproxy") || what == QLatin1String("link")) {
        host.facts.address.provider = what;
    } else if (what == QLatin1String("standby")) {
        host.facts.address.follows = what;
    } else if (what == QLatin1String("unregistered")) {
        host.facts.nodes.back().id = 0;
    } else if (what == QLatin1String("twice")) {
        host.facts.nodes.back().id = 2;
    } else if (what == QLatin1String("none")) {
        host.facts.nodes.clear();
    } else if (what == QLatin1String("old")) {
        host.facts.address.provider = QStringLiteral("command");
        host.facts.address.assign = {QStringLiteral("move"), QStringLiteral("{old_node}")};
    } else if (what == QLatin1String("machine")) {
        host.facts.facts.cloud.machines[QStringLiteral("pg2")] = {.error = QStringLiteral("No machine has 10.0.0.12.")};
    } else {
        host.facts.facts.cloud.error = {.kind = howdah::core::Error::Kind::NotFound,
                                        .message = QStringLiteral("It is not known there.")};
    }
    const auto script = promoteScript(host.facts);
    QVERIFY(!script);
    QVERIFY2(script.error().message.contains(says), qPrintable(script.error().message));
}

QTEST_GUILESS_MAIN(TestPromoteScript)
#include "tst_promotescript.moc"
