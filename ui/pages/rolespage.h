// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/page.h"

class QStackedWidget;
class QTabBar;

namespace howdah::tables {
class DatabaseRolesModel;
class NodeRolesModel;
} // namespace howdah::tables

namespace howdah::widgets {
class KeyValueList;
class PageHead;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::pages {

class AdviceList;
class TablePane;

/// What each node is, and what each database role may do in replication and monitoring, and through what.
class RolesPage : public LivePage {
    Q_OBJECT

public:
    explicit RolesPage(QWidget *parent = nullptr);

    QString id() const override { return QStringLiteral("roles"); }
    QString title() const override { return tr("Roles"); }

protected:
    void refresh() override;
    /// A node's or a role's name; of one name the node comes first.
    void select(const QString &subject) override;

private:
    TablePane *current() const;
    QWidget *makeDetail();
    void showDetail();
    void showNode(const QString &node);
    void showRole(const QString &role);

    tables::NodeRolesModel *m_nodes;
    tables::DatabaseRolesModel *m_roles;
    widgets::PageHead *m_head;
    QTabBar *m_tabs;
    QStackedWidget *m_stack;
    TablePane *m_nodesPane;
    TablePane *m_rolesPane;
    widgets::PaneHeader *m_leftHead;
    widgets::PaneHeader *m_rightHead;
    widgets::KeyValueList *m_left;
    widgets::KeyValueList *m_right;
    QWidget *m_detail = nullptr;
};

} // namespace howdah::pages
