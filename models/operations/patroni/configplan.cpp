// SPDX-License-Identifier: GPL-3.0-or-later
// Patroni's shared settings: what a change makes of them, and the plan that applies it.
#include <QCoreApplication>
#include <QJsonArray>
#include <QJsonDocument>
#include <QMap>

#include "operations/patroni/configtext.h"
#include "operations/patroni/planparts.h"
#include "operations/proofs.h"

namespace howdah::operations::patroni {

using core::Error;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Patroni", text);
}

QJsonValue valueFrom(const QString &text)
{
    if (text.isEmpty()) {
        return QJsonValue::Null;
    }
    const QJsonDocument list = QJsonDocument::fromJson('[' + text.toUtf8() + ']');
    return list.isArray() && list.array().size() == 1 ? list.array().first() : QJsonValue(text);
}

/// Puts value at path into object; false when something else stands in the way.
bool put(QJsonObject &object, const QStringList &path, const QJsonValue &value)
{
    const QString &key = path.first();
    if (key.isEmpty()) {
        return false;
    }
    if (path.size() == 1) {
        const bool free = !object.contains(key);
        object.insert(key, value);
        return free;
    }
    if (object.contains(key) && !object.value(key).isObject()) {
        return false;
    }
    QJsonObject within = object.value(key).toObject();
    const bool done = put(within, path.sliced(1), value);
    object.insert(key, within);
    return done;
}

/// What takes change back from what it is laid over.
QJsonObject inverse(const QJsonObject &config, const QJsonObject &change)
{
    QJsonObject back;
    for (auto it = change.constBegin(); it != change.constEnd(); ++it) {
        const QJsonValue before = config.value(it.key());
        if (it->isObject() && before.isObject()) {
            back.insert(it.key(), inverse(before.toObject(), it->toObject()));
        } else if (!before.isUndefined() || !it->isNull()) {
            back.insert(it.key(), before.isUndefined() ? QJsonValue(QJsonValue::Null) : before);
        }
    }
    return back;
}

QString shownAs(const QString &value)
{
    return value.isEmpty() ? tr("nothing") : value;
}

/// The names of those that only a restart brings into effect.
QStringList readAtStart(const std::vector<Difference> &changes, const PatroniFacts &facts)
{
    QStringList names;
    for (const Difference &one : changes) {
        if (effectOf(one.key, facts) == Effect::Restart) {
            names.append(one.key.section(QLatin1Char('.'), 2));
        }
    }
    return names;
}

/// How a value that was just written stands in an answer: "key": value, for those that Python writes as Qt does.
QStringList patternsOf(const std::vector<Difference> &changes)
{
    QStringList patterns;
    for (const Difference &one : changes) {
        bool isPlain =
            !one.after.isEmpty() && !one.after.startsWith(QLatin1Char('{')) && !one.after.startsWith(QLatin1Char('['));
        for (const QChar letter : one.after) {
            isPlain = isPlain && letter.unicode() >= 0x20 && letter.unicode() < 0x7f && letter != QLatin1Char('\\');
        }
        if (isPlain) {
            patterns.append(QStringLiteral("\"%1\": ?%2[,}]")
                                .arg(literally(one.key.section(QLatin1Char('.'), -1)), literally(one.after)));
        }
    }
    return patterns;
}

} // namespace

core::Result<QJsonObject> changeFrom(const QStringList &assignments)
{
    QJsonObject change;
    for (const QString &one : assignments) {
        const qsizetype equals = one.indexOf(QLatin1Char('='));
        const QString key = one.left(equals);
        if (equals <= 0) {
            return core::failure(Error::Kind::Invalid, QStringLiteral("\"%1\" is not KEY=VALUE.").arg(one),
                                 QStringLiteral("Write it as loop_wait=5, or KEY= to take a key away."));
        }
        if (managers::isSecretKey(key)) {
            return core::failure(Error::Kind::Invalid, QStringLiteral("%1 is not set from a command line.").arg(key),
                                 QStringLiteral("Its value would stand in lists of processes and in the journal: use "
                                                "patronictl edit-config."));
        }
        if (!put(change, key.split(QLatin1Char('.')), valueFrom(one.mid(equals + 1)))) {
            return core::failure(Error::Kind::Invalid, QStringLiteral("%1 can't be set like that.").arg(key),
                                 QStringLiteral("Name each key once, and none within another that is set here."));
        }
    }
    return change;
}

