// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QList>
#include <QProcess>
#include <functional>

#include "cluster/clusterconfig.h"

namespace howdah::integration {

/// How one call of the command line ended.
struct ConsoleRun {
    int exitCode = -1; ///< -1: it was killed
    QList<QJsonObject> lines;
    QByteArray text;

    QJsonObject last() const { return lines.isEmpty() ? QJsonObject() : lines.last(); }
    /// The result of a check that was printed; empty when it was not made.
    QString check(const QString &id) const
    {
        for (const QJsonObject &line : lines) {
            const QJsonObject one = line.value(QStringLiteral("check")).toObject();
            const QString known = one.value(QStringLiteral("id")).toString();
            if (known == id || known.startsWith(id + QLatin1Char(':'))) {
                return one.value(QStringLiteral("result")).toString();
            }
        }
        return {};
    }
};

/// The cluster file of somebody who has no way to the hosts.
inline cluster::ClusterConfig withoutHosts(cluster::ClusterConfig config)
{
    for (cluster::NodeConfig &node : config.nodes) {
        node.command.clear();
        node.rootCommand.clear();
        node.start.clear();
        node.stop.clear();
        node.hasCommand = false;
    }
    return config;
}

/// What a test does when the console tells of a step: "stop started". Returning true kills the console.
using OnStep = std::function<bool(const QString &stepAndState)>;

/// Runs the program with a journal of its own under dataHome. pid: told as soon as it runs.
inline ConsoleRun runConsole(const QStringList &arguments, const QString &dataHome, const OnStep &onStep = {},
                             qint64 *pid = nullptr)
{
    QProcess process;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("XDG_DATA_HOME"), dataHome);
    process.setProcessEnvironment(environment);
    ConsoleRun ended;
    const auto read = [&] {
        while (process.canReadLine()) {
            const QByteArray line = process.readLine();
            ended.text += line;
            const QJsonObject object = QJsonDocument::fromJson(line).object();
            if (!object.isEmpty()) {
                ended.lines.append(object);
            }
            const QString step = object.value(QStringLiteral("step")).toString();
            if (onStep && !step.isEmpty() &&
                onStep(step + QLatin1Char(' ') + object.value(QStringLiteral("state")).toString())) {
                process.kill();
            }
        }
    };
    QObject::connect(&process, &QProcess::readyReadStandardOutput, &process, read);
    process.start(qEnvironmentVariable("HOWDAH_BINARY"), arguments);
    if (pid) {
        *pid = process.processId();
    }
    process.waitForFinished(300'000);
    read();
    ended.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    ended.text += process.readAllStandardError();
    return ended;
}

/// Killed with SIGKILL at that "step state".
inline ConsoleRun runConsole(const QStringList &arguments, const QString &dataHome, const QString &killAt)
{
    return runConsole(arguments, dataHome,
                      OnStep([&](const QString &at) { return !killAt.isEmpty() && at == killAt; }));
}

/// The processes that keep a last will of a console whose journal is under dataHome: other tests have theirs.
inline QList<qint64> keepersOf(const QString &dataHome)
{
    QList<qint64> found;
    const QByteArray mine = "XDG_DATA_HOME=" + QFile::encodeName(dataHome);
    for (const QString &pid : QDir(QStringLiteral("/proc")).entryList({QStringLiteral("[1-9]*")}, QDir::Dirs)) {
        QFile command(QStringLiteral("/proc/%1/cmdline").arg(pid));
        QFile environment(QStringLiteral("/proc/%1/environ").arg(pid));
        if (command.open(QIODevice::ReadOnly) && command.readAll().split('\0').contains("last-will") &&
            environment.open(QIODevice::ReadOnly) && environment.readAll().split('\0').contains(mine)) {
            found.append(pid.toLongLong());
        }
    }
    return found;
}

} // namespace howdah::integration
