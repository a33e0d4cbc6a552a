// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>
#include <QTest>

#include "fakehands.h"
#include "operations/address/cloudlook.h"
#include "operations/address/moveplan.h"
#include "operations/httpclient.h"
#include "operations/plantext.h"
#include "operations/runner.h"
#include "support/providerdouble.h"
#include "switchoverfacts.h"

Q_DECLARE_METATYPE(howdah::testsupport::ProviderDouble::Style)

/// Addresses at a provider that is a double on this machine, asked through the real client.
namespace howdah::unit {

using testsupport::ProviderDouble;
using Style = ProviderDouble::Style;

/// A row of test data for each shape of provider.
inline void rowsOfStyles()
{
    QTest::addColumn<Style>("style");
    QTest::newRow("digitalocean") << Style::DigitalOcean;
    QTest::newRow("hetzner") << Style::Hetzner;
    QTest::newRow("hetzner-robot") << Style::Robot;
    QTest::newRow("aws") << Style::Aws;
    QTest::newRow("openstack") << Style::OpenStack;
}

/// Servers are agreed upon, requests go over the wire.
class WireHands : public FakeHands {
public:
    void http(const HttpRequest &request, int deadlineMs, std::function<void(Handed<HttpAnswer>)> done) override
    {
        told.append(request.method + QLatin1Char(' ') + request.url);
        m_client.send(request, std::min(deadlineMs, patienceMs), std::move(done));
    }
    int patienceMs = 1000;

private:
    HttpClient m_client;
};

/// In the environment only what goes with the double.
inline void setEnvironment(const ProviderDouble &provider, Style style)
{
    for (const char *name : {"DIGITALOCEAN_ACCESS_TOKEN",
                             "DIGITALOCEAN_TOKEN",
                             "DIGITALOCEAN_API_URL",
                             "HCLOUD_TOKEN",
                             "HCLOUD_ENDPOINT",
                             "HROBOT_API_USER",
                             "HROBOT_API_PASSWORD",
                             "HROBOT_ENDPOINT",
                             "AWS_ACCESS_KEY_ID",
                             "AWS_SECRET_ACCESS_KEY",
                             "AWS_SESSION_TOKEN",
                             "AWS_ENDPOINT_URL_EC2",
                             "AWS_ENDPOINT_URL",
                             "AWS_REGION",
                             "AWS_DEFAULT_REGION",
                             "OS_AUTH_URL",
                             "OS_APPLICATION_CREDENTIAL_ID",
                             "OS_APPLICATION_CREDENTIAL_SECRET",
                             "OS_USERNAME",
                             "OS_PASSWORD",
                             "OS_USER_DOMAIN_NAME",
                             "OS_PROJECT_ID",
                             "OS_PROJECT_NAME",
                             "OS_PROJECT_DOMAIN_NAME",
                             "OS_REGION_NAME",
                             "OS_CACERT"}) {
        qunsetenv(name);
    }
    const QByteArray url = provider.url().toLatin1();
    const QHash<Style, std::vector<std::pair<const char *, QByteArray>>> all{
        {Style::DigitalOcean, {{"DIGITALOCEAN_ACCESS_TOKEN", provider.token}, {"DIGITALOCEAN_API_URL", url}}},
        {Style::Hetzner, {{"HCLOUD_TOKEN", provider.token}, {"HCLOUD_ENDPOINT", url}}},
        {Style::Robot,
         {{"HROBOT_API_USER", "#ws+a"}, {"HROBOT_API_PASSWORD", "sesame-open"}, {"HROBOT_ENDPOINT", url}}},
        {Style::Aws,
         {{"AWS_ACCESS_KEY_ID", provider.token},
          {"AWS_SECRET_ACCESS_KEY", "sesame-open"},
          {"AWS_REGION", "eu-west-3"},
          {"AWS_ENDPOINT_URL", url}}},
        {Style::OpenStack,
         {{"OS_APPLICATION_CREDENTIAL_ID", "app"},
          {"OS_APPLICATION_CREDENTIAL_SECRET", "sesame-open"},
          {"OS_AUTH_URL", url}}}};
    for (const auto &[name, value] : all.value(style)) {
        qputenv(name, value);
    }
}

inline QString keyOf(Style style)
{
    static const QHash<Style, QString> keys{{Style::DigitalOcean, QStringLiteral("digitalocean")},
                                            {Style::Hetzner, QStringLiteral("hetzner")},
                                            {Style::Robot, QStringLiteral("hetzner-robot")},
                                            {Style::Aws, QStringLiteral("aws")},
                                            {Style::OpenStack, QStringLiteral("openstack")}};
    return keys.value(style);
}

/// pg1, the primary, is machine 111, pg2 machine 222, to which the address leads.
struct Cloud {
    explicit Cloud(Style of)
        : style(of)
        , provider(of)
    {
        if (style == Style::Robot) {
            provider.token = "#ws+a:sesame-open";
        } else if (style == Style::Aws) {
            provider.token = "AKIDEXAMPLE";
        }
        provider.holder = "222";
        setEnvironment(provider, style);
        cluster::Snapshot snapshot = prepared(healthyPair());
        const Facts known = factsOf(snapshot);
        facts.config = known.config;
        facts.config.name = QStringLiteral("orders");
        facts.state = known.state;
        facts.config.nodes.clear();
        for (const auto &[name, host] : {std::pair{"pg1", "10.0.0.11"}, {"pg2", "10.0.0.12"}}) {
            cluster::NodeConfig &node = facts.config.nodes.emplace_back();
            node.name = QLatin1String(name);
            node.conninfo = QStringLiteral("host=%1 user=dba").arg(QLatin1String(host));
        }
        cluster::AddressConfig address;
        address.name = QStringLiteral("write");
        address.ip = QStringLiteral("203.0.113.7");
        address.provider = keyOf(style);
        facts.config.addresses = {address};
        const auto &sample = *snapshot.nodes.front().sample;
        facts.address.systemIdentifier = QString::number(sample.systemIdentifier.value_or(0));
    }

