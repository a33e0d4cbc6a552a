// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <utility>
#include <vector>

namespace howdah::operations::address {

/// A word of a script, without its quotes. What the shell would put in stands as it is written: "$name", "$(…)".
struct ShellWord {
    QString text;
    int line = 0;
    bool expands = false; ///< there is something in it that the shell puts in
    bool isQuoted = false;
};

/// A simple command of a script, where it stands and what hangs on it.
struct ShellCommand {
    enum class Joint {
        End, ///< nothing: whatever comes of it, the script goes on
        And,
        Or,
        Pipe,
        Background,
    };
    int line = 0;
    std::vector<ShellWord> assignments; ///< NAME=VALUE before it, or alone
    std::vector<ShellWord> words;
    QString hereText; ///< of its here-documents
    Joint after = Joint::End;
    int afterDepth = 0;       ///< how deep that joint stands
    int depth = 0;            ///< how many groups, branches, loops and functions it stands in
    bool isCondition = false; ///< of an if, a while or an until, or behind a "!"
    int pipeline = 0;         ///< the same for all that are joined by pipes
    int scope = 0;            ///< 0: the script's own; else that of a substitution
    QString into;             ///< the variable that the substitution it stands in is assigned to
    QString function;         ///< in whose body it stands
    /// The branches that it stands in: which if or case, and which arm of that.
    std::vector<std::pair<int, int>> arms;
};

/// A script as far as it can be read without running it.
struct ShellText {
    std::vector<ShellCommand> commands; ///< in the order in which they stand there, substitutions before what has them
    QStringList functions;
    QString problem; ///< why the rest can't be read; empty: all was
    int problemLine = 0;
};

/// Reads a POSIX shell's text, and what bash has besides so far that it is got over: comments, quotes, continued lines,
/// here-documents, substitutions, compound commands. Runs nothing. Pure.
ShellText readShell(const QString &text, int firstLine = 1);

} // namespace howdah::operations::address
