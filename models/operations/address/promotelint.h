// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace howdah::operations::address {

/// What is wrong with a line of a script that repmgr runs, or of its configuration. Nothing secret stands in it.
struct LintFinding {
    int line = 0;
    QString id;     ///< stable: "token-on-command-line"
    QString what;   ///< is wrong
    QString why;    ///< what that does when the primary fails
    QString remedy; ///< what to write instead

    bool operator==(const LintFinding &) const = default;
};

/// Findings in a script that promotes and moves an address, in the order of its lines. Pure.
std::vector<LintFinding> lintScript(const QString &text);
/// Findings in a repmgr.conf: in its settings, and in what its commands do by themselves. Pure.
std::vector<LintFinding> lintRepmgrConf(const QString &text);
/// Whether it is repmgr's configuration, and no script.
bool isRepmgrConf(const QString &text);

} // namespace howdah::operations::address
