// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/probe/probe.h"

#include <QPointer>
#include <QRandomGenerator>
#include <algorithm>

#include "core/redact.h"

namespace howdah::operations::probe {

using core::Error;
using postgres::Rows;
using Results = std::vector<core::Result<Rows>>;

namespace {

/// Of each address. Once it is known how long it takes, a silence is tried again sooner.
constexpr int kConnectMs = 1500;
constexpr int kLeastConnectMs = 100;
constexpr int kCommitMs = 1000;
constexpr int kStartMs = 5000;
constexpr int kFinishMs = 5000;
constexpr int kOwnMs = 3000;    ///< of statements on its table
constexpr qint64 kWarm = 10;    ///< commits until it counts as running
constexpr qint64 kSettled = 50; ///< commits after a request to count: those right after an outage are worth watching
constexpr double kTellMs = 60;
constexpr std::size_t kMostUnknown = 20'000;

/// Tables of probes whose console has gone are dropped, and the schema that was made for them. Rows of a table that is
/// published to everybody would stop subscribers, who have no such table; consumers of other plugins may not know it
/// either.
const char *const kSweep = R"sql(DO $$
DECLARE
  stale text;
BEGIN
  IF NOT EXISTS (SELECT FROM pg_catalog.pg_stat_activity
                 WHERE application_name = 'howdah probe' AND pid <> pg_catalog.pg_backend_pid()) THEN
    PERFORM pg_catalog.set_config('lock_timeout', '500', true);
    FOR stale IN SELECT c.oid::regclass::text FROM pg_catalog.pg_class c
               JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
               WHERE n.nspname = 'howdah' AND c.relkind = 'r' AND c.relname ~ '^probe_[0-9a-f]{8}$'
               AND pg_catalog.pg_has_role(c.relowner, 'USAGE') LOOP
      BEGIN
        EXECUTE 'DROP TABLE ' || stale;
      EXCEPTION WHEN lock_not_available OR dependent_objects_still_exist THEN
        NULL; -- somebody looks at it
      END;
    END LOOP;
    IF EXISTS (SELECT FROM pg_catalog.pg_namespace n WHERE n.nspname = 'howdah'
               AND pg_catalog.obj_description(n.oid, 'pg_namespace') = 'of a probe'
               AND pg_catalog.pg_has_role(n.nspowner, 'USAGE')
               AND NOT EXISTS (SELECT FROM pg_catalog.pg_class c WHERE c.relnamespace = n.oid)) THEN
      BEGIN
        DROP SCHEMA howdah;
      EXCEPTION WHEN lock_not_available OR dependent_objects_still_exist THEN
        NULL; -- others have put something there
      END;
    END IF;
  END IF;
END $$)sql";

const char *const kSituation = R"sql(SELECT
  pg_catalog.to_regnamespace('howdah') IS NOT NULL AS has_schema,
  EXISTS (SELECT FROM pg_catalog.pg_publication WHERE puballtables) AS published,
  EXISTS (SELECT FROM pg_catalog.pg_replication_slots WHERE slot_type = 'logical' AND plugin <> 'pgoutput'
          AND database = pg_catalog.current_database()) AS decoded,
  pg_catalog.substr(pg_catalog.pg_walfile_name(pg_catalog.pg_current_wal_lsn()), 1, 8) AS timeline)sql";

int timelineOf(const Rows &rows)
{
    return rows.text(0, rows.column("timeline")).toInt(nullptr, 16);
}

} // namespace

Probe::Probe(Settings settings, const core::Clock &clock, QObject *parent)
    : QObject(parent)
    , m_settings(std::move(settings))
    , m_clock(clock)
    , m_connectMs(kConnectMs)
{
    m_measured.through = m_settings.through;
    m_measured.everyMs = m_settings.everyMs;
    m_next.setSingleShot(true);
    m_next.setTimerType(Qt::PreciseTimer);
    m_deadline.setSingleShot(true);
    connect(&m_next, &QTimer::timeout, this, &Probe::step);
    makeSession();
}

Probe::~Probe() = default;

