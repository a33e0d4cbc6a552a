// SPDX-License-Identifier: GPL-3.0-or-later
#include "clustertable.h"

#include "core/units.h"
#include "tables/cells.h"

namespace howdah::tables {

void ClusterTable::setState(const cluster::ClusterState &state)
{
    merge(StateView::isComplete(state) ? rows(StateView(state)) : std::vector<Row>());
}

Cell ClusterTable::lagBar(std::optional<qint64> bytes, std::optional<double> seconds, bool sync) const
{
    const cluster::LagLimits limits = m_thresholds.lagLimits(sync);
    std::optional<Bar> bar;
    if (bytes) {
        bar = limitBar(static_cast<double>(*bytes), static_cast<double>(limits.warnBytes),
                       static_cast<double>(limits.criticalBytes));
    }
    if (seconds) {
        const auto inTime = limitBar(*seconds, limits.warnSeconds, limits.criticalSeconds);
        if (!bar || (inTime && inTime->fraction > bar->fraction)) {
            bar = inTime;
        }
    }
    QStringList behind;
    if (bytes) {
        behind << core::formatBytes(*bytes);
    }
    if (seconds) {
        behind << core::formatSeconds(*seconds);
    }
    return barCell(bar, QStringLiteral("%1 behind, %2: warns at %3 or %4, critical at %5 or %6")
                            .arg(behind.isEmpty() ? unknown() : behind.join(QStringLiteral(", ")),
                                 sync ? QStringLiteral("synchronous") : QStringLiteral("asynchronous"),
                                 core::formatBytes(limits.warnBytes), core::formatSeconds(limits.warnSeconds),
                                 core::formatBytes(limits.criticalBytes), core::formatSeconds(limits.criticalSeconds)));
}

} // namespace howdah::tables
