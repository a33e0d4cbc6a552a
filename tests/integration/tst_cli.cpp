// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QImage>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cluster/clusterconfig.h"
#include "support/localcluster.h"

using namespace howdah;
using testsupport::LocalCluster;

namespace {
struct Ended {
    int exitCode = -1;
    QString out;
    QString err;

    QJsonObject json() const
    {
        return QJsonDocument::fromJson(out.trimmed().split(QLatin1Char('\n')).last().toUtf8()).object();
    }
};
} // namespace

/// The program as scripts use it: what it prints, and its exit codes.
class TestCli : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void statusOfAFile();
    void statusOfOneNodeFindsTheOther();
    void statusJson();
    void checkExitCodes();
    void checkOfASilentPrimary();
    void checkJson();
    void badInput_data();
    void badInput();
    void unreadableFile();
    void passwordInTheFile();
    void unknownCluster();
    void usage();
    void pictureStartsFromTheDefaults();
    void twoNodesOfDifferentClusters();
    void emptyCluster();
    void discoverWritesAFileThatWorks();
    void discoverSaysWhereThePasswordIs();
    void discoverOverwritesOnlyByForce();
    void screenshotSaysWhere();
    void fileWithAnEqualsSign();
    void addressesSayWhyNobodyKnows();
    void noSecretAnywhere();
    void noDisplay_data();
    void noDisplay();

private:
    Ended run(const QStringList &arguments, const QHash<QString, QString> &variables = {},
              QStringList prefix = {}) const;
    QString write(const QString &name, const QString &text) const;
    QString clusterText(const LocalCluster &servers, const QString &user = QStringLiteral("dba")) const;

    std::unique_ptr<LocalCluster> m_servers;
    QTemporaryDir m_directory;
};

void TestCli::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    LocalCluster::Options options;
    options.nodes = 2;
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
}

void TestCli::init()
{
    QTRY_COMPARE(m_servers->node(0).value(QStringLiteral("SELECT state FROM pg_stat_replication")),
                 QStringLiteral("streaming"));
}

// prefix stands before the program, e.g. what makes it run as another user.
Ended TestCli::run(const QStringList &arguments, const QHash<QString, QString> &variables, QStringList prefix) const
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_CONFIG_HOME"), m_directory.path());
    for (auto variable = variables.cbegin(); variable != variables.cend(); ++variable) {
        environment.insert(variable.key(), variable.value());
    }
    process.setProcessEnvironment(environment);
    prefix << qEnvironmentVariable("HOWDAH_BINARY") << arguments;
    const QString program = prefix.takeFirst();
    process.start(program, prefix);
    if (!process.waitForFinished(30'000)) {
        process.kill();
        process.waitForFinished();
        return {-1, QStringLiteral("did not end"), {}};
    }
    return {process.exitCode(), QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

QString TestCli::write(const QString &name, const QString &text) const
{
    const QString path = m_directory.filePath(name);
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::Truncate)) {
        return {};
    }
    file.write(text.toUtf8());
    return path;
}

QString TestCli::clusterText(const LocalCluster &servers, const QString &user) const
{
    return cluster::writeClusterFile(servers.config(user));
}

void TestCli::statusOfAFile()
{
    const Ended ended = run({QStringLiteral("status"), write(QStringLiteral("a.toml"), clusterText(*m_servers))});
    QVERIFY2(ended.exitCode == 0, qPrintable(ended.err));
    QVERIFY2(ended.out.contains(QLatin1String("pg1")) && ended.out.contains(QLatin1String("primary")),
             qPrintable(ended.out));
    QVERIFY(ended.out.contains(QLatin1String("standby")));
    QVERIFY(ended.out.contains(QLatin1String("OK, no findings")));
}

void TestCli::statusOfOneNodeFindsTheOther()
{
    for (int node : {0, 1}) {
        const Ended ended = run({QStringLiteral("status"), QStringLiteral("--json"), m_servers->node(node).conninfo()});
        QCOMPARE(ended.exitCode, 0);
        QCOMPARE(ended.json().value(QLatin1String("nodes")).toArray().size(), 2);
        QCOMPARE(ended.json().value(QLatin1String("writable_nodes")).toInt(), 1);
    }
}

