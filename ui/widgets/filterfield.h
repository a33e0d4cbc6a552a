// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLineEdit>

namespace howdah::widgets {

/// A field to narrow down or to find: magnifier, placeholder, the key that leads here. Escape empties it. The window
/// gives the visible one the keyboard on Ctrl+F.
class FilterField : public QLineEdit {
    Q_OBJECT

public:
    /// name is the accessible name ("Filter senders"), placeholder what it says while empty, shortcut the key shown.
    explicit FilterField(const QString &name, const QString &placeholder = tr("Filter"),
                         const QString &shortcut = QStringLiteral("Ctrl+F"), QWidget *parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;

private:
    QString m_shortcut;
};

} // namespace howdah::widgets
