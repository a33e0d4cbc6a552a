// SPDX-License-Identifier: GPL-3.0-or-later
#include "knowledge.h"

#include "tables/stateview.h"

namespace howdah::tables {

namespace {

/// Of the nodes that a list speaks for: who shows it now, who did, who never has, and who answers but may not.
struct Coverage {
    QStringList shown;
    QStringList stale;
    QStringList never;
    QStringList unreadable;

    QStringList missing() const { return never + stale + unreadable; }
};

Coverage coverageOf(const StateView &view, const ListWords &words)
{
    Coverage coverage;
    for (int node = 0; node < view.nodeCount(); ++node) {
        if (words.concern == Concern::CatalogNode && view.catalogNode() >= 0 && node != view.catalogNode()) {
            continue;
        }
        const cluster::NodeSample *sample = view.sample(node);
        QStringList &list = !sample                                      ? coverage.never
                            : !view.fresh(node)                          ? coverage.stale
                            : sample->unreadable.contains(words.section) ? coverage.unreadable
                                                                         : coverage.shown;
        list.append(view.name(node));
    }
    return coverage;
}

/// "pg1", "pg1 and pg2", "pg1, pg2 and pg3", "pg1, pg2 and 5 more".
QString listed(const QStringList &names)
{
    constexpr int kMost = 3;
    if (names.size() <= 1) {
        return names.join(QString());
    }
    if (names.size() > kMost) {
        return QStringLiteral("%1 and %2 more").arg(names.mid(0, 2).join(QLatin1String(", "))).arg(names.size() - 2);
    }
    return names.mid(0, names.size() - 1).join(QLatin1String(", ")) + QStringLiteral(" and ") + names.last();
}

QString is(const QStringList &names)
{
    return names.size() == 1 ? QStringLiteral("is") : QStringLiteral("are");
}

} // namespace

bool isKnown(const cluster::ClusterState &state, const ListWords &words)
{
    if (!StateView::isComplete(state) || state.snapshot->nodes.empty()) {
        return false;
    }
    return coverageOf(StateView(state), words).missing().isEmpty();
}

QString emptySentence(const cluster::ClusterState &state, const ListWords &words)
{
    if (!StateView::isComplete(state)) {
        return QStringLiteral("Waiting for the first sample.");
    }
    if (state.snapshot->nodes.empty()) {
        return QStringLiteral("This cluster has no nodes yet.");
    }
    const Coverage coverage = coverageOf(StateView(state), words);
    const QStringList missing = coverage.missing();
    if (missing.isEmpty()) {
        return words.none;
    }
    if (!coverage.shown.isEmpty()) {
        return QStringLiteral("No %1 on the nodes that show them; %2 %3 not known.")
            .arg(words.things, listed(missing), is(missing));
    }
    if (coverage.stale.isEmpty() && coverage.unreadable.isEmpty()) {
        return QStringLiteral("No node has answered yet: nothing is known about %1.").arg(words.things);
    }
    if (coverage.stale.isEmpty()) {
        return QStringLiteral("%1 %2 not show %3 to this role: nothing is known about them.")
            .arg(listed(coverage.unreadable),
                 coverage.unreadable.size() == 1 ? QStringLiteral("does") : QStringLiteral("do"), words.things);
    }
    const QString why = state.snapshot->paused ? QStringLiteral("Sampling is paused")
                        : words.concern == Concern::CatalogNode
                            ? QStringLiteral("%1 does not answer now").arg(listed(coverage.stale))
                        : coverage.unreadable.isEmpty() ? QStringLiteral("No node answers now")
                                                        : QStringLiteral("No node shows them now");
    return QStringLiteral("%1: nothing is known about %2. There were none when %3 last answered.")
        .arg(why, words.things, listed(coverage.stale));
}

QString notKnownSuffix(const cluster::ClusterState &state)
{
    if (!StateView::isComplete(state)) {
        return {};
    }
    const QStringList missing = coverageOf(StateView(state), {}).missing();
    if (missing.isEmpty()) {
        return {};
    }
    return state.snapshot->paused ? QStringLiteral(", when last seen")
                                  : QStringLiteral(", %1 not known now").arg(listed(missing));
}

} // namespace howdah::tables
