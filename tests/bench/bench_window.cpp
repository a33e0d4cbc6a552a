// SPDX-License-Identifier: GPL-3.0-or-later
// What the window does with its user's time: from the start of the program to the first paint and to the first live
// state, and how long its thread is busy at a stretch while nodes hang, drop and return. It is the program itself that
// is measured, through windowprobe.cpp, against real servers.
#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QTest>
#include <cstdio>
#include <functional>

#include "bench/consolewindow.h"
#include "bench/measure.h"
#include "bench/table.h"
#include "core/logging.h"
#include "history/track.h"
#include "support/localcluster.h"

using namespace howdah;
using bench::ConsoleWindow;
using bench::Samples;

namespace {

[[noreturn]] void giveUp(const QString &why)
{
    std::fprintf(stderr, "bench_window: %s\n", qPrintable(why));
    std::exit(1);
}

void awaitNodes(ConsoleWindow &window, int count)
{
    if (!window.waitForNodes(count, 15'000)) {
        giveUp(QStringLiteral("not all nodes were shown: \"%1\"").arg(window.lastState()));
    }
}

std::unique_ptr<testsupport::LocalCluster> servers(int count)
{
    testsupport::LocalCluster::Options options;
    options.nodes = count;
    options.settings = {QStringLiteral("max_connections=300"), QStringLiteral("autovacuum=off")};
    auto cluster = testsupport::LocalCluster::start(options);
    if (!cluster) {
        giveUp(cluster.error().message);
    }
    return std::move(*cluster);
}

/// A cluster of that many nodes: the first is the primary, the others are the standbys over and over.
cluster::ClusterConfig clusterOf(const testsupport::LocalCluster &cluster, const QString &name, int nodes)
{
    cluster::ClusterConfig config;
    config.name = name;
    config.manager = cluster::ManagerKind::None;
    for (int i = 0; i < nodes; ++i) {
        cluster::NodeConfig &node = config.nodes.emplace_back();
        node.name = QStringLiteral("n%1").arg(i + 1);
        node.conninfo = cluster.node(i == 0 ? 0 : 1 + (i - 1) % (cluster.nodeCount() - 1)).conninfo();
    }
    return config;
}

void startup(const testsupport::LocalCluster &cluster, int starts)
{
    Samples paint, live, all;
    for (int i = 0; i < starts; ++i) {
        ConsoleWindow window({clusterOf(cluster, QStringLiteral("orders"), 3)}, {});
        if (!window.waitForNodes(3, 15'000)) {
            giveUp(QStringLiteral("the window shows no live state: %1").arg(window.lastState()));
        }
        paint.add(window.firstPaintMs());
        live.add(window.firstLiveMs());
        all.add(window.allNodesMs());
    }
    bench::Table table(QStringLiteral("Start of the program, three nodes, %1 starts").arg(starts));
    const QString ms = QStringLiteral("ms");
    table.limit(QStringLiteral("first paint, median"), paint.median(), 500, ms);
    table.limit(QStringLiteral("first live state painted, median"), live.median(), 1000, ms);
    table.limit(QStringLiteral("all three nodes painted, median"), all.median(), 1000, ms);
    table.plain(QStringLiteral("first paint, worst"), paint.max(), ms);
    table.plain(QStringLiteral("first live state, worst"), live.max(), ms);
    table.print();
}

void frames(ConsoleWindow &window, const QString &title, qint64 sinceNs)
{
    Samples wall, cpu, stretches;
    for (const ConsoleWindow::Stretch &stretch : window.stretches()) {
        if (stretch.startNs < sinceNs) {
            continue;
        }
        stretches.add(static_cast<double>(stretch.wallNs) / 1e6);
        if (stretch.painted) {
            wall.add(static_cast<double>(stretch.wallNs) / 1e6);
            cpu.add(static_cast<double>(stretch.cpuNs) / 1e6);
        }
    }
    bench::Table table(title);
    const QString ms = QStringLiteral("ms");
    table.plain(QStringLiteral("frames painted"), static_cast<double>(wall.count()), QString());
    table.plain(QStringLiteral("frame, median"), wall.median(), ms);
    table.limit(QStringLiteral("frame, 99 of 100"), wall.percentile(99), 16, ms);
    table.limit(QStringLiteral("frame, 99 of 100, CPU alone"), cpu.percentile(99), 16, ms);
    table.limit(QStringLiteral("longest stretch of the window's thread"), stretches.max(), 50, ms);
    table.limit(QStringLiteral("longest frame, CPU alone"), cpu.max(), 50, ms);
    table.print();
}

/// One round of everything that can happen to a node, in a minute.
void illTreat(const testsupport::LocalCluster &cluster, ConsoleWindow &window, int seconds)
{
    using Part = testsupport::LabServer::Part;
    const auto &pg1 = cluster.node(0), &pg2 = cluster.node(1), &pg3 = cluster.node(2);
    const std::vector<std::pair<double, std::function<void()>>> events{
        {0.08, [&] { pg2.freeze(); }},
        {0.20, [&] { pg2.thaw(); }},
        {0.28, [&] { pg3.kill(); }},
        {0.38, [&] { pg3.start(); }},
        {0.48, [&] { pg1.freeze(Part::Postmaster); }},
        {0.60, [&] { pg1.thaw(); }},
        {0.66, [&] { pg1.kill(); }},
        {0.76, [&] { pg1.start(); }},
        {0.82, [&] { pg2.stop(); }},
        {0.90, [&] { pg2.start(); }},
    };
    QElapsedTimer clock;
    clock.start();
    for (const auto &[when, act] : events) {
        QTest::qWait(std::max(0, static_cast<int>(when * seconds * 1000) - static_cast<int>(clock.elapsed())));
        act();
    }
    QTest::qWait(std::max(0, seconds * 1000 - static_cast<int>(clock.elapsed())));
    std::printf("\n  states shown meanwhile: %lld\n", static_cast<long long>(window.statesSeen()));
}

/// Megabytes that the lag of so many nodes, and a slot for each, take after a day, at a sample a second: measured, not
/// computed.
double dayOfHistory(int nodes)
{
    const qint64 before = bench::statusKb(0, "VmRSS");
    std::vector<history::Track> tracks(static_cast<std::size_t>(nodes));
    tracks.resize(2 * tracks.size(), history::Track(history::Track::Keeps::BytesOnly));
    history::Moment moment;
    moment.state = cluster::LagState::Known;
    for (qint64 second = 0; second < 86'400; ++second) {
        moment.monotonicMs = second * 1000;
        moment.bytes = static_cast<double>(second % 977) * 8192;
        moment.seconds = static_cast<double>(second % 977) / 100;
        moment.stageBytes.fill(moment.bytes);
        moment.stageSeconds.fill(moment.seconds);
        for (history::Track &track : tracks) {
            track.add(moment);
        }
    }
    return static_cast<double>(bench::statusKb(0, "VmRSS") - before) / 1024;
}

void cost(ConsoleWindow &window, int seconds, int nodes, const QString &title)
{
    Samples percent;
    for (int i = 0; i < seconds; ++i) {
        QElapsedTimer clock;
        clock.start();
        const qint64 before = bench::cpuNs(window.pid());
        QTest::qWait(1000);
        percent.add(static_cast<double>(bench::cpuNs(window.pid()) - before) * 100 /
                    static_cast<double>(clock.nsecsElapsed()));
    }
    bench::Table table(title);
    table.limit(QStringLiteral("CPU of the program, median"), percent.median(), 10, QStringLiteral("% of a core"));
    const double memory = static_cast<double>(bench::statusKb(window.pid(), "VmHWM")) / 1024;
    table.limit(QStringLiteral("memory, greatest"), memory, 150, QStringLiteral("MB"));
    table.limit(QStringLiteral("with a whole day of lag and slots"), memory + dayOfHistory(nodes), 150,
                QStringLiteral("MB"));
    table.print();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    core::installRedactingLog();
    QCommandLineParser parser;
    const QCommandLineOption secondsOption(QStringLiteral("seconds"), QStringLiteral("Of each run."),
                                           QStringLiteral("n"), QStringLiteral("60"));
    const QCommandLineOption startsOption(QStringLiteral("starts"), QStringLiteral("Of the program."),
                                          QStringLiteral("n"), QStringLiteral("15"));
    const QCommandLineOption pageOption(QStringLiteral("page"), QStringLiteral("To be shown."), QStringLiteral("id"),
                                        QStringLiteral("overview"));
    const QCommandLineOption onlyOption(QStringLiteral("only"), QStringLiteral("start, faults, fifty or many."),
                                        QStringLiteral("part"));
    parser.addOptions({secondsOption, startsOption, pageOption, onlyOption});
    parser.addHelpOption();
    parser.process(application);
    const int seconds = parser.value(secondsOption).toInt();
    const QString only = parser.value(onlyOption);
    const auto wanted = [&](QLatin1String part) { return only.isEmpty() || only == part; };
    const QStringList page{QStringLiteral("--page"), parser.value(pageOption)};

    if (wanted(QLatin1String("start")) || wanted(QLatin1String("faults"))) {
        const auto cluster = servers(3);
        if (wanted(QLatin1String("start"))) {
            startup(*cluster, parser.value(startsOption).toInt());
        }
        if (wanted(QLatin1String("faults"))) {
            ConsoleWindow window({clusterOf(*cluster, QStringLiteral("orders"), 3)}, page);
            awaitNodes(window, 3);
            QTest::qWait(2000);
            const qint64 since = ConsoleWindow::nowNs();
            illTreat(*cluster, window, seconds);
            frames(window,
                   QStringLiteral("The window while nodes hang, drop and return, three nodes, %1 s").arg(seconds),
                   since);
        }
    }
    if (wanted(QLatin1String("fifty")) || wanted(QLatin1String("many"))) {
        const auto cluster = servers(4);
        if (wanted(QLatin1String("fifty"))) {
            ConsoleWindow window({clusterOf(*cluster, QStringLiteral("orders"), 50)}, page);
            awaitNodes(window, 50);
            QTest::qWait(2000);
            const qint64 since = ConsoleWindow::nowNs();
            QTest::qWait(seconds * 500);
            frames(window, QStringLiteral("The window with one cluster of 50 nodes, %1 s").arg(seconds / 2), since);
        }
        if (wanted(QLatin1String("many"))) {
            std::vector<cluster::ClusterConfig> configs;
            configs.reserve(66);
            for (int i = 0; i < 66; ++i) {
                configs.push_back(clusterOf(*cluster, QStringLiteral("orders%1").arg(i), 3));
            }
            ConsoleWindow window(configs, page);
            awaitNodes(window, 3);
            QTest::qWait(5000);
            const qint64 since = ConsoleWindow::nowNs();
            cost(window, seconds / 2, 3 * static_cast<int>(configs.size()),
                 QStringLiteral("The whole program with 66 clusters of three, %1 s").arg(seconds / 2));
            frames(window, QStringLiteral("Its window"), since);
        }
    }
    return 0;
}
