// SPDX-License-Identifier: GPL-3.0-or-later
#include "backoff.h"

namespace howdah::monitor {

int backoffMs(cluster::LinkState link, int attempt, double random01)
{
    using enum cluster::LinkState;
    int first = 1000;
    int last = 1000;
    switch (link) {
    case Connecting:
    case Up:
        return 0;
    case StartingUp:
    case ShuttingDown:
        first = last = 500;
        break;
    case Refused:
    case Down:
        break; // costs one packet: noticing its return within a second is worth that
    case Unresponsive:
    case Unreachable:
    case ConsoleIsolated:
        last = 4000;
        break;
    case TooManyConnections:
        first = 2000;
        last = 10'000;
        break;
    case RejectedByHba:
    case WrongPassword:
    case NotPostgres:
    case Misconfigured:
    case Failed:
        first = 5000;
        last = 60'000;
        break;
    }
    const int doublings = std::clamp(attempt - 1, 0, 16);
    const double wait = std::min<double>(last, first * static_cast<double>(1 << doublings));
    return static_cast<int>(wait * (0.8 + 0.4 * random01));
}

} // namespace howdah::monitor
