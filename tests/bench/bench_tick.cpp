// SPDX-License-Identifier: GPL-3.0-or-later
// What one tick costs a server: round trips, bytes and CPU, beside Debian's pg_activity in the same run, against the
// same server, at the same refresh of 1 s.
#include <QCommandLineParser>
#include <QCoreApplication>
#include <QProcess>
#include <QTest>
#include <cstdio>

#include "bench/measure.h"
#include "bench/table.h"
#include "core/logging.h"
#include "monitor/clustermonitor.h"
#include "postgres/doorprobe.h"
#include "support/localcluster.h"

using namespace howdah;
using bench::Samples;
using bench::SocketCounters;

namespace {

/// One backend of a server under the eyes of the kernel.
class Watched {
public:
    Watched(const testsupport::LabServer &server, qint64 pid)
        : m_serverPort(server.port)
        , m_pid(pid)
        , m_clientPort(
              server.value(QStringLiteral("SELECT client_port FROM pg_stat_activity WHERE pid = %1").arg(pid)).toInt())
    {
    }

    void begin()
    {
        m_before = bench::socketCounters(m_serverPort, m_clientPort).value_or(SocketCounters());
        m_cpuAtLast = bench::cpuNs(m_pid);
    }
    void second()
    {
        const qint64 now = bench::cpuNs(m_pid);
        cpuMs.add(static_cast<double>(now - m_cpuAtLast) / 1e6);
        m_cpuAtLast = now;
    }
    void end()
    {
        const SocketCounters now = bench::socketCounters(m_serverPort, m_clientPort).value_or(SocketCounters());
        moved = {now.segmentsIn - m_before.segmentsIn, now.segmentsOut - m_before.segmentsOut,
                 now.bytesIn - m_before.bytesIn, now.bytesOut - m_before.bytesOut};
    }

    Samples cpuMs; ///< a second
    SocketCounters moved;

private:
    int m_serverPort;
    qint64 m_pid;
    int m_clientPort;
    SocketCounters m_before;
    qint64 m_cpuAtLast = 0;
};

[[noreturn]] void giveUp(const QString &why)
{
    std::fprintf(stderr, "bench_tick: %s\n", qPrintable(why));
    std::exit(1);
}

void waitFor(const std::function<bool()> &condition, const QString &what)
{
    if (!QTest::qWaitFor(condition, 30'000)) {
        giveUp(QStringLiteral("no %1 within 30 s").arg(what));
    }
}

std::vector<std::unique_ptr<postgres::Session>> idleClients(const testsupport::LabServer &server, int count)
{
    std::vector<std::unique_ptr<postgres::Session>> sessions;
    for (int i = 0; i < count; ++i) {
        postgres::SessionOptions options;
        options.applicationName = QStringLiteral("idle client");
        const auto conninfo = postgres::Conninfo::parse(server.conninfo(QStringLiteral("plain")));
        sessions.push_back(std::make_unique<postgres::Session>(*conninfo, options));
        sessions.back()->open();
    }
    waitFor([&] { return std::all_of(sessions.cbegin(), sessions.cend(), [](auto &s) { return s->isOpen(); }); },
            QStringLiteral("idle clients"));
    return sessions;
}

/// Server CPU in ms of one knock at the door: the postmaster's own and that of the child it forks for it. Measured over
/// many, because the kernel counts a dead child's time in steps of 10 ms.
double knockMs(const testsupport::LabServer &server)
{
    constexpr int kKnocks = 300;
    const auto conninfo = postgres::Conninfo::parse(server.conninfo());
    const qint64 postmaster = server.pid();
    const qint64 before = bench::cpuNs(postmaster) + bench::reapedCpuMs(postmaster) * 1'000'000;
    for (int i = 0; i < kKnocks; ++i) {
        postgres::DoorProbe door;
        bool answered = false;
        QObject::connect(&door, &postgres::DoorProbe::answered, &door, [&](bool) { answered = true; });
        door.knock(conninfo->places().front(), 3000);
        waitFor([&] { return answered; }, QStringLiteral("answer at the door"));
    }
    QTest::qWait(500); // for the last children to be reaped
    return static_cast<double>(bench::cpuNs(postmaster) + bench::reapedCpuMs(postmaster) * 1'000'000 - before) / 1e6 /
           kKnocks;
}

qint64 pidOf(const testsupport::LabServer &server, const QString &application)
{
    return server
        .value(QStringLiteral("SELECT max(pid) FROM pg_stat_activity WHERE application_name = '%1'").arg(application))
        .toLongLong();
}

/// pg_activity on a terminal of its own; taken down with the object.
class PgActivity {
public:
    explicit PgActivity(const testsupport::LabServer &server)
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("TERM"), QStringLiteral("xterm-256color"));
        m_process.setProcessEnvironment(environment);
        m_process.setStandardOutputFile(QProcess::nullDevice());
        m_process.start(QStringLiteral("script"),
                        {QStringLiteral("-qfc"),
                         QStringLiteral("stty rows 50 cols 200; exec pg_activity -h %1 -p %2 -U dba -d postgres "
                                        "--refresh 1")
                             .arg(server.host)
                             .arg(server.port),
                         QStringLiteral("/dev/null")});
    }
    ~PgActivity()
    {
        m_process.terminate();
        m_process.waitForFinished(5000);
    }
    Q_DISABLE_COPY_MOVE(PgActivity)

private:
    QProcess m_process;
};

