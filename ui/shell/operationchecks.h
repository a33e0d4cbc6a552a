// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSet>
#include <QWidget>
#include <vector>

#include "operations/plan.h"

class QCheckBox;
class QScrollArea;
class QVBoxLayout;

namespace howdah::tables {
class ChecksModel;
}

namespace howdah::widgets {
class DataTable;
class Label;
class PaneHeader;
class VerdictLabel;
} // namespace howdah::widgets

namespace howdah::shell {

/// One warning of a plan: what it is about, what follows, and a tick by which a person accepts it.
class WarningCard : public QWidget {
    Q_OBJECT

public:
    explicit WarningCard(const QString &key, QWidget *parent = nullptr);
    void setCheck(const operations::Check &check);
    QString key() const { return m_key; }
    bool isAccepted() const;

Q_SIGNALS:
    void acceptedChanged();

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_key;
    widgets::Label *m_title;
    widgets::Label *m_text;
    QCheckBox *m_accepted;
};

/// The checks of a plan: warnings as cards above, the others under headings that fold.
class ChecksPanel : public QWidget {
    Q_OBJECT

public:
    /// dialog: what its objectName begins with. howOften: how often they are read again, as it stands behind their
    /// number.
    ChecksPanel(const QString &dialog, const QString &howOften, QWidget *parent = nullptr);

    void setPlan(const operations::Plan &plan);
    /// Another candidate's warnings are another's.
    void forget();
    /// Every warning has been accepted by hand.
    bool isAllAccepted() const { return notAccepted() == 0; }
    int notAccepted() const;
    int warnings() const { return static_cast<int>(m_cards.size()); }

Q_SIGNALS:
    void acceptedChanged();

protected:
    void resizeEvent(QResizeEvent *event) override;
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void fitCards();
    void setCards(const std::vector<operations::Check> &checks);
    void toggleSelected();

    QString m_howOften;
    widgets::PaneHeader *m_head;
    widgets::VerdictLabel *m_passed;
    widgets::VerdictLabel *m_worst;
    QScrollArea *m_scroll;
    QWidget *m_cardsBox;
    QVBoxLayout *m_cardsLayout;
    std::vector<WarningCard *> m_cards;
    tables::ChecksModel *m_model;
    widgets::DataTable *m_table;
};

} // namespace howdah::shell
