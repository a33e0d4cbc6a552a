// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/commitclient.h"

#include <QSet>
#include <chrono>
#include <libpq-fe.h>
#include <memory>

namespace howdah::testsupport {

namespace {

using Connection = std::unique_ptr<PGconn, decltype(&PQfinish)>;
using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

qint64 nowNs()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

/// The first that takes writes; closed when none does now.
Connection connectToWritable(const QStringList &conninfos)
{
    for (const QString &conninfo : conninfos) {
        Connection connection(
            PQconnectdb(
                (conninfo + QStringLiteral(" connect_timeout=2 target_session_attrs=read-write")).toUtf8().constData()),
            &PQfinish);
        if (PQstatus(connection.get()) == CONNECTION_OK) {
            return connection;
        }
    }
    return {nullptr, &PQfinish};
}

} // namespace

CommitClient::CommitClient(QStringList conninfos, int everyMs)
    : m_conninfos(std::move(conninfos))
    , m_everyMs(everyMs)
    , m_thread([this] { run(); })
{
}

CommitClient::~CommitClient()
{
    stop();
}

void CommitClient::stop()
{
    m_stopping = true;
    if (m_thread.joinable()) {
        m_thread.join();
    }
}

void CommitClient::run()
{
    Connection connection(nullptr, &PQfinish);
    bool made = false;
    qint64 number = 1;
    while (!m_stopping) {
        if (PQstatus(connection.get()) != CONNECTION_OK) {
            connection = connectToWritable(m_conninfos);
            if (!connection) {
                std::this_thread::sleep_for(std::chrono::milliseconds(1));
                continue;
            }
        }
        if (!made) {
            PQsetNoticeProcessor(
                connection.get(), [](void *, const char *) {}, nullptr);
            const Result table(PQexec(connection.get(), "CREATE TABLE IF NOT EXISTS commits (n int8 PRIMARY KEY)"),
                               &PQclear);
            const Result last(PQexec(connection.get(), "SELECT coalesce(max(n), 0) FROM commits"), &PQclear);
            made = PQresultStatus(last.get()) == PGRES_TUPLES_OK;
            number = made ? QByteArray(PQgetvalue(last.get(), 0, 0)).toLongLong() + 1 : number;
        }
        const QByteArray sql = "INSERT INTO commits VALUES (" + QByteArray::number(number) + ")";
        const Result result(PQexec(connection.get(), sql.constData()), &PQclear);
        if (PQresultStatus(result.get()) == PGRES_COMMAND_OK) {
            m_acks.emplace_back(number, nowNs());
            ++m_count;
        } else {
            ++m_failed;
            connection.reset(); // whether it was committed nobody knows: the next row has another number
        }
        ++number;
        std::this_thread::sleep_for(std::chrono::milliseconds(m_everyMs));
    }
}

double CommitClient::worstGapMs() const
{
    qint64 worst = 0;
    for (std::size_t i = 1; i < m_acks.size(); ++i) {
        worst = std::max(worst, m_acks[i].second - m_acks[i - 1].second);
    }
    return static_cast<double>(worst) / 1e6;
}

qint64 CommitClient::missingAt(const QString &conninfo) const
{
    const Connection connection(PQconnectdb(conninfo.toUtf8().constData()), &PQfinish);
    const Result result(PQexec(connection.get(), "SELECT n FROM commits"), &PQclear);
    if (PQresultStatus(result.get()) != PGRES_TUPLES_OK) {
        return -1;
    }
    QSet<qint64> there;
    for (int row = 0; row < PQntuples(result.get()); ++row) {
        there.insert(QByteArray(PQgetvalue(result.get(), row, 0)).toLongLong());
    }
    qint64 missing = 0;
    for (const auto &[number, when] : m_acks) {
        missing += there.contains(number) ? 0 : 1;
    }
    return missing;
}

} // namespace howdah::testsupport
