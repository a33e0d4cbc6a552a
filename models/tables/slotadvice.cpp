// SPDX-License-Identifier: GPL-3.0-or-later
#include "slotadvice.h"

#include <QSet>

#include "cluster/slotmath.h"
#include "core/units.h"
#include "tables/cells.h"
#include "tables/knowledge.h"
#include "tables/slotsmodel.h"
#include "tables/stateview.h"

namespace howdah::tables {

using cluster::Slot;
using cluster::SlotFacts;
using cluster::Verdict;

namespace {

bool isSynced(const Slot &slot)
{
    return slot.synced.value_or(false);
}

bool isNeverUsed(const Slot &slot)
{
    // One that was invalidated holds nothing either, but somebody has used it.
    return !slot.active && !slot.restartLsn && !isSynced(slot) && !cluster::isInvalidated(slot);
}

bool isIdle(const Slot &slot)
{
    // One that was never used waits for nobody.
    return !slot.active && slot.restartLsn && !isSynced(slot);
}

/// Why a slot has no safe_wal_size.
QString noRoomWord(const Slot &slot)
{
    if (cluster::isInvalidated(slot) || !slot.restartLsn) {
        return notApplicable();
    }
    return slot.walStatus.isEmpty() ? unknown() : QStringLiteral("no limit set"); // PostgreSQL 13 and newer tell it
}

SlotDetail detail(const QString &what, const QString &value, const QString &missing, bool fixed = false)
{
    return {what, value.isEmpty() ? missing : value, fixed, value.isEmpty()};
}

QString transactions(const Slot &slot)
{
    QStringList parts;
    if (slot.xmin) {
        parts.append(QStringLiteral("xmin %1").arg(*slot.xmin));
    }
    if (slot.catalogXmin) {
        parts.append(QStringLiteral("catalog_xmin %1").arg(*slot.catalogXmin));
    }
    return parts.join(QLatin1String(", "));
}

std::vector<SlotDetail> detailsOf(const StateView &view, const Slot &slot, const SlotFacts *facts)
{
    const bool logical = slot.slotType == QLatin1String("logical");
    const QString held = facts && facts->retainedBytes ? core::formatBytes(*facts->retainedBytes) : QString();
    const QString consumer = facts ? facts->consumer : QString();
    std::vector<SlotDetail> details;
    details.push_back(detail(QStringLiteral("Holds"), held, slot.restartLsn ? unknown() : QStringLiteral("nothing")));
    details.push_back(detail(QStringLiteral("Kept from"), slot.restartLsn ? slot.restartLsn->toString() : QString(),
                             QStringLiteral("nowhere"), true));
    if (logical) {
        details.push_back(detail(QStringLiteral("Confirmed up to"),
                                 slot.confirmedFlushLsn ? slot.confirmedFlushLsn->toString() : QString(),
                                 notApplicable(), true));
        details.push_back({QStringLiteral("Database, plugin"), slot.database + QLatin1String(", ") + slot.plugin});
    }
    details.push_back(detail(QStringLiteral("Row versions kept"), transactions(slot), QStringLiteral("none")));
    details.push_back(
        detail(QStringLiteral("Consumer"), consumer,
               slot.active ? QStringLiteral("process %1").arg(slot.activePid.value_or(0)) : QStringLiteral("nobody")));
    if (!slot.active) {
        const QString since = slot.inactiveSince.isValid() ? shortTime(slot.inactiveSince, view.snapshot().takenWallMs)
                              : facts && facts->inactiveForMs
                                  ? QStringLiteral("at least %1").arg(core::formatAge(*facts->inactiveForMs))
                                  : QString();
        details.push_back(detail(QStringLiteral("Inactive since"), since, unknown()));
    }
    details.push_back(detail(QStringLiteral("Room left"),
                             facts && facts->roomBytes ? core::formatBytes(*facts->roomBytes) : QString(),
                             noRoomWord(slot)));
    if (facts && facts->fullInSeconds.value_or(0) > 0) {
        details.push_back({QStringLiteral("Full in"), core::formatSeconds(*facts->fullInSeconds)});
    }
    const QString reason = facts && !facts->reason.isEmpty() ? facts->reason : slot.invalidationReason;
    if (!reason.isEmpty()) {
        details.push_back({QStringLiteral("Reason"), reason});
    }
    return details;
}

std::vector<SlotAdvice> adviceFor(const Slot &slot, const SlotFacts *facts)
{
    const bool logical = slot.slotType == QLatin1String("logical");
    const QString held =
        facts && facts->retainedBytes ? core::formatBytes(*facts->retainedBytes) : QStringLiteral("what it holds");
    const QString startOver = logical ? QStringLiteral("The consumer starts over with a new copy of its tables.")
                                      : QStringLiteral("A standby that still needs that WAL must get it from the "
                                                       "archive, or be cloned anew.");
    if (cluster::isInvalidated(slot)) {
        return {
            {QStringLiteral("Drop"), QStringLiteral("WAL it needs is gone; nobody can use it again. ") + startOver}};
    }
    if (isSynced(slot)) {
        return {{QStringLiteral("Nothing"),
                 QStringLiteral("A copy that slot synchronization keeps for a failover. Look at the slot on the "
                                "primary.")}};
    }
    if (slot.active) {
        const QString who = facts && !facts->consumer.isEmpty() ? facts->consumer : QStringLiteral("Its consumer");
        return {{QStringLiteral("Nothing"), QStringLiteral("%1 takes WAL from it.").arg(who)}};
    }
    if (!slot.restartLsn) {
        return {{QStringLiteral("Nothing"), QStringLiteral("It was never used and holds nothing.")},
                {QStringLiteral("Drop"), QStringLiteral("If nobody is going to use it: costs nothing.")}};
    }
    std::vector<SlotAdvice> advice = {
        {QStringLiteral("Reconnect"), QStringLiteral("Nothing is lost: all %1 are still there.").arg(held)}};
    if (logical) {
        advice.push_back({QStringLiteral("Advance"),
                          QStringLiteral("Frees up to %1. The consumer never sees those changes.").arg(held)});
    }
    advice.push_back({QStringLiteral("Drop"), QStringLiteral("Frees up to %1. ").arg(held) + startOver});
    return advice;
}

/// Word and verdict of a slot; a node that is not seen says nothing certain.
std::pair<std::optional<Verdict>, QString> standing(const StateView &view, int node, const Slot &slot,
                                                    const SlotFacts *facts)
{
    const QString word = cluster::isInvalidated(slot) ? QStringLiteral("lost")
                         : slot.active                ? QStringLiteral("in use")
                         : isSynced(slot)             ? QStringLiteral("synced copy")
                         : slot.restartLsn            ? QStringLiteral("no consumer")
                                                      : QStringLiteral("never used");
    if (!view.fresh(node)) {
        return {std::optional(Verdict::Unknown), word + QStringLiteral(" when last seen")};
    }
    const Verdict verdict = facts ? facts->verdict : Verdict::Unknown;
    // Within its limits, but nobody is there: nothing to call good.
    return {verdict == Verdict::Ok && isIdle(slot) ? std::nullopt : std::optional(verdict), word};
}

QString counted(int count, const QString &one, const QString &many)
{
    return count == 1 ? QStringLiteral("1 ") + one : QString::number(count) + QLatin1Char(' ') + many;
}

/// ", each with a consumer", or how many have none, and of what kind.
QString consumersText(const std::vector<const Slot *> &all)
{
    int without = 0;
    int neverUsed = 0;
    int synced = 0;
    for (const Slot *slot : all) {
        if (!slot->active) {
            ++(isSynced(*slot) ? synced : isNeverUsed(*slot) ? neverUsed : without);
        }
    }
    QString text;
    if (without > 0) {
        text += QStringLiteral(", %1 without a consumer").arg(without);
    }
    if (neverUsed > 0) {
        text += QStringLiteral(", %1 never used").arg(neverUsed);
    }
    if (synced > 0) {
        text += QStringLiteral(", ") + counted(synced, QStringLiteral("synced copy"), QStringLiteral("synced copies"));
    }
    return text.isEmpty() ? QStringLiteral(", each with a consumer") : text;
}

} // namespace

SlotStory slotStory(const cluster::ClusterState &state, const QString &key)
{
    SlotStory story;
    if (!StateView::isComplete(state)) {
        return story;
    }
    const StateView view(state);
    for (int node = 0; node < view.nodeCount(); ++node) {
        const cluster::NodeSample *sample = view.sample(node);
        for (std::size_t i = 0; sample && i < sample->replicationSlots.size(); ++i) {
            const Slot &slot = sample->replicationSlots[i];
            if (SlotsModel::keyOf(view.name(node), slot.slotName) != key) {
                continue;
            }
            const SlotFacts *facts = view.slotFacts(node, static_cast<int>(i));
            story.title = QStringLiteral("%1 on %2").arg(slot.slotName, view.name(node));
            std::tie(story.verdict, story.word) = standing(view, node, slot, facts);
            story.details = detailsOf(view, slot, facts);
            story.advice = adviceFor(slot, facts);
            story.stale = !view.fresh(node);
            if (story.stale) {
                for (SlotAdvice &advice : story.advice) {
                    advice.text.prepend(QStringLiteral("When last seen: "));
                }
            }
            if (facts) {
                story.limitBytes = facts->limitBytes;
                story.fullInSeconds = facts->fullInSeconds;
            }
            return story;
        }
    }
    return story;
}

QString slotsSummary(const cluster::ClusterState &state)
{
    if (!StateView::isComplete(state)) {
        return {};
    }
    const StateView view(state);
    std::vector<const Slot *> all;
    int nodes = 0;
    for (int node = 0; node < view.nodeCount(); ++node) {
        const cluster::NodeSample *sample = view.sample(node);
        if (!sample || sample->replicationSlots.empty()) {
            continue;
        }
        ++nodes;
        for (const Slot &slot : sample->replicationSlots) {
            all.push_back(&slot);
        }
    }
    const QString notKnown = notKnownSuffix(state);
    if (all.empty()) {
        return notKnown.isEmpty() && view.nodeCount() > 0 ? QStringLiteral("no slots") : QString();
    }
    const QString text =
        QStringLiteral("%1 on %2")
            .arg(counted(static_cast<int>(all.size()), QStringLiteral("slot"), QStringLiteral("slots")),
                 counted(nodes, QStringLiteral("node"), QStringLiteral("nodes")));
    return text + consumersText(all) + notKnown;
}

} // namespace howdah::tables
