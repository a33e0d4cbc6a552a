// SPDX-License-Identifier: GPL-3.0-or-later
// How long writes wait in a planned switchover, what is lost, and how long all of it takes: ours by the program itself,
// repmgr's and Patroni's own beside it, each on three hosts of the lab while the same client commits every 2 ms through
// all of them, idle and under pgbench; and how soon the old primary serves again when the candidate dies half-way.
// fsync is on. Root only.
#include <QCommandLineParser>
#include <QCoreApplication>
#include <QElapsedTimer>
#include <QEventLoop>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QNetworkAccessManager>
#include <QNetworkReply>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>
#include <cstdio>
#include <functional>

#include "bench/measure.h"
#include "bench/table.h"
#include "integration/consolerun.h"
#include "support/commitclient.h"
#include "support/lab.h"

using namespace howdah;
using bench::Samples;
using testsupport::CommitClient;
using testsupport::Lab;

namespace {

struct Figures {
    Samples gapMs;
    Samples wholeMs;
    Samples commandMs; ///< of ours: the whole call, which looks at the cluster and makes the checks first
    qint64 lost = 0;
    qint64 commits = 0;
    int failed = 0;
};

int primaryOf(const Lab &lab, int nodes)
{
    for (int i = 0; i < nodes; ++i) {
        if (lab.node(i).value(QStringLiteral("SELECT pg_is_in_recovery()")) == QLatin1String("f")) {
            return i;
        }
    }
    return -1;
}

bool awaitFollowers(const Lab &lab, int nodes)
{
    return QTest::qWaitFor(
        [&] {
            const int primary = primaryOf(lab, nodes);
            return primary >= 0 &&
                   lab.node(primary).value(QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = "
                                                          "'streaming'")) == QString::number(nodes - 1);
        },
        60'000);
}

/// pgbench with four clients on whoever takes writes, begun anew when its connections break, until it is destroyed.
class Load {
public:
    Load(const Lab &lab, int nodes)
    {
        QStringList hosts;
        for (int i = 0; i < nodes; ++i) {
            hosts.append(lab.node(i).host);
        }
        const QString conninfo =
            QStringLiteral("host=%1 user=postgres dbname=postgres connect_timeout=2 target_session_attrs=read-write")
                .arg(hosts.join(QLatin1Char(',')));
        if (QProcess::execute(
                QStringLiteral("sh"),
                {QStringLiteral("-c"), QStringLiteral("pgbench -i -q -s 5 \"$0\" >/dev/null 2>&1"), conninfo}) != 0) {
            std::fprintf(stderr, "bench_switchover: pgbench -i failed\n");
            std::exit(1);
        }
        m_process.setStandardOutputFile(QProcess::nullDevice());
        m_process.setStandardErrorFile(QProcess::nullDevice());
        m_process.start(QStringLiteral("setsid"),
                        {QStringLiteral("sh"), QStringLiteral("-c"),
                         QStringLiteral("while :; do pgbench -n -c 4 -T 3600 \"$0\"; sleep 0.02; done"), conninfo});
        m_process.waitForStarted();
    }
    ~Load()
    {
        QProcess::execute(QStringLiteral("kill"),
                          {QStringLiteral("--"), QStringLiteral("-%1").arg(m_process.processId())});
        m_process.waitForFinished(5000);
    }
    Q_DISABLE_COPY_MOVE(Load)

private:
    QProcess m_process;
};

/// Between the first two nodes, there and back; data nodes are the first `nodes` of the lab.
Figures measure(const Lab &lab, int nodes, int times, bool loaded,
                const std::function<bool(int from, int to)> &switchover)
{
    Figures figures;
    QStringList conninfos;
    for (int i = 0; i < nodes; ++i) {
        conninfos.append(lab.node(i).conninfo(QStringLiteral("postgres")));
    }
    awaitFollowers(lab, nodes);
    const auto load = loaded ? std::make_unique<Load>(lab, nodes) : nullptr;
    for (int i = 0; i < times && awaitFollowers(lab, nodes); ++i) {
        const int from = primaryOf(lab, nodes);
        const int to = from == 0 ? 1 : 0;
        CommitClient client(conninfos);
        if (!QTest::qWaitFor([&] { return client.acknowledged() > 200; }, 30'000)) {
            break;
        }
        QElapsedTimer clock;
        clock.start();
        const bool done = switchover(from, to);
        figures.wholeMs.add(static_cast<double>(clock.elapsed()));
        const qint64 before = client.acknowledged();
        const bool writesAgain = QTest::qWaitFor([&] { return client.acknowledged() > before + 200; }, 60'000);
        client.stop();
        if (!done || !writesAgain || !awaitFollowers(lab, nodes) || primaryOf(lab, nodes) != to) {
            ++figures.failed;
            continue;
        }
        figures.gapMs.add(client.worstGapMs());
        figures.commits += client.acknowledged();
        figures.lost += client.missingAt(lab.node(to).conninfo(QStringLiteral("postgres")));
    }
    return figures;
}

std::unique_ptr<Lab> started(Lab::Variant variant)
{
    Lab::Options options;
    options.cascading = false;
    options.fsync = true;
    auto lab = Lab::start(variant, options);
    if (!lab) {
        std::fprintf(stderr, "bench_switchover: %s\n", qPrintable(lab.error().message));
        std::exit(1);
    }
    return std::move(*lab);
}

/// Writes the cluster file of a lab into a directory; its path.
QString clusterFileOf(const Lab &lab, const QTemporaryDir &directory)
{
    cluster::ClusterConfig config = lab.config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = cluster::ManagerKind::None;
    const QString file = directory.filePath(QStringLiteral("orders.toml"));
    if (!cluster::saveClusterFile(config, file)) {
        std::exit(1);
    }
    return file;
}

/// `keep` names a file that what the program says is added to, with its times of each step; may be empty.
Figures native(int times, bool loaded, const QString &keep)
{
    const auto lab = started(Lab::Variant::Plain);
    const QTemporaryDir directory;
    const QString file = clusterFileOf(*lab, directory);
    Samples planToProof;
    Figures figures = measure(*lab, 3, times, loaded, [&](int, int to) {
        const integration::ConsoleRun run =
            integration::runConsole({QStringLiteral("switchover"), file, QStringLiteral("--to"), lab->node(to).name,
                                     QStringLiteral("--yes"), QStringLiteral("--json")},
                                    directory.path());
        if (QFile kept(keep); !keep.isEmpty() && kept.open(QIODevice::Append)) {
            kept.write(run.text);
        }
        if (run.exitCode != 0) { // why is worth more than the figure
            std::fprintf(stderr, "exit code %d: %s\n", run.exitCode, run.text.right(1500).constData());
        }
        planToProof.add(run.last().value(QStringLiteral("took_ms")).toDouble());
        return run.exitCode == 0;
    });
    figures.commandMs = figures.wholeMs;
    figures.wholeMs = planToProof;
    return figures;
}

Figures repmgr(int times, bool loaded)
{
    const auto lab = started(Lab::Variant::Repmgr);
    return measure(*lab, 2, times, loaded, [&](int, int to) {
        return lab->repmgr(to, {QStringLiteral("standby"), QStringLiteral("switchover")}).ok();
    });
}

Figures patroni(int times, bool loaded)
{
    const auto lab = started(Lab::Variant::Patroni);
    QNetworkAccessManager network;
    return measure(*lab, 3, times, loaded, [&](int from, int to) {
        QNetworkRequest request(QUrl(lab->patroniUrl(from) + QStringLiteral("/switchover")));
        request.setHeader(QNetworkRequest::ContentTypeHeader, QStringLiteral("application/json"));
        const QJsonObject body{{QStringLiteral("leader"), lab->node(from).name},
                               {QStringLiteral("candidate"), lab->node(to).name}};
        QNetworkReply *reply = network.post(request, QJsonDocument(body).toJson());
        QEventLoop loop;
        QObject::connect(reply, &QNetworkReply::finished, &loop, &QEventLoop::quit);
        loop.exec();
        reply->deleteLater();
        return reply->error() == QNetworkReply::NoError;
    });
}

/// When the console told first that a step is in one of these states, in ms since it began; -1: it did not.
double atOf(const integration::ConsoleRun &run, const QStringList &states, const QString &step = {})
{
    for (const QJsonObject &line : run.lines) {
        const bool it = step.isEmpty() || line.value(QStringLiteral("step")).toString() == step;
        if (it && states.contains(line.value(QStringLiteral("state")).toString())) {
            return line.value(QStringLiteral("at_ms")).toDouble();
        }
    }
    return -1;
}

/// The candidate is killed while the old primary stops: from when that is noticed until the old primary
/// takes writes again.
bool reportUndone(int times)
{
    const auto lab = started(Lab::Variant::Plain);
    const QTemporaryDir directory;
    const QString file = clusterFileOf(*lab, directory);
    Samples backMs, waitedMs;
    int failed = 0;
    for (int i = 0; i < times; ++i) {
        const int from = awaitFollowers(*lab, 3) ? primaryOf(*lab, 3) : 0;
        const int to = from == 0 ? 1 : 0;
        CommitClient client({lab->node(from).conninfo(QStringLiteral("postgres"))});
        QTest::qWaitFor([&] { return client.acknowledged() > 200; }, 30'000);
        const integration::ConsoleRun run =
            integration::runConsole({QStringLiteral("switchover"), file, QStringLiteral("--to"), lab->node(to).name,
                                     QStringLiteral("--yes"), QStringLiteral("--json")},
                                    directory.path(), [&](const QString &step) {
                                        // Before it has ended: later the candidate may be promoted already.
                                        if (step == QLatin1String("stop started")) {
                                            lab->node(to).kill();
                                        }
                                        return false;
                                    });
        const qint64 before = client.acknowledged();
        const bool serves = QTest::qWaitFor([&] { return client.acknowledged() > before + 200; }, 30'000);
        client.stop();
        const QString undone = QStringLiteral("undone");
        const double noticed = atOf(run, {QStringLiteral("failed"), QStringLiteral("undoing"), undone});
        const double back = atOf(run, {undone}, QStringLiteral("stop"));
        if (noticed < 0 || back < 0 || !serves || primaryOf(*lab, 3) != from) {
            ++failed;
            std::fprintf(stderr, "exit code %d: %s\n", run.exitCode, run.text.right(1500).constData());
        } else {
            backMs.add(back - noticed);
            waitedMs.add(client.worstGapMs());
        }
        // What was left on the candidate goes, so that the next one may begin.
        lab->node(to).start();
        awaitFollowers(*lab, 3);
        integration::runConsole({QStringLiteral("journal"), file, QStringLiteral("undo")}, directory.path());
    }
    const QString ms = QStringLiteral("ms");
    bench::Table table(QStringLiteral("The candidate dies while the old primary stops, %1 times").arg(times));
    table.limit(QStringLiteral("noticed to old primary in service, worst"), backMs.max(), 2000, ms);
    table.plain(QStringLiteral("noticed to old primary in service, median"), backMs.median(), ms);
    table.plain(QStringLiteral("writes wait, worst"), waitedMs.max(), ms);
    table.limit(QStringLiteral("did not come back"), failed, 0, QString());
    return table.print();
}

/// One table; limitMs is that of the median gap.
bool report(int times, bool loaded, bool peers, double limitMs, const QString &keep)
{
    const QString ms = QStringLiteral("ms");
    const Figures ours = native(times, loaded, keep);
    bench::Table table(QStringLiteral("Planned switchover %1, %2 times there and back, a commit every 2 ms")
                           .arg(loaded ? QStringLiteral("under pgbench -c 4") : QStringLiteral("of an idle cluster"))
                           .arg(times));
    table.limit(QStringLiteral("writes wait, median"), ours.gapMs.median(), limitMs, ms);
    table.plain(QStringLiteral("writes wait, worst"), ours.gapMs.max(), ms);
    table.limit(QStringLiteral("plan to proof, median"), ours.wholeMs.median(), 3000, ms);
    table.limit(QStringLiteral("plan to proof, worst"), ours.wholeMs.max(), 3000, ms);
    table.plain(QStringLiteral("the whole command, from its start to its end, median"), ours.commandMs.median(), ms);
    table.limit(QStringLiteral("acknowledged commits lost"), static_cast<double>(ours.lost), 0, QString());
    table.plain(QStringLiteral("acknowledged commits"), static_cast<double>(ours.commits), QString());
    table.limit(QStringLiteral("switchovers that failed"), ours.failed, 0, QString());
    if (peers) {
        const Figures others[] = {repmgr(times, loaded), patroni(times, loaded)};
        const QString names[] = {QStringLiteral("repmgr"), QStringLiteral("Patroni")};
        constexpr double kMostShare[] = {1.0 / 3, 0.1};
        for (int i = 0; i < 2; ++i) {
            table.peer(QStringLiteral("writes wait, median"), ours.gapMs.median(), names[i], others[i].gapMs.median(),
                       ms);
            table.peer(QStringLiteral("all of it, median"), ours.wholeMs.median(), names[i], others[i].wholeMs.median(),
                       ms);
            table.limit(QStringLiteral("writes wait, share of %1's").arg(names[i]),
                        ours.gapMs.median() / others[i].gapMs.median(), kMostShare[i], QString());
            table.plain(names[i] + QStringLiteral(": switchovers that failed"), others[i].failed, QString());
            table.plain(names[i] + QStringLiteral(": acknowledged commits lost"), static_cast<double>(others[i].lost),
                        QString());
        }
    }
    return table.print();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption timesOption(QStringLiteral("times"), QStringLiteral("Switchovers of each."),
                                         QStringLiteral("n"), QStringLiteral("10"));
    const QCommandLineOption onlyOption(QStringLiteral("only"), QStringLiteral("native: without the peers."),
                                        QStringLiteral("which"));
    const QCommandLineOption loadOption(
        QStringLiteral("load"), QStringLiteral("idle, pgbench or undone; all when left out."), QStringLiteral("which"));
    const QCommandLineOption keepOption(QStringLiteral("keep"), QStringLiteral("Add what howdah says to this file."),
                                        QStringLiteral("file"));
    parser.addOptions({timesOption, onlyOption, loadOption, keepOption});
    parser.addHelpOption();
    parser.process(application);
    if (!Lab::possible()) {
        std::printf("Switchovers were not measured: network namespaces need root.\n");
        return 0;
    }
    const int times = parser.value(timesOption).toInt();
    const bool peers = !parser.isSet(onlyOption);
    const QString load = parser.value(loadOption);
    const auto wanted = [&](const char *which) { return load.isEmpty() || load == QLatin1String(which); };
    qputenv("HOWDAH_BINARY", HOWDAH_PROGRAM);
    bool good = true;
    if (wanted("idle")) {
        good = report(times, false, peers, 150, parser.value(keepOption)) && good;
    }
    if (wanted("pgbench")) {
        good = report(times, true, peers, 200, parser.value(keepOption)) && good;
    }
    if (wanted("undone")) {
        good = reportUndone(times) && good;
    }
    return good ? 0 : 1;
}
