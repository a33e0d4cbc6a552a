// SPDX-License-Identifier: GPL-3.0-or-later
#include "logging.h"

#include "redact.h"

Q_LOGGING_CATEGORY(lcPostgres, "howdah.postgres", QtWarningMsg)
Q_LOGGING_CATEGORY(lcHosts, "howdah.hosts", QtWarningMsg)
Q_LOGGING_CATEGORY(lcMonitor, "howdah.monitor", QtWarningMsg)

namespace howdah::core {

namespace {
QtMessageHandler g_next = nullptr;

void redactingHandler(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    g_next(type, context, redacted(message));
}
} // namespace

void installRedactingLog()
{
    if (!g_next) {
        g_next = qInstallMessageHandler(redactingHandler);
    }
}

} // namespace howdah::core