void TestCli::statusJson()
{
    const Ended ended = run(
        {QStringLiteral("status"), QStringLiteral("--json"), write(QStringLiteral("a.toml"), clusterText(*m_servers))});
    QCOMPARE(ended.exitCode, 0);
    const QJsonObject state = ended.json();
    QCOMPARE(state.value(QLatin1String("result")).toString(), QStringLiteral("done"));
    QCOMPARE(state.value(QLatin1String("verdict")).toString(), QStringLiteral("ok"));
    QVERIFY(state.value(QLatin1String("findings")).toArray().isEmpty());
    const QJsonArray nodes = state.value(QLatin1String("nodes")).toArray();
    QCOMPARE(nodes.size(), 2);
    const QJsonObject primary = nodes.at(0).toObject();
    const QJsonObject standby = nodes.at(1).toObject();
    // What the design promises to scripts.
    for (const char *key :
         {"name", "role", "state", "in_recovery", "timeline", "system_identifier", "upstream", "sync_state",
          "receive_lsn", "replay_lsn", "lag_bytes", "lag_seconds", "senders", "slots", "receiver", "roles"}) {
        QVERIFY2(primary.contains(QLatin1String(key)), key);
    }
    QCOMPARE(primary.value(QLatin1String("role")).toString(), QStringLiteral("primary"));
    QCOMPARE(primary.value(QLatin1String("state")).toString(), QStringLiteral("up"));
    QCOMPARE(primary.value(QLatin1String("in_recovery")), QJsonValue(false));
    QVERIFY(primary.value(QLatin1String("lag_bytes")).isNull());
    QCOMPARE(standby.value(QLatin1String("role")).toString(), QStringLiteral("standby"));
    QCOMPARE(standby.value(QLatin1String("upstream")).toString(), QStringLiteral("pg1"));
    QCOMPARE(standby.value(QLatin1String("sync_state")).toString(), QStringLiteral("async"));
    QCOMPARE(standby.value(QLatin1String("system_identifier")), primary.value(QLatin1String("system_identifier")));
    QCOMPARE(standby.value(QLatin1String("receiver")).toObject().value(QLatin1String("status")).toString(),
             QStringLiteral("streaming"));
}

void TestCli::checkExitCodes()
{
    const QString file = write(QStringLiteral("a.toml"), clusterText(*m_servers));
    Ended ended = run({QStringLiteral("check"), file});
    QCOMPARE(ended.exitCode, 0);
    QVERIFY2(ended.out.startsWith(QLatin1String("HOWDAH OK - ")), qPrintable(ended.out));
    QVERIFY(ended.out.section(QLatin1Char('\n'), 0, 0).contains(QLatin1String(" | ")));

    QVERIFY(m_servers->node(0).stop().ok());
    ended = run({QStringLiteral("check"), file});
    QVERIFY(m_servers->node(0).start().ok());
    QCOMPARE(ended.exitCode, 2);
    QVERIFY2(ended.out.startsWith(QLatin1String("HOWDAH CRITICAL - ")), qPrintable(ended.out));

    QVERIFY(m_servers->node(1).stop().ok());
    ended = run({QStringLiteral("check"), file});
    QVERIFY(m_servers->node(1).start().ok());
    QVERIFY2(ended.exitCode == 2, qPrintable(ended.out));
    QVERIFY2(ended.out.contains(QLatin1String("pg2 refuses connections")), qPrintable(ended.out));

    ended = run({QStringLiteral("check"), QStringLiteral("nosuchcluster")});
    QCOMPARE(ended.exitCode, 3);
    QVERIFY(ended.out.startsWith(QLatin1String("HOWDAH UNKNOWN - ")));
}

