// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "addresses/heldcredentials.h"

namespace howdah::toolfiles {

/// What one of a tool's contexts (profiles, clouds) has. The values are secret.
struct Context {
    QString name;
    addresses::Values values;
    QString whyNot; ///< nothing can be taken from it, for this reason; empty: it can
};

/// What a tool's files have.
struct Contexts {
    std::vector<Context> all;
    QString current; ///< the one that the tool itself uses; empty: none in particular
};

/// Where things are on this machine.
struct Surroundings {
    addresses::Lookup environment;
    QString home;
    QString workingDirectory;
};

/// The paths of a tool's files; the second may be empty, and neither need be there.
using Paths = std::pair<QString, QString>;

/// A program of others that keeps credentials of a provider in files of its own. Howdah only reads them, and only once
/// somebody has said yes.
struct Tool {
    QString name;                 ///< "doctl"
    QString account;              ///< accountKeyOf() its provider
    QString contextWord;          ///< what it calls its contexts: "profile"
    QStringList contextVariables; ///< which name the one to be used
    QStringList variables;        ///< that may be taken
    Paths (*paths)(const Surroundings &where);
    /// The texts of both files, of one that is not there empty. An error says where the text is wrong, not what it
    /// says.
    core::Result<Contexts> (*parse)(const QByteArray &first, const QByteArray &second);
};

const std::vector<Tool> &tools();
/// nullptr: there is none of that name.
const Tool *toolOf(const QString &name);

/// The context of that name; empty: the one that the tool uses, or the only one. An error names those that there are,
/// or says why nothing can be taken.
core::Result<Context> contextOf(const Tool &tool, const Contexts &contexts, const QString &wanted);

// What the tools are made of.

/// name under XDG_CONFIG_HOME, or ~/.config.
QString inConfigHome(const Surroundings &where, const QString &name);
QString firstSet(const Surroundings &where, const QStringList &variables);
/// A value under the variable that it goes by, where there is one.
void take(Context &context, const QString &variable, const QString &value);

Tool doctl();
Tool hcloud();
Tool aws();
Tool openStack();

} // namespace howdah::toolfiles
