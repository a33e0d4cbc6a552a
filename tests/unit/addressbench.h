// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "addresses/account.h"
#include "addresses/place.h"
#include "addresses/providers.h"

/// What the tests of the address providers have in common.
namespace addressbench {

using namespace howdah;
using namespace howdah::addresses;

inline Answer answer(int status, const QByteArray &body, std::vector<std::pair<QByteArray, QByteArray>> headers = {})
{
    return {status, std::move(headers), body,
            QDateTime::fromString(QStringLiteral("2026-11-06T22:14:00Z"), Qt::ISODate)};
}

inline const Provider &provider(const char *key)
{
    return *providerOf(QLatin1String(key));
}

inline Account account(const QString &url, const QString &region = {})
{
    return {.baseUrl = url, .region = region, .networkUrl = url};
}

inline QByteArray line(const Request &request)
{
    return request.method + ' ' + request.url.toUtf8() + (request.body.isEmpty() ? "" : " " + request.body);
}

inline QString kindName(FaultKind kind)
{
    static const QHash<FaultKind, QString> names{
        {FaultKind::RetryLater, QStringLiteral("retry")},    {FaultKind::Unauthorized, QStringLiteral("unauthorized")},
        {FaultKind::Forbidden, QStringLiteral("forbidden")}, {FaultKind::NotFound, QStringLiteral("not found")},
        {FaultKind::Protected, QStringLiteral("protected")}, {FaultKind::WrongRequest, QStringLiteral("wrong request")},
        {FaultKind::Garbled, QStringLiteral("garbled")},
    };
    return names.value(kind);
}

/// A machine of the name "host-ID".
inline Target machine(const char *id, const QStringList &ips)
{
    Target target{.id = QLatin1String(id), .name = QStringLiteral("host-") + QLatin1String(id)};
    for (const QString &ip : ips) {
        target.ips.push_back({.ip = ip});
    }
    return target;
}

/// "retry CODE" of a fault; "none" without one.
template<typename T>
QString faultOf(const Answered<T> &answered)
{
    if (answered) {
        return QStringLiteral("none");
    }
    const Fault &fault = answered.error();
    return (kindName(fault.kind) + QLatin1Char(' ') + fault.code).trimmed();
}

/// Every fault tells a person what happened, what was not changed or is not known, and what to do next.
inline bool isTold(const Fault &fault)
{
    const QString &message = fault.error.message;
    return (message.contains(QLatin1String("was not moved")) ||
            message.contains(QLatin1String("Nothing was changed")) ||
            message.contains(QLatin1String("is not known before"))) &&
           message.contains(QLatin1String(" failed: ")) && !fault.error.hint.isEmpty() &&
           (fault.kind == FaultKind::RetryLater) == (fault.waitMs > 0);
}

/// Name and value of a form body.
inline QStringList form(const QByteArray &body)
{
    return QString::fromUtf8(body).split(QLatin1Char('&'));
}

} // namespace addressbench
