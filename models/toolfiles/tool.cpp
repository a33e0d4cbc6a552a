// SPDX-License-Identifier: GPL-3.0-or-later
#include "toolfiles/tool.h"

#include <algorithm>

#include "core/servertext.h"

namespace howdah::toolfiles {

using core::Error;

namespace {

constexpr int kMostNamed = 20;

/// The names of the contexts, for people.
QString namesOf(const Contexts &contexts)
{
    QStringList names;
    for (const Context &context : contexts.all) {
        names.append(core::sanitizedName(context.name.left(80)));
    }
    const qsizetype all = names.size();
    names = names.mid(0, kMostNamed);
    if (all > kMostNamed) {
        names.append(QStringLiteral("and %1 more").arg(all - kMostNamed));
    }
    return names.join(QStringLiteral(", "));
}

} // namespace

const std::vector<Tool> &tools()
{
    static const std::vector<Tool> all{doctl(), hcloud(), aws(), openStack()};
    return all;
}

const Tool *toolOf(const QString &name)
{
    const auto &all = tools();
    const auto found = std::find_if(all.begin(), all.end(), [&name](const Tool &tool) { return tool.name == name; });
    return found == all.end() ? nullptr : &*found;
}

core::Result<Context> contextOf(const Tool &tool, const Contexts &contexts, const QString &wanted)
{
    if (contexts.all.empty()) {
        return core::failure(Error::Kind::NotFound,
                             QStringLiteral("%1's file has no %2. Nothing was kept.").arg(tool.name, tool.contextWord));
    }
    QString name = wanted.isEmpty() ? contexts.current : wanted;
    if (name.isEmpty() && contexts.all.size() == 1) {
        name = contexts.all.front().name;
    }
    if (name.isEmpty()) {
        return core::failure(
            Error::Kind::Invalid,
            QStringLiteral("%1's file has several, and does not say which %2 is used. Nothing was kept.")
                .arg(tool.name, tool.contextWord),
            QStringLiteral("Name one of: %1.").arg(namesOf(contexts)));
    }
    const auto found = std::find_if(contexts.all.begin(), contexts.all.end(),
                                    [&name](const Context &context) { return context.name == name; });
    if (found == contexts.all.end()) {
        return core::failure(Error::Kind::NotFound,
                             QStringLiteral("%1's file has no %2 \"%3\". Nothing was kept.")
                                 .arg(tool.name, tool.contextWord, core::sanitizedName(name.left(80))),
                             QStringLiteral("It has: %1.").arg(namesOf(contexts)));
    }
    if (!found->whyNot.isEmpty()) {
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("Nothing can be taken from %1's %2 \"%3\": %4.")
                                 .arg(tool.name, tool.contextWord, core::sanitizedName(name.left(80)), found->whyNot));
    }
    return *found;
}

QString inConfigHome(const Surroundings &where, const QString &name)
{
    const QString config = where.environment(QStringLiteral("XDG_CONFIG_HOME"));
    return (config.isEmpty() ? where.home + QStringLiteral("/.config") : config) + QLatin1Char('/') + name;
}

QString firstSet(const Surroundings &where, const QStringList &variables)
{
    for (const QString &variable : variables) {
        if (const QString value = where.environment(variable); !value.isEmpty()) {
            return value;
        }
    }
    return {};
}

void take(Context &context, const QString &variable, const QString &value)
{
    if (const QString plain = value.trimmed(); !plain.isEmpty()) {
        context.values.insert(variable, plain);
    }
}

} // namespace howdah::toolfiles
