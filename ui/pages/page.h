// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "cluster/health.h"
#include "operations/address/sight.h"
#include "operations/journalfollower.h"
#include "operations/patroni/request.h"

namespace howdah::history {
class AnswerHistory;
class LagHistory;
} // namespace howdah::history

namespace howdah::tables {
class EventsModel;
}

namespace howdah::pages {

/// One page of one cluster. The shell makes it, gives it every state of its cluster, and shows or hides it; a page
/// never asks a server anything. Lives in the window's thread.
class Page : public QWidget {
    Q_OBJECT

public:
    explicit Page(QWidget *parent = nullptr);

    virtual QString id() const = 0;    ///< as in the registry: "overview", "replication" …
    virtual QString title() const = 0; ///< for people

    /// A new state of the page's cluster: once a tick, also while the page is hidden. Cheap while hidden.
    virtual void setState(const cluster::ClusterState &state) = 0;

    /// The past of the page's cluster, for plots. It is fed by its owner before each setState, and outlives the page or
    /// is taken away with nullptr.
    virtual void setHistory(const history::LagHistory *history);

    /// What has happened to the page's cluster; fed and owned like the history.
    virtual void setEvents(tables::EventsModel *events);

    /// What has been done to the page's cluster, and what is being done: at each change.
    virtual void setJournal(const operations::JournalState &journal);

    /// What Patroni says of the page's cluster, at each change: nullptr before it has said anything, and where it is
    /// not its manager.
    virtual void setPatroni(const std::shared_ptr<const operations::patroni::PatroniFacts> &facts);

    /// The addresses of the page's cluster as they were seen last, at each look; nullptr before the first.
    virtual void setAddresses(const std::shared_ptr<const operations::address::Sights> &sights);

    /// Who answered on the addresses of the page's cluster; fed before setAddresses, and owned like the history.
    virtual void setAnswers(const history::AnswerHistory *answers);

    /// Brings subject (a node, a standby, a slot, a role or an operation, by name) into view and selects it. Unknown
    /// ones are ignored.
    virtual void showSubject(const QString &subject);

Q_SIGNALS:
    /// The user followed a link to another page.
    void pageRequested(const QString &pageId, const QString &subject);
    /// The user wants node to become the primary.
    void switchoverRequested(const QString &node);
    /// The user wants Patroni to be asked for something.
    void patroniRequested(const howdah::operations::patroni::Request &request);
    /// The user wants an address moved; node: proposed; empty: none in particular.
    void moveRequested(const QString &address, const QString &node);
    /// The user wants to see, or to give, what providers of addresses are asked with.
    void credentialsRequested();
    /// The user wants the operation of that id to be gone on with, or taken back.
    void finishRequested(const QString &id, howdah::operations::Finish how);
    /// The user wants the operation of that journal file written to target, in the form that its name ends in.
    void journalExportRequested(const QString &path, const QString &target);
};

/// A page that keeps the newest state and paints it when somebody can see it.
class LivePage : public Page {
    Q_OBJECT

public:
    using Page::Page;

    void setState(const cluster::ClusterState &state) final;
    void setHistory(const history::LagHistory *history) final;
    void showSubject(const QString &subject) final;

protected:
    void showEvent(QShowEvent *event) override;

    const cluster::ClusterState &state() const { return m_state; }
    const history::LagHistory *history() const { return m_history; }

    /// What is shown beside the state is another: refresh() now, or once somebody can see it.
    void touch();
    /// Shows state(), of which both parts may be missing.
    virtual void refresh() = 0;
    virtual void historyChanged();
    virtual void select(const QString &subject);

private:
    cluster::ClusterState m_state;
    const history::LagHistory *m_history = nullptr;
    bool m_outdated = true;
};

} // namespace howdah::pages
