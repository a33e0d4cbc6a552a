// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/commandline.h"

#include <QRegularExpression>
#include <QSet>
#include <algorithm>
#include <vector>

#include "core/redact.h"
#include "core/servertext.h"
#include "hosts/sshprefix.h"

namespace howdah::hosts {

namespace {

QString quoted(const QString &word)
{
    // Nothing is special between single quotes but the single quote itself.
    QString inside = word;
    inside.replace(QLatin1Char('\''), QLatin1String("'\\''"));
    return QLatin1Char('\'') + inside + QLatin1Char('\'');
}

// Programs that start what follows them here, as this user, in this file system.
bool isLocalWrapper(const QString &word)
{
    static const QSet<QString> names{QStringLiteral("env"),          QStringLiteral("nice"),
                                     QStringLiteral("ionice"),       QStringLiteral("timeout"),
                                     QStringLiteral("setsid"),       QStringLiteral("stdbuf"),
                                     QStringLiteral("sshpass"),      QStringLiteral("proxychains"),
                                     QStringLiteral("proxychains4"), QStringLiteral("torsocks")};
    return names.contains(word.section(QLatin1Char('/'), -1));
}

void add(QStringList &words, const char *key, const QString &value)
{
    words << QStringLiteral("-o") << QLatin1String(key) + QLatin1Char('=') + value;
}

// What one ssh is told by us. The first value of a key wins in ssh, so ours leave out what the user has set; the two
// that nobody may lower always come first.
QStringList ownOptions(const SshClient &client, const SshOptions &options, bool keep)
{
    const QString no = QStringLiteral("no");
    const QString yes = QStringLiteral("yes");
    QStringList words;
    add(words, "BatchMode", yes);
    add(words, "StrictHostKeyChecking", yes);
    const auto unlessSet = [&](const char *key, const QString &value, const char *flags = "") {
        if (!client.sets(QString::fromLatin1(key), flags)) {
            add(words, key, value);
        }
    };
    unlessSet("ConnectTimeout", QString::number(options.connectTimeoutS));
    unlessSet("ServerAliveInterval", QString::number(options.aliveIntervalS));
    unlessSet("ServerAliveCountMax", QString::number(options.aliveCount));
    unlessSet("ForwardAgent", no, "Aa");
    unlessSet("ForwardX11", no, "XYx");
    unlessSet("ClearAllForwardings", yes, "LRDw");
    unlessSet("PermitLocalCommand", no);
    unlessSet("RequestTTY", no, "T");
    unlessSet("LogLevel", QStringLiteral("ERROR"), "vq");
    if (keep && !client.sets(QStringLiteral("ControlPath"), "S")) {
        unlessSet("ControlMaster", QStringLiteral("auto"), "M");
        add(words, "ControlPath", options.controlPath);
        unlessSet("ControlPersist", QString::number(options.persistS));
    }
    if (!options.readsInput) {
        words << QStringLiteral("-n");
    }
    return words;
}

bool isLocalSsh(const QStringList &prefix, const SshClient &client)
{
    return client.word == 0 || isLocalWrapper(prefix.first());
}

core::Error refusal(const QString &message, const QString &hint)
{
    return core::Error{.kind = core::Error::Kind::Invalid, .message = core::redacted(message), .hint = hint};
}

QString visible(const QString &word)
{
    return QLatin1Char('"') + core::sanitizedName(word).left(100) + QLatin1Char('"');
}

// What a host, a user or a jump host may be written with. Names of options and text of shells are not among it.
bool isPlainName(const QString &word)
{
    static const QRegularExpression allowed(QStringLiteral("\\A[A-Za-z0-9_\\[][A-Za-z0-9._@:%/+,\\[\\]-]{0,500}\\z"));
    return allowed.match(word).hasMatch() && !word.contains(QLatin1String("@-")) && !word.contains(QLatin1String("/-"));
}

core::Result<void> checkHostKeys(const SshClient &client)
{
    const auto lowered = [](const QString &what) {
        return tl::unexpected(refusal(QStringLiteral("%1 lowers ssh's check of the host's key.").arg(what),
                                      QStringLiteral("Leave it out, and put the host's key into known_hosts: log in "
                                                     "once by hand and compare the fingerprint.")));
    };
    for (const QString &value : client.settings.values(QStringLiteral("stricthostkeychecking"))) {
        const QString word = value.toLower();
        if (word != QLatin1String("yes") && word != QLatin1String("true") && word != QLatin1String("ask")) {
            return lowered(QStringLiteral("StrictHostKeyChecking=%1").arg(core::sanitizedName(value)));
        }
    }
    for (const QString &value : client.settings.values(QStringLiteral("userknownhostsfile"))) {
        if (value.contains(QLatin1String("/dev/null")) || value.toLower() == QLatin1String("none")) {
            return lowered(QStringLiteral("UserKnownHostsFile=%1").arg(core::sanitizedName(value)));
        }
    }
    for (const QString &value : client.settings.values(QStringLiteral("nohostauthenticationforlocalhost"))) {
        if (value.toLower() != QLatin1String("no")) {
            return lowered(QStringLiteral("NoHostAuthenticationForLocalhost"));
        }
    }
    return {};
}

// Options with which ssh does something else than run a command and give back its output.
core::Result<void> checkPurpose(const SshClient &client)
{
    static const QString unfit = QStringLiteral("fGNnOPQstVW");
    for (const QChar letter : client.flags) {
        if (unfit.contains(letter)) {
            return tl::unexpected(
                refusal(QStringLiteral("ssh's option -%1 does not go with commands that the console runs.").arg(letter),
                        QStringLiteral("Leave it out: the console sets what it needs itself, -n and a missing terminal "
                                       "included.")));
        }
    }
    for (const char *key : {"remotecommand", "sessiontype", "stdinnull", "forkafterauthentication", "requesttty"}) {
        for (const QString &value : client.settings.values(QString::fromLatin1(key))) {
            if (value.toLower() != QLatin1String("no") && value.toLower() != QLatin1String("none")) {
                return tl::unexpected(refusal(QStringLiteral("ssh's option %1=%2 does not go with commands that the "
                                                             "console runs.")
                                                  .arg(QLatin1String(key), core::sanitizedName(value)),
                                              QStringLiteral("Leave it out.")));
            }
        }
    }
    return {};
}

core::Result<void> checkNames(const QStringList &prefix, const SshClient &client)
{
    if (client.destination < 0) {
        return tl::unexpected(refusal(QStringLiteral("The prefix names no host behind ssh."),
                                      QStringLiteral("Write it as [\"ssh\", \"postgres@10.0.0.11\"], one word each.")));
    }
    const QString &host = prefix.at(client.destination);
    if (!isPlainName(host)) {
        return tl::unexpected(refusal(QStringLiteral("%1 is no host that ssh may be given.").arg(visible(host)),
                                      QStringLiteral("A destination is [user@]host or an alias of ssh's "
                                                     "configuration: letters, digits, and . _ - @ : % only.")));
    }
    for (const char *key : {"l", "J", "user", "hostname", "proxyjump"}) {
        for (const QString &value : client.settings.values(QString::fromLatin1(key))) {
            if (!isPlainName(value)) {
                return tl::unexpected(
                    refusal(QStringLiteral("%1 is no user or host that ssh may be given.").arg(visible(value)),
                            QStringLiteral("Only letters, digits, and . _ - @ : % may stand in it.")));
            }
        }
    }
    return {};
}

} // namespace

core::Result<void> checkPrefix(const QStringList &prefix)
{
    for (const QString &word : prefix) {
        if (word.contains(QChar(0)) || (word.isEmpty() && &word == &prefix.first())) {
            return tl::unexpected(
                refusal(QStringLiteral("The prefix for commands begins with an empty word or holds a NUL."),
                        QStringLiteral("Write its program and each argument as a word of its own, as in "
                                       "[\"ssh\", \"postgres@10.0.0.11\"]; [] is this machine.")));
        }
    }
    for (const SshClient &client : sshClients(prefix)) {
        const core::Result<void> fine =
            checkNames(prefix, client).and_then([&] { return checkHostKeys(client); }).and_then([&] {
                return checkPurpose(client);
            });
        if (!fine) {
            return fine;
        }
    }
    return {};
}

QStringList commandLine(const QStringList &prefix, const QStringList &argv, const SshOptions &options)
{
    const std::vector<SshClient> clients = sshClients(prefix);
    QStringList words = argv;
    for (size_t level = 0; level < clients.size(); ++level) {
        for (QString &word : words) {
            word = quoted(word);
        }
    }
    QStringList line = prefix;
    // From the last to the first: what is put in does not move what comes before it.
    for (size_t i = clients.size(); i-- > 0;) {
        const SshClient &client = clients.at(i);
        const bool keep = i == 0 && !options.controlPath.isEmpty() && isLocalSsh(prefix, client);
        const QStringList own = ownOptions(client, options, keep);
        for (qsizetype k = 0; k < own.size(); ++k) {
            line.insert(client.word + 1 + k, own.at(k));
        }
    }
    return line + words;
}

bool keepsConnections(const QStringList &prefix)
{
    const std::vector<SshClient> clients = sshClients(prefix);
    return !clients.empty() && isLocalSsh(prefix, clients.front()) &&
           !clients.front().sets(QStringLiteral("ControlPath"), "S");
}

bool usesSsh(const QStringList &prefix)
{
    return !sshClients(prefix).empty();
}

QString shellQuoted(const QStringList &argv)
{
    static const QRegularExpression plain(QStringLiteral("\\A[A-Za-z0-9_@%+=:,./-]+\\z"));
    // Reserved words count only where a command is expected. POSIX.1, Shell Command Language, 2.4.
    static const QRegularExpression reserved(
        QStringLiteral("=|\\A(?:if|then|else|elif|fi|do|done|case|esac|while|until|for|in|function|select|time)\\z"));
    QStringList words;
    for (const QString &word : argv) {
        const bool asItIs = plain.match(word).hasMatch() && !(words.isEmpty() && reserved.match(word).hasMatch());
        words << (asItIs ? word : quoted(word));
    }
    return words.join(QLatin1Char(' '));
}

QString shown(const QStringList &argv)
{
    return core::redacted(core::sanitized(shellQuoted(argv)));
}

} // namespace howdah::hosts
