// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDialog>
#include <functional>

namespace howdah::shell {

/// The foot of a dialog that is only read: a button that copies, a sentence, and Close. Their
/// names begin with name: "-footer", "-copy", "-sentence", "-close". sentence is shown as plain text.
QWidget *readingFooter(QDialog *dialog, const QString &name, const QString &copyText, const QString &sentence,
                       const std::function<void()> &copy);

} // namespace howdah::shell
