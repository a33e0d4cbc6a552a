// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/clusterview.h"

#include <QBoxLayout>
#include <QStackedWidget>

#include "pages/page.h"
#include "pages/pageregistry.h"
#include "tables/events.h"
#include "widgets/verdictstrip.h"

namespace howdah::shell {

ClusterView::ClusterView(const QString &name, const core::Clock &clock, QWidget *parent)
    : QWidget(parent)
    , m_name(name)
    , m_events(new tables::EventsModel(this))
    , m_strip(new widgets::VerdictStrip(clock))
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
    layout->addWidget(m_stack, 1);
    connect(m_strip, &widgets::VerdictStrip::aged, this, &ClusterView::aged);
    m_strip->setState({}, name);
}

ClusterView::~ClusterView()
{
    // The pages are gone only after our members.
    for (pages::Page *page : std::as_const(m_pages)) {
        page->setHistory(nullptr);
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
        m_pages.insert(id, page);
        m_stack->addWidget(page);
        page->setHistory(&m_history);
        page->setEvents(m_events);
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
