// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QIcon>
#include <QPixmap>

#include "theme/tokens.h"

class QPainter;

namespace howdah::theme {

/// An icon of resources/icons by file name without suffix ("refresh", "finding-ok"). It takes its colour from the theme
/// when it is painted, so it need not be made anew when the theme changes. Disabled it takes Token::Disabled.
QIcon icon(const QString &name, Token token = Token::Text2);

/// The program's own icon, in its own colours.
QIcon appIcon();

/// The icon's mask filled with color; size in device-independent pixels. Cached.
QPixmap iconPixmap(const QString &name, const QColor &color, int size, qreal devicePixelRatio);

/// Paints the icon, centred in rect and as large as its shorter side. Sharp at every pixel ratio.
void paintIcon(QPainter *painter, const QRectF &rect, const QString &name, const QColor &color);

/// True when resources/icons has it.
bool hasIcon(const QString &name);

} // namespace howdah::theme
