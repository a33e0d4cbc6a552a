// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.h"

#include <QHostInfo>
#include <QPointer>
#include <utility>

#include "core/logging.h"
#include "core/redact.h"
#include "core/servertext.h"
#include "postgres/sessionlink.h"
#include "postgres/socketbytes.h"

namespace howdah::postgres {

namespace {
constexpr int kLookUpAgainMs = 1000;
constexpr qsizetype kLongestPayload = 8000; // of the server's own
constexpr qint64 kLeastBuffer = 8192;       // of fe-misc.c: room for that much is made before each read

core::Error serverError(const PGresult *result)
{
    const auto field = [&](int code) {
        const char *value = PQresultErrorField(result, code);
        return value ? core::redacted(core::sanitized(QByteArrayView(value), 1000)) : QString();
    };
    core::Error error;
    error.sqlstate = field(PG_DIAG_SQLSTATE);
    error.kind = error.sqlstate == QLatin1String("42501") ? core::Error::Kind::Denied : core::Error::Kind::Server;
    error.message = field(PG_DIAG_MESSAGE_PRIMARY);
    error.hint = field(PG_DIAG_MESSAGE_HINT);
    if (error.message.isEmpty()) {
        error.message = core::redacted(core::sanitized(QByteArrayView(PQresultErrorMessage(result)), 1000)).trimmed();
    }
    return error;
}

// Whether the server ends the session with these words. Severity as the protocol has it, in no language; 57P01 to
// 57P05 also come as warnings.
bool isLastWord(const PGresult *result, const core::Error &said)
{
    const char *severity = PQresultErrorField(result, PG_DIAG_SEVERITY_NONLOCALIZED);
    const QByteArrayView word(severity ? severity : "");
    return word == "FATAL" || word == "PANIC" || said.sqlstate.startsWith(QLatin1String("57P"));
}
} // namespace

Session::Session(Conninfo conninfo, SessionOptions options, QObject *parent)
    : QObject(parent)
    , m_conninfo(std::move(conninfo))
    , m_options(std::move(options))
{
    m_deadline.setSingleShot(true);
    m_deadline.setTimerType(Qt::CoarseTimer);
    connect(&m_deadline, &QTimer::timeout, this, &Session::deadlinePassed);
}

Session::~Session()
{
    close();
}

void Session::open()
{
    if (m_phase == Phase::Closed) {
        m_phase = Phase::Resolving;
        m_silent.clear(); // of an earlier attempt
        // An address that is known already waits for the name server no longer than that may well take.
        m_deadline.start(m_lastAddresses.empty() ? m_options.connectMs : qMin(kLookUpAgainMs, m_options.connectMs));
        resolve();
    }
}

void Session::close()
{
    m_deadline.stop();
    for (const int lookup : std::as_const(m_lookups)) {
        QHostInfo::abortHostLookup(lookup);
    }
    m_lookups.clear();
    m_batch.reset();
    dropLink();
    m_phase = Phase::Closed;
}

void Session::dropLink()
{
    if (m_link) {
        // We may be inside a notifier's own signal: it must outlive it, the socket must not be watched any more.
        for (auto *notifier : {&m_link->reading, &m_link->writing}) {
            if (*notifier) {
                (*notifier)->setEnabled(false);
                notifier->release()->deleteLater();
            }
        }
        m_link.reset();
    }
}

void Session::run(const std::vector<Statement> &statements, BatchDone done, int deadlineMs)
{
    Q_ASSERT(isOpen() && !isBusy());
    if (!isOpen() || isBusy() || statements.empty()) {
        return;
    }
    m_batch = std::make_unique<Batch>();
    m_batch->statements = statements;
    Q_ASSERT(!m_options.plain || (statements.size() == 1 && statements.front().name.isEmpty()));
    m_batch->hasPreface = !m_options.plain && std::exchange(m_link->takesAnyBytes, false);
    if (m_batch->hasPreface) {
        m_batch->statements.insert(m_batch->statements.begin(), {QByteArray(), "SET client_encoding TO 'SQL_ASCII'"});
    }
    m_batch->results.assign(m_batch->statements.size(), core::Result<Rows>(Rows()));
    m_batch->bytesBefore = bytesTaken();
    m_batch->done = std::move(done);

    m_batchMs = deadlineMs > 0 ? deadlineMs : m_options.batchMs;
    m_deadline.start(m_batchMs);
    if (!send(m_batch->statements)) {
        failLost();
        return;
    }
    flush();
}

bool Session::send(const std::vector<Statement> &statements)
{
    PGconn *connection = m_link->connection.get();
    if (m_options.plain) {
        return PQsendQuery(connection, statements.front().sql.constData());
    }
    const SegmentsHeld held(PQsocket(connection));
    bool sent = true;
    for (const Statement &statement : statements) {
        if (statement.name.isEmpty()) {
            sent = sent &&
                   PQsendQueryParams(connection, statement.sql.constData(), 0, nullptr, nullptr, nullptr, nullptr, 0);
        } else {
            if (!m_link->prepared.contains(statement.name)) {
                sent = sent &&
                       PQsendPrepare(connection, statement.name.constData(), statement.sql.constData(), 0, nullptr);
                m_link->prepared.insert(statement.name);
                m_batch->preparing.insert(statement.name);
            }
            sent = sent && PQsendQueryPrepared(connection, statement.name.constData(), 0, nullptr, nullptr, nullptr, 0);
        }
        // A synchronisation point after each: an error stays with its statement.
        sent = sent && PQpipelineSync(connection);
    }
    return sent;
}

bool Session::flush()
{
    if (m_phase != Phase::Open) {
        return false;
    }
    const int left = PQflush(m_link->connection.get());
    if (left < 0) {
        failLost();
        return false;
    }
    m_link->writing->setEnabled(left > 0);
    return true;
}

void Session::socketReadable()
{
    if (m_phase != Phase::Open) {
        return;
    }
    const int socket = PQsocket(m_link->connection.get());
    const qint64 waiting = socketBytesWaiting(socket);
    if (!PQconsumeInput(m_link->connection.get())) {
        loseConnection();
        return;
    }
    // More may have come meanwhile; so much libpq's buffer takes in any case.
    m_link->readBytes += qMax(waiting - socketBytesWaiting(socket), qMin(waiting, kLeastBuffer));
    if (!m_batch) {
        // There is no result to ask for; only this makes libpq look at what came.
        PQisBusy(m_link->connection.get());
        if (!m_link->lastSqlstate.isEmpty()) {
            failLost();
            return;
        }
    }
    if (m_link->writing->isEnabled() && !flush()) {
        return;
    }
    if (m_batch && bytesTaken() - m_batch->bytesBefore > m_options.maxBatchBytes) {
        Failure failure;
        failure.link = cluster::LinkState::Failed;
        failure.error.kind = core::Error::Kind::Server;
        failure.error.message = QStringLiteral("%1 sent over %2 MB where a few kB are usual; the connection was cut.")
                                    .arg(m_conninfo.address())
                                    .arg(m_options.maxBatchBytes >> 20);
        failure.error.hint = QStringLiteral("Check what answers at that address.");
        fail(failure);
        return;
    }
    const QPointer<Session> self(this); // a batch that is complete is handed over, to whoever
    collectResults();
    if (self) {
        collectNotifications();
    }
}

// They come between results, and when nothing was asked.
void Session::collectNotifications()
{
    struct Notification {
        QString channel;
        QString payload;
    };
    std::vector<Notification> all;
    while (m_phase == Phase::Open) {
        const std::unique_ptr<PGnotify, decltype(&PQfreemem)> one(PQnotifies(m_link->connection.get()), &PQfreemem);
        if (!one) {
            break;
        }
        all.push_back({QString::fromUtf8(one->relname), core::sanitized(QByteArrayView(one->extra), kLongestPayload)});
    }
    const QPointer<Session> self(this);
    for (const Notification &one : all) {
        if (self) {
            Q_EMIT notified(one.channel, one.payload);
        }
    }
}

// The socket has ended. What the server said before that may still wait to be read.
void Session::loseConnection()
{
    const QPointer<Session> self(this); // a batch that is complete is handed over, to whoever
    if (m_batch) {
        collectResults();
    } else {
        PQisBusy(m_link->connection.get());
    }
    if (self && m_phase == Phase::Open) {
        failLost();
    }
}

void Session::completeBatch()
{
    m_deadline.stop();
    const std::unique_ptr<Batch> batch = std::move(m_batch);
    if (batch->hasPreface) {
        batch->results.erase(batch->results.begin());
    }
    batch->done(std::move(batch->results)); // may start the next batch, or close us
}

void Session::collectResults()
{
    PGconn *connection = m_link->connection.get();
    int nothing = 0;
    while (m_batch && !PQisBusy(connection)) {
        const std::shared_ptr<PGresult> result(PQgetResult(connection), &PQclear);
        if (!result) {
            if (m_options.plain && PQstatus(connection) != CONNECTION_BAD) {
                completeBatch();
                return;
            }
            // One null ends each command; two in a row mean that libpq expects nothing more, and we do.
            if (PQstatus(connection) == CONNECTION_BAD || ++nothing > 1) {
                failLost();
                return;
            }
            continue;
        }
        nothing = 0;
        core::Result<Rows> &slot = m_batch->results.at(m_batch->current);
        switch (PQresultStatus(result.get())) {
        case PGRES_PIPELINE_SYNC:
            if (++m_batch->current == m_batch->results.size()) {
                completeBatch();
                return;
            }
            break;
        case PGRES_TUPLES_OK:
            slot = Rows(result);
            break;
        case PGRES_COMMAND_OK:
            m_batch->preparing.remove(m_batch->statements.at(m_batch->current).name);
            break;
        case PGRES_PIPELINE_ABORTED:
            break;
        case PGRES_FATAL_ERROR:
        case PGRES_NONFATAL_ERROR:
        case PGRES_BAD_RESPONSE:
            slot = tl::unexpected(serverError(result.get()));
            if (m_batch->preparing.contains(m_batch->statements.at(m_batch->current).name)) {
                m_link->prepared.remove(m_batch->statements.at(m_batch->current).name);
            }
            if (PQstatus(connection) == CONNECTION_BAD || isLastWord(result.get(), slot.error())) {
                noteLastWord(slot.error());
                failLost();
                return;
            }
            break;
        default: // COPY and the like: nothing we asked for
            failLost();
            return;
        }
    }
}

void Session::deadlinePassed()
{
    if (m_phase == Phase::Open) {
        Failure failure = connectTimeout(ConnectPhase::Talking, m_batchMs, m_conninfo.address());
        failure.error.message = QStringLiteral("%1 did not answer the console's query within %2 s.")
                                    .arg(m_conninfo.address())
                                    .arg(m_batchMs / 1000.0);
        fail(failure);
        return;
    }
    if (m_phase == Phase::Resolving && makeDoWithResolved()) {
        qCInfo(lcPostgres) << "name server silent, known addresses used for" << m_conninfo.address();
        startConnecting();
        return;
    }
    if (m_phase == Phase::Connecting && giveUpTarget()) {
        return;
    }
    const ConnectPhase phase = m_silent.isEmpty() ? connectPhase() : std::max(m_silentPhase, connectPhase());
    Failure failure = connectTimeout(phase, m_options.connectMs, m_conninfo.address());
    if (!m_silent.isEmpty()) {
        failure.error.message +=
            QStringLiteral(" So did none of its other addresses: %1.").arg(m_silent.join(QStringLiteral(", ")));
    }
    fail(failure);
}

void Session::failLost()
{
    const QString text =
        m_link && m_link->connection ? QString::fromUtf8(PQerrorMessage(m_link->connection.get())) : QString();
    fail(classifyLostSession(text, m_link ? m_link->lastSqlstate : QString(), m_link ? m_link->lastNotice : QString(),
                             m_conninfo.address()));
}

void Session::fail(const Failure &failure)
{
    close();
    qCDebug(lcPostgres) << "failed" << m_conninfo.address() << failure.error.message;
    Q_EMIT failed(failure);
}

// What an idle server says before it goes ("terminating connection due to administrator command") comes as a notice.
void Session::noteNotice(void *session, const PGresult *result)
{
    const core::Error said = serverError(result);
    auto *self = static_cast<Session *>(session);
    if (self->m_link && isLastWord(result, said)) {
        self->noteLastWord(said);
    }
}

void Session::noteLastWord(const core::Error &said)
{
    if (!said.sqlstate.isEmpty()) { // libpq's own words on the lost socket have none
        m_link->lastSqlstate = said.sqlstate;
        m_link->lastNotice = said.message;
    }
}

qint64 Session::bytesReceived() const
{
    return m_link && m_link->connection ? socketBytesReceived(PQsocket(m_link->connection.get())) : -1;
}

// The kernel's count is exact; the other can't tell the connection's first bytes, and need not.
qint64 Session::bytesTaken() const
{
    const qint64 exact = bytesReceived();
    return exact >= 0 ? exact : m_link ? m_link->readBytes : 0;
}

int Session::serverVersion() const
{
    return isOpen() ? PQserverVersion(m_link->connection.get()) : 0;
}

Conninfo::Place Session::peer() const
{
    return isOpen() ? target() : m_conninfo.places().front();
}

// Of several, the one that libpq has got to.
Conninfo::Place Session::target() const
{
    const PGconn *connection = m_link->connection.get();
    return {.host = QString::fromUtf8(PQhost(connection)),
            .hostaddr = QString::fromUtf8(PQhostaddr(connection)),
            .port = QString::fromUtf8(PQport(connection))};
}

int Session::backendPid() const
{
    return isOpen() ? PQbackendPID(m_link->connection.get()) : 0;
}

} // namespace howdah::postgres
