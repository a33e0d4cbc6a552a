// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QStringList>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace howdah::testsupport {

/// Asks every node, as fast as it answers, whether it takes writes; each in a thread of its own, so that one that says
/// nothing hides no other.
class WritableWatch {
public:
    /// conninfos: best over the nodes' sockets, which no cut cable hides.
    explicit WritableWatch(const QStringList &conninfos);
    ~WritableWatch();
    WritableWatch(const WritableWatch &) = delete;
    WritableWatch &operator=(const WritableWatch &) = delete;

    /// Ends it. A node that is frozen must have been thawed before.
    void stop();
    /// Whether a node was seen to take writes between two moments at which another one did.
    bool twoAtOnce() const;
    /// "pg1 0..812 ms, pg2 910..2210 ms": who took writes from when to when.
    QString story() const;

private:
    struct Sighting {
        qint64 askedNs; ///< the question went out then
        qint64 answeredNs;
        int node;
    };
    void run(int node, const QString &conninfo);
    std::vector<Sighting> sorted() const;

    std::atomic<bool> m_stopping = false;
    mutable std::mutex m_mutex;
    std::vector<Sighting> m_sightings;
    qint64 m_beganNs;
    std::vector<std::thread> m_threads;
};

} // namespace howdah::testsupport
