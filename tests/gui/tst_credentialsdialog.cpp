// SPDX-License-Identifier: GPL-3.0-or-later
// What providers are asked with, in the window: driven as a person does, with a real keyring where there is one.
#include <QDirIterator>
#include <QLineEdit>
#include <QPushButton>
#include <QSettings>
#include <QSignalSpy>

#include "addresses/providers.h"
#include "keeppicture.h"
#include "livewindow.h"
#include "shell/consentdialog.h"
#include "shell/credentialsdialog.h"
#include "support/providerdouble.h"
#include "support/secretservice.h"
#include "support/sights.h"
#include "widgets/buttons.h"
#include "widgets/label.h"
#include "windowfixture.h"

using namespace howdah;
using namespace howdah::shell;
using namespace howdah::testsupport;
using addresses::HeldCredentials;
using addresses::Source;
using addresses::Values;

namespace {
const QByteArray kToken = "dop_v1_sesame-open"; // that the double takes

QString text(const char *latin1)
{
    return QString::fromLatin1(latin1);
}

/// What hcloud has left in a home.
QByteArray cliToml()
{
    return "active_context = \"prod\"\n[[contexts]]\nname = \"prod\"\ntoken = \"" + kToken + "\"\n";
}
} // namespace

class TestCredentialsDialog : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void onlyWhereProvidersAreAsked();
    void whatIsTypedIsHandedOnAndForgotten();
    void optionalFieldsMayStayEmpty();
    void nothingIsReadBeforeYes();
    void environmentIsSaidToGoFirst();
    void withoutKeyringForThisRun();
    void answersAreToldPlainly();
    void everythingHasAName();
    void keptInARealKeyring();
    void importedForThisRun();

private:
    template<typename T>
    T *part(const char *name) const
    {
        return m_window->findChild<T *>(QLatin1String(name));
    }
    CredentialsDialog *dialog() const { return part<CredentialsDialog>("credentials-dialog"); }
    void click(const char *name) const { QTest::mouseClick(part<QWidget>(name), Qt::LeftButton); }
    std::vector<toolfiles::Standing> standings(const QStringList &accounts) const;
    /// A cluster whose nodes do not answer, with an address at a provider.
    static cluster::ClusterConfig atHetzner();
    /// The page of addresses is there, with what was seen of them.
    static bool showsAddresses(const LiveWindow &live);

    const QString kOrders = QStringLiteral("orders");
    FakeClock m_clock;
    HeldCredentials m_held;
    QTemporaryDir m_home;
    cluster::ClusterState m_state;
    std::unique_ptr<MainWindow> m_window;
};

void TestCredentialsDialog::init()
{
    QSettings().clear();
    HeldCredentials::instance().dropAll();
    m_held.dropAll();
    qunsetenv("HCLOUD_TOKEN");
    QDir(m_home.path()).mkpath(text(".config/hcloud"));
    QFile file(m_home.filePath(text(".config/hcloud/cli.toml")));
    QVERIFY(file.open(QIODevice::WriteOnly) && file.write(cliToml()) > 0);
    m_window = std::make_unique<MainWindow>(m_clock);
    m_window->resize(1280, 800);
    m_window->show();
    m_window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(m_window.get()));
    m_state = stateOf(startedApart(healthyPair()), kOrders);
    m_window->clusterOpened(kOrders);
    m_window->setClusterState(m_state);
}

void TestCredentialsDialog::cleanup()
{
    m_window.reset();
    theme::Theme::instance().setMode(theme::Mode::Light);
}

std::vector<toolfiles::Standing> TestCredentialsDialog::standings(const QStringList &accounts) const
{
    std::vector<toolfiles::Standing> all;
    for (const QString &account : accounts) {
        const addresses::Lookup ours = [](const QString &name) {
            return name.startsWith(text("XDG_")) ? QString() : addresses::environment()(name);
        };
        all.push_back(toolfiles::standingOf(account, m_held, {ours, m_home.path(), text("/nowhere")}));
    }
    return all;
}

cluster::ClusterConfig TestCredentialsDialog::atHetzner()
{
    cluster::ClusterConfig config;
    config.name = text("cloudy");
    config.manager = cluster::ManagerKind::None;
    for (const char *node : {"pg1", "pg2"}) {
        config.nodes.push_back({.name = text(node), .conninfo = text("host=127.0.0.1 port=1 connect_timeout=2")});
    }
    cluster::AddressConfig address;
    address.name = text("write");
    address.ip = text("203.0.113.7");
    address.provider = text("hetzner");
    config.addresses.push_back(address);
    return config;
}

