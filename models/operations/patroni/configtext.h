// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonObject>

#include "operations/patroni/patroniplans.h"

/// Patroni's settings as a text that somebody edits. All of it is pure.
namespace howdah::operations::patroni {

/// An object in JSON, a key a line.
QString textOf(const QJsonObject &config);
/// The same read back.
struct ConfigRead {
    QJsonObject config;
    int wrongLine = 0; ///< counted from 1; 0: it could be read
    QString problem;   ///< what is wrong there
    QString hint;

    bool isGood() const { return wrongLine == 0; }
};
ConfigRead configFrom(const QString &text);

/// Some of its keys are named like a password's: what stands there is not shown, and not planned.
bool holdsSecrets(const QJsonObject &config);
/// With what those keys hold masked.
QJsonObject masked(QJsonObject config);

/// When a change that Patroni has taken comes into effect.
enum class Effect {
    Loop,    ///< Patroni's own: with its next loop
    Reload,  ///< PostgreSQL reads it then, on every member
    Restart, ///< not before PostgreSQL is restarted, which Patroni leaves to people
    Unknown, ///< a parameter of an extension, say
};
/// key as in Difference. What a server was seen to say comes first; else it is what PostgreSQL 12 to 18 document.
Effect effectOf(const QString &key, const PatroniFacts &facts);
/// "restart of PostgreSQL"
QString toString(Effect effect);

} // namespace howdah::operations::patroni
