// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/report.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QFile>
#include <QSaveFile>

#include "core/units.h"
#include "operations/finishing.h"
#include "operations/markdown.h"

namespace howdah::operations {

using core::Error;

namespace {

QString tr(const char *text)
{
    return QCoreApplication::translate("Report", text);
}

QString timeText(qint64 wallMs, const QString &format)
{
    return wallMs <= 0 ? QString() : QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC).toString(format);
}

QString momentText(qint64 wallMs)
{
    return timeText(wallMs, QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz 'UTC'"));
}

QString spanText(qint64 fromMs, qint64 toMs)
{
    return fromMs > 0 && toMs >= fromMs ? core::formatSeconds(static_cast<double>(toMs - fromMs) / 1000) : QString();
}

QString listOf(const QStringList &lines)
{
    QString text;
    for (const QString &line : lines) {
        text += QStringLiteral("- %1\n").arg(markdownText(line));
    }
    return text;
}

QString stepsTable(const Operation &operation)
{
    QString text = QStringLiteral("| # | %1 | %2 | %3 | %4 | %5 | %6 |\n|---:|---|---|---|---|---:|---|\n")
                       .arg(tr("Step"), tr("On"), tr("State"), tr("Started, UTC"), tr("Took"), tr("Remark"));
    for (std::size_t i = 0; i < operation.steps.size(); ++i) {
        const Step &step = operation.plan.steps[i];
        const StepRecord &record = operation.steps[i];
        text += QStringLiteral("| %1 | %2 | %3 | %4 | %5 | %6 | %7 |\n")
                    .arg(QString::number(i + 1), markdownText(step.title),
                         markdownText(step.nodes.join(QStringLiteral(", "))), toString(record.state),
                         timeText(record.startedMs, QStringLiteral("HH:mm:ss.zzz")),
                         spanText(record.startedMs, record.endedMs), markdownText(record.remark));
    }
    return text;
}

QString checksTable(const Plan &plan)
{
    QString text = QStringLiteral("| %1 | %2 | %3 |\n|---|---|---|\n").arg(tr("Result"), tr("Check"), tr("Evidence"));
    for (const Check &check : plan.checks) {
        text += QStringLiteral("| %1 | %2 | %3 |\n")
                    .arg(toString(check.result), markdownText(check.title), markdownText(check.evidence));
    }
    return text;
}

core::Result<void> written(const QByteArray &text, const QString &target)
{
    QSaveFile file(target);
    if (!file.open(QIODevice::WriteOnly) || file.write(text) != text.size() || !file.commit()) {
        return core::failure(Error::Kind::Io, QStringLiteral("cannot write %1: %2").arg(target, file.errorString()));
    }
    return {};
}

} // namespace

QString toReport(const Operation &operation)
{
    const auto section = [](const QString &title, const QString &text) {
        return text.isEmpty() ? QString() : QStringLiteral("\n## %1\n\n%2").arg(title, text);
    };
    QStringList facts{tr("Outcome: %1").arg(toString(operation.outcome)), tr("Journal: %1").arg(operation.id),
                      tr("Started: %1").arg(momentText(operation.startedMs))};
    if (operation.endedMs > 0) {
        facts << tr("Ended: %1, after %2")
                     .arg(momentText(operation.endedMs), spanText(operation.startedMs, operation.endedMs));
    }
    QString text = QStringLiteral("# %1\n\n").arg(markdownText(operation.plan.title)) + listOf(facts);
    if (operation.outcome != Outcome::Done) {
        text += section(tr("Where it stands"), markdownText(standingText(operation)) + QLatin1Char('\n'));
    }
    text += section(isAsBefore(operation.outcome) ? tr("Why") : tr("What remains"), listOf(operation.remains));
    text += section(tr("Steps"), stepsTable(operation));
    text += section(tr("Checks"), operation.plan.checks.empty() ? QString() : checksTable(operation.plan));
    text += section(tr("Output"),
                    operation.output.isEmpty() ? QString() : markdownBlock(operation.output.join(QLatin1Char('\n'))));
    return text;
}

core::Result<void> exportOperation(const QString &journalPath, const QString &target)
{
    if (target.endsWith(QLatin1String(".md"), Qt::CaseInsensitive)) {
        const auto operation = readOperation(journalPath);
        return operation ? written(toReport(*operation).toUtf8(), target)
                         : core::Result<void>(tl::unexpected(operation.error()));
    }
    QFile file(journalPath);
    if (!file.open(QIODevice::ReadOnly)) {
        return core::failure(Error::Kind::Io,
                             QStringLiteral("cannot read %1: %2").arg(journalPath, file.errorString()));
    }
    QByteArray text = file.readAll();
    text.truncate(text.lastIndexOf('\n') + 1);
    return written(text, target);
}

} // namespace howdah::operations
