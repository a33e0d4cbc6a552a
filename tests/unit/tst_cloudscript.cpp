// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>

#include "cloudbench.h"
#include "operations/runbook.h"

using namespace howdah::unit;

namespace {

/// The step that moves the address, with nothing that takes a server.
Plan moveAlone(Cloud &cloud)
{
    Plan plan = cloud.plan();
    plan.guards.clear();
    const Step step = *stepOf(plan, QStringLiteral("address_write"));
    plan.steps = {step};
    plan.steps.front().verify.clear();
    plan.steps.front().deadlineMs = 10'000;
    return plan;
}

struct Ran {
    Ran(const QString &script, const QStringList &arguments = {})
    {
        QProcess process;
        process.start(QStringLiteral("sh"), QStringList{script} + arguments);
        if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 40'000)) {
            qWarning("it never ended");
        }
        said = process.readAllStandardOutput() + process.readAllStandardError();
        exitCode = process.exitCode();
    }
    QByteArray said;
    int exitCode = -1;
};

} // namespace

/// A runbook for a shell moves an address as the console does, by curl.
class TestCloudScript : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void movesThereAndBack_data();
    void movesThereAndBack();
    void whatIsMissingStopsItFirst_data() { movesThereAndBack_data(); }
    void whatIsMissingStopsItFirst();
    void refusals();
    void pageForPeople();
};

void TestCloudScript::movesThereAndBack_data()
{
    rowsOfStyles();
}

void TestCloudScript::movesThereAndBack()
{
    QFETCH(Style, style);
    Cloud cloud(style);
    if (style == Style::Aws) {
        qputenv("AWS_SESSION_TOKEN", "temporary+/=session");
    }
    cloud.look();
    const QString path = cloud.directory.filePath(QStringLiteral("book.sh"));
    QVERIFY(saveRunbook(moveAlone(cloud), cloud.facts.config, path));
    const QByteArray busy = ProviderDouble::http(503, R"({"id":"x"})");
    cloud.provider.upsets = {{style == Style::OpenStack ? "PUT"
                              : style == Style::Aws     ? "AssociateAddress"
                                                        : "POST",
                              1, busy}};
    const Ran there(path);
    QVERIFY2(there.exitCode == 0, there.said.constData());
    QCOMPARE(cloud.provider.holder, QByteArray("111"));
    QVERIFY2(!there.said.contains("sesame") && !there.said.contains("gAAAA"), there.said.constData());
    // It is there already, and whoever is asked again may say that as a refusal.
    const Ran again(path);
    QVERIFY2(again.exitCode == 0, again.said.constData());
    const Ran back(path, {QStringLiteral("undo"), QStringLiteral("address_write")});
    QVERIFY2(back.exitCode == 0, back.said.constData());
    QCOMPARE(cloud.provider.holder, QByteArray("222"));
    QFile file(path);
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(!file.readAll().contains("sesame"));
}

void TestCloudScript::whatIsMissingStopsItFirst()
{
    QFETCH(Style, style);
    Cloud cloud(style);
    cloud.look();
    const QString path = cloud.directory.filePath(QStringLiteral("book.sh"));
    QVERIFY(saveRunbook(moveAlone(cloud), cloud.facts.config, path));
    static const QHash<Style, const char *> secrets{{Style::DigitalOcean, "DIGITALOCEAN_ACCESS_TOKEN"},
                                                    {Style::Hetzner, "HCLOUD_TOKEN"},
                                                    {Style::Robot, "HROBOT_API_PASSWORD"},
                                                    {Style::Aws, "AWS_SECRET_ACCESS_KEY"},
                                                    {Style::OpenStack, "OS_APPLICATION_CREDENTIAL_SECRET"}};
    const char *secret = secrets.value(style);
    qunsetenv(secret);
    cloud.provider.requests.clear();
    const Ran ran(path);
    QCOMPARE(ran.exitCode, 1);
    QVERIFY2(ran.said.contains(secret) && ran.said.contains("Nothing was changed"), ran.said.constData());
    QVERIFY(cloud.provider.requests.isEmpty());
    if (style == Style::OpenStack) { // the login comes first
        qputenv(secret, "wrong");
        const Ran denied(path);
        QVERIFY2(denied.exitCode == 1 && denied.said.contains("does not let us log in"), denied.said.constData());
        QCOMPARE(cloud.provider.requests.size(), 1);
    }
}

void TestCloudScript::refusals()
{
    Cloud cloud(Style::DigitalOcean);
    cloud.look();
    const QString path = cloud.directory.filePath(QStringLiteral("book.sh"));
    QVERIFY(saveRunbook(moveAlone(cloud), cloud.facts.config, path));
    const auto posts = [&cloud] {
        return std::count_if(cloud.provider.requests.begin(), cloud.provider.requests.end(),
                             [](const QByteArray &one) { return one.startsWith("POST"); });
    };
    cloud.provider.requests.clear();
    cloud.provider.upsets = {
        {"POST", 1, ProviderDouble::http(422, R"({"message":"Droplet already has a pending event."})")},
        {"POST", 1, ProviderDouble::http(401, R"({"id":"unauthorized"})")}};
    const Ran denied(path);
    QVERIFY2(denied.exitCode == 1 && denied.said.contains("401"), denied.said.constData());
    QCOMPARE(posts(), 2); // the first one is asked again
    QVERIFY(QFile::remove(path + QStringLiteral(".values")));
    cloud.provider.requests.clear();
    cloud.provider.upsets = {{"POST", 1, ProviderDouble::http(422, R"({"message":"no such droplet"})")}};
    const Ran refused(path);
    QVERIFY2(refused.exitCode == 1 && refused.said.contains("no such droplet"), refused.said.constData());
    QCOMPARE(cloud.provider.requests.size(), 2); // read back once
    QCOMPARE(cloud.provider.holder, QByteArray("222"));
}

void TestCloudScript::pageForPeople()
{
    Cloud cloud(Style::DigitalOcean);
    cloud.look();
    const QString page = toMarkdown(cloud.plan(), cloud.facts.config);
    QVERIFY2(page.contains(QStringLiteral("-H \"Authorization: Bearer $DIGITALOCEAN_ACCESS_TOKEN\"")),
             qPrintable(page));
    Cloud robot(Style::Robot);
    robot.look();
    QVERIFY(toMarkdown(robot.plan(), robot.facts.config)
                .contains(QStringLiteral("Content-Type: application/x-www-form-urlencoded")));
}

QTEST_GUILESS_MAIN(TestCloudScript)
#include "tst_cloudscript.moc"
