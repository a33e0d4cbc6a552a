// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>

#include "cluster/clusterconfig.h"
#include "core/error.h"
#include "hosts/hostfacts.h"

namespace howdah::hosts {

/// A command with the prefix behind which it is to be run.
struct HostCommand {
    QStringList prefix;
    QStringList argv; ///< empty: there is no such command

    bool isEmpty() const { return argv.isEmpty(); }
    bool operator==(const HostCommand &) const = default;
};

/// How the server of a node is stopped and started. Made before it is needed, shown, and used as it was shown.
struct ServerControl {
    enum class How {
        Written,      ///< start and stop of the cluster file
        PgCtl,        ///< pg_ctl, as the owner of the data directory
        PgCtlCluster, ///< Debian's wrapper, without systemd
        SystemdUnit,  ///< started by systemctl, since systemd loses a service that others start
        Container,    ///< the server is the container: stopping the one stops the other
        ByHand,       ///< somebody else starts it: start is empty, evidence says who and what to do
    };

    How how = How::ByHand;
    HostCommand start; ///< waits until the server accepts connections or a minute has passed
    HostCommand stop;  ///< fast, and does not wait for the end where that can be had: whoever stops it watches it
    HostCommand immediateStop; ///< without a shutdown checkpoint: recovery follows
    HostCommand reload;
    HostCommand controlData; ///< pg_controldata of the data directory, for parseControlData()
    QStringList ownerPrefix; ///< what other programs of the server are run behind, as the data directory's owner
    QString pgControldata;   ///< full paths; empty: not found
    QString pgRewind;
    QStringList evidence;            ///< plain words, one sentence each: why it is done so, and what to know
    bool comesBack = false;          ///< systemd starts it again unless it is stopped through it
    bool mayRestartByItself = false; ///< something may start the server again after stop
    QString supervisor;              ///< what keeps the server: systemd, patroni, …; empty: nothing that is known
};

QString nameOf(ServerControl::How how); ///< as a person reads it: "pg_ctl", "systemd", …

/// How to stop and start the server, from what was found on its host and from the cluster file, whose start and stop
/// win. A pure function. Errors: Invalid when the data directory is not known, Denied when nobody who is allowed to run
/// the server's programs can be reached there. What can be stopped but not started by us is no error: How::ByHand.
///
/// Sources: pg_ctl, postgres (postmaster.opts, postmaster.pid) and pg_controldata of the PostgreSQL documentation;
/// systemd.service(5) for Restart= and TimeoutStopSec=; pg_ctlcluster(1); docker stop.
core::Result<ServerControl> deriveControl(const HostFacts &facts, const cluster::NodeConfig &node);

} // namespace howdah::hosts
