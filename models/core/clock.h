// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace howdah::core {

/// Time as the program sees it; tests put their own in its place. Ages and deadlines use the monotonic clock only, so a
/// wall clock that jumps neither ages a sample nor makes it young. Thread-safe.
class Clock {
public:
    virtual ~Clock() = default;
    /// Milliseconds since an arbitrary start; goes on while the machine sleeps (CLOCK_BOOTTIME), so that a laptop that
    /// was suspended sees its samples as old.
    virtual qint64 monotonicMs() const = 0;
    /// Milliseconds since the epoch, UTC.
    virtual qint64 wallMs() const = 0;
};

/// The machine's own clock.
const Clock &systemClock();

} // namespace howdah::core
