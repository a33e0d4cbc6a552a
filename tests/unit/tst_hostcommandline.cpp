// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QTest>

#include "hosts/commandline.h"

using namespace howdah::hosts;

/// How a command and the prefix of its host become one argv: quoted so that a real shell gives back exactly the words,
/// with options of ours that the user's own beat where they may, and prefixes refused that are not safe.
class TestHostCommandLine : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void shellsGiveTheWordsBack_data();
    void shellsGiveTheWordsBack();
    void sshGivesTheWordsBack_data() { shellsGiveTheWordsBack_data(); }
    void sshGivesTheWordsBack();
    void twoHopsGiveTheWordsBack_data() { shellsGiveTheWordsBack_data(); }
    void twoHopsGiveTheWordsBack();
    void otherPrefixesAreLeftAlone_data();
    void otherPrefixesAreLeftAlone();
    void sshGetsItsOptions();
    void theUsersOptionsWin_data();
    void theUsersOptionsWin();
    void connectionsAreKeptWhereTheyCanBe_data();
    void connectionsAreKeptWhereTheyCanBe();
    void prefixes_data();
    void prefixes();
    void plainWordsStayReadable();
    void secretsAreNotShown();
};

namespace {

QStringList words(const char *text)
{
    return QString::fromUtf8(text).split(QLatin1Char(' '), Qt::SkipEmptyParts);
}

// What a real sh makes of a line that ends in printf's arguments.
QStringList throughShell(const QString &line)
{
    QProcess shell;
    shell.start(QStringLiteral("sh"), {QStringLiteral("-c"), line});
    if (!shell.waitForFinished(10000) || shell.exitCode() != 0) {
        return {QStringLiteral("the shell failed: ") + QString::fromUtf8(shell.readAllStandardError())};
    }
    QStringList result = QString::fromUtf8(shell.readAllStandardOutput()).split(QChar(0));
    result.removeLast(); // behind the last NUL
    return result;
}

const QStringList kPrint{QStringLiteral("printf"), QStringLiteral("%s\\0")};

// What ssh sends: the words behind the destination, joined by blanks.
QString remoteLine(const QStringList &line, const QString &destination)
{
    return line.mid(line.indexOf(destination) + 1).join(QLatin1Char(' '));
}

} // namespace

void TestHostCommandLine::shellsGiveTheWordsBack_data()
{
    QTest::addColumn<QStringList>("argv");
    const auto row = [](const char *name, const QStringList &argv) { QTest::newRow(name) << argv; };
    row("plain", words("a b c"));
    row("empty words", {QString(), QStringLiteral("x"), QString()});
    row("blanks", {QStringLiteral(" a  b "), QStringLiteral("\tc\t")});
    row("single quotes", {QStringLiteral("it's"), QStringLiteral("'"), QStringLiteral("''"), QStringLiteral("'\\''")});
    row("double quotes", {QStringLiteral("\""), QStringLiteral("a\"b\"c"), QStringLiteral("\"$HOME\"")});
    row("newlines", {QStringLiteral("a\nb"), QStringLiteral("\n"), QStringLiteral("x\n"), QStringLiteral("\r\n")});
    row("substitutions", {QStringLiteral("$(id)"), QStringLiteral("`id`"), QStringLiteral("$HOME"),
                          QStringLiteral("${x:-y}"), QStringLiteral("$((1+1))"), QStringLiteral("$$")});
    row("separators", words("; & && || | > < >> 2>&1 ( ) { } !"));
    row("globs", words("* ? [a-z] ~ ~root /*"));
    row("backslashes", {QStringLiteral("\\"), QStringLiteral("a\\nb"), QStringLiteral("\\'"), QStringLiteral("\\\\")});
    row("comments", words("# #x a#b"));
    row("dashes", words("-n -- --help -oProxyCommand=id -"));
    row("assignments", words("a=b PATH=/tmp ="));
    row("reserved", words("if then fi do done case esac time"));
    row("UTF-8", {QStringLiteral("größe"), QStringLiteral("数据库"), QStringLiteral("🐘"), QStringLiteral("a\u202Eb")});
    row("control characters", {QStringLiteral("\x01\x02\x1b[31m\x7f")});
    row("long", {QString(5000, QLatin1Char('\''))});
    QString all;
    for (ushort c = 1; c < 256; ++c) {
        all += QChar(c);
    }
    row("every byte", {all});
}

