// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QString>

namespace howdah::core {

/// Server text as it may be shown: bad UTF-8 replaced, control characters, ANSI sequences and bidirectional overrides
/// taken out, cut at maxLength characters with an ellipsis. Every string that comes from a server or a child process
/// passes through here once, at the edge. It is still plain text: never give it to anything that reads HTML.
QString sanitized(QByteArrayView bytes, qsizetype maxLength = 8192);
QString sanitized(const QString &text, qsizetype maxLength = 8192);

/// A name of a server's, by which something is looked up or told apart: as sanitized(), and on one line.
QString sanitizedName(QByteArrayView bytes);
QString sanitizedName(const QString &text);

} // namespace howdah::core
