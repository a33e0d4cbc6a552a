// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

class QStackedLayout;

namespace howdah::tables {
class KeyedTableModel;
class SortFilterProxy;
} // namespace howdah::tables

namespace howdah::widgets {
class DataTable;
class EmptyState;
} // namespace howdah::widgets

namespace howdah::pages {

/// A table of a page: sorted, filtered, its columns remembered in the settings, with a sentence in its place when it is
/// empty.
class TablePane : public QWidget {
    Q_OBJECT

public:
    /// name is the accessible name ("Senders"), also what its columns are remembered under; empty is the sentence for a
    /// table without rows. The model belongs to the pane from then on.
    TablePane(const QString &name, const QString &empty, tables::KeyedTableModel *model, QWidget *parent = nullptr);

    widgets::DataTable *table() const { return m_table; }
    tables::KeyedTableModel *model() const { return m_model; }
    /// As high as its rows and at most two fifths of the room that it shares with what stands below: that is why one
    /// comes here.
    int fittingHeight(int room) const;
    /// What is said from now on when the table has no rows.
    void setEmptySentence(const QString &sentence);
    void setFilter(const QString &text);
    /// Selects the first row when nothing is selected, so that a detail pane has something to show.
    void selectSomething();
    /// Opens the column chooser below a widget.
    void chooseColumns(QWidget *below);

Q_SIGNALS:
    void selectedKeyChanged(const QString &key);

private:
    void showWhatThereIs();
    void restoreColumns();
    void columnsChanged();

    tables::KeyedTableModel *m_model;
    tables::SortFilterProxy *m_proxy;
    widgets::DataTable *m_table;
    widgets::EmptyState *m_emptyState;
    QStackedLayout *m_stack;
    QString m_empty;
    QString m_filter;
    QString m_settingsKey;
};

} // namespace howdah::pages
