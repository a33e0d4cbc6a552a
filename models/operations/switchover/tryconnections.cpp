// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/switchover/tryconnections.h"

#include <QCoreApplication>
#include <algorithm>
#include <memory>

#include "cluster/positions.h"
#include "core/redact.h"
#include "operations/peeraddress.h"
#include "postgres/conninfo.h"

namespace howdah::operations::switchover {

using cluster::at;

namespace {

constexpr int kHostMs = 8000;

QString tr(const char *text)
{
    return QCoreApplication::translate("Switchover", text);
}

/// $1 psql, then conninfos: all at once, each with its number, exit code and words on a line of its own. A server that
/// was asked for a physical replication connection answers IDENTIFY_SYSTEM with its system identifier first.
/// https://www.postgresql.org/docs/current/protocol-replication.html
const char *const kScript = R"sh(
PGCONNECT_TIMEOUT=3 LC_ALL=C
export PGCONNECT_TIMEOUT LC_ALL
psql=$1 n=0
shift
for c in "$@"; do
  (
    said=$("$psql" -X -w -A -t -d "$c" -c IDENTIFY_SYSTEM 2>&1 </dev/null) && code=0 || code=$?
    printf '%s %s %s\n' "$n" "$code" "$(printf %s "$said" | tr '\012' ' ' | cut -c 1-600)"
  ) &
  n=$((n + 1))
done
wait
)sh";

bool saysOneOf(const QString &said, std::initializer_list<const char *> words)
{
    return std::any_of(words.begin(), words.end(),
                       [&](const char *word) { return said.contains(QLatin1String(word)); });
}

/// The node whose primary_conninfo tells how it would be done: the primary has none of its own that counts.
int pattern(const Facts &facts, int node, int upstream)
{
    return facts.state.assessment->topology.primary == node ? upstream : node;
}

bool hasPassword(const Facts &facts, int node, int upstream)
{
    const auto &sample = facts.state.snapshot->nodes[at(pattern(facts, node, upstream))].sample;
    const auto conninfo =
        postgres::Conninfo::parse(sample ? sample->setting(QLatin1String("primary_conninfo")) : QString());
    return conninfo && conninfo->hasPassword();
}

/// One host's tries, and where their answers go.
struct Tries {
    int node = -1;
    std::vector<int> upstreams;
    QStringList conninfos;
};

Tries triesOf(const Facts &facts, int node)
{
    Tries tries{.node = node, .upstreams = {}, .conninfos = {}};
    const auto &nodes = facts.state.snapshot->nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        const int upstream = static_cast<int>(i);
        const bool mayLead = nodes[i].sample && nodes[i].sample->inRecovery && nodes[i].kind == cluster::NodeKind::Data;
        const QString conninfo = mayLead && upstream != node ? followerConninfo(facts, node, upstream) : QString();
        if (!conninfo.isEmpty()) {
            tries.upstreams.push_back(upstream);
            tries.conninfos.append(conninfo);
        }
    }
    return tries;
}

QHash<QString, Connection> answersOf(const Facts &facts, const Tries &tries, const Handed<CommandResult> &result)
{
    const auto &nodes = facts.state.snapshot->nodes;
    QHash<QString, Connection> all;
    for (const int upstream : tries.upstreams) {
        all.insert(nodes[at(upstream)].name,
                   {Connection::Came::Untried, result ? tr("no answer") : result.error().error.message});
    }
    const QStringList lines = result ? result->out.split(QLatin1Char('\n'), Qt::SkipEmptyParts) : QStringList();
    for (const QString &line : lines) {
        bool isNumber = false;
        const int n = line.section(QLatin1Char(' '), 0, 0).toInt(&isNumber);
        if (!isNumber || n < 0 || static_cast<std::size_t>(n) >= tries.upstreams.size()) {
            continue; // what a login shell says first
        }
        const int upstream = tries.upstreams[static_cast<std::size_t>(n)];
        const auto &sample = nodes[at(upstream)].sample;
        all.insert(nodes[at(upstream)].name,
                   connectionFrom(line.section(QLatin1Char(' '), 1, 1).toInt(), line.section(QLatin1Char(' '), 2),
                                  sample->systemIdentifier ? QString::number(*sample->systemIdentifier) : QString(),
                                  hasPassword(facts, tries.node, upstream)));
    }
    return all;
}

} // namespace

