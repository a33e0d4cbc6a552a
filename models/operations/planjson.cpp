// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/planjson.h"

#include <QJsonArray>
#include <array>
#include <functional>

#include "core/redact.h"
#include "operations/httpjson.h"

namespace howdah::operations {

namespace {

template<typename T>
QJsonArray arrayOf(const std::vector<T> &values)
{
    QJsonArray array;
    for (const T &value : values) {
        array.append(toJson(value));
    }
    return array;
}

QString wordOf(Action::Kind kind)
{
    constexpr std::array words{"sql", "command", "person", "http"};
    return QLatin1String(words.at(static_cast<std::size_t>(kind)));
}

/// The value of an enumeration whose word is text; the first of all when none is, which `ok` tells.
template<typename T, std::size_t N, typename Word>
T fromWord(const QString &text, const std::array<T, N> &all, Word word, bool &ok)
{
    for (const T one : all) {
        if (word(one) == text) {
            return one;
        }
    }
    ok = false;
    return all.front();
}

QStringList strings(const QJsonValue &value)
{
    QStringList list;
    for (const auto &one : value.toArray()) {
        list.append(one.toString());
    }
    return list;
}

/// Reads one object after another out of an array, and remembers whether all were of the right form.
class Reader {
public:
    bool ok() const { return m_ok; }

    Capture capture(const QJsonObject &o)
    {
        return {o[QLatin1String("name")].toString(), o[QLatin1String("from")].toString()};
    }

    RowCheck row(const QJsonObject &o)
    {
        return {o[QLatin1String("key")].toString(), o[QLatin1String("value")].toString(),
                o[QLatin1String("column")].toString(), o[QLatin1String("is")].toString()};
    }

    Action action(const QJsonObject &o)
    {
        Action action;
        action.kind = fromWord(
            o[QLatin1String("kind")].toString(),
            std::array{Action::Kind::Sql, Action::Kind::Command, Action::Kind::Person, Action::Kind::Http},
            [](Action::Kind kind) { return wordOf(kind); }, m_ok);
        action.node = o[QLatin1String("node")].toString();
        action.sql = o[QLatin1String("sql")].toString();
        action.database = o[QLatin1String("database")].toString();
        action.argv = strings(o[QLatin1String("argv")]);
        action.asRoot = o[QLatin1String("as_root")].toBool();
        action.http = httpFromJson(o[QLatin1String("http")].toObject(), m_ok);
        action.text = o[QLatin1String("text")].toString();
        action.otherwise = o[QLatin1String("otherwise")].toString();
        action.expectsTrue = o[QLatin1String("expects_true")].toBool();
        if (o[QLatin1String("row")].isObject()) {
            action.row = row(o[QLatin1String("row")].toObject());
        }
        action.expected = strings(o[QLatin1String("expected")]);
        action.unexpected = strings(o[QLatin1String("unexpected")]);
        action.alreadySo = o[QLatin1String("already_so")].toString();
        if (o[QLatin1String("last_will")].isObject()) {
            action.lastWill = lastWillFromJson(o[QLatin1String("last_will")].toObject());
        }
        action.pollMs = o[QLatin1String("poll_ms")].toInt();
        action.wakesOn = o[QLatin1String("wakes_on")].toString();
        action.says = o[QLatin1String("says")].toString();
        action.neverWhen = o[QLatin1String("never_when")].toString();
        action.askAgainMs = o[QLatin1String("ask_again_ms")].toInt();
        action.orSilent = o[QLatin1String("or_silent")].toBool();
        action.wasSilent = o[QLatin1String("was_silent")].toBool();
        action.onlyIf = o[QLatin1String("only_if")].toString();
        action.absentMs = o[QLatin1String("absent_ms")].toInt();
        action.letsIn = o[QLatin1String("lets_in")].toBool(); // not in plans of older versions
        action.deadlineMs = o[QLatin1String("deadline_ms")].toInt();
        action.captures = list(o[QLatin1String("captures")], &Reader::capture);
        action.shows = strings(o[QLatin1String("shows")]); // not in plans of older versions
        // What could not be run must not look as if it had been.
        m_ok = m_ok && !(action.kind == Action::Kind::Sql && action.sql.isEmpty()) &&
               !(action.kind == Action::Kind::Command && action.argv.isEmpty()) &&
               !(action.kind == Action::Kind::Http && action.http.url.isEmpty());
        return action;
    }

