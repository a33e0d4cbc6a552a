// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/pageregistry.h"

#include <QCoreApplication>

#include "pages/addressespage.h"
#include "pages/journalpage.h"
#include "pages/overviewpage.h"
#include "pages/replicationpage.h"
#include "pages/rolespage.h"
#include "pages/settingspage.h"
#include "pages/slotspage.h"

namespace howdah::pages {

namespace {

template<typename P>
Page *make(QWidget *parent)
{
    return new P(parent);
}

QString words(const char *text)
{
    return QCoreApplication::translate("howdah::pages::Page", text);
}

} // namespace

const QList<PageEntry> &pageRegistry()
{
    static const QList<PageEntry> entries = {
        {QStringLiteral("overview"), words("Overview"), QStringLiteral("overview"), &make<OverviewPage>},
        {QStringLiteral("replication"), words("Replication"), QStringLiteral("replication"), &make<ReplicationPage>},
        {QStringLiteral("slots"), words("Slots"), QStringLiteral("slot"), &make<SlotsPage>},
        {QStringLiteral("addresses"), words("Addresses"), QStringLiteral("address"), &make<AddressesPage>},
        {QStringLiteral("roles"), words("Roles"), QStringLiteral("role"), &make<RolesPage>},
        {QStringLiteral("settings"), words("Settings"), QStringLiteral("settings"), &make<SettingsPage>},
        {QStringLiteral("journal"), words("Journal"), QStringLiteral("journal"), &make<JournalPage>},
    };
    return entries;
}

} // namespace howdah::pages
