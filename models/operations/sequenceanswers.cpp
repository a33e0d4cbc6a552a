// SPDX-License-Identifier: GPL-3.0-or-later
// What an answer to an action says: whether it holds, and in which words people are told what was there instead.
#include <QPointer>
#include <QRegularExpression>
#include <algorithm>

#include "core/sentences.h"
#include "operations/sequence.h"

namespace howdah::operations {

using core::Error;

namespace {

constexpr int kLastMomentMs = 20; ///< timers are that exact

constexpr int kLetsInMs = 3000; ///< a login takes milliseconds

/// What people get to see of an answer that was not the one hoped for.
QString firstLine(const QString &text)
{
    return text.trimmed().section(QLatin1Char('\n'), -1).left(300);
}

/// What to do about an API that does not let us in.
QString whoMayAsk(const Http &http, int status)
{
    const QString name = http.credentials;
    if (name.isEmpty() || status == 403) {
        return QStringLiteral("; it does not let this machine act: see its own access rules");
    }
    const bool has = qEnvironmentVariableIsSet(qPrintable(name + QStringLiteral("_USER"))) ||
                     qEnvironmentVariableIsSet(qPrintable(name + QStringLiteral("_TOKEN")));
    return has ? QStringLiteral("; what %1_USER and %1_PASSWORD (or %1_TOKEN) in the environment say is not accepted")
                     .arg(name)
               : QStringLiteral("; set %1_USER and %1_PASSWORD in the environment").arg(name);
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
        // So a server calls what has no name.
        const bool isNamed = table.columns[i] != QLatin1String("?column?");
        cells.append((isNamed ? table.columns[i] + QStringLiteral(" = ") : QStringLiteral("the answer was ")) +
                     cell.value_or(QStringLiteral("NULL")));
    }
    return cells.join(QStringLiteral(", "));
}

/// What that row has in that column; empty when there is no such row.
QString cellOf(const RowCheck &check, const Table &table)
{
    const qsizetype key = table.columns.indexOf(check.key), column = table.columns.indexOf(check.column);
    for (const auto &row : table.rows) {
        if (key >= 0 && column >= 0 && row[static_cast<std::size_t>(key)] == check.value) {
            return row[static_cast<std::size_t>(column)].value_or(QString());
        }
    }
    return {};
}

QString seenIn(const RowCheck &check, const Table &table)
{
    const QString cell = cellOf(check, table);
    return cell.isEmpty() ? QStringLiteral("there is no %1 %2").arg(check.key, check.value)
                          : QStringLiteral("of %1 %2 = %3").arg(check.value, check.column, cell);
}

bool isTrue(const Table &table, const QString &column)
{
    const qsizetype at = table.columns.indexOf(column);
    return !column.isEmpty() && at >= 0 && !table.rows.empty() &&
           table.rows.front()[static_cast<std::size_t>(at)] == QLatin1String("t");
}

/// Whom an errand goes to, and what it is about.
QString aboutErrand(const Action &action)
{
    return QStringLiteral("%1, %2").arg(action.node, action.http.errand->ip);
}

} // namespace

void Sequence::notDone(const HandsFailure &failure)
{
    if (current().orSilent) {
        Q_EMIT waiting(failure.error.message, false); // good enough, and yet worth knowing
        answered(true, failure.error.message);
        return;
    }
    if (current().http.errand) {
        m_isInDoubt = m_isInDoubt || failure.mayHaveHappened;
        if (!failure.mayHaveHappened && isOfOurOwn(failure.error)) {
            fail(failure.error, false);
            return;
        }
        if (failure.mayHaveHappened && current().http.errand->kind == Errand::Kind::Assign) {
            readBackFirst([this, failure] { goesOn(failure); });
            return;
        }
    }
    goesOn(failure);
}

/// By asking again, as long as there is time.
void Sequence::goesOn(const HandsFailure &failure)
{
    const bool absent = current().absentMs > 0 && m_heardClock.elapsed() >= current().absentMs;
    // Somebody who waits for a node to come back is not put off by its being away.
    // Who is asked once more in the last moment has had no time to answer: what was seen before tells more.
    const bool last = leftMs() <= kLastMomentMs && failure.error.kind == Error::Kind::Timeout && !m_lastSeen.isEmpty();
    if (current().pollMs > 0 && (leftMs() > 0 || last) && !absent) {
        answered(false, last ? m_lastSeen : failure.error.message);
    } else {
        if (current().lastWill && !failure.mayHaveHappened) {
            m_hands.revokeWill(current().node, *current().lastWill);
        }
        fail(failure.error, failure.mayHaveHappened);
    }
}

