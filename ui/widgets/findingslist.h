// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>
#include <vector>

#include "cluster/health.h"

class QVBoxLayout;

namespace howdah::widgets {

class FindingItem;
class Label;
class LinkButton;

/// What is wrong or not known, worst first as the rules give it: glyph, sentence, age; evidence; what to do; where to
/// look. Everything is plain text.
class FindingsList : public QWidget {
    Q_OBJECT

public:
    explicit FindingsList(QWidget *parent = nullptr);

    /// The findings of state; with none, one sentence that says what was looked at.
    void setState(const cluster::ClusterState &state);

Q_SIGNALS:
    /// The link of a finding: to page, with subject selected.
    void pageRequested(const QString &page, const QString &subject);

private:
    QVBoxLayout *m_layout;
    Label *m_none;
    std::vector<FindingItem *> m_items;
};

/// One finding. Kept and changed in place from tick to tick, so that a link does not lose the keyboard.
class FindingItem : public QWidget {
    Q_OBJECT

public:
    explicit FindingItem(QWidget *parent = nullptr);
    void setFinding(const cluster::Finding &finding, qint64 nowMs);
    QString id() const { return m_id; }

Q_SIGNALS:
    void pageRequested(const QString &page, const QString &subject);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    QString m_id;
    cluster::Verdict m_severity = cluster::Verdict::Unknown;
    QString m_page;
    QString m_subject;
    Label *m_title;
    Label *m_age;
    Label *m_evidence;
    Label *m_remedy;
    LinkButton *m_link;
};

} // namespace howdah::widgets
