// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

#include "byhand.h"
#include "consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"

using namespace howdah;
using integration::ByHand;
using integration::ConsoleRun;
using testsupport::CommitClient;
using testsupport::Lab;

/// A runbook without the console, on three real hosts: the page that a person goes by, and the script where it died.
class TestSwitchoverByHand : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void pageDoesTheSame();
    void pageHasNoPassword();
    void pageTakesItBack_data();
    void pageTakesItBack();
    void killedBeforeThePromotion_data();
    void killedBeforeThePromotion();
    void killedRightAfter_data();
    void killedRightAfter();

private:
    ConsoleRun switchover(int to, const QStringList &more) const
    {
        return integration::runConsole(QStringList{QStringLiteral("switchover"), clusterFile(),
                                                   QStringLiteral("--json"), QStringLiteral("--to"),
                                                   m_lab->node(to).name} +
                                           more,
                                       m_directory.path());
    }
    bool save(cluster::ClusterConfig config) const;
    QString exported(int to, const QString &name) const;
    QString pageFor(int to);
    testsupport::Output run(const QString &script, const QStringList &arguments, const QString &killAt = {}) const;
    int primary() const { return m_lab->primary(); }
    int another() const { return primary() == 0 ? 1 : 0; }
    bool isWhole() const;
    QStringList state() const;
    QStringList settled(const QStringList &expected) const;
    QString clusterFile() const { return m_directory.filePath(QStringLiteral("orders.toml")); }

    QTemporaryDir m_directory;
    std::unique_ptr<Lab> m_lab;
    int m_pages = 0;
};

namespace {

const QString kReload = QStringLiteral("SELECT pg_reload_conf()");
const QString kResume = QStringLiteral("resume");

/// Stands for ssh or psql, which the script calls: kills whoever runs it when it is about to say what $KILL_AT is in.
constexpr const char *kProgram = R"sh(#!/bin/sh
in=
[ psql != %1 ] || in=$(cat)
case ${KILL_AT:+$*$in} in
'') ;;
*"$KILL_AT"*)
  up=$$
  while :; do
    read -r _ _ _ parent _ <"/proc/$up/stat"
    case $(tr '\0' ' ' <"/proc/$parent/cmdline") in *runbook.sh*) up=$parent ;; *) break ;; esac
  done
  kill -9 "$up"
  exit 1 ;;
esac
[ psql != %1 ] || { printf '%s\n' "$in" | "%2" "$@"; exit; }
exec "%2" "$@"
)sh";

} // namespace

void TestSwitchoverByHand::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    auto lab = Lab::start(Lab::Variant::Plain, {.cascading = false});
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.manager = cluster::ManagerKind::None;
    QVERIFY(save(config));
    QVERIFY(QDir().mkpath(m_directory.filePath(QStringLiteral("bin"))));
    for (const QString &program : {QStringLiteral("ssh"), QStringLiteral("psql")}) {
        QFile file(m_directory.filePath(QStringLiteral("bin/") + program));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QString::fromLatin1(kProgram).arg(program, QStandardPaths::findExecutable(program)).toUtf8());
        QVERIFY(file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner));
    }
}

void TestSwitchoverByHand::init()
{
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 30'000);
}

bool TestSwitchoverByHand::save(cluster::ClusterConfig config) const
{
    config.name = QStringLiteral("orders");
    return cluster::saveClusterFile(config, clusterFile()).has_value();
}

