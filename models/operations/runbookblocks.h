// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/clusterconfig.h"
#include "operations/plan.h"

namespace howdah::operations {

/// What a runbook for people says of single actions, as Markdown: where to do or ask it, until when, what is sent, what
/// to keep of the answer, and what to put for what stands in no file. Used by one thread.
class RunbookBlocks {
public:
    /// Both must outlive it.
    RunbookBlocks(const Plan &plan, const cluster::ClusterConfig &config);

    /// title over what is to be done or asked; empty when there is nothing. deadlineMs: of the step that it belongs to.
    QString section(const std::vector<Action> &actions, const QString &title, int deadlineMs) const;
    /// Of the way back, which somebody goes later: silence proves nothing by then, and somebody else may have changed
    /// what was prepared.
    QString wayBack(const std::vector<Action> &actions, int deadlineMs) const;

    /// A psql for each server that statements go to, and what leads to the hosts of commands.
    QString places() const;
    /// What has to be read before anything is changed, since the way back puts it there again and it stands in no file.
    QString toKeep() const;
    /// Whether any action takes a value that an earlier one has read.
    bool hasValues() const;

private:
    QString block(const Action &action, int deadlineMs, bool later) const;
    QString sqlBlock(const Action &action, int deadlineMs, bool later) const;
    QString psqlOf(const Action &action) const;
    QString commandBlock(const Action &action, int deadlineMs) const;
    QString httpBlock(const Action &action, int deadlineMs) const;
    QString statement(const Action &action) const;
    QString secretsText(const Action &action) const;
    std::vector<Secret> secretsOf(const QString &sql) const;
    std::vector<Action> allActions() const;

    const Plan &m_plan;
    const cluster::ClusterConfig &m_config;
};

} // namespace howdah::operations
