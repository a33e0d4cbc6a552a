// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>

#include "core/error.h"

namespace howdah::app {

/// Exit codes that others script against.
enum ExitCode {
    kDone = 0,
    kRefused = 1,    ///< by a check, or an input that can't be used; nothing changed
    kUndone = 2,     ///< failed and undone: all is as before
    kIncomplete = 3, ///< failed half-way: the message says what remains
    kUsage = 64,
};

enum class Command {
    Open,
    Demo,
    Discover,
    Status,
    Check,
    Switchover,
    Journal,
    Patroni,
    Address,
    AddressScript,
    AddressLint,
    LastWill,
    Credentials,
    Help,
    Version
};

/// What the command line asks for. A value.
struct Invocation {
    Command command = Command::Open;
    QString cluster;           ///< a name, a path, or a conninfo; of discover: the conninfo
    QString demoAction;        ///< start, stop, status
    QString journalAction;     ///< show, resume, undo
    QString operation;         ///< journal: its id; empty: the newest that can be finished
    QString target;            ///< switchover --to; patroni switchover-at --to; address assign: the node
    QString addressName;       ///< address assign and script: which; empty: all are listed
    QString runbook;           ///< --runbook FILE of what has a plan
    QString patroniAction;     ///< status, pause, …
    QStringList words;         ///< what stands behind it: a node, a time, KEY=VALUE…; address lint: files
    QString credentialsAction; ///< list, import, set, remove; target is the tool or the provider
    QString context;           ///< credentials import --context: of the tool's file
    QString outputFile;        ///< discover and address script: -o
    QString screenshot;        ///< open --screenshot: paint the window into this file and end
    QString page;              ///< open --page
    QString theme;             ///< open --theme light|dark
    QString size;              ///< open --size 1280x800
    QString after;             ///< open --after 60: sample so many seconds before the screenshot
    bool force = false;        ///< with -o: the file may be there already
    bool json = false;
    bool dryRun = false; ///< switchover --dry-run
    bool native = false; ///< switchover --native: not through the manager
    bool probe = false;  ///< switchover --probe: measure what applications see
    bool yes = false;    ///< switchover --yes: warnings are accepted, nobody is asked
    QString accept;      ///< switchover --accept ID,ID: as --yes, and no other warnings than these are

    bool needsWindow() const { return command == Command::Open; }
    /// It may run operations, or hide what is typed, without a window.
    bool mayAct() const
    {
        return command == Command::Switchover || command == Command::Journal || command == Command::Patroni ||
               command == Command::Address || command == Command::Credentials;
    }
};

/// Reads the arguments behind the program's name. Errors say what is wrong with which argument.
core::Result<Invocation> parseArguments(const QStringList &arguments);

/// The text of --help.
QString helpText();

} // namespace howdah::app
