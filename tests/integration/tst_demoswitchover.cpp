// SPDX-License-Identifier: GPL-3.0-or-later
#include <QScopeGuard>
#include <QTest>

#include "cluster/clusterconfig.h"
#include "demoanswer.h"

using namespace howdah;
using namespace howdah::demotest;

/// The demo cluster is there to be tried: its primary moves, there and back, and start, stop and status bear it.
class TestDemoSwitchover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void thereAndBack_data();
    void thereAndBack();
};

namespace {

/// A user's demo cluster and journal in a directory of their own.
struct Seat {
    QTemporaryDir place{QDir::tempPath() + text("/howdah demo-XXXXXX")}; // a path with a blank
    QStringList prefix;                                                  ///< becomes the user
    QString binary = qEnvironmentVariable("HOWDAH_BINARY");
    QString directory;
    QByteArray said;

    /// False when it can't be had.
    bool prepare(bool ordinary)
    {
        const bool root = testsupport::isRoot();
        QStringList environment{text("env"), text("XDG_DATA_HOME=") + place.path() + text("/data"),
                                text("XDG_CONFIG_HOME=") + place.path() + text("/config"),
                                text("HOWDAH_DEMO_PORT=%1").arg(16000 + 4 * QRandomGenerator::global()->bounded(3000))};
        if (root && ordinary) {
            // Where the program was built may be out of that user's reach.
            const QString copied = place.path() + text("/howdah");
            if (!QFile::copy(binary, copied) || !testsupport::run({text("chown"), text("nobody"), place.path()}).ok()) {
                return false;
            }
            binary = copied;
            prefix = QStringList{text("setpriv"), text("--reuid=nobody"), text("--regid=nogroup"),
                                 text("--clear-groups"), text("--reset-env")} +
                     environment;
            directory = place.path() + text("/data/howdah/demo");
            return testsupport::run(prefix + QStringList{binary, text("--version")}).ok();
        }
        directory = place.path() + (root ? text("/demo") : text("/data/howdah/demo"));
        prefix = environment;
        if (root) { // the servers run as another user, who has to get there
            prefix << text("HOWDAH_DEMO_DIR=") + directory;
            return QFile::setPermissions(place.path(), QFile::Permissions::fromInt(0x7755));
        }
        return true;
    }