    Step step(const QJsonObject &o)
    {
        Step step;
        step.id = o[QLatin1String("id")].toString();
        step.phase = fromWord(
            o[QLatin1String("phase")].toString(), std::array{Phase::Prepare, Phase::Outage, Phase::After},
            [](Phase phase) { return operations::toString(phase); }, m_ok);
        step.title = o[QLatin1String("title")].toString();
        step.nodes = strings(o[QLatin1String("nodes")]);
        step.actions = list(o[QLatin1String("actions")], &Reader::action);
        step.verify = list(o[QLatin1String("verify")], &Reader::action);
        step.undo = list(o[QLatin1String("undo")], &Reader::action);
        step.deadlineMs = o[QLatin1String("deadline_ms")].toInt();
        step.expectedMs = o[QLatin1String("expected_ms")].toInt();
        step.waitsMs = o[QLatin1String("waits_ms")].toInt(); // not in plans of earlier versions
        step.expectedFrom = o[QLatin1String("expected_from")].toInt();
        step.pointOfNoReturn = o[QLatin1String("point_of_no_return")].toBool();
        if (o.contains(QLatin1String("not_done"))) { // not in plans of earlier versions
            step.notDone = list(o[QLatin1String("not_done")], &Reader::action);
        }
        step.renewed = o[QLatin1String("renewed")].toBool();
        if (o.contains(QLatin1String("still_held"))) {
            step.stillHeld = list(o[QLatin1String("still_held")], &Reader::action);
        }
        if (o.contains(QLatin1String("asked_anew"))) { // journals of before it have none
            step.askedAnew = list(o[QLatin1String("asked_anew")], &Reader::action);
        }
        step.provenAnew = strings(o[QLatin1String("proven_anew")]);
        step.undoneFirst = o[QLatin1String("undone_first")].toBool();
        step.renewedUntil = o[QLatin1String("renewed_until")].toString();
        step.lane = o[QLatin1String("lane")].toInt();
        step.needs = strings(o[QLatin1String("needs")]);
        step.remedy = o[QLatin1String("remedy")].toString();
        m_ok = m_ok && !step.id.isEmpty() && step.deadlineMs > 0;
        return step;
    }

    Check check(const QJsonObject &o)
    {
        Check check;
        check.id = o[QLatin1String("id")].toString();
        check.group = o[QLatin1String("group")].toString();
        check.title = o[QLatin1String("title")].toString();
        check.result = fromWord(
            o[QLatin1String("result")].toString(),
            std::array{CheckResult::Unknown, CheckResult::Passed, CheckResult::Warning, CheckResult::Failed},
            [](CheckResult result) { return operations::toString(result); }, m_ok);
        check.evidence = o[QLatin1String("evidence")].toString();
        check.remedy = o[QLatin1String("remedy")].toString();
        check.node = o[QLatin1String("node")].toString();
        return check;
    }

    Secret secret(const QJsonObject &o)
    {
        Secret secret;
        secret.name = o[QLatin1String("name")].toString();
        secret.node = o[QLatin1String("node")].toString();
        secret.sql = o[QLatin1String("sql")].toString();
        secret.shown = o[QLatin1String("shown")].toString();
        for (const auto &pair : o[QLatin1String("replaced")].toArray()) {
            secret.replaced.emplace_back(pair.toArray().at(0).toString(), pair.toArray().at(1).toString());
        }
        m_ok = m_ok && !secret.name.isEmpty() && !secret.sql.isEmpty();
        return secret;
    }

