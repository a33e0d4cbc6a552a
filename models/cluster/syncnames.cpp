// SPDX-License-Identifier: GPL-3.0-or-later
#include "syncnames.h"

namespace howdah::cluster {

namespace {
// Words, quoted names and the signs between them, as syncrep_scanner.l reads them.
struct Token {
    QString text;
    bool quoted = false;

    bool is(char sign) const { return !quoted && text == QLatin1Char(sign); }
    bool isWord(const char *word) const
    {
        return !quoted && text.compare(QLatin1String(word), Qt::CaseInsensitive) == 0;
    }
    std::optional<int> number() const
    {
        bool ok = false;
        const int value = text.toInt(&ok);
        return ok && !quoted && value > 0 ? std::optional(value) : std::nullopt;
    }
};

std::optional<std::vector<Token>> tokens(const QString &text)
{
    std::vector<Token> result;
    for (qsizetype i = 0; i < text.size();) {
        const QChar c = text.at(i);
        if (c.isSpace()) {
            ++i;
        } else if (c == QLatin1Char('"')) {
            Token token{{}, true};
            for (++i; i < text.size(); ++i) {
                if (text.at(i) == QLatin1Char('"') && (i + 1 >= text.size() || text.at(i + 1) != QLatin1Char('"'))) {
                    break;
                }
                i += text.at(i) == QLatin1Char('"') ? 1 : 0; // a doubled quote is one
                token.text += text.at(i);
            }
            if (i >= text.size()) {
                return std::nullopt;
            }
            ++i;
            result.push_back(token);
        } else if (QStringLiteral("(),*").contains(c)) {
            result.push_back({QString(c)});
            ++i;
        } else {
            Token token;
            while (i < text.size() && !text.at(i).isSpace() && !QStringLiteral("(),*\"").contains(text.at(i))) {
                token.text += text.at(i++);
            }
            result.push_back(token);
        }
    }
    return result;
}

// "a, b" from begin up to end; empty when it is no list.
QStringList nameList(const std::vector<Token> &all, std::size_t begin, std::size_t end)
{
    QStringList names;
    for (std::size_t i = begin; i < end; ++i) {
        const bool separator = (i - begin) % 2 == 1;
        if (separator ? !all[i].is(',') : all[i].is(',') || all[i].is('(') || all[i].is(')')) {
            return {};
        }
        if (!separator) {
            names += all[i].text;
        }
    }
    return (end - begin) % 2 == 1 ? names : QStringList();
}
} // namespace

std::optional<SyncNames> parseSyncNames(const QString &text)
{
    const std::optional<std::vector<Token>> all = tokens(text);
    if (!all) {
        return std::nullopt;
    }
    if (all->empty()) {
        return SyncNames{};
    }
    SyncNames result;
    std::size_t at = 0;
    const bool hasNext = all->size() > 1;
    if (hasNext && (all->front().isWord("any") || all->front().isWord("first")) && (*all)[1].number()) {
        result.any = all->front().isWord("any");
        at = 1;
    }
    const bool list = at + 1 < all->size() && (*all)[at].number() && (*all)[at + 1].is('(');
    if (list) {
        result.count = *(*all)[at].number();
        result.names = all->back().is(')') ? nameList(*all, at + 2, all->size() - 1) : QStringList();
    } else {
        result.count = 1; // a bare list is FIRST 1
        result.names = at == 0 ? nameList(*all, 0, all->size()) : QStringList();
    }
    return result.names.isEmpty() ? std::nullopt : std::optional(result);
}

QString writeSyncNames(const SyncNames &names)
{
    if (names.count == 0) {
        return {};
    }
    QStringList words;
    for (const QString &name : names.names) {
        const QString inside = QString(name).replace(QLatin1Char('"'), QLatin1String("\"\""));
        words.append(name == QLatin1String("*") ? name : QLatin1Char('"') + inside + QLatin1Char('"'));
    }
    return QStringLiteral("%1 %2 (%3)")
        .arg(names.any ? QStringLiteral("ANY") : QStringLiteral("FIRST"))
        .arg(names.count)
        .arg(words.join(QStringLiteral(", ")));
}

SyncNames swapped(SyncNames names, const QString &one, const QString &other)
{
    // The server compares them without regard to case. (SyncRepGetStandbyPriority in syncrep.c)
    for (QString &name : names.names) {
        const bool isOne = name.compare(one, Qt::CaseInsensitive) == 0;
        const bool isOther = name.compare(other, Qt::CaseInsensitive) == 0;
        name = isOne ? other : isOther ? one : name;
    }
    return names;
}

} // namespace howdah::cluster
