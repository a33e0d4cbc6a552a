// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>

#include "support/labprocess.h"

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

inline Answer demo(const char *action)
{
    const testsupport::Output output = testsupport::run(commandLine(action));
    Answer answer{.exitCode = output.exitCode, .objects = {}, .out = output.out, .err = output.err};
    const QList<QByteArray> lines = output.out.split('\n');
    for (const QByteArray &line : lines) {
        if (!line.isEmpty()) {
            answer.objects << QJsonDocument::fromJson(line).object();
        }
    }
    return answer;
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

} // namespace howdah::demotest
