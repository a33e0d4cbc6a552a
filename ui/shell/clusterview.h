// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QWidget>

#include "cluster/health.h"
#include "core/clock.h"
#include "history/answerhistory.h"
#include "history/laghistory.h"
#include "operations/address/sight.h"
#include "operations/journalfollower.h"
#include "operations/patroni/request.h"
#include "tables/roles.h"

class QPushButton;
class QStackedWidget;

namespace howdah::pages {
class Page;
}

namespace howdah::tables {
class EventsModel;
}

namespace howdah::widgets {
class NoticeBar;
class VerdictStrip;
} // namespace howdah::widgets

namespace howdah::shell {

/// One open cluster: its verdict strip, what was interrupted on it, and below it its pages, each made when it is first
/// shown.
class ClusterView : public QWidget {
    Q_OBJECT

public:
    ClusterView(const QString &name, const core::Clock &clock, QWidget *parent = nullptr);
    ~ClusterView() override;

    QString name() const { return m_name; }
    const cluster::ClusterState &state() const { return m_state; }
    void setState(const cluster::ClusterState &state);
    /// The journal, of this cluster only.
    void setJournal(const operations::JournalState &journal);
    const operations::JournalState &journal() const { return m_journal; }
    /// What Patroni says of it; nullptr before it has said anything, and where it is not its manager.
    void setPatroni(const std::shared_ptr<const operations::patroni::PatroniFacts> &facts);
    const std::shared_ptr<const operations::patroni::PatroniFacts> &patroni() const { return m_patroni; }
    /// Its addresses as they were seen last.
    void setAddresses(const std::shared_ptr<const operations::address::Sights> &sights);
    const std::shared_ptr<const operations::address::Sights> &addresses() const { return m_addresses; }
    bool isOfPatroni() const;
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
    void patroniRequested(const howdah::operations::patroni::Request &request);
    /// An operation is to be gone on with, or taken back.
    void credentialsRequested();
    void moveRequested(const QString &address, const QString &node);
    void finishRequested(const QString &id, howdah::operations::Finish how);
    void journalExportRequested(const QString &path, const QString &target);
    /// The verdict changed only because time passed.
    void aged();

private:
    void buildNotice();
    void showNotice();

    QString m_name;
    cluster::ClusterState m_state;
    operations::JournalState m_journal;
    std::shared_ptr<const operations::patroni::PatroniFacts> m_patroni;
    std::shared_ptr<const operations::address::Sights> m_addresses;
    QString m_interrupted;         ///< id of the operation that the notice is about
    history::LagHistory m_history; ///< what the pages' plots read
    history::AnswerHistory m_answers;
    tables::EventsModel *m_events; ///< from the first state on, whenever a page that shows it is made
    QString m_pageId;
    widgets::VerdictStrip *m_strip;
    widgets::NoticeBar *m_notice;
    QPushButton *m_undo = nullptr;
    QStackedWidget *m_stack;
    QHash<QString, pages::Page *> m_pages;
};

} // namespace howdah::shell