void Probe::makeSession()
{
    postgres::SessionOptions options;
    options.connectMs = m_connectMs;
    options.batchMs = kCommitMs;
    options.readOnly = false;
    options.asApplication = true;
    options.applicationName = QStringLiteral("howdah probe");
    m_session = std::make_unique<postgres::Session>(m_settings.conninfo, options);
    connect(m_session.get(), &postgres::Session::opened, this, &Probe::opened);
    connect(m_session.get(), &postgres::Session::failed, this, &Probe::sessionFailed);
}

void Probe::opened()
{
    if (m_connectMs == kConnectMs && m_tryAt > 0) {
        m_connectMs = std::clamp(static_cast<int>(4 * (nowMs() - m_tryAt)), kLeastConnectMs, kConnectMs - 1);
        m_connectsAnew = true;
    }
    step();
}

double Probe::nowMs() const
{
    return m_wallAtStart + static_cast<double>(m_elapsed.nsecsElapsed()) / 1e6;
}

void Probe::start(std::function<void(core::Result<void>)> ready)
{
    m_ready = std::move(ready);
    m_wallAtStart = static_cast<double>(m_clock.wallMs());
    m_elapsed.start();
    m_stage = Stage::Making;
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        giveUp({.kind = Error::Kind::Timeout,
                .message =
                    m_lastTrouble.isEmpty() ? QStringLiteral("no commit was acknowledged in time") : m_lastTrouble});
    });
    m_deadline.start(kStartMs);
    step();
}

void Probe::next(int inMs)
{
    m_next.start(inMs);
}

void Probe::step()
{
    if (m_stage == Stage::Idle || m_stage == Stage::Over) {
        return;
    }
    if (!m_session->isOpen()) {
        m_tryAt = m_tryAt > 0 ? m_tryAt : nowMs();
        if (std::exchange(m_connectsAnew, false)) {
            makeSession();
        }
        m_session->open(); // goes on in opened() or failed()
        return;
    }
    if (m_session->isBusy()) {
        return;
    }
    switch (m_stage) {
    case Stage::Making:
        make();
        break;
    case Stage::Running:
        if (m_countAt > 0 && m_record.acknowledgedCount() >= m_countAt) {
            runCount();
        } else {
            commit();
        }
        break;
    case Stage::Counting:
        runCount();
        break;
    case Stage::Dropping:
        drop();
        break;
    default:
        break;
    }
}

void Probe::make()
{
    m_tryAt = 0;
    m_session->run(
        {{QByteArray(), kSweep}, {QByteArray(), kSituation}}, [this](const Results &results) { made(results); },
        kOwnMs);
}

void Probe::made(const Results &results)
{
    if (!results.back()) {
        giveUp(results.back().error());
        return;
    }
    const Rows &rows = *results.back();
    m_measured.timelineBefore = timelineOf(rows);
    m_madeSchema = !rows.flag(0, rows.column("has_schema"));
    if (rows.flag(0, rows.column("published"))) {
        m_measured.whyNotCounted = QStringLiteral("a publication for all tables would send a table of ours along");
    } else if (rows.flag(0, rows.column("decoded"))) {
        m_measured.whyNotCounted = QStringLiteral("a logical slot of this database would send a table of ours along");
    }
    m_measured.counts = m_measured.whyNotCounted.isEmpty();
    if (m_measured.counts) {
        makeTable();
    } else {
        m_stage = Stage::Running;
        step();
    }
}

void Probe::makeTable()
{
    m_table = QStringLiteral("probe_%1").arg(QRandomGenerator::global()->generate(), 8, 16, QLatin1Char('0'));
    // In one transaction: by the comment it is known should this console be killed. Who makes such a schema meanwhile
    // keeps it; another probe may have dropped the one that was there.
    const QByteArray make = "CREATE SCHEMA howdah; COMMENT ON SCHEMA howdah IS 'of a probe';";
    const QByteArray schema =
        m_madeSchema ? "DO $$ BEGIN " + make + " END $$"
                     : "DO $$ BEGIN IF pg_catalog.to_regnamespace('howdah') IS NULL THEN " + make + " END IF; END $$";
    m_session->run(
        {{QByteArray(), schema}, {QByteArray(), "CREATE TABLE howdah." + m_table.toLatin1() + " (n bigint NOT NULL)"}},
        [this](const Results &results) {
            m_madeSchema = m_madeSchema && results.front().has_value();
            if (!results.back()) {
                m_measured.counts = false;
                m_measured.whyNotCounted =
                    QStringLiteral("no table can be made: %1").arg(results.back().error().message);
                m_table.clear();
            }
            m_stage = m_stage == Stage::Making ? Stage::Running : m_stage; // else it has been given up
            step();
        },
        kOwnMs);
}

