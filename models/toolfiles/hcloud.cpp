// SPDX-License-Identifier: GPL-3.0-or-later
// toml++ throws: that stops here. Source: github.com/hetznercloud/cli, internal/state/config.
#include <toml++/toml.h>

#include "toolfiles/tool.h"

namespace howdah::toolfiles {

using core::Error;

namespace {

const QString kToken = QStringLiteral("HCLOUD_TOKEN");

QString textOf(const toml::node *node)
{
    const auto text = node ? node->value<std::string>() : std::nullopt;
    return text ? QString::fromStdString(*text) : QString();
}

core::Result<Contexts> parse(const QByteArray &text, const QByteArray & /*none*/)
{
    try {
        const toml::table root = toml::parse(std::string_view(text.constData(), static_cast<std::size_t>(text.size())));
        Contexts contexts;
        contexts.current = textOf(root.get("active_context"));
        const toml::array *all = root["contexts"].as_array();
        for (std::size_t i = 0; all && i < all->size(); ++i) {
            const toml::table *one = all->get(i)->as_table();
            const QString name = one ? textOf(one->get("name")) : QString();
            if (name.isEmpty()) {
                continue;
            }
            Context &context = contexts.all.emplace_back();
            context.name = name;
            take(context, kToken, textOf(one->get("token")));
            if (context.values.isEmpty()) {
                context.whyNot = QStringLiteral("it has no token");
            }
        }
        return contexts;
    } catch (const toml::parse_error &error) { // its description may quote the text
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("it is no TOML, at line %1").arg(error.source().begin.line));
    }
}

} // namespace

Tool hcloud()
{
    return {.name = QStringLiteral("hcloud"),
            .account = QStringLiteral("hetzner"),
            .contextWord = QStringLiteral("context"),
            .contextVariables = {QStringLiteral("HCLOUD_CONTEXT")},
            .variables = {kToken},
            .paths = [](const Surroundings &where) -> Paths {
                const QString own = where.environment(QStringLiteral("HCLOUD_CONFIG"));
                return {own.isEmpty() ? inConfigHome(where, QStringLiteral("hcloud/cli.toml")) : own, {}};
            },
            .parse = &parse};
}

} // namespace howdah::toolfiles
