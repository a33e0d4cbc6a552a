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

/// The names for which text has a place, each once.
QStringList valuesIn(const QString &text);

/// sql with each :{name} replaced by its value as a quoted literal. An error names what has no value yet.
core::Result<QString> filledSql(const QString &sql, const Values &values);

/// argv with each :{name} replaced within its word.
core::Result<QStringList> filledCommand(const QStringList &argv, const Values &values);

/// A regular expression with each :{name} replaced by its value, escaped.
core::Result<QString> filledPattern(const QString &pattern, const Values &values);

/// The request with each :{name} replaced: percent-encoded in the URL, escaped as within a JSON string in the body.
core::Result<Http> filledRequest(const Http &http, const Values &values);

/// The same for people: secrets as Secret::shown, captures by their names, nothing secret in any other form.
QString shownSql(const Plan &plan, const QString &sql);
QString shownCommand(const Plan &plan, const QStringList &argv);
QString shownRequest(const Plan &plan, const Http &http); ///< "POST http://10.0.0.11:8008/switchover {…}"
/// The same as a line for a shell, with curl; credentials stand there as the variables that they are read from.
QString shownCurl(const Plan &plan, const Http &http, int deadlineMs);

} // namespace howdah::operations
