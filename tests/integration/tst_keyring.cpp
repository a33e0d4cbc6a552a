// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDirIterator>
#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

#include "cluster/clusterconfig.h"
#include "support/providerdouble.h"
#include "support/secretservice.h"

using namespace howdah;
using testsupport::ProviderDouble;
using testsupport::SecretService;

namespace {
QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}
const QByteArray kToken = "dop_v1_sesame-open"; // that the double takes
} // namespace

/// The real program with a real keyring: what is kept there is used, taken back, and written nowhere else.
class TestKeyring : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void init();
    void cleanup();
    void keptUsedAndRemoved();
    void environmentGoesFirst();
    void importedWithConsent();
    void askedAtATerminal();
    void withoutKeyringNothingIsWritten();
    void busThatIsGone();
    void argumentsAreNoPlaceForSecrets();

private:
    struct Run {
        int exitCode = -1;
        QByteArray out;
        QByteArray err;
        QJsonObject last() const { return QJsonDocument::fromJson(out.trimmed().split('\n').last()).object(); }
    };
    /// Meanwhile whoever it asks is answered.
    Run run(const QStringList &arguments, const QByteArray &input = {});
    /// One of the variables of `credentials --json`: where it is set, and what is used.
    QStringList standing(const QString &account, const QString &variable);
    QString clusterFile() const;
    /// Files below the home that have the token in them, but for the keyring's own.
    QStringList filesWithSecret() const;

    std::unique_ptr<SecretService> m_session;
    QProcessEnvironment m_environment;
    QByteArray m_said; ///< all that was printed
};

void TestKeyring::init()
{
    if (const QString missing = SecretService::missing(); !missing.isEmpty()) {
        QSKIP(qPrintable(missing));
    }
    m_session = std::make_unique<SecretService>();
    QVERIFY(m_session->startBus());
    m_environment = m_session->environment();
    m_said.clear();
}

void TestKeyring::cleanup()
{
    if (m_session) {
        QVERIFY2(!m_said.contains(kToken), m_said.constData());
        QCOMPARE(filesWithSecret(), QStringList());
    }
    m_session.reset();
}

