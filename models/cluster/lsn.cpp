// SPDX-License-Identifier: GPL-3.0-or-later
#include "lsn.h"

namespace howdah::cluster {

std::optional<Lsn> Lsn::parse(QStringView text)
{
    const qsizetype slash = text.indexOf(QLatin1Char('/'));
    if (slash < 1 || slash > 8 || text.size() - slash - 1 < 1 || text.size() - slash - 1 > 8) {
        return std::nullopt;
    }
    // toUInt would let a sign or blanks through.
    for (const QChar c : text) {
        const char16_t u = c.unicode();
        const bool hex = (u >= u'0' && u <= u'9') || (u >= u'a' && u <= u'f') || (u >= u'A' && u <= u'F');
        if (!hex && u != u'/') {
            return std::nullopt;
        }
    }
    bool highOk = false;
    bool lowOk = false;
    const quint64 high = text.first(slash).toUInt(&highOk, 16);
    const quint64 low = text.sliced(slash + 1).toUInt(&lowOk, 16);
    if (!highOk || !lowOk) {
        return std::nullopt;
    }
    return Lsn{(high << 32) | low};
}

QString Lsn::toString() const
{
    return QStringLiteral("%1/%2").arg(value >> 32, 0, 16).arg(value & 0xFFFFFFFFU, 0, 16).toUpper();
}

} // namespace howdah::cluster
