// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSet>
#include <QSocketNotifier>
#include <libpq-fe.h>

#include "postgres/session.h"

// What session.cpp and sessionconnect.cpp share; for no one else.
namespace howdah::postgres {

// The connection and its notifiers, in the order in which they must go: notifiers before the socket they watch.
struct Session::Link {
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection{nullptr, &PQfinish};
    std::unique_ptr<QSocketNotifier> reading;
    std::unique_ptr<QSocketNotifier> writing;
    QSet<QByteArray> prepared;
    QString lastSqlstate; ///< of what the server said before it ends the session
    QString lastNotice;
    qint64 readBytes = 0;       ///< at least; counted by ourselves for the sockets of which the kernel does not tell
    bool takesAnyBytes = false; ///< to be told to the server with the first batch
};

struct Session::Batch {
    std::vector<Statement> statements;
    std::vector<core::Result<Rows>> results;
    bool hasPreface = false;    ///< the first statement is the session's own
    std::size_t current = 0;    ///< statement whose results are being read
    QSet<QByteArray> preparing; ///< sent to be prepared in this batch, not confirmed yet
    qint64 bytesBefore = 0;
    BatchDone done;
};

} // namespace howdah::postgres
