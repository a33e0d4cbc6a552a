// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/command.h"

#include <QPointer>
#include <QProcessEnvironment>
#include <algorithm>
#include <csignal>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>
#include <utility>

#include "core/logging.h"
#include "core/servertext.h"
#include "hosts/connections.h"
#include "hosts/sshprefix.h"
#include "hosts/sshway.h"

namespace howdah::hosts {

namespace {
constexpr int kGoneAfterKillMs = 1000; // what SIGKILL may not be sent to (sudo's) is left to itself then
}

Command::Command(QObject *parent)
    : QObject(parent)
{
    for (QTimer *timer : {&m_deadline, &m_kill}) {
        timer->setSingleShot(true);
        timer->setTimerType(Qt::PreciseTimer); // a coarse one may come early
    }
    connect(&m_deadline, &QTimer::timeout, this, [this] { stop(Outcome::End::DeadlinePassed); });
    connect(&m_kill, &QTimer::timeout, this, &Command::killTimerFired);
}

Command::~Command()
{
    if (m_process) {
        if (isRunning()) {
            signalAll(SIGKILL);
        }
        orphan(m_process);
    }
}

// ~QProcess waits for a process that runs. One that was killed is left to the event loop instead.
void Command::orphan(QProcess *process)
{
    process->disconnect();
    process->setParent(nullptr);
    if (process->state() == QProcess::NotRunning) {
        process->deleteLater();
        return;
    }
    connect(process, &QProcess::finished, process, &QObject::deleteLater);
    connect(process, &QProcess::errorOccurred, process, [process](QProcess::ProcessError error) {
        if (error == QProcess::FailedToStart) {
            process->deleteLater();
        }
    });
}

void Command::start(const QStringList &prefix, const QStringList &argv, const CommandOptions &options)
{
    Q_ASSERT(!m_started);
    if (m_started) {
        return;
    }
    m_started = true;
    m_options = options;
    m_prefix = prefix;
    const std::vector<SshClient> clients = sshClients(prefix);
    m_overSsh = !clients.empty();
    m_sshIsOurs = m_overSsh && clients.front().word == 0;
    m_out = KeptOutput(options.maxOutputBytes);
    m_err = KeptOutput(options.maxOutputBytes);
    m_lines = OutputLines(options.linesPerSecond);
    m_outcome.command = shown(argv);
    m_clock.start();

    const auto hasNul = [](const QString &word) { return word.contains(QChar(0)); };
    if (const core::Result<void> fine = checkPrefix(prefix); !fine) {
        refuse(fine.error());
        return;
    }
    if (argv.isEmpty() || argv.first().isEmpty() || std::any_of(argv.cbegin(), argv.cend(), hasNul)) {
        refuse({.kind = core::Error::Kind::Invalid,
                .message = QStringLiteral("A command needs a program, and no word of it may hold a NUL.")});
        return;
    }
    m_options.ssh.readsInput = options.standardInput.has_value() || options.holdsInput;
    m_deadline.start(qMax(1, m_options.deadlineMs));
    launch(commandLine(prefix, argv, m_options.ssh));
}

void Command::refuse(const core::Error &error)
{
    m_outcome.end = Outcome::End::NotStarted;
    m_outcome.whyNotStarted = error.message;
    m_outcome.whatToDo = error.hint;
    QTimer::singleShot(0, this, &Command::finish);
}

QProcess *Command::process(const QStringList &line)
{
    auto *made = new QProcess(this);
    made->setProgram(line.first());
    made->setArguments(line.mid(1));
    if (m_overSsh) {
        // BatchMode does not reach the ssh that ssh starts for a jump host: it would put its questions to a person by
        // this program, ssh(1), and learn a key that somebody waved through.
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(QStringLiteral("SSH_ASKPASS_REQUIRE"), QStringLiteral("never"));
        made->setProcessEnvironment(environment);
    }
    // Runs between fork and exec: nothing but system calls. PR_SET_PDEATHSIG counts from the thread that forks, see
    // prctl(2); what the process itself forks, as ssh does for a kept connection, does not inherit it.
    made->setChildProcessModifier([] {
        ::setsid();
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        // What a console keeps from itself it does not keep from a server that it starts.
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        (void)std::signal(SIGPIPE, SIG_DFL);
    });
    return made;
}

void Command::launch(const QStringList &line)
{
    m_process = process(line);
    if (!m_options.ssh.readsInput) {
        m_process->setStandardInputFile(QProcess::nullDevice());
    }
    connect(m_process, &QProcess::readyReadStandardOutput, this, [this] { read(false); });
    connect(m_process, &QProcess::readyReadStandardError, this, [this] { read(true); });
    connect(m_process, &QProcess::finished, this, &Command::processFinished);
    // Queued: when there is no process to be had it comes from within start().
    connect(
        m_process, &QProcess::errorOccurred, this,
        [this](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart && isRunning()) {
                failedToStart();
            }
        },
        Qt::QueuedConnection);
    qCDebug(lcHosts) << "start" << shown(line);
    m_process->start();
    if (m_options.standardInput) {
        m_process->write(*m_options.standardInput);
    }
    if (m_options.ssh.readsInput && !m_options.holdsInput) {
        m_process->closeWriteChannel();
    }
}

