// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStringList>
#include <functional>

namespace howdah::testsupport {

/// How a run of the program itself ended, and what it said with --json.
struct Ended {
    int exitCode = -1; ///< -1: it was killed, or took too long
    QList<QJsonObject> lines;
    QByteArray text;

    QJsonObject last() const { return lines.isEmpty() ? QJsonObject() : lines.last(); }
    QString result() const { return last().value(QStringLiteral("result")).toString(); }
    /// The result of a check; empty when it was not made.
    QString check(const QString &id) const
    {
        for (const QJsonObject &line : lines) {
            const QJsonObject one = line.value(QStringLiteral("check")).toObject();
            if (one.value(QStringLiteral("id")).toString() == id) {
                return one.value(QStringLiteral("result")).toString();
            }
        }
        return {};
    }
};

/// What is done when a step comes to a state: "switch started".
struct At {
    QString what;
    std::function<void(QProcess &)> then;
};

/// Runs the program and waits for its end; environment is laid over this process's own.
inline Ended runHowdah(const QStringList &arguments, const QHash<QString, QString> &environment, const At &at = {})
{
    QProcess process;
    QProcessEnvironment whole = QProcessEnvironment::systemEnvironment();
    for (auto it = environment.begin(); it != environment.end(); ++it) {
        whole.insert(it.key(), it.value());
    }
    process.setProcessEnvironment(whole);
    Ended ended;
    const auto read = [&] {
        while (process.canReadLine()) {
            const QByteArray line = process.readLine();
            ended.text += line;
            const QJsonObject object = QJsonDocument::fromJson(line).object();
            if (!object.isEmpty()) {
                ended.lines.append(object);
            }
            const QString step = object.value(QStringLiteral("step")).toString() + QLatin1Char(' ') +
                                 object.value(QStringLiteral("state")).toString();
            if (!at.what.isEmpty() && step == at.what) {
                at.then(process);
            }
        }
    };
    QObject::connect(&process, &QProcess::readyReadStandardOutput, &process, read);
    process.start(qEnvironmentVariable("HOWDAH_BINARY"), arguments);
    process.waitForFinished(180'000);
    read();
    ended.exitCode = process.exitStatus() == QProcess::NormalExit && process.state() == QProcess::NotRunning
                         ? process.exitCode()
                         : -1;
    ended.text += process.readAllStandardError();
    return ended;
}

} // namespace howdah::testsupport
