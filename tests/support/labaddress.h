// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "support/lab.h"

namespace howdah::testsupport {

/// The lab's floating address, "write", for applications that know nothing else.
inline cluster::AddressConfig writeAddress(const Lab &lab, const QString &provider = QStringLiteral("host"))
{
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = lab.floatingAddress();
    address.provider = provider;
    address.interface = Lab::interface();
    address.prefix = Lab::prefixLength();
    return address;
}

/// Names of the nodes whose hosts have the floating address.
inline QStringList holdersOf(const Lab &lab)
{
    QStringList names;
    for (int i = 0; i < lab.nodeCount(); ++i) {
        if (lab.hasAddress(i, lab.floatingAddress())) {
            names.append(lab.node(i).name);
        }
    }
    return names;
}

/// One takes writes, and both others stream from it.
inline bool bothFollow(const Lab &lab)
{
    const int primary = lab.primary();
    return primary >= 0 && lab.node(primary).value(
                               QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) ==
                               QLatin1String("2");
}

} // namespace howdah::testsupport
