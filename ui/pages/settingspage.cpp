// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/settingspage.h"

#include <QBoxLayout>

#include "pages/pagetools.h"
#include "pages/tablepane.h"
#include "tables/settingsmodel.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/panes.h"

namespace howdah::pages {

SettingsPage::SettingsPage(QWidget *parent)
    : LivePage(parent)
    , m_model(new tables::SettingsModel(this))
    , m_head(new widgets::PageHead(tr("Settings")))
    , m_pane(new TablePane(tr("Settings"), tr("No settings have been read yet."), m_model))
{
    setObjectName(QStringLiteral("settings-page"));
    setAccessibleName(tr("Settings"));
    auto *which = new widgets::SegmentedControl(tr("Which settings"), {tr("All"), tr("Differing")});
    m_head->addWidget(which);
    addTableTools(m_head, tr("Filter settings"), [this] { return m_pane; });
    auto *layout = plainColumn(this);
    layout->addWidget(m_head);
    layout->addWidget(m_pane, 1);
    connect(which, &widgets::SegmentedControl::currentChanged, this,
            [this](int index) { m_model->setOnlyDiffering(index == 1); });
}

void SettingsPage::refresh()
{
    m_model->setState(state());
    const int differing = m_model->differingCount();
    m_head->setSubtitle(m_model->columnCount() <= 2 ? QString()
                        : differing == 0            ? tr("the nodes agree")
                        : differing == 1            ? tr("1 differs between the nodes")
                                                    : tr("%1 differ between the nodes").arg(differing));
}

void SettingsPage::select(const QString &subject)
{
    m_pane->table()->selectKey(subject);
}

} // namespace howdah::pages
