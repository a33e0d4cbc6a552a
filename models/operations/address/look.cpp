// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/look.h"

#include <QPointer>
#include <algorithm>

#include "addresses/providers.h"
#include "operations/address/cloudlook.h"
#include "operations/address/gatewaylook.h"
#include "operations/address/hostscripts.h"
#include "operations/address/link.h"
#include "operations/address/owners.h"
#include "operations/address/ownerscripts.h"
#include "operations/places.h"
#include "postgres/conninfo.h"

namespace howdah::operations::address {

namespace {

constexpr int kSqlMs = 4000;
constexpr int kHostMs = 8000;
constexpr int kCertificateMs = 3000;

/// Which port who connects by an address takes: that of the first node whose conninfo says one, as addressPlace() does.
int portOf(const std::vector<cluster::NodeConfig> &nodes)
{
    for (const cluster::NodeConfig &node : nodes) {
        const auto conninfo = postgres::Conninfo::parse(node.conninfo);
        if (node.kind == cluster::NodeKind::Data && conninfo) {
            const int port = conninfo->value(QStringLiteral("port")).toInt();
            return port > 0 ? port : 5432;
        }
    }
    return 0;
}

QString cellOf(const Table &table, const char *column)
{
    const qsizetype at = table.columns.indexOf(QLatin1String(column));
    return at < 0 || table.rows.empty() ? QString()
                                        : table.rows.front()[static_cast<std::size_t>(at)].value_or(QString());
}

/// Why a command has no result; empty when it has.
QString problemOf(const Handed<CommandResult> &result)
{
    if (!result) {
        return result.error().error.message;
    }
    if (result->exitCode == 0) {
        return {};
    }
    const QString said = (result->err.trimmed().isEmpty() ? result->out : result->err).trimmed().left(300);
    return said.isEmpty() ? QStringLiteral("exit code %1").arg(result->exitCode) : said;
}

} // namespace

std::vector<Claim> claimsFrom(const QString &node, const QString &output)
{
    std::vector<Claim> claims;
    const QStringList lines = output.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &line : lines) {
        const QStringList words = line.split(QLatin1Char(' '), Qt::SkipEmptyParts);
        if (words.size() == 2) {
            claims.push_back({node, words[0], words[1]});
        }
    }
    return claims;
}

Fitness fitnessFrom(const QString &output)
{
    const QString problem = QStringLiteral("problem: "), mac = QStringLiteral("mac: ");
    Fitness fitness;
    const QStringList lines = output.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    for (const QString &line : lines) {
        if (line.startsWith(problem)) {
            fitness.problems.append(line.mid(problem.size()).trimmed());
        } else if (line.startsWith(mac)) {
            fitness.answering.append(line.mid(mac.size()).trimmed().toLower());
        }
    }
    return fitness;
}

Look::Look(cluster::AddressConfig address, Hands &hands, QObject *parent)
    : QObject(parent)
    , m_address(std::move(address))
    , m_hands(hands)
{
}

void Look::start(const std::vector<cluster::NodeConfig> &hosts, std::function<void(Facts)> done, Depth depth)
{
    m_done = std::move(done);
    m_port = depth == Depth::Server ? 0 : portOf(hosts); // a connection of its own
    m_facts.askedAt = QDateTime::currentDateTimeUtc();
    m_left = 1; // so that nothing is over before all is asked
    askServer();
    if (depth != Depth::Server && m_address.isOnHosts()) {
        for (const cluster::NodeConfig &node : hosts) {
            if (node.command.isEmpty() && !node.hasCommand) {
                m_facts.unasked.insert(node.name, QStringLiteral("the cluster file has no command for it"));
                continue;
            }
            askClaims(node.name);
            askOwners(node.name, true);
            if (!m_address.interface.isEmpty() && node.kind == cluster::NodeKind::Data) {
                askFitness(node.name);
            }
        }
    }
    if (depth != Depth::Server && m_address.provider == QLatin1String("haproxy")) {
        askGateways(hosts);
    }
    if (depth != Depth::Server && m_address.provider == QLatin1String("link")) {
        askLinks(hosts);
    }
    const addresses::Provider *provider = addresses::providerOf(m_address.provider);
    const bool spared = depth == Depth::Spare && provider && provider->info().auth == addresses::Auth::Basic;
    if (depth != Depth::Server && provider && !spared) {
        ++m_left;
        auto *cloud = new CloudLook(m_address, m_hands, this);
        cloud->start(hosts, [this, cloud](CloudFacts facts) {
            cloud->deleteLater();
            m_facts.cloud = std::move(facts);
            one();
        });
    }
    one();
}

