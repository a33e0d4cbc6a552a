// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "widgets/verdicttext.h"

namespace howdah::widgets {

/// The first block of the strip: tint, an edge of 3 px, glyph, word and what it rests on.
class VerdictBlock : public QWidget {
    Q_OBJECT

public:
    explicit VerdictBlock(QWidget *parent = nullptr);
    void setVerdict(const ShownVerdict &verdict);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    ShownVerdict m_verdict;
};

/// One statement of the strip under its caption, after a hairline.
class StripField : public QWidget {
    Q_OBJECT

public:
    StripField(const QString &caption, const QString &name, QWidget *parent = nullptr);
    void setStatement(const Statement &statement);
    /// A framed word behind the statement; empty: none.
    void setTag(const QString &tag);
    /// Figures that tick, or that are compared, stand in the fixed font.
    void setFixedFigure(bool fixed) { m_fixed = fixed; }
    QString text() const { return m_statement.text(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void describe();
    /// Statement and tag in one line.
    QString whole() const;
    /// The tool tip: everything, unless it is seen.
    void tellWhole(bool seen);

    QString m_caption;
    QString m_tag;
    Statement m_statement;
    bool m_fixed = false;
};

} // namespace howdah::widgets
