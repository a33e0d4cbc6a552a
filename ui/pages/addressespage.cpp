// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/addressespage.h"

#include <QBoxLayout>
#include <QDateTime>
#include <QPushButton>
#include <algorithm>

#include "addresses/providers.h"
#include "charts/answerbands.h"
#include "history/laghistory.h"
#include "pages/advicelist.h"
#include "pages/pagetools.h"
#include "pages/tablepane.h"
#include "theme/metrics.h"
#include "widgets/answercard.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/panes.h"

namespace howdah::pages {

namespace metric = theme::metric;

namespace {

constexpr int kAnswers = 4;

QString noAddresses()
{
    return AddressesPage::tr("The cluster file has no [[address]]. Add those that applications connect to, and Howdah "
                             "shows where each leads, and moves it along.");
}

} // namespace

AddressesPage::AddressesPage(QWidget *parent)
    : LivePage(parent)
    , m_model(new tables::AddressesModel(this))
    , m_movesModel(new tables::AddressMovesModel(this))
    , m_head(new widgets::PageHead(tr("Addresses")))
    , m_credentials(new QPushButton(tr("&Credentials…")))
    , m_move(new QPushButton(tr("&Move…")))
    , m_pane(new TablePane(tr("Addresses"), noAddresses(), m_model))
    , m_below(new QWidget)
    , m_truthHead(new widgets::PaneHeader(tr("The truth")))
    , m_advice(new AdviceList(tr("What is wrong with the address")))
    , m_adviceBox(new QWidget)
    , m_bands(new charts::AnswerBands)
    , m_movesPane(new TablePane(tr("Moves of addresses"), tr("The journal has no move of an address of this cluster."),
                                m_movesModel))
{
    setObjectName(QStringLiteral("addresses-page"));
    setAccessibleName(tr("Addresses"));
    m_below->setObjectName(QStringLiteral("addresses-below"));
    m_move->setObjectName(QStringLiteral("address-move"));
    m_move->setAccessibleName(tr("Move the address"));
    m_credentials->setObjectName(QStringLiteral("address-credentials"));
    m_credentials->setAccessibleName(tr("Credentials of the providers"));
    m_credentials->hide();
    addTableTools(m_head, tr("Filter addresses"), [this] { return m_pane; });
    m_head->addWidget(m_credentials);
    m_head->addWidget(m_move);
    auto *below = plainColumn(m_below);
    below->addWidget(makeTruth());
    below->addWidget(new widgets::Hairline);
    auto *past = new QHBoxLayout;
    past->setSpacing(0);
    past->addWidget(makeAnswered(), 1);
    past->addWidget(new widgets::Hairline(Qt::Vertical));
    past->addWidget(makeMoves(), 1);
    below->addLayout(past, 1);
    auto *layout = plainColumn(this);
    layout->addWidget(m_head);
    layout->addWidget(m_pane, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_below, 1);
    m_below->hide();
    connect(m_pane, &TablePane::selectedKeyChanged, this, &AddressesPage::showTruth);
    connect(m_credentials, &QPushButton::clicked, this, &AddressesPage::credentialsRequested);
    connect(m_move, &QPushButton::clicked, this, [this] { Q_EMIT moveRequested(m_pane->table()->selectedKey(), {}); });
}

QWidget *AddressesPage::makeTruth()
{
    auto *truth = new widgets::Ground(false);
    truth->setObjectName(QStringLiteral("address-truth"));
    auto *cards = new QHBoxLayout;
    cards->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kPanePadding);
    cards->setSpacing(0);
    for (int i = 0; i < kAnswers; ++i) {
        if (i > 0) {
            cards->addWidget(new widgets::CardArrow);
        }
        m_cards.push_back(new widgets::AnswerCard(QStringLiteral("address-answer-%1").arg(i)));
        cards->addWidget(m_cards.back(), 1);
    }
    auto *advice = plainColumn(m_adviceBox);
    advice->addWidget(m_advice);
    auto *column = plainColumn(truth);
    column->addWidget(m_truthHead);
    column->addLayout(cards);
    column->addWidget(m_adviceBox);
    return truth;
}

