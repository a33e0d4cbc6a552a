// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/proofs.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>

#include "core/units.h"

namespace howdah::operations {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Operations", text);
}

/// An action that shows something, and how it stands.
struct Part {
    const Action *action = nullptr;
    std::optional<ActionNote> note;
    bool isOver = false; ///< its step has ended, or the operation: what does not hold now never will

    bool holds() const { return note && note->state == ActionNote::State::Held; }
};

/// The parts of each proof, in the order in which they first appear in the plan.
using Parts = std::vector<std::pair<QString, std::vector<Part>>>;

std::vector<Part> &partsOf(Parts &all, const QString &id)
{
    for (auto &[known, parts] : all) {
        if (known == id) {
            return parts;
        }
    }
    return all.emplace_back(id, std::vector<Part>()).second;
}

std::vector<Part> find(const Parts &all, const QString &id)
{
    for (const auto &[known, parts] : all) {
        if (known == id) {
            return parts;
        }
    }
    return {};
}

/// With it nothing is to be shown any more, and what was not is missing. What was refused or taken back had nothing to
/// show: the cluster is as it was.
bool isOver(const Progress &progress)
{
    const auto outcome = progress.outcome();
    return outcome && *outcome != Outcome::Refused && *outcome != Outcome::Undone;
}

bool hasEnded(StepState state)
{
    return state == StepState::Failed || state == StepState::Skipped || state == StepState::Undone ||
           state == StepState::UndoFailed;
}

Parts collect(const Plan &plan, const Progress &progress)
{
    Parts all;
    const bool over = isOver(progress);
    const bool asBefore = progress.outcome() && !over;
    for (std::size_t i = 0; i < plan.steps.size(); ++i) {
        const bool ended = over || (!asBefore && i < progress.steps().size() && hasEnded(progress.steps()[i].state));
        const auto add = [&](const std::vector<Action> &actions, ActionNote::List list) {
            for (std::size_t n = 0; n < actions.size(); ++n) {
                for (const QString &id : actions[n].shows) {
                    const auto note =
                        asBefore ? std::nullopt : progress.noteOf(static_cast<int>(i), list, static_cast<int>(n));
                    partsOf(all, id).push_back({&actions[n], note, ended});
                }
            }
        };
        add(plan.steps[i].actions, ActionNote::List::Actions);
        add(plan.steps[i].verify, ActionNote::List::Verify);
    }
    return all;
}

ProofState stateOf(const std::vector<Part> &parts)
{
    const auto is = [&](auto what) { return std::any_of(parts.begin(), parts.end(), what); };
    if (!is([](const Part &part) { return !part.holds(); })) {
        return parts.empty() ? ProofState::Waiting : ProofState::Shown;
    }
    if (is([](const Part &part) { return !part.holds() && part.isOver; })) {
        return ProofState::Failed;
    }
    return is([](const Part &part) { return part.note.has_value(); }) ? ProofState::Asked : ProofState::Waiting;
}

/// The first that does not hold yet: what is waited for.
QString waitedFor(const std::vector<Part> &parts)
{
    for (const Part &part : parts) {
        if (!part.holds()) {
            return part.action->text;
        }
    }
    return {};
}

QStringList nodesThatHold(const std::vector<Part> &parts, const QString &but)
{
    QStringList nodes;
    for (const Part &part : parts) {
        if (part.holds() && part.action->node != but && !nodes.contains(part.action->node)) {
            nodes.append(part.action->node);
        }
    }
    return nodes;
}

QString lastSeen(const std::vector<Part> &parts)
{
    for (auto it = parts.rbegin(); it != parts.rend(); ++it) {
        if (it->action->kind == Action::Kind::Sql && it->holds() && !it->note->seen.isEmpty()) {
            return it->note->seen;
        }
    }
    return {};
}

QString listed(const QStringList &names)
{
    return names.size() < 2
               ? names.join(QString())
               : tr("%1 and %2").arg(names.mid(0, names.size() - 1).join(QStringLiteral(", ")), names.last());
}

QString oneWritableEvidence(const Plan &plan, const std::vector<Part> &parts)
{
    const QStringList others = nodesThatHold(parts, plan.to);
    const QString recovery = others.size() == 1 ? tr("%1 is in recovery") : tr("%1 are in recovery");
    const bool own = std::any_of(parts.begin(), parts.end(),
                                 [&](const Part &part) { return part.holds() && part.action->node == plan.to; });
    QString text = own ? plan.to : QString();
    if (!others.isEmpty()) {
        text += (text.isEmpty() ? QString() : QStringLiteral("; ")) + recovery.arg(listed(others));
    }
    return text;
}

/// How long after it was written each node had it.
QString seenEvidence(const std::vector<Part> &written, const std::vector<Part> &seen)
{
    if (written.empty() || !written.front().holds()) {
        return {};
    }
    QStringList words;
    for (const Part &part : seen) {
        if (part.holds()) {
            words.append(
                tr("on %1 after %2 ms").arg(part.action->node).arg(part.note->atMs - written.front().note->atMs));
        }
    }
    return words.join(QStringLiteral(", "));
}

