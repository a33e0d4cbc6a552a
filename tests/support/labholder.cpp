// SPDX-License-Identifier: GPL-3.0-or-later
#include <QCoreApplication>
#include <cstdio>

#include "support/lab.h"
#include "support/localcluster.h"

using namespace howdah::testsupport;

namespace {

template<typename Started>
int hold(const Started &started)
{
    if (!started) {
        std::fprintf(stderr, "%s\n", qPrintable(started.error().message));
        return 1;
    }
    std::printf("%s\n", qPrintable((*started)->directory()));
    std::fflush(stdout);
    return QCoreApplication::exec();
}

} // namespace

// labholder lab|local: brings one up, prints its directory, and waits to be killed.
int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    return application.arguments().value(1) == QLatin1String("local") ? hold(LocalCluster::start({.nodes = 2}))
                                                                      : hold(Lab::start(Lab::Variant::Plain));
}
