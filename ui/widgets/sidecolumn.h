// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QScrollArea>

namespace howdah::theme {
class FocusRing;
}

namespace howdah::widgets {

/// A column at the side of a page, as wide as all of them. While it is higher than its room it takes the keyboard and
/// scrolls by it; else there is no reason to stop there.
class SideColumn : public QScrollArea {
    Q_OBJECT

public:
    /// name is the accessible name ("Details of the standby"); takes content.
    SideColumn(QWidget *content, const QString &name, QWidget *parent = nullptr);

protected:
    void resizeEvent(QResizeEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
    void focusInEvent(QFocusEvent *event) override;
    void focusOutEvent(QFocusEvent *event) override;

private:
    void takeKeyboardIfNeeded();

    theme::FocusRing *m_ring; ///< shows the focus, above what is scrolled
};

} // namespace howdah::widgets
