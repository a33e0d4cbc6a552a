// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QTest>

#include "majorlab.h"
#include "support/commitclient.h"
#include "support/writablewatch.h"

using namespace howdah;
using integration::ConsoleRun;
using integration::whatWentWrong;
using testsupport::CommitClient;
using testsupport::Lab;

namespace {

/// What moves an address, as a person would write it, so that it may be run twice: $1 address, $2 who holds it, $3 who
/// is to, $4 the lab's namespaces, $5 a file that gets a line for each run, $6 the bridge.
const char *const kProgram = R"sh(
echo "$$" >>"$5"
runs=$(wc -l <"$5")
on() { ip netns exec "$1" ip addr "$2" "$3/24" dev eth0 2>/dev/null || :; }
is_told() { # the network, and this machine: for a second after it learnt of it, it believes nobody else (arp(7))
  ip netns exec "$1" arping -q -U -c 1 -w 1 -I eth0 "$2" >/dev/null 2>&1 &
  ip neigh flush to "$2"
}
moves() {
  on "$4-$2" del "$1"
  on "$4-$3" add "$1"
  is_told "$4-$3" "$1"
}
believes_old() { # as a router does that keeps what it has learnt
  mac=$(ip netns exec "$4-$2" cat /sys/class/net/eth0/address)
  ip neigh replace "$1" lladdr "$mac" dev "$6" nud permanent
}
)sh";

} // namespace

/// An address that a program moves, whatever that does and says: who answers on the address decides.
class TestSwitchoverAddress : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void movedIsDone_data();
    void movedIsDone();
    void staleIsTold_data();
    void staleIsTold();

private:
    int primary() const { return m_lab.primary(); }
    /// Runs it with a program that does that, as applications write.
    ConsoleRun switchover(int to, const char *program);
    /// The process of each of its runs.
    QList<qint64> runs() const;
    /// By hand: that host has it, no other, and everybody knows.
    void putAt(int node) const;
    /// Whether who answers on the address is in recovery; else why nobody does.
    QString answering() const;
    /// Which of the findings about the address `howdah check` has.
    QString found() const;

    QTemporaryDir m_own;
    integration::MajorLab m_lab{[this](const Lab &lab, cluster::ClusterConfig &config) {
        cluster::AddressConfig address;
        address.name = QStringLiteral("write");
        address.ip = lab.floatingAddress();
        address.provider = QStringLiteral("command");
        address.assign = {QStringLiteral("sh"),
                          m_own.filePath(QStringLiteral("move.sh")),
                          QStringLiteral("{ip}"),
                          QStringLiteral("{old_node}"),
                          QStringLiteral("{node}"),
                          lab.namespacePrefix(),
                          m_own.filePath(QStringLiteral("runs")),
                          lab.linkPrefix()};
        config.addresses = {address};
    }};
};

QList<qint64> TestSwitchoverAddress::runs() const
{
    QFile file(m_own.filePath(QStringLiteral("runs")));
    QList<qint64> pids;
    if (file.open(QIODevice::ReadOnly)) {
        while (!file.atEnd()) {
            pids.append(file.readLine().trimmed().toLongLong());
        }
    }
    return pids;
}

