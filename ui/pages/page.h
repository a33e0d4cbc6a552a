// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "cluster/health.h"

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

    /// Brings subject (a node, a standby, a slot or a role, by name) into view and selects it. Unknown ones are
    /// ignored.
    virtual void showSubject(const QString &subject);

Q_SIGNALS:
    /// The user followed a link to another page.
    void pageRequested(const QString &pageId, const QString &subject);
};

} // namespace howdah::pages
