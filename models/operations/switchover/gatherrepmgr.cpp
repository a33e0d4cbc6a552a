// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/gatherrepmgr.h"

#include <QPointer>
#include <algorithm>

#include "cluster/positions.h"
#include "managers/repmgr.h"
#include "operations/switchover/gather.h"
#include "postgres/conninfo.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

constexpr int kSqlMs = 4000;
constexpr int kHostMs = 8000;
/// A server with hundreds of databases is not searched through; repmgr's is nearly always named as itself.
constexpr qsizetype kMostDatabases = 8;

/// $1 the server's own programs, $2 repmgr's configuration file.
const char *const kProgramScript = R"sh(
for p in "$1/repmgr" "$(command -v repmgr)"; do
  [ -x "$p" ] || continue
  printf 'program %s\nversion %s\n' "$p" "$("$p" --version)"
  break
done
[ -r "$2" ] && echo configured
exit 0
)sh";

/// Whether a conninfo leads to that node, as far as that can be told without asking anybody.
bool leadsTo(const postgres::Conninfo &conninfo, const cluster::NodeStatus &node)
{
    const postgres::Conninfo::Place place = conninfo.places().front();
    return isAt(node, place.hostaddr.isEmpty() ? place.host : place.hostaddr, place.port);
}

} // namespace

RepmgrFacts repmgrMembers(const Facts &facts, const Table &rows)
{
    RepmgrFacts known;
    for (std::size_t row = 0; row < rows.rows.size(); ++row) {
        RepmgrMember member;
        member.id = cell(rows, row, "node_id").toInt();
        member.name = cell(rows, row, "node_name");
        member.type = cell(rows, row, "type");
        member.active = cell(rows, row, "active") == QLatin1String("t");
        member.configFile = cell(rows, row, "config_file");
        member.slotName = cell(rows, row, "slot_name");
        const auto conninfo = postgres::Conninfo::parse(cell(rows, row, "conninfo"));
        if (conninfo) {
            member.user = conninfo->value(QStringLiteral("user"));
            member.database = conninfo->value(QStringLiteral("dbname"));
        }
        const auto &nodes = facts.state.snapshot->nodes;
        auto found = std::find_if(nodes.begin(), nodes.end(), [&](const cluster::NodeStatus &node) {
            return conninfo && leadsTo(*conninfo, node);
        });
        if (found == nodes.end()) {
            found = std::find_if(nodes.begin(), nodes.end(),
                                 [&](const cluster::NodeStatus &node) { return node.name == member.name; });
        }
        if (found != nodes.end()) {
            known.members.insert(found->name, member);
        } else if (member.active) {
            known.strangers.append(member.name);
        }
    }
    return known;
}

RepmgrGatherer::RepmgrGatherer(const Facts &facts, Hands &hands, QObject *parent)
    : QObject(parent)
    , m_known(facts)
    , m_hands(hands)
{
    const int primary = facts.state.assessment->topology.primary;
    m_primary = primary < 0 ? QString() : facts.state.snapshot->nodes[at(primary)].name;
}

void RepmgrGatherer::start(std::function<void(RepmgrFacts)> done)
{
    m_done = std::move(done);
    if (m_primary.isEmpty()) {
        end(tr("there is no primary to read repmgr.nodes from"));
        return;
    }
    askDatabases();
}

void RepmgrGatherer::end(const QString &error)
{
    m_facts.error = error;
    m_done(std::move(m_facts));
}

void RepmgrGatherer::askDatabases()
{
    const QPointer<RepmgrGatherer> self(this);
    m_hands.sql(m_primary,
                QStringLiteral("SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate "
                               "ORDER BY datname <> 'repmgr', datname LIMIT %1")
                    .arg(kMostDatabases),
                kSqlMs, [self](const Handed<Table> &table) {
                    if (!self) {
                        return;
                    }
                    if (!table) {
                        self->end(table.error().error.message);
                        return;
                    }
                    QStringList databases;
                    for (std::size_t row = 0; row < table->rows.size(); ++row) {
                        databases.append(cell(*table, row, "datname"));
                    }
                    self->askNodes(databases, 0);
                });
}

void RepmgrGatherer::askNodes(const QStringList &databases, qsizetype next)
{
    if (next >= databases.size()) {
        end(tr("repmgr.nodes is in none of the databases %1, or may not be read: "
               "GRANT USAGE ON SCHEMA repmgr, SELECT ON repmgr.nodes")
                .arg(databases.join(QStringLiteral(", "))));
        return;
    }
    const QPointer<RepmgrGatherer> self(this);
    m_hands.sql(m_primary, databases[next], QString::fromUtf8(managers::repmgrNodesSql()), kSqlMs,
                [self, databases, next](const Handed<Table> &table) {
                    if (!self) {
                        return;
                    }
                    if (!table) {
                        self->askNodes(databases, next + 1);
                        return;
                    }
                    self->m_facts = repmgrMembers(self->m_known, *table);
                    self->m_facts.database = databases[next];
                    self->askMembers();
                });
}

void RepmgrGatherer::askMembers()
{
    ++m_left; // until all are asked
    for (const QString &node : m_facts.members.keys()) {
        askDaemon(node);
        askProgram(node);
    }
    one();
}

void RepmgrGatherer::one()
{
    if (--m_left == 0) {
        m_done(std::move(m_facts));
    }
}

void RepmgrGatherer::askDaemon(const QString &node)
{
    ++m_left;
    const QPointer<RepmgrGatherer> self(this);
    m_hands.sql(node, m_facts.database,
                QStringLiteral("SELECT repmgr.repmgrd_is_running() AS running, repmgr.repmgrd_is_paused() AS paused"),
                kSqlMs, [self, node](const Handed<Table> &table) {
                    if (!self) {
                        return;
                    }
                    RepmgrMember &member = self->m_facts.members[node];
                    const QString running = table ? cell(*table, 0, "running") : QString();
                    if (running.isEmpty()) {
                        member.error =
                            table ? tr("repmgr is not in shared_preload_libraries") : table.error().error.message;
                    } else {
                        member.daemonRuns = running == QLatin1String("t");
                        member.daemonPaused = cell(*table, 0, "paused") == QLatin1String("t");
                    }
                    self->one();
                });
}

void RepmgrGatherer::askProgram(const QString &node)
{
    ++m_left;
    const QPointer<RepmgrGatherer> self(this);
    const QString beside = m_known.nodes.value(node).host.pgCtl.section(QLatin1Char('/'), 0, -2);
    m_hands.command(node,
                    {QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(kProgramScript),
                     QStringLiteral("howdah-repmgr"), beside, m_facts.members[node].configFile},
                    false, kHostMs, [self, node](const Handed<CommandResult> &result) {
                        if (!self) {
                            return;
                        }
                        RepmgrMember &member = self->m_facts.members[node];
                        const QStringList lines = result ? result->out.split(QLatin1Char('\n')) : QStringList();
                        for (const QString &line : lines) {
                            const QString value = line.section(QLatin1Char(' '), 1);
                            if (line.startsWith(QLatin1String("program "))) {
                                member.program = value;
                            } else if (line.startsWith(QLatin1String("version "))) {
                                member.version = value;
                            }
                        }
                        if (!lines.contains(QLatin1String("configured"))) {
                            member.program.clear();
                            member.error = result ? tr("%1 can't be read there").arg(member.configFile)
                                                  : result.error().error.message;
                        }
                        self->one();
                    });
}

} // namespace howdah::operations::switchover
