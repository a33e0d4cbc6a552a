// SPDX-License-Identifier: GPL-3.0-or-later
#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>
#include <algorithm>

#include "printed.h"
#include "support/journals.h"
#include "support/sights.h"
#include "tables/addressesmodel.h"

using namespace howdah;
using namespace howdah::testsupport;
using namespace howdah::tables;
using cluster::Verdict;

class TestAddressesModels : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void saysWhereEachLeads();
    void ticksAreNoReset();
    void tellsTheTruthOfOne();
    void tellsWhatIsWrong();
    void ownersAreTold();
    void movesComeFromTheJournal();

private:
    cluster::ClusterState m_state;
};

void TestAddressesModels::init()
{
    cluster::Snapshot snapshot = startedApart(healthyPair());
    auto assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    m_state = {std::make_shared<const cluster::Snapshot>(snapshot), assessment};
}

void TestAddressesModels::saysWhereEachLeads()
{
    AddressesModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setSights(someSights(m_state), {}, kNowWallMs);
    QCOMPARE(printedTable(model),
             QStringLiteral(
                 "write ~ 10.0.0.50 | primary | host | ok pg1 | ok pg1, primary | ok yes | TLSv1.3 | 4 ms | <none>\n"
                 "read ~ 10.0.0.51 | standby | host | ok pg2 | ok pg2, standby | ok no, as wanted | TLSv1.3 | 4 ms | "
                 "<none>\n"
                 "gateway ~ 10.0.0.60 | primary | command | <unknown> | ok pg1, primary | ok yes | TLSv1.3 | 4 ms | "
                 "<none>\n"
                 "office ~ 203.0.113.7 | primary | command | <unknown> | ? nobody | <unknown> | <unknown> | <unknown> "
                 "| <none>"));
    QCOMPARE(addressesSummary(someSights(m_state)).section(QLatin1Char(','), 0, 0), QStringLiteral("4 addresses"));
    QVERIFY(addressesSummary({}).isEmpty());
}

void TestAddressesModels::ticksAreNoReset()
{
    AddressesModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    operations::address::Sights sights = someSights(m_state);
    model.setSights(sights, {}, kNowWallMs);
    QSignalSpy resets(&model, &QAbstractItemModel::modelReset);
    QSignalSpy changes(&model, &QAbstractItemModel::dataChanged);
    sights[0].facts.answerMs = 7;
    sights.pop_back();
    model.setSights(sights, {}, kNowWallMs);
    QVERIFY(resets.isEmpty());
    QCOMPARE(changes.size(), 1);
    QCOMPARE(model.rowCount(), 3);
}

void TestAddressesModels::tellsTheTruthOfOne()
{
    const auto sights = someSights(m_state);
    const qint64 now = m_state.snapshot->takenMonotonicMs + 2000;
    const AddressStory story = addressStory(sights, QStringLiteral("write"), now);
    QCOMPARE(story.title, QStringLiteral("The truth about write"));
    QCOMPARE(story.subtitle, QStringLiteral("10.0.0.50"));
    QCOMPARE(story.answers.size(), std::size_t(4));
    for (const AddressAnswer &one : story.answers) {
        QVERIFY2(one.verdict == Verdict::Ok, qPrintable(one.question));
    }
    QCOMPARE(story.answers[0].answer, QStringLiteral("pg1, says its host"));
    QCOMPARE(story.answers[0].facts.front().first, QStringLiteral("eth0"));
    QCOMPARE(story.answers[1].answer, QStringLiteral("one host alone"));
    QCOMPARE(story.answers[2].answer, QStringLiteral("pg1"));
    QCOMPARE(story.answers[3].answer, QStringLiteral("pg1, as it must be"));
    QVERIFY(story.says.isEmpty());
    // Nobody can be asked who holds what a program moves.
    const AddressStory gateway = addressStory(sights, QStringLiteral("gateway"), now);
    QVERIFY(gateway.answers[0].nonValue && gateway.answers[1].nonValue);
    QVERIFY(addressStory(sights, QStringLiteral("none"), now).title.isEmpty());
}

