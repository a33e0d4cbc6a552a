// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace howdah::cluster {

/// Where a conninfo points. port is 0 when not given.
struct HostPort {
    QString host;
    int port = 0;

    bool operator==(const HostPort &) const = default;
};

// A conninfo read as text, for what has to be known about one where no libpq is at hand: servers' primary_conninfo, and
// cluster files before anybody connects. Forms and quoting as in
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING; what is malformed is judged by libpq,
// not here.

/// True when it holds a secret: password, sslpassword, an OAuth or SCRAM one, in key=value form or in a URI.
bool holdsPassword(const QString &conninfo);

/// The same conninfo without its secrets; what else stands in it stays as it was written. A malformed one, where the
/// secret can't be told from the rest, is masked by core::redacted instead.
QString withoutPassword(const QString &conninfo);

/// conninfo with the secrets that source holds. What holds one of its own, and what is malformed, stays as it is.
QString withPasswordOf(const QString &source, const QString &conninfo);

/// A web address without the password of its userinfo.
QString urlWithoutPassword(const QString &url);

/// Its hosts with their ports, hostaddr where there is one and no host; empty for one that names none.
std::vector<HostPort> hostsOf(const QString &conninfo);

/// The value of one key, "" when it is not there. Never ask for a secret with it.
QString conninfoValue(const QString &conninfo, const QString &key);

/// "10.0.0.11:5432", "[::1]:5432" or "/var/run/postgresql:5432" taken apart.
HostPort splitAddress(const QString &address);

} // namespace howdah::cluster
