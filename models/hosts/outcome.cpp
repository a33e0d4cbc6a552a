// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/outcome.h"

#include <QRegularExpression>

#include "core/redact.h"
#include "core/servertext.h"
#include "core/units.h"

namespace howdah::hosts {

namespace {

using Kind = core::Error::Kind;

const QRegularExpression &beforeCommand()
{
    static const QRegularExpression expression(QStringLiteral(
        "^(?:ssh: connect to host |ssh: Could not resolve |Host key verification failed|"
        "No \\S+ host key is known for |kex_exchange_identification: |banner exchange: |ssh_exchange_identification: |"
        "Connection timed out during banner exchange|Unable to negotiate with |Can't open user config file |"
        "command-line: line \\d+: |\\S+: line \\d+: Bad configuration option|.{0,300}: Bad configuration option|"
        "Bad owner or permissions on |(?:\\S+ h|H)ost key for .{1,300} has changed and you have requested strict |"
        "Received disconnect from .{0,300}: Too many authentication failures|hostname contains invalid characters|"
        "[^\\s:]{1,300}: Permission denied \\(|Connection closed by UNKNOWN port |Bad port |ssh: .{0,300}usage: )"));
    return expression;
}

const QRegularExpression &connectionLost()
{
    static const QRegularExpression expression(QStringLiteral(
        "^(?:Control master terminated unexpectedly|Timeout, server .{0,300} not responding|client_loop: |"
        "Connection to .{0,300} closed by remote host|Connection (?:closed|reset) by |Connection to .{0,300} timed out|"
        "mux_client_|Read from remote host |Write failed: |packet_write_wait: |ssh_dispatch_run_fatal: |"
        "Received disconnect from |Disconnected from |ssh_packet_)"));
    return expression;
}

QStringList lines(const QByteArray &bytes)
{
    // ssh ends its lines with CR LF.
    QStringList result;
    for (const QByteArray &line : bytes.last(qMin<qsizetype>(bytes.size(), 16384)).split('\n')) {
        const QString text = core::redacted(core::sanitized(QByteArrayView(line.trimmed()), 500));
        if (!text.isEmpty()) {
            result << text;
        }
    }
    return result;
}

QString lastWords(const Outcome &outcome)
{
    QStringList said = lines(outcome.err);
    if (said.isEmpty()) {
        said = lines(outcome.out);
    }
    return QStringList(said.mid(qMax<qsizetype>(0, said.size() - 3))).join(QStringLiteral(" / "));
}

QString program(const Outcome &outcome)
{
    return outcome.command.section(QLatin1Char(' '), 0, 0);
}

QString stillRuns(bool may)
{
    return may ? QStringLiteral(
                     " Whether it still runs there is not known: only the process on this machine has ended.")
               : QString();
}

core::Error exited(const Outcome &outcome, const QString &node)
{
    core::Error error{.kind = Kind::Io, .node = node};
    const QString words = lastWords(outcome);
    error.message = QStringLiteral("%1 ended with exit code %2 on the host of %3")
                        .arg(program(outcome))
                        .arg(outcome.exitCode)
                        .arg(node);
    error.message += words.isEmpty() ? QStringLiteral(", and said nothing.") : QStringLiteral(": ") + words;
    if (outcome.exitCode == 127) {
        error.kind = Kind::NotFound;
        error.hint = QStringLiteral("The shell there has not found a program: give its full path, or set PATH for a "
                                    "login without a terminal.");
    } else if (outcome.exitCode == 126) {
        error.kind = Kind::Denied;
        error.hint = QStringLiteral("The program is there but may not be run by this user.");
    }
    return error;
}

/// "through the jump host bastion" and, where that was reached, what it says of the host behind it.
QString wayOf(const Outcome &outcome, QString &complaint)
{
    static const QRegularExpression forwarding(QStringLiteral("^channel \\d+: open failed: (.+)$"));
    QString way = outcome.way.isEmpty() ? QString() : QStringLiteral(" through ") + outcome.way;
    for (const QString &line : outcome.way.isEmpty() ? QStringList() : lines(outcome.err)) {
        const QRegularExpressionMatch match = forwarding.match(line);
        if (match.hasMatch()) {
            complaint = match.captured(1);
            return way + QStringLiteral(", which does not get on to it");
        }
    }
    return way;
}

core::Error unreachable(const Outcome &outcome, const QString &node)
{
    QString complaint = sshComplaint(outcome.err);
    core::Error error{.kind = Kind::Connection, .node = node};
    if (complaint.isEmpty()) {
        error.message =
            QStringLiteral("ssh ended with 255 and without a word while %1 ran on the host of %2: the connection "
                           "was lost, or a signal ended the command there.")
                .arg(program(outcome), node);
        error.hint = QStringLiteral("What the command has done there, and whether it still runs, is not known: look "
                                    "before you repeat it.");
        return error;
    }
    if (outcome.mayStillRun) {
        error.message = QStringLiteral("The connection to the host of %1 broke while %2 ran: %3")
                            .arg(node, program(outcome), complaint);
        error.hint = QStringLiteral("What the command has done there, and whether it still runs, is not known: look "
                                    "before you repeat it.");
        return error;
    }
    const QString way = wayOf(outcome, complaint);
    error.message = QStringLiteral("ssh did not get to the host of %1%2: %3").arg(node, way, complaint);
    if (way.endsWith(QLatin1String("get on to it"))) {
        error.hint = QStringLiteral("Look from the jump host whether the other one is there, and whether its sshd "
                                    "forwards anything (AllowTcpForwarding).");
    } else if (complaint.contains(QLatin1String("Permission denied"))) {
        error.kind = Kind::Denied;
        error.hint =
            QStringLiteral("Put your public key into authorized_keys there, and the key into ssh-agent when it "
                           "has a passphrase: nobody is there to be asked.");
        if (!outcome.agentProblem.isEmpty()) {
            error.hint += QLatin1Char(' ') + outcome.agentProblem;
        }
    } else if (complaint.contains(QLatin1String("ost key")) || complaint.contains(QLatin1String("IDENTIFICATION"))) {
        error.kind = Kind::Denied;
        error.hint = QStringLiteral("Log in once by hand with the same command and compare the fingerprint; a key that "
                                    "has changed may be another host.");
    } else {
        error.hint =
            QStringLiteral("Try the same by hand: ssh with the words of the prefix, and the command \"true\".");
    }
    return error;
}

} // namespace

QString sshComplaint(const QByteArray &standardError)
{
    QString found;
    for (const QString &line : lines(standardError)) {
        // What stands first says why; "Host key verification failed" only comes last.
        if (beforeCommand().match(line).hasMatch()) {
            return line;
        }
        if (found.isEmpty() && connectionLost().match(line).hasMatch()) {
            found = line;
        }
    }
    return found;
}

bool isBeforeCommand(const QString &complaint)
{
    return beforeCommand().match(complaint).hasMatch();
}

bool isSshNoise(const QString &line)
{
    static const QRegularExpression expression(
        QStringLiteral("\\A(?:ControlSocket .{1,300} already exists, disabling multiplexing|"
                       "mux_client_request_session: session request failed: Session open refused by peer)\\s*\\z"));
    return expression.match(line).hasMatch();
}

QByteArray withoutSshNoise(const QByteArray &standardError)
{
    if (!standardError.contains("multiplexing") && !standardError.contains("mux_client_request_session")) {
        return standardError;
    }
    QByteArrayList kept;
    for (const QByteArray &line : standardError.split('\n')) {
        if (!isSshNoise(QString::fromUtf8(line))) {
            kept << line;
        }
    }
    return kept.join('\n');
}

core::Error Outcome::asError(const QString &node) const
{
    const QString span = core::formatSeconds(static_cast<double>(tookMs) / 1000);
    core::Error error{.kind = Kind::Io, .node = node};
    switch (end) {
    case End::Exited:
        return exited(*this, node);
    case End::HostUnreachable:
        return unreachable(*this, node);
    case End::Crashed:
        error.message =
            QStringLiteral("%1 was ended by signal %2.").arg(program(*this)).arg(exitCode) + stillRuns(mayStillRun);
        error.hint = lastWords(*this);
        return error;
    case End::DeadlinePassed:
        error.kind = Kind::Timeout;
        error.message =
            QStringLiteral("%1 did not end within its deadline on the host of %2; it was given up after %3.")
                .arg(program(*this), node, span) +
            stillRuns(mayStillRun);
        error.hint = lastWords(*this);
        return error;
    case End::Cancelled:
        error.kind = Kind::Cancelled;
        error.message = QStringLiteral("%1 on the host of %2 was cancelled after %3.").arg(program(*this), node, span) +
                        stillRuns(mayStillRun);
        return error;
    case End::NotStarted:
        error.kind = Kind::Invalid;
        error.message = whyNotStarted;
        error.hint = whatToDo;
        return error;
    }
    return error;
}

} // namespace howdah::hosts
