// SPDX-License-Identifier: GPL-3.0-or-later
#include "topologymatch.h"

#include <QHash>
#include <QHostAddress>
#include <QMultiHash>
#include <QSet>
#include <array>

namespace howdah::cluster {

namespace {
constexpr QLatin1String kLocal("local");
constexpr int kDefaultPort = 5432;

// One spelling for one host: loopback in all its forms, socket directories and the empty host are "local".
QString canonicalHost(const QString &host)
{
    const QString text = host.trimmed().toLower();
    if (text.isEmpty() || text.startsWith(QLatin1Char('/')) || text.startsWith(QLatin1Char('@')) ||
        text == QLatin1String("localhost")) {
        return kLocal;
    }
    QHostAddress address(text);
    if (address.isNull()) {
        return text;
    }
    bool mapped = false;
    if (const quint32 v4 = address.toIPv4Address(&mapped); mapped) {
        address = QHostAddress(v4);
    }
    return address.isLoopback() ? kLocal : address.toString();
}

QString key(const QString &canonical, int port)
{
    return canonical + QLatin1Char(':') + QString::number(port > 0 ? port : kDefaultPort);
}

// Finds the node that a host and port mean.
class AddressBook {
public:
    explicit AddressBook(const Snapshot &snapshot)
        : m_sameAs(findSecondNames(snapshot))
    {
        m_own.reserve(static_cast<qsizetype>(snapshot.nodes.size()));
        for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
            const NodeStatus &node = snapshot.nodes[i];
            const HostPort seen = splitAddress(node.address);
            const QString host = canonicalHost(seen.host);
            m_own.push_back(host);
            const int index = m_sameAs[i] >= 0 ? m_sameAs[i] : static_cast<int>(i);
            insert(key(host, seen.port), index);
            if (node.host != seen.host) {
                insert(key(canonicalHost(node.host), seen.port), index);
            }
            m_ownNumber.push_back(node.hostaddr.isEmpty() ? host : canonicalHost(node.hostaddr));
            if (m_ownNumber.back() != kLocal) {
                insert(key(m_ownNumber.back(), seen.port), index);
            }
            m_byName.insert(key(node.name.toLower(), seen.port), index);
        }
    }
    const QString &own(int node) const { return m_own.at(node); }
    /// Its number where one is known, as walsenders have it in client_addr; else as own().
    const QString &ownNumber(int node) const { return m_ownNumber.at(node); }
    bool isSecondName(int node) const { return m_sameAs[static_cast<std::size_t>(node)] >= 0; }

