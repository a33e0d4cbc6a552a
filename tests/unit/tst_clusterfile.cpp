// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <unistd.h>

#include "cluster/clusterconfig.h"
#include "cluster/conninfotext.h"

using namespace howdah::cluster;
using howdah::core::Error;

namespace {
const QString kPath = QStringLiteral("orders.toml");

const char kWhole[] = R"toml(# the orders cluster
name = "orders"
environment = "production"
manager = "repmgr"
[sampling]
interval_ms = 500
[[node]]
name = "pg1"
conninfo = "host=10.0.0.11 dbname=postgres user=dba"
role = "data"
command = ["ssh", "postgres@10.0.0.11"]
root_command = ["ssh", "root@10.0.0.11"]
start = ["pg_ctl", "-D", "/data", "-w", "start"]
stop = ["pg_ctl", "-D", "/data", "stop"]
[[node]]
name = "wit\u00e9 \"1\""
conninfo = "postgresql://dba@10.0.0.14:5433/postgres?sslmode=verify-full"
role = "witness"
command = []
[patroni]
url = "http://10.0.0.11:8008"
[pg_auto_failover]
monitor = "host=10.0.0.10 dbname=pg_auto_failover user=autoctl_node"
[[address]]
name = "write"
ip = "203.0.113.7"
provider = "host"
follows = "standby"
host = "write.example.com"
interface = "eth0"
prefix = 24
[[address]]
name = "read"
ip = "203.0.113.8"
provider = "command"
assign = ["move-ip", "{ip}", "{node}"]
[[pooler]]
name = "pgb1"
conninfo = "host=10.0.0.20 port=6432 user=admin"
databases = ["orders"]
pause_ms = 1500
assign = ["lead-pgbouncer", "{host}"]
[[backup]]
name = "nightly"
tool = "pgbackrest"
[probe]
conninfo = "host=10.0.0.9 dbname=app user=app target_session_attrs=read-write"
interval_ms = 5
)toml";

QString minimal(const char *more = "")
{
    return QStringLiteral("[[node]]\nconninfo = \"host=a\"\n") + QString::fromUtf8(more);
}
} // namespace

class TestClusterFile : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everything();
    void leastThatWorks();
    void namesOfTheNameless();
    void refused_data();
    void refused();
    void roundTrip();
    void passwords_data();
    void passwords();
    void passwordsPutBack();
    void hosts_data();
    void hosts();
    void addresses();
    void owners();
    void files();
    void unreadableFile();
    void saving();
};

void TestClusterFile::everything()
{
    const auto config = parseClusterFile(QString::fromUtf8(kWhole), kPath);
    QVERIFY2(config, config ? "" : qPrintable(config.error().message));
    QCOMPARE(config->name, QStringLiteral("orders"));
    QCOMPARE(config->environment, QStringLiteral("production"));
    QCOMPARE(toString(config->manager), QStringLiteral("repmgr"));
    QCOMPARE(config->intervalMs, 500);
    QCOMPARE(config->path, kPath);
    QVERIFY(config->warnings.isEmpty());
    QCOMPARE(config->nodes.size(), std::size_t(2));
    const NodeConfig &first = config->nodes[0];
    QCOMPARE(first.conninfo, QStringLiteral("host=10.0.0.11 dbname=postgres user=dba"));
    QVERIFY(first.kind == NodeKind::Data && first.hasCommand);
    QCOMPARE(first.command, (QStringList{QStringLiteral("ssh"), QStringLiteral("postgres@10.0.0.11")}));
    QCOMPARE(first.rootCommand.size(), 2);
    QCOMPARE(first.start.size(), 5);
    QCOMPARE(first.stop.last(), QStringLiteral("stop"));
    const NodeConfig &second = config->nodes[1];
    QVERIFY(second.kind == NodeKind::Witness && second.hasCommand && second.command.isEmpty());
    QCOMPARE(config->patroniUrl, QStringLiteral("http://10.0.0.11:8008"));
    QCOMPARE(config->autoFailoverMonitor, QStringLiteral("host=10.0.0.10 dbname=pg_auto_failover user=autoctl_node"));
    QCOMPARE(config->addresses.front().interface, QStringLiteral("eth0"));
    QCOMPARE(config->addresses.front().host, QStringLiteral("write.example.com"));
    QCOMPARE(config->addresses.front().prefix, 24);
    QCOMPARE(config->addresses.front().follows, QStringLiteral("standby"));
    QCOMPARE(config->addresses.back().assign.size(), 3);
    QCOMPARE(config->poolers.front().name, QStringLiteral("pgb1"));
    QCOMPARE(config->poolers.front().databases, QStringList{QStringLiteral("orders")});
    QCOMPARE(config->poolers.front().pauseMs, 1500);
    QCOMPARE(config->poolers.front().assign.size(), 2);
    QCOMPARE(config->backups.front().tool, QStringLiteral("pgbackrest"));
    QVERIFY(config->probe);
    QCOMPARE(config->probe->conninfo,
             QStringLiteral("host=10.0.0.9 dbname=app user=app target_session_attrs=read-write"));
    QCOMPARE(config->probe->intervalMs, 5);
}

