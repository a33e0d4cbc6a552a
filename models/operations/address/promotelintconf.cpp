// SPDX-License-Identifier: GPL-3.0-or-later
// repmgr's documentation (repmgrd-basic-configuration, event-notifications) and its configfile-scan.l.
#include <QHash>
#include <QRegularExpression>
#include <algorithm>

#include "operations/address/promotecommands.h"
#include "operations/address/promotelint.h"

namespace howdah::operations::address {

namespace {

struct Setting {
    QString value;
    int line = 0;
};

/// Of what stands there twice the last counts.
QHash<QString, Setting> settingsOf(const QString &text)
{
    static const QRegularExpression assignment(
        QStringLiteral("^\\s*([a-z_]+)\\s*=\\s*(?:'((?:[^'\\\\]|\\\\.|'')*)'|([^#]*?))\\s*(?:#.*)?$"));
    QHash<QString, Setting> all;
    int line = 0;
    const QStringList lines = text.split(QLatin1Char('\n'));
    for (const QString &one : lines) {
        ++line;
        const auto found = assignment.match(one);
        if (found.hasMatch()) {
            const QString quoted = found.captured(2);
            all[found.captured(1)] = {
                quoted.isEmpty() ? found.captured(3) : QString(quoted).replace(QLatin1String("''"), QLatin1String("'")),
                line};
        }
    }
    return all;
}

class ConfLint {
public:
    explicit ConfLint(const QString &text)
        : m_settings(settingsOf(text))
    {
    }

    std::vector<LintFinding> findings()
    {
        failover();
        for (const char *name : {"promote_command", "follow_command", "event_notification_command"}) {
            command(QLatin1String(name));
        }
        follow();
        events();
        others();
        std::stable_sort(m_findings.begin(), m_findings.end(),
                         [](const LintFinding &a, const LintFinding &b) { return a.line < b.line; });
        return std::move(m_findings);
    }

private:
    bool has(const char *name) const { return m_settings.contains(QLatin1String(name)); }
    Setting of(const char *name) const { return m_settings.value(QLatin1String(name)); }
    void add(int line, const char *id, const QString &what, const QString &why, const QString &remedy)
    {
        m_findings.push_back({line, QLatin1String(id), what, why, remedy});
    }

    void failover()
    {
        if (!has("promote_command")) {
            add(1, "no-promote-command", QStringLiteral("there is no promote_command"),
                QStringLiteral("repmgrd does not even start"),
                QStringLiteral("name the script that promotes and moves the address, by its full path"));
        }
        if (of("failover").value != QLatin1String("automatic")) {
            add(std::max(1, of("failover").line), "no-failover", QStringLiteral("failover is not automatic"),
                QStringLiteral("repmgrd only watches, and never runs promote_command"),
                QStringLiteral("failover=automatic, where nobody is to be needed"));
        }
    }

    /// What it does by itself is a script of one line.
    void command(const QString &name)
    {
        const Setting setting = m_settings.value(name);
        if (setting.value.isEmpty()) {
            return;
        }
        static const QStringList notHere{QStringLiteral("no-interpreter"), QStringLiteral("repmgr-without-path")};
        for (LintFinding &one : lintScript(setting.value)) {
            if (!notHere.contains(one.id)) {
                one.line = setting.line;
                one.what = name + QStringLiteral(": ") + one.what;
                m_findings.push_back(std::move(one));
            }
        }
        const ShellText shell = readShell(setting.value);
        for (const ShellCommand &one : shell.commands) {
            const Called called = calledBy(one);
            if (!called.program.isEmpty() && !called.program.startsWith(QLatin1Char('/')) &&
                !isBuiltIn(called.program)) {
                add(setting.line, "without-path", QStringLiteral("%1 has no full path for %2").arg(name, called.name),
                    QStringLiteral("repmgrd runs it in whatever folder and with whatever PATH it was started with"),
                    QStringLiteral("write the full path"));
            }
        }
    }

    void follow()
    {
        const Setting follow = of("follow_command");
        if (follow.value.isEmpty()) {
            add(std::max(1, follow.line), "no-follow-command", QStringLiteral("there is no follow_command"),
                QStringLiteral("repmgrd does not start, and standbys would not follow who is promoted"),
                QStringLiteral("/usr/bin/repmgr standby follow -f … --log-to-file --upstream-node-id=%n"));
        } else if (follow.value.contains(QLatin1String("standby follow")) &&
                   !follow.value.contains(QLatin1String("%n"))) {
            add(follow.line, "follow-without-node", QStringLiteral("follow_command is not told whom to follow"),
                QStringLiteral("it looks for a primary itself, and may find the old one that comes back"),
                QStringLiteral("add --upstream-node-id=%n"));
        }
    }

    void events()
    {
        const Setting event = of("event_notification_command");
        if (event.value.isEmpty()) {
            return;
        }
        const bool tellsAll = event.value.contains(QLatin1String("%e")) && event.value.contains(QLatin1String("%s"));
        if (!tellsAll && !has("event_notifications")) {
            add(event.line, "every-event",
                QStringLiteral("event_notification_command is run for every event and not told which, or how it went"),
                QStringLiteral("a promotion that failed looks like one that did not"),
                QStringLiteral("give it %n %e %s, and name those that matter in event_notifications"));
        }
    }

    void others()
    {
        const Setting service = of("service_promote_command"), conninfo = of("conninfo");
        if (service.value.contains(QLatin1String("standby promote"))) {
            add(service.line, "promotes-itself", QStringLiteral("service_promote_command runs repmgr standby promote"),
                QStringLiteral("that runs service_promote_command: it goes round in circles"),
                QStringLiteral("it is for what promotes the server alone, such as pg_ctlcluster … promote"));
        }
        static const QRegularExpression password(QStringLiteral("\\bpassword\\s*=|://[^/@]*:[^/@]*@"));
        if (conninfo.value.contains(password)) {
            add(conninfo.line, "secret-in-clear", QStringLiteral("conninfo has a password"),
                QStringLiteral("repmgr copies it into repmgr.nodes on every node, for everybody who may read that"),
                QStringLiteral("put it into .pgpass of the user of PostgreSQL, mode 0600"));
        }
    }

    QHash<QString, Setting> m_settings;
    std::vector<LintFinding> m_findings;
};

} // namespace

bool isRepmgrConf(const QString &text)
{
    static const QRegularExpression setting(QStringLiteral("^\\s*(node_id|promote_command|follow_command)\\s*="),
                                            QRegularExpression::MultilineOption);
    return !text.startsWith(QLatin1String("#!")) && text.contains(setting);
}

std::vector<LintFinding> lintRepmgrConf(const QString &text)
{
    return ConfLint(text).findings();
}

} // namespace howdah::operations::address