// A primary that was never seen, and of which nothing is heard: that is no alarm, and no all-clear either.
void TestCli::checkOfASilentPrimary()
{
    // With its queue full, a listening socket answers nobody any more.
    const int silent = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto *place = reinterpret_cast<sockaddr *>(&address);
    socklen_t length = sizeof address;
    QVERIFY(silent >= 0 && ::bind(silent, place, length) == 0 && ::listen(silent, 0) == 0);
    QVERIFY(::getsockname(silent, place, &length) == 0);
    QList<int> fillers;
    for (int i = 0; i < 4; ++i) {
        fillers << ::socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
        (void)::connect(fillers.last(), place, length);
    }
    cluster::ClusterConfig config = m_servers->config();
    config.nodes.front().conninfo =
        QStringLiteral("host=127.0.0.1 port=%1 user=dba dbname=postgres").arg(ntohs(address.sin_port));
    const QString file = write(QStringLiteral("silent.toml"), cluster::writeClusterFile(config));
    const Ended ended = run({QStringLiteral("check"), file});
    for (const int socket : fillers << silent) {
        ::close(socket);
    }
    QVERIFY2(ended.exitCode == 3, qPrintable(ended.out));
    QVERIFY2(ended.out.startsWith(QLatin1String("HOWDAH UNKNOWN - ")), qPrintable(ended.out));
}

void TestCli::checkJson()
{
    const QString file = write(QStringLiteral("a.toml"), clusterText(*m_servers));
    Ended ended = run({QStringLiteral("check"), QStringLiteral("--json"), file});
    QCOMPARE(ended.exitCode, 0);
    QCOMPARE(ended.json().value(QLatin1String("result")).toString(), QStringLiteral("done"));
    QCOMPARE(ended.json().value(QLatin1String("verdict")).toString(), QStringLiteral("ok"));
    ended = run({QStringLiteral("check"), QStringLiteral("--json"), QStringLiteral("nosuchcluster")});
    QCOMPARE(ended.exitCode, 3);
    QCOMPARE(ended.json().value(QLatin1String("result")).toString(), QStringLiteral("refused"));
    QVERIFY(ended.json().value(QLatin1String("message")).toString().contains(QLatin1String("nosuchcluster")));
}

void TestCli::badInput_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("named");
    QTest::newRow("malformed") << "name = \"a\"\n[[node]\nname = \"x\"\n"
                               << "line 2";
    QTest::newRow("unknown key") << "name = \"a\"\n[[node]]\nname = \"x\"\nconinfo = \"host=a\"\n"
                                 << "coninfo";
    QTest::newRow("a node twice") << "name = \"a\"\n[[node]]\nname = \"x\"\nconninfo = \"host=a\"\n"
                                     "[[node]]\nname = \"x\"\nconninfo = \"host=b\"\n"
                                  << "\"x\"";
    QTest::newRow("wrong type") << "name = 3\n[[node]]\nname = \"x\"\nconninfo = \"host=a\"\n"
                                << "name";
}

void TestCli::badInput()
{
    QFETCH(QString, text);
    QFETCH(QString, named);
    const Ended ended = run({QStringLiteral("status"), write(QStringLiteral("bad.toml"), text)});
    QCOMPARE(ended.exitCode, 1);
    QVERIFY2(ended.err.contains(named), qPrintable(ended.err));
    QVERIFY2(ended.err.contains(QLatin1String("bad.toml")), qPrintable(ended.err));
    QVERIFY(ended.out.isEmpty());
}

void TestCli::unreadableFile()
{
    QCOMPARE(run({QStringLiteral("status"), QStringLiteral("./nosuch.toml")}).exitCode, 1);
    const QString file = write(QStringLiteral("secret.toml"), clusterText(*m_servers));
    QVERIFY(QFile::setPermissions(file, QFile::Permissions()));
    QStringList prefix;
    if (testsupport::isRoot()) { // it reads everything, without this right of its
        const QString rights = QStringLiteral("-dac_override,-dac_read_search");
        prefix = {QStringLiteral("setpriv"), QStringLiteral("--bounding-set"), rights, QStringLiteral("--inh-caps"),
                  rights};
    }
    const Ended ended = run({QStringLiteral("status"), file}, {}, prefix);
    QCOMPARE(ended.exitCode, 1);
    QVERIFY2(ended.err.contains(QLatin1String("secret.toml")) && ended.err.contains(QLatin1String("ermission")),
             qPrintable(ended.err));
}