void TestClusterFile::leastThatWorks()
{
    const auto config = parseClusterFile(minimal(), QStringLiteral("/etc/howdah/clusters/billing.toml"));
    QVERIFY(config);
    QCOMPARE(config->name, QStringLiteral("billing")); // the file's own name
    QCOMPARE(toString(config->manager), QStringLiteral("auto"));
    QCOMPARE(config->intervalMs, 1000);
    QCOMPARE(config->nodes.front().name, QStringLiteral("a"));
    QVERIFY(!config->nodes.front().hasCommand);
    QVERIFY(!config->probe);
}

void TestClusterFile::namesOfTheNameless()
{
    const auto config = parseClusterFile(QStringLiteral("[[node]]\nconninfo='host=a port=1'\n"
                                                        "[[node]]\nconninfo='host=a port=2'\n"
                                                        "[[node]]\nconninfo='service=x'\n"
                                                        "[[node]]\nname='node3'\nconninfo='host=b'\n"),
                                         kPath);
    QVERIFY(config);
    QStringList names;
    for (const NodeConfig &node : config->nodes) {
        names += node.name;
    }
    QCOMPARE(names, (QStringList{QStringLiteral("a"), QStringLiteral("a:2"), QStringLiteral("node4"),
                                 QStringLiteral("node3")}));
}

