// SPDX-License-Identifier: GPL-3.0-or-later
#include "theme/focusring.h"

#include <QPainter>

#include "theme/metrics.h"
#include "theme/paint.h"

namespace howdah::theme {

FocusRing::FocusRing(QWidget *parent)
    : QWidget(parent)
{
    setAttribute(Qt::WA_TransparentForMouseEvents);
    hide();
}

void FocusRing::showFor(Qt::FocusReason reason)
{
    setVisible(reason == Qt::TabFocusReason || reason == Qt::BacktabFocusReason || reason == Qt::ShortcutFocusReason ||
               reason == Qt::OtherFocusReason);
    raise();
}

void FocusRing::paintEvent(QPaintEvent *event)
{
    Q_UNUSED(event)
    QPainter painter(this);
    paintFocusRing(&painter, QRectF(rect()), metric::kRadiusControl);
}

} // namespace howdah::theme
