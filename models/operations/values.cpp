// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/values.h"

#include <QRegularExpression>
#include <functional>

#include "core/identifier.h"
#include "core/redact.h"
#include "hosts/commandline.h"

namespace howdah::operations {

const QRegularExpression &placeholder()
{
    static const QRegularExpression expression(QStringLiteral(":\\{([a-z0-9_]+)\\}"));
    return expression;
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

} // namespace howdah::operations
