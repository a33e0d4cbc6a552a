// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QSignalSpy>

#include "hosts/command.h"

namespace howdah::testsupport {

/// A command with what it has emitted.
class WatchedCommand {
public:
    WatchedCommand()
    {
        QObject::connect(&command, &hosts::Command::outputArrived, &command,
                         [this](const QString &line, bool isError) { (isError ? errorLines : lines) << line; });
        QObject::connect(&command, &hosts::Command::finished, &command, [this](const hosts::Outcome &result) {
            outcome = result;
            ++finishes;
        });
    }

    /// Runs it to its end.
    const hosts::Outcome &run(const QStringList &prefix, const QStringList &argv,
                              const hosts::CommandOptions &options = {})
    {
        QSignalSpy spy(&command, &hosts::Command::finished);
        command.start(prefix, argv, options);
        if (spy.isEmpty()) {
            spy.wait(options.deadlineMs + options.killAfterMs + 5000);
        }
        return outcome;
    }

    hosts::Command command;
    hosts::Outcome outcome;
    int finishes = 0;
    QStringList lines;
    QStringList errorLines;
};

/// Whether a process has ended; one that nobody has buried yet counts as ended.
inline bool isGone(qint64 pid)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!stat.open(QIODevice::ReadOnly)) {
        return true;
    }
    const QByteArray text = stat.readAll();
    return text.isEmpty() || text.mid(text.lastIndexOf(')') + 2, 1) == "Z";
}

} // namespace howdah::testsupport
