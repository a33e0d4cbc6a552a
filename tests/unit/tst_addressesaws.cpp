// SPDX-License-Identifier: GPL-3.0-or-later
#include "addressbench.h"

#include "addresses/xml.h"

using namespace addressbench;

/// Elastic IPs: the query API of EC2 and its XML.
class TestAddressesAws : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void requests();
    void reassociationIsAlwaysAllowed();
    void addresses();
    void oneAddress_data();
    void oneAddress();
    void instances();
    void interfaces();
    void assigned_data();
    void assigned();
    void rehearsal_data();
    void rehearsal();
    void faults_data();
    void faults();
    void xml_data();
    void xml();
};

namespace {

const Account kAt{.baseUrl = QStringLiteral("https://ec2.eu-west-1.amazonaws.com"),
                  .region = QStringLiteral("eu-west-1")};
const Address kAddress{.id = QStringLiteral("eipalloc-1"), .ip = QStringLiteral("203.0.113.7")};
const Place kInstance{.targetId = QStringLiteral("i-2")};
const Place kInterface{
    .targetId = QStringLiteral("i-2"), .interfaceId = QStringLiteral("eni-2"), .insideIp = QStringLiteral("10.1.0.2")};

QByteArray addressesXml(const QByteArray &items)
{
    return R"(<?xml version="1.0" encoding="UTF-8"?>
<DescribeAddressesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>59dbff89</requestId>
<addressesSet>)" +
           items + "</addressesSet></DescribeAddressesResponse>";
}

const char kHeld[] =
    R"(<item><publicIp>203.0.113.7</publicIp><allocationId>eipalloc-1</allocationId><domain>vpc</domain>
<instanceId>i-2</instanceId><associationId>eipassoc-1</associationId><networkInterfaceId>eni-2</networkInterfaceId>
<privateIpAddress>10.1.0.2</privateIpAddress></item>)";

// Two interfaces, the second with two addresses, and the elastic one on the second of those.
const char kInstances[] = R"(<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">
<requestId>8f7724cf</requestId><reservationSet><item><reservationId>r-1</reservationId><instancesSet>
<item><instanceId>i-2</instanceId><instanceState><code>16</code><name>running</name></instanceState>
 <privateIpAddress>10.0.0.2</privateIpAddress><ipAddress>198.51.100.2</ipAddress>
 <tagSet><item><key>Env</key><value>prod</value></item><item><key>Name</key><value>pg2</value></item></tagSet>
 <networkInterfaceSet>
  <item><networkInterfaceId>eni-1</networkInterfaceId><privateIpAddress>10.0.0.2</privateIpAddress>
   <privateIpAddressesSet><item><privateIpAddress>10.0.0.2</privateIpAddress><primary>true</primary>
    <association><publicIp>198.51.100.2</publicIp><ipOwnerId>amazon</ipOwnerId></association></item></privateIpAddressesSet>
   <ipv6AddressesSet><item><ipv6Address>2001:db8::2</ipv6Address></item></ipv6AddressesSet></item>
  <item><networkInterfaceId>eni-2</networkInterfaceId><privateIpAddress>10.1.0.1</privateIpAddress>
   <privateIpAddressesSet><item><privateIpAddress>10.1.0.1</privateIpAddress><primary>true</primary></item>
    <item><privateIpAddress>10.1.0.2</privateIpAddress><primary>false</primary>
    <association><publicIp>203.0.113.7</publicIp></association></item></privateIpAddressesSet></item>
 </networkInterfaceSet></item></instancesSet></item>
<item><instancesSet><item><instanceId>i-3</instanceId><instanceState><name>stopped</name></instanceState>
 <privateIpAddress>10.0.0.3</privateIpAddress></item>
 <item><instanceId>i-4</instanceId><instanceState><name>terminated</name></instanceState></item></instancesSet></item>
</reservationSet><nextToken>eyJ2/+=</nextToken></DescribeInstancesResponse>)";

QByteArray error(const char *code)
{
    return QByteArray(R"(<?xml version="1.0"?><Response><Errors><Error><Code>)") + code +
           "</Code><Message>said so</Message></Error></Errors><RequestID>1</RequestID></Response>";
}

QString placeText(const core::Result<Match> &match)
{
    return match ? match->place.interfaceId + QLatin1Char(' ') + match->place.insideIp : match.error().message;
}

} // namespace

