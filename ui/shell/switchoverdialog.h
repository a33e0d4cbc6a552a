// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "cluster/health.h"
#include "operations/probe/record.h"
#include "shell/operationdialog.h"
#include "tables/roles.h"

class QCheckBox;

namespace howdah::tables {
class CandidatesModel;
} // namespace howdah::tables

namespace howdah::widgets {
class DataTable;
} // namespace howdah::widgets

namespace howdah::shell {

class ProofPanel;
class SwitchoverStrip;

/// The window for a switchover: who could take over, checks that are read again as long as it is open, the plan, one
/// button; then what applications see of it, and the proof.
class SwitchoverDialog : public OperationDialog {
    Q_OBJECT

public:
    /// target: the standby that is proposed; empty leaves the choice to the user.
    SwitchoverDialog(const QString &cluster, const QString &target, QWidget *parent = nullptr);
    ~SwitchoverDialog() override;

    QString target() const { return plan().to.isEmpty() ? m_target : plan().to; }

    /// trends: how far each node was behind over the last minute.
    void setState(const cluster::ClusterState &state, const QHash<QString, tables::Spark> &trends = {});
    /// A new plan for the target that is chosen; one of another is left alone.
    void setPlan(const operations::Plan &plan);
    /// What it would be with another than who is chosen: told beside their names, and never run.
    void setOthers(const std::vector<operations::Plan> &plans);
    /// By which way a probe would commit; or why it can't.
    void setProbe(const QString &through, int everyMs, const QString &problem);
    void setMeasured(const operations::probe::Measured &measured);

Q_SIGNALS:
    /// natively: by the console itself where a manager would do it and does not mind.
    void planRequested(const QString &target, bool natively);

protected:
    QString runText() const override;
    QString runningTitle() const override;
    QString runningSentence() const override;
    QString doneSentence() const override;
    QString readySentence() const override;
    QString whyNoPlan() const override;
    bool probes() const override;
    void updateOptions() override;
    void aboutToRun(bool probed) override;
    void showBeside(qint64 nowWallMs) override;
    void aboutToEnd() override;
    QString report(const QString &output) const override;

private:
    void buildOptions();
    void showCandidates(const operations::Plan &plan);
    void choose(const QString &target);
    void forget(const QString &target);

    QString m_target; ///< chosen
    cluster::ClusterState m_state;
    QHash<QString, tables::Spark> m_trends;
    std::vector<operations::Plan> m_others;
    std::optional<operations::probe::Measured> m_measured;
    QString m_probeHow;
    tables::CandidatesModel *m_candidates;
    widgets::DataTable *m_candidatesTable;
    SwitchoverStrip *m_strip;
    ProofPanel *m_proof;
    QCheckBox *m_probe;
    QCheckBox *m_native;
};

} // namespace howdah::shell
