// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QTest>
#include <sys/stat.h>
#include <unistd.h>

#include "toolfiles/readfile.h"
#include "toolfiles/standing.h"

using namespace howdah;
using namespace howdah::toolfiles;

namespace {
QString text(const char *utf8)
{
    return QString::fromUtf8(utf8);
}
// Each secret in these files has this word in it.
const QString kSecret = text("sesame");
} // namespace

/// What the tools' own files have, whatever stands in them, and that nothing of it is said.
class TestToolFiles : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void taken_data();
    void taken();
    void refused_data();
    void refused();
    void places_data();
    void places();
    void oddFiles();
    void openModeIsWarnedOf();
    void anyBytes();
    void consentNamesEverything();
    void nothingIsOpenedForAnOffer();

private:
    QString write(const QString &name, const QByteArray &bytes, QFile::Permissions mode = QFile::ReadOwner)
    {
        const QString path = m_directory.filePath(name);
        QFile::remove(path);
        QFile file(path);
        if (!file.open(QIODevice::WriteOnly) || file.write(bytes) != bytes.size()) {
            return {};
        }
        file.setPermissions(mode | QFile::WriteOwner);
        return path;
    }
    QTemporaryDir m_directory;
};

namespace {
const QByteArray kDoctl = "access-token: sesame-default\napi-url: \"\"\nauth-contexts:\n  work: sesame-work\n  empty: "
                          "\"\"\ncontext: work\noutput: text\n";
const QByteArray kHcloud = "active_context = \"prod\"\n[[contexts]]\nname = \"test\"\ntoken = \"sesame-test\"\n\n"
                           "[[contexts]]\nname = \"prod\"\ntoken = \"sesame-prod\"\n[[contexts]]\nname = \"bare\"\n";
const QByteArray kKeys = "; of mine\n[default]\naws_access_key_id = AKIDEFAULT\nAWS_SECRET_ACCESS_KEY=sesame/default=\n"
                         "[dev]\naws_access_key_id=AKIDEV\naws_secret_access_key = sesame-dev \naws_session_token = "
                         "sesame-session\r\n[half]\naws_access_key_id = AKIHALF\n";
const QByteArray kConfig =
    "[default]\nregion = eu-central-1\naws_access_key_id = AKIOTHER\n[profile dev]\nregion = eu-west-1\ns3 =\n  region "
    "= nowhere\n[profile login]\nsso_session = corp\n[sso-session corp]\nsso_region = eu-west-1\n[profile "
    "admin]\nrole_arn = arn:aws:iam::1:role/admin\nsource_profile = dev\n";
const QByteArray kClouds =
    "x: &d\n  auth_url: https://keystone.example:5000/v3\nclouds:\n  app:\n    auth_type: v3applicationcredential\n    "
    "region_name: RegionOne\n    auth:\n      <<: *d\n      application_credential_id: abc\n  user:\n    regions: "
    "[RegionTwo]\n    auth:\n      auth_url: https://other.example/v3\n      username: dba\n      project_name: "
    "orders\n "
    "     user_domain_name: Default\n  token:\n    auth:\n      auth_url: https://other.example/v3\n      token: "
    "sesame-token\n";
const QByteArray kSecure = "clouds:\n  app:\n    auth:\n      application_credential_secret: sesame-app\n  user:\n    "
                           "auth:\n      password: 123456\n";
} // namespace

