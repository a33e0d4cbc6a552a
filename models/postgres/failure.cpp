// SPDX-License-Identifier: GPL-3.0-or-later
#include "failure.h"

#include <QRegularExpression>
#include <array>
#include <cerrno>
#include <clocale>
#include <cstring>

#include "core/redact.h"
#include "core/servertext.h"
#include "core/units.h"

namespace howdah::postgres {

using cluster::LinkState;
using core::Error;

namespace {
struct ServerWords {
    QString sqlstate;
    QString message;
    QString detail;
    QString function; // of the server's source: tells two uses of one SQLSTATE apart, in every language
};

// "FATAL:  28P01: password authentication failed …\nDETAIL:  …\nLOCATION:  auth_failed, auth.c:335", as
// PQERRORS_VERBOSE writes it. https://www.postgresql.org/docs/current/libpq-control.html
ServerWords serverWords(const QString &text)
{
    static const QRegularExpression head(QStringLiteral("\\S+:  ([0-9A-Z]{5}): ([^\\n]*)"));
    static const QRegularExpression detail(QStringLiteral("\\n\\S+:  ([^\\n]*)"));
    static const QRegularExpression location(QStringLiteral("\\n\\S+:  (\\w+), [\\w.]+:\\d+\\s*$"));
    ServerWords words;
    if (const auto match = head.match(text); match.hasMatch()) {
        words.sqlstate = match.captured(1);
        words.message = match.captured(2);
        words.detail = detail.match(text).captured(1);
        words.function = location.match(text).captured(1);
    }
    return words;
}

// libpq writes strerror()'s text into its message and keeps no number.
int errnoIn(const QString &text)
{
    // It may be the text of several addresses. What says that a host is not reached comes first: a refusal by another
    // address proves nothing then; that this machine has no route (to any IPv6, say) says least.
    static constexpr std::array known{EHOSTUNREACH, EHOSTDOWN,    ETIMEDOUT, ECONNRESET,  EPIPE,
                                      EACCES,       ECONNREFUSED, ENOENT,    ENETUNREACH, ENETDOWN};
    for (const int number : known) {
        if (text.contains(QString::fromLocal8Bit(std::strerror(number)))) { // NOLINT(concurrency-mt-unsafe)
            return number;
        }
    }
    return 0;
}

Failure make(LinkState link, Error::Kind kind, const QString &message, const QString &hint,
             const QString &sqlstate = {}, int systemErrno = 0)
{
    Failure failure;
    failure.link = link;
    failure.error.kind = kind;
    failure.error.message = core::redacted(core::sanitized(message, 1000)).trimmed();
    failure.error.hint = hint;
    failure.error.sqlstate = sqlstate;
    failure.error.systemErrno = systemErrno;
    return failure;
}

Failure fromServer(const ServerWords &words, const QString &address)
{
    const QString said = QStringLiteral("%1 says: %2").arg(address, words.message);
    const auto is = [&](const char *code) { return words.sqlstate == QLatin1String(code); };
    if (is("28P01")) {
        return make(
            LinkState::WrongPassword, Error::Kind::Denied, said,
            QStringLiteral("Correct the password in .pgpass, the service file or the environment, then refresh."),
            words.sqlstate);
    }
    if (is("28000")) {
        // The role that does not exist or may not log in has the same SQLSTATE as pg_hba.conf's refusal.
        const bool role = words.function == QLatin1String("InitializeSessionUserId");
        return make(role ? LinkState::Failed : LinkState::RejectedByHba, Error::Kind::Denied, said,
                    role ? QStringLiteral("Create the role there, or name another user in the connection string.")
                         : QStringLiteral("Add a line for this console's address, role and database to pg_hba.conf of "
                                          "that server and reload it."),
                    words.sqlstate);
    }
    if (is("53300")) {
        return make(LinkState::TooManyConnections, Error::Kind::Server, said,
                    QStringLiteral("Close sessions there, or let this role use the reserved ones "
                                   "(pg_use_reserved_connections, PostgreSQL 16)."),
                    words.sqlstate);
    }
    if (is("57P03") && words.detail.startsWith(QLatin1String("Hot standby mode is disabled"))) { // from 14 on
        return make(LinkState::Failed, Error::Kind::Server,
                    QStringLiteral("%1 is a standby that takes no connections: hot_standby is off.").arg(address),
                    QStringLiteral("Set hot_standby = on there and restart it, if it is to be watched."),
                    words.sqlstate);
    }
    if (is("57P03")) {
        const bool stopping = words.message.contains(QLatin1String("shutting down"));
        return make(stopping ? LinkState::ShuttingDown : LinkState::StartingUp, Error::Kind::Server, said,
                    QStringLiteral("Nothing to do here; the console asks again by itself."), words.sqlstate);
    }
    if (is("57P01") || is("57P02")) {
        return make(LinkState::ShuttingDown, Error::Kind::Server, said,
                    QStringLiteral("The console connects again by itself."), words.sqlstate);
    }
    if (is("3D000")) {
        return make(LinkState::Failed, Error::Kind::Server, said,
                    QStringLiteral("Name a database that exists there; \"postgres\" usually does."), words.sqlstate);
    }
    return make(LinkState::Failed, Error::Kind::Server, said, QStringLiteral("Read the server's log for the reason."),
                words.sqlstate);
}

Failure fromNetwork(int number, const QString &address)
{
    switch (number) {
    case ECONNREFUSED:
        return make(LinkState::Refused, Error::Kind::Connection,
                    QStringLiteral("%1 refused the connection: nothing listens there.").arg(address),
                    QStringLiteral("Check that the server runs and that address and port are right."), {}, number);
    case ENOENT:
        return make(
            LinkState::Refused, Error::Kind::Connection, QStringLiteral("The socket %1 does not exist.").arg(address),
            QStringLiteral("Check that the server runs and that socket directory and port are right."), {}, number);
    case EACCES:
        return make(LinkState::Misconfigured, Error::Kind::Denied,
                    QStringLiteral("This user may not open the socket %1.").arg(address),
                    QStringLiteral("Use an address instead, or run the console as a user who may."), {}, number);
    case ENETUNREACH:
    case ENETDOWN:
        return make(LinkState::Unreachable, Error::Kind::Connection,
                    QStringLiteral("This machine has no network route to %1.").arg(address),
                    QStringLiteral("Check this machine's own network or VPN first."), {}, number);
    case ECONNRESET:
    case EPIPE:
        return make(LinkState::Down, Error::Kind::Connection, QStringLiteral("%1 cut the connection.").arg(address),
                    QStringLiteral("The console connects again by itself; the server's log has the reason."), {},
                    number);
    default:
        return make(LinkState::Unreachable, Error::Kind::Connection,
                    QStringLiteral("%1 can't be reached from here.").arg(address),
                    QStringLiteral("Check the host, and the network and firewall in between."), {}, number);
    }
}
} // namespace

Failure classifyConnectError(const QString &libpqText, ConnectPhase phase, bool needsPassword, const QString &address)
{
    if (const ServerWords words = serverWords(libpqText); !words.sqlstate.isEmpty()) {
        return fromServer(words, address);
    }
    if (needsPassword) {
        return make(LinkState::WrongPassword, Error::Kind::Denied,
                    QStringLiteral("%1 wants a password and none was found.").arg(address),
                    QStringLiteral("Put it into .pgpass (mode 0600), a service file or PGPASSWORD, then refresh."));
    }
    static const std::array garbage{"expected authentication request", "received invalid response to SSL",
                                    "received invalid response to GSSAPI", "invalid message length",
                                    "unexpected message from server"};
    const bool strange = std::any_of(garbage.begin(), garbage.end(),
                                     [&](const char *words) { return libpqText.contains(QLatin1String(words)); });
    if (strange) {
        return make(LinkState::NotPostgres, Error::Kind::Connection,
                    QStringLiteral("What answers at %1 is not a PostgreSQL server.").arg(address),
                    QStringLiteral("Check the port of that node."));
    }
    // A missing or unreadable key file has the same errno as a missing socket.
    const int number = errnoIn(libpqText);
    const bool file = (number == ENOENT || number == EACCES) && !libpqText.contains(QLatin1String("on socket"));
    if (number != 0 && !file) {
        return fromNetwork(number, address);
    }
    if (phase == ConnectPhase::Talking && libpqText.contains(QLatin1String("server closed the connection"))) {
        return make(LinkState::Failed, Error::Kind::Connection,
                    QStringLiteral("%1 closed the connection without a word.").arg(address),
                    QStringLiteral("Something else may listen there, or the server crashed: read its log."));
    }
    return make(LinkState::Misconfigured, Error::Kind::Invalid,
                QStringLiteral("No connection to %1: %2").arg(address, libpqText.trimmed()),
                QStringLiteral("Correct the connection string of that node."));
}

Failure connectTimeout(ConnectPhase phase, int milliseconds, const QString &address)
{
    const QString limit = core::formatSeconds(milliseconds / 1000.0);
    switch (phase) {
    case ConnectPhase::Resolving:
        return make(LinkState::Unreachable, Error::Kind::Timeout,
                    QStringLiteral("The name of %1 was not resolved within %2.").arg(address, limit),
                    QStringLiteral("Check this machine's name server, or write the address into hostaddr."));
    case ConnectPhase::Reaching:
        return make(LinkState::Unreachable, Error::Kind::Timeout,
                    QStringLiteral("%1 did not answer within %2.").arg(address, limit),
                    QStringLiteral("Check the host, and the network and firewall in between."));
    case ConnectPhase::Talking:
        break;
    }
    return make(LinkState::Unresponsive, Error::Kind::Timeout,
                QStringLiteral("%1 accepts connections, but the server said nothing within %2.").arg(address, limit),
                QStringLiteral("The server may be frozen, overloaded or out of disk: look at its host."));
}

Failure noSuchHost(const QString &host)
{
    return make(LinkState::Misconfigured, Error::Kind::NotFound,
                QStringLiteral("The name \"%1\" has no address.").arg(host),
                QStringLiteral("Correct the host of that node, or check this machine's name server."));
}

Failure nameServerFailed(const QString &host)
{
    return make(LinkState::Unreachable, Error::Kind::Connection,
                QStringLiteral("The name \"%1\" could not be looked up: the name server does not answer.").arg(host),
                QStringLiteral("Check this machine's network and its name server."));
}

Failure classifyLostSession(const QString &libpqText, const QString &lastSqlstate, const QString &lastNotice,
                            const QString &address)
{
    if (!lastSqlstate.isEmpty()) {
        return fromServer({.sqlstate = lastSqlstate, .message = lastNotice, .detail = {}, .function = {}}, address);
    }
    if (const ServerWords words = serverWords(libpqText); !words.sqlstate.isEmpty()) {
        return fromServer(words, address);
    }
    if (const int number = errnoIn(libpqText); number != 0 && number != ECONNREFUSED) {
        return fromNetwork(number, address);
    }
    return make(LinkState::Down, Error::Kind::Connection, QStringLiteral("%1 cut the connection.").arg(address),
                QStringLiteral("The console connects again by itself; the server's log has the reason."));
}

void initialize()
{
    std::setlocale(LC_MESSAGES, "C");
}

} // namespace howdah::postgres
