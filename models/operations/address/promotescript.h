// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "operations/address/facts.h"

namespace howdah::operations::address {

/// A data node that repmgr may promote.
struct PromoteNode {
    QString name; ///< of the cluster file
    QString host; ///< as other nodes reach it
    int id = 0;   ///< repmgr's node_id; 0: it is not registered
    QString configFile;
    QString program; ///< repmgr there, full path; empty: not found out
};

/// What the script of a failover without people is made from. Nothing in it is secret.
struct PromoteFacts {
    QString cluster;
    cluster::AddressConfig address;
    Facts facts;
    std::vector<PromoteNode> nodes;
};

/// A script for a POSIX sh, for every node the same: repmgr.conf's promote_command runs it. It promotes the server of
/// its host, proves that by the server itself, and then leads the address there, for as long as that takes. It holds no
/// secret: whoever asks the provider stands in a file of its host. An error says why there can be none.
core::Result<QString> promoteScript(const PromoteFacts &facts);

/// Who has it lead elsewhere, and what it takes, for people: the lines for repmgr.conf where the script is at that
/// path, and which variables belong into the file that it reads.
QString promoteSettings(const PromoteFacts &facts, const QString &path);

/// Where the script looks for who asks the provider.
QString promoteSecretsFile(const PromoteFacts &facts);

} // namespace howdah::operations::address
