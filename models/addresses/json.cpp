// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/json.h"

#include <QJsonDocument>
#include <QUrl>
#include <QUrlQuery>

#include "addresses/ip.h"
#include "core/servertext.h"

namespace howdah::addresses {

std::optional<QJsonObject> jsonObject(const QByteArray &body)
{
    const QJsonDocument document = QJsonDocument::fromJson(body);
    return document.isObject() ? std::optional(document.object()) : std::nullopt;
}

Answered<QJsonObject> jsonAnswer(const Speech &speech, Call call, const Answer &answer)
{
    if (const auto checked = speech.check(call, answer); !checked) {
        return tl::unexpected(checked.error());
    }
    std::optional<QJsonObject> object = jsonObject(answer.body);
    if (!object) {
        return speech.garbled(call, answer,
                              answer.body.trimmed().isEmpty() ? QStringLiteral("The answer is empty.")
                                                              : QStringLiteral("The answer is no JSON object."));
    }
    return *std::move(object);
}

QString jsonName(const QJsonObject &object, const char *key)
{
    return core::sanitizedName(object.value(QLatin1String(key)).toString());
}

std::optional<QString> jsonId(const QJsonValue &value)
{
    const qint64 number = value.isDouble() ? value.toInteger(0) : 0;
    return number > 0 ? std::optional(QString::number(number)) : std::nullopt;
}

std::optional<QString> jsonIp(const QJsonValue &value, bool networkToo)
{
    const QString ip = networkToo ? normalIpOrNetwork(value.toString()) : normalIp(value.toString());
    return ip.isEmpty() ? std::nullopt : std::optional(ip);
}

std::optional<QString> jsonOptionalText(const QJsonObject &object, const char *key)
{
    const QJsonValue value = object.value(QLatin1String(key));
    if (value.isUndefined() || value.isNull()) {
        return QString();
    }
    return value.isString() ? std::optional(core::sanitizedName(value.toString())) : std::nullopt;
}

QString queryValue(const QString &url, const QString &name)
{
    return QUrlQuery(QUrl(url)).queryItemValue(name, QUrl::FullyDecoded);
}

QString urlPart(const QString &text)
{
    return QString::fromLatin1(QUrl::toPercentEncoding(text));
}

} // namespace howdah::addresses
