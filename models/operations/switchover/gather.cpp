// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/gather.h"

#include <QPointer>
#include <QRegularExpression>
#include <algorithm>

#include "operations/address/look.h"
#include "operations/places.h"
#include "operations/switchover/gatherautofailover.h"
#include "operations/switchover/gatherrepmgr.h"
#include "operations/switchover/tryconnections.h"

namespace howdah::operations::switchover {

namespace {
constexpr int kSqlMs = 4000;
constexpr int kHostMs = 8000;
} // namespace

Gatherer::Gatherer(cluster::ClusterConfig config, cluster::ClusterState state, Hands &hands, QObject *parent)
    : QObject(parent)
    , m_hands(hands)
{
    m_facts.config = std::move(config);
    m_facts.state = std::move(state);
}

void Gatherer::start(std::function<void(Facts)> done)
{
    m_done = std::move(done);
    ++m_left; // until all are asked
    for (const cluster::NodeStatus &node : m_facts.state.snapshot->nodes) {
        NodeFacts &facts = m_facts.nodes[node.name];
        if (node.kind == cluster::NodeKind::Witness) {
            continue;
        }
        facts.sql.error = cluster::toString(node.link);
        facts.host.error = facts.sql.error;
        if (!node.sample) {
            continue;
        }
        askRights(node.name, node.sample->serverVersionNum);
    }
    askPatroni();
    askMonitor();
    for (const cluster::AddressConfig &address : m_facts.config.addresses) {
        if (address.follows == QLatin1String("primary")) {
            askAddress(address);
        }
    }
    for (const cluster::PoolerConfig &pooler : m_facts.config.poolers) {
        askPooler(pooler.name);
    }
    one();
}

/// Of a cluster of which nobody has said who manages it too: that it answers says so.
void Gatherer::askPatroni()
{
    const bool known = m_facts.state.snapshot->manager == cluster::ManagerKind::Patroni;
    if (!known && m_facts.state.snapshot->manager != cluster::ManagerKind::Auto) {
        return;
    }
    ++m_left;
    auto *gatherer = new patroni::PatroniGatherer(m_facts.config, m_facts.state.snapshot, m_hands, this);
    gatherer->start([this, gatherer, known](const patroni::PatroniFacts &facts) {
        gatherer->deleteLater();
        if (known || facts.isKnown()) {
            m_facts.patroni = facts;
        }
        one();
    });
}

/// The same with pg_auto_failover's monitor, where the cluster file names one.
void Gatherer::askMonitor()
{
    const bool known = m_facts.state.snapshot->manager == cluster::ManagerKind::PgAutoFailover;
    const bool named =
        m_facts.state.snapshot->manager == cluster::ManagerKind::Auto && !m_facts.config.autoFailoverMonitor.isEmpty();
    if (!known && !named) {
        return;
    }
    ++m_left;
    const QPointer<Gatherer> self(this);
    askAutoFailover(m_facts.config, m_facts.state, m_hands, [self, known](AutoFailoverFacts facts) {
        if (!self) {
            return;
        }
        if (known || facts.isKnown()) {
            self->m_facts.autoFailover = std::move(facts);
        }
        self->one();
    });
}

void Gatherer::askAddress(const cluster::AddressConfig &address)
{
    ++m_left;
    auto *look = new address::Look(address, m_hands, this);
    look->start(m_facts.config.nodes, [this, look, name = address.name](address::Facts facts) {
        look->deleteLater();
        m_facts.addresses.insert(name, std::move(facts));
        one();
    });
}

void Gatherer::askPooler(const QString &name)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    m_hands.sql(poolerPlace(name), QStringLiteral("SHOW DATABASES"), kSqlMs, [self, name](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        PoolerFacts &facts = self->m_facts.poolers[name];
        facts.error = table ? QString() : table.error().error.message;
        for (std::size_t row = 0; table && row < table->rows.size(); ++row) {
            facts.databases.append(cell(*table, row, "name"));
            facts.servers.insert(facts.databases.last(),
                                 cell(*table, row, "host") + QLatin1Char(':') + cell(*table, row, "port"));
            if (cell(*table, row, "paused") == QLatin1String("1")) {
                facts.paused.append(facts.databases.last());
            }
        }
        self->askWholePooler(name);
    });
}

