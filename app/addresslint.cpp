// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/addresslint.h"

#include <QFile>
#include <QJsonObject>

#include "app/invocation.h"
#include "app/output.h"
#include "operations/address/promotelint.h"

namespace howdah::app {

using operations::address::LintFinding;

namespace {

constexpr qint64 kMostBytes = 1 << 20; ///< no script that repmgr runs is as long

core::Result<QString> textOf(const QString &path)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return core::failure(core::Error::Kind::Io,
                             QStringLiteral("%1 can't be read: %2.").arg(path, file.errorString()), {});
    }
    const QByteArray bytes = file.read(kMostBytes + 1);
    if (bytes.size() > kMostBytes || bytes.contains('\0')) {
        return core::failure(core::Error::Kind::Invalid, QStringLiteral("%1 is no script.").arg(path),
                             QStringLiteral("Name a shell script, or a repmgr.conf."));
    }
    return QString::fromUtf8(bytes);
}

void say(const QString &path, const LintFinding &finding, bool json)
{
    if (json) {
        printJson({{QStringLiteral("file"), path},
                   {QStringLiteral("line"), finding.line},
                   {QStringLiteral("id"), finding.id},
                   {QStringLiteral("what"), finding.what},
                   {QStringLiteral("why"), finding.why},
                   {QStringLiteral("remedy"), finding.remedy}});
        return;
    }
    print(QStringLiteral("%1:%2: %3 [%4]\n    %5\n    Instead: %6\n")
              .arg(path, QString::number(finding.line), finding.what, finding.id, finding.why, finding.remedy));
}

} // namespace

int lintFiles(const QStringList &paths, bool json)
{
    qsizetype findings = 0;
    for (const QString &path : paths) {
        const auto text = textOf(path);
        if (!text) {
            return printFailure(text.error(), json, kRefused);
        }
        const auto found = operations::address::isRepmgrConf(*text) ? operations::address::lintRepmgrConf(*text)
                                                                    : operations::address::lintScript(*text);
        for (const LintFinding &finding : found) {
            say(path, finding, json);
        }
        findings += static_cast<qsizetype>(found.size());
    }
    const int exitCode = findings == 0 ? kDone : kRefused;
    if (json) {
        printJson({{QStringLiteral("findings"), findings},
                   {QStringLiteral("result"), findings == 0 ? QStringLiteral("done") : QStringLiteral("refused")}});
    } else if (findings == 0) {
        print(QStringLiteral("No findings.\n"));
    }
    return exitCode;
}

} // namespace howdah::app
