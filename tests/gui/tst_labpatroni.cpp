// SPDX-License-Identifier: GPL-3.0-or-later
#include <QComboBox>
#include <QDateTimeEdit>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLineEdit>

#include "shell/clusterview.h"
#include "shell/patroni/historydialog.h"
#include "shell/patroni/patronidialog.h"
#include "support/lab.h"
#include "switchoverbymouse.h"

using namespace howdah;
using namespace howdah::testsupport;
using operations::patroni::Request;

#define STOP_WHEN_FAILED()                                                                                             \
    if (QTest::currentTestFailed()) {                                                                                  \
        return;                                                                                                        \
    }

/// What the window asks of Patroni, by mouse in the real window, on three real hosts: and what Patroni and the servers
/// themselves say afterwards.
class TestLabPatroni : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void init();
    void pausesAndGoesOn();
    void restartsAReplica();
    void buildsAReplicaAnew();
    void changesSettings();
    void schedulesAndCancels();
    void showsItsHistory();

private:
    template<typename T>
    T *part(const char *name) const
    {
        return m_live->part<T>(name);
    }
    QJsonObject asked(const QString &path) const;
    /// All three run, one leads, the others stream from it.
    bool isWhole() const;
    QString value(const QString &sql) const { return m_lab->node(m_replica).value(sql); }
    /// Chooses it in the menu of a node, or of the window.
    void choose(const char *action) const;
    void chooseOfNode(const char *action, Request::Kind kind) const;
    /// Accepts what warns, runs, waits for the end and closes the dialog.
    void run(const QString &saysInTheEnd, const QString &picture) const;

    std::unique_ptr<Lab> m_lab;
    std::unique_ptr<LiveWindow> m_live;
    int m_replica = 1;
};

void TestLabPatroni::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    auto lab = Lab::start(Lab::Variant::Patroni);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    cluster::ClusterConfig config = m_lab->config();
    config.name = QStringLiteral("orders");
    m_live = std::make_unique<LiveWindow>(config);
    QVERIFY(m_live->window());
}

