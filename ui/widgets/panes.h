// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QBoxLayout>
#include <QWidget>

#include "cluster/health.h"

class QPushButton;
class QTabBar;

namespace howdah::widgets {

class Label;
class VerdictLabel;

/// The 36 px above a pane: title, what explains it, and at the right a caption, a verdict or controls.
class PaneHeader : public QWidget {
    Q_OBJECT

public:
    explicit PaneHeader(const QString &title, QWidget *parent = nullptr);

    void setTitle(const QString &title);
    void setSubtitle(const QString &text);
    void setCaption(const QString &text); ///< at the right
    /// Glyph and word at the right instead of the caption; word empty: none.
    void setVerdict(cluster::Verdict verdict, const QString &word);
    void addWidget(QWidget *widget); ///< at the right, after those before

private:
    Label *m_title;
    Label *m_subtitle;
    Label *m_caption;
    VerdictLabel *m_verdict;
    QHBoxLayout *m_layout;
};

/// The 44 px above a page: heading, tabs or a sentence, controls at the right, a hairline below.
class PageHead : public QWidget {
    Q_OBJECT

public:
    explicit PageHead(const QString &title, QWidget *parent = nullptr);

    void setSubtitle(const QString &text);
    /// Tabs beside the heading; the caller connects to currentChanged.
    QTabBar *addTabs(const QStringList &titles);
    void addWidget(QWidget *widget);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    Label *m_title;
    Label *m_subtitle;
    QHBoxLayout *m_layout;
    QString m_name;
};

/// A verdict's glyph, and its word in its colour.
class VerdictLabel : public QWidget {
    Q_OBJECT

public:
    explicit VerdictLabel(QWidget *parent = nullptr);
    void setVerdict(cluster::Verdict verdict, const QString &word);
    QSize sizeHint() const override;
    QSize minimumSizeHint() const override { return sizeHint(); }

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    cluster::Verdict m_verdict = cluster::Verdict::Unknown;
    QString m_word;
};

/// What stands where there is nothing to show: one sentence that says why, and what to do about it.
class EmptyState : public QWidget {
    Q_OBJECT

public:
    explicit EmptyState(const QString &sentence, QWidget *parent = nullptr);
    void setSentence(const QString &sentence);
    QPushButton *addButton(const QString &text);

private:
    Label *m_sentence;
    QHBoxLayout *m_buttons;
};

/// A line of 1 px in the hairline's colour.
class Hairline : public QWidget {
    Q_OBJECT

public:
    explicit Hairline(Qt::Orientation orientation = Qt::Horizontal, QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;
};

/// A widget with the surface's or the window's colour behind it, whichever the theme.
class Ground : public QWidget {
    Q_OBJECT

public:
    explicit Ground(bool surface = true, QWidget *parent = nullptr);
};

} // namespace howdah::widgets