void TestClusterFile::refused_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("place"); // "line 3, column 1"; empty: it is about the whole file
    QTest::addColumn<QString>("says");
    QTest::addColumn<QString>("hint");
    const auto row = [](const char *name, const QString &text, const char *place, const char *says,
                        const char *hint = "") {
        QTest::newRow(name) << text << QString::fromUtf8(place) << QString::fromUtf8(says) << QString::fromUtf8(hint);
    };
    const auto raw = [](const char *text) { return QString::fromUtf8(text); };
    row("nothing in it", QString(), "", "names no node", "[[node]]");
    row("only a name", raw("name = \"x\""), "", "names no node");
    row("only comments", raw("# nothing\n\n"), "", "names no node");
    row("no list of nodes", raw("node = []"), "", "names no node");
    row("malformed", raw("name = \"orders\"\n[[node]\n"), "line 2, column", "");
    row("unclosed text", raw("name = \"orders\n"), "line 1, column", "");
    row("no value", raw("name =\n"), "line 1, column", "");
    row("key twice", raw("name = \"a\"\nname = \"b\"\n"), "line 2, column", "");
    row("NUL", QStringLiteral("name = \"a") + QChar(0) + QStringLiteral("\"\n"), "line 1, column", "");
    row("unknown key", raw("nmae = \"x\"\n"), "line 1, column 1", "unknown key \"nmae\" in the file",
        "Did you mean \"name\"?");
    row("unknown key of a node", raw("[[node]]\nname = \"a\"\nconinfo = \"host=a\"\n"), "line 3, column 1",
        "unknown key \"coninfo\" in [[node]]", "Did you mean \"conninfo\"?");
    row("unknown and like nothing", minimal("zzzzzzzz = 1\n"), "line 3, column 1", "unknown key \"zzzzzzzz\"",
        "Known here: name, conninfo");
    row("unknown section", minimal("[smapling]\ninterval_ms = 1\n"), "line 3, column", "unknown key \"smapling\"",
        "Did you mean \"sampling\"?");
    row("unknown key of sampling", minimal("[sampling]\ninterval = 1000\n"), "line 4, column 1",
        "unknown key \"interval\" in [sampling]", "interval_ms");
    row("node named twice", raw("[[node]]\nname='a'\nconninfo=''\n[[node]]\nname='a'\nconninfo=''\n"),
        "line 5, column 6", "node \"a\" is named twice; first on line 2");
    row("no conninfo", raw("[[node]]\nname = \"a\"\n"), "line 1, column", "node \"a\" has no \"conninfo\"");
    row("empty name", raw("[[node]]\nname = \" \"\nconninfo = \"host=a\"\n"), "line 2, column 8", "is empty");
    row("conninfo is a number", raw("[[node]]\nconninfo = 5\n"), "line 2, column 12",
        "\"conninfo\" must be text in quotes, not a number");
    row("control character", minimal("name = \"a\\u0007b\"\n"), "line 3, column 8", "control character");
    row("role", minimal("role = \"witnes\"\n"), "line 3, column 8", "it can be data or witness",
        "Did you mean \"witness\"?");
    row("manager", raw("manager = \"patrony\"\n"), "line 1, column 11", "it can be auto, none, repmgr, patroni or",
        "Did you mean \"patroni\"?");
    row("manager is true", raw("manager = true\n"), "line 1, column 11", "not true or false");
    row("command is text", minimal("command = \"ssh x\"\n"), "line 3, column 11", "must be a list of words, not text");
    row("command holds a number", minimal("command = [\"ssh\", 5]\n"), "line 3, column 19", "only text in quotes");
    row("command begins empty", minimal("command = [\"\"]\n"), "line 3, column 11", "begins with an empty word");
    row("interval too short", minimal("[sampling]\ninterval_ms = 99\n"), "line 4, column 15",
        "it can be 100 to 3600000 ms");
    row("interval too long", minimal("[sampling]\ninterval_ms = 3600001\n"), "line 4, column 15", "it can be 100 to");
    row("interval with a fraction", minimal("[sampling]\ninterval_ms = 1.5\n"), "line 4, column 15",
        "a whole number, not a number with a fraction");
    row("interval huge", minimal("[sampling]\ninterval_ms = 9223372036854775807\n"), "line 4, column 15", "it can be");
    row("sampling is no section", raw("sampling = 5\n"), "line 1, column 12", "must be a section, [sampling]");
    row("node in single brackets", raw("[node]\nconninfo = \"host=a\"\n"), "line 1, column",
        "double brackets, [[node]]");
    row("nodes of mixed kinds", raw("node = [1, {conninfo = \"host=a\"}]\n"), "line 1, column 8", "double brackets");
    row("address without ip", minimal("[[address]]\nname = \"w\"\nprovider = \"aws\"\n"), "line 3, column",
        "[[address]] has no \"ip\"");
    row("address is none", minimal("[[address]]\nname = \"w\"\nip = \"300.1.1.1\"\nprovider = \"aws\"\n"),
        "line 5, column 6", "\"300.1.1.1\" is no IP address");
    row("provider", minimal("[[address]]\nname = \"w\"\nip = \"::1\"\nprovider = \"amazon\"\n"), "line 6, column 12",
        "\"provider\" is \"amazon\"");
    row("assign left out", minimal("[[address]]\nname = \"w\"\nip = \"::1\"\nprovider = \"command\"\n"), "line 3",
        "has no \"assign\"");
    row("assign too much", minimal("[[address]]\nname = \"w\"\nip = \"::1\"\nprovider = \"aws\"\nassign = [\"a\"]\n"),
        "line 3", "goes with provider \"command\" only");
    row("pooler without conninfo", minimal("[[pooler]]\nname = \"p\"\n"), "line 3", "has no \"conninfo\"");
    row("pause_ms", minimal("[[pooler]]\nname = \"p\"\nconninfo = \"host=a\"\npause_ms = 1\n"), "line 6",
        "it can be 100 to 60000 ms");
    row("prefix", minimal("[[address]]\nname = \"w\"\nip = \"::1\"\nprovider = \"host\"\nprefix = 129\n"),
        "line 7, column 10", "it can be 1 to 128 bits");
    row("host", minimal("[[address]]\nname = \"w\"\nip = \"::1\"\nprovider = \"host\"\nhost = \"a b\"\n"),
        "line 7, column 8", "\"a b\" is no host name");
    row("prefix of IPv4", minimal("[[address]]\nname = \"w\"\nip = \"10.0.0.1\"\nprovider = \"host\"\nprefix = 64\n"),
        "line 7, column 10", "it can be 1 to 32 bits");
    row("follows whom",
        minimal("[[address]]\nname = \"w\"\nip = \"::1\"\nprovider = \"host\"\nfollows = \"Primary\"\n"),
        "line 7, column 11", "it can be primary or standby");
    row("addresses without names",
        minimal("[[address]]\nip = \"::1\"\nprovider = \"aws\"\n[[address]]\nip = \"::2\"\nprovider = \"aws\"\n"),
        "line 3", "has no \"name\"");
    row("pooler twice",
        minimal("[[pooler]]\nname = \"p\"\nconninfo = \"host=a\"\n[[pooler]]\nname = \"p\"\nconninfo = \"host=b\"\n"),
        "line 7, column 8", "pooler \"p\" is named twice");
    row("backup tool", minimal("[[backup]]\nname = \"n\"\ntool = \"pgbackrset\"\n"), "line 5, column 8", "it can be",
        "Did you mean \"pgbackrest\"?");
    row("probe without conninfo", minimal("[probe]\ninterval_ms = 2\n"), "line 3, column",
        "[probe] has no \"conninfo\"");
    row("probe's conninfo is empty", minimal("[probe]\nconninfo = ''\n"), "line 4, column 12", "is empty");
    row("unknown key of probe", minimal("[probe]\nconninfo = 'host=a'\ninterval = 2\n"), "line 5, column 1",
        "unknown key \"interval\" in [probe]", "interval_ms");
    row("probe too eager", minimal("[probe]\nconninfo = 'host=a'\ninterval_ms = 0\n"), "line 5, column 15",
        "it can be 1 to 1000 ms");
    row("probe in double brackets", minimal("[[probe]]\nconninfo = 'host=a'\n"), "line 3, column",
        "must be a section, [probe]");
    row("no monitor", minimal("[pg_auto_failover]\n"), "line 3, column", "[pg_auto_failover] has no \"monitor\"");
    row("monitor is empty", minimal("[pg_auto_failover]\nmonitor = ' '\n"), "line 4, column 11", "is empty");
    row("monitor is a number", minimal("[pg_auto_failover]\nmonitor = 1\n"), "line 4, column 11", "not a number");
    row("unknown key of pg_auto_failover", minimal("[pg_auto_failover]\nmonitr = 'host=a'\n"), "line 4, column 1",
        "unknown key \"monitr\" in [pg_auto_failover]", "monitor");
    row("pg_auto_failover in double brackets", minimal("[[pg_auto_failover]]\nmonitor = 'host=a'\n"), "line 3, column",
        "must be a section, [pg_auto_failover]");
    row("url is a list", minimal("[patroni]\nurl = []\n"), "line 4, column 7", "not a list");
}