QByteArray Probe::commitSql(qint64 number) const
{
    return m_table.isEmpty()
               ? "SELECT pg_catalog.pg_logical_emit_message(true, 'howdah probe', '" + QByteArray::number(number) + "')"
               : "INSERT INTO howdah." + m_table.toLatin1() + " VALUES (" + QByteArray::number(number) + ")";
}

void Probe::commit()
{
    ++m_number;
    m_sent = true;
    m_tryAt = m_tryAt > 0 ? m_tryAt : nowMs(); // after a refusal, from when it began to connect
    m_session->run({{QByteArray(), commitSql(m_number)}},
                   [this](const Results &results) { committed(results.front()); });
}

void Probe::committed(const core::Result<Rows> &result)
{
    m_sent = false;
    if (!result) {
        // In words: it was not committed. Whoever answers so is not, or no longer, the one who takes writes.
        if (result.error().sqlstate == QLatin1String("42P01")) {
            // A server took over that does not even have the table.
            m_measured.counts = false;
            m_measured.whyNotCounted = QStringLiteral("its table is not on the server that takes writes now");
            m_measured.leftBehind = QStringLiteral("howdah.%1, where it was made").arg(m_table);
            m_table.clear();
        }
        tryFailed(result.error());
        m_session->close();
        next(m_settings.everyMs);
        return;
    }
    const double now = nowMs();
    const bool closesGap = m_record.isOutageBegun() && m_record.openForMs(now) > kTellMs;
    m_record.acknowledged(m_tryAt, now - m_tryAt);
    m_tryAt = 0;
    next(m_settings.everyMs);
    const QPointer<Probe> self(this);
    if (m_ready && m_record.acknowledgedCount() >= kWarm) {
        becomeReady();
    }
    if (self) {
        tell(closesGap);
    }
}

void Probe::tryFailed(const Error &error)
{
    m_lastTrouble = error.message;
    const double now = nowMs();
    m_record.refused(m_tryAt > 0 ? m_tryAt : now, m_tryAt > 0 ? now - m_tryAt : 0);
    m_tryAt = 0;
    tell(false);
}

void Probe::sessionFailed(const postgres::Failure &failure)
{
    if (std::exchange(m_sent, false)) {
        m_unknown.push_back(m_number);
    }
    if (m_unknown.size() > kMostUnknown && m_measured.counts) {
        m_measured.counts = false;
        m_measured.whyNotCounted = QStringLiteral("too many commits had no answer");
    }
    if (m_stage == Stage::Running || m_stage == Stage::Making) {
        tryFailed(failure.error);
    } else {
        m_lastTrouble = failure.error.message;
        m_tryAt = 0;
    }
    next(m_settings.everyMs);
}

void Probe::becomeReady()
{
    m_deadline.stop();
    disconnect(&m_deadline, nullptr, this, nullptr);
    const auto ready = std::exchange(m_ready, nullptr);
    ready({});
}

void Probe::giveUp(const Error &error)
{
    m_lastTrouble = error.message;
    m_deadline.stop();
    disconnect(&m_deadline, nullptr, this, nullptr);
    Error said = error;
    said.message = QStringLiteral("The probe can't commit through %1: %2").arg(m_settings.through, error.message);
    said.hint = QStringLiteral("Nothing was changed. Name the applications' way in [probe] of the cluster file, or "
                               "switch over without measuring.");
    const auto ready = std::exchange(m_ready, nullptr);
    finish([ready, said](const Measured &) {
        if (ready) {
            ready(tl::unexpected(said));
        }
    });
}

