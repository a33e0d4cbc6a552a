// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonDocument>
#include <QJsonObject>
#include <QPlainTextEdit>
#include <QProcess>
#include <QTest>

#include "livewindow.h"
#include "operations/journal.h"
#include "shell/finishdialog.h"
#include "shell/switchoverdialog.h"
#include "support/localcluster.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/noticebar.h"

using namespace howdah;
using testsupport::LiveWindow;
using testsupport::LocalCluster;

/// Consoles that die in the midst of a switchover of real servers, as the window of another one sees it and ends it.
class TestLiveJournal : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void undoneFromTheBar();
    void finishedBySomebodyElse();
    void resumedFromThePage();

private:
    /// Another console's switchover, killed when it tells that of a step.
    void killAt(const QString &to, const QString &step);
    void awaitInterrupted();
    void confirm();
    /// Until what was taken up has ended; what its dialog says then.
    QString sentenceAtTheEnd();
    void awaitFollower(int primary) const;
    QString inRecovery(int node) const;
    template<typename T>
    T *part(const char *name) const
    {
        return m_live->part<T>(name);
    }
    void click(const char *name) const { m_live->click(name); }
    bool noticed() const { return part<QWidget>("interrupted-bar") && part<QWidget>("interrupted-bar")->isVisible(); }

    std::unique_ptr<LocalCluster> m_servers;
    std::unique_ptr<LiveWindow> m_live;
    shell::MainWindow *m_window = nullptr;
};

void TestLiveJournal::initTestCase()
{
    if (LocalCluster::newestMajor() == 0) {
        QSKIP("needs Debian's PostgreSQL server");
    }
    QVERIFY2(!qEnvironmentVariableIsEmpty("HOWDAH_BINARY"), "run by ctest, which names the program");
    LocalCluster::Options options;
    options.nodes = 2;
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, qPrintable(servers ? QString() : servers.error().message));
    m_servers = std::move(*servers);
    cluster::ClusterConfig config = m_servers->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("live");
    config.manager = cluster::ManagerKind::None;
    m_live = std::make_unique<LiveWindow>(config);
    m_window = m_live->window();
    QVERIFY(m_window);
    QTRY_VERIFY_WITH_TIMEOUT(m_window->findChild<QWidget *>(QStringLiteral("verdict-strip")), 15'000);
}

QString TestLiveJournal::inRecovery(int node) const
{
    return m_servers->node(node).value(QStringLiteral("SELECT pg_is_in_recovery()"));
}

