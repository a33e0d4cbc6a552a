// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/sequence.h"

#include <QPointer>
#include <QRegularExpression>
#include <algorithm>

#include "core/redact.h"
#include "core/servertext.h"
#include "core/units.h"
#include "operations/secrets.h"

namespace howdah::operations {

using core::Error;

namespace {

constexpr int kPolledRequestMs = 3000;
constexpr int kWillMs = 5000; ///< to start a process and to connect
constexpr int kGatherMs = 20; ///< notifications come in flocks

} // namespace

Sequence::Sequence(Hands &hands, Values &values, std::vector<Action> actions, int deadlineMs, QObject *parent)
    : QObject(parent)
    , m_hands(hands)
    , m_values(values)
    , m_actions(std::move(actions))
    , m_deadlineMs(deadlineMs)
{
    m_again.setSingleShot(true);
    m_again.setTimerType(Qt::PreciseTimer);
    connect(&m_again, &QTimer::timeout, this, [this] { runAction(current()); });
    connect(&m_side, &QTimer::timeout, this, &Sequence::askOnTheSide);
    connect(&m_hands, &Hands::notified, this, &Sequence::wake);
}

void Sequence::start(Done done)
{
    m_done = std::move(done);
    m_clock.start();
    runNext();
}

int Sequence::leftMs() const
{
    const Action &action = current();
    const qint64 ofStep = m_deadlineMs - m_clock.elapsed();
    const qint64 own = action.deadlineMs > 0 ? action.deadlineMs - m_actionClock.elapsed() : ofStep;
    return static_cast<int>(std::max<qint64>(0, std::min(ofStep, own)));
}

void Sequence::runNext()
{
    if (m_next >= m_actions.size()) {
        m_ended = true;
        m_done({});
        return;
    }
    m_actionClock.start();
    m_heardClock.start();
    m_askMs = current().askAgainMs;
    m_lastSeen.clear();
    m_saidRows = 0;
    m_may = current().onlyIf.isEmpty();
    m_isHushed = false;
    m_woken = false;
    if (!current().wakesOn.isEmpty()) {
        m_hands.listen(current().node, current().database, current().wakesOn);
    }
    Q_EMIT asked(static_cast<int>(m_next));
    if (current().pollMs > 0 && !current().text.isEmpty()) {
        Q_EMIT waiting(current().text, current().kind == Action::Kind::Person);
    }
    runAction(current());
}

void Sequence::runAction(const Action &action)
{
    const int left = leftMs();
    if (left <= 0) {
        const QString what = action.text.isEmpty() ? QStringLiteral("the answer") : action.text;
        fail({.kind = Error::Kind::Timeout,
              .message = QStringLiteral("%1: after %2 still not: %3%4")
                             .arg(action.node, core::formatSeconds(static_cast<double>(m_actionClock.elapsed()) / 1000),
                                  what, m_lastSeen.isEmpty() ? QString() : QStringLiteral(" (%1)").arg(m_lastSeen)),
              .node = action.node},
             true);
        return;
    }
    int wait = action.absentMs > 0 && action.pollMs > 0 ? std::min(left, action.absentMs) : left;
    if (action.askAgainMs > 0) {
        wait = std::min(wait, m_askMs);
        m_askMs = m_askMs < left ? 2 * m_askMs : m_askMs;
    }
    const QPointer<Sequence> self(this); // the answer may come when nobody waits for it any more
    if (action.kind == Action::Kind::Command) {
        const auto argv = filledCommand(action.argv, m_values);
        if (!argv) {
            fail(argv.error(), false);
            return;
        }
        m_hands.command(action.node, *argv, action.asRoot, wait, [self](Handed<CommandResult> result) {
            if (self) {
                self->commandArrived(std::move(result));
            }
        });
        return;
    }
    if (action.kind == Action::Kind::Http) {
        request(action, wait);
        return;
    }
    if (!m_isHushed && namesSecret(action.sql + action.onlyIf)) {
        hush(action, wait);
        return;
    }
    if (!m_may) {
        askWhetherTo(action, wait);
        return;
    }
    if (!action.lastWill) {
        ask(action, wait);
        return;
    }
    m_hands.leaveWill(action.node, *action.lastWill, kWillMs, [self](const Handed<void> &kept) {
        if (self && kept) {
            self->m_actionClock.start(); // the statement has its own deadline
            self->ask(self->current(), std::max(1, self->leftMs()));
        } else if (self) {
            self->fail(kept.error().error, false);
        }
    });
}

void Sequence::askWhetherTo(const Action &action, int left)
{
    const auto sql = filledSql(action.onlyIf, m_values);
    if (!sql) {
        fail(sql.error(), false);
        return;
    }
    const QPointer<Sequence> self(this);
    m_hands.sql(action.node, action.database, *sql, left, [self](const Handed<Table> &result) {
        if (!self || self->m_ended) {
            return;
        }
        if (!result) {
            self->notDone(result.error());
            return;
        }
        self->m_may = !result->rows.empty() && !result->rows.front().empty() &&
                      result->rows.front().front() == QLatin1String("t");
        if (self->m_may) {
            self->runAction(self->current());
            return;
        }
        self->speak();
        const QString kept = QStringLiteral("left as it is, for it is not as it was set here: %1")
                                 .arg(self->current().sql.section(QLatin1Char(' '), 0, 3));
        Q_EMIT self->leftAlone(self->current().node, kept);
        self->answered(true, kept);
    });
}

void Sequence::hush(const Action &action, int left)
{
    const QPointer<Sequence> self(this);
    m_hands.sql(action.node, action.database, hushSql(), left, [self](const Handed<Table> &result) {
        if (!self || self->m_ended) {
            return;
        }
        if (!result && result.error().error.kind != Error::Kind::Server) {
            self->notDone(result.error());
            return;
        }
        self->m_isHushed = true; // whoever may not set that is heard as ever
        self->runAction(self->current());
    });
}

void Sequence::speak()
{
    if (m_isHushed && !m_ended) {
        m_isHushed = false;
        m_hands.sql(current().node, current().database, speakSql(), kWillMs, [](const Handed<Table> &) {});
    }
}

bool Sequence::namesSecret(const QString &sql) const
{
    const QStringList names = valuesIn(sql);
    return std::any_of(names.begin(), names.end(), [this](const QString &name) { return m_secrets.contains(name); });
}

void Sequence::ask(const Action &action, int left)
{
    const auto sql = filledSql(action.sql, m_values);
    if (!sql) {
        fail(sql.error(), false);
        return;
    }
    if (action.absentMs > 0 && action.pollMs == 0) {
        m_heardClock.start();
        m_side.start(std::max(1, action.absentMs / 4));
    }
    m_woken = false;
    const QPointer<Sequence> self(this);
    m_hands.sql(action.node, action.database, *sql, left, [self](Handed<Table> result) {
        if (self) {
            self->tableArrived(std::move(result));
        }
    });
}

void Sequence::askOnTheSide()
{
    const Action &action = current();
    if (m_heardClock.elapsed() >= action.absentMs) {
        m_hands.letGo(action.node, action.database); // what comes next there must not queue behind it
        const QString what = action.text.isEmpty() ? QStringLiteral("the answer") : action.text;
        fail({.kind = Error::Kind::Timeout,
              .message =
                  QStringLiteral("%1 has said nothing at all for %2, so that nobody waits for %3 any longer")
                      .arg(action.node, core::formatSeconds(static_cast<double>(m_heardClock.elapsed()) / 1000), what),
              .node = action.node},
             true, true);
        return;
    }
    const QPointer<Sequence> self(this);
    m_hands.alive(action.node, action.absentMs / 2, [self, of = m_next](bool spoke) {
        if (self && spoke && self->m_next == of) {
            self->m_heardClock.start();
        }
    });
}

void Sequence::abandon()
{
    if (m_ended || m_next >= m_actions.size()) {
        return;
    }
    if (current().kind == Action::Kind::Person) {
        m_again.stop();
        fail({.kind = Error::Kind::Cancelled,
              .message = QStringLiteral("%1: nobody waits any longer for it to be done by hand").arg(current().node),
              .node = current().node},
             true);
    } else if (current().kind == Action::Kind::Sql && current().pollMs > 0) {
        m_again.stop();
        fail({.kind = Error::Kind::Cancelled,
              .message = QStringLiteral("%1: cancelled while it was waited for: %2")
                             .arg(current().node, current().text.isEmpty() ? m_lastSeen : current().text),
              .node = current().node},
             true);
    }
}

void Sequence::request(const Action &action, int left)
{
    const auto &errand = action.http.errand;
    if (errand && errand->kind == Errand::Kind::Poll && m_values.value(errand->operation).isEmpty()) {
        answered(true, QStringLiteral("there is nothing to wait for"));
        return;
    }
    const auto http = filledRequest(action.http, m_values);
    if (!http) {
        fail(http.error(), false);
        return;
    }
    const QPointer<Sequence> self(this);
    // Who is asked again and again must not be waited for once to the end.
    const int longest = errand ? longestMs(action.http) : std::max(kPolledRequestMs, action.pollMs);
    const int deadlineMs = action.pollMs > 0 ? std::min(left, longest) : left;
    m_hands.http(
        {http->method, http->url, http->body, http->credentials, http->anonymous, http->contentType, http->ask},
        deadlineMs, [self](Handed<HttpAnswer> result) {
            if (self) {
                self->httpArrived(std::move(result));
            }
        });
}

void Sequence::wake(const QString &node, const QString &channel)
{
    if (m_ended || !m_done || m_next >= m_actions.size() || current().node != node || current().wakesOn != channel) {
        return;
    }
    m_woken = true;
    if (m_again.isActive()) {
        m_again.start(std::min(kGatherMs, m_again.remainingTime()));
    }
}

void Sequence::sayNews(const Action &action, const Table &table)
{
    const qsizetype column = table.columns.indexOf(action.says);
    if (action.says.isEmpty() || column < 0) {
        return;
    }
    for (std::size_t row = m_saidRows; row < table.rows.size(); ++row) {
        const auto &cell = table.rows[row][static_cast<std::size_t>(column)];
        if (cell) {
            Q_EMIT said(action.node, core::redacted(core::sanitized(*cell)));
            m_saidRows = row + 1;
        }
    }
}

bool Sequence::takeCaptures(const Action &action, const Table &table)
{
    for (const Capture &one : action.captures) { // NOLINT(readability-use-anyofallof): it takes them
        const qsizetype column = table.columns.indexOf(one.from);
        if (column < 0 || table.rows.empty()) {
            return false;
        }
        const auto &value = table.rows.front()[static_cast<std::size_t>(column)];
        if (!value) {
            return false;
        }
        capture(one.name, *value);
    }
    return true;
}

bool Sequence::takeCaptures(const Action &action, const QString &output)
{
    for (const Capture &one : action.captures) { // NOLINT(readability-use-anyofallof): it takes them
        const QRegularExpression expression(one.from, QRegularExpression::MultilineOption);
        const QRegularExpressionMatch match = expression.match(output);
        if (!match.hasMatch()) {
            return false;
        }
        capture(one.name, match.captured(1));
    }
    return true;
}

void Sequence::capture(const QString &name, const QString &value)
{
    if (m_values.value(name) != value || !m_values.contains(name)) {
        m_values.insert(name, value);
        Q_EMIT captured(name, value);
    }
}

void Sequence::answered(bool holds, const QString &seen)
{
    if (m_ended) {
        return;
    }
    if (holds) {
        Q_EMIT held(static_cast<int>(m_next), seen);
        ++m_next;
        runNext();
        return;
    }
    const Action &action = current();
    m_lastSeen = seen;
    if (m_refusal) {
        failRefused(seen);
        return;
    }
    if (action.pollMs > 0) {
        askAgainIn(m_woken ? std::min(kGatherMs, action.pollMs) : action.pollMs);
        return;
    }
    const QString what = !action.otherwise.isEmpty() ? action.otherwise
                         : !action.text.isEmpty()    ? QStringLiteral("not so: ") + action.text
                                                     : QStringLiteral("the answer is not as it must be");
    // What is asked first, and answered with no, has done nothing.
    const bool onlyAsked =
        hasOnlyAsked() && action.kind == Action::Kind::Sql && (action.expectsTrue || action.row.has_value());
    fail({.kind = Error::Kind::Server,
          .message = QStringLiteral("%1: %2: %3").arg(action.node, what, seen),
          .node = action.node},
         !onlyAsked);
}

void Sequence::askAgainIn(int ms)
{
    m_again.start(std::min(ms, std::max(1, leftMs())));
}

/// Whether nothing but questions came before the action under way.
bool Sequence::hasOnlyAsked() const
{
    return std::all_of(m_actions.begin(), m_actions.begin() + static_cast<std::ptrdiff_t>(m_next),
                       [](const Action &action) { return action.row.has_value(); });
}

void Sequence::fail(core::Error error, bool mayHaveHappened, bool silent)
{
    m_side.stop();
    mayHaveHappened = mayHaveHappened || m_isInDoubt;
    if (!m_ended) {
        m_ended = true;
        m_done(tl::unexpected(
            SequenceFailure{std::move(error), mayHaveHappened, !mayHaveHappened && hasOnlyAsked(), silent}));
    }
}

} // namespace howdah::operations