void TestAddressesAws::requests()
{
    const Provider &aws = provider("aws");
    const Request list = aws.listAddresses(kAt, {});
    QCOMPARE(line(list), "POST https://ec2.eu-west-1.amazonaws.com/ Action=DescribeAddresses&Version=2016-11-15");
    QVERIFY(list.auth == Auth::SigV4 && list.signingService == QLatin1String("ec2") && !list.changes &&
            list.signingRegion == QLatin1String("eu-west-1"));
    QVERIFY(form(aws.listTargets(kAt, {}).body).contains(QStringLiteral("MaxResults=50")));
    QVERIFY(
        form(aws.listTargets(kAt, QStringLiteral("a/+=&b")).body).contains(QStringLiteral("NextToken=a%2F%2B%3D%26b")));
    QVERIFY(form(aws.readAddress(kAt, kAddress).body).contains(QStringLiteral("AllocationId.1=eipalloc-1")));
    QVERIFY(!aws.poll(kAt, kAddress, {}) && aws.pending(kAt, kAddress, kInstance).empty());
}

void TestAddressesAws::reassociationIsAlwaysAllowed()
{
    const Provider &aws = provider("aws");
    const Request whole = aws.assign(kAt, kAddress, kInstance);
    QCOMPARE(form(whole.body),
             QStringList({QStringLiteral("Action=AssociateAddress"), QStringLiteral("Version=2016-11-15"),
                          QStringLiteral("AllocationId=eipalloc-1"), QStringLiteral("InstanceId=i-2"),
                          QStringLiteral("AllowReassociation=true")}));
    const Request one = aws.assign(kAt, kAddress, kInterface);
    for (const char *word : {"NetworkInterfaceId=eni-2", "PrivateIpAddress=10.1.0.2", "AllowReassociation=true"}) {
        QVERIFY2(form(one.body).contains(QLatin1String(word)), word);
    }
    QVERIFY(!one.body.contains("InstanceId"));
    const Request dry = *aws.rehearse(kAt, kAddress, kInterface);
    QCOMPARE(dry.body, one.body + "&DryRun=true"); // the very same, so that the right to it is what is checked
    QVERIFY(!dry.changes && one.changes && whole.changes);
}

void TestAddressesAws::addresses()
{
    const Provider &aws = provider("aws");
    const QByteArray others = R"(<item><publicIp>203.0.113.8</publicIp><allocationId>eipalloc-2</allocationId></item>
        <item><publicIp>203.0.113.9</publicIp><allocationId>eipalloc-3</allocationId>
        <networkInterfaceId>eni-9</networkInterfaceId><serviceManaged>nlb</serviceManaged></item>)";
    const auto list = aws.addresses(kAt, answer(200, addressesXml(kHeld + others)));
    QVERIFY(list);
    const Address held{.id = QStringLiteral("eipalloc-1"),
                       .ip = QStringLiteral("203.0.113.7"),
                       .region = QStringLiteral("eu-west-1"),
                       .targetId = QStringLiteral("i-2"),
                       .interfaceId = QStringLiteral("eni-2"),
                       .insideIp = QStringLiteral("10.1.0.2")};
    QCOMPARE(list->items.at(0), held);
    QVERIFY(list->items.at(1).targetId.isEmpty() && list->items.at(1).isHolderKnown);
    QCOMPARE(list->items.at(2).targetId, QStringLiteral("eni-9")); // no instance, but taken
    QVERIFY(!list->items.at(2).lock.isEmpty());
    QCOMPARE(aws.addresses(kAt, answer(200, addressesXml({})))->items.size(), size_t(0));
    QCOMPARE(
        aws.addresses(
               kAt,
               answer(200, QByteArray(addressesXml({})).replace("<addressesSet></addressesSet>", "<addressesSet/>")))
            ->items.size(),
        size_t(0));
    QVERIFY(judged(aws.info(), kAddress, held, kInterface) && judged(aws.info(), kAddress, held, kInstance));
    QVERIFY(!judged(aws.info(), kAddress, held,
                    Place{QStringLiteral("i-2"), {}, QStringLiteral("eni-2"), QStringLiteral("10.1.0.1")}));
}

