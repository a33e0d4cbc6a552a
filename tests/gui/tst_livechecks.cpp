// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QScopeGuard>

#include "cluster/clusterlock.h"
#include "keeppicture.h"
#include "operations/journal.h"
#include "support/localcluster.h"
#include "switchoverbymouse.h"
#include "tables/keyedtablemodel.h"

using namespace howdah;
using namespace howdah::testsupport;

/// What happens to the servers while the dialog of a switchover is open, in the real window: its checks follow, and
/// what they said no longer counts once the button was pressed.
class TestLiveChecks : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();
    void failedCheckPassesAgain();
    void newWarningIsAcceptedByItself();
    void refusedAfterTheClick_data();
    void refusedAfterTheClick();

private:
    template<typename T>
    T *part(const char *name) const
    {
        return m_live->part<T>(name);
    }
    QPushButton *run() const { return part<QPushButton>("switchover-run"); }
    QString sentence() const { return part<shell::SwitchoverDialog>("switchover-dialog")->sentence(); }
    /// The tick of a warning; null as long as there is none.
    QCheckBox *tickOf(const char *check) const
    {
        return part<QCheckBox>(QByteArray("accept-").append(check).constData());
    }
    /// A row of the checks, "verdict: evidence"; empty when it is not shown.
    QString check(const char *id) const;
    /// Accepts what warns from the beginning, and waits for the button.
    void awaitReady() const;
    void pictureOfDialog(const char *name) const
    {
        keepPicture(part<QWidget>("switchover-dialog"), QLatin1String(name));
    }
    /// All that a switchover changes beforehand.
    QStringList prepared() const;
    /// The outcome of each, newest first.
    static QStringList journal();

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<LiveWindow> m_live;
};

void TestLiveChecks::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    LocalCluster::Options options;
    options.nodes = 3;
    options.settings = {QStringLiteral("max_prepared_transactions=2")};
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
    cluster::ClusterConfig config = m_servers->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("live");
    config.manager = cluster::ManagerKind::None;
    m_live = std::make_unique<LiveWindow>(config);
    QVERIFY(m_live->window());
    QTRY_VERIFY_WITH_TIMEOUT(!m_live->verdict().isEmpty(), 15'000);
}

void TestLiveChecks::init()
{
    askForSwitchover(*m_live, Way::ToolBar, QStringLiteral("pg2"), QStringLiteral("pg1"));
    if (!QTest::currentTestFailed()) {
        awaitReady();
    }
}

void TestLiveChecks::cleanup()
{
    if (m_live && part<shell::SwitchoverDialog>("switchover-dialog")) {
        closeSwitchover(*m_live);
    }
}

QString TestLiveChecks::check(const char *id) const
{
    const auto *model =
        qobject_cast<const tables::KeyedTableModel *>(part<widgets::DataTable>("checks-table")->model());
    const int row = model ? model->rowOf(QLatin1String(id)) : -1;
    if (row < 0) {
        return {};
    }
    const auto verdict = static_cast<cluster::Verdict>(model->index(row, 0).data(tables::VerdictRole).toInt());
    return cluster::verdictKey(verdict) + QStringLiteral(": ") + model->index(row, 1).data().toString();
}