void TestCli::passwordInTheFile()
{
    const QString text = QStringLiteral("name = \"a\"\n[[node]]\nname = \"pg1\"\nconninfo = \"%1 password=canary\"\n"
                                        "[[node]]\nname = \"pg2\"\nconninfo = \"%2 password=canary\"\n")
                             .arg(m_servers->node(0).conninfo(), m_servers->node(1).conninfo());
    const QString file = write(QStringLiteral("password.toml"), text);
    for (const QStringList &arguments : {QStringList{QStringLiteral("status"), file},
                                         QStringList{QStringLiteral("status"), QStringLiteral("--json"), file}}) {
        const Ended ended = run(arguments);
        QCOMPARE(ended.exitCode, 0);
        QVERIFY(ended.out.contains(QLatin1String("password"), Qt::CaseInsensitive));
        QVERIFY(!ended.out.contains(QLatin1String("canary")) && !ended.err.contains(QLatin1String("canary")));
    }
    QCOMPARE(run({QStringLiteral("check"), file}).exitCode, 1); // works, and warns
}

void TestCli::unknownCluster()
{
    const Ended ended = run({QStringLiteral("status"), QStringLiteral("nosuchcluster"), QStringLiteral("--json")});
    QCOMPARE(ended.exitCode, 1);
    QCOMPARE(ended.json().value(QLatin1String("result")).toString(), QStringLiteral("refused"));
    QVERIFY(ended.json().value(QLatin1String("message")).toString().contains(QLatin1String("nosuchcluster")));
    const Ended rejected = run({QStringLiteral("status"), QStringLiteral("host=a hots=b")});
    QCOMPARE(rejected.exitCode, 1);
    QVERIFY(rejected.err.contains(QLatin1String("hots")));
}

void TestCli::usage()
{
    QCOMPARE(run({QStringLiteral("frobnicate")}).exitCode, 64);
    QCOMPARE(run({QStringLiteral("status")}).exitCode, 64);
    const Ended twice = run({QStringLiteral("switchover"), QStringLiteral("nosuchcluster"), QStringLiteral("--to"),
                             QStringLiteral("pg2"), QStringLiteral("--to"), QStringLiteral("pg3"),
                             QStringLiteral("--yes"), QStringLiteral("--json")});
    QCOMPARE(twice.exitCode, 64);
    QCOMPARE(twice.json().value(QLatin1String("message")).toString(),
             QStringLiteral("--to takes one value, not both \"pg2\" and \"pg3\"."));
    const Ended help = run({QStringLiteral("--help")});
    QCOMPARE(help.exitCode, 0);
    QVERIFY(help.out.contains(QLatin1String("howdah discover")));
    QCOMPARE(run({QStringLiteral("--version")}).exitCode, 0);
}

void TestCli::pictureStartsFromTheDefaults()
{
    const QString file = write(QStringLiteral("a.toml"), clusterText(*m_servers));
    const auto picture = [&](const char *name) {
        const QString path = m_directory.filePath(QLatin1String(name));
        const Ended ended =
            run({QStringLiteral("open"), file, QStringLiteral("--screenshot"), path, QStringLiteral("--size"),
                 QStringLiteral("1280x800"), QStringLiteral("--after"), QStringLiteral("2")});
        return ended.exitCode == 0 ? QImage(path) : QImage();
    };
    const QString settings = QStringLiteral("howdah/howdah.conf");
    QVERIFY(!QFile::exists(m_directory.filePath(settings)));
    const QImage before = picture("before.png");
    QVERIFY(!before.isNull());
    QVERIFY(!QFile::exists(m_directory.filePath(settings)));
    QVERIFY(QDir(m_directory.path()).mkpath(QStringLiteral("howdah")));
    const QString text = QStringLiteral("[window]\ntheme=dark\npage=roles\n");
    write(settings, text);
    const QImage after = picture("after.png");
    QFile kept(m_directory.filePath(settings));
    QVERIFY(kept.open(QIODevice::ReadOnly));
    QCOMPARE(QString::fromUtf8(kept.readAll()), text);
    QVERIFY(kept.remove());
    // The head of the page, which no sample changes: its title, and the ground it stands on.
    const QRect head(220, 180, 100, 20);
    QCOMPARE(after.copy(head), before.copy(head));
    QVERIFY(before.pixelColor(1000, 5).lightness() > 128);
}

