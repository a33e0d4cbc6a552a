// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/promotelint.h"

#include <QRegularExpression>
#include <QSet>
#include <algorithm>

#include "operations/address/promotecommands.h"
#include "operations/address/promoteorder.h"

namespace howdah::operations::address {

namespace {

/// Reads one script for what can go wrong when nobody is there.
class Lint {
public:
    explicit Lint(const QString &text)
        : m_text(text)
        , m_shell(readShell(text))
        , m_order(m_shell, text)
    {
    }

    std::vector<LintFinding> findings()
    {
        if (!m_text.startsWith(QLatin1String("#!"))) {
            add(1, "no-interpreter", QStringLiteral("the first line does not say which shell runs it"),
                QStringLiteral("whoever starts it decides, and in another shell the same words mean something else"),
                QStringLiteral("begin it with #!/bin/sh"));
        }
        if (!m_shell.problem.isEmpty()) {
            add(m_shell.problemLine, "unreadable", m_shell.problem,
                QStringLiteral("a shell stops there, in the middle of a failover"),
                QStringLiteral("see what sh -n says of it; what comes behind was not looked at"));
        }
        promotions();
        for (std::size_t i = 0; i < m_shell.commands.size(); ++i) {
            const Called called = calledBy(m_shell.commands[i]);
            repmgr(i, called);
            tokens(i, called);
            curl(i, called);
            choices(i, called);
            moves(i, called);
        }
        clearText();
        std::stable_sort(m_findings.begin(), m_findings.end(),
                         [](const LintFinding &a, const LintFinding &b) { return a.line < b.line; });
        return std::move(m_findings);
    }

private:
    void add(int line, const char *id, const QString &what, const QString &why, const QString &remedy)
    {
        const QString name = QLatin1String(id);
        const bool known = std::any_of(m_findings.begin(), m_findings.end(),
                                       [&](const LintFinding &one) { return one.line == line && one.id == name; });
        if (!known) {
            m_findings.push_back({line, name, what, why, remedy});
        }
    }
    int lineOf(std::size_t i) const { return m_shell.commands[i].line; }

    void promotions()
    {
        for (const std::size_t promotion : m_order.promotions()) {
            if (m_order.movesBefore(promotion)) {
                add(lineOf(promotion), "moved-before-promotion",
                    QStringLiteral("the address moves before the server is promoted"),
                    QStringLiteral("applications are led to a standby, for good where the promotion fails"),
                    QStringLiteral("promote first, and move it only when that has succeeded"));
            }
            if (m_order.movesBehind(promotion) && !m_order.isChecked(promotion)) {
                add(lineOf(promotion), "promotion-unchecked",
                    QStringLiteral("what became of \"repmgr standby promote\" decides nothing"),
                    QStringLiteral("the address moves even when the promotion failed, and applications write to a "
                                   "standby, in vain"),
                    QStringLiteral("end the script where it fails: … standby promote … || exit 1"));
            }
        }
    }

    void repmgr(std::size_t i, const Called &called)
    {
        if (!isRepmgr(called)) {
            return;
        }
        if (called.program == QLatin1String("repmgr") && !m_order.setsPath()) {
            add(lineOf(i), "repmgr-without-path", QStringLiteral("repmgr is called without its path"),
                QStringLiteral("repmgrd runs it with whatever PATH it was itself started with"),
                QStringLiteral("write the full path, such as /usr/bin/repmgr"));
        }
        if (called.words.size() > 1 && !called.hasOption('f', "--config-file")) {
            add(lineOf(i), "repmgr-without-config", QStringLiteral("repmgr is not told its configuration file"),
                QStringLiteral("it searches for one, and may find none, or another node's"),
                QStringLiteral("add -f and the full path of repmgr.conf"));
        }
        if (isPromotion(called) && called.has("--siblings-follow")) {
            add(lineOf(i), "siblings-follow", QStringLiteral("--siblings-follow in what repmgrd runs"),
                QStringLiteral("repmgrd tells the other standbys itself, which run their follow_command: both at once "
                               "get in each other's way, and the promotion waits for ssh"),
                QStringLiteral("leave it out"));
        }
    }

