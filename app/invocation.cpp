// SPDX-License-Identifier: GPL-3.0-or-later
#include "invocation.h"

#include <QHash>
#include <QRegularExpression>

#include "addresses/heldcredentials.h"
#include "app/patroniarguments.h"
#include "shell/mainwindow.h"
#include "toolfiles/tool.h"

namespace howdah::app {

using core::Error;

namespace {
struct Option {
    QString Invocation::*value;
    QList<Command> commands;
};

const QHash<QString, Option> &valueOptions()
{
    static const QHash<QString, Option> options{
        {QStringLiteral("-o"), {&Invocation::outputFile, {Command::Discover, Command::Address}}},
        {QStringLiteral("--output"), {&Invocation::outputFile, {Command::Discover, Command::Address}}},
        {QStringLiteral("--screenshot"), {&Invocation::screenshot, {Command::Open}}},
        {QStringLiteral("--page"), {&Invocation::page, {Command::Open}}},
        {QStringLiteral("--theme"), {&Invocation::theme, {Command::Open}}},
        {QStringLiteral("--size"), {&Invocation::size, {Command::Open}}},
        {QStringLiteral("--to"), {&Invocation::target, {Command::Switchover, Command::Patroni}}},
        {QStringLiteral("--runbook"),
         {&Invocation::runbook, {Command::Switchover, Command::Patroni, Command::Address}}},
        {QStringLiteral("--accept"), {&Invocation::accept, {Command::Switchover, Command::Patroni, Command::Address}}},
        {QStringLiteral("--after"), {&Invocation::after, {Command::Open}}},
        {QStringLiteral("--context"), {&Invocation::context, {Command::Credentials}}},
    };
    return options;
}

const QHash<QString, Command> &commands()
{
    static const QHash<QString, Command> names{
        {QStringLiteral("open"), Command::Open},
        {QStringLiteral("demo"), Command::Demo},
        {QStringLiteral("discover"), Command::Discover},
        {QStringLiteral("status"), Command::Status},
        {QStringLiteral("check"), Command::Check},
        {QStringLiteral("switchover"), Command::Switchover},
        {QStringLiteral("journal"), Command::Journal},
        {QStringLiteral("patroni"), Command::Patroni},
        {QStringLiteral("address"), Command::Address},
        {QStringLiteral("last-will"), Command::LastWill},
        {QStringLiteral("credentials"), Command::Credentials},
        {QStringLiteral("help"), Command::Help},
    };
    return names;
}

tl::unexpected<Error> usage(const QString &message)
{
    return core::failure(Error::Kind::Invalid, message, QStringLiteral("See howdah --help."));
}

core::Result<Invocation> withLintArguments(Invocation invocation, const QStringList &positional)
{
    invocation.command = Command::AddressLint;
    invocation.words = positional.sliced(1);
    if (invocation.words.isEmpty()) {
        return usage(QStringLiteral("address lint needs FILE…: scripts that repmgr runs, or its configuration."));
    }
    if (invocation.dryRun || invocation.yes || invocation.native || invocation.probe || invocation.force ||
        !invocation.accept.isEmpty() || !invocation.runbook.isEmpty() || !invocation.outputFile.isEmpty()) {
        return usage(QStringLiteral("Of the options only --json goes with address lint."));
    }
    return invocation;
}

core::Result<Invocation> withAddressArguments(Invocation invocation, const QStringList &positional)
{
    if (positional.value(0) == QLatin1String("lint")) {
        return withLintArguments(std::move(invocation), positional);
    }
    const QString action = positional.value(1, QStringLiteral("list"));
    invocation.cluster = positional.value(0);
    invocation.addressName = positional.value(2);
    invocation.target = positional.value(3);
    if (invocation.cluster.isEmpty()) {
        return usage(QStringLiteral("Name a cluster: a name, the path of a cluster file, or a connection string."));
    }
    const bool assigns = action == QLatin1String("assign"), writes = action == QLatin1String("script");
    if (!assigns && !writes && action != QLatin1String("list")) {
        return usage(QStringLiteral("howdah address CLUSTER knows list, assign and script, not \"%1\".").arg(action));
    }
    if (assigns && invocation.target.isEmpty()) {
        return usage(QStringLiteral("address CLUSTER assign needs NAME NODE: an address of the cluster file, and the "
                                    "node that is to have it."));
    }
    if (const qsizetype most = assigns ? 4 : writes ? 3 : 2; positional.size() > most) {
        return usage(QStringLiteral("There is one argument too many: \"%1\".").arg(positional.at(most)));
    }
    if (!assigns &&
        (invocation.dryRun || invocation.yes || !invocation.accept.isEmpty() || !invocation.runbook.isEmpty())) {
        return usage(QStringLiteral("--dry-run, --runbook, --yes and --accept go with address CLUSTER assign."));
    }
    if (!writes && !invocation.outputFile.isEmpty()) {
        return usage(QStringLiteral("-o goes with address CLUSTER script."));
    }
    if (invocation.force && invocation.outputFile.isEmpty()) {
        return usage(QStringLiteral("--force goes with address CLUSTER script -o FILE."));
    }
    if (invocation.native || invocation.probe) {
        return usage(QStringLiteral("--native and --probe do not go with address."));
    }
    invocation.command = writes ? Command::AddressScript : invocation.command;
    return invocation;
}

core::Result<Invocation> withCredentialArguments(Invocation invocation, const QStringList &positional)
{
    invocation.credentialsAction = positional.value(0, QStringLiteral("list"));
    invocation.target = positional.value(1);
    static const QStringList actions{QStringLiteral("list"), QStringLiteral("import"), QStringLiteral("set"),
                                     QStringLiteral("remove")};
    const QString &action = invocation.credentialsAction;
    if (!actions.contains(action)) {
        return usage(QStringLiteral("howdah credentials knows list, import, set and remove, not \"%1\".").arg(action));
    }
    const bool imports = action == QLatin1String("import");
    const bool lists = action == QLatin1String("list");
    if (imports && !toolfiles::toolOf(invocation.target)) {
        QStringList names;
        for (const toolfiles::Tool &tool : toolfiles::tools()) {
            names.append(tool.name);
        }
        return usage(
            QStringLiteral("credentials import reads the files of one of %1.").arg(names.join(QStringLiteral(", "))));
    }
    if (!lists && invocation.target.isEmpty()) {
        return usage(QStringLiteral("credentials %1 needs a PROVIDER: one of %2.")
                         .arg(action, addresses::accountKeys().join(QStringLiteral(", "))));
    }
    if (const qsizetype most = lists ? 1 : 2; positional.size() > most) {
        // It may be a secret: it is not said again.
        return usage(QStringLiteral("There is one argument too many. A secret is read from standard input, never from "
                                    "an argument, which others on this machine can see."));
    }
    if (!imports && (invocation.yes || !invocation.context.isEmpty())) {
        return usage(QStringLiteral("--yes and --context go with credentials import."));
    }
    if (invocation.native || invocation.probe || invocation.force || invocation.dryRun) {
        return usage(QStringLiteral("--native, --probe, --force and --dry-run do not go with credentials."));
    }
    return invocation;
}

core::Result<Invocation> checked(Invocation invocation, const QStringList &positional)
{
    if (invocation.yes && !invocation.accept.isEmpty()) {
        return usage(QStringLiteral("--yes accepts every warning, --accept those that it names: take one of them."));
    }
    if (invocation.command == Command::Patroni) {
        return withPatroniArguments(invocation, positional);
    }
    if (invocation.command == Command::Address) {
        return withAddressArguments(invocation, positional);
    }
    if (invocation.command == Command::Credentials) {
        return withCredentialArguments(invocation, positional);
    }
    if (invocation.command == Command::Demo) {
        static const QStringList actions{QStringLiteral("start"), QStringLiteral("stop"), QStringLiteral("status")};
        invocation.demoAction = positional.value(0, QStringLiteral("start"));
        if (!actions.contains(invocation.demoAction)) {
            return usage(
                QStringLiteral("howdah demo knows start, stop and status, not \"%1\".").arg(invocation.demoAction));
        }
    } else {
        invocation.cluster = positional.value(0);
    }
    if (invocation.command == Command::Journal) {
        static const QStringList actions{QStringLiteral("show"), QStringLiteral("resume"), QStringLiteral("undo")};
        invocation.journalAction = positional.value(1, QStringLiteral("show"));
        invocation.operation = positional.value(2);
        if (!actions.contains(invocation.journalAction)) {
            return usage(QStringLiteral("howdah journal CLUSTER knows show, resume and undo, not \"%1\".")
                             .arg(invocation.journalAction));
        }
    }
    const qsizetype most = invocation.command == Command::Journal ? 3 : 1;
    if (positional.size() > most) {
        return usage(QStringLiteral("There is one argument too many: \"%1\".").arg(positional.at(most)));
    }
    const bool needsCluster = invocation.command == Command::Status || invocation.command == Command::Check ||
                              invocation.command == Command::Discover || invocation.command == Command::Switchover ||
                              invocation.command == Command::Journal;
    if (needsCluster && invocation.cluster.isEmpty()) {
        return usage(
            invocation.command == Command::Discover
                ? QStringLiteral("discover needs the connection string of one node.")
                : QStringLiteral("Name a cluster: a name, the path of a cluster file, or a connection string."));
    }
    const bool switches = invocation.command == Command::Switchover;
    if (switches && invocation.target.isEmpty()) {
        return usage(QStringLiteral("switchover needs --to NODE: the standby that is to become the primary."));
    }
    if (invocation.native && !switches) {
        return usage(QStringLiteral("--native goes with switchover."));
    }
    if ((invocation.dryRun && !switches) || (invocation.yes && !switches && invocation.command != Command::Journal)) {
        return usage(QStringLiteral("--dry-run and --yes go with switchover and patroni, --yes with journal as well."));
    }
    if (invocation.probe && !switches) {
        return usage(QStringLiteral("--probe goes with switchover."));
    }
    if (const QStringList pages = shell::MainWindow::pageIds();
        !invocation.page.isEmpty() && !pages.contains(invocation.page)) {
        return usage(QStringLiteral("--page takes one of %1, not \"%2\".")
                         .arg(pages.join(QStringLiteral(", ")), invocation.page));
    }
    if (invocation.force && (invocation.command != Command::Discover || invocation.outputFile.isEmpty())) {
        return usage(QStringLiteral("--force goes with discover -o FILE."));
    }
    if (!invocation.theme.isEmpty() && invocation.theme != QLatin1String("light") &&
        invocation.theme != QLatin1String("dark")) {
        return usage(QStringLiteral("--theme takes light or dark."));
    }
    static const QRegularExpression size(QStringLiteral("^[1-9][0-9]{2,4}x[1-9][0-9]{2,4}$"));
    if (!invocation.size.isEmpty() && !size.match(invocation.size).hasMatch()) {
        return usage(QStringLiteral("--size takes WIDTHxHEIGHT, for example 1280x800."));
    }
    static const QRegularExpression seconds(QStringLiteral("^[1-9][0-9]{0,4}$"));
    if (!invocation.after.isEmpty() && !seconds.match(invocation.after).hasMatch()) {
        return usage(QStringLiteral("--after takes seconds, for example 60."));
    }
    if (!invocation.after.isEmpty() && invocation.screenshot.isEmpty()) {
        return usage(QStringLiteral("--after goes with --screenshot."));
    }
    return invocation;
}

/// An option has one value: of two nobody knows which was meant, and for a switchover the last is not good enough.
core::Result<void> takeValue(Invocation &invocation, const QString &option, const QString &value)
{
    const Option known = valueOptions().value(option);
    if (!known.commands.contains(invocation.command)) {
        return usage(QStringLiteral("%1 does not go with this command.").arg(option));
    }
    if (value.isEmpty()) {
        return usage(QStringLiteral("%1 needs a value.").arg(option));
    }
    QString &place = invocation.*known.value;
    if (!place.isEmpty()) {
        return usage(QStringLiteral("%1 takes one value, not both \"%2\" and \"%3\".").arg(option, place, value));
    }
    place = value;
    return {};
}
} // namespace

core::Result<Invocation> parseArguments(const QStringList &arguments)
{
    Invocation invocation;
    QStringList positional;
    bool commandSeen = false;
    for (qsizetype i = 0; i < arguments.size(); ++i) {
        const QString &argument = arguments.at(i);
        if (argument == QLatin1String("--help") || argument == QLatin1String("-h")) {
            invocation.command = Command::Help;
            return invocation;
        }
        if (argument == QLatin1String("--version")) {
            invocation.command = Command::Version;
            return invocation;
        }
        if (argument == QLatin1String("--json")) {
            invocation.json = true;
        } else if (argument == QLatin1String("--dry-run")) {
            invocation.dryRun = true;
        } else if (argument == QLatin1String("--native")) {
            invocation.native = true;
        } else if (argument == QLatin1String("--probe")) {
            invocation.probe = true;
        } else if (argument == QLatin1String("--yes")) {
            invocation.yes = true;
        } else if (argument == QLatin1String("--force")) {
            invocation.force = true;
        } else if (valueOptions().contains(argument)) {
            if (const auto taken = takeValue(invocation, argument, arguments.value(++i)); !taken) {
                return tl::unexpected(taken.error());
            }
        } else if (argument.startsWith(QLatin1Char('-'))) {
            return usage(QStringLiteral("There is no option %1.").arg(argument));
        } else if (!commandSeen && positional.isEmpty()) {
            const auto command = commands().constFind(argument);
            if (command == commands().cend()) {
                return usage(QStringLiteral("There is no command \"%1\".").arg(argument));
            }
            invocation.command = *command;
            commandSeen = true;
        } else {
            positional << argument;
        }
    }
    if (invocation.command == Command::Help) {
        return invocation;
    }
    return checked(invocation, positional);
}

QString helpText()
{
    return QStringLiteral(
        "Howdah, the console for PostgreSQL streaming-replication clusters.\n"
        "\n"
        "  howdah [open [CLUSTER]]         the window\n"
        "  howdah demo [start|stop|status] three real servers on loopback to try it on\n"
        "  howdah discover CONNINFO [-o FILE [--force]]\n"
        "                                  the whole cluster, found from one reachable node, as a cluster file; a\n"
        "                                  FILE that is there is overwritten with --force only\n"
        "  howdah status CLUSTER           every node, who follows whom, lag, slots, and what is wrong\n"
        "  howdah check CLUSTER            one line and an exit code for a monitoring system: 0 ok, 1 warning,\n"
        "                                  2 critical, 3 unknown\n"
        "  howdah switchover CLUSTER --to NODE [--native] [--dry-run [--runbook FILE]]\n"
        "                                  [--yes | --accept ID,...] [--probe]\n"
        "                                  hands the writes to a standby: checks first, then the plan, then its steps\n"
        "                                  and the proof; through repmgr where it manages the cluster, unless "
        "--native\n"
        "                                  asks for the shorter outage; --dry-run changes nothing; --yes runs it, "
        "with\n"
        "                                  whatever warnings there are, --accept only with those named; --runbook "
        "writes\n"
        "                                  the plan as Markdown, or as a shell script where FILE ends in .sh, unless\n"
        "                                  it is there already; --probe commits a row every 2 ms meanwhile and tells "
        "what\n"
        "                                  applications saw, and that none was lost\n"
        "  howdah patroni CLUSTER status|history|config [show]\n"
        "                                  what Patroni says of its members, its past and its settings\n"
        "  howdah patroni CLUSTER pause|resume|restart NODE|reinitialize NODE|config set KEY=VALUE...|\n"
        "                                  switchover-at TIME --to NODE|cancel-switchover [--dry-run] [--yes]\n"
        "                                  has Patroni do it: checks first, then the plan, then the proof\n"
        "  howdah address CLUSTER [list]   who has each address of the cluster file, and who answers there\n"
        "  howdah address CLUSTER assign NAME NODE [--dry-run [--runbook FILE]] [--yes | --accept ID,...]\n"
        "                                  moves it: checks first, then the plan, then the proof of who answers\n"
        "  howdah address CLUSTER script [NAME] [-o FILE [--force]]\n"
        "                                  a script for repmgr's promote_command that leads it to whoever is promoted\n"
        "  howdah address lint FILE...     what is wrong with such a script of yours, or with a repmgr.conf\n"
        "  howdah credentials [list]       what providers of addresses are asked with, and where that comes from; no\n"
        "                                  value is ever shown\n"
        "  howdah credentials import doctl|hcloud|aws|openstack [--context NAME] [--yes]\n"
        "                                  reads that tool's own file, once you have said yes, into the desktop's "
        "keyring\n"
        "  howdah credentials set|remove PROVIDER\n"
        "                                  into the keyring, from standard input, and out of it\n"
        "  howdah journal CLUSTER [show|resume|undo [ID]]\n"
        "                                  what was done, and how to finish what was interrupted\n"
        "\n"
        "CLUSTER is a name, the path of a cluster file, or a connection string of one node.\n"
        "\n"
        "  --json                          each line is one JSON object; the last has \"result\"\n"
        "  --screenshot FILE               with open: paint the window into a PNG and end (also without a display)\n"
        "  --after SECONDS                 with --screenshot: sample for that long first, so that plots have a past\n"
        "  --page NAME, --theme light|dark, --size WIDTHxHEIGHT\n"
        "                                  with open: what the window shows first, and how\n"
        "  --version, --help\n"
        "\n"
        "Exit codes: 0 done; 1 refused, nothing changed; 2 failed and undone; 3 failed half-way; 64 usage.\n");
}

} // namespace howdah::app
