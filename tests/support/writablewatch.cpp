// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/writablewatch.h"

#include <algorithm>
#include <chrono>
#include <libpq-fe.h>
#include <memory>

namespace howdah::testsupport {

namespace {

qint64 nowNs()
{
    return std::chrono::steady_clock::now().time_since_epoch().count();
}

} // namespace

WritableWatch::WritableWatch(const QStringList &conninfos)
    : m_beganNs(nowNs())
{
    for (int node = 0; node < conninfos.size(); ++node) {
        m_threads.emplace_back([this, node, conninfo = conninfos[node]] { run(node, conninfo); });
    }
}

WritableWatch::~WritableWatch()
{
    stop();
}

void WritableWatch::stop()
{
    m_stopping = true;
    for (std::thread &thread : m_threads) {
        if (thread.joinable()) {
            thread.join();
        }
    }
}

void WritableWatch::run(int node, const QString &conninfo)
{
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection(nullptr, &PQfinish);
    while (!m_stopping) {
        if (PQstatus(connection.get()) != CONNECTION_OK) {
            connection.reset(PQconnectdb((conninfo + QStringLiteral(" connect_timeout=2")).toUtf8().constData()));
            if (PQstatus(connection.get()) != CONNECTION_OK) {
                std::this_thread::sleep_for(std::chrono::milliseconds(5));
                continue;
            }
        }
        const qint64 asked = nowNs();
        const std::unique_ptr<PGresult, decltype(&PQclear)> result(
            PQexec(connection.get(), "SELECT pg_is_in_recovery()"), &PQclear);
        if (PQresultStatus(result.get()) == PGRES_TUPLES_OK && QByteArrayView(PQgetvalue(result.get(), 0, 0)) == "f") {
            const std::lock_guard guard(m_mutex);
            m_sightings.push_back({asked, nowNs(), node});
        }
        std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
}

std::vector<WritableWatch::Sighting> WritableWatch::sorted() const
{
    const std::lock_guard guard(m_mutex);
    std::vector<Sighting> all = m_sightings;
    std::sort(all.begin(), all.end(), [](const Sighting &a, const Sighting &b) { return a.askedNs < b.askedNs; });
    return all;
}

bool WritableWatch::twoAtOnce() const
{
    const std::vector<Sighting> all = sorted();
    const auto of = [&all](int node) {
        const auto is = [node](const Sighting &one) { return one.node == node; };
        const auto first = std::find_if(all.begin(), all.end(), is);
        const auto last = std::find_if(all.rbegin(), all.rend(), is);
        return first == all.end() ? std::pair<qint64, qint64>{1, 0} : std::pair{first->answeredNs, last->askedNs};
    };
    for (int a = 0; a < static_cast<int>(m_threads.size()); ++a) {
        const auto [from, to] = of(a);
        // Whoever took writes before and after another one did, took them meanwhile as well.
        const bool two = std::any_of(all.begin(), all.end(), [&, a = a, from = from, to = to](const Sighting &other) {
            return other.node != a && other.askedNs > from && other.answeredNs < to;
        });
        if (two) {
            return true;
        }
    }
    return false;
}

QString WritableWatch::story() const
{
    QStringList parts;
    const std::vector<Sighting> all = sorted();
    for (std::size_t i = 0; i < all.size();) {
        std::size_t end = i;
        while (end + 1 < all.size() && all[end + 1].node == all[i].node) {
            ++end;
        }
        parts.append(QStringLiteral("pg%1 %2..%3 ms")
                         .arg(all[i].node + 1)
                         .arg((all[i].askedNs - m_beganNs) / 1'000'000)
                         .arg((all[end].answeredNs - m_beganNs) / 1'000'000));
        i = end + 1;
    }
    return parts.join(QStringLiteral(", "));
}

} // namespace howdah::testsupport