bool TestSwitchoverByHand::isWhole() const
{
    const int followers = m_lab->variant() == Lab::Variant::Repmgr ? 1 : 2;
    return primary() >= 0 &&
           m_lab->node(primary()).value(QStringLiteral(
               "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) == QString::number(followers);
}

/// All that a switchover changes on each node: its part, settings that are written and that run, slots, locks, files.
QStringList TestSwitchoverByHand::state() const
{
    QStringList all;
    for (int i = 0; i < 3; ++i) {
        const testsupport::LabServer &node = m_lab->node(i);
        for (const char *sql :
             {"SELECT pg_is_in_recovery()",
              "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_file_settings WHERE sourcefile "
              "LIKE "
              "'%/postgresql.auto.conf'",
              "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN "
              "('primary_conninfo', 'primary_slot_name', 'wal_retrieve_retry_interval', 'synchronous_standby_names')",
              "SELECT string_agg(slot_name || ' ' || active, ' ' ORDER BY slot_name) FROM pg_replication_slots",
              "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'",
              "SELECT string_agg(f, ' ') FROM pg_ls_dir('.') f WHERE f LIKE '%.signal' OR f LIKE 'promote%'",
              "SELECT sender_host FROM pg_stat_wal_receiver WHERE status = 'streaming'"}) {
            all.append(node.name + QStringLiteral(": ") + node.value(QLatin1String(sql)));
        }
    }
    return all;
}

/// The same, once it is as expected or it has had its time: to look takes a second.
QStringList TestSwitchoverByHand::settled(const QStringList &expected) const
{
    const QDeadlineTimer deadline(30'000);
    QStringList now = state();
    while (now != expected && !deadline.hasExpired()) {
        QTest::qWait(100);
        now = state();
    }
    return now;
}

/// What the dry run writes for a switchover there; empty when it did not.
QString TestSwitchoverByHand::exported(int to, const QString &name) const
{
    const QString path = m_directory.filePath(name);
    QFile::remove(path);
    const ConsoleRun dry = switchover(to, {QStringLiteral("--dry-run"), QStringLiteral("--runbook"), path});
    if (dry.exitCode != 0) {
        qWarning("%s", dry.text.right(1500).constData());
    }
    return dry.exitCode == 0 ? path : QString();
}

QString TestSwitchoverByHand::pageFor(int to)
{
    QFile file(exported(to, QStringLiteral("page%1.md").arg(++m_pages)));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

/// killAt: killed before anything is sent that has this in it.
testsupport::Output TestSwitchoverByHand::run(const QString &script, const QStringList &arguments,
                                              const QString &killAt) const
{
    return testsupport::run(
        QStringList{
            QStringLiteral("env"),
            QStringLiteral("PATH=%1:%2").arg(m_directory.filePath(QStringLiteral("bin")), qEnvironmentVariable("PATH")),
            QStringLiteral("KILL_AT=") + killAt, QStringLiteral("sh"), script} +
            arguments,
        240'000);
}

/// Whoever has nothing but the page leaves the cluster as the console does.
void TestSwitchoverByHand::pageDoesTheSame()
{
    const int from = primary(), to = another();
    QVERIFY(switchover(to, {QStringLiteral("--yes")}).exitCode == 0);
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 20'000);
    const QStringList asFromAConsole = state();
    QVERIFY(switchover(from, {QStringLiteral("--yes")}).exitCode == 0);
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 20'000);
    const QString timeline = QStringLiteral("SELECT timeline_id FROM pg_control_checkpoint()");
    const QString before = m_lab->node(from).value(timeline);

    const QString page = pageFor(to);
    QVERIFY(!page.isEmpty());
    CommitClient client(m_lab->conninfos());
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    {
        ByHand person(page);
        QVERIFY2(person.follow(), qPrintable(person.why()));
        // Statements and commands, not just headings.
        QVERIFY(person.statementsSent() > 25 && person.commandsRun() == 4);
    }
    const qint64 acknowledged = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > acknowledged + 100, 15'000);
    client.stop();
    qInfo("by hand to pg%d: writes waited %.0f ms", to + 1, client.worstGapMs());
    QCOMPARE(primary(), to);
    QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
    QVERIFY(m_lab->node(to).sql(QStringLiteral("CHECKPOINT")));
    QVERIFY(m_lab->node(to).value(timeline).toInt() > before.toInt());
    for (int i = 0; i < 3; ++i) {
        if (i != to) {
            QTRY_COMPARE(m_lab->node(i).value(QStringLiteral("SELECT received_tli FROM pg_stat_wal_receiver")),
                         m_lab->node(to).value(timeline));
        }
    }
    QCOMPARE(m_lab->node(to).value(QStringLiteral("SELECT count(*) FROM pg_replication_slots WHERE active")),
             QStringLiteral("2"));
    QCOMPARE(settled(asFromAConsole), asFromAConsole);
}

/// Passwords stand in no file: the page says where a person finds them, and how they stay out of the servers' logs.
void TestSwitchoverByHand::pageHasNoPassword()
{
    const int from = primary(), to = another(), other = 3 - from - to;
    const QString password = QStringLiteral("canary-7713");
    QStringList before;
    for (int i = 0; i < 3; ++i) {
        const testsupport::LabServer &node = m_lab->node(i);
        before.append(node.value(QStringLiteral("SHOW primary_conninfo")));
        QVERIFY(node.sql(QStringLiteral("ALTER SYSTEM SET log_statement = 'all'")));
        if (i != from) {
            QVERIFY(node.sql(QStringLiteral("ALTER SYSTEM SET primary_conninfo = 'host=%1 port=5432 user=replicator "
                                            "password=''it\\''s %2'' application_name=%3'")
                                 .arg(m_lab->node(from).host, password, node.name)));
        }
        QVERIFY(node.sql(kReload));
    }
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 20'000);
    for (const int i : {to, other}) {
        QTRY_VERIFY(m_lab->node(i).value(QStringLiteral("SHOW primary_conninfo")).contains(password));
    }
    const auto logged = [this](int i) {
        QFile log(m_lab->node(i).logFile);
        return log.open(QIODevice::ReadOnly) ? log.readAll() : QByteArray();
    };
    QList<qsizetype> logs;
    for (int i = 0; i < 3; ++i) {
        logs.append(logged(i).size());
    }
    const QString page = pageFor(to);
    QVERIFY(!page.isEmpty() && !page.contains(password));
    {
        ByHand person(page);
        QVERIFY2(person.follow(), qPrintable(person.why()));
        QCOMPARE(person.passwordsPut(), 2);
    }
    QCOMPARE(primary(), to);
    for (const int i : {from, other}) {
        QTRY_VERIFY(m_lab->node(i)
                        .value(QStringLiteral("SHOW primary_conninfo"))
                        .contains(QStringLiteral("password='it\\'s %1'").arg(password)));
        const QByteArray said = logged(i).sliced(logs[i]);
        QVERIFY(said.contains("ALTER SYSTEM") || i != from); // all are logged but that one
        for (const QByteArray &line : said.split('\n')) {
            QVERIFY2(!line.contains(password.toLatin1()) || line.contains("parameter \"primary_conninfo\" changed to"),
                     line.constData());
        }
    }
    // On the way back what was there before is put there again.
    const QString back = pageFor(from);
    {
        ByHand person(back);
        QVERIFY2(person.follow(6), qPrintable(person.why()));
        QVERIFY(m_lab->node(other)
                    .value(QStringLiteral("SELECT pg_read_file('postgresql.auto.conf')"))
                    .contains(QStringLiteral("host=%1").arg(m_lab->node(from).host)));
        QVERIFY2(person.takeBack(), qPrintable(person.why()));
    }
    QVERIFY(m_lab->node(other).value(QStringLiteral("SELECT pg_read_file('postgresql.auto.conf')")).contains(password));
    QVERIFY(switchover(from, {QStringLiteral("--yes")}).exitCode == 0);
    for (int i = 0; i < 3; ++i) {
        QVERIFY(m_lab->node(i).sql(QStringLiteral("ALTER SYSTEM RESET log_statement")));
        QVERIFY(m_lab->node(i).sql(QStringLiteral("ALTER SYSTEM SET primary_conninfo = '%1'").arg(before[i])));
        QVERIFY(m_lab->node(i).sql(kReload));
    }
}

void TestSwitchoverByHand::pageTakesItBack_data()
{
    QTest::addColumn<int>("after");
    QTest::newRow("while applications write") << 7;
    QTest::newRow("while writes wait") << 9;
}

/// As far as there is no return.
void TestSwitchoverByHand::pageTakesItBack()
{
    QFETCH(int, after);
    const int from = primary();
    const QStringList asBefore = state();
    const QString page = pageFor(another());
    QVERIFY(page.contains(QStringLiteral("#### 9. Prove that")) && page.contains(QStringLiteral("#### 10. Promote")));
    CommitClient client(m_lab->conninfos());
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    {
        ByHand person(page);
        QVERIFY2(person.follow(after), qPrintable(person.why()));
        QVERIFY(state() != asBefore);
        QVERIFY2(person.takeBack(), qPrintable(person.why()));
    }
    QCOMPARE(primary(), from);
    const qint64 acknowledged = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > acknowledged + 100, 15'000);
    client.stop();
    QCOMPARE(client.missingAt(m_lab->node(from).conninfo(QStringLiteral("postgres"))), 0);
    QCOMPARE(settled(asBefore), asBefore);
}

void TestSwitchoverByHand::killedBeforeThePromotion_data()
{
    QTest::addColumn<QString>("killAt");
    QTest::addColumn<QByteArray>("says");
    QTest::newRow("before it is asked for")
        << QStringLiteral("howdah-control") << QByteArray("was not begun. Take back what was (sh ");
    QTest::newRow("as it is asked for") << QStringLiteral("SELECT pg_promote(false)")
                                        << QByteArray("it is not proved that this was done: Promote");
}

/// Nobody goes on where there is a way back.
void TestSwitchoverByHand::killedBeforeThePromotion()
{
    QFETCH(QString, killAt);
    QFETCH(QByteArray, says);
    const int from = primary();
    const QStringList asBefore = state();
    const QString script = exported(another(), QStringLiteral("before-%1-runbook.sh").arg(killAt.size()));
    QVERIFY(!script.isEmpty());
    const testsupport::Output nothing = run(script, {kResume});
    QVERIFY2(nothing.exitCode == 1 && nothing.err.contains("nothing was begun"), nothing.err.constData());
    QCOMPARE(run(script, {}, killAt).exitCode, -1);
    QTRY_VERIFY_WITH_TIMEOUT(primary() < 0, 15'000); // nobody takes writes
    const testsupport::Output resumed = run(script, {kResume});
    QVERIFY2(resumed.exitCode == 1 && resumed.err.contains(says), (resumed.out + resumed.err).constData());
    QVERIFY(resumed.err.contains(" undo"));
    QCOMPARE(primary(), -1);
    const testsupport::Output undone = run(script, {QStringLiteral("undo")});
    QVERIFY2(undone.ok(), (undone.out + undone.err).constData());
    QTRY_COMPARE(primary(), from);
    QCOMPARE(settled(asBefore), asBefore);
    QVERIFY(!QFile::exists(script + QStringLiteral(".values")) && !QFile::exists(script + QStringLiteral(".begun")));
}

void TestSwitchoverByHand::killedRightAfter_data()
{
    QTest::addColumn<Lab::Variant>("variant");
    QTest::addColumn<QString>("killAt"); // the first thing after the point of no return
    QTest::newRow("natively") << Lab::Variant::Plain << QStringLiteral("howdah-clear");
    QTest::newRow("natively, while nobody has the address") << Lab::Variant::Plain << QStringLiteral("howdah-take");
    QTest::newRow("through repmgr") << Lab::Variant::Repmgr << QStringLiteral("howdah-rejoin");
    QTest::newRow("through Patroni") << Lab::Variant::Patroni << QStringLiteral("received_tli >");
    QTest::newRow("through pg_auto_failover") << Lab::Variant::AutoFailover << QStringLiteral("received_tli >");
}

/// Past the promotion there is only forward, whoever owns the cluster.
void TestSwitchoverByHand::killedRightAfter()
{
    QFETCH(Lab::Variant, variant);
    QFETCH(QString, killAt);
    if (variant != m_lab->variant()) {
        m_lab.reset();
        auto lab = Lab::start(variant, {.repmgrd = true});
        QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
        m_lab = std::move(*lab);
        const cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
        QVERIFY(save(variant == Lab::Variant::Repmgr ? config : integration::withoutHosts(config)));
        QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 60'000);
    }
    const int from = primary(), to = another();
    const bool withAddress = killAt == QLatin1String("howdah-take");
    if (withAddress) {
        cluster::ClusterConfig config = *cluster::readClusterFile(clusterFile());
        cluster::AddressConfig address;
        address.name = QStringLiteral("write");
        address.ip = m_lab->floatingAddress();
        address.provider = QStringLiteral("host");
        address.interface = Lab::interface();
        address.prefix = Lab::prefixLength();
        config.addresses.push_back(address);
        QVERIFY(save(config) && m_lab->addAddress(from, address.ip));
    }
    QString script;
    const QDeadlineTimer content(60'000); // a manager that has just started may not be
    while ((script = exported(to, QStringLiteral("%1-runbook.sh").arg(QLatin1String(QTest::currentDataTag()))))
               .isEmpty()) {
        QVERIFY(!content.hasExpired());
        QTest::qWait(500);
    }
    CommitClient client(m_lab->conninfos());
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > 100, 15'000);
    QCOMPARE(run(script, {}, killAt).exitCode, -1);
    QVERIFY(QFile::exists(script + QStringLiteral(".begun")));
    QCOMPARE(m_lab->node(to).value(QStringLiteral("SELECT pg_is_in_recovery()")), QStringLiteral("f"));
    for (int i = 0; withAddress && i < 3; ++i) {
        QVERIFY(!m_lab->hasAddress(i, m_lab->floatingAddress()));
    }
    for (const QStringList &wrong : {QStringList(), QStringList{QStringLiteral("undo")}}) {
        const testsupport::Output refused = run(script, wrong);
        QVERIFY2(refused.exitCode == 1 && refused.err.contains("to go on: sh " + script.toUtf8() + " resume\n"),
                 (refused.out + refused.err).constData());
    }
    const testsupport::Output resumed = run(script, {kResume});
    QVERIFY2(resumed.ok(), (resumed.out + resumed.err).constData());
    const qint64 acknowledged = client.acknowledged();
    QTRY_VERIFY_WITH_TIMEOUT(client.acknowledged() > acknowledged + 100, 15'000);
    client.stop();
    QCOMPARE(primary(), to);
    QCOMPARE(client.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))), 0);
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 30'000);
    QVERIFY(m_lab->node(from).value(QStringLiteral("SELECT sender_host FROM pg_stat_wal_receiver")) ==
            m_lab->node(to).host);
    QVERIFY(!QFile::exists(script + QStringLiteral(".values")) && !QFile::exists(script + QStringLiteral(".begun")));
    QCOMPARE(m_lab->hasAddress(to, m_lab->floatingAddress()), withAddress);
    QVERIFY(!m_lab->hasAddress(from, m_lab->floatingAddress()));
    const testsupport::Output over = run(script, {kResume});
    QVERIFY2(over.exitCode == 1 && over.err.contains("all was done or taken back"), over.err.constData());
}

QTEST_GUILESS_MAIN(TestSwitchoverByHand)
#include "tst_switchoverbyhand.moc"
