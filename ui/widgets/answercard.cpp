// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/answercard.h"

#include <QBoxLayout>
#include <QPainter>

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {
constexpr int kArrowWidth = 32;
} // namespace

AnswerCard::AnswerCard(const QString &name, QWidget *parent)
    : QFrame(parent)
    , m_question(new Label(FontRole::Small, Token::Text2))
    , m_verdict(new VerdictLabel)
    , m_answer(new Label(FontRole::BodyStrong, Token::Text1))
    , m_facts(new KeyValueList(name + QStringLiteral(" facts")))
{
    setObjectName(name);
    setFrameShape(QFrame::NoFrame);
    m_question->setObjectName(name + QStringLiteral("-question"));
    m_answer->setObjectName(name + QStringLiteral("-answer"));
    m_answer->setElided(true);
    m_facts->setCompact();
    auto *line = new QHBoxLayout;
    line->setContentsMargins(0, 0, 0, metric::kSpace1);
    line->setSpacing(0);
    line->addWidget(m_verdict);
    line->addWidget(m_answer, 1);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(metric::kSpace3 + 1, metric::kSpace2 + 1, metric::kSpace3 + 1, metric::kSpace2 + 1);
    column->setSpacing(metric::kSpace1);
    column->addWidget(m_question);
    column->addLayout(line);
    column->addWidget(m_facts);
    column->addStretch();
}

void AnswerCard::show(const QString &question, const QString &answer)
{
    m_question->setText(question);
    m_answer->setText(answer);
    setAccessibleName(question + QStringLiteral(": ") + answer);
}

void AnswerCard::setAnswer(const QString &question, cluster::Verdict verdict, const QString &answer,
                           const std::vector<std::pair<QString, QString>> &facts)
{
    show(question, answer);
    m_verdict->setVerdict(verdict, QString());
    m_verdict->setVisible(true);
    m_answer->setRole(FontRole::BodyStrong);
    m_answer->setItalic(false);
    m_answer->setToken(Token::Text1);
    std::vector<KeyValue> rows;
    for (const auto &[key, value] : facts) {
        rows.push_back({key, value, true, false, false});
    }
    m_facts->setRows(rows);
}

void AnswerCard::setNoAnswer(const QString &question, const QString &why)
{
    show(question, why);
    m_verdict->setVisible(false);
    m_answer->setRole(FontRole::Body);
    m_answer->setItalic(true);
    m_answer->setToken(Token::Text3);
    m_facts->setRows({});
}

void AnswerCard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    theme::paintRounded(&painter, rect(), metric::kRadiusCard, theme::color(Token::Surface),
                        theme::color(Token::Border));
}

CardArrow::CardArrow(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("card-arrow"));
    setFixedWidth(kArrowWidth);
}

void CardArrow::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.setPen(QPen(theme::color(Token::Text2), 1.25));
    const qreal y = height() / 2 + 0.5, right = width() - 4;
    painter.drawLine(QPointF(5, y), QPointF(right, y));
    painter.drawLine(QPointF(right - 5, y - 4), QPointF(right, y));
    painter.drawLine(QPointF(right - 5, y + 4), QPointF(right, y));
}

} // namespace howdah::widgets
