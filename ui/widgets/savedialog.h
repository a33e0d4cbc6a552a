// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileDialog>
#include <vector>

namespace howdah::widgets {

/// A form in which something can be written: what people read, and the suffix of its files.
struct SaveForm {
    QString title; ///< "Shell script"
    QString suffix;
};

/// Asks where to write something, and in which form: the proposed name follows the form that is chosen. Opened, never
/// run: it has no loop of its own, and looks alike everywhere. It belongs to parent and deletes itself; fileSelected()
/// tells the path.
QFileDialog *openSaveDialog(QWidget *parent, const QString &name, const QString &title, const QString &baseName,
                            const std::vector<SaveForm> &forms);

} // namespace howdah::widgets
