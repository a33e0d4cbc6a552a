// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "toolfiles/standing.h"

class QGridLayout;
class QHBoxLayout;
class QLineEdit;
class QPushButton;

namespace howdah::widgets {
class Label;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::shell {

/// The credentials of one provider: whether there are any and from where, the least rights that suffice, fields to give
/// some, and what else can be done about them. It shows no value, and forgets what was typed as soon as it is handed
/// on.
class CredentialPane : public QWidget {
    Q_OBJECT

public:
    explicit CredentialPane(const toolfiles::Standing &standing, QWidget *parent = nullptr);

    QString account() const { return m_standing.account; }
    void setStanding(const toolfiles::Standing &standing);
    /// What became of what was asked for.
    void say(const QString &text, bool isError);

Q_SIGNALS:
    void entered(const howdah::addresses::Values &values);
    void importRequested(const howdah::toolfiles::Offer &offer, const QString &rights);
    void removeRequested();

private:
    void makeFields(QGridLayout *grid);
    void makeButtons(QHBoxLayout *row);
    void showStanding();
    void enter();
    void showWhetherComplete();

    toolfiles::Standing m_standing;
    widgets::PaneHeader *m_head;
    widgets::Label *m_rights;
    widgets::Label *m_note;
    widgets::Label *m_said;
    std::vector<QLineEdit *> m_fields;
    QPushButton *m_enter;
    QPushButton *m_remove;
};

} // namespace howdah::shell