    void tokens(std::size_t i, const Called &called)
    {
        static const QRegularExpression header(QStringLiteral("^(authorization|x-auth-token|private-token)\\s*:"),
                                               QRegularExpression::CaseInsensitiveOption);
        bool shown = false;
        if (called.name == QLatin1String("doctl")) {
            shown = !called.valuesOf({QStringLiteral("-t"), QStringLiteral("--access-token")}).isEmpty();
        } else if (called.name == QLatin1String("curl")) {
            const QStringList headers = called.valuesOf({QStringLiteral("-H"), QStringLiteral("--header")});
            shown =
                std::any_of(headers.begin(), headers.end(), [](const QString &one) { return one.contains(header); }) ||
                !called.valuesOf({QStringLiteral("-u"), QStringLiteral("--user"), QStringLiteral("--oauth2-bearer")})
                     .isEmpty();
        } else if (called.name == QLatin1String("openstack")) {
            shown = called.hasOption('\0', "--os-password") || called.hasOption('\0', "--os-token");
        } else if (called.name == QLatin1String("aws")) {
            shown = called.has("aws_secret_access_key");
        }
        if (shown) {
            add(lineOf(i), "token-on-command-line",
                QStringLiteral("the credentials stand on a command line of %1").arg(called.name),
                QStringLiteral("every user of the host reads them in the list of processes, and moves the address, or "
                               "does whatever else they allow"),
                called.name == QLatin1String("curl")
                    ? QStringLiteral("give curl the header by its standard input: curl -K -")
                    : QStringLiteral("let %1 find them in its environment or its own file, mode 0600")
                          .arg(called.name));
        }
    }

    void curl(std::size_t i, const Called &called)
    {
        if (called.name != QLatin1String("curl") || called.has("-V") || called.has("--version")) {
            return;
        }
        if (!called.isLimited && !called.hasOption('m', "--max-time")) {
            add(lineOf(i), "no-deadline", QStringLiteral("curl may wait for ever"),
                QStringLiteral("while a provider says nothing, the script hangs, and repmgrd with it"),
                QStringLiteral("add --max-time 15"));
        }
        if (!called.hasOption('f', "--fail") && !called.hasOption('\0', "--fail-with-body") &&
            !called.hasOption('w', "--write-out") && !called.hasOption('D', "--dump-header") &&
            !called.hasOption('i', "--include")) {
            add(lineOf(i), "status-ignored", QStringLiteral("curl ends with 0 whatever status comes back"),
                QStringLiteral("401, 422 and 500 are taken for a success"),
                QStringLiteral("look at the status (-w '%{http_code}'), or let curl do it (--fail)"));
        }
    }

    /// What takes one of several things, or parts of their text.
    void choices(std::size_t i, const Called &called)
    {
        const auto source = m_order.listingOf(i);
        if (!source) {
            return;
        }
        const QString from = QStringLiteral("what \"%1\" lists").arg(source->name);
        static const QRegularExpression jq(QStringLiteral("\\[-?[0-9]+\\]|\\b(first|last)\\b")),
            row(QStringLiteral("\\bNR\\s*==|\\bEND\\b")), line(QStringLiteral("^[0-9$]+p$"));
        const bool byPlace = called.name == QLatin1String("head") || called.name == QLatin1String("tail") ||
                             ((called.name == QLatin1String("awk") || called.name == QLatin1String("jq") ||
                               called.name == QLatin1String("sed")) &&
                              std::any_of(called.words.begin(), called.words.end(), [&](const QString &one) {
                                  return one.contains(called.name == QLatin1String("jq")    ? jq
                                                      : called.name == QLatin1String("awk") ? row
                                                                                            : line);
                              }));
        const bool skipsHeader = called.name == QLatin1String("tail") &&
                                 std::any_of(called.words.begin(), called.words.end(),
                                             [](const QString &one) { return one.contains(QLatin1String("+2")); });
        if (byPlace && !skipsHeader) {
            add(lineOf(i), "chosen-by-place",
                QStringLiteral("%1 takes whatever stands at one place of %2").arg(called.name, from),
                QStringLiteral(
                    "with a second address or machine in the account it is another one that moves, or is moved to"),
                QStringLiteral("name the address itself, and ask for that one"));
            return;
        }
        if ((called.name == QLatin1String("awk") || called.name == QLatin1String("cut")) && isLoose(*source)) {
            add(lineOf(i), "loose-columns", QStringLiteral("%1 counts columns of %2").arg(called.name, from),
                QStringLiteral(
                    "columns come and go with versions (doctl has added ProjectID), and an address that leads "
                    "nowhere leaves one out, so that all behind it shift"),
                QStringLiteral("ask for the columns by name (--format ID,Name --no-header), or for JSON"));
        }
        if (called.name == QLatin1String("grep") || called.name == QLatin1String("egrep") ||
            called.name == QLatin1String("fgrep")) {
            const bool isWhole =
                called.hasOption('x', "--line-regexp") ||
                std::any_of(called.words.begin(), called.words.end(), [](const QString &one) {
                    // A whole line, or its first or last field.
                    static const QRegularExpression exact(QStringLiteral("^\\^.*(\\$|[,;|:]|\\t)$|[ ,;|:].*\\$$"));
                    return exact.match(one).hasMatch();
                });
            if (!isWhole) {
                add(lineOf(i), "inexact-match", QStringLiteral("grep looks for a part of a line in %1").arg(from),
                    QStringLiteral(
                        "\"pg2\" is in \"pg20\" and in \"old-pg2\" too: the address goes to another machine"),
                    QStringLiteral("compare whole fields, or better the machine's IP or id"));
            }
        }
    }

