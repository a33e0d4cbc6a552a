// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMultiHash>
#include <QStringList>
#include <vector>

namespace howdah::hosts {

/// One ssh client in a prefix, its options read as ssh itself reads them.
struct SshClient {
    qsizetype word = -1;        ///< index of "ssh" in the prefix
    qsizetype destination = -1; ///< index of [user@]host; -1 when there is none
    QString flags;              ///< the letters of all its options
    /// What is set by -o, with the key in lower case, and by flags that take a value under their own letter ("F", "l").
    QMultiHash<QString, QString> settings;

    /// Whether the user has decided on this, by -o or by the flag that means the same.
    bool sets(const QString &key, const char *flagLetters = "") const;
};

/// Every ssh client in a prefix, outermost first: the program itself, one behind sudo or env, one that another starts
/// on its host. Options as in getopt's string of ssh.c (OpenSSH 9), which reads them also behind the destination.
/// Thread-safe.
std::vector<SshClient> sshClients(const QStringList &prefix);

} // namespace howdah::hosts
