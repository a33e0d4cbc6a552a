// SPDX-License-Identifier: GPL-3.0-or-later
#include "managers/patronisettings.h"

#include <QJsonArray>
#include <QJsonDocument>

#include "core/servertext.h"

namespace howdah::managers {

namespace {

tl::unexpected<core::Error> notPatroni(const QString &what)
{
    return core::failure(core::Error::Kind::Server, what,
                         QStringLiteral("Is it Patroni's REST API that listens there?"));
}

/// Patroni takes "on" and "true" for true as well.
bool isOn(const QJsonValue &value)
{
    static const QStringList words{QStringLiteral("on"), QStringLiteral("true"), QStringLiteral("yes"),
                                   QStringLiteral("1"), QStringLiteral("quorum")};
    return value.isBool() ? value.toBool() : words.contains(value.toVariant().toString().toLower());
}

qint64 numberOr(const QJsonObject &object, const char *key, qint64 otherwise)
{
    bool isNumber = false;
    const qint64 number = object.value(QLatin1String(key)).toVariant().toLongLong(&isNumber);
    return isNumber ? number : otherwise;
}

void flatten(const QString &prefix, const QJsonObject &object, std::vector<std::pair<QString, QString>> &out)
{
    for (auto it = object.constBegin(); it != object.constEnd(); ++it) {
        const QString key = prefix + core::sanitizedName(it.key());
        if (it->isObject() && !it->toObject().isEmpty()) {
            flatten(key + QLatin1Char('.'), it->toObject(), out);
            continue;
        }
        // As JSON writes it within a list.
        const QByteArray list = QJsonDocument(QJsonArray{*it}).toJson(QJsonDocument::Compact);
        out.emplace_back(key, core::sanitizedName(QString::fromUtf8(list.mid(1, list.size() - 2))));
    }
}

} // namespace

core::Result<PatroniConfig> parsePatroniConfig(const QByteArray &json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isObject()) {
        return notPatroni(QStringLiteral("The answer is not a configuration in JSON."));
    }
    PatroniConfig config;
    config.whole = document.object();
    config.loopWaitS = static_cast<int>(numberOr(config.whole, "loop_wait", config.loopWaitS));
    config.ttlS = static_cast<int>(numberOr(config.whole, "ttl", config.ttlS));
    config.maximumLagOnFailover = numberOr(config.whole, "maximum_lag_on_failover", config.maximumLagOnFailover);
    // master_start_timeout's sibling had the old word in its name before 3.0.
    config.primaryStopTimeoutS = static_cast<int>(
        numberOr(config.whole, "primary_stop_timeout", numberOr(config.whole, "master_stop_timeout", 0)));
    const QJsonValue mode = config.whole.value(QLatin1String("synchronous_mode"));
    config.synchronousMode = isOn(mode);
    config.quorum = mode.toString().toLower() == QLatin1String("quorum");
    config.standbyCluster = !config.whole.value(QLatin1String("standby_cluster")).toObject().isEmpty();
    for (const QString &name : config.whole.value(QLatin1String("slots")).toObject().keys()) {
        config.slotNames.append(core::sanitizedName(name));
    }
    return config;
}

core::Result<std::vector<PatroniTurn>> parsePatroniHistory(const QByteArray &json)
{
    const QJsonDocument document = QJsonDocument::fromJson(json);
    if (!document.isArray()) {
        return notPatroni(QStringLiteral("The answer is not a history in JSON."));
    }
    std::vector<PatroniTurn> turns;
    for (const auto &one : document.array()) {
        const QJsonArray line = one.toArray();
        PatroniTurn &turn = turns.emplace_back();
        turn.timeline = line.at(0).toInt();
        turn.lsn = line.at(1).toInteger();
        turn.reason = core::sanitizedName(line.at(2).toString());
        turn.at = core::sanitizedName(line.at(3).toString());
        turn.leader = core::sanitizedName(line.at(4).toString());
    }
    return turns;
}

QJsonObject patched(QJsonObject config, const QJsonObject &change)
{
    for (auto it = change.constBegin(); it != change.constEnd(); ++it) {
        if (it->isNull()) {
            config.remove(it.key());
        } else if (it->isObject() && config.value(it.key()).isObject()) {
            config.insert(it.key(), patched(config.value(it.key()).toObject(), it->toObject()));
        } else {
            config.insert(it.key(), *it);
        }
    }
    return config;
}

QJsonObject changeBetween(const QJsonObject &before, const QJsonObject &after)
{
    QJsonObject change;
    for (auto it = before.constBegin(); it != before.constEnd(); ++it) {
        if (!after.contains(it.key())) {
            change.insert(it.key(), QJsonValue::Null);
        }
    }
    for (auto it = after.constBegin(); it != after.constEnd(); ++it) {
        const QJsonValue was = before.value(it.key());
        if (was == *it || (was.isUndefined() && it->isNull())) {
            continue;
        }
        change.insert(it.key(), was.isObject() && it->isObject()
                                    ? QJsonValue(changeBetween(was.toObject(), it->toObject()))
                                    : QJsonValue(*it));
    }
    return change;
}

std::vector<std::pair<QString, QString>> flattened(const QJsonObject &config)
{
    std::vector<std::pair<QString, QString>> out;
    flatten({}, config, out);
    return out;
}

bool isSecretKey(const QString &key)
{
    static const QStringList words{QStringLiteral("password"), QStringLiteral("passphrase"),  QStringLiteral("secret"),
                                   QStringLiteral("token"),    QStringLiteral("private_key"), QStringLiteral("_pass")};
    const QString lower = key.toLower();
    if (lower.endsWith(QLatin1String("password_encryption"))) {
        return false; // how they are kept, and in many a configuration
    }
    return std::any_of(words.begin(), words.end(), [&](const QString &word) { return lower.contains(word); });
}

} // namespace howdah::managers
