// SPDX-License-Identifier: GPL-3.0-or-later
#include "cells.h"

#include <QLocale>

#include "core/units.h"

namespace howdah::tables {

using cluster::Verdict;

QString notApplicable()
{
    return QStringLiteral("n/a");
}

QString unknown()
{
    return QStringLiteral("unknown");
}

QString noPermission()
{
    return QStringLiteral("no permission");
}

QString missingWord(const cluster::NodeSample &sample, const QString &section)
{
    const bool denied = sample.unreadable.value(section).contains(QLatin1String("permission denied"));
    return denied ? noPermission() : unknown();
}

Cell nonValue(const QString &word, const QString &toolTip)
{
    return Cell{.text = word, .nonValue = true, .toolTip = toolTip};
}

Cell textCell(const QString &text, const QString &missing)
{
    if (text.isEmpty()) {
        return nonValue(missing);
    }
    return Cell{.text = text, .sort = text, .toolTip = text};
}

Cell nameCell(const QString &name)
{
    Cell cell = textCell(name, QStringLiteral("unnamed"));
    cell.strong = !name.isEmpty();
    return cell;
}

std::optional<qint64> widened(std::optional<int> number)
{
    return number ? std::optional<qint64>(*number) : std::nullopt;
}

Cell numberCell(std::optional<qint64> number, const QString &missing)
{
    if (!number) {
        return nonValue(missing);
    }
    return Cell{.text = QString::number(*number), .sort = *number};
}

Cell bytesCell(std::optional<qint64> bytes, const QString &missing)
{
    if (!bytes) {
        return nonValue(missing);
    }
    return Cell{.text = core::formatBytes(*bytes),
                .sort = *bytes,
                .toolTip = QStringLiteral("%1 bytes").arg(QLocale::c().toString(*bytes))};
}

Cell secondsCell(std::optional<double> seconds, const QString &missing)
{
    if (!seconds) {
        return nonValue(missing);
    }
    return Cell{.text = core::formatSeconds(*seconds), .sort = *seconds};
}

Cell lsnCell(std::optional<cluster::Lsn> lsn, const QString &missing)
{
    if (!lsn) {
        return nonValue(missing);
    }
    return Cell{.text = lsn->toString(), .sort = lsn->value};
}

Cell boolCell(std::optional<bool> value, const QString &missing)
{
    if (!value) {
        return nonValue(missing);
    }
    return Cell{.text = *value ? QStringLiteral("yes") : QStringLiteral("no"), .sort = *value ? 1 : 0};
}

Cell versionCell(const QString &serverVersion)
{
    Cell cell = textCell(serverVersion.section(QLatin1Char(' '), 0, 0), unknown());
    cell.toolTip = serverVersion;
    return cell;
}

QString shortTime(const QDateTime &time, qint64 nowWallMs)
{
    const QDateTime local = time.toLocalTime();
    const QDate today = QDateTime::fromMSecsSinceEpoch(nowWallMs).date();
    const QLocale english = QLocale::c();
    if (local.date() == today) {
        return english.toString(local, QStringLiteral("HH:mm:ss"));
    }
    const bool sameYear = local.date().year() == today.year();
    return english.toString(local, sameYear ? QStringLiteral("d MMM HH:mm") : QStringLiteral("d MMM yyyy HH:mm"));
}

Cell timeCell(const QDateTime &time, qint64 nowWallMs, const QString &missing)
{
    if (!time.isValid()) {
        return nonValue(missing);
    }
    const QDateTime local = time.toLocalTime();
    return Cell{.text = shortTime(time, nowWallMs),
                .sort = time.toMSecsSinceEpoch(),
                .toolTip = QLocale::c().toString(local, QStringLiteral("yyyy-MM-dd HH:mm:ss.zzz t"))};
}

Cell stateCell(Verdict verdict, const QString &word)
{
    Cell cell = textCell(word, unknown());
    cell.verdict = verdict;
    return cell;
}

std::optional<Bar> limitBar(double value, double warn, double critical)
{
    if (critical <= 0) {
        return {};
    }
    const Verdict verdict = value >= critical ? Verdict::Critical : value >= warn ? Verdict::Warning : Verdict::Ok;
    return Bar{.fraction = std::max(0.0, value / critical), .warnAt = warn / critical, .verdict = verdict};
}

Cell barCell(const std::optional<Bar> &bar, const QString &toolTip)
{
    if (!bar) {
        return nonValue(QString(), toolTip);
    }
    const double percent = bar->fraction * 100;
    const QString text =
        percent > 0 && percent < 1 ? QStringLiteral("under 1 %") : QStringLiteral("%1 %").arg(qRound64(percent));
    return Cell{.text = text, .sort = bar->fraction, .bar = bar, .toolTip = toolTip};
}

} // namespace howdah::tables
