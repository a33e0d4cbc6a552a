// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/promotecommands.h"

#include <QRegularExpression>
#include <algorithm>

namespace howdah::operations::address {

namespace {

const QStringList &itemWords()
{
    static const QStringList words{QStringLiteral("get"), QStringLiteral("describe"), QStringLiteral("show"),
                                   QStringLiteral("wait")};
    return words;
}

bool isTool(const Called &called)
{
    static const QStringList tools{QStringLiteral("doctl"),     QStringLiteral("hcloud"),  QStringLiteral("aws"),
                                   QStringLiteral("openstack"), QStringLiteral("neutron"), QStringLiteral("scw"),
                                   QStringLiteral("linode-cli")};
    return tools.contains(called.name);
}

/// What curl asks for.
bool isProviderUrl(const Called &called)
{
    static const QRegularExpression url(QStringLiteral(
        "digitalocean|hetzner|amazonaws|reserved_ips|floating_ips|floatingips|/failover/|/droplets|/servers"));
    return called.name == QLatin1String("curl") &&
           std::any_of(called.words.begin(), called.words.end(), [](const QString &one) { return one.contains(url); });
}

bool sendsSomething(const Called &called)
{
    const QStringList methods = called.valuesOf({QStringLiteral("-X"), QStringLiteral("--request")});
    return methods.contains(QLatin1String("POST")) || methods.contains(QLatin1String("PUT")) ||
           called.hasOption('d', "--data") || called.hasOption('\0', "--data-raw") ||
           called.hasOption('\0', "--data-binary") || called.hasOption('\0', "--json");
}

/// How many words what stands before a program takes.
qsizetype before(const QStringList &words)
{
    static const QRegularExpression assignment(QStringLiteral("^[A-Za-z_][A-Za-z0-9_]*="));
    static const QStringList plain{QStringLiteral("exec"), QStringLiteral("command"), QStringLiteral("nohup"),
                                   QStringLiteral("time"), QStringLiteral("env"),     QStringLiteral("setsid"),
                                   QStringLiteral("nice"), QStringLiteral("builtin")};
    static const QStringList valued{QStringLiteral("-u"),      QStringLiteral("-g"), QStringLiteral("-k"),
                                    QStringLiteral("-s"),      QStringLiteral("-n"), QStringLiteral("--user"),
                                    QStringLiteral("--signal")};
    qsizetype at = 0;
    while (at < words.size()) {
        const QString name = words[at].section(QLatin1Char('/'), -1);
        const bool isSudo = name == QLatin1String("sudo") || name == QLatin1String("runuser");
        const bool isTimeout = name == QLatin1String("timeout");
        if (!isSudo && !isTimeout && !plain.contains(name)) {
            return at;
        }
        ++at;
        while (at < words.size() && (words[at].startsWith(QLatin1Char('-')) || words[at].contains(assignment))) {
            // sudo's -n takes nothing.
            const bool takes = valued.contains(words[at]) && !(isSudo && words[at] == QLatin1String("-n"));
            at += takes ? 2 : 1;
        }
        at += isTimeout ? 1 : 0;
    }
    return 0;
}

} // namespace

bool Called::hasAny(const QStringList &all) const
{
    return std::any_of(all.begin(), all.end(), [this](const QString &one) { return words.contains(one); });
}

bool Called::hasPair(const char *first, const char *second) const
{
    for (qsizetype i = 0; i + 1 < words.size(); ++i) {
        if (words[i] == QLatin1String(first) && words[i + 1] == QLatin1String(second)) {
            return true;
        }
    }
    return false;
}

bool Called::hasOption(char brief, const char *whole) const
{
    const QString full = QLatin1String(whole);
    const auto isBundle = [brief](const QString &one) {
        qsizetype at = one.startsWith(QLatin1Char('-')) ? 1 : one.size();
        while (at < one.size() && one[at].isLetter() && one[at] != QLatin1Char(brief)) {
            ++at;
        }
        return at < one.size() && one[at] == QLatin1Char(brief);
    };
    return std::any_of(words.begin(), words.end(), [&](const QString &one) {
        return (brief != '\0' && isBundle(one)) || one == full || one.startsWith(full + QLatin1Char('='));
    });
}

QStringList Called::valuesOf(const QStringList &options) const
{
    QStringList values;
    for (qsizetype i = 0; i < words.size(); ++i) {
        for (const QString &option : options) {
            if (words[i] == option) {
                values.append(words.value(i + 1));
            } else if (option.startsWith(QLatin1String("--")) ? words[i].startsWith(option + QLatin1Char('='))
                                                              : words[i].startsWith(option)) {
                values.append(words[i].mid(option.size() + (option.startsWith(QLatin1String("--")) ? 1 : 0)));
            }
        }
    }
    return values;
}

bool isBuiltIn(const QString &program)
{
    static const QStringList all{
        QStringLiteral("exit"),  QStringLiteral("test"),   QStringLiteral("["),      QStringLiteral("true"),
        QStringLiteral("false"), QStringLiteral("echo"),   QStringLiteral("printf"), QStringLiteral(":"),
        QStringLiteral("."),     QStringLiteral("export"), QStringLiteral("set"),    QStringLiteral("cd"),
        QStringLiteral("trap"),  QStringLiteral("umask"),  QStringLiteral("wait"),   QStringLiteral("return")};
    return all.contains(program);
}

Called calledBy(const ShellCommand &command)
{
    Called called;
    for (const ShellWord &word : command.words) {
        called.words.append(word.text);
    }
    if (called.words.isEmpty()) {
        return called;
    }
    const qsizetype at = before(called.words);
    called.isLimited = std::any_of(called.words.begin(), called.words.begin() + at, [](const QString &word) {
        return word.section(QLatin1Char('/'), -1) == QLatin1String("timeout");
    });
    called.words = called.words.sliced(at);
    called.program = called.words.takeFirst();
    called.name = called.program.section(QLatin1Char('/'), -1);
    static const QStringList shells{QStringLiteral("sh"), QStringLiteral("bash"), QStringLiteral("dash"),
                                    QStringLiteral("su")};
    const qsizetype script = shells.contains(called.name) ? called.words.indexOf(QLatin1String("-c")) : -1;
    if (script >= 0 && script + 1 < called.words.size()) { // what they are told to do is what is done
        const ShellText inner = readShell(called.words[script + 1]);
        return inner.commands.size() == 1 ? calledBy(inner.commands.front()) : called;
    }
    return called;
}

bool isRepmgr(const Called &called)
{
    static const QStringList kinds{QStringLiteral("standby"), QStringLiteral("node"),    QStringLiteral("cluster"),
                                   QStringLiteral("primary"), QStringLiteral("witness"), QStringLiteral("service"),
                                   QStringLiteral("daemon")};
    return called.name == QLatin1String("repmgr") ||
           (called.program.contains(QLatin1Char('$')) && called.hasAny(kinds) && called.words.size() > 1);
}

bool isPromotion(const Called &called)
{
    return isRepmgr(called) && called.hasPair("standby", "promote");
}

bool isHostMove(const Called &called)
{
    return called.name == QLatin1String("ip") && called.hasAny({QStringLiteral("add"), QStringLiteral("replace")}) &&
           called.hasAny({QStringLiteral("a"), QStringLiteral("addr"), QStringLiteral("address")});
}

bool isMove(const Called &called)
{
    static const QStringList addresses{QStringLiteral("floating-ip-action"),
                                       QStringLiteral("floating-ip-actions"),
                                       QStringLiteral("reserved-ip-action"),
                                       QStringLiteral("reserved-ip-actions"),
                                       QStringLiteral("fipa"),
                                       QStringLiteral("ria"),
                                       QStringLiteral("floating-ip"),
                                       QStringLiteral("reserved-ip")};
    if (called.name == QLatin1String("doctl") || called.name == QLatin1String("hcloud")) {
        return called.hasAny(addresses) && called.has("assign");
    }
    if (called.name == QLatin1String("aws")) {
        return called.has("associate-address");
    }
    if (called.name == QLatin1String("openstack")) {
        return (called.has("floating") && called.hasAny({QStringLiteral("add"), QStringLiteral("set")}));
    }
    return isHostMove(called) || (isProviderUrl(called) && sendsSomething(called));
}

bool isListing(const Called &called)
{
    if (isProviderUrl(called)) {
        return !sendsSomething(called);
    }
    const bool lists = called.hasAny({QStringLiteral("list"), QStringLiteral("ls")}) ||
                       std::any_of(called.words.begin(), called.words.end(),
                                   [](const QString &one) { return one.startsWith(QLatin1String("describe-")); });
    const bool tells = isRepmgr(called) && called.hasPair("cluster", "show");
    return (isTool(called) && lists) || tells;
}

bool isReading(const Called &called)
{
    return isListing(called) || (isTool(called) && called.hasAny(itemWords()));
}

bool isLoose(const Called &called)
{
    const bool isChosen = called.hasOption('\0', "--format") || called.hasOption('o', "--output") ||
                          called.hasOption('\0', "--query") || called.hasOption('f', "--format") || called.has("--csv");
    return isListing(called) && !isChosen && called.name != QLatin1String("curl");
}

} // namespace howdah::operations::address
