// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/sequence.h"

#include <QPointer>
#include <QRegularExpression>
#include <algorithm>

#include "core/units.h"

namespace howdah::operations {

using core::Error;

namespace {

/// What people get to see of an answer that was not the one hoped for.
QString firstLine(const QString &text)
{
    return text.trimmed().section(QLatin1Char('\n'), -1).left(300);
}

QString firstRow(const Table &table)
{
    if (table.rows.empty()) {
        return QStringLiteral("no row");
    }
    // What a statement has made for people.
    if (const qsizetype said = table.columns.indexOf(QLatin1String("evidence")); said >= 0) {
        if (const auto &cell = table.rows.front()[static_cast<std::size_t>(said)]) {
            return *cell;
        }
    }
    QStringList cells;
    for (qsizetype i = 0; i < table.columns.size(); ++i) {
        const auto &cell = table.rows.front()[static_cast<std::size_t>(i)];
        cells.append(table.columns[i] + QStringLiteral(" = ") + cell.value_or(QStringLiteral("NULL")));
    }
    return cells.join(QStringLiteral(", "));
}

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
    m_lastSeen.clear();
    Q_EMIT asked(static_cast<int>(m_next));
    if (current().pollMs > 0 && !current().text.isEmpty()) {
        Q_EMIT waiting(current().text);
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
    const QPointer<Sequence> self(this); // the answer may come when nobody waits for it any more
    if (action.kind == Action::Kind::Command) {
        const auto argv = filledCommand(action.argv, m_values);
        if (!argv) {
            fail(argv.error(), false);
            return;
        }
        m_hands.command(action.node, *argv, action.asRoot, left, [self](Handed<CommandResult> result) {
            if (self) {
                self->commandArrived(std::move(result));
            }
        });
        return;
    }
    const auto sql = filledSql(action.sql, m_values);
    if (!sql) {
        fail(sql.error(), false);
        return;
    }
    m_hands.sql(action.node, *sql, left, [self](Handed<Table> result) {
        if (self) {
            self->tableArrived(std::move(result));
        }
    });
}

void Sequence::tableArrived(Handed<Table> result)
{
    const Action &action = current();
    if (!result) {
        notDone(result.error());
        return;
    }
    const bool asked = action.expectsTrue || action.kind == Action::Kind::Person;
    const bool holds = !asked || (!result->rows.empty() && !result->rows.front().empty() &&
                                  result->rows.front().front() == QLatin1String("t"));
    answered(holds && takeCaptures(action, *result), firstRow(*result));
}

void Sequence::commandArrived(Handed<CommandResult> result)
{
    const Action &action = current();
    if (!result) {
        notDone(result.error());
        return;
    }
    bool holds = result->exitCode == 0;
    QString seen = firstLine(result->err.trimmed().isEmpty() ? result->out : result->err);
    if (!holds) {
        seen = QStringLiteral("exit code %1%2")
                   .arg(result->exitCode)
                   .arg(seen.isEmpty() ? seen : QStringLiteral(", ") + seen);
    }
    for (const QString &expected : action.expected) {
        const auto pattern = filledPattern(expected, m_values);
        if (!pattern) {
            fail(pattern.error(), true);
            return;
        }
        holds =
            holds && QRegularExpression(*pattern, QRegularExpression::MultilineOption).match(result->out).hasMatch();
    }
    answered(holds && takeCaptures(action, result->out), seen);
}

void Sequence::notDone(const HandsFailure &failure)
{
    // Somebody who waits for a node to come back is not put off by its being away.
    if (current().pollMs > 0 && leftMs() > 0) {
        answered(false, failure.error.message);
    } else {
        fail(failure.error, failure.mayHaveHappened);
    }
}

bool Sequence::takeCaptures(const Action &action, const Table &table)
{
    for (const Capture &one : action.captures) {
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
    for (const Capture &one : action.captures) {
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
    if (action.pollMs > 0) {
        m_again.start(std::min(action.pollMs, std::max(1, leftMs())));
        return;
    }
    const QString what = action.text.isEmpty() ? QStringLiteral("the answer is not as it must be") : action.text;
    fail({.kind = Error::Kind::Server,
          .message = QStringLiteral("%1: %2: %3").arg(action.node, what, seen),
          .node = action.node},
         true);
}

void Sequence::fail(core::Error error, bool mayHaveHappened)
{
    if (!m_ended) {
        m_ended = true;
        m_done(tl::unexpected(SequenceFailure{std::move(error), mayHaveHappened}));
    }
}

} // namespace howdah::operations
