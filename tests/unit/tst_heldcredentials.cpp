// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTest>

#include "addresses/heldcredentials.h"
#include "addresses/providers.h"

using namespace howdah;
using namespace howdah::addresses;

namespace {
QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}
const ProviderInfo &info(const char *key)
{
    return providerOf(text(key))->info();
}
const QStringList kTouched{
    text("HCLOUD_TOKEN"), text("HCLOUD_ENDPOINT"),   text("AWS_ACCESS_KEY_ID"), text("AWS_SECRET_ACCESS_KEY"),
    text("AWS_REGION"),   text("AWS_SESSION_TOKEN"), text("OS_AUTH_URL")};
} // namespace

/// In which order credentials are looked for, and that those of one source stay together.
class TestHeldCredentials : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup() { init(); }
    void orderOfSources();
    void halvesAreNoPair();
    void temporaryTokenOfAnotherIsNotTaken();
    void baseUrlStaysWithItsSecret();
    void regionOfTheEnvironmentGoesFirst();
    void whatIsDroppedIsGone();
    void providersWithTheSameShareOne();
    void entries_data();
    void entries();
};

void TestHeldCredentials::init()
{
    HeldCredentials::instance().dropAll();
    for (const QString &name : kTouched) {
        qunsetenv(qPrintable(name));
    }
}

void TestHeldCredentials::orderOfSources()
{
    HeldCredentials held;
    const QString token = text("HCLOUD_TOKEN");
    const auto now = [&] { return held.lookup(info("hetzner"))(token); };
    QVERIFY(!held.used(info("hetzner")));
    QCOMPARE(now(), QString());
    held.hold(text("hetzner"), Source::Keyring, {{token, text("of the keyring")}});
    QCOMPARE(held.used(info("hetzner")), Source::Keyring);
    QCOMPARE(now(), text("of the keyring"));
    held.hold(text("hetzner"), Source::Run, {{token, text("of this run")}});
    QCOMPARE(held.used(info("hetzner")), Source::Run);
    QCOMPARE(now(), text("of this run"));
    qputenv("HCLOUD_TOKEN", "of the environment");
    QCOMPARE(held.used(info("hetzner")), Source::Environment);
    QCOMPARE(now(), text("of the environment"));
    qputenv("HCLOUD_TOKEN", "  "); // nothing
    QCOMPARE(now(), text("of this run"));
    held.hold(text("hetzner"), Source::Run, {});
    QCOMPARE(now(), text("of the keyring"));
    QVERIFY(!held.used(info("digitalocean"))); // what is one's is not the other's
}

/// A key id from here with a secret from there would be refused by the provider, or be somebody else's.
void TestHeldCredentials::halvesAreNoPair()
{
    HeldCredentials held;
    qputenv("AWS_ACCESS_KEY_ID", "id of the environment");
    held.hold(text("aws"), Source::Keyring,
              {{text("AWS_ACCESS_KEY_ID"), text("id")}, {text("AWS_SECRET_ACCESS_KEY"), text("secret")}});
    const Lookup lookup = held.lookup(info("aws"));
    QCOMPARE(lookup(text("AWS_ACCESS_KEY_ID")), text("id"));
    QCOMPARE(lookup(text("AWS_SECRET_ACCESS_KEY")), text("secret"));
}

void TestHeldCredentials::temporaryTokenOfAnotherIsNotTaken()
{
    HeldCredentials held;
    qputenv("AWS_SESSION_TOKEN", "of another pair");
    held.hold(text("aws"), Source::Keyring,
              {{text("AWS_ACCESS_KEY_ID"), text("id")}, {text("AWS_SECRET_ACCESS_KEY"), text("secret")}});
    QCOMPARE(held.lookup(info("aws"))(text("AWS_SESSION_TOKEN")), QString());
}

void TestHeldCredentials::baseUrlStaysWithItsSecret()
{
    HeldCredentials held;
    Values values{{text("OS_AUTH_URL"), text("https://kept.example/v3")},
                  {text("OS_APPLICATION_CREDENTIAL_ID"), text("id")},
                  {text("OS_APPLICATION_CREDENTIAL_SECRET"), text("secret")}};
    qputenv("OS_AUTH_URL", "https://elsewhere.example/v3");
    held.hold(text("openstack"), Source::Keyring, values);
    QCOMPARE(held.lookup(info("openstack"))(text("OS_AUTH_URL")), text("https://kept.example/v3"));
    values.remove(text("OS_AUTH_URL"));
    held.hold(text("openstack"), Source::Keyring, values);
    QCOMPARE(held.lookup(info("openstack"))(text("OS_AUTH_URL")), text("https://elsewhere.example/v3"));
}

