// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/routingsteps.h"

#include <QCoreApplication>

#include "core/identifier.h"
#include "operations/places.h"

namespace howdah::operations::switchover {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// No client is kept waiting longer, whatever has become of the console.
constexpr int kLongestPauseMs = 120'000;

/// PAUSE or RESUME, of everything or of the databases that the cluster file names.
std::vector<Action> each(const Pieces &p, const cluster::PoolerConfig &pooler, const QString &command,
                         const QString &about)
{
    std::vector<Action> actions;
    const QStringList databases = pooler.databases.isEmpty() ? QStringList{QString()} : pooler.databases;
    for (const QString &database : databases) {
        const QString sql = database.isEmpty() ? command : command + QLatin1Char(' ') + core::sqlIdentifier(database);
        actions.push_back(p.sql(poolerPlace(pooler.name), sql, about));
    }
    return actions;
}

/// To resume what is not paused is an error for PgBouncer, and none for us. (admin.c, objects.c)
std::vector<Action> resume(const Pieces &p, const cluster::PoolerConfig &pooler)
{
    std::vector<Action> actions = each(p, pooler, QStringLiteral("RESUME"), tr("clients of %1 go on").arg(pooler.name));
    for (Action &action : actions) {
        action.alreadySo = QStringLiteral("not paused");
        action.pollMs = 200;
        action.deadlineMs = 10'000;
    }
    return actions;
}

Step addressStep(const cluster::AddressConfig &address, const Facts &facts, const Pieces &p)
{
    Step step = p.step("address_" + address.name.toUtf8(), Phase::Outage,
                       tr("Move address %1 to %2").arg(address.name, p.candidate), {p.candidate}, 20'000, 50);
    QStringList argv;
    for (QString word : address.assign) {
        word.replace(QLatin1String("{ip}"), address.ip);
        word.replace(QLatin1String("{old_node}"), p.primary);
        word.replace(QLatin1String("{node}"), p.candidate);
        word.replace(QLatin1String("{host}"), p.candidateHostName);
        argv.append(word);
    }
    step.actions = {p.command(consolePlace(), argv, tr("%1 moves").arg(address.ip))};
    // What can't be reached from here can't be proved from here; a check has said so.
    if (facts.addresses.value(address.name).error.isEmpty()) {
        step.verify = {p.holds(addressPlace(address.name),
                               QStringLiteral("SELECT NOT pg_is_in_recovery() AND (SELECT system_identifier FROM "
                                              "pg_control_system())::text = %1")
                                   .arg(core::sqlLiteral(p.systemIdentifier)),
                               tr("%1 leads to the new primary").arg(address.ip), 20)};
        step.verify[0].askAgainMs = 100;
    }
    step.needs = {QStringLiteral("promote")};
    step.remedy = tr("Move %1 (%2) to %3 by hand: applications don't find the new primary.")
                      .arg(address.name, address.ip, p.candidate);
    return step;
}

} // namespace

std::vector<Step> pauseSteps(const Facts &facts, const Pieces &p)
{
    std::vector<Step> steps;
    for (const cluster::PoolerConfig &pooler : facts.config.poolers) {
        Step step = p.step("pause_" + pooler.name.toUtf8(), Phase::Outage, tr("Pause pooler %1").arg(pooler.name),
                           {poolerPlace(pooler.name)}, 10'000, 60);
        step.actions = each(p, pooler, QStringLiteral("PAUSE"), tr("running transactions have ended"));
        step.undo = resume(p, pooler);
        // Clients must not wait for ever because a console died.
        for (std::size_t i = 0; i < step.actions.size(); ++i) {
            step.actions[i].deadlineMs = pooler.pauseMs;
            step.deadlineMs += pooler.pauseMs;
            step.actions[i].lastWill = LastWill{step.undo[i].sql, step.undo[i].alreadySo, kLongestPauseMs};
        }
        step.undoneFirst = true; // PAUSE of what is paused is refused
        steps.push_back(std::move(step));
    }
    return steps;
}

std::vector<Step> routingSteps(const Facts &facts, const Pieces &p)
{
    std::vector<Step> steps;
    for (const cluster::AddressConfig &address : facts.config.addresses) {
        if (address.follows == QLatin1String("primary") && !address.assign.isEmpty()) {
            steps.push_back(addressStep(address, facts, p));
        }
    }
    for (const cluster::PoolerConfig &pooler : facts.config.poolers) {
        Step step = p.step("resume_" + pooler.name.toUtf8(), Phase::Outage, tr("Resume pooler %1").arg(pooler.name),
                           {poolerPlace(pooler.name)}, 15'000, 5);
        step.actions = resume(p, pooler);
        step.remedy = tr("Its clients wait: send RESUME to %1.").arg(pooler.name);
        steps.push_back(std::move(step));
    }
    return steps;
}

} // namespace howdah::operations::switchover
