// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QNetworkAccessManager>
#include <QObject>
#include <functional>

#include "managers/patroni.h"

namespace howdah::managers {

/// Reads Patroni's REST API. Asynchronous, with a deadline for the whole of an answer; no redirects, no proxies, at
/// most 1 MiB. Lives in the engine's thread. done is called once, or never when the client is destroyed first.
class PatroniClient : public QObject {
    Q_OBJECT
public:
    explicit PatroniClient(QObject *parent = nullptr);

    /// base is "http://10.0.0.11:8008" as in the cluster file's [patroni] url; a path in it is kept.
    void cluster(const QString &base, int deadlineMs, std::function<void(core::Result<PatroniCluster>)> done);
    void node(const QString &base, int deadlineMs, std::function<void(core::Result<PatroniNode>)> done);

private:
    void get(const QString &base, const QString &path, int deadlineMs,
             std::function<void(core::Result<QByteArray>)> done);

    QNetworkAccessManager m_network;
};

} // namespace howdah::managers
