// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/slotspage.h"

#include <QBoxLayout>

#include "charts/forecast.h"
#include "history/laghistory.h"
#include "pages/advicelist.h"
#include "pages/pagetools.h"
#include "pages/plotpane.h"
#include "pages/tablepane.h"
#include "tables/knowledge.h"
#include "tables/slotadvice.h"
#include "tables/slotsmodel.h"
#include "widgets/datatable.h"
#include "widgets/keyvaluelist.h"
#include "widgets/panes.h"
#include "widgets/sidecolumn.h"

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
    , m_below(new QWidget)
    , m_plot(new PlotPane(PlotPane::Kind::Slots))
    , m_detailHead(new widgets::PaneHeader(tr("Selected slot")))
    , m_details(new widgets::KeyValueList(tr("Slot details")))
    , m_advice(new AdviceList(tr("What can be done")))
{
    setObjectName(QStringLiteral("slots-page"));
    setAccessibleName(tr("Slots"));
    m_below->setObjectName(QStringLiteral("slots-below"));
    addTableTools(m_head, tr("Filter slots"), [this] { return m_pane; });
    auto *row = new QHBoxLayout(m_below);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(m_plot, 1);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    row->addWidget(makeDetail());
    auto *layout = plainColumn(this);
    layout->addWidget(m_head);
    layout->addWidget(m_pane, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_below, 1);
    m_below->hide();
    connect(m_pane, &TablePane::selectedKeyChanged, this, &SlotsPage::showDetail);
}

QWidget *SlotsPage::makeDetail()
{
    auto *detail = new widgets::Ground;
    detail->setObjectName(QStringLiteral("slot-detail"));
    auto *column = plainColumn(detail);
    column->addWidget(m_detailHead);
    column->addWidget(m_details);
    column->addWidget(new widgets::Hairline);
    column->addWidget(new widgets::PaneHeader(tr("What can be done")));
    column->addWidget(m_advice);
    column->addStretch();
    auto *scrolled = new widgets::SideColumn(detail, tr("Selected slot"));
    scrolled->setObjectName(QStringLiteral("slot-detail-scroll"));
    return scrolled;
}

void SlotsPage::refresh()
{
    m_model->setState(state());
    m_head->setSubtitle(tables::slotsSummary(state()));
    m_pane->setEmptySentence(tables::emptySentence(state(), slotWords()));
    m_pane->selectSomething();
    showDetail();
    m_plot->refresh(state());
}

void SlotsPage::historyChanged()
{
    m_plot->setHistory(history());
}

void SlotsPage::fitTable()
{
    // Alone, the table has the page, and its sentence stands in the middle.
    fixHeight(m_pane, m_alone ? std::nullopt : std::optional(m_pane->fittingHeight(height() - m_head->height())));
}

void SlotsPage::resizeEvent(QResizeEvent *event)
{
    LivePage::resizeEvent(event);
    fitTable();
}

void SlotsPage::showDetail()
{
    const QString key = m_pane->table()->selectedKey();
    const tables::SlotStory story = tables::slotStory(state(), key);
    m_alone = story.title.isEmpty();
    // Showing a widget lays the window out at once: the table must have made room before, or the window grows.
    fitTable();
    m_below->setVisible(!m_alone);
    if (m_alone) {
        return;
    }
    charts::Outlook outlook;
    outlook.limit = story.limitBytes;
    outlook.fullInSeconds = story.fullInSeconds;
    outlook.verdict = story.verdict.value_or(cluster::Verdict::Ok);
    m_plot->setSlot(key, outlook);
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
