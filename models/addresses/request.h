// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>
#include <QStringList>
#include <utility>
#include <vector>

namespace howdah::addresses {

/// What has to be added to a request before it is sent. The secrets come from where it is sent, and go nowhere else.
enum class Auth {
    None,
    Bearer, ///< "Authorization: Bearer" and a token
    Basic,  ///< user and password
    SigV4,  ///< sigv4.h, for service and region of the request
    XToken, ///< "X-Auth-Token" and the token of a session
};

/// A secret that belongs into the body: of a login.
struct BodySecret {
    QStringList path;      ///< through the objects of the JSON body
    QStringList variables; ///< in which it is found; the first that is set
};

/// A request, whole but for its secrets: it can be shown, logged and journaled.
struct Request {
    QByteArray method;
    QString url;
    QByteArray contentType; ///< empty without a body
    QByteArray body;
    Auth auth = Auth::None;
    QString signingService; ///< with SigV4
    QString signingRegion;
    std::vector<BodySecret> bodySecrets;
    bool changes = false; ///< sent to change something; all others can be sent as often as one likes
};

/// What came back, as it came.
struct Answer {
    int status = 0; ///< 0: none
    std::vector<std::pair<QByteArray, QByteArray>> headers;
    QByteArray body;
    QDateTime at; ///< when; without it, moments in headers are not understood, only spans

    /// Value of a header, of whatever case; empty without it.
    QByteArray header(const QByteArray &name) const;
};

} // namespace howdah::addresses