    void moves(std::size_t i, const Called &called)
    {
        if (called.name == QLatin1String("doctl") &&
            called.hasAny({QStringLiteral("floating-ip"), QStringLiteral("floating-ip-action"),
                           QStringLiteral("floating-ips"), QStringLiteral("fip"), QStringLiteral("fipa")})) {
            add(lineOf(i), "old-name", QStringLiteral("floating-ip is doctl's old name of reserved-ip"),
                QStringLiteral("its listing has got another column since, and the name may go"),
                QStringLiteral("write reserved-ip and reserved-ip-action"));
        }
        if (!isMove(called)) {
            return;
        }
        if (isHostMove(called)) {
            add(lineOf(i), "two-holders", QStringLiteral("an address is added to this host's own interface"),
                QStringLiteral("the old primary may be alive and only cut off: then two hosts have it"),
                QStringLiteral("let keepalived or vip-manager hold it, which give it up by themselves"));
            return;
        }
        if (!called.has("--wait") && !m_order.readsBehind(i)) {
            add(lineOf(i), "not-read-back", QStringLiteral("nobody looks whether the address has moved"),
                QStringLiteral("a provider takes the order and does it later, or fails at it: the script says that all "
                               "is well"),
                QStringLiteral("wait for the action (doctl: --wait), then read the address back and compare"));
        }
    }

    /// Secrets in what stands there, comments too. What they are is not repeated.
    void clearText()
    {
        static const QRegularExpression name(QStringLiteral("(TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY)$"),
                                             QRegularExpression::CaseInsensitiveOption),
            token(QStringLiteral("\\b(dop|doo|dor)_v1_[0-9a-f]{16,}|\\bAKIA[0-9A-Z]{16}\\b|"
                                 "\\bBearer\\s+[A-Za-z0-9._~+/-]{20,}"));
        const QString why = QStringLiteral("whoever may read the script, or a copy or backup of it, has them");
        const QString remedy =
            QStringLiteral("read them from a file of their own, mode 0600, and make new ones: these are known");
        for (const ShellCommand &command : m_shell.commands) {
            std::vector<ShellWord> all = command.assignments;
            if (!command.words.empty() && (command.words.front().text == QLatin1String("export") ||
                                           command.words.front().text == QLatin1String("readonly"))) {
                all.insert(all.end(), command.words.begin() + 1, command.words.end());
            }
            for (const ShellWord &word : all) {
                const QString value = word.text.section(QLatin1Char('='), 1);
                if (word.text.section(QLatin1Char('='), 0, 0).contains(name) && !word.expands && value.size() > 3 &&
                    !value.startsWith(QLatin1Char('/'))) {
                    add(word.line, "secret-in-clear",
                        QStringLiteral("credentials stand in the script (%1)")
                            .arg(word.text.section(QLatin1Char('='), 0, 0)),
                        why, remedy);
                }
            }
        }
        int line = 0;
        const QStringList lines = m_text.split(QLatin1Char('\n'));
        for (const QString &one : lines) {
            ++line;
            if (one.contains(token)) {
                add(line, "secret-in-clear", QStringLiteral("credentials stand in the script"), why, remedy);
            }
        }
    }

    const QString &m_text;
    const ShellText m_shell;
    const PromoteOrder m_order;
    std::vector<LintFinding> m_findings;
};

} // namespace

std::vector<LintFinding> lintScript(const QString &text)
{
    return Lint(text).findings();
}

} // namespace howdah::operations::address
