// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::core {

/// Bytes as pg_size_pretty writes them ("24 kB", "3.2 GB"; binary units), with one decimal below 10 of a unit so that a
/// growing number is seen to grow. https://www.postgresql.org/docs/current/functions-admin.html
QString formatBytes(qint64 bytes);

/// A span of time: "160 ms", "1.4 s", "75 s" below two minutes, then "27 min", "8 h 39 min", "9 days".
QString formatSeconds(double seconds);

/// How long ago something was, as formatSeconds but never finer than 0.1 s.
QString formatAge(qint64 milliseconds);

} // namespace howdah::core
