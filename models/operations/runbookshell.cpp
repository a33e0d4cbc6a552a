// SPDX-License-Identifier: GPL-3.0-or-later
#include <QRegularExpression>
#include <QSaveFile>
#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/redact.h"
#include "core/sentences.h"
#include "operations/clusterlock.h"
#include "operations/runbook.h"
#include "operations/runbookactions.h"
#include "operations/runbookprologue.h"
#include "operations/runbookproviders.h"
#include "operations/values.h"

namespace howdah::operations {

namespace {

/// A step's name as a word of the script that needs no quotes.
QString nameOf(const Step &step)
{
    static const QRegularExpression odd(QStringLiteral("[^A-Za-z0-9_.-]"));
    return QString(step.id).replace(odd, QStringLiteral("_"));
}

class Script {
public:
    Script(const Plan &plan, const cluster::ClusterConfig &config)
        : m_plan(plan)
        , m_sql(config)
        , m_actions(plan, config, m_sql)
    {
    }

    QString text()
    {
        // What is a comment must not end one.
        const QString title = QString(core::redacted(m_plan.title)).replace(QLatin1Char('\n'), QLatin1Char(' '));
        QString out = QStringLiteral("#!/bin/sh\n# %1\n# Read it before you run it. It takes back what it did with: sh "
                                     "FILE undo [STEP...]\n")
                          .arg(title);
        out += QLatin1String(kPrologue);
        out += hasWills() ? QLatin1String(kWillPrologue) : QLatin1String();
        out += m_plan.secrets.empty() ? QLatin1String() : QLatin1String(kSecretPrologue);
        out += keeps() ? QLatin1String(kKeptPrologue) : QLatin1String();
        out += QStringLiteral("all='%1'\n").arg(reversible());
        out += usesHttp() ? QLatin1String(kHttpPrologue) : QLatin1String();
        out += providerFunctions(m_plan);
        if (!mayRun(m_plan, true)) {
            return refusal(title);
        }
        QString undo;
        QString forward = QStringLiteral("fresh\n");
        forward += QStringLiteral("echo 'The cluster is as it was checked'\n");
        for (const Action &guard : m_plan.guards) {
            forward += m_actions.text(guard, m_plan.steps.front());
        }
        for (const Secret &secret : m_plan.secrets) { // all that is needed, before anything is changed
            forward += isUsed(secret.name) ? m_sql.secretText(secret) : QString();
        }
        for (const Step &step : m_plan.steps) {
            forward += stepText(step);
            undo.prepend(undoText(step));
        }
        QString look;
        for (const Action &guard : m_plan.undoGuards) { // another switchover may have been since
            look += m_actions.text(guard, m_plan.steps.front());
        }
        undo.prepend(returnLookText() + look);
        out += m_sql.functions();
        forward += QStringLiteral("[ -z \"$missing\" ] || fail 'what is named as not done is left to you'\n");
        undo += keeps() ? QStringLiteral("[ -z \"$remains\" ] || exit 1\n") : QString();
        forward += QStringLiteral("rm -f \"$values\" \"$mark\"\n");
        out +=
            QStringLiteral("arguments \"$@\"\nif [ \"${1:-}\" = undo ]; then\nshift\nsteps=$*\n%1exit 0\nfi\n%2%3echo "
                           "\"done\"\n")
                .arg(undo, providerNeeds(m_plan), forward);
        return out;
    }

private:
    /// Of a plan that must not be run: it does nothing but say why.
    QString refusal(const QString &title) const
    {
        QString out = QStringLiteral("#!/bin/sh\n# %1: refused\n").arg(title);
        for (const Check &check : m_plan.checks) {
            if (check.result == CheckResult::Failed || check.result == CheckResult::Unknown) {
                out += QStringLiteral("echo %1 >&2\n")
                           .arg(shellWord(QStringLiteral("%1: %2").arg(
                               check.title, core::sentences({check.evidence, check.remedy}))));
            }
        }
        return out + QStringLiteral("echo 'Refused when it was checked. Nothing was changed.' >&2\nexit 1\n");
    }

