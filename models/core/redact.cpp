// SPDX-License-Identifier: GPL-3.0-or-later
#include "redact.h"

#include <QRegularExpression>

namespace howdah::core {

namespace {
const QString kMask = QStringLiteral("********");

// key=value as libpq's conninfo and pgpass-like text write it; a quoted value may hold blanks and escaped quotes.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
const QRegularExpression &keyValue()
{
    static const QRegularExpression expression(
        QStringLiteral(
            R"re(((?:ssl)?password|passwd|pwd|oauth_client_secret|scram_client_key|scram_server_key|)re"
            R"re(secret|api_?token|access_token|token)(\s*[=:]\s*)('(?:\\.|[^'\\])*'?|"(?:\\.|[^"\\])*"?|[^\s&;,'"]+))re"),
        QRegularExpression::CaseInsensitiveOption);
    return expression;
}

// scheme://user:password@host; the password may hold anything but the characters that end the userinfo.
const QRegularExpression &userInfo()
{
    static const QRegularExpression expression(QStringLiteral(R"re(([a-z][a-z0-9+.-]*://[^\s:/@]*:)([^\s/]+)(@))re"),
                                               QRegularExpression::CaseInsensitiveOption);
    return expression;
}

const QRegularExpression &authorization()
{
    static const QRegularExpression expression(QStringLiteral(R"re(\b(Bearer|Basic)(\s+)([A-Za-z0-9._~+/=-]{8,}))re"),
                                               QRegularExpression::CaseInsensitiveOption);
    return expression;
}
} // namespace

QString redacted(const QString &text)
{
    QString result = text;
    result.replace(userInfo(), QStringLiteral("\\1") + kMask + QStringLiteral("\\3"));
    result.replace(keyValue(), QStringLiteral("\\1\\2") + kMask);
    result.replace(authorization(), QStringLiteral("\\1\\2") + kMask);
    return result;
}

} // namespace howdah::core
