// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCoreApplication>
#include <QTest>
#include <QWidget>

#include "theme/theme.h"

namespace howdah::testsupport {

/// Kept as NAME-light.png and NAME-dark.png where HOWDAH_TEST_PICTURES names a folder, to be looked at. The theme is
/// the light one afterwards.
inline void keepPicture(QWidget *widget, const QString &name)
{
    const QString folder = qEnvironmentVariable("HOWDAH_TEST_PICTURES");
    if (folder.isEmpty()) {
        return;
    }
    for (const theme::Mode mode : {theme::Mode::Light, theme::Mode::Dark}) {
        theme::Theme::instance().setMode(mode);
        QCoreApplication::processEvents();
        QVERIFY(widget->grab().save(QStringLiteral("%1/%2-%3.png").arg(folder, name, theme::modeKey(mode))));
    }
    theme::Theme::instance().setMode(theme::Mode::Light);
}

} // namespace howdah::testsupport
