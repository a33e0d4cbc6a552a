// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QWidget>

#include "cluster/health.h"
#include "core/clock.h"
#include "history/laghistory.h"
#include "tables/roles.h"

class QStackedWidget;

namespace howdah::pages {
class Page;
}

namespace howdah::tables {
class EventsModel;
}

namespace howdah::widgets {
class VerdictStrip;
}

namespace howdah::shell {

/// One open cluster: its verdict strip, and below it its pages, each made when it is first shown.
class ClusterView : public QWidget {
    Q_OBJECT

public:
    ClusterView(const QString &name, const core::Clock &clock, QWidget *parent = nullptr);
    ~ClusterView() override;

    QString name() const { return m_name; }
    const cluster::ClusterState &state() const { return m_state; }
    void setState(const cluster::ClusterState &state);
    /// How far each node was behind over the last minute, by name.
    QHash<QString, tables::Spark> lagTrends() const;

    /// Shows the page of that id, and subject on it when it is not empty. Unknown ids are ignored.
    void showPage(const QString &id, const QString &subject = {});
    QString pageId() const { return m_pageId; }
    pages::Page *page() const;

Q_SIGNALS:
    /// A link on a page leads to another one.
    void pageRequested(const QString &id, const QString &subject);
    void switchoverRequested(const QString &node);
    /// The verdict changed only because time passed.
    void aged();

private:
    QString m_name;
    cluster::ClusterState m_state;
    history::LagHistory m_history; ///< what the pages' plots read
    tables::EventsModel *m_events; ///< from the first state on, whenever a page that shows it is made
    QString m_pageId;
    widgets::VerdictStrip *m_strip;
    QStackedWidget *m_stack;
    QHash<QString, pages::Page *> m_pages;
};

} // namespace howdah::shell
