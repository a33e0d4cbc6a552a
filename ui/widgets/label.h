// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <optional>
#include <vector>

#include "theme/theme.h"

namespace howdah::widgets {

/// A line or paragraph of plain text in a font and colour of the theme, which it follows. Never reads HTML.
class Label : public QLabel {
    Q_OBJECT

public:
    explicit Label(theme::FontRole role = theme::FontRole::Body, theme::Token token = theme::Token::Text1,
                   QWidget *parent = nullptr);
    Label(const QString &text, theme::FontRole role, theme::Token token, QWidget *parent = nullptr);

    void setToken(theme::Token token);
    void setRole(theme::FontRole role);
    void setItalic(bool italic);
    /// One line, cut with an ellipsis where the room ends; the tool tip has the whole text.
    void setElided(bool elided);
    /// Elided too, but as wide as its text where there is room: whoever stands beside it gets the rest.
    void setGivesWay();

    /// Wrapped, with lines as far apart as a text of several lines needs to be read: 1.5 times its size.
    void setParagraph();

    QSize sizeHint() const override;
    QSize minimumSizeHint() const override;
    int heightForWidth(int width) const override;

protected:
    void paintEvent(QPaintEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    /// What was worked out for the text that stands there. Layouts ask several times for each change of any label
    /// beside it, and each answer costs the shaping of the text.
    struct Measured {
        QString text;
        QMargins margins;
        bool wraps = false;
        std::optional<QSize> hint;
        std::optional<QSize> least;
        std::vector<std::pair<int, int>> heights; ///< by width
    };

    void restyle();
    Measured &measured() const;
    QSize measureHint() const;
    QSize measureLeast() const;
    /// Lays the paragraph out in width; paints it when there is a painter. Returns its height.
    int layOut(int width, QPainter *painter) const;

    theme::FontRole m_role;
    theme::Token m_token;
    bool m_elided = false;
    bool m_paragraph = false;
    bool m_italic = false;
    mutable Measured m_measured;
};

} // namespace howdah::widgets
