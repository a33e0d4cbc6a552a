// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

#include "cluster/health.h"

class QHBoxLayout;
class QPushButton;

namespace howdah::widgets {

class Label;

/// A line across a window or a page that says what is so and what to do about it, with buttons, in the colours and
/// under the glyph of a verdict. It stays until its owner hides it. Plain text.
class NoticeBar : public QWidget {
    Q_OBJECT

public:
    /// name: "journal" gives "journal-bar", "journal-text", "journal-hint". Hidden until show().
    explicit NoticeBar(const QString &name, QWidget *parent = nullptr);

    void setNotice(cluster::Verdict verdict, const QString &message, const QString &hint = {});
    /// At the right, after those before.
    QPushButton *addButton(const QString &name, const QString &text);
    QString text() const;

protected:
    void paintEvent(QPaintEvent *event) override;
    void addWidget(QWidget *widget);

private:
    cluster::Verdict m_verdict = cluster::Verdict::Critical;
    Label *m_message;
    Label *m_hint;
    QHBoxLayout *m_layout;
};

} // namespace howdah::widgets
