// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "core/error.h"
#include "widgets/noticebar.h"

class QToolButton;

namespace howdah::widgets {

/// A line across the window that says what went wrong and what to do next, until it is closed. Plain text.
class MessageBar : public NoticeBar {
    Q_OBJECT

public:
    explicit MessageBar(QWidget *parent = nullptr);
    void showError(const core::Error &error);

protected:
    void keyPressEvent(QKeyEvent *event) override;

private:
    QToolButton *m_close;
};

} // namespace howdah::widgets
