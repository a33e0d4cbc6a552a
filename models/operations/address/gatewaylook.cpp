// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/gatewaylook.h"

#include <QHostAddress>
#include <QHostInfo>
#include <QPointer>
#include <QTimer>

#include "operations/address/gateway.h"
#include "operations/address/gatewayscripts.h"
#include "operations/places.h"
#include "postgres/conninfo.h"

namespace howdah::operations::address {

namespace {

constexpr int kGatewayMs = 8000;
constexpr int kLookUpMs = 4000;

} // namespace

GatewayLook::GatewayLook(cluster::AddressConfig address, Hands &hands, QObject *parent)
    : QObject(parent)
    , m_address(std::move(address))
    , m_hands(hands)
{
}

void GatewayLook::start(const std::vector<cluster::NodeConfig> &nodes, std::function<void(Facts)> done)
{
    m_done = std::move(done);
    m_left = 1; // so that nothing is over before all is asked
    const QStringList names = gatewayNames(m_address);
    for (std::size_t i = 0; i < gatewaysOf(m_address).size(); ++i) {
        GatewayFacts &gateway = m_facts.gateways.emplace_back();
        gateway.name = names[static_cast<qsizetype>(i)];
        gateway.place = gatewayPlace(m_address, i);
        ask(i);
    }
    for (const cluster::NodeConfig &node : nodes) {
        if (node.kind == cluster::NodeKind::Data) {
            resolve(node);
        }
    }
    QTimer::singleShot(kLookUpMs, this, [this] { // whoever has not been found by now is told without
        for (int left = std::exchange(m_unresolved, 0); left > 0; --left) {
            one();
        }
    });
    QTimer::singleShot(0, this, &GatewayLook::one);
}

void GatewayLook::ask(std::size_t gateway)
{
    ++m_left;
    const QPointer<GatewayLook> self(this);
    m_hands.command(m_facts.gateways[gateway].place,
                    {QStringLiteral("sh"), QStringLiteral("-c"), saying(kGatewayLookScript),
                     QStringLiteral("howdah-gateway"), m_address.socket, m_address.backend},
                    false, kGatewayMs, [self, gateway](const Handed<CommandResult> &result) {
                        if (!self) {
                            return;
                        }
                        GatewayFacts &facts = self->m_facts.gateways[gateway];
                        GatewayFacts said = result ? gatewayFrom(self->m_address.backend, result->out) : GatewayFacts();
                        if (!result) {
                            said.error = result.error().error.message;
                        } else if (result->exitCode != 0) {
                            said.error = result->err.trimmed().left(300);
                            said.error = said.error.isEmpty() ? QStringLiteral("exit code %1").arg(result->exitCode)
                                                              : said.error;
                        }
                        said.name = facts.name;
                        said.place = facts.place;
                        facts = std::move(said);
                        self->one();
                    });
}

/// Of the first host, as others reach it.
void GatewayLook::resolve(const cluster::NodeConfig &node)
{
    const auto conninfo = postgres::Conninfo::parse(node.conninfo);
    if (!conninfo || conninfo->places().empty() || conninfo->places().front().isSocket()) {
        return;
    }
    const postgres::Conninfo::Place place = conninfo->places().front();
    const QString host = place.hostaddr.isEmpty() ? place.host : place.hostaddr;
    if (host.isEmpty() || !QHostAddress(host).isNull()) {
        m_facts.nodeIps.insert(node.name, host.isEmpty() ? QStringList() : QStringList{host});
        return;
    }
    ++m_left;
    ++m_unresolved;
    QHostInfo::lookupHost(host, this, [this, name = node.name](const QHostInfo &info) {
        if (m_unresolved == 0) {
            return; // too late
        }
        --m_unresolved;
        QStringList ips;
        const auto found = info.addresses();
        for (const QHostAddress &ip : found) {
            ips.append(ip.toString());
        }
        m_facts.nodeIps.insert(name, ips);
        one();
    });
}

void GatewayLook::one()
{
    if (--m_left == 0) {
        m_done(std::move(m_facts));
    }
}

} // namespace howdah::operations::address
