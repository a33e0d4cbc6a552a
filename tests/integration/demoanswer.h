// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <memory>

#include "cluster/clusterconfig.h"
#include "support/labprocess.h"
#include "support/labsql.h"

namespace howdah::demotest {

inline QString text(const char *latin)
{
    return QString::fromLatin1(latin);
}

/// What `howdah demo …` said.
struct Answer {
    int exitCode = -1;
    QList<QJsonObject> objects;
    QByteArray out;
    QByteArray err;

    QString result() const { return objects.isEmpty() ? QString() : objects.last().value(text("result")).toString(); }
    QJsonObject node(const QString &name) const
    {
        for (const QJsonObject &object : objects) {
            if (object.value(text("node")) == name) {
                return object;
            }
        }
        return {};
    }
    QString problem() const
    {
        for (const QJsonObject &object : objects) {
            if (object.contains(text("problem"))) {
                return object.value(text("problem")).toString() + QLatin1Char(' ') +
                       object.value(text("hint")).toString();
            }
        }
        return {};
    }
};

inline QStringList commandLine(const char *action)
{
    return {qEnvironmentVariable("HOWDAH_BINARY"), text("demo"), text(action), text("--json")};
}

inline Answer answerOf(const testsupport::Output &output)
{
    Answer answer{.exitCode = output.exitCode, .objects = {}, .out = output.out, .err = output.err};
    const QList<QByteArray> lines = output.out.split('\n');
    for (const QByteArray &line : lines) {
        if (!line.isEmpty()) {
            answer.objects << QJsonDocument::fromJson(line).object();
        }
    }
    return answer;
}

inline Answer demo(const char *action)
{
    return answerOf(testsupport::run(commandLine(action)));
}

inline QByteArray readAll(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

/// Every process that names the directory in its command line or works in it.
inline QStringList processesOf(const QString &directory)
{
    QStringList found;
    const QStringList pids = QDir(text("/proc")).entryList(QDir::Dirs | QDir::NoDotAndDotDot);
    for (const QString &pid : pids) {
        const QString process = text("/proc/") + pid;
        if (pid.toLongLong() <= 0 || pid.toLongLong() == QCoreApplication::applicationPid()) {
            continue;
        }
        const QByteArray line = readAll(process + text("/cmdline"));
        if (line.contains(QFile::encodeName(directory)) ||
            QFile::symLinkTarget(process + text("/cwd")).startsWith(directory)) {
            found << pid + QLatin1Char(' ') + QString::fromLocal8Bit(line).replace(QChar(0), QLatin1Char(' '));
        }
    }
    return found;
}

/// A demo cluster's directory for one test, and ports that neither this user's own demo cluster has, which may be
/// stopped and free of them for now, nor most likely another test that runs beside.
class DemoPlace {
public:
    /// Makes the directory and leads the program there. False when it cannot, or the program is not known.
    bool prepare()
    {
        m_place = std::make_unique<QTemporaryDir>(QDir::tempPath() + text("/howdah demo-XXXXXX"));
        if (qEnvironmentVariableIsEmpty("HOWDAH_BINARY") || !m_place->isValid()) {
            return false;
        }
        if (testsupport::isRoot()) {
            m_directory = m_place->path() + text("/demo");
            qputenv("HOWDAH_DEMO_DIR", QFile::encodeName(m_directory));
        } else {
            m_directory = m_place->path() + text("/howdah/demo");
            qunsetenv("HOWDAH_DEMO_DIR");
            qputenv("XDG_DATA_HOME", QFile::encodeName(m_place->path()));
        }
        // Below the ports that the kernel gives out.
        m_port = 16000 + 4 * QRandomGenerator::global()->bounded(3000);
        qputenv("HOWDAH_DEMO_PORT", QByteArray::number(m_port));
        // Root's servers run as another user, who has to get there.
        return !testsupport::isRoot() || QFile::setPermissions(m_place->path(), QFile::Permissions::fromInt(0x7755));
    }
    /// The files belong to another user, when root made them; root may remove them all the same.
    bool remove() { return m_place->remove(); }

    QString path() const { return m_place->path(); }
    QString directory() const { return m_directory; }
    int port() const { return m_port; }

    /// The first value of a query's answer on a node, or the error.
    QString value(const QString &node, const char *query) const
    {
        const auto rows = testsupport::sql(conninfo(node), text(query));
        if (!rows) {
            return text("error: ") + rows.error().message;
        }
        return rows->isEmpty() ? text("no row") : rows->first().first();
    }

    QString conninfo(const QString &node) const
    {
        const auto config = cluster::readClusterFile(m_directory + text("/demo.toml"));
        if (config) {
            for (const cluster::NodeConfig &candidate : config->nodes) {
                if (candidate.name == node) {
                    return candidate.conninfo;
                }
            }
        }
        return {};
    }

private:
    std::unique_ptr<QTemporaryDir> m_place;
    QString m_directory;
    int m_port = 0;
};

} // namespace howdah::demotest
