// SPDX-License-Identifier: GPL-3.0-or-later
#include "managers/patroni.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTimeZone>

#include "core/servertext.h"
#include "postgres/conninfo.h"

namespace howdah::managers {

namespace {

QString text(const QJsonObject &object, const char *key)
{
    return core::sanitizedName(object.value(QLatin1String(key)).toString());
}

std::optional<int> smallNumber(const QJsonObject &object, const char *key)
{
    const QJsonValue value = object.value(QLatin1String(key));
    return value.isDouble() ? std::optional<int>(value.toInt()) : std::nullopt;
}

// pending_restart became an object with the reasons in some versions: it being there is what counts.
bool isSet(const QJsonObject &object, const char *key)
{
    const QJsonValue value = object.value(QLatin1String(key));
    return value.isBool() ? value.toBool() : !value.isUndefined() && !value.isNull();
}

core::Result<QJsonObject> objectOf(const QByteArray &json)
{
    QJsonParseError error;
    const QJsonDocument document = QJsonDocument::fromJson(json, &error);
    if (!document.isObject()) {
        return core::failure(
            core::Error::Kind::Server,
            error.error != QJsonParseError::NoError
                ? QStringLiteral("The answer is not JSON: %1 at %2.").arg(error.errorString()).arg(error.offset)
                : QStringLiteral("The answer is JSON, but no object."),
            QStringLiteral("Is it Patroni's REST API that listens there?"));
    }
    return document.object();
}

void readTags(const QJsonObject &tags, PatroniMember &member)
{
    for (auto it = tags.constBegin(); it != tags.constEnd(); ++it) {
        const QString name = core::sanitizedName(it.key());
        if (it->isBool()) {
            member.tags += it->toBool() ? QStringList{name} : QStringList{};
        } else {
            member.tags += QStringLiteral("%1: %2").arg(name, core::sanitizedName(it->toVariant().toString()));
        }
    }
    // Since Patroni 3.2 a priority of 0 means the same.
    const QJsonValue priority = tags.value(QLatin1String("failover_priority"));
    member.noFailover = tags.value(QLatin1String("nofailover")).toBool() ||
                        (!priority.isUndefined() && priority.toVariant().toInt() <= 0);
}

PatroniMember memberOf(const QJsonObject &object)
{
    PatroniMember member;
    member.name = text(object, "name");
    member.role = text(object, "role");
    member.state = text(object, "state");
    member.apiUrl = text(object, "api_url");
    const QString host = object.value(QLatin1String("host")).toString();
    member.host = postgres::Conninfo::isHost(host) ? host : QString();
    // A string in what some proxies rewrite; a number by the documentation.
    const QJsonValue port = object.value(QLatin1String("port"));
    member.port = port.isString() ? port.toString().toInt() : port.toInt(5432);
    member.timeline = smallNumber(object, "timeline");
    const QJsonValue lag = object.value(QLatin1String("lag"));
    if (lag.isDouble()) {
        member.lag = lag.toInteger();
    } else {
        member.lagUnknown = lag.toString() == QLatin1String("unknown");
    }
    member.pendingRestart = isSet(object, "pending_restart");
    member.restartAt = text(object.value(QLatin1String("scheduled_restart")).toObject(), "schedule");
    readTags(object.value(QLatin1String("tags")).toObject(), member);
    return member;
}

// "2026-11-21 07:40:01.914436+00:00": Python's own form. Qt reads no more than milliseconds.
QDateTime pythonTime(const QString &written)
{
    QString iso = written;
    const qsizetype dot = iso.indexOf(QLatin1Char('.'));
    if (dot > 0) {
        qsizetype end = dot + 1;
        while (end < iso.size() && iso.at(end).isDigit()) {
            ++end;
        }
        iso.replace(dot, end - dot, iso.mid(dot, qMin<qsizetype>(end - dot, 4)));
    }
    return QDateTime::fromString(iso, Qt::ISODateWithMs).toUTC();
}

} // namespace

bool PatroniMember::isLeader() const
{
    return role == QLatin1String("leader") || role == QLatin1String("standby_leader");
}

bool PatroniMember::isRunning() const
{
    return state == QLatin1String("running") || state == QLatin1String("streaming") ||
           state == QLatin1String("in archive recovery");
}

core::Result<PatroniCluster> parsePatroniCluster(const QByteArray &json)
{
    const core::Result<QJsonObject> object = objectOf(json);
    if (!object) {
        return tl::unexpected(object.error());
    }
    const QJsonValue members = object->value(QLatin1String("members"));
    if (!members.isArray()) {
        return core::failure(core::Error::Kind::Server, QStringLiteral("The answer has no list of members."),
                             QStringLiteral("Is it Patroni's REST API that listens there?"));
    }
    PatroniCluster cluster;
    cluster.scope = text(*object, "scope");
    cluster.paused = isSet(*object, "pause");
    const QJsonArray list = members.toArray();
    for (const auto &member : list) {
        cluster.members.push_back(memberOf(member.toObject()));
    }
    const QJsonObject switchover = object->value(QLatin1String("scheduled_switchover")).toObject();
    cluster.switchoverAt = text(switchover, "at");
    cluster.switchoverFrom = text(switchover, "from");
    cluster.switchoverTo = text(switchover, "to");
    return cluster;
}

core::Result<PatroniNode> parsePatroniNode(const QByteArray &json)
{
    const core::Result<QJsonObject> object = objectOf(json);
    if (!object) {
        return tl::unexpected(object.error());
    }
    const QJsonObject patroni = object->value(QLatin1String("patroni")).toObject();
    if (patroni.isEmpty()) {
        return core::failure(core::Error::Kind::Server, QStringLiteral("The answer does not speak of Patroni."),
                             QStringLiteral("Is it Patroni's REST API that listens there?"));
    }
    PatroniNode node;
    node.name = text(patroni, "name");
    node.scope = text(patroni, "scope");
    node.version = text(patroni, "version");
    node.state = text(*object, "state");
    node.role = text(*object, "role");
    node.serverVersion = object->value(QLatin1String("server_version")).toInt();
    node.timeline = smallNumber(*object, "timeline");
    // 64 bits do not fit JSON's numbers: it is a string.
    bool isNumber = false;
    const quint64 system = object->value(QLatin1String("database_system_identifier")).toString().toULongLong(&isNumber);
    if (isNumber) {
        node.systemIdentifier = system;
    }
    node.postmasterStartTime = pythonTime(text(*object, "postmaster_start_time"));
    node.paused = isSet(*object, "pause");
    node.pendingRestart = isSet(*object, "pending_restart");
    node.clusterUnlocked = isSet(*object, "cluster_unlocked");
    return node;
}

} // namespace howdah::managers
