// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>
#include <functional>
#include <memory>

#include "core/clock.h"
#include "operations/probe/record.h"
#include "operations/probe/settings.h"
#include "postgres/session.h"

namespace howdah::operations::probe {

/// An application that commits one small row after another, connects anew at once when it is refused, and notes each
/// try: what a switchover costs those who write. One session, bounded memory. The rows go into a table of its own,
/// howdah.probe_…, which is dropped in the end; where none can or should be made, it writes messages into the WAL
/// instead, which take as long and leave nothing to be counted. Engine thread.
class Probe : public QObject {
    Q_OBJECT
public:
    Probe(Settings settings, const core::Clock &clock, QObject *parent = nullptr);
    ~Probe() override;

    /// ready is called once: when commits are acknowledged, or with the reason why they are not. In the latter case the
    /// probe has ended and left nothing.
    void start(std::function<void(core::Result<void>)> ready);
    /// Gaps count as the outage's from now on.
    void beginOutage();
    /// Counts soon what was acknowledged up to then; changed() tells what was found.
    void count();
    /// Counts, drops the table and ends. done is called once, within some seconds.
    void finish(std::function<void(const Measured &)> done);
    Measured measured() const;

Q_SIGNALS:
    /// Some times a second while it runs.
    void changed(const howdah::operations::probe::Measured &measured);

private:
    enum class Stage { Idle, Making, Running, Counting, Dropping, Over };

    double nowMs() const;
    void makeSession();
    void opened();
    void next(int inMs);
    void step();
    void make();
    void made(const std::vector<core::Result<postgres::Rows>> &results);
    void makeTable();
    void commit();
    void committed(const core::Result<postgres::Rows> &result);
    void runCount();
    void drop();
    void tryFailed(const core::Error &error);
    void sessionFailed(const postgres::Failure &failure);
    void becomeReady();
    void giveUp(const core::Error &error);
    void end();
    void tell(bool now);
    QByteArray commitSql(qint64 number) const;

    Settings m_settings;
    const core::Clock &m_clock;
    std::unique_ptr<postgres::Session> m_session;
    Record m_record;
    Measured m_measured; ///< what the record does not know
    std::function<void(core::Result<void>)> m_ready;
    std::function<void(const Measured &)> m_done;
    Stage m_stage = Stage::Idle;
    QTimer m_next;
    QTimer m_deadline; ///< of starting, and of finishing
    QElapsedTimer m_elapsed;
    double m_wallAtStart = 0;
    double m_tryAt = 0; ///< the try under way began; 0: none
    double m_toldAt = 0;
    double m_frozenAt = 0; ///< when it was told to finish
    bool m_sent = false;   ///< a commit is under way
    int m_connectMs;
    bool m_connectsAnew = false; ///< with another deadline
    QString m_table;             ///< without its schema; empty: messages
    bool m_madeSchema = false;
    qint64 m_number = 0;
    qint64 m_countAt = 0;          ///< once so many are acknowledged
    std::vector<qint64> m_unknown; ///< rows of which nobody knows whether they were committed
    QString m_lastTrouble;
};

} // namespace howdah::operations::probe
