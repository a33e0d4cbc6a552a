// SPDX-License-Identifier: GPL-3.0-or-later
#include "clock.h"

#include <QDateTime>
#include <ctime>

namespace howdah::core {

namespace {
class SystemClock final : public Clock {
public:
    qint64 monotonicMs() const override
    {
        timespec now{};
        clock_gettime(CLOCK_BOOTTIME, &now);
        return static_cast<qint64>(now.tv_sec) * 1000 + now.tv_nsec / 1'000'000;
    }
    qint64 wallMs() const override { return QDateTime::currentMSecsSinceEpoch(); }
};
} // namespace

const Clock &systemClock()
{
    static const SystemClock clock;
    return clock;
}

} // namespace howdah::core
