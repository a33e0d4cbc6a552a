// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "operations/address/gateway.h"
#include "operations/plan.h"

namespace howdah::operations::address {

/// One address on its way from the node that had it to another.
struct Move {
    cluster::AddressConfig address;
    Facts facts;
    QString from; ///< the node that it leaves; empty: none is known
    QString to;
    QString fromHost; ///< of those nodes, as other nodes reach them
    QString toHost;
    std::vector<Peer> peers;  ///< where all nodes are
    QString systemIdentifier; ///< of the cluster
    bool writes = true;       ///< it is to lead to the node that takes writes; else to a standby
    qint64 toStartedMs = 0;   ///< when that node's server was started, which tells it apart; 0: not known
    QString group;            ///< of its checks
    bool alone = false;       ///< it is all that is done; else a part of a switchover
    /// Whoever has it may give it up just before the old primary is stopped, which follows within so many seconds by
    /// this console. 0: not before.
    int holdS = 0;
    bool byPatroni = false; ///< Patroni says who is the primary
};

/// How addresses of one provider are moved. Pure functions; what they need to know was asked before.
struct Mover {
    QString provider; ///< as in the cluster file
    /// Whether it can be moved: what must hold before, each with its evidence.
    std::vector<Check> (*checks)(const Move &move);
    /// Moves it; each may be done again.
    std::vector<Action> (*actions)(const Move &move);
    /// Moves it back.
    std::vector<Action> (*back)(const Move &move);
    /// What is to be seen once applications write again, taking its time. Empty: nothing.
    std::vector<Action> (*settled)(const Move &move);
    /// What proves the move where nobody on the address can be asked from here. Empty: nothing does.
    std::vector<Action> (*proof)(const Move &move) = nullptr;
    int (*deadlineMs)(const Move &move) = nullptr; ///< of the step; empty: what a host or a program takes
    int expectedMs = 50;
    /// Where several hosts have to do it, a step for each, before the one that proves it: each is done whatever becomes
    /// of the others, and has its own way back. Empty: nothing stands apart.
    std::vector<Step> (*apart)(const Move &move) = nullptr;
    /// Just before nobody can write any more, where that makes it shorter; undone when what follows is. Empty: nothing.
    std::vector<Step> (*hold)(const Move &move) = nullptr;
    /// What a hold has done is done once more before the move where that is taken up later. Empty: nothing.
    std::vector<Action> (*holdAgain)(const Move &move) = nullptr;
    bool isOwners = false; ///< somebody on the hosts moves it by himself: that is waited for, and seen
};

/// nullptr for a provider whose addresses this version does not move.
const Mover *moverFor(const QString &provider);

/// Every check of a move: who answers there now, and the provider's own.
std::vector<Check> checksOf(const Move &move);

/// Moves the address and proves by SQL who answers there, as far as this machine reaches it.
Step moveStep(const Move &move);
/// That, and before it what stands apart, each with its way back.
std::vector<Step> moveSteps(const Move &move);
/// What takes it back to who had it; empty: nobody is known who had.
std::vector<Action> backOf(const Move &move);
/// Afterwards, while applications write. No actions: there is nothing to see.
Step settleStep(const Move &move);

// What the providers are made of.

/// What a check of a move is about. Its id has the address and the node behind it: each is accepted by itself.
struct About {
    QString id;
    QString title;
    QString node = {};
};
Check madeCheck(const Move &move, const About &about, CheckResult result, const QString &evidence,
                const QString &remedy = {});
Action commandOn(const QString &node, const QString &script, const QString &name, const QStringList &arguments,
                 const QString &about);

const Mover &commandMover();
const Mover &hostMover();
const Mover &haproxyMover();
const Mover &linkMover();
const std::vector<Mover> &ownedMovers(); ///< one for each program that moves addresses by itself
const std::vector<Mover> &cloudMovers(); ///< one for each provider that is asked over HTTP

} // namespace howdah::operations::address
