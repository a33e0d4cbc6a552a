// SPDX-License-Identifier: GPL-3.0-or-later
#include "monitor/discovery.h"

#include <QHostAddress>
#include <QNetworkInterface>

#include "core/servertext.h"

#include "monitor/discoveryassembly.h"
#include "monitor/discoveryprobe.h"
#include "monitor/localservers.h"

namespace howdah::monitor {

namespace {

// Servers tell what they like: what is said of it stays readable.
constexpr int kMostNotes = 20;

bool isHere(const QString &host)
{
    if (host.startsWith(QLatin1Char('/')) || host == QLatin1String("localhost")) {
        return true;
    }
    const QHostAddress address(host);
    return address.isLoopback() || QNetworkInterface::allAddresses().contains(address);
}

} // namespace

Discovery::Discovery(DiscoveryOptions options, QObject *parent)
    : QObject(parent)
    , m_options(std::move(options))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, &Discovery::finish);
}

Discovery::~Discovery() = default;

void Discovery::start(const QString &conninfo)
{
    const auto seed = postgres::Conninfo::parse(conninfo);
    m_running = true;
    if (!seed) {
        QTimer::singleShot(0, this, [this, error = seed.error()] {
            if (m_running) {
                m_running = false;
                Q_EMIT finished(tl::unexpected(error));
            }
        });
        return;
    }
    m_facts.seed = *seed;
    m_deadline.start(m_options.deadlineMs);
    for (const postgres::Conninfo::Place &place : seed->places()) {
        // One name may be pinned to several addresses: the first is called by the name.
        const bool byNumber =
            place.host.isEmpty() || (!place.hostaddr.isEmpty() && asked(place.host, place.port.toInt()));
        consider(byNumber ? place.hostaddr : place.host, place.port.toInt(), DiscoverySource::Seed);
    }
    if (!m_options.patroniUrl.isEmpty()) {
        askPatroni(m_options.patroniUrl);
    }
    if (const auto monitor = postgres::Conninfo::parse(m_options.autoFailoverMonitor);
        monitor && !m_options.autoFailoverMonitor.isEmpty()) {
        askMonitor(*monitor, true);
    }
    if (m_facts.places.empty()) {
        QTimer::singleShot(0, this, &Discovery::finish);
    }
}

void Discovery::cancel()
{
    m_running = false;
    m_deadline.stop();
    // Its answer may be on the stack: it goes when that is done.
    for (DiscoveryProbe *probe : findChildren<DiscoveryProbe *>()) {
        probe->disconnect(this);
        probe->deleteLater();
    }
}

AskedPlace *Discovery::asked(const QString &host, int port)
{
    const auto found = std::find_if(m_facts.places.begin(), m_facts.places.end(), [&](const AskedPlace &place) {
        return place.host.compare(host, Qt::CaseInsensitive) == 0 && place.port == port;
    });
    return found == m_facts.places.end() ? nullptr : &*found;
}

void Discovery::consider(const QString &host, int port, DiscoverySource source)
{
    if (host.isEmpty() || port <= 0 || port > 65535) {
        return;
    }
    if (!postgres::Conninfo::isHost(host)) {
        note(QStringLiteral("A host that %1 names can't be one and was not asked: %2")
                 .arg(toString(source), core::sanitizedName(host).left(100)));
        return;
    }
    if (AskedPlace *place = asked(host, port)) {
        place->addSource(source);
        return;
    }
    if (m_facts.places.size() >= static_cast<size_t>(m_options.mostPlaces)) {
        m_facts.cutShort =
            QStringLiteral("Only the first %1 places were asked: nodes may be missing.").arg(m_options.mostPlaces);
        return;
    }
    AskedPlace place;
    place.host = host;
    place.port = port;
    place.addSource(source);
    m_facts.places.push_back(place);
    m_open.push_back(true);
    probe(m_facts.places.size() - 1);
    if (m_options.patroniUrl.isEmpty() && !host.startsWith(QLatin1Char('/'))) {
        askPatroni(
            (host.contains(QLatin1Char(':')) ? QStringLiteral("http://[%1]:8008") : QStringLiteral("http://%1:8008"))
                .arg(host));
    }
}

void Discovery::note(const QString &text)
{
    if (m_facts.notes.size() < kMostNotes && !m_facts.notes.contains(text)) {
        m_facts.notes << text;
    }
}