/// PAUSE of everything shows here only, and before 1.19 nowhere: then it is refused when the time has come.
void Gatherer::askWholePooler(const QString &name)
{
    const QPointer<Gatherer> self(this);
    m_hands.sql(poolerPlace(name), QStringLiteral("SHOW STATE"), kSqlMs, [self, name](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        for (std::size_t row = 0; table && row < table->rows.size(); ++row) {
            if (cell(*table, row, "key") == QLatin1String("paused") &&
                cell(*table, row, "value") == QLatin1String("yes")) {
                self->m_facts.poolers[name].paused.append(kAllPaused);
            }
        }
        self->askPoolerVersion(name);
    });
}

void Gatherer::askPoolerVersion(const QString &name)
{
    const QPointer<Gatherer> self(this);
    m_hands.sql(poolerPlace(name), QStringLiteral("SHOW VERSION"), kSqlMs, [self, name](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        static const QRegularExpression number(QStringLiteral("([0-9]+)\\.([0-9]+)"));
        const auto said = number.match(table ? cell(*table, 0, "version") : QString());
        self->m_facts.poolers[name].version = said.captured(1).toInt() * 10'000 + said.captured(2).toInt() * 10;
        self->one();
    });
}

void Gatherer::one()
{
    if (--m_left == 0) {
        askFollowers();
    }
}

/// Nobody else has to stop and start servers where one of these does.
bool Gatherer::isDoneByHosts() const
{
    const cluster::ManagerKind manager = m_facts.state.snapshot->manager;
    return manager != cluster::ManagerKind::Patroni && manager != cluster::ManagerKind::PgAutoFailover;
}

/// Whether each would get into the others is tried from the hosts, once they are known.
void Gatherer::askFollowers()
{
    const QPointer<Gatherer> self(this);
    tryConnections(m_facts, m_hands, [self](const QHash<QString, QHash<QString, Connection>> &tried) {
        if (!self) {
            return;
        }
        for (auto it = tried.begin(); it != tried.end(); ++it) {
            self->m_facts.nodes[it.key()].connections = it.value();
        }
        self->askManager();
    });
}

/// What its own tools need to know comes last: it needs the hosts.
void Gatherer::askManager()
{
    if (m_facts.state.snapshot->manager != cluster::ManagerKind::Repmgr) {
        m_done(std::move(m_facts));
        return;
    }
    auto *repmgr = new RepmgrGatherer(m_facts, m_hands, this);
    repmgr->start([this, repmgr](const RepmgrFacts &facts) {
        repmgr->deleteLater();
        m_facts.repmgr = facts;
        m_done(std::move(m_facts));
    });
}

void Gatherer::askRights(const QString &node, int version)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    m_hands.sql(node, rightsSql(version), kSqlMs, [self, node](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        const SqlAccess access = table ? accessFrom(*table) : SqlAccess{.error = table.error().error.message};
        self->m_facts.nodes[node].sql = access;
        // What is refused stands as an ERROR in the server's log, at each look: only what may be asked is.
        if (access.hbaReadable) {
            self->askHba(node);
        }
        if (self->isDoneByHosts()) {
            if (access.fileSettingsReadable) {
                self->askFileSettings(node);
            }
            self->askHost(node);
        }
        self->one();
    });
}

