// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/patroni/patronifacts.h"
#include "operations/plan.h"

/// What the plans here are put together from.
namespace howdah::operations::patroni {

/// One check; remedy is left out of one that passed.
Check checkOf(const char *id, const QString &title, const QString &node, CheckResult result, const QString &evidence,
              const QString &remedy = {});
/// Passed, or failed.
Check checkThat(bool holds, const char *id, const QString &title, const QString &node, const QString &evidence,
                const QString &remedy);
/// That it answers; the checks that follow make no sense without.
Check checkAnswer(const PatroniFacts &facts);
/// That it has such a member, a node of the cluster file's, and that its API answers.
Check checkMember(const Member *member, const QString &name);

/// A plan with its names and the first check.
Plan planOf(const char *operation, const PatroniFacts &facts, const QString &cluster, const QString &title);
Step stepOf(const char *id, const QString &title, const QStringList &nodes, int deadlineMs, int expectedMs);
Action sqlOf(const QString &node, const QString &sql, const QString &about, int pollMs = 0);
/// Whom to name for what the cluster's API is asked.
QString askedNode(const PatroniFacts &facts);
/// The cluster lock on the leader's server, taken before step and released after it; none where nobody leads.
void lockAround(Plan &plan, const PatroniFacts &facts, std::vector<Step> steps);

/// A regular expression, as grep -E reads it too, for this text.
QString literally(const QString &text);

} // namespace howdah::operations::patroni
