// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QRegularExpression>
#include <QString>
#include <QStringList>

#include "core/error.h"
#include "operations/plan.h"

namespace howdah::operations {

/// What the captures and secrets of a plan have become, by name. A secret never leaves the memory.
using Values = QHash<QString, QString>;

/// What stands for a value in an action, with its name as the first group: :{name}.
const QRegularExpression &placeholder();

/// sql with each :{name} replaced by its value as a quoted literal. An error names what has no value yet.
core::Result<QString> filledSql(const QString &sql, const Values &values);

/// argv with each :{name} replaced within its word.
core::Result<QStringList> filledCommand(const QStringList &argv, const Values &values);

/// A regular expression with each :{name} replaced by its value, escaped.
core::Result<QString> filledPattern(const QString &pattern, const Values &values);

/// The same for people: secrets as Secret::shown, captures by their names, nothing secret in any other form.
QString shownSql(const Plan &plan, const QString &sql);
QString shownCommand(const Plan &plan, const QStringList &argv);

} // namespace howdah::operations
