// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "operations/address/promotelint.h"
#include "operations/address/shelltext.h"

using namespace howdah::operations::address;

namespace {

/// "line id" of each.
QStringList said(const std::vector<LintFinding> &findings)
{
    QStringList all;
    for (const LintFinding &one : findings) {
        all.append(QStringLiteral("%1 %2").arg(one.line).arg(one.id));
    }
    return all;
}

/// As tutorials have it, with a token that nobody has.
constexpr const char *kTutorial = R"sh(repmgr standby promote --siblings-follow
TOKEN=dop_v1_0123456789abcdef0123456789abcdef
IP=$(doctl compute floating-ip list -t $TOKEN | tail -n 1 | awk '{print $1}')
DROPLET=$(doctl compute droplet list -t $TOKEN | grep "pg2" | awk '{print $1}')
doctl compute floating-ip-action assign $IP $DROPLET -t $TOKEN
curl -X POST -H "Authorization: Bearer $TOKEN" https://hooks.example.com/promoted
)sh";

/// The same without its faults.
constexpr const char *kClean = R"sh(#!/bin/sh
set -u
/usr/bin/repmgr standby promote -f /etc/repmgr.conf --log-to-file || {
  logger "promotion failed"
  exit 1
}
doctl compute reserved-ip-action assign 203.0.113.7 222 --wait || exit 1
[ "$(doctl compute reserved-ip get 203.0.113.7 --format DropletID --no-header)" = 222 ]
)sh";

constexpr const char *kPromote = "/usr/bin/repmgr standby promote -f /etc/repmgr.conf";
constexpr const char *kAssign = "doctl compute reserved-ip-action assign 203.0.113.7 222 --wait";

} // namespace

/// What is wrong with scripts that promote and move an address, read and not run.
class TestPromoteLint : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void words();
    void structure();
    void whatCanNotBeRead_data();
    void whatCanNotBeRead();
    void torsos();
    void tutorialHasThemAll();
    void cleanOneHasNone();
    void faults_data();
    void faults();
    void promotionChecked_data();
    void promotionChecked();
    void configuration_data();
    void configuration();
    void secretsAreNotRepeated();
};

void TestPromoteLint::words()
{
    const ShellText shell = readShell(QStringLiteral("# doctl -t secret\n"
                                                     "A=1 B='x y' cmd \"a b\"c \\\n  'd # e' f#g # rest\n"
                                                     "cat <<-'END' | other 2>&1 >>/tmp/log\n\tdoctl -t secret\n\tEND\n"
                                                     "x=$(one \"$(two)\" | three) y=`four`\n"
                                                     "echo \"$((1 + (2 * 3))) ${z:-}}\" > file 4<&- more\n"));
    QCOMPARE(shell.problem, QString());
    QStringList all;
    for (const ShellCommand &one : shell.commands) {
        QStringList words;
        for (const ShellWord &word : one.assignments) {
            words.append(QLatin1Char('=') + word.text);
        }
        for (const ShellWord &word : one.words) {
            words.append(word.text);
        }
        all.append(QStringLiteral("%1 %2 %3").arg(one.line).arg(one.into, words.join(QLatin1Char('|'))));
    }
    QCOMPARE(all, QStringList({QStringLiteral("2  =A=1|=B=x y|cmd|a bc|d # e|f#g"), QStringLiteral("4  cat"),
                               QStringLiteral("4  other"), QStringLiteral("7 x two"), QStringLiteral("7 x one|$(two)"),
                               QStringLiteral("7 x three"), QStringLiteral("7 y four"),
                               QStringLiteral("7  =x=$(one \"$(two)\" | three)|=y=`four`"),
                               QStringLiteral("8  echo|$((1 + (2 * 3))) ${z:-}}|more")}));
    QCOMPARE(shell.commands[1].hereText, QStringLiteral("doctl -t secret\n"));
}