    void look()
    {
        std::optional<address::CloudFacts> found;
        address::CloudLook asks(facts.config.addresses.front(), hands);
        asks.start(facts.config.nodes, [&](address::CloudFacts one) { found = std::move(one); });
        QVERIFY(QTest::qWaitFor([&] { return found.has_value(); }, 20'000));
        facts.address.cloud = *found;
    }
    /// To the primary; each step has so long, and nobody waits long before asking again.
    Plan plan(int stepMs = 20'000)
    {
        Plan plan = address::planMove(facts, QStringLiteral("write"), QStringLiteral("pg1"));
        for (Step &step : plan.steps) {
            step.deadlineMs = std::min(step.deadlineMs, stepMs);
            for (auto *list : {&step.actions, &step.undo}) {
                for (Action &action : *list) {
                    action.pollMs = std::min(action.pollMs, 50);
                }
            }
            for (Action &action : step.undo) {
                action.deadlineMs = std::min(3000, stepMs);
            }
        }
        return plan;
    }
    void run(const Plan &plan)
    {
        auto journal = JournalWriter::create(directory.path(), plan, core::systemClock().wallMs());
        path = (*journal)->path();
        Runner runner(plan, hands, std::move(*journal), core::systemClock());
        std::optional<Outcome> over;
        QObject::connect(&runner, &Runner::ended, &runner, [&](Outcome how, const QStringList &left) {
            over = how;
            remains = left.join(QLatin1Char('\n'));
        });
        runner.start();
        QVERIFY(QTest::qWaitFor([&] { return over.has_value(); }, 40'000));
        outcome = operations::toString(*over);
    }
    QByteArray journal() const
    {
        QFile file(path);
        return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
    }

    Style style;
    ProviderDouble provider;
    WireHands hands;
    address::MoveFacts facts;
    QTemporaryDir directory;
    QString path;
    QString outcome;
    QString remains;
};

} // namespace howdah::unit
