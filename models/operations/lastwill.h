// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>
#include <functional>
#include <memory>

#include "core/error.h"
#include "operations/places.h"
#include "operations/plan.h"

namespace howdah::operations {

/// What a process of its own is told: where it is to act, and how.
struct Testament {
    Place place;
    LastWill will;
    QString journal; ///< the file that it tells what it did; empty: nobody is told

    QByteArray toLine() const; ///< JSON in one line; it may hold a password, so it goes through a pipe only
    static core::Result<Testament> fromLine(const QByteArray &line);
    /// A cluster that has nothing but the place.
    cluster::ClusterConfig config() const;
};

/// A process that outlives this one: it keeps a session of its own at a place, and when this process is gone, however
/// it ended, or the will's time is up, it sends the will's statement there. Nothing is sent when it was revoked before.
/// It is this program itself, as `howdah last-will`, in a session of its own, so that no terminal takes it along.
/// Destroyed without revoke() it acts. Engine thread.
class WillKeeper : public QObject {
    Q_OBJECT
public:
    explicit WillKeeper(Testament testament, QObject *parent = nullptr);
    ~WillKeeper() override;

    /// ready is called once: when it has its session, or why it can't have one.
    void start(int deadlineMs, std::function<void(core::Result<void>)> ready);
    void revoke();
    enum class Standing {
        None, ///< not kept yet, or revoked
        Kept,
        Acting, ///< it has begun to send
        Gone,   ///< it has ended without a word
    };
    /// As it is now, whatever has yet to be read; doesn't wait.
    Standing standing();
    const Testament &testament() const { return m_testament; }

private:
    void listen();
    void answered();
    void settle(core::Result<void> how);

    Testament m_testament;
    int m_socket = -1; ///< ours; the other end is its standard input and output
    std::unique_ptr<QSocketNotifier> m_notifier;
    QTimer m_deadline;
    QByteArray m_said;
    std::function<void(core::Result<void>)> m_ready;
    bool m_kept = false;
    bool m_ended = false; ///< the other process
};

/// What the keeper says when it has its session; anything else before it is why it has none.
inline constexpr char kWillKept[] = "kept";
/// What it says before it sends anything.
inline constexpr char kWillActing[] = "acting";
/// What revokes it.
inline constexpr char kWillRevoked[] = "revoked";

} // namespace howdah::operations
