// SPDX-License-Identifier: GPL-3.0-or-later
#include "session.h"

#include <QHostAddress>
#include <QHostInfo>
#include <QSet>
#include <QSocketNotifier>
#include <libpq-fe.h>

#include "core/logging.h"
#include "core/redact.h"
#include "core/servertext.h"
#include "postgres/socketbytes.h"

namespace howdah::postgres {

namespace {
using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;

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
} // namespace

// The connection and its notifiers, in the order in which they must go: notifiers before the socket they watch.
struct Session::Link {
    Connection connection{nullptr, &PQfinish};
    std::unique_ptr<QSocketNotifier> reading;
    std::unique_ptr<QSocketNotifier> writing;
    QSet<QByteArray> prepared;
    QString lastSqlstate;
    QString lastNotice;
    QByteArrayList keywords;
    QByteArrayList values;
};

struct Session::Batch {
    std::vector<Statement> statements;
    std::vector<core::Result<Rows>> results;
    std::size_t current = 0;    ///< statement whose results are being read
    QSet<QByteArray> preparing; ///< sent to be prepared in this batch, not confirmed yet
    qint64 bytesBefore = 0;
    BatchDone done;
};

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
        m_deadline.start(m_options.connectMs);
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
    m_phase = Phase::Closed;
}

void Session::resolve()
{
    m_places = m_conninfo.places();
    m_addresses.assign(m_places.size(), {});
    m_unresolved = 0;
    m_unanswered.clear();
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const Conninfo::Place &place = m_places[i];
        const QHostAddress literal(place.host);
        if (!place.hostaddr.isEmpty()) {
            m_addresses[i] = {place.hostaddr};
        } else if (!place.isSocket() && !literal.isNull()) {
            m_addresses[i] = {place.host};
        } else if (!place.isSocket()) {
            ++m_unresolved;
            const int index = static_cast<int>(i);
            m_lookups << QHostInfo::lookupHost(place.host, this, [this, index](const QHostInfo &info) {
                QStringList addresses;
                for (const QHostAddress &address : info.addresses()) {
                    addresses << address.toString();
                }
                m_lookups.removeOne(info.lookupId());
                hostResolved(index, addresses, info.error() == QHostInfo::HostNotFound);
            });
        }
    }
    if (m_unresolved == 0) {
        startConnecting();
    }
}

void Session::hostResolved(int place, const QStringList &addresses, bool noSuchName)
{
    if (m_phase != Phase::Resolving) {
        return;
    }
    const auto index = static_cast<std::size_t>(place);
    m_addresses.at(index) = addresses;
    if (addresses.isEmpty() && !noSuchName) {
        // The name server failed, which says nothing of the name: what it last said still leads somewhere.
        m_unanswered = m_places.at(index).host;
        if (m_lastAddresses.size() == m_addresses.size()) {
            m_addresses.at(index) = m_lastAddresses.at(index);
        }
    }
    if (--m_unresolved > 0) {
        return;
    }
    startConnecting();
}

