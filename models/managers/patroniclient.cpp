// SPDX-License-Identifier: GPL-3.0-or-later
#include "managers/patroniclient.h"

#include <QNetworkProxy>
#include <QNetworkReply>
#include <QTimer>
#include <QUrl>

#include "core/redact.h"
#include "core/servertext.h"

namespace howdah::managers {

namespace {

constexpr qint64 kLargestAnswer = 1 << 20;

core::Result<QByteArray> answerOf(QNetworkReply *reply, bool late, int deadlineMs)
{
    const QString where = core::redacted(reply->url().toDisplayString());
    if (late) {
        return core::failure(core::Error::Kind::Timeout,
                             QStringLiteral("%1 did not answer within %2 ms.").arg(where).arg(deadlineMs));
    }
    if (reply->property("huge").toBool()) {
        return core::failure(core::Error::Kind::Server, QStringLiteral("%1 answered with too much.").arg(where));
    }
    // GET /patroni answers 503 for a server that is down, with the body all the same.
    const int status = reply->attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    const QByteArray body = reply->readAll();
    if (status == 0) {
        return core::failure(core::Error::Kind::Connection,
                             QStringLiteral("%1: %2").arg(where, core::sanitized(reply->errorString(), 300)));
    }
    if (status != 200 && status != 503) {
        return core::failure(status == 401 || status == 403 ? core::Error::Kind::Denied : core::Error::Kind::Server,
                             QStringLiteral("%1 answered with HTTP status %2.").arg(where).arg(status));
    }
    return body;
}

} // namespace

PatroniClient::PatroniClient(QObject *parent)
    : QObject(parent)
{
    m_network.setProxy(QNetworkProxy::NoProxy);
    m_network.setRedirectPolicy(QNetworkRequest::ManualRedirectPolicy);
}

void PatroniClient::get(const QString &base, const QString &path, int deadlineMs,
                        std::function<void(core::Result<QByteArray>)> done)
{
    QUrl url(base, QUrl::StrictMode);
    if (!url.isValid() || !(url.scheme() == QLatin1String("http") || url.scheme() == QLatin1String("https"))) {
        // Never from within the call: the caller has not finished yet.
        QTimer::singleShot(0, this, [done, base] {
            done(core::failure(core::Error::Kind::Invalid,
                               QStringLiteral("\"%1\" is not the URL of a REST API.").arg(core::redacted(base)),
                               QStringLiteral("Write it as http://10.0.0.11:8008.")));
        });
        return;
    }
    QString full = url.path();
    while (full.endsWith(QLatin1Char('/'))) {
        full.chop(1);
    }
    url.setPath(full + path);

    QNetworkReply *reply = m_network.get(QNetworkRequest(url));
    // Qt's own transfer timeout starts anew with every byte; this one is for the whole.
    auto *deadline = new QTimer(reply);
    deadline->setSingleShot(true);
    connect(deadline, &QTimer::timeout, reply, [reply] {
        reply->setProperty("late", true);
        reply->abort();
    });
    deadline->start(deadlineMs);
    connect(reply, &QNetworkReply::readyRead, reply, [reply] {
        if (reply->bytesAvailable() > kLargestAnswer) {
            reply->setProperty("huge", true);
            reply->abort();
        }
    });
    connect(reply, &QNetworkReply::finished, this, [reply, done = std::move(done), deadlineMs] {
        reply->deleteLater();
        done(answerOf(reply, reply->property("late").toBool(), deadlineMs));
    });
}

void PatroniClient::cluster(const QString &base, int deadlineMs, std::function<void(core::Result<PatroniCluster>)> done)
{
    get(base, QStringLiteral("/cluster"), deadlineMs,
        [done = std::move(done)](const core::Result<QByteArray> &body) { done(body.and_then(parsePatroniCluster)); });
}

void PatroniClient::node(const QString &base, int deadlineMs, std::function<void(core::Result<PatroniNode>)> done)
{
    get(base, QStringLiteral("/patroni"), deadlineMs,
        [done = std::move(done)](const core::Result<QByteArray> &body) { done(body.and_then(parsePatroniNode)); });
}

} // namespace howdah::managers