void Probe::beginOutage()
{
    m_record.beginOutage();
}

void Probe::count()
{
    if (m_measured.counts && m_stage == Stage::Running) {
        m_countAt = m_record.acknowledgedCount() + kSettled;
    }
}

void Probe::runCount()
{
    m_countAt = 0;
    QByteArrayList unknown;
    for (const qint64 one : m_unknown) {
        unknown.append(QByteArray::number(one));
    }
    const qint64 acknowledged = m_record.acknowledgedCount();
    m_session->run(
        {{QByteArray(), "SELECT count(DISTINCT n) AS found, pg_catalog.substr(pg_catalog.pg_walfile_name("
                        "pg_catalog.pg_current_wal_lsn()), 1, 8) AS timeline FROM howdah." +
                            m_table.toLatin1() + " WHERE n <> ALL ('{" + unknown.join(',') + "}'::bigint[])"}},
        [this, acknowledged](const Results &results) {
            if (results.front()) {
                const Rows &rows = *results.front();
                m_measured.lost = acknowledged - rows.integer(0, rows.column("found")).value_or(0);
                m_measured.counted = acknowledged;
                m_measured.timelineCounted = timelineOf(rows);
            } else {
                m_measured.lost.reset(); // an earlier answer is of fewer
                m_measured.whyNotCounted = results.front().error().message;
            }
            const bool ends = m_stage == Stage::Counting;
            m_stage = ends ? Stage::Dropping : m_stage;
            next(0);
            tell(true);
        },
        kOwnMs);
}

void Probe::drop()
{
    if (m_table.isEmpty()) {
        end();
        return;
    }
    const QByteArray schema = m_madeSchema ? " DROP SCHEMA howdah;" : "";
    // With a schema that others have put something into by now, only the table goes.
    const auto block = [this](const QByteArray &more) {
        return "DO $$BEGIN PERFORM pg_catalog.set_config('lock_timeout', '1000', true); DROP TABLE IF EXISTS howdah." +
               m_table.toLatin1() + ";" + more + " END$$";
    };
    m_session->run(
        {{QByteArray(), block(schema)}, {QByteArray(), block({})}},
        [this](const Results &results) {
            if (!results.back()) {
                m_measured.leftBehind = QStringLiteral("howdah.%1: %2").arg(m_table, results.back().error().message);
            }
            end();
        },
        kOwnMs);
}

void Probe::finish(std::function<void(const Measured &)> done)
{
    m_done = std::move(done);
    m_frozenAt = m_elapsed.isValid() ? nowMs() : 0;
    if (m_stage == Stage::Idle || m_stage == Stage::Over || m_table.isEmpty()) {
        end();
        return;
    }
    m_stage = m_measured.counts && m_record.acknowledgedCount() > 0 ? Stage::Counting : Stage::Dropping;
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        m_measured.leftBehind = QStringLiteral("howdah.%1: nobody takes writes: %2").arg(m_table, m_lastTrouble);
        if (m_stage == Stage::Counting) {
            m_measured.lost.reset();
            m_measured.whyNotCounted = QStringLiteral("nobody takes writes: %1").arg(m_lastTrouble);
        }
        end();
    });
    m_deadline.start(kFinishMs);
    if (!m_session->isBusy()) {
        m_next.stop();
        step();
    } // else its answer leads there
}

void Probe::end()
{
    m_stage = Stage::Over;
    m_next.stop();
    m_deadline.stop();
    m_session->close();
    if (const auto done = std::exchange(m_done, nullptr)) {
        done(measured());
    }
}

Measured Probe::measured() const
{
    Measured measured = m_measured;
    measured.whyNotCounted = core::redacted(measured.whyNotCounted);
    measured.leftBehind = core::redacted(measured.leftBehind);
    m_record.fill(measured, m_frozenAt > 0 ? m_frozenAt : nowMs());
    return measured;
}

void Probe::tell(bool now)
{
    const double at = nowMs();
    if (now || at - m_toldAt >= kTellMs) {
        m_toldAt = at;
        Q_EMIT changed(measured());
    }
}

} // namespace howdah::operations::probe
