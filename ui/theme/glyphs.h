// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QRectF>
#include <QString>

#include "cluster/health.h"
#include "theme/tokens.h"

class QPainter;

namespace howdah::theme {

// The grammar of form. Tick ring OK, triangle warning, octagon critical, dashed ring unknown; a primary's badge is a
// filled square, a standby's a tinted circle, a cascading standby's an open circle, a witness's a diamond.

QString verdictIcon(cluster::Verdict verdict); ///< name of the icon
Token verdictMark(cluster::Verdict verdict);   ///< glyphs, edges, bars
Token verdictText(cluster::Verdict verdict);   ///< words
Token verdictTint(cluster::Verdict verdict);   ///< the ground behind both

/// The verdict's glyph in its colour, as large as rect.
void paintVerdict(QPainter *painter, const QRectF &rect, cluster::Verdict verdict);

QString roleIcon(cluster::NodeRole role); ///< name of the icon; "unknown" for a role not known
Token roleMark(cluster::NodeRole role);   ///< badges, borders, glyphs
Token roleText(cluster::NodeRole role);   ///< words

/// A role's badge in a square of metric::kBadgeSize. Dashed and grey when not known to be so any more (stale).
void paintRoleBadge(QPainter *painter, const QRectF &rect, cluster::NodeRole role, bool stale);

} // namespace howdah::theme
