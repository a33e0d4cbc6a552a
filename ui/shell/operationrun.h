// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <optional>

#include "operations/probe/record.h"
#include "operations/progress.h"
#include "operations/proofs.h"

class QPlainTextEdit;
class QVBoxLayout;

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
    /// dialog: what objectNames begin with.
    explicit StepsPanel(const QString &dialog, QWidget *parent = nullptr);
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

/// What is proved of the result, with what that rests on.
class ProofList : public QWidget {
    Q_OBJECT

public:
    explicit ProofList(QWidget *parent = nullptr);
    void setProofs(const std::vector<operations::Proof> &proofs);

private:
    widgets::PaneHeader *m_head;
    tables::ProofsModel *m_model;
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
    ProofList *m_proofs;
};

/// What happened, as text to be kept: figures (lines, or nothing), steps with their times, proofs, output. Pure.
QString runReport(const operations::Plan &plan, const operations::Progress &progress, const QString &figures,
                  const std::vector<operations::Proof> &proofs, const QString &output);

/// A column without margins and gaps in widget.
QVBoxLayout *columnIn(QWidget *widget);
void copyText(const QString &text); ///< to the clipboard

} // namespace howdah::shell
