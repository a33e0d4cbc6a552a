// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QPointer>
#include <deque>
#include <memory>
#include <vector>

#include "cluster/clusterconfig.h"
#include "hosts/command.h"
#include "hosts/connections.h"
#include "operations/hands.h"
#include "operations/httpclient.h"
#include "operations/lastwill.h"
#include "postgres/session.h"

namespace howdah::operations {

/// Hands on a real cluster: one session a node and database, opened when it is first needed and again after it broke,
/// and commands through the prefixes of the cluster file. Engine thread.
class LiveHands : public Hands {
    Q_OBJECT
public:
    explicit LiveHands(cluster::ClusterConfig config, QObject *parent = nullptr);
    ~LiveHands() override;

    using Hands::sql;
    void sql(const QString &node, const QString &database, const QString &sql, int deadlineMs,
             std::function<void(Handed<Table>)> done) override;
    void command(const QString &node, const QStringList &argv, bool asRoot, int deadlineMs,
                 std::function<void(Handed<CommandResult>)> done) override;
    void makeReady(const QString &node, const QStringList &argv, bool asRoot) override;
    void http(const HttpRequest &request, int deadlineMs, std::function<void(Handed<HttpAnswer>)> done) override;
    void leaveWill(const QString &node, const LastWill &will, int deadlineMs,
                   std::function<void(Handed<void>)> done) override;
    std::optional<BrokenWill> brokenWill() override;
    void setJournal(const QString &path) override { m_journal = path; }
    void revokeWill(const QString &node, const LastWill &will) override;
    void alive(const QString &node, int deadlineMs, std::function<void(bool)> done) override;
    void listen(const QString &node, const QString &database, const QString &channel) override;
    void letGo(const QString &node, const QString &database) override;
    void cancelAll() override;

    /// What stands before commands on the node's host; an error says what to write into the cluster file.
    core::Result<QStringList> prefixFor(const QString &node, bool asRoot) const;

private:
    struct Request;
    struct Desk;
    /// A shell on a node's host that waits to become a command.
    struct Ready {
        QString node;
        QStringList argv;
        bool asRoot = false;
        QPointer<hosts::Command> command;
    };

    hosts::CommandOptions optionsFor(const QStringList &prefix, int deadlineMs);
    hosts::Command *takeReady(const QString &node, const QStringList &argv, bool asRoot, int deadlineMs);
    Desk *deskFor(const QString &node, const QString &database);
    void serve(Desk &desk);
    void answered(Desk &desk, std::vector<core::Result<postgres::Rows>> results);
    void lost(Desk &desk, const core::Error &error);
    void tooLate(Desk &desk, Request *request);
    void fulfilled(const Desk &desk, const QByteArray &sql, const core::Result<postgres::Rows> &result);

    cluster::ClusterConfig m_config;
    QHash<std::pair<QString, QString>, std::shared_ptr<Desk>> m_desks; ///< by node and database
    hosts::Connections m_connections;
    HttpClient m_http;
    std::vector<std::unique_ptr<WillKeeper>> m_wills;
    std::vector<Ready> m_ready;
    QString m_journal;
};

} // namespace howdah::operations
