// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QStringList>
#include <functional>
#include <optional>
#include <vector>

#include "core/error.h"
#include "operations/plan.h"

namespace howdah::operations {

/// What a statement returned, as text.
struct Table {
    QStringList columns;
    std::vector<std::vector<std::optional<QString>>> rows;
};

/// What a command said.
struct CommandResult {
    int exitCode = 0;
    QString out;
    QString err;
};

/// A request to a REST API, with nothing left to be filled in. The rest is what Http says.
struct HttpRequest {
    QString method;
    QString url;
    QString body;
    QString credentials = {};
    bool anonymous = false;
    QString contentType = {};
    ProviderAsk ask = {};
};

/// What a REST API answered, whatever it was.
struct HttpAnswer {
    int status = 0;
    QString body; ///< sanitized, at most 1 MiB
    /// As they came, but for the token of a login.
    std::vector<std::pair<QByteArray, QByteArray>> headers = {};
};

/// Why something on a node did not come to its end.
struct HandsFailure {
    core::Error error;
    /// False only when it is certain that nothing was done: the node was never reached, or it refused in words.
    bool mayHaveHappened = true;
};

template<typename T>
using Handed = tl::expected<T, HandsFailure>;

/// What a runner acts with: statements and commands on the nodes of one cluster, and requests to REST APIs. Everything
/// is asynchronous, `done` is called once, in the thread of the object, and never after it was destroyed or cancelled.
class Hands : public QObject {
    Q_OBJECT
public:
    using QObject::QObject;

    /// One statement on the node's session in a database (empty: postgres), which stays the same one as long as it
    /// lives: locks are kept in it. Statements for one session queue.
    virtual void sql(const QString &node, const QString &database, const QString &sql, int deadlineMs,
                     std::function<void(Handed<Table>)> done) = 0;
    void sql(const QString &node, const QString &sql, int deadlineMs, std::function<void(Handed<Table>)> done)
    {
        this->sql(node, QString(), sql, deadlineMs, std::move(done));
    }
    /// argv on the node's host, as its server's user or as root. An exit code other than 0 is no failure here.
    virtual void command(const QString &node, const QStringList &argv, bool asRoot, int deadlineMs,
                         std::function<void(Handed<CommandResult>)> done) = 0;
    /// That command will be asked for in a moment, once: as much as can be done before (a process, a login) may be done
    /// now. Nothing of it happens on the node before command() is called with the very same words.
    virtual void makeReady(const QString &node, const QStringList &argv, bool asRoot)
    {
        Q_UNUSED(node)
        Q_UNUSED(argv)
        Q_UNUSED(asRoot)
    }
    /// Follows no redirect, uses no proxy, is sent once at most. A status that is no success is no failure here. Where
    /// a provider wants a login first, that is done as well.
    virtual void http(const HttpRequest &request, int deadlineMs, std::function<void(Handed<HttpAnswer>)> done) = 0;
    /// From now on a process of its own sends will to the node once this one is gone; done when that is sure. A second
    /// one with the same statement takes the place of the first. It is void once sql() has sent the statement itself.
    virtual void leaveWill(const QString &node, const LastWill &will, int deadlineMs,
                           std::function<void(Handed<void>)> done) = 0;
    /// A will that was left, and on which nobody can build any more: it is being carried out, or has been, or who kept
    /// it has gone. Looked at without waiting for anything; wills of earlier journals are not told of.
    struct BrokenWill {
        QString node;
        QString sql;
        bool acted = false; ///< what it was left for does not hold any more; false: nobody would take it back
    };
    virtual std::optional<BrokenWill> brokenWill() = 0;
    /// The file of the operation's journal, in which wills that are left from now on tell what they did.
    virtual void setJournal(const QString &path) = 0;
    /// What it was left for was not done.
    virtual void revokeWill(const QString &node, const LastWill &will) = 0;
    /// Whether the node says anything at all to somebody who comes anew, be it no: another question may take its time.
    virtual void alive(const QString &node, int deadlineMs, std::function<void(bool)> done) = 0;
    /// From the next statement on notified() tells of NOTIFY on a channel in that database of the node's, on the
    /// session of sql(). Nobody is told when it can't be: who needs to know asks as well, only less often. Twice is
    /// once.
    virtual void listen(const QString &node, const QString &database, const QString &channel) = 0;
    /// Drops what is under way on that session of the node, and the session with its locks; nobody is called.
    virtual void letGo(const QString &node, const QString &database) = 0;
    /// Drops all that is under way; what has reached a node may still happen there.
    virtual void cancelAll() = 0;

Q_SIGNALS:
    /// A line that a command wrote, sanitized and redacted.
    void outputArrived(const QString &node, const QString &line);
    /// Something was notified on a channel of the node.
    void notified(const QString &node, const QString &channel);
};

} // namespace howdah::operations