void Session::startConnecting()
{
    QStringList hosts;
    QStringList hostaddrs;
    QStringList ports;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        const Conninfo::Place &place = m_places[i];
        if (place.isSocket()) {
            hosts << place.host;
            hostaddrs << QString();
            ports << place.port;
        }
        // With a hostaddr libpq looks nothing up; each address of a name becomes a place of its own. host stays beside
        // it for TLS and .pgpass.
        for (const QString &address : std::as_const(m_addresses[i])) {
            hosts << place.host;
            hostaddrs << address;
            ports << place.port;
        }
    }
    if (hosts.isEmpty()) {
        fail(m_unanswered.isEmpty() ? noSuchHost(m_places.front().host) : nameServerFailed(m_unanswered));
        return;
    }
    m_lastAddresses = m_addresses;

    QHash<QString, QString> values = m_conninfo.values();
    values.insert(QStringLiteral("host"), hosts.join(QLatin1Char(',')));
    values.insert(QStringLiteral("hostaddr"), hostaddrs.join(QLatin1Char(',')));
    values.insert(QStringLiteral("port"), ports.join(QLatin1Char(',')));
    if (QString(hostaddrs.join(QString())).isEmpty()) {
        values.remove(QStringLiteral("hostaddr"));
    }
    values.remove(QStringLiteral("service")); // its values are already in
    values.insert(QStringLiteral("application_name"), m_options.applicationName);
    values.insert(QStringLiteral("client_encoding"), QStringLiteral("UTF8"));
    if (!m_conninfo.value(QStringLiteral("gssencmode")).contains(QLatin1String("require"))) {
        values.insert(QStringLiteral("gssencmode"), QStringLiteral("disable"));
    }
    // The kernel notices a dead peer in the same time as we do.
    values.insert(QStringLiteral("tcp_user_timeout"), QString::number(m_options.batchMs + 1000));
    values.insert(QStringLiteral("keepalives_idle"), QStringLiteral("5"));
    // Plans of our statements never depend on parameters; JIT costs more than any of them.
    const QString options =
        QStringLiteral("-c statement_timeout=%1 -c lock_timeout=500 -c idle_in_transaction_session_timeout=10000 "
                       "-c search_path=pg_catalog -c jit=off -c plan_cache_mode=force_generic_plan "
                       "-c default_transaction_read_only=%2")
            .arg(m_options.batchMs)
            .arg(m_options.readOnly ? QStringLiteral("on") : QStringLiteral("off"));
    values.insert(QStringLiteral("options"),
                  (options + QLatin1Char(' ') + values.value(QStringLiteral("options"))).trimmed());

    m_link = std::make_unique<Link>();
    std::vector<const char *> keywordPointers;
    std::vector<const char *> valuePointers;
    for (auto it = values.cbegin(); it != values.cend(); ++it) {
        m_link->keywords << it.key().toUtf8();
        m_link->values << it.value().toUtf8();
    }
    for (qsizetype i = 0; i < m_link->keywords.size(); ++i) {
        keywordPointers.push_back(m_link->keywords.at(i).constData());
        valuePointers.push_back(m_link->values.at(i).constData());
    }
    keywordPointers.push_back(nullptr);
    valuePointers.push_back(nullptr);

    m_phase = Phase::Connecting;
    m_link->connection.reset(PQconnectStartParams(keywordPointers.data(), valuePointers.data(), 0));
    m_link->keywords.clear();
    m_link->values.clear();
    PGconn *connection = m_link->connection.get();
    if (!connection || PQstatus(connection) == CONNECTION_BAD) {
        const QString text =
            connection ? QString::fromUtf8(PQerrorMessage(connection)) : QStringLiteral("out of memory");
        fail(classifyConnectError(text, ConnectPhase::Reaching, false, m_conninfo.address()));
        return;
    }
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE); // the only way to a failed login's SQLSTATE
    PQsetNoticeReceiver(connection, &Session::noteNotice, this);
    watchSocket(false, true); // documented: behave as if the last poll had said "writing"
}

// Notifiers are made anew after each step: libpq may have changed the socket underneath.
void Session::watchSocket(bool reading, bool writing)
{
    const int socket = PQsocket(m_link->connection.get());
    const auto watch = [&](std::unique_ptr<QSocketNotifier> &notifier, bool wanted, QSocketNotifier::Type type) {
        if (notifier) {
            notifier->setEnabled(false);
            notifier.release()->deleteLater();
        }
        if (wanted && socket >= 0) {
            notifier = std::make_unique<QSocketNotifier>(socket, type);
            connect(notifier.get(), &QSocketNotifier::activated, this, &Session::pollConnection);
        }
    };
    watch(m_link->reading, reading, QSocketNotifier::Read);
    watch(m_link->writing, writing, QSocketNotifier::Write);
}

void Session::pollConnection()
{
    if (m_phase != Phase::Connecting) {
        return;
    }
    PGconn *connection = m_link->connection.get();
    // The phase as it was: after a failure libpq no longer tells.
    const ConnectPhase phase = connectPhase();
    watchSocket(false, false);
    switch (PQconnectPoll(connection)) {
    case PGRES_POLLING_READING:
        watchSocket(true, false);
        return;
    case PGRES_POLLING_WRITING:
        watchSocket(false, true);
        return;
    case PGRES_POLLING_OK:
        becomeOpen();
        return;
    default:
        fail(classifyConnectError(QString::fromUtf8(PQerrorMessage(connection)), phase,
                                  PQconnectionNeedsPassword(connection) != 0, m_conninfo.address()));
    }
}

