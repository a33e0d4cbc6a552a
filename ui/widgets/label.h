// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>

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

    QSize minimumSizeHint() const override;

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void restyle();

    theme::FontRole m_role;
    theme::Token m_token;
    bool m_elided = false;
    bool m_italic = false;
};

} // namespace howdah::widgets
