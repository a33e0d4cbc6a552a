// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/page.h"

#include <vector>

#include "tables/knowledge.h"

class QStackedWidget;
class QTabBar;

namespace howdah::tables {
class ClusterTable;
}

namespace howdah::widgets {
class KeyValueList;
class Label;
class PageHead;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::pages {

class BothEndsView;
class PlotPane;
class TablePane;

/// pg_stat_replication, pg_stat_wal_receiver, publications and subscriptions of the whole cluster; below them the
/// selected standby: where its WAL waits, what both ends say, and what a takeover would cost.
class ReplicationPage : public LivePage {
    Q_OBJECT

public:
    explicit ReplicationPage(QWidget *parent = nullptr);

    QString id() const override { return QStringLiteral("replication"); }
    QString title() const override { return tr("Replication"); }

protected:
    void refresh() override;
    void historyChanged() override;
    /// A standby's, a node's or a receiver's name.
    void select(const QString &subject) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    enum Tab { Senders, Receivers, Publications, Subscriptions };

    TablePane *current() const;
    TablePane *addTable(const QString &name, const tables::ListWords &words, tables::ClusterTable *model);
    QWidget *makeSide();
    void selectWorstStandby();
    QString selectedStandby() const;
    void showStandby();
    void fitTable();

    std::vector<tables::ClusterTable *> m_models;
    std::vector<TablePane *> m_panes;
    std::vector<tables::ListWords> m_words;
    widgets::PageHead *m_head;
    QTabBar *m_tabs;
    QStackedWidget *m_stack;
    QWidget *m_below;
    PlotPane *m_plot;
    widgets::PaneHeader *m_endsHead;
    BothEndsView *m_ends;
    widgets::Label *m_slow;
    widgets::PaneHeader *m_takeoverHead;
    widgets::KeyValueList *m_takeover;
    QString m_standby;
    bool m_alone = true; ///< nothing below the table
};

} // namespace howdah::pages