    // What `who` means by host and port; a loopback address is on its own host.
    int find(const HostPort &at, int who) const
    {
        const QString host = canonicalHost(at.host);
        int found = -1;
        if (host == kLocal) {
            found = m_byAddress.value(key(m_own.at(who), at.port), -1);
        }
        if (found < 0 && host == kLocal && m_ownNumber.at(who) != m_own.at(who)) {
            found = m_byAddress.value(key(m_ownNumber.at(who), at.port), -1);
        }
        if (found < 0) {
            found = m_byAddress.value(key(host, at.port), -1);
        }
        if (found < 0) {
            found = m_byName.value(key(host, at.port), -1);
        }
        return found == who ? -1 : found;
    }

private:
    void insert(const QString &where, int index)
    {
        if (!m_byAddress.contains(where)) {
            m_byAddress.insert(where, index);
        }
    }
    const std::vector<int> m_sameAs;
    QHash<QString, int> m_byAddress;
    QHash<QString, int> m_byName;
    QStringList m_own;
    QStringList m_ownNumber;
};

Followed readOne(const Snapshot &snapshot, int index, const AddressBook &book)
{
    const NodeStatus &node = snapshot.nodes[static_cast<std::size_t>(index)];
    Followed result;
    result.names += node.name;
    if (book.isSecondName(index)) {
        return result;
    }
    if (!node.sample || !node.sample->inRecovery || node.kind == NodeKind::Witness) {
        return result;
    }
    const NodeSample &sample = *node.sample;
    result.standby = true;
    const QString configured = sample.setting(QLatin1String("primary_conninfo"));
    QString conninfo = configured;
    result.slot = sample.setting(QLatin1String("primary_slot_name"));
    if (sample.receiver && sample.receiver->visible()) {
        result.receives = true;
        result.slotKnown = true;
        result.slot = sample.receiver->slotName;
        result.upstreamHost = {sample.receiver->senderHost, sample.receiver->senderPort.value_or(0)};
        conninfo = sample.receiver->conninfo.isEmpty() ? configured : sample.receiver->conninfo;
    }
    if (!result.upstreamHost.host.isEmpty()) {
        result.upstream = book.find(result.upstreamHost, index);
    } else {
        // Of several hosts the receiver takes the first that lets it in: the first that is a node of ours.
        for (const HostPort &host : hostsOf(configured)) {
            result.upstreamHost = result.upstreamHost.host.isEmpty() ? host : result.upstreamHost;
            if (const int found = book.find(host, index); found >= 0) {
                result.upstreamHost = host;
                result.upstream = found;
                break;
            }
        }
    }
    // The receiver's application_name, else cluster_name.
    // https://www.postgresql.org/docs/current/runtime-config-replication.html
    for (const QString &name :
         {conninfoValue(conninfo, QStringLiteral("application_name")), sample.setting(QLatin1String("cluster_name"))}) {
        if (!name.isEmpty() && !result.names.contains(name)) {
            result.names += name;
        }
    }
    return result;
}

// Of two that began in the same millisecond. What both show and what differs tells them apart.
bool isSameServer(const NodeSample &a, const NodeSample &b)
{
    const auto differs = [&](const char *name) {
        const QLatin1String setting(name);
        return a.showsSetting(setting) && b.showsSetting(setting) && a.setting(setting) != b.setting(setting);
    };
    return a.inRecovery == b.inRecovery && !differs("data_directory") && !differs("port") && !differs("cluster_name") &&
           !differs("primary_slot_name");
}

struct Candidate {
    int score = 0;
    SenderMatch match;
};

class Matcher {
public:
    Matcher(const Snapshot &snapshot, const std::vector<Followed> &followed)
        : m_snapshot(snapshot)
        , m_followed(followed)
        , m_book(snapshot)
    {
        for (std::size_t i = 0; i < followed.size(); ++i) {
            const int index = static_cast<int>(i);
            m_nodeByName.insert(snapshot.nodes[i].name, index);
            if (!mayFollow(index)) {
                continue;
            }
            for (const QString &name : followed[i].names) {
                m_byName.insert(name, index);
            }
            if (!followed[i].slot.isEmpty()) {
                m_bySlot.insert(followed[i].slot, index);
            }
            if (m_book.ownNumber(index) != kLocal) {
                m_byHost.insert(m_book.ownNumber(index), index);
            }
            m_byUpstream.insert(followed[i].upstream, index);
        }
    }
    std::vector<SenderMatch> run();

private:
    // A node that never answered may be a standby too.
    bool mayFollow(int index) const
    {
        const NodeStatus &node = m_snapshot.nodes[static_cast<std::size_t>(index)];
        return node.kind == NodeKind::Data && !m_book.isSecondName(index) && (!node.sample || node.sample->inRecovery);
    }
    int score(int upstream, const Sender &sender, int standby) const;
    void collect(int upstream, int senderIndex, const Sender &sender);

