// SPDX-License-Identifier: GPL-3.0-or-later
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QStandardPaths>

#include "cloudbench.h"

using namespace howdah::unit;
using howdah::operations::address::Machine;

namespace {

/// What a program of somebody else's said.
struct Told {
    int exitCode = -1;
    QByteArray out;
    QByteArray err;
    QJsonDocument json() const { return QJsonDocument::fromJson(out); }
};

/// The double answers meanwhile.
Told ran(const QString &program, const QStringList &arguments, const QByteArray &input = {})
{
    QProcess process;
    process.start(program, arguments);
    process.write(input);
    process.closeWriteChannel();
    const bool isOver = QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 60'000);
    if (!isOver) {
        process.kill();
        process.waitForFinished();
    }
    Told told{.exitCode = isOver && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
              .out = process.readAllStandardOutput(),
              .err = process.readAllStandardError()};
    return told;
}

/// What botocore makes of a request: its Authorization. Of python3-botocore, or of the copy that awscli has.
const char *const kBotocore = R"(
import json, sys
sys.path.append("/usr/lib/python3/dist-packages/awscli")
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
asked = json.load(sys.stdin)
auth = SigV4Auth(Credentials(asked["id"], asked["secret"], asked["token"] or None), "ec2", asked["region"])
request = AWSRequest("POST", asked["url"], headers=asked["headers"], data=asked["body"].encode())
request.context["timestamp"] = asked["headers"]["x-amz-date"]
text = auth.string_to_sign(request, auth.canonical_request(request))
names = auth.signed_headers(auth.headers_to_sign(request))
print("AWS4-HMAC-SHA256 Credential=%s, SignedHeaders=%s, Signature=%s"
      % (auth.scope(request), names, auth.signature(text, request)), end="")
)";

/// The first one, without what does not count in it.
QByteArray assignment(const Cloud &cloud)
{
    for (const QByteArray &request : cloud.provider.requests) {
        if (request.startsWith("POST ")) {
            return request.simplified().replace(" ", "");
        }
    }
    return {};
}

QString whereIs(const char *program)
{
    // Another one of that name, of a user's own, may be anything.
    const QString found = QStandardPaths::findExecutable(QLatin1String(program), {QStringLiteral("/usr/bin")});
    return found.isEmpty() ? QStandardPaths::findExecutable(QLatin1String(program)) : found;
}

} // namespace

/// The providers' own programs ask and move the same address on the same double: what they read is what we read, and
/// what either of them moves, the other one sees.
class TestCloudSecond : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void hcloudReadsTheSame();
    void hcloudSeesWhatWeMove();
    void weSeeWhatHcloudMoves();
    void hcloudIsRefusedWhereWeAre();
    void awsReadsTheSame();
    void awsSeesWhatWeMove();
    void weSeeWhatAwsMoves();
    void awsIsRefusedWhereWeAre();
    void botocoreSignsTheSame_data();
    void botocoreSignsTheSame();

private:
    static Told hcloud(const QStringList &arguments)
    {
        return ran(whereIs("hcloud"), arguments); // HCLOUD_ENDPOINT and HCLOUD_TOKEN are in the environment
    }
    static Told aws(const QStringList &arguments)
    {
        return ran(whereIs("aws"),
                   QStringList{QStringLiteral("--output"), QStringLiteral("json"), QStringLiteral("--endpoint-url"),
                               qEnvironmentVariable("AWS_ENDPOINT_URL"), QStringLiteral("ec2")} +
                       arguments);
    }
    static Told awsMoves(const char *instance, const QStringList &more = {}, const char *address = "eipalloc-1")
    {
        return aws(QStringList{QStringLiteral("associate-address"), QStringLiteral("--allocation-id"),
                               QLatin1String(address), QStringLiteral("--instance-id"), QLatin1String(instance)} +
                   more);
    }
    static QString awsHolder()
    {
        const Told told =
            aws({QStringLiteral("describe-addresses"), QStringLiteral("--public-ips"), QStringLiteral("203.0.113.7")});
        return told.json()[QStringLiteral("Addresses")][0][QStringLiteral("InstanceId")].toString(
            QString::fromUtf8(told.err));
    }
    static qint64 hcloudHolder()
    {
        return hcloud({QStringLiteral("floating-ip"), QStringLiteral("describe"), QStringLiteral("write"),
                       QStringLiteral("-o"), QStringLiteral("json")})
            .json()[QStringLiteral("server")]
            .toInteger(-1);
    }
    static const Machine &machine(const Cloud &cloud, const QString &node)
    {
        return *cloud.facts.address.cloud.machines.constFind(node);
    }
};

