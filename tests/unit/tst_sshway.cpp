// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <algorithm>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "hosts/connections.h"
#include "hosts/outcome.h"
#include "hosts/sshway.h"

using namespace howdah::hosts;
using howdah::core::Error;

/// What is known of the way to a host: its jump host, the agent, kept connections.
class TestSshWay : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void greeted_data();
    void greeted();
    void questions_data();
    void questions();
    void ways_data();
    void ways();
    void wordsOfTheWay();
    void changedKeyIsNoRefusalByItself();
    void agents();
    void keptConnections();
};

namespace {

/// A socket that listens, as an agent's does; gone, but its file not, when it is closed.
int listenAt(const QString &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const QByteArray bytes = QFile::encodeName(path);
    std::copy(bytes.cbegin(), bytes.cend(), address.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
    return ::bind(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 && ::listen(fd, 1) == 0 ? fd
                                                                                                                 : -1;
}

} // namespace

void TestSshWay::greeted_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("never");
    QTest::addColumn<bool>("waited");
    QTest::newRow("closed") << QByteArray("kex_exchange_identification: Connection closed by remote host\r\n") << true
                            << false;
    QTest::newRow("with the jump host's words")
        << QByteArray("Host key verification failed.\r\nkex_exchange_identification: Connection closed by remote host")
        << true << false;
    QTest::newRow("silent") << QByteArray("Connection timed out during banner exchange\r\n") << true << true;
    QTest::newRow("reset") << QByteArray("banner exchange: Connection to UNKNOWN port 65535: Broken pipe\r\n") << true
                           << false;
    QTest::newRow("no key of ours") << QByteArray("postgres@h: Permission denied (publickey).\r\n") << false << false;
    QTest::newRow("said by a command") << QByteArray("it said: kex_exchange_identification: no\n") << false << false;
}

void TestSshWay::greeted()
{
    QFETCH(QByteArray, text);
    QTEST(wasNotGreeted(text), "never");
    QTEST(waitedInVain(text), "waited");
}

void TestSshWay::questions_data()
{
    QTest::addColumn<QString>("prefix");
    QTest::addColumn<QString>("question");
    QTest::newRow("plain") << "ssh -F c dba@h"
                           << "ssh -G -F c dba@h";
    QTest::newRow("wrapped") << "timeout 9 ssh h"
                             << "timeout 9 ssh -G h";
    QTest::newRow("two") << "ssh a ssh b"
                         << "ssh -G a";
    QTest::newRow("options behind the host") << "ssh h -p 22 sudo"
                                             << "ssh -G h";
    QTest::newRow("none") << "docker exec pg1"
                          << "";
}

void TestSshWay::questions()
{
    QFETCH(QString, prefix);
    QFETCH(QString, question);
    QCOMPARE(wayQuestion(prefix.split(QLatin1Char(' '))), question.split(QLatin1Char(' '), Qt::SkipEmptyParts));
}

void TestSshWay::ways_data()
{
    QTest::addColumn<QByteArray>("answer");
    QTest::addColumn<QString>("way");
    QTest::newRow("jump") << QByteArray("user dba\nproxyjump ops@bastion:2222\n") << "the jump host ops@bastion:2222";
    QTest::newRow("command") << QByteArray("proxycommand nc --auth me:canary %h\n") << "its ProxyCommand";
    QTest::newRow("direct") << QByteArray("user dba\nproxyusefdpass no\n") << "";
    QTest::newRow("switched off") << QByteArray("proxyjump none\nproxycommand none\n") << "";
    QTest::newRow("nothing") << QByteArray() << "";
    QTest::newRow("hostile") << QByteArray("proxyjump a\x1b[1mb\n") << "the jump host ab";
}

void TestSshWay::ways()
{
    QFETCH(QByteArray, answer);
    QTEST(wayIn(answer), "way");
}

void TestSshWay::wordsOfTheWay()
{
    Outcome outcome{.end = Outcome::End::HostUnreachable, .exitCode = 255};
    outcome.way = QStringLiteral("the jump host bastion");
    outcome.err = "channel 0: open failed: administratively prohibited: open failed\r\nstdio forwarding failed\r\n"
                  "kex_exchange_identification: Connection closed by remote host\r\n";
    const Error forwarding = outcome.asError(QStringLiteral("pg2"));
    QCOMPARE(
        forwarding.message,
        QStringLiteral("ssh did not get to the host of pg2 through the jump host bastion, which does not get on to "
                       "it: administratively prohibited: open failed"));
    QVERIFY(forwarding.hint.contains(QLatin1String("AllowTcpForwarding")));
    // Without a jump host a channel is one of a session's.
    outcome.way.clear();
    QVERIFY(!outcome.asError(QStringLiteral("pg2")).message.contains(QLatin1String("prohibited")));
}

/// As a jump host's configuration may allow it: then the connection is there, and what comes later says more.
void TestSshWay::changedKeyIsNoRefusalByItself()
{
    const QByteArray warning = "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @\r\n";
    const QByteArray lost = "Timeout, server h not responding.\r\n";
    QVERIFY(!isBeforeCommand(sshComplaint(warning + lost)));
    QCOMPARE(sshComplaint(warning + lost), QString::fromUtf8(lost).trimmed());
    const QByteArray refused = "Host key for 10.0.0.1 has changed and you have requested strict checking.\r\n"
                               "Host key verification failed.\r\n";
    QVERIFY(isBeforeCommand(sshComplaint(warning + refused)));
    QVERIFY(sshComplaint(warning + refused).contains(QLatin1String("10.0.0.1")));
    // OpenSSH 8
    QVERIFY(isBeforeCommand(
        sshComplaint("ED25519 host key for h has changed and you have requested strict checking.\r\n")));
}

void TestSshWay::agents()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(QStringLiteral("agent"));
    qunsetenv("SSH_AUTH_SOCK");
    QVERIFY(agentProblem().startsWith(QLatin1String("SSH_AUTH_SOCK is not set")));
    qputenv("SSH_AUTH_SOCK", QFile::encodeName(path));
    QVERIFY(agentProblem().contains(path));
    const int fd = listenAt(path);
    QVERIFY(fd >= 0);
    for (int n = 0; n < 20; ++n) {
        QCOMPARE(agentProblem(), QString()); // also of one that takes none of those who knock
    }
    ::close(fd);
    QVERIFY(agentProblem().contains(path)); // its file is there still
    qputenv("SSH_AUTH_SOCK", QByteArray(200, 'x'));
    QVERIFY(!agentProblem().isEmpty());
}

void TestSshWay::keptConnections()
{
    Connections connections;
    const QStringList prefix{QStringLiteral("ssh"), QStringLiteral("h")};
    const QString path = connections.controlPath(prefix);
    const QString other = connections.controlPath({QStringLiteral("ssh"), QStringLiteral("other")});
    QVERIFY(!isKept(path));
    QVERIFY(!isKept(QString()));
    QString socket = path;
    const int fd = listenAt(socket.replace(QLatin1String("%C"), QLatin1String("0123")));
    QVERIFY(fd >= 0);
    QVERIFY(isKept(path));
    QVERIFY(!isKept(other));
    ::close(fd);
    QVERIFY(QFile::remove(socket));
}

QTEST_GUILESS_MAIN(TestSshWay)
#include "tst_sshway.moc"
