// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>
#include <QButtonGroup>
#include <QStringList>

namespace howdah::widgets {

/// A word that leads somewhere: reached by Tab, followed by Space, Return or a click.
class LinkButton : public QAbstractButton {
    Q_OBJECT

public:
    explicit LinkButton(const QString &text, QWidget *parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void keyPressEvent(QKeyEvent *event) override;
};

/// A few choices of which one holds, side by side: arrow keys move between them.
class SegmentedControl : public QWidget {
    Q_OBJECT

public:
    /// name is the accessible name ("Unit of the lag plot") and, made lower case and dashed, the objectName.
    SegmentedControl(const QString &name, const QStringList &choices, QWidget *parent = nullptr);

    int currentIndex() const;
    /// Emits currentChanged when the choice changes.
    void setCurrentIndex(int index);

Q_SIGNALS:
    void currentChanged(int index);
    void chosen(int index); ///< by the user, also the one that was chosen before

private:
    QButtonGroup *m_group;
};

/// "Unit of the lag plot" becomes "unit-of-the-lag-plot".
QString objectNameFor(const QString &text);

} // namespace howdah::widgets