void TestHostCommandLine::shellsGiveTheWordsBack()
{
    QFETCH(QStringList, argv);
    QCOMPARE(throughShell(shellQuoted(kPrint + argv)), argv);
    // Also where the word would be the command.
    QCOMPARE(throughShell(QStringLiteral("set -- ") + shellQuoted(argv) + QStringLiteral("; printf '%s\\0' \"$@\"")),
             argv);
}

void TestHostCommandLine::sshGivesTheWordsBack()
{
    QFETCH(QStringList, argv);
    const QStringList line = commandLine(words("ssh -p 22 h"), kPrint + argv);
    QCOMPARE(throughShell(remoteLine(line, QStringLiteral("h"))), argv);
}

void TestHostCommandLine::twoHopsGiveTheWordsBack()
{
    QFETCH(QStringList, argv);
    const QStringList line = commandLine(words("ssh jump ssh inner"), kPrint + argv);
    // The shell of the first host starts the second ssh, here a function in its place.
    const QString asTheJumpHost =
        QStringLiteral("ssh() { while [ \"$1\" != inner ]; do shift; done; shift; sh -c \"$*\"; }; ") +
        remoteLine(line, QStringLiteral("jump"));
    QCOMPARE(throughShell(asTheJumpHost), argv);
}

void TestHostCommandLine::otherPrefixesAreLeftAlone_data()
{
    QTest::addColumn<QStringList>("prefix");
    for (const char *prefix : {"", "docker exec pg1", "kubectl exec -i pod -c pg --", "nsenter --net=/run/netns/x --",
                               "sudo -n -u postgres", "lxc exec pg1 --", "docker exec ssh"}) {
        QTest::newRow(prefix) << words(prefix);
    }
}

void TestHostCommandLine::otherPrefixesAreLeftAlone()
{
    QFETCH(QStringList, prefix);
    const QStringList argv{QStringLiteral("sh"), QStringLiteral("-c"), QStringLiteral("echo 'a b'"), QString()};
    QCOMPARE(commandLine(prefix, argv), prefix + argv);
    QVERIFY(checkPrefix(prefix));
    QVERIFY(!usesSsh(prefix));
}

void TestHostCommandLine::sshGetsItsOptions()
{
    const SshOptions options{.controlPath = QStringLiteral("/run/x/%C"), .connectTimeoutS = 7};
    const QStringList line = commandLine(words("ssh -p 2222 postgres@h"), words("uptime"), options);
    QCOMPARE(line.first(), QStringLiteral("ssh"));
    QCOMPARE(line.mid(line.indexOf(QStringLiteral("-n"))), words("-n -p 2222 postgres@h 'uptime'"));
    for (const char *option :
         {"BatchMode=yes", "StrictHostKeyChecking=yes", "ConnectTimeout=7", "ServerAliveInterval=5",
          "ServerAliveCountMax=3", "ForwardAgent=no", "ForwardX11=no", "RequestTTY=no", "LogLevel=ERROR",
          "ControlMaster=auto", "ControlPath=/run/x/%C", "ControlPersist=60"}) {
        const qsizetype at = line.indexOf(QLatin1String(option));
        QVERIFY2(at > 0 && line.at(at - 1) == QLatin1String("-o"), option);
    }
    QVERIFY(!commandLine(words("ssh h"), words("cat"), {.readsInput = true}).contains(QStringLiteral("-n")));
    // Behind a wrapper they stand behind ssh.
    const QStringList wrapped = commandLine(words("sudo -n ssh h"), words("id"));
    QCOMPARE(wrapped.mid(0, 5), words("sudo -n ssh -o BatchMode=yes"));
}

