// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace howdah::theme {

/// The ring around a widget that has the keyboard and whose children would paint over it. As large as its parent, which
/// tells it of its own size and focus; hidden at first.
class FocusRing : public QWidget {
public:
    explicit FocusRing(QWidget *parent);

    /// Shows itself when the focus came by the keyboard: a click, or a window that comes to the front, is no wish to
    /// see where it is.
    void showFor(Qt::FocusReason reason);

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace howdah::theme