void TestClusterFile::refused()
{
    QFETCH(QString, text);
    QFETCH(QString, place);
    QFETCH(QString, says);
    QFETCH(QString, hint);
    const auto config = parseClusterFile(text, kPath);
    QVERIFY(!config);
    const Error &error = config.error();
    QVERIFY(error.kind == Error::Kind::Invalid);
    QVERIFY2(error.message.startsWith(kPath), qPrintable(error.message));
    QVERIFY2(error.message.contains(place) && error.message.contains(says), qPrintable(error.message));
    QVERIFY2(error.hint.contains(hint), qPrintable(error.hint));
}

void TestClusterFile::roundTrip()
{
    const auto config = parseClusterFile(QString::fromUtf8(kWhole), kPath);
    QVERIFY(config);
    const QString text = writeClusterFile(*config);
    const auto again = parseClusterFile(text, kPath);
    QVERIFY2(again, again ? "" : qPrintable(again.error().message));
    QVERIFY(*again == *config);
    QCOMPARE(writeClusterFile(*again), text);
    for (const char *provider :
         {"digitalocean", "digitalocean-floating", "hetzner", "hetzner-robot", "aws", "openstack"}) {
        const QString address = QStringLiteral("[[address]]\nname = \"w\"\nip = \"203.0.113.7\"\nprovider = \"%1\"\n");
        const auto cloud = parseClusterFile(minimal(qPrintable(address.arg(QLatin1String(provider)))), kPath);
        QVERIFY2(cloud, provider);
        const auto back = parseClusterFile(writeClusterFile(*cloud), kPath);
        QVERIFY(back && back->addresses == cloud->addresses);
    }
    // What is at its default is not written.
    const QString small = writeClusterFile(*parseClusterFile(minimal(), kPath));
    QVERIFY(!small.contains(QLatin1String("role")) && !small.contains(QLatin1String("sampling")) &&
            !small.contains(QLatin1String("command")) && !small.contains(QLatin1String("manager")));
}

