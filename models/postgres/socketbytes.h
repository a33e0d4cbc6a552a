// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace howdah::postgres {

/// Bytes a TCP socket has received, from the kernel (tcpi_bytes_received of tcp(7), Linux 4.1); -1 for other sockets.
qint64 socketBytesReceived(int socket);

/// Bytes that have come and wait to be read, of any socket (FIONREAD); 0 when that can't be told.
qint64 socketBytesWaiting(int socket);

/// While it lives, what is written to a TCP socket waits, to leave in as few segments as hold it (TCP_CORK of tcp(7)).
/// libpq before 17 pushes at every synchronisation point of a pipeline: without this, a batch of five statements would
/// be five packets, and five times that the server wakes up. Does nothing to other sockets.
class SegmentsHeld {
public:
    explicit SegmentsHeld(int socket);
    ~SegmentsHeld();
    Q_DISABLE_COPY_MOVE(SegmentsHeld)

private:
    int m_socket;
};

} // namespace howdah::postgres
