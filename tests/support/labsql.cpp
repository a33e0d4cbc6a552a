// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/labsql.h"

#include <libpq-fe.h>
#include <memory>

namespace howdah::testsupport {

core::Result<TextRows> sql(const QString &conninfo, const QString &query)
{
    const QByteArray with = "connect_timeout=5 application_name=howdah-test " + conninfo.toUtf8();
    const std::unique_ptr<PGconn, decltype(&PQfinish)> connection(PQconnectdb(with.constData()), &PQfinish);
    if (PQstatus(connection.get()) != CONNECTION_OK) {
        return core::failure(core::Error::Kind::Connection,
                             QString::fromUtf8(PQerrorMessage(connection.get())).trimmed());
    }
    const std::unique_ptr<PGresult, decltype(&PQclear)> result(PQexec(connection.get(), query.toUtf8().constData()),
                                                               &PQclear);
    const ExecStatusType status = PQresultStatus(result.get());
    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK) {
        return core::failure(core::Error::Kind::Server,
                             QString::fromUtf8(PQresultErrorMessage(result.get())).trimmed());
    }
    TextRows rows;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        QStringList cells;
        for (int column = 0; column < PQnfields(result.get()); ++column) {
            cells << (PQgetisnull(result.get(), row, column)
                          ? QString()
                          : QString::fromUtf8(PQgetvalue(result.get(), row, column)));
        }
        rows << cells;
    }
    return rows;
}

} // namespace howdah::testsupport
