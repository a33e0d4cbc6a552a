// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/finishing.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFileInfo>
#include <algorithm>

#include "core/redact.h"
#include "hosts/commandline.h"
#include "postgres/conninfo.h"

namespace howdah::operations {

using core::Error;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Finishing", text);
}

bool isBegun(StepState state)
{
    return state != StepState::Waiting && state != StepState::Undone && state != StepState::Skipped;
}

/// Whether what an action did, begun at that wall clock, was taken back: by its last will, or by a step that was done.
bool isReleased(const Operation &operation, const Action &pause, qint64 begunMs)
{
    const LastWill &will = *pause.lastWill;
    const bool taken = std::any_of(operation.wills.begin(), operation.wills.end(), [&](const WillRecord &one) {
        return one.taken && one.node == pause.node && one.sql == will.sql && one.atMs >= begunMs;
    });
    bool resumed = false;
    for (std::size_t i = 0; i < operation.steps.size() && i < operation.plan.steps.size(); ++i) {
        const std::vector<Action> &actions = operation.plan.steps[i].actions;
        resumed = resumed || (operation.steps[i].state == StepState::Done &&
                              std::any_of(actions.begin(), actions.end(), [&](const Action &action) {
                                  return action.node == pause.node && action.sql == will.sql;
                              }));
    }
    return taken || resumed;
}

/// A conninfo may hold a password, which must not be shown; the environment and .pgpass have it for whoever runs them.
QString shownName(const QString &cluster)
{
    if (core::redacted(cluster) == cluster) {
        return cluster;
    }
    const auto conninfo = postgres::Conninfo::parse(cluster);
    return conninfo ? conninfo->with(QStringLiteral("password"), {}).toString() : core::redacted(cluster);
}

} // namespace

bool isPastReturn(const Plan &plan, const std::vector<StepRecord> &steps)
{
    const int at = pointOfNoReturn(plan);
    if (at < 0 || at >= static_cast<int>(steps.size())) {
        return false;
    }
    const StepState state = steps[static_cast<std::size_t>(at)].state;
    // It is only ever being undone when it was proved that it did not happen.
    return state == StepState::Started || state == StepState::Done || state == StepState::Failed;
}

bool isUnfinished(const Operation &operation)
{
    return operation.outcome == Outcome::Interrupted || operation.outcome == Outcome::Incomplete;
}

bool overtakes(const Operation &later, const Operation &one)
{
    const bool leftMarks = later.outcome != Outcome::Refused && later.outcome != Outcome::Undone;
    return leftMarks && isOf(later.plan, {one.plan.cluster, one.plan.systemIdentifier}) && later.id != one.id &&
           std::tie(later.startedMs, later.id) > std::tie(one.startedMs, one.id);
}

Finishing finishing(const Operation &operation, const Operation *overtaking)
{
    QString why;
    if (operation.outcome == Outcome::Running) {
        why = tr("another console is at it");
    } else if (!isUnfinished(operation)) {
        why = tr("it has ended: %1").arg(toString(operation.outcome));
    } else if (overtaking) {
        why = tr("a later operation has been at the cluster since: %1").arg(overtaking->id);
    }
    Finishing result{why, why};
    if (why.isEmpty() && isPastReturn(operation.plan, operation.steps)) {
        result.whyNotUndo = tr("\"%1\" was begun, and it cannot be undone").arg(standing(operation).returnTitle);
    }
    return result;
}

Finishing finishing(const Journal &journal, const Operation &operation)
{
    const auto at = std::find_if(journal.operations.begin(), journal.operations.end(),
                                 [&operation](const Operation &other) { return overtakes(other, operation); });
    return finishing(operation, at == journal.operations.end() ? nullptr : &*at);
}

const Operation *newestRunning(const Journal &journal, const ClusterKey &cluster)
{
    const Operation *newest = nullptr;
    for (const Operation &one : journal.operations) {
        const bool runs = isOf(one.plan, cluster) && one.outcome == Outcome::Running;
        newest = runs && (!newest || newest->startedMs < one.startedMs) ? &one : newest;
    }
    return newest;
}

const Operation *newestUnfinished(const Journal &journal, const ClusterKey &cluster)
{
    const Operation *newest = nullptr;
    for (const Operation &one : journal.operations) {
        if (!isOf(one.plan, cluster) || !isUnfinished(one) || (newest && newest->startedMs >= one.startedMs)) {
            continue;
        }
        const Finishing may = finishing(journal, one);
        newest = may.may(Finish::Resume) || may.may(Finish::Undo) ? &one : newest;
    }
    return newest;
}

Standing standing(const Operation &operation)
{
    Standing result;
    const int at = pointOfNoReturn(operation.plan);
    for (std::size_t i = 0; i < operation.steps.size() && i < operation.plan.steps.size(); ++i) {
        const QString &title = operation.plan.steps[i].title;
        const StepState state = operation.steps[i].state;
        switch (state) {
        case StepState::Done:
            result.done.append(title);
            break;
        case StepState::Started:
        case StepState::Undoing:
            result.underWay.append(title);
            break;
        case StepState::Failed:
        case StepState::UndoFailed:
            result.failed.append(title);
            break;
        case StepState::Waiting:
        case StepState::Skipped:
        case StepState::Undone:
            result.remains.append(title);
            continue;
        }
        result.toUndo.prepend(title);
    }
    result.pastReturn = isPastReturn(operation.plan, operation.steps);
    result.returnTitle = at < 0 ? QString() : operation.plan.steps[static_cast<std::size_t>(at)].title;
    return result;
}