void Sequence::tableArrived(Handed<Table> result)
{
    m_side.stop();
    speak();
    if (m_ended) {
        return; // it was given up meanwhile
    }
    const Action &action = current();
    if (!result) {
        const HandsFailure &failure = result.error();
        if (!action.alreadySo.isEmpty() && !failure.mayHaveHappened &&
            QRegularExpression(action.alreadySo).match(failure.error.message).hasMatch()) {
            answered(true, failure.error.message);
        } else {
            notDone(failure);
        }
        return;
    }
    m_heardClock.start();
    sayNews(action, *result);
    if (isTrue(*result, action.neverWhen)) {
        const QString what = action.text.isEmpty() ? QStringLiteral("it will not be so any more") : action.text;
        fail({.kind = Error::Kind::Server,
              .message = QStringLiteral("%1: %2: no, and it will not be: %3").arg(action.node, what, firstRow(*result)),
              .node = action.node},
             true);
        return;
    }
    if (action.row) {
        const bool is = cellOf(*action.row, *result) == action.row->is;
        answered(is && takeCaptures(action, *result), seenIn(*action.row, *result));
        return;
    }
    const bool asked = action.expectsTrue || action.kind == Action::Kind::Person;
    const bool holds = !asked || (!result->rows.empty() && !result->rows.front().empty() &&
                                  result->rows.front().front() == QLatin1String("t"));
    if (holds && action.letsIn) {
        askWhetherItLetsIn();
        return;
    }
    answered(holds && takeCaptures(action, *result), firstRow(*result));
}

void Sequence::askWhetherItLetsIn()
{
    const QPointer<Sequence> self(this);
    m_hands.alive(current().node, std::clamp(leftMs(), 1, kLetsInMs), [self, of = m_next](bool spoke) {
        if (self && !self->m_ended && self->m_next == of) {
            self->answered(spoke, spoke ? QString()
                                        : QStringLiteral("its open sessions answer, and it lets nobody in: it may have "
                                                         "been asked to stop, and do so yet"));
        }
    });
}

void Sequence::commandArrived(Handed<CommandResult> result)
{
    const Action &action = current();
    if (!result) {
        notDone(result.error());
        return;
    }
    m_heardClock.start();
    bool holds = result->exitCode == 0;
    QString seen = firstLine(result->err.trimmed().isEmpty() ? result->out : result->err);
    if (!holds) {
        seen = QStringLiteral("exit code %1%2")
                   .arg(result->exitCode)
                   .arg(seen.isEmpty() ? seen : QStringLiteral(", ") + seen);
    }
    const auto matched = matches(action, result->out);
    if (matched) {
        answered(holds && *matched && takeCaptures(action, result->out), seen);
    }
}

/// Whether text has all that is expected; nothing when that can't be said, which has failed already.
std::optional<bool> Sequence::matches(const Action &action, const QString &text)
{
    bool holds = true;
    const auto look = [&](const QStringList &patterns, bool there) {
        for (const QString &one : patterns) {
            const auto pattern = filledPattern(one, m_values);
            if (!pattern) {
                fail(pattern.error(), true);
                return false;
            }
            holds = holds &&
                    QRegularExpression(*pattern, QRegularExpression::MultilineOption).match(text).hasMatch() == there;
        }
        return true;
    };
    if (!look(action.expected, true) || !look(action.unexpected, false)) {
        return std::nullopt;
    }
    return holds;
}

void Sequence::httpArrived(Handed<HttpAnswer> result)
{
    const Action &action = current();
    if (!result) {
        notDone(action.http.errand ? unheard(action.http, result.error()) : result.error());
        return;
    }
    m_heardClock.start();
    if (action.http.errand) {
        errandArrived(*result);
        return;
    }
    const int status = result->status;
    const auto &accepted = action.http.accepted;
    const bool taken =
        accepted.empty() ? status / 100 == 2 : std::find(accepted.begin(), accepted.end(), status) != accepted.end();
    // A page is for browsers.
    const QString said = result->body.startsWith(QLatin1Char('<')) ? QString() : firstLine(result->body);
    const QString seen =
        taken ? said
              : QStringLiteral("HTTP status %1%2").arg(status).arg(said.isEmpty() ? said : QStringLiteral(", ") + said);
    // Refused in words that mean: nothing was done. Asking again does not mend who asks.
    const bool denied = status == 401 || status == 403;
    const auto &refused = action.http.refused;
    // Timed out and too many: what became of it nobody says.
    const bool nothing = (status / 100 == 4 && status != 408 && status != 429) ||
                         std::find(refused.begin(), refused.end(), status) != refused.end();
    if (!taken && (denied || (nothing && action.pollMs == 0))) {
        const QString what = action.text.isEmpty() ? QStringLiteral("it was refused") : action.text;
        fail({.kind = denied ? Error::Kind::Denied : Error::Kind::Server,
              .message = QStringLiteral("%1: %2: %3%4")
                             .arg(action.node, what, seen, denied ? whoMayAsk(action.http, status) : QString()),
              .node = action.node},
             false);
        return;
    }
    const auto matched = matches(action, result->body);
    if (matched) {
        answered(taken && *matched && takeCaptures(action, result->body), seen);
    }
}