QString followerConninfo(const Facts &facts, int node, int upstream)
{
    const auto &sample = facts.state.snapshot->nodes[at(pattern(facts, node, upstream))].sample;
    const QString own = sample ? sample->setting(QLatin1String("primary_conninfo")) : QString();
    const auto conninfo = postgres::Conninfo::parse(own);
    const auto [host, port] = addressForPeers(facts.config, facts.state, upstream);
    if (own.isEmpty() || !conninfo || host.isEmpty()) {
        return {};
    }
    return conninfo->with(QStringLiteral("password"), {})
        .with(QStringLiteral("sslpassword"), {})
        .with(QStringLiteral("host"), host)
        .with(QStringLiteral("hostaddr"), {})
        .with(QStringLiteral("port"), port)
        .with(QStringLiteral("dbname"), {})
        .with(QStringLiteral("connect_timeout"), QStringLiteral("3"))
        .with(QStringLiteral("application_name"), QStringLiteral("howdah"))
        .with(QStringLiteral("replication"), QStringLiteral("true"))
        .toString();
}

Connection connectionFrom(int exitCode, const QString &said, const QString &systemIdentifier, bool mayHavePassword)
{
    using Came = Connection::Came;
    const QString words = core::redacted(said.simplified());
    if (exitCode == 0) {
        const QString seen = words.section(QLatin1Char('|'), 0, 0);
        if (systemIdentifier.isEmpty() || seen.isEmpty()) {
            return {Came::Unclear, tr("it came in, and whose server answered is not known")};
        }
        return seen == systemIdentifier
                   ? Connection{Came::In, tr("came in")}
                   : Connection{Came::Nowhere, tr("another cluster's server answers there, identifier %1").arg(seen)};
    }
    const QString why =
        words.section(QStringLiteral("FATAL: "), -1).section(QStringLiteral("failed: "), -1).simplified();
    const bool noPassword = saysOneOf(words, {"no password supplied"});
    if (noPassword || saysOneOf(words, {"password authentication failed"})) {
        return mayHavePassword ? Connection{Came::ToPassword, tr("is asked for its password")}
               : noPassword    ? Connection{Came::Unclear, tr("is asked for a password, and finds none in .pgpass")}
                               : Connection{Came::Nowhere, why};
    }
    const bool shut =
        saysOneOf(words, {"no pg_hba.conf entry", "pg_hba.conf rejects", "does not exist",
                          "must be superuser or replication role", "permission denied to start WAL sender",
                          "Connection refused", "timeout expired", "timed out", "could not translate host name",
                          "No route to host", "Network is unreachable", "is not permitted to log in"});
    return {shut ? Came::Nowhere : Came::Unclear, why.isEmpty() ? tr("psql ended with code %1").arg(exitCode) : why};
}

void tryConnections(const Facts &facts, Hands &hands,
                    std::function<void(QHash<QString, QHash<QString, Connection>>)> done)
{
    struct All {
        QHash<QString, QHash<QString, Connection>> tried;
        std::size_t left = 1; // until all are asked
        std::function<void(QHash<QString, QHash<QString, Connection>>)> done;
        void one()
        {
            if (--left == 0) {
                done(tried);
            }
        }
    };
    auto all = std::make_shared<All>();
    all->done = std::move(done);
    const auto known = std::make_shared<const Facts>(facts);
    for (std::size_t i = 0; i < facts.state.snapshot->nodes.size(); ++i) {
        const QString &name = facts.state.snapshot->nodes[i].name;
        const HostAccess &host = facts.nodes.value(name).host;
        const Tries tries = triesOf(facts, static_cast<int>(i));
        if (!host.isPossible() || host.psql.isEmpty() || tries.conninfos.isEmpty()) {
            continue;
        }
        ++all->left;
        hands.command(name,
                      host.asOwner +
                          QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(kScript),
                                      QStringLiteral("howdah-connections"), host.psql} +
                          tries.conninfos,
                      false, kHostMs, [all, known, name, tries](const Handed<CommandResult> &result) {
                          all->tried.insert(name, answersOf(*known, tries, result));
                          all->one();
                      });
    }
    all->one();
}

} // namespace howdah::operations::switchover