QWidget *AddressesPage::makeAnswered()
{
    auto *answered = new widgets::Ground;
    answered->setObjectName(QStringLiteral("address-answered"));
    auto *head = new widgets::PaneHeader(tr("Who answered"));
    auto *range = new widgets::SegmentedControl(tr("Range of who answered"), {tr("15 min"), tr("1 h"), tr("24 h")});
    constexpr qint64 kHourMs = 3'600'000;
    connect(range, &widgets::SegmentedControl::currentChanged, m_bands, [this](int index) {
        m_bands->setSpan(index == 0 ? kHourMs / 4 : index == 1 ? kHourMs : history::AnswerHistory::kKeptMs);
    });
    range->setCurrentIndex(2);
    head->addWidget(range);
    m_bands->setWallClock([this](qint64 monotonicMs) { return history() ? history()->wallMs(monotonicMs) : 0; });
    auto *column = plainColumn(answered);
    column->addWidget(head);
    column->addWidget(m_bands, 1);
    return answered;
}

QWidget *AddressesPage::makeMoves()
{
    auto *moves = new widgets::Ground;
    moves->setObjectName(QStringLiteral("address-moves"));
    auto *column = plainColumn(moves);
    column->addWidget(new widgets::PaneHeader(tr("Moves")));
    column->addWidget(m_movesPane, 1);
    return moves;
}

void AddressesPage::setAddresses(const std::shared_ptr<const operations::address::Sights> &sights)
{
    m_sights = sights;
    touch();
}

void AddressesPage::setAnswers(const history::AnswerHistory *answers)
{
    m_bands->setHistory(answers);
    touch();
}

void AddressesPage::setJournal(const operations::JournalState &journal)
{
    m_moves = tables::addressMoves(journal);
    touch();
}

void AddressesPage::refresh()
{
    const operations::address::Sights none;
    const operations::address::Sights &sights = m_sights ? *m_sights : none;
    const qint64 now = QDateTime::currentMSecsSinceEpoch();
    m_model->setSights(sights, m_moves, now);
    m_movesModel->setMoves(m_moves, now);
    m_head->setSubtitle(tables::addressesSummary(sights));
    m_move->setEnabled(!sights.empty());
    m_credentials->setVisible(std::any_of(sights.begin(), sights.end(), [](const operations::address::Sight &sight) {
        return addresses::providerOf(sight.address.provider) != nullptr;
    }));
    m_pane->selectSomething();
    showTruth();
    showAnswered(sights);
}

void AddressesPage::showAnswered(const operations::address::Sights &sights)
{
    QStringList addresses, nodes;
    for (const operations::address::Sight &sight : sights) {
        addresses.append(sight.address.name);
    }
    if (state().snapshot) {
        for (const cluster::NodeStatus &node : state().snapshot->nodes) {
            nodes.append(node.name);
        }
    }
    m_bands->setAddresses(addresses);
    m_bands->setNodes(nodes);
    m_bands->refresh(state().snapshot ? state().snapshot->takenMonotonicMs : 0);
}

void AddressesPage::fitTable()
{
    fixHeight(m_pane,
              m_below->isHidden() ? std::nullopt : std::optional(m_pane->fittingHeight(height() - m_head->height())));
}

void AddressesPage::resizeEvent(QResizeEvent *event)
{
    LivePage::resizeEvent(event);
    fitTable();
}

void AddressesPage::showTruth()
{
    const qint64 now = state().snapshot ? state().snapshot->takenMonotonicMs : 0;
    const tables::AddressStory story =
        m_sights ? tables::addressStory(*m_sights, m_pane->table()->selectedKey(), now) : tables::AddressStory();
    const bool any = !story.title.isEmpty();
    // The table makes room before what stands below is shown, or the window grows.
    fixHeight(m_pane, any ? std::optional(m_pane->fittingHeight(height() - m_head->height())) : std::nullopt);
    m_below->setVisible(any);
    if (!any) {
        return;
    }
    m_bands->setSelected(m_pane->table()->selectedKey());
    m_truthHead->setTitle(story.title);
    m_truthHead->setSubtitle(story.subtitle);
    for (std::size_t i = 0; i < m_cards.size() && i < story.answers.size(); ++i) {
        const tables::AddressAnswer &one = story.answers[i];
        if (one.nonValue) {
            m_cards[i]->setNoAnswer(one.question, one.answer);
        } else {
            m_cards[i]->setAnswer(one.question, one.verdict, one.answer, one.facts);
        }
    }
    m_adviceBox->setVisible(!story.says.isEmpty());
    if (!story.says.isEmpty()) {
        m_advice->setRows({{tr("What is wrong"), story.says}, {tr("What to do"), story.remedy}});
    }
}

void AddressesPage::select(const QString &subject)
{
    m_pane->table()->selectKey(subject);
}

} // namespace howdah::pages
