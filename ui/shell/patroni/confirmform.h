// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shell/patroni/form.h"

class QLineEdit;

namespace howdah::widgets {
class Label;
}

namespace howdah::shell {

/// What needs no more than a yes: pause, resume, restart, cancel; and reinitialize, for which the node's name is typed,
/// since its data is thrown away.
class ConfirmForm : public PatroniForm {
    Q_OBJECT

public:
    ConfirmForm(const QString &cluster, const operations::patroni::Request &request, QWidget *parent = nullptr);

    QString title() const override;
    QString runText() const override;
    QString doneSentence() const override;
    QString leaveText() const override;
    QSize wantedSize() const override;
    operations::Plan plan(const operations::patroni::PatroniFacts &facts, const QString &cluster) const override;
    QString whyNotYet() const override;
    void setFacts(const operations::patroni::PatroniFacts &facts) override;

private:
    QString about(const operations::patroni::PatroniFacts &facts) const;

    QString m_cluster;
    operations::patroni::Request m_request;
    widgets::Label *m_about;
    QLineEdit *m_typed = nullptr;
};

} // namespace howdah::shell
