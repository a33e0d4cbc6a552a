// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/address/promoteorder.h"

#include <QRegularExpression>
#include <algorithm>

namespace howdah::operations::address {

using Joint = ShellCommand::Joint;

namespace {

constexpr int kDeepest = 8; ///< calls within calls that are followed

bool mentions(const ShellCommand &command, const QRegularExpression &what)
{
    const auto in = [&what](const ShellWord &word) { return word.text.contains(what); };
    return std::any_of(command.words.begin(), command.words.end(), in) ||
           std::any_of(command.assignments.begin(), command.assignments.end(), in);
}

bool isSpeech(const Called &called)
{
    static const QStringList all{QStringLiteral("echo"), QStringLiteral("printf"), QStringLiteral("logger")};
    return all.contains(called.name);
}

} // namespace

PromoteOrder::PromoteOrder(const ShellText &shell, const QString &text)
    : m_shell(shell)
    , m_text(text)
{
    for (const ShellCommand &command : shell.commands) {
        m_called.push_back(calledBy(command));
    }
}

std::vector<std::size_t> PromoteOrder::promotions() const
{
    Places all;
    for (std::size_t i = 0; i < m_called.size(); ++i) {
        if (isPromotion(m_called[i])) {
            all.push_back(i);
        }
    }
    return all;
}

PromoteOrder::Places PromoteOrder::callsOf(const QString &function) const
{
    Places all;
    for (std::size_t i = 0; i < m_called.size(); ++i) {
        if (m_called[i].program == function && m_shell.commands[i].function != function) {
            all.push_back(i);
        }
    }
    return all;
}

/// Where a command takes place: where it stands, or where the function is called that it stands in.
PromoteOrder::Places PromoteOrder::placesOf(std::size_t command, int depth) const
{
    const QString function = m_shell.commands[command].function;
    const Places calls = function.isEmpty() || depth > kDeepest ? Places() : callsOf(function);
    Places all;
    for (const std::size_t call : calls) {
        const Places more = placesOf(call, depth + 1);
        all.insert(all.end(), more.begin(), more.end());
    }
    return all.empty() ? Places{command} : all;
}

/// Whether only one of them is ever done: they stand in different arms of one branch.
bool PromoteOrder::areExclusive(std::size_t one, std::size_t other) const
{
    for (const auto &[id, arm] : m_shell.commands[one].arms) {
        for (const auto &[otherId, otherArm] : m_shell.commands[other].arms) {
            if (id == otherId && arm != otherArm) {
                return true;
            }
        }
    }
    return false;
}

bool PromoteOrder::movesBefore(std::size_t promotion) const
{
    const Places own = placesOf(promotion);
    for (std::size_t i = 0; i < m_called.size(); ++i) {
        if (!isMove(m_called[i])) {
            continue;
        }
        for (const std::size_t place : placesOf(i)) {
            // In one function both take place at once, and there it is the order in which they stand that counts.
            if ((place < own.front() || (place == own.front() && i < promotion)) && !areExclusive(place, own.front()) &&
                !areExclusive(i, promotion)) {
                return true;
            }
        }
    }
    return false;
}

bool PromoteOrder::movesBehind(std::size_t promotion) const
{
    return !areMovesWithin(promotion, promotion);
}

/// Whether all that moves an address behind a command stands before another.
bool PromoteOrder::areMovesWithin(std::size_t command, std::size_t to) const
{
    const Places own = placesOf(command);
    for (std::size_t i = 0; i < m_called.size(); ++i) {
        if (!isMove(m_called[i])) {
            continue;
        }
        for (const std::size_t place : placesOf(i)) {
            const bool isBehind = place > own.back() || (place == own.back() && i > command);
            const std::size_t where = m_shell.commands[command].function.isEmpty() ? place : i;
            if (isBehind && !(where > command && where < to) && !areExclusive(place, own.back()) &&
                !areExclusive(i, command)) {
                return false;
            }
        }
    }
    return true;
}

/// What comes behind the group, or the single command, that begins there.
std::size_t PromoteOrder::behindElement(std::size_t from, int depth) const
{
    std::size_t at = from;
    while (at < m_called.size() && m_shell.commands[at].scope > 0) {
        ++at;
    }
    if (at < m_called.size() && m_shell.commands[at].depth <= depth) {
        return at + 1;
    }
    while (at < m_called.size() && (m_shell.commands[at].depth > depth || m_shell.commands[at].scope > 0)) {
        ++at;
    }
    return at;
}

/// Whether what stands there leaves the script, or the function.
bool PromoteOrder::ends(std::size_t from, std::size_t to) const
{
    static const QStringList leaving{QStringLiteral("exit"), QStringLiteral("return"), QStringLiteral("break"),
                                     QStringLiteral("continue")};
    static const QRegularExpression name(QStringLiteral("^(die|fail|fatal|abort|bail|err|error)"));
    for (std::size_t i = from; i < to && i < m_called.size(); ++i) {
        const QString program = m_called[i].program;
        if (leaving.contains(program) || m_shell.commands[i].words.empty()) {
            if (!program.isEmpty()) {
                return true;
            }
            continue;
        }
        if (!m_shell.functions.contains(program)) {
            if (program.contains(name)) {
                return true; // of another file
            }
            continue;
        }
        for (std::size_t j = 0; j < m_called.size(); ++j) {
            if (m_shell.commands[j].function == program && m_called[j].program == QLatin1String("exit")) {
                return true;
            }
        }
    }
    return false;
}

bool PromoteOrder::sets(char flag, const char *option, std::size_t before) const
{
    const QRegularExpression flags(QStringLiteral("^-[a-zA-Z]*%1").arg(QLatin1Char(flag)));
    const QString first = m_text.section(QLatin1Char('\n'), 0, 0);
    if (flag != '\0' && first.startsWith(QLatin1String("#!")) && first.section(QLatin1Char(' '), -1).contains(flags)) {
        return true;
    }
    for (std::size_t i = 0; i < before && i < m_called.size(); ++i) {
        if (m_called[i].program == QLatin1String("set") &&
            (m_called[i].has(option) ||
             (flag != '\0' && std::any_of(m_called[i].words.begin(), m_called[i].words.end(),
                                          [&flags](const QString &one) { return one.contains(flags); })))) {
            return true;
        }
    }
    return false;
}

/// Whether the command behind it looks at its status, and does something with it.
bool PromoteOrder::isStatusRead(std::size_t command) const
{
    static const QRegularExpression status(QStringLiteral("\\$\\?|\\$\\{\\?\\}|PIPESTATUS"));
    const std::size_t next = command + 1;
    if (next >= m_called.size() || !mentions(m_shell.commands[next], status) || isSpeech(m_called[next])) {
        return false;
    }
    if (m_shell.commands[next].assignments.empty()) {
        return true;
    }
    const QString name = m_shell.commands[next].assignments.front().text.section(QLatin1Char('='), 0, 0);
    const QRegularExpression use(QStringLiteral("\\$\\{?%1\\b").arg(name));
    for (std::size_t i = next + 1; i < m_called.size(); ++i) {
        if (mentions(m_shell.commands[i], use) && !isSpeech(m_called[i])) {
            return true;
        }
    }
    return false;
}

bool PromoteOrder::isChecked(std::size_t command, int depth) const
{
    const ShellCommand &own = m_shell.commands[command];
    const bool isReplaced = !own.words.empty() && own.words.front().text == QLatin1String("exec");
    if (own.isCondition || isReplaced || isStatusRead(command)) {
        return true;
    }
    if (own.scope > 0) { // its status is that of what it is assigned in
        for (std::size_t i = command + 1; i < m_called.size(); ++i) {
            if (m_shell.commands[i].scope == 0) {
                return m_shell.commands[i].words.empty() && depth < kDeepest && isChecked(i, depth + 1);
            }
        }
        return false;
    }
    std::size_t last = command;
    if (own.after == Joint::Pipe) {
        if (!sets('\0', "pipefail", command)) {
            return false;
        }
        while (last + 1 < m_called.size() && m_shell.commands[last + 1].pipeline == own.pipeline) {
            ++last;
        }
    }
    Joint joint = m_shell.commands[last].after;
    const int level = m_shell.commands[last].afterDepth;
    std::size_t over = last + 1;
    if (joint == Joint::And) {
        while (joint == Joint::And && over < m_called.size()) {
            over = behindElement(over, level);
            joint = m_shell.commands[over - 1].afterDepth == level ? m_shell.commands[over - 1].after : Joint::End;
        }
        if (joint != Joint::Or) {
            return areMovesWithin(command, over);
        }
    }
    if (joint == Joint::Or) {
        return ends(over, behindElement(over, level));
    }
    if (joint != Joint::End || depth >= kDeepest) {
        return false;
    }
    if (sets('e', "errexit", command)) {
        return true;
    }
    // What a function does last is what becomes of it.
    const bool isLast =
        !own.function.isEmpty() && (last + 1 >= m_called.size() || m_shell.commands[last + 1].function != own.function);
    const Places calls = isLast ? callsOf(own.function) : Places();
    return !calls.empty() &&
           std::all_of(calls.begin(), calls.end(), [&](std::size_t call) { return isChecked(call, depth + 1); });
}

std::optional<Called> PromoteOrder::listingOf(std::size_t command) const
{
    static const QRegularExpression name(QStringLiteral("\\$\\{?([A-Za-z_][A-Za-z0-9_]*)"));
    for (std::size_t i = 0; i < command; ++i) {
        if (m_shell.commands[i].pipeline != m_shell.commands[command].pipeline) {
            continue;
        }
        if (isListing(m_called[i])) {
            return m_called[i];
        }
        if (!isSpeech(m_called[i])) {
            continue;
        }
        for (const ShellWord &word : m_shell.commands[i].words) {
            const auto used = name.match(word.text);
            for (std::size_t j = 0; used.hasMatch() && j < i; ++j) {
                if (m_shell.commands[j].into == used.captured(1) && isListing(m_called[j])) {
                    return m_called[j];
                }
            }
        }
    }
    return {};
}

bool PromoteOrder::readsBehind(std::size_t command) const
{
    const Places own = placesOf(command);
    for (std::size_t i = 0; i < m_called.size(); ++i) {
        if (!isReading(m_called[i])) {
            continue;
        }
        for (const std::size_t place : placesOf(i)) {
            if (place > own.back() || (place == own.back() && i > command)) {
                return true;
            }
        }
    }
    return false;
}

bool PromoteOrder::setsPath() const
{
    return std::any_of(m_shell.commands.begin(), m_shell.commands.end(), [](const ShellCommand &command) {
        static const QRegularExpression path(QStringLiteral("^PATH="));
        return mentions(command, path);
    });
}

} // namespace howdah::operations::address
