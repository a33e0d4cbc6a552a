// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <algorithm>

#include "addresses/provider.h"

namespace howdah::addresses {

/// Pages put together to one list. What is on two pages, because the list grew in between, is in it once, as the later
/// page has it.
template<typename T>
class Walk {
public:
    /// What to ask for next; empty before the first page, and after the last.
    const QString &next() const { return m_next; }
    bool isWhole() const { return m_isWhole; }
    const std::vector<T> &items() const { return m_items; }

    /// An error when the pages go round in circles: then nobody knows what is on the list.
    core::Result<void> take(Listing<T> page)
    {
        for (T &item : page.items) {
            const auto known =
                std::find_if(m_items.begin(), m_items.end(), [&item](const T &other) { return other.id == item.id; });
            if (known == m_items.end()) {
                m_items.push_back(std::move(item));
            } else {
                *known = std::move(item);
            }
        }
        m_isWhole = page.next.isEmpty();
        if (!m_isWhole && (m_asked.contains(page.next) || m_asked.size() >= kMostPages)) {
            return core::failure(core::Error::Kind::Server,
                                 QStringLiteral("The pages of the provider's list do not come to an end. Nothing was "
                                                "changed."),
                                 QStringLiteral("Check its base URL and whether a proxy stands in between."));
        }
        m_asked.append(page.next);
        m_next = std::move(page.next);
        return {};
    }

private:
    std::vector<T> m_items;
    QStringList m_asked;
    QString m_next;
    bool m_isWhole = false;
};

} // namespace howdah::addresses