void TestHostCommandLine::theUsersOptionsWin_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QString>("ours"); // is not to be there
    const auto row = [](const char *prefix, const char *ours) {
        QTest::newRow(prefix) << QString::fromLatin1(prefix) << QString::fromLatin1(ours);
    };
    row("ssh -o ConnectTimeout=3 h", "ConnectTimeout=10");
    row("ssh -oconnecttimeout=3 h", "ConnectTimeout=10");
    row("ssh -4Co ConnectTimeout=3 h", "ConnectTimeout=10");
    row("ssh h -o ConnectTimeout=3", "ConnectTimeout=10");
    row("ssh -A h", "ForwardAgent=no");
    row("ssh -v h", "LogLevel=ERROR");
    row("ssh -S /run/mine h", "ControlPath=/x");
    row("ssh -o ControlPath=none h", "ControlPath=/x");
    row("ssh -o ControlPath=none h", "ControlMaster=auto");
    row("ssh -o ServerAliveInterval=60 h", "ServerAliveInterval=5");
}

void TestHostCommandLine::theUsersOptionsWin()
{
    QFETCH(QString, prefix);
    QFETCH(QString, ours);
    const QStringList line =
        commandLine(prefix.split(QLatin1Char(' ')), words("id"), {.controlPath = QStringLiteral("/x")});
    QVERIFY2(!line.contains(ours), qPrintable(line.join(QLatin1Char(' '))));
    // The two that nobody lowers stand first, and in ssh the first value counts.
    QCOMPARE(line.mid(1, 4), words("-o BatchMode=yes -o StrictHostKeyChecking=yes"));
}

void TestHostCommandLine::connectionsAreKeptWhereTheyCanBe_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<bool>("kept");
    const auto row = [](const char *prefix, bool kept) {
        QTest::newRow(prefix) << QString::fromLatin1(prefix) << kept;
    };
    row("ssh h", true);
    row("/usr/bin/ssh h", true);
    row("env LC_ALL=C ssh h", true);
    row("sudo -n ssh h", false);         // another user's
    row("docker exec box ssh h", false); // another file system's
    row("ssh -S none h", false);
    row("docker exec box", false);
}

void TestHostCommandLine::connectionsAreKeptWhereTheyCanBe()
{
    QFETCH(QString, prefix);
    QFETCH(bool, kept);
    const QStringList list = prefix.split(QLatin1Char(' '));
    QCOMPARE(keepsConnections(list), kept);
    const QStringList line = commandLine(list, words("id"), {.controlPath = QStringLiteral("/x/%C")});
    QCOMPARE(line.contains(QStringLiteral("ControlPath=/x/%C")), kept);
    // Of two, only the first is here.
    QCOMPARE(commandLine(list + words("ssh inner"), words("id"), {.controlPath = QStringLiteral("/x/%C")})
                 .count(QStringLiteral("ControlPath=/x/%C")),
             kept ? 1 : 0);
}

