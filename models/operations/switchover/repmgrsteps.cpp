// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/repmgrsteps.h"
#include "hosts/commandline.h"
#include "operations/peeraddress.h"

#include <QCoreApplication>
#include <algorithm>

#include "cluster/positions.h"
#include "operations/locksteps.h"
#include "operations/proofs.h"
#include "operations/switchover/routingsteps.h"
#include "operations/switchover/scripts.h"
#include "operations/switchover/steps.h"
#include "postgres/conninfo.h"

namespace howdah::operations::switchover {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

struct Repmgr {
    const Facts &facts;
    const Cast &cast;
    const Pieces &p;

    RepmgrMember member(const QString &node) const { return facts.repmgr->members.value(node); }

    /// repmgr on a node's host, with that node's configuration.
    Action run(const QString &node, const QStringList &arguments, const QString &about) const
    {
        return p.command(node, words(node, arguments), about);
    }
    QStringList words(const QString &node, const QStringList &arguments) const
    {
        return facts.nodes.value(node).host.asOwner +
               QStringList{member(node).program, QStringLiteral("-f"), member(node).configFile} + arguments;
    }
    Action sql(const QString &node, const QString &text, const QString &about = {}) const
    {
        Action action = p.sql(node, text, about);
        action.database = facts.repmgr->database;
        return action;
    }
    /// Whose repmgrd would act when it sees the primary go.
    QStringList acting() const
    {
        QStringList nodes;
        for (auto it = facts.repmgr->members.begin(); it != facts.repmgr->members.end(); ++it) {
            if (it->mayAct()) {
                nodes.append(it.key());
            }
        }
        std::sort(nodes.begin(), nodes.end());
        // The old primary is the last to be back.
        if (nodes.removeAll(p.primary) > 0) {
            nodes.append(p.primary);
        }
        return nodes;
    }
    /// Where repmgr finds the candidate, without a password: that is .pgpass's, as repmgr's manual has it.
    QString conninfoOfCandidate() const
    {
        const auto [host, port] = addressForPeers(facts.config, facts.state, cast.candidate);
        return postgres::Conninfo::written({{QStringLiteral("host"), host},
                                            {QStringLiteral("port"), port},
                                            {QStringLiteral("user"), member(p.candidate).user},
                                            {QStringLiteral("dbname"), member(p.candidate).database}});
    }
};

Step dryRunStep(const Repmgr &r)
{
    Step step = r.p.step("repmgr_check", Phase::Prepare, tr("Let repmgr check it too"), {r.p.candidate}, 60'000, 1500);
    step.actions = {r.run(r.p.candidate,
                          {QStringLiteral("standby"), QStringLiteral("switchover"), QStringLiteral("--siblings-follow"),
                           QStringLiteral("--dry-run")},
                          tr("repmgr's own checks passed"))};
    return step;
}

constexpr int kSwitchoverMs = 200'000;
/// From the pause to the end of all that follows the switchover, at most.
constexpr int kLongestPauseMs = 900'000;

/// A paused repmgrd watches and does nothing. What was paused already stays so afterwards. A step for each node, so
/// that one that is away keeps none of the others.
Step pauseStep(const Repmgr &r, const QString &node)
{
    Step step = r.p.step("repmgrd_pause_" + node.toUtf8(), Phase::Prepare, tr("Pause repmgrd on %1").arg(node), {node},
                         10'000, 10);
    Action pause = r.sql(node, QStringLiteral("SELECT repmgr.repmgrd_pause(true)"));
    // A cluster must not be without it because a console died; but repmgr, which is told not to pause it itself, may be
    // at the switchover still.
    pause.lastWill = LastWill{.sql = QStringLiteral("SELECT repmgr.repmgrd_pause(false)"),
                              .alreadySo = {},
                              .latestMs = kLongestPauseMs,
                              .database = pause.database,
                              .afterMs = kSwitchoverMs + 40'000};
    step.actions = {pause};
    step.renewed = true;
    step.renewedUntil = QStringLiteral("switchover");
    Action paused = r.sql(node, QStringLiteral("SELECT repmgr.repmgrd_is_paused()"), tr("repmgrd is paused"));
    paused.expectsTrue = true;
    step.verify = {paused};
    Action resume = r.sql(node, QStringLiteral("SELECT repmgr.repmgrd_pause(false)"), tr("repmgrd goes on"));
    resume.pollMs = 200;
    resume.deadlineMs = 20'000;
    step.undo = {resume};
    return step;
}

Step resumeStep(const Repmgr &r, const QString &node)
{
    Step step = r.p.step("repmgrd_resume_" + node.toUtf8(), Phase::After, tr("Let repmgrd go on, on %1").arg(node),
                         {node}, 60'000, 10);
    Action resume = r.sql(node, QStringLiteral("SELECT repmgr.repmgrd_pause(false)"), tr("repmgrd goes on"));
    resume.pollMs = 200;
    step.actions = {resume};
    step.lane = 2;
    step.remedy = tr("repmgrd is still paused on %1: repmgr service unpause.").arg(node);
    return step;
}

/// Holds once no repmgr of that configuration is at a switchover any more.
Action endedAction(const Repmgr &r)
{
    Action ended = r.p.command(r.p.candidate,
                               {QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(kRepmgrEndedScript),
                                QStringLiteral("howdah-ended"), r.member(r.p.candidate).configFile},
                               tr("repmgr has come to its end"));
    ended.pollMs = 500;
    ended.deadlineMs = 100'000;
    return ended;
}

/// repmgr stops the primary, waits for the candidate, promotes it, and lets the others follow. Where it gives up before
/// it promoted, it leaves the old primary down: the way back is ours.
Step switchoverStep(const Repmgr &r)
{
    Step step = r.p.step("switchover", Phase::Outage, tr("Let repmgr switch over to %1").arg(r.p.candidate),
                         {r.p.primary, r.p.candidate}, kSwitchoverMs, 5000);
    step.waitsMs = 500; // measured: 408 to 537 ms with repmgr 5.3, of a command of 4.7 to 7.7 s
    step.pointOfNoReturn = true;
    step.actions = {endedAction(r), r.run(r.p.candidate,
                                          {QStringLiteral("standby"), QStringLiteral("switchover"),
                                           QStringLiteral("--siblings-follow"), QStringLiteral("--repmgrd-no-pause")},
                                          tr("repmgr standby switchover"))};
    step.actions.back().otherwise = tr("repmgr standby switchover has failed");
    step.verify = {endedAction(r), r.p.holds(r.p.candidate, QStringLiteral("SELECT NOT pg_is_in_recovery()"),
                                             tr("%1 takes writes").arg(r.p.candidate))};
    step.notDone = r.p.notPromoted();
    if (!step.notDone.empty()) {
        step.notDone.insert(step.notDone.begin(), endedAction(r));
    }
    step.undo = r.p.backToService();
    step.remedy =
        tr("Before anything else find out whether %1 was promoted (SELECT pg_is_in_recovery()), or still will "
           "be: that it is in recovery does not tell, as long as repmgr runs or there is a file promote in its "
           "data directory. See repmgr cluster show, and do not start %2 as a primary while either may be so.")
            .arg(r.p.candidate, r.p.primary);
    return step;
}

/// Does nothing where repmgr came to its end by itself.
Step rejoinStep(const Repmgr &r)
{
    Step step = r.p.step("rejoin", Phase::After, tr("See %1 back as a standby of %2").arg(r.p.primary, r.p.candidate),
                         {r.p.primary}, 120'000, 500);
    Action rejoin = r.p.command(
        r.p.primary,
        QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(kStartScript),
                    QStringLiteral("howdah-rejoin"), r.p.host.dataDirectory, hosts::shellQuoted(r.p.host.asOwner)} +
            r.words(r.p.primary,
                    {QStringLiteral("node"), QStringLiteral("rejoin"), QStringLiteral("-d"), r.conninfoOfCandidate()}),
        tr("%1 runs, or repmgr lets it rejoin").arg(r.p.primary));
    step.actions = {
        rejoin, somethingToSend(r.p),
        r.p.holds(r.p.primary, rejoinedSql(), tr("%1 streams from %2").arg(r.p.primary, r.p.candidate), 50)};
    step.actions.back().neverWhen = kTakesWrites;
    step.actions.back().shows = {kShowsFollows + r.p.primary};
    step.needs = {QStringLiteral("switchover")};
    step.lane = 1;
    step.remedy = tr("Run repmgr node rejoin on %1, with the conninfo of %2.").arg(r.p.primary, r.p.candidate);
    return step;
}

Step siblingStep(const Repmgr &r, const QString &sibling)
{
    Step step = r.p.step("follow_" + sibling.toUtf8(), Phase::After, tr("See %1 follow %2").arg(sibling, r.p.candidate),
                         {sibling}, 60'000, 300);
    step.actions = {r.p.holds(sibling, followsSql(r.p),
                              tr("%1 streams from %2 on the new timeline").arg(sibling, r.p.candidate), 50)};
    step.actions.back().shows = {kShowsFollows + sibling};
    step.needs = {QStringLiteral("switchover")};
    step.lane = 1;
    step.remedy = tr("Run repmgr standby follow on %1.").arg(sibling);
    return step;
}

/// Its exit code is 0 only when every node is as it is registered.
Action shownRight(const Repmgr &r)
{
    Action shown = r.run(r.p.candidate, {QStringLiteral("cluster"), QStringLiteral("show")},
                         tr("repmgr cluster show finds nothing amiss"));
    shown.pollMs = 500;
    return shown;
}

Step shownStep(const Repmgr &r)
{
    Step step = r.p.step("repmgr_shows", Phase::After, tr("See repmgr show it right"), {r.p.candidate}, 30'000, 200);
    step.actions = {shownRight(r)};
    step.needs = {QStringLiteral("switchover")};
    step.remedy = tr("See repmgr cluster show.");
    return step;
}

} // namespace

std::vector<Step> stepsThroughRepmgr(const Facts &facts, const Cast &cast, const Pieces &p)
{
    const Repmgr r{facts, cast, p};
    const QStringList acting = r.acting();
    std::vector<Step> steps{lockStep(p, p.primary), lockStep(p, p.candidate), checkpointStep(p), dryRunStep(r)};
    for (const QString &node : acting) {
        steps.push_back(pauseStep(r, node));
    }
    for (Step &step : holdSteps(facts, cast, StoppedBy::Others)) {
        steps.push_back(std::move(step));
    }
    for (Step &step : pauseSteps(facts, p, QStringLiteral("switchover"))) {
        steps.push_back(std::move(step));
    }
    steps.push_back(switchoverStep(r));
    for (Step &step : routingSteps(facts, cast, p, StoppedBy::Others)) {
        step.needs.replaceInStrings(QStringLiteral("promote"), QStringLiteral("switchover"));
        steps.push_back(std::move(step));
    }
    steps.push_back(rejoinStep(r));
    for (const QString &sibling : p.siblings) {
        if (!p.delayed.contains(sibling)) {
            steps.push_back(siblingStep(r, sibling));
        }
    }
    for (const QString &node : acting) {
        steps.push_back(resumeStep(r, node));
    }
    for (Step &step : settleSteps(facts, cast)) {
        steps.push_back(std::move(step));
    }
    Pieces followed = p; // by the slots that repmgr gives, whatever they use now
    followed.allSlots.clear();
    for (const QString &node : QStringList{p.primary} + p.siblings) {
        const QString slot = r.member(node).slotName;
        followed.allSlots.append(slot.isEmpty() ? QStringList() : QStringList{slot});
    }
    Step proof = proofStep(followed);
    proof.needs = {QStringLiteral("switchover")};
    for (Step &step : std::vector<Step>{shownStep(r), proof, unlockStep(p.candidate)}) {
        steps.push_back(std::move(step));
    }
    return steps;
}

Step metadataStep(const Facts &facts, const Cast &cast, const Pieces &p)
{
    const Repmgr r{facts, cast, p};
    Step step =
        p.step("metadata", Phase::After, tr("Put repmgr's metadata right"), {p.candidate, p.primary}, 60'000, 800);
    const QString upstream =
        QStringLiteral("--upstream-node-id=%1").arg(r.member(p.candidate).id); // repmgr's id of the new primary
    step.actions = {r.run(p.candidate,
                          {QStringLiteral("primary"), QStringLiteral("register"), QStringLiteral("--force")},
                          tr("%1 is registered as the primary").arg(p.candidate))};
    QStringList followers = p.siblings;
    followers.prepend(p.primary);
    for (const QString &node : std::as_const(followers)) {
        step.actions.push_back(
            r.run(node, {QStringLiteral("standby"), QStringLiteral("register"), QStringLiteral("--force"), upstream},
                  tr("%1 is registered as its standby").arg(node)));
    }
    step.nodes += p.siblings;
    for (auto it = facts.repmgr->members.begin(); it != facts.repmgr->members.end(); ++it) {
        if (it->type != QLatin1String("witness")) {
            continue;
        }
        const auto [host, port] = addressForPeers(facts.config, facts.state, cast.candidate);
        step.actions.push_back(r.run(it.key(),
                                     {QStringLiteral("witness"), QStringLiteral("register"), QStringLiteral("--force"),
                                      QStringLiteral("-h"), host, QStringLiteral("-p"), port},
                                     tr("the witness %1 knows the new primary").arg(it.key())));
        step.nodes.append(it.key());
    }
    step.verify = {shownRight(r)};
    step.needs = {QStringLiteral("rejoin")};
    step.remedy = tr("On %1: repmgr primary register --force; on the others: repmgr standby register --force %2.")
                      .arg(p.candidate, upstream);
    return step;
}

} // namespace howdah::operations::switchover
