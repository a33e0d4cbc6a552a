// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTest>

#include "monitor/discovery.h"

/// What the tests of discovery share.
namespace howdah::testdiscovery {

using Found = core::Result<monitor::DiscoveryResult>;

/// Waits for the whole of it.
inline Found discover(const QString &conninfo)
{
    monitor::Discovery discovery;
    std::optional<Found> found;
    QObject::connect(&discovery, &monitor::Discovery::finished, &discovery,
                     [&](const Found &result) { found = result; });
    discovery.start(conninfo);
    if (found || !QTest::qWaitFor([&] { return found.has_value(); }, 20000)) {
        return core::failure(core::Error::Kind::Timeout, QStringLiteral("finished() within start(), or never"));
    }
    return *found;
}

} // namespace howdah::testdiscovery