    bool usesHttp() const
    {
        const auto http = [](const std::vector<Action> &actions) {
            return std::any_of(actions.begin(), actions.end(),
                               [](const Action &action) { return action.kind == Action::Kind::Http; });
        };
        return http(m_plan.guards) || std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [&](const Step &step) {
                   return http(step.actions) || http(step.verify) || http(step.undo) || http(step.notDone);
               });
    }

    bool isUsed(const QString &secret) const
    {
        const auto names = [&secret](const std::vector<Action> &actions) {
            return std::any_of(actions.begin(), actions.end(),
                               [&secret](const Action &action) { return valuesIn(action.sql).contains(secret); });
        };
        return std::any_of(m_plan.steps.begin(), m_plan.steps.end(),
                           [&](const Step &step) { return names(step.actions) || names(step.undo); });
    }

    bool keeps() const
    {
        return std::any_of(m_plan.steps.begin(), m_plan.steps.end(),
                           [this](const Step &step) { return !m_actions.keptFor(step).isEmpty(); });
    }

    /// What comes before the first change of a step that can be taken back.
    QString beginning(const Step &step)
    {
        if (step.pointOfNoReturn) {
            return QStringLiteral("undo=\n");
        }
        if (step.undo.empty()) {
            return {};
        }
        QString text = QStringLiteral("begins %1\n").arg(nameOf(step));
        for (const QString &name : m_actions.keptFor(step)) {
            text += QStringLiteral("keep %1 \"$%1\"\n").arg(name);
        }
        return text;
    }

    /// The names of the steps that can be taken back, each with a blank before it.
    QString reversible() const
    {
        QString names;
        for (const Step &step : m_plan.steps) {
            const bool can = !step.undo.empty() && !endsWithItsSession(step);
            names += can ? QLatin1Char(' ') + nameOf(step) : QString();
        }
        return names;
    }

    bool hasWills() const
    {
        return std::any_of(m_plan.steps.begin(), m_plan.steps.end(), [](const Step &step) {
            return std::any_of(step.actions.begin(), step.actions.end(),
                               [](const Action &action) { return action.lastWill && action.lastWill->afterMs == 0; });
        });
    }

    QString stepText(const Step &step)
    {
        QString text = QStringLiteral("\necho %1\n").arg(shellWord(step.title));
        if (endsWithItsSession(step)) { // a session of psql ends at once: the script can only look who has the lock
            for (const Action &action : step.actions) {
                Action look = action;
                look.sql = lockIsFreeSql();
                text += m_actions.text(look, step);
            }
            return text + QStringLiteral("echo '  nobody has it; this script takes none'\n");
        }
        if (step.id == QLatin1String("unlock")) {
            return text + QStringLiteral("echo '  left out: no lock was taken'\n");
        }
        if (step.pointOfNoReturn && !step.verify.empty()) {
            m_isPast = true;
            return text + returnText(step) + QStringLiteral("done_steps=\"$done_steps %1\"\n").arg(nameOf(step));
        }
        if (std::exchange(m_isPast, m_isPast || step.pointOfNoReturn)) {
            return text + afterReturnText(step);
        }
        QString begun = beginning(step);
        for (const Action &action : step.actions) {
            text += action.row ? QString() : std::exchange(begun, {}); // who only asks has begun nothing
            text += m_actions.text(action, step);
        }
        text += begun;
        for (const Action &action : step.verify) {
            text += m_actions.text(action, step);
        }
        return text + QStringLiteral("done_steps=\"$done_steps %1\"\n").arg(nameOf(step));
    }