void report(Watched &ours, Watched *peer, const QString &title, const monitor::PollerCost &cost, int ticks, double door)
{
    const QString name = QStringLiteral("pg_activity");
    bench::Table table(title);
    const double n = ticks;
    const auto beside = [&](const QString &figure, double value, auto member, const QString &unit) {
        if (peer) {
            table.peer(figure, value, name, static_cast<double>(peer->moved.*member) / n, unit);
        } else {
            table.plain(figure, value, unit);
        }
    };
    // Everything that a tick asks stands in one segment, so their number at the server's end is that of round trips.
    const auto asked = static_cast<double>(cost.ticks);
    table.limit(QStringLiteral("round trips a tick, own count"), static_cast<double>(cost.roundTrips) / asked, 1,
                QString());
    table.limit(QStringLiteral("round trips a tick, segments at the server"),
                static_cast<double>(ours.moved.segmentsIn) / asked, 1, QString());
    if (peer) {
        table.peer(QStringLiteral("round trips a second"), static_cast<double>(ours.moved.segmentsIn) / n, name,
                   static_cast<double>(peer->moved.segmentsIn) / n, QString());
    }
    beside(QStringLiteral("segments with data from the server"), static_cast<double>(ours.moved.segmentsOut) / n,
           &SocketCounters::segmentsOut, QString());
    beside(QStringLiteral("bytes from the server, kernel"), static_cast<double>(ours.moved.bytesOut) / n,
           &SocketCounters::bytesOut, QStringLiteral("B"));
    table.plain(QStringLiteral("bytes from the server, own count"),
                static_cast<double>(cost.bytesReceived) / static_cast<double>(cost.ticks), QStringLiteral("B"));
    beside(QStringLiteral("bytes to the server"), static_cast<double>(ours.moved.bytesIn) / n, &SocketCounters::bytesIn,
           QStringLiteral("B"));
    const QString ms = QStringLiteral("ms");
    const double all = ours.cpuMs.mean() + door / 10;
    table.limit(QStringLiteral("server CPU a tick, with a tenth of a knock"), all, 2, ms);
    if (peer) {
        table.peer(QStringLiteral("server CPU a tick, mean"), all, name, peer->cpuMs.mean(), ms);
        table.peer(QStringLiteral("server CPU a tick, median"), ours.cpuMs.median(), name, peer->cpuMs.median(), ms);
        table.peer(QStringLiteral("server CPU a tick, worst"), ours.cpuMs.max(), name, peer->cpuMs.max(), ms);
    } else {
        table.plain(QStringLiteral("server CPU a tick, median"), ours.cpuMs.median(), ms);
        table.plain(QStringLiteral("server CPU a tick, worst"), ours.cpuMs.max(), ms);
    }
    table.plain(QStringLiteral("server CPU of one knock, every 10 s"), door, ms);
    table.print();
}

monitor::PollerCost since(const monitor::PollerCost &before, const monitor::PollerCost &now)
{
    return {now.ticks - before.ticks, now.roundTrips - before.roundTrips, now.bytesReceived - before.bytesReceived,
            now.skippedTicks - before.skippedTicks};
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    core::installRedactingLog();
    postgres::initialize();
    QCommandLineParser parser;
    const QCommandLineOption ticksOption(QStringLiteral("ticks"), QStringLiteral("Seconds to measure."),
                                         QStringLiteral("n"), QStringLiteral("60"));
    const QCommandLineOption majorOption(QStringLiteral("major"), QStringLiteral("Of PostgreSQL; 0: Debian's."),
                                         QStringLiteral("n"), QStringLiteral("0"));
    parser.addOptions({ticksOption, majorOption});
    parser.addHelpOption();
    parser.process(application);
    const int ticks = parser.value(ticksOption).toInt();

    testsupport::LocalCluster::Options options;
    options.nodes = 2;
    options.major = parser.value(majorOption).toInt();
    // Its workers would count as the postmaster's children.
    options.settings = {QStringLiteral("autovacuum=off")};
    const auto cluster = testsupport::LocalCluster::start(options);
    if (!cluster) {
        giveUp(cluster.error().message);
    }
    const testsupport::LabServer &primary = (*cluster)->node(0);
    const testsupport::LabServer &standby = (*cluster)->node(1);
    const auto idle = idleClients(primary, 20);
    const double door = knockMs(primary);

    monitor::ClusterMonitor monitor((*cluster)->config(), core::systemClock());
    PgActivity peerProcess(primary);
    monitor.start();
    const auto &pollers = monitor.pollers();
    waitFor([&] { return pollers[0]->backendPid() != 0 && pollers[1]->backendPid() != 0; }, QStringLiteral("session"));
    waitFor([&] { return pidOf(primary, QStringLiteral("pg_activity")) != 0; }, QStringLiteral("pg_activity"));
    QTest::qWait(5000); // first reads of everything, and pg_activity's start

    Watched ours(primary, pollers[0]->backendPid());
    Watched oursOnStandby(standby, pollers[1]->backendPid());
    Watched peer(primary, pidOf(primary, QStringLiteral("pg_activity")));
    const monitor::PollerCost primaryBefore = pollers[0]->cost();
    const monitor::PollerCost standbyBefore = pollers[1]->cost();
    for (Watched *one : {&ours, &oursOnStandby, &peer}) {
        one->begin();
    }
    for (int i = 0; i < ticks; ++i) {
        QTest::qWait(1000);
        for (Watched *one : {&ours, &oursOnStandby, &peer}) {
            one->second();
        }
    }
    for (Watched *one : {&ours, &oursOnStandby, &peer}) {
        one->end();
    }
    const QString version = primary.value(QStringLiteral("SHOW server_version"));
    report(
        ours, &peer,
        QStringLiteral("A tick on a primary (PostgreSQL %1, a standby, 20 idle clients), %2 s").arg(version).arg(ticks),
        since(primaryBefore, pollers[0]->cost()), ticks, door);
    report(oursOnStandby, nullptr, QStringLiteral("A tick on its standby"), since(standbyBefore, pollers[1]->cost()),
           ticks, door);
    return 0;
}
