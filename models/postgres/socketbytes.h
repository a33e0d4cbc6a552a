// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QtGlobal>

namespace howdah::postgres {

/// Bytes a TCP socket has received, from the kernel (tcpi_bytes_received of tcp(7), Linux 4.1); -1 for other sockets.
qint64 socketBytesReceived(int socket);

} // namespace howdah::postgres
