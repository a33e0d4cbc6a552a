// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/render.h"

#include <QFileInfo>
#include <QPixmap>

#include "shell/mainwindow.h"

namespace howdah::shell {

core::Result<QString> renderWindow(MainWindow &window, QSize size, const QString &path)
{
    window.resize(size);
    const QPixmap picture = window.grab();
    if (!picture.save(path, "PNG")) {
        return core::failure(core::Error::Kind::Io, QStringLiteral("The picture could not be written to %1").arg(path),
                             QStringLiteral("Check that the folder exists and may be written to."));
    }
    return QFileInfo(path).absoluteFilePath();
}

} // namespace howdah::shell
