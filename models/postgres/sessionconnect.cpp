// SPDX-License-Identifier: GPL-3.0-or-later
// From a conninfo to an open session: names, addresses, libpq's own steps.
#include <QHostAddress>
#include <QHostInfo>

#include "core/logging.h"
#include "postgres/sessionlink.h"

namespace howdah::postgres {

namespace {

// Every address to try. With a hostaddr libpq looks nothing up, and each address of a name becomes a place of its own;
// host stays beside it for TLS and .pgpass.
std::vector<Conninfo::Place> targetsOf(const std::vector<Conninfo::Place> &places,
                                       const std::vector<QStringList> &addresses)
{
    std::vector<Conninfo::Place> targets;
    for (std::size_t i = 0; i < places.size(); ++i) {
        if (places[i].isSocket()) {
            targets.push_back({.host = places[i].host, .hostaddr = {}, .port = places[i].port});
        }
        for (const QString &address : addresses[i]) {
            targets.push_back({.host = places[i].host, .hostaddr = address, .port = places[i].port});
        }
    }
    return targets;
}

/// Bytes that a server leaves unacknowledged for longer are lost with it, whatever a statement may take.
constexpr int kLongestSilenceMs = 10'000;

// What is set on the server, with what the conninfo itself sets there behind it, so that that wins.
QString serverOptions(const SessionOptions &options, const QString &asked)
{
    // Plans of our statements never depend on parameters; JIT costs more than any of them.
    const QString ours =
        QStringLiteral("-c statement_timeout=%1 -c lock_timeout=500 -c idle_in_transaction_session_timeout=10000 "
                       "-c search_path=pg_catalog -c jit=off -c plan_cache_mode=force_generic_plan "
                       "-c default_transaction_read_only=%2 "
                       // A link may be lost for good: what a session of ours holds must not outlive it by hours.
                       // Keepalives are not sent while an answer of the server's is not acknowledged.
                       "-c tcp_keepalives_idle=5 -c tcp_keepalives_interval=2 -c tcp_keepalives_count=3 "
                       "-c tcp_user_timeout=%3")
            .arg(options.batchMs)
            .arg(options.readOnly ? QStringLiteral("on") : QStringLiteral("off"))
            .arg(kLongestSilenceMs);
    return (ours + QLatin1Char(' ') + asked).trimmed();
}

// Our own sessions are read-only, which libpq can't tell from a server that is: it is asked for its role instead. Set
// in any case, as libpq would look into the environment again.
QString attributesWanted(const Conninfo &conninfo)
{
    const QString asked = conninfo.value(QStringLiteral("target_session_attrs"));
    if (asked == QLatin1String("read-write")) {
        return QStringLiteral("primary");
    }
    if (asked == QLatin1String("read-only")) {
        return QStringLiteral("standby");
    }
    return asked.isEmpty() ? QStringLiteral("any") : asked;
}

// Three lists side by side, as libpq takes several places.
QHash<QString, QString> connectionValues(const Conninfo &conninfo, const std::vector<Conninfo::Place> &targets,
                                         const SessionOptions &options)
{
    QStringList hosts;
    QStringList hostaddrs;
    QStringList ports;
    for (const Conninfo::Place &target : targets) {
        hosts << target.host;
        hostaddrs << target.hostaddr;
        ports << target.port;
    }
    QHash<QString, QString> values = conninfo.values();
    values.insert(QStringLiteral("host"), hosts.join(QLatin1Char(',')));
    values.insert(QStringLiteral("hostaddr"), hostaddrs.join(QLatin1Char(',')));
    values.insert(QStringLiteral("port"), ports.join(QLatin1Char(',')));
    if (hostaddrs.join(QString()).isEmpty()) {
        values.remove(QStringLiteral("hostaddr"));
    }
    values.remove(QStringLiteral("service")); // its values are already in
    values.insert(QStringLiteral("application_name"), options.applicationName);
    values.insert(QStringLiteral("client_encoding"), QStringLiteral("UTF8"));
    if (options.asApplication) {
        const QString asked = conninfo.value(QStringLiteral("target_session_attrs"));
        values.insert(QStringLiteral("target_session_attrs"), asked.isEmpty() ? QStringLiteral("any") : asked);
    } else {
        values.insert(QStringLiteral("target_session_attrs"), attributesWanted(conninfo));
        if (!options.plain) {
            values.insert(QStringLiteral("options"), serverOptions(options, values.value(QStringLiteral("options"))));
        }
    }
    if (!conninfo.value(QStringLiteral("gssencmode")).contains(QLatin1String("require"))) {
        values.insert(QStringLiteral("gssencmode"), QStringLiteral("disable"));
    }
    // The kernel notices a dead peer in the same time as we do.
    values.insert(QStringLiteral("tcp_user_timeout"), QString::number(qMin(options.batchMs, kLongestSilenceMs) + 1000));
    values.insert(QStringLiteral("keepalives_idle"), QStringLiteral("5"));
    return values;
}

// Why a host may not have got a password that others get, and how it may.
Failure withPasswordHint(Failure failure, const Conninfo &conninfo)
{
    if (failure.link == cluster::LinkState::WrongPassword && conninfo.withholdsPassword()) {
        failure.error.hint =
            QStringLiteral("Only other servers told of this address, so nothing but .pgpass was looked into for its "
                           "password. Write it there, or say that the address is right: name the node in the cluster "
                           "file, or confirm it where a cluster is added.");
    }
    return failure;
}

} // namespace

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

// The name server is silent on a place or more: what it last said of it still leads somewhere, and the other places
// need not wait for it. False: there is none to try.
bool Session::makeDoWithResolved()
{
    bool any = false;
    for (std::size_t i = 0; i < m_places.size(); ++i) {
        if (m_addresses[i].isEmpty() && m_lastAddresses.size() == m_addresses.size()) {
            m_addresses[i] = m_lastAddresses[i];
        }
        any = any || m_places[i].isSocket() || !m_addresses[i].isEmpty();
    }
    return any;
}

void Session::startConnecting()
{
    m_targets = targetsOf(m_places, m_addresses);
    m_silent.clear();
    m_silentPhase = ConnectPhase::Reaching;
    if (m_targets.empty()) {
        fail(m_unanswered.isEmpty() ? noSuchHost(m_places.front().host) : nameServerFailed(m_unanswered));
        return;
    }
    m_lastAddresses = m_addresses;
    connectToTargets();
}

// The deadline has passed while one of several addresses was silent: the others have not had their turn. False: there
// is none left.
bool Session::giveUpTarget()
{
    const Conninfo::Place silent = target();
    const auto found = std::find_if(m_targets.cbegin(), m_targets.cend(), [&](const Conninfo::Place &each) {
        // Without a name libpq gives the address in its place.
        const bool same = each.hostaddr == silent.hostaddr || // however an IPv6 address was written
                          (!each.hostaddr.isEmpty() && QHostAddress(each.hostaddr) == QHostAddress(silent.hostaddr));
        return same && each.port == silent.port && (each.host == silent.host || each.host.isEmpty());
    });
    if (found == m_targets.cend() || m_targets.size() == 1) {
        return false;
    }
    qCInfo(lcPostgres) << "silent, the next address of it is tried:" << silent.hostaddr << m_conninfo.address();
    m_silent << (silent.isSocket() ? silent.host : silent.hostaddr);
    m_silentPhase = std::max(m_silentPhase, connectPhase());
    m_targets.erase(found);
    dropLink();
    connectToTargets();
    return true;
}

void Session::connectToTargets()
{
    m_deadline.start(m_options.connectMs);
    QByteArrayList words; // own what the pointers point to
    std::vector<const char *> keywords;
    std::vector<const char *> values;
    QHash<QString, QString> parameters = connectionValues(m_conninfo, m_targets, m_options);
    if (m_conninfo.withholdsPassword()) {
        // An empty value of an array is as if it were not there, and PGPASSWORD or PGSERVICE would fill it; one within
        // a conninfo stays. libpq takes such a one in place of a database.
        parameters.insert(QStringLiteral("dbname"),
                          Conninfo::written({{QStringLiteral("dbname"), parameters.value(QStringLiteral("dbname"))},
                                             {QStringLiteral("password"), QString()}}));
        parameters.remove(QStringLiteral("password"));
    }
    for (auto it = parameters.cbegin(); it != parameters.cend(); ++it) {
        words << it.key().toUtf8();
        keywords.push_back(words.last().constData());
        words << it.value().toUtf8();
        values.push_back(words.last().constData());
    }
    keywords.push_back(nullptr);
    values.push_back(nullptr);

    m_phase = Phase::Connecting;
    m_link = std::make_unique<Link>();
    m_link->connection.reset(
        PQconnectStartParams(keywords.data(), values.data(), m_conninfo.withholdsPassword() ? 1 : 0));
    PGconn *connection = m_link->connection.get();
    if (!connection || PQstatus(connection) == CONNECTION_BAD) {
        const QString text =
            connection ? QString::fromUtf8(PQerrorMessage(connection)) : QStringLiteral("out of memory");
        fail(classifyConnectError(text, ConnectPhase::Reaching, false, m_conninfo.address()));
        return;
    }
    PQsetErrorVerbosity(connection, PQERRORS_VERBOSE); // the only way to a failed login's SQLSTATE
    PQsetNoticeReceiver(connection, &Session::noteNotice, this);
    m_target = target();
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
    const auto step = PQconnectPoll(connection);
    if (const Conninfo::Place now = target(); now != m_target) { // libpq has gone on to the next by itself
        m_target = now;
        m_deadline.start(m_options.connectMs);
    }
    switch (step) {
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
        connectingFailed(
            withPasswordHint(classifyConnectError(QString::fromUtf8(PQerrorMessage(connection)), phase,
                                                  PQconnectionNeedsPassword(connection) != 0, m_conninfo.address()),
                             m_conninfo));
    }
}

// The address that had the last word need not be the server's: where another was silent, a refusal proves nothing.
void Session::connectingFailed(Failure failure)
{
    if (!m_silent.isEmpty() && failure.link == cluster::LinkState::Refused) {
        const QString refused = failure.error.message;
        failure = connectTimeout(m_silentPhase, m_options.connectMs, m_silent.join(QStringLiteral(", ")));
        failure.error.message += QLatin1Char(' ') + refused;
    } else if (!m_silent.isEmpty()) {
        failure.error.message +=
            QStringLiteral(" Before that %1 did not answer in time.").arg(m_silent.join(QStringLiteral(", ")));
    }
    fail(failure);
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
    if (PQsetnonblocking(connection, 1) != 0 || (!m_options.plain && PQenterPipelineMode(connection) != 1)) {
        failLost();
        return;
    }
    // Text of a database in SQL_ASCII is whatever was put into it; the server would refuse what is no UTF-8 of it.
    const char *encoding = PQparameterStatus(connection, "server_encoding");
    m_link->takesAnyBytes = encoding && QByteArrayView(encoding) == "SQL_ASCII";
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

} // namespace howdah::postgres