void TestSwitchoverAddress::putAt(int node) const
{
    const QString ip = m_lab->floatingAddress();
    testsupport::run({QStringLiteral("ip"), QStringLiteral("neigh"), QStringLiteral("del"), ip, QStringLiteral("dev"),
                      m_lab->linkPrefix()});
    for (int i = 0; i < m_lab->nodeCount(); ++i) {
        if (i != node && m_lab->hasAddress(i, ip)) {
            QVERIFY(m_lab->removeAddress(i, ip));
        }
    }
    QVERIFY(m_lab->hasAddress(node, ip) || m_lab->addAddress(node, ip));
    QTRY_VERIFY_WITH_TIMEOUT(
        testsupport::sql(QStringLiteral("host=%1 user=postgres dbname=postgres").arg(ip), QStringLiteral("SELECT 1")),
        15'000);
}

QString TestSwitchoverAddress::answering() const
{
    const auto rows =
        testsupport::sql(QStringLiteral("host=%1 user=postgres dbname=postgres").arg(m_lab->floatingAddress()),
                         QStringLiteral("SELECT CASE WHEN pg_is_in_recovery() THEN 'a standby' ELSE current_setting("
                                        "'cluster_name') END"));
    return rows ? rows->value(0).value(0) : rows.error().message;
}

QString TestSwitchoverAddress::found() const
{
    const ConsoleRun checked =
        integration::runConsole({QStringLiteral("check"), m_lab.clusterFile(), QStringLiteral("--json")},
                                m_lab.directory(), integration::OnStep());
    QStringList ids;
    for (const auto &one : checked.last().value(QStringLiteral("findings")).toArray()) {
        const QString id = one.toObject().value(QStringLiteral("id")).toString();
        if (id.startsWith(QLatin1String("address_"))) {
            ids.append(id);
        }
    }
    return ids.join(QLatin1Char(' '));
}

ConsoleRun TestSwitchoverAddress::switchover(int to, const char *program)
{
    QFile::remove(m_own.filePath(QStringLiteral("runs")));
    QFile file(m_own.filePath(QStringLiteral("move.sh")));
    ConsoleRun ended;
    if (file.open(QIODevice::WriteOnly | QIODevice::Truncate)) {
        file.write(QByteArray(kProgram) + program + '\n');
        file.close();
        ended = m_lab.switchover(to);
    }
    return ended;
}

void TestSwitchoverAddress::movedIsDone_data()
{
    QTest::addColumn<int>("major");
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<int>("times");
    const QStringList wanted = integration::wantedMajors();
    for (const int major : {13, 15, 17, 18}) {
        const bool all = wanted.contains(QString::number(major));
        const auto row = [major](const char *name, const char *program, int times) {
            QTest::addRow("%d, %s", major, name) << major << QByteArray(program) << times;
        };
        if (all || major == 15 || major == 18) {
            row("cannot do it yet, twice", "[ $runs -ge 3 ] || { echo 'rate limit' >&2; exit 75; }\nmoves \"$@\"", 3);
        }
        if (all) {
            row("moves it, and cannot say so yet", "moves \"$@\"\n[ $runs -ge 2 ] || exit 75", 2);
            row("takes its time", "sleep 3\nmoves \"$@\"", 1);
            row("moves it, and hangs then", "moves \"$@\"\nexec sleep 600", 1);
        }
        if (all || major == 15) {
            row("moves it, and fails at something else", "moves \"$@\"\necho 'no mail' >&2\nexit 1", 1);
        }
    }
}

void TestSwitchoverAddress::movedIsDone()
{
    QFETCH(int, major);
    QFETCH(QByteArray, program);
    QFETCH(int, times);
    PROVIDE_MAJOR(m_lab, major);
    QVERIFY(m_lab.awaitWhole());
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    putAt(from);
    CommitClient client({QStringLiteral("host=%1 user=postgres dbname=postgres").arg(m_lab->floatingAddress())});
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    const ConsoleRun ended = switchover(to, program.constData());
    QVERIFY2(ended.exitCode == 0, whatWentWrong(ended).constData());
    QCOMPARE(runs().size(), times);
    const qint64 before = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > before + 20, 15'000);
    client.stop();
    qInfo("on %d: by the address writes waited %.0f ms", major, client.worstGapMs());
    QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
    QCOMPARE(primary(), to);
    QCOMPARE(answering(), m_lab->node(to).name);
    QCOMPARE(found(), QString());
}

void TestSwitchoverAddress::staleIsTold_data()
{
    QTest::addColumn<int>("major");
    QTest::addColumn<QByteArray>("program");
    QTest::addColumn<QByteArray>("said"); ///< what people are told
    QTest::addColumn<int>("times");       ///< 0: several
    QTest::addColumn<QString>("finding");
    const QStringList wanted = integration::wantedMajors();
    for (const int major : {13, 15, 17, 18}) {
        const bool all = wanted.contains(QString::number(major));
        const auto row = [major](const char *name, const char *program, const char *said, int times,
                                 const char *finding = "address_leads_to_standby:write") {
            QTest::addRow("%d, %s", major, name)
                << major << QByteArray(program) << QByteArray(said) << times << QString::fromLatin1(finding);
        };
        if (all || major == 15) {
            row("says well, and moves nothing", "exit 0", "leads to the new primary", 1);
            row("leaves it there too, and the network believes the old one",
                "on \"$4-$3\" add \"$1\"\nbelieves_old \"$@\"", "leads to the new primary", 1);
        }
        if (all) {
            row("moves it, and the network believes the old one", "moves \"$@\"\nbelieves_old \"$@\"",
                "leads to the new primary", 1, "address_not_reached:write");
            row("moves it to nobody", "on \"$4-$2\" del \"$1\"", "leads to the new primary", 1,
                "address_not_reached:write");
            row("moves it to the other standby",
                "to=pg1; for one in pg1 pg2 pg3; do [ $one = $2 ] || [ $one = $3 ] || to=$one; done\n"
                "on \"$4-$2\" del \"$1\"\non \"$4-$to\" add \"$1\"\nis_told \"$4-$to\" \"$1\"",
                "leads to the new primary", 1);
            row("hangs", "exec sleep 600", "did not end within its deadline", 1);
            row("never can", "echo 'rate limit' >&2; exit 75", "rate limit", 0);
        }
        if (all || major == 18) {
            row("refuses", "echo 'no quota' >&2; exit 3", "no quota", 1);
        }
    }
}

/// Nothing but who answers there tells that it has moved: what is left is said, and nothing is green.
void TestSwitchoverAddress::staleIsTold()
{
    QFETCH(int, major);
    QFETCH(QByteArray, program);
    QFETCH(QByteArray, said);
    QFETCH(int, times);
    QFETCH(QString, finding);
    PROVIDE_MAJOR(m_lab, major);
    QVERIFY(m_lab.awaitWhole());
    const int from = primary();
    const int to = from == 0 ? 1 : 0;
    putAt(from);
    testsupport::WritableWatch watch(m_lab.conninfos(true));
    CommitClient client(m_lab.conninfos(false));
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    const ConsoleRun ended = switchover(to, program.constData());
    client.stop();
    watch.stop();
    const QByteArray told = whatWentWrong(ended);
    QVERIFY2(ended.exitCode == 3, told.constData());
    QCOMPARE(ended.last().value(QStringLiteral("result")).toString(), QStringLiteral("incomplete"));
    const QByteArray remains =
        QJsonDocument(ended.last().value(QStringLiteral("remains")).toArray()).toJson(QJsonDocument::Compact);
    for (const QByteArray &one : {said, m_lab->floatingAddress().toUtf8(), QByteArray("write"),
                                  m_lab->node(to).name.toUtf8(), QByteArray("by hand")}) {
        QVERIFY2(remains.contains(one), remains.constData());
    }
    const QList<qint64> all = runs();
    QVERIFY2(times == 0 ? all.size() > 1 : all.size() == times, qPrintable(QString::number(all.size())));
    for (const qint64 pid : all) {                                // nobody is still at it
        QFile words(QStringLiteral("/proc/%1/cmdline").arg(pid)); // a zombie has none
        QVERIFY2(!words.open(QIODevice::ReadOnly) || words.readAll().isEmpty(), qPrintable(QString::number(pid)));
    }
    // All but that is done.
    QVERIFY2(!watch.twoAtOnce(), qPrintable(watch.story()));
    QVERIFY(m_lab.awaitWhole());
    QCOMPARE(primary(), to);
    QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
    QVERIFY2(answering() != m_lab->node(to).name, qPrintable(answering()));
    QCOMPARE(found(), finding);
    // As was asked for, by hand; then it is finished, and the program is not run again.
    putAt(to);
    QCOMPARE(answering(), m_lab->node(to).name);
    const ConsoleRun finished = m_lab.finish("resume");
    QVERIFY2(finished.exitCode == 0, whatWentWrong(finished).constData());
    QCOMPARE(runs().size(), all.size());
    QCOMPARE(found(), QString());
}

QTEST_GUILESS_MAIN(TestSwitchoverAddress)
#include "tst_switchoveraddress.moc"
