// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>
#include <QString>

#include "core/error.h"

namespace howdah::app {

/// Standard output and error of the command line; everything passes through the redaction first.
void print(const QString &text);
void printError(const QString &text);
/// One object on one line.
void printJson(const QJsonObject &object);
/// On standard error, why the keyring is of no use where it was needed; everything goes on without.
void sayKeyring(const core::Result<void> &keyring);
/// An error on standard error, and with json as the last line with its result; returns exitCode.
int printFailure(const core::Error &error, bool json, int exitCode);

} // namespace howdah::app
