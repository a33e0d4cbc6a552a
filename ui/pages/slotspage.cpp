// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/slotspage.h"

#include <QBoxLayout>

#include "pages/advicelist.h"
#include "pages/pagetools.h"
#include "pages/tablepane.h"
#include "tables/knowledge.h"
#include "tables/slotadvice.h"
#include "tables/slotsmodel.h"
#include "widgets/datatable.h"
#include "widgets/keyvaluelist.h"
#include "widgets/panes.h"

namespace howdah::pages {

namespace {
tables::ListWords slotWords()
{
    return {tables::Concern::EveryNode, QStringLiteral("slots"), SlotsPage::tr("slots"),
            SlotsPage::tr("No node of this cluster has a replication slot.")};
}
} // namespace

SlotsPage::SlotsPage(QWidget *parent)
    : LivePage(parent)
    , m_model(new tables::SlotsModel(this))
    , m_head(new widgets::PageHead(tr("Slots")))
    , m_pane(new TablePane(tr("Slots"), tables::emptySentence({}, slotWords()), m_model))
    , m_detailHead(new widgets::PaneHeader(tr("Selected slot")))
    , m_details(new widgets::KeyValueList(tr("Slot details")))
    , m_advice(new AdviceList(tr("What can be done")))
{
    setObjectName(QStringLiteral("slots-page"));
    setAccessibleName(tr("Slots"));
    addTableTools(m_head, tr("Filter slots"), [this] { return m_pane; });
    m_detail = makeDetail();
    auto *layout = plainColumn(this);
    layout->addWidget(m_head);
    layout->addWidget(m_pane, 1);
    layout->addWidget(m_detail);
    connect(m_pane, &TablePane::selectedKeyChanged, this, &SlotsPage::showDetail);
}

QWidget *SlotsPage::makeDetail()
{
    auto *detail = new widgets::Ground;
    detail->setObjectName(QStringLiteral("slot-detail"));
    auto *left = new QWidget;
    auto *leftColumn = plainColumn(left);
    leftColumn->addWidget(m_detailHead);
    leftColumn->addWidget(m_details);
    leftColumn->addStretch();
    auto *right = new QWidget;
    auto *rightColumn = plainColumn(right);
    rightColumn->addWidget(new widgets::PaneHeader(tr("What can be done")));
    rightColumn->addWidget(m_advice);
    rightColumn->addStretch();
    auto *row = new QHBoxLayout;
    row->setSpacing(0);
    row->addWidget(left, 1);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    row->addWidget(right, 1);
    auto *column = plainColumn(detail);
    column->addWidget(new widgets::Hairline);
    column->addLayout(row);
    return detail;
}

void SlotsPage::refresh()
{
    m_model->setState(state());
    m_head->setSubtitle(tables::slotsSummary(state()));
    m_pane->setEmptySentence(tables::emptySentence(state(), slotWords()));
    m_pane->selectSomething();
    showDetail();
}

void SlotsPage::showDetail()
{
    const tables::SlotStory story = tables::slotStory(state(), m_pane->table()->selectedKey());
    m_detail->setVisible(!story.title.isEmpty());
    if (story.title.isEmpty()) {
        return;
    }
    m_detailHead->setTitle(story.title);
    m_detailHead->setVerdict(story.verdict.value_or(cluster::Verdict::Unknown), story.verdict ? story.word : QString());
    m_detailHead->setCaption(story.verdict ? QString() : story.word);
    std::vector<widgets::KeyValue> rows;
    for (const tables::SlotDetail &detail : story.details) {
        rows.push_back({detail.what, detail.value, detail.fixed, detail.nonValue, story.stale});
    }
    m_details->setRows(rows);
    std::vector<std::pair<QString, QString>> advice;
    for (const tables::SlotAdvice &one : story.advice) {
        advice.emplace_back(one.what, one.text);
    }
    m_advice->setRows(advice);
}

void SlotsPage::select(const QString &subject)
{
    m_pane->table()->selectKey(subject);
}

} // namespace howdah::pages
