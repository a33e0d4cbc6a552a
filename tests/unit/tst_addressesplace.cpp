// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

using namespace addressbench;

/// What is concluded from a provider's answers: whose machine a node is, whether a move may be tried, whether it was
/// one.
class TestAddressesPlace : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void nodeToMachine_data();
    void nodeToMachine();
    void interfaceOfTheFirstIp();
    void listedOnce();
    void proof_data();
    void proof();
    void fitness();
};

void TestAddressesPlace::nodeToMachine_data()
{
    QTest::addColumn<QStringList>("nodeIps");
    QTest::addColumn<QString>("target"); // empty: none
    QTest::addColumn<QString>("says");
    QTest::newRow("private") << QStringList{QStringLiteral("10.0.0.2")} << "2"
                             << "";
    QTest::newRow("public") << QStringList{QStringLiteral("198.51.100.3")} << "3"
                            << "";
    QTest::newRow("one of many") << QStringList{QStringLiteral("127.0.0.1"), QStringLiteral("172.17.0.1"),
                                                QStringLiteral("10.0.0.2")}
                                 << "2"
                                 << "";
    QTest::newRow("in its network") << QStringList{QStringLiteral("2001:db8:3::5432")} << "3"
                                    << "";
    QTest::newRow("not the beginning of another") << QStringList{QStringLiteral("10.0.0.20")} << ""
                                                  << "None of";
    QTest::newRow("in two clouds") << QStringList{QStringLiteral("10.0.0.9")} << ""
                                   << "host-4 (4), host-5 (5)";
    QTest::newRow("of two machines") << QStringList{QStringLiteral("10.0.0.2"), QStringLiteral("198.51.100.3")} << ""
                                     << "Several";
    QTest::newRow("the address itself") << QStringList{QStringLiteral("203.0.113.7")} << ""
                                        << "No IP address";
    QTest::newRow("and its own") << QStringList{QStringLiteral("203.0.113.7"), QStringLiteral("10.0.0.2")} << "2"
                                 << "";
    QTest::newRow("loopback") << QStringList{QStringLiteral("127.0.0.1"), QStringLiteral("::1")} << ""
                              << "No IP address";
    QTest::newRow("nothing") << QStringList{} << ""
                             << "No IP address";
    QTest::newRow("a name") << QStringList{QStringLiteral("host-2")} << ""
                            << "No IP address";
}

void TestAddressesPlace::nodeToMachine()
{
    QFETCH(QStringList, nodeIps);
    QFETCH(QString, target);
    QFETCH(QString, says);
    // The holder is listed with the floating address as if it were its own.
    const std::vector<Target> targets{
        machine("1", {QStringLiteral("10.0.0.1"), QStringLiteral("203.0.113.7"), QStringLiteral("127.0.0.1")}),
        machine("2", {QStringLiteral("10.0.0.2")}),
        machine("3", {QStringLiteral("198.51.100.3"), QStringLiteral("2001:db8:3::/64")}),
        machine("4", {QStringLiteral("10.0.0.9")}), machine("5", {QStringLiteral("10.0.0.9")})};
    const auto match = matchNode(QStringLiteral("pg2"), nodeIps, targets, {QStringLiteral("203.0.113.7")});
    QCOMPARE(match ? match->place.targetId : QString(), target);
    if (!match) {
        QVERIFY2(match.error().message.contains(says), qPrintable(match.error().message));
        QVERIFY(match.error().message.contains(QLatin1String("Nothing was changed")) && !match.error().hint.isEmpty());
        QCOMPARE(match.error().node, QStringLiteral("pg2"));
    }
}

void TestAddressesPlace::interfaceOfTheFirstIp()
{
    Target two{.id = QStringLiteral("i-1")};
    two.ips = {{.ip = QStringLiteral("10.0.0.2"),
                .interfaceId = QStringLiteral("eni-1"),
                .insideIp = QStringLiteral("10.0.0.2")},
               {.ip = QStringLiteral("10.1.0.2"),
                .interfaceId = QStringLiteral("eni-2"),
                .insideIp = QStringLiteral("10.1.0.2")}};
    const auto match =
        matchNode(QStringLiteral("pg2"), {QStringLiteral("10.1.0.2"), QStringLiteral("10.0.0.2")}, {two}, {});
    QCOMPARE(match->place.interfaceId, QStringLiteral("eni-2"));
    QCOMPARE(match->place.insideIp, QStringLiteral("10.1.0.2"));
    two.ips.pop_back();
    const auto single = matchNode(QStringLiteral("pg2"), {QStringLiteral("10.0.0.2")}, {two}, {});
    QCOMPARE(single->place.interfaceId, QString());
}

