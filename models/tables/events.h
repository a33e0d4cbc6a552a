// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <deque>

#include "tables/keyedtablemodel.h"

namespace howdah::tables {

/// Something that has changed between two states, as this console saw it.
struct Event {
    qint64 wallMs = 0; ///< UTC
    QString node;      ///< empty: the cluster
    QString text;
    cluster::Verdict verdict = cluster::Verdict::Ok; ///< what it became

    bool operator==(const Event &) const = default;
};

/// What happened from before to after: nodes that went and came back, roles that changed, timelines, findings that
/// appeared and ended. One that merely can't be seen any more has not ended. What a pause makes unknown is no event;
/// at its end the findings are compared with those of unpaused, the last state before it. Nothing when before or after
/// is incomplete, or after is a state of another cluster. Pure.
std::vector<Event> eventsBetween(const cluster::ClusterState &before, const cluster::ClusterState &after,
                                 const cluster::ClusterState &unpaused = {});

/// The events since this console looks, newest first; the oldest go when there are more than it keeps. Columns "time",
/// "node", "text".
class EventsModel : public KeyedTableModel {
    Q_OBJECT

public:
    static constexpr int kKept = 500;

    explicit EventsModel(QObject *parent = nullptr);

    /// Compares with the state given before; the first has nothing to be compared with.
    void setState(const cluster::ClusterState &state);

private:
    void rebuild(qint64 nowWallMs);

    cluster::ClusterState m_before;
    cluster::ClusterState m_unpaused; ///< the last that was not paused
    struct Numbered {
        qint64 number;
        Event event;
    };
    std::deque<Numbered> m_events; ///< newest first
    qint64 m_count = 0;
    QString m_day;
};

} // namespace howdah::tables