void TestLabPatroni::init()
{
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 90'000);
    QTRY_COMPARE_WITH_TIMEOUT(m_live->verdict(), QStringLiteral("ok"), 60'000);
    m_replica = m_lab->primary() == 1 ? 2 : 1;
}

QJsonObject TestLabPatroni::asked(const QString &path) const
{
    const Output answer =
        testsupport::run({QStringLiteral("curl"), QStringLiteral("-s"), QStringLiteral("-m"), QStringLiteral("5"),
                          QStringLiteral("--noproxy"), QStringLiteral("*"), m_lab->patroniUrl(0) + path});
    return QJsonDocument::fromJson(answer.out).object();
}

bool TestLabPatroni::isWhole() const
{
    const int leads = m_lab->primary();
    if (leads < 0 || m_lab->node(leads).value(QStringLiteral(
                         "SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) != QLatin1String("2")) {
        return false;
    }
    const QJsonArray members = asked(QStringLiteral("/cluster")).value(QStringLiteral("members")).toArray();
    return members.size() == 3 && std::all_of(members.begin(), members.end(), [](const QJsonValue &one) {
               return one[QStringLiteral("state")].toString() == QLatin1String("running");
           });
}

void TestLabPatroni::choose(const char *action) const
{
    auto *chosen = part<QAction>(action);
    QTRY_VERIFY2_WITH_TIMEOUT(chosen->isEnabled(), qPrintable(chosen->toolTip()), 30'000);
    chosen->trigger();
}

void TestLabPatroni::chooseOfNode(const char *action, Request::Kind kind) const
{
    const QString node = m_lab->node(m_replica).name;
    const auto *view = part<shell::ClusterView>("cluster-view");
    const auto whyNot = [&] {
        return operations::patroni::whyNotAsked(view->patroni().get(), {.kind = kind, .node = node});
    };
    QTRY_VERIFY2_WITH_TIMEOUT(whyNot().isEmpty(), qPrintable(whyNot()), 30'000);
    QMetaObject::invokeMethod(part<QWidget>("topologyView"), "nodeMenuRequested", Q_ARG(QString, node),
                              Q_ARG(QPoint, QPoint(5, 5)));
    auto *menu = part<QMenu>("node-menu");
    QVERIFY(menu);
    auto *chosen = menu->findChild<QAction *>(QLatin1String(action));
    QVERIFY(chosen && chosen->isEnabled());
    chosen->trigger();
    menu->close();
}

void TestLabPatroni::run(const QString &saysInTheEnd, const QString &picture) const
{
    auto *dialog = part<shell::PatroniDialog>("patroni-dialog");
    QVERIFY(dialog);
    auto *button = part<QPushButton>("patroni-run");
    const auto *sentence = part<widgets::Label>("patroni-sentence");
    const auto warnings = [dialog] {
        QList<QCheckBox *> ticks = dialog->findChildren<QCheckBox *>();
        ticks.removeIf([](const QCheckBox *tick) { return !tick->objectName().startsWith(QLatin1String("accept-")); });
        return ticks;
    };
    QTRY_VERIFY2_WITH_TIMEOUT(button->isEnabled() || !warnings().isEmpty(), qPrintable(sentence->text()), 30'000);
    for (QCheckBox *tick : warnings()) {
        tick->setChecked(true);
    }
    pictureOf(dialog, picture);
    QTRY_VERIFY2_WITH_TIMEOUT(button->isEnabled(), qPrintable(sentence->text()), 10'000);
    QTest::mouseClick(button, Qt::LeftButton);
    QVERIFY(dialog->isRunning());
    QTRY_VERIFY_WITH_TIMEOUT(!dialog->isRunning(), 180'000);
    QVERIFY2(sentence->text().startsWith(saysInTheEnd),
             qPrintable(sentence->text() + part<QPlainTextEdit>("patroni-output")->toPlainText().right(700)));
    pictureOf(dialog, picture + QStringLiteral("-done"));
    const auto *proofs = part<widgets::DataTable>("proof-table")->model();
    for (int row = 0; row < proofs->rowCount(); ++row) {
        const QModelIndex proof = proofs->index(row, 0);
        QVERIFY2(proof.data(tables::VerdictRole).isValid() &&
                     proof.data(tables::VerdictRole).toInt() == static_cast<int>(cluster::Verdict::Ok),
                 qPrintable(proof.data().toString() + proof.siblingAtColumn(1).data().toString()));
    }
    QVERIFY(proofs->rowCount() >= 2);
    m_live->click("patroni-cancel");
    QTRY_VERIFY(!part<shell::PatroniDialog>("patroni-dialog"));
}

void TestLabPatroni::pausesAndGoesOn()
{
    choose("action-patroni-pause");
    STOP_WHEN_FAILED();
    run(QStringLiteral("Patroni is paused"), QStringLiteral("lab-pause"));
    QVERIFY(asked(QStringLiteral("/cluster")).value(QStringLiteral("pause")).toBool());
    const auto *action = part<QAction>("action-patroni-pause");
    QTRY_VERIFY_WITH_TIMEOUT(action->text().startsWith(QLatin1String("Resume")), 30'000); // the window knows
    choose("action-patroni-pause");
    STOP_WHEN_FAILED();
    run(QStringLiteral("Patroni looks after orders again"), QStringLiteral("lab-resume"));
    QVERIFY(!asked(QStringLiteral("/cluster")).value(QStringLiteral("pause")).toBool());
    QTRY_VERIFY_WITH_TIMEOUT(action->text().startsWith(QLatin1String("Pause")), 30'000);
}

void TestLabPatroni::restartsAReplica()
{
    const QString before = value(QStringLiteral("SELECT pg_postmaster_start_time()"));
    chooseOfNode("node-restart", Request::Kind::Restart);
    STOP_WHEN_FAILED();
    run(m_lab->node(m_replica).name + QStringLiteral(" has been restarted"), QStringLiteral("lab-restart"));
    const QString after = value(QStringLiteral("SELECT pg_postmaster_start_time()"));
    QVERIFY2(after != before && !after.startsWith(QLatin1String("ERROR")), qPrintable(after));
    QCOMPARE(value(QStringLiteral("SELECT status FROM pg_stat_wal_receiver")), QStringLiteral("streaming"));
}

void TestLabPatroni::buildsAReplicaAnew()
{
    // What stands in its data directory alone is gone afterwards.
    const QString mark = value(QStringLiteral("SHOW data_directory")) + QStringLiteral("/only-here");
    QVERIFY(m_lab->exec(m_replica, {QStringLiteral("touch"), mark}).ok());
    chooseOfNode("node-reinitialize", Request::Kind::Reinitialize);
    STOP_WHEN_FAILED();
    auto *typed = part<QLineEdit>("patroni-confirm");
    QVERIFY(typed);
    QTest::keyClicks(typed, m_lab->node(m_replica).name);
    run(m_lab->node(m_replica).name + QStringLiteral(" was copied anew"), QStringLiteral("lab-reinitialize"));
    STOP_WHEN_FAILED();
    QVERIFY(!m_lab->exec(m_replica, {QStringLiteral("test"), QStringLiteral("-e"), mark}).ok());
    QCOMPARE(value(QStringLiteral("SELECT status FROM pg_stat_wal_receiver")), QStringLiteral("streaming"));
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), 90'000);
}

void TestLabPatroni::changesSettings()
{
    choose("action-patroni-config");
    STOP_WHEN_FAILED();
    auto *text = part<QPlainTextEdit>("config-text");
    QTRY_VERIFY_WITH_TIMEOUT(!text->isReadOnly(), 30'000);
    const int ttl = asked(QStringLiteral("/config")).value(QStringLiteral("ttl")).toInt();
    QVERIFY(ttl > 0);
    const QString line = QStringLiteral("\"ttl\": %1");
    QString edited = text->toPlainText();
    QVERIFY2(edited.contains(line.arg(ttl)), qPrintable(edited));
    edited.replace(line.arg(ttl), line.arg(ttl + 5));
    QJsonObject config = QJsonDocument::fromJson(edited.toUtf8()).object();
    QJsonObject postgresql = config.value(QStringLiteral("postgresql")).toObject();
    QJsonObject parameters = postgresql.value(QStringLiteral("parameters")).toObject();
    parameters.insert(QStringLiteral("work_mem"), QStringLiteral("7MB"));
    postgresql.insert(QStringLiteral("parameters"), parameters);
    config.insert(QStringLiteral("postgresql"), postgresql);
    text->setPlainText(QString::fromUtf8(QJsonDocument(config).toJson()));
    QCOMPARE(part<widgets::DataTable>("changes-table")->model()->rowCount(), 2);
    run(QStringLiteral("Patroni has the new settings"), QStringLiteral("lab-config"));
    STOP_WHEN_FAILED();
    const QJsonObject now = asked(QStringLiteral("/config"));
    QCOMPARE(now.value(QStringLiteral("ttl")).toInt(), ttl + 5);
    QCOMPARE(now[QStringLiteral("postgresql")][QStringLiteral("parameters")][QStringLiteral("work_mem")].toString(),
             QStringLiteral("7MB"));
    for (int i = 0; i < 3; ++i) { // and the servers take it
        QTRY_COMPARE_WITH_TIMEOUT(
            m_lab->node(i).value(QStringLiteral("SELECT setting FROM pg_settings WHERE name = 'work_mem'")),
            QStringLiteral("7168"), 30'000);
    }
}

void TestLabPatroni::schedulesAndCancels()
{
    const QString name = m_lab->node(m_replica).name;
    const int leads = m_lab->primary();
    choose("action-patroni-schedule");
    STOP_WHEN_FAILED();
    auto *candidate = part<QComboBox>("schedule-candidate");
    QTRY_VERIFY_WITH_TIMEOUT(candidate->findText(name) >= 0, 30'000);
    candidate->setCurrentText(name);
    auto *at = part<QDateTimeEdit>("schedule-time");
    at->setDateTime(QDateTime::currentDateTime().addDays(1));
    const QDateTime wanted = at->dateTime();
    run(QStringLiteral("Patroni will switch over to ") + name, QStringLiteral("lab-schedule"));
    STOP_WHEN_FAILED();
    const QJsonObject waiting =
        asked(QStringLiteral("/cluster")).value(QStringLiteral("scheduled_switchover")).toObject();
    QCOMPARE(waiting.value(QStringLiteral("to")).toString(), name);
    const QDateTime said = QDateTime::fromString(waiting.value(QStringLiteral("at")).toString(), Qt::ISODate);
    QCOMPARE(said.toSecsSinceEpoch(), wanted.toSecsSinceEpoch());
    choose("action-patroni-cancel");
    STOP_WHEN_FAILED();
    run(QStringLiteral("No switchover is scheduled"), QStringLiteral("lab-cancel"));
    QVERIFY(!asked(QStringLiteral("/cluster")).contains(QStringLiteral("scheduled_switchover")));
    QCOMPARE(m_lab->primary(), leads);
}

void TestLabPatroni::showsItsHistory()
{
    choose("action-patroni-history");
    STOP_WHEN_FAILED();
    const auto *table = part<shell::HistoryDialog>("patroni-history-dialog")->findChild<widgets::DataTable *>();
    // The server was promoted when it was made; Patroni has no more than that.
    QTRY_VERIFY_WITH_TIMEOUT(table->isVisible() && table->model()->rowCount() > 0, 30'000);
    QVERIFY2(table->text(false).contains(QStringLiteral("0/")), qPrintable(table->text(false)));
    pictureOf(part<QWidget>("patroni-history-dialog"), QStringLiteral("lab-history"));
    m_live->click("patroni-history-close");
    QTRY_VERIFY(!part<shell::HistoryDialog>("patroni-history-dialog"));
}

int main(int argc, char **argv)
{
    return runLiveTest<TestLabPatroni>(argc, argv);
}
#include "tst_labpatroni.moc"