void TestCli::twoNodesOfDifferentClusters()
{
    LocalCluster::Options options;
    options.system = 2;
    auto foreign = LocalCluster::start(options);
    QVERIFY2(foreign, qPrintable(foreign ? QString() : foreign.error().message));
    const QString text = QStringLiteral("name = \"mixed\"\n[[node]]\nname = \"pg1\"\nconninfo = \"%1\"\n"
                                        "[[node]]\nname = \"stranger\"\nconninfo = \"%2\"\n")
                             .arg(m_servers->node(0).conninfo(), (*foreign)->node(0).conninfo());
    const Ended ended = run({QStringLiteral("status"), write(QStringLiteral("mixed.toml"), text)});
    QCOMPARE(ended.exitCode, 0);
    QVERIFY2(ended.out.contains(QLatin1String("Critical")), qPrintable(ended.out));
    QVERIFY2(ended.out.contains(QLatin1String("system identifier")), qPrintable(ended.out));
}

void TestCli::emptyCluster()
{
    const Ended ended =
        run({QStringLiteral("status"), write(QStringLiteral("empty.toml"), QStringLiteral("name = \"none\"\n"))});
    QVERIFY2(!ended.out.contains(QLatin1String("OK")), qPrintable(ended.out));
    QVERIFY2((ended.err + ended.out).contains(QLatin1String("node")), qPrintable(ended.err + ended.out));
}

void TestCli::discoverWritesAFileThatWorks()
{
    const QString file = m_directory.filePath(QStringLiteral("found.toml"));
    const Ended found = run({QStringLiteral("discover"), m_servers->node(1).conninfo(), QStringLiteral("-o"), file});
    QVERIFY2(found.exitCode == 0, qPrintable(found.err));
    const auto config = cluster::readClusterFile(file);
    QVERIFY2(config, qPrintable(config ? QString() : config.error().message));
    QCOMPARE(config->nodes.size(), std::size_t(2));
    const Ended status = run({QStringLiteral("check"), file});
    QVERIFY2(status.exitCode == 0, qPrintable(status.out));
}

void TestCli::discoverSaysWhereThePasswordIs()
{
    const QString conninfo = m_servers->node(0).conninfo() + QStringLiteral(" password=canary");
    const Ended found = run({QStringLiteral("discover"), conninfo});
    QVERIFY2(found.exitCode == 0, qPrintable(found.err));
    QVERIFY2(!found.out.contains(QLatin1String("canary")), qPrintable(found.out));
    QVERIFY2(found.out.contains(QLatin1String("The password that was given is not in this file")),
             qPrintable(found.out));
}

void TestCli::discoverOverwritesOnlyByForce()
{
    const QString own = QStringLiteral("# by hand\n");
    const QString file = write(QStringLiteral("mine.toml"), own);
    const auto contents = [&file] {
        QFile read(file);
        return read.open(QIODevice::ReadOnly) ? QString::fromUtf8(read.readAll()) : QString();
    };
    QStringList arguments{QStringLiteral("discover"), m_servers->node(0).conninfo(), QStringLiteral("-o"), file};
    Ended ended = run(arguments);
    QCOMPARE(ended.exitCode, 1);
    QVERIFY2(ended.err.contains(file) && ended.err.contains(QLatin1String("--force")), qPrintable(ended.err));
    QCOMPARE(contents(), own);
    ended = run(arguments + QStringList{QStringLiteral("--json")});
    QCOMPARE(ended.exitCode, 1);
    QCOMPARE(ended.json().value(QLatin1String("result")).toString(), QStringLiteral("refused"));
    QCOMPARE(contents(), own);
    // Before anybody is asked: the answer would be thrown away.
    arguments[1] = QStringLiteral("host=127.0.0.1 port=1");
    QVERIFY(run(arguments).err.contains(QLatin1String("--force")));
    arguments[1] = m_servers->node(0).conninfo();
    ended = run(arguments + QStringList{QStringLiteral("--force")});
    QVERIFY2(ended.exitCode == 0, qPrintable(ended.err));
    QVERIFY(cluster::readClusterFile(file));
}