void TestCloudSecond::hcloudReadsTheSame()
{
    if (whereIs("hcloud").isEmpty()) {
        QSKIP("needs hcloud (hcloud-cli), where the distribution has it");
    }
    Cloud cloud(Style::Hetzner);
    cloud.look();
    const auto &ours = cloud.facts.address.cloud;
    QVERIFY2(ours.isKnown(), qPrintable(ours.error.message));
    const QStringList json{QStringLiteral("-o"), QStringLiteral("json")};
    const Told address = hcloud({QStringLiteral("floating-ip"), QStringLiteral("list"), json[0], json[1]});
    QVERIFY2(address.exitCode == 0, address.err.constData());
    const QJsonValue one = address.json()[0];
    QCOMPARE(QString::number(one[QStringLiteral("id")].toInteger()), ours.address.id);
    QCOMPARE(one[QStringLiteral("ip")].toString(), ours.address.ip);
    QCOMPARE(QString::number(one[QStringLiteral("server")].toInteger()), ours.address.targetId);
    QCOMPARE(one[QStringLiteral("home_location")][QStringLiteral("network_zone")].toString(), ours.address.region);
    const Told servers = hcloud({QStringLiteral("server"), QStringLiteral("list"), json[0], json[1]});
    QVERIFY2(servers.exitCode == 0, servers.err.constData());
    QCOMPARE(servers.json().array().size(), 2);
    for (const auto &each : servers.json().array()) {
        const QJsonObject server = each.toObject();
        const QString ip =
            QJsonValue(server)[QStringLiteral("public_net")][QStringLiteral("ipv4")][QStringLiteral("ip")].toString();
        const auto &place = machine(cloud, ip == QLatin1String("10.0.0.11") ? pg1 : pg2).place;
        QCOMPARE(place.targetId, QString::number(server.value(QStringLiteral("id")).toInteger()));
        QCOMPARE(place.targetName, server.value(QStringLiteral("name")).toString());
    }
}

void TestCloudSecond::hcloudSeesWhatWeMove()
{
    if (whereIs("hcloud").isEmpty()) {
        QSKIP("needs hcloud (hcloud-cli), where the distribution has it");
    }
    Cloud cloud(Style::Hetzner);
    cloud.provider.polls = 2;
    cloud.look();
    QCOMPARE(hcloudHolder(), 222);
    cloud.run(cloud.plan());
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QCOMPARE(hcloudHolder(), 111);
}

void TestCloudSecond::weSeeWhatHcloudMoves()
{
    if (whereIs("hcloud").isEmpty()) {
        QSKIP("needs hcloud (hcloud-cli), where the distribution has it");
    }
    Cloud cloud(Style::Hetzner);
    cloud.provider.polls = 2;
    const QStringList assign{QStringLiteral("floating-ip"), QStringLiteral("assign"), QStringLiteral("write"),
                             QStringLiteral("db-a")};
    const Told moved = hcloud(assign);
    QVERIFY2(moved.exitCode == 0, moved.err.constData());
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.holder, pg1);
    // It asked as we do.
    const QByteArray theirs = assignment(cloud);
    QVERIFY(!theirs.isEmpty());
    cloud.provider.holder = "222";
    cloud.look();
    cloud.provider.requests.clear();
    cloud.run(cloud.plan());
    QCOMPARE(assignment(cloud), theirs);
    // What goes wrong for it goes wrong for us.
    cloud.provider.holder = "222";
    cloud.provider.errs = true;
    QVERIFY(hcloud(assign).exitCode > 0);
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.holder, pg2);
    cloud.run(cloud.plan(2000));
    QVERIFY(cloud.outcome != QLatin1String("done"));
    QVERIFY2(cloud.remains.contains(QStringLiteral("Action failed")), qPrintable(cloud.remains));
}

