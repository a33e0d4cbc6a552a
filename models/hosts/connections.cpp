// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/connections.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QProcess>
#include <cerrno>
#include <cstdlib>
#include <sys/stat.h>
#include <unistd.h>

#include "core/logging.h"
#include "hosts/commandline.h"

namespace howdah::hosts {

namespace {

// 8 characters of ours, '-', %C (40), and what ssh appends while it binds ('.' and 16), in a sun_path of 104 with its
// end. mux.c: muxserver_listen.
constexpr qsizetype kLongestDirectory = 103 - 1 - 8 - 1 - 40 - 17;

// Asks the masters whose sockets are named to exit. ssh takes the path as it stands; the host's name does not matter.
const char kCloseScript[] = "d=$1; shift\n"
                            "for s in \"$@\"; do\n"
                            "  timeout 5 ssh -F none -o ControlPath=\"$s\" -O exit x; rm -f \"$s\"\n"
                            "done >/dev/null 2>&1\n"
                            "[ -z \"$d\" ] || rmdir \"$d\" 2>/dev/null\n";

QString nameOf(const QStringList &prefix)
{
    const QByteArray words = prefix.join(QChar(0)).toUtf8();
    return QString::fromLatin1(QCryptographicHash::hash(words, QCryptographicHash::Sha1).toHex().first(8));
}

// Whether others can neither read nor replace what lies in it. A link is not followed.
bool isOurs(const QString &path)
{
    struct stat info {};
    return ::lstat(QFile::encodeName(path).constData(), &info) == 0 && S_ISDIR(info.st_mode) &&
           info.st_uid == ::geteuid() && (info.st_mode & 077) == 0;
}

// Whether others cannot replace what is ours in it: /tmp.
bool isSticky(const QString &path)
{
    struct stat info {};
    return ::stat(QFile::encodeName(path).constData(), &info) == 0 && S_ISDIR(info.st_mode) &&
           (info.st_mode & S_ISVTX) != 0;
}

void askToExit(const QString &directory, const QStringList &sockets)
{
    QProcess closer;
    closer.setProgram(QStringLiteral("sh"));
    closer.setArguments(
        QStringList{QStringLiteral("-c"), QString::fromLatin1(kCloseScript), QStringLiteral("sh"), directory} +
        sockets);
    closer.setStandardInputFile(QProcess::nullDevice());
    closer.setStandardOutputFile(QProcess::nullDevice());
    closer.setStandardErrorFile(QProcess::nullDevice());
    closer.setWorkingDirectory(QStringLiteral("/"));
    closer.startDetached();
}

QStringList socketsIn(const QString &directory, const QString &begin)
{
    QStringList paths;
    const QDir dir(directory);
    for (const QString &name : dir.entryList({begin + QLatin1Char('*')}, QDir::System | QDir::Hidden)) {
        paths << dir.filePath(name);
    }
    return paths;
}

} // namespace

bool isKept(const QString &controlPath)
{
    const QString directory = controlPath.section(QLatin1Char('/'), 0, -2);
    const QString begin = controlPath.section(QLatin1Char('/'), -1).section(QLatin1Char('%'), 0, 0);
    return !directory.isEmpty() && !socketsIn(directory, begin).isEmpty();
}

Connections::~Connections()
{
    closeAll();
}

QString Connections::controlPath(const QStringList &prefix)
{
    m_problem.clear();
    if (!keepsConnections(prefix) || !haveDirectory()) {
        return {};
    }
    // %C is a hash of what ssh makes of host, port and user: when its configuration changes, so does the path.
    return QStringLiteral("%1/%2-%C").arg(m_directory, nameOf(prefix));
}

bool Connections::haveDirectory()
{
    if (!m_directory.isEmpty() && QFile::exists(m_directory)) {
        if (isOurs(m_directory)) {
            return true;
        }
        m_problem = QStringLiteral("%1 belongs to somebody else, or others may enter it: ssh connections are not kept.")
                        .arg(m_directory);
        return false;
    }
    m_directory.clear();
    // The runtime directory is of mode 0700 (XDG base directory specification); one that is not is not trusted.
    const QString runtime = qEnvironmentVariable("XDG_RUNTIME_DIR");
    if (!runtime.isEmpty() && isOurs(runtime) && makeDirectory(runtime)) {
        return true;
    }
    for (const QString &base : {QDir::tempPath(), QStringLiteral("/tmp")}) {
        if ((isOurs(base) || isSticky(base)) && makeDirectory(base)) {
            return true;
        }
    }
    m_problem =
        QStringLiteral("No private directory with a short path can be made in XDG_RUNTIME_DIR, TMPDIR or /tmp: ssh "
                       "connections are not kept.");
    qCWarning(lcHosts) << m_problem;
    return false;
}

bool Connections::makeDirectory(const QString &base)
{
    QByteArray path = QFile::encodeName(base) + "/howdah-XXXXXX";
    if (path.size() > kLongestDirectory || !path.startsWith('/') || path.contains('%')) { // ssh expands %
        return false;
    }
    if (!::mkdtemp(path.data())) { // with mode 0700
        return false;
    }
    m_directory = QFile::decodeName(path);
    return true;
}

void Connections::drop(const QStringList &prefix)
{
    if (m_directory.isEmpty() || !isOurs(m_directory)) {
        return;
    }
    QStringList away;
    for (const QString &socket : socketsIn(m_directory, nameOf(prefix) + QLatin1Char('-'))) {
        // At once out of the way of the next command; a socket is reached by its new name too.
        const QString moved = QStringLiteral("%1/dropped%2").arg(m_directory).arg(++m_dropped);
        if (::rename(QFile::encodeName(socket).constData(), QFile::encodeName(moved).constData()) == 0) {
            away << moved;
        }
    }
    if (!away.isEmpty()) {
        askToExit(QString(), away);
    }
}

void Connections::closeAll()
{
    if (!m_directory.isEmpty() && isOurs(m_directory)) {
        const QStringList sockets = socketsIn(m_directory, QString());
        if (sockets.isEmpty()) {
            ::rmdir(QFile::encodeName(m_directory).constData());
        } else {
            askToExit(m_directory, sockets);
        }
    }
    m_directory.clear();
}

} // namespace howdah::hosts
