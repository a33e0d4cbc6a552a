// SPDX-License-Identifier: GPL-3.0-or-later
#include "settingsmodel.h"

#include <QMap>
#include <QSet>

#include "core/units.h"
#include "tables/cells.h"
#include "tables/stateview.h"

namespace howdah::tables {

using cluster::Setting;
using cluster::Verdict;

namespace {

/// Settings that belong to one node: they are meant to differ.
bool belongsToNode(const QString &name)
{
    static const QSet<QString> own = {
        QStringLiteral("primary_conninfo"),
        QStringLiteral("primary_slot_name"),
        QStringLiteral("port"),
        QStringLiteral("listen_addresses"),
        QStringLiteral("cluster_name"),
        QStringLiteral("data_directory"),
        QStringLiteral("transaction_read_only"),
        QStringLiteral("in_hot_standby"),
        QStringLiteral("synchronous_standby_names"),
        QStringLiteral("recovery_min_apply_delay"),
        QStringLiteral("default_transaction_read_only"),
    };
    return own.contains(name);
}

/// "64 GB" for 65536 MB; what is not a number of a known unit as it stands.
QString pretty(const Setting &setting)
{
    static const QHash<QString, qint64> bytes = {
        {QStringLiteral("B"), 1},           {QStringLiteral("kB"), 1LL << 10},
        {QStringLiteral("8kB"), 8LL << 10}, {QStringLiteral("16MB"), 16LL << 20},
        {QStringLiteral("MB"), 1LL << 20},  {QStringLiteral("GB"), 1LL << 30},
    };
    static const QHash<QString, double> seconds = {
        {QStringLiteral("us"), 1e-6},
        {QStringLiteral("ms"), 1e-3},
        {QStringLiteral("s"), 1},
        {QStringLiteral("min"), 60},
    };
    bool isNumber = false;
    const double number = setting.setting.toDouble(&isNumber);
    if (setting.setting.isEmpty()) {
        return QStringLiteral("empty");
    }
    if (!isNumber || setting.unit.isEmpty()) {
        return setting.setting;
    }
    if (number < 0) {
        return setting.setting; // -1 is a word of its own in most settings: off, or follow another one
    }
    if (const auto unit = bytes.constFind(setting.unit); unit != bytes.cend()) {
        return core::formatBytes(static_cast<qint64>(number) * *unit);
    }
    if (const auto unit = seconds.constFind(setting.unit); unit != seconds.cend()) {
        return number == 0 ? QStringLiteral("0") : core::formatSeconds(number * *unit);
    }
    return setting.setting + QLatin1Char(' ') + setting.unit;
}

/// What a node tells of its settings.
struct Source {
    int node = -1;
    const cluster::NodeSample *sample = nullptr; ///< null: it never told
    bool current = false;                        ///< it answers now and shows them; else they are the last it told
};

Source sourceOf(const StateView &view, int node)
{
    const cluster::NodeSample *sample = view.sample(node);
    const bool known = sample && sample->settings;
    return {node, known ? sample : nullptr,
            known && view.fresh(node) && !sample->unreadable.contains(QStringLiteral("settings"))};
}

Cell settingCell(const Setting *setting, const Source &source)
{
    if (!setting) {
        return nonValue(source.sample ? notApplicable() : unknown(),
                        source.sample ? QStringLiteral("This version does not have it, or this session may not see it")
                                      : QString());
    }
    Cell cell = textCell(pretty(*setting));
    cell.nonValue = setting->setting.isEmpty() || !source.current;
    cell.toolTip = QStringLiteral("%1 = %2 %3\nfrom %4, context %5")
                       .arg(setting->name, setting->setting, setting->unit, setting->source, setting->context);
    if (!source.current) {
        cell.toolTip += QStringLiteral("\nas the node last told it");
    }
    if (setting->pendingRestart) {
        cell.secondary = QStringLiteral("restart pending");
        cell.tone = Verdict::Warning;
    }
    return cell;
}

const Setting *find(const cluster::NodeSample *sample, const QString &name)
{
    if (!sample || !sample->settings) {
        return nullptr;
    }
    const auto &all = *sample->settings;
    const auto found = std::find_if(all.begin(), all.end(), [&](const Setting &s) { return s.name == name; });
    return found == all.end() ? nullptr : &*found;
}

// values: of the nodes that tell it now; lastTold: of the others. A verdict marks a difference.
Cell comparison(const QSet<QString> &values, const QSet<QString> &lastTold, bool everywhere)
{
    if (values.size() > 1) {
        return stateCell(Verdict::Warning, QStringLiteral("differs"));
    }
    if ((values + lastTold).size() > 1) {
        return stateCell(Verdict::Unknown, QStringLiteral("differed last"));
    }
    return everywhere ? textCell(QStringLiteral("same")) : nonValue(QStringLiteral("same where known"));
}

std::vector<Column> settingColumns(const QStringList &nodes)
{
    std::vector<Column> columns = {
        {.key = QStringLiteral("name"), .title = QStringLiteral("Setting"), .width = 30},
        {.key = QStringLiteral("differs"),
         .title = QStringLiteral("Across nodes"),
         .toolTip = QStringLiteral("Whether the nodes agree; settings that belong to one node are not compared"),
         .width = 13},
    };
    for (const QString &node : nodes) {
        columns.push_back({.key = QLatin1String("node:") + node, .title = node, .width = 20});
    }
    columns.back().stretch = !nodes.isEmpty();
    return columns;
}

} // namespace

SettingsModel::SettingsModel(QObject *parent)
    : KeyedTableModel(settingColumns({}), parent)
{
}

void SettingsModel::setState(const cluster::ClusterState &state)
{
    m_state = state;
    rebuild();
}

void SettingsModel::setOnlyDiffering(bool only)
{
    m_onlyDiffering = only;
    rebuild();
}

void SettingsModel::rebuild()
{
    m_differing = 0;
    m_settings = 0;
    if (!StateView::isComplete(m_state)) {
        merge({});
        return;
    }
    const StateView view(m_state);
    QStringList nodes;
    QMap<QString, bool> names; // sorted
    std::vector<Source> sources;
    for (int node = 0; node < view.nodeCount(); ++node) {
        // A witness is a server of its own: its settings say nothing about this cluster's.
        if (view.node(node).kind == cluster::NodeKind::Witness || view.role(node) == cluster::NodeRole::Witness) {
            continue;
        }
        nodes.append(view.name(node));
        sources.push_back(sourceOf(view, node));
        if (sources.back().sample) {
            for (const Setting &setting : *sources.back().sample->settings) {
                names.insert(setting.name, true);
            }
        }
    }
    setColumns(settingColumns(nodes));
    m_settings = static_cast<int>(names.size());
    const bool stale = std::none_of(sources.begin(), sources.end(), [](const Source &s) { return s.current; });
    std::vector<Row> rows;
    for (auto name = names.keyBegin(); name != names.keyEnd(); ++name) {
        Row row{.key = *name, .stale = stale};
        row.cells = {nameCell(*name), Cell{}};
        row.cells.front().strong = false;
        QSet<QString> values;
        QSet<QString> lastTold;
        bool pending = false;
        bool everywhere = true;
        for (const Source &source : sources) {
            const Setting *setting = find(source.sample, *name);
            row.cells.push_back(settingCell(setting, source));
            everywhere = everywhere && source.current;
            if (setting) {
                (source.current ? values : lastTold).insert(setting->setting);
                pending = pending || setting->pendingRestart;
            }
        }
        row.cells[1] =
            belongsToNode(*name) ? nonValue(QStringLiteral("its own")) : comparison(values, lastTold, everywhere);
        const bool differs = row.cells[1].verdict.has_value();
        m_differing += differs ? 1 : 0;
        row.cells[1].sort = differs ? 0 : belongsToNode(*name) ? 1 : 2;
        if (differs || pending || !m_onlyDiffering) {
            rows.push_back(std::move(row));
        }
    }
    merge(std::move(rows));
}

} // namespace howdah::tables
