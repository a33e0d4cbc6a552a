// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/patroni/patronifacts.h"

/// What Patroni says of a cluster on a good day, for tests of what is made of it.
namespace howdah::testsupport {

/// Of pg1, pg2, pg3: http://10.0.0.11:8008 and so on.
inline QString patroniApi(int number)
{
    return QStringLiteral("http://10.0.0.1%1:8008").arg(number);
}

inline QByteArray patroniConfig()
{
    return R"({"ttl": 20, "loop_wait": 1, "postgresql": {"use_slots": true, "parameters": {"max_connections": 100}}})";
}

inline operations::patroni::Member patroniMember(int number)
{
    operations::patroni::Member one;
    one.node = one.member.name = QStringLiteral("pg%1").arg(number);
    one.member.role = number == 1 ? QStringLiteral("leader") : QStringLiteral("replica");
    one.member.state = QStringLiteral("running");
    one.api = patroniApi(number);
    managers::PatroniNode self;
    self.state = QStringLiteral("running");
    self.version = QStringLiteral("3.0.2");
    self.postmasterStartTime = QDateTime::fromString(QStringLiteral("2026-11-27T01:02:03.456Z"), Qt::ISODateWithMs);
    one.self = self;
    return one;
}

/// pg1 leads, the others are its replicas.
inline operations::patroni::PatroniFacts calmPatroni(int members)
{
    operations::patroni::PatroniFacts facts;
    facts.base = patroniApi(1);
    facts.config = managers::parsePatroniConfig(patroniConfig()).value();
    facts.configText = QString::fromUtf8(patroniConfig());
    for (int i = 1; i <= members; ++i) {
        facts.members.push_back(patroniMember(i));
    }
    return facts;
}

} // namespace howdah::testsupport