void TestAddressesPlace::listedOnce()
{
    const ProviderInfo &info = provider("hetzner").info();
    const Address v4{.id = QStringLiteral("1"), .ip = QStringLiteral("203.0.113.7")};
    const Address v6{.id = QStringLiteral("2"), .ip = QStringLiteral("2001:db8:7::/64")};
    QCOMPARE(addressWithIp(info, QStringLiteral("203.0.113.7"), {v4, v6})->id, QStringLiteral("1"));
    QCOMPARE(addressWithIp(info, QStringLiteral("2001:db8:7::1"), {v4, v6})->id, QStringLiteral("2"));
    QCOMPARE(addressWithIp(info, QStringLiteral("203.0.113.70"), {v4, v6}).error().kind, core::Error::Kind::NotFound);
    QCOMPARE(addressWithIp(info, QStringLiteral("203.0.113.7"), {v4, v4}).error().kind, core::Error::Kind::Invalid);
}

void TestAddressesPlace::proof_data()
{
    QTest::addColumn<QString>("holder");
    QTest::addColumn<QString>("interface");
    QTest::addColumn<bool>("isKnown");
    QTest::addColumn<QString>("ip");
    QTest::addColumn<QString>("says"); // empty: proved
    QTest::newRow("there") << "2"
                           << "eni-2" << true << "203.0.113.7"
                           << "";
    QTest::newRow("elsewhere") << "1"
                               << "eni-2" << true << "203.0.113.7"
                               << "leads to host-1 (1), not to pg2 (2)";
    QTest::newRow("nowhere") << ""
                             << "" << true << "203.0.113.7"
                             << "leads nowhere";
    QTest::newRow("another interface") << "2"
                                       << "eni-1" << true << "203.0.113.7"
                                       << "another interface";
    QTest::newRow("not said") << "2"
                              << "eni-2" << false << "203.0.113.7"
                              << "is not known";
    QTest::newRow("another address") << "2"
                                     << "eni-2" << true << "203.0.113.8"
                                     << "answered with 203.0.113.8";
}

void TestAddressesPlace::proof()
{
    QFETCH(QString, holder);
    QFETCH(QString, interface);
    QFETCH(bool, isKnown);
    QFETCH(QString, ip);
    QFETCH(QString, says);
    const Place place{QStringLiteral("2"), QStringLiteral("pg2"), QStringLiteral("eni-2"), {}};
    const Address before{.id = QStringLiteral("a"), .ip = QStringLiteral("203.0.113.7")};
    Address after{.id = QStringLiteral("a"), .ip = ip, .isHolderKnown = isKnown};
    after.targetId = holder;
    after.targetName = QStringLiteral("host-1");
    after.interfaceId = interface;
    const auto verdict = judged(provider("aws").info(), before, after, place);
    QCOMPARE(verdict.has_value(), says.isEmpty());
    QVERIFY2(verdict || verdict.error().message.contains(says),
             qPrintable(verdict ? QString() : verdict.error().message));
    QCOMPARE(leadsTo(after, Place{}), false);
}

void TestAddressesPlace::fitness()
{
    using Verdict = Fitness::Verdict;
    const ProviderInfo &info = provider("digitalocean").info();
    Address address{.id = QStringLiteral("a"), .ip = QStringLiteral("203.0.113.7"), .region = QStringLiteral("fra1")};
    Target target{.id = QStringLiteral("2"), .region = QStringLiteral("fra1"), .state = Target::State::Up};
    QCOMPARE(sameRegion(info, address, target).verdict, Verdict::Yes);
    QCOMPARE(takesAddresses(info, target).verdict, Verdict::Yes);
    QCOMPARE(isMovable(info, address).verdict, Verdict::Yes);

    target.region = QStringLiteral("nyc3");
    const Fitness region = sameRegion(info, address, target);
    QCOMPARE(region.verdict, Verdict::No);
    QVERIFY2(region.why.message.contains(QLatin1String("203.0.113.7 is in fra1, 2 in nyc3")),
             qPrintable(region.why.message));
    target.region.clear();
    QCOMPARE(sameRegion(info, address, target).verdict, Verdict::Unknown);
    QCOMPARE(sameRegion(provider("hetzner-robot").info(), address, target).verdict, Verdict::Yes);

    target.state = Target::State::Down;
    target.stateWord = QStringLiteral("off");
    QVERIFY(takesAddresses(info, target).why.message.contains(QLatin1String("not running (off)")));
    target.state = Target::State::Unknown;
    QCOMPARE(takesAddresses(info, target).verdict, Verdict::Unknown);
    target.lock = QStringLiteral("busy");
    QCOMPARE(takesAddresses(info, target).verdict, Verdict::No);

    address.isHolderKnown = false;
    QCOMPARE(isMovable(info, address).verdict, Verdict::Unknown);
    QVERIFY(isMovable(info, address).why.hint.contains(QLatin1String("droplet:read")));
    address.lock = QStringLiteral("busy");
    QCOMPARE(isMovable(info, address).verdict, Verdict::No);

    const Operation done{.id = QStringLiteral("1"), .state = Operation::State::Done};
    const Operation running{.id = QStringLiteral("2"), .what = QStringLiteral("snapshot")};
    QCOMPARE(isQuiet(info, {done}).verdict, Verdict::Yes);
    QVERIFY(isQuiet(info, {done, running}).why.message.contains(QLatin1String("snapshot (2)")));
}

QTEST_GUILESS_MAIN(TestAddressesPlace)
#include "tst_addressesplace.moc"
