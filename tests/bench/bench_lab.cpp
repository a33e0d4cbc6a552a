// SPDX-License-Identifier: GPL-3.0-or-later
// How long the lab of the tests takes until three hosts with their servers replicate: network namespaces, sshd and
// PostgreSQL from nothing. Root only.
#include <QCommandLineParser>
#include <QCoreApplication>
#include <cstdio>

#include "bench/measure.h"
#include "bench/table.h"
#include "support/lab.h"

using namespace howdah;
using testsupport::Lab;

namespace {

/// Milliseconds from nothing to three nodes, each of several times; false when one did not start.
bool measure(Lab::Variant variant, int starts, bench::Samples &milliseconds)
{
    for (int i = 0; i < starts; ++i) {
        const auto lab = Lab::start(variant);
        if (!lab) {
            std::fprintf(stderr, "bench_lab: %s\n", qPrintable(lab.error().message));
            return false;
        }
        milliseconds.add(static_cast<double>((*lab)->startMilliseconds()));
    }
    return true;
}

} // namespace

int main(int argc, char **argv)
{
    QCoreApplication application(argc, argv);
    QCommandLineParser parser;
    const QCommandLineOption startsOption(QStringLiteral("starts"), QStringLiteral("Of each variant."),
                                          QStringLiteral("n"), QStringLiteral("3"));
    parser.addOption(startsOption);
    parser.addHelpOption();
    parser.process(application);
    if (!Lab::possible()) {
        std::printf("The lab was not measured: network namespaces need root.\n");
        return 0;
    }
    const int starts = parser.value(startsOption).toInt();
    bench::Table table(QStringLiteral("The lab of three hosts, slowest of %1 starts").arg(starts));
    constexpr double kLimitSeconds = 10;
    const std::vector<std::pair<Lab::Variant, QString>> variants{
        {Lab::Variant::Plain, QStringLiteral("plain streaming")},
        {Lab::Variant::Repmgr, QStringLiteral("repmgr with a witness")},
        {Lab::Variant::Patroni, QStringLiteral("Patroni with etcd")},
    };
    for (const auto &[variant, name] : variants) {
        bench::Samples milliseconds;
        if (!measure(variant, starts, milliseconds)) {
            return 1;
        }
        // The limit is the plain lab's; a manager has to elect its leader first.
        if (variant == Lab::Variant::Plain) {
            table.limit(name, milliseconds.max() / 1000, kLimitSeconds, QStringLiteral("s"));
        } else {
            table.plain(name, milliseconds.max() / 1000, QStringLiteral("s"));
        }
    }
    return table.print() ? 0 : 1;
}