void TestLiveChecks::awaitReady() const
{
    const auto acceptAll = [this] {
        const auto ticks = part<QWidget>("warning-cards")->findChildren<QCheckBox *>();
        for (QCheckBox *tick : ticks) {
            tick->setChecked(true);
        }
        return run()->isEnabled();
    };
    QTRY_VERIFY2_WITH_TIMEOUT(acceptAll(), qPrintable(sentence()), 30'000);
}

QStringList TestLiveChecks::prepared() const
{
    QStringList all;
    for (int i = 0; i < m_servers->nodeCount(); ++i) {
        for (const char *sql :
             {"SELECT string_agg(name || '=' || setting, ' ' ORDER BY seqno) FROM pg_file_settings WHERE sourcefile "
              "LIKE '%/postgresql.auto.conf'",
              "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN "
              "('primary_conninfo', 'primary_slot_name', 'wal_retrieve_retry_interval', 'synchronous_standby_names')",
              "SELECT string_agg(slot_name || ' ' || active, ' ' ORDER BY slot_name) FROM pg_replication_slots",
              "SELECT pg_is_in_recovery() || ' ' || pg_postmaster_start_time()"}) {
            all.append(m_servers->node(i).name + QStringLiteral(": ") + m_servers->node(i).value(QLatin1String(sql)));
        }
    }
    return all;
}

QStringList TestLiveChecks::journal()
{
    QStringList outcomes;
    for (const operations::Operation &one : operations::readJournal(operations::journalDirectory()).operations) {
        outcomes.append(operations::toString(one.outcome));
    }
    return outcomes;
}

void TestLiveChecks::failedCheckPassesAgain()
{
    const LabServer &candidate = m_servers->node(1);
    const QString passed = check("candidate_replays");
    QVERIFY2(passed.startsWith(QStringLiteral("ok: ")), qPrintable(passed));
    const auto resume =
        qScopeGuard([&candidate] { (void)candidate.sql(QStringLiteral("SELECT pg_wal_replay_resume()")); });
    QVERIFY(candidate.sql(QStringLiteral("SELECT pg_wal_replay_pause()")));
    QTRY_COMPARE_WITH_TIMEOUT(check("candidate_replays"), QStringLiteral("critical: replay is paused"), 15'000);
    QVERIFY(!run()->isEnabled());
    QCOMPARE(sentence(), QStringLiteral("A check refuses. Nothing is changed."));
    for (const QString &why : {sentence(), QStringLiteral("Replays freely: replay is paused")}) {
        QVERIFY2(run()->toolTip().contains(why), qPrintable(run()->toolTip()));
    }
    pictureOfDialog("switchover-check-failed");
    QTest::mouseClick(run(), Qt::LeftButton);
    QVERIFY(!part<shell::SwitchoverDialog>("switchover-dialog")->isRunning());

    QVERIFY(candidate.sql(QStringLiteral("SELECT pg_wal_replay_resume()")));
    QTRY_VERIFY_WITH_TIMEOUT(check("candidate_replays").startsWith(QStringLiteral("ok: ")), 15'000);
    QVERIFY(run()->isEnabled());
    QVERIFY(run()->toolTip().isEmpty());
    pictureOfDialog("switchover-check-passed");
    QVERIFY(journal().isEmpty());
}

void TestLiveChecks::newWarningIsAcceptedByItself()
{
    const LabServer &primary = m_servers->node(0);
    const auto tidy = qScopeGuard([&primary] {
        (void)primary.sql(QStringLiteral("SELECT pg_drop_replication_slot('reports')"));
        (void)primary.sql(QStringLiteral("ROLLBACK PREPARED 'left'"));
    });
    const QString prepare = QStringLiteral("BEGIN; SELECT txid_current(); PREPARE TRANSACTION 'left'");
    QVERIFY(primary.sql(QStringLiteral("SELECT pg_create_physical_replication_slot('reports')")));
    QTRY_VERIFY_WITH_TIMEOUT(tickOf("slots:reports"), 15'000);
    QVERIFY(!run()->isEnabled());
    const QPointer<QCheckBox> first = tickOf("slots:reports");
    QVERIFY(!first->isChecked());
    QTest::mouseClick(first, Qt::LeftButton, {}, QPoint(8, first->height() / 2));
    QVERIFY(first->isChecked() && run()->isEnabled());

    QVERIFY(primary.sql(prepare));
    QTRY_VERIFY_WITH_TIMEOUT(tickOf("no_long_transaction"), 15'000);
    QVERIFY(!run()->isEnabled());
    const QPointer<QCheckBox> second = tickOf("no_long_transaction");
    QVERIFY(first && first->isChecked() && !second->isChecked());
    QCOMPARE(sentence(), QStringLiteral("Accept the last warning to go on."));
    QVERIFY2(run()->toolTip().contains(sentence()), qPrintable(run()->toolTip()));
    pictureOfDialog("switchover-new-warning");
    QTest::mouseClick(run(), Qt::LeftButton);
    QVERIFY(!part<shell::SwitchoverDialog>("switchover-dialog")->isRunning());
    QTest::mouseClick(second, Qt::LeftButton, {}, QPoint(8, second->height() / 2));
    QVERIFY(run()->isEnabled());
    QVERIFY2(sentence().contains(QStringLiteral("accepted")), qPrintable(sentence()));

    // What was accepted goes with what it was about: should that come again, somebody has to look again.
    QVERIFY(primary.sql(QStringLiteral("ROLLBACK PREPARED 'left'")));
    QTRY_VERIFY_WITH_TIMEOUT(!second && !tickOf("no_long_transaction"), 15'000);
    QVERIFY(first && first->isChecked() && run()->isEnabled());
    QVERIFY(primary.sql(prepare));
    QTRY_VERIFY_WITH_TIMEOUT(tickOf("no_long_transaction"), 15'000);
    QVERIFY(!tickOf("no_long_transaction")->isChecked() && !run()->isEnabled());
    QVERIFY(first && first->isChecked());
    QVERIFY(journal().isEmpty());
}

void TestLiveChecks::refusedAfterTheClick_data()
{
    QTest::addColumn<int>("node");
    QTest::addColumn<QString>("sql");
    QTest::addColumn<QString>("back");
    QTest::addColumn<QString>("why");
    const QString lock = QStringLiteral("SELECT pg_advisory_lock(%1);").arg(cluster::kClusterLock);
    const QString unlock = QStringLiteral("SELECT pg_advisory_unlock_all();");
    const QString held = QStringLiteral("another console holds the cluster lock");
    QTest::newRow("another console has locked the primary") << 0 << lock << unlock << held;
    QTest::newRow("another console has locked the candidate") << 1 << lock << unlock << held;
    QTest::newRow("replay of the candidate is paused")
        << 1 << QStringLiteral("SELECT pg_wal_replay_pause();") << QStringLiteral("SELECT pg_wal_replay_resume();")
        << QStringLiteral("replay is paused");
}

/// All was well when it was read last.
void TestLiveChecks::refusedAfterTheClick()
{
    QFETCH(int, node);
    QFETCH(QString, sql);
    QFETCH(QString, back);
    QFETCH(QString, why);
    const QStringList asBefore = prepared(), journalBefore = journal();
    awaitReady();
    // Nothing here lets the window's events in: it can't know of it when the button is pressed.
    QProcess beside;
    beside.start(QStringLiteral("psql"), {QStringLiteral("-XAtq"), QStringLiteral("-d"),
                                          m_servers->node(node).conninfo(QStringLiteral("postgres"))});
    beside.write((sql + QStringLiteral("\nSELECT 'done';\n")).toUtf8());
    QByteArray said;
    while (!said.contains("done") && beside.waitForReadyRead(10'000)) {
        said += beside.readAll();
    }
    QVERIFY2(said.contains("done"), beside.readAllStandardError().constData());
    QVERIFY(run()->isEnabled());
    QTest::mouseClick(run(), Qt::LeftButton);
    const auto *dialog = part<shell::SwitchoverDialog>("switchover-dialog");
    QVERIFY(dialog->isRunning());

    QTRY_VERIFY_WITH_TIMEOUT(!dialog->isRunning(), 60'000);
    const QString output = part<QPlainTextEdit>("switchover-output")->toPlainText();
    QVERIFY2(dialog->outcome() == operations::Outcome::Refused, qPrintable(sentence() + output));
    QCOMPARE(sentence(), QStringLiteral("Not begun: see the output. Nothing was changed."));
    QVERIFY2(output.contains(why), qPrintable(output));
    QCOMPARE(prepared(), asBefore);
    QCOMPARE(journal(), QStringList{QStringLiteral("refused")} + journalBefore);
    pictureOfDialog("switchover-refused");
    // No lock of its own is left, and once the other has gone the next may begin.
    QCOMPARE(
        m_servers->node(1 - node).value(QStringLiteral("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")),
        QStringLiteral("0"));
    closeSwitchover(*m_live);
    askForSwitchover(*m_live, Way::ToolBar, QStringLiteral("pg2"), QStringLiteral("pg1"));
    QTRY_VERIFY_WITH_TIMEOUT(sentence() == QStringLiteral("A check refuses. Nothing is changed."), 30'000);
    QVERIFY(!run()->isEnabled());
    beside.write(back.toUtf8() + '\n');
    beside.closeWriteChannel();
    QVERIFY(beside.waitForFinished(10'000));
    awaitReady();
}

int main(int argc, char **argv)
{
    return runLiveTest<TestLiveChecks>(argc, argv);
}
#include "tst_livechecks.moc"
