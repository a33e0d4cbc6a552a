// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/page.h"

namespace howdah::pages {

Page::Page(QWidget *parent)
    : QWidget(parent)
{
}

void Page::setHistory(const history::LagHistory *history)
{
    Q_UNUSED(history)
}

void Page::setEvents(tables::EventsModel *events)
{
    Q_UNUSED(events)
}

void Page::setJournal(const operations::JournalState &journal)
{
    Q_UNUSED(journal)
}

void Page::setPatroni(const std::shared_ptr<const operations::patroni::PatroniFacts> &facts)
{
    Q_UNUSED(facts)
}

void Page::setAddresses(const std::shared_ptr<const operations::address::Sights> &sights)
{
    Q_UNUSED(sights)
}

void Page::setAnswers(const history::AnswerHistory *answers)
{
    Q_UNUSED(answers);
}

void Page::showSubject(const QString &subject)
{
    Q_UNUSED(subject)
}

void LivePage::setState(const cluster::ClusterState &state)
{
    m_state = state;
    touch();
}

void LivePage::touch()
{
    m_outdated = !isVisible();
    if (!m_outdated) {
        refresh();
    }
}

void LivePage::setHistory(const history::LagHistory *history)
{
    m_history = history;
    historyChanged();
}

void LivePage::showSubject(const QString &subject)
{
    if (m_outdated) {
        m_outdated = false;
        refresh();
    }
    select(subject);
}

void LivePage::showEvent(QShowEvent *event)
{
    if (m_outdated) {
        m_outdated = false;
        refresh();
    }
    Page::showEvent(event);
}

void LivePage::historyChanged() {}

void LivePage::select(const QString &subject)
{
    Q_UNUSED(subject)
}

} // namespace howdah::pages