QString stoppedAt(const Operation &operation)
{
    QString begun, next;
    for (std::size_t i = 0; i < operation.steps.size() && i < operation.plan.steps.size(); ++i) {
        const StepState state = operation.steps[i].state;
        const QString &title = operation.plan.steps[i].title;
        if (!isBegun(state)) {
            next = next.isEmpty() ? title : next;
        } else if (state != StepState::Done) {
            begun = title;
        }
    }
    return !begun.isEmpty()  ? tr("at \"%1\"").arg(begun)
           : !next.isEmpty() ? tr("before \"%1\"").arg(next)
                             : tr("after its last step");
}

bool mayHoldWrites(const Operation &operation)
{
    bool begun = false, over = true;
    for (std::size_t i = 0; i < operation.steps.size() && i < operation.plan.steps.size(); ++i) {
        const StepState state = operation.steps[i].state;
        if (operation.plan.steps[i].phase == Phase::Outage) {
            begun = begun || isBegun(state);
            over = over && state == StepState::Done;
        }
    }
    return begun && !over;
}

bool holdsPause(const Operation &operation)
{
    for (std::size_t i = 0; i < operation.steps.size() && i < operation.plan.steps.size(); ++i) {
        const std::vector<Action> &actions = operation.plan.steps[i].actions;
        if (isBegun(operation.steps[i].state) && std::any_of(actions.begin(), actions.end(), [&](const Action &action) {
                return action.lastWill && action.lastWill->afterMs == 0 &&
                       !isReleased(operation, action, operation.steps[i].startedMs);
            })) {
            return true;
        }
    }
    return false;
}

QString finishCommands(const QString &cluster, const QString &id, const Finishing &may)
{
    QStringList commands;
    const QStringList head{QStringLiteral("howdah"), QStringLiteral("journal"), shownName(cluster)};
    if (may.may(Finish::Resume)) {
        commands << hosts::shellQuoted(head + QStringList{QStringLiteral("resume"), id});
    }
    if (may.may(Finish::Undo)) {
        commands << hosts::shellQuoted(head + QStringList{QStringLiteral("undo"), id});
    }
    return commands.join(tr(", or "));
}

QString showCommand(const QString &cluster, const QString &id)
{
    return hosts::shellQuoted(
        {QStringLiteral("howdah"), QStringLiteral("journal"), shownName(cluster), QStringLiteral("show"), id});
}

QString someOf(const QStringList &titles, qsizetype most)
{
    QStringList some;
    for (const QString &title : titles.mid(0, titles.size() > most ? most : titles.size())) {
        some.append(QLatin1Char('"') + title + QLatin1Char('"'));
    }
    const QString text = some.join(QStringLiteral(", "));
    return titles.size() > most ? tr("%1 and %2 more").arg(text).arg(titles.size() - most) : text;
}

QString standingText(const Operation &operation)
{
    const Standing now = standing(operation);
    const qsizetype all = now.done.size() + now.underWay.size() + now.failed.size() + now.remains.size();
    QStringList sentences;
    const bool none = now.done.isEmpty();
    sentences << (none && now.underWay.isEmpty() && now.failed.isEmpty() ? tr("None of its %1 steps was done.").arg(all)
                  : none ? tr("Of its %1 steps none is done by now, and yet not all is as before.").arg(all)
                         : tr("Done: %1 of %2 steps, last \"%3\".").arg(now.done.size()).arg(all).arg(now.done.last()));
    if (!now.underWay.isEmpty()) {
        sentences << tr("Begun, and how it ended is not known: %1.").arg(someOf(now.underWay));
    }
    if (!now.failed.isEmpty()) {
        sentences << tr("Failed: %1.").arg(someOf(now.failed));
    }
    if (!now.remains.isEmpty()) {
        sentences << tr("Not done: %1.").arg(someOf(now.remains));
    }
    for (const WillRecord &will : operation.wills) {
        sentences << tr("Without this console, at %1 UTC: %2.")
                         .arg(QDateTime::fromMSecsSinceEpoch(will.atMs, Qt::UTC).toString(QStringLiteral("HH:mm:ss")),
                              toText(will));
    }
    if (isUnfinished(operation)) {
        sentences << (now.pastReturn ? tr("\"%1\" was begun: only forward is safe.").arg(now.returnTitle)
                                     : tr("Before the point of no return: all of it can be undone."));
    }
    return sentences.join(QLatin1Char(' '));
}

core::Result<TakenUp> takeUp(const QString &path, Finish how)
{
    auto journal = JournalWriter::reopen(path);
    if (!journal) {
        return tl::unexpected(journal.error());
    }
    auto operation = readOperation(path);
    if (!operation) {
        return tl::unexpected(operation.error());
    }
    if (operation->outcome == Outcome::Running) {
        operation->outcome = Outcome::Interrupted; // the console that holds it is this one
    }
    const Finishing may = finishing(readJournal(QFileInfo(path).path()), *operation);
    if (!may.may(how)) {
        const bool forward = how == Finish::Undo && may.may(Finish::Resume);
        return core::failure(Error::Kind::Denied,
                             (how == Finish::Resume ? tr("%1 can't be resumed: %2") : tr("%1 can't be undone: %2"))
                                 .arg(operation->id, may.whyNot(how)),
                             forward ? tr("Nothing was changed. Resume finishes the operation.")
                                     : tr("Nothing was changed."));
    }
    (*journal)->resumed();
    return TakenUp{std::move(*journal), std::move(*operation)};
}

} // namespace howdah::operations
