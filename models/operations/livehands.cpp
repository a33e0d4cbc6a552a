// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/livehands.h"

#include <QPointer>
#include <QRegularExpression>
#include <QTimer>
#include <algorithm>

#include "core/identifier.h"
#include "core/servertext.h"
#include "hosts/command.h"
#include "operations/places.h"

namespace howdah::operations {

using core::Error;

namespace {

/// Statements of an operation have deadlines of their own; this is what the server itself is told.
constexpr int kLongestStatementMs = 600'000;
constexpr qsizetype kMostCell = 8192;
constexpr int kReadyMs = 900'000; ///< longer than what comes before it may take: checkpoints above all
constexpr const char *kGo = "go\n";

HandsFailure notDone(Error error)
{
    return {std::move(error), false};
}

Table tableOf(const postgres::Rows &rows)
{
    Table table;
    table.columns = rows.columns();
    for (int row = 0; row < rows.count(); ++row) {
        auto &cells = table.rows.emplace_back();
        for (int column = 0; column < table.columns.size(); ++column) {
            cells.push_back(rows.isNull(row, column) ? std::nullopt : std::optional(rows.text(row, column)));
        }
    }
    return table;
}

} // namespace

struct LiveHands::Request {
    QByteArray sql;
    int deadlineMs = 0;
    QElapsedTimer since;
    QTimer timer;
    std::function<void(Handed<Table>)> done;
};

/// One node's session and who waits for it.
struct LiveHands::Desk {
    QString node;
    std::unique_ptr<postgres::Session> session;
    std::deque<std::unique_ptr<Request>> waiting;
    std::unique_ptr<Request> underWay;
    QStringList channels;   ///< to listen to
    QStringList listenedTo; ///< of them, those that the open session listens to
};

LiveHands::LiveHands(cluster::ClusterConfig config, QObject *parent)
    : Hands(parent)
    , m_config(std::move(config))
{
}

LiveHands::~LiveHands() = default;

core::Result<QStringList> LiveHands::prefixFor(const QString &node, bool asRoot) const
{
    const auto place = placeOf(m_config, node);
    if (!place) {
        return core::failure(Error::Kind::NotFound, QStringLiteral("the cluster file has no node %1").arg(node));
    }
    const cluster::NodeConfig *config = &place->node;
    if (!config->hasCommand && config->rootCommand.isEmpty()) {
        return core::failure(
            Error::Kind::Invalid, QStringLiteral("the cluster file has no command for the host of %1").arg(node),
            QStringLiteral("Add it, for example command = [\"ssh\", \"postgres@10.0.0.11\"], or [] for this machine."));
    }
    if (!asRoot && !config->hasCommand) {
        return core::failure(
            Error::Kind::Invalid,
            QStringLiteral("the cluster file has only a root_command for the host of %1, and this is not run as root")
                .arg(node),
            QStringLiteral("Add command, for example [\"ssh\", \"postgres@10.0.0.11\"]."));
    }
    if (!asRoot) {
        return config->command;
    }
    return config->rootCommand.isEmpty() ? config->command + QStringList{QStringLiteral("sudo"), QStringLiteral("-n")}
                                         : config->rootCommand;
}

LiveHands::Desk *LiveHands::deskFor(const QString &node, const QString &database)
{
    // Advisory locks are of one database, so everybody who acts must be in the same.
    const auto place = placeOf(m_config, node);
    const std::pair key{node, database.isEmpty() && place ? place->database : database};
    std::shared_ptr<Desk> &desk = m_desks[key];
    if (desk) {
        return desk.get();
    }
    const auto conninfo = place ? postgres::Conninfo::parse(place->node.conninfo)
                                : core::failure(Error::Kind::NotFound, QStringLiteral("there is no node %1").arg(node));
    if (!conninfo) {
        m_desks.remove(key);
        return nullptr;
    }
    desk = std::make_shared<Desk>();
    desk->node = node;
    postgres::SessionOptions options;
    options.readOnly = false;
    options.batchMs = kLongestStatementMs;
    options.applicationName = QStringLiteral("howdah operation");
    options.plain = place->pooler;
    desk->session = std::make_unique<postgres::Session>(conninfo->with(QStringLiteral("dbname"), key.second), options);
    Desk *raw = desk.get();
    connect(desk->session.get(), &postgres::Session::opened, this, [this, raw] {
        raw->listenedTo.clear();
        serve(*raw);
    });
    connect(desk->session.get(), &postgres::Session::notified, this,
            [this, raw](const QString &channel) { Q_EMIT notified(raw->node, channel); });
    connect(desk->session.get(), &postgres::Session::failed, this,
            [this, raw](const postgres::Failure &failure) { lost(*raw, failure.error); });
    return raw;
}

void LiveHands::sql(const QString &node, const QString &database, const QString &sql, int deadlineMs,
                    std::function<void(Handed<Table>)> done)
{
    Desk *desk = deskFor(node, database);
    if (!desk) {
        QTimer::singleShot(0, this, [node, done] {
            done(tl::unexpected(
                notDone({.kind = Error::Kind::NotFound,
                         .message = QStringLiteral("%1 can't be connected to by the cluster file").arg(node),
                         .node = node})));
        });
        return;
    }
    auto request = std::make_unique<Request>();
    request->sql = sql.toUtf8();
    request->deadlineMs = deadlineMs;
    request->since.start();
    request->done = std::move(done);
    request->timer.setSingleShot(true);
    connect(&request->timer, &QTimer::timeout, this, [this, desk, raw = request.get()] { tooLate(*desk, raw); });
    request->timer.start(deadlineMs);
    desk->waiting.push_back(std::move(request));
    serve(*desk);
}

void LiveHands::serve(Desk &desk)
{
    if (desk.underWay || desk.waiting.empty()) {
        return;
    }
    if (!desk.session->isOpen()) {
        desk.session->open();
        return;
    }
    desk.underWay = std::move(desk.waiting.front());
    desk.waiting.pop_front();
    const auto left = desk.underWay->deadlineMs - static_cast<int>(desk.underWay->since.elapsed());
    std::vector<postgres::Statement> statements;
    for (const QString &channel : std::as_const(desk.channels)) {
        if (!desk.listenedTo.contains(channel)) {
            statements.push_back(
                {QByteArray(), QStringLiteral("LISTEN %1").arg(core::sqlIdentifier(channel)).toUtf8()});
        }
    }
    desk.listenedTo = desk.channels;
    statements.push_back({QByteArray(), desk.underWay->sql});
    desk.session->run(
        statements,
        [this, &desk](std::vector<core::Result<postgres::Rows>> results) { answered(desk, std::move(results)); },
        std::max(1, left) + 1000); // the request's own timer comes first and knows the words
}

void LiveHands::answered(Desk &desk, std::vector<core::Result<postgres::Rows>> results)
{
    const std::unique_ptr<Request> request = std::move(desk.underWay);
    const QPointer<LiveHands> self(this);
    const core::Result<postgres::Rows> &result = results.back(); // before it the session's own may stand
    fulfilled(desk, request->sql, result);
    if (!result) {
        Error error = result.error();
        error.node = desk.node;
        error.message = QStringLiteral("%1: %2").arg(desk.node, error.message);
        // It was refused in words: nothing was done.
        request->done(tl::unexpected(notDone(std::move(error))));
    } else {
        request->done(tableOf(*result));
    }
    if (self) {
        serve(desk);
    }
}

void LiveHands::lost(Desk &desk, const Error &error)
{
    Error said = error;
    said.node = desk.node;
    said.message = QStringLiteral("%1: %2").arg(desk.node, error.message);
    const QPointer<LiveHands> self(this);
    const std::unique_ptr<Request> request = std::move(desk.underWay);
    std::deque<std::unique_ptr<Request>> waiting = std::move(desk.waiting);
    desk.waiting.clear();
    if (request) {
        request->done(tl::unexpected(HandsFailure{said, true}));
    }
    for (const std::unique_ptr<Request> &one : waiting) {
        if (self) {
            one->done(tl::unexpected(notDone(said)));
        }
    }
}

void LiveHands::tooLate(Desk &desk, Request *request)
{
    const Error error{.kind = Error::Kind::Timeout,
                      .message =
                          QStringLiteral("%1 did not answer within %2 ms").arg(desk.node).arg(request->deadlineMs),
                      .node = desk.node};
    if (desk.underWay.get() == request) {
        // What it does now nobody knows; the next statement gets a session that answers.
        const std::unique_ptr<Request> gone = std::move(desk.underWay);
        desk.session->close();
        const QPointer<LiveHands> self(this);
        gone->done(tl::unexpected(HandsFailure{error, true}));
        if (self) {
            serve(desk);
        }
        return;
    }
    const auto at = std::find_if(desk.waiting.begin(), desk.waiting.end(),
                                 [request](const auto &one) { return one.get() == request; });
    if (at != desk.waiting.end()) {
        const std::unique_ptr<Request> gone = std::move(*at);
        desk.waiting.erase(at);
        if (desk.waiting.empty() && !desk.underWay && !desk.session->isOpen()) {
            desk.session->close(); // the next question begins a connection of its own
        }
        gone->done(tl::unexpected(notDone(error)));
    }
}

void LiveHands::command(const QString &node, const QStringList &argv, bool asRoot, int deadlineMs,
                        std::function<void(Handed<CommandResult>)> done)
{
    const auto prefix = prefixFor(node, asRoot);
    if (!prefix) {
        QTimer::singleShot(0, this, [error = prefix.error(), done] { done(tl::unexpected(notDone(error))); });
        return;
    }
    hosts::Command *ready = takeReady(node, argv, asRoot, deadlineMs);
    hosts::Command *command = ready ? ready : new hosts::Command(this);
    connect(command, &hosts::Command::outputArrived, this,
            [this, node](const QString &line) { Q_EMIT outputArrived(node, line); });
    connect(command, &hosts::Command::finished, this, [command, node, done](const hosts::Outcome &outcome) {
        command->deleteLater();
        if (outcome.end == hosts::Outcome::End::Exited) {
            done(CommandResult{outcome.exitCode, core::sanitized(QByteArrayView(outcome.out), 1 << 20),
                               core::sanitized(QByteArrayView(outcome.err), kMostCell)});
        } else {
            const bool never = outcome.end == hosts::Outcome::End::NotStarted ||
                               (outcome.end == hosts::Outcome::End::HostUnreachable && !outcome.mayStillRun);
            done(tl::unexpected(HandsFailure{outcome.asError(node), !never}));
        }
    });
    if (!ready) {
        command->start(*prefix, argv, optionsFor(*prefix, deadlineMs));
    }
}

hosts::CommandOptions LiveHands::optionsFor(const QStringList &prefix, int deadlineMs)
{
    hosts::CommandOptions options;
    options.deadlineMs = deadlineMs;
    options.ssh.controlPath = m_connections.controlPath(prefix);
    options.ssh.connectTimeoutS = 5;
    return options;
}

/// Starting a process on a busy host behind ssh, docker or sudo takes longer than most of what it then does.
void LiveHands::makeReady(const QString &node, const QStringList &argv, bool asRoot)
{
    const auto prefix = prefixFor(node, asRoot);
    if (!prefix) {
        return; // command() will say it
    }
    auto *command = new hosts::Command(this);
    // A prefix that gives no input along (docker exec without -i) ends it at once: then it is begun anew when needed.
    connect(command, &hosts::Command::finished, command, &QObject::deleteLater);
    hosts::CommandOptions options = optionsFor(*prefix, kReadyMs);
    options.holdsInput = true;
    command->start(*prefix,
                   QStringList{QStringLiteral("sh"), QStringLiteral("-c"),
                               QStringLiteral("read -r go && [ \"$go\" = go ] && exec \"$@\""),
                               QStringLiteral("howdah-ready")} +
                       argv,
                   options);
    m_ready.push_back({node, argv, asRoot, command});
}

hosts::Command *LiveHands::takeReady(const QString &node, const QStringList &argv, bool asRoot, int deadlineMs)
{
    const auto at = std::find_if(m_ready.begin(), m_ready.end(), [&](const Ready &one) {
        return one.node == node && one.asRoot == asRoot && one.argv == argv;
    });
    if (at == m_ready.end()) {
        return nullptr;
    }
    const QPointer<hosts::Command> command = at->command;
    m_ready.erase(at);
    if (!command || !command->goOn(kGo, deadlineMs)) {
        return nullptr; // it has ended, or is about to
    }
    command->disconnect(command);
    return command;
}

void LiveHands::leaveWill(const QString &node, const LastWill &will, int deadlineMs,
                          std::function<void(Handed<void>)> done)
{
    const auto place = placeOf(m_config, node);
    if (!place) {
        QTimer::singleShot(0, this, [node, done] {
            done(tl::unexpected(notDone({.kind = Error::Kind::NotFound,
                                         .message = QStringLiteral("the cluster file has no node %1").arg(node),
                                         .node = node})));
        });
        return;
    }
    revokeWill(node, will);
    m_wills.push_back(std::make_unique<WillKeeper>(Testament{*place, will, m_journal}));
    m_wills.back()->start(deadlineMs, [node, done](const core::Result<void> &kept) {
        if (kept) {
            done({});
            return;
        }
        done(tl::unexpected(
            notDone({.kind = kept.error().kind,
                     .message = QStringLiteral("%1: nothing was begun, since no process could be started that takes it "
                                               "back should this console die: %2")
                                    .arg(node, kept.error().message),
                     .node = node})));
    });
}

std::optional<Hands::BrokenWill> LiveHands::brokenWill()
{
    for (const auto &keeper : m_wills) {
        const Testament &testament = keeper->testament();
        const WillKeeper::Standing standing = keeper->standing();
        if (testament.journal == m_journal && standing > WillKeeper::Standing::Kept) {
            return BrokenWill{testament.place.node.name, testament.will.sql, standing == WillKeeper::Standing::Acting};
        }
    }
    return std::nullopt;
}

void LiveHands::revokeWill(const QString &node, const LastWill &will)
{
    for (const auto &keeper : m_wills) {
        const Testament &testament = keeper->testament();
        if (testament.place.node.name == node && testament.will.sql == will.sql) {
            keeper->revoke();
        }
    }
}

/// What a will was left for has been done by ourselves.
void LiveHands::fulfilled(const Desk &desk, const QByteArray &sql, const core::Result<postgres::Rows> &result)
{
    for (const auto &keeper : m_wills) {
        const Testament &testament = keeper->testament();
        const QString &already = testament.will.alreadySo;
        if (testament.place.node.name == desk.node && testament.will.sql.toUtf8() == sql &&
            (result || (!already.isEmpty() && QRegularExpression(already).match(result.error().message).hasMatch()))) {
            keeper->revoke();
        }
    }
}

void LiveHands::alive(const QString &node, int deadlineMs, std::function<void(bool)> done)
{
    const auto place = placeOf(m_config, node);
    const auto conninfo = postgres::Conninfo::parse(place ? place->node.conninfo : QString());
    if (!conninfo) {
        QTimer::singleShot(0, this, [done] { done(false); });
        return;
    }
    postgres::SessionOptions options;
    options.connectMs = deadlineMs;
    options.applicationName = QStringLiteral("howdah operation");
    options.plain = place->pooler;
    auto *session = new postgres::Session(*conninfo, options, this);
    connect(session, &postgres::Session::opened, this, [session, done] {
        session->deleteLater();
        done(true);
    });
    connect(session, &postgres::Session::failed, this, [session, done](const postgres::Failure &failure) {
        using cluster::LinkState;
        session->deleteLater();
        done(failure.link != LinkState::Unresponsive && failure.link != LinkState::Unreachable);
    });
    session->open();
}

void LiveHands::http(const HttpRequest &request, int deadlineMs, std::function<void(Handed<HttpAnswer>)> done)
{
    m_http.send(request, deadlineMs, std::move(done));
}

void LiveHands::listen(const QString &node, const QString &database, const QString &channel)
{
    const auto place = placeOf(m_config, node);
    Desk *desk = place && !place->pooler ? deskFor(node, database) : nullptr; // PgBouncer's console has no LISTEN
    if (desk && !desk->channels.contains(channel)) {
        desk->channels.append(channel); // with the next statement
    }
}

void LiveHands::letGo(const QString &node, const QString &database)
{
    if (Desk *desk = deskFor(node, database)) {
        const std::unique_ptr<Request> gone = std::move(desk->underWay);
        desk->session->close();
        serve(*desk);
    }
}

void LiveHands::cancelAll()
{
    m_http.cancelAll();
    for (const auto &desk : std::as_const(m_desks)) {
        desk->session->close();
        desk->underWay.reset();
        desk->waiting.clear();
    }
    qDeleteAll(findChildren<postgres::Session *>(QString(), Qt::FindDirectChildrenOnly));
    const auto commands = findChildren<hosts::Command *>(QString(), Qt::FindDirectChildrenOnly);
    for (hosts::Command *command : commands) {
        disconnect(command, nullptr, this, nullptr);
        command->deleteLater();
    }
    m_ready.clear();
}

} // namespace howdah::operations
