// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/providers.h"

#include <algorithm>

// A provider is a file that defines a function of this form and name, and one line here.
#define HOWDAH_EACH_PROVIDER(DO)                                                                                       \
    DO(digitalOceanProvider)                                                                                           \
    DO(digitalOceanFloatingProvider)                                                                                   \
    DO(hetznerProvider)                                                                                                \
    DO(hetznerRobotProvider)                                                                                           \
    DO(awsProvider)                                                                                                    \
    DO(openStackProvider)

namespace howdah::addresses {

#define HOWDAH_DECLARE(function) const Provider &function();
HOWDAH_EACH_PROVIDER(HOWDAH_DECLARE)
#undef HOWDAH_DECLARE

const std::vector<const Provider *> &providers()
{
#define HOWDAH_LIST(function) &function(),
    static const std::vector<const Provider *> all{HOWDAH_EACH_PROVIDER(HOWDAH_LIST)};
#undef HOWDAH_LIST
    return all;
}

const Provider *providerOf(const QString &key)
{
    const auto &all = providers();
    const auto found =
        std::find_if(all.begin(), all.end(), [&key](const Provider *provider) { return provider->info().key == key; });
    return found == all.end() ? nullptr : *found;
}

} // namespace howdah::addresses
