// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "support/sights.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::operations::address;
using cluster::Verdict;

/// What is said of addresses that are looked at again and again.
class TestAddressSight : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void allIsWell();
    void whatLastsIsSaid();
    void whatIsNotKnownIsSaidAtOnce();
    void whoLooksOnceSaysWhatHeSees();
    void hostsStayAsTheyWere();
    void whoIsNotKnownIsNotGreen();
    void secondPrimaryIsNotGreen();
    void leftOnADeadHostIsTold();

private:
    cluster::ClusterState m_state;
    cluster::AddressConfig m_address;
};

void TestAddressSight::init()
{
    cluster::Snapshot snapshot = startedApart(healthyPair());
    auto assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    m_state = {std::make_shared<const cluster::Snapshot>(snapshot), assessment};
    m_address = {};
    m_address.name = QStringLiteral("write");
    m_address.ip = QStringLiteral("10.0.0.50");
    m_address.provider = QStringLiteral("host");
}

void TestAddressSight::allIsWell()
{
    const Sight sight = sightOf(m_state, m_address, heldBy(*m_state.snapshot, QStringLiteral("pg1")));
    QVERIFY(sight.truth.verdict == Verdict::Ok);
    QCOMPARE(sight.sinceMs, 0);
    QVERIFY(findingsOf({sight}).empty());
    Sight never;
    never.address = m_address;
    QVERIFY(findingsOf({never}).empty()); // nothing is said before the first look
}

/// A switchover takes a moment, in which address and primary are seen at different times.
void TestAddressSight::whatLastsIsSaid()
{
    Sight sight;
    sight.address = m_address;
    const Facts wrong = heldBy(*m_state.snapshot, QStringLiteral("pg2"));
    sight = seenAnew(sight, wrong, true, m_state);
    QCOMPARE(sight.truth.id, QStringLiteral("address_leads_to_standby"));
    QVERIFY(findingsOf({sight}).empty());
    const qint64 began = sight.sinceMs;
    QVERIFY(began > 0);
    auto later = std::make_shared<cluster::Snapshot>(*m_state.snapshot);
    later->takenMonotonicMs += 5000;
    m_state.snapshot = later;
    sight = seenAnew(sight, wrong, false, m_state);
    const auto findings = findingsOf({sight});
    QCOMPARE(findings.size(), std::size_t(1));
    QCOMPARE(findings.front().id, QStringLiteral("address_leads_to_standby:write"));
    QVERIFY(findings.front().severity == Verdict::Critical);
    QCOMPARE(findings.front().sinceMs, began);
    QCOMPARE(findings.front().page, QStringLiteral("addresses"));
    QCOMPARE(findings.front().subject, QStringLiteral("write"));
    QVERIFY2(findings.front().remedy.contains(QStringLiteral("pg1")), qPrintable(findings.front().remedy));
    // Another thing that is wrong begins anew, and what is right is over.
    Facts silent;
    silent.error = QStringLiteral("connection timed out");
    sight = seenAnew(sight, silent, true, m_state);
    QVERIFY(sight.sinceMs > began && sight.seen == 1);
    sight = seenAnew(sight, heldBy(*m_state.snapshot, QStringLiteral("pg1")), true, m_state);
    QCOMPARE(sight.sinceMs, 0);
    QVERIFY(findingsOf({sight}).empty());
}

void TestAddressSight::whatIsNotKnownIsSaidAtOnce()
{
    Facts silent;
    silent.error = QStringLiteral("connection timed out");
    silent.unasked.insert(QStringLiteral("pg1"), QStringLiteral("no command"));
    Sight sight;
    sight.address = m_address;
    sight = seenAnew(sight, silent, true, m_state);
    const auto findings = findingsOf({sight});
    QCOMPARE(findings.size(), std::size_t(1));
    QVERIFY(findings.front().severity == Verdict::Unknown);
    QVERIFY(findings.front().evidence.contains(QStringLiteral("connection timed out")));
}

void TestAddressSight::whoLooksOnceSaysWhatHeSees()
{
    Sight sight;
    sight.address = m_address;
    sight = seenAnew(sight, heldBy(*m_state.snapshot, QStringLiteral("pg2")), true, m_state);
    QVERIFY(findingsOf({sight}).empty());
    QCOMPARE(findingsOf({sight}, true).size(), std::size_t(1));
}

/// They are asked less often.
void TestAddressSight::hostsStayAsTheyWere()
{
    const Sight before = sightOf(m_state, m_address, heldBy(*m_state.snapshot, QStringLiteral("pg1")));
    auto later = std::make_shared<cluster::Snapshot>(*m_state.snapshot);
    later->takenMonotonicMs += 5000;
    m_state.snapshot = later;
    const Sight now = seenAnew(before, leadingTo(*later, QStringLiteral("pg1")), false, m_state);
    QCOMPARE(now.facts.claims, before.facts.claims);
    QCOMPARE(now.facts.fitness.size(), before.facts.fitness.size());
    QCOMPARE(now.hostsAskedMs, before.hostsAskedMs);
    QCOMPARE(now.askedMs, before.askedMs + 5000);
    QCOMPARE(now.truth.holders, QStringList{QStringLiteral("pg1")});
}

/// A copy that somebody has promoted elsewhere says of itself the same as the primary does.
void TestAddressSight::whoIsNotKnownIsNotGreen()
{
    for (const char *node : {"pg1", "pg2"}) {
        Facts facts = leadingTo(*m_state.snapshot, QLatin1String(node));
        facts.startedMs += 60'000;
        m_address.follows = facts.writable ? QStringLiteral("primary") : QStringLiteral("standby");
        const Sight sight = sightOf(m_state, m_address, facts);
        QCOMPARE(sight.truth.id, QStringLiteral("address_server_unknown"));
        QVERIFY(sight.truth.verdict == Verdict::Unknown && !sight.truth.remedy.isEmpty());
    }
}

void TestAddressSight::secondPrimaryIsNotGreen()
{
    Facts facts = leadingTo(*m_state.snapshot, QStringLiteral("pg2"));
    facts.writable = true; // since a moment ago
    const Sight sight = sightOf(m_state, m_address, facts);
    QCOMPARE(sight.truth.id, QStringLiteral("address_second_primary"));
    QVERIFY(sight.truth.verdict == Verdict::Critical);
}

/// Who has it is known, and so is the primary: then what to do is no secret.
void TestAddressSight::leftOnADeadHostIsTold()
{
    Facts facts = heldBy(*m_state.snapshot, QStringLiteral("pg2"));
    facts.error = QStringLiteral("connection refused");
    Sight sight = sightOf(m_state, m_address, facts);
    QCOMPARE(sight.truth.id, QStringLiteral("address_leads_to_standby"));
    QVERIFY(sight.truth.verdict == Verdict::Critical);
    QVERIFY2(sight.truth.says.contains(QStringLiteral("connection refused")) &&
                 sight.truth.remedy.contains(QStringLiteral("pg1")),
             qPrintable(sight.truth.says));
    facts = heldBy(*m_state.snapshot, QStringLiteral("pg1"));
    facts.error = QStringLiteral("connection refused"); // the primary's own: from here it may not be reached
    sight = sightOf(m_state, m_address, facts);
    QCOMPARE(sight.truth.id, QStringLiteral("address_not_reached"));
}

QTEST_GUILESS_MAIN(TestAddressSight)
#include "tst_addresssight.moc"