void TestAddressesAws::oneAddress_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("fault");
    QTest::newRow("one") << addressesXml(kHeld) << "none";
    QTest::newRow("none") << addressesXml({}) << "garbled";
    QTest::newRow("two") << addressesXml(QByteArray(kHeld) + kHeld) << "garbled";
    QTest::newRow("no id") << addressesXml("<item><publicIp>203.0.113.7</publicIp></item>") << "garbled";
    QTest::newRow("no IP") << addressesXml("<item><publicIp>x</publicIp><allocationId>e</allocationId></item>")
                           << "garbled";
    QTest::newRow("another answer") << QByteArray(kInstances) << "garbled";
    QTest::newRow("no set") << QByteArray("<DescribeAddressesResponse/>") << "garbled";
}

void TestAddressesAws::oneAddress()
{
    QFETCH(QByteArray, body);
    QTEST(faultOf(provider("aws").address(kAt, answer(200, body))), "fault");
}

void TestAddressesAws::instances()
{
    const Provider &aws = provider("aws");
    const auto list = aws.targets(kAt, answer(200, kInstances));
    QVERIFY(list);
    QCOMPARE(list->next, QStringLiteral("eyJ2/+="));
    QCOMPARE(list->items.size(), size_t(2)); // the terminated one's addresses are nobody's
    QCOMPARE(list->items.at(0).name, QStringLiteral("pg2"));
    QCOMPARE(list->items.at(0).state, Target::State::Up);
    QCOMPARE(list->items.at(0).ips.size(), size_t(6));
    QCOMPARE(list->items.at(1).state, Target::State::Down);
    QCOMPARE(list->items.at(1).ips, std::vector<TargetIp>{{.ip = QStringLiteral("10.0.0.3")}});
    const auto broken = [&aws](const char *what, const char *with) {
        return faultOf(aws.targets(kAt, answer(200, QByteArray(kInstances).replace(what, with))));
    };
    QCOMPARE(broken("<instanceId>i-2</instanceId>", ""), QStringLiteral("garbled"));
    QCOMPARE(broken("<privateIpAddress>10.1.0.2<", "<privateIpAddress>x<"), QStringLiteral("garbled"));
    QCOMPARE(broken("<networkInterfaceId>eni-1</networkInterfaceId>", ""), QStringLiteral("garbled"));
    QCOMPARE(broken("reservationSet>", "other>"), QStringLiteral("garbled"));
}

void TestAddressesAws::interfaces()
{
    const auto list = provider("aws").targets(kAt, answer(200, kInstances));
    const QStringList moves{QStringLiteral("203.0.113.7")};
    const auto place = [&](const char *ip) {
        return placeText(matchNode(QStringLiteral("pg2"), {QLatin1String(ip)}, list->items, moves));
    };
    QCOMPARE(place("10.1.0.2"), QStringLiteral("eni-2 10.1.0.2"));
    QCOMPARE(place("198.51.100.2"), QStringLiteral("eni-1 10.0.0.2")); // public: what it leads to
    QCOMPARE(place("2001:db8::2"), QStringLiteral("eni-1 10.0.0.2"));
    QVERIFY(place("203.0.113.7").contains(QLatin1String("No IP address"))); // who holds it now is not who it is
    QCOMPARE(place("10.0.0.3"), QStringLiteral(" "));                       // the machine as a whole
}

void TestAddressesAws::assigned_data()
{
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("fault");
    QTest::newRow("done") << QByteArray("<AssociateAddressResponse><requestId>5</requestId><return>true</return>"
                                        "<associationId>eipassoc-2</associationId></AssociateAddressResponse>")
                          << "none";
    QTest::newRow("no") << QByteArray("<AssociateAddressResponse><return>false</return></AssociateAddressResponse>")
                        << "garbled";
    QTest::newRow("nothing in it") << QByteArray("<AssociateAddressResponse/>") << "garbled";
    QTest::newRow("another") << addressesXml(kHeld) << "garbled";
    QTest::newRow("an error with success") << error("UnauthorizedOperation") << "garbled";
}

void TestAddressesAws::assigned()
{
    QFETCH(QByteArray, body);
    const auto assigned = provider("aws").assigned(kAt, answer(200, body));
    QTEST(faultOf(assigned), "fault");
    QVERIFY(assigned || (assigned.error().mayHaveHappened && isTold(assigned.error())));
}

