// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/page.h"

namespace howdah::tables {
class SettingsModel;
}

namespace howdah::widgets {
class PageHead;
class SegmentedControl;
} // namespace howdah::widgets

namespace howdah::pages {

class TablePane;

/// The settings that matter for replication, node beside node, those that differ marked.
class SettingsPage : public LivePage {
    Q_OBJECT

public:
    explicit SettingsPage(QWidget *parent = nullptr);

    QString id() const override { return QStringLiteral("settings"); }
    QString title() const override { return tr("Settings"); }

protected:
    void refresh() override;
    /// A setting's name.
    void select(const QString &subject) override;

private:
    void saySomething();

    tables::SettingsModel *m_model;
    widgets::PageHead *m_head;
    widgets::SegmentedControl *m_which;
    TablePane *m_pane;
};

} // namespace howdah::pages
