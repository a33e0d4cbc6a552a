// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/settingspage.h"

#include <QBoxLayout>

#include "pages/pagetools.h"
#include "pages/tablepane.h"
#include "tables/knowledge.h"
#include "tables/settingsmodel.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/panes.h"

namespace howdah::pages {

namespace {
tables::ListWords settingWords(bool onlyDiffering)
{
    using tables::Concern;
    return onlyDiffering
               ? tables::ListWords{Concern::EveryNode, QStringLiteral("settings"),
                                   SettingsPage::tr("settings that differ"),
                                   SettingsPage::tr("No setting differs between the nodes.")}
               : tables::ListWords{Concern::EveryNode, QStringLiteral("settings"), SettingsPage::tr("settings"),
                                   SettingsPage::tr("No node shows a setting.")};
}
} // namespace

SettingsPage::SettingsPage(QWidget *parent)
    : LivePage(parent)
    , m_model(new tables::SettingsModel(this))
    , m_head(new widgets::PageHead(tr("Settings")))
    , m_which(new widgets::SegmentedControl(tr("Which settings"), {tr("All"), tr("Differing")}))
    , m_pane(new TablePane(tr("Settings"), tables::emptySentence({}, settingWords(false)), m_model))
{
    setObjectName(QStringLiteral("settings-page"));
    setAccessibleName(tr("Settings"));
    m_head->addWidget(m_which);
    addTableTools(m_head, tr("Filter settings"), [this] { return m_pane; });
    auto *layout = plainColumn(this);
    layout->addWidget(m_head);
    layout->addWidget(m_pane, 1);
    connect(m_which, &widgets::SegmentedControl::currentChanged, this, [this](int index) {
        m_model->setOnlyDiffering(index == 1);
        saySomething();
    });
}

void SettingsPage::refresh()
{
    m_model->setState(state());
    saySomething();
}

void SettingsPage::saySomething()
{
    m_pane->setEmptySentence(tables::emptySentence(state(), settingWords(m_which->currentIndex() == 1)));
    const QString notKnown = tables::notKnownSuffix(state());
    const int differing = m_model->differingCount();
    const bool nothing = m_model->settingCount() == 0;
    m_head->setSubtitle(nothing              ? QString()
                        : differing == 1     ? tr("1 differs between the nodes") + notKnown
                        : differing > 1      ? tr("%1 differ between the nodes").arg(differing) + notKnown
                        : notKnown.isEmpty() ? tr("the nodes agree")
                                             : tr("no difference is seen") + notKnown);
}

void SettingsPage::select(const QString &subject)
{
    m_pane->table()->selectKey(subject);
}

} // namespace howdah::pages
