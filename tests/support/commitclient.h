// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

namespace howdah::testsupport {

/// An application: commits one row after another, every `everyMs`, on whichever of the hosts takes writes, and connects
/// anew when a commit fails. It keeps the number of each row whose commit was acknowledged, and when.
class CommitClient {
public:
    /// conninfos of all the nodes; the first statement makes the table.
    CommitClient(QStringList conninfos, int everyMs = 2);
    ~CommitClient();
    CommitClient(const CommitClient &) = delete;
    CommitClient &operator=(const CommitClient &) = delete;

    qint64 acknowledged() const { return m_count; }
    /// Commits that were tried and not acknowledged.
    qint64 failed() const { return m_failed; }
    /// Ends it; call before what follows.
    void stop();
    /// Milliseconds between the two acknowledged commits that lie furthest apart.
    double worstGapMs() const;
    /// Acknowledged rows that the server at conninfo does not have; -1 when it can't be asked.
    qint64 missingAt(const QString &conninfo) const;

private:
    void run();

    QStringList m_conninfos;
    int m_everyMs;
    std::atomic<bool> m_stopping = false;
    std::atomic<qint64> m_count = 0;
    std::atomic<qint64> m_failed = 0;
    std::vector<std::pair<qint64, qint64>> m_acks; ///< number of the row, ns
    std::thread m_thread;
};

} // namespace howdah::testsupport