void Sequence::errandArrived(const HttpAnswer &answer)
{
    const Action &action = current();
    const Errand &errand = *action.http.errand;
    const ErrandVerdict verdict = verdictOn(action.http, answer);
    switch (verdict.state) {
    case ErrandVerdict::State::Holds:
        if (errand.kind == Errand::Kind::Assign) {
            capture(errand.operation, verdict.operation);
        }
        answered(true, verdict.seen);
        return;
    case ErrandVerdict::State::Refused:
        refused(verdict);
        return;
    case ErrandVerdict::State::NotYet:
        break;
    }
    m_isInDoubt = m_isInDoubt || verdict.mayHaveHappened;
    if (m_refusal || verdict.waitMs == 0) {
        if (errand.kind == Errand::Kind::Assign && verdict.mayHaveHappened) {
            readBackFirst([this, seen = verdict.seen] { answered(false, seen); });
        } else {
            answered(false, verdict.seen);
        }
    } else if (verdict.waitMs >= leftMs()) { // as long as that nobody waits
        fail({.kind = Error::Kind::Timeout,
              .message = QStringLiteral("%1: %2").arg(aboutErrand(action), verdict.seen),
              .node = action.node},
             verdict.mayHaveHappened);
    } else {
        m_lastSeen = verdict.seen;
        askAgainIn(std::max(action.pollMs, verdict.waitMs));
    }
}

/// Nobody knows whether an assignment has arrived: it may be so already, and then there is nothing to ask for again.
void Sequence::readBackFirst(std::function<void()> otherwise)
{
    const auto read = readingBack();
    const auto http = read == m_actions.end() ? core::Result<Http>(tl::unexpected(Error()))
                                              : core::Result<Http>(filledRequest(read->http, m_values));
    if (!http) {
        otherwise();
        return;
    }
    const QPointer<Sequence> self(this);
    m_hands.http(
        {http->method, http->url, http->body, http->credentials, http->anonymous, http->contentType, http->ask},
        std::clamp(leftMs(), 1, longestMs(read->http)),
        [self, of = m_next, to = read - m_actions.begin(),
         otherwise = std::move(otherwise)](const Handed<HttpAnswer> &answer) {
            if (!self || self->m_ended || self->m_next != of) {
                return;
            }
            const Action &action = self->m_actions[static_cast<std::size_t>(to)];
            const auto verdict = answer ? verdictOn(action.http, *answer) : ErrandVerdict();
            if (verdict.state == ErrandVerdict::State::Holds) {
                self->m_next = static_cast<std::size_t>(to);
                self->answered(true, verdict.seen);
            } else {
                otherwise();
            }
        });
}

/// The next action that reads where an address leads; the end: there is none.
std::vector<Action>::const_iterator Sequence::readingBack() const
{
    return std::find_if(
        m_actions.begin() + static_cast<std::ptrdiff_t>(m_next) + 1, m_actions.end(),
        [](const Action &one) { return one.http.errand && one.http.errand->kind == Errand::Kind::ReadBack; });
}

/// What was refused may be so already: an assignment to who has it, or one whose answer was lost. Reading it back
/// decides, once.
void Sequence::refused(const ErrandVerdict &verdict)
{
    const SequenceFailure failure{{.kind = verdict.kind,
                                   .message = QStringLiteral("%1: %2").arg(aboutErrand(current()), verdict.seen),
                                   .node = current().node},
                                  verdict.mayHaveHappened};
    const auto read = readingBack();
    if (m_refusal || verdict.isDenied || read == m_actions.end()) {
        const SequenceFailure &first = m_refusal ? *m_refusal : failure;
        fail(first.error, first.mayHaveHappened);
        return;
    }
    m_refusal = failure;
    m_next = static_cast<std::size_t>(read - m_actions.begin());
    runNext();
}

/// Reading it back did not say otherwise.
void Sequence::failRefused(const QString &readBack)
{
    Error error = m_refusal->error;
    error.message = core::sentences({error.message, readBack});
    fail(std::move(error), m_refusal->mayHaveHappened);
}

} // namespace howdah::operations
