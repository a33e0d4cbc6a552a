// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAbstractButton>

namespace howdah::shell {

/// Looks like a field at the end of the tool bar and opens the command palette.
class SearchButton : public QAbstractButton {
    Q_OBJECT

public:
    explicit SearchButton(QWidget *parent = nullptr);
    QSize sizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace howdah::shell