void TestPromoteLint::structure()
{
    const ShellText shell = readShell(QStringLiteral("f() {\n  in_f\n}\n"
                                                     "if ! asked; then yes; else no; fi\n"
                                                     "case $x in\n(a | b) first ;;\n*) second; third ;;\nesac\n"
                                                     "{ grouped; } || { after; }\n"
                                                     "for i in 1 2; do looped; done\n((1 + 1))\n((inner) | "
                                                     "other)\nlast\n"));
    QCOMPARE(shell.problem, QString());
    QStringList all;
    for (const ShellCommand &one : shell.commands) {
        all.append(QStringLiteral("%1 %2%3%4")
                       .arg(one.words.front().text)
                       .arg(one.depth)
                       .arg(one.function, one.isCondition ? QStringLiteral(" if") : QString()));
    }
    QCOMPARE(all, QStringList({QStringLiteral("in_f 1f"), QStringLiteral("asked 1 if"), QStringLiteral("yes 1"),
                               QStringLiteral("no 1"), QStringLiteral("case 0"), QStringLiteral("first 1"),
                               QStringLiteral("second 1"), QStringLiteral("third 1"), QStringLiteral("grouped 1"),
                               QStringLiteral("after 1"), QStringLiteral("for 1"), QStringLiteral("looped 1"),
                               QStringLiteral("inner 2"), QStringLiteral("other 1"), QStringLiteral("last 0")}));
    QVERIFY(shell.commands[8].after == ShellCommand::Joint::Or);
    QVERIFY(shell.commands[5].arms != shell.commands[6].arms && shell.commands[6].arms == shell.commands[7].arms);
}

void TestPromoteLint::whatCanNotBeRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("line");
    QTest::newRow("quote") << QStringLiteral("a\nb 'c\nd\n") << 2;
    QTest::newRow("double quote") << QStringLiteral("a \"c\nd\n") << 1;
    QTest::newRow("here-document") << QStringLiteral("a <<END\nd\n") << 2;
    QTest::newRow("substitution") << QStringLiteral("a $(b\n") << 2;
    QTest::newRow("backtick") << QStringLiteral("a `b\n") << 1;
    QTest::newRow("two of them") << QStringLiteral("a $((b)\n") << 2;
}

void TestPromoteLint::whatCanNotBeRead()
{
    QFETCH(QString, text);
    QFETCH(int, line);
    const ShellText shell = readShell(text);
    QVERIFY(!shell.problem.isEmpty());
    QCOMPARE(shell.problemLine, line);
    QVERIFY(
        said(lintScript(QStringLiteral("#!/bin/sh\n") + text)).contains(QStringLiteral("%1 unreadable").arg(line + 1)));
}

