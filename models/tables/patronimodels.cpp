// SPDX-License-Identifier: GPL-3.0-or-later
#include "tables/patronimodels.h"

#include "tables/cells.h"

namespace howdah::tables {

using namespace operations::patroni;

namespace {

/// The time as Patroni writes it, with microseconds; as it stands where it can't be read.
Cell whenCell(const QString &at, qint64 nowWallMs)
{
    const QDateTime time = QDateTime::fromString(at, Qt::ISODateWithMs);
    return time.isValid() ? timeCell(time, nowWallMs) : textCell(at, unknown());
}

Cell valueCell(const QString &value)
{
    Cell cell = value.isEmpty() ? nonValue(SettingChangesModel::tr("not set")) : textCell(value);
    cell.toolTip = value;
    return cell;
}

Cell effectCell(Effect effect)
{
    if (effect == Effect::Unknown) {
        return nonValue(unknown(), SettingChangesModel::tr("A parameter of an extension says only to the server that "
                                                           "has it whether it needs a restart"));
    }
    return effect == Effect::Restart ? stateCell(cluster::Verdict::Warning, toString(effect))
                                     : textCell(toString(effect));
}

} // namespace

PatroniHistoryModel::PatroniHistoryModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("timeline"),
                        .title = tr("Timeline"),
                        .toolTip = tr("The one that ended then"),
                        .width = 8,
                        .number = true,
                        .fixed = true},
                       {.key = QStringLiteral("lsn"), .title = tr("Ended at LSN"), .width = 14, .fixed = true},
                       {.key = QStringLiteral("at"), .title = tr("When"), .width = 16, .fixed = true},
                       {.key = QStringLiteral("leader"), .title = tr("New leader"), .width = 12},
                       {.key = QStringLiteral("reason"), .title = tr("Reason"), .width = 30, .stretch = true}},
                      parent)
{
}

void PatroniHistoryModel::setTurns(const std::vector<managers::PatroniTurn> &turns, qint64 nowWallMs)
{
    std::vector<Row> rows;
    for (auto turn = turns.rbegin(); turn != turns.rend(); ++turn) {
        Row row;
        row.key = QString::number(turn->timeline);
        row.cells = {numberCell(turn->timeline), lsnCell(cluster::Lsn{static_cast<quint64>(turn->lsn)}),
                     whenCell(turn->at, nowWallMs), textCell(turn->leader, unknown()),
                     textCell(turn->reason, unknown())};
        row.cells.back().toolTip = turn->reason;
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

SettingChangesModel::SettingChangesModel(QObject *parent)
    : KeyedTableModel({{.key = QStringLiteral("setting"), .title = tr("Setting"), .width = 28},
                       {.key = QStringLiteral("before"), .title = tr("Now"), .width = 10, .fixed = true},
                       {.key = QStringLiteral("after"), .title = tr("Then"), .width = 10, .fixed = true},
                       {.key = QStringLiteral("effect"), .title = tr("In effect"), .width = 16, .stretch = true}},
                      parent)
{
}

void SettingChangesModel::setChanges(const std::vector<Difference> &changes, const PatroniFacts &facts)
{
    const QString parameters = QStringLiteral("postgresql.parameters.");
    std::vector<Row> rows;
    for (const Difference &one : changes) {
        Row row;
        row.key = one.key;
        // Most are parameters of PostgreSQL, which people know by their own names.
        const bool isParameter = one.key.startsWith(parameters);
        Cell name = textCell(isParameter ? one.key.mid(parameters.size()) : one.key);
        name.secondary = isParameter ? tr("PostgreSQL") : QString();
        name.toolTip = one.key;
        row.cells = {name, valueCell(one.before), valueCell(one.after), effectCell(effectOf(one.key, facts))};
        row.cells[2].strong = !one.after.isEmpty();
        rows.push_back(std::move(row));
    }
    merge(std::move(rows));
}

} // namespace howdah::tables
