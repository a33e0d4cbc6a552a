// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QHostAddress>
#include <QList>
#include <QTcpServer>
#include <QTcpSocket>

namespace howdah::testsupport {

/// A provider of floating addresses on a port of this machine, made from the provider's documented contract. It has one
/// address, 203.0.113.7, and two machines, of which it knows what it was told. Two to a page of machines.
class ProviderDouble : public QObject {
public:
    enum class Style { DigitalOcean, Hetzner, Robot, Aws, OpenStack };
    /// at: an address of this machine that it listens on.
    explicit ProviderDouble(Style style, const QHostAddress &at = QHostAddress::LocalHost);

    /// Under which its own tools look for the base URL.
    QString url() const;

    /// What it answers instead of what it would.
    struct Upset {
        QByteArray when;      ///< requests that begin so: "POST", "GET /v2/droplets"
        int times = 1;        ///< -1: always
        QByteArray bytes;     ///< empty: silence
        bool acts = false;    ///< what was asked for is done all the same
        bool hangsUp = false; ///< instead of being silent
    };
    QList<Upset> upsets;
    static QByteArray http(int status, const QByteArray &body, const QByteArray &headers = {});

    QByteArray network = "10.0.0"; ///< of its machines
    QByteArray holder = "111";     ///< 111: 10.0.0.11, 222: 10.0.0.12; of Robot the IP is the name
    int polls = 1;                 ///< so often an action is seen running
    bool errs = false;             ///< every action ends with an error
    QByteArrayList requests;       ///< "POST /v2/… {…}"
    QByteArrayList whoAsked;       ///< what each of them said of who asks
    QByteArrayList heads;
    QByteArray token = "dop_v1_sesame-open"; ///< that it takes; of OpenStack the newest, set: all are taken back

private:
    struct Request {
        QByteArray method;
        QByteArray path; ///< and query
        QByteArray head;
        QByteArray body;
        QByteArray header(const QByteArray &name) const;
    };
    void arrived(QTcpSocket *socket);
    QByteArray answer(const Request &request);
    QByteArray digitalOcean(const Request &request);
    QByteArray hetzner(const Request &request);
    QByteArray robot(const Request &request);
    bool isSigned(const Request &request) const;
    QByteArray aws(const Request &request);
    QByteArray openStack(const Request &request);
    QByteArray action(bool isNew);
    QByteArray machineIp(const QByteArray &id) const { return network + (id == "111" ? ".11" : ".12"); }

    Style m_style;
    QTcpServer m_server;
    QHash<QTcpSocket *, QByteArray> m_came;
    QByteArray m_next; ///< who has it once the action is done
    int m_left = 0;
    int m_logins = 0;
    QByteArrayList m_tokens; ///< of OpenStack, each as good as the others
};

} // namespace howdah::testsupport