void TestAddressesModels::tellsWhatIsWrong()
{
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = QStringLiteral("10.0.0.50");
    address.provider = QStringLiteral("host");
    operations::address::Facts facts = heldBy(*m_state.snapshot, QStringLiteral("pg1"));
    facts.claims.push_back({QStringLiteral("pg2"), QStringLiteral("eth0"), QStringLiteral("10.0.0.50/24")});
    facts.fitness[QStringLiteral("pg1")].answering = {QStringLiteral("02:42:0a:00:00:0c")};
    const auto two = addressStory({sightOf(m_state, address, facts)}, QStringLiteral("write"), 0);
    QVERIFY(two.answers[0].verdict == Verdict::Critical);
    QCOMPARE(two.answers[0].answer, QStringLiteral("pg1, pg2"));
    QVERIFY(two.answers[1].verdict == Verdict::Critical);
    QCOMPARE(two.answers[1].answer, QStringLiteral("2 hosts at once"));
    QVERIFY(!two.says.isEmpty() && !two.remedy.isEmpty());

    const auto standby =
        addressStory({sightOf(m_state, address, heldBy(*m_state.snapshot, QStringLiteral("pg2")))}, address.name, 0);
    QVERIFY(standby.answers[3].verdict == Verdict::Critical);
    QCOMPARE(standby.answers[3].answer, QStringLiteral("nowhere: pg2 takes none"));

    facts = leadingTo(*m_state.snapshot, QStringLiteral("pg1"));
    facts.systemIdentifier = QStringLiteral("7");
    const auto foreign = addressStory({sightOf(m_state, address, facts)}, address.name, 0);
    QVERIFY(foreign.answers[2].verdict == Verdict::Critical);
    QCOMPARE(foreign.answers[2].answer, QStringLiteral("another cluster"));
    QVERIFY(foreign.answers[3].verdict != Verdict::Ok); // its writes are not ours

    // What nobody has looked at yet is no green.
    operations::address::Sight never;
    never.address = address;
    for (const AddressAnswer &one : addressStory({never}, address.name, 0).answers) {
        QVERIFY2(one.verdict == Verdict::Unknown, qPrintable(one.question));
    }
}

/// Who moves an address by himself is named, host by host.
void TestAddressesModels::ownersAreTold()
{
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = QStringLiteral("10.0.0.50");
    address.provider = QStringLiteral("keepalived");
    operations::address::Facts facts = heldBy(*m_state.snapshot, QStringLiteral("pg1"));
    operations::address::OwnerFacts owner;
    owner.owner = address.provider;
    owner.node = QStringLiteral("pg1");
    owner.has = true;
    owner.part = QStringLiteral("vrrp_instance VI_1");
    owner.wants = {QStringLiteral("priority 100")};
    facts.owners = {owner, owner};
    facts.owners[1].node = QStringLiteral("pg2");
    facts.owners[1].has = false;
    using Told = std::pair<QString, QString>;
    const auto holds = [](const AddressAnswer &answer, const Told &told) {
        return std::find(answer.facts.begin(), answer.facts.end(), told) != answer.facts.end();
    };
    const AddressAnswer holder = addressStory({sightOf(m_state, address, facts)}, address.name, 0).answers.front();
    QCOMPARE(holder.answer, QStringLiteral("pg1, says its host"));
    QVERIFY(holds(holder, {QStringLiteral("owner"), QStringLiteral("keepalived")}));
    QVERIFY(holds(holder, {QStringLiteral("pg1"), QStringLiteral("VI_1, priority 100")}));
    QVERIFY(holds(holder, {QStringLiteral("pg2"), QStringLiteral("does not have it")}));

    address.provider = QStringLiteral("link");
    facts = leadingTo(*m_state.snapshot, QStringLiteral("pg1"));
    facts.links = {{.node = QStringLiteral("pg1"), .status = QStringLiteral("ACTIVATED")}};
    facts.links[0].id = QStringLiteral("vip-1");
    const AddressAnswer linked = addressStory({sightOf(m_state, address, facts)}, address.name, 0).answers.front();
    QCOMPARE(linked.answer, QStringLiteral("pg1, says link"));
    QVERIFY(holds(linked, {QStringLiteral("pg1"), QStringLiteral("ACTIVATED, no health check")}));
}

void TestAddressesModels::movesComeFromTheJournal()
{
    operations::Operation operation =
        journaled(QStringLiteral("20261127-100000-switchover"), operations::Outcome::Done, 60'000, 5000);
    operation.plan.from = QStringLiteral("pg1");
    operation.plan.to = QStringLiteral("pg2");
    operation.plan.steps.front().id = QStringLiteral("address_write");
    operation.plan.steps.back().id = QStringLiteral("address_read");
    operation = journaledUpTo(operation, 1);
    const auto moves = addressMoves(journalOf({operation}));
    QCOMPARE(moves.size(), std::size_t(1)); // only what was done
    QCOMPARE(moves.front().address, QStringLiteral("write"));
    QCOMPARE(moves.front().to, QStringLiteral("pg2"));
    QCOMPARE(moves.front().tookMs.value_or(0), 100);
    AddressMovesModel model;
    const QAbstractItemModelTester tester(&model, QAbstractItemModelTester::FailureReportingMode::QtTest);
    model.setMoves(moves, kNowWallMs);
    QCOMPARE(model.rowCount(), 1);
    QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("write"));
    QCOMPARE(model.index(0, 4).data().toString(), QStringLiteral("switchover"));
    AddressesModel addresses;
    addresses.setSights(someSights(m_state), moves, kNowWallMs);
    QVERIFY(!addresses.index(0, addresses.columnOf(QStringLiteral("moved"))).data(NonValueRole).toBool());
    QVERIFY(addresses.index(1, addresses.columnOf(QStringLiteral("moved"))).data(NonValueRole).toBool());
}

QTEST_GUILESS_MAIN(TestAddressesModels)
#include "tst_addressesmodels.moc"
