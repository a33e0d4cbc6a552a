// SPDX-License-Identifier: GPL-3.0-or-later
#include <QFile>

#include "support/lab.h"
#include "switchoverbymouse.h"

using namespace howdah;
using namespace howdah::testsupport;

Q_DECLARE_METATYPE(Lab::Variant)

/// Switchovers by mouse in the real window, there and back, on three real hosts: by ourselves, through repmgr with a
/// witness and its daemons, through Patroni, and through pg_auto_failover. An application of ours commits meanwhile and
/// loses nothing.
class TestLabSwitchover : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void thereAndBack_data();
    void thereAndBack();
};

void TestLabSwitchover::initTestCase()
{
    if (!Lab::possible()) {
        QSKIP("needs root: network namespaces");
    }
}

void TestLabSwitchover::thereAndBack_data()
{
    QTest::addColumn<Lab::Variant>("variant");
    QTest::newRow("plain") << Lab::Variant::Plain;
    QTest::newRow("repmgr") << Lab::Variant::Repmgr;
    QTest::newRow("patroni") << Lab::Variant::Patroni;
    QTest::newRow("pg_auto_failover") << Lab::Variant::AutoFailover;
}

void TestLabSwitchover::thereAndBack()
{
    QFETCH(Lab::Variant, variant);
    Lab::Options options;
    options.cascading = false;
    options.repmgrd = true;
    const auto started = Lab::start(variant, options);
    QVERIFY2(started, started ? "" : qPrintable(started.error().message));
    const Lab &lab = **started;
    cluster::ClusterConfig config = lab.config(QStringLiteral("postgres"));
    config.name = QString::fromLatin1(QTest::currentDataTag());
    const LiveWindow live(config);
    QVERIFY(live.window());
    const auto nameOf = [&lab](int node) { return lab.node(node).name; };
    Way way = Way::NodeMenu;
    for (const int to : {1, 0}) {
        QTRY_COMPARE_WITH_TIMEOUT(live.verdict(), QStringLiteral("ok"), 90'000);
        QTRY_COMPARE_WITH_TIMEOUT(lab.primary(), 1 - to, 30'000);
        askForSwitchover(live, way, nameOf(to), nameOf(1 - to));
        if (QTest::currentTestFailed()) {
            return;
        }
        switchOver(live, nameOf(to), true, variant == Lab::Variant::Patroni);
        if (QTest::currentTestFailed()) {
            return;
        }
        pictureOf(live.part<QWidget>("switchover-dialog"),
                  QStringLiteral("switchover-%1-%2").arg(config.name, nameOf(to)));
        closeSwitchover(live);
        QCOMPARE(lab.primary(), to);
        way = Way::Drop;
    }
}

int main(int argc, char **argv)
{
    return runLiveTest<TestLabSwitchover>(argc, argv);
}
#include "tst_labswitchover.moc"
