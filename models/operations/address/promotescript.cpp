// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/promotescript.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>

#include "addresses/providers.h"
#include "core/sentences.h"
#include "hosts/commandline.h"
#include "operations/address/mover.h"
#include "operations/address/promotescripttext.h"
#include "operations/errands.h"
#include "operations/runbookparts.h"
#include "operations/runbookproviders.h"
#include "operations/runbooksql.h"
#include "operations/values.h"

namespace howdah::operations::address {

namespace {

constexpr int kMostS = 900; ///< that the address is tried to be moved
constexpr int kPauseS = 5;  ///< between tries
constexpr int kRobotPauseS = 30;
constexpr int kRequestS = 15; ///< for an answer, at most, where the provider needs no longer
constexpr int kCommandS = 60;

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

bool isCommand(const PromoteFacts &facts)
{
    return facts.address.provider == QLatin1String("command");
}

Move moveTo(const PromoteFacts &facts, const PromoteNode &node)
{
    Move move;
    move.address = facts.address;
    move.facts = facts.facts;
    move.to = node.name;
    move.toHost = node.host;
    return move;
}

/// The actions that lead it to each node, and what they ask of whom. A plan, for runbookproviders.h.
Plan actionsOf(const PromoteFacts &facts)
{
    Plan plan;
    for (const PromoteNode &node : facts.nodes) {
        Step step;
        step.id = QString::number(node.id);
        step.actions = moverFor(facts.address.provider)->actions(moveTo(facts, node));
        plan.steps.push_back(std::move(step));
    }
    return plan;
}

/// Why addresses of a provider can't be led anywhere by who runs on the new primary alone; empty: they can.
QString reasonAgainst(const QString &provider)
{
    if (provider == QLatin1String("host")) {
        return tr("an address on the hosts' own interfaces has to be given up by the old primary first, and in a "
                  "failover nobody can ask it: two hosts would have it. Let keepalived or vip-manager hold it, which "
                  "give it up by themselves");
    }
    if (provider == QLatin1String("haproxy")) {
        return tr("its gateways find the new primary by themselves, by a check that only the primary passes. Give "
                  "their backend one");
    }
    if (provider != QLatin1String("command") && !addresses::providerOf(provider)) {
        return tr("provider %1 moves it by its own means, or not at all").arg(provider);
    }
    return {};
}

/// Those checks of a move that are as true in a year: who asks, which address, which machines.
core::Result<void> checked(const PromoteFacts &facts)
{
    static const QStringList lasting{QStringLiteral("address_credentials"), QStringLiteral("address_holder"),
                                     QStringLiteral("address_machine"), QStringLiteral("address_region")};
    QStringList wrong;
    for (const PromoteNode &node : facts.nodes) {
        for (const Check &check : moverFor(facts.address.provider)->checks(moveTo(facts, node))) {
            const bool holds = check.result == CheckResult::Passed || check.result == CheckResult::Warning;
            if (!holds && lasting.contains(check.id.section(QLatin1Char(':'), 0, 0))) {
                wrong.append(core::sentences(
                    {(check.node.isEmpty() ? QString() : check.node + QStringLiteral(": ")) + check.evidence,
                     check.remedy}));
            }
        }
    }
    wrong.removeDuplicates();
    if (wrong.isEmpty()) {
        return {};
    }
    return core::failure(core::Error::Kind::Invalid, wrong.join(QLatin1Char(' ')),
                         tr("Nothing was written: such a script could not move %1.").arg(facts.address.name));
}

core::Result<void> mayBeWritten(const PromoteFacts &facts)
{
    const auto no = [&facts](const QString &why) {
        return core::failure(core::Error::Kind::Invalid,
                             tr("There can be no script for %1: %2.").arg(facts.address.name, why), {});
    };
    if (facts.address.follows != QLatin1String("primary")) {
        return no(tr("it does not follow the primary"));
    }
    if (const QString why = reasonAgainst(facts.address.provider); !why.isEmpty()) {
        return no(why);
    }
    if (facts.nodes.empty()) {
        return no(tr("repmgr has registered none of the nodes"));
    }
    QList<int> ids;
    for (const PromoteNode &node : facts.nodes) {
        if (node.id <= 0) {
            return no(tr("%1 is not registered with repmgr").arg(node.name));
        }
        if (ids.contains(node.id)) {
            return no(tr("two nodes have the node_id %1").arg(node.id));
        }
        ids.append(node.id);
    }
    if (isCommand(facts)) {
        const bool needsOld = std::any_of(facts.address.assign.begin(), facts.address.assign.end(),
                                          [](const QString &one) { return one.contains(QLatin1String("{old_node}")); });
        return needsOld
                   ? no(tr("its command wants {old_node}, and after a failover that is not known on the new primary"))
                   : core::Result<void>();
    }
    return checked(facts);
}

/// A comment of one line: what comes from elsewhere must not end it.
QString comment(QString text)
{
    for (QChar &one : text) {
        one = one.isPrint() ? one : QLatin1Char(' ');
    }
    return QStringLiteral("# ") + text + QLatin1Char('\n');
}

/// For a file's name.
QString plainName(const QString &name)
{
    static const QRegularExpression odd(QStringLiteral("[^A-Za-z0-9_-]+"));
    return QString(name).replace(odd, QStringLiteral("-"));
}

/// The value that most nodes have, the first of those.
QString usual(const PromoteFacts &facts, QString PromoteNode::*value, const QString &otherwise)
{
    QString best;
    std::ptrdiff_t most = 0;
    for (const PromoteNode &node : facts.nodes) {
        const auto count = std::count_if(facts.nodes.begin(), facts.nodes.end(),
                                         [&](const PromoteNode &one) { return one.*value == node.*value; });
        if (!(node.*value).isEmpty() && count > most) {
            best = node.*value;
            most = count;
        }
    }
    return best.isEmpty() ? otherwise : best;
}

QString machineOf(const PromoteFacts &facts, const PromoteNode &node)
{
    if (isCommand(facts)) {
        return node.name;
    }
    const addresses::Place place = facts.facts.cloud.machines.value(node.name).place;
    return place.targetName.isEmpty() || place.targetName == place.targetId
               ? place.targetId
               : QStringLiteral("%1 (%2)").arg(place.targetName, place.targetId);
}

const Action *actionOf(const Step &step, Errand::Kind kind)
{
    const auto found = std::find_if(step.actions.begin(), step.actions.end(), [kind](const Action &action) {
        return action.http.errand && action.http.errand->kind == kind;
    });
    return found == step.actions.end() ? nullptr : &*found;
}

QString function(const QString &name, const QString &lines)
{
    return QStringLiteral("%1() {\n%2}\n").arg(name, lines);
}

/// Who this host is: a number that repmgr gives out once, compared as a whole.
QString machineTable(const PromoteFacts &facts)
{
    QString text = QStringLiteral("  case $1 in\n");
    for (const PromoteNode &node : facts.nodes) {
        text += QStringLiteral("  %1) node=%2 machine=%3 assign=assign_%1 leads=leads_%1 ;;\n")
                    .arg(QString::number(node.id), shellWord(node.name), shellWord(machineOf(facts, node)));
    }
    return function(QStringLiteral("machine_of"), text + QStringLiteral("  *) return 1 ;;\n  esac\n"));
}

QString secretTaker(const Plan &plan, addresses::Auth auth)
{
    QStringList words;
    QStringList names = providerVariables(plan);
    if (auth == addresses::Auth::SigV4 || auth == addresses::Auth::XToken) {
        names.append(auth == addresses::Auth::SigV4 ? QStringLiteral("AWS_CA_BUNDLE") : QStringLiteral("OS_CACERT"));
    }
    for (const QString &name : names) {
        words.append(QStringLiteral("  %1) %1=$2 ;;\n").arg(name));
    }
    words.removeDuplicates();
    return function(QStringLiteral("take_secret"),
                    QStringLiteral("  case $1 in\n%1  esac\n").arg(words.join(QString())));
}

/// How an operation's number is found in the answer to an assignment; empty: there is none to ask after.
QString operationPattern(const Plan &plan)
{
    return actionOf(plan.steps.front(), Errand::Kind::Poll)
               ? QStringLiteral(
                     R"(s/.*"action"[[:space:]]*:[[:space:]]*\{[[:space:]]*"id"[[:space:]]*:[[:space:]]*([0-9]+).*/\1/p)")
               : QStringLiteral("d");
}

QString indented(const QString &lines)
{
    QString text;
    const QStringList all = lines.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &line : all) {
        text += QStringLiteral("  ") + line + QLatin1Char('\n');
    }
    return text;
}

/// Requests of providers that are asked over HTTP. What one node's differ in is where the address is to lead.
QString cloudFunctions(const PromoteFacts &facts, const Plan &plan)
{
    const addresses::ProviderInfo &info = addresses::providerOf(facts.facts.cloud.provider)->info();
    int longest = kRequestS;
    QString text;
    for (const Step &step : plan.steps) {
        const Action &assign = *actionOf(step, Errand::Kind::Assign), &read = *actionOf(step, Errand::Kind::ReadBack);
        longest = std::max(info.deadlineMs > kRequestS * 1000 ? longestMs(assign.http) / 1000 : 0, longest);
        text +=
            function(QStringLiteral("assign_") + step.id,
                     QStringLiteral("  %1\n").arg(providerRequest(assign.http, shellWord(assign.http.url), longest)));
        QString patterns;
        for (const QString &pattern : leadingPatterns(read.http)) {
            patterns += QLatin1Char(' ') + shellWord(pattern);
        }
        text +=
            function(QStringLiteral("leads_") + step.id, QStringLiteral("  errand \"$1\" read_back%1\n").arg(patterns));
    }
    const Step &any = plan.steps.front();
    const Http &read = actionOf(any, Errand::Kind::ReadBack)->http;
    text += function(QStringLiteral("read_back"),
                     QStringLiteral("  %1\n").arg(providerRequest(read, shellWord(read.url), longest)));
    if (const Action *poll = actionOf(any, Errand::Kind::Poll)) {
        const QString url = shellWord(poll->http.url).replace(placeholder(), QStringLiteral("'\"$operation\"'"));
        text +=
            function(QStringLiteral("poll"), QStringLiteral("  %1\n").arg(providerRequest(poll->http, url, kRequestS)));
    } else {
        text += function(QStringLiteral("poll"), QStringLiteral("  return 1\n"));
    }
    text += function(QStringLiteral("needs"), indented(providerNeeds(plan)) + QStringLiteral("  :\n"));
    text += secretTaker(plan, info.auth);
    text += function(QStringLiteral("is_usable"),
                     QStringLiteral("  (\n    read_secrets\n    needs\n    errand 10 read_back || said\n  )\n"));
    return QStringLiteral("operation='' patience=%1 operation_pattern=%2\n")
               .arg(std::max(30, longest))
               .arg(shellWord(operationPattern(plan))) +
           QLatin1String(kOptionPrologue) + providerFunctions(plan) + text + QLatin1String(kSecretsReader) +
           QLatin1String(kCloudAttempt);
}

/// Of a command of provider "command": what begins it again while it may pass, as the script does by itself; and ended,
/// it would leave the program running.
constexpr qsizetype kBeforeProgram = 5;

QString commandFunctions(const Plan &plan, const QStringList &words)
{
    QString text;
    for (const Step &step : plan.steps) {
        text += function(
            QStringLiteral("assign_") + step.id,
            QStringLiteral("  limited %1 %2\n")
                .arg(QString::number(kCommandS), hosts::shellQuoted(step.actions.front().argv.sliced(kBeforeProgram))));
    }
    text += function(
        QStringLiteral("is_usable"),
        QStringLiteral("  command -v %1 >/dev/null || echo \"it is not here\"\n").arg(shellWord(words.value(0))));
    return text + QLatin1String(kCommandAttempt);
}

} // namespace

