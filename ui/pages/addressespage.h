// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/page.h"
#include "tables/addressesmodel.h"

class QPushButton;

namespace howdah::charts {
class AnswerBands;
}

namespace howdah::widgets {
class AnswerCard;
class Label;
class PageHead;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::pages {

class AdviceList;
class TablePane;

/// The addresses that applications write and read through: who has each, who claims it, who answers and who did, where
/// writes land, and what has moved.
class AddressesPage : public LivePage {
    Q_OBJECT

public:
    explicit AddressesPage(QWidget *parent = nullptr);

    QString id() const override { return QStringLiteral("addresses"); }
    QString title() const override { return tr("Addresses"); }
    void setJournal(const operations::JournalState &journal) override;
    void setAddresses(const std::shared_ptr<const operations::address::Sights> &sights) override;
    void setAnswers(const history::AnswerHistory *answers) override;

protected:
    void refresh() override;
    void resizeEvent(QResizeEvent *event) override;
    void select(const QString &subject) override;

private:
    QWidget *makeTruth();
    QWidget *makeAnswered();
    QWidget *makeMoves();
    void showAnswered(const operations::address::Sights &sights);
    void showTruth();
    void fitTable();

    std::shared_ptr<const operations::address::Sights> m_sights;
    std::vector<tables::AddressMove> m_moves;
    tables::AddressesModel *m_model;
    tables::AddressMovesModel *m_movesModel;
    widgets::PageHead *m_head;
    QPushButton *m_credentials; ///< where a provider is asked with such
    QPushButton *m_move;
    TablePane *m_pane;
    QWidget *m_below; ///< what is said of the selected address; hidden when there is none
    widgets::PaneHeader *m_truthHead;
    std::vector<widgets::AnswerCard *> m_cards;
    AdviceList *m_advice;
    QWidget *m_adviceBox;
    charts::AnswerBands *m_bands;
    TablePane *m_movesPane;
};

} // namespace howdah::pages
