// SPDX-License-Identifier: GPL-3.0-or-later
// What 200 sessions at 1 Hz cost the console itself: CPU and memory of a process that does nothing but sample them, in
// two shapes: one cluster of 200 nodes, and 66 clusters of three.
#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QProcess>
#include <QSocketNotifier>
#include <QTest>
#include <QTextStream>
#include <QTimer>
#include <cstdio>
#include <unistd.h>

#include "bench/measure.h"
#include "bench/table.h"
#include "core/logging.h"
#include "monitor/engine.h"
#include "postgres/failure.h"
#include "support/localcluster.h"

using namespace howdah;

namespace {

constexpr int kServers = 4; ///< one primary, three standbys: each stands for many nodes

[[noreturn]] void giveUp(const QString &why)
{
    std::fprintf(stderr, "bench_sessions: %s\n", qPrintable(why));
    std::exit(1);
}

cluster::NodeConfig node(const QString &name, const QString &port)
{
    cluster::NodeConfig one;
    one.name = name;
    one.conninfo = QStringLiteral("host=127.0.0.1 port=%1 user=dba dbname=postgres").arg(port);
    return one;
}

/// "one": a primary and its standbys in one cluster. "many": clusters of a primary and two standbys.
std::vector<cluster::ClusterConfig> clusters(const QString &shape, int sessions, const QStringList &ports)
{
    std::vector<cluster::ClusterConfig> all;
    const bool one = shape == QLatin1String("one");
    const int size = one ? sessions : 3;
    for (int c = 0; c < sessions / size; ++c) {
        cluster::ClusterConfig &config = all.emplace_back();
        config.name = QStringLiteral("cluster%1").arg(c);
        config.manager = cluster::ManagerKind::None;
        for (int n = 0; n < size; ++n) {
            const int server = n == 0 ? 0 : 1 + (c + n) % (kServers - 1);
            config.nodes.push_back(node(QStringLiteral("n%1").arg(n), ports.at(server)));
        }
    }
    return all;
}

/// The console under measurement: says "base" with its memory before it opens anything, "settled" when every node has
/// answered, and then a line for each state, until its input is closed.
int beConsole(const QString &shape, int sessions, const QStringList &ports)
{
    std::printf("base %lld\n", static_cast<long long>(bench::statusKb(0, "VmRSS")));
    std::fflush(stdout);
    const auto configs = clusters(shape, sessions, ports);
    std::size_t wanted = 0;
    for (const cluster::ClusterConfig &config : configs) {
        wanted += config.nodes.size();
    }
    monitor::Engine engine;
    QHash<QString, std::size_t> up;
    qint64 states = 0;
    bool settled = false;
    QObject::connect(&engine, &monitor::Engine::stateChanged, &engine, [&](const cluster::ClusterState &state) {
        ++states;
        if (settled) {
            return;
        }
        up[state.snapshot->cluster] =
            static_cast<std::size_t>(std::count_if(state.snapshot->nodes.cbegin(), state.snapshot->nodes.cend(),
                                                   [](const auto &one) { return one.link == cluster::LinkState::Up; }));
        std::size_t all = 0;
        for (const std::size_t count : std::as_const(up)) {
            all += count;
        }
        if (all == wanted) {
            settled = true;
            std::printf("settled %lld\n", static_cast<long long>(all));
            std::fflush(stdout);
        }
    });
    for (const cluster::ClusterConfig &config : configs) {
        engine.openCluster(config);
    }
    QSocketNotifier input(0, QSocketNotifier::Read);
    QObject::connect(&input, &QSocketNotifier::activated, &engine, [&] {
        char byte = 0;
        if (::read(0, &byte, 1) <= 0) {
            QCoreApplication::quit();
            return;
        }
        std::printf("states %lld\n", static_cast<long long>(states));
        std::fflush(stdout);
    });
    return QCoreApplication::exec();
}

/// The number behind a word that the console says; waits for it.
qint64 said(QProcess &console, const QByteArray &word)
{
    qint64 number = -1;
    const bool came = QTest::qWaitFor(
        [&] {
            while (console.canReadLine()) {
                const QByteArrayList parts = console.readLine().trimmed().split(' ');
                if (parts.value(0) == word) {
                    number = parts.value(1).toLongLong();
                    return true;
                }
            }
            return console.state() == QProcess::NotRunning;
        },
        60'000);
    if (!came || number < 0) {
        giveUp(QStringLiteral("the console did not say \"%1\"").arg(QString::fromLatin1(word)));
    }
    return number;
}

bool measure(const QString &shape, int sessions, int seconds, const QStringList &ports)
{
    QProcess console;
    console.setProcessChannelMode(QProcess::ForwardedErrorChannel);
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("QT_LOGGING_RULES"), QStringLiteral("*.info=false"));
    console.setProcessEnvironment(environment);
    console.start(
        QCoreApplication::applicationFilePath(),
        QStringList{QStringLiteral("--console"), shape, QStringLiteral("--sessions"), QString::number(sessions)} +
            ports);
    const qint64 base = said(console, "base");
    const qint64 open = said(console, "settled");
    QTest::qWait(5000); // the first reads of everything are no ticks

    const auto states = [&] {
        console.write("?");
        return said(console, "states");
    };
    const qint64 pid = console.processId();
    bench::Samples percent;
    const qint64 statesBefore = states();
    for (int i = 0; i < seconds; ++i) {
        QElapsedTimer clock;
        clock.start();
        const qint64 before = bench::cpuNs(pid);
        QTest::qWait(1000);
        percent.add(static_cast<double>(bench::cpuNs(pid) - before) * 100 / static_cast<double>(clock.nsecsElapsed()));
    }
    const qint64 emitted = states() - statesBefore;
    const auto megabytes = [&](const char *field) { return static_cast<double>(bench::statusKb(pid, field)) / 1024; };
    bench::Table table(
        QStringLiteral("%1 sessions at 1 Hz, %2, %3 s")
            .arg(open)
            .arg(shape == QLatin1String("one") ? QStringLiteral("one cluster") : QStringLiteral("clusters of three"))
            .arg(seconds));
    table.limit(QStringLiteral("CPU of the console, median"), percent.median(), 10, QStringLiteral("% of a core"));
    table.limit(QStringLiteral("CPU of the console, mean"), percent.mean(), 10, QStringLiteral("% of a core"));
    table.limit(QStringLiteral("memory, greatest"), megabytes("VmHWM"), 150, QStringLiteral("MB"));
    table.plain(QStringLiteral("memory before a cluster is open"), static_cast<double>(base) / 1024,
                QStringLiteral("MB"));
    table.plain(QStringLiteral("states a second"), static_cast<double>(emitted) / seconds, QString());
    console.closeWriteChannel();
    console.waitForFinished(10'000);
    return table.print();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    core::installRedactingLog();
    postgres::initialize();
    QCommandLineParser parser;
    const QCommandLineOption console(QStringLiteral("console"), QStringLiteral("Be the console: one or many."),
                                     QStringLiteral("shape"));
    const QCommandLineOption sessionsOption(QStringLiteral("sessions"), QStringLiteral("Nodes."), QStringLiteral("n"),
                                            QStringLiteral("200"));
    const QCommandLineOption seconds(QStringLiteral("seconds"), QStringLiteral("To measure."), QStringLiteral("n"),
                                     QStringLiteral("30"));
    parser.addOptions({console, sessionsOption, seconds});
    parser.addHelpOption();
    parser.process(application);
    const int sessions = parser.value(sessionsOption).toInt();
    if (parser.isSet(console)) {
        return beConsole(parser.value(console), sessions, parser.positionalArguments());
    }
    testsupport::LocalCluster::Options options;
    options.nodes = kServers;
    options.settings = {QStringLiteral("max_connections=300"), QStringLiteral("autovacuum=off")};
    const auto cluster = testsupport::LocalCluster::start(options);
    if (!cluster) {
        giveUp(cluster.error().message);
    }
    QStringList ports;
    for (int i = 0; i < kServers; ++i) {
        ports << QString::number((*cluster)->node(i).port);
    }
    for (const QString &shape : {QStringLiteral("one"), QStringLiteral("many")}) {
        measure(shape, sessions, parser.value(seconds).toInt(), ports);
    }
    return 0;
}