void TestClusterFile::passwords_data()
{
    QTest::addColumn<QString>("conninfo");
    QTest::addColumn<QString>("without");
    const auto row = [](const char *conninfo, const char *without) {
        QTest::newRow(conninfo) << QString::fromUtf8(conninfo) << QString::fromUtf8(without);
    };
    row("host=a password=canary user=b", "host=a user=b");
    row("password = 'can ary\\'s' host=a", "host=a");
    row("host=a password=canary", "host=a");
    row("host=a sslpassword=canary sslkey=k", "host=a sslkey=k");
    row("host=a password='canary", ""); // unclosed: masked, whatever is kept
    row("postgresql://u:canary@h:5432/db?sslmode=require", "postgresql://u@h:5432/db?sslmode=require");
    row("postgres://u:can%40ary@h1,h2/db", "postgres://u@h1,h2/db");
    row("postgresql://h/db?user=u&password=canary&sslmode=prefer", "postgresql://h/db?user=u&sslmode=prefer");
    row("postgresql://h/db?password=canary", "postgresql://h/db");
    row("postgresql://h/db?pass%77ord=canary", "postgresql://h/db");
    row("host=a password=x,canary;canary'canary user=b", "host=a user=b");
    row("host=a password=x\\ canary user=b", "host=a user=b");
    row("host=a oauth_client_secret=canary", "host=a");
    row("host=a scram_client_key=canary", "host=a");
    row("host=a PASSWORD=canary", "host=a"); // libpq refuses it, but it was meant as one
    row("postgres://u:p@canary@h/db?sslmode=require", "postgres://u@h/db?sslmode=require");
    row("postgres://u:p@s@canary@h:5432", "postgres://u@h:5432");
    row("postgres://u:p?can@canary@h/db", "postgres://u@h/db");
    row("postgres://u:p/canary@h/db", "postgres://u@h/db");
    row("postgresql://h:5432/db?application_name=a@b", "postgresql://h:5432/db?application_name=a@b");
    row("host=a user=password", "host=a user=password");
    row("host=a passfile=/root/.pgpass", "host=a passfile=/root/.pgpass");
    row("postgresql://u@h/db", "postgresql://u@h/db");
    row("service=orders", "service=orders");
}

