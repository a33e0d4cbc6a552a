// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <compare>
#include <optional>

namespace howdah::cluster {

/// A position in the write-ahead log, as pg_lsn: 64 bits, written "5C/9A3F21C8".
/// https://www.postgresql.org/docs/current/datatype-pg-lsn.html
struct Lsn {
    quint64 value = 0;

    /// Empty when text is not an LSN.
    static std::optional<Lsn> parse(QStringView text);
    QString toString() const;

    auto operator<=>(const Lsn &) const = default; // NOLINT(modernize-use-nullptr): clang-tidy 14 sees a 0 in it
};

/// Bytes from behind to ahead; negative when behind is further. Two samples are never taken at one instant, so a caller
/// that measures lag clamps at 0.
inline qint64 bytesBetween(Lsn behind, Lsn ahead)
{
    return static_cast<qint64>(ahead.value - behind.value);
}

} // namespace howdah::cluster
