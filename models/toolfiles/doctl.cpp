// SPDX-License-Identifier: GPL-3.0-or-later
// Source: github.com/digitalocean/doctl, commands/doit.go and commands/auth.go.
#include "toolfiles/tool.h"
#include "toolfiles/yaml.h"

namespace howdah::toolfiles {

namespace {

const QString kToken = QStringLiteral("DIGITALOCEAN_ACCESS_TOKEN");
const QString kUrl = QStringLiteral("DIGITALOCEAN_API_URL");

Context contextWith(const QString &name, const QString &token, const QString &url)
{
    Context context{.name = name, .values = {}, .whyNot = {}};
    take(context, kToken, token);
    take(context, kUrl, url);
    if (!context.values.contains(kToken)) {
        context.whyNot = QStringLiteral("it has no token");
    }
    return context;
}

core::Result<Contexts> parse(const QByteArray &text, const QByteArray & /*none*/)
{
    const auto root = yamlMap(text);
    if (!root) {
        return tl::unexpected(root.error());
    }
    Contexts contexts;
    const QString url = root->value(QLatin1String("api-url")).toString();
    const QString byDefault = QStringLiteral("default");
    if (const QString token = root->value(QLatin1String("access-token")).toString(); !token.isEmpty()) {
        contexts.all.push_back(contextWith(byDefault, token, url));
    }
    const QJsonObject named = root->value(QLatin1String("auth-contexts")).toObject();
    for (auto one = named.constBegin(); one != named.constEnd(); ++one) {
        if (one.key() != byDefault || contexts.all.empty()) {
            contexts.all.push_back(contextWith(one.key(), one.value().toString(), url));
        }
    }
    contexts.current = root->value(QLatin1String("context")).toString();
    if (contexts.current.isEmpty() && !contexts.all.empty()) {
        contexts.current = byDefault;
    }
    return contexts;
}

} // namespace

Tool doctl()
{
    return {.name = QStringLiteral("doctl"),
            .account = QStringLiteral("digitalocean"),
            .contextWord = QStringLiteral("context"),
            .contextVariables = {QStringLiteral("DIGITALOCEAN_CONTEXT")},
            .variables = {kToken, kUrl},
            .paths = [](const Surroundings &where) -> Paths {
                return {inConfigHome(where, QStringLiteral("doctl/config.yaml")), {}};
            },
            .parse = &parse};
}

} // namespace howdah::toolfiles
