// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/httpjson.h"

#include <QJsonArray>
#include <algorithm>
#include <array>

namespace howdah::operations {

namespace {

std::vector<int> numbers(const QJsonValue &value)
{
    std::vector<int> list;
    const QJsonArray all = value.toArray();
    for (const auto &one : all) {
        list.push_back(one.toInt());
    }
    return list;
}

QJsonArray arrayOf(const std::vector<int> &numbers)
{
    QJsonArray array;
    for (const int number : numbers) {
        array.append(number);
    }
    return array;
}

constexpr std::array kErrandWords{"assign", "poll", "read_back"};

constexpr std::array<std::pair<const char *, QString Errand::*>, 7> kErrandFields{
    {{"id", &Errand::id},
     {"ip", &Errand::ip},
     {"target_id", &Errand::targetId},
     {"target_name", &Errand::targetName},
     {"interface_id", &Errand::interfaceId},
     {"inside_ip", &Errand::insideIp},
     {"operation", &Errand::operation}}};

QJsonObject toJson(const Errand &errand)
{
    QJsonObject object{{QStringLiteral("kind"), QLatin1String(kErrandWords.at(static_cast<std::size_t>(errand.kind)))}};
    for (const auto &[key, field] : kErrandFields) {
        object.insert(QLatin1String(key), errand.*field);
    }
    return object;
}

Errand errandFromJson(const QJsonObject &o, bool &ok)
{
    const QString kind = o[QLatin1String("kind")].toString();
    const auto word = std::find_if(kErrandWords.begin(), kErrandWords.end(),
                                   [&kind](const char *one) { return kind == QLatin1String(one); });
    ok = ok && word != kErrandWords.end();
    Errand errand;
    errand.kind =
        word == kErrandWords.end() ? Errand::Kind::ReadBack : static_cast<Errand::Kind>(word - kErrandWords.begin());
    for (const auto &[key, field] : kErrandFields) {
        errand.*field = o[QLatin1String(key)].toString();
    }
    return errand;
}

} // namespace

QJsonObject toJson(const Http &http)
{
    QJsonObject object{{QStringLiteral("method"), http.method},
                       {QStringLiteral("url"), http.url},
                       {QStringLiteral("body"), http.body},
                       {QStringLiteral("accepted"), arrayOf(http.accepted)},
                       {QStringLiteral("refused"), arrayOf(http.refused)},
                       {QStringLiteral("anonymous"), http.anonymous},
                       {QStringLiteral("credentials"), http.credentials}};
    if (!http.contentType.isEmpty()) {
        object.insert(QStringLiteral("content_type"), http.contentType);
    }
    if (!http.ask.provider.isEmpty()) {
        object.insert(QStringLiteral("ask"), QJsonObject{{QStringLiteral("provider"), http.ask.provider},
                                                         {QStringLiteral("signing_service"), http.ask.signingService},
                                                         {QStringLiteral("signing_region"), http.ask.signingRegion}});
    }
    if (http.errand) {
        object.insert(QStringLiteral("errand"), toJson(*http.errand));
    }
    return object;
}

Http httpFromJson(const QJsonObject &o, bool &ok)
{
    Http http;
    http.method = o[QLatin1String("method")].toString(http.method);
    http.url = o[QLatin1String("url")].toString();
    http.body = o[QLatin1String("body")].toString();
    http.credentials = o[QLatin1String("credentials")].toString();
    http.anonymous = o[QLatin1String("anonymous")].toBool();
    http.accepted = numbers(o[QLatin1String("accepted")]);
    http.refused = numbers(o[QLatin1String("refused")]);
    // Not in plans of earlier versions.
    http.contentType = o[QLatin1String("content_type")].toString();
    const QJsonObject ask = o[QLatin1String("ask")].toObject();
    http.ask = {ask[QLatin1String("provider")].toString(), ask[QLatin1String("signing_service")].toString(),
                ask[QLatin1String("signing_region")].toString()};
    if (o[QLatin1String("errand")].isObject()) {
        http.errand = errandFromJson(o[QLatin1String("errand")].toObject(), ok);
    }
    return http;
}

} // namespace howdah::operations