    const Snapshot &m_snapshot;
    const std::vector<Followed> &m_followed;
    const AddressBook m_book;
    QHash<QString, int> m_nodeByName;
    QMultiHash<QString, int> m_byName;
    QMultiHash<QString, int> m_bySlot;
    QMultiHash<QString, int> m_byHost;
    QMultiHash<int, int> m_byUpstream;
    std::vector<Candidate> m_candidates;
};

// How well a walsender and a standby fit; 0: they don't.
int Matcher::score(int upstream, const Sender &sender, int standby) const
{
    const Followed &who = m_followed[static_cast<std::size_t>(standby)];
    const NodeStatus &node = m_snapshot.nodes[static_cast<std::size_t>(standby)];
    // What a standby that is silent now said of its upstream and slot may be over: it vetoes nothing that is seen
    // today.
    const bool speaks = isFresh(m_snapshot, node);
    const bool elsewhere = who.upstream >= 0 && who.upstream != upstream;
    if (standby == upstream || (speaks && elsewhere)) {
        return 0;
    }
    int points = 0;
    const bool bothSlots = !who.slot.isEmpty() && !sender.slotName.isEmpty();
    const bool otherSlot = bothSlots ? who.slot != sender.slotName : who.slotKnown && !sender.slotName.isEmpty();
    if (speaks && otherSlot) {
        return 0;
    }
    points += bothSlots && !otherSlot ? 8 : 0;
    const bool named = who.names.contains(sender.applicationName);
    if (!named && m_nodeByName.value(sender.applicationName, standby) != standby) {
        return 0; // it carries another node's name
    }
    points += named ? 4 : 0;
    const bool sameHost = m_book.ownNumber(standby) != kLocal && !sender.clientAddr.isEmpty() &&
                          m_book.ownNumber(standby) == canonicalHost(sender.clientAddr);
    points += sameHost ? 2 : 0;
    // That it would connect here says nothing about this walsender unless a receiver is there to connect.
    const bool noReceiver = speaks && !node.sample->receiver;
    if ((noReceiver || elsewhere || otherSlot) && points < 4) {
        return 0;
    }
    points += who.upstream == upstream ? 6 : 0;
    if (points > 0 && node.sample && node.sample->receiver && node.sample->receiver->flushedLsn &&
        node.sample->receiver->flushedLsn == sender.flushLsn) {
        points += 1;
    }
    return points;
}

void Matcher::collect(int upstream, int senderIndex, const Sender &sender)
{
    QSet<int> seen;
    const auto consider = [&](const auto &index, const auto &lookup) {
        for (auto [it, end] = index.equal_range(lookup); it != end; ++it) {
            if (seen.contains(*it)) {
                continue;
            }
            seen.insert(*it);
            if (const int points = score(upstream, sender, *it); points > 0) {
                m_candidates.push_back({points, {upstream, senderIndex, *it}});
            }
        }
    };
    const std::size_t before = m_candidates.size();
    if (!sender.slotName.isEmpty()) {
        consider(m_bySlot, sender.slotName);
    }
    if (!sender.applicationName.isEmpty()) {
        consider(m_byName, sender.applicationName);
    }
    if (!sender.clientAddr.isEmpty()) {
        consider(m_byHost, canonicalHost(sender.clientAddr));
    }
    // Everybody who follows this node: only when nothing better is known, for in a star that is everybody.
    if (m_candidates.size() == before) {
        consider(m_byUpstream, upstream);
    }
}

std::vector<SenderMatch> Matcher::run()
{
    for (std::size_t i = 0; i < m_snapshot.nodes.size(); ++i) {
        const NodeStatus &node = m_snapshot.nodes[i];
        if (!node.sample || node.kind == NodeKind::Witness || m_book.isSecondName(static_cast<int>(i))) {
            continue;
        }
        for (std::size_t s = 0; s < node.sample->senders.size(); ++s) {
            const Sender &sender = node.sample->senders[s];
            if (sender.slotType != QLatin1String("logical") && !isBackupSender(sender)) {
                collect(static_cast<int>(i), static_cast<int>(s), sender);
            }
        }
    }
    // Fresh evidence before old: a standby that has moved still shows in the last sample of a node that is down.
    const auto rank = [&](const Candidate &candidate) {
        const NodeStatus &node = m_snapshot.nodes[static_cast<std::size_t>(candidate.match.upstream)];
        return candidate.score + (isFresh(m_snapshot, node) ? 100 : 0);
    };
    std::stable_sort(m_candidates.begin(), m_candidates.end(),
                     [&](const Candidate &a, const Candidate &b) { return rank(a) > rank(b); });
    QSet<std::pair<int, int>> usedSenders;
    QSet<int> usedStandbys;
    std::vector<SenderMatch> result;
    for (const Candidate &candidate : m_candidates) {
        const std::pair<int, int> sender{candidate.match.upstream, candidate.match.sender};
        if (!usedSenders.contains(sender) && !usedStandbys.contains(candidate.match.standby)) {
            usedSenders.insert(sender);
            usedStandbys.insert(candidate.match.standby);
            result.push_back(candidate.match);
        }
    }
    return result;
}
} // namespace

bool isBackupSender(const Sender &sender)
{
    static constexpr std::array tools{"pg_basebackup", "pg_receivewal", "pg_receivexlog",
                                      "barman",        "pgbackrest",    "wal-g"};
    return sender.state == QLatin1String("backup") || std::any_of(tools.begin(), tools.end(), [&](const char *tool) {
               return sender.applicationName.startsWith(QLatin1String(tool), Qt::CaseInsensitive);
           });
}

std::vector<int> findSecondNames(const Snapshot &snapshot)
{
    QHash<std::pair<quint64, qint64>, int> first;
    std::vector<int> sameAs(snapshot.nodes.size(), -1);
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        const NodeStatus &node = snapshot.nodes[i];
        if (!isFresh(snapshot, node) || !node.sample->systemIdentifier || !node.sample->postmasterStartTime.isValid()) {
            continue;
        }
        const std::pair<quint64, qint64> server{*node.sample->systemIdentifier,
                                                node.sample->postmasterStartTime.toMSecsSinceEpoch()};
        const auto found = first.constFind(server);
        if (found == first.constEnd()) {
            first.insert(server, static_cast<int>(i));
        } else if (isSameServer(*snapshot.nodes[static_cast<std::size_t>(*found)].sample, *node.sample)) {
            sameAs[i] = *found;
        }
    }
    return sameAs;
}

std::vector<Followed> readFollowed(const Snapshot &snapshot)
{
    const AddressBook book(snapshot);
    std::vector<Followed> result;
    result.reserve(snapshot.nodes.size());
    for (std::size_t i = 0; i < snapshot.nodes.size(); ++i) {
        result.push_back(readOne(snapshot, static_cast<int>(i), book));
    }
    return result;
}

std::vector<SenderMatch> matchSenders(const Snapshot &snapshot, const std::vector<Followed> &followed)
{
    return Matcher(snapshot, followed).run();
}

} // namespace howdah::cluster
