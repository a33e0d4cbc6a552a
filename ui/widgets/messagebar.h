// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "core/error.h"

class QToolButton;

namespace howdah::widgets {

class Label;

/// A line across the window that says what went wrong and what to do next, until it is closed. Plain text.
class MessageBar : public QWidget {
    Q_OBJECT

public:
    explicit MessageBar(QWidget *parent = nullptr);
    void showError(const core::Error &error);
    QString text() const;

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    Label *m_message;
    Label *m_hint;
    QToolButton *m_close;
};

} // namespace howdah::widgets
