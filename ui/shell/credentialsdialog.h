// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "toolfiles/standing.h"

class QPushButton;
class QScrollArea;
class QVBoxLayout;

namespace howdah::widgets {
class Label;
class SegmentedControl;
} // namespace howdah::widgets

namespace howdah::shell {

class CredentialPane;

/// The credentials of the providers that a cluster's addresses are asked from: what there is, and where what is given
/// here goes. It keeps nothing itself, and reads no file: what the user wants leaves it as a signal.
class CredentialsDialog : public QDialog {
    Q_OBJECT

public:
    explicit CredentialsDialog(const QString &cluster, QWidget *parent = nullptr);

    QString cluster() const { return m_cluster; }
    /// keyring: why it is of no use; empty: it is.
    void setStandings(const std::vector<toolfiles::Standing> &standings, const QString &keyring);
    void say(const QString &account, const QString &text, bool isError);

Q_SIGNALS:
    /// inKeyring: there; else until the console is closed.
    void entered(const QString &account, const howdah::addresses::Values &values, bool inKeyring);
    void importRequested(const QString &account, const QString &tool, const QString &context, bool inKeyring);
    void removeRequested(const QString &account);

private:
    CredentialPane *pane(const QString &account) const;
    CredentialPane *makePane(const toolfiles::Standing &standing);
    void askConsent(const QString &account, const toolfiles::Offer &offer, const QString &rights);
    bool inKeyring() const;
    void fit();

    QString m_cluster;
    std::vector<CredentialPane *> m_panes;
    widgets::Label *m_message;
    QScrollArea *m_scroll;
    QVBoxLayout *m_column;
    widgets::SegmentedControl *m_place;
};

} // namespace howdah::shell
