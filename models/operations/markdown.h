// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

namespace howdah::operations {

/// Text of ours and of servers as Markdown shows it word for word, in one line.
QString markdownText(const QString &text);

/// Text of one line as code within a line.
QString markdownCode(const QString &text);

/// Lines as they are, in a fence that nothing in them can close.
QString markdownBlock(const QString &text, const QString &language = {});

} // namespace howdah::operations
