// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <span>

#include "cluster/nodesample.h"
#include "core/error.h"
#include "postgres/rows.h"

namespace howdah::monitor {

/// One thing that is read from a server: its SQL for a version, how often, and how its rows become part of a sample.
/// What changes fast is read on every tick, what changes slowly rides along in some tick's round trip.
struct Section {
    const char *name; ///< also the prepared statement's and the key in NodeSample::unreadable
    int everyMs;      ///< 0: on every tick
    int sinceVersion; ///< server_version_num from which it exists
    QByteArray (*sql)(int serverVersion);
    void (*decode)(const postgres::Rows &rows, cluster::NodeSample &sample);
    /// Takes over from the sample before what this section once read, for ticks in which it is not due.
    void (*carry)(const cluster::NodeSample &before, cluster::NodeSample &sample);
    /// Whether it is worth asking, by the sample before (null for the first tick); left out: always.
    bool (*wanted)(const cluster::NodeSample *before) = nullptr;
    /// Its cost grows with what lies on the server, without bound: it gets a short time of its own.
    bool mayTakeLong = false;
};

/// All sections; the first is "core", without which there is no sample.
std::span<const Section> sections();

} // namespace howdah::monitor
