// SPDX-License-Identifier: GPL-3.0-or-later
// Source: docs.openstack.org/openstacksdk/latest/user/config/configuration.html.
#include <QFileInfo>
#include <QJsonArray>

#include "toolfiles/tool.h"
#include "toolfiles/yaml.h"

namespace howdah::toolfiles {

namespace {

struct Taken {
    const char *key; ///< under auth
    const char *variable;
};
constexpr Taken kApplication[]{{"application_credential_id", "OS_APPLICATION_CREDENTIAL_ID"},
                               {"application_credential_secret", "OS_APPLICATION_CREDENTIAL_SECRET"}};
constexpr Taken kPassword[]{{"username", "OS_USERNAME"},
                            {"password", "OS_PASSWORD"},
                            {"project_id", "OS_PROJECT_ID"},
                            {"project_name", "OS_PROJECT_NAME"},
                            {"user_domain_name", "OS_USER_DOMAIN_NAME"},
                            {"project_domain_name", "OS_PROJECT_DOMAIN_NAME"}};
const QString kUrl = QStringLiteral("OS_AUTH_URL");
const QString kRegion = QStringLiteral("OS_REGION_NAME");

/// What stands in over goes before what stands in under.
QJsonObject merged(QJsonObject under, const QJsonObject &over)
{
    for (auto one = over.constBegin(); one != over.constEnd(); ++one) {
        const QJsonValue below = under.value(one.key());
        under.insert(one.key(), below.isObject() && one.value().isObject()
                                    ? QJsonValue(merged(below.toObject(), one.value().toObject()))
                                    : one.value());
    }
    return under;
}

QString regionOf(const QJsonObject &cloud)
{
    const QString one = cloud.value(QLatin1String("region_name")).toString();
    const QJsonArray several = cloud.value(QLatin1String("regions")).toArray();
    return one.isEmpty() && several.size() == 1 ? several.first().toString() : one;
}

Context contextFrom(const QString &name, const QJsonObject &cloud)
{
    Context context{.name = name, .values = {}, .whyNot = {}};
    const QJsonObject auth = cloud.value(QLatin1String("auth")).toObject();
    const auto takeAll = [&](const auto &all) {
        for (const Taken &one : all) {
            take(context, QLatin1String(one.variable), auth.value(QLatin1String(one.key)).toString());
        }
    };
    const auto has = [&context](const char *variable) { return context.values.contains(QLatin1String(variable)); };
    takeAll(kApplication);
    if (!has("OS_APPLICATION_CREDENTIAL_ID") || !has("OS_APPLICATION_CREDENTIAL_SECRET")) {
        context.values.clear();
        takeAll(kPassword);
        if (!has("OS_USERNAME") || !has("OS_PASSWORD") || (!has("OS_PROJECT_NAME") && !has("OS_PROJECT_ID"))) {
            context.whyNot = QStringLiteral("it has neither an application credential (id and secret) nor a username "
                                            "with password and project");
        }
    }
    // By the name alone it would be asked for somebody of that name in another domain.
    for (const auto &[id, other] : {std::pair{"user_domain_id", "OS_USER_DOMAIN_NAME"},
                                    std::pair{"project_domain_id", "OS_PROJECT_DOMAIN_NAME"}}) {
        const QString domain = auth.value(QLatin1String(id)).toString();
        const bool byId = QLatin1String(id) == QLatin1String("project_domain_id") && has("OS_PROJECT_ID");
        if (has("OS_USERNAME") && !domain.isEmpty() && domain != QLatin1String("default") && !has(other) && !byId) {
            context.whyNot = QStringLiteral("it names a domain by its id (%1), and Howdah takes the name alone (%2)")
                                 .arg(QLatin1String(id), QLatin1String(other));
        }
    }
    take(context, kUrl, auth.value(QLatin1String("auth_url")).toString());
    take(context, kRegion, regionOf(cloud));
    if (context.whyNot.isEmpty() && !context.values.contains(kUrl)) {
        context.whyNot = QStringLiteral("it has no auth_url");
    }
    return context;
}

core::Result<Contexts> parse(const QByteArray &clouds, const QByteArray &secure)
{
    const auto open = yamlMap(clouds);
    if (!open) {
        return tl::unexpected(open.error());
    }
    const auto closed = yamlMap(secure);
    if (!closed) {
        return tl::unexpected(closed.error());
    }
    Contexts contexts;
    const QString key = QStringLiteral("clouds");
    const QJsonObject all = open->value(key).toObject();
    const QJsonObject secrets = closed->value(key).toObject();
    for (auto one = all.constBegin(); one != all.constEnd(); ++one) {
        const QJsonObject over = secrets.value(one.key()).toObject();
        contexts.all.push_back(contextFrom(one.key(), merged(one.value().toObject(), over)));
    }
    return contexts;
}

Paths pathsIn(const Surroundings &where)
{
    QString clouds = where.environment(QStringLiteral("OS_CLIENT_CONFIG_FILE"));
    const QStringList folders{where.workingDirectory, inConfigHome(where, QStringLiteral("openstack")),
                              QStringLiteral("/etc/openstack")};
    for (const QString &folder : folders) {
        for (const char *name : {"/clouds.yaml", "/clouds.yml"}) {
            if (clouds.isEmpty() && QFileInfo(folder + QLatin1String(name)).isFile()) {
                clouds = folder + QLatin1String(name);
            }
        }
    }
    if (clouds.isEmpty()) {
        clouds = folders.at(1) + QStringLiteral("/clouds.yaml");
    }
    QString secure = where.environment(QStringLiteral("OS_CLIENT_SECURE_FILE"));
    if (secure.isEmpty()) {
        secure = QFileInfo(clouds).path() + QStringLiteral("/secure.yaml");
    }
    return {clouds, secure};
}

} // namespace

Tool openStack()
{
    QStringList variables{kUrl, kRegion};
    for (const Taken &one : kApplication) {
        variables.append(QLatin1String(one.variable));
    }
    for (const Taken &one : kPassword) {
        variables.append(QLatin1String(one.variable));
    }
    return {.name = QStringLiteral("openstack"),
            .account = QStringLiteral("openstack"),
            .contextWord = QStringLiteral("cloud"),
            .contextVariables = {QStringLiteral("OS_CLOUD")},
            .variables = variables,
            .paths = &pathsIn,
            .parse = &parse};
}

} // namespace howdah::toolfiles
