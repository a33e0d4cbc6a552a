// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/localcluster.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QRandomGenerator>
#include <QTcpServer>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

namespace howdah::testsupport {

namespace {

// Short: a socket's path has 107 characters at most. Root removes and kills by what stands there: no place where others
// may write.
QString baseDirectory()
{
    return isRoot() ? QStringLiteral("/var/cache/howdah-test/local")
                    : QStringLiteral("/tmp/howdah-local-%1").arg(::geteuid());
}

// A directory, no link to one, of this user, where nobody else can write.
bool isOurDirectory(const QString &path)
{
    struct stat status = {};
    return ::lstat(QFile::encodeName(path).constData(), &status) == 0 && S_ISDIR(status.st_mode) &&
           status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

QString cacheDirectory()
{
    if (isRoot()) {
        return QStringLiteral("/var/cache/howdah-test");
    }
    const QString xdg = qEnvironmentVariable("XDG_CACHE_HOME");
    return (xdg.isEmpty() ? QDir::homePath() + QStringLiteral("/.cache") : xdg) + QStringLiteral("/howdah-test");
}

bool writeFile(const QString &path, const QString &text, QIODevice::OpenMode mode = QIODevice::WriteOnly)
{
    QFile file(path);
    return file.open(mode) && file.write(text.toUtf8()) >= 0;
}

// A port that was free a moment ago, below those that the kernel gives out: a server that stops finds it free again.
int freePort()
{
    QTcpServer server;
    for (int tries = 0; tries < 100; ++tries) {
        if (server.listen(QHostAddress::LocalHost,
                          static_cast<quint16>(QRandomGenerator::global()->bounded(10'000, 16'000)))) {
            break;
        }
    }
    return server.serverPort();
}

bool isOurs(qint64 pid, const QString &dataDir)
{
    QFile cmdline(QStringLiteral("/proc/%1/cmdline").arg(pid));
    return cmdline.open(QIODevice::ReadOnly) && cmdline.readAll().contains(dataDir.toUtf8());
}

void takeAway(const QString &directory)
{
    if (!isOurDirectory(directory)) {
        return;
    }
    for (const QFileInfo &node : QDir(directory).entryInfoList(QDir::Dirs | QDir::NoDotAndDotDot | QDir::NoSymLinks)) {
        LabServer server;
        server.dataDir = node.filePath() + QStringLiteral("/data");
        const qint64 pid = server.pid();
        if (pid != 0 && isOurs(pid, server.dataDir)) {
            const QList<qint64> family = QList<qint64>{pid} + server.children();
            for (const qint64 one : family) {
                ::kill(static_cast<pid_t>(one), SIGKILL);
            }
            // Until they are gone they may still write into what is removed next.
            for (int tries = 0; tries < 500 && !processIdentity(pid).isEmpty() && isOurs(pid, server.dataDir);
                 ++tries) {
                ::usleep(10000);
            }
        }
        forgetSharedMemory(server.dataDir);
    }
    QDir(directory).removeRecursively();
}

} // namespace

std::optional<QString> LocalCluster::binaries(int major)
{
    for (const QString &path : {QStringLiteral("/usr/lib/postgresql/%1/bin").arg(major),
                                QStringLiteral("%1/pg/%2/bin").arg(cacheDirectory()).arg(major)}) {
        if (QFileInfo(path + QStringLiteral("/postgres")).isExecutable() &&
            QFileInfo(path + QStringLiteral("/initdb")).isExecutable()) {
            return path;
        }
    }
    return std::nullopt;
}

int LocalCluster::newestMajor()
{
    int newest = 0;
    for (const QString &name : QDir(QStringLiteral("/usr/lib/postgresql")).entryList(QDir::Dirs)) {
        const int major = name.toInt();
        if (major > newest && binaries(major)) {
            newest = major;
        }
    }
    return newest;
}

core::Result<std::unique_ptr<LocalCluster>> LocalCluster::start(const Options &options)
{
    sweep();
    const int major = options.major > 0 ? options.major : newestMajor();
    const std::optional<QString> bin = binaries(major);
    if (!bin) {
        return core::failure(core::Error::Kind::NotFound, QStringLiteral("no programs of PostgreSQL %1").arg(major),
                             QStringLiteral("sh tests/support/majors.sh"));
    }
    std::unique_ptr<LocalCluster> cluster(new LocalCluster);
    const qint64 own = QCoreApplication::applicationPid();
    for (int sequence = 1; cluster->m_directory.isEmpty(); ++sequence) {
        const QString path = QStringLiteral("%1/%2-%3").arg(baseDirectory()).arg(own).arg(sequence);
        if (sequence > 1000) {
            return core::failure(core::Error::Kind::Io,
                                 QStringLiteral("cannot make a directory in ") + baseDirectory());
        }
        if (QDir().mkpath(baseDirectory()) && isOurDirectory(baseDirectory()) && QDir().mkdir(path)) {
            cluster->m_directory = path;
            // Also with a strict umask: the servers belong to another user when root starts them.
            QFile::setPermissions(path, QFile::Permissions::fromInt(0x7055));
            QFile::setPermissions(baseDirectory(), QFile::permissions(path));
        }
    }
    writeFile(cluster->m_directory + QStringLiteral("/owner"), processIdentity(own));
    for (int index = 0; index < options.nodes; ++index) {
        const core::Result<QString> made = cluster->makeNode(options, *bin, index);
        if (!made) {
            return tl::unexpected(made.error());
        }
    }
    return cluster;
}

QString LocalCluster::nodeSettings(const Options &options, const LabServer &server) const
{
    QString text =
        QStringLiteral("listen_addresses = '127.0.0.1'\nport = %1\nunix_socket_directories = '%2'\n"
                       "cluster_name = '%3'\nfsync = %4\n")
            .arg(server.port)
            .arg(server.socketDir, server.name, options.fsync ? QStringLiteral("on") : QStringLiteral("off"));
    for (const QString &setting : options.settings) {
        text += QStringLiteral("%1 = '%2'\n")
                    .arg(setting.section(QLatin1Char('='), 0, 0), setting.section(QLatin1Char('='), 1));
    }
    if (!m_nodes.empty()) {
        text += QStringLiteral("primary_conninfo = 'host=127.0.0.1 port=%1 user=replicator application_name=%2'\n"
                               "primary_slot_name = '%2'\n")
                    .arg(m_nodes.front().port)
                    .arg(server.name);
    }
    return text;
}

core::Result<QString> LocalCluster::makeNode(const Options &options, const QString &bin, int index)
{
    LabServer server;
    server.name = QStringLiteral("pg%1").arg(index + 1);
    server.host = QStringLiteral("127.0.0.1");
    server.port = freePort();
    const QString directory = m_directory + QLatin1Char('/') + server.name;
    server.dataDir = directory + QStringLiteral("/data");
    server.socketDir = directory;
    server.logFile = directory + QStringLiteral("/postgres.log");
    server.bin = bin;
    server.prefix = asPostgres({});

    const core::Result<QByteArray> from = runOrFail(
        {QStringLiteral("bash"), QStringLiteral(HOWDAH_LAB_DIR "/template.sh"), bin, QString::number(options.system)});
    if (!from) {
        return tl::unexpected(from.error());
    }
    QDir().mkdir(directory);
    const core::Result<QByteArray> copied =
        runOrFail({QStringLiteral("cp"), QStringLiteral("-a"), QStringLiteral("--reflink=auto"),
                   QString::fromUtf8(from->trimmed()), server.dataDir});
    writeFile(server.dataDir + QStringLiteral("/node.conf"), nodeSettings(options, server));
    if (index > 0) {
        writeFile(server.dataDir + QStringLiteral("/standby.signal"), {});
        const auto slot = m_nodes.front().sql(
            QStringLiteral("SELECT pg_create_physical_replication_slot('%1', true)").arg(server.name));
        if (!slot) {
            return tl::unexpected(slot.error());
        }
    }
    if (isRoot()) {
        run({QStringLiteral("chown"), QStringLiteral("postgres:"), directory,
             server.dataDir + QStringLiteral("/node.conf"), server.dataDir + QStringLiteral("/standby.signal")});
    }
    const Output started = copied ? server.start() : Output{};
    if (!started.ok()) {
        QFile log(server.logFile);
        const bool readable = log.open(QIODevice::ReadOnly);
        return core::failure(core::Error::Kind::Io,
                             QStringLiteral("%1 does not start: %2 %3")
                                 .arg(server.name, copied ? QString::fromUtf8(started.err) : copied.error().message,
                                      readable ? QString::fromUtf8(log.readAll().right(1000)) : QString()));
    }
    m_nodes.push_back(server);
    return server.name;
}

void LocalCluster::sweep()
{
    if (!isOurDirectory(baseDirectory())) {
        return;
    }
    for (const QFileInfo &entry :
         QDir(baseDirectory()).entryInfoList({QStringLiteral("*-*")}, QDir::Dirs | QDir::NoDotAndDotDot)) {
        QFile file(entry.filePath() + QStringLiteral("/owner"));
        const QString owner = file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
        const qint64 pid = entry.fileName().section(QLatin1Char('-'), 0, 0).toLongLong();
        const QString alive = processIdentity(pid);
        // Without an owner file yet it is a moment old, and its maker is alive.
        if (alive.isEmpty() || (!owner.isEmpty() && owner != alive)) {
            takeAway(entry.filePath());
        }
    }
}

LocalCluster::~LocalCluster()
{
    takeAway(m_directory);
}

cluster::ClusterConfig LocalCluster::config(const QString &user) const
{
    cluster::ClusterConfig config;
    config.name = QStringLiteral("local");
    config.manager = cluster::ManagerKind::None;
    for (const LabServer &server : m_nodes) {
        cluster::NodeConfig one;
        one.name = server.name;
        one.conninfo = server.conninfo(user);
        one.hasCommand = true;
        one.command = server.prefix;
        const QStringList control{server.bin + QStringLiteral("/pg_ctl"), QStringLiteral("-D"), server.dataDir,
                                  QStringLiteral("-w")};
        one.start = control + QStringList{QStringLiteral("-l"), server.logFile, QStringLiteral("start")};
        one.stop = control + QStringList{QStringLiteral("-m"), QStringLiteral("fast"), QStringLiteral("stop")};
        config.nodes.push_back(one);
    }
    return config;
}

} // namespace howdah::testsupport