void Discovery::considerConninfo(const QString &conninfo, DiscoverySource source)
{
    for (const cluster::HostPort &place : placesTold(conninfo)) {
        consider(place.host, place.port, source);
    }
}

void Discovery::probe(size_t index)
{
    const AskedPlace &place = m_facts.places.at(index);
    auto *probe = new DiscoveryProbe(conninfoFor(m_facts.seed, place.host, place.port), m_options.probeMs, this);
    ++m_pending;
    connect(probe, &DiscoveryProbe::answered, this, [this, probe, index](const ProbeAnswer &answer) {
        probe->deleteLater();
        probeAnswered(index, answer);
    });
    connect(probe, &DiscoveryProbe::failed, this, [this, probe, index](const postgres::Failure &failure) {
        probe->deleteLater();
        probeFailed(index, failure);
    });
    // Queued: a place that fails at once must not end the search while it is being set up.
    QTimer::singleShot(0, probe, &DiscoveryProbe::start);
}

void Discovery::probeAnswered(size_t index, const ProbeAnswer &answer)
{
    AskedPlace &place = m_facts.places.at(index);
    place.answered = true;
    place.answer = answer;
    m_open.at(index) = false;
    const QString host = place.host; // the vector grows below

    if (answer.isMonitor && place.hasSource(DiscoverySource::Seed)) {
        const postgres::Conninfo conninfo = conninfoFor(m_facts.seed, host, place.port);
        // The nodes have no database of that name.
        m_facts.seed = m_facts.seed.with(QStringLiteral("dbname"), QStringLiteral("postgres"));
        monitorAnswered(conninfo, true, answer);
    }
    for (const QString &monitor : answer.monitorHosts) {
        askMonitor(conninfoFor(m_facts.seed, hostSeenFrom(monitor, host), 5432), false);
    }
    for (const managers::RepmgrNode &node : answer.repmgrNodes) {
        considerConninfo(node.conninfo, DiscoverySource::Repmgr);
    }
    consider(hostSeenFrom(answer.senderHost, host), answer.senderPort, DiscoverySource::Receiver);
    for (const cluster::HostPort &upstream : answer.upstreams) {
        consider(hostSeenFrom(upstream.host, host), upstream.port, DiscoverySource::PrimaryConninfo);
    }
    for (const SeenSender &sender : answer.senders) {
        if (sender.isStandby && !sender.clientAddress.isEmpty()) {
            const QString standby = hostSeenFrom(sender.clientAddress, host);
            consider(standby, answer.port, DiscoverySource::Sender);
            consider(standby, 5432, DiscoverySource::Sender);
        }
    }
    settle();
}

void Discovery::askMonitor(const postgres::Conninfo &conninfo, bool named)
{
    if (m_askedMonitors.contains(conninfo.address()) || m_askedMonitors.size() >= m_options.mostPlaces) {
        return;
    }
    m_askedMonitors.insert(conninfo.address());
    const postgres::Conninfo there =
        named ? conninfo.with(QStringLiteral("dbname"), managers::autoFailoverDatabase(conninfo.toString()))
              : conninfo.with(QStringLiteral("dbname"), managers::autoFailoverDatabase(QString()));
    auto *probe = new DiscoveryProbe(there, m_options.probeMs, this);
    ++m_pending;
    connect(probe, &DiscoveryProbe::answered, this, [this, probe, there, named](const ProbeAnswer &answer) {
        probe->deleteLater();
        monitorAnswered(there, named, answer);
        settle();
    });
    connect(probe, &DiscoveryProbe::failed, this, [this, probe, there](const postgres::Failure &failure) {
        probe->deleteLater();
        note(QStringLiteral("pg_auto_failover's monitor at %1 did not let this console look: %2")
                 .arg(there.address(), failure.error.message));
        settle();
    });
    QTimer::singleShot(0, probe, &DiscoveryProbe::start);
}

