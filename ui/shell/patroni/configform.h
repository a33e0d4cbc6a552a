// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/patroni/configtext.h"
#include "shell/patroni/form.h"

class QPlainTextEdit;
class QPushButton;

namespace howdah::tables {
class SettingChangesModel;
}

namespace howdah::widgets {
class Label;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::shell {

/// Patroni's settings to be edited, and beside them what of it would be another. What others change meanwhile stays as
/// they want it: only what was edited here is sent.
class ConfigForm : public PatroniForm {
    Q_OBJECT

public:
    explicit ConfigForm(const QString &cluster, QWidget *parent = nullptr);

    QString title() const override;
    QString runText() const override;
    QString doneSentence() const override;
    QString readySentence() const override;
    QSize wantedSize() const override;
    operations::Plan plan(const operations::patroni::PatroniFacts &facts, const QString &cluster) const override;
    QString whyNoPlan() const override;
    void setFacts(const operations::patroni::PatroniFacts &facts) override;

private:
    QWidget *buildEditor();
    QWidget *buildChanges();
    void load();
    void edited();
    void showChanges();
    void markLine(int line);

    QString m_cluster;
    operations::patroni::PatroniFacts m_facts;
    QJsonObject m_base; ///< what the text was made of
    bool m_isLoaded = false;
    bool m_isSecret = false; ///< some of it must not be shown
    operations::patroni::ConfigRead m_read;
    QJsonObject m_change;
    int m_changes = 0;
    widgets::PaneHeader *m_head;
    QPlainTextEdit *m_text;
    widgets::Label *m_problem;
    QPushButton *m_reset;
    widgets::PaneHeader *m_changesHead;
    tables::SettingChangesModel *m_model;
};

} // namespace howdah::shell
