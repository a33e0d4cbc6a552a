// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace howdah::widgets {
class Label;
}

namespace howdah::shell {

/// The last line of the window: who answers at the left, date and time at the right.
class StatusBar : public QWidget {
    Q_OBJECT

public:
    explicit StatusBar(QWidget *parent = nullptr);
    void setText(const QString &text);
    void setWallMs(qint64 wallMs);
    QString text() const;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    widgets::Label *m_text;
    widgets::Label *m_clock;
};

} // namespace howdah::shell
