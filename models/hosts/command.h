// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QProcess>
#include <QStringList>
#include <QTimer>
#include <optional>

#include "hosts/commandline.h"
#include "hosts/outcome.h"
#include "hosts/output.h"

namespace howdah::hosts {

/// How a command is run.
struct CommandOptions {
    int deadlineMs = 30000;                       ///< for all of it; then it is ended
    int killAfterMs = 2000;                       ///< from SIGTERM to SIGKILL
    qint64 maxOutputBytes = 1LL << 20;            ///< kept of each stream; the middle of more is left out
    int linesPerSecond = 200;                     ///< forwarded by outputArrived(); more are counted only
    std::optional<QByteArray> standardInput = {}; ///< empty: /dev/null
    bool holdsInput = false;                      ///< standard input stays open until goOn()
    SshOptions ssh = {};                          ///< its readsInput follows standardInput
};

/// One run of one command, here or behind a prefix, without a shell on this machine. Asynchronous: nothing in it waits.
/// Where ssh did not get through a jump host it finds out, before it ends, what was in the way, and why. Its processes
/// are a session of their own: a terminal that the console was started from is never asked for a password, and they are
/// ended together. They end with the thread that started them, also when the console is killed. A Command runs once.
/// Lives in one thread, the engine's.
class Command : public QObject {
    Q_OBJECT
public:
    explicit Command(QObject *parent = nullptr);
    /// Ends the process with SIGKILL and emits nothing.
    ~Command() override;

    /// Starts commandLine(prefix, argv, options.ssh). Always ends in finished(), never from within this call, also for
    /// a prefix that checkPrefix() refuses.
    void start(const QStringList &prefix, const QStringList &argv, const CommandOptions &options = {});
    /// For one that holds its input: this is all of it. Its deadline counts from now, its clock too. False: it was too
    /// late, and it has read nothing.
    bool goOn(const QByteArray &input, int deadlineMs);
    /// Ends it: SIGTERM, SIGKILL after killAfterMs. finished() follows, with Cancelled. Does nothing when it does not
    /// run.
    void cancel();
    bool isRunning() const { return m_process && !m_finished; }
    /// Of the process on this machine; 0 when there is none.
    qint64 processId() const { return m_process ? m_process->processId() : 0; }

Q_SIGNALS:
    /// A line as it may be shown: plain text, sanitized, redacted, cut when it is long.
    void outputArrived(const QString &line, bool isError);
    /// Exactly once, and the last thing that is emitted.
    void finished(const howdah::hosts::Outcome &outcome);

private:
    void refuse(const core::Error &error);
    void launch(const QStringList &line);
    QProcess *process(const QStringList &line);
    void stop(Outcome::End why);
    void signalAll(int signal);
    void killTimerFired();
    void read(bool isError);
    bool forward(const std::vector<OutputLine> &lines);
    void processFinished(int exitCode, QProcess::ExitStatus status);
    void sshFailed();
    bool askTheWay();
    void aside(const QStringList &line, void (Command::*then)());
    void wayTold();
    void reasonTold();
    void asideEnded();
    void failedToStart();
    void finish();
    static void orphan(QProcess *process);

    CommandOptions m_options;
    QProcess *m_process = nullptr;
    QTimer m_deadline;
    QTimer m_kill;
    QElapsedTimer m_clock;
    KeptOutput m_out{2};
    KeptOutput m_err{2};
    OutputLines m_lines{2};
    std::optional<Outcome::End> m_stopping;
    Outcome m_outcome;
    QStringList m_prefix;
    bool m_overSsh = false;
    bool m_sshIsOurs = false; ///< the process is ssh itself
    bool m_isAside = false;   ///< the process only finds out why the command's own did not get there
    bool m_started = false;
    bool m_killed = false;
    bool m_finished = false;
};

} // namespace howdah::hosts