ConnectPhase Session::connectPhase() const
{
    if (m_phase == Phase::Resolving) {
        return ConnectPhase::Resolving;
    }
    const bool reaching = !m_link || !m_link->connection || PQstatus(m_link->connection.get()) == CONNECTION_STARTED ||
                          PQstatus(m_link->connection.get()) == CONNECTION_NEEDED;
    return reaching ? ConnectPhase::Reaching : ConnectPhase::Talking;
}

void Session::becomeOpen()
{
    m_deadline.stop();
    PGconn *connection = m_link->connection.get();
    if (PQsetnonblocking(connection, 1) != 0 || PQenterPipelineMode(connection) != 1) {
        failLost();
        return;
    }
    const int socket = PQsocket(connection);
    m_link->reading = std::make_unique<QSocketNotifier>(socket, QSocketNotifier::Read);
    m_link->writing = std::make_unique<QSocketNotifier>(socket, QSocketNotifier::Write);
    m_link->writing->setEnabled(false);
    connect(m_link->reading.get(), &QSocketNotifier::activated, this, &Session::socketReadable);
    connect(m_link->writing.get(), &QSocketNotifier::activated, this, [this] { flush(); });
    m_phase = Phase::Open;
    qCDebug(lcPostgres) << "open" << m_conninfo.address() << "backend" << PQbackendPID(connection);
    Q_EMIT opened();
}

void Session::run(const std::vector<Statement> &statements, BatchDone done)
{
    Q_ASSERT(isOpen() && !isBusy());
    if (!isOpen() || isBusy() || statements.empty()) {
        return;
    }
    m_batch = std::make_unique<Batch>();
    m_batch->statements = statements;
    m_batch->results.assign(statements.size(), core::Result<Rows>(Rows()));
    m_batch->bytesBefore = qMax<qint64>(0, bytesReceived());
    m_batch->done = std::move(done);

    m_deadline.start(m_options.batchMs);
    if (!send(statements)) {
        failLost();
        return;
    }
    flush();
}

bool Session::send(const std::vector<Statement> &statements)
{
    PGconn *connection = m_link->connection.get();
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
    if (!PQconsumeInput(m_link->connection.get())) {
        failLost();
        return;
    }
    if (m_link->writing->isEnabled() && !flush()) {
        return;
    }
    if (m_batch && bytesReceived() - m_batch->bytesBefore > m_options.maxBatchBytes) {
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
    collectResults();
}

void Session::collectResults()
{
    PGconn *connection = m_link->connection.get();
    int nothing = 0;
    while (m_batch && !PQisBusy(connection)) {
        const std::shared_ptr<PGresult> result(PQgetResult(connection), &PQclear);
        if (!result) {
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
                m_deadline.stop();
                const std::unique_ptr<Batch> batch = std::move(m_batch);
                batch->done(std::move(batch->results)); // may start the next batch, or close us
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
            if (PQstatus(connection) == CONNECTION_BAD) {
                m_link->lastSqlstate = slot.error().sqlstate;
                m_link->lastNotice = slot.error().message;
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
        Failure failure = connectTimeout(ConnectPhase::Talking, m_options.batchMs, m_conninfo.address());
        failure.error.message = QStringLiteral("%1 did not answer the console's query within %2 s.")
                                    .arg(m_conninfo.address())
                                    .arg(m_options.batchMs / 1000.0);
        fail(failure);
        return;
    }
    if (m_phase == Phase::Resolving && m_lastAddresses.size() == m_addresses.size()) {
        // The name server is silent: what it last said still leads somewhere.
        qCInfo(lcPostgres) << "name server silent, last known address used for" << m_conninfo.address();
        m_addresses = m_lastAddresses;
        m_deadline.start(m_options.connectMs);
        startConnecting();
        return;
    }
    fail(connectTimeout(connectPhase(), m_options.connectMs, m_conninfo.address()));
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
    if (self->m_link && said.sqlstate.startsWith(QLatin1String("57P"))) {
        self->m_link->lastSqlstate = said.sqlstate;
        self->m_link->lastNotice = said.message;
    }
}

qint64 Session::bytesReceived() const
{
    return m_link && m_link->connection ? socketBytesReceived(PQsocket(m_link->connection.get())) : -1;
}

int Session::serverVersion() const
{
    return isOpen() ? PQserverVersion(m_link->connection.get()) : 0;
}

Conninfo::Place Session::peer() const
{
    if (!isOpen()) {
        return m_conninfo.places().front();
    }
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
