// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/relay.h"

#include <QTcpSocket>
#include <QtEndian>

namespace howdah::testsupport {

namespace {
constexpr qint32 kSslRequest = 80877103;
}

// The protocol's frames: a type, but for the console's first message, then a length that counts itself.
// https://www.postgresql.org/docs/current/protocol-message-formats.html
struct Relay::Pair {
    QTcpSocket *console = nullptr;
    QTcpSocket server;
    QByteArray asking;    ///< of a frame that is not complete
    QByteArray answering; ///< likewise
    QByteArray held;
    bool started = false;
    bool knocks = false; ///< only asks whether somebody is there; the answer is no frame
    bool loggedIn = false;

    // Takes the next whole frame off; its type, '\0' for a start-up message, -1 for none.
    static int take(QByteArray &bytes, bool typed, QByteArray &frame)
    {
        const qsizetype head = typed ? 1 : 0;
        if (bytes.size() < head + 4) {
            return -1;
        }
        const auto length = qFromBigEndian<qint32>(bytes.constData() + head);
        if (bytes.size() < head + length) {
            return -1;
        }
        frame = bytes.first(head + length);
        bytes.remove(0, head + length);
        return typed ? static_cast<unsigned char>(frame.front()) : 0;
    }
};

Relay::Relay(const QString &host, int port)
    : m_host(host)
    , m_port(static_cast<quint16>(port))
{
    m_door.listen(QHostAddress::LocalHost);
    QObject::connect(&m_door, &QTcpServer::newConnection, &m_door, [this] { accept(); });
}

Relay::~Relay()
{
    for (const auto &pair : m_pairs) {
        pair->server.disconnect();
        pair->console->disconnect();
    }
}

void Relay::accept()
{
    Pair &pair = *m_pairs.emplace_back(std::make_unique<Pair>());
    pair.console = m_door.nextPendingConnection();
    pair.server.connectToHost(m_host, m_port);
    QObject::connect(pair.console, &QTcpSocket::readyRead, &m_door, [this, &pair] { asked(pair); });
    QObject::connect(&pair.server, &QTcpSocket::readyRead, &m_door, [this, &pair] { answered(pair); });
    QObject::connect(pair.console, &QTcpSocket::disconnected, &pair.server, &QTcpSocket::disconnectFromHost);
    QObject::connect(&pair.server, &QTcpSocket::disconnected, pair.console, &QTcpSocket::disconnectFromHost);
}

void Relay::asked(Pair &pair)
{
    const QByteArray bytes = pair.console->readAll();
    pair.server.write(bytes);
    m_bytesAsked += bytes.size();
    if (pair.loggedIn && m_syncs == m_answers && pair.asking.isEmpty()) {
        ++m_rounds;
    }
    pair.asking += bytes;
    QByteArray frame;
    for (int type = 0; (type = Pair::take(pair.asking, pair.started, frame)) >= 0;) {
        if (type == 0) {
            pair.started = true;
            pair.knocks = qFromBigEndian<qint32>(frame.constData() + 4) == kSslRequest;
            if (!pair.knocks) {
                ++m_sessions;
                m_syncs = m_answers = 0;
            }
        }
        m_syncs += type == 'S';
    }
}

void Relay::answered(Pair &pair)
{
    if (pair.knocks) {
        pair.held += pair.server.readAll();
        forward(pair);
        return;
    }
    pair.answering += pair.server.readAll();
    QByteArray frame;
    for (int type = 0; (type = Pair::take(pair.answering, true, frame)) >= 0;) {
        for (const auto &[from, to] : m_replacements) {
            frame.replace(from, to);
        }
        pair.held += frame;
        if (type == 'Z' && pair.loggedIn) {
            ++m_answers;
        }
        pair.loggedIn = pair.loggedIn || type == 'Z';
    }
    forward(pair);
}

void Relay::forward(Pair &pair)
{
    if (!m_held) {
        pair.console->write(pair.held);
        pair.held.clear();
    }
}

void Relay::hold(bool held)
{
    m_held = held;
    for (const auto &pair : m_pairs) {
        forward(*pair);
    }
}

void Relay::cut()
{
    for (const auto &pair : m_pairs) {
        pair->console->disconnectFromHost();
    }
}

void Relay::replace(const QByteArray &from, const QByteArray &to)
{
    Q_ASSERT(from.size() == to.size());
    m_replacements.emplace_back(from, to);
}

} // namespace howdah::testsupport
