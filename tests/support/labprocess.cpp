// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/labprocess.h"

#include <QFile>
#include <QProcess>
#include <unistd.h>

namespace howdah::testsupport {

Output run(const QStringList &argv, int timeoutMs)
{
    QProcess process;
    process.setStandardInputFile(QProcess::nullDevice());
    process.setWorkingDirectory(QStringLiteral("/"));
    process.start(argv.first(), argv.mid(1));
    Output output;
    if (!process.waitForFinished(timeoutMs)) {
        output.err = process.errorString().toUtf8() + ' ' + process.readAllStandardError();
        process.kill();
        process.waitForFinished(5000);
        return output;
    }
    output.exitCode = process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    output.out = process.readAllStandardOutput();
    output.err = process.readAllStandardError();
    return output;
}

core::Result<QByteArray> runOrFail(const QStringList &argv, int timeoutMs)
{
    const Output output = run(argv, timeoutMs);
    if (!output.ok()) {
        return core::failure(core::Error::Kind::Io, QStringLiteral("%1: exit %2: %3%4")
                                                        .arg(argv.join(QLatin1Char(' ')))
                                                        .arg(output.exitCode)
                                                        .arg(QString::fromUtf8(output.err.trimmed()),
                                                             QString::fromUtf8(output.out.trimmed())));
    }
    return output.out;
}

bool isRoot()
{
    return ::geteuid() == 0;
}

QStringList asPostgres(const QStringList &argv)
{
    if (!isRoot()) {
        return argv;
    }
    return QStringList{QStringLiteral("setpriv"), QStringLiteral("--reuid"),  QStringLiteral("postgres"),
                       QStringLiteral("--regid"), QStringLiteral("postgres"), QStringLiteral("--init-groups"),
                       QStringLiteral("--")} +
           argv;
}

QString processIdentity(qint64 pid)
{
    QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
    if (!stat.open(QIODevice::ReadOnly)) {
        return {};
    }
    const QByteArray text = stat.readAll();
    // The name, in parentheses, may hold anything; after it comes field 3, and field 22 is the start time.
    const QList<QByteArray> fields = text.mid(text.lastIndexOf(')') + 2).split(' ');
    return fields.size() < 20 ? QString() : QStringLiteral("%1 %2").arg(pid).arg(QString::fromLatin1(fields.at(19)));
}

} // namespace howdah::testsupport