bool Command::goOn(const QByteArray &input, int deadlineMs)
{
    if (!isRunning() || !m_options.holdsInput || m_stopping) {
        return false;
    }
    m_options.holdsInput = false;
    m_clock.start();
    m_deadline.start(qMax(1, deadlineMs));
    m_process->write(input);
    m_process->closeWriteChannel();
    return true;
}

void Command::cancel()
{
    stop(Outcome::End::Cancelled);
}

void Command::stop(Outcome::End why)
{
    if (isRunning() && !m_stopping) {
        m_stopping = why;
        m_deadline.stop();
        signalAll(SIGTERM);
        m_kill.start(qMax(0, m_options.killAfterMs));
    }
}

void Command::signalAll(int signal)
{
    // Until QProcess has reaped it the number is its own. Before setsid() there is no such group yet.
    const auto pid = static_cast<pid_t>(m_process->processId());
    // ssh leaves what carries a kept connection through a jump host in our group: others go through it too.
    const bool alone = m_sshIsOurs && !m_isAside && isKept(m_options.ssh.controlPath);
    if (pid > 0 && (alone || ::kill(-pid, signal) != 0)) {
        ::kill(pid, signal);
    }
}

void Command::killTimerFired()
{
    if (!m_killed) {
        m_killed = true;
        signalAll(SIGKILL);
        m_kill.start(kGoneAfterKillMs);
        return;
    }
    orphan(std::exchange(m_process, nullptr));
    if (m_isAside) {
        asideEnded();
        return;
    }
    m_outcome.mayStillRun = true;
    m_outcome.end = *m_stopping;
    finish();
}

void Command::read(bool isError)
{
    const QByteArray bytes = isError ? m_process->readAllStandardError() : m_process->readAllStandardOutput();
    (isError ? m_err : m_out).add(bytes);
    forward(m_lines.add(bytes, isError, m_clock.elapsed()));
}

// False when a receiver has destroyed us.
bool Command::forward(const std::vector<OutputLine> &lines)
{
    const QPointer<Command> self(this);
    return std::all_of(lines.cbegin(), lines.cend(), [&](const OutputLine &line) {
        if (!(line.isError && m_overSsh && isSshNoise(line.text))) {
            Q_EMIT outputArrived(line.text, line.isError);
        }
        return !self.isNull();
    });
}

void Command::failedToStart()
{
    m_outcome.end = m_stopping.value_or(Outcome::End::NotStarted);
    m_outcome.whyNotStarted =
        QStringLiteral("%1 could not be started on this machine: %2.")
            .arg(core::sanitizedName(m_process->program()), core::sanitized(m_process->errorString(), 300));
    m_outcome.whatToDo =
        m_prefix.isEmpty() ? QStringLiteral("The node has no \"command\" in the cluster file, so that its commands run "
                                            "here. Write how its host is reached, or install the program.")
                           : QStringLiteral("Install it, or correct \"command\" in the cluster file.");
    finish();
}

