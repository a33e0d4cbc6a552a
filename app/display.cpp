// SPDX-License-Identifier: GPL-3.0-or-later
#include "display.h"

#include <cstdlib>

#include "app/invocation.h"
#include "app/output.h"

namespace howdah::app {

namespace {
// A message handler is a plain function: what it works with has to stand outside.
struct Attempt {
    bool json = false;
    QStringList reasons;
};
Attempt *g_attempt = nullptr;

core::Error noDisplay()
{
    core::Error error;
    error.kind = core::Error::Kind::NotFound;
    error.message = QStringLiteral("there is no display to open the window on");
    if (!g_attempt->reasons.isEmpty()) {
        error.message += QStringLiteral(": ") + g_attempt->reasons.first(); // the others follow from it
    }
    error.hint = QStringLiteral("Set DISPLAY or WAYLAND_DISPLAY to a display that this user may use, or see the same "
                                "without one: howdah status CLUSTER, howdah open CLUSTER --screenshot FILE.");
    return error;
}

// Qt tells by warnings why no platform plugin works, and then that it gives up.
void hearQt(QtMsgType type, const QMessageLogContext &, const QString &message)
{
    if (type == QtFatalMsg) {
        std::_Exit(printFailure(noDisplay(), g_attempt->json, kRefused));
    }
    if (type != QtDebugMsg) {
        g_attempt->reasons << message.simplified();
    }
}

QtMessageHandler g_next = nullptr;

// The offscreen platform says this for every window; nobody can do anything about it.
void hearOffscreen(QtMsgType type, const QMessageLogContext &context, const QString &message)
{
    if (!message.startsWith(QLatin1String("This plugin does not support propagateSizeHints"))) {
        g_next(type, context, message);
    }
}
} // namespace

std::unique_ptr<QApplication> openDisplay(int &argc, char **argv, bool json)
{
    Attempt attempt{.json = json, .reasons = {}};
    g_attempt = &attempt;
    const QtMessageHandler before = qInstallMessageHandler(hearQt);
    auto application = std::make_unique<QApplication>(argc, argv);
    qInstallMessageHandler(before);
    g_attempt = nullptr;
    if (QGuiApplication::platformName() == QLatin1String("offscreen")) {
        // For a picture it is no matter what a session lacks.
        g_next = qInstallMessageHandler(hearOffscreen);
        return application;
    }
    for (const QString &reason : std::as_const(attempt.reasons)) {
        qWarning("%s", qUtf8Printable(reason));
    }
    return application;
}

} // namespace howdah::app
