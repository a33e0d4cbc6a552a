// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>

#include "cluster/health.h"
#include "widgets/keyvaluelist.h"

namespace howdah::widgets {

class Label;
class VerdictLabel;

/// A question, the answer with its verdict, and what that is from, in a frame.
class AnswerCard : public QFrame {
    Q_OBJECT

public:
    /// name: the objectName.
    explicit AnswerCard(const QString &name, QWidget *parent = nullptr);
    /// facts: what they are called, what they are.
    void setAnswer(const QString &question, cluster::Verdict verdict, const QString &answer,
                   const std::vector<std::pair<QString, QString>> &facts);
    /// The same where there is nobody to be asked.
    void setNoAnswer(const QString &question, const QString &why);

protected:
    void paintEvent(QPaintEvent *event) override;

private:
    void show(const QString &question, const QString &answer);

    Label *m_question;
    VerdictLabel *m_verdict; ///< its glyph alone
    Label *m_answer;
    KeyValueList *m_facts;
};

/// The arrow from one card to the next.
class CardArrow : public QWidget {
    Q_OBJECT

public:
    explicit CardArrow(QWidget *parent = nullptr);

protected:
    void paintEvent(QPaintEvent *event) override;
};

} // namespace howdah::widgets
