// SPDX-License-Identifier: GPL-3.0-or-later
#include "socketbytes.h"

// The C library's own header lacks the newer fields, and the two can't be included together.
#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

namespace howdah::postgres {

qint64 socketBytesReceived(int socket)
{
    tcp_info info{};
    socklen_t length = sizeof info;
    if (socket < 0 || getsockopt(socket, IPPROTO_TCP, TCP_INFO, &info, &length) != 0 ||
        length < offsetof(tcp_info, tcpi_bytes_received) + sizeof info.tcpi_bytes_received) {
        return -1;
    }
    return static_cast<qint64>(info.tcpi_bytes_received);
}

qint64 socketBytesWaiting(int socket)
{
    int waiting = 0;
    return socket >= 0 && ioctl(socket, FIONREAD, &waiting) == 0 ? waiting : 0;
}

namespace {
void setCork(int socket, int on)
{
    setsockopt(socket, IPPROTO_TCP, TCP_CORK, &on, sizeof on); // fails on a Unix socket, which has no segments
}
} // namespace

SegmentsHeld::SegmentsHeld(int socket)
    : m_socket(socket)
{
    setCork(m_socket, 1);
}

SegmentsHeld::~SegmentsHeld()
{
    setCork(m_socket, 0);
}

} // namespace howdah::postgres