void TestLiveJournal::awaitFollower(int primary) const
{
    QTRY_COMPARE_WITH_TIMEOUT(m_servers->node(primary).value(
                                  QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")),
                              QStringLiteral("1"), 30'000);
}

void TestLiveJournal::killAt(const QString &to, const QString &step)
{
    QVERIFY(!noticed());
    QProcess console;
    bool killed = false;
    QByteArray said;
    connect(&console, &QProcess::readyReadStandardOutput, &console, [&] {
        while (console.canReadLine()) {
            const QByteArray text = console.readLine();
            const QJsonObject line = QJsonDocument::fromJson(text).object();
            const QJsonValue check = line.value(QStringLiteral("check"));
            const bool tells = !line.contains(QStringLiteral("plan")) &&
                               (!check.isObject() || check[QStringLiteral("result")] != QLatin1String("passed"));
            said += tells ? text : QByteArray();
            if (!killed && line.value(QStringLiteral("step")).toString() == step) {
                killed = true;
                console.kill();
            }
        }
    });
    console.start(qEnvironmentVariable("HOWDAH_BINARY"),
                  {QStringLiteral("switchover"), m_live->clusterFile(), QStringLiteral("--to"), to,
                   QStringLiteral("--yes"), QStringLiteral("--json")});
    QTRY_VERIFY_WITH_TIMEOUT(console.state() == QProcess::NotRunning && console.bytesAvailable() == 0, 60'000);
    QVERIFY2(killed && console.exitStatus() == QProcess::CrashExit,
             (said + console.readAllStandardError()).constData());
}

void TestLiveJournal::awaitInterrupted()
{
    QTRY_VERIFY_WITH_TIMEOUT(noticed(), 15'000);
    QVERIFY(part<widgets::NoticeBar>("interrupted-bar")->text().contains(QStringLiteral("was interrupted")));
    // Not all is right then, as the command line says as well.
    QTRY_VERIFY_WITH_TIMEOUT(m_live->verdict() != QLatin1String("ok"), 15'000);
}

void TestLiveJournal::confirm()
{
    QTRY_VERIFY(part<shell::FinishDialog>("finish-dialog"));
    click("finish-yes");
    QVERIFY(part<shell::SwitchoverDialog>("switchover-dialog"));
    QVERIFY(m_window->isOperating());
}

QString TestLiveJournal::sentenceAtTheEnd()
{
    auto *dialog = part<shell::SwitchoverDialog>("switchover-dialog");
    if (!dialog || !QTest::qWaitFor([dialog] { return !dialog->isRunning(); }, 90'000)) {
        return QStringLiteral("it did not end");
    }
    const QString sentence = part<widgets::Label>("switchover-sentence")->text();
    qInfo("%s", qPrintable(part<QPlainTextEdit>("switchover-output")->toPlainText().right(2000)));
    click("switchover-cancel");
    return QTest::qWaitFor([this] { return !part<shell::SwitchoverDialog>("switchover-dialog"); })
               ? sentence
               : QStringLiteral("it was not closed");
}

void TestLiveJournal::undoneFromTheBar()
{
    awaitFollower(0);
    killAt(QStringLiteral("pg2"), QStringLiteral("slots"));
    awaitInterrupted();
    QVERIFY(part<QPushButton>("interrupted-undo")->isEnabled());
    click("interrupted-undo");
    confirm();
    QCOMPARE(sentenceAtTheEnd(), QStringLiteral("Undone: the cluster is as before."));
    QCOMPARE(inRecovery(0), QStringLiteral("f"));
    QCOMPARE(m_servers->node(1).value(QStringLiteral("SELECT count(*) FROM pg_replication_slots")),
             QStringLiteral("0"));
    QTRY_VERIFY_WITH_TIMEOUT(!noticed(), 15'000);
}

void TestLiveJournal::finishedBySomebodyElse()
{
    awaitFollower(0);
    killAt(QStringLiteral("pg2"), QStringLiteral("slots"));
    awaitInterrupted();
    QProcess console;
    console.start(qEnvironmentVariable("HOWDAH_BINARY"),
                  {QStringLiteral("journal"), m_live->clusterFile(), QStringLiteral("undo"), QStringLiteral("--json")});
    QTRY_VERIFY_WITH_TIMEOUT(console.state() == QProcess::NotRunning, 60'000);
    QVERIFY2(console.exitCode() == 2, console.readAll().constData()); // undone
    QTRY_VERIFY_WITH_TIMEOUT(!noticed(), 15'000);
    QCOMPARE(inRecovery(0), QStringLiteral("f"));
}

void TestLiveJournal::resumedFromThePage()
{
    awaitFollower(0);
    killAt(QStringLiteral("pg2"), QStringLiteral("stop"));
    awaitInterrupted();
    click("interrupted-show");
    QCOMPARE(m_window->currentPage(), QStringLiteral("journal"));
    const auto *table = part<widgets::DataTable>("operations-table");
    QCOMPARE(table->model()->rowCount(), 3);
    QCOMPARE(table->model()->index(0, 3).data().toString(), QStringLiteral("interrupted"));
    QCOMPARE(table->model()->index(1, 3).data().toString(), QStringLiteral("undone"));
    QVERIFY(part<QPushButton>("journal-resume")->isVisible());
    click("journal-resume");
    confirm();
    QCOMPARE(sentenceAtTheEnd(), QStringLiteral("pg2 is the primary; pg1 follows it."));
    QCOMPARE(inRecovery(1), QStringLiteral("f"));
    QCOMPARE(inRecovery(0), QStringLiteral("t"));
    awaitFollower(1);
    QTRY_VERIFY_WITH_TIMEOUT(!noticed(), 15'000);
    QTRY_COMPARE_WITH_TIMEOUT(table->model()->index(0, 3).data().toString(), QStringLiteral("done"), 15'000);
}

int main(int argc, char **argv)
{
    return testsupport::runLiveTest<TestLiveJournal>(argc, argv); // the consoles beside have the same journal
}
#include "tst_livejournal.moc"
