// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

class QGridLayout;

namespace howdah::widgets {
class Label;
}

namespace howdah::pages {

/// Words at the left, a paragraph on each at the right. Plain text.
class AdviceList : public QWidget {
    Q_OBJECT

public:
    explicit AdviceList(const QString &name, QWidget *parent = nullptr);
    void setRows(const std::vector<std::pair<QString, QString>> &rows);

private:
    QGridLayout *m_layout;
    std::vector<std::pair<widgets::Label *, widgets::Label *>> m_rows;
};

} // namespace howdah::pages
