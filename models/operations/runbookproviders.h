// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/plan.h"

namespace howdah::operations {

/// What the script of a plan begins with that asks providers of floating addresses, behind kOptionPrologue: who asks,
/// by the variables of the provider's own tools, which curl gets by its standard input. Empty: it asks none.
QString providerFunctions(const Plan &plan);
/// The lines that end the script before anything is changed where variables are missing, or curl can't do it.
QString providerNeeds(const Plan &plan);

/// The variables that say who asks, of the set that those lines look for.
QStringList providerVariables(const Plan &plan);

/// A command of the script that sends one request and prints what http does. seconds: that it may take.
QString providerRequest(const Http &http, const QString &url, int seconds);
/// Patterns that the body of an answer must match where the address leads there; the script has no other judge.
QStringList leadingPatterns(const Http &http);

/// What curl takes for who asks, as people read it: ` -H "Authorization: Bearer $HCLOUD_TOKEN"`.
QString shownProvider(const ProviderAsk &ask);

} // namespace howdah::operations
