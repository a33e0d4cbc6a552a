// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/gateway.h"

#include <QCoreApplication>
#include <QHostAddress>
#include <QRegularExpression>
#include <algorithm>

#include "cluster/positions.h"
#include "operations/places.h"

namespace howdah::operations::address {

namespace {

// srv_admin_state
constexpr int kByState = 0x01 | 0x08;         ///< FMAINT, FDRAIN
constexpr int kByOthers = 0x02 | 0x10 | 0x20; ///< IMAINT, IDRAIN, RMAINT
// srv_check_state
constexpr int kEnabled = 0x04;
constexpr int kPaused = 0x08;

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

/// The columns of a line, by the names that the header before has.
class Columns {
public:
    Columns(const QString &header, QChar between)
        : m_names(header.mid(1).trimmed().split(between))
        , m_between(between)
    {
    }

    void take(const QString &line) { m_cells = line.split(m_between); }
    bool isWhole() const { return m_cells.size() >= m_names.size() - 1; } // the last may be missing
    QString text(const char *name) const { return m_cells.value(m_names.indexOf(QLatin1String(name))).trimmed(); }
    int number(const char *name) const { return text(name).toInt(); }

private:
    QStringList m_names;
    QStringList m_cells;
    QChar m_between;
};

/// CSV without what stands in quotes: the columns that are read never do (9.1), but one behind them may.
QString withoutQuoted(QString line)
{
    static const QRegularExpression quoted(QStringLiteral("\"(?:[^\"]|\"\")*\""));
    return line.replace(quoted, QStringLiteral("…"));
}

GatewayServer serverFrom(const Columns &columns)
{
    GatewayServer server;
    server.name = columns.text("srv_name");
    server.ip = columns.text("srv_addr");
    server.port = columns.number("srv_port");
    server.state = columns.number("srv_op_state");
    server.admin = columns.number("srv_admin_state");
    server.weight = columns.number("srv_uweight");
    server.initialWeight = columns.number("srv_iweight");
    server.checkState = columns.number("srv_check_state");
    server.agentState = columns.number("srv_agent_state");
    return server;
}

void addStat(std::vector<GatewayServer> &servers, const Columns &columns)
{
    for (GatewayServer &server : servers) {
        if (server.name == columns.text("svname")) {
            server.isBackup = columns.number("bck") > 0;
            server.status = columns.text("status");
            server.checkStatus = columns.text("check_status").remove(QLatin1String("* ")); // one is under way
            server.checkSays = columns.text("last_chk");
        }
    }
}

/// What the backend's servers are, from the part of the answer that is the state, and the part that is the statistics.
void readServers(GatewayFacts &facts, const QString &backend, const QStringList &lines)
{
    // It goes into commands: of another name HAProxy would not start.
    static const QRegularExpression plain(QStringLiteral("^[A-Za-z0-9_.:-]+$"));
    std::optional<Columns> state, stat;
    for (const QString &line : lines) {
        if (line.startsWith(QLatin1String("# be_id "))) {
            state.emplace(line, QLatin1Char(' '));
            stat.reset();
        } else if (line.startsWith(QLatin1String("# pxname,"))) {
            stat.emplace(line, QLatin1Char(','));
            state.reset();
        } else if (state) {
            state->take(line);
            const bool ours = state->isWhole() && state->text("be_name") == backend;
            if (ours && plain.match(state->text("srv_name")).hasMatch()) {
                facts.servers.push_back(serverFrom(*state));
            }
        } else if (stat) {
            stat->take(withoutQuoted(line));
            if (stat->isWhole() && stat->text("pxname") == backend) {
                addStat(facts.servers, *stat);
            }
        }
    }
}

} // namespace

GatewayFacts gatewayFrom(const QString &backend, const QString &output)
{
    GatewayFacts facts;
    const QString problem = QStringLiteral("howdah-problem "), by = QStringLiteral("howdah-by ");
    const QStringList lines = output.split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    const QStringList levels{QStringLiteral("admin"), QStringLiteral("operator"), QStringLiteral("user")};
    QString odd;
    for (const QString &line : lines) {
        if (line.startsWith(problem)) {
            facts.error = line.mid(problem.size()).trimmed();
        } else if (line.startsWith(by)) {
            facts.by = line.mid(by.size()).trimmed();
        } else if (line == QLatin1String("howdah-config read")) {
            facts.keepsState = facts.keepsState.value_or(false);
        } else if (line == QLatin1String("howdah-config keeps")) {
            facts.keepsState = true;
        } else if (levels.contains(line) && facts.level.isEmpty()) {
            facts.level = line;
        } else if (line.startsWith(QLatin1String("Version: "))) {
            facts.version = line.section(QLatin1Char(' '), 1, 1).section(QLatin1Char('-'), 0, 0);
        } else if (odd.isEmpty()) {
            odd = line.left(200);
        }
    }
    facts.may = facts.level == QLatin1String("admin");
    if (!facts.error.isEmpty()) {
        return facts;
    }
    readServers(facts, backend, lines);
    if (facts.servers.empty()) {
        const bool speaks = !facts.level.isEmpty() || lines.contains(QLatin1String("Can't find backend."));
        facts.error = speaks ? tr("it has no backend %1 with servers").arg(backend)
                             : tr("what answers there is no socket of HAProxy's workers: %1").arg(odd);
    }
    return facts;
}

std::vector<Peer> peersOf(const cluster::ClusterState &state, const Facts &facts)
{
    std::vector<Peer> peers;
    const auto &nodes = state.snapshot->nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        if (nodes[i].kind != cluster::NodeKind::Data) {
            continue;
        }
        Peer peer{nodes[i].name, facts.nodeIps.value(nodes[i].name)};
        peer.ips.append(nodes[i].hostaddr);
        for (const cluster::Edge &edge : state.assessment->topology.edges) {
            if (edge.to == static_cast<int>(i) && edge.sender) {
                peer.ips.append(edge.sender->clientAddr);
            }
        }
        peer.ips.removeDuplicates();
        peer.ips.removeAll(QString());
        peer.port = nodes[i].sample ? nodes[i].sample->setting(QLatin1String("port")).toInt() : 0;
        if (peer.port == 0) { // as this console reaches it, where nobody else has said it yet
            peer.port = nodes[i].address.section(QLatin1Char(':'), -1).toInt();
        }
        peers.push_back(peer);
    }
    return peers;
}

