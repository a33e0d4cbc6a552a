// SPDX-License-Identifier: GPL-3.0-or-later
#include "patronitext.h"

#include <QJsonArray>
#include <algorithm>

#include "app/texttable.h"
#include "core/units.h"
#include "operations/patroni/configtext.h"

namespace howdah::app {

using namespace operations::patroni;

namespace {

QString orUnknown(const QString &text)
{
    return text.isEmpty() ? QStringLiteral("?") : text;
}

QJsonValue orNull(const QString &text)
{
    return text.isEmpty() ? QJsonValue() : QJsonValue(text);
}

QString lagText(const managers::PatroniMember &member)
{
    return member.isLeader() ? QString() : member.lag ? core::formatBytes(*member.lag) : QStringLiteral("?");
}

QString notesOf(const Member &member)
{
    QStringList notes = member.member.tags;
    if (member.member.pendingRestart) {
        notes.append(QStringLiteral("restart pending"));
    }
    if (!member.member.restartAt.isEmpty()) {
        notes.append(QStringLiteral("restart at ") + member.member.restartAt);
    }
    if (!member.self) {
        notes.append(member.error);
    }
    return notes.join(QStringLiteral(", "));
}

} // namespace

QString statusText(const PatroniFacts &facts)
{
    QString text = QStringLiteral("Patroni at %1").arg(facts.base);
    if (!facts.cluster.scope.isEmpty()) {
        text += QStringLiteral(", scope %1").arg(facts.cluster.scope);
    }
    text += facts.cluster.paused ? QStringLiteral(", paused\n") : QStringLiteral("\n");
    if (!facts.cluster.switchoverAt.isEmpty()) {
        text += QStringLiteral("A switchover to %1 is scheduled at %2\n")
                    .arg(facts.cluster.switchoverTo.isEmpty() ? QStringLiteral("anybody") : facts.cluster.switchoverTo,
                         facts.cluster.switchoverAt);
    }
    std::vector<QStringList> rows{{QStringLiteral("MEMBER"), QStringLiteral("NODE"), QStringLiteral("ROLE"),
                                   QStringLiteral("STATE"), QStringLiteral("TIMELINE"), QStringLiteral("LAG"),
                                   QStringLiteral("VERSION"), QStringLiteral("NOTES")}};
    for (const Member &one : facts.members) {
        rows.push_back({one.member.name, orUnknown(one.node), orUnknown(one.member.role), orUnknown(one.member.state),
                        one.member.timeline ? QString::number(*one.member.timeline) : QStringLiteral("?"),
                        lagText(one.member), one.self ? orUnknown(one.self->version) : QStringLiteral("?"),
                        notesOf(one)});
    }
    return text + QLatin1Char('\n') + textTable(rows);
}

QJsonObject statusJson(const PatroniFacts &facts)
{
    QJsonArray members;
    for (const Member &one : facts.members) {
        members.append(QJsonObject{
            {QStringLiteral("name"), one.member.name},
            {QStringLiteral("node"), orNull(one.node)},
            {QStringLiteral("role"), orNull(one.member.role)},
            {QStringLiteral("state"), orNull(one.member.state)},
            {QStringLiteral("timeline"), one.member.timeline ? QJsonValue(*one.member.timeline) : QJsonValue()},
            {QStringLiteral("lag_bytes"), one.member.lag ? QJsonValue(*one.member.lag) : QJsonValue()},
            {QStringLiteral("tags"), QJsonArray::fromStringList(one.member.tags)},
            {QStringLiteral("pending_restart"), one.member.pendingRestart},
            {QStringLiteral("restart_at"), orNull(one.member.restartAt)},
            {QStringLiteral("api"), orNull(one.api)},
            {QStringLiteral("version"), one.self ? orNull(one.self->version) : QJsonValue()},
            {QStringLiteral("error"), orNull(one.error)}});
    }
    return {{QStringLiteral("url"), facts.base},
            {QStringLiteral("scope"), orNull(facts.cluster.scope)},
            {QStringLiteral("paused"), facts.cluster.paused},
            {QStringLiteral("switchover_at"), orNull(facts.cluster.switchoverAt)},
            {QStringLiteral("switchover_to"), orNull(facts.cluster.switchoverTo)},
            {QStringLiteral("members"), members}};
}

QString historyText(const std::vector<managers::PatroniTurn> &turns)
{
    std::vector<QStringList> rows{{QStringLiteral("TIMELINE"), QStringLiteral("ENDED AT LSN"), QStringLiteral("WHEN"),
                                   QStringLiteral("NEW LEADER"), QStringLiteral("REASON")}};
    for (const managers::PatroniTurn &turn : turns) {
        rows.push_back({QString::number(turn.timeline),
                        QStringLiteral("%1/%2").arg(turn.lsn >> 32, 0, 16).arg(turn.lsn & 0xFFFFFFFF, 0, 16).toUpper(),
                        orUnknown(turn.at), orUnknown(turn.leader), turn.reason});
    }
    return turns.empty() ? QStringLiteral("No timeline has ended yet.\n") : textTable(rows);
}

QJsonObject historyJson(const std::vector<managers::PatroniTurn> &turns)
{
    QJsonArray all;
    for (const managers::PatroniTurn &turn : turns) {
        all.append(QJsonObject{{QStringLiteral("timeline"), turn.timeline},
                               {QStringLiteral("lsn"), turn.lsn},
                               {QStringLiteral("reason"), turn.reason},
                               {QStringLiteral("at"), orNull(turn.at)},
                               {QStringLiteral("new_leader"), orNull(turn.leader)}});
    }
    return {{QStringLiteral("history"), all}};
}

QString configText(const QJsonObject &config)
{
    QString text;
    for (const auto &[key, value] : managers::flattened(masked(config))) {
        text += QStringLiteral("%1 = %2\n").arg(key, value);
    }
    return text;
}

QJsonObject configJson(const QJsonObject &config)
{
    return {{QStringLiteral("config"), masked(config)}};
}

QString differenceText(const std::vector<Difference> &changes)
{
    QString text;
    for (const Difference &one : changes) {
        text += one.before.isEmpty() ? QString() : QStringLiteral("- %1 = %2\n").arg(one.key, one.before);
        text += one.after.isEmpty() ? QString() : QStringLiteral("+ %1 = %2\n").arg(one.key, one.after);
    }
    return text.isEmpty() ? QString() : text + QLatin1Char('\n');
}

QJsonObject differenceJson(const std::vector<Difference> &changes)
{
    QJsonArray all;
    for (const Difference &one : changes) {
        all.append(QJsonObject{{QStringLiteral("key"), one.key},
                               {QStringLiteral("before"), orNull(one.before)},
                               {QStringLiteral("after"), orNull(one.after)}});
    }
    return {{QStringLiteral("difference"), all}};
}

} // namespace howdah::app