bool TestCredentialsDialog::showsAddresses(const LiveWindow &live)
{
    const auto isThere = [&live] {
        live.window()->showPage(text("addresses"));
        const auto *button = live.part<QPushButton>("address-credentials");
        return button && button->isVisible();
    };
    return QTest::qWaitFor(isThere, 40'000);
}

void TestCredentialsDialog::onlyWhereProvidersAreAsked()
{
    operations::address::Sights sights = someSights(m_state);
    m_window->setAddresses(kOrders, std::make_shared<const operations::address::Sights>(sights));
    m_window->showPage(text("addresses"));
    QVERIFY(part<QPushButton>("address-credentials")->isHidden()); // a program and the hosts take none
    sights.back().address.provider = text("hetzner");
    m_window->setAddresses(kOrders, std::make_shared<const operations::address::Sights>(sights));
    QVERIFY(part<QPushButton>("address-credentials")->isVisible());
    QSignalSpy asked(m_window.get(), &MainWindow::credentialsRequested);
    click("address-credentials");
    QVERIFY(dialog());
    QCOMPARE(asked.size(), 1);
    QCOMPARE(asked.first().first().toString(), kOrders);
}

void TestCredentialsDialog::whatIsTypedIsHandedOnAndForgotten()
{
    m_window->openCredentials(kOrders);
    m_window->setCredentials(kOrders, standings({text("hetzner"), text("hetzner-robot")}), {});
    QVERIFY(part<widgets::Label>("credentials-hetzner-rights")->text().contains(text("Read & Write")));
    auto *field = part<QLineEdit>("credentials-hetzner-HCLOUD_TOKEN");
    QCOMPARE(field->echoMode(), QLineEdit::Password);
    QCOMPARE(part<QLineEdit>("credentials-hetzner-robot-HROBOT_API_USER")->echoMode(), QLineEdit::Normal);
    auto *enter = part<QPushButton>("credentials-hetzner-enter");
    QVERIFY(!enter->isEnabled());
    QTest::keyClicks(field, QString::fromLatin1(kToken));
    QVERIFY(enter->isEnabled());
    testsupport::keepPicture(dialog(), text("credentials-typed"));
    QSignalSpy entered(m_window.get(), &MainWindow::credentialsEntered);
    QTest::mouseClick(enter, Qt::LeftButton);
    QCOMPARE(entered.size(), 1);
    QCOMPARE(entered.first().at(1).toString(), text("hetzner"));
    QCOMPARE(entered.first().at(2).value<Values>(), Values({{text("HCLOUD_TOKEN"), QString::fromLatin1(kToken)}}));
    QCOMPARE(entered.first().at(3).toBool(), true);
    QVERIFY(field->text().isEmpty() && !field->isUndoAvailable());
    QVERIFY(!enter->isEnabled());
}

void TestCredentialsDialog::optionalFieldsMayStayEmpty()
{
    m_window->openCredentials(kOrders);
    m_window->setCredentials(kOrders, standings({text("aws")}), {});
    QSignalSpy entered(m_window.get(), &MainWindow::credentialsEntered);
    QTest::keyClicks(part<QLineEdit>("credentials-aws-AWS_ACCESS_KEY_ID"), text("AKID"));
    QTest::keyClicks(part<QLineEdit>("credentials-aws-AWS_SECRET_ACCESS_KEY"), text("secret"));
    QVERIFY(!part<QPushButton>("credentials-aws-enter")->isEnabled()); // no region
    QTest::keyClicks(part<QLineEdit>("credentials-aws-AWS_REGION"), text("eu-west-1"));
    QTest::keyClick(part<QLineEdit>("credentials-aws-AWS_REGION"), Qt::Key_Return);
    QCOMPARE(entered.size(), 1);
    QCOMPARE(entered.first().at(2).value<Values>().size(), 3);
}

void TestCredentialsDialog::nothingIsReadBeforeYes()
{
    m_window->openCredentials(kOrders);
    m_window->setCredentials(kOrders, standings({text("hetzner")}), {});
    QSignalSpy wanted(m_window.get(), &MainWindow::credentialsImportRequested);
    click("credentials-hetzner-import-hcloud");
    QVERIFY(part<ConsentDialog>("consent-dialog"));
    const auto *asked = part<widgets::Label>("consent-text");
    for (const QString &word : {m_home.filePath(text(".config/hcloud/cli.toml")), text("HCLOUD_TOKEN"),
                                text("the context that hcloud itself uses"), text("Read & Write"), text("keyring")}) {
        QVERIFY2(asked->text().contains(word), qPrintable(asked->text()));
    }
    testsupport::keepPicture(part<QWidget>("consent-dialog"), text("credentials-consent"));
    QVERIFY(part<QPushButton>("consent-cancel")->isDefault());
    click("consent-cancel");
    QCOMPARE(wanted.size(), 0);
    QTRY_VERIFY(!part<ConsentDialog>("consent-dialog"));
    click("credentials-hetzner-import-hcloud");
    QTest::keyClicks(part<QLineEdit>("consent-context"), text("test"));
    QVERIFY(part<widgets::Label>("consent-text")->text().contains(text("context \"test\"")));
    click("consent-yes");
    QCOMPARE(wanted.size(), 1);
    QCOMPARE(wanted.first().mid(1), QVariantList({text("hetzner"), text("hcloud"), text("test"), true}));
}

void TestCredentialsDialog::environmentIsSaidToGoFirst()
{
    qputenv("HCLOUD_TOKEN", kToken);
    m_held.hold(text("hetzner"), Source::Keyring, {{text("HCLOUD_TOKEN"), text("sesame of the keyring")}});
    m_window->openCredentials(kOrders);
    m_window->setCredentials(kOrders, standings({text("hetzner")}), {});
    const QString note = part<widgets::Label>("credentials-hetzner-note")->text();
    QVERIFY2(note.contains(text("environment has HCLOUD_TOKEN")) && note.contains(text("keyring has")),
             qPrintable(note));
    for (const QWidget *widget : dialog()->findChildren<QWidget *>()) { // no value anywhere
        const QVariant shown = widget->property("text");
        QVERIFY2(!shown.toString().contains(text("sesame")), qPrintable(widget->objectName()));
        QVERIFY(!widget->toolTip().contains(text("sesame")));
    }
    QSignalSpy removed(m_window.get(), &MainWindow::credentialsRemoveRequested);
    click("credentials-hetzner-remove");
    QCOMPARE(removed.size(), 1);
    m_held.dropAll();
    m_window->setCredentials(kOrders, standings({text("hetzner")}), {});
    QVERIFY(!part<QPushButton>("credentials-hetzner-remove")->isEnabled());
}

void TestCredentialsDialog::withoutKeyringForThisRun()
{
    m_window->openCredentials(kOrders);
    m_window->setCredentials(kOrders, standings({text("hetzner")}), text("There is no keyring here."));
    QVERIFY(part<widgets::Label>("credentials-message")->text().contains(text("There is no keyring here.")));
    QVERIFY(!part<widgets::SegmentedControl>("place-of-credentials")->isEnabled());
    QSignalSpy entered(m_window.get(), &MainWindow::credentialsEntered);
    QTest::keyClicks(part<QLineEdit>("credentials-hetzner-HCLOUD_TOKEN"), text("t"));
    click("credentials-hetzner-enter");
    QCOMPARE(entered.size(), 1);
    QCOMPARE(entered.first().at(3).toBool(), false);
}

void TestCredentialsDialog::answersAreToldPlainly()
{
    m_window->openCredentials(kOrders);
    m_window->setCredentials(kOrders, standings({text("hetzner"), text("openstack")}), {});
    m_window->credentialsAnswered(kOrders, text("hetzner"), text("<b>no</b>"), true);
    const auto *said = part<widgets::Label>("credentials-hetzner-said");
    QCOMPARE(said->text(), text("<b>no</b>"));
    QCOMPARE(said->textFormat(), Qt::PlainText);
    testsupport::keepPicture(dialog(), text("credentials-refused"));
    m_window->credentialsAnswered(text("another"), text("hetzner"), text("of another cluster"), false);
    QCOMPARE(said->text(), text("<b>no</b>"));
}

void TestCredentialsDialog::everythingHasAName()
{
    m_window->openCredentials(kOrders);
    m_window->setCredentials(kOrders, standings(addresses::accountKeys()), {});
    for (const QWidget *widget : dialog()->findChildren<QWidget *>()) {
        if ((widget->focusPolicy() & Qt::TabFocus) != 0 && !widget->focusProxy() &&
            !widget->objectName().startsWith(QLatin1String("qt_"))) {
            QVERIFY2(!widget->objectName().isEmpty(), widget->metaObject()->className());
        }
    }
    QVERIFY(dialog()->height() < 800); // what has more scrolls
}

/// The whole way: typed, kept, asked with, and there again when the console is started anew.
void TestCredentialsDialog::keptInARealKeyring()
{
    m_window.reset();
    if (const QString missing = SecretService::missing(); !missing.isEmpty()) {
        QSKIP(qPrintable(missing));
    }
    static SecretService session; // libraries keep the bus that they saw first
    QVERIFY(session.startBus() && session.startKeyring());
    qputenv("DBUS_SESSION_BUS_ADDRESS", session.environment().value(text("DBUS_SESSION_BUS_ADDRESS")).toLocal8Bit());
    ProviderDouble provider(ProviderDouble::Style::Hetzner);
    qputenv("HCLOUD_ENDPOINT", provider.url().toLocal8Bit());
    auto live = std::make_unique<LiveWindow>(atHetzner());
    QVERIFY(live->window());
    QVERIFY(showsAddresses(*live));
    QVERIFY(provider.requests.isEmpty());
    live->click("address-credentials");
    QTRY_VERIFY_WITH_TIMEOUT(live->part<QLineEdit>("credentials-hetzner-HCLOUD_TOKEN"), 20'000);
    QTest::keyClicks(live->part<QLineEdit>("credentials-hetzner-HCLOUD_TOKEN"), QString::fromLatin1(kToken));
    live->click("credentials-hetzner-enter");
    QTRY_COMPARE_WITH_TIMEOUT(live->part<widgets::Label>("credentials-hetzner-said")->text(),
                              text("Kept in the desktop's keyring."), 20'000);
    testsupport::keepPicture(live->part<QWidget>("credentials-dialog"), text("credentials-kept"));
    QTRY_VERIFY_WITH_TIMEOUT(provider.whoAsked.contains("Bearer " + kToken), 20'000);

    live.reset();
    HeldCredentials::instance().dropAll();
    provider.whoAsked.clear();
    live = std::make_unique<LiveWindow>(atHetzner());
    QTRY_VERIFY_WITH_TIMEOUT(provider.whoAsked.contains("Bearer " + kToken), 20'000);
    QVERIFY(showsAddresses(*live));
    live->click("address-credentials");
    QTRY_VERIFY_WITH_TIMEOUT(live->part<QPushButton>("credentials-hetzner-remove"), 20'000);
    live->click("credentials-hetzner-remove");
    QTRY_VERIFY_WITH_TIMEOUT(!live->part<QPushButton>("credentials-hetzner-remove")->isEnabled(), 20'000);
    QVERIFY(HeldCredentials::instance().names(text("hetzner"), Source::Keyring).isEmpty());
    live.reset();
    QSettings().sync();
    for (const char *place : {"XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"}) {
        QDirIterator files(qEnvironmentVariable(place), QDir::Files | QDir::Hidden, QDirIterator::Subdirectories);
        while (files.hasNext()) {
            QFile file(files.next());
            QVERIFY2(!file.open(QIODevice::ReadOnly) || !file.readAll().contains(kToken), qPrintable(file.fileName()));
        }
    }
}

void TestCredentialsDialog::importedForThisRun()
{
    m_window.reset();
    ProviderDouble provider(ProviderDouble::Style::Hetzner);
    qputenv("HCLOUD_ENDPOINT", provider.url().toLocal8Bit());
    qputenv("HCLOUD_CONFIG", m_home.filePath(text(".config/hcloud/cli.toml")).toLocal8Bit());
    LiveWindow live(atHetzner());
    QVERIFY(live.window());
    QVERIFY(showsAddresses(live));
    live.window()->openCredentials(text("cloudy"));
    QTRY_VERIFY_WITH_TIMEOUT(live.part<QPushButton>("credentials-hetzner-import-hcloud"), 40'000);
    live.part<widgets::SegmentedControl>("place-of-credentials")->setCurrentIndex(1);
    live.click("credentials-hetzner-import-hcloud");
    QVERIFY(live.part<widgets::Label>("consent-text")->text().contains(text("until the console is closed")));
    live.click("consent-yes");
    QTRY_VERIFY_WITH_TIMEOUT(provider.whoAsked.contains("Bearer " + kToken), 20'000);
    QCOMPARE(HeldCredentials::instance().names(text("hetzner"), Source::Run), QStringList(text("HCLOUD_TOKEN")));
    QVERIFY(HeldCredentials::instance().names(text("hetzner"), Source::Keyring).isEmpty());
}

int main(int argc, char **argv)
{
    return runLiveTest<TestCredentialsDialog>(argc, argv);
}
#include "tst_credentialsdialog.moc"
