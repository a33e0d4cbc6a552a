// SPDX-License-Identifier: GPL-3.0-or-later
// Source: docs.aws.amazon.com/sdkref/latest/guide/file-format.html.
#include <QMap>

#include "toolfiles/tool.h"

namespace howdah::toolfiles {

namespace {

const QString kId = QStringLiteral("AWS_ACCESS_KEY_ID");
const QString kSecret = QStringLiteral("AWS_SECRET_ACCESS_KEY");
const QString kSession = QStringLiteral("AWS_SESSION_TOKEN");
const QString kRegion = QStringLiteral("AWS_REGION");
const QString kUrl = QStringLiteral("AWS_ENDPOINT_URL");

using Section = QHash<QString, QString>;
using Sections = QMap<QString, Section>;

/// "[profile dev]" of config and "[dev]" of credentials; other kinds of section (sso-session, services) are no
/// profiles. Empty: it is none.
QString profileOf(const QString &heading, bool isConfig)
{
    const QString name = heading.simplified();
    if (name == QLatin1String("default") || !isConfig) {
        return name;
    }
    return name.startsWith(QLatin1String("profile ")) ? name.mid(8).trimmed() : QString();
}

/// Adds what stands in one file; what is there already stays.
core::Result<void> read(const QByteArray &text, bool isConfig, Sections &sections)
{
    QString profile;
    int number = 0;
    for (const QByteArray &bytes : text.split('\n')) {
        ++number;
        const QString line = QString::fromUtf8(bytes);
        const QString plain = line.trimmed();
        if (plain.isEmpty() || plain.startsWith(QLatin1Char('#')) || plain.startsWith(QLatin1Char(';'))) {
            continue;
        }
        if (plain.startsWith(QLatin1Char('['))) {
            const qsizetype end = plain.indexOf(QLatin1Char(']'));
            if (end < 0) {
                return core::failure(core::Error::Kind::Invalid,
                                     QStringLiteral("a section of it does not end, at line %1").arg(number));
            }
            profile = profileOf(plain.mid(1, end - 1), isConfig);
            if (!profile.isEmpty()) {
                sections[profile];
            }
            continue;
        }
        const qsizetype sign = plain.indexOf(QLatin1Char('='));
        if (sign < 0) {
            return core::failure(core::Error::Kind::Invalid,
                                 QStringLiteral("a line of it is no KEY = VALUE, at line %1").arg(number));
        }
        if (profile.isEmpty() || line.at(0).isSpace()) { // of no profile, or of a setting with settings below it
            continue;
        }
        const QString key = plain.left(sign).trimmed().toLower();
        if (!sections[profile].contains(key)) {
            sections[profile].insert(key, plain.mid(sign + 1).trimmed());
        }
    }
    return {};
}

QString whyNot(const Section &section)
{
    static const QList<std::pair<const char *, const char *>> kinds{{"sso_session", "a login by SSO"},
                                                                    {"sso_start_url", "a login by SSO"},
                                                                    {"credential_process", "a program that makes them"},
                                                                    {"web_identity_token_file", "a web identity"},
                                                                    {"role_arn", "a role to be assumed"}};
    for (const auto &[key, what] : kinds) {
        if (section.contains(QLatin1String(key))) {
            return QStringLiteral("it has no key of its own but %1. What \"aws configure export-credentials --format "
                                  "env\" prints can be set in the environment")
                .arg(QLatin1String(what));
        }
    }
    return QStringLiteral("it has no key");
}

core::Result<Contexts> parse(const QByteArray &credentials, const QByteArray &config)
{
    Sections sections;
    for (const bool isConfig : {false, true}) { // credentials goes before config
        if (auto done = read(isConfig ? config : credentials, isConfig, sections); !done) {
            return tl::unexpected(done.error());
        }
    }
    Contexts contexts;
    for (auto section = sections.constBegin(); section != sections.constEnd(); ++section) {
        Context &context = contexts.all.emplace_back();
        context.name = section.key();
        take(context, kId, section->value(QStringLiteral("aws_access_key_id")));
        take(context, kSecret, section->value(QStringLiteral("aws_secret_access_key")));
        take(context, kSession, section->value(QStringLiteral("aws_session_token")));
        take(context, kRegion, section->value(QStringLiteral("region")));
        take(context, kUrl, section->value(QStringLiteral("endpoint_url")));
        if (!context.values.contains(kId) || !context.values.contains(kSecret)) {
            context.whyNot = whyNot(*section);
        }
        if (context.name == QLatin1String("default")) {
            contexts.current = context.name;
        }
    }
    return contexts;
}

QString placeOf(const Surroundings &where, const QString &variable, const QString &name)
{
    const QString own = where.environment(variable);
    return own.isEmpty() ? where.home + QStringLiteral("/.aws/") + name : own;
}

} // namespace

Tool aws()
{
    return {.name = QStringLiteral("aws"),
            .account = QStringLiteral("aws"),
            .contextWord = QStringLiteral("profile"),
            .contextVariables = {QStringLiteral("AWS_PROFILE"), QStringLiteral("AWS_DEFAULT_PROFILE")},
            .variables = {kId, kSecret, kSession, kRegion, kUrl},
            .paths = [](const Surroundings &where) -> Paths {
                return {placeOf(where, QStringLiteral("AWS_SHARED_CREDENTIALS_FILE"), QStringLiteral("credentials")),
                        placeOf(where, QStringLiteral("AWS_CONFIG_FILE"), QStringLiteral("config"))};
            },
            .parse = &parse};
}

} // namespace howdah::toolfiles