void TestToolFiles::taken_data()
{
    QTest::addColumn<QString>("tool");
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QString>("name");
    QTest::addColumn<QStringList>("values"); // NAME=VALUE, sorted
    const auto row = [](const char *title, const char *tool, const QByteArray &first, const QByteArray &second,
                        const char *wanted, const char *name, const QStringList &values) {
        QTest::newRow(title) << text(tool) << first << second << text(wanted) << text(name) << values;
    };
    row("doctl: current", "doctl", kDoctl, {}, "", "work", {text("DIGITALOCEAN_ACCESS_TOKEN=sesame-work")});
    row("doctl: default", "doctl", kDoctl, {}, "default", "default",
        {text("DIGITALOCEAN_ACCESS_TOKEN=sesame-default")});
    row("doctl: only a token", "doctl", "access-token: sesame\n", {}, "", "default",
        {text("DIGITALOCEAN_ACCESS_TOKEN=sesame")});
    row("doctl: base URL", "doctl", "access-token: sesame\napi-url: https://do.example\n", {}, "", "default",
        {text("DIGITALOCEAN_ACCESS_TOKEN=sesame"), text("DIGITALOCEAN_API_URL=https://do.example")});
    row("hcloud: active", "hcloud", kHcloud, {}, "", "prod", {text("HCLOUD_TOKEN=sesame-prod")});
    row("hcloud: named", "hcloud", kHcloud, {}, "test", "test", {text("HCLOUD_TOKEN=sesame-test")});
    row("hcloud: the only one", "hcloud", "[[contexts]]\nname=\"a\"\ntoken=\"sesame\"\n", {}, "", "a",
        {text("HCLOUD_TOKEN=sesame")});
    row("aws: default", "aws", kKeys, kConfig, "", "default",
        {text("AWS_ACCESS_KEY_ID=AKIDEFAULT"), text("AWS_REGION=eu-central-1"),
         text("AWS_SECRET_ACCESS_KEY=sesame/default=")});
    row("aws: profile", "aws", kKeys, kConfig, "dev", "dev",
        {text("AWS_ACCESS_KEY_ID=AKIDEV"), text("AWS_REGION=eu-west-1"), text("AWS_SECRET_ACCESS_KEY=sesame-dev"),
         text("AWS_SESSION_TOKEN=sesame-session")});
    row("aws: config alone", "aws", {}, "[profile a]\naws_access_key_id=AKIA\naws_secret_access_key=sesame\n", "a", "a",
        {text("AWS_ACCESS_KEY_ID=AKIA"), text("AWS_SECRET_ACCESS_KEY=sesame")});
    row("openstack: application", "openstack", kClouds, kSecure, "app", "app",
        {text("OS_APPLICATION_CREDENTIAL_ID=abc"), text("OS_APPLICATION_CREDENTIAL_SECRET=sesame-app"),
         text("OS_AUTH_URL=https://keystone.example:5000/v3"), text("OS_REGION_NAME=RegionOne")});
    row("openstack: password", "openstack", kClouds, kSecure, "user", "user",
        {text("OS_AUTH_URL=https://other.example/v3"), text("OS_PASSWORD=123456"), text("OS_PROJECT_NAME=orders"),
         text("OS_REGION_NAME=RegionTwo"), text("OS_USERNAME=dba"), text("OS_USER_DOMAIN_NAME=Default")});
}

void TestToolFiles::taken()
{
    QFETCH(QString, tool);
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    QFETCH(QString, wanted);
    QFETCH(QString, name);
    QFETCH(QStringList, values);
    const Tool *of = toolOf(tool);
    const auto contexts = of->parse(first, second);
    QVERIFY2(contexts, qPrintable(contexts ? QString() : contexts.error().message));
    const auto context = contextOf(*of, *contexts, wanted);
    QVERIFY2(context, qPrintable(context ? QString() : context.error().message));
    QCOMPARE(context->name, name);
    QStringList found;
    for (auto value = context->values.begin(); value != context->values.end(); ++value) {
        found.append(value.key() + QLatin1Char('=') + value.value());
        QVERIFY2(of->variables.contains(value.key()), qPrintable(value.key())); // the consent named it
    }
    found.sort();
    values.sort();
    QCOMPARE(found, values);
    const addresses::ProviderInfo &info = addresses::providerOfAccount(of->account)->info();
    QVERIFY(addresses::checkedEntry(info, context->values));
}

