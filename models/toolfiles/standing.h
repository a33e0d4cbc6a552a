// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "toolfiles/tool.h"

namespace howdah::toolfiles {

/// A tool whose files are there. They were not opened.
struct Offer {
    QString tool;
    QString account;
    QStringList files; ///< that are there
    QString contextWord;
    QString context; ///< which the tool's own variable names; empty: the one that its file says it uses
    QStringList variables;

    bool operator==(const Offer &) const = default;
};

/// What an account has by way of credentials: names and places, never a value.
struct Standing {
    QString account;
    QString title; ///< of the provider
    QString rights;
    std::optional<addresses::Source> used; ///< empty: they are nowhere complete
    QStringList environment;               ///< the names that are set there; likewise the others
    QStringList run;
    QStringList keyring;
    std::vector<addresses::Field> fields; ///< that a person would fill in
    std::vector<Offer> offers;

    bool operator==(const Standing &) const = default;
};

/// Looks at which names are set and which files are there; opens none.
Standing standingOf(const QString &account, const addresses::HeldCredentials &held, const Surroundings &where);
/// Of a tool, whether its files are there or not.
Offer offerOf(const Tool &tool, const Surroundings &where);

/// Where this process is.
Surroundings surroundings();

/// What is asked before a tool's files are read: which, what would be taken, the least rights that suffice, and where
/// it would be kept. context: as the user wants it; empty: as the offer has it.
QString consentText(const Offer &offer, const QString &context, const QString &rights, bool inKeyring);

/// "the environment", "the desktop's keyring", "this run only"
QString toString(addresses::Source source);

} // namespace howdah::toolfiles
