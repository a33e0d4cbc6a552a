// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "shell/patroni/form.h"

class QComboBox;
class QDateTimeEdit;

namespace howdah::widgets {
class Label;
}

namespace howdah::shell {

/// To whom, and when: a switchover that Patroni does by itself.
class ScheduleForm : public PatroniForm {
    Q_OBJECT

public:
    explicit ScheduleForm(const QString &cluster, QWidget *parent = nullptr);

    QString title() const override;
    QString runText() const override;
    QString doneSentence() const override;
    QSize wantedSize() const override;
    operations::Plan plan(const operations::patroni::PatroniFacts &facts, const QString &cluster) const override;
    QString whyNoPlan() const override;
    void setFacts(const operations::patroni::PatroniFacts &facts) override;

private:
    operations::patroni::Request request() const;
    void tellTime();

    QString m_cluster;
    QComboBox *m_candidate;
    QDateTimeEdit *m_at;
    widgets::Label *m_time;
};

} // namespace howdah::shell
