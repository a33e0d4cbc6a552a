// SPDX-License-Identifier: GPL-3.0-or-later
#include "table.h"

#include <algorithm>
#include <cstdio>

namespace howdah::bench {

namespace {
QString number(double value, const QString &unit)
{
    const int decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
    return (QString::number(value, 'f', decimals) + QLatin1Char(' ') + unit).trimmed();
}

QString ratioText(double value, double reference)
{
    return reference > 0 ? QString::number(value / reference, 'f', 2) : QStringLiteral("-");
}
} // namespace

void Table::limit(const QString &figure, double value, double limit, const QString &unit)
{
    const bool over = value > limit;
    m_over = m_over || over;
    m_lines.push_back({figure, number(value, unit), QStringLiteral("limit %1").arg(number(limit, unit)),
                       ratioText(value, limit), over ? QStringLiteral("over") : QStringLiteral("PASS")});
}

void Table::peer(const QString &figure, double value, const QString &peerName, double peerValue, const QString &unit)
{
    m_lines.push_back({figure, number(value, unit), QStringLiteral("%1 %2").arg(peerName, number(peerValue, unit)),
                       ratioText(value, peerValue), QString()});
}

void Table::plain(const QString &figure, double value, const QString &unit)
{
    m_lines.push_back({figure, number(value, unit), QString(), QString(), QString()});
}

bool Table::print() const
{
    qsizetype figure = 0, value = 0, against = 0;
    for (const Line &line : m_lines) {
        figure = std::max(figure, line.figure.size());
        value = std::max(value, line.value.size());
        against = std::max(against, line.against.size());
    }
    std::printf("\n%s\n", qPrintable(m_title));
    for (const Line &line : m_lines) {
        const QString text = QStringLiteral("  %1  %2  %3  %4  %5")
                                 .arg(line.figure, -static_cast<int>(figure))
                                 .arg(line.value, static_cast<int>(value))
                                 .arg(line.against, -static_cast<int>(against))
                                 .arg(line.ratio, 5)
                                 .arg(line.result);
        std::printf("%s\n", qPrintable(text.trimmed().prepend(QStringLiteral("  "))));
    }
    std::fflush(stdout);
    return !m_over;
}

} // namespace howdah::bench
