// SPDX-License-Identifier: GPL-3.0-or-later
#include "rules.h"

namespace howdah::cluster {

namespace {

// A node that may be the one that is served: silent, or a standby that streams from nobody knows whom. Names and
// addresses of one node differ by who tells them.
bool someNodeIsUnplaced(const Rules &rules)
{
    for (int i = 0; i < rules.count(); ++i) {
        const bool silent = rules.isData(i) && !rules.isFreshData(i);
        const bool unplaced = rules.isFreshStandby(i) && !rules.edgeTo[static_cast<std::size_t>(i)];
        const bool streams =
            unplaced && (rules.sample(i).receiver || rules.sample(i).unreadable.contains(QStringLiteral("receiver")));
        if (silent || streams) {
            return true;
        }
    }
    return false;
}

// A node that streams from a server that is no node, while the primary is one: what stands between them is not seen.
void judgeStrangeUpstream(Rules &rules, int index)
{
    const Place &place = rules.topology.places[static_cast<std::size_t>(index)];
    if (!rules.primary || !rules.isFreshStandby(index) || !rules.sample(index).receiver || place.upstream >= 0 ||
        place.upstreamText.isEmpty()) {
        return;
    }
    const QString &name = rules.name(index);
    rules.add({.id = QStringLiteral("upstream_unwatched:%1").arg(name),
               .severity = Verdict::Unknown,
               .node = name,
               .title = QStringLiteral("%1 follows %2, which is not watched").arg(name, place.upstreamText),
               .evidence = QStringLiteral("No node of this cluster here has that address: whether it is well, and how "
                                          "far it is behind, is not known."),
               .remedy = QStringLiteral("Add it to the cluster file: [[node]] with its name and conninfo."),
               .page = QStringLiteral("replication"),
               .subject = name});
}

} // namespace

// A standby that is no node of the cluster: whether it is well, writable, or the one to promote is not known, so no
// green light covers it.
void judgeUnwatched(Rules &rules)
{
    for (int i = 0; i < rules.count(); ++i) {
        judgeStrangeUpstream(rules, i);
    }
    if (someNodeIsUnplaced(rules)) {
        return;
    }
    for (const Consumer &consumer : rules.topology.consumers) {
        if (consumer.kind != ConsumerKind::Physical || !consumer.streams || !rules.isFreshData(consumer.node)) {
            continue;
        }
        const QString &upstream = rules.name(consumer.node);
        rules.add({.id = QStringLiteral("unwatched:%1/%2").arg(upstream, consumer.name),
                   .severity = Verdict::Unknown,
                   .node = upstream,
                   .title = QStringLiteral("%1 follows %2 and is not watched").arg(consumer.name, upstream),
                   .evidence =
                       QStringLiteral("%1 sends WAL to it%2, and it is no node of this cluster here: what it "
                                      "has replayed, and who follows it, is not known.")
                           .arg(upstream, consumer.address.isEmpty() ? QString()
                                                                     : QStringLiteral(" at %1").arg(consumer.address)),
                   .remedy = QStringLiteral("Add it to the cluster file: [[node]] with its name and conninfo."),
                   .page = QStringLiteral("replication"),
                   .subject = consumer.name});
    }
}

} // namespace howdah::cluster
