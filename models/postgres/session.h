// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "postgres/conninfo.h"
#include "postgres/failure.h"
#include "postgres/rows.h"

namespace howdah::postgres {

/// One SQL command. With a name it is prepared once a session and only bound and executed from then on; the same name
/// must always carry the same text.
struct Statement {
    QByteArray name;
    QByteArray sql;
};

/// How a session behaves on the server and how long it waits.
struct SessionOptions {
    int connectMs = 3000; ///< for the network and the login; of several addresses each has as long
    int batchMs = 2000;   ///< for a whole batch, whatever trickles in meanwhile
    bool readOnly = true; ///< default_transaction_read_only; guards against accidents, not against intent
    /// Comes as an application does, through poolers and proxies too: sets nothing on the server, and
    /// target_session_attrs means what it says.
    bool asApplication = false;
    qint64 maxBatchBytes = 64LL << 20; ///< a server that sends more in one batch is cut off
    QString applicationName = QStringLiteral("howdah");
    /// For what speaks the protocol and is no PostgreSQL, as PgBouncer's console: nothing is set there, and a batch is
    /// one statement by the simple protocol. https://www.pgbouncer.org/usage.html#admin-console
    bool plain = false;
};

/// One asynchronous connection. Nothing in it blocks: names are looked up by QHostInfo and handed over as hostaddr,
/// the connection is polled through socket notifiers, statements go out in pipeline mode. Lives in one thread, the
/// engine's. https://www.postgresql.org/docs/current/libpq-async.html, …/libpq-pipeline-mode.html
class Session : public QObject {
    Q_OBJECT
public:
    /// One result a statement; called once, or never when the session is closed or destroyed first.
    using BatchDone = std::function<void(std::vector<core::Result<Rows>>)>;

    Session(Conninfo conninfo, SessionOptions options, QObject *parent = nullptr);
    ~Session() override;

    /// Starts to connect; ends in opened() or failed(). Does nothing when it is open or opening.
    void open();
    /// Drops the connection at once. No signal follows.
    void close();

    bool isOpen() const { return m_phase == Phase::Open; }
    bool isBusy() const { return m_batch != nullptr; }

    /// Sends the statements in one go: one round trip. Each is a transaction of its own, so one that fails does not
    /// take the others with it. Only when open and not busy. Past the deadline the connection is dropped and failed()
    /// says so; done is not called then. deadlineMs is of this batch, 0 takes the session's own.
    void run(const std::vector<Statement> &statements, BatchDone done, int deadlineMs = 0);

    /// Network bytes received since the connection was made; -1 where the system doesn't tell (Unix sockets).
    qint64 bytesReceived() const;
    int serverVersion() const; ///< as server_version_num; 0 when not open
    int backendPid() const;
    /// The place that the open session is connected to, its address resolved: of several hosts, the one that took us.
    Conninfo::Place peer() const;
    const Conninfo &conninfo() const { return m_conninfo; }

Q_SIGNALS:
    void opened();
    /// Somebody has sent NOTIFY on a channel that this session listens to (LISTEN is a statement like any other, and
    /// ends with the connection). payload is the server's text.
    void notified(const QString &channel, const QString &payload);
    /// The attempt or the session ended; open() may be called again.
    void failed(const howdah::postgres::Failure &failure);

private:
    enum class Phase { Closed, Resolving, Connecting, Open };
    struct Link;
    struct Batch;

    void resolve();
    void hostResolved(int place, const QStringList &addresses, bool noSuchName);
    bool makeDoWithResolved();
    void startConnecting();
    void connectToTargets();
    bool giveUpTarget();
    void connectingFailed(Failure failure);
    Conninfo::Place target() const;
    qint64 bytesTaken() const;
    void dropLink();
    void pollConnection();
    void watchSocket(bool reading, bool writing);
    void becomeOpen();
    void deadlinePassed();
    void socketReadable();
    void collectResults();
    void collectNotifications();
    void completeBatch();
    bool send(const std::vector<Statement> &statements);
    bool flush();
    void fail(const Failure &failure);
    void failLost();
    void loseConnection();
    void noteLastWord(const core::Error &said);
    ConnectPhase connectPhase() const;
    static void noteNotice(void *session, const struct pg_result *result);

    Conninfo m_conninfo;
    SessionOptions m_options;
    Phase m_phase = Phase::Closed;
    std::unique_ptr<Link> m_link;
    std::unique_ptr<Batch> m_batch;
    QTimer m_deadline;
    int m_batchMs = 0; ///< of the batch under way
    std::vector<Conninfo::Place> m_places;
    std::vector<QStringList> m_addresses;
    std::vector<QStringList> m_lastAddresses; ///< of the last look-up that worked: used when the name server is silent
    std::vector<Conninfo::Place> m_targets;   ///< what is left to be tried, addresses resolved
    Conninfo::Place m_target;                 ///< the one that libpq tries now
    QStringList m_silent;                     ///< addresses of this attempt that have let their deadline pass
    ConnectPhase m_silentPhase = ConnectPhase::Reaching; ///< the furthest that one of them had come
    QList<int> m_lookups;
    QString m_unanswered; ///< a host of whom the name server says nothing now, not even that there is none
    int m_unresolved = 0;
};

} // namespace howdah::postgres
