// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/savedialog.h"

namespace howdah::widgets {

QFileDialog *openSaveDialog(QWidget *parent, const QString &name, const QString &title, const QString &baseName,
                            const std::vector<SaveForm> &forms)
{
    auto *dialog = new QFileDialog(parent, title);
    dialog->setObjectName(name);
    dialog->setOption(QFileDialog::DontUseNativeDialog);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setAcceptMode(QFileDialog::AcceptSave);
    dialog->setFileMode(QFileDialog::AnyFile);
    QStringList filters;
    for (const SaveForm &form : forms) {
        filters.append(QStringLiteral("%1 (*.%2)").arg(form.title, form.suffix));
    }
    dialog->setNameFilters(filters);
    const auto choose = [dialog, baseName](const QString &suffix) {
        dialog->setDefaultSuffix(suffix);
        dialog->selectFile(baseName + QLatin1Char('.') + suffix);
    };
    choose(forms.front().suffix);
    QObject::connect(dialog, &QFileDialog::filterSelected, dialog, [choose, filters, forms](const QString &filter) {
        const qsizetype at = filters.indexOf(filter);
        if (at >= 0) {
            choose(forms[static_cast<std::size_t>(at)].suffix);
        }
    });
    dialog->open();
    return dialog;
}

} // namespace howdah::widgets
