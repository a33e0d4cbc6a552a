// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/sshway.h"

#include <QFile>
#include <QRegularExpression>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/servertext.h"
#include "hosts/sshprefix.h"

namespace howdah::hosts {

namespace {

// connect(2) on a socket that does not block: 0, or why it is of no use. A full queue is of one that is there.
int reasonAgainst(const QByteArray &path)
{
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    if (path.size() >= static_cast<qsizetype>(sizeof address.sun_path)) {
        return ENAMETOOLONG;
    }
    std::copy(path.cbegin(), path.cend(), address.sun_path);
    const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0) {
        return 0;
    }
    const int failed = ::connect(fd, reinterpret_cast<const sockaddr *>(&address), sizeof address) == 0 ? 0 : errno;
    ::close(fd);
    return failed == EAGAIN || failed == EINPROGRESS ? 0 : failed;
}

} // namespace

bool wasNotGreeted(const QByteArray &standardError)
{
    static const QRegularExpression expression(
        QStringLiteral("^(?:kex_exchange_identification: |ssh_exchange_identification: |banner exchange: |"
                       "Connection timed out during banner exchange)"),
        QRegularExpression::MultilineOption);
    return expression.match(QString::fromUtf8(standardError)).hasMatch();
}

bool waitedInVain(const QByteArray &standardError)
{
    return standardError.contains("Connection timed out during banner exchange");
}

QStringList wayQuestion(const QStringList &prefix)
{
    const std::vector<SshClient> clients = sshClients(prefix);
    if (clients.empty() || clients.front().destination < 0) {
        return {};
    }
    QStringList words = prefix.first(clients.front().destination + 1);
    words.insert(clients.front().word + 1, QStringLiteral("-G"));
    return words;
}

QString wayIn(const QByteArray &answer)
{
    for (const QByteArray &line : answer.split('\n')) {
        const qsizetype blank = line.indexOf(' ');
        const QByteArray key = line.first(qMax<qsizetype>(0, blank));
        const QByteArray value = line.mid(blank + 1).trimmed();
        if (value.isEmpty() || value == "none") {
            continue;
        }
        if (key == "proxyjump") {
            return QStringLiteral("the jump host ") + core::sanitizedName(QString::fromUtf8(value));
        }
        if (key == "proxycommand") {
            return QStringLiteral("its ProxyCommand");
        }
    }
    return {};
}

QString agentProblem()
{
    const QByteArray path = qgetenv("SSH_AUTH_SOCK");
    if (path.isEmpty()) {
        return QStringLiteral("SSH_AUTH_SOCK is not set: this console knows of no ssh-agent.");
    }
    const int failed = reasonAgainst(path);
    return failed == 0
               ? QString()
               : QStringLiteral("No ssh-agent answers at %1 (SSH_AUTH_SOCK): %2.")
                     .arg(core::sanitizedName(QFile::decodeName(path)), QString::fromLocal8Bit(std::strerror(failed)));
}

} // namespace howdah::hosts
