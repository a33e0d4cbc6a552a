// SPDX-License-Identifier: GPL-3.0-or-later
#include "moreknown.h"

#include <algorithm>

namespace howdah::app {

using cluster::Finding;

void insertFinding(cluster::Assessment &assessment, Finding finding)
{
    const auto at = std::find_if(assessment.findings.begin(), assessment.findings.end(),
                                 [&finding](const Finding &other) { return other.severity <= finding.severity; });
    assessment.verdict = std::max(assessment.verdict, finding.severity);
    assessment.findings.insert(at, std::move(finding));
}

cluster::Assessment withAddresses(const cluster::Assessment &assessment, const operations::address::Sights &sights,
                                  bool once)
{
    cluster::Assessment result = assessment;
    for (Finding &finding : findingsOf(sights, once)) {
        insertFinding(result, std::move(finding));
    }
    return result;
}

} // namespace howdah::app