void TestCloudSecond::hcloudIsRefusedWhereWeAre()
{
    if (whereIs("hcloud").isEmpty()) {
        QSKIP("needs hcloud (hcloud-cli), where the distribution has it");
    }
    Cloud cloud(Style::Hetzner);
    qputenv("HCLOUD_TOKEN", "wrong");
    const Told told = hcloud({QStringLiteral("floating-ip"), QStringLiteral("list")});
    QVERIFY2(told.exitCode > 0 && told.err.contains("unauthorized"), told.err.constData());
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.error.kind, howdah::core::Error::Kind::Denied);
}

void TestCloudSecond::awsReadsTheSame()
{
    if (whereIs("aws").isEmpty()) {
        QSKIP("needs aws (awscli), where the distribution has it");
    }
    Cloud cloud(Style::Aws);
    cloud.look();
    const auto &ours = cloud.facts.address.cloud;
    QVERIFY2(ours.isKnown(), qPrintable(ours.error.message));
    const Told address = aws({QStringLiteral("describe-addresses")});
    QVERIFY2(address.exitCode == 0, address.err.constData());
    const QJsonValue one = address.json()[QStringLiteral("Addresses")][0];
    QCOMPARE(one[QStringLiteral("PublicIp")].toString(), ours.address.ip);
    QCOMPARE(one[QStringLiteral("AllocationId")].toString(), ours.address.id);
    QCOMPARE(one[QStringLiteral("InstanceId")].toString(), ours.address.targetId);
    QCOMPARE(one[QStringLiteral("NetworkInterfaceId")].toString(), ours.address.interfaceId);
    QCOMPARE(one[QStringLiteral("PrivateIpAddress")].toString(), ours.address.insideIp);
    const Told machines = aws({QStringLiteral("describe-instances")});
    QVERIFY2(machines.exitCode == 0, machines.err.constData());
    const QJsonArray all = machines.json()[QStringLiteral("Reservations")].toArray();
    QCOMPARE(all.size(), 2);
    for (const auto &each : all) {
        const QJsonValue instance = each.toObject().value(QStringLiteral("Instances"))[0];
        const QString ip = instance[QStringLiteral("PrivateIpAddress")].toString();
        const Machine &known = machine(cloud, ip == QLatin1String("10.0.0.11") ? pg1 : pg2);
        QCOMPARE(known.place.targetId, instance[QStringLiteral("InstanceId")].toString());
        QCOMPARE(known.place.targetName, instance[QStringLiteral("Tags")][0][QStringLiteral("Value")].toString());
    }
}

void TestCloudSecond::awsSeesWhatWeMove()
{
    if (whereIs("aws").isEmpty()) {
        QSKIP("needs aws (awscli), where the distribution has it");
    }
    Cloud cloud(Style::Aws);
    cloud.look();
    QCOMPARE(awsHolder(), QStringLiteral("i-222"));
    cloud.run(cloud.plan());
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QCOMPARE(awsHolder(), QStringLiteral("i-111"));
}

void TestCloudSecond::weSeeWhatAwsMoves()
{
    if (whereIs("aws").isEmpty()) {
        QSKIP("needs aws (awscli), where the distribution has it");
    }
    Cloud cloud(Style::Aws);
    // A rehearsal is none of theirs either.
    const Told rehearsed = awsMoves("i-111", {QStringLiteral("--dry-run")});
    QVERIFY2(rehearsed.exitCode > 0 && rehearsed.err.contains("DryRunOperation"), rehearsed.err.constData());
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.holder, pg2);
    QCOMPARE(machine(cloud, pg1).allowed.verdict, howdah::addresses::Fitness::Verdict::Yes);
    const Told moved = awsMoves("i-111");
    QVERIFY2(moved.exitCode == 0, moved.err.constData());
    QCOMPARE(moved.json()[QStringLiteral("AssociationId")].toString(), QStringLiteral("eipassoc-1"));
    cloud.look();
    QCOMPARE(cloud.facts.address.cloud.holder, pg1);
    // What does not exist does not for either.
    QVERIFY(awsMoves("i-333").err.contains("InvalidInstanceID.NotFound"));
    QVERIFY(awsMoves("i-111", {}, "eipalloc-2").err.contains("InvalidAllocationID.NotFound"));
}

