// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <optional>

#include "operations/address/promotecommands.h"

namespace howdah::operations::address {

/// What in a script comes before what, and hangs on what, as far as that can be told without running it. Commands are
/// named by their places in ShellText::commands. What a function does counts where it is called.
class PromoteOrder {
public:
    /// shell must outlive it, text is what it was read from.
    PromoteOrder(const ShellText &shell, const QString &text);

    std::vector<std::size_t> promotions() const;
    bool movesBefore(std::size_t promotion) const;
    bool movesBehind(std::size_t promotion) const;
    /// Whether no address moves behind it unless it has succeeded.
    bool isChecked(std::size_t promotion) const { return isChecked(promotion, 0); }
    /// What has printed the list that this command reads: by a pipe, or by way of a variable.
    std::optional<Called> listingOf(std::size_t command) const;
    /// Whether something is asked of the provider behind it.
    bool readsBehind(std::size_t command) const;
    bool setsPath() const;

private:
    using Places = std::vector<std::size_t>;
    Places placesOf(std::size_t command, int depth = 0) const;
    Places callsOf(const QString &function) const;
    bool areExclusive(std::size_t one, std::size_t other) const;
    std::size_t behindElement(std::size_t from, int depth) const;
    bool ends(std::size_t from, std::size_t to) const;
    bool isChecked(std::size_t command, int depth) const;
    bool isStatusRead(std::size_t command) const;
    bool areMovesWithin(std::size_t command, std::size_t to) const;
    bool sets(char flag, const char *option, std::size_t before) const;

    const ShellText &m_shell;
    const QString &m_text;
    std::vector<Called> m_called;
};

} // namespace howdah::operations::address
