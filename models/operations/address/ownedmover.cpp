// SPDX-License-Identifier: GPL-3.0-or-later
// Providers "keepalived" and "vip-manager": a program on each host decides by itself where the address is, and would
// take back what anybody else has moved. It is told that it is so, waited for, and proved.
#include <QCoreApplication>
#include <algorithm>

#include "operations/address/hostscripts.h"
#include "operations/address/mover.h"
#include "operations/address/owners.h"
#include "operations/address/ownerscripts.h"

namespace howdah::operations::address {

namespace {

constexpr int kDeadlineMs = 60'000; ///< a check of keepalived's may come every ten seconds, and must pass several times
constexpr int kExpectedMs = 2000;
constexpr int kSeenMs = 250;

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

bool isKeepaliveds(const Move &move)
{
    return move.address.provider == QLatin1String("keepalived");
}

int deadlineMs(const Move &)
{
    return kDeadlineMs;
}

/// Nobody forestalls it.
Check checkHand(const Move &move)
{
    const QString &owner = move.address.provider;
    const About about{QStringLiteral("address_owner"), tr("Address %1 can be moved by hand").arg(move.address.name)};
    QString remedy;
    if (move.address.follows != QLatin1String("primary")) {
        remedy = tr("Where it goes is what %1's configuration on the hosts says: change that.").arg(owner);
    } else {
        remedy = (isKeepaliveds(move)
                      ? tr("It goes where its track script finds the primary: switch over, and it goes along (howdah "
                           "switchover CLUSTER --to %1, or \"Switchover…\" in the window).")
                      : tr("It goes where Patroni's leader key is: switch over, and it goes along (howdah switchover "
                           "CLUSTER --to %1, or \"Switchover…\" in the window)."))
                     .arg(move.to);
    }
    return madeCheck(move, about, CheckResult::Failed, tr("it is %1's, which would take it back").arg(owner), remedy);
}

/// Of hosts that can't be asked: nothing is done on them, and who answers on the address proves where it is.
CheckResult unseen(const Move &move)
{
    return move.facts.error.isEmpty() ? CheckResult::Warning : CheckResult::Unknown;
}

Check checkHolder(const Move &move)
{
    const QString &ip = move.address.ip;
    const About about{QStringLiteral("address_holder"), tr("One host has address %1").arg(move.address.name)};
    QStringList nodes;
    for (const Claim &claim : move.facts.claims) {
        nodes.append(claim.node);
    }
    nodes.removeDuplicates();
    if (nodes.size() > 1) {
        return madeCheck(move, about, CheckResult::Failed,
                         tr("%1 is on several hosts: %2").arg(ip, nodes.join(QStringLiteral(", "))),
                         tr("Find out why %1 on them does not hear of the others first.").arg(move.address.provider));
    }
    if (nodes.isEmpty()) {
        const QStringList unasked = move.facts.unasked.keys();
        return unasked.isEmpty() ? madeCheck(move, about, CheckResult::Warning, tr("no host has %1").arg(ip),
                                             ownersRemedy(move.address, move.from))
                                 : madeCheck(move, about, unseen(move),
                                             tr("no host that was asked has %1, and %2 can't be asked")
                                                 .arg(ip, unasked.join(QStringLiteral(", "))),
                                             tr("Make all hosts reachable (command in the cluster file)."));
    }
    return madeCheck(move, about, CheckResult::Passed, tr("only %1 has it").arg(nodes.first()));
}

/// Whether it is there to take it.
Check checkOwner(const Move &move, const QString &node)
{
    const QString &name = move.address.provider;
    const About about{QStringLiteral("address_owner"), tr("%1 on %2 has address %3").arg(name, node, move.address.name),
                      node};
    if (const QString why = move.facts.ownersUnasked.value(node, move.facts.unasked.value(node)); !why.isEmpty()) {
        return madeCheck(move, about, unseen(move), why, tr("Make its host reachable (command in the cluster file)."));
    }
    const OwnerFacts *owner = ownerOn(move.facts, name, node);
    if (!owner) {
        return madeCheck(move, about, CheckResult::Failed, tr("%1 does not run there").arg(name),
                         tr("Start it: the address could not go there."));
    }
    if (!owner->problem.isEmpty()) {
        return madeCheck(move, about, CheckResult::Warning, owner->problem,
                         tr("Whether it would take the address is not known: let the console read it (root_command in "
                            "the cluster file, or sudo -n)."));
    }
    if (!owner->has) {
        return madeCheck(move, about, CheckResult::Failed,
                         tr("its configuration %1 does not have %2").arg(owner->file, move.address.ip).simplified(),
                         tr("Add it: the address could not go there."));
    }
    if (!owner->complaint.isEmpty()) {
        return madeCheck(
            move, about, CheckResult::Warning, owner->complaint,
            tr("That is what keepalived -t says of %1: with it it would not start again.").arg(owner->file));
    }
    return madeCheck(move, about, CheckResult::Passed, partText(*owner));
}

/// Whether anything makes it go with the primary.
Check checkFollows(const Move &move)
{
    const OwnerFacts *from = ownerOn(move.facts, move.address.provider, move.from);
    const OwnerFacts *to = ownerOn(move.facts, move.address.provider, move.to);
    const About about{QStringLiteral("address_follows"),
                      tr("%1 lets address %2 follow the primary").arg(move.address.provider, move.address.name)};
    if (!from || !to || !from->has || !to->has) {
        return madeCheck(move, about, CheckResult::Warning, tr("that can't be seen"),
                         tr("If it does not, the switchover waits for it in vain, and is told so."));
    }
    for (const OwnerFacts *owner : {from, to}) {
        if (!owner->follows) {
            return madeCheck(
                move, about, CheckResult::Warning,
                isKeepaliveds(move)
                    ? tr("on %1 %2 has no track_script, track_process or track_file").arg(owner->node, owner->part)
                    : tr("on %1 it watches %2, which is no leader key").arg(owner->node, owner->part),
                tr("Unless something else moves it, it stays where it is, and the switchover waits for it in vain."));
        }
    }
    if (!isKeepaliveds(move)) {
        if (from->part != to->part || (from->wants == to->wants && !to->asksPatroni && !to->wants.isEmpty())) {
            return madeCheck(move, about, CheckResult::Failed,
                             tr("%1 %2, %3 %4").arg(from->node, partText(*from), to->node, partText(*to)),
                             tr("Each is to watch the same key, for the name of its own node in Patroni."));
        }
        if (!move.byPatroni) {
            return madeCheck(move, about, CheckResult::Warning,
                             tr("it watches %1, and this switchover is not Patroni's").arg(to->part),
                             tr("Unless somebody writes the new primary's name there, it stays where it is."));
        }
    }
    return madeCheck(move, about, CheckResult::Passed,
                     isKeepaliveds(move) ? tr("both track something") : tr("by %1").arg(to->part));
}

std::vector<Check> checks(const Move &move)
{
    if (move.alone) {
        return {checkHand(move)};
    }
    std::vector<Check> all{checkHolder(move), checkOwner(move, move.to)};
    if (!move.from.isEmpty() && move.from != move.to) {
        all.push_back(checkOwner(move, move.from));
    }
    all.push_back(checkFollows(move));
    return all;
}

Action asked(const QString &node, const char *script, const char *name, const Move &move, const QString &text)
{
    Action action = commandOn(node, QLatin1String(script), QLatin1String(name), {move.address.ip}, text);
    action.asRoot = false;
    action.pollMs = kSeenMs;
    return action;
}

std::vector<Action> arrives(const Move &move)
{
    if (move.facts.unasked.contains(move.to)) {
        return {};
    }
    return {asked(move.to, kHasScript, "howdah-has", move,
                  tr("%1 has given %2 to %3").arg(move.address.provider, move.address.ip, move.to))};
}

/// Of who is seen no more, nothing is waited for.
std::vector<Action> settled(const Move &move)
{
    std::vector<Action> all;
    if (move.from.isEmpty() || move.from == move.to || move.facts.unasked.contains(move.from)) {
        return all;
    }
    all.push_back(asked(move.from, kHasNotScript, "howdah-has-not", move,
                        tr("%1 does not have %2 any more").arg(move.from, move.address.ip)));
    const auto fitness = move.facts.fitness.constFind(move.from);
    if (fitness != move.facts.fitness.constEnd() && fitness->error.isEmpty() && fitness->problems.isEmpty()) {
        all.push_back(commandOn(move.from, QLatin1String(kAloneScript), QStringLiteral("howdah-alone"),
                                {move.address.ip, move.address.interface},
                                tr("one host answers for %1").arg(move.address.ip)));
        all.back().pollMs = kSeenMs;
    }
    return all;
}

} // namespace

const std::vector<Mover> &ownedMovers()
{
    static const std::vector<Mover> movers = [] {
        std::vector<Mover> all;
        for (const char *provider : {"keepalived", "vip-manager"}) {
            Mover &one = all.emplace_back(
                Mover{QLatin1String(provider), checks, arrives, nullptr, settled, arrives, deadlineMs, kExpectedMs});
            one.isOwners = true;
        }
        return all;
    }();
    return movers;
}

} // namespace howdah::operations::address
