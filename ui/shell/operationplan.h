// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "operations/plan.h"

class QPlainTextEdit;

namespace howdah::tables {
class StepsModel;
}

namespace howdah::widgets {
class DataTable;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::shell {

/// The steps of a plan before it runs, by phase, and below them what the selected one runs, how that is proved and how
/// it is taken back.
class PlanPanel : public QWidget {
    Q_OBJECT

public:
    /// dialog: what objectNames begin with.
    explicit PlanPanel(const QString &dialog, QWidget *parent = nullptr);
    void setPlan(const operations::Plan &plan);

private:
    void showStep(const QString &key);

    operations::Plan m_plan;
    tables::StepsModel *m_model;
    widgets::PaneHeader *m_head;
    widgets::DataTable *m_table;
    QPlainTextEdit *m_detail;
};

/// What a step runs, for people, line by line: its actions, proofs, undo and deadline. Plain text, secrets masked.
QString stepDetail(const operations::Plan &plan, const operations::Step &step);

/// A read-only field of fixed text, with the margins of a pane.
QPlainTextEdit *textPane(const QString &name, const QString &accessibleName);

} // namespace howdah::shell
