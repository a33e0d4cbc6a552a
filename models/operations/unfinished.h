// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "operations/journal.h"
#include "operations/plan.h"
#include "operations/samecluster.h"

namespace howdah::operations {

/// An operation on a cluster that this console's journal has not at its end, and that can be taken up.
struct Unfinished {
    QString id;
    QString title;
    bool interrupted = false; ///< else it ended half-way, and says what remains
    QString stoppedAt = {};   ///< "at "Stop pg1, fast""
    QString commands = {};    ///< that finish it
    bool holdsWrites = false; ///< writes may be waiting for it
    bool running = false;     ///< another console is at it
};

/// The newest that can be taken up; nothing when there is none. asNamed: the cluster as the command line takes it, for
/// the commands; empty: by its name. Pure.
std::optional<Unfinished> unfinishedOf(const Journal &journal, const ClusterKey &cluster, const QString &asNamed = {});

/// What the command line calls the cluster of an operation by: it may have been begun under another name of the same
/// servers.
QString nameFor(const Operation &operation, const ClusterKey &cluster, const QString &asNamed);
/// "Switch over …" (ID) was interrupted at …: without an end, for sentences.
QString unfinishedText(const Unfinished &one);

/// What to do about a journal of which not all can be read.
QString unreadableRemedy();

/// What every plan checks before anything else: what an interrupted operation has prepared would be taken for what was
/// there before, and stay. unreadable: files of the journal and why, any of which may hold one.
Check checkUnfinished(const std::optional<Unfinished> &unfinished, const QStringList &unreadable);

} // namespace howdah::operations
