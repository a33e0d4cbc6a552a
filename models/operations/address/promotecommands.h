// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/promotelint.h"
#include "operations/address/shelltext.h"

namespace howdah::operations::address {

// What commands of a script for a failover are for. Pure.

/// A command without what stands before it (sudo, timeout, env, exec…): the program, and its words.
struct Called {
    QString program; ///< as it is written
    QString name;    ///< without its folder
    QStringList words;
    bool isLimited = false; ///< timeout stands before it

    bool has(const char *word) const { return words.contains(QLatin1String(word)); }
    bool hasAny(const QStringList &all) const;
    /// That with another word behind it.
    bool hasPair(const char *first, const char *second) const;
    /// A short option, in a bundle maybe ("-fsS"), or a long one ("--fail", "--fail=…").
    bool hasOption(char brief, const char *whole) const;
    /// The words that an option is followed by, whichever of its forms.
    QStringList valuesOf(const QStringList &options) const;
};

Called calledBy(const ShellCommand &command);
/// What a shell does by itself, so that it has no path.
bool isBuiltIn(const QString &program);

/// repmgr standby promote, by whatever name.
bool isPromotion(const Called &called);
bool isRepmgr(const Called &called);
/// Leads an address somewhere: of a provider, or on this host.
bool isMove(const Called &called);
bool isHostMove(const Called &called);
/// Prints several things of a provider, of which one is to be chosen.
bool isListing(const Called &called);
/// Prints one of them, or says how a move goes.
bool isReading(const Called &called);
/// A listing whose columns nobody has chosen, so that they change with versions and with what is in them.
bool isLoose(const Called &called);

} // namespace howdah::operations::address
