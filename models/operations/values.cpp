// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/values.h"

#include <QRegularExpression>
#include <QUrl>
#include <functional>

#include "core/identifier.h"
#include "core/redact.h"
#include "hosts/commandline.h"
#include "operations/runbookproviders.h"

namespace howdah::operations {

const QRegularExpression &placeholder()
{
    static const QRegularExpression expression(QStringLiteral(":\\{([a-z0-9_]+)\\}"));
    return expression;
}

QStringList valuesIn(const QString &text)
{
    QStringList names;
    for (auto it = placeholder().globalMatch(text); it.hasNext();) {
        names.append(it.next().captured(1));
    }
    names.removeDuplicates();
    return names;
}

namespace {

/// text with every placeholder replaced by what `put` makes of its name; the first name for which it has nothing is
/// the error.
core::Result<QString> replaced(const QString &text, const std::function<std::optional<QString>(const QString &)> &put)
{
    QString out;
    qsizetype done = 0;
    for (auto it = placeholder().globalMatch(text); it.hasNext();) {
        const QRegularExpressionMatch match = it.next();
        const std::optional<QString> value = put(match.captured(1));
        if (!value) {
            return core::failure(core::Error::Kind::Invalid,
                                 QStringLiteral("the value \"%1\" is not known yet").arg(match.captured(1)));
        }
        out += text.mid(done, match.capturedStart() - done) + *value;
        done = match.capturedEnd();
    }
    return out + text.mid(done);
}

std::optional<QString> valueOf(const Values &values, const QString &name)
{
    const auto it = values.constFind(name);
    return it == values.constEnd() ? std::nullopt : std::optional(*it);
}

/// What people see for a name.
QString wordFor(const Plan &plan, const QString &name)
{
    for (const Secret &secret : plan.secrets) {
        if (secret.name == name) {
            return core::redacted(secret.shown);
        }
    }
    return QLatin1Char('<') + QString(name).replace(QLatin1Char('_'), QLatin1Char(' ')) + QLatin1Char('>');
}

} // namespace

core::Result<QString> filledSql(const QString &sql, const Values &values)
{
    return replaced(sql, [&](const QString &name) -> std::optional<QString> {
        const auto value = valueOf(values, name);
        return value ? std::optional(core::sqlLiteral(*value)) : std::nullopt;
    });
}

core::Result<QStringList> filledCommand(const QStringList &argv, const Values &values)
{
    QStringList out;
    for (const QString &word : argv) {
        const auto filled = replaced(word, [&](const QString &name) { return valueOf(values, name); });
        if (!filled) {
            return tl::unexpected(filled.error());
        }
        out.append(*filled);
    }
    return out;
}

core::Result<QString> filledPattern(const QString &pattern, const Values &values)
{
    return replaced(pattern, [&](const QString &name) -> std::optional<QString> {
        const auto value = valueOf(values, name);
        return value ? std::optional(QRegularExpression::escape(*value)) : std::nullopt;
    });
}

namespace {

/// value as it stands between the quotes of a JSON string.
QString inJson(const QString &value)
{
    QString out;
    for (const QChar letter : value) {
        if (letter == QLatin1Char('"') || letter == QLatin1Char('\\')) {
            out += QLatin1Char('\\');
            out += letter;
        } else if (letter.unicode() < 0x20) {
            out += QStringLiteral("\\u%1").arg(letter.unicode(), 4, 16, QLatin1Char('0'));
        } else {
            out += letter;
        }
    }
    return out;
}

Http shown(const Plan &plan, const Http &http)
{
    const auto word = [&](const QString &name) { return std::optional(wordFor(plan, name)); };
    Http out = http;
    out.url = core::redacted(*replaced(http.url, word));
    out.body = core::redacted(*replaced(http.body, word));
    return out;
}

} // namespace

core::Result<Http> filledRequest(const Http &http, const Values &values)
{
    const auto url = replaced(http.url, [&](const QString &name) -> std::optional<QString> {
        const auto value = valueOf(values, name);
        return value ? std::optional(QString::fromLatin1(QUrl::toPercentEncoding(*value))) : std::nullopt;
    });
    const auto body = replaced(http.body, [&](const QString &name) -> std::optional<QString> {
        const auto value = valueOf(values, name);
        return value ? std::optional(inJson(*value)) : std::nullopt;
    });
    if (!url || !body) {
        return tl::unexpected(url ? body.error() : url.error());
    }
    Http filled = http;
    filled.url = *url;
    filled.body = *body;
    return filled;
}

QString shownSql(const Plan &plan, const QString &sql)
{
    return core::redacted(*replaced(sql, [&](const QString &name) {
        return std::optional(QLatin1Char('\'') + wordFor(plan, name) + QLatin1Char('\''));
    }));
}

QString shownCommand(const Plan &plan, const QStringList &argv)
{
    QStringList words;
    for (const QString &word : argv) {
        words.append(*replaced(word, [&](const QString &name) { return std::optional(wordFor(plan, name)); }));
    }
    return core::redacted(hosts::shellQuoted(words));
}

QString shownRequest(const Plan &plan, const Http &http)
{
    const Http out = shown(plan, http);
    return QStringLiteral("%1 %2 %3").arg(out.method, out.url, out.body).trimmed();
}

QString shownCurl(const Plan &plan, const Http &http, int deadlineMs)
{
    const Http out = shown(plan, http);
    QStringList words{QStringLiteral("curl"),       QStringLiteral("-sS"),
                      QStringLiteral("--max-time"), QString::number(std::max(1, (deadlineMs + 999) / 1000)),
                      QStringLiteral("-X"),         out.method};
    if (!out.body.isEmpty()) {
        words += {QStringLiteral("-H"),
                  QStringLiteral("Content-Type: ") +
                      (out.contentType.isEmpty() ? QStringLiteral("application/json") : out.contentType),
                  QStringLiteral("-d"), out.body};
    }
    QString who = out.credentials.isEmpty() || out.anonymous
                      ? QString()
                      : QStringLiteral(" -u \"$%1_USER:$%1_PASSWORD\"").arg(out.credentials);
    if (!out.credentials.isEmpty() && out.url.startsWith(QLatin1String("https:"))) {
        who += QStringLiteral(" ${%1_CACERT:+--cacert \"$%1_CACERT\"}").arg(out.credentials);
    }
    who += shownProvider(out.ask);
    return hosts::shellQuoted(words) + who + QLatin1Char(' ') + hosts::shellQuoted({out.url});
}

} // namespace howdah::operations
