// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/mover.h"

#include <QCoreApplication>
#include <algorithm>

#include "core/identifier.h"
#include "operations/address/owners.h"
#include "operations/places.h"
#include "operations/proofs.h"

namespace howdah::operations::address {

namespace {

constexpr int kDeadlineMs = 20'000;
constexpr int kOwnChecksMs = 60'000; ///< a gateway's own checks come only every so often

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

About movesAlong(const Move &move)
{
    return {QStringLiteral("addresses"), move.alone ? tr("Address %1 can be moved").arg(move.address.name)
                                                    : tr("Address %1 moves along").arg(move.address.name)};
}

/// Who answers PostgreSQL on it now.
Check checkAnswer(const Move &move)
{
    const QString &ip = move.address.ip;
    const About about = movesAlong(move);
    const QString there = move.writes ? tr("the new primary") : move.to;
    if (!move.facts.error.isEmpty()) {
        const Mover *mover = moverFor(move.address.provider);
        return madeCheck(
            move, about, CheckResult::Warning, tr("not reached from here: %1").arg(move.facts.error),
            mover && mover->proof
                ? tr("It will be moved, and that it leads to %1 the provider will say, but nobody behind it.")
                      .arg(there)
                : tr("It will be moved, and nothing will prove that it leads to %1.").arg(there));
    }
    if (move.facts.systemIdentifier != move.systemIdentifier) {
        return madeCheck(move, about, CheckResult::Failed,
                         tr("%1 leads to another cluster, system identifier %2").arg(ip, move.facts.systemIdentifier),
                         tr("Mend the ip of the address in the cluster file."));
    }
    if (move.alone) { // that is what it is moved for
        return madeCheck(move, about, CheckResult::Passed,
                         move.facts.writable ? tr("%1 leads to the primary").arg(ip)
                                             : tr("%1 leads to a standby").arg(ip));
    }
    return move.facts.writable ? madeCheck(move, about, CheckResult::Passed, tr("%1 leads to the primary").arg(ip))
                               : madeCheck(move, about, CheckResult::Warning, tr("%1 leads to a standby now").arg(ip),
                                           tr("It is moved to the primary all the same."));
}

} // namespace

const Mover *moverFor(const QString &provider)
{
    static const std::vector<const Mover *> all = [] {
        std::vector<const Mover *> movers{&commandMover(), &hostMover(), &haproxyMover(), &linkMover()};
        for (const std::vector<Mover> *more : {&ownedMovers(), &cloudMovers()}) {
            for (const Mover &one : *more) {
                movers.push_back(&one);
            }
        }
        return movers;
    }();
    const auto at = std::find_if(all.begin(), all.end(), [&](const Mover *one) { return one->provider == provider; });
    return at == all.end() ? nullptr : *at;
}

Check madeCheck(const Move &move, const About &about, CheckResult result, const QString &evidence,
                const QString &remedy)
{
    Check check;
    check.id = about.id + QLatin1Char(':') + move.address.name +
               (about.node.isEmpty() ? QString() : QLatin1Char(':') + about.node);
    check.group = move.group;
    check.title = about.title;
    check.node = about.node;
    check.result = result;
    check.evidence = evidence;
    check.remedy = result == CheckResult::Passed ? QString() : remedy;
    return check;
}

std::vector<Check> checksOf(const Move &move)
{
    const Mover *mover = moverFor(move.address.provider);
    if (!mover) {
        return {madeCheck(move, movesAlong(move), move.alone ? CheckResult::Failed : CheckResult::Warning,
                          tr("not moved by this version: provider %1").arg(move.address.provider),
                          move.alone ? tr("Move it by its provider's own means.")
                                     : tr("Move it yourself as soon as the promotion is proved."))};
    }
    std::vector<Check> checks{checkAnswer(move)};
    for (Check &one : mover->checks(move)) {
        checks.push_back(std::move(one));
    }
    return checks;
}

Action commandOn(const QString &node, const QString &script, const QString &name, const QStringList &arguments,
                 const QString &about)
{
    Action action;
    action.kind = Action::Kind::Command;
    action.node = node;
    action.argv = QStringList{QStringLiteral("sh"), QStringLiteral("-c"), script, name} + arguments;
    action.asRoot = true;
    action.text = about;
    return action;
}

Step moveStep(const Move &move)
{
    const cluster::AddressConfig &address = move.address;
    const Mover *mover = moverFor(address.provider);
    Step step;
    step.id = QStringLiteral("address_") + address.name;
    step.phase = Phase::Outage;
    step.title = mover && mover->apart ? tr("See that address %1 leads to %2").arg(address.name, move.to)
                                       : tr("Move address %1 to %2").arg(address.name, move.to);
    if (mover && mover->isOwners) {
        step.title = tr("See %1 move address %2 to %3").arg(address.provider, address.name, move.to);
    }
    step.nodes = QStringList{move.to};
    if (mover) {
        step.deadlineMs = mover->deadlineMs ? mover->deadlineMs(move) : kDeadlineMs;
        step.expectedMs = mover->expectedMs;
        step.actions = mover->actions(move);
        step.askedAnew = mover->holdAgain ? mover->holdAgain(move) : std::vector<Action>();
    }
    // What can't be reached from here can't be proved from here; a check has said so.
    if (move.facts.error.isEmpty()) {
        Action leads;
        leads.node = addressPlace(address.name);
        leads.sql = QStringLiteral("SELECT pg_is_in_recovery() = %1 AND (SELECT system_identifier FROM "
                                   "pg_control_system())::text = %2")
                        .arg(move.writes ? QStringLiteral("false") : QStringLiteral("true"),
                             core::sqlLiteral(move.systemIdentifier));
        if (move.toStartedMs > 0) {
            leads.sql += QStringLiteral(" AND abs(extract(epoch FROM pg_postmaster_start_time()) * 1000 - %1) < 2")
                             .arg(move.toStartedMs);
        }
        leads.text = move.writes ? tr("%1 leads to the new primary").arg(address.ip)
                                 : tr("%1 leads to %2").arg(address.ip, move.to);
        leads.expectsTrue = true;
        leads.pollMs = 20;
        leads.askAgainMs = 100;
        step.verify = {leads};
    } else if (mover && mover->proof) {
        step.verify = mover->proof(move);
    }
    for (Action &proof : step.verify) {
        proof.shows = {kShowsThat + tr("%1 leads to %2").arg(address.name, move.to)};
    }
    step.remedy = tr("Move %1 (%2) to %3 by hand: applications don't find the new primary.")
                      .arg(address.name, address.ip, move.to);
    if (mover && mover->isOwners) {
        step.remedy = tr("Applications don't find the new primary. ") + ownersRemedy(address, move.to);
    }
    return step;
}

std::vector<Step> moveSteps(const Move &move)
{
    const Mover *mover = moverFor(move.address.provider);
    std::vector<Step> steps = mover && mover->apart ? mover->apart(move) : std::vector<Step>();
    steps.push_back(moveStep(move));
    steps.back().undo = backOf(move);
    return steps;
}

std::vector<Action> backOf(const Move &move)
{
    const Mover *mover = moverFor(move.address.provider);
    return mover && mover->back ? mover->back(move) : std::vector<Action>();
}

Step settleStep(const Move &move)
{
    Step step;
    const Mover *mover = moverFor(move.address.provider);
    step.id = QStringLiteral("settle_") + move.address.name;
    step.phase = Phase::After;
    step.title = tr("See that only %1 has address %2").arg(move.to, move.address.name);
    step.nodes = QStringList{move.to};
    step.deadlineMs = 30'000;
    step.expectedMs = 1500;
    step.lane = 1;
    if (mover && mover->settled) {
        step.actions = mover->settled(move);
    }
    step.remedy = tr("Find every host that has %1, and take it from all but %2.").arg(move.address.ip, move.to);
    if (mover && mover->isOwners) {
        step.remedy = ownersRemedy(move.address, move.from);
    }
    if (mover && mover->apart) {
        step.title = tr("See that the gateways of %1 lead to %2 alone").arg(move.address.name, move.to);
        step.remedy = tr("See what their servers are (howdah address, or \"show stat\" on their sockets).");
        step.deadlineMs = kOwnChecksMs;
    }
    return step;
}

} // namespace howdah::operations::address
