// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "tables/clustertable.h"

namespace howdah::tables {

/// The settings that matter for replication, side by side: a row a setting, a column a node. A row whose values differ
/// between the nodes is marked, when differing is worth a look. Its columns follow the cluster's nodes: when those
/// change, and only then, the model is reset. Keys are the settings' names.
class SettingsModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit SettingsModel(QObject *parent = nullptr);

    void setState(const cluster::ClusterState &state);
    /// Only rows that differ.
    void setOnlyDiffering(bool only);
    int differingCount() const { return m_differing; }
    /// Of all that any node has shown, filtered or not.
    int settingCount() const { return m_settings; }

private:
    void rebuild();

    cluster::ClusterState m_state;
    bool m_onlyDiffering = false;
    int m_differing = 0;
    int m_settings = 0;
};

} // namespace howdah::tables
