// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/labserver.h"

#include <QFile>
#include <signal.h>
#include <sys/ipc.h>
#include <sys/shm.h>
#include <sys/types.h>

namespace howdah::testsupport {

namespace {

QList<QByteArray> pidFile(const QString &dataDir)
{
    QFile file(dataDir + QStringLiteral("/postmaster.pid"));
    return file.open(QIODevice::ReadOnly) ? file.readAll().split('\n') : QList<QByteArray>();
}

// Dead, and only waiting for its parent to take note: in a container the first process may never do so.
bool isZombie(qint64 pid)
{
    QFile file(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!file.open(QIODevice::ReadOnly)) {
        return false;
    }
    const QByteArray stat = file.readAll();
    return stat.mid(stat.lastIndexOf(')') + 2, 1) == "Z";
}

} // namespace

QString LabServer::conninfo(const QString &user, const QString &database) const
{
    return QStringLiteral("host=%1 port=%2 user=%3 dbname=%4").arg(host).arg(port).arg(user, database);
}

core::Result<TextRows> LabServer::sql(const QString &query) const
{
    return testsupport::sql(conninfo(QStringLiteral("postgres")), query);
}

QString LabServer::value(const QString &query) const
{
    const core::Result<TextRows> rows = sql(query);
    if (!rows) {
        return QStringLiteral("ERROR: ") + rows.error().message;
    }
    return rows->isEmpty() ? QString() : rows->first().value(0);
}

Output LabServer::control(const QStringList &arguments) const
{
    return run(prefix + QStringList{bin + QStringLiteral("/pg_ctl"), QStringLiteral("-D"), dataDir} + arguments, 90000);
}

Output LabServer::start() const
{
    // PostgreSQL takes a zombie of that number for a running postmaster.
    const QList<QByteArray> lines = pidFile(dataDir);
    if (!lines.isEmpty() && isZombie(lines.first().toLongLong())) {
        forgetSharedMemory(dataDir); // is named in that file
        QFile::remove(dataDir + QStringLiteral("/postmaster.pid"));
        QFile::remove(QStringLiteral("%1/.s.PGSQL.%2.lock").arg(socketDir).arg(port));
    }
    Output output = control({QStringLiteral("-s"), QStringLiteral("-w"), QStringLiteral("-t"), QStringLiteral("60"),
                             QStringLiteral("-l"), logFile, QStringLiteral("start")});
    QFile log(logFile);
    if (!output.ok() && log.open(QIODevice::ReadOnly)) {
        output.err += log.readAll().right(600); // what pg_ctl only points to
    }
    return output;
}

Output LabServer::stop(const QString &mode) const
{
    return control({QStringLiteral("-s"), QStringLiteral("-w"), QStringLiteral("-m"), mode, QStringLiteral("stop")});
}

Output LabServer::promote() const
{
    return control({QStringLiteral("-s"), QStringLiteral("-w"), QStringLiteral("promote")});
}

qint64 LabServer::pid() const
{
    const QList<QByteArray> lines = pidFile(dataDir);
    const qint64 pid = lines.isEmpty() ? 0 : lines.first().toLongLong();
    return pid > 0 && ::kill(static_cast<pid_t>(pid), 0) == 0 && !isZombie(pid) ? pid : 0;
}

QList<qint64> LabServer::children() const
{
    QList<qint64> pids;
    QFile file(QStringLiteral("/proc/%1/task/%1/children").arg(pid()));
    if (file.open(QIODevice::ReadOnly)) {
        for (const QByteArray &child : file.readAll().split(' ')) {
            if (!child.trimmed().isEmpty()) {
                pids << child.toLongLong();
            }
        }
    }
    return pids;
}

bool LabServer::kill() const
{
    const qint64 postmaster = pid();
    // Frozen children would never notice that it went.
    const QList<qint64> family = children();
    if (postmaster == 0 || ::kill(static_cast<pid_t>(postmaster), SIGKILL) != 0) {
        return false;
    }
    for (const qint64 child : family) {
        ::kill(static_cast<pid_t>(child), SIGCONT);
    }
    return true;
}

bool LabServer::freeze(Part part) const
{
    const qint64 postmaster = pid();
    if (postmaster == 0 || ::kill(static_cast<pid_t>(postmaster), SIGSTOP) != 0) {
        return false;
    }
    if (part == Part::Server) {
        for (const qint64 child : children()) {
            ::kill(static_cast<pid_t>(child), SIGSTOP);
        }
    }
    return true;
}

bool LabServer::thaw() const
{
    const qint64 postmaster = pid();
    for (const qint64 child : children()) {
        ::kill(static_cast<pid_t>(child), SIGCONT);
    }
    return postmaster != 0 && ::kill(static_cast<pid_t>(postmaster), SIGCONT) == 0;
}

void forgetSharedMemory(const QString &dataDir)
{
    // Line 7: key and id. https://www.postgresql.org/docs/current/storage-file-layout.html
    const QList<QByteArray> words = pidFile(dataDir).value(6).simplified().split(' ');
    bool isNumber = false;
    const int id = words.value(1).toInt(&isNumber);
    if (isNumber) {
        ::shmctl(id, IPC_RMID, nullptr);
    }
}

} // namespace howdah::testsupport
