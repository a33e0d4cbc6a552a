// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSettings>
#include <QTemporaryDir>
#include <QTimer>
#include <memory>
#include <sys/prctl.h>

#include "app/addresscommand.h"
#include "app/addresslint.h"
#include "app/addressscriptcommand.h"
#include "app/credentialscommand.h"
#include "app/demo/democommand.h"
#include "app/discovercommand.h"
#include "app/display.h"
#include "app/interrupts.h"
#include "app/invocation.h"
#include "app/journalcommand.h"
#include "app/lastwillcommand.h"
#include "app/output.h"
#include "app/patronicommand.h"
#include "app/statuscommand.h"
#include "app/switchovercommand.h"
#include "app/windowcommand.h"
#include "core/logging.h"
#include "postgres/failure.h"
#include "theme/theme.h"

using namespace howdah;

namespace {
template<typename CommandObject>
int runCommand(const app::Invocation &invocation)
{
    CommandObject command(invocation);
    std::unique_ptr<app::Interrupts> interrupts;
    if constexpr (requires { command.interrupt(); }) {
        interrupts = std::make_unique<app::Interrupts>();
        QObject::connect(interrupts.get(), &app::Interrupts::arrived, &command, [&command](int signal) {
            if (!command.interrupt()) { // nothing was begun
                QCoreApplication::exit(128 + signal);
            }
        });
    }
    QObject::connect(&command, &CommandObject::finished, QCoreApplication::instance(),
                     [](int exitCode) { QCoreApplication::exit(exitCode); });
    QTimer::singleShot(0, &command, &CommandObject::start);
    return QCoreApplication::exec();
}

int runWithoutWindow(int argc, char **argv, const app::Invocation &invocation)
{
    if (invocation.mayAct()) {
        app::Interrupts::hold();
    }
    QCoreApplication application(argc, argv);
    postgres::initialize();
    switch (invocation.command) {
    case app::Command::Status:
    case app::Command::Check:
        return runCommand<app::StatusCommand>(invocation);
    case app::Command::Switchover:
        return runCommand<app::SwitchoverCommand>(invocation);
    case app::Command::Journal:
        return runCommand<app::JournalCommand>(invocation);
    case app::Command::Patroni:
        return runCommand<app::PatroniCommand>(invocation);
    case app::Command::Address:
        return runCommand<app::AddressCommand>(invocation);
    case app::Command::AddressScript:
        return runCommand<app::AddressScriptCommand>(invocation);
    case app::Command::AddressLint:
        return app::lintFiles(invocation.words, invocation.json);
    case app::Command::Credentials:
        return runCommand<app::CredentialsCommand>(invocation);
    case app::Command::LastWill:
        return runCommand<app::LastWillCommand>(invocation);
    case app::Command::Discover:
        return runCommand<app::DiscoverCommand>(invocation);
    case app::Command::Demo:
        return runCommand<demo::DemoCommand>(invocation);
    case app::Command::Version:
        app::print(QStringLiteral("howdah " HOWDAH_VERSION "\n"));
        return app::kDone;
    default:
        app::print(app::helpText());
        return app::kDone;
    }
}

int runWindow(int argc, char **argv, const app::Invocation &invocation)
{
    // A screenshot needs no display.
    if (!invocation.screenshot.isEmpty() && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM")) {
        qputenv("QT_QPA_PLATFORM", "offscreen");
    }
    // Nor does it depend on what the user's own window was left like, or change that.
    std::unique_ptr<QTemporaryDir> settings;
    if (!invocation.screenshot.isEmpty()) {
        settings = std::make_unique<QTemporaryDir>();
        for (const QSettings::Scope scope : {QSettings::UserScope, QSettings::SystemScope}) {
            QSettings::setPath(QSettings::NativeFormat, scope, settings->path());
        }
    }
    const auto application = app::openDisplay(argc, argv, invocation.json);
    postgres::initialize();
    QGuiApplication::setDesktopFileName(QStringLiteral("io.github.howdah.Howdah"));
    theme::Theme::instance().install(*application);
    return runCommand<app::WindowCommand>(invocation);
}
} // namespace

int main(int argc, char **argv)
{
    // A core file would hold passwords.
    prctl(PR_SET_DUMPABLE, 0);
    core::installRedactingLog();
    // The folder of the settings: ~/.config/howdah/howdah.conf.
    QCoreApplication::setOrganizationName(QStringLiteral("howdah"));
    QCoreApplication::setApplicationName(QStringLiteral("howdah"));
    QCoreApplication::setApplicationVersion(QStringLiteral(HOWDAH_VERSION));
    QStringList arguments;
    for (int i = 1; i < argc; ++i) {
        arguments << QString::fromLocal8Bit(argv[i]);
    }
    const auto invocation = app::parseArguments(arguments);
    if (!invocation) {
        return app::printFailure(invocation.error(), arguments.contains(QStringLiteral("--json")), app::kUsage);
    }
    return invocation->needsWindow() ? runWindow(argc, argv, *invocation) : runWithoutWindow(argc, argv, *invocation);
}
