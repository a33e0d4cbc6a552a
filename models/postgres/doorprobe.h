// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <memory>

#include "postgres/conninfo.h"

class QTcpSocket;
class QLocalSocket;
class QIODevice;

namespace howdah::postgres {

/// Asks whether a server still takes new connections, which an open session can't tell: a frozen postmaster leaves old
/// sessions answering. Sends an SSLRequest and waits for the one byte that the server answers before any login; nothing
/// is authenticated and no backend slot is used.
/// https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
class DoorProbe : public QObject {
    Q_OBJECT
public:
    explicit DoorProbe(QObject *parent = nullptr);
    ~DoorProbe() override;

    /// Knocks at place (its address already resolved, or a socket). Does nothing while a knock is under way.
    void knock(const Conninfo::Place &place, int deadlineMs);
    bool isKnocking() const { return m_device != nullptr; }
    void stop();

Q_SIGNALS:
    /// open: somebody behind the door answered. False only for silence past the deadline: a refused connection is the
    /// session's own business to notice.
    void answered(bool open);

private:
    void finish(bool open);

    std::unique_ptr<QIODevice> m_device;
    QTimer m_deadline;
};

} // namespace howdah::postgres
