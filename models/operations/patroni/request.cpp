// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/patroni/request.h"

#include <QCoreApplication>

#include "operations/patroni/patroniplans.h"

namespace howdah::operations::patroni {

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Patroni", text);
}

QString whyNotMember(const PatroniFacts &facts, const Request &request)
{
    const Member *member = facts.called(request.node);
    if (!member) {
        return tr("Patroni has no such member");
    }
    if (!member->self) {
        return tr("its Patroni does not answer: %1").arg(member->error);
    }
    return request.kind == Request::Kind::Reinitialize && member->member.isLeader()
               ? tr("it leads, and the others would be copied from it")
               : QString();
}

QString whyNotScheduled(const PatroniFacts &facts)
{
    if (!facts.cluster.switchoverAt.isEmpty()) {
        return tr("one is scheduled at %1: cancel that first").arg(facts.cluster.switchoverAt);
    }
    if (facts.cluster.paused) {
        return tr("Patroni is paused, and does nothing at a time");
    }
    return candidatesOf(facts).isEmpty() ? tr("no other member may take over") : QString();
}

} // namespace

Plan planFor(const PatroniFacts &facts, const QString &cluster, const Request &request, const QDateTime &now)
{
    switch (request.kind) {
    case Request::Kind::Pause:
        return planPause(facts, cluster);
    case Request::Kind::Resume:
        return planResume(facts, cluster);
    case Request::Kind::Restart:
        return planRestart(facts, cluster, request.node);
    case Request::Kind::Reinitialize:
        return planReinitialize(facts, cluster, request.node);
    case Request::Kind::Schedule:
        return planScheduledSwitchover(facts, cluster, request.node, request.at, now);
    case Request::Kind::Cancel:
        return planCancelSwitchover(facts, cluster);
    case Request::Kind::Configure:
        break;
    }
    return planConfig(facts, cluster, request.change);
}

QString whyNotAsked(const PatroniFacts *facts, const Request &request)
{
    if (!facts) {
        return tr("Patroni has not answered yet");
    }
    if (!facts->isKnown()) {
        return tr("Patroni does not answer: %1").arg(facts->error);
    }
    switch (request.kind) {
    case Request::Kind::Pause:
        return facts->cluster.paused ? tr("it is paused already") : QString();
    case Request::Kind::Resume:
        return facts->cluster.paused ? QString() : tr("it is not paused");
    case Request::Kind::Restart:
    case Request::Kind::Reinitialize:
        return whyNotMember(*facts, request);
    case Request::Kind::Schedule:
        return whyNotScheduled(*facts);
    case Request::Kind::Cancel:
        return facts->cluster.switchoverAt.isEmpty() ? tr("none is scheduled") : QString();
    case Request::Kind::Configure:
        break;
    }
    return facts->config ? QString() : tr("%1/config can't be read").arg(facts->base);
}

QStringList candidatesOf(const PatroniFacts &facts)
{
    QStringList names;
    for (const Member &one : facts.members) {
        if (!one.member.isLeader() && !one.member.noFailover && !one.node.isEmpty()) {
            names.append(one.node);
        }
    }
    return names;
}

} // namespace howdah::operations::patroni