    /// As the runner does: a lost answer is no failure, what is there decides; and where that is not as hoped, the way
    /// back is open only when it is proved that nothing happened, and will not any more.
    QString returnText(const Step &step)
    {
        QString text =
            QStringLiteral("was=$undo undo=\n: >\"$mark\" || { undo=$was; fail \"$mark can't be written. "
                           "It was not begun\"; }\npast=1\ntrap '' INT TERM HUP QUIT # it goes on to its end\n");
        for (const Action &action : step.actions) {
            for (const Capture &capture : action.captures) {
                text += capture.name + QStringLiteral("=\n");
            }
        }
        const QString undone =
            QStringLiteral("undo=\"$was%1\"").arg(step.undo.empty() ? QString() : QLatin1Char(' ') + nameOf(step));
        text +=
            QStringLiteral("how=0\n%1 || how=$?\n[ $how -ne 2 ] || { rm -f \"$mark\"; undo=$was; fail %2; }\n%3 || {\n")
                .arg(m_actions.group(step.actions, step, true),
                     shellWord(step.title + QStringLiteral(": nothing was begun")),
                     m_actions.group(step.verify, step, false));
        if (!step.notDone.empty()) {
            text += QStringLiteral("  echo '  whether it was begun at all is asked for'\n  if %1; then\n    rm -f "
                                   "\"$mark\"\n    %2\n    "
                                   "fail %3\n  fi\n")
                        .arg(m_actions.group(step.notDone, step, false), undone,
                             shellWord(step.title + QStringLiteral(": it did not happen, and will not any more")));
        }
        return text + QStringLiteral("  fail %1\n}\n")
                          .arg(shellWord(QStringLiteral("%1: it may have happened, so that only forward is safe. %2")
                                             .arg(step.title, step.remedy)));
    }

    /// As the runner does: what can still be done is done, whatever else failed.
    QString afterReturnText(const Step &step)
    {
        std::vector<Action> all = step.actions;
        all.insert(all.end(), step.verify.begin(), step.verify.end());
        const QString what = shellWord(step.remedy);
        QString needs;
        for (QString name : step.needs) {
            Step needed;
            needed.id = std::move(name);
            needs += QLatin1Char(' ') + nameOf(needed);
        }
        return QStringLiteral("if ! needs%1; then\n  left %2 %3\nelif %4; then\n  done_steps=\"$done_steps %2\"\nelse\n"
                              "  left %2 %3\nfi\n")
            .arg(needs, nameOf(step), what, m_actions.group(all, step, false));
    }

    /// Before anything is taken back: a promotion that was asked for may come later than whoever looks for it.
    QString returnLookText()
    {
        for (const Step &step : m_plan.steps) {
            if (!step.pointOfNoReturn) {
                continue;
            }
            const QString why = shellWord(
                QStringLiteral("\"%1\" was begun, so that nothing is taken back. %2").arg(step.title, step.remedy));
            return QStringLiteral("if [ -e \"$mark\" ]; then\n%1  rm -f \"$mark\"\nfi\n")
                .arg(step.notDone.empty()
                         ? QStringLiteral("  fail %1\n").arg(why)
                         : QStringLiteral("  %1 || fail %2\n").arg(m_actions.group(step.notDone, step, false), why));
        }
        return {};
    }

    QString undoText(const Step &step)
    {
        QString text = endsWithItsSession(step) ? QString() : m_actions.undoText(step);
        // A provider out of reach keeps nobody from taking back what it has no part in.
        if (std::any_of(step.undo.begin(), step.undo.end(),
                        [](const Action &action) { return !action.http.ask.provider.isEmpty(); })) {
            text.prepend(providerNeeds(m_plan));
        }
        return text.isEmpty() ? text
                              : QStringLiteral("if wanted %1; then\necho %2\n%3goes %1\nfi\n")
                                    .arg(nameOf(step), shellWord(QStringLiteral("undo: ") + step.title), text);
    }

    const Plan &m_plan;
    RunbookSql m_sql;
    RunbookActions m_actions;
    bool m_isPast = false; ///< the point of no return has been
};

} // namespace

QString toShell(const Plan &plan, const cluster::ClusterConfig &config)
{
    return Script(plan, config).text();
}

core::Result<void> saveRunbook(const Plan &plan, const cluster::ClusterConfig &config, const QString &path)
{
    const QString text = path.endsWith(QLatin1String(".sh")) ? toShell(plan, config)
                                                             : toMarkdown(plan, config, core::systemClock().wallMs());
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly) || file.write(text.toUtf8()) < 0 || !file.commit()) {
        return core::failure(core::Error::Kind::Io,
                             QStringLiteral("cannot write %1: %2").arg(path, file.errorString()));
    }
    return {};
}

} // namespace howdah::operations