void TestHostCommandLine::prefixes_data()
{
    QTest::addColumn<QStringList>("prefix");
    QTest::addColumn<QString>("refused"); // a piece of the message; empty: it is fine
    const auto row = [](const QStringList &prefix, const char *refused) {
        QTest::newRow(qPrintable(prefix.join(QLatin1Char(' ')))) << prefix << QString::fromLatin1(refused);
    };
    row({}, "");
    row(words("ssh postgres@10.0.0.11"), "");
    row(words("ssh -i /key -p 22 -F /conf -J jump@bastion,other postgres@pg-1.example.org"), "");
    row(words("ssh -o StrictHostKeyChecking=yes h"), "");
    row(words("ssh -o StrictHostKeyChecking=ask h"), "");
    row(words("ssh -o UserKnownHostsFile=/etc/pinned h"), "");
    row(words("ssh ssh://dba@h:2222"), "");
    row(words("ssh [fe80::1%eth0]"), "");
    row(words("ssh -T h sudo -n -u postgres"), "");
    row(words("sudo -n ssh h"), "");
    row({QString(), QStringLiteral("h")}, "empty word");
    row({QStringLiteral("ssh"), QStringLiteral("h\0x") + QChar(0)}, "NUL");
    row(words("ssh"), "names no host");
    row(words("ssh -p 22"), "names no host");
    row(words("ssh -oProxyCommand=id"), "names no host");
    row(words("ssh -- -oProxyCommand=id"), "is no host");
    row({QStringLiteral("ssh"), QString()}, "is no host");
    row(words("ssh $(id)"), "is no host");
    row(words("ssh `id`"), "is no host");
    row(words("ssh h;id"), "is no host");
    row(words("ssh h|id"), "is no host");
    row(words("ssh root@-oProxyCommand=id"), "is no host");
    row({QStringLiteral("ssh"), QStringLiteral("h id")}, "is no host");
    row({QStringLiteral("ssh"), QStringLiteral("h\nid")}, "is no host");
    row({QStringLiteral("ssh"), QStringLiteral("a\u202Eb")}, "is no host");
    row(words("ssh -l $(id) h"), "is no user or host");
    row(words("ssh -J -oProxyCommand=id h"), "is no user or host");
    row(words("ssh -o HostName=$(id) h"), "is no user or host");
    row(words("ssh -o StrictHostKeyChecking=no h"), "lowers");
    row(words("ssh -oStrictHostKeyChecking=off h"), "lowers");
    row({QStringLiteral("ssh"), QStringLiteral("-o"), QStringLiteral("stricthostkeychecking accept-new"),
         QStringLiteral("h")},
        "lowers");
    row({QStringLiteral("ssh"), QStringLiteral("-o"), QStringLiteral("StrictHostKeyChecking = \"no\""),
         QStringLiteral("h")},
        "lowers");
    row(words("ssh -o StrictHostKeyChecking=yes -o StrictHostKeyChecking=no h"), "lowers");
    row(words("ssh -4qoStrictHostKeyChecking=no h"), "lowers");
    row(words("ssh h -o StrictHostKeyChecking=no"), "lowers");
    row(words("ssh -o UserKnownHostsFile=/dev/null h"), "lowers");
    row(words("sudo ssh -o StrictHostKeyChecking=no h"), "lowers");
    row(words("ssh jump ssh -o StrictHostKeyChecking=no h"), "lowers");
    row(words("ssh -o NoHostAuthenticationForLocalhost=yes localhost"), "lowers");
    row(words("ssh -t h"), "option -t");
    row(words("ssh -N h"), "option -N");
    row(words("ssh -fv h"), "option -f");
    row(words("ssh -n h"), "option -n");
    row(words("ssh -W x:22 h"), "option -W");
    row(words("ssh -o RemoteCommand=id h"), "remotecommand");
    row(words("ssh -o RequestTTY=force h"), "requesttty");
}

void TestHostCommandLine::prefixes()
{
    QFETCH(QStringList, prefix);
    QFETCH(QString, refused);
    const auto fine = checkPrefix(prefix);
    QCOMPARE(fine.has_value(), refused.isEmpty());
    if (!fine) {
        QVERIFY2(fine.error().message.contains(refused), qPrintable(fine.error().message));
        QVERIFY(!fine.error().hint.isEmpty());
        QVERIFY(!fine.error().message.contains(QLatin1Char('\n')));
    }
}

void TestHostCommandLine::plainWordsStayReadable()
{
    QCOMPARE(shellQuoted(words("pg_ctl -D /data/15-main -m fast stop")),
             QStringLiteral("pg_ctl -D /data/15-main -m fast stop"));
    QCOMPARE(shellQuoted({QStringLiteral("a b"), QStringLiteral("c'd"), QString()}),
             QStringLiteral("'a b' 'c'\\''d' ''"));
    QCOMPARE(shellQuoted(words("x=1 y=2")), QStringLiteral("'x=1' y=2"));
    QCOMPARE(shellQuoted({}), QString());
}

void TestHostCommandLine::secretsAreNotShown()
{
    const QString text =
        shown({QStringLiteral("psql"), QStringLiteral("host=h password=canary"), QStringLiteral("a\u202Eb")});
    QVERIFY(!text.contains(QLatin1String("canary")));
    QVERIFY(text.contains(QLatin1String("host=h")));
    QVERIFY(!text.contains(QChar(0x202E)));
}

QTEST_GUILESS_MAIN(TestHostCommandLine)
#include "tst_hostcommandline.moc"
