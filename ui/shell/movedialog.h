// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/sight.h"
#include "shell/operationdialog.h"

class QComboBox;

namespace howdah::widgets {
class Label;
}

namespace howdah::shell {

class ProofList;

/// The window for the move of one address: which, and to whom, then its checks and its plan, one button; then the
/// steps, and who answers there.
class MoveDialog : public OperationDialog {
    Q_OBJECT

public:
    /// address, node: proposed; empty leaves the choice to the user.
    MoveDialog(const QString &cluster, const QString &address, const QString &node, QWidget *parent = nullptr);
    ~MoveDialog() override;

    void setAddresses(const std::shared_ptr<const operations::address::Sights> &sights);
    void setState(const cluster::ClusterState &state);
    /// A new plan of what is chosen; one of something else is left alone.
    void setPlan(const operations::Plan &plan);

Q_SIGNALS:
    void planRequested(const QString &address, const QString &node);

protected:
    QString runText() const override;
    QString runningSentence() const override;
    QString doneSentence() const override;
    QString readySentence() const override;
    QString whyNoPlan() const override;
    void aboutToRun(bool probed) override;
    void showBeside(qint64 nowWallMs) override;
    QString report(const QString &output) const override;

private:
    QWidget *makeForm();
    void choose();
    QString address() const;
    QString node() const;
    QString nameOfAddress() const;

    std::shared_ptr<const operations::address::Sights> m_sights;
    QString m_proposedAddress;
    QString m_proposedNode;
    QComboBox *m_address;
    QComboBox *m_node;
    widgets::Label *m_now;
    ProofList *m_proofs;
};

} // namespace howdah::shell
