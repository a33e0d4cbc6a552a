// SPDX-License-Identifier: GPL-3.0-or-later
// Provider "command": any program on this machine, told by its words what to do. Its exit code and who answers behind
// the address decide. It may be run twice: mover.h asks that of all.
#include <QCoreApplication>

#include "operations/address/mover.h"
#include "operations/places.h"

namespace howdah::operations::address {

namespace {

/// Half of the step's time: who is asked a last time must have some to answer.
constexpr int kAgainS = 10;

/// $1 for how many seconds it is begun again, then the program and its words. 75 is what sysexits.h has for a failure
/// that passes. What is said of it goes to where the program's own complaint does not: that is what people are told.
constexpr const char *kAssignScript = R"sh(
until=$(($(date +%s) + $1))
shift
while :; do
  code=0
  "$@" || code=$?
  [ "$code" -eq 75 ] && [ "$(date +%s)" -lt "$until" ] || exit "$code"
  echo "exit code 75, which passes: it is run again"
  sleep 0.5
done
)sh";

QString tr(const char *text)
{
    return QCoreApplication::translate("Address", text);
}

std::vector<Check> nothing(const Move &)
{
    return {};
}

std::vector<Action> assigned(const Move &move, const QString &from, const QString &to, const QString &host)
{
    Action action;
    action.kind = Action::Kind::Command;
    action.node = consolePlace();
    action.argv = QStringList{QStringLiteral("sh"), QStringLiteral("-c"), QLatin1String(kAssignScript),
                              QStringLiteral("howdah-assign"), QString::number(kAgainS)};
    for (QString word : move.address.assign) {
        word.replace(QLatin1String("{ip}"), move.address.ip);
        word.replace(QLatin1String("{old_node}"), from);
        word.replace(QLatin1String("{node}"), to);
        word.replace(QLatin1String("{host}"), host);
        action.argv.append(word);
    }
    action.text = tr("%1 moves").arg(move.address.ip);
    return {action};
}

std::vector<Action> actions(const Move &move)
{
    return assigned(move, move.from, move.to, move.toHost);
}

std::vector<Action> back(const Move &move)
{
    return move.from.isEmpty() ? std::vector<Action>() : assigned(move, move.to, move.from, move.fromHost);
}

} // namespace

const Mover &commandMover()
{
    static const Mover mover{QStringLiteral("command"), nothing, actions, back, nullptr};
    return mover;
}

} // namespace howdah::operations::address
