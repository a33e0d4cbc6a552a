// SPDX-License-Identifier: GPL-3.0-or-later
#include "page.h"

namespace howdah::pages {

Page::Page(QWidget *parent)
    : QWidget(parent)
{
}

void Page::showSubject(const QString &subject)
{
    Q_UNUSED(subject)
}

} // namespace howdah::pages