void TestClusterFile::passwords()
{
    QFETCH(QString, conninfo);
    QFETCH(QString, without);
    const bool held = conninfo.contains(QLatin1String("can"));
    QCOMPARE(holdsPassword(conninfo), held);
    const QString stripped = withoutPassword(conninfo);
    QVERIFY2(!stripped.contains(QLatin1String("canary")) && !stripped.contains(QLatin1String("ary")),
             qPrintable(stripped));
    if (!without.isEmpty()) {
        QCOMPARE(stripped, without);
    }
    // What was taken out of a well-formed one can be put back, and nothing is put where there is one already.
    QCOMPARE(withPasswordOf(stripped, stripped), stripped);
    QCOMPARE(withPasswordOf(QStringLiteral("password=x"), conninfo) == conninfo.trimmed(), held || without.isEmpty());
    // It works as written, is warned about once, and never gets into a file.
    ClusterConfig written;
    written.nodes.push_back({.name = QStringLiteral("a"), .conninfo = conninfo});
    QString escaped = conninfo;
    escaped.replace(QLatin1Char('\\'), QLatin1String("\\\\"));
    const auto config =
        parseClusterFile(QStringLiteral("[[node]]\nname = \"a\"\nconninfo = \"%1\"\n").arg(escaped), kPath);
    QVERIFY2(config, config ? "" : qPrintable(config.error().message));
    QCOMPARE(config->nodes.front().conninfo, conninfo);
    QCOMPARE(config->warnings.size(), held ? 1 : 0);
    QVERIFY(!config->warnings.join(QString()).contains(QLatin1String("canary")));
    written.probe = ProbeConfig{.conninfo = conninfo};
    QVERIFY(!writeClusterFile(written).contains(QLatin1String("ary")));
    const auto probed =
        parseClusterFile(minimal("[probe]\n") + QStringLiteral("conninfo = \"%1\"\n").arg(escaped), kPath);
    QVERIFY2(probed, probed ? "" : qPrintable(probed.error().message));
    QCOMPARE(probed->warnings.size(), held ? 1 : 0);
    QVERIFY(!probed->warnings.join(QString()).contains(QLatin1String("canary")));
    written.autoFailoverMonitor = conninfo;
    QVERIFY(!writeClusterFile(written).contains(QLatin1String("ary")));
    const auto monitored =
        parseClusterFile(minimal("[pg_auto_failover]\n") + QStringLiteral("monitor = \"%1\"\n").arg(escaped), kPath);
    QVERIFY2(monitored, monitored ? "" : qPrintable(monitored.error().message));
    QCOMPARE(monitored->warnings.size(), held ? 1 : 0);
    QVERIFY(!monitored->warnings.join(QString()).contains(QLatin1String("canary")));
}

void TestClusterFile::passwordsPutBack()
{
    const auto with = [](const char *source, const char *conninfo) {
        return withPasswordOf(QLatin1String(source), QLatin1String(conninfo));
    };
    QCOMPARE(with("host=a password='it''s'", "host=b"), QStringLiteral("host=b")); // malformed: nothing is guessed
    QCOMPARE(with("host=a password='it\\'s \\\\' sslpassword=k", "host=b"),
             QStringLiteral("host=b password='it\\'s \\\\' sslpassword='k'"));
    QCOMPARE(with("postgresql://u:p%40%26@a/db", "host=b user=u"), QStringLiteral("host=b user=u password='p@&'"));
    QCOMPARE(with("host=a password=p&q", "postgresql://u@b/db"), QStringLiteral("postgresql://u@b/db?password=p%26q"));
    QCOMPARE(with("host=a password=p", "postgresql://u@b/db?sslmode=require"),
             QStringLiteral("postgresql://u@b/db?sslmode=require&password=p"));
    QCOMPARE(with("host=a password=p", "host=b password=own"), QStringLiteral("host=b password=own"));
    QCOMPARE(with("host=a", "host=b"), QStringLiteral("host=b"));
}

