// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QStringList>

namespace howdah::hosts {

/// Whether ssh gave up before the host's sshd had greeted it: where a jump host or a ProxyCommand is in the way, it
/// ended there. By the texts of OpenSSH 8 to 10. Thread-safe.
bool wasNotGreeted(const QByteArray &standardError);

/// Whether it waited in vain, so that another attempt would take as long again. Thread-safe.
bool waitedInVain(const QByteArray &standardError);

/// The command that tells what the user's configuration makes of the outermost ssh of a prefix (ssh -G); it connects to
/// nothing. Empty without ssh. Thread-safe.
QStringList wayQuestion(const QStringList &prefix);

/// What is in the way by its answer, "the jump host bastion"; empty: nothing is. A ProxyCommand is not shown, as it may
/// have a password in it. Thread-safe.
QString wayIn(const QByteArray &answer);

/// Why ssh gets no key from an ssh-agent: none is known to this process, or none answers. Empty: one listens, whatever
/// keys it has. Waits for nothing. Thread-safe.
QString agentProblem();

} // namespace howdah::hosts
