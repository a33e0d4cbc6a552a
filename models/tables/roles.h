// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QMetaType>
#include <Qt>
#include <vector>

#include "cluster/health.h"

namespace howdah::tables {

/// What a cell says beside Qt::DisplayRole. The tables compute all of it once an update; the delegates of ui/widgets
/// only paint it. An invalid QVariant means that the cell has no such thing.
enum ItemRole {
    SortRole = Qt::UserRole + 1, ///< the raw value: qint64, double, QString … Invalid sorts last, whatever the order
    KeyRole,                     ///< QString: the row, as long as it is the same row
    NonValueRole,                ///< bool: idle, n/a, paused, no permission, unknown …: italic and muted
    VerdictRole,                 ///< int of cluster::Verdict: its glyph before the text
    ToneRole,                    ///< int of cluster::Verdict: the text in its colour, without a glyph
    IconRole,      ///< QString: icon before the text, "primary", "standby", "cascading", "witness", "slot"
    NodeRoleRole,  ///< int of cluster::NodeRole: the icon's colour
    SlotMarkRole,  ///< int of SlotMark: small square before the text
    BarRole,       ///< Bar: a limit bar instead of text; the display text says the same in words
    StaleRole,     ///< bool: the row's node does not answer; all of the row in grey
    FixedFontRole, ///< bool: fixed font
    StrongRole,    ///< bool: semibold
    SecondaryRole, ///< QString: muted text behind the display text
    SpanTextRole,  ///< QString: said instead of this cell's and the following empty cells' text
    FormRole,      ///< int of RowForm: how the whole row stands; invalid for an ordinary one
    BandRole,      ///< bool: the row is of the part that stands out, tinted and with an edge
    RadioRole,     ///< bool: a radio button before the text, and whether it is the one
    SparkRole,     ///< Spark: a small line instead of text
};

/// Rows that are no rows of cells. Their texts are the first column's display text and secondary text.
enum class RowForm {
    Ordinary,
    Heading,  ///< small and strong, what explains it behind, and a line to the right end
    Fold,     ///< a heading that rows can be folded into: with a chevron, down (radio true) or right
    Divider,  ///< the same with a dashed line, what explains it at the right end
    Note,     ///< what explains the row above, in its columns but the first
    Progress, ///< a thin bar, as far as the row's Bar
};

/// What a number did over the last time: oldest first, NaN where it was not known.
struct Spark {
    std::vector<double> values;

    bool operator==(const Spark &other) const { return values == other.values; }
};

/// What a header section says beside its title (DisplayRole), alignment and tool tip.
enum HeaderRole {
    ColumnKeyRole = Qt::UserRole + 101, ///< QString: stable name, for saved settings
    SqlNameRole,                        ///< QString: where it comes from, verbatim: "pg_stat_replication.sent_lsn"
    ShownByDefaultRole,                 ///< bool
    WidthHintRole,                      ///< int: width in average characters of the body font
    StretchRole,                        ///< bool: takes what is left over
    GivesWayRole,                       ///< int: when not 0, left out where there is no room, lower numbers first
};

/// The square that stands for a slot: filled used, hollow idle.
enum class SlotMark { Used, Idle };

/// A limit bar: full width is critical, the tick is where warning starts, and the colour follows.
struct Bar {
    double fraction = 0;   ///< of the limit; above 1 it overflows
    double warnAt = 0;     ///< where the tick stands, 0 to 1
    double criticalAt = 1; ///< where the second one stands; 1: at the end, and there is none
    cluster::Verdict verdict = cluster::Verdict::Ok;

    bool operator==(const Bar &) const = default;
};

/// Text for a tool tip that can only be read as plain text, whatever a server put into it.
QString plainToolTip(const QString &text);

} // namespace howdah::tables

Q_DECLARE_METATYPE(howdah::tables::Bar)
Q_DECLARE_METATYPE(howdah::tables::Spark)