QString promoteSecretsFile(const PromoteFacts &facts)
{
    return QStringLiteral("/etc/howdah/%1.secrets").arg(plainName(facts.cluster));
}

core::Result<QString> promoteScript(const PromoteFacts &facts)
{
    if (const auto may = mayBeWritten(facts); !may) {
        return tl::unexpected(may.error());
    }
    const Plan plan = actionsOf(facts);
    QString text = QStringLiteral("#!/bin/sh\n");
    text +=
        comment(QStringLiteral("Promotes the server of this host under repmgr, then leads %1 (%2) here: cluster %3.")
                    .arg(facts.address.name, facts.address.ip, facts.cluster));
    text +=
        comment(QStringLiteral("For every node of it the same, made from what repmgr and the provider said of them: "
                               "write it anew when nodes come or go."));
    const QStringList settings = promoteSettings(facts, QStringLiteral("/usr/local/bin/howdah-promote"))
                                     .split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &line : settings) {
        text += comment(line);
    }
    text +=
        QStringLiteral("set -u\numask 077\nLC_ALL=C\n"
                       "PATH=$PATH:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin\nexport LC_ALL PATH\n");
    text += QStringLiteral("conf=%1\n")
                .arg(shellWord(usual(facts, &PromoteNode::configFile, QStringLiteral("/etc/repmgr.conf"))));
    text += QStringLiteral(
                "# Who asks the provider, one NAME=VALUE a line; mode 0600, of the user of PostgreSQL.\nsecrets=%1\n")
                .arg(shellWord(promoteSecretsFile(facts)));
    text += QStringLiteral("# Besides syslog; left empty: repmgr's own log_file, where it has one.\nlog=''\n");
    text += QStringLiteral(
                "# For so many seconds the address is tried to be moved, with so many between.\nmost=%1\npause=%2\n")
                .arg(kMostS)
                .arg(facts.facts.cloud.provider == QLatin1String("hetzner-robot") ? kRobotPauseS : kPauseS);
    text += QStringLiteral("repmgr=%1\nip=%2\n")
                .arg(shellWord(usual(facts, &PromoteNode::program, QStringLiteral("/usr/bin/repmgr"))),
                     shellWord(facts.address.ip));
    text += QLatin1String(kPromoteTools);
    text += machineTable(facts);
    text += isCommand(facts) ? commandFunctions(plan, plan.steps.front().actions.front().argv.sliced(5))
                             : cloudFunctions(facts, plan);
    return text + QLatin1String(kPromoteMain);
}

