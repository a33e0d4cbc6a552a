// SPDX-License-Identifier: GPL-3.0-or-later
#include "pageregistry.h"

#include "page.h"

namespace howdah::pages {

const QList<PageEntry> &pageRegistry()
{
    static const QList<PageEntry> entries;
    return entries;
}

} // namespace howdah::pages
