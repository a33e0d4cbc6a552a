// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "hosts/hostfacts.h"
#include "operations/hands.h"
#include "operations/switchover/facts.h"

// What is asked of a server and of its host before a switchover, and what the answers come to. Pure.
namespace howdah::operations::switchover {

/// What stands in a cell; empty for NULL and where there is none.
QString cell(const Table &table, std::size_t row, const char *column);

/// Whether a node listens at that host and port, as far as that can be told without asking anybody.
bool isAt(const cluster::NodeStatus &node, const QString &host, const QString &port);

/// One statement whose row says what the session may do, for servers of that version.
QString rightsSql(int serverVersionNum);
SqlAccess accessFrom(const Table &table);
/// What stands in its configuration files, and what that comes to.
QString fileSettingsSql();
void fileSettingsFrom(const Table &table, SqlAccess &access);
std::vector<HbaRule> hbaFrom(const Table &table);

/// What a plan needs of a host, from what was found there and the cluster file.
HostAccess hostAccessFrom(const hosts::HostFacts &facts, const cluster::NodeConfig &config);

} // namespace howdah::operations::switchover
