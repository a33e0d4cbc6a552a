// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTreeWidget>
#include <vector>

#include "cluster/health.h"

namespace howdah::shell {

/// What the navigator says about one cluster.
struct ClusterLine {
    QString name;
    cluster::Verdict verdict = cluster::Verdict::Unknown;
    QString note; ///< at the right: "2", "OK", "paused", "connecting"
    cluster::ClusterState state;
    bool interrupted = false; ///< an operation waits to be finished
};

/// The clusters, worst first; below the chosen one its pages, each with its findings. Up and down move, and what is
/// reached is shown at once. The chosen cluster's own row is no place to be: it would show the page that is shown.
class Navigator : public QTreeWidget {
    Q_OBJECT

public:
    explicit Navigator(QWidget *parent = nullptr);

    /// Shows lines in place of those before; the chosen cluster and page stay chosen.
    void setClusters(std::vector<ClusterLine> lines);
    /// Shows one line anew. False when that takes setClusters: it is not listed, or its verdict moves it.
    bool updateCluster(const ClusterLine &line);
    /// Chooses without a signal.
    void choose(const QString &cluster, const QString &page);

    /// Names of the clusters from top to bottom.
    QStringList order() const;

Q_SIGNALS:
    /// The user went to a page of a cluster.
    void chosen(const QString &cluster, const QString &page);

protected:
    void drawBranches(QPainter *painter, const QRect &rect, const QModelIndex &index) const override;
    QModelIndex moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers) override;
    QItemSelectionModel::SelectionFlags selectionCommand(const QModelIndex &index, const QEvent *event) const override;

private:
    void updateItem(QTreeWidgetItem *item, const ClusterLine &line);
    void reorder(const std::vector<ClusterLine> &lines);
    QTreeWidgetItem *clusterItem(const QString &name) const;

    QString m_cluster;
    QString m_page;
    bool m_quiet = false;
};

} // namespace howdah::shell