    template<typename T>
    std::vector<T> list(const QJsonValue &value, T (Reader::*read)(const QJsonObject &))
    {
        m_ok = m_ok && value.isArray();
        std::vector<T> all;
        for (const auto &one : value.toArray()) {
            m_ok = m_ok && one.isObject();
            all.push_back((this->*read)(one.toObject()));
        }
        return all;
    }

private:
    bool m_ok = true;
};

} // namespace

QJsonObject toJson(const Capture &capture)
{
    return {{QStringLiteral("name"), capture.name}, {QStringLiteral("from"), capture.from}};
}

QJsonObject toJson(const LastWill &will)
{
    return {{QStringLiteral("sql"), will.sql},
            {QStringLiteral("already_so"), will.alreadySo},
            {QStringLiteral("latest_ms"), will.latestMs},
            {QStringLiteral("witnesses"), will.witnesses},
            {QStringLiteral("witness_by"), QJsonArray::fromStringList(will.witnessBy)},
            {QStringLiteral("database"), will.database},
            {QStringLiteral("after_ms"), will.afterMs}};
}

LastWill lastWillFromJson(const QJsonObject &object)
{
    return {object.value(QLatin1String("sql")).toString(),      object.value(QLatin1String("already_so")).toString(),
            object.value(QLatin1String("latest_ms")).toInt(),   object.value(QLatin1String("witnesses")).toString(),
            strings(object.value(QLatin1String("witness_by"))), object.value(QLatin1String("database")).toString(),
            object.value(QLatin1String("after_ms")).toInt()};
}

QJsonObject toJson(const Secret &secret)
{
    QJsonArray replaced;
    for (const auto &[keyword, value] : secret.replaced) {
        replaced.append(QJsonArray{keyword, value});
    }
    return {{QStringLiteral("name"), secret.name},
            {QStringLiteral("node"), secret.node},
            {QStringLiteral("sql"), secret.sql},
            {QStringLiteral("replaced"), replaced},
            {QStringLiteral("shown"), core::redacted(secret.shown)}};
}

QJsonObject toJson(const Step &step)
{
    return {{QStringLiteral("id"), step.id},
            {QStringLiteral("phase"), toString(step.phase)},
            {QStringLiteral("title"), step.title},
            {QStringLiteral("nodes"), QJsonArray::fromStringList(step.nodes)},
            {QStringLiteral("actions"), arrayOf(step.actions)},
            {QStringLiteral("verify"), arrayOf(step.verify)},
            {QStringLiteral("undo"), arrayOf(step.undo)},
            {QStringLiteral("deadline_ms"), step.deadlineMs},
            {QStringLiteral("expected_ms"), step.expectedMs},
            {QStringLiteral("waits_ms"), step.waitsMs},
            {QStringLiteral("expected_from"), step.expectedFrom},
            {QStringLiteral("point_of_no_return"), step.pointOfNoReturn},
            {QStringLiteral("not_done"), arrayOf(step.notDone)},
            {QStringLiteral("renewed"), step.renewed},
            {QStringLiteral("asked_anew"), arrayOf(step.askedAnew)},
            {QStringLiteral("still_held"), arrayOf(step.stillHeld)},
            {QStringLiteral("proven_anew"), QJsonArray::fromStringList(step.provenAnew)},
            {QStringLiteral("undone_first"), step.undoneFirst},
            {QStringLiteral("renewed_until"), step.renewedUntil},
            {QStringLiteral("lane"), step.lane},
            {QStringLiteral("needs"), QJsonArray::fromStringList(step.needs)},
            {QStringLiteral("remedy"), step.remedy}};
}

QJsonObject toJson(const Check &check)
{
    return {{QStringLiteral("id"), check.id},        {QStringLiteral("group"), check.group},
            {QStringLiteral("title"), check.title},  {QStringLiteral("result"), toString(check.result)},
            {QStringLiteral("node"), check.node},    {QStringLiteral("evidence"), check.evidence},
            {QStringLiteral("remedy"), check.remedy}};
}

QJsonObject toJson(const Action &action)
{
    QJsonObject object{{QStringLiteral("kind"), wordOf(action.kind)},
                       {QStringLiteral("node"), action.node},
                       {QStringLiteral("sql"), action.sql},
                       {QStringLiteral("database"), action.database},
                       {QStringLiteral("argv"), QJsonArray::fromStringList(action.argv)},
                       {QStringLiteral("as_root"), action.asRoot},
                       {QStringLiteral("text"), action.text},
                       {QStringLiteral("expects_true"), action.expectsTrue},
                       {QStringLiteral("expected"), QJsonArray::fromStringList(action.expected)},
                       {QStringLiteral("already_so"), action.alreadySo},
                       {QStringLiteral("last_will"),
                        action.lastWill ? QJsonValue(toJson(*action.lastWill)) : QJsonValue(QJsonValue::Null)},
                       {QStringLiteral("poll_ms"), action.pollMs},
                       {QStringLiteral("or_silent"), action.orSilent},
                       {QStringLiteral("was_silent"), action.wasSilent},
                       {QStringLiteral("only_if"), action.onlyIf},
                       {QStringLiteral("absent_ms"), action.absentMs},
                       {QStringLiteral("lets_in"), action.letsIn},
                       {QStringLiteral("ask_again_ms"), action.askAgainMs},
                       {QStringLiteral("deadline_ms"), action.deadlineMs},
                       {QStringLiteral("captures"), arrayOf(action.captures)},
                       {QStringLiteral("shows"), QJsonArray::fromStringList(action.shows)}};
    for (const auto &[key, value] : {std::pair{"otherwise", action.otherwise},
                                     {"wakes_on", action.wakesOn},
                                     {"says", action.says},
                                     {"never_when", action.neverWhen}}) {
        if (!value.isEmpty()) {
            object.insert(QLatin1String(key), value);
        }
    }
    if (action.row) {
        object.insert(QStringLiteral("row"), QJsonObject{{QStringLiteral("key"), action.row->key},
                                                         {QStringLiteral("value"), action.row->value},
                                                         {QStringLiteral("column"), action.row->column},
                                                         {QStringLiteral("is"), action.row->is}});
    }
    if (action.kind == Action::Kind::Http) {
        object.insert(QStringLiteral("http"), toJson(action.http));
        object.insert(QStringLiteral("unexpected"), QJsonArray::fromStringList(action.unexpected));
    }
    return object;
}

QJsonObject toJson(const Plan &plan)
{
    return {{QStringLiteral("operation"), plan.operation},
            {QStringLiteral("cluster"), plan.cluster},
            {QStringLiteral("system_identifier"), plan.systemIdentifier},
            {QStringLiteral("title"), plan.title},
            {QStringLiteral("from"), plan.from},
            {QStringLiteral("to"), plan.to},
            {QStringLiteral("natively"), plan.natively},
            {QStringLiteral("checks"), arrayOf(plan.checks)},
            {QStringLiteral("secrets"), arrayOf(plan.secrets)},
            {QStringLiteral("guards"), arrayOf(plan.guards)},
            {QStringLiteral("take_up_guards"), arrayOf(plan.takeUpGuards)},
            {QStringLiteral("undo_guards"), arrayOf(plan.undoGuards)},
            {QStringLiteral("resume_guards"), arrayOf(plan.resumeGuards)},
            {QStringLiteral("steps"), arrayOf(plan.steps)}};
}

core::Result<Plan> planFromJson(const QJsonObject &o)
{
    Reader reader;
    Plan plan;
    plan.operation = o[QLatin1String("operation")].toString();
    plan.cluster = o[QLatin1String("cluster")].toString();
    plan.title = o[QLatin1String("title")].toString();
    plan.from = o[QLatin1String("from")].toString();
    plan.to = o[QLatin1String("to")].toString();
    plan.natively = o[QLatin1String("natively")].toBool();
    plan.checks = reader.list(o[QLatin1String("checks")], &Reader::check);
    plan.secrets = reader.list(o[QLatin1String("secrets")], &Reader::secret);
    plan.guards = reader.list(o[QLatin1String("guards")], &Reader::action);
    plan.undoGuards = reader.list(o[QLatin1String("undo_guards")], &Reader::action);
    plan.systemIdentifier = o[QLatin1String("system_identifier")].toString();
    if (o.contains(QLatin1String("take_up_guards"))) { // journals of before them have none
        plan.takeUpGuards = reader.list(o[QLatin1String("take_up_guards")], &Reader::action);
    }
    if (o.contains(QLatin1String("resume_guards"))) {
        plan.resumeGuards = reader.list(o[QLatin1String("resume_guards")], &Reader::action);
    }
    plan.steps = reader.list(o[QLatin1String("steps")], &Reader::step);
    if (!reader.ok() || plan.operation.isEmpty() || plan.steps.empty()) {
        return core::failure(
            core::Error::Kind::Invalid,
            QStringLiteral("the plan is not whole, or of a version of Howdah that this one does not know"));
    }
    return plan;
}

} // namespace howdah::operations
