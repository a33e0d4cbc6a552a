// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayList>
#include <QFile>
#include <QHash>
#include <QRegularExpression>
#include <QStandardPaths>
#include <vector>

#include "support/labprocess.h"

namespace howdah::integration {

/// A system call of a traced process.
struct TracedCall {
    QByteArray name;
    QByteArray target;      ///< what its descriptor is: a path, "pipe:[1]", "TCP:[127.0.0.1:1->127.0.0.1:2]"
    QByteArrayList strings; ///< of its arguments
    int begun = 0;          ///< lines of the trace: of two calls the one came first that began on an earlier line
    int ended = 0;          ///< 0: it never returned
    bool worked = false;
};

/// What stands before a command so that strace writes down those calls of it and of its threads; what it runs is not
/// followed any further than to its start. prctl(), by which the console keeps its memory to itself, is kept from doing
/// so: who is not root would see no strings.
inline QStringList tracing(const QString &file, const QString &calls)
{
    return {QStringLiteral("strace"),
            QStringLiteral("-f"),
            QStringLiteral("-q"),
            QStringLiteral("-xx"), // every byte as \xHH: nothing to be quoted
            QStringLiteral("-yy"), // what a descriptor is
            QStringLiteral("-s"),
            QStringLiteral("1000000"),
            QStringLiteral("--detach-on=execve"),
            QStringLiteral("--inject=prctl:retval=0"),
            QStringLiteral("--trace=prctl,") + calls,
            QStringLiteral("-o"),
            file};
}

/// Why nothing can be traced here; empty when it can.
inline QString whyNotTraced(const QString &file)
{
    if (QStandardPaths::findExecutable(QStringLiteral("strace")).isEmpty()) {
        return QStringLiteral("needs strace");
    }
    const testsupport::Output tried =
        testsupport::run(tracing(file, QStringLiteral("execve")) + QStringList{QStringLiteral("true")});
    return tried.ok() ? QString()
                      : QStringLiteral("needs leave to trace processes: ") + QString::fromUtf8(tried.err.trimmed());
}

/// "\x61b" as "ab".
inline QByteArray unescaped(const QByteArray &text)
{
    QByteArray plain;
    for (qsizetype i = 0; i < text.size(); ++i) {
        if (text.mid(i, 2) == "\\x") {
            plain += static_cast<char>(text.mid(i + 2, 2).toInt(nullptr, 16));
            i += 3;
        } else {
            plain += text[i];
        }
    }
    return plain;
}

/// Its name and arguments from "write(3<\x2f\x61>, "\x62", 1 …".
inline TracedCall callFrom(const QByteArray &text, int line)
{
    TracedCall call;
    call.begun = line;
    const qsizetype open = text.indexOf('(');
    call.name = text.left(open);
    static const QRegularExpression descriptor(QStringLiteral("^\\d+<((?:->|[^>])*)>"));
    const QRegularExpressionMatch match = descriptor.match(QString::fromLatin1(text.mid(open + 1, 4000)));
    call.target = unescaped(match.captured(1).toLatin1());
    const QByteArrayList pieces = text.mid(open).split('"');
    for (qsizetype i = 1; i < pieces.size(); i += 2) {
        call.strings.append(unescaped(pieces[i]));
    }
    return call;
}

/// The calls that strace has written into that file, in the order in which they began.
inline std::vector<TracedCall> tracedCalls(const QString &path)
{
    std::vector<TracedCall> calls;
    QHash<QByteArray, std::size_t> underWay; // by thread
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return calls;
    }
    for (int number = 1; !file.atEnd(); ++number) {
        const QByteArray line = file.readLine().trimmed();
        const QByteArray thread = line.left(line.indexOf(' '));
        const QByteArray text = line.mid(thread.size()).trimmed();
        const bool resumes = text.startsWith("<... ");
        if (!resumes && (text.indexOf('(') <= 0 || text.startsWith("---") || text.startsWith("+++"))) {
            continue; // signals and ends
        }
        if (!resumes) {
            underWay.insert(thread, calls.size());
            calls.push_back(callFrom(text, number));
            // A process that becomes another program is let go, and its line is left as it is.
            calls.back().worked = calls.back().name == "execve";
        }
        if (!underWay.contains(thread) || text.endsWith("<unfinished ...>")) {
            continue;
        }
        TracedCall &call = calls[underWay.take(thread)];
        const qsizetype result = text.lastIndexOf(" = ");
        call.ended = number;
        call.worked = text.endsWith("<detached ...>") || (result > 0 && !text.mid(result + 3).startsWith('-'));
    }
    return calls;
}

} // namespace howdah::integration
