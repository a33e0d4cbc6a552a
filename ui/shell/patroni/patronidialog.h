// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>

#include "shell/operationdialog.h"
#include "shell/patroni/form.h"

namespace howdah::shell {

class ProofList;

/// The window for what Patroni is asked for beside a switchover now: what will happen, its plan as what Patroni says
/// changes, one button; then its steps, and what they prove.
class PatroniDialog : public OperationDialog {
    Q_OBJECT

public:
    /// form may be nullptr: then it only shows an operation of the journal that is taken up.
    PatroniDialog(const QString &cluster, PatroniForm *form, QWidget *parent = nullptr);
    ~PatroniDialog() override;

    /// facts may be nullptr: Patroni has not answered yet.
    void setFacts(const std::shared_ptr<const operations::patroni::PatroniFacts> &facts);

protected:
    QString runText() const override;
    QString leaveText() const override;
    QString doneSentence() const override;
    QString readySentence() const override;
    QString whyNoPlan() const override;
    QString whyNotYet() const override;
    void aboutToRun(bool probed) override;
    void showBeside(qint64 nowWallMs) override;
    QString report(const QString &output) const override;

private:
    void replan();

    PatroniForm *m_form;
    std::shared_ptr<const operations::patroni::PatroniFacts> m_facts;
    ProofList *m_proofs;
};

/// The form for a request.
PatroniForm *formFor(const QString &cluster, const operations::patroni::Request &request);

} // namespace howdah::shell