TestKeyring::Run TestKeyring::run(const QStringList &arguments, const QByteArray &input)
{
    QProcess process;
    process.setProcessEnvironment(m_environment);
    process.setWorkingDirectory(m_session->home());
    process.start(qEnvironmentVariable("HOWDAH_BINARY"), arguments);
    process.write(input);
    process.closeWriteChannel();
    if (!QTest::qWaitFor([&] { return process.state() == QProcess::NotRunning; }, 60'000)) {
        process.kill();
        process.waitForFinished();
        return {};
    }
    const Run ended{process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    m_said += ended.out + ended.err;
    return ended;
}

QStringList TestKeyring::standing(const QString &account, const QString &variable)
{
    const Run listed = run({text("credentials"), text("--json")});
    const QJsonArray all = listed.last()[QLatin1String("credentials")].toArray();
    QStringList found;
    for (const QJsonValue &one : all) {
        if (one[QLatin1String("provider")].toString() == account) {
            found.append(one[QLatin1String("used")].toString());
            const QJsonArray variables = one[QLatin1String("variables")].toArray();
            for (const QJsonValue &entry : variables) {
                for (const char *place : {"environment", "keyring"}) {
                    if (entry[QLatin1String("name")].toString() == variable && entry[QLatin1String(place)].toBool()) {
                        found.append(QLatin1String(place));
                    }
                }
            }
        }
    }
    return found;
}

QString TestKeyring::clusterFile() const
{
    cluster::ClusterConfig config;
    config.name = text("orders");
    config.manager = cluster::ManagerKind::None;
    for (const char *node : {"pg1", "pg2"}) { // nobody answers there, which is told; the provider is asked all the same
        config.nodes.push_back({.name = text(node), .conninfo = text("host=127.0.0.1 port=1 connect_timeout=2")});
    }
    cluster::AddressConfig address;
    address.name = text("write");
    address.ip = text("203.0.113.7");
    address.provider = text("hetzner");
    config.addresses.push_back(address);
    const QString path = m_session->home() + text("/orders.toml");
    return cluster::saveClusterFile(config, path) ? path : QString();
}

QStringList TestKeyring::filesWithSecret() const
{
    QStringList found;
    QDirIterator files(m_session->home(), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
    while (files.hasNext()) {
        QFile file(files.next());
        const bool isTheirs =
            file.fileName().contains(text("/keyrings/")) || file.fileName().endsWith(text("cli.toml"));
        if (!isTheirs && file.open(QIODevice::ReadOnly) && file.readAll().contains(kToken)) {
            found.append(file.fileName());
        }
    }
    return found;
}

void TestKeyring::keptUsedAndRemoved()
{
    QVERIFY(m_session->startKeyring());
    ProviderDouble provider(ProviderDouble::Style::Hetzner);
    m_environment.insert(text("HCLOUD_ENDPOINT"), provider.url());
    const QStringList asking{text("address"), clusterFile(), text("list"), text("--json")};
    const QString hetzner = text("hetzner");

    const Run before = run(asking);
    QCOMPARE(before.exitCode, 0);
    QVERIFY2(before.out.contains("howdah credentials"), before.out.constData()); // what to do about it
    QVERIFY(provider.requests.isEmpty());

    const Run set = run({text("credentials"), text("set"), hetzner, text("--json")}, kToken + '\n');
    QVERIFY2(set.exitCode == 0, set.err.constData());
    QCOMPARE(set.last()[QLatin1String("result")].toString(), text("done"));
    QCOMPARE(standing(hetzner, text("HCLOUD_TOKEN")), QStringList({text("keyring"), text("keyring")}));

    const Run after = run(asking);
    QCOMPARE(after.exitCode, 0);
    QVERIFY(!provider.whoAsked.isEmpty());
    for (const QByteArray &who : std::as_const(provider.whoAsked)) {
        QCOMPARE(who, "Bearer " + kToken);
    }
    QVERIFY2(!after.out.contains("credentials"), after.out.constData());

    const Run removed = run({text("credentials"), text("remove"), hetzner});
    QVERIFY2(removed.exitCode == 0, removed.err.constData());
    QCOMPARE(standing(hetzner, text("HCLOUD_TOKEN")), QStringList(QString()));
    provider.requests.clear();
    QCOMPARE(run(asking).exitCode, 0);
    QVERIFY(provider.requests.isEmpty());
    QCOMPARE(run({text("credentials"), text("remove"), hetzner}).exitCode, 0); // already
}

void TestKeyring::environmentGoesFirst()
{
    QVERIFY(m_session->startKeyring());
    ProviderDouble provider(ProviderDouble::Style::Hetzner);
    QCOMPARE(run({text("credentials"), text("set"), text("hetzner")}, "of-the-keyring\n").exitCode, 0);
    m_environment.insert(text("HCLOUD_ENDPOINT"), provider.url());
    m_environment.insert(text("HCLOUD_TOKEN"), QString::fromLatin1(kToken));
    QCOMPARE(standing(text("hetzner"), text("HCLOUD_TOKEN")),
             QStringList({text("environment"), text("environment"), text("keyring")}));
    QCOMPARE(run({text("address"), clusterFile()}).exitCode, 0);
    QVERIFY(!provider.whoAsked.isEmpty());
    QCOMPARE(provider.whoAsked.first(), "Bearer " + kToken);
}

void TestKeyring::importedWithConsent()
{
    QVERIFY(m_session->startKeyring());
    QDir(m_session->home()).mkpath(text(".config/hcloud"));
    QFile file(m_session->home() + text("/.config/hcloud/cli.toml"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("active_context = \"a\"\n[[contexts]]\nname = \"a\"\ntoken = \"another\"\n[[contexts]]\nname = "
               "\"b\"\ntoken = \"" +
               kToken + "\"\n");
    file.close();
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ReadOther);
    const QStringList import{text("credentials"), text("import"), text("hcloud"), text("--context"), text("b")};

    const Run unasked = run(import); // nobody is there to say yes
    QCOMPARE(unasked.exitCode, 1);
    for (const QString &word : {file.fileName(), text("context \"b\""), text("HCLOUD_TOKEN"), text("Read & Write")}) {
        QVERIFY2(unasked.err.contains(word.toUtf8()), unasked.err.constData());
    }
    QCOMPARE(standing(text("hetzner"), text("HCLOUD_TOKEN")), QStringList(QString()));

    const Run taken = run(import + QStringList{text("--yes")});
    QVERIFY2(taken.exitCode == 0, taken.err.constData());
    QVERIFY2(taken.err.contains("chmod 600"), taken.err.constData());
    QCOMPARE(standing(text("hetzner"), text("HCLOUD_TOKEN")), QStringList({text("keyring"), text("keyring")}));
    ProviderDouble provider(ProviderDouble::Style::Hetzner);
    m_environment.insert(text("HCLOUD_ENDPOINT"), provider.url());
    QCOMPARE(run({text("address"), clusterFile()}).exitCode, 0);
    QCOMPARE(provider.whoAsked.value(0), "Bearer " + kToken);
}

/// At a real terminal: what is asked for is said, what is typed is not seen.
void TestKeyring::askedAtATerminal()
{
    if (QStandardPaths::findExecutable(text("script")).isEmpty()) {
        QSKIP("needs script, of util-linux");
    }
    QVERIFY(m_session->startKeyring());
    QProcess terminal;
    terminal.setProcessEnvironment(m_environment);
    terminal.setProcessChannelMode(QProcess::MergedChannels);
    terminal.start(text("script"),
                   {text("-qec"),
                    QStringLiteral("'%1' credentials set hetzner-robot").arg(qEnvironmentVariable("HOWDAH_BINARY")),
                    text("/dev/null")});
    QByteArray seen;
    const auto sees = [&](const char *words) {
        return QTest::qWaitFor(
            [&] {
                seen += terminal.readAll();
                return seen.contains(words);
            },
            20'000);
    };
    QVERIFY2(sees("HROBOT_API_USER: "), seen.constData());
    terminal.write("#ws+dba\n");
    QVERIFY2(sees("HROBOT_API_PASSWORD, which is not shown: "), seen.constData());
    terminal.write(kToken + '\n');
    QVERIFY2(sees("The desktop's keyring has the credentials for Hetzner Robot."), seen.constData());
    QVERIFY(terminal.waitForFinished(10'000));
    m_said += seen + terminal.readAll();
    QVERIFY2(seen.contains("#ws+dba"), seen.constData()); // what is no secret is seen
    QCOMPARE(standing(text("hetzner-robot"), text("HROBOT_API_PASSWORD")),
             QStringList({text("keyring"), text("keyring")}));
}

void TestKeyring::withoutKeyringNothingIsWritten()
{
    m_environment.remove(text("DBUS_SESSION_BUS_ADDRESS"));
    const Run set = run({text("credentials"), text("set"), text("hetzner"), text("--json")}, kToken + '\n');
    QCOMPARE(set.exitCode, 1);
    QCOMPARE(set.last()[QLatin1String("result")].toString(), text("refused"));
    QVERIFY2(set.out.contains("keyring"), set.out.constData());
    const Run listed = run({text("credentials")});
    QCOMPARE(listed.exitCode, 0);
    QVERIFY2(listed.out.contains("keyring") && listed.out.contains("not known"), listed.out.constData());
    // Everything goes on without it.
    ProviderDouble provider(ProviderDouble::Style::Hetzner);
    m_environment.insert(text("HCLOUD_ENDPOINT"), provider.url());
    const Run asked = run({text("address"), clusterFile()});
    QCOMPARE(asked.exitCode, 0);
    QVERIFY2(asked.err.contains("Going on without it"), asked.err.constData());
    m_environment.insert(text("HCLOUD_TOKEN"), QString::fromLatin1(kToken));
    const Run complete = run({text("address"), clusterFile()});
    QVERIFY2(!complete.err.contains("keyring"), complete.err.constData()); // nobody needs it
    QVERIFY(!provider.requests.isEmpty());
    QVERIFY(!QDir(m_session->home() + text("/.config/QtProject")).exists());
}

/// A bus that is gone.
void TestKeyring::busThatIsGone()
{
    m_environment.insert(text("DBUS_SESSION_BUS_ADDRESS"), text("unix:path=/nowhere/bus"));
    const Run set = run({text("credentials"), text("set"), text("hetzner")}, kToken + '\n');
    QCOMPARE(set.exitCode, 1);
    QVERIFY2(set.err.contains("keyring"), set.err.constData());
}

void TestKeyring::argumentsAreNoPlaceForSecrets()
{
    const Run set = run({text("credentials"), text("set"), text("hetzner"), QString::fromLatin1(kToken)});
    QCOMPARE(set.exitCode, 64);
    QVERIFY2(set.err.contains("standard input"), set.err.constData());
}

QTEST_GUILESS_MAIN(TestKeyring)
#include "tst_keyring.moc"
