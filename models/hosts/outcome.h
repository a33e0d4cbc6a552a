// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QString>

#include "core/error.h"

namespace howdah::hosts {

/// How a command ended.
struct Outcome {
    enum class End {
        Exited,          ///< by itself, with exitCode
        Crashed,         ///< the process on this machine was ended by a signal, whose number is exitCode
        DeadlinePassed,  ///< ours; ended by us
        Cancelled,       ///< by cancel()
        NotStarted,      ///< a prefix or argv that is refused, or no such program on this machine
        HostUnreachable, ///< ssh's own exit code 255, with ssh's own words or without any
    };

    End end = End::NotStarted;
    int exitCode = -1;      ///< of Exited, or the signal of Crashed; -1: none
    QByteArray out;         ///< as it came: neither sanitized nor redacted
    QByteArray err;         ///< likewise
    bool truncated = false; ///< out or err lacks its middle
    qint64 tookMs = 0;
    QString command;       ///< as shown(), without the prefix
    QString whyNotStarted; ///< one sentence
    QString whatToDo;      ///< of NotStarted
    QString way;           ///< of HostUnreachable: through what ssh did not get, "the jump host bastion"; empty: none
    QString agentProblem;  ///< of HostUnreachable, where a host accepts no key: why no ssh-agent offers one
    /// Nobody knows whether the command still runs there: what was ended is the process on this machine, or the
    /// connection broke. Servers keep a command running whose ssh is gone unless it writes to it.
    bool mayStillRun = false;

    /// True when it exited with 0.
    bool ok() const { return end == End::Exited && exitCode == 0; }
    /// What went wrong, for a person, with the last words the command said; node is the name of the node that it was
    /// meant for. Only for an outcome that is not ok().
    core::Error asError(const QString &node) const;
};

/// Whether these are words with which ssh itself says that it did not get to the host, or lost it. Empty when they are
/// not; else the line that says it. By the texts of OpenSSH 8 to 9.
QString sshComplaint(const QByteArray &standardError);
/// Whether that complaint is one from before the command was sent.
bool isBeforeCommand(const QString &complaint);

/// A line of ssh's that concerns nobody: of several commands at once that all want to keep the first connection, or of
/// more than a connection carries, the others connect by themselves and say so (mux.c).
bool isSshNoise(const QString &line);
/// Standard error without such lines.
QByteArray withoutSshNoise(const QByteArray &standardError);

} // namespace howdah::hosts