void TestHeldCredentials::regionOfTheEnvironmentGoesFirst()
{
    HeldCredentials held;
    held.hold(text("aws"), Source::Run,
              {{text("AWS_ACCESS_KEY_ID"), text("id")},
               {text("AWS_SECRET_ACCESS_KEY"), text("secret")},
               {text("AWS_REGION"), text("eu-west-1")}});
    QCOMPARE(accountOf(info("aws"), held.lookup(info("aws")))->region, text("eu-west-1"));
    qputenv("AWS_REGION", "eu-central-1");
    QCOMPARE(accountOf(info("aws"), held.lookup(info("aws")))->region, text("eu-central-1"));
}

void TestHeldCredentials::whatIsDroppedIsGone()
{
    HeldCredentials held;
    const int before = held.changes();
    held.hold(text("hetzner"), Source::Run, {{text("HCLOUD_TOKEN"), text("t")}});
    QCOMPARE(held.names(text("hetzner"), Source::Run), QStringList(text("HCLOUD_TOKEN")));
    QVERIFY(held.changes() != before); // who has logged in does so anew
    held.dropAll();
    QVERIFY(held.names(text("hetzner"), Source::Run).isEmpty());
    QVERIFY(!held.used(info("hetzner")));
}

void TestHeldCredentials::providersWithTheSameShareOne()
{
    QCOMPARE(accountKeyOf(info("digitalocean-floating")), text("digitalocean"));
    QCOMPARE(accountKeyOf(info("hetzner-robot")), text("hetzner-robot"));
    QVERIFY(!accountKeys().contains(text("digitalocean-floating")));
    QVERIFY(!providerOfAccount(text("digitalocean-floating")));
    HeldCredentials held;
    held.hold(text("digitalocean"), Source::Keyring, {{text("DIGITALOCEAN_ACCESS_TOKEN"), text("t")}});
    if (qEnvironmentVariableIsEmpty("DIGITALOCEAN_ACCESS_TOKEN")) {
        QCOMPARE(held.used(info("digitalocean-floating")), Source::Keyring);
    }
}

void TestHeldCredentials::entries_data()
{
    QTest::addColumn<QString>("variable");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("says"); // empty: it is taken
    QTest::newRow("token") << "HCLOUD_TOKEN"
                           << "sesame-open"
                           << "";
    QTest::newRow("another's variable") << "AWS_REGION"
                                        << "sesame-open"
                                        << "no such variable";
    QTest::newRow("two lines") << "HCLOUD_TOKEN"
                               << "sesame-open\nHost: evil"
                               << "do not print";
    QTest::newRow("NUL") << "HCLOUD_TOKEN" << QString(QChar(0)) << "do not print";
    QTest::newRow("long") << "HCLOUD_TOKEN" << QString(9000, QLatin1Char('x')) << "too long";
    QTest::newRow("empty") << "HCLOUD_TOKEN"
                           << " "
                           << "not complete";
    QTest::newRow("base URL alone") << "HCLOUD_ENDPOINT"
                                    << "https://sesame-open.example"
                                    << "not complete";
}

void TestHeldCredentials::entries()
{
    QFETCH(QString, variable);
    QFETCH(QString, value);
    QFETCH(QString, says);
    const auto checked = checkedEntry(info("hetzner"), {{variable, value}});
    QCOMPARE(checked.has_value(), says.isEmpty());
    if (!checked) {
        const QString said = checked.error().message + checked.error().hint;
        QVERIFY2(said.contains(says), qPrintable(said));
        QVERIFY2(!said.contains(text("sesame")), qPrintable(said));
    }
    QVERIFY(!checkedEntry(info("hetzner"), {{text("HCLOUD_TOKEN"), text("t")},
                                            {text("HCLOUD_ENDPOINT"), text("http://cleartext.example")}}));
}

QTEST_APPLESS_MAIN(TestHeldCredentials)
#include "tst_heldcredentials.moc"
