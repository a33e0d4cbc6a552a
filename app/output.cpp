// SPDX-License-Identifier: GPL-3.0-or-later
#include "output.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <cstdio>

#include "app/invocation.h"
#include "app/statejson.h"
#include "app/statetext.h"
#include "core/redact.h"

namespace howdah::app {

namespace {
void write(FILE *file, const QString &text)
{
    const QByteArray bytes = core::redacted(text).toUtf8();
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), file);
    std::fflush(file);
}

QString resultName(int exitCode)
{
    switch (exitCode) {
    case kDone:
        return QStringLiteral("done");
    case kUndone:
        return QStringLiteral("undone");
    case kIncomplete:
        return QStringLiteral("incomplete");
    default:
        return QStringLiteral("refused");
    }
}
} // namespace

void print(const QString &text)
{
    write(stdout, text);
}

void printError(const QString &text)
{
    write(stderr, text);
}

void printJson(const QJsonObject &object)
{
    // Redacted value by value by whoever made them; a pattern over JSON text could break its quoting.
    const QByteArray bytes = QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
    std::fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stdout);
    std::fflush(stdout);
}

void sayKeyring(const core::Result<void> &keyring)
{
    if (!keyring) {
        printError(QStringLiteral("howdah: %1 Going on without it.\n").arg(keyring.error().message));
    }
}

int printFailure(const core::Error &error, bool json, int exitCode)
{
    core::Error clean = error;
    clean.message = core::redacted(error.message);
    clean.hint = core::redacted(error.hint);
    if (json) {
        QJsonObject object = errorJson(clean);
        object.insert(QStringLiteral("result"), resultName(exitCode));
        if (exitCode == kRefused) { // as every refusal has them
            object.insert(QStringLiteral("why"), QJsonArray{clean.message});
            object.insert(QStringLiteral("remains"), QJsonArray());
        }
        printJson(object);
    } else {
        printError(QStringLiteral("howdah: ") + errorText(clean) + QLatin1Char('\n'));
    }
    return exitCode;
}

} // namespace howdah::app