void TestAddressesAws::rehearsal_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("fault");
    QTest::newRow("allowed") << 412 << error("DryRunOperation") << "none";
    QTest::newRow("allowed, by other services") << 400 << error("DryRunOperation") << "none";
    QTest::newRow("not") << 403 << error("UnauthorizedOperation") << "forbidden UnauthorizedOperation";
    QTest::newRow("not known") << 400 << error("InvalidInstanceID.NotFound") << "not found InvalidInstanceID.NotFound";
    QTest::newRow("done, alas") << 200
                                << QByteArray(
                                       "<AssociateAddressResponse><return>true</return></AssociateAddressResponse>")
                                << "garbled";
    QTest::newRow("throttled") << 503 << error("RequestLimitExceeded") << "retry RequestLimitExceeded";
}

void TestAddressesAws::rehearsal()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const auto rehearsed = provider("aws").rehearsed(answer(status, body));
    QTEST(faultOf(rehearsed), "fault");
    if (status == 403) {
        QVERIFY(rehearsed.error().error.hint.contains(QLatin1String("ec2:AssociateAddress")));
    }
    QVERIFY(status != 200 || rehearsed.error().error.message.contains(QLatin1String("may have been moved")));
}

void TestAddressesAws::faults_data()
{
    QTest::addColumn<int>("status");
    QTest::addColumn<QByteArray>("body");
    QTest::addColumn<QString>("fault");
    const auto row = [](int status, const char *code, const char *fault) {
        QTest::newRow(code) << status << error(code)
                            << QStringLiteral("%1 %2").arg(QLatin1String(fault), QLatin1String(code));
    };
    row(503, "RequestLimitExceeded", "retry");
    row(400, "Throttling", "retry");
    row(500, "InternalError", "retry");
    row(400, "IncorrectInstanceState", "retry");
    row(401, "AuthFailure", "unauthorized");
    row(403, "SignatureDoesNotMatch", "unauthorized");
    row(400, "RequestExpired", "unauthorized");
    row(403, "UnauthorizedOperation", "forbidden");
    row(400, "InvalidAllocationID.NotFound", "not found");
    row(400, "InvalidInstanceID.NotFound", "not found");
    row(400, "Resource.AlreadyAssociated", "protected");
    row(400, "Resource.AlreadyAssigned", "protected");
    row(400, "InvalidParameterCombination", "wrong request");
    QTest::newRow("HTML") << 503 << QByteArray("<html><body>Service Unavailable</body></html>") << "retry";
    QTest::newRow("HTML 400") << 400 << QByteArray("<html><br></html>") << "garbled";
    QTest::newRow("half an error") << 400 << error("AuthFailure").left(70) << "garbled";
}

void TestAddressesAws::faults()
{
    QFETCH(int, status);
    QFETCH(QByteArray, body);
    const auto assigned = provider("aws").assigned(kAt, answer(status, body));
    QTEST(faultOf(assigned), "fault");
    QVERIFY2(isTold(assigned.error()), qPrintable(assigned.error().error.message));
}

void TestAddressesAws::xml_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("isRead");
    QTest::newRow("small") << QByteArray("<a><b>1</b></a>") << true;
    QTest::newRow("nothing") << QByteArray() << false;
    QTest::newRow("text") << QByteArray("hello") << false;
    QTest::newRow("cut short") << QByteArray("<a><b>1</b>") << false;
    QTest::newRow("crossed") << QByteArray("<a><b></a></b>") << false;
    QTest::newRow("two roots") << QByteArray("<a/><b/>") << false;
    QTest::newRow("a bomb") << QByteArray(R"(<!DOCTYPE a [<!ENTITY x "yyyy">]><a>&x;</a>)") << false;
    QTest::newRow("nested") << QByteArray("<a>").repeated(31) + QByteArray("</a>").repeated(31) << true;
    QTest::newRow("too deep") << QByteArray("<a>").repeated(100000) << false;
    QTest::newRow("zeros") << QByteArray(100, '\0') << false;
}

void TestAddressesAws::xml()
{
    QFETCH(QByteArray, text);
    QTEST(xmlRoot(text).has_value(), "isRead");
    QCOMPARE(XmlNode().child("a").child("b").value("c"), QString());
}

QTEST_GUILESS_MAIN(TestAddressesAws)
#include "tst_addressesaws.moc"
