// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/clusterview.h"

#include <QBoxLayout>
#include <QPushButton>
#include <QStackedWidget>

#include "pages/page.h"
#include "pages/pageregistry.h"
#include "tables/cells.h"
#include "tables/events.h"
#include "widgets/noticebar.h"
#include "widgets/verdictstrip.h"

namespace howdah::shell {

namespace {

history::Answer answerOf(const operations::address::Sight &sight)
{
    using By = history::Answer::By;
    const QString &node = sight.truth.answers;
    return {!sight.facts.error.isEmpty() ? By::Nobody
            : node.isEmpty()             ? By::Stranger
                                         : By::Node,
            node, sight.facts.answerMs};
}

} // namespace

ClusterView::ClusterView(const QString &name, const core::Clock &clock, QWidget *parent)
    : QWidget(parent)
    , m_name(name)
    , m_events(new tables::EventsModel(this))
    , m_strip(new widgets::VerdictStrip(clock))
    , m_notice(new widgets::NoticeBar(QStringLiteral("interrupted")))
    , m_stack(new QStackedWidget)
{
    setObjectName(QStringLiteral("cluster-view"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_stack->setObjectName(QStringLiteral("page-stack"));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_strip);
    layout->addWidget(m_notice);
    layout->addWidget(m_stack, 1);
    connect(m_strip, &widgets::VerdictStrip::aged, this, &ClusterView::aged);
    m_strip->setState({}, name);
    buildNotice();
}

void ClusterView::buildNotice()
{
    using operations::Finish;
    QPushButton *show = m_notice->addButton(QStringLiteral("interrupted-show"), tr("Show"));
    show->setToolTip(tr("Its steps, checks and output, in the journal"));
    connect(show, &QPushButton::clicked, this,
            [this] { Q_EMIT pageRequested(QStringLiteral("journal"), m_interrupted); });
    QPushButton *resume = m_notice->addButton(QStringLiteral("interrupted-resume"), tr("Resume…"));
    resume->setToolTip(tr("Goes on where it stopped; asks before"));
    connect(resume, &QPushButton::clicked, this, [this] { Q_EMIT finishRequested(m_interrupted, Finish::Resume); });
    m_undo = m_notice->addButton(QStringLiteral("interrupted-undo"), tr("Undo…"));
    connect(m_undo, &QPushButton::clicked, this, [this] { Q_EMIT finishRequested(m_interrupted, Finish::Undo); });
}

ClusterView::~ClusterView()
{
    // The pages are gone only after our members.
    for (pages::Page *page : std::as_const(m_pages)) {
        page->setHistory(nullptr);
        page->setAnswers(nullptr);
        page->setEvents(nullptr);
    }
}

void ClusterView::setState(const cluster::ClusterState &state)
{
    m_state = state;
    m_history.add(state);
    m_events->setState(state);
    m_strip->setState(state, m_name);
    for (pages::Page *page : std::as_const(m_pages)) {
        page->setState(state);
    }
    if (m_patroni && !isOfPatroni()) {
        setPatroni({});
    }
}

void ClusterView::setJournal(const operations::JournalState &journal)
{
    if (journal == m_journal) {
        return;
    }
    m_journal = journal;
    for (pages::Page *page : std::as_const(m_pages)) {
        page->setJournal(journal);
    }
    showNotice();
}

void ClusterView::setPatroni(const std::shared_ptr<const operations::patroni::PatroniFacts> &facts)
{
    m_patroni = facts;
    for (pages::Page *page : std::as_const(m_pages)) {
        page->setPatroni(facts);
    }
}

void ClusterView::setAddresses(const std::shared_ptr<const operations::address::Sights> &sights)
{
    m_addresses = sights;
    for (const operations::address::Sight &sight : sights ? *sights : operations::address::Sights()) {
        if (sight.askedMs > 0) {
            m_answers.add(sight.address.name, sight.askedMs, answerOf(sight));
        }
    }
    for (pages::Page *page : std::as_const(m_pages)) {
        page->setAddresses(sights);
    }
}

bool ClusterView::isOfPatroni() const
{
    return m_state.snapshot && m_state.snapshot->manager == cluster::ManagerKind::Patroni;
}

/// Nothing closes it but the end of what it is about.
void ClusterView::showNotice()
{
    const auto interrupted = operations::interruptedOf(m_journal);
    m_interrupted = interrupted ? interrupted->id : QString();
    m_notice->setVisible(interrupted != nullptr);
    if (!interrupted) {
        return;
    }
    const QDateTime began = QDateTime::fromMSecsSinceEpoch(interrupted->startedMs, Qt::UTC);
    const QString when = tables::shortTime(began, QDateTime::currentMSecsSinceEpoch());
    m_notice->setNotice(
        cluster::Verdict::Critical,
        tr("\"%1\", begun %2, was interrupted and waits to be finished.").arg(interrupted->plan.title, when),
        operations::standingText(*interrupted));
    const operations::Finishing may = operations::finishing(m_journal, *interrupted);
    m_undo->setEnabled(may.may(operations::Finish::Undo));
    m_undo->setToolTip(tables::plainToolTip(m_undo->isEnabled() ? tr("Takes back what was done; asks before")
                                                                : tr("Not possible: %1").arg(may.whyNotUndo)));
}

void ClusterView::showPage(const QString &id, const QString &subject)
{
    if (!m_pages.contains(id)) {
        const auto &entries = pages::pageRegistry();
        const auto entry =
            std::find_if(entries.begin(), entries.end(), [&id](const pages::PageEntry &e) { return e.id == id; });
        if (entry == entries.end()) {
            return;
        }
        pages::Page *page = entry->make(m_stack);
        if (page->objectName().isEmpty()) {
            page->setObjectName(QStringLiteral("page-") + id);
        }
        if (page->accessibleName().isEmpty()) {
            page->setAccessibleName(entry->title);
        }
        connect(page, &pages::Page::pageRequested, this, &ClusterView::pageRequested);
        connect(page, &pages::Page::switchoverRequested, this, &ClusterView::switchoverRequested);
        connect(page, &pages::Page::patroniRequested, this, &ClusterView::patroniRequested);
        connect(page, &pages::Page::credentialsRequested, this, &ClusterView::credentialsRequested);
        connect(page, &pages::Page::moveRequested, this, &ClusterView::moveRequested);
        connect(page, &pages::Page::finishRequested, this, &ClusterView::finishRequested);
        connect(page, &pages::Page::journalExportRequested, this, &ClusterView::journalExportRequested);
        m_pages.insert(id, page);
        m_stack->addWidget(page);
        page->setHistory(&m_history);
        page->setAnswers(&m_answers);
        page->setEvents(m_events);
        page->setJournal(m_journal);
        page->setPatroni(m_patroni);
        page->setAddresses(m_addresses);
        if (m_state.snapshot) {
            page->setState(m_state);
        }
    }
    m_pageId = id;
    m_stack->setCurrentWidget(m_pages.value(id));
    if (!subject.isEmpty()) {
        m_pages.value(id)->showSubject(subject);
    }
}

pages::Page *ClusterView::page() const
{
    return m_pages.value(m_pageId);
}

QHash<QString, tables::Spark> ClusterView::lagTrends() const
{
    constexpr qint64 kSpanMs = 60'000;
    constexpr int kColumns = 60;
    QHash<QString, tables::Spark> trends;
    const qint64 to = m_history.newestMs() + 1;
    for (const QString &node : m_history.nodes()) {
        tables::Spark &spark = trends[node];
        for (const history::SeriesPoint &point :
             m_history.series(node, history::Metric::Bytes, to - kSpanMs, to, kColumns)) {
            spark.values.push_back(point.value);
        }
    }
    return trends;
}

} // namespace howdah::shell
