// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDateTime>

#include "cluster/nodesample.h"
#include "tables/keyedtablemodel.h"

namespace howdah::tables {

// One way to write each kind of value. What is missing is said in a word of its own, never as 0 and never as nothing.

/// "n/a": there can be no value here.
QString notApplicable();
/// "unknown": there is one, we don't know it.
QString unknown();
/// "no permission": there is one, this session may not see it.
QString noPermission();

/// Why a section of a sample (a key of NodeSample::unreadable) has no value: noPermission() or unknown().
QString missingWord(const cluster::NodeSample &sample, const QString &section);

/// A word in place of a value; sorts last.
Cell nonValue(const QString &word, const QString &toolTip = {});
/// A text; missing when it is empty.
Cell textCell(const QString &text, const QString &missing = notApplicable());
/// A name: semibold.
Cell nameCell(const QString &name);
/// For numberCell: a number that is an int in its sample.
std::optional<qint64> widened(std::optional<int> number);
Cell numberCell(std::optional<qint64> number, const QString &missing = notApplicable());
/// Bytes, with the exact number as tool tip.
Cell bytesCell(std::optional<qint64> bytes, const QString &missing = notApplicable());
Cell secondsCell(std::optional<double> seconds, const QString &missing = notApplicable());
Cell lsnCell(std::optional<cluster::Lsn> lsn, const QString &missing = notApplicable());
Cell boolCell(std::optional<bool> value, const QString &missing = notApplicable());
/// A moment in local time, "13:39:02", or with its date when that is not the day of nowWallMs; the tool tip has it in
/// full with its zone.
Cell timeCell(const QDateTime &time, qint64 nowWallMs, const QString &missing = notApplicable());
/// A word with its verdict's glyph.
Cell stateCell(cluster::Verdict verdict, const QString &word);

/// "17.6" of a server_version like "17.6 (Debian 17.6-1.pgdg12+1)", which is the tool tip.
Cell versionCell(const QString &serverVersion);

/// The short form of timeCell alone.
QString shortTime(const QDateTime &time, qint64 nowWallMs);

/// A bar for value against a warning and a critical limit; empty when critical is not positive.
std::optional<Bar> limitBar(double value, double warn, double critical);
/// bar as a cell, with its share in words; toolTip, of its value and its limits, is also what a screen reader says.
Cell barCell(const std::optional<Bar> &bar, const QString &toolTip = {});

} // namespace howdah::tables
