// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/lastwillcommand.h"

#include <QRegularExpression>
#include <cerrno>
#include <csignal>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "app/output.h"
#include "core/clock.h"
#include "core/units.h"
#include "operations/finishing.h"
#include "operations/journal.h"

namespace howdah::app {

using operations::Handed;
using operations::Table;
using operations::Testament;

namespace {

constexpr int kConnectMs = 5000;
constexpr int kAgainMs = 500;
constexpr qint64 kUnderWayMs = 1500;   ///< what the console sent in its last moment has arrived by then
constexpr qint64 kPersistMs = 600'000; ///< a pooler may be down as well; later somebody has seen to it

/// Each row of the answer, by the columns that tell them apart.
QSet<QString> witnessesIn(const operations::LastWill &will, const Table &table)
{
    QSet<QString> all;
    for (const auto &row : table.rows) {
        QStringList cells;
        for (const QString &column : will.witnessBy) {
            const qsizetype at = table.columns.indexOf(column);
            cells.append(at < 0 ? QString() : row[static_cast<std::size_t>(at)].value_or(QString()));
        }
        all.insert(cells.join(QLatin1Char(' ')));
    }
    return all;
}

} // namespace

LastWillCommand::LastWillCommand(const Invocation &)
    : m_input(STDIN_FILENO, QSocketNotifier::Read)
{
    m_input.setEnabled(false);
    m_latest.setSingleShot(true);
    m_again.setSingleShot(true);
    connect(&m_input, &QSocketNotifier::activated, this, &LastWillCommand::read);
    connect(&m_latest, &QTimer::timeout, this, [this] {
        carryOut(tr("since the console has said nothing for %1")
                     .arg(core::formatSeconds(m_testament.will.latestMs / 1000.0)));
    });
    connect(&m_again, &QTimer::timeout, this, &LastWillCommand::attempt);
}

/// What ends the console may be meant for this as well: a logout, a stopped service, killall. It acts then.
void LastWillCommand::watchSignals()
{
    prctl(PR_SET_NAME, "last-will");
    (void)std::signal(SIGPIPE, SIG_IGN);
    sigset_t ending;
    sigemptyset(&ending);
    for (const int one : {SIGTERM, SIGINT, SIGHUP, SIGQUIT}) {
        sigaddset(&ending, one);
    }
    sigprocmask(SIG_BLOCK, &ending, nullptr); // no other thread is there yet
    m_signals = std::make_unique<QSocketNotifier>(signalfd(-1, &ending, SFD_CLOEXEC), QSocketNotifier::Read);
    connect(m_signals.get(), &QSocketNotifier::activated, this, [this] {
        m_signals->setEnabled(false);
        if (m_kept) {
            carryOut(tr("since this process was told to end"));
        } else {
            Q_EMIT finished(kDone);
        }
    });
}

void LastWillCommand::start()
{
    watchSignals();
    m_input.setEnabled(true);
}

void LastWillCommand::say(const QString &line)
{
    print(line + QLatin1Char('\n'));
}

void LastWillCommand::read()
{
    char buffer[4096];
    const ssize_t size = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (size < 0 && errno == EINTR) {
        return;
    }
    if (size > 0) {
        m_read.append(buffer, size);
    } else {
        m_input.setEnabled(false);
    }
    for (qsizetype end = m_read.indexOf('\n'); end >= 0; end = m_read.indexOf('\n')) {
        const QByteArray line = m_read.left(end);
        m_read.remove(0, end + 1);
        if (!m_hands) {
            begin(line);
        } else if (line == operations::kWillRevoked) {
            Q_EMIT finished(kDone);
            return;
        }
    }
    m_alone = size <= 0;
    if (m_alone && m_kept) {
        carryOut(tr("since the console was gone"));
    } else if (m_alone) {
        Q_EMIT finished(m_hands ? kDone : kUsage); // nothing was begun; or nobody has told it anything
    }
}

/// The first question opens the session, and is one that everybody answers.
void LastWillCommand::begin(const QByteArray &line)
{
    auto testament = Testament::fromLine(line);
    if (!testament) {
        say(testament.error().message);
        Q_EMIT finished(kUsage);
        return;
    }
    m_testament = std::move(*testament);
    m_hands = std::make_unique<operations::LiveHands>(m_testament.config());
    const QString &witnesses = m_testament.will.witnesses;
    const QString question = !witnesses.isEmpty()       ? witnesses
                             : m_testament.place.pooler ? QStringLiteral("SHOW VERSION")
                                                        : QStringLiteral("SELECT 1");
    m_hands->sql(m_testament.place.node.name, question, kConnectMs, [this](const Handed<Table> &answer) {
        if (!answer) {
            say(answer.error().error.message);
            Q_EMIT finished(kRefused);
            return;
        }
        m_witnesses = witnessesIn(m_testament.will, *answer);
        m_kept = true;
        say(QLatin1String(operations::kWillKept));
        m_latest.start(m_testament.will.latestMs);
    });
}

/// The console is told before anything is sent, should it still be there: what it had done does not hold any more.
void LastWillCommand::carryOut(const QString &why)
{
    if (m_since.isValid()) {
        return;
    }
    m_latest.stop();
    m_since.start();
    m_why = why;
    say(QLatin1String(operations::kWillActing));
    attempt();
}

/// How its operation stands without the console that left it: whoever has taken it up, or has brought it to its end,
/// has taken back what it found, and what is there now is theirs, or somebody else's. Of the console that has gone the
/// lock may last a moment longer than its end of the pipe, so that nothing is told before that. Interrupted: nobody
/// else.
operations::Outcome LastWillCommand::outcomeSince() const
{
    using operations::Outcome;
    if (!m_alone || m_testament.journal.isEmpty() || m_since.elapsed() <= kAgainMs) {
        return Outcome::Interrupted;
    }
    const auto operation = operations::readOperation(m_testament.journal);
    return operation && operation->outcome != Outcome::Incomplete ? operation->outcome : Outcome::Interrupted;
}

/// Whether what can't be taken back was begun, and may go on without the console.
bool LastWillCommand::mayBeAtIt() const
{
    const auto operation = operations::readOperation(m_testament.journal);
    return !operation || operations::isPastReturn(operation->plan, operation->steps);
}

/// Its own session is a witness too: as long as that lasts, nothing was restarted.
void LastWillCommand::attempt()
{
    const operations::LastWill &will = m_testament.will;
    const operations::Outcome outcome = outcomeSince();
    if (outcome == operations::Outcome::Running && m_since.elapsed() <= kPersistMs) {
        m_again.start(kAgainMs); // who has taken it up may die as well
        return;
    }
    if (outcome != operations::Outcome::Interrupted) {
        Q_EMIT finished(kDone);
        return;
    }
    if (m_alone && will.afterMs > 0 && m_since.elapsed() < will.afterMs && mayBeAtIt()) {
        m_again.start(kAgainMs);
        return;
    }
    if (will.witnesses.isEmpty()) {
        send();
        return;
    }
    m_hands->sql(m_testament.place.node.name, will.witnesses, kConnectMs, [this](const Handed<Table> &answer) {
        if (!answer) {
            again(answer.error().error.message);
        } else if (witnessesIn(m_testament.will, *answer).intersects(m_witnesses)) {
            send();
        } else {
            end(kDone, tr("not sent, since it was restarted meanwhile, so that nothing is left to be taken back"));
        }
    });
}

void LastWillCommand::send()
{
    const operations::LastWill &will = m_testament.will;
    m_hands->sql(m_testament.place.node.name, will.database, will.sql, kConnectMs, [this](const Handed<Table> &answer) {
        const QString &already = m_testament.will.alreadySo;
        const bool so = !answer && !already.isEmpty() && !answer.error().mayHaveHappened &&
                        QRegularExpression(already).match(answer.error().error.message).hasMatch();
        if (answer) {
            end(kDone, tr("done"), true);
        } else if (so && m_since.elapsed() < kUnderWayMs) {
            m_again.start(kAgainMs);
        } else if (so) {
            end(kDone, answer.error().error.message);
        } else {
            again(answer.error().error.message);
        }
    });
}

void LastWillCommand::again(const QString &error)
{
    if (m_since.elapsed() > kPersistMs) {
        end(kIncomplete, tr("given up after %1, send it by hand: %2")
                             .arg(core::formatSeconds(static_cast<double>(m_since.elapsed()) / 1000), error));
        return;
    }
    if (!m_toldAgain) {
        m_toldAgain = true;
        record(tr("not yet, tried again for %1: %2").arg(core::formatSeconds(kPersistMs / 1000.0), error), false);
    }
    m_again.start(kAgainMs);
}

void LastWillCommand::end(int exitCode, const QString &answer, bool taken)
{
    record(answer, true, taken);
    Q_EMIT finished(exitCode);
}

void LastWillCommand::record(const QString &answer, bool over, bool taken) const
{
    if (!m_testament.journal.isEmpty()) { // who can't write it can't tell anybody either
        (void)operations::recordWill(m_testament.journal, {core::systemClock().wallMs(), m_testament.place.node.name,
                                                           m_testament.will.sql, m_why, answer, over, taken});
    }
}

} // namespace howdah::app
