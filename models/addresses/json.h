// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonArray>
#include <QJsonObject>
#include <QJsonValue>
#include <optional>

#include "addresses/fault.h"
#include "addresses/values.h"

namespace howdah::addresses {

/// The object that a body is; empty for all else.
std::optional<QJsonObject> jsonObject(const QByteArray &body);
/// The object that an answer of success is; a fault otherwise.
Answered<QJsonObject> jsonAnswer(const Speech &speech, Call call, const Answer &answer);

/// A name as it may be shown; empty for what is no string.
QString jsonName(const QJsonObject &object, const char *key);
/// A whole number from 1 on, as text; empty for all else, a number in a string among it.
std::optional<QString> jsonId(const QJsonValue &value);
/// An IP address in its usual form, or a network where those are allowed; empty for all else.
std::optional<QString> jsonIp(const QJsonValue &value, bool networkToo = false);
/// null and a missing key: an empty text. What is neither that nor a string: empty.
std::optional<QString> jsonOptionalText(const QJsonObject &object, const char *key);

/// Every object of a list, read by one(); empty when it is no list, or anything in it can't be read: what is left out
/// might be what is looked for.
template<typename T, typename Read>
std::optional<std::vector<T>> jsonAll(const QJsonValue &list, Read one)
{
    if (!list.isArray()) {
        return std::nullopt;
    }
    std::vector<T> all;
    const QJsonArray items = list.toArray();
    for (const auto &item : items) {
        std::optional<T> read = item.isObject() ? one(item.toObject()) : std::nullopt;
        if (!read) {
            return std::nullopt;
        }
        all.push_back(std::move(*read));
    }
    return all;
}

/// The page of a list that is under key in an answer's object; nextPage(object) says what the next is asked for with.
template<typename T, typename Read, typename NextPage>
Answered<Listing<T>> jsonListing(const Speech &speech, Call call, const Answer &answer, const QString &key, Read one,
                                 NextPage nextPage)
{
    const Answered<QJsonObject> object = jsonAnswer(speech, call, answer);
    if (!object) {
        return tl::unexpected(object.error());
    }
    auto all = jsonAll<T>(object->value(key), one);
    if (!all) {
        return speech.garbled(call, answer, QStringLiteral("The answer has no proper list \"%1\".").arg(key));
    }
    return Listing<T>{*std::move(all), nextPage(*object)};
}

/// Of a page of operations those that are not over.
inline Answered<std::vector<Operation>> stillRunning(Answered<Listing<Operation>> all)
{
    if (!all) {
        return tl::unexpected(std::move(all).error());
    }
    std::erase_if(all->items, [](const Operation &each) { return each.state != Operation::State::Running; });
    return std::move(all->items);
}

/// The one thing that is under key in an answer's object.
template<typename T, typename Read>
Answered<T> jsonOne(const Speech &speech, Call call, const Answer &answer, const QString &key, Read one)
{
    const Answered<QJsonObject> object = jsonAnswer(speech, call, answer);
    if (!object) {
        return tl::unexpected(object.error());
    }
    std::optional<T> found = one(object->value(key).toObject());
    if (!found) {
        return speech.garbled(call, answer, QStringLiteral("The answer has no proper \"%1\".").arg(key));
    }
    return *std::move(found);
}

/// A query's parameter in a URL that an answer refers to. The URL itself is never followed: it could lead, with the
/// token, to anybody.
QString queryValue(const QString &url, const QString &name);
/// A value as a segment of a path or as a value in a query.
QString urlPart(const QString &text);

} // namespace howdah::addresses
