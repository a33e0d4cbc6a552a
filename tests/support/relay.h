// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QHash>
#include <QTcpServer>
#include <vector>

namespace howdah::testsupport {

/// Stands between a console and a server, counts what they say to each other, and may hold it back or change it.
/// Speaks no TLS. Lives in the test's thread, so it works while that waits for a condition.
class Relay {
public:
    Relay(const QString &host, int port);
    ~Relay();
    Q_DISABLE_COPY_MOVE(Relay)

    int port() const { return m_door.serverPort(); }

    /// Every Sync that the server has got of the newest session, and every ReadyForQuery that it gave since the login.
    qint64 syncs() const { return m_syncs; }
    qint64 answers() const { return m_answers; }
    /// How often the console began to ask while nothing was left to be answered.
    qint64 rounds() const { return m_rounds; }
    /// What the console has sent in all.
    qint64 bytesAsked() const { return m_bytesAsked; }
    int sessions() const { return m_sessions; }

    /// What the server says stays here until it is released.
    void hold(bool held);
    /// Ends every session without a word.
    void cut();
    /// From now on the server says `to` where it says `from`; both must be of one length.
    void replace(const QByteArray &from, const QByteArray &to);

private:
    struct Pair;
    void accept();
    void asked(Pair &pair);
    void answered(Pair &pair);
    void forward(Pair &pair);

    QTcpServer m_door;
    QString m_host;
    quint16 m_port;
    std::vector<std::unique_ptr<Pair>> m_pairs;
    std::vector<std::pair<QByteArray, QByteArray>> m_replacements;
    bool m_held = false;
    qint64 m_syncs = 0;
    qint64 m_answers = 0;
    qint64 m_rounds = 0;
    qint64 m_bytesAsked = 0;
    int m_sessions = 0;
};

} // namespace howdah::testsupport