std::vector<Difference> differences(const QJsonObject &before, const QJsonObject &after)
{
    QMap<QString, Difference> all;
    for (const auto &[key, value] : managers::flattened(before)) {
        all[key].before = value;
    }
    for (const auto &[key, value] : managers::flattened(after)) {
        all[key].after = value;
    }
    std::vector<Difference> changed;
    for (auto it = all.begin(); it != all.end(); ++it) {
        it->key = it.key();
        if (it->before != it->after) {
            for (QString *value : {&it->before, &it->after}) {
                *value = managers::isSecretKey(it->key) && !value->isEmpty() ? QStringLiteral("********") : *value;
            }
            changed.push_back(*it);
        }
    }
    return changed;
}

Plan planUnread(const PatroniFacts &facts, const QString &cluster, const QString &problem, const QString &hint)
{
    Plan plan = planOf("patroni-config", facts, cluster, tr("Change Patroni's settings of %1").arg(cluster));
    plan.checks.push_back(checkOf("patroni_text", tr("The text can be read"), {}, CheckResult::Failed, problem, hint));
    return plan;
}

Plan planConfig(const PatroniFacts &facts, const QString &cluster, const QJsonObject &change)
{
    Plan plan = planOf("patroni-config", facts, cluster, tr("Change Patroni's settings of %1").arg(cluster));
    if (!facts.isKnown()) {
        return plan;
    }
    plan.checks.push_back(checkOf(
        "patroni_config", tr("Its settings can be read"), {}, facts.config ? CheckResult::Passed : CheckResult::Unknown,
        facts.config ? facts.base : tr("GET /config can't be read"), tr("See Patroni's log.")));
    if (!facts.config) {
        return plan;
    }
    const std::vector<Difference> changes =
        differences(facts.config->whole, managers::patched(facts.config->whole, change));
    QStringList words;
    for (const Difference &one : changes) {
        words.append(tr("%1: %2, before %3").arg(one.key, shownAs(one.after), shownAs(one.before)));
    }
    plan.checks.push_back(checkThat(!changes.empty(), "patroni_change", tr("It changes something"), {},
                                    changes.empty() ? tr("everything is so already") : words.join(QStringLiteral("; ")),
                                    tr("There is nothing to be done.")));
    const bool secret = holdsSecrets(facts.config->whole) || holdsSecrets(change);
    plan.checks.push_back(checkThat(!secret, "patroni_secrets", tr("Nothing secret stands there"), {},
                                    secret ? tr("some of its keys are named like a password's") : tr("nothing found"),
                                    tr("A plan keeps what was read, and no secret: use patronictl edit-config.")));
    if (const QStringList late = readAtStart(changes, facts); !late.isEmpty()) {
        plan.checks.push_back(
            checkOf("patroni_restart", tr("PostgreSQL takes it as it runs"), {}, CheckResult::Warning,
                    tr("%1: only a restart of PostgreSQL brings it into effect").arg(late.join(QStringLiteral(", "))),
                    tr("Restart every node afterwards; the old value holds until then.")));
    }
    if (changes.empty() || secret) {
        return plan;
    }
    const QString node = askedNode(facts);
    const QString path = QStringLiteral("/config");
    Action same = request(node, QStringLiteral("GET"), facts.base, path, {},
                          tr("the settings are no longer those that were shown"));
    same.expected = {QLatin1Char('^') + literally(facts.configText.trimmed()) + QLatin1Char('$')};
    plan.guards = {same};
    Step step = stepOf("config", words.join(QStringLiteral("; ")), {node}, 3 * facts.loopWaitS() * 1000 + 30'000, 200);
    step.actions = {request(node, QStringLiteral("PATCH"), facts.base, path, change, tr("the change"))};
    Action look = request(node, QStringLiteral("GET"), facts.base, path, {}, tr("the change is there"));
    look.pollMs = 200; // it answers what it had at its last look at the store (do_GET_config in Patroni's api.py)
    look.expected = patternsOf(changes);
    look.shows = {kShowsThat + tr("Patroni has the new settings")};
    step.verify = {look};
    step.undo = {request(node, QStringLiteral("PATCH"), facts.base, path, inverse(facts.config->whole, change),
                         tr("the change is taken back"))};
    plan.steps = {step};
    return plan;
}

} // namespace howdah::operations::patroni
