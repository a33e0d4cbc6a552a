// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <array>
#include <vector>

#include "tables/bothends.h"

class QGridLayout;

namespace howdah::widgets {
class Label;
class VerdictLabel;
} // namespace howdah::widgets

namespace howdah::pages {

/// What the upstream and the standby say of their connection, side by side, with a glyph where they agree.
class BothEndsView : public QWidget {
    Q_OBJECT

public:
    explicit BothEndsView(QWidget *parent = nullptr);
    void setEnds(const tables::BothEnds &ends);

private:
    struct Line {
        widgets::Label *what;
        std::array<widgets::Label *, 2> says;
        widgets::VerdictLabel *verdict;
    };

    void addLine();
    void showFact(const Line &line, const tables::EndFact &fact);

    QGridLayout *m_layout;
    std::array<widgets::Label *, 2> m_heads;
    std::vector<Line> m_lines;
};

} // namespace howdah::pages