/// Whatever it is given, it comes to an end.
void TestPromoteLint::torsos()
{
    const QString whole =
        QString::fromLatin1(kTutorial) + QLatin1String(kClean) +
        QStringLiteral("case $x in (a|b) c;; esac\ncat <<E | d\n$(x `y \"${z}\"`)\nE\n(( 1 )) && ! { f; } "
                       "<(g) 2>&1 &\nh() (i)\n");
    for (qsizetype i = 0; i < whole.size(); i += 3) {
        (void)lintScript(whole.left(i));
        (void)lintScript(whole.sliced(i));
        (void)lintRepmgrConf(whole.sliced(i));
    }
    QVERIFY(!readShell(QStringLiteral("$(").repeated(100'000)).problem.isEmpty());
    QVERIFY(readShell(QStringLiteral("(").repeated(100'000)).problem.isEmpty());
}

void TestPromoteLint::tutorialHasThemAll()
{
    QCOMPARE(said(lintScript(QLatin1String(kTutorial))),
             QStringList({QStringLiteral("1 no-interpreter"), QStringLiteral("1 promotion-unchecked"),
                          QStringLiteral("1 repmgr-without-path"), QStringLiteral("1 repmgr-without-config"),
                          QStringLiteral("1 siblings-follow"), QStringLiteral("2 secret-in-clear"),
                          QStringLiteral("3 token-on-command-line"), QStringLiteral("3 old-name"),
                          QStringLiteral("3 chosen-by-place"), QStringLiteral("3 loose-columns"),
                          QStringLiteral("4 token-on-command-line"), QStringLiteral("4 inexact-match"),
                          QStringLiteral("4 loose-columns"), QStringLiteral("5 token-on-command-line"),
                          QStringLiteral("5 old-name"), QStringLiteral("5 not-read-back"),
                          QStringLiteral("6 token-on-command-line"), QStringLiteral("6 no-deadline"),
                          QStringLiteral("6 status-ignored")}));
}

void TestPromoteLint::cleanOneHasNone()
{
    QCOMPARE(said(lintScript(QLatin1String(kClean))), QStringList());
}

/// One fault each, and beside it what is all right.
void TestPromoteLint::faults_data()
{
    QTest::addColumn<QString>("script"); // behind the first line
    QTest::addColumn<QString>("id");     // empty: none
    const auto row = [](const char *id, const char *script) {
        QTest::addRow("%s: %s", *id ? id : "fine", script) << QString::fromLatin1(script) << QString::fromLatin1(id);
    };
    row("repmgr-without-path", "repmgr -f /etc/repmgr.conf cluster show");
    row("", "PATH=/usr/bin\nrepmgr -f /etc/repmgr.conf cluster show");
    row("", "# repmgr standby promote --siblings-follow");
    row("repmgr-without-config", "/usr/bin/repmgr standby promote");
    row("repmgr-without-config", "sudo -u postgres /usr/bin/repmgr standby promote");
    row("", "timeout 60 /usr/bin/repmgr standby promote -f /etc/repmgr.conf");
    row("repmgr-without-config", "su - postgres -c '/usr/bin/repmgr standby promote'");
    row("siblings-follow", "/usr/bin/repmgr standby promote -f /etc/repmgr.conf --siblings-follow");
    row("", "echo '--siblings-follow is not to be used with repmgr standby promote'");
    row("token-on-command-line", "doctl -t \"$TOKEN\" compute reserved-ip list");
    row("token-on-command-line", "doctl compute reserved-ip list --access-token=$TOKEN");
    row("", "DIGITALOCEAN_ACCESS_TOKEN=$(cat /etc/token) doctl compute reserved-ip list");
    row("token-on-command-line",
        "curl -fsS -m 9 -H \"authorization: Bearer $T\" https://api.digitalocean.com/v2/droplets");
    row("token-on-command-line", "curl -fsS -m 9 -u \"user:$P\" https://robot-ws.your-server.de/failover/x");
    row("", "curl -fsS -m 9 -K - https://api.digitalocean.com/v2/droplets <secret");
    row("secret-in-clear", "export HCLOUD_TOKEN=abcdefgh");
    row("secret-in-clear", "# Bearer abcdefghijklmnopqrstuvwxyz0123456789");
    row("", "TOKEN=$(cat /etc/token)");
    row("", "TOKEN_FILE=/etc/token SECRET=/etc/secret");
    row("chosen-by-place", "hcloud floating-ip list -o noheader | head -1");
    row("chosen-by-place", "ALL=$(hcloud server list -o noheader)\necho \"$ALL\" | tail -n1");
    row("chosen-by-place", "curl -fsS -m 9 -K - https://api.digitalocean.com/v2/droplets | jq '.droplets[0].id'");
    row("chosen-by-place", "doctl compute droplet list --format ID --no-header | sed -n 1p");
    row("", "doctl compute droplet list --format ID | tail -n +2");
    row("", "date | tail -n 1");
    row("inexact-match", "hcloud server list -o columns=id,name | grep \"$NODE\"");
    row("inexact-match", "doctl compute droplet list --format ID,Name --no-header | grep ' pg2'");
    row("", "doctl compute droplet list --format ID,Name --no-header | grep ' pg2$'");
    row("", "doctl compute droplet list --format Name,ID --no-header -o csv | grep '^pg2,'");
    row("inexact-match", "doctl compute droplet list --format Name --no-header | grep -qw pg2");
    row("", "doctl compute droplet list --format Name --no-header | grep -Fx pg2");
    row("", "doctl compute droplet list --format Name --no-header | grep '^pg2$'");
    row("", "grep pg2 /etc/hosts");
    row("loose-columns", "doctl compute droplet list | awk '$2 == \"pg2\" { print $1 }'");
    row("", "doctl compute droplet list --format ID,Name --no-header | awk '$2 == \"pg2\" { print $1 }'");
    row("old-name", "doctl compute floating-ip get 203.0.113.7");
    row("not-read-back", "doctl compute reserved-ip-action assign 203.0.113.7 222");
    row("", "doctl compute reserved-ip-action assign 203.0.113.7 222\ndoctl compute reserved-ip get 203.0.113.7");
    row("not-read-back",
        "doctl compute reserved-ip get 203.0.113.7\ndoctl compute reserved-ip-action assign 203.0.113.7 222");
    row("", "look() { doctl compute reserved-ip get 203.0.113.7; }\nhcloud floating-ip assign 5 6\nlook");
    row("not-read-back", "aws ec2 associate-address --allocation-id a --instance-id b");
    row("no-deadline", "curl -fsS https://example.com");
    row("", "curl -fsSm9 https://example.com");
    row("", "timeout 9 curl -fsS https://example.com");
    row("status-ignored", "curl -sS --max-time 9 https://example.com");
    row("two-holders", "ip addr add 10.0.0.5/24 dev eth0");
    row("", "ip -j addr show");
}

void TestPromoteLint::faults()
{
    QFETCH(QString, script);
    QFETCH(QString, id);
    QStringList ids;
    for (const LintFinding &one : lintScript(QStringLiteral("#!/bin/sh\n%1\n").arg(script))) {
        ids.append(one.id);
        QVERIFY(!one.what.isEmpty() && !one.why.isEmpty() && !one.remedy.isEmpty() && one.line > 1);
    }
    QCOMPARE(ids, id.isEmpty() ? QStringList() : QStringList{id});
}

/// P stands for the promotion, A for what moves the address.
void TestPromoteLint::promotionChecked_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<QString>("id");
    const auto row = [](const char *id, const char *script) {
        QTest::addRow("%s: %s", *id ? id : "fine", script) << QString::fromLatin1(script) << QString::fromLatin1(id);
    };
    row("promotion-unchecked", "P\nA");
    row("promotion-unchecked", "P; A");
    row("promotion-unchecked", "P &\nA");
    row("promotion-unchecked", "P || echo failed\nA");
    row("promotion-unchecked", "P || true\nA");
    row("promotion-unchecked", "P || { echo failed; }\nA");
    row("promotion-unchecked", "P && echo done\nA");
    row("promotion-unchecked", "P | tee /tmp/log\nA");
    row("promotion-unchecked", "set -e\nP && echo done\nA");
    row("promotion-unchecked", "set -e\nP | tee /tmp/log\nA");
    row("promotion-unchecked", "P\necho $?\nA");
    row("promotion-unchecked", "P\nrc=$?\nA");
    row("promotion-unchecked", "move() { A; }\nP\nmove");
    row("promotion-unchecked", "promote() { P; }\npromote\nA");
    row("promotion-unchecked", "out=$(P)\necho \"$out\"\nA");
    row("moved-before-promotion", "A\nP");
    row("moved-before-promotion", "move() { A; }\nmove\nP");
    row("", "P");
    row("", "P && A");
    row("", "P && echo done && { sleep 1; A; }");
    row("", "P && A || exit 1");
    row("", "P || exit 1\nA");
    row("", "P || { logger failed; exit 1; }\nA");
    row("", "fail() { echo \"$1\"; exit 1; }\nP || fail 'no promotion'\nA");
    row("", "P || die 'no promotion'\nA");
    row("", "if P; then\n  A\nfi");
    row("", "if ! P; then exit 1; fi\nA");
    row("", "set -e\nP\nA");
    row("", "set -eu\nP\nA");
    row("", "set -eo pipefail\nP | tee /tmp/log\nA");
    row("", "P\nif [ $? -ne 0 ]; then exit 1; fi\nA");
    row("", "P\nrc=$?\n[ \"$rc\" = 0 ] || exit 1\nA");
    row("", "(cd / && P) || exit 1\nA");
    row("", "out=$(P) || exit 1\nA");
    row("", "move() { A; }\nP || exit 1\nmove");
    row("", "promote() { P; }\npromote || exit 1\nA");
    row("", "case $1 in\nmove) A ;;\npromote) P ;;\nesac");
    row("", "if [ \"$1\" = move ]; then A; else P; fi");
}

void TestPromoteLint::promotionChecked()
{
    QFETCH(QString, script);
    QFETCH(QString, id);
    QString text;
    for (const QChar c : script) {
        text += c == u'P' ? QLatin1String(kPromote) : c == u'A' ? QLatin1String(kAssign) : QString(c);
    }
    QStringList ids;
    for (const LintFinding &one : lintScript(QStringLiteral("#!/bin/sh\n%1\n").arg(text))) {
        ids.append(one.id);
    }
    QCOMPARE(ids, id.isEmpty() ? QStringList() : QStringList{id});
}

void TestPromoteLint::configuration_data()
{
    QTest::addColumn<QString>("line"); // instead of, or besides, what a clean one has
    QTest::addColumn<QStringList>("ids");
    const auto row = [](const char *line, const QStringList &ids) {
        QTest::newRow(line) << QString::fromLatin1(line) << ids;
    };
    row("node_name='pg1' # the first", {});
    row("failover=manual", {QStringLiteral("no-failover")});
    row("promote_command='repmgr standby promote -f /etc/repmgr.conf'", {QStringLiteral("without-path")});
    row("promote_command='/usr/bin/repmgr standby promote --log-to-file'", {QStringLiteral("repmgr-without-config")});
    row("promote_command='/usr/bin/repmgr standby promote -f /etc/repmgr.conf --siblings-follow'",
        {QStringLiteral("siblings-follow")});
    row("promote_command='/usr/bin/repmgr standby promote -f /etc/repmgr.conf ; /bin/doctl compute reserved-ip-action "
        "assign 203.0.113.7 222 --wait'",
        {QStringLiteral("promotion-unchecked")});
    row("promote_command='move-ip.sh'", {QStringLiteral("without-path")});
    row("promote_command='/usr/bin/repmgr standby promote -f /etc/repmgr.conf || exit 1'", {});
    row("follow_command='/usr/bin/repmgr standby follow -f /etc/repmgr.conf'", {QStringLiteral("follow-without-node")});
    row("event_notification_command='/usr/local/bin/moved.sh %n'", {QStringLiteral("every-event")});
    row("event_notification_command='/usr/local/bin/moved.sh %n %e %s \"%t\" \"%d\"'", {});
    row("service_promote_command='/usr/bin/repmgr standby promote -f /etc/repmgr.conf'",
        {QStringLiteral("promotes-itself")});
    row("conninfo='host=pg1 user=repmgr password=sesame'", {QStringLiteral("secret-in-clear")});
    row("#promote_command='repmgr standby promote --siblings-follow'", {});
}

void TestPromoteLint::configuration()
{
    QFETCH(QString, line);
    QFETCH(QStringList, ids);
    const QString conf = QStringLiteral("node_id=1\nfailover = 'automatic'\nconninfo='host=pg1 user=repmgr'\n"
                                        "promote_command='/usr/local/bin/promote.sh'\n"
                                        "follow_command='/usr/bin/repmgr standby follow -f /etc/repmgr.conf "
                                        "--upstream-node-id=%n'\n");
    QVERIFY(isRepmgrConf(conf));
    QVERIFY(!isRepmgrConf(QLatin1String(kClean)));
    QStringList found;
    for (const LintFinding &one : lintRepmgrConf(conf + line)) {
        found.append(one.id);
        QCOMPARE(one.line, 6);
    }
    QCOMPARE(found, ids);
    QCOMPARE(said(lintRepmgrConf(QStringLiteral("node_id=1\n"))),
             QStringList({QStringLiteral("1 no-promote-command"), QStringLiteral("1 no-failover"),
                          QStringLiteral("1 no-follow-command")}));
}

void TestPromoteLint::secretsAreNotRepeated()
{
    QString all;
    for (const LintFinding &one :
         lintScript(QString::fromLatin1(kTutorial) + QStringLiteral("export A_PASSWORD=sesame-open\n"))) {
        all += one.what + one.why + one.remedy;
    }
    QVERIFY(all.contains(QStringLiteral("A_PASSWORD")));
    QVERIFY(!all.contains(QStringLiteral("sesame")) && !all.contains(QStringLiteral("0123456789")));
}

QTEST_GUILESS_MAIN(TestPromoteLint)
#include "tst_promotelint.moc"
