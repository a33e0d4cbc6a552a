// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/serveroptions.h"

namespace howdah::hosts {

QStringList serverOptions(const QStringList &commandLine, QString *dataDirectory)
{
    QStringList options;
    for (qsizetype i = 1; i < commandLine.size(); ++i) {
        const QString &word = commandLine.at(i);
        QString named;
        if (word == QLatin1String("-D")) {
            named = commandLine.value(++i);
        } else if (word.startsWith(QLatin1String("-D"))) {
            named = word.mid(2);
        } else {
            options << word;
            // The word behind these is a value, also when it looks like -D.
            if (word == QLatin1String("-c") && i + 1 < commandLine.size()) {
                options << commandLine.at(++i);
            }
            continue;
        }
        if (dataDirectory) {
            *dataDirectory = named;
        }
    }
    return options;
}

QStringList parsePostmasterOpts(const QString &text)
{
    const QString line = text.section(QLatin1Char('\n'), 0, -1).trimmed();
    qsizetype at = line.indexOf(QLatin1String(" \""));
    if (at < 0) {
        return line.isEmpty() ? QStringList() : QStringList{line};
    }
    QStringList words{line.first(at)};
    QString rest = line.mid(at + 2);
    if (rest.endsWith(QLatin1Char('"'))) {
        rest.chop(1);
    }
    return words + rest.split(QStringLiteral("\" \""));
}

} // namespace howdah::hosts