void TestClusterFile::hosts_data()
{
    QTest::addColumn<QString>("conninfo");
    QTest::addColumn<QString>("expected"); // "host:port host:port"
    const auto row = [](const char *conninfo, const char *expected) {
        QTest::newRow(conninfo) << QString::fromUtf8(conninfo) << QString::fromUtf8(expected);
    };
    row("host=a port=5433", "a:5433");
    row("host=a,b port=1,2", "a:1 b:2");
    row("host=a,b port=7", "a:7 b:7");
    row("hostaddr=10.0.0.1", "10.0.0.1:0");
    row("host=n hostaddr=10.0.0.1", "n:0");
    row("host = 'a b' port = 3", "a b:3");
    row("user=x", "");
    row("postgresql://u:p@h:5432,i:5433/db", "h:5432 i:5433");
    row("postgresql://[::1]:5444/", "::1:5444");
    row("postgresql://%2Fvar%2Frun/db", "/var/run:0");
    row("postgresql:///db?host=/tmp&port=6000", "/tmp:6000");
}

void TestClusterFile::hosts()
{
    QFETCH(QString, conninfo);
    QFETCH(QString, expected);
    QStringList found;
    for (const HostPort &host : hostsOf(conninfo)) {
        found += QStringLiteral("%1:%2").arg(host.host).arg(host.port);
    }
    QCOMPARE(found.join(QLatin1Char(' ')), expected);
}

void TestClusterFile::addresses()
{
    QVERIFY(splitAddress(QStringLiteral("10.0.0.1:5432")) == (HostPort{QStringLiteral("10.0.0.1"), 5432}));
    QVERIFY(splitAddress(QStringLiteral("[fe80::1]:7")) == (HostPort{QStringLiteral("fe80::1"), 7}));
    QVERIFY(splitAddress(QStringLiteral("fe80::1")) == (HostPort{QStringLiteral("fe80::1"), 0}));
    QVERIFY(splitAddress(QStringLiteral("/tmp:5433")) == (HostPort{QStringLiteral("/tmp"), 5433}));
    QVERIFY(splitAddress(QStringLiteral("db")) == (HostPort{QStringLiteral("db"), 0}));
    QCOMPARE(conninfoValue(QStringLiteral("host=a application_name='x y'"), QStringLiteral("application_name")),
             QStringLiteral("x y"));
    QCOMPARE(
        conninfoValue(QStringLiteral("postgresql://h/?application_name=x%20y"), QStringLiteral("application_name")),
        QStringLiteral("x y"));
    QCOMPARE(urlWithoutPassword(QStringLiteral("http://u:canary@h:8008/x")), QStringLiteral("http://u@h:8008/x"));
    QCOMPARE(urlWithoutPassword(QStringLiteral("http://h:8008/a@b:c")), QStringLiteral("http://h:8008/a@b:c"));
}

void TestClusterFile::owners()
{
    for (const QString &provider : {QStringLiteral("host"), QStringLiteral("keepalived"), QStringLiteral("vip-manager"),
                                    QStringLiteral("command"), QStringLiteral("aws")}) {
        const auto config = parseClusterFile(
            minimal() + QStringLiteral("[[address]]\nname = 'w'\nip = '10.0.0.1'\nprovider = '%1'\n%2")
                            .arg(provider,
                                 provider == QLatin1String("command") ? QStringLiteral("assign = ['x']\n") : QString()),
            kPath);
        QVERIFY2(config, config ? "" : qPrintable(config.error().message));
        const AddressConfig &address = config->addresses.front();
        QCOMPARE(address.provider, provider);
        const bool owned = provider == QLatin1String("keepalived") || provider == QLatin1String("vip-manager");
        QCOMPARE(address.hasOwner(), owned);
        QCOMPARE(address.isOnHosts(), owned || provider == QLatin1String("host"));
        QCOMPARE(address.isNear(), provider != QLatin1String("aws"));
        QVERIFY(parseClusterFile(writeClusterFile(*config), kPath).value() == *config);
    }
}

