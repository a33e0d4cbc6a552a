// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

class QGridLayout;

namespace howdah::widgets {

class Label;

/// One line of a KeyValueList.
struct KeyValue {
    QString key;
    QString value;
    bool fixed = false;    ///< fixed font: LSNs, addresses
    bool nonValue = false; ///< unknown, n/a, no permission: italic and muted
    bool stale = false;    ///< as it was when it was last seen: in the grey of what is not known now
};

/// Facts about one thing: what they are called at the left, what they are at the right, 24 px a line.
class KeyValueList : public QWidget {
    Q_OBJECT

public:
    explicit KeyValueList(const QString &name, QWidget *parent = nullptr);
    /// Shows rows in place of those before.
    void setRows(const std::vector<KeyValue> &rows);
    /// In a narrow place: short keys, and as little room around.
    void setCompact();

private:
    QGridLayout *m_layout;
    std::vector<std::pair<Label *, Label *>> m_rows;
};

} // namespace howdah::widgets