void Command::processFinished(int exitCode, QProcess::ExitStatus status)
{
    const QPointer<Command> self(this);
    for (const bool isError : {false, true}) {
        read(isError);
        if (!self) {
            return;
        }
    }
    m_outcome.exitCode = exitCode;
    m_outcome.end = status == QProcess::CrashExit ? Outcome::End::Crashed : Outcome::End::Exited;
    const bool elsewhere = !m_prefix.isEmpty();
    if (m_stopping) {
        m_outcome.end = *m_stopping;
        m_outcome.mayStillRun = elsewhere;
    } else if (m_outcome.end == Outcome::End::Crashed) {
        m_outcome.mayStillRun = elsewhere;
    } else if (exitCode == 255 && m_overSsh) {
        sshFailed();
        if (m_outcome.end == Outcome::End::HostUnreachable && !m_outcome.mayStillRun && askTheWay()) {
            return;
        }
    }
    finish();
}

void Command::sshFailed()
{
    const QString complaint = sshComplaint(m_err.text());
    // Silence: a host that stopped answering is told by ssh at a level that also brings the banners of hosts.
    if (!complaint.isEmpty() || m_err.text().trimmed().isEmpty()) {
        m_outcome.end = Outcome::End::HostUnreachable;
        m_outcome.mayStillRun = !isBeforeCommand(complaint);
        if (m_sshIsOurs && complaint.contains(QLatin1String("Permission denied"))) {
            m_outcome.agentProblem = agentProblem();
        }
    }
}

// One that holds its input is begun anew by whoever needs it.
bool Command::askTheWay()
{
    if (m_options.holdsInput || !wasNotGreeted(m_err.text())) {
        return false;
    }
    aside(wayQuestion(m_prefix), &Command::wayTold);
    return true;
}

void Command::aside(const QStringList &line, void (Command::*then)())
{
    m_isAside = true;
    orphan(m_process);
    m_process = process(line);
    m_process->setStandardInputFile(QProcess::nullDevice());
    connect(m_process, &QProcess::finished, this, then);
    connect(
        m_process, &QProcess::errorOccurred, this,
        [this, then](QProcess::ProcessError error) {
            if (error == QProcess::FailedToStart && isRunning()) {
                (this->*then)();
            }
        },
        Qt::QueuedConnection);
    m_process->start();
}

// With a connection that is to be kept ssh sends to /dev/null what the jump host's ssh says (sshconnect.c): it is asked
// once more without one. Not with the command itself, in case that words of its own were taken for ssh's.
void Command::wayTold()
{
    m_outcome.way = wayIn(m_process->readAllStandardOutput());
    const bool unheard = !m_outcome.way.isEmpty() && !m_options.ssh.controlPath.isEmpty();
    if (m_stopping || !unheard || waitedInVain(m_err.text())) {
        asideEnded();
        return;
    }
    SshOptions plain = m_options.ssh;
    plain.controlPath.clear();
    plain.readsInput = false;
    aside(commandLine(m_prefix, {QStringLiteral("true")}, plain), &Command::reasonTold);
}

void Command::reasonTold()
{
    const QByteArray said = m_process->readAllStandardError();
    if (!m_stopping && wasNotGreeted(said)) {
        m_err = KeptOutput(m_options.maxOutputBytes);
        m_err.add(said);
        sshFailed();
    }
    asideEnded();
}

// What the command came to is known already, unless somebody cancels it even then.
void Command::asideEnded()
{
    if (m_stopping == Outcome::End::Cancelled) {
        m_outcome.end = *m_stopping;
    }
    finish();
}

void Command::finish()
{
    m_deadline.stop();
    m_kill.stop();
    m_finished = true;
    m_outcome.out = m_out.text();
    m_outcome.err = m_overSsh ? withoutSshNoise(m_err.text()) : m_err.text();
    m_outcome.truncated = m_out.truncated() || m_err.truncated();
    m_outcome.tookMs = m_clock.elapsed();
    if (forward(m_lines.finish())) {
        Q_EMIT finished(m_outcome);
    }
}

} // namespace howdah::hosts
