// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QSet>
#include <QTableView>
#include <QTimer>

#include "widgets/columnwidths.h"

class QMenu;

namespace howdah::widgets {

/// A table of the look: whole rows, one selected at a time, no grid or zebra, rows of 28, a ring around the row that
/// has the keyboard. Columns take width and visibility from the model's header roles (tables/roles.h); Ctrl+C copies
/// the selected row as tab-separated text. Its header takes no keyboard: what it does is in columnsMenu() too.
class DataTable : public QTableView {
    Q_OBJECT

public:
    /// name is the accessible name ("Senders"); objectName is made from it.
    explicit DataTable(const QString &name, QWidget *parent = nullptr);

    void setModel(QAbstractItemModel *model) override;
    /// A new menu with a ticked entry for every column, and what the rows are sorted by. The caller shows and deletes
    /// it.
    QMenu *columnsMenu(QWidget *parent);
    /// Header and rows as tab-separated text, with all that cells say beside their value: the columns that the user
    /// wants, also those left out for want of room.
    QString text(bool selectionOnly) const;
    /// Everything that the table shows, to the clipboard.
    void copyAll();
    /// The selected row, or all with none selected, to the clipboard.
    void copySelection();
    /// Selects the row whose KeyRole, or else first text, is key, and scrolls to it; false when there is none.
    bool selectKey(const QString &key);
    /// KeyRole of the selected row; empty with none.
    QString selectedKey() const;
    /// Order, visibility, sorting and the widths that the user gave, to be kept in the settings.
    QByteArray columnsState() const;
    /// False, and nothing changes, when state is none or one of other columns.
    bool restoreColumnsState(const QByteArray &state);
    /// Columns of the model that the user does not want.
    QSet<int> hiddenColumns() const;
    /// Rows of 24 instead of 28.
    void setDense(bool dense);
    /// Without header and lines: a list under headings of its own.
    void setPlain();

    QSize sizeHint() const override;

Q_SIGNALS:
    /// Never within a change of the model: of a selection that such a change changed one hears when control is back in
    /// the event loop.
    void selectedKeyChanged(const QString &key);
    /// The user has shown, hidden, moved or resized a column, or sorts by another.
    void columnsChanged();
    /// Where words wrap: rows are higher or lower than they were.
    void rowsFitted();

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void mouseMoveEvent(QMouseEvent *event) override;
    void leaveEvent(QEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;
    void selectionChanged(const QItemSelection &selected, const QItemSelection &deselected) override;

private:
    void watchChanges(QAbstractItemModel *model);
    void tellSelectedKey();
    void addSortMenu(QMenu *menu);
    void applyColumns();
    void remeasureLater();
    void fitColumns();
    void fitRows();
    /// True when a column's contents have become wider.
    bool measureColumns();
    /// Shown, or left out only for want of room.
    bool isWanted(int column) const;
    void leaveOutWhatGivesWay();
    /// First or last of those that are shown.
    bool isOutermost(int column) const;
    ColumnRoom roomOf(int column) const;
    void noteUserWidth(int column, int width);
    void setHoverRow(int row);
    bool m_fitting = false;
    QTimer m_remeasure;
    QHash<int, int> m_content;    ///< the widest that the first rows have been, by column
    QSet<int> m_leftOut;          ///< hidden by us, for want of room
    QHash<int, int> m_userWidths; ///< what the user has dragged: never changed by us
    int m_hoverRow = -1;
    bool m_modelChanges = false;     ///< from the model's "about to" to its "done"
    bool m_tellsOfSelection = false; ///< selectedKeyChanged is on its way
};

} // namespace howdah::widgets