void TestToolFiles::refused_data()
{
    QTest::addColumn<QString>("tool");
    QTest::addColumn<QByteArray>("first");
    QTest::addColumn<QByteArray>("second");
    QTest::addColumn<QString>("wanted");
    QTest::addColumn<QString>("says");
    const auto row = [](const char *title, const char *tool, const QByteArray &first, const QByteArray &second,
                        const char *wanted, const char *says) {
        QTest::newRow(title) << text(tool) << first << second << text(wanted) << text(says);
    };
    const QByteArray nothing;
    row("doctl: empty", "doctl", nothing, nothing, "", "has no context");
    row("doctl: no YAML", "doctl", "access-token: [sesame\n", nothing, "", "at line");
    row("doctl: a list", "doctl", "- sesame\n", nothing, "", "no map");
    row("doctl: a list as the token", "doctl", "auth-contexts:\n  a: [sesame]\ncontext: a\n", nothing, "", "no token");
    row("doctl: unknown", "doctl", kDoctl, nothing, "home", "It has: default, empty, work");
    row("doctl: without token", "doctl", kDoctl, nothing, "empty", "no token");
    row("doctl: its context is gone", "doctl", "access-token: sesame\ncontext: gone\n", nothing, "",
        "no context \"gone\"");
    QByteArray bomb = "a0: &a0 [sesame,sesame]\n";
    for (int i = 1; i < 40; ++i) {
        const QByteArray n = QByteArray::number(i);
        const QByteArray before = QByteArray::number(i - 1);
        bomb += "a" + n + ": &a" + n + " [*a" + before + ",*a" + before + "]\n";
    }
    row("doctl: a billion aliases", "doctl", bomb, nothing, "", "too much");
    row("doctl: deep", "doctl", "a: " + QByteArray(200, '[') + QByteArray(200, ']'), nothing, "", "too much");
    row("doctl: deeper", "doctl", "a: " + QByteArray(100'000, '['), nothing, "", "");
    row("hcloud: no TOML", "hcloud", "active_context = sesame\n", nothing, "", "at line 1");
    row("hcloud: several, none active", "hcloud",
        "[[contexts]]\nname='a'\ntoken='sesame'\n[[contexts]]\nname='b'\ntoken='sesame'\n", nothing, "",
        "one of: a, b");
    row("hcloud: without token", "hcloud", kHcloud, nothing, "bare", "no token");
    row("hcloud: odd types", "hcloud", "active_context = 3\ncontexts = [1, {name = 2}]\n", nothing, "", "no context");
    row("aws: SSO", "aws", kKeys, kConfig, "login", "aws configure export-credentials");
    row("aws: role", "aws", kKeys, kConfig, "admin", "a role to be assumed");
    row("aws: half", "aws", kKeys, kConfig, "half", "no key");
    row("aws: no profile", "aws", kKeys, kConfig, "corp", "no profile");
    row("aws: no INI", "aws", "[default]\nsesame\n", nothing, "", "at line 2");
    row("aws: a section without end", "aws", "[sesame\n", nothing, "", "at line 1");
    row("openstack: several", "openstack", kClouds, kSecure, "", "Name one of: app, token, user");
    row("openstack: a token", "openstack", kClouds, kSecure, "token", "neither");
    row("openstack: without secrets", "openstack", kClouds, nothing, "app", "neither");
    row("openstack: without URL", "openstack",
        "clouds: {a: {auth: {application_credential_id: i, application_credential_secret: sesame}}}", nothing, "a",
        "no auth_url");
    row("openstack: secure.yaml is none", "openstack", kClouds, "clouds: [sesame", "app", "at line");
}

void TestToolFiles::refused()
{
    QFETCH(QString, tool);
    QFETCH(QByteArray, first);
    QFETCH(QByteArray, second);
    QFETCH(QString, wanted);
    QFETCH(QString, says);
    const Tool *of = toolOf(tool);
    const auto contexts = of->parse(first, second);
    const auto context = contexts ? contextOf(*of, *contexts, wanted) : tl::unexpected(contexts.error());
    QVERIFY(!context);
    const QString said = context.error().message + context.error().hint;
    QVERIFY2(said.contains(says), qPrintable(said));
    QVERIFY2(!said.contains(kSecret), qPrintable(said));
}

void TestToolFiles::places_data()
{
    QTest::addColumn<QString>("tool");
    QTest::addColumn<QString>("variable");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("first");
    QTest::addColumn<QString>("second");
    const auto row = [](const char *title, const char *tool, const char *variable, const char *value, const char *first,
                        const char *second) {
        QTest::newRow(title) << text(tool) << text(variable) << text(value) << text(first) << text(second);
    };
    row("doctl", "doctl", "", "", "/home/dba/.config/doctl/config.yaml", "");
    row("doctl: XDG", "doctl", "XDG_CONFIG_HOME", "/cfg", "/cfg/doctl/config.yaml", "");
    row("hcloud", "hcloud", "", "", "/home/dba/.config/hcloud/cli.toml", "");
    row("hcloud: its own variable", "hcloud", "HCLOUD_CONFIG", "/h.toml", "/h.toml", "");
    row("aws", "aws", "", "", "/home/dba/.aws/credentials", "/home/dba/.aws/config");
    row("aws: credentials", "aws", "AWS_SHARED_CREDENTIALS_FILE", "/c", "/c", "/home/dba/.aws/config");
    row("aws: config", "aws", "AWS_CONFIG_FILE", "/c", "/home/dba/.aws/credentials", "/c");
    row("openstack", "openstack", "XDG_CONFIG_HOME", "/cfg", "/cfg/openstack/clouds.yaml",
        "/cfg/openstack/secure.yaml");
    row("openstack: its own variable", "openstack", "OS_CLIENT_CONFIG_FILE", "/o/c.yaml", "/o/c.yaml",
        "/o/secure.yaml");
}

void TestToolFiles::places()
{
    QFETCH(QString, tool);
    QFETCH(QString, variable);
    QFETCH(QString, value);
    QFETCH(QString, first);
    QFETCH(QString, second);
    if (QFile::exists(text("/etc/openstack/clouds.yaml")) && tool == text("openstack")) {
        QSKIP("needs a machine without /etc/openstack/clouds.yaml");
    }
    const Surroundings where{addresses::lookupIn({{variable, value}}), text("/home/dba"), text("/nowhere")};
    const Paths paths = toolOf(tool)->paths(where);
    QCOMPARE(paths.first, first);
    QCOMPARE(paths.second, second);
    // What lies where one works goes first.
    const Surroundings here{addresses::lookupIn({}), text("/home/dba"), m_directory.path()};
    const QString clouds = write(text("clouds.yaml"), kClouds);
    QCOMPARE(toolOf(text("openstack"))->paths(here).first, clouds);
}

void TestToolFiles::oddFiles()
{
    const Tool &hcloud = *toolOf(text("hcloud"));
    const auto said = [&](const QString &path) {
        const auto result = takeFrom(hcloud, {path, {}}, {});
        const QString words = result ? text("taken") : result.error().message + result.error().hint;
        return words.contains(kSecret) ? text("it said the secret") : words;
    };
    QVERIFY2(said(m_directory.filePath(text("none"))).contains(text("There is no")), "missing");
    const QString loop = m_directory.filePath(text("loop"));
    QVERIFY(QFile::link(loop, loop));
    QVERIFY2(said(loop).contains(text("in a circle")), qPrintable(said(loop)));
    QVERIFY2(said(m_directory.path()).contains(text("no file")), qPrintable(said(m_directory.path())));
    const QString pipe = m_directory.filePath(text("pipe"));
    QCOMPARE(mkfifo(QFile::encodeName(pipe).constData(), 0600), 0);
    QVERIFY2(said(pipe).contains(text("no file")), qPrintable(said(pipe))); // and does not wait for a writer
    QVERIFY2(said(text("/dev/zero")).contains(text("no file")), qPrintable(said(text("/dev/zero"))));
    const QString huge = write(text("huge"), kHcloud + QByteArray(1024 * 1024, '\n'));
    QVERIFY2(said(huge).contains(text("larger than 1 MiB")), qPrintable(said(huge)));
    const QString linked = m_directory.filePath(text("linked"));
    QVERIFY(QFile::link(write(text("cli.toml"), kHcloud), linked));
    QCOMPARE(said(linked), text("taken"));
    if (geteuid() != 0) { // root may read it
        const QString closed = write(text("closed"), kHcloud, {});
        QFile::setPermissions(closed, {});
        QVERIFY2(said(closed).contains(text("can not be read")), qPrintable(said(closed)));
    }
}

void TestToolFiles::openModeIsWarnedOf()
{
    const Tool &hcloud = *toolOf(text("hcloud"));
    const QString path = write(text("cli.toml"), kHcloud);
    QVERIFY(takeFrom(hcloud, {path, {}}, {})->warnings.isEmpty());
    QVERIFY(QFile::setPermissions(path, QFile::ReadOwner | QFile::ReadOther));
    const QStringList warnings = takeFrom(hcloud, {path, {}}, {})->warnings;
    QCOMPARE(warnings.size(), 1);
    QVERIFY2(warnings.first().contains(path) && warnings.first().contains(text("404")), qPrintable(warnings.first()));
    QVERIFY(!warnings.first().contains(kSecret));
}

/// Whatever the bytes are, it ends in words; every beginning of a good file, and every byte of it changed.
void TestToolFiles::anyBytes()
{
    const QList<std::pair<QString, QByteArray>> files{
        {text("doctl"), kDoctl}, {text("hcloud"), kHcloud}, {text("aws"), kKeys}, {text("openstack"), kClouds}};
    for (const auto &[name, whole] : files) {
        const Tool *tool = toolOf(name);
        for (qsizetype i = 0; i < whole.size(); ++i) {
            QByteArray other = whole;
            other[i] = static_cast<char>(i * 37 + 128);
            for (const QByteArray &bytes : {whole.left(i), other}) {
                const auto contexts = tool->parse(bytes, {});
                const auto context = contexts ? contextOf(*tool, *contexts, {}) : tl::unexpected(contexts.error());
                QVERIFY2(context || !context.error().message.contains(kSecret), qPrintable(name));
            }
        }
    }
}

void TestToolFiles::consentNamesEverything()
{
    const Tool &aws = *toolOf(text("aws"));
    QDir(m_directory.path()).mkpath(text(".aws"));
    const QString path = write(text(".aws/credentials"), kKeys);
    const Surroundings where{addresses::lookupIn({{text("AWS_PROFILE"), text("dev")}}), m_directory.path(),
                             text("/nowhere")};
    const Offer offer = offerOf(aws, where);
    QCOMPARE(offer.files, QStringList(path));
    const QString rights = text("the action ec2:DescribeAddresses");
    const QString asked = consentText(offer, {}, rights, true);
    for (const QString &word : QStringList{path, text("profile \"dev\""), rights, text("keyring")} + offer.variables) {
        QVERIFY2(asked.contains(word), qPrintable(asked));
    }
    QVERIFY(consentText(offer, text("admin"), rights, true).contains(text("profile \"admin\"")));
    QVERIFY(consentText(offer, {}, rights, false).contains(text("until the console is closed")));
}

/// That a file is there is seen without opening it.
void TestToolFiles::nothingIsOpenedForAnOffer()
{
    QDir(m_directory.path()).mkpath(text(".config/hcloud"));
    const QString path = m_directory.filePath(text(".config/hcloud/cli.toml"));
    const bool isThere = mkfifo(QFile::encodeName(path).constData(), 0600) == 0; // opened for reading, it would hang
    QVERIFY(isThere);
    const Surroundings where{addresses::lookupIn({}), m_directory.path(), text("/nowhere")};
    const addresses::HeldCredentials held;
    const Standing standing = standingOf(text("hetzner"), held, where);
    QCOMPARE(standing.offers.size(), std::size_t(1));
    QCOMPARE(standing.offers.front().files, QStringList(path));
    QVERIFY(!standing.used && standing.environment.isEmpty());
    QVERIFY(standing.rights.contains(text("Read & Write")));
}

QTEST_APPLESS_MAIN(TestToolFiles)
#include "tst_toolfiles.moc"
