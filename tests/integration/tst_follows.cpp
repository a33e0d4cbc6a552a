// SPDX-License-Identifier: GPL-3.0-or-later
#include <QElapsedTimer>
#include <QTest>
#include <libpq-fe.h>

#include "operations/switchover/steps.h"
#include "support/localcluster.h"

using namespace howdah;
using testsupport::LabServer;
using testsupport::LocalCluster;

/// What a switchover's steps take for "it streams", on real servers of every major that can be had: a walreceiver that
/// its upstream turns away again and again is not taken for one that follows.
class TestFollows : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void onlyWhatStreamsFollows_data();
    void onlyWhatStreamsFollows();
};

namespace {

/// One session, since what is looked for lasts less than a millisecond.
class Session {
public:
    explicit Session(const LabServer &server)
        : m_connection(PQconnectdb(server.conninfo().toUtf8().constData()), &PQfinish)
    {
    }
    /// The first column of the first row; empty also when it can't be had.
    QByteArray value(const QByteArray &sql) const
    {
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(m_connection.get(), sql.constData()),
                                                                   &PQclear);
        return PQntuples(result.get()) > 0 ? QByteArray(PQgetvalue(result.get(), 0, 0)) : QByteArray();
    }

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> m_connection;
};

} // namespace

void TestFollows::onlyWhatStreamsFollows_data()
{
    QTest::addColumn<int>("major");
    for (const int major : {12, 13, 14, 15, 16, 17, 18}) {
        QTest::addRow("%d", major) << major;
    }
}

void TestFollows::onlyWhatStreamsFollows()
{
    QFETCH(int, major);
    if (!LocalCluster::binaries(major)) {
        QSKIP("needs PostgreSQL of this major: sh tests/support/majors.sh");
    }
    const auto cluster = LocalCluster::start(
        {.nodes = 2, .major = major, .settings = {QStringLiteral("wal_retrieve_retry_interval=1")}});
    QVERIFY2(cluster, cluster ? "" : qPrintable(cluster.error().message));
    const LabServer &standby = (*cluster)->node(1);
    const QByteArray follows = operations::switchover::rejoinedSql().toUtf8();
    QTRY_COMPARE_WITH_TIMEOUT(Session(standby).value(follows), QByteArray("t"), 15'000);

    QVERIFY(standby.sql(QStringLiteral("ALTER SYSTEM SET primary_slot_name = 'nobody_made_it'")));
    QVERIFY(standby.stop().ok());
    QVERIFY(standby.start().ok());
    const Session session(standby);
    int flickers = 0;
    QElapsedTimer clock;
    clock.start();
    while (flickers < 20 && clock.elapsed() < 60'000) {
        const QByteArray streams =
            session.value("SELECT count(*) FROM pg_stat_wal_receiver WHERE status = 'streaming'");
        QCOMPARE(session.value(follows), QByteArray("f"));
        flickers += streams == "1" ? 1 : 0;
    }
    QVERIFY2(flickers == 20, qPrintable(QStringLiteral("seen %1 times").arg(flickers)));

    QVERIFY(standby.sql(QStringLiteral("ALTER SYSTEM RESET primary_slot_name")));
    QVERIFY(standby.stop().ok());
    QVERIFY(standby.start().ok());
    QTRY_COMPARE_WITH_TIMEOUT(Session(standby).value(follows), QByteArray("t"), 15'000);
}

QTEST_GUILESS_MAIN(TestFollows)
#include "tst_follows.moc"
