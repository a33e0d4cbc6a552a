// SPDX-License-Identifier: GPL-3.0-or-later
#include "nodesample.h"

#include <algorithm>

namespace howdah::cluster {

std::optional<Lsn> NodeSample::position() const
{
    if (!inRecovery) {
        return currentLsn;
    }
    // After a restart pg_last_wal_receive_lsn() is where streaming began: replay may be ahead of it.
    if (receiveLsn && replayLsn) {
        return std::max(*receiveLsn, *replayLsn);
    }
    return receiveLsn ? receiveLsn : replayLsn;
}

QString NodeSample::setting(QLatin1String name) const
{
    if (!settings) {
        return {};
    }
    const auto found = std::find_if(settings->cbegin(), settings->cend(),
                                    [&](const Setting &candidate) { return candidate.name == name; });
    return found == settings->cend() ? QString() : found->setting;
}

bool NodeSample::showsSetting(QLatin1String name) const
{
    return settings && std::any_of(settings->cbegin(), settings->cend(),
                                   [&](const Setting &candidate) { return candidate.name == name; });
}

bool NodeSample::readsArchiveOnly() const
{
    static constexpr QLatin1String conninfo("primary_conninfo");
    return showsSetting(conninfo) && setting(conninfo).isEmpty() &&
           !setting(QLatin1String("restore_command")).isEmpty();
}

std::optional<qint64> NodeSample::settingNumber(QLatin1String name) const
{
    bool ok = false;
    const qint64 number = setting(name).toLongLong(&ok);
    return ok ? std::optional(number) : std::nullopt;
}

double NodeSample::applyDelaySeconds() const
{
    return static_cast<double>(settingNumber(QLatin1String("recovery_min_apply_delay")).value_or(0)) / 1000;
}

} // namespace howdah::cluster
