// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

#include "cluster/health.h"
#include "support/snapshots.h"

/// What the tables of the health tests share.
namespace howdah::testhealth {

using namespace howdah::cluster;
using namespace howdah::testsupport;

inline const QString pg1 = QStringLiteral("pg1");
inline const QString pg2 = QStringLiteral("pg2");
inline const QString pg3 = QStringLiteral("pg3");
inline const QString wit1 = QStringLiteral("wit1");
inline const QString cdc = QStringLiteral("analytics_cdc");

using Change = std::function<void(Snapshot &)>;

// "critical no_writable", in no order that matters.
inline QStringList told(const Assessment &assessment)
{
    QStringList lines;
    for (const Finding &finding : assessment.findings) {
        lines += verdictKey(finding.severity) + QLatin1Char(' ') + finding.id;
    }
    lines.sort();
    return lines;
}

// As if the condition had been true for so long already.
inline void held(Snapshot &snapshot, const QString &key, qint64 milliseconds)
{
    snapshot.watch.insert(key, snapshot.takenMonotonicMs - milliseconds);
}

inline auto isNamed(const QString &name)
{
    return [name](const NodeStatus &node) { return node.name == name; };
}

inline void fallBehind(Snapshot &snapshot, const QString &node, qint64 bytes)
{
    NodeSample &sample = edit(snapshot, node);
    const Lsn primary = *snapshot.nodes[0].sample->currentLsn;
    sample.replayLsn = Lsn{primary.value - static_cast<quint64>(bytes)};
    for (const QString &upstream : {pg1, pg2}) {
        if (Sender *sender = senderOf(edit(snapshot, upstream), node)) {
            sender->replayLsn = sample.replayLsn;
            sender->replayLag.reset();
        }
    }
}

inline void addRow(const char *name, const Change &change, std::initializer_list<const char *> findings)
{
    QStringList expected;
    for (const char *finding : findings) {
        expected += QString::fromLatin1(finding);
    }
    expected.sort();
    QTest::newRow(name) << change << expected;
}
/// The same of a command that looks once.
inline void compareOneLook(Snapshot snapshot)
{
    QFETCH(Change, change);
    QFETCH(QStringList, expected);
    change(snapshot);
    QVERIFY(snapshot.watch.isEmpty());
    const QStringList found = told(assess(snapshot, Thresholds::forOneLook()));
    QVERIFY2(found == expected, qPrintable(found.join(QStringLiteral(", "))));
}

/// One row: the change made to a healthy cluster, and all findings that are to come of it.
inline void compareRow(Snapshot snapshot)
{
    QFETCH(Change, change);
    QFETCH(QStringList, expected);
    change(snapshot);
    const Assessment assessment = assess(snapshot);
    QVERIFY2(told(assessment) == expected, qPrintable(told(assessment).join(QStringLiteral(", "))));
    QCOMPARE(assessment.nodeVerdicts.size(), snapshot.nodes.size());
    QCOMPARE(assessment.nodeStates.size(), snapshot.nodes.size());
    for (const Finding &finding : assessment.findings) {
        QVERIFY2(!finding.title.isEmpty() && !finding.evidence.isEmpty() && !finding.remedy.isEmpty() &&
                     !finding.page.isEmpty(),
                 qPrintable(finding.id));
        QVERIFY2(finding.sinceMs > 0 && finding.sinceMs <= snapshot.takenMonotonicMs, qPrintable(finding.id));
        QVERIFY2(!(finding.title + finding.evidence + finding.remedy).contains(QLatin1Char('%')),
                 qPrintable(finding.evidence));
        QVERIFY(assessment.verdict >= finding.severity);
    }
    // What observe() remembers, it remembers the second time too.
    const Watch once = observe(snapshot.watch, snapshot);
    QCOMPARE(observe(once, snapshot), once);
    for (const Finding &finding : assessment.findings) {
        QVERIFY2(once.contains(finding.id), qPrintable(finding.id));
    }
}

} // namespace howdah::testhealth
