// SPDX-License-Identifier: GPL-3.0-or-later
#include <QProcess>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>
#include <memory>

#include "consolerun.h"
#include "support/lab.h"
#include "support/labaddress.h"
#include "support/labsql.h"

using namespace howdah;
using integration::ConsoleRun;
using testsupport::Lab;
using testsupport::Output;

namespace {

constexpr int kSwitchovers = 10;
constexpr int kPatienceMs = 60'000;

/// What the application has said, line by line.
struct Said {
    QSet<int> orders; ///< that were confirmed
    int listings = 0;
    int mostListed = 0;
    int refused = 0;
    int unlisted = 0;
    int total = -1; ///< as a standby counts at the end
    bool open = false;
    QByteArray last;

    void take(const QByteArray &line)
    {
        const QByteArray word = line.left(line.indexOf(' '));
        const int number = line.mid(word.size()).trimmed().toInt();
        last = line;
        open = open || line == "open";
        if (word == "order") {
            orders.insert(number);
        } else if (word == "listed") {
            ++listings;
            mostListed = std::max(mostListed, number);
        } else if (word == "failed") {
            ++refused;
        } else if (word == "unlisted") {
            ++unlisted;
        } else if (word == "total") {
            total = number;
        }
    }
};

} // namespace

/// Sequelize, with a pool that writes through one address and one that reads from the standbys, during switchovers.
class TestApplication : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void losesNothing();

private:
    QString clusterFile() const;
    bool isWhole() const { return testsupport::bothFollow(*m_lab); }

    QTemporaryDir m_directory;
    QString m_modules;
    std::unique_ptr<Lab> m_lab;
};

void TestApplication::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
    // What is there already: no test reaches the internet.
    const QString fetch = qEnvironmentVariable("HOWDAH_SOURCE_DIR") + QStringLiteral("/tests/support/application.sh");
    QProcess find;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("npm_config_offline"), QStringLiteral("true"));
    find.setProcessEnvironment(environment);
    find.start(QStringLiteral("sh"), {fetch});
    find.waitForFinished(kPatienceMs);
    if (find.exitStatus() != QProcess::NormalExit || find.exitCode() != 0) {
        QSKIP("needs Sequelize: sh tests/support/application.sh");
    }
    m_modules = QString::fromUtf8(find.readAllStandardOutput()).trimmed();
    Lab::Options options;
    options.cascading = false;
    auto lab = Lab::start(Lab::Variant::Plain, options);
    QVERIFY2(lab, lab ? "" : qPrintable(lab.error().message));
    m_lab = std::move(*lab);
    QVERIFY(m_lab->addAddress(0, m_lab->floatingAddress()));
    QVERIFY(m_lab->node(0).sql(QStringLiteral("CREATE DATABASE shop")));
}

QString TestApplication::clusterFile() const
{
    cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = cluster::ManagerKind::None;
    config.addresses = {testsupport::writeAddress(*m_lab)};
    const QString file = m_directory.filePath(QStringLiteral("orders.toml"));
    return cluster::saveClusterFile(config, file) ? file : QString();
}

/// Every order that was confirmed is there, and every listing goes on: ten times there and back.
void TestApplication::losesNothing()
{
    const QString file = clusterFile();
    QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kPatienceMs);
    QProcess application;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert(QStringLiteral("NODE_PATH"), m_modules);
    application.setProcessEnvironment(environment);
    Said said;
    connect(&application, &QProcess::readyReadStandardOutput, &application, [&] {
        while (application.canReadLine()) {
            said.take(application.readLine().trimmed());
        }
    });
    application.start(QStringLiteral("node"),
                      {qEnvironmentVariable("HOWDAH_SOURCE_DIR") + QStringLiteral("/tests/support/application/shop.js"),
                       m_lab->floatingAddress(), QStringLiteral("shop"), m_lab->node(1).host, m_lab->node(2).host});
    QTRY_VERIFY2_WITH_TIMEOUT(said.open && said.orders.size() > 20 && said.listings > 5, said.last.constData(),
                              kPatienceMs);
    for (int round = 0; round < kSwitchovers; ++round) {
        const int to = m_lab->primary() == 0 ? 1 : 0;
        const ConsoleRun ended =
            integration::runConsole({QStringLiteral("switchover"), file, QStringLiteral("--json"),
                                     QStringLiteral("--yes"), QStringLiteral("--to"), m_lab->node(to).name},
                                    m_directory.path());
        QVERIFY2(ended.exitCode == 0, ended.text.constData());
        QCOMPARE(m_lab->primary(), to);
        const qsizetype orders = said.orders.size();
        const int listings = said.listings;
        QTRY_VERIFY2_WITH_TIMEOUT(said.orders.size() > orders + 20 && said.listings > listings + 5,
                                  said.last.constData(), kPatienceMs);
        QTRY_VERIFY_WITH_TIMEOUT(isWhole(), kPatienceMs);
    }
    application.closeWriteChannel();
    QTRY_VERIFY_WITH_TIMEOUT(application.state() == QProcess::NotRunning, kPatienceMs);
    QVERIFY2(application.exitStatus() == QProcess::NormalExit && application.exitCode() == 0,
             (said.last + application.readAllStandardError()).constData());
    QSet<int> there;
    const auto rows =
        testsupport::sql(m_lab->node(m_lab->primary()).conninfo(QStringLiteral("postgres"), QStringLiteral("shop")),
                         QStringLiteral("SELECT number FROM orders"));
    QVERIFY2(rows, rows ? "" : qPrintable(rows.error().message));
    for (const QStringList &row : *rows) {
        there.insert(row.first().toInt());
    }
    qInfo("%lld orders confirmed, %d refused, %d listings and %d refused", static_cast<long long>(said.orders.size()),
          said.refused, said.listings, said.unlisted);
    QCOMPARE(said.orders - there, QSet<int>());
    QVERIFY(said.total >= said.orders.size()); // as it lists them itself, from a standby
    QCOMPARE(said.total, static_cast<int>(there.size()));
    QCOMPARE(said.mostListed, 20);
}

QTEST_GUILESS_MAIN(TestApplication)
#include "tst_application.moc"
