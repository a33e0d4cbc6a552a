// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <vector>

#include "cluster/clusterconfig.h"

class QLineEdit;
class QPushButton;
class QStandardItemModel;

namespace howdah::widgets {
class DataTable;
class Label;
} // namespace howdah::widgets

namespace howdah::shell {

/// How a discovered node of a ClusterConfig was found; same order as its nodes.
struct DiscoveredNode {
    bool reached = false; ///< this console got through to the address as it stands
    QString note;         ///< "from pg_stat_replication of pg1", or why it was not reached
};

/// From the conninfo of one node to a cluster: asks for the rest to be discovered, lets the user mend the addresses
/// that can't be reached from here, and hands the cluster on to be saved or opened.
class DiscoverDialog : public QDialog {
    Q_OBJECT

public:
    explicit DiscoverDialog(QWidget *parent = nullptr);

    void setFound(const cluster::ClusterConfig &config, const std::vector<DiscoveredNode> &nodes);
    void setFailed(const core::Error &error);
    /// What was found, with the user's corrections.
    cluster::ClusterConfig config() const;

Q_SIGNALS:
    void discoverRequested(const QString &conninfo);
    void openRequested(const howdah::cluster::ClusterConfig &config);
    void saveRequested(const howdah::cluster::ClusterConfig &config, const QString &path);

private:
    void build();
    QWidget *buildFooter();
    void discover();
    void chooseFile();
    void setBusy(bool busy);
    void updateButtons();

    cluster::ClusterConfig m_config;
    QLineEdit *m_conninfo;
    QPushButton *m_discover;
    widgets::Label *m_message;
    QLineEdit *m_name;
    QStandardItemModel *m_nodes;
    widgets::DataTable *m_table;
    QPushButton *m_open;
    QPushButton *m_save;
};

} // namespace howdah::shell
