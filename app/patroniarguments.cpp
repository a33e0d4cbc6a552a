// SPDX-License-Identifier: GPL-3.0-or-later
#include "patroniarguments.h"

#include <algorithm>

#include "operations/patroni/patroniplans.h"

namespace howdah::app {

using core::Error;

namespace {

/// An action: how many words it takes, and what they are.
struct Shape {
    const char *action;
    int least;
    int most;
    const char *needs;
    bool changes;
};

constexpr Shape kShapes[] = {
    {"status", 0, 0, "", false},
    {"history", 0, 0, "", false},
    {"pause", 0, 0, "", true},
    {"resume", 0, 0, "", true},
    {"restart", 1, 1, "the node to restart", true},
    {"reinitialize", 1, 1, "the node to build anew", true},
    {"config", 0, 1000, "", true},
    {"switchover-at", 1, 1, "a time and --to NODE", true},
    {"cancel-switchover", 0, 0, "", true},
};

tl::unexpected<Error> usage(const QString &message)
{
    return core::failure(Error::Kind::Invalid, message, QStringLiteral("See howdah --help."));
}

core::Result<void> checkConfig(const Invocation &invocation)
{
    const QString what = invocation.words.value(0, QStringLiteral("show"));
    if (what == QLatin1String("show")) {
        return invocation.words.size() > 1
                   ? core::Result<void>(
                         usage(QStringLiteral("There is one argument too many: \"%1\".").arg(invocation.words.at(1))))
                   : core::Result<void>();
    }
    if (what != QLatin1String("set") || invocation.words.size() < 2) {
        return usage(QStringLiteral("patroni CLUSTER config knows show and set KEY=VALUE, with one KEY at least."));
    }
    const auto change = operations::patroni::changeFrom(invocation.words.sliced(1));
    return change ? core::Result<void>() : core::Result<void>(tl::unexpected(change.error()));
}

} // namespace

core::Result<Invocation> withPatroniArguments(Invocation invocation, const QStringList &positional)
{
    invocation.cluster = positional.value(0);
    if (invocation.cluster.isEmpty()) {
        return usage(QStringLiteral("Name a cluster: a name, the path of a cluster file, or a connection string."));
    }
    invocation.patroniAction = positional.value(1, QStringLiteral("status"));
    invocation.words = positional.mid(2);
    const auto shape = std::find_if(std::begin(kShapes), std::end(kShapes), [&](const Shape &one) {
        return invocation.patroniAction == QLatin1String(one.action);
    });
    if (shape == std::end(kShapes)) {
        QStringList known;
        for (const Shape &one : kShapes) {
            known.append(QLatin1String(one.action));
        }
        return usage(QStringLiteral("howdah patroni CLUSTER knows %1, not \"%2\".")
                         .arg(known.join(QStringLiteral(", ")), invocation.patroniAction));
    }
    if (invocation.words.size() < shape->least) {
        return usage(
            QStringLiteral("patroni CLUSTER %1 needs %2.").arg(invocation.patroniAction, QLatin1String(shape->needs)));
    }
    if (invocation.words.size() > shape->most) {
        return usage(QStringLiteral("There is one argument too many: \"%1\".").arg(invocation.words.at(shape->most)));
    }
    const bool schedules = invocation.patroniAction == QLatin1String("switchover-at");
    if (schedules == invocation.target.isEmpty()) {
        return usage(schedules ? QStringLiteral("switchover-at needs --to NODE: the standby that is to take over.")
                               : QStringLiteral("--to goes with switchover and patroni CLUSTER switchover-at."));
    }
    if (schedules) {
        if (const auto at = operations::patroni::timeFrom(invocation.words.first()); !at) {
            return tl::unexpected(at.error());
        }
    }
    const bool shows =
        invocation.patroniAction == QLatin1String("config") && invocation.words.value(0) != QLatin1String("set");
    const bool wantsPlan =
        invocation.dryRun || invocation.yes || !invocation.accept.isEmpty() || !invocation.runbook.isEmpty();
    if (wantsPlan && (!shape->changes || shows)) {
        return usage(QStringLiteral("--dry-run, --runbook, --yes and --accept go with what changes something."));
    }
    if (invocation.force) {
        return usage(QStringLiteral("--force goes with discover -o FILE."));
    }
    if (invocation.patroniAction == QLatin1String("config")) {
        if (const auto good = checkConfig(invocation); !good) {
            return tl::unexpected(good.error());
        }
    }
    return invocation;
}

} // namespace howdah::app