QString promoteSettings(const PromoteFacts &facts, const QString &path)
{
    QStringList lines;
    const QString repmgr = usual(facts, &PromoteNode::program, QStringLiteral("/usr/bin/repmgr"));
    lines.append(QStringLiteral("On each node: this script as %1 (mode 0755: it holds no secret), and in repmgr's "
                                "configuration, before repmgrd is restarted:")
                     .arg(path));
    QStringList files;
    for (const PromoteNode &node : facts.nodes) {
        files.append(node.configFile.isEmpty() ? QStringLiteral("/etc/repmgr.conf") : node.configFile);
    }
    files.removeDuplicates();
    for (const QString &file : files) {
        lines.append(QStringLiteral("  promote_command='%1 -f %2'").arg(path, file));
        lines.append(QStringLiteral("  follow_command='%1 standby follow -f %2 --log-to-file --upstream-node-id=%n'")
                         .arg(repmgr, file));
        lines.append(QStringLiteral("  event_notification_command='%1 -f %2 event %n %e %s'").arg(path, file));
    }
    lines.append(QStringLiteral("  event_notifications='repmgrd_failover_promote,standby_promote,standby_switchover'"));
    lines.append(QStringLiteral("The event lines are for promotions and switchovers that a person starts; what is done "
                                "twice does no harm."));
    const QStringList variables = isCommand(facts) ? QStringList() : providerVariables(actionsOf(facts));
    if (!variables.isEmpty()) {
        lines.append(QStringLiteral("In %1 (or what -s names; owner: the user of PostgreSQL, mode 0600), one a line, "
                                    "NAME=VALUE: %2")
                         .arg(promoteSecretsFile(facts), variables.join(QStringLiteral(", "))));
    }
    lines.append(QStringLiteral("Then, on each node, as that user: %1 -f FILE check").arg(path));
    return lines.join(QLatin1Char('\n')) + QLatin1Char('\n');
}

} // namespace howdah::operations::address
