// SPDX-License-Identifier: GPL-3.0-or-later
// Provider "host": the address stands on an interface of the host that holds it. Taken from the old one first, and
// given to the new one only when nobody on the network answers for it.
#include <QCoreApplication>
#include <QCryptographicHash>
#include <algorithm>

#include "operations/address/hostscripts.h"
#include "operations/address/mover.h"
#include "operations/address/owners.h"

namespace howdah::operations::address {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

QString bitsOf(const cluster::AddressConfig &address)
{
    const bool six = address.ip.contains(QLatin1Char(':'));
    return QString::number(address.prefix > 0 ? address.prefix : six ? 128 : 32);
}

QStringList holders(const Move &move)
{
    QStringList nodes;
    for (const Claim &claim : move.facts.claims) {
        nodes.append(claim.node);
    }
    nodes.removeDuplicates();
    return nodes;
}

/// Those from which it is taken: who has it, and who should have it.
QStringList leaving(const Move &move)
{
    QStringList nodes = holders(move);
    if (!move.from.isEmpty() && !nodes.contains(move.from)) {
        nodes.prepend(move.from);
    }
    nodes.removeAll(move.to);
    return nodes;
}

Check checkHolder(const Move &move)
{
    const QStringList nodes = holders(move);
    const QString &ip = move.address.ip;
    const About about{QStringLiteral("address_holder"), tr("One host has address %1").arg(move.address.name)};
    if (nodes.size() > 1) {
        return madeCheck(move, about, CheckResult::Failed,
                         tr("%1 is on several hosts: %2").arg(ip, nodes.join(QStringLiteral(", "))),
                         tr("Which of them applications reach is chance. Take it from all but the primary's host."));
    }
    const QStringList answering = move.facts.fitness.value(move.to).answering;
    if (answering.size() > 1) {
        return madeCheck(move, about, CheckResult::Failed,
                         tr("several hosts answer for %1: %2").arg(ip, answering.join(QStringLiteral(", "))),
                         tr("Find the one that is not of this cluster, and take the address from it."));
    }
    for (const QString &node : leaving(move)) {
        if (const QString why = move.facts.unasked.value(node); !why.isEmpty()) {
            return madeCheck(move, about, CheckResult::Failed, tr("%1's host can't be asked: %2").arg(node, why),
                             tr("Who can't be asked can't be made to release the address, and two hosts would have it. "
                                "Make its host reachable (command, root_command), or fence it first."));
        }
    }
    const QStringList unasked = move.facts.unasked.keys();
    if (nodes.isEmpty() && answering.isEmpty()) {
        return unasked.isEmpty() ? madeCheck(move, about, CheckResult::Warning, tr("no host has %1").arg(ip),
                                             tr("It is given to %1 all the same.").arg(move.to))
                                 : madeCheck(move, about, CheckResult::Unknown,
                                             tr("no host that was asked has %1, and %2 can't be asked")
                                                 .arg(ip, unasked.join(QStringLiteral(", "))),
                                             tr("Make all hosts reachable (command in the cluster file)."));
    }
    if (nodes.isEmpty()) {
        return madeCheck(move, about, CheckResult::Failed,
                         tr("a host that is none of these has %1: %2").arg(ip, answering.join(QStringLiteral(", "))),
                         tr("Find it by its hardware address, and take the address from it."));
    }
    return madeCheck(move, about, CheckResult::Passed,
                     nodes.first() == move.to
                         ? tr("%1 has it already").arg(move.to)
                         : tr("only %1 has it, on %2").arg(nodes.first(), move.facts.claims.front().interface));
}

Check checkFitness(const Move &move, const QString &node)
{
    const auto known = move.facts.fitness.constFind(node);
    const About about{QStringLiteral("address_host"), tr("%1 can take address %2").arg(node, move.address.name), node};
    const QString remedy = tr("Mend that first: the address could not be moved, or not back.");
    if (known == move.facts.fitness.constEnd() || !known->error.isEmpty()) {
        return madeCheck(move, about, CheckResult::Unknown,
                         known == move.facts.fitness.constEnd() ? tr("it was not asked") : known->error, remedy);
    }
    return known->problems.isEmpty()
               ? madeCheck(move, about, CheckResult::Passed, tr("as root, on %1").arg(move.address.interface))
               : madeCheck(move, about, CheckResult::Failed, known->problems.join(QStringLiteral("; ")), remedy);
}

/// Where it is not known whether a program on the host moves it by itself.
QStringList unknownOwners(const Move &move)
{
    QStringList all;
    for (const OwnerFacts &owner : move.facts.owners) {
        if (!owner.problem.isEmpty()) {
            all.append(tr("%1 on %2: %3").arg(owner.owner, owner.node, owner.problem));
        }
    }
    return all;
}

std::vector<Check> checks(const Move &move)
{
    if (move.address.interface.isEmpty()) {
        const About about{QStringLiteral("address_host"), tr("Address %1 has an interface").arg(move.address.name)};
        return {madeCheck(move, about, CheckResult::Failed,
                          tr("the cluster file does not say on which interface it is"),
                          tr("Add interface to the address, as in interface = \"eth0\"."))};
    }
    if (const OwnerFacts *owner = strangerAmong(move.facts, move.address.provider)) {
        const About about{QStringLiteral("address_owner"), tr("Nobody else moves address %1").arg(move.address.name)};
        return {madeCheck(move, about, CheckResult::Failed,
                          tr("it is %1's on %2: %3").arg(owner->owner, owner->node, partText(*owner)),
                          tr("It would take back what is moved by hand. Write provider = \"%1\" in the cluster file.")
                              .arg(owner->owner))};
    }
    std::vector<Check> all{checkHolder(move), checkFitness(move, move.to)};
    if (const QStringList unknown = unknownOwners(move); !unknown.isEmpty()) {
        all.push_back(madeCheck(
            move, {QStringLiteral("address_owner"), tr("Nobody else moves address %1").arg(move.address.name)},
            CheckResult::Warning, unknown.join(QStringLiteral("; ")),
            tr("Where keepalived or vip-manager has it, write that as its provider: it would be taken back.")));
    }
    if (!move.from.isEmpty() && move.from != move.to) {
        all.push_back(checkFitness(move, move.from));
    }
    return all;
}

Action yield(const Move &move, const QString &node)
{
    return commandOn(node, yielding(kYieldScript), QStringLiteral("howdah-yield"), {move.address.ip},
                     tr("%1 gives up %2").arg(node, move.address.ip));
}

Action release(const Move &move, const QString &node)
{
    return commandOn(node, yielding(kReleaseScript), QStringLiteral("howdah-release"), {move.address.ip},
                     tr("nothing of %2 is left on %1").arg(node, move.address.ip));
}

/// asked: the file that keeps when nobody was found to have it; empty: there is none.
Action take(const Move &move, const QString &node, const QString &asked = {})
{
    QStringList arguments{move.address.ip, bitsOf(move.address), move.address.interface};
    arguments += asked.isEmpty() ? QStringList() : QStringList{asked};
    return commandOn(node, yielding(kTakeScript), QStringLiteral("howdah-take"), arguments,
                     tr("%1 takes %2").arg(node, move.address.ip));
}

/// As the host that is left had it, which may not be as the cluster file has it.
Action takeBack(const Move &move)
{
    Action back = take(move, move.from);
    for (const Claim &claim : move.facts.claims) {
        if (claim.node == move.from) {
            back.argv[5] = claim.cidr.section(QLatin1Char('/'), 1);
            back.argv[6] = claim.interface;
        }
    }
    return back;
}

int portOf(const Move &move, const QString &node)
{
    const auto at =
        std::find_if(move.peers.begin(), move.peers.end(), [&](const Peer &one) { return one.node == node; });
    return at == move.peers.end() ? 0 : at->port;
}

/// Whether it is given up before the old primary is stopped. Applications go on meanwhile: the host answers still, to
/// all who know where it is. By the port is told whether it would have to take the address back by itself.
bool isHeld(const Move &move)
{
    const QStringList nodes = holders(move);
    return move.holdS > 0 && nodes == QStringList{move.from} && move.from != move.to && portOf(move, move.from) > 0;
}

/// Hosts may share /run, as containers do.
QString askedFile(const Move &move)
{
    const QString what = move.systemIdentifier + QLatin1Char('/') + move.to + QLatin1Char('/') + move.address.ip;
    return QStringLiteral("/run/howdah-free-") +
           QString::fromLatin1(QCryptographicHash::hash(what.toUtf8(), QCryptographicHash::Sha256).toHex().left(16));
}

std::vector<Action> yields(const Move &move)
{
    std::vector<Action> all;
    const QStringList nodes = leaving(move);
    for (const QString &node : nodes) {
        all.push_back(yield(move, node));
    }
    return all;
}

std::vector<Action> actions(const Move &move)
{
    if (isHeld(move)) {
        return {take(move, move.to, askedFile(move))};
    }
    std::vector<Action> all = yields(move);
    all.push_back(take(move, move.to));
    return all;
}

/// By now the old host may have taken it back by itself.
std::vector<Action> holdAgain(const Move &move)
{
    return isHeld(move) ? yields(move) : std::vector<Action>();
}

/// What would else be done while nobody can write: the old host gives it up, and the new one asks for it.
std::vector<Step> holdSteps(const Move &move)
{
    if (!isHeld(move)) {
        return {};
    }
    const QString &ip = move.address.ip;
    Step step;
    step.id = QStringLiteral("hold_") + move.address.name;
    step.phase = Phase::Prepare;
    step.title = tr("Let %1 tell nobody new that it has address %2").arg(move.from, move.address.name);
    step.nodes = QStringList{move.from, move.to};
    step.deadlineMs = 10'000;
    step.expectedMs = 400;
    step.actions = {commandOn(move.from, yielding(kUntilScript) + QLatin1String(kYieldScript),
                              QStringLiteral("howdah-hold"),
                              {ip, QString::number(portOf(move, move.from)), QString::number(move.holdS)},
                              tr("%1 answers on %2 only whom it knows; while its server runs it takes the address back "
                                 "in %3 s by itself")
                                  .arg(move.from, ip)
                                  .arg(move.holdS)),
                    commandOn(move.to, yielding(kFreeScript), QStringLiteral("howdah-free"),
                              {ip, move.address.interface, askedFile(move)}, tr("nobody else has %1").arg(ip))};
    step.undo = {takeBack(move)};
    step.remedy = tr("See that %1 has %2 on interface %3.").arg(move.from, ip, move.address.interface);
    return {step};
}

std::vector<Action> back(const Move &move)
{
    std::vector<Action> all{release(move, move.to)};
    if (const QStringList nodes = holders(move); nodes.size() == 1 && nodes.first() != move.to) {
        all.push_back(take(move, nodes.first()));
    }
    return all;
}

std::vector<Action> settled(const Move &move)
{
    std::vector<Action> all;
    const QStringList nodes = leaving(move);
    for (const QString &node : nodes) {
        all.push_back(release(move, node));
    }
    all.push_back(commandOn(move.to, QLatin1String(kAnnounceScript), QStringLiteral("howdah-announce"),
                            {move.address.ip, move.address.interface},
                            tr("%1 says that it has %2").arg(move.to, move.address.ip)));
    if (!move.from.isEmpty() && move.from != move.to) {
        all.push_back(commandOn(move.from, QLatin1String(kAloneScript), QStringLiteral("howdah-alone"),
                                {move.address.ip, move.address.interface},
                                tr("one host answers for %1").arg(move.address.ip)));
    }
    return all;
}

} // namespace

const Mover &hostMover()
{
    static const Mover mover = [] {
        Mover made{QStringLiteral("host"), checks, actions, back, settled};
        made.hold = holdSteps;
        made.holdAgain = holdAgain;
        return made;
    }();
    return mover;
}

} // namespace howdah::operations::address