void Discovery::monitorAnswered(const postgres::Conninfo &conninfo, bool named, const ProbeAnswer &answer)
{
    if (!answer.isMonitor) {
        note(QStringLiteral("%1 is no monitor of pg_auto_failover's.").arg(conninfo.address()));
        return;
    }
    for (const QString &said : answer.notes) {
        note(said);
    }
    QStringList groups;
    for (const managers::AutoFailoverNode &node : answer.autoFailoverNodes) {
        groups << QStringLiteral("%1/%2").arg(node.formation).arg(node.group);
    }
    groups.removeDuplicates();
    if (groups.size() > 1) {
        note(QStringLiteral(
                 "pg_auto_failover's monitor at %1 has %2 groups (%3), each a cluster of its own: this is one "
                 "of them. To choose, name a node of it.")
                 .arg(conninfo.address())
                 .arg(groups.size())
                 .arg(groups.mid(0, 8).join(QStringLiteral(", "))));
    }
    m_facts.monitors.push_back({conninfo.toString(), named, answer.autoFailoverNodes});
    for (const managers::AutoFailoverNode &node : answer.autoFailoverNodes) {
        consider(node.host, node.port, DiscoverySource::AutoFailover);
    }
}

void Discovery::probeFailed(size_t index, const postgres::Failure &failure)
{
    AskedPlace &place = m_facts.places.at(index);
    place.error = failure.error;
    place.wantsPassword = failure.link == cluster::LinkState::WrongPassword;
    m_open.at(index) = false;
    settle();
}

void Discovery::askPatroni(const QString &url)
{
    if (m_askedUrls.contains(url)) {
        return;
    }
    m_askedUrls.insert(url);
    const size_t index = m_facts.patroni.size();
    m_facts.patroni.push_back({url, std::nullopt, std::nullopt});
    m_pending += 2;
    m_patroni.cluster(url, m_options.httpMs, [this, index](const core::Result<managers::PatroniCluster> &cluster) {
        if (!m_running) {
            return;
        }
        if (cluster) {
            m_facts.patroni.at(index).cluster = *cluster;
            for (const managers::PatroniMember &member : cluster->members) {
                consider(member.host, member.port, DiscoverySource::Patroni);
            }
        } else if (!m_options.patroniUrl.isEmpty()) {
            m_facts.notes << cluster.error().message;
        }
        settle();
    });
    m_patroni.node(url, m_options.httpMs, [this, index](const core::Result<managers::PatroniNode> &node) {
        if (!m_running) {
            return;
        }
        if (node) {
            m_facts.patroni.at(index).node = *node;
        }
        settle();
    });
}

// One more is done; when it was the last, there may still be standbys without a known port.
void Discovery::settle()
{
    --m_pending;
    if (m_running && m_pending == 0 && !lookAtLocalSockets()) {
        finish();
    }
}

bool Discovery::lookAtLocalSockets()
{
    if (m_lookedAtSockets) {
        return false;
    }
    m_lookedAtSockets = true;
    for (const QString &host : hostsOfUnmatchedSenders(m_facts)) {
        if (isHere(host)) {
            for (const int port : localServerPorts(portsAnswering())) {
                consider(host, port, DiscoverySource::LocalSocket);
            }
        }
    }
    return m_pending > 0;
}

QList<int> Discovery::portsAnswering() const
{
    QList<int> ports;
    for (const AskedPlace &place : m_facts.places) {
        if (place.answered && isHere(place.host)) {
            ports << place.port;
        }
    }
    return ports;
}

void Discovery::finish()
{
    if (!m_running) {
        return;
    }
    for (size_t index = 0; index < m_open.size(); ++index) {
        if (m_open.at(index)) {
            m_facts.places.at(index).error = core::Error{.kind = core::Error::Kind::Timeout,
                                                         .message = QStringLiteral("%1 did not answer within %2 s.")
                                                                        .arg(m_facts.places.at(index).address())
                                                                        .arg(m_options.deadlineMs / 1000.0)};
        }
    }
    cancel();
    if (m_facts.places.empty()) {
        Q_EMIT finished(core::failure(core::Error::Kind::Invalid,
                                      QStringLiteral("The connection string names no host and port that can be asked."),
                                      QStringLiteral("A port is a number from 1 to 65535.")));
        return;
    }
    const bool any = std::any_of(m_facts.places.cbegin(), m_facts.places.cend(),
                                 [](const AskedPlace &place) { return place.answered; });
    if (!any) {
        Q_EMIT finished(tl::unexpected(m_facts.places.front().error));
        return;
    }
    Q_EMIT finished(assemble(m_facts));
}

} // namespace howdah::monitor
