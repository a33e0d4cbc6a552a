// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/sshprefix.h"

#include <algorithm>

namespace howdah::hosts {

namespace {

// Options of ssh that take a value. -P took none before OpenSSH 9.4; checkPrefix refuses it.
constexpr QLatin1StringView kWithValue("BbcDEeFIiJLlmOopQRSWw");

bool isSsh(const QString &word)
{
    return word == QLatin1String("ssh") || word.endsWith(QLatin1String("/ssh"));
}

void note(SshClient &client, QChar letter, const QString &value)
{
    if (letter != QLatin1Char('o')) {
        client.settings.insert(QString(letter), value);
        return;
    }
    // "Key=value", "Key value", "Key = value"; ssh does not care for the case of the key.
    qsizetype end = 0;
    const QString text = value.trimmed();
    while (end < text.size() && !text.at(end).isSpace() && text.at(end) != QLatin1Char('=')) {
        ++end;
    }
    qsizetype begin = end;
    bool equals = false;
    while (begin < text.size() && (text.at(begin).isSpace() || (text.at(begin) == QLatin1Char('=') && !equals))) {
        equals = equals || text.at(begin) == QLatin1Char('=');
        ++begin;
    }
    QString rest = text.mid(begin);
    if (rest.size() >= 2 && rest.startsWith(QLatin1Char('"')) && rest.endsWith(QLatin1Char('"'))) {
        rest = rest.mid(1, rest.size() - 2);
    }
    client.settings.insert(text.left(end).toLower(), rest);
}

// Reads one word of options; returns the index of the last word that belongs to it.
qsizetype readOptions(const QStringList &prefix, qsizetype at, SshClient &client)
{
    const QString &word = prefix.at(at);
    for (qsizetype i = 1; i < word.size(); ++i) {
        const QChar letter = word.at(i);
        client.flags += letter;
        if (!kWithValue.contains(letter)) {
            continue;
        }
        if (i + 1 < word.size()) {
            note(client, letter, word.mid(i + 1));
        } else if (at + 1 < prefix.size()) {
            note(client, letter, prefix.at(++at));
        }
        break;
    }
    return at;
}

} // namespace

bool SshClient::sets(const QString &key, const char *flagLetters) const
{
    const QString letters = QString::fromLatin1(flagLetters);
    return settings.contains(key.toLower()) ||
           std::any_of(flags.cbegin(), flags.cend(), [&](QChar letter) { return letters.contains(letter); });
}

std::vector<SshClient> sshClients(const QStringList &prefix)
{
    std::vector<SshClient> clients;
    for (qsizetype at = 0; at < prefix.size(); ++at) {
        // The last word is a name (docker exec ssh) unless it is the program.
        if (!isSsh(prefix.at(at)) || (at > 0 && at + 1 == prefix.size())) {
            continue;
        }
        SshClient client;
        client.word = at;
        bool onlyWords = false;
        while (at + 1 < prefix.size()) {
            const QString &next = prefix.at(at + 1);
            if (next == QLatin1String("--") && !onlyWords) {
                onlyWords = true;
                ++at;
            } else if (next.size() > 1 && next.startsWith(QLatin1Char('-')) && !onlyWords) {
                at = readOptions(prefix, at + 1, client);
            } else if (client.destination < 0) {
                client.destination = ++at;
            } else {
                break;
            }
        }
        clients.push_back(client);
    }
    return clients;
}

} // namespace howdah::hosts
