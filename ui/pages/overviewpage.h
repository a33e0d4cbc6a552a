// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/page.h"

class QAbstractItemModel;
class QMenu;

namespace howdah::tables {
class NodesModel;
class SlotBars;
} // namespace howdah::tables

namespace howdah::topology {
class TopologyView;
struct DropTarget;
} // namespace howdah::topology

namespace howdah::widgets {
class DataTable;
class FindingsList;
class KeyValueList;
class Label;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::pages {

class PlotPane;
class TablePane;

/// The one screen that answers "is it all right?": who follows whom and how far behind, what is wrong, what slots hold,
/// what the archiver does, and what has happened since this console looks.
class OverviewPage : public LivePage {
    Q_OBJECT

public:
    explicit OverviewPage(QWidget *parent = nullptr);

    QString id() const override { return QStringLiteral("overview"); }
    QString title() const override { return tr("Overview"); }
    void setEvents(tables::EventsModel *events) override;
    void setAddresses(const std::shared_ptr<const operations::address::Sights> &sights) override;
    void setPatroni(const std::shared_ptr<const operations::patroni::PatroniFacts> &facts) override;

protected:
    void refresh() override;
    void historyChanged() override;
    /// A node's name.
    void select(const QString &subject) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeMain();
    QWidget *makeSide();
    widgets::DataTable *makeList(const QString &name, QAbstractItemModel *model);
    void showNodeMenu(const QString &node, QPoint at);
    void addPatroniActions(QMenu *menu, const QString &node);
    void addAddressActions(QMenu *menu, const QString &node);
    std::vector<topology::DropTarget> targetsOf(const operations::address::Sight &sight) const;
    void showAddresses();
    void connectSelection();
    void refreshSide();
    void fitMain();

    std::shared_ptr<const operations::patroni::PatroniFacts> m_patroni;
    std::shared_ptr<const operations::address::Sights> m_sights;
    tables::NodesModel *m_nodes;
    tables::SlotBars *m_bars;
    topology::TopologyView *m_topology;
    TablePane *m_nodesPane;
    PlotPane *m_plot;
    widgets::PaneHeader *m_findingsHead;
    widgets::FindingsList *m_findings;
    widgets::PaneHeader *m_slotsHead;
    widgets::DataTable *m_barsTable;
    widgets::Label *m_noSlots;
    widgets::PaneHeader *m_archiveHead;
    widgets::KeyValueList *m_archive;
    widgets::PaneHeader *m_activityHead;
    widgets::KeyValueList *m_activity;
    widgets::DataTable *m_eventsTable;
    widgets::Label *m_noEvents;
};

} // namespace howdah::pages
