// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDate>

#include "pages/page.h"

class QBoxLayout;
class QPlainTextEdit;
class QPushButton;
class QStackedWidget;

namespace howdah::tables {
class ChecksModel;
class JournalModel;
class JournalStepsModel;
} // namespace howdah::tables

namespace howdah::widgets {
class DataTable;
class KeyValueList;
class NoticeBar;
class PageHead;
class PaneHeader;
class SegmentedControl;
} // namespace howdah::widgets

namespace howdah::pages {

class AdviceList;
class TablePane;

/// Every operation on the cluster as the journal has it, whichever console did it, and below the selected one: steps,
/// checks, output, what remains, and the ways to end what was interrupted.
class JournalPage : public Page {
    Q_OBJECT

public:
    explicit JournalPage(QWidget *parent = nullptr);

    QString id() const override { return QStringLiteral("journal"); }
    QString title() const override { return tr("Journal"); }
    void setState(const cluster::ClusterState &state) override;
    void setJournal(const operations::JournalState &journal) override;
    /// An operation's id.
    void showSubject(const QString &subject) override;

protected:
    void resizeEvent(QResizeEvent *event) override;
    void showEvent(QShowEvent *event) override;

private:
    QWidget *makeDetail();
    QWidget *makeSide();
    QPushButton *addButton(QBoxLayout *row, const QString &name, const QString &text);
    void refresh();
    void showOperation();
    void showWays(const operations::Operation &operation);
    void exportOperation();
    void copyReport();
    void fitTable();

    operations::JournalState m_journal;
    QDate m_day; ///< of which the table's times have no date
    bool m_outdated = true;
    QString m_subject; ///< to be selected once it is there
    bool m_alone = true;
    tables::JournalModel *m_model;
    tables::JournalStepsModel *m_steps;
    tables::ChecksModel *m_checks;
    widgets::PageHead *m_head;
    widgets::NoticeBar *m_unreadable;
    TablePane *m_pane;
    QWidget *m_below;
    widgets::PaneHeader *m_detailHead;
    widgets::SegmentedControl *m_which;
    QStackedWidget *m_details;
    widgets::DataTable *m_stepsTable;
    widgets::DataTable *m_checksTable;
    QPlainTextEdit *m_output;
    widgets::KeyValueList *m_facts;
    AdviceList *m_story;
    QPushButton *m_resume = nullptr;
    QPushButton *m_undo = nullptr;
    QPushButton *m_export = nullptr;
    QPushButton *m_copy = nullptr;
};

} // namespace howdah::pages
