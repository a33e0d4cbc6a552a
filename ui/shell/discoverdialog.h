// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <vector>

#include "cluster/clusterconfig.h"
#include "theme/tokens.h"

class QLineEdit;
class QPushButton;
class QStandardItem;
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
/// that can't be reached from here, and hands the cluster on to be saved or opened. Passwords are kept aside: no cell
/// shows one, and config() has them again.
class DiscoverDialog : public QDialog {
    Q_OBJECT

public:
    explicit DiscoverDialog(QWidget *parent = nullptr);

    /// notes: what is left out of the cluster, and what could not be read; plain text, a line each. Ignored, as
    /// setFailed is, while nothing has been asked: it is the answer to a question of an earlier dialog.
    void setFound(const cluster::ClusterConfig &config, const std::vector<DiscoveredNode> &nodes,
                  const QStringList &notes = {});
    void setFailed(const core::Error &error);
    /// True from openRequested() or saveRequested() until somebody calls accept() or setRefused(): what was corrected
    /// by hand is not gone before the cluster is open.
    bool isSubmitted() const { return m_submitted; }
    /// The cluster could not be saved or opened: says why and goes on with what there is.
    void setRefused(const core::Error &error);
    /// The folder that is proposed for the file; it is made when somebody is to save there.
    void setFolder(const QString &folder) { m_folder = folder; }
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
    void nodeEdited(QStandardItem *item);
    void keepSecretAside(int row);
    void say(const QString &text, theme::Token token);
    /// What is wrong with the table as it is now; empty: nothing.
    QString problem() const;
    bool holdsPassword() const;

    QString m_asked;    ///< the connection that the nodes of the table were found from
    QString m_question; ///< the one that is being asked, or was last
    cluster::ClusterConfig m_config;
    QLineEdit *m_conninfo;
    QPushButton *m_discover;
    widgets::Label *m_message;
    QLineEdit *m_name;
    QStandardItemModel *m_nodes;
    widgets::DataTable *m_table;
    widgets::Label *m_notes;
    QPushButton *m_open;
    QPushButton *m_save;
    QString m_folder;
    QString m_said; ///< the last answer, shown while nothing is wrong with the table
    theme::Token m_saidToken = theme::Token::Text3;
    bool m_asking = false;
    bool m_submitted = false;
};

} // namespace howdah::shell
