// SPDX-License-Identifier: GPL-3.0-or-later
#include <QSaveFile>
#include <algorithm>
#include <utility>

#include "core/clock.h"
#include "core/redact.h"
#include "core/sentences.h"
#include "operations/runbook.h"
#include "operations/runbookonward.h"
#include "operations/runbookparts.h"
#include "operations/runbookprologue.h"
#include "operations/runbookproviders.h"
#include "operations/values.h"

namespace howdah::operations {

namespace {

class Script {
public:
    Script(const Plan &plan, const cluster::ClusterConfig &config)
        : m_plan(plan)
        , m_sql(config)
        , m_actions(plan, config, m_sql)
        , m_onward(plan, config, m_actions)
    {
    }

    QString text()
    {
        // What is a comment must not end one.
        const QString title = QString(core::redacted(m_plan.title)).replace(QLatin1Char('\n'), QLatin1Char(' '));
        QString out = QStringLiteral("#!/bin/sh\n# %1\n# Read it before you run it. It takes back what it did with: sh "
                                     "FILE undo [STEP...]\n# Past the point of no return it goes on with: sh FILE "
                                     "resume\n")
                          .arg(title);
        out += QLatin1String(kPrologue);
        out += hasWills() ? QLatin1String(kWillPrologue) : QLatin1String();
        out += m_plan.secrets.empty() ? QLatin1String() : QLatin1String(kSecretPrologue);
        out += keeps() ? QLatin1String(kKeptPrologue) : QLatin1String();
        out += QStringLiteral("all='%1'\nonward=%2\n")
                   .arg(reversible(), shellWord(m_onward.returnStep() ? m_onward.returnStep()->title : QString()));
        out += usesHttp() ? QLatin1String(kOptionPrologue) + QLatin1String(kHttpPrologue) : QString();
        out += providerFunctions(m_plan);
        if (!mayRun(m_plan, true)) {
            return refusal(title);
        }
        const QString forward = forwardText(), after = m_onward.afterText(), undo = undoText();
        const QString resume = m_onward.resumeText(secretsText(m_onward.firstAfter()));
        // Whoever goes on does again what comes after.
        out += m_sql.functions() + QStringLiteral("go_on() {\n%1  :\n}\n").arg(after);
        out += QStringLiteral("arguments \"$@\"\nif [ \"${1:-}\" = undo ]; then\nshift\nsteps=$*\n%1exit 0\nfi\n"
                              "%2if [ \"${1:-}\" = resume ]; then\n%3else\n%4fi\ngo_on\n")
                   .arg(undo, providerNeeds(m_plan), resume, forward);
        return out + QStringLiteral("[ -z \"$missing\" ] || fail 'what is named as not done is left to you'\n"
                                    "rm -f \"$values\" \"$mark\"\necho \"done\"\n");
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

    bool isUsed(const QString &secret, std::size_t from) const
    {
        const auto names = [&secret](const std::vector<Action> &actions) {
            return std::any_of(actions.begin(), actions.end(),
                               [&secret](const Action &action) { return valuesIn(action.sql).contains(secret); });
        };
        return std::any_of(m_plan.steps.begin() + static_cast<std::ptrdiff_t>(from), m_plan.steps.end(),
                           [&](const Step &step) { return names(step.actions) || names(step.undo); });
    }

    /// The lines that read the secrets that are used from a step on.
    QString secretsText(std::size_t from)
    {
        QString text;
        for (const Secret &secret : m_plan.secrets) {
            text += isUsed(secret.name, from) ? m_sql.secretText(secret) : QString();
        }
        return text;
    }

    /// Up to the point of no return, that included.
    QString forwardText()
    {
        QString text = QStringLiteral("fresh\necho 'The cluster is as it was checked'\n");
        for (const Action &guard : m_plan.guards) {
            text += m_actions.text(guard, m_plan.steps.front());
        }
        text += secretsText(0); // all that is needed, before anything is changed
        for (std::size_t i = 0; i < m_onward.firstAfter(); ++i) {
            text += stepText(m_plan.steps[i]);
        }
        return text;
    }

    QString undoText()
    {
        QString text = m_onward.undoLookText();
        for (const Action &guard : m_plan.undoGuards) { // another switchover may have been since
            text += m_actions.text(guard, m_plan.steps.front());
        }
        for (auto step = m_plan.steps.rbegin(); step != m_plan.steps.rend(); ++step) {
            text += undoText(*step);
        }
        return text + (keeps() ? QStringLiteral("[ -z \"$remains\" ] || exit 1\n") : QString());
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
        QString text = QStringLiteral("begins %1\n").arg(stepWord(step));
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
            names += can ? QLatin1Char(' ') + stepWord(step) : QString();
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
        if (endsWithItsSession(step)) {
            return text + m_actions.lockLookText(step, false) +
                   QStringLiteral("echo '  nobody has it; this script takes none'\n");
        }
        if (step.id == QLatin1String("unlock")) {
            return text + QStringLiteral("echo '  left out: no lock was taken'\n");
        }
        if (&step == m_onward.returnStep()) {
            return text + m_onward.returnText() + QStringLiteral("done_steps=\"$done_steps %1\"\n").arg(stepWord(step));
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
        return text + QStringLiteral("done_steps=\"$done_steps %1\"\n").arg(stepWord(step));
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
                                    .arg(stepWord(step), shellWord(QStringLiteral("undo: ") + step.title), text);
    }

    const Plan &m_plan;
    RunbookSql m_sql;
    RunbookActions m_actions;
    RunbookOnward m_onward;
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
