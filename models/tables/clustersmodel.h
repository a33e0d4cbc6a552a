// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractItemModel>
#include <vector>

#include "tables/roles.h"

namespace howdah::tables {

/// A cluster that is open in the window, and the newest of it.
struct ClusterEntry {
    QString id; ///< stable while it is open: the path of its file, or what it was opened with
    QString name;
    cluster::ClusterState state = {}; ///< empty until the first one came
};

/// A page as the navigator names it.
struct PageItem {
    QString id;
    QString title;
    QString icon;
};

/// The navigator's tree: clusters, worst first, and under each its pages with their findings. A tick moves rows and
/// changes what they say; it never resets. Lives in the window's thread.
///
/// Beside the ItemRoles: KeyRole is the cluster's id or the page's; SecondaryRole what stands at the right end ("2",
/// "paused", "OK"); VerdictRole is invalid for a page without findings.
class ClustersModel : public QAbstractItemModel {
    Q_OBJECT

public:
    enum Role {
        ClusterIdRole = Qt::UserRole + 201, ///< QString, of the cluster or of the page's cluster
        PageIdRole,                         ///< QString, empty for a cluster
        FindingsRole,                       ///< int: how many findings are open
        PausedRole,                         ///< bool
    };

    explicit ClustersModel(std::vector<PageItem> pages, QObject *parent = nullptr);

    /// Every open cluster with its newest state, in any order.
    void setClusters(const std::vector<ClusterEntry> &clusters);

    /// Invalid when there is no such cluster; with a page's id, the page's row under it.
    QModelIndex indexOf(const QString &clusterId, const QString &pageId = {}) const;

    QModelIndex index(int row, int column, const QModelIndex &parent = {}) const final;
    QModelIndex parent(const QModelIndex &child) const final;
    int rowCount(const QModelIndex &parent = {}) const final;
    int columnCount(const QModelIndex &parent = {}) const final;
    QVariant data(const QModelIndex &index, int role = Qt::DisplayRole) const final;

private:
    /// What a row says.
    struct Line {
        QString title;
        QString right;
        QString toolTip;
        int findings = 0;
        std::optional<cluster::Verdict> verdict;

        bool operator==(const Line &) const = default;
    };
    struct Item {
        QString id;
        quintptr serial = 0; ///< what its pages carry as internal id; never 0, never used twice
        bool paused = false;
        Line line = {};
        std::vector<Line> pages = {};
    };

    Item itemFor(const ClusterEntry &entry) const;
    int rowOf(const QString &clusterId) const;
    int rowOfSerial(quintptr serial) const;
    void update(int row, Item fresh);
    QVariant lineData(const Line &line, int role) const;

    std::vector<PageItem> m_pages;
    std::vector<Item> m_items;
    quintptr m_lastSerial = 0;
};

} // namespace howdah::tables
