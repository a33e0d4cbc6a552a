// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <memory>

#include "core/error.h"
#include "operations/journal.h"
#include "operations/samecluster.h"

namespace howdah::operations {

/// The two ways to end an operation that did not come to its end.
enum class Finish { Resume, Undo };

/// Whether the step that cannot be taken back was begun, so that only forward is safe.
bool isPastReturn(const Plan &plan, const std::vector<StepRecord> &steps);

/// Whether it is left to be finished at all, by whichever way: interrupted, or ended half-way.
bool isUnfinished(const Operation &operation);

/// True when later was begun behind one on the same cluster and has left its own marks there: what one would go on
/// with, or take back, is no longer as it left it.
bool overtakes(const Operation &later, const Operation &one);

/// Why an operation can't be resumed, or undone; empty where it can. The one rule for the window and the command line.
struct Finishing {
    QString whyNotResume;
    QString whyNotUndo;

    const QString &whyNot(Finish how) const { return how == Finish::Resume ? whyNotResume : whyNotUndo; }
    bool may(Finish how) const { return whyNot(how).isEmpty(); }
    bool operator==(const Finishing &) const = default;
};
/// overtaking: one that overtakes it, or nullptr.
Finishing finishing(const Operation &operation, const Operation *overtaking);
/// The same for an operation of a whole journal.
Finishing finishing(const Journal &journal, const Operation &operation);

/// The newest operation on a cluster at which another console is; nullptr when there is none.
const Operation *newestRunning(const Journal &journal, const ClusterKey &cluster);
/// The newest operation on a cluster that is unfinished and can be resumed or undone; nullptr when there is none.
const Operation *newestUnfinished(const Journal &journal, const ClusterKey &cluster);

/// Where an operation stands, in words for people: titles of its steps, in their order.
struct Standing {
    QStringList done;
    QStringList underWay; ///< begun, and nobody knows how it ended
    QStringList failed;   ///< also what could not be taken back
    QStringList remains;  ///< not begun, skipped, or taken back again
    QStringList toUndo;   ///< what an undo takes back, in its order: the last first
    bool pastReturn = false;
    QString returnTitle; ///< of the step that can't be taken back; empty when every one can
};
Standing standing(const Operation &operation);

/// Where an unfinished operation stopped: "at "Stop pg1, fast"", the step that was begun last and not done, or "before
/// "Promote pg2"", the first that was not begun.
QString stoppedAt(const Operation &operation);

/// Whether writes may be waiting for an unfinished operation: what makes them wait was begun, and is neither over nor
/// taken back.
bool mayHoldWrites(const Operation &operation);
/// Whether a pooler may still be paused by it: neither it nor a last will is known to have resumed that.
bool holdsPause(const Operation &operation);

/// "howdah journal orders resume ID, or howdah journal orders undo ID", as far as each is possible; empty when neither
/// is. cluster: as the command line takes it, quoted here where a shell wants that.
QString finishCommands(const QString &cluster, const QString &id, const Finishing &may);

/// "howdah journal orders show ID": by which command it is seen whole, likewise.
QString showCommand(const QString &cluster, const QString &id);
/// "Take the cluster lock, Create slots and 3 more": the first few of a list.
QString someOf(const QStringList &titles, qsizetype most = 3);

/// What was done and what remains, in two or three sentences.
QString standingText(const Operation &operation);

/// An operation of which this console is the one that goes on with it.
struct TakenUp {
    std::unique_ptr<JournalWriter> journal; ///< locked
    Operation operation;                    ///< as the file had it when it was locked
};
/// Locks the operation of that file and reads it anew: since somebody last looked, another console may have finished it
/// or begun another. An error says why it can't be finished that way; nothing was changed then.
core::Result<TakenUp> takeUp(const QString &path, Finish how);

} // namespace howdah::operations
