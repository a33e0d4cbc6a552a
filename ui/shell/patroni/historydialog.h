// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <vector>

#include "managers/patronisettings.h"

namespace howdah::tables {
class PatroniHistoryModel;
}

namespace howdah::widgets {
class DataTable;
class EmptyState;
} // namespace howdah::widgets

namespace howdah::shell {

/// How the timelines of a cluster ended, as Patroni has kept it.
class HistoryDialog : public QDialog {
    Q_OBJECT

public:
    explicit HistoryDialog(const QString &cluster, QWidget *parent = nullptr);

    QString cluster() const { return m_cluster; }
    void setTurns(const std::vector<managers::PatroniTurn> &turns);
    void setFailed(const core::Error &error);

private:
    void showTable(bool shown);

    QString m_cluster;
    tables::PatroniHistoryModel *m_model;
    widgets::DataTable *m_table;
    widgets::EmptyState *m_empty;
};

} // namespace howdah::shell
