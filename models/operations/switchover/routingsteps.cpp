// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/routingsteps.h"

#include <QCoreApplication>

#include "cluster/positions.h"
#include "core/identifier.h"
#include "operations/peeraddress.h"
#include "operations/places.h"
#include "operations/switchover/owners.h"

namespace howdah::operations::switchover {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// No client is kept waiting longer, whatever has become of the console.
constexpr int kLongestPauseMs = 120'000;
constexpr int kPauseMs = 10'000; ///< of a step that pauses, beside what transactions are waited for
constexpr int kHoldMs = 15'000;  ///< of what is done before, with the guards of steps in between

/// The databases that the cluster file names; one that is empty stands for all of them.
QStringList databasesOf(const cluster::PoolerConfig &pooler)
{
    return pooler.databases.isEmpty() ? QStringList{QString()} : pooler.databases;
}

/// PAUSE or RESUME, of one database or of everything.
QString with(const QString &command, const QString &database)
{
    return database.isEmpty() ? command : command + QLatin1Char(' ') + core::sqlIdentifier(database);
}

/// To resume what is not paused is an error for PgBouncer, and none for us. (admin.c, objects.c)
Action resume(const Pieces &p, const cluster::PoolerConfig &pooler, const QString &database)
{
    Action action = p.sql(poolerPlace(pooler.name), with(QStringLiteral("RESUME"), database),
                          tr("clients of %1 go on").arg(pooler.name));
    action.alreadySo = QStringLiteral("not paused");
    action.pollMs = 200;
    action.deadlineMs = 10'000;
    return action;
}

/// What no two clients of PgBouncer have in common, its own console's included. When it is restarted, or takes over
/// from the one before it (-R), nobody keeps all of that. (use_client_socket() in objects.c)
QStringList clientColumns()
{
    return {QStringLiteral("addr"), QStringLiteral("port"), QStringLiteral("connect_time"), QStringLiteral("ptr")};
}

/// A step for each database, so that only those are resumed that were paused by us.
Step pauseStep(const Pieces &p, const cluster::PoolerConfig &pooler, const QString &database, const QString &until)
{
    const bool one = databasesOf(pooler).size() < 2;
    const QString id = QStringLiteral("pause_") + pooler.name + (one ? QString() : QLatin1Char('_') + database);
    const QString title =
        one ? tr("Pause pooler %1").arg(pooler.name) : tr("Pause %1 in pooler %2").arg(database, pooler.name);
    Step step = p.step(id.toUtf8(), Phase::Outage, title, {poolerPlace(pooler.name)}, kPauseMs + pooler.pauseMs, 60);
    Action pause =
        p.sql(poolerPlace(pooler.name), with(QStringLiteral("PAUSE"), database), tr("running transactions have ended"));
    pause.deadlineMs = pooler.pauseMs;
    step.undo = {resume(p, pooler, database)};
    // Clients must not wait for ever because a console died.
    pause.lastWill = LastWill{step.undo[0].sql, step.undo[0].alreadySo, kLongestPauseMs, QStringLiteral("SHOW CLIENTS"),
                              clientColumns()};
    if (!database.isEmpty()) { // of all of them PAUSE itself refuses, of one that is paused it does not
        Action ask = p.sql(poolerPlace(pooler.name), QStringLiteral("SHOW DATABASES"),
                           tr("nobody else has paused %1").arg(database));
        ask.row = RowCheck{QStringLiteral("name"), database, QStringLiteral("paused"), QStringLiteral("0")};
        step.actions = {ask};
    }
    step.actions.push_back(pause);
    step.undoneFirst = true; // PAUSE of what is paused is refused
    step.renewed = true;     // the will has taken it back when the console died
    step.renewedUntil = until;
    return step;
}

constexpr int kHasReconnect = 10'100; ///< 1.10

/// Its configuration leads to the new primary, where no address does that.
Step leadStep(const Facts &facts, const Cast &cast, const Pieces &p, const cluster::PoolerConfig &pooler)
{
    Step step =
        p.step("lead_" + pooler.name.toUtf8(), Phase::Outage, tr("Lead pooler %1 to %2").arg(pooler.name, p.candidate),
               {poolerPlace(pooler.name)}, 20'000, 50);
    Action assign;
    assign.kind = Action::Kind::Command;
    assign.node = consolePlace();
    const QString host = addressForPeers(facts.config, facts.state, cast.candidate).first;
    for (QString word : pooler.assign) {
        word.replace(QLatin1String("{node}"), p.candidate);
        word.replace(QLatin1String("{host}"), host);
        assign.argv.append(word);
    }
    assign.text = tr("%1 is to lead to %2").arg(pooler.name, p.candidate);
    step.actions = {assign, p.sql(poolerPlace(pooler.name), QStringLiteral("RELOAD"),
                                  tr("%1 has read its configuration again").arg(pooler.name))};
    step.needs = {QStringLiteral("promote")};
    step.remedy = tr("Pooler %1 leads to where it led: write %2 (%3) into its configuration, and send it RELOAD.")
                      .arg(pooler.name, p.candidate, host);
    return step;
}

/// Nothing of what it has open to the old primary is used again: who has lost an address does not say so. A step of its
/// own, since whatever becomes of it clients must go on.
Step reconnectStep(const Pieces &p, const cluster::PoolerConfig &pooler)
{
    Step step = p.step("reconnect_" + pooler.name.toUtf8(), Phase::Outage,
                       tr("Let pooler %1 connect anew").arg(pooler.name), {poolerPlace(pooler.name)}, 3000, 5);
    const QStringList databases = databasesOf(pooler);
    for (const QString &database : databases) {
        step.actions.push_back(p.sql(poolerPlace(pooler.name), with(QStringLiteral("RECONNECT"), database),
                                     tr("%1 uses no connection that it has").arg(pooler.name)));
    }
    step.needs = {QStringLiteral("promote")};
    step.remedy = tr("%1 may have connections to the old primary: send RECONNECT to it.").arg(pooler.name);
    return step;
}

/// From what is done before poolers are paused until the old primary listens no more, at the most.
int secondsToTheStop(const Facts &facts)
{
    int ms = kHoldMs + Pieces().stopDeadlineMs;
    for (const cluster::PoolerConfig &pooler : facts.config.poolers) {
        ms += static_cast<int>(databasesOf(pooler).size()) * (kPauseMs + pooler.pauseMs);
    }
    return ms / 1000 + 1;
}

} // namespace

std::vector<Step> pauseSteps(const Facts &facts, const Pieces &p, const QString &until)
{
    std::vector<Step> steps;
    for (const cluster::PoolerConfig &pooler : facts.config.poolers) {
        const QStringList databases = databasesOf(pooler);
        for (const QString &database : databases) {
            steps.push_back(pauseStep(p, pooler, database, until));
        }
    }
    return steps;
}

std::vector<Step> holdSteps(const Facts &facts, const Cast &cast, StoppedBy by)
{
    std::vector<Step> steps;
    for (const cluster::AddressConfig &address : facts.config.addresses) {
        const address::Mover *mover = address::moverFor(address.provider);
        if (address.follows == QLatin1String("primary") && mover && mover->hold) {
            for (Step &step : mover->hold(moveOf(facts, cast, address, by))) {
                steps.push_back(std::move(step));
            }
        }
    }
    return steps;
}

address::Move moveOf(const Facts &facts, const Cast &cast, const cluster::AddressConfig &address, StoppedBy by)
{
    const auto &nodes = facts.state.snapshot->nodes;
    const auto nameOf = [&](int node) { return node < 0 ? QString() : nodes[cluster::at(node)].name; };
    const auto hostOf = [&](int node) {
        return node < 0 || !nodes[cluster::at(node)].sample ? QString()
                                                            : addressForPeers(facts.config, facts.state, node).first;
    };
    address::Move move;
    move.address = address;
    move.facts = facts.addresses.value(address.name);
    move.from = nameOf(cast.primary);
    move.to = nameOf(cast.candidate);
    move.fromHost = hostOf(cast.primary);
    move.toHost = hostOf(cast.candidate);
    if (const auto &sample = nodes[cluster::at(cast.primary)].sample) {
        move.systemIdentifier = QString::number(sample->systemIdentifier.value_or(0));
    }
    move.peers = address::peersOf(facts.state, move.facts);
    move.group = tr("Afterwards");
    move.holdS = by == StoppedBy::Console ? secondsToTheStop(facts) : 0;
    move.byPatroni = isPatronis(facts);
    return move;
}

std::vector<Step> routingSteps(const Facts &facts, const Cast &cast, const Pieces &p, StoppedBy by)
{
    std::vector<Step> steps;
    for (const cluster::AddressConfig &address : facts.config.addresses) {
        if (address.follows == QLatin1String("primary") && address::moverFor(address.provider)) {
            for (Step &step : address::moveSteps(moveOf(facts, cast, address, by))) {
                step.undo.clear(); // there is no way back behind the promotion
                step.needs = {QStringLiteral("promote")};
                steps.push_back(std::move(step));
            }
        }
    }
    for (const cluster::PoolerConfig &pooler : facts.config.poolers) {
        if (!pooler.assign.isEmpty()) {
            steps.push_back(leadStep(facts, cast, p, pooler));
        }
        if (facts.poolers.value(pooler.name).version >= kHasReconnect) {
            steps.push_back(reconnectStep(p, pooler));
        }
        Step step = p.step("resume_" + pooler.name.toUtf8(), Phase::Outage, tr("Resume pooler %1").arg(pooler.name),
                           {poolerPlace(pooler.name)}, 15'000, 5);
        const QStringList databases = databasesOf(pooler);
        for (const QString &database : databases) {
            step.actions.push_back(resume(p, pooler, database));
        }
        step.remedy = tr("Its clients wait: send RESUME to %1.").arg(pooler.name);
        steps.push_back(std::move(step));
    }
    return steps;
}

std::vector<Step> settleSteps(const Facts &facts, const Cast &cast)
{
    std::vector<Step> steps;
    for (const cluster::AddressConfig &address : facts.config.addresses) {
        if (address.follows != QLatin1String("primary")) {
            continue;
        }
        Step step = address::settleStep(moveOf(facts, cast, address));
        if (!step.actions.empty()) {
            step.needs = {QStringLiteral("address_") + address.name};
            steps.push_back(std::move(step));
        }
    }
    return steps;
}

} // namespace howdah::operations::switchover
