// SPDX-License-Identifier: GPL-3.0-or-later
#include <QClipboard>
#include <QHeaderView>
#include <QLineEdit>
#include <QMenu>

#include "pagefixture.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"

using namespace howdah;
using namespace howdah::testsupport;

class TestSettingsPage : public QObject {
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { preparePages(m_directory); }
    void init()
    {
        QSettings().clear();
        m_page = shownPage(QStringLiteral("settings"));
    }
    void cleanup() { m_page.reset(); }
    void marksWhatDiffers();
    void followsTheNodes();
    void remembersTheColumnsOfTheNodes();
    void copiesWhatWaits();
    void isNamed();
    void looks();

private:
    static widgets::DataTable &tableOf(const pages::Page &page)
    {
        return *page.findChild<widgets::DataTable *>(QStringLiteral("settings-table"));
    }
    QAbstractItemModel &model() const { return *tableOf(*m_page).model(); }

    QTemporaryDir m_directory;
    std::unique_ptr<pages::Page> m_page;
};

void TestSettingsPage::marksWhatDiffers()
{
    cluster::Snapshot snapshot = busyCluster();
    setSetting(edit(snapshot, QStringLiteral("pg2")), QStringLiteral("max_wal_senders"), QStringLiteral("3"));
    m_page->setState(stateOf(snapshot));
    QCOMPARE(model().columnCount(), 5); // name, across nodes, and the three that hold data
    const int all = model().rowCount();
    QVERIFY(all > 1);
    m_page->findChild<widgets::SegmentedControl *>()->setCurrentIndex(1);
    QVERIFY(model().rowCount() >= 1 && model().rowCount() < all);
    bool found = false;
    for (int row = 0; row < model().rowCount(); ++row) {
        found = found || (model().index(row, 0).data().toString() == QLatin1String("max_wal_senders") &&
                          model().index(row, 1).data().toString() == QLatin1String("differs") &&
                          model().index(row, 3).data().toString() == QLatin1String("3"));
    }
    QVERIFY(found);
}

void TestSettingsPage::followsTheNodes()
{
    m_page->setState(stateOf(healthyPair()));
    QCOMPARE(model().columnCount(), 4);
    m_page->setState(stateOf(threeNodes()));
    QCOMPARE(model().columnCount(), 5);
    m_page->setState({});
    QVERIFY(shownText(*m_page).contains(QStringLiteral("Waiting for the first sample.")));
}

void TestSettingsPage::remembersTheColumnsOfTheNodes()
{
    m_page->setState(stateOf(threeNodes()));
    tableOf(*m_page).setColumnWidth(0, 333);
    const std::unique_ptr<QMenu> menu(tableOf(*m_page).columnsMenu(m_page.get()));
    for (QAction *action : menu->actions()) {
        if (action->text() == QLatin1String("pg2")) {
            action->trigger();
        }
    }
    tableOf(*m_page).sortByColumn(0, Qt::DescendingOrder);
    const auto isKept = [](const pages::Page &page) {
        const widgets::DataTable &table = tableOf(page);
        return table.columnWidth(0) == 333 && table.hiddenColumns() == QSet<int>{3} &&
               table.horizontalHeader()->sortIndicatorSection() == 0;
    };
    QVERIFY(isKept(*m_page));
    // Another window, another day.
    const auto isKeptForLater = [&isKept] {
        const std::unique_ptr<pages::Page> next = shownPage(QStringLiteral("settings"));
        next->setState(stateOf(threeNodes()));
        return isKept(*next);
    };
    QVERIFY(isKeptForLater());
    // Other nodes have other columns; when these come back, they are as they were, and nothing was written meanwhile.
    m_page->setState(stateOf(healthyPair()));
    QCOMPARE(tableOf(*m_page).hiddenColumns(), QSet<int>());
    m_page->setState(stateOf(threeNodes()));
    QVERIFY(isKept(*m_page));
    QVERIFY(isKeptForLater());
    // What stands in a hidden column is not looked through.
    cluster::Snapshot snapshot = threeNodes();
    setSetting(edit(snapshot, QStringLiteral("pg2")), QStringLiteral("max_wal_senders"), QStringLiteral("4711"));
    m_page->setState(stateOf(healthyPair()));
    m_page->setState(stateOf(snapshot));
    m_page->findChild<QLineEdit *>()->setText(QStringLiteral("4711"));
    QCOMPARE(model().rowCount(), 0);
}

void TestSettingsPage::copiesWhatWaits()
{
    cluster::Snapshot snapshot = threeNodes();
    cluster::NodeSample &sample = edit(snapshot, QStringLiteral("pg2"));
    setSetting(sample, QStringLiteral("max_wal_senders"), QStringLiteral("3"));
    auto settings = *sample.settings;
    for (cluster::Setting &setting : settings) {
        setting.pendingRestart = setting.name == QLatin1String("max_wal_senders");
    }
    sample.settings = std::make_shared<const std::vector<cluster::Setting>>(std::move(settings));
    m_page->setState(stateOf(snapshot));
    m_page->findChild<QAbstractButton *>(QStringLiteral("settings-page-head-copy-as-text"))->click();
    const QString text = QApplication::clipboard()->text();
    QVERIFY2(text.contains(QLatin1String("\t3 restart pending\t")), qPrintable(text));
}

void TestSettingsPage::isNamed()
{
    m_page->setState(stateOf(busyCluster()));
    QCOMPARE(namelessWidgets(*m_page).join(QLatin1Char('\n')), QString());
}

void TestSettingsPage::looks()
{
    m_page->setState(stateOf(busyCluster()));
    QVERIFY(model().rowCount() > 0);
    takeScreenshots(*m_page, QStringLiteral("settings"));
}

QTEST_MAIN(TestSettingsPage)
#include "tst_pages_settings.moc"
