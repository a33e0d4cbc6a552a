// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

namespace howdah::shell {

/// What this program is, its version, and the licences of all that is in it.
class AboutDialog : public QDialog {
    Q_OBJECT

public:
    explicit AboutDialog(QWidget *parent = nullptr);
};

} // namespace howdah::shell
