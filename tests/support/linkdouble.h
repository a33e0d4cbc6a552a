// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QList>
#include <QTcpServer>
#include <QTcpSocket>
#include <memory>
#include <vector>

namespace howdah::testsupport {

/// Several LinKs, each on a port of this machine, that agree on who has one address: made from version 3 of its HTTP
/// API (github.com/Scalingo/link: api/types.go, web/endpoint_controller.go, ip/failover.go), as no real one can be had.
class LinkDouble : public QObject {
public:
    LinkDouble(int hosts, const QByteArray &ip);

    QString url(int host) const;
    /// Of the endpoint, on that host alone.
    static QByteArray idOf(int host);
    int holder() const { return static_cast<int>(states.indexOf("ACTIVATED")); }
    /// How often a host was asked to let go of the address.
    int asked(int host) const;

    QByteArrayList states;         ///< of each host; the first is ACTIVATED at first
    QList<int> winners;            ///< who wins the next elections; none left: the first STANDBY behind who let go
    int electsFor = 0;             ///< so many requests come before an election is over
    QByteArray credentials;        ///< "user:password" that it wants; empty: nobody in particular
    QHash<int, QByteArray> speaks; ///< by host: what it answers instead, whatever is asked; empty: silence
    QByteArrayList requests;       ///< "2 POST /endpoints/vip-…/failover"

private:
    void arrived(int host, QTcpSocket *socket);
    QByteArray answer(int host, const QByteArray &line);
    QByteArray failover(int host);
    QByteArray endpoint(int host) const;

    QByteArray m_ip;
    std::vector<std::unique_ptr<QTcpServer>> m_servers;
    QHash<QTcpSocket *, QByteArray> m_came;
    int m_next = -1; ///< who has it once the election is over
    int m_left = 0;
};

} // namespace howdah::testsupport
