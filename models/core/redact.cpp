// SPDX-License-Identifier: GPL-3.0-or-later
#include "redact.h"

#include <QRegularExpression>

namespace howdah::core {

namespace {
constexpr QLatin1String kMask("********");

QRegularExpression pattern(const QString &text)
{
    return QRegularExpression(text, QRegularExpression::CaseInsensitiveOption |
                                        QRegularExpression::DotMatchesEverythingOption);
}

// What follows "password=": in quotes (doubled ones as a configuration file writes them), or up to the next blank that
// no backslash escapes. What hangs on a closing quote belongs to a value that was quoted badly.
// https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-KEYWORD-VALUE
constexpr QLatin1String
    kValue(R"re((?>''(?:[^']|'(?!'))+''|'(?:\\.|[^'\\])*(?:'|$)|"(?:\\.|[^"\\])*(?:"|$))?(?>(?:\\.|\S)*))re");

// A word of a shell's command line: quoted and bare pieces side by side.
constexpr QLatin1String kWord(R"re((?>(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|\S)+))re");

// key=value as libpq's conninfo, pgpass-like text, JSON and headers write it.
const QRegularExpression &keyValue()
{
    static const QRegularExpression expression = pattern(
        QStringLiteral(R"re((?<![?&])(?<![?&]ssl)((?:ssl)?password|passphrase|passwd|pwd|oauth_client_secret|)re"
                       R"re(scram_client_key|scram_server_key|secret|api[_-]?key|token)(["']?\s{0,8}[=:]\s*))re"
                       R"re((?=\S))re") +
        kValue);
    return expression;
}

// Variables and options: AWS_SECRET_ACCESS_KEY=…, --repo1-cipher-pass=….
const QRegularExpression &variable()
{
    static const QRegularExpression expression =
        pattern(QStringLiteral(R"re(((?:secret|token)[a-z0-9_-]{0,64}|[_-](?:key|pass|pwd))(=)(?=\S))re") + kValue);
    return expression;
}

// In the query of a URI a value ends at the next '&'.
const QRegularExpression &query()
{
    static const QRegularExpression expression =
        pattern(QStringLiteral(R"re(([?&](?:(?:ssl)?password|oauth_client_secret|scram_client_key|scram_server_key|)re"
                               R"re([a-z0-9_-]{0,64}(?:secret|token)))(=)[^\s&]+)re"));
    return expression;
}

// scheme://user:password@host. A password that is not encoded as it should be may hold '@', '/' and '?'; what stands
// behind a host's own colon is a number.
const QRegularExpression &userInfo()
{
    static const QRegularExpression expression = pattern(QStringLiteral(
        R"re(([a-z][a-z0-9+.-]{0,30}://[^\s:/@\[]{0,1000})(:)(?:[^\s/]{1,1000}|(?!\d+[/?,])\S{1,1000})(?=@))re"));
    return expression;
}

const QRegularExpression &authorization()
{
    static const QRegularExpression expression =
        pattern(QStringLiteral(R"re(\b(Bearer|Basic)(\s+)[a-z0-9._~+/=-]{8,})re"));
    return expression;
}

// sshpass takes the word behind its own -p; other options of its own may stand before.
const QRegularExpression &sshpass()
{
    static const QRegularExpression expression = pattern(
        QStringLiteral(R"re((\bsshpass(?-i:\s+(?:-[fdP]\s*\S+|-[evhV]+)){0,4}\s+)((?-i:-p)\s*|--password[=\s]\s*))re") +
        kWord);
    return expression;
}

// curl -u user:password, in quotes or not. Its other options are too many to know them.
const QRegularExpression &curl()
{
    static const QRegularExpression expression = pattern(
        QStringLiteral(
            R"re((\bcurl\s[^\n;|]{0,400}?(?<=\s)(?:-u\s*|--user[=\s]\s*))((["'])?[^\s:"']{0,200}:)(?(3)(?:(?!\3).)*|)re") +
        kWord + QLatin1Char(')'));
    return expression;
}
} // namespace

QString redacted(const QString &text)
{
    const QString kept = QStringLiteral("\\1\\2") + kMask;
    QString result = text;
    for (const QRegularExpression *expression :
         {&userInfo(), &curl(), &sshpass(), &query(), &keyValue(), &variable(), &authorization()}) {
        result.replace(*expression, kept);
    }
    return result;
}

} // namespace howdah::core