void TestCli::screenshotSaysWhere()
{
    const QString picture = m_directory.filePath(QStringLiteral("window.png"));
    const QString file = write(QStringLiteral("a.toml"), clusterText(*m_servers));
    QStringList arguments{QStringLiteral("open"), file, QStringLiteral("--screenshot"), picture};
    Ended ended = run(arguments);
    QVERIFY2(ended.exitCode == 0, qPrintable(ended.err));
    QCOMPARE(ended.out, picture + QLatin1Char('\n'));
    ended = run(arguments + QStringList{QStringLiteral("--json")});
    QCOMPARE(ended.exitCode, 0);
    QCOMPARE(ended.json().value(QLatin1String("file")).toString(), picture);
    QCOMPARE(ended.json().value(QLatin1String("result")).toString(), QStringLiteral("done"));
}

// A file that exists is one, whatever stands in its name.
void TestCli::fileWithAnEqualsSign()
{
    const QString file = write(QStringLiteral("env=prod.toml"), clusterText(*m_servers));
    const Ended ended = run({QStringLiteral("status"), file});
    QVERIFY2(ended.exitCode == 0, qPrintable(ended.err));
    QVERIFY(ended.out.contains(QLatin1String("pg2")));
}

/// Where an address leads the provider would say, and there is no token to ask it with.
void TestCli::addressesSayWhyNobodyKnows()
{
    const QString file =
        write(QStringLiteral("cloud.toml"),
              clusterText(*m_servers) + QStringLiteral("[[address]]\nname = \"write\"\nip = "
                                                       "\"127.0.0.1\"\nprovider = \"digitalocean\"\n"));
    const QHash<QString, QString> tokenless{{QStringLiteral("DIGITALOCEAN_ACCESS_TOKEN"), QString()},
                                            {QStringLiteral("DIGITALOCEAN_TOKEN"), QString()}};
    const Ended json =
        run({QStringLiteral("address"), file, QStringLiteral("list"), QStringLiteral("--json")}, tokenless);
    QVERIFY2(json.out.contains(QLatin1String("\"why_holders_unknown\":\"")) &&
                 json.out.contains(QLatin1String("DIGITALOCEAN_ACCESS_TOKEN")),
             qPrintable(json.out + json.err));
    const Ended text = run({QStringLiteral("address"), file, QStringLiteral("list")}, tokenless);
    QVERIFY2(text.out.contains(QLatin1String("write: who has it is not known. ")) &&
                 text.out.contains(QLatin1String("DIGITALOCEAN_ACCESS_TOKEN")),
             qPrintable(text.out + text.err));
}

void TestCli::noSecretAnywhere()
{
    const Ended ended = run(
        {QStringLiteral("status"), QStringLiteral("postgresql://dba:canary@127.0.0.1:1/postgres?sslpassword=canary")});
    QVERIFY(!ended.out.contains(QLatin1String("canary")) && !ended.err.contains(QLatin1String("canary")));
}

void TestCli::noDisplay_data()
{
    QTest::addColumn<QString>("platform");
    QTest::addColumn<QString>("display");
    QTest::newRow("none") << "xcb"
                          << "";
    QTest::newRow("nobody answers there") << "xcb"
                                          << "127.0.0.1:31999";
    QTest::newRow("no such plugin") << "nosuchplatform"
                                    << "";
}

void TestCli::noDisplay()
{
    QFETCH(QString, platform);
    QFETCH(QString, display);
    const QHash<QString, QString> variables{{QStringLiteral("QT_QPA_PLATFORM"), platform},
                                            {QStringLiteral("DISPLAY"), display},
                                            {QStringLiteral("WAYLAND_DISPLAY"), QString()}};
    Ended ended = run({QStringLiteral("open")}, variables);
    QCOMPARE(ended.exitCode, 1);
    QVERIFY2(ended.err.startsWith(QLatin1String("howdah: there is no display")), qPrintable(ended.err));
    QVERIFY2(ended.err.contains(QLatin1String("--screenshot")), qPrintable(ended.err));
    QVERIFY2(ended.err.contains(display) && !ended.err.contains(QLatin1String("Reinstalling")), qPrintable(ended.err));
    ended = run({QStringLiteral("open"), QStringLiteral("--json")}, variables);
    QCOMPARE(ended.exitCode, 1);
    QCOMPARE(ended.json().value(QLatin1String("result")).toString(), QStringLiteral("refused"));
}

QTEST_GUILESS_MAIN(TestCli)
#include "tst_cli.moc"