void TestCloudSecond::awsIsRefusedWhereWeAre()
{
    if (whereIs("aws").isEmpty()) {
        QSKIP("needs aws (awscli), where the distribution has it");
    }
    for (const auto &[name, value] : {std::pair{"AWS_SECRET_ACCESS_KEY", "sesame-shut"},
                                      {"AWS_ACCESS_KEY_ID", "AKIDOTHER"},
                                      {"AWS_REGION", "eu-west-1"}}) {
        Cloud cloud(Style::Aws);
        qputenv(name, value);
        QVERIFY2(awsHolder().contains(QStringLiteral("AuthFailure")), name);
        cloud.look();
        QCOMPARE(cloud.facts.address.cloud.error.kind, howdah::core::Error::Kind::Denied);
    }
}

void TestCloudSecond::botocoreSignsTheSame_data()
{
    QTest::addColumn<QByteArray>("session");
    QTest::newRow("a key that stays") << QByteArray();
    QTest::newRow("a temporary one") << QByteArray("AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQW"
                                                   "LWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcG"
                                                   "d=");
}

void TestCloudSecond::botocoreSignsTheSame()
{
    const QString python = whereIs("python3");
    if (python.isEmpty() ||
        ran(python, {QStringLiteral("-c"), QString::fromLatin1(kBotocore).section(QStringLiteral("asked"), 0, 0)})
                .exitCode != 0) {
        QSKIP("needs botocore (awscli), where the distribution has it");
    }
    QFETCH(QByteArray, session);
    Cloud cloud(Style::Aws);
    qputenv("AWS_SESSION_TOKEN", session);
    cloud.look();
    cloud.run(cloud.plan());
    QVERIFY2(cloud.outcome == QLatin1String("done"), qPrintable(cloud.remains));
    QVERIFY(cloud.provider.requests.size() >= 6);
    for (int i = 0; i < cloud.provider.requests.size(); ++i) {
        QHash<QByteArray, QByteArray> headers;
        for (const QByteArray &line : cloud.provider.heads.at(i).split('\n').mid(1)) {
            headers.insert(line.left(line.indexOf(':')).toLower(), line.mid(line.indexOf(':') + 1).trimmed());
        }
        const QByteArray ours = headers.value("authorization");
        const qsizetype names = ours.indexOf("SignedHeaders=") + 14;
        QJsonObject sent;
        for (const QByteArray &name : ours.mid(names, ours.indexOf(',', names) - names).split(';')) {
            sent.insert(QString::fromLatin1(name), QString::fromLatin1(headers.value(name)));
        }
        QCOMPARE(sent.contains(QStringLiteral("x-amz-security-token")), !session.isEmpty());
        const QString body = QString::fromLatin1(cloud.provider.requests.at(i)).section(QLatin1Char(' '), 2);
        const Told theirs =
            ran(python, {QStringLiteral("-c"), QString::fromLatin1(kBotocore)},
                QJsonDocument(QJsonObject{{QStringLiteral("id"), QString::fromLatin1(cloud.provider.token)},
                                          {QStringLiteral("secret"), QStringLiteral("sesame-open")},
                                          {QStringLiteral("token"), QString::fromLatin1(session)},
                                          {QStringLiteral("region"), QStringLiteral("eu-west-3")},
                                          {QStringLiteral("url"), cloud.provider.url() + QLatin1Char('/')},
                                          {QStringLiteral("headers"), sent},
                                          {QStringLiteral("body"), body}})
                    .toJson());
        QVERIFY2(theirs.exitCode == 0, theirs.err.constData());
        QCOMPARE(ours, theirs.out);
    }
}

QTEST_GUILESS_MAIN(TestCloudSecond)
#include "tst_cloudsecond.moc"