void Gatherer::askHba(const QString &node)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    m_hands.sql(node,
                QStringLiteral("SELECT type, array_to_string(database, E'\\n') AS databases, "
                               "array_to_string(user_name, E'\\n') AS users, address, netmask, auth_method, error "
                               "FROM pg_hba_file_rules ORDER BY line_number"),
                kSqlMs, [self, node](const Handed<Table> &table) {
                    if (!self) {
                        return;
                    }
                    SqlAccess &access = self->m_facts.nodes[node].sql;
                    access.hbaReadable = access.hbaReadable && table.has_value();
                    access.hba = table ? hbaFrom(*table) : std::vector<HbaRule>();
                    self->one();
                });
}

/// Only superusers, and who was let by hand, read pg_file_settings.
void Gatherer::askFileSettings(const QString &node)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    m_hands.sql(node, fileSettingsSql(), kSqlMs, [self, node](const Handed<Table> &table) {
        if (!self) {
            return;
        }
        if (table) {
            fileSettingsFrom(*table, self->m_facts.nodes[node].sql);
        }
        self->one();
    });
}

void Gatherer::askHost(const QString &node)
{
    ++m_left;
    const QPointer<Gatherer> self(this);
    // By it the host is known to be this server's, and by a process of its own; before what follows, on the same
    // session.
    if (m_facts.nodes[node].sql.filesReadable) {
        m_hands.sql(node, QStringLiteral("SELECT pg_read_file('postmaster.pid') AS pid_file"), kSqlMs,
                    [self, node](const Handed<Table> &table) {
                        if (self && table) {
                            self->m_pidFiles.insert(node, cell(*table, 0, "pid_file"));
                        }
                    });
    }
    // config_file is for superusers and pg_read_all_settings only.
    m_hands.sql(
        node,
        QStringLiteral("SELECT (SELECT setting FROM pg_settings WHERE name = 'data_directory') AS data_directory, "
                       "(SELECT setting FROM pg_settings WHERE name = 'config_file') AS config_file, "
                       "(SELECT setting FROM pg_settings WHERE name = 'port') AS port, "
                       "extract(epoch FROM pg_postmaster_start_time())::bigint AS started, pg_backend_pid() AS "
                       "session_pid, coalesce('(' || inet_client_port() || ')', '[local]') AS session_peer"),
        kSqlMs, [self, node](const Handed<Table> &table) {
            if (!self) {
                return;
            }
            const auto fail = [self, node](const QString &why) { // it outlives this call
                self->m_facts.nodes[node].host.error = why;
                self->one();
            };
            if (!table || table->rows.empty() || cell(*table, 0, "data_directory").isEmpty()) {
                fail(table ? QStringLiteral("data_directory can't be read: grant pg_read_all_settings")
                           : table.error().error.message);
                return;
            }
            const hosts::ServerSettings settings{.dataDirectory = cell(*table, 0, "data_directory"),
                                                 .configFile = cell(*table, 0, "config_file"),
                                                 .port = cell(*table, 0, "port").toInt(),
                                                 .startedS = cell(*table, 0, "started").toLongLong(),
                                                 .pidFile = self->m_pidFiles.value(node),
                                                 .sessionPid = cell(*table, 0, "session_pid").toLongLong(),
                                                 .sessionPeer = cell(*table, 0, "session_peer")};
            self->m_hands.command(
                node, hosts::hostFactsCommand(settings), false, kHostMs,
                [self, node, settings, fail](const Handed<CommandResult> &result) {
                    if (!self) {
                        return;
                    }
                    const auto facts = result ? hosts::parseHostFacts(result->out.toUtf8(), settings)
                                              : core::Result<hosts::HostFacts>(tl::unexpected(result.error().error));
                    if (!facts) {
                        fail(facts.error().message);
                        return;
                    }
                    const auto &nodes = self->m_facts.config.nodes;
                    const auto config = std::find_if(nodes.begin(), nodes.end(),
                                                     [&](const cluster::NodeConfig &one) { return one.name == node; });
                    self->m_facts.nodes[node].host = hostAccessFrom(*facts, *config);
                    self->one();
                });
        });
}

} // namespace howdah::operations::switchover
