// SPDX-License-Identifier: GPL-3.0-or-later
#include <QScrollBar>

#include "pagefixture.h"
#include "widgets/datatable.h"

using namespace howdah;
using namespace howdah::testsupport;

class TestRolesPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { preparePages(m_directory); }
    void init() { m_page = shownPage(QStringLiteral("roles")); }
    void cleanup() { m_page.reset(); }
    void showsNodes();
    void showsWhatARoleMayDo();
    void saysThatThereAreMore();
    void fillsWhatIsShown();
    void oldFactsSaySo();
    void survivesEveryState();
    void isNamed();
    void looks();

private:
    widgets::DataTable &table(const char *name) const
    {
        return *m_page->findChild<widgets::DataTable *>(QLatin1String(name));
    }

    QTemporaryDir m_directory;
    std::unique_ptr<pages::Page> m_page;
};

void TestRolesPage::showsNodes()
{
    m_page->setState(stateOf(busyCluster()));
    const QAbstractItemModel &model = *table("node-roles-table").model();
    QCOMPARE(model.rowCount(), 4);
    QCOMPARE(model.index(0, 1).data().toString(), QStringLiteral("Primary"));
    QCOMPARE(model.index(2, 1).data().toString(), QStringLiteral("Cascading standby"));
    m_page->showSubject(QStringLiteral("pg2"));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Connected to pg2")));
}

void TestRolesPage::showsWhatARoleMayDo()
{
    cluster::Snapshot snapshot = busyCluster();
    cluster::DatabaseRole role;
    role.rolname = QStringLiteral("follower");
    role.rolcanlogin = true;
    role.rolinherit = true;
    role.rolreplication = true;
    role.memberOf = role.inheritsFrom = {QStringLiteral("pg_monitor")};
    edit(snapshot, QStringLiteral("pg1")).roles =
        std::make_shared<const std::vector<cluster::DatabaseRole>>(std::vector{role});
    m_page->setState(stateOf(snapshot));
    m_page->showSubject(QStringLiteral("follower"));
    QCOMPARE(m_page->findChild<QTabBar *>()->currentIndex(), 1);
    const QString text = shownText(*m_page);
    QVERIFY2(text.contains(QStringLiteral("yes, through REPLICATION")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("yes, through pg_monitor")), qPrintable(text));
    QVERIFY2(text.contains(QStringLiteral("LOGIN, REPLICATION")), qPrintable(text));
}

// A server with more roles than are read: the table does not pass for all of them.
void TestRolesPage::saysThatThereAreMore()
{
    cluster::Snapshot snapshot = busyCluster();
    auto &sample = edit(snapshot, QStringLiteral("pg1"));
    sample.roles = std::make_shared<const std::vector<cluster::DatabaseRole>>(5000);
    sample.rolesTotal = 7123;
    m_page->setState(stateOf(snapshot));
    QVERIFY(!shownText(*m_page).contains(QStringLiteral("of 7123 roles")));
    m_page->findChild<QTabBar *>()->setCurrentIndex(1);
    QVERIFY2(shownText(*m_page).contains(QStringLiteral("the first 5000 of 7123 roles")),
             qPrintable(shownText(*m_page)));
}

// Thousands of roles cost nothing while the nodes are looked at.
void TestRolesPage::fillsWhatIsShown()
{
    m_page->setState(stateOf(busyCluster()));
    const QAbstractItemModel &roles = *table("database-roles-table").model();
    QCOMPARE(roles.rowCount(), 0);
    m_page->findChild<QTabBar *>()->setCurrentIndex(1);
    QVERIFY(roles.rowCount() > 0);
    QVERIFY(!table("database-roles-table").selectedKey().isEmpty());
    m_page->findChild<QTabBar *>()->setCurrentIndex(0);
    m_page->showSubject(QStringLiteral("replicator"));
    QCOMPARE(m_page->findChild<QTabBar *>()->currentIndex(), 1);
    QCOMPARE(table("database-roles-table").selectedKey(), QStringLiteral("replicator"));
}

void TestRolesPage::oldFactsSaySo()
{
    const auto value = [this](const char *list, const char *key) -> QLabel * {
        for (QLabel *label : m_page->findChildren<QLabel *>()) {
            if (label->isVisible() && label->objectName().startsWith(QLatin1String(list)) &&
                label->accessibleName().startsWith(QLatin1String(key))) {
                return label;
            }
        }
        return nullptr;
    };
    const auto isGrey = [](const QLabel *label) {
        return label && label->palette().color(QPalette::WindowText) == theme::color(theme::Token::Unknown);
    };
    cluster::Snapshot snapshot = busyCluster();
    m_page->setState(stateOf(snapshot));
    m_page->showSubject(QStringLiteral("pg1"));
    QCOMPARE(value("role-details", "Role: ")->text(), QStringLiteral("Primary"));
    QVERIFY(!isGrey(value("role-details", "Role: ")));
    takeDown(snapshot, QStringLiteral("pg1"));
    m_page->setState(stateOf(snapshot));
    QCOMPARE(value("role-details", "Role: ")->text(), QStringLiteral("Primary when last seen"));
    QVERIFY(isGrey(value("role-details", "Role: ")));
    QVERIFY(isGrey(value("role-abilities", "As: ")));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Connected to pg1 when last seen")));
    QVERIFY(!isGrey(value("role-details", "Link: "))); // which is of now
    takeScreenshots(*m_page, QStringLiteral("roles-nodes-down"));
    for (const char *node : {"pg2", "pg3"}) {
        takeDown(snapshot, QLatin1String(node));
    }
    m_page->setState(stateOf(snapshot));
    m_page->showSubject(QStringLiteral("replicator"));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("replicator, as pg1 had it when last seen")));
    QVERIFY(isGrey(value("role-details", "Attributes: ")));
    QVERIFY(isGrey(value("role-abilities", "Create and drop slots: ")));
    takeScreenshots(*m_page, QStringLiteral("roles-database-down"));
}

void TestRolesPage::survivesEveryState()
{
    m_page->setState({});
    m_page->setState(stateOf(noNodes()));
    QVERIFY(shownText(*m_page).contains(QStringLiteral("This cluster has no nodes yet.")));
    cluster::Snapshot snapshot = busyCluster();
    m_page->setState(stateOf(snapshot));
    neverSeen(snapshot, QStringLiteral("pg1"));
    m_page->setState(stateOf(snapshot));
    QCOMPARE(table("node-roles-table").model()->rowCount(), 4);
    m_page->findChild<QTabBar *>()->setCurrentIndex(1);
    m_page->setState({});
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Waiting for the first sample.")));
}

void TestRolesPage::isNamed()
{
    m_page->setState(stateOf(busyCluster()));
    QCOMPARE(namelessWidgets(*m_page).join(QLatin1Char('\n')), QString());
}

void TestRolesPage::looks()
{
    m_page->setState(stateOf(busyCluster()));
    QVERIFY(!table("node-roles-table").horizontalScrollBar()->isVisible());
    takeScreenshots(*m_page, QStringLiteral("roles-nodes"));
    m_page->findChild<QTabBar *>()->setCurrentIndex(1);
    takeScreenshots(*m_page, QStringLiteral("roles-database"));
}

QTEST_MAIN(TestRolesPage)
#include "tst_pages_roles.moc"
