// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <vector>

#include "cluster/conninfotext.h"
#include "cluster/snapshot.h"

namespace howdah::cluster {

/// What a node says about whom it follows, from its receiver or, without one, from its primary_conninfo. As old as the
/// node's last sample.
struct Followed {
    bool standby = false;   ///< in recovery when it last answered, and no witness
    bool receives = false;  ///< has a receiver, and the role may see it
    HostPort upstreamHost;  ///< empty when it does not say, or may not be asked
    int upstream = -1;      ///< the node that upstreamHost is
    QString slot;           ///< the slot it uses or would use
    bool slotKnown = false; ///< slot is what the receiver says, so that an empty one means none
    QStringList names;      ///< application_names it may appear under
};

/// A walsender of a node and the standby at its other end; indices.
struct SenderMatch {
    int upstream = -1;
    int sender = -1; ///< into the upstream's sample
    int standby = -1;
};

/// For each node the earlier one that is the same server by another address, else -1: the same system identifier and
/// the same start, both answering now.
std::vector<int> findSecondNames(const Snapshot &snapshot);

/// One a node, in their order.
std::vector<Followed> readFollowed(const Snapshot &snapshot);

/// Every walsender that feeds a node, each at most once, best evidence first: the receiver's slot, then the address
/// and port it connects to, then application_name, then the client's address.
std::vector<SenderMatch> matchSenders(const Snapshot &snapshot, const std::vector<Followed> &followed);

/// True for a walsender of a tool that takes backups or WAL archives.
bool isBackupSender(const Sender &sender);

} // namespace howdah::cluster