void Look::askServer()
{
    ++m_left;
    m_asked.start();
    const QPointer<Look> self(this);
    // A session that is open leads to whom the address led to when it was opened.
    m_hands.letGo(addressPlace(m_address.name), QString());
    m_hands.sql(addressPlace(m_address.name),
                QStringLiteral("SELECT NOT pg_is_in_recovery() AS writable, system_identifier::text AS system, "
                               "(extract(epoch FROM pg_postmaster_start_time()) * 1000)::bigint::text AS started_ms, "
                               "current_setting('transaction_read_only') AS read_only, "
                               "current_setting('server_version') AS server_version, (SELECT version FROM pg_stat_ssl "
                               "WHERE pid = pg_backend_pid() AND ssl) AS tls FROM pg_control_system()"),
                kSqlMs, [self](const Handed<Table> &table) {
                    if (!self) {
                        return;
                    }
                    Facts &facts = self->m_facts;
                    facts.error = table ? QString() : table.error().error.message;
                    facts.writable = table && cellOf(*table, "writable") == QLatin1String("t");
                    facts.systemIdentifier = table ? cellOf(*table, "system") : QString();
                    facts.readOnly = table && cellOf(*table, "read_only") == QLatin1String("on");
                    facts.serverVersion = table ? cellOf(*table, "server_version") : QString();
                    facts.tls = table ? cellOf(*table, "tls") : QString();
                    facts.answerMs = table ? std::optional(static_cast<int>(self->m_asked.elapsed())) : std::nullopt;
                    facts.startedMs = table ? cellOf(*table, "started_ms").toLongLong() : 0;
                    if (!facts.tls.isEmpty() && self->m_port > 0) {
                        self->askCertificate();
                    }
                    self->one();
                });
}

void Look::askCertificate()
{
    ++m_left;
    auto *look = new CertificateLook(this);
    look->start(m_address.ip, m_port, m_address.host, kCertificateMs, [this, look](const Certificate &shown) {
        look->deleteLater();
        m_facts.certificate = shown;
        one();
    });
}

void Look::askGateways(const std::vector<cluster::NodeConfig> &hosts)
{
    ++m_left;
    auto *gateways = new GatewayLook(m_address, m_hands, this);
    gateways->start(hosts, [this, gateways](Facts facts) {
        gateways->deleteLater();
        m_facts.gateways = std::move(facts.gateways);
        m_facts.nodeIps = std::move(facts.nodeIps);
        one();
    });
}

void Look::askLinks(const std::vector<cluster::NodeConfig> &hosts)
{
    for (const cluster::NodeConfig &node : hosts) {
        if (node.kind != cluster::NodeKind::Data) {
            continue;
        }
        const std::size_t at = m_facts.links.size();
        LinkFacts &link =
            m_facts.links.emplace_back(LinkFacts{.node = node.name, .url = linkUrl(m_address, node.name)});
        if (link.url.isEmpty()) {
            link.error = QStringLiteral("the cluster file has no url of its LinK");
            continue;
        }
        ++m_left;
        const QPointer<Look> self(this);
        m_hands.http({.method = QStringLiteral("GET"),
                      .url = link.url + QStringLiteral("/endpoints"),
                      .body = {},
                      .credentials = kLinkCredentials},
                     kHostMs, [self, at](const Handed<HttpAnswer> &answer) {
                         if (!self) {
                             return;
                         }
                         LinkFacts &facts = self->m_facts.links[at];
                         facts.error = answer ? QString() : answer.error().error.message;
                         if (answer) {
                             readLink(facts, self->m_address.ip, answer->status, answer->body);
                         }
                         self->one();
                     });
    }
}

/// why is empty when it has said something.
void Look::askHost(const QString &node, const char *script, const QStringList &words, bool asRoot,
                   std::function<void(const QString &why, const QString &said)> done)
{
    ++m_left;
    const QPointer<Look> self(this);
    m_hands.command(node, QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(script)} + words,
                    asRoot, kHostMs, [self, done](const Handed<CommandResult> &result) {
                        if (self) {
                            const QString why = problemOf(result);
                            done(why, why.isEmpty() ? result->out : QString());
                            self->one();
                        }
                    });
}

void Look::askClaims(const QString &node)
{
    askHost(node, kClaimsScript, {QStringLiteral("howdah-claims"), m_address.ip}, false,
            [this, node](const QString &why, const QString &said) {
                if (!why.isEmpty()) {
                    m_facts.unasked.insert(node, why);
                    return;
                }
                for (Claim &claim : claimsFrom(node, said)) {
                    m_facts.claims.push_back(std::move(claim));
                }
                std::sort(m_facts.claims.begin(), m_facts.claims.end(),
                          [](const Claim &a, const Claim &b) { return a.node < b.node; });
            });
}

void Look::askFitness(const QString &node)
{
    askHost(node, kFitnessScript, {QStringLiteral("howdah-fitness"), m_address.ip, m_address.interface}, true,
            [this, node](const QString &why, const QString &said) {
                Fitness fitness = why.isEmpty() ? fitnessFrom(said) : Fitness();
                fitness.error = why;
                m_facts.fitness.insert(node, fitness);
            });
}

/// Whoever is not let act as root may still read the configuration.
void Look::askOwners(const QString &node, bool asRoot)
{
    askHost(node, kOwnersScript, {QStringLiteral("howdah-owners")}, asRoot,
            [this, node, asRoot](const QString &why, const QString &said) {
                if (!why.isEmpty() && asRoot) {
                    askOwners(node, false);
                } else if (!why.isEmpty()) {
                    m_facts.ownersUnasked.insert(node, why);
                }
                for (OwnerFacts &owner : ownersFrom(node, m_address.ip, said)) {
                    m_facts.owners.push_back(std::move(owner));
                }
                std::stable_sort(m_facts.owners.begin(), m_facts.owners.end(),
                                 [](const OwnerFacts &a, const OwnerFacts &b) { return a.node < b.node; });
            });
}

void Look::one()
{
    if (--m_left == 0) {
        m_done(std::move(m_facts));
    }
}

} // namespace howdah::operations::address