QString nodeOf(const GatewayServer &server, const GatewayFacts &gateway, const std::vector<Peer> &peers)
{
    const QHostAddress ip(server.ip);
    if (ip.isNull() || (ip.isLoopback() && gateway.place != consolePlace())) {
        return {};
    }
    QStringList found;
    for (const Peer &peer : peers) {
        const bool there = std::any_of(peer.ips.begin(), peer.ips.end(),
                                       [&ip](const QString &one) { return QHostAddress(one).isEqual(ip); });
        if (there && peer.port == server.port && !found.contains(peer.node)) {
            found.append(peer.node);
        }
    }
    return found.size() == 1 ? found.first() : QString(); // behind one address of a gateway or a NAT they look alike
}

bool takesSessions(const GatewayServer &server)
{
    return (server.state == 1 || server.state == 2) && (server.admin & (kByState | kByOthers)) == 0 &&
           server.weight > 0;
}

bool isKeptByState(const GatewayServer &server)
{
    return (server.admin & kByState) != 0;
}

bool isKeptByOthers(const GatewayServer &server)
{
    return (server.admin & kByOthers) != 0;
}

bool isChecked(const GatewayServer &server)
{
    return (server.checkState & kEnabled) != 0 && (server.checkState & kPaused) == 0;
}

bool isUnreached(const GatewayServer &server)
{
    static const QStringList silent{QString(),
                                    QStringLiteral("UNK"),
                                    QStringLiteral("INI"),
                                    QStringLiteral("SOCKERR"),
                                    QStringLiteral("L6TOUT"),
                                    QStringLiteral("L6RSP"),
                                    QStringLiteral("L7TOUT"),
                                    QStringLiteral("PROCTOUT")};
    return server.checkStatus.startsWith(QLatin1String("L4")) || silent.contains(server.checkStatus);
}

QString serversText(const GatewayFacts &gateway)
{
    QStringList all;
    for (const GatewayServer &server : gateway.servers) {
        QStringList why{server.checkStatus, server.checkSays};
        why.removeAll(QString());
        const bool told = takesSessions(server) || isKeptByState(server) || why.isEmpty();
        all.append(server.name + QLatin1Char(' ') + server.status +
                   (told ? QString() : QStringLiteral(" (%1)").arg(why.join(QStringLiteral(", ")))));
    }
    return all.join(QStringLiteral(", "));
}

} // namespace howdah::operations::address