void TestClusterFile::files()
{
    QTemporaryDir directory;
    QVERIFY(directory.isValid());
    const auto write = [&](const char *name, const QByteArray &bytes) {
        QFile file(directory.filePath(QString::fromLatin1(name)));
        return file.open(QIODevice::WriteOnly) && file.write(bytes) == bytes.size() ? file.fileName() : QString();
    };
    const auto missing = readClusterFile(directory.filePath(QStringLiteral("none.toml")));
    QVERIFY(!missing && missing.error().kind == Error::Kind::NotFound);
    QVERIFY(missing.error().message.contains(QLatin1String("none.toml")));
    QVERIFY(!readClusterFile(directory.path()));
    const auto latin1 = readClusterFile(write("latin1.toml", "name = \"caf\xE9\"\n"));
    QVERIFY(!latin1 && latin1.error().message.contains(QLatin1String("not UTF-8")));
    const auto large = readClusterFile(write("large.toml", QByteArray((1 << 20) + 1, '#')));
    QVERIFY(!large && large.error().message.contains(QLatin1String("larger than 1 MB")));
    const QByteArray largest = QByteArray("[[node]]\nconninfo='host=a'\n#").leftJustified(1 << 20, '#');
    QVERIFY(readClusterFile(write("largest.toml", largest)));
    const auto marked = readClusterFile(write("bom.toml", "\xEF\xBB\xBF[[node]]\nconninfo='host=a'\n"));
    QVERIFY2(marked, marked ? "" : qPrintable(marked.error().message));
    QCOMPARE(marked->name, QStringLiteral("bom"));
    const auto windows = readClusterFile(write("crlf.toml", "[[node]]\r\nconninfo='host=a'\r\n"));
    QVERIFY(windows);
}

void TestClusterFile::unreadableFile()
{
    QTemporaryDir directory(QStringLiteral("/tmp/howdah-clusterfile-XXXXXX"));
    QVERIFY(QFile::setPermissions(directory.path(), QFileDevice::Permissions(0x7755)));
    QFile file(directory.filePath(QStringLiteral("closed.toml")));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.close();
    QVERIFY(file.setPermissions(QFileDevice::Permissions()));
    // Root may read everything, so for a moment it is nobody.
    const uid_t before = geteuid();
    QVERIFY(before != 0 || setresuid(65534, 65534, 0) == 0);
    const auto config = readClusterFile(file.fileName());
    QVERIFY(before != 0 || setresuid(0, 0, 0) == 0);
    QVERIFY(!config && config.error().kind == Error::Kind::Denied);
    QVERIFY(!config.error().hint.isEmpty());
}

void TestClusterFile::saving()
{
    QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("deep/er/orders.toml"));
    auto config = parseClusterFile(QString::fromUtf8(kWhole), path);
    QVERIFY(config);
    config->nodes.front().conninfo += QStringLiteral(" password=canary");
    QVERIFY(saveClusterFile(*config, path));
    const auto read = readClusterFile(path);
    QVERIFY(read);
    QVERIFY(read->warnings.isEmpty());
    QCOMPARE(read->nodes.size(), config->nodes.size());
    // A directory stands where the file should be: an error, and nothing else is touched.
    const auto failed = saveClusterFile(*config, directory.filePath(QStringLiteral("deep")));
    QVERIFY(!failed && failed.error().kind == Error::Kind::Io);
    QVERIFY(readClusterFile(path));
}

QTEST_APPLESS_MAIN(TestClusterFile)
#include "tst_clusterfile.moc"
