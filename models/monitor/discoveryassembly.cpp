// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/discoveryassembly.h"

#include <QHostAddress>

namespace howdah::monitor {

namespace {

// Makes the result step by step; lives as long as one call of assemble().
class Assembler {
public:
    explicit Assembler(const DiscoveryFacts &facts)
        : m_facts(facts)
        , m_servers(joinPlaces(facts.places))
        , m_declared(declaredMembers(facts, m_servers))
    {
    }
    DiscoveryResult run();

private:
    const FoundServer *serverAt(const QString &host, int port) const;
    const Declared *declaredFor(const FoundServer &server) const;
    const AskedPlace *placeAt(const QString &host, int port) const;
    void findSystem();
    bool isForeign(const FoundServer &server) const;
    bool isSentTo(const FoundServer &standby) const;
    QString nameOf(const FoundServer &server) const;
    void propose(DiscoveredNode &node, const QString &host, int port) const;
    void addServer(const FoundServer &server);
    void addDeclaredUnreached();
    void addUpstreamsUnreached();
    void addSendersUnreached();
    void addUnreached(DiscoveredNode node, const QString &host, int port);
    void makeNamesUnique();
    void sortNodes();
    void conclude();
    QString clusterName() const;

    const DiscoveryFacts &m_facts;
    std::vector<FoundServer> m_servers;
    std::vector<Declared> m_declared;
    std::optional<quint64> m_system;
    DiscoveryResult m_result;
};

const FoundServer *Assembler::serverAt(const QString &host, int port) const
{
    const auto found = std::find_if(m_servers.cbegin(), m_servers.cend(),
                                    [&](const FoundServer &server) { return server.answersAt(host, port); });
    return found == m_servers.cend() ? nullptr : &*found;
}

const AskedPlace *Assembler::placeAt(const QString &host, int port) const
{
    const auto found = std::find_if(m_facts.places.cbegin(), m_facts.places.cend(), [&](const AskedPlace &place) {
        return place.port == port && place.host.compare(host, Qt::CaseInsensitive) == 0;
    });
    return found == m_facts.places.cend() ? nullptr : &*found;
}

const Declared *Assembler::declaredFor(const FoundServer &server) const
{
    const auto found = std::find_if(m_declared.cbegin(), m_declared.cend(),
                                    [&](const Declared &declared) { return declared.server == &server; });
    return found == m_declared.cend() ? nullptr : &*found;
}

// The system that this cluster is: the seed's, unless that is a witness, which lives in a system of its own.
void Assembler::findSystem()
{
    const auto isWitness = [this](const FoundServer &server) {
        const Declared *declared = declaredFor(server);
        return declared && declared->kind == cluster::NodeKind::Witness;
    };
    for (const bool seedOnly : {true, false}) {
        for (const FoundServer &server : m_servers) {
            const bool fits =
                !seedOnly || std::any_of(server.places.cbegin(), server.places.cend(),
                                         [](const auto *place) { return place->hasSource(DiscoverySource::Seed); });
            if (fits && !isWitness(server) && !m_system) {
                m_system = server.answer.systemIdentifier;
            }
        }
    }
}

bool Assembler::isForeign(const FoundServer &server) const
{
    const Declared *declared = declaredFor(server);
    return server.answer.systemIdentifier != m_system && !(declared && declared->kind == cluster::NodeKind::Witness);
}

bool Assembler::isSentTo(const FoundServer &standby) const
{
    return std::any_of(m_servers.cbegin(), m_servers.cend(), [&](const FoundServer &upstream) {
        return std::any_of(upstream.answer.senders.cbegin(), upstream.answer.senders.cend(),
                           [&](const SeenSender &sender) { return senderMatch(sender, upstream, standby) > 0; });
    });
}

QString Assembler::nameOf(const FoundServer &server) const
{
    if (const Declared *declared = declaredFor(server); declared && !declared->name.isEmpty()) {
        return declared->name;
    }
    const QString &application = server.answer.applicationName;
    // pg_auto_failover numbers them; their names only its monitor knows.
    if (!application.isEmpty() && application != QLatin1String("walreceiver") &&
        !application.startsWith(QLatin1String("pgautofailover_standby_"))) {
        return application;
    }
    // Debian calls every one "15/main", and others name the whole cluster in it: only one of its own is a name.
    const QString &own = server.answer.clusterName;
    const auto bearers = std::count_if(m_servers.cbegin(), m_servers.cend(),
                                       [&](const FoundServer &other) { return other.answer.clusterName == own; });
    if (!own.isEmpty() && bearers == 1 && !own.contains(QLatin1Char('/'))) {
        return own;
    }
    return server.places.front()->host;
}

// That nobody vouched for the place yet stands beside the conninfo, not in it: who takes the proposal does so.
void Assembler::propose(DiscoveredNode &node, const QString &host, int port) const
{
    node.given = isGiven(m_facts.seed, host, port);
    const postgres::Conninfo conninfo = conninfoFor(m_facts.seed, host, port);
    node.conninfo = (node.given ? conninfo : conninfo.with(QStringLiteral("password"), QString())).toString();
}

void Assembler::addServer(const FoundServer &server)
{
    const Declared *declared = declaredFor(server);
    const AskedPlace &best = *server.places.front();
    const bool guessed = best.sources.front() >= DiscoverySource::Sender;
    const bool foreign = isForeign(server);
    // We knocked at a door that nobody named: it belongs here only if somebody sends to it. The same system alone is
    // not enough, as a restored copy has that, too.
    if (guessed && !isSentTo(server)) {
        return;
    }
    DiscoveredNode node;
    node.name = nameOf(server);
    node.kind = declared ? declared->kind : cluster::NodeKind::Data;
    propose(node, best.host, best.port);
    node.address = best.address();
    for (const AskedPlace *place : server.places) {
        for (const DiscoverySource source : place->sources) {
            addInOrder(node.sources, source);
        }
        if (place != &best) {
            node.otherAddresses << place->address();
        }
    }
    node.reached = true;
    node.systemIdentifier = server.answer.systemIdentifier;
    node.serverVersion = server.answer.serverVersion;
    node.inRecovery = server.answer.inRecovery;
    node.foreign = foreign;
    node.note = declared ? declared->note : QString();
    const QHostAddress address(best.host);
    if (foreign) {
        node.note =
            QStringLiteral("It is of another system (%1) and is left out.").arg(node.systemIdentifier.value_or(0));
    } else if (node.note.isEmpty() && best.sources.front() == DiscoverySource::Seed && !address.isNull() &&
               !address.isLoopback() && !node.otherAddresses.isEmpty()) {
        node.note = QStringLiteral("It also answers at %1: take that where %2 is an address that moves.")
                        .arg(node.otherAddresses.join(QStringLiteral(", ")), best.host);
    }
    m_result.nodes.push_back(node);
}

void Assembler::addUnreached(DiscoveredNode node, const QString &host, int port)
{
    const AskedPlace *place = placeAt(host, port);
    if (!host.isEmpty()) { // a conninfo without a host would lead to this machine's own server
        node.address = AskedPlace{.host = host, .port = port}.address();
        propose(node, host, port);
    }
    if (place && !place->answered) {
        node.error = place->error;
        node.wantsPassword = place->wantsPassword;
    }
    m_result.nodes.push_back(node);
}

void Assembler::addDeclaredUnreached()
{
    for (const Declared &declared : m_declared) {
        if (declared.server) {
            continue;
        }
        DiscoveredNode node;
        node.name = declared.name;
        node.kind = declared.kind;
        node.sources = {declared.source};
        node.note = declared.note;
        if (declared.host.isEmpty()) {
            node.error =
                core::Error{.kind = core::Error::Kind::NotFound,
                            .message = QStringLiteral("%1 does not say where it is.").arg(toString(declared.source))};
        }
        addUnreached(node, declared.host, declared.port);
    }
}

// Whom a standby follows, when that does not answer and is none of those that did.
void Assembler::addUpstreamsUnreached()
{
    for (const FoundServer &standby : m_servers) {
        if (isSentTo(standby) || isForeign(standby) || !standby.answer.inRecovery) {
            continue;
        }
        const QString teller = standby.places.front()->host;
        const auto add = [&](const QString &told, int port, DiscoverySource source) {
            const QString host = hostSeenFrom(told, teller);
            const QString address = AskedPlace{.host = host, .port = port}.address();
            const bool listed =
                std::any_of(m_result.nodes.cbegin(), m_result.nodes.cend(), [&](const DiscoveredNode &node) {
                    return node.address == address || node.otherAddresses.contains(address);
                });
            if (!host.isEmpty() && port > 0 && !listed && !serverAt(host, port)) {
                DiscoveredNode node;
                node.name = host;
                node.sources = {source};
                node.note = QStringLiteral("%1 follows it.").arg(nameOf(standby));
                addUnreached(node, host, port);
            }
        };
        add(standby.answer.senderHost, standby.answer.senderPort, DiscoverySource::Receiver);
        if (standby.answer.senderHost.isEmpty()) {
            for (const cluster::HostPort &place : standby.answer.upstreams) {
                add(place.host, place.port, DiscoverySource::PrimaryConninfo);
            }
        }
    }
}

void Assembler::addSendersUnreached()
{
    for (const UnmatchedSender &unmatched : unmatchedSenders(m_servers)) {
        const QString &name = unmatched.sender.applicationName;
        const int port = unmatched.upstream->answer.port;
        const QString address = AskedPlace{.host = unmatched.host, .port = port}.address();
        const bool listed =
            std::any_of(m_result.nodes.cbegin(), m_result.nodes.cend(), [&](const DiscoveredNode &node) {
                return !node.reached && (node.name == name || node.address == address);
            });
        if (listed || isForeign(*unmatched.upstream)) {
            continue;
        }
        DiscoveredNode node;
        node.name = name.isEmpty() || name == QLatin1String("walreceiver") ? unmatched.host : name;
        node.sources = {DiscoverySource::Sender};
        node.note = QStringLiteral("%1 sends to it; nobody tells its port.").arg(nameOf(*unmatched.upstream));
        node.error = core::Error{
            .kind = core::Error::Kind::NotFound,
            .message = QStringLiteral("It is on %1, and none of the ports that were tried is it.").arg(unmatched.host),
            .hint = QStringLiteral("Give its host and port.")};
        addUnreached(node, unmatched.host, port);
        if (serverAt(unmatched.host, port)) {
            m_result.nodes.back().conninfo.clear(); // it would lead to that other server
        }
    }
}

void Assembler::makeNamesUnique()
{
    QStringList taken;
    for (DiscoveredNode &node : m_result.nodes) {
        const QString base = node.name.isEmpty() ? QStringLiteral("node") : node.name;
        node.name = base;
        for (int number = 2; taken.contains(node.name); ++number) {
            node.name = QStringLiteral("%1-%2").arg(base).arg(number);
        }
        taken << node.name;
    }
}

void Assembler::sortNodes()
{
    const auto rank = [](const DiscoveredNode &node) {
        if (node.foreign) {
            return 3;
        }
        return node.kind == cluster::NodeKind::Witness ? 2 : node.reached && !node.inRecovery ? 0 : 1;
    };
    std::stable_sort(m_result.nodes.begin(), m_result.nodes.end(),
                     [&](const DiscoveredNode &left, const DiscoveredNode &right) {
                         return std::pair(rank(left), left.name) < std::pair(rank(right), right.name);
                     });
}

QString Assembler::clusterName() const
{
    for (const SeenPatroni &seen : m_facts.patroni) {
        if (seen.cluster && seen.node && !seen.node->scope.isEmpty()) {
            return seen.node->scope;
        }
    }
    QStringList names;
    for (const FoundServer &server : m_servers) {
        if (server.answer.systemIdentifier == m_system) {
            names << server.answer.clusterName;
        }
    }
    const QString common = names.value(0);
    if (names.size() > 1 && names.count(common) == names.size() && !common.isEmpty() &&
        !common.contains(QLatin1Char('/'))) {
        return common;
    }
    return m_facts.places.front().host.section(QLatin1Char('/'), -1);
}

void Assembler::conclude()
{
    managers::ManagerFacts signs;
    for (const FoundServer &server : m_servers) {
        if (!isForeign(server)) {
            signs |= server.answer.facts;
        }
        for (const QString &note : server.answer.notes) {
            if (!m_result.notes.contains(note)) {
                m_result.notes << note;
            }
        }
    }
    m_result.notes << m_facts.notes;
    m_result.cutShort = m_facts.cutShort;
    if (!m_result.cutShort.isEmpty()) {
        m_result.notes << m_result.cutShort;
    }
    cluster::ClusterConfig &config = m_result.config;
    for (const SeenPatroni &seen : m_facts.patroni) {
        // A host may also run another cluster's Patroni.
        const bool ours = !seen.node || !seen.node->systemIdentifier || seen.node->systemIdentifier == m_system;
        if (seen.cluster && ours) {
            signs.patroniAnswers = true;
            config.patroniUrl = config.patroniUrl.isEmpty() ? seen.url : config.patroniUrl;
        }
    }
    if (const SeenMonitor *monitor = monitorOf(m_facts)) {
        signs.autoFailoverLibrary = true;
        config.autoFailoverMonitor = monitor->conninfo;
    }
    m_result.manager = managers::managerOf(signs);
    if (m_result.manager == cluster::ManagerKind::PgAutoFailover && config.autoFailoverMonitor.isEmpty()) {
        m_result.notes << QStringLiteral(
            "pg_auto_failover manages these servers, and its monitor was not found. Say "
            "where it is: monitor in [pg_auto_failover], as pg_autoctl show uri tells it.");
    }
    if (m_result.manager == cluster::ManagerKind::Patroni && !signs.patroniAnswers) {
        m_result.notes << QStringLiteral("Patroni runs these servers, and its REST API answers on port 8008 of none of "
                                         "their hosts. Say where it is: url in [patroni].");
    }
    config.name = clusterName();
    config.manager = m_result.manager;
    for (const DiscoveredNode &node : m_result.nodes) {
        if (!node.foreign && !node.isPlaceless()) {
            cluster::NodeConfig one;
            one.name = node.name;
            one.conninfo = node.conninfo;
            one.kind = node.kind;
            config.nodes.push_back(one);
        }
    }
}

DiscoveryResult Assembler::run()
{
    findSystem();
    for (const FoundServer &server : m_servers) {
        addServer(server);
    }
    addDeclaredUnreached();
    addUpstreamsUnreached();
    addSendersUnreached();
    for (const AskedPlace &place : m_facts.places) {
        if (place.hasSource(DiscoverySource::Seed) && !place.answered) {
            m_result.notes
                << QStringLiteral("%1 was given and did not answer: %2").arg(place.address(), place.error.message);
        }
    }
    sortNodes();
    makeNamesUnique();
    conclude();
    return m_result;
}

} // namespace

DiscoveryResult assemble(const DiscoveryFacts &facts)
{
    return Assembler(facts).run();
}

} // namespace howdah::monitor
