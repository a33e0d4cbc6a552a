// SPDX-License-Identifier: GPL-3.0-or-later
// How much longer writes wait for an application that knows one address than for one that knows the servers, in the
// same planned switchovers on three hosts of the lab: an address on the hosts' interfaces, and a gateway that runs
// HAProxy. Each application commits every 2 ms. fsync is on. Root only.
#include <QCommandLineParser>
#include <QCoreApplication>
#include <QTest>
#include <cstdio>
#include <functional>

#include "bench/measure.h"
#include "bench/table.h"
#include "integration/consolerun.h"
#include "integration/gatewayhosts.h"
#include "support/labaddress.h"

using namespace howdah;
using bench::Samples;
using testsupport::CommitClient;
using testsupport::Lab;

namespace {

constexpr double kMostMs = 100;

struct Figures {
    Samples bareMs, throughMs, moreMs;
    qint64 commits = 0, lost = 0;
    int failed = 0;
};

class AddressBench : private integration::GatewayHosts {
public:
    bool start();
    /// through: the conninfo of whoever knows only the address.
    Figures measure(int times, const cluster::AddressConfig &address, const QString &through, const QString &database);
    bool report(const QString &title, const Figures &figures) const;

    cluster::AddressConfig hostAddress() const { return testsupport::writeAddress(*m_lab); }
    cluster::AddressConfig gatewayAddress() const;
    QString byAddress() const
    {
        return QStringLiteral("host=%1 port=5432 user=postgres dbname=%2").arg(m_lab->floatingAddress(), database(1));
    }
    QString byGateway() const { return through(0); }
    static QString databaseOf(int which) { return database(which); }
};

bool AddressBench::start()
{
    Lab::Options options;
    options.cascading = false;
    options.fsync = true;
    auto lab = Lab::start(Lab::Variant::Plain, options);
    if (!lab) {
        std::fprintf(stderr, "bench_address: %s\n", qPrintable(lab.error().message));
        return false;
    }
    m_lab = std::move(*lab);
    QDir().mkpath(shared());
    QFile::setPermissions(m_directory.path(),
                          QFile::permissions(m_directory.path()) | QFile::ReadOther | QFile::ExeOther);
    plug(0);
    startHaproxy(0, configuration(0, integration::Kind::State));
    return m_lab->addAddress(0, m_lab->floatingAddress()) &&
           m_lab->node(0).sql(QStringLiteral("CREATE DATABASE ") + database(0)) &&
           m_lab->node(0).sql(QStringLiteral("CREATE DATABASE ") + database(1));
}

cluster::AddressConfig AddressBench::gatewayAddress() const
{
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = gatewayIp(0);
    address.provider = QStringLiteral("haproxy");
    address.backend = QStringLiteral("pg_write");
    address.socket = shared() + integration::kSocket;
    address.gateways = {prefix(0)};
    return address;
}

Figures AddressBench::measure(int times, const cluster::AddressConfig &address, const QString &through,
                              const QString &database)
{
    Figures figures;
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = cluster::ManagerKind::None;
    config.addresses = {address};
    const QString file = m_directory.filePath(QStringLiteral("orders.toml"));
    if (!cluster::saveClusterFile(config, file)) {
        std::exit(1);
    }
    for (int i = 0; i < times && QTest::qWaitFor([&] { return testsupport::bothFollow(*m_lab); }, 60'000); ++i) {
        const int to = m_lab->primary() == 0 ? 1 : 0;
        CommitClient bare(m_lab->conninfos()), application({through});
        const auto bothCommit = [&](qint64 more) {
            const qint64 one = bare.acknowledged() + more, other = application.acknowledged() + more;
            return QTest::qWaitFor([&] { return bare.acknowledged() > one && application.acknowledged() > other; },
                                   30'000);
        };
        if (!bothCommit(200)) {
            ++figures.failed;
            continue;
        }
        const integration::ConsoleRun run =
            integration::runConsole({QStringLiteral("switchover"), file, QStringLiteral("--to"), m_lab->node(to).name,
                                     QStringLiteral("--yes"), QStringLiteral("--json")},
                                    m_directory.path());
        const bool writesAgain = bothCommit(200);
        bare.stop();
        application.stop();
        if (run.exitCode != 0 || !writesAgain || m_lab->primary() != to) {
            ++figures.failed;
            std::fprintf(stderr, "exit code %d: %s\n", run.exitCode, run.text.right(1500).constData());
            continue;
        }
        figures.bareMs.add(bare.worstGapMs());
        figures.throughMs.add(application.worstGapMs());
        figures.moreMs.add(application.worstGapMs() - bare.worstGapMs());
        figures.commits += bare.acknowledged() + application.acknowledged();
        figures.lost += bare.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"))) +
                        application.missingAt(m_lab->node(to).conninfo(QStringLiteral("postgres"), database));
    }
    return figures;
}

bool AddressBench::report(const QString &title, const Figures &figures) const
{
    const QString ms = QStringLiteral("ms");
    bench::Table table(title);
    table.plain(QStringLiteral("writes wait on the servers themselves, median"), figures.bareMs.median(), ms);
    table.plain(QStringLiteral("writes wait through the address, median"), figures.throughMs.median(), ms);
    table.plain(QStringLiteral("writes wait through the address, worst"), figures.throughMs.max(), ms);
    table.limit(QStringLiteral("longer through the address, median"), figures.moreMs.median(), kMostMs, ms);
    table.plain(QStringLiteral("longer through the address, worst"), figures.moreMs.max(), ms);
    table.plain(QStringLiteral("acknowledged commits"), static_cast<double>(figures.commits), QString());
    table.limit(QStringLiteral("acknowledged commits lost"), static_cast<double>(figures.lost), 0, QString());
    table.limit(QStringLiteral("switchovers that failed"), figures.failed, 0, QString());
    return table.print();
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption timesOption(QStringLiteral("times"), QStringLiteral("Switchovers of each."),
                                         QStringLiteral("n"), QStringLiteral("10"));
    parser.addOption(timesOption);
    parser.addHelpOption();
    parser.process(application);
    if (!Lab::possible()) {
        std::printf("Addresses were not measured: network namespaces need root.\n");
        return 0;
    }
    const int times = parser.value(timesOption).toInt();
    qputenv("HOWDAH_BINARY", HOWDAH_PROGRAM);
    AddressBench bench;
    if (!bench.start()) {
        return 1;
    }
    bool good = true;
    const QString there = QStringLiteral("%1, %2 switchovers there and back, a commit every 2 ms");
    // The gateway first: it begins with a configuration that leads to pg1.
    good = bench.report(there.arg(QStringLiteral("Through a gateway that runs HAProxy")).arg(times),
                        bench.measure(times, bench.gatewayAddress(), bench.byGateway(), AddressBench::databaseOf(0))) &&
           good;
    good = bench.report(there.arg(QStringLiteral("Through an address on the hosts' interfaces")).arg(times),
                        bench.measure(times, bench.hostAddress(), bench.byAddress(), AddressBench::databaseOf(1))) &&
           good;
    return good ? 0 : 1;
}