QString slotsEvidence(const std::vector<Part> &parts)
{
    const auto held = std::count_if(parts.begin(), parts.end(), [](const Part &part) { return part.holds(); });
    const QString count = tr("%1 of %2").arg(held).arg(parts.size());
    const QString waits = waitedFor(parts);
    return waits.isEmpty() ? count : tr("%1, waiting: %2").arg(count, waits);
}

/// By counting where a probe counts; else by the positions that were compared before the promotion.
Proof nothingLost(const Plan &plan, const std::vector<Part> &parts, const std::optional<probe::Measured> &measured,
                  bool over)
{
    Proof proof{kShowsNothingLost, tr("Nothing lost"), stateOf(parts), lastSeen(parts)};
    const ProofState byPosition = proof.state;
    if (!measured || !measured->counts) {
        if (proof.state == ProofState::Shown) {
            proof.evidence = proof.evidence.isEmpty() ? tr("by position, before the promotion")
                                                      : tr("by position: %1").arg(proof.evidence);
        }
        return proof;
    }
    const QString counted = QLocale().toString(measured->counted);
    if (measured->isNothingLost()) {
        proof.state = ProofState::Shown;
        proof.evidence = tr("all %1 acknowledged commits are on %2").arg(counted, plan.to);
    } else if (measured->lost.value_or(0) > 0) {
        proof.state = ProofState::Failed;
        proof.evidence = tr("%1 of %2 acknowledged commits are missing").arg(*measured->lost).arg(counted);
    } else {
        proof.state = over ? ProofState::Failed : byPosition == ProofState::Shown ? ProofState::Asked : byPosition;
        proof.evidence = over ? tr("they could not be counted: %1").arg(measured->whyNotCounted)
                              : tr("%1 acknowledged so far").arg(QLocale().toString(measured->acknowledged));
    }
    return proof;
}

/// When it was seen.
QString thatEvidence(const std::vector<Part> &parts)
{
    if (const ProofState state = stateOf(parts); state != ProofState::Shown) {
        return state == ProofState::Asked    ? tr("not yet")
               : state == ProofState::Failed ? tr("was not seen")
                                             : QString();
    }
    const QString at = QDateTime::fromMSecsSinceEpoch(parts.back().note->atMs).toString(QStringLiteral("HH:mm:ss"));
    return tr("seen at %1").arg(at);
}

Proof journalProof(const Progress &progress)
{
    Proof proof{QStringLiteral("journal"), tr("Journal closed"), ProofState::Waiting, tr("after the last proof")};
    if (progress.outcome()) {
        const bool done = *progress.outcome() == Outcome::Done;
        proof.state = done ? ProofState::Shown : isOver(progress) ? ProofState::Failed : ProofState::Waiting;
        proof.evidence = done ? tr("every step of it was done") : toString(*progress.outcome());
    }
    return proof;
}

} // namespace

std::vector<Proof> proofsOf(const Plan &plan, const Progress &progress, const std::optional<probe::Measured> &measured)
{
    const Parts all = collect(plan, progress);
    const bool over = isOver(progress);
    std::vector<Proof> proofs;
    if (const auto parts = find(all, kShowsOneWritable); !parts.empty()) {
        proofs.push_back(
            {kShowsOneWritable, tr("One writable node"), stateOf(parts), oneWritableEvidence(plan, parts)});
    }
    if (const auto parts = find(all, kShowsNothingLost); !parts.empty() || measured) {
        proofs.push_back(nothingLost(plan, parts, measured, over));
    }
    for (const auto &[id, parts] : all) {
        if (id.startsWith(kShowsFollows)) {
            const QString node = id.mid(kShowsFollows.size());
            const ProofState state = stateOf(parts);
            proofs.push_back({id, tr("%1 follows %2").arg(node, plan.to), state,
                              state == ProofState::Shown ? lastSeen(parts) : waitedFor(parts)});
        }
    }
    for (const auto &[id, parts] : all) {
        if (id.startsWith(kShowsThat)) {
            proofs.push_back({id, id.mid(kShowsThat.size()), stateOf(parts), thatEvidence(parts)});
        }
    }
    if (const auto parts = find(all, kShowsSeen); !parts.empty()) {
        proofs.push_back(
            {kShowsSeen, tr("What is written is seen"), stateOf(parts), seenEvidence(find(all, kShowsWritten), parts)});
    }
    if (const auto parts = find(all, kShowsSlot); !parts.empty()) {
        proofs.push_back({kShowsSlot, tr("Slots in use"), stateOf(parts), slotsEvidence(parts)});
    }
    proofs.push_back(journalProof(progress));
    return proofs;
}

} // namespace howdah::operations
