// SPDX-License-Identifier: GPL-3.0-or-later
#include "managers/managerkind.h"

namespace howdah::managers {

ManagerFacts &ManagerFacts::operator|=(const ManagerFacts &other)
{
    patroniAnswers = patroniAnswers || other.patroniAnswers;
    patroniSession = patroniSession || other.patroniSession;
    patroniStarted = patroniStarted || other.patroniStarted;
    autoFailoverRoles = autoFailoverRoles || other.autoFailoverRoles;
    autoFailoverLibrary = autoFailoverLibrary || other.autoFailoverLibrary;
    repmgrNodes = repmgrNodes || other.repmgrNodes;
    repmgrLibrary = repmgrLibrary || other.repmgrLibrary;
    return *this;
}

cluster::ManagerKind managerOf(const ManagerFacts &facts)
{
    if (facts.patroniAnswers || facts.patroniSession) {
        return cluster::ManagerKind::Patroni;
    }
    if (facts.autoFailoverRoles || facts.autoFailoverLibrary) {
        return cluster::ManagerKind::PgAutoFailover;
    }
    if (facts.repmgrNodes) {
        return cluster::ManagerKind::Repmgr;
    }
    // Weaker signs: someone else may start servers with these options, and a library does nothing by itself.
    if (facts.patroniStarted) {
        return cluster::ManagerKind::Patroni;
    }
    return facts.repmgrLibrary ? cluster::ManagerKind::Repmgr : cluster::ManagerKind::None;
}

} // namespace howdah::managers
