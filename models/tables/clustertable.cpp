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
    const cluster::Thresholds &t = m_thresholds;
    const qint64 warnBytes = sync ? t.syncLagWarnBytes : t.asyncLagWarnBytes;
    const qint64 criticalBytes = sync ? t.syncLagCriticalBytes : t.asyncLagCriticalBytes;
    const double warnSeconds = sync ? t.syncLagWarnSeconds : t.asyncLagWarnSeconds;
    const double criticalSeconds = sync ? t.syncLagCriticalSeconds : t.asyncLagCriticalSeconds;
    std::optional<Bar> bar;
    if (bytes) {
        bar = limitBar(static_cast<double>(*bytes), static_cast<double>(warnBytes), static_cast<double>(criticalBytes));
    }
    if (seconds) {
        const auto inTime = limitBar(*seconds, warnSeconds, criticalSeconds);
        if (!bar || (inTime && inTime->fraction > bar->fraction)) {
            bar = inTime;
        }
    }
    return barCell(bar, QStringLiteral("%1: warning from %2 or %3, critical from %4 or %5")
                            .arg(sync ? QStringLiteral("Synchronous") : QStringLiteral("Asynchronous"),
                                 core::formatBytes(warnBytes), core::formatSeconds(warnSeconds),
                                 core::formatBytes(criticalBytes), core::formatSeconds(criticalSeconds)));
}

} // namespace howdah::tables
