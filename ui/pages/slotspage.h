// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "pages/page.h"

namespace howdah::tables {
class SlotsModel;
}

namespace howdah::widgets {
class FilterField;
class KeyValueList;
class PageHead;
class PaneHeader;
} // namespace howdah::widgets

namespace howdah::pages {

class AdviceList;
class PlotPane;
class TablePane;

/// Every slot of every node: what it holds, for whom, since when, until when, and what can be done about one that
/// nobody uses.
class SlotsPage : public LivePage {
    Q_OBJECT

public:
    explicit SlotsPage(QWidget *parent = nullptr);

    QString id() const override { return QStringLiteral("slots"); }
    QString title() const override { return tr("Slots"); }

protected:
    void refresh() override;
    void historyChanged() override;
    void resizeEvent(QResizeEvent *event) override;
    /// A slot's name, or "node/slot".
    void select(const QString &subject) override;

private:
    QWidget *makeDetail();
    void showDetail();
    void fitTable();

    tables::SlotsModel *m_model;
    widgets::PageHead *m_head;
    TablePane *m_pane;
    QWidget *m_below; ///< what is said of the selected slot; hidden when none is
    PlotPane *m_plot;
    widgets::PaneHeader *m_detailHead;
    widgets::KeyValueList *m_details;
    AdviceList *m_advice;
    bool m_alone = true; ///< the table has the page to itself
};

} // namespace howdah::pages
