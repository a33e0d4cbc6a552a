// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/truth.h"

#include <QCoreApplication>
#include <cstdlib>

#include "cluster/candidate.h"
#include "cluster/positions.h"
#include "operations/address/gatewaytruth.h"
#include "operations/address/link.h"
#include "operations/address/owners.h"

namespace howdah::operations::address {

using cluster::Verdict;

namespace {

constexpr int kSoonDays = 14;

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

void tell(Truth &truth, Verdict verdict, const char *id, const QString &says, const QString &remedy)
{
    truth.verdict = verdict;
    truth.id = QLatin1String(id);
    truth.says = says;
    truth.remedy = remedy;
}

/// Whether a standby is there that could serve readers.
bool hasStandby(const cluster::ClusterState &state)
{
    for (std::size_t i = 0; i < state.snapshot->nodes.size(); ++i) {
        if (cluster::isCandidate(state, i) && cluster::isFresh(*state.snapshot, state.snapshot->nodes[i])) {
            return true;
        }
    }
    return false;
}

/// The system identifier that the nodes have in common; 0: not known.
quint64 systemOf(const cluster::ClusterState &state)
{
    const int primary = state.assessment->topology.primary;
    for (std::size_t i = 0; i < state.snapshot->nodes.size(); ++i) {
        const cluster::NodeStatus &node = state.snapshot->nodes[i];
        const bool speaks = primary < 0 ? node.kind == cluster::NodeKind::Data : i == cluster::at(primary);
        if (speaks && node.sample && node.sample->systemIdentifier) {
            return *node.sample->systemIdentifier;
        }
    }
    return 0;
}

/// What is wrong with who answers; nothing is said of who does not.
void judgeAnswer(Truth &truth, const cluster::AddressConfig &address, const Facts &facts,
                 const cluster::ClusterState &state)
{
    const QString who =
        truth.answers.isEmpty() ? tr("a server that is none of the cluster file's nodes") : truth.answers;
    const int primary = state.assessment->topology.primary;
    const QString primaryName = primary < 0 ? QString() : state.snapshot->nodes[cluster::at(primary)].name;
    const quint64 ours = systemOf(state);
    if (ours != 0 && facts.systemIdentifier != QString::number(ours)) {
        tell(truth, Verdict::Critical, "address_other_cluster",
             tr("it leads to another cluster, system identifier %1").arg(facts.systemIdentifier),
             tr("Find who has %1, or mend ip of the address in the cluster file.").arg(address.ip));
    } else if (address.follows == QLatin1String("primary") && !facts.writable) {
        tell(truth, Verdict::Critical, "address_leads_to_standby", tr("it leads to %1, which takes no writes").arg(who),
             primary < 0 ? tr("There is no primary that it could be moved to.")
                         : tr("Move it to %1, the primary.").arg(primaryName));
    } else if (address.follows == QLatin1String("standby") && facts.writable && hasStandby(state)) {
        tell(truth, Verdict::Warning, "address_leads_to_primary",
             tr("it leads to the primary, %1, while a standby could serve readers").arg(who),
             tr("Move it to a standby."));
    } else if (facts.writable && primary >= 0 && !truth.answers.isEmpty() && truth.answers != primaryName) {
        tell(truth, Verdict::Critical, "address_second_primary",
             tr("it leads to %1, which takes writes beside the primary, %2").arg(who, primaryName),
             tr("Fence the one of them that is not to be: see the findings."));
    } else if (ours == 0 || truth.answers.isEmpty()) { // just started, unread, or a copy that nobody has told us of
        tell(truth, Verdict::Unknown, "address_server_unknown",
             facts.writable ? tr("whoever answers there takes writes, and is none of the nodes as they were seen last")
                            : tr("whoever answers there is none of the nodes as they were seen last"),
             tr("See that all servers of the cluster stand in the cluster file, and can be read."));
    } else {
        truth.verdict = Verdict::Ok;
        truth.says =
            facts.writable ? tr("it leads to the primary, %1").arg(who) : tr("it leads to standby %1").arg(who);
    }
}

/// It is known who has it, and by whom the primary is another.
bool isLeftBehind(const Truth &truth, const cluster::AddressConfig &address, const cluster::ClusterState &state)
{
    const int primary = state.assessment->topology.primary;
    return address.follows == QLatin1String("primary") && primary >= 0 && truth.holderKnown &&
           truth.holders.size() == 1 && truth.holders.front() != state.snapshot->nodes[cluster::at(primary)].name;
}

/// What clients that verify the certificate are told, where everything else is as it should be.
void judgeCertificate(Truth &truth, const cluster::AddressConfig &address, const Facts &facts)
{
    const Certificate &shown = facts.certificate;
    if (truth.verdict != Verdict::Ok) {
        return;
    }
    if (shown.isKnown() && shown.expires < facts.askedAt) {
        tell(truth, Verdict::Warning, "address_certificate_expired",
             tr("its certificate expired on %1").arg(shown.expires.date().toString(Qt::ISODate)),
             tr("Renew ssl_cert_file on its server, and reload it: clients that verify it are refused."));
    } else if (shown.isKnown() && facts.askedAt.daysTo(shown.expires) < kSoonDays) {
        tell(truth, Verdict::Warning, "address_certificate_expires",
             tr("its certificate expires on %1").arg(shown.expires.date().toString(Qt::ISODate)),
             tr("Renew ssl_cert_file on its server before, and reload it."));
    } else if (!address.host.isEmpty() && !shown.isKnown() && !(facts.tls.isEmpty() && shown.error.isEmpty())) {
        tell(truth, Verdict::Unknown, "address_tls_unknown",
             tr("whether its certificate is for %1 is not known: %2").arg(address.host, shown.error),
             tr("That is how it looks from this machine; applications may see it otherwise."));
    } else if (!address.host.isEmpty() && facts.tls.isEmpty()) {
        tell(truth, Verdict::Warning, "address_not_encrypted",
             tr("nothing is encrypted there as this machine connects, and %1 is wanted").arg(address.host),
             tr("See ssl on its server, and sslmode in the conninfo of the nodes: clients with sslmode=verify-full are "
                "refused."));
    } else if (shown.isKnown() && !address.host.isEmpty() && !isFor(shown, address.host)) {
        tell(truth, Verdict::Warning, "address_tls_name",
             tr("its certificate is for %1, not for %2").arg(shown.names.join(QStringLiteral(", ")), address.host),
             tr("Let each node's certificate have %1 in its subjectAltName: clients with sslmode=verify-full are "
                "refused.")
                 .arg(address.host));
    }
}

/// Who moves it is not who the cluster file says; and where an owner moves it, nobody else is asked to.
void judgeOwners(Truth &truth, const cluster::AddressConfig &address, const Facts &facts,
                 const cluster::ClusterState &state)
{
    const int primary = state.assessment->topology.primary;
    if (const OwnerFacts *other = strangerAmong(facts, address.provider)) {
        if (truth.id.isEmpty()) {
            tell(
                truth, Verdict::Warning, "address_owned",
                tr("it is %1's on %2 (%3), and the cluster file says provider \"%4\"")
                    .arg(other->owner, other->node, partText(*other), address.provider),
                tr("Write provider = \"%1\": what it moves by itself is not moved by anybody else.").arg(other->owner));
        }
        return;
    }
    if (!address.hasOwner()) {
        return;
    }
    QStringList without;
    for (const cluster::NodeStatus &node : state.snapshot->nodes) {
        const bool asked = !facts.unasked.contains(node.name) && !facts.ownersUnasked.contains(node.name);
        const OwnerFacts *owner = ownerOn(facts, address.provider, node.name);
        if (node.kind == cluster::NodeKind::Data && asked && !(owner && (owner->has || !owner->problem.isEmpty()))) {
            without.append(node.name);
        }
    }
    if (!truth.id.isEmpty()) {
        const QString there = primary < 0 ? QString() : state.snapshot->nodes[cluster::at(primary)].name;
        truth.remedy =
            truth.id == QLatin1String("address_not_reached") || truth.id == QLatin1String("address_other_cluster")
                ? truth.remedy
                : ownersRemedy(address, there);
    } else if (!without.isEmpty()) {
        tell(truth, Verdict::Warning, "address_no_owner",
             tr("no %1 there has it, so that it can't go to %2")
                 .arg(address.provider, without.join(QStringLiteral(", "))),
             tr("Start %1 there, with %2 in its configuration.").arg(address.provider, address.ip));
    }
}

} // namespace

QString answeringNode(const Facts &facts, const cluster::Snapshot &snapshot)
{
    for (const cluster::NodeStatus &node : snapshot.nodes) {
        if (facts.startedMs > 0 && node.sample && node.sample->postmasterStartTime.isValid() &&
            node.sample->systemIdentifier &&
            QString::number(*node.sample->systemIdentifier) == facts.systemIdentifier &&
            std::abs(node.sample->postmasterStartTime.toMSecsSinceEpoch() - facts.startedMs) <= 1) { // rounded twice
            return node.name;
        }
    }
    return {};
}

Truth truthOf(const cluster::AddressConfig &address, const Facts &facts, const cluster::ClusterState &state)
{
    Truth truth;
    for (const Claim &claim : facts.claims) {
        truth.holders.append(claim.node);
    }
    if (!facts.cloud.holder.isEmpty()) {
        truth.holders.append(facts.cloud.holder);
    }
    const bool byLink = address.provider == QLatin1String("link");
    bool everyLink = byLink && !facts.links.empty();
    for (const LinkFacts &link : facts.links) {
        if (isActivated(link)) {
            truth.holders.append(link.node);
        }
        everyLink = everyLink && link.error.isEmpty();
    }
    truth.holders.removeDuplicates();
    const bool byHosts = address.isOnHosts();
    truth.holderKnown = everyLink || (byLink && !truth.holders.isEmpty()) ||
                        (byHosts && (facts.unasked.isEmpty() || !truth.holders.isEmpty())) ||
                        (facts.cloud.isKnown() && facts.cloud.address.isHolderKnown &&
                         (!facts.cloud.holder.isEmpty() || facts.cloud.address.targetId.isEmpty()));
    const bool byGateways = address.provider == QLatin1String("haproxy");
    if (byGateways) {
        readGateways(truth, facts, state);
    }
    truth.answers = answeringNode(facts, *state.snapshot);
    if (facts.error.isEmpty()) {
        truth.writable = facts.writable;
    }
    if (!byGateways && truth.holders.size() > 1) {
        tell(truth, Verdict::Critical, "address_two_holders",
             tr("several hosts have it: %1").arg(truth.holders.join(QStringLiteral(", "))),
             tr("Which of them applications reach is chance. Take it from all but the one that is to have it."));
    } else if ((byHosts || everyLink) && truth.holders.isEmpty() && facts.unasked.isEmpty() && !facts.error.isEmpty()) {
        tell(truth, Verdict::Critical, "address_no_holder", tr("no host has it"), tr("Give it to the primary."));
    } else if (!facts.error.isEmpty() && isLeftBehind(truth, address, state)) {
        const QString primary = state.snapshot->nodes[cluster::at(state.assessment->topology.primary)].name;
        tell(truth, Verdict::Critical, "address_leads_to_standby",
             tr("%1 has it, where nothing answers (%2), and %3 is the primary")
                 .arg(truth.holders.front(), facts.error, primary),
             tr("Move it to %1, the primary.").arg(primary));
    } else if (!facts.error.isEmpty()) {
        tell(truth, Verdict::Unknown, "address_not_reached",
             tr("nothing answers PostgreSQL there: %1").arg(facts.error),
             tr("That is how it looks from this machine; applications may see it otherwise."));
    } else {
        judgeAnswer(truth, address, facts, state);
        if (!byGateways && truth.verdict == Verdict::Ok && truth.holders.size() == 1 && !truth.answers.isEmpty() &&
            truth.holders.front() != truth.answers) {
            tell(truth, Verdict::Critical, "address_two_holders",
                 tr("%1's host has it, and %2 answers").arg(truth.holders.front(), truth.answers),
                 tr("Somebody else has it as well. Take it from all but the one that is to have it."));
        }
    }
    if (byGateways) {
        judgeGateways(truth, address, facts, state);
    }
    if (byHosts) {
        judgeOwners(truth, address, facts, state);
    }
    judgeCertificate(truth, address, facts);
    return truth;
}

} // namespace howdah::operations::address
