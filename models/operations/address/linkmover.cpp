// SPDX-License-Identifier: GPL-3.0-or-later
// Provider "link": the host that has the address is asked to let go of it (POST /endpoints/{id}/failover), and one of
// the others, whichever is first, takes it. Which one can't be said: where there are several it is asked again, of all
// that are not to have it, up to a limit; who does not have it refuses, which is as good.
#include <QCoreApplication>
#include <algorithm>

#include "operations/address/link.h"
#include "operations/address/mover.h"
#include "operations/places.h"

namespace howdah::operations::address {

namespace {

constexpr int kRounds = 4;
constexpr int kDeadlineMs = 90'000; ///< a lease is five times its keepalive of 3 s
constexpr int kLetGoMs = 20'000;
constexpr int kPollMs = 250;
constexpr int kExpectedMs = 1500;

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

int deadlineMs(const Move &)
{
    return kDeadlineMs;
}

const LinkFacts *linkOn(const Move &move, const QString &node)
{
    const auto at = std::find_if(move.facts.links.begin(), move.facts.links.end(),
                                 [&node](const LinkFacts &one) { return one.node == node; });
    return at == move.facts.links.end() ? nullptr : &*at;
}

QStringList activated(const Move &move)
{
    QStringList nodes;
    for (const LinkFacts &link : move.facts.links) {
        if (isActivated(link)) {
            nodes.append(link.node);
        }
    }
    return nodes;
}

Check checkHolder(const Move &move)
{
    const About about{QStringLiteral("address_holder"), tr("One LinK has address %1").arg(move.address.name)};
    const QStringList nodes = activated(move);
    if (nodes.size() > 1) {
        return madeCheck(move, about, CheckResult::Failed,
                         tr("it is activated on several hosts: %1").arg(nodes.join(QStringLiteral(", "))),
                         tr("LinK does that when it has lost etcd, rather than have nobody: mend that first."));
    }
    QStringList silent;
    for (const LinkFacts &link : move.facts.links) {
        if (!link.error.isEmpty()) {
            silent.append(link.node);
        }
    }
    if (!silent.isEmpty()) {
        return madeCheck(move, about, CheckResult::Failed,
                         tr("the LinK of %1 can't be asked").arg(silent.join(QStringLiteral(", "))),
                         tr("It may have the address, and could not be made to let go of it. Mend urls of the address "
                            "in the cluster file, or start it."));
    }
    if (nodes.isEmpty()) {
        return madeCheck(move, about, CheckResult::Warning, tr("it is activated nowhere"),
                         tr("%1's LinK may take it by itself; nobody can be asked to let go of it.").arg(move.to));
    }
    return madeCheck(move, about, CheckResult::Passed,
                     nodes.first() == move.to ? tr("%1 has it already").arg(move.to)
                                              : tr("it is activated on %1 alone").arg(nodes.first()));
}

Check checkTarget(const Move &move)
{
    const About about{QStringLiteral("address_link"),
                      tr("LinK on %1 can take address %2").arg(move.to, move.address.name), move.to};
    const LinkFacts *link = linkOn(move, move.to);
    if (!link || !link->error.isEmpty()) {
        return madeCheck(move, about, CheckResult::Failed, link ? link->error : tr("it was not asked"),
                         tr("Mend urls of the address in the cluster file, or start LinK there."));
    }
    if (link->id.isEmpty()) {
        return madeCheck(move, about, CheckResult::Failed, tr("it has no endpoint with %1").arg(move.address.ip),
                         tr("Add one there (link-client), as on the other hosts."));
    }
    if (!isActivated(*link) && link->status != QLatin1String("STANDBY")) {
        return madeCheck(move, about, CheckResult::Failed, linkText(*link),
                         tr("It takes part in no election until its health checks pass: see its log."));
    }
    return madeCheck(move, about, CheckResult::Passed, linkText(*link));
}

/// Those that may win as well.
Check checkOthers(const Move &move)
{
    const About about{QStringLiteral("address_successor"), tr("Nobody but %1 can win it").arg(move.to)};
    QStringList others;
    for (const LinkFacts &link : move.facts.links) {
        if (link.node != move.to && !link.id.isEmpty() && !isActivated(link)) {
            others.append(link.node);
        }
    }
    return others.isEmpty()
               ? madeCheck(move, about, CheckResult::Passed, tr("no other LinK has it"))
               : madeCheck(move, about, CheckResult::Warning,
                           tr("LinK can't be told who is next: it may be %1 as well").arg(others.join(tr(" or "))),
                           tr("Whoever else has won it is asked to let go of it, up to %1 times. If %2 has not won it "
                              "then, it is told, and moving the address can be tried again.")
                               .arg(kRounds - 1)
                               .arg(move.to));
}

std::vector<Check> checks(const Move &move)
{
    return {checkHolder(move), checkTarget(move), checkOthers(move)};
}

Action asked(const LinkFacts &link, const char *method, const QString &path, const QString &text)
{
    Action action;
    action.kind = Action::Kind::Http;
    action.node = link.node;
    action.http.method = QLatin1String(method);
    action.http.url = link.url + QStringLiteral("/endpoints/") + link.id + path;
    action.http.credentials = kLinkCredentials;
    action.text = text;
    return action;
}

Action letsGo(const LinkFacts &link, const QString &ip)
{
    Action action = asked(link, "POST", QStringLiteral("/failover"), tr("%1's LinK lets go of %2").arg(link.node, ip));
    action.http.accepted = {204, 400, 409, 500}; // who does not have it says so with one of these
    action.unexpected = {QStringLiteral("no other node")};
    return action;
}

Action isIt(const LinkFacts &link, bool active, const QString &text)
{
    Action action = asked(link, "GET", QString(), text);
    action.expected = {active ? QStringLiteral("\"status\": *\"ACTIVATED\"")
                              : QStringLiteral("\"status\": *\"(STANDBY|FAILING|BOOTING)\"")};
    action.pollMs = kPollMs;
    return action;
}

/// Somebody has it again, whoever: only then it can be seen whether it is the right one.
Action isTaken(const Move &move)
{
    Action action;
    action.node = addressPlace(move.address.name);
    action.sql = QStringLiteral("SELECT true");
    action.text = tr("somebody answers on %1 again").arg(move.address.ip);
    action.expectsTrue = true;
    action.pollMs = kPollMs;
    action.askAgainMs = 500;
    action.deadlineMs = kLetGoMs;
    return action;
}

std::vector<Action> leadTo(const Move &move, const QString &node)
{
    const LinkFacts *to = linkOn(move, node);
    if (!to || to->id.isEmpty()) {
        return {};
    }
    std::vector<const LinkFacts *> others;
    for (const LinkFacts &link : move.facts.links) {
        if (link.node != node && !link.id.isEmpty()) {
            others.push_back(&link);
        }
    }
    // Who has it first.
    std::stable_sort(others.begin(), others.end(),
                     [](const LinkFacts *a, const LinkFacts *b) { return isActivated(*a) && !isActivated(*b); });
    std::vector<Action> all;
    const int rounds = others.size() > 1 && move.facts.error.isEmpty() ? kRounds : 1;
    for (int round = 0; round < rounds; ++round) {
        for (const LinkFacts *other : others) {
            all.push_back(letsGo(*other, move.address.ip));
            all.push_back(isIt(*other, false, tr("%1's LinK does not have %2").arg(other->node, move.address.ip)));
            all.back().deadlineMs = kLetGoMs;
        }
        if (rounds > 1) {
            all.push_back(isTaken(move));
        }
    }
    all.push_back(isIt(*to, true, tr("%1's LinK has %2").arg(node, move.address.ip)));
    all.back().deadlineMs = kLetGoMs;
    return all;
}

std::vector<Action> actions(const Move &move)
{
    return leadTo(move, move.to);
}

std::vector<Action> back(const Move &move)
{
    const QStringList nodes = activated(move);
    return nodes.size() == 1 && nodes.first() != move.to ? leadTo(move, nodes.first()) : std::vector<Action>();
}

std::vector<Action> proof(const Move &move)
{
    const LinkFacts *to = linkOn(move, move.to);
    return to && !to->id.isEmpty()
               ? std::vector<Action>{isIt(*to, true, tr("%1's LinK has %2").arg(move.to, move.address.ip))}
               : std::vector<Action>();
}

/// By their own words nobody else has it.
std::vector<Action> settled(const Move &move)
{
    std::vector<Action> all;
    for (const LinkFacts &link : move.facts.links) {
        if (link.node != move.to && !link.id.isEmpty()) {
            all.push_back(isIt(link, false, tr("%1's LinK does not have %2").arg(link.node, move.address.ip)));
        }
    }
    return all;
}

} // namespace

const Mover &linkMover()
{
    static const Mover mover{QStringLiteral("link"), checks, actions, back, settled, proof, deadlineMs, kExpectedMs};
    return mover;
}

} // namespace howdah::operations::address
