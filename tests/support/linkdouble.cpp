// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/linkdouble.h"

#include <algorithm>

namespace howdah::testsupport {

namespace {

QByteArray http(int status, const QByteArray &body)
{
    return "HTTP/1.1 " + QByteArray::number(status) +
           " So\r\nContent-Type: application/json\r\nContent-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" +
           body;
}

} // namespace

LinkDouble::LinkDouble(int hosts, const QByteArray &ip)
    : m_ip(ip)
{
    for (int host = 0; host < hosts; ++host) {
        states.append(host == 0 ? "ACTIVATED" : "STANDBY");
        QTcpServer *server = m_servers.emplace_back(std::make_unique<QTcpServer>()).get();
        server->listen(QHostAddress::LocalHost);
        connect(server, &QTcpServer::newConnection, this, [this, server, host] {
            QTcpSocket *socket = server->nextPendingConnection();
            connect(socket, &QTcpSocket::readyRead, this, [this, host, socket] { arrived(host, socket); });
        });
    }
}

QString LinkDouble::url(int host) const
{
    return QStringLiteral("http://127.0.0.1:%1").arg(m_servers.at(static_cast<std::size_t>(host))->serverPort());
}

QByteArray LinkDouble::idOf(int host)
{
    return "vip-00000000-0000-4000-8000-00000000000" + QByteArray::number(host);
}

int LinkDouble::asked(int host) const
{
    return static_cast<int>(requests.count(QByteArray::number(host) + " POST /endpoints/" + idOf(host) + "/failover"));
}

void LinkDouble::arrived(int host, QTcpSocket *socket)
{
    QByteArray &came = m_came[socket];
    came += socket->readAll();
    if (!came.contains("\r\n\r\n")) {
        return;
    }
    const QByteArray head = m_came.take(socket);
    const QByteArray line = head.left(head.indexOf(" HTTP/"));
    requests.append(QByteArray::number(host) + ' ' + line);
    if (m_next >= 0 && --m_left < 0) {
        states[std::exchange(m_next, -1)] = "ACTIVATED";
    }
    const bool known =
        credentials.isEmpty() || head.contains("Authorization: Basic " + credentials.toBase64() + "\r\n");
    const QByteArray bytes = speaks.contains(host) ? speaks.value(host)
                             : known               ? answer(host, line)
                                                   : http(401, R"({"error":"unauthorized"})");
    if (!bytes.isEmpty()) {
        socket->write(bytes);
        socket->disconnectFromHost();
    }
}

QByteArray LinkDouble::answer(int host, const QByteArray &line)
{
    const QByteArray own = "/endpoints/" + idOf(host);
    if (line == "GET /endpoints") {
        return http(200, "{\"endpoints\":[{\"id\":\"vip-other\",\"status\":\"ACTIVATED\",\"healthcheck_interval\":0,"
                         "\"plugin\":\"arp\",\"election_key\":\"192.0.2.9_32\"}," +
                             endpoint(host) + "]}\n");
    }
    if (line == "GET " + own) {
        return http(200, "{\"endpoint\":" + endpoint(host) + "}\n");
    }
    return line == "POST " + own + "/failover" ? failover(host) : http(404, R"({"error":"Endpoint not found"})");
}

/// Only who has it can let go of it, and only where somebody else could take it.
QByteArray LinkDouble::failover(int host)
{
    if (states[host] != "ACTIVATED") {
        return http(500, R"({"error":"fail to failover endpoint: this node is not master of this IP"})");
    }
    if (states.size() < 2) {
        return http(500, R"({"error":"fail to failover endpoint: no other nodes are listening for this IP"})");
    }
    states[host] = "STANDBY";
    m_next = winners.isEmpty() ? -1 : winners.takeFirst();
    for (int i = 1; m_next < 0 && i <= states.size(); ++i) {
        const int other = static_cast<int>((host + i) % states.size());
        m_next = states[other] == "STANDBY" ? other : -1;
    }
    m_left = electsFor;
    if (m_left == 0) {
        states[std::exchange(m_next, -1)] = "ACTIVATED";
    }
    return "HTTP/1.1 204 No Content\r\n\r\n";
}

QByteArray LinkDouble::endpoint(int host) const
{
    return "{\"id\":\"" + idOf(host) + "\",\"status\":\"" + states[host] +
           "\",\"checks\":[{\"type\":\"TCP\",\"host\":\"127.0.0.1\",\"port\":5432}],\"healthcheck_interval\":1,"
           "\"plugin\":\"arp\",\"election_key\":\"" +
           m_ip + "_32\"}";
}

} // namespace howdah::testsupport
