// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>

#include "operations/plan.h"

namespace howdah::shell {

/// All that a plan would do, word for word as `--dry-run` prints it, to be read, copied and handed on. It shows the
/// plan of the moment at which it was asked for; nothing is run.
class DryRunDialog : public QDialog {
    Q_OBJECT

public:
    explicit DryRunDialog(const operations::Plan &plan, QWidget *parent = nullptr);
};

} // namespace howdah::shell
