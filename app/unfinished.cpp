// SPDX-License-Identifier: GPL-3.0-or-later
#include "unfinished.h"

#include <algorithm>

#include "operations/finishing.h"

namespace howdah::app {

using namespace operations;
using cluster::Finding;
using cluster::Verdict;

cluster::Assessment withUnfinished(const cluster::Assessment &assessment, const Journal &journal,
                                   const QString &cluster, const QString &asNamed)
{
    cluster::Assessment result = assessment;
    const Operation *one = newestUnfinished(journal, cluster);
    if (!one) {
        return result;
    }
    const bool interrupted = one->outcome == Outcome::Interrupted;
    const QString commands = finishCommands(asNamed, one->id, finishing(journal, *one));
    const auto sameAdvice = [&commands](const QString &what) { return QStringLiteral("%1: %2.").arg(what, commands); };
    Finding finding{.id = QStringLiteral("unfinished:") + one->id,
                    .severity = interrupted && mayHoldWrites(*one) ? Verdict::Critical : Verdict::Warning,
                    .node = {},
                    .title =
                        QStringLiteral("Operation %1 (%2) %3 %4")
                            .arg(one->id, one->plan.title,
                                 interrupted ? QStringLiteral("was interrupted") : QStringLiteral("ended half-way"),
                                 stoppedAt(*one)),
                    .evidence = standingText(*one),
                    .remedy = sameAdvice(QStringLiteral("Finish it")),
                    .page = QStringLiteral("journal")};
    for (Finding &other : result.findings) {
        if (other.id == QLatin1String("no_writable")) {
            other.remedy =
                sameAdvice(QStringLiteral("Promote nothing by hand: an operation was not finished. Finish that first"));
        }
    }
    const auto at = std::find_if(result.findings.begin(), result.findings.end(),
                                 [&finding](const Finding &other) { return other.severity <= finding.severity; });
    result.verdict = std::max(result.verdict, finding.severity);
    result.findings.insert(at, std::move(finding));
    return result;
}

} // namespace howdah::app
