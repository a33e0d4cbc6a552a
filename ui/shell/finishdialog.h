// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <memory>

#include "operations/finishing.h"

class QPushButton;

namespace howdah::widgets {
class Label;
}

namespace howdah::shell {

/// Asks before an interrupted operation is gone on with, or taken back: what was done, what will be done now, one
/// button. It changes nothing; accepted() means yes.
class FinishDialog : public QDialog {
    Q_OBJECT

public:
    FinishDialog(const QString &cluster, const QString &id, operations::Finish how, QWidget *parent = nullptr);

    QString cluster() const { return m_cluster; }
    QString operationId() const { return m_id; }
    operations::Finish how() const { return m_how; }
    /// As it stands now; whyNot says why it can't be finished that way, and takes the button away.
    void setOperation(const std::shared_ptr<const operations::Operation> &operation, const QString &whyNot);

private:
    QString m_cluster;
    QString m_id;
    operations::Finish m_how;
    widgets::Label *m_title;
    widgets::Label *m_standing;
    widgets::Label *m_next;
    QPushButton *m_yes;
};

} // namespace howdah::shell
