// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>

#include "operations/probe/record.h"
#include "operations/progress.h"

class QPlainTextEdit;

namespace howdah::charts {
class OutagePlot;
}

namespace howdah::tables {
class ProofsModel;
class StepsModel;
} // namespace howdah::tables

namespace howdah::widgets {
class DataTable;
class Label;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::shell {

/// The steps of a run as they are done, and the lines that they wrote.
class StepsPanel : public QWidget {
    Q_OBJECT

public:
    explicit StepsPanel(QWidget *parent = nullptr);
    void setPlan(const operations::Plan &plan);
    void setProgress(const operations::Progress &progress, qint64 nowWallMs);
    /// Follows the run to that step.
    void select(const QString &stepId);
    void addLine(const QString &node, const QString &line, qint64 wallMs);
    QString output() const;

private:
    tables::StepsModel *m_model;
    widgets::DataTable *m_table;
    QPlainTextEdit *m_output;
};

/// What applications see of it, and what is proved of the result.
class ProofPanel : public QWidget {
    Q_OBJECT

public:
    explicit ProofPanel(QWidget *parent = nullptr);
    /// How a probe commits, in words; empty when none runs.
    void setProbe(const QString &how);
    /// Why there is nothing to be seen, instead of the plot.
    void setProgress(const operations::Plan &plan, const operations::Progress &progress,
                     const std::optional<operations::probe::Measured> &measured, qint64 nowWallMs);

private:
    widgets::PaneHeader *m_plotHead;
    charts::OutagePlot *m_plot;
    widgets::Label *m_noProbe;
    widgets::PaneHeader *m_head;
    tables::ProofsModel *m_model;
    widgets::DataTable *m_table;
};

/// What happened, as text to be kept: figures, steps with their times, proofs, output. Pure.
QString runReport(const operations::Plan &plan, const operations::Progress &progress,
                  const std::optional<operations::probe::Measured> &measured, const QString &output, qint64 nowWallMs);

} // namespace howdah::shell
