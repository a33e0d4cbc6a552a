// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QList>

namespace howdah::monitor {

/// Ports on which PostgreSQL servers of this machine may listen, at most 16: those whose Unix socket bears a server's
/// name, and those that the user listens on who also runs a server that is known here. Of another user nothing is
/// taken: knocking there may give a password to a stranger. `known`: ports of this machine that a server answered on.
QList<int> localServerPorts(const QList<int> &known);

/// Pure: the ports of /proc/net/unix (proc(5)): sockets named .s.PGSQL.PORT, as the kernel lists them to everybody.
QList<int> portsOfUnixSockets(const QByteArray &table);

/// Pure: of /proc/net/tcp and tcp6, one after the other, the ports that the users listen on who listen on one of
/// `known`, nearest to those first. Without `known` none.
QList<int> portsOfSameUsers(const QByteArray &tables, const QList<int> &known);

} // namespace howdah::monitor
