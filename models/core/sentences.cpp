// SPDX-License-Identifier: GPL-3.0-or-later
#include "core/sentences.h"

namespace howdah::core {

QString sentences(const QStringList &parts)
{
    QStringList whole;
    for (const QString &part : parts) {
        QString one = part.trimmed();
        if (one.isEmpty()) {
            continue;
        }
        if (!QStringLiteral(".!?:…").contains(one.back())) {
            one += QLatin1Char('.');
        }
        whole.append(one);
    }
    return whole.join(QLatin1Char(' '));
}

} // namespace howdah::core