    Answer howdah(const QStringList &arguments)
    {
        const testsupport::Output output = testsupport::run(prefix + QStringList{binary} + arguments, 240'000);
        said = (output.out + output.err).right(900); // QtTest shows no more
        return answerOf(output);
    }
    QString value(const QString &node, const char *query) const
    {
        const auto config = cluster::readClusterFile(directory + text("/demo.toml"));
        for (std::size_t i = 0; config && i < config->nodes.size(); ++i) {
            if (config->nodes[i].name == node) {
                const auto rows = testsupport::sql(config->nodes[i].conninfo, text(query));
                return !rows             ? text("error: ") + rows.error().message
                       : rows->isEmpty() ? text("no row")
                                         : rows->first().first();
            }
        }
        return text("no such node");
    }
    /// "pg1 primary running, …" as status tells it.
    QString roles()
    {
        const Answer answer = howdah({text("demo"), text("status"), text("--json")});
        QStringList all;
        for (const char *node : {"pg1", "pg2", "pg3"}) {
            const QJsonObject object = answer.node(text(node));
            all << text("%1 %2 %3")
                       .arg(text(node), object.value(text("role")).toString(), object.value(text("state")).toString());
        }
        return all.join(text(", "));
    }
};

constexpr auto kFollowers = "SELECT string_agg(application_name, ',' ORDER BY application_name) FROM "
                            "pg_stat_replication WHERE state = 'streaming'";
constexpr auto kUsedSlots =
    "SELECT string_agg(slot_name, ',' ORDER BY slot_name) FROM pg_replication_slots WHERE slot_type = 'physical'";

} // namespace

void TestDemoSwitchover::thereAndBack_data()
{
    QTest::addColumn<bool>("ordinary");
    QTest::newRow("as who runs the tests") << false;
    QTest::newRow("as an ordinary user") << true;
}

void TestDemoSwitchover::thereAndBack()
{
    QFETCH(bool, ordinary);
    if (ordinary && !testsupport::isRoot()) {
        QSKIP("needs root: the other row is the same");
    }
    Seat seat;
    QVERIFY2(!seat.binary.isEmpty(), "run by ctest, which names the program");
    QVERIFY(seat.prepare(ordinary));
    const auto tidied = qScopeGuard([&seat] { seat.howdah({text("demo"), text("stop"), text("--json")}); });
    const auto demo = [&seat](const char *action) { return seat.howdah({text("demo"), text(action), text("--json")}); };
    const auto over = [&seat](const char *to) {
        return seat.howdah({text("switchover"), text("demo"), text("--to"), text(to), text("--yes"), text("--json")});
    };
    QVERIFY2(demo("start").exitCode == 0, seat.said.constData());
    QCOMPARE(seat.value(text("pg1"), "CREATE TABLE kept AS SELECT 42 AS answer"), text("no row"));

    const Answer there = over("pg2");
    QVERIFY2(there.exitCode == 0 && there.result() == text("done"), seat.said.constData());
    const QString swapped = text("pg1 standby running, pg2 primary running, pg3 standby running");
    QCOMPARE(seat.roles(), swapped);
    // The shop writes on, to the new primary.
    QTRY_COMPARE_WITH_TIMEOUT(seat.value(text("pg2"), "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'"),
                              text("2"), 30'000);
    const QString position = seat.value(text("pg2"), "SELECT pg_current_wal_lsn()");
    QTRY_VERIFY_WITH_TIMEOUT(seat.value(text("pg2"), "SELECT pg_current_wal_lsn()") != position, 30'000);

    // A night's rest changes nothing of it, and nothing is set up anew.
    QVERIFY2(demo("stop").exitCode == 0, seat.said.constData());
    QCOMPARE(seat.roles(), text("pg1 standby stopped, pg2 primary stopped, pg3 standby stopped"));
    QVERIFY2(demo("start").exitCode == 0, seat.said.constData());
    QCOMPARE(seat.roles(), swapped);
    QTRY_COMPARE_WITH_TIMEOUT(seat.value(text("pg2"), kFollowers), text("pg1,pg3"), 30'000);
    QCOMPARE(seat.value(text("pg2"), kUsedSlots), text("pg1,pg3"));
    QCOMPARE(seat.value(text("pg1"), kUsedSlots), QString());
    QTRY_COMPARE_WITH_TIMEOUT(seat.value(text("pg2"), "SELECT count(*) FROM pg_stat_activity WHERE usename = 'shop'"),
                              text("2"), 30'000);

    const Answer back = over("pg1");
    QVERIFY2(back.exitCode == 0 && back.result() == text("done"), seat.said.constData());
    QCOMPARE(seat.roles(), text("pg1 primary running, pg2 standby running, pg3 standby running"));
    QTRY_COMPARE_WITH_TIMEOUT(seat.value(text("pg1"), kFollowers), text("pg2,pg3"), 30'000);
    QCOMPARE(seat.value(text("pg1"), kUsedSlots), text("pg2,pg3"));
    QCOMPARE(seat.value(text("pg1"), "SELECT count(*) FROM pg_replication_slots WHERE slot_type = 'logical'"),
             text("1"));
    QTRY_COMPARE_WITH_TIMEOUT(seat.value(text("pg3"), "SELECT answer FROM kept"), text("42"), 30'000);
    QCOMPARE(demo("status").exitCode, 0);
    // Both stand in the journal of who did it.
    const Answer journal = seat.howdah({text("journal"), text("demo"), text("--json")});
    QCOMPARE(std::count_if(journal.objects.begin(), journal.objects.end(),
                           [](const QJsonObject &one) { return one.value(text("outcome")) == text("done"); }),
             2);
    QVERIFY2(demo("stop").exitCode == 0, seat.said.constData());
    QVERIFY2(processesOf(seat.directory).isEmpty(), qPrintable(processesOf(seat.directory).join(QLatin1Char('\n'))));
}

QTEST_GUILESS_MAIN(TestDemoSwitchover)
#include "tst_demoswitchover.moc"
