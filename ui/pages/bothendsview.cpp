// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/bothendsview.h"

#include <QGridLayout>

#include "theme/metrics.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::pages {

using theme::FontRole;
using theme::Height;
using theme::Token;
using widgets::Label;
namespace metric = theme::metric;

BothEndsView::BothEndsView(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QGridLayout(this))
{
    setObjectName(QStringLiteral("both-ends"));
    setAccessibleName(tr("Both ends of the connection"));
    m_layout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kSpace2);
    m_layout->setHorizontalSpacing(metric::kSpace2);
    m_layout->setVerticalSpacing(0);
    m_layout->setColumnMinimumWidth(0, 88);
    m_layout->setColumnStretch(1, 1);
    m_layout->setColumnStretch(2, 1);
    for (int i = 0; i < 2; ++i) {
        auto *head = new Label(FontRole::Small, Token::Text3);
        head->setObjectName(QStringLiteral("both-ends-head-%1").arg(i));
        head->setElided(true);
        head->setFixedHeight(theme::Theme::instance().height(Height::DenseRow));
        m_layout->addWidget(head, 0, i + 1);
        m_heads[static_cast<std::size_t>(i)] = head;
    }
}

void BothEndsView::addLine()
{
    const auto number = static_cast<int>(m_lines.size());
    Line line{new Label(FontRole::Small, Token::Text3),
              {new Label(FontRole::Small, Token::Text1), new Label(FontRole::Small, Token::Text1)},
              new widgets::VerdictLabel};
    const int height = theme::Theme::instance().height(Height::DenseRow);
    line.what->setObjectName(QStringLiteral("both-ends-what-%1").arg(number));
    line.what->setFixedHeight(height);
    m_layout->addWidget(line.what, number + 1, 0);
    for (int i = 0; i < 2; ++i) {
        Label *says = line.says[static_cast<std::size_t>(i)];
        says->setObjectName(QStringLiteral("both-ends-%1-%2").arg(number).arg(i));
        says->setElided(true);
        says->setFixedHeight(height);
        m_layout->addWidget(says, number + 1, i + 1);
    }
    line.verdict->setObjectName(QStringLiteral("both-ends-verdict-%1").arg(number));
    m_layout->addWidget(line.verdict, number + 1, 3, Qt::AlignVCenter);
    m_lines.push_back(line);
}

void BothEndsView::showFact(const Line &line, const tables::EndFact &fact)
{
    line.what->setText(fact.what);
    for (std::size_t i = 0; i < 2; ++i) {
        const QString &text = i == 0 ? fact.upstream : fact.standby;
        Label *says = line.says[i];
        says->setRole(fact.fixed && !text.isEmpty() ? FontRole::Fixed : FontRole::Small);
        says->setItalic(text.isEmpty());
        says->setToken(text.isEmpty() ? Token::Text3 : Token::Text1);
        says->setText(text.isEmpty() ? tr("not seen") : text);
    }
    line.verdict->setVerdict(fact.verdict, {});
    const QString word = fact.verdict == cluster::Verdict::Ok        ? tr("they agree")
                         : fact.verdict == cluster::Verdict::Warning ? tr("they differ")
                                                                     : tr("cannot be compared");
    line.verdict->setAccessibleName(fact.what + QStringLiteral(": ") + word);
    line.verdict->setToolTip(word);
}

void BothEndsView::setEnds(const tables::BothEnds &ends)
{
    m_heads[0]->setText(tr("%1 says").arg(ends.from));
    m_heads[1]->setText(tr("%1 says").arg(ends.to));
    while (m_lines.size() < ends.facts.size()) {
        addLine();
    }
    for (std::size_t i = 0; i < m_lines.size(); ++i) {
        const bool shown = i < ends.facts.size();
        for (QWidget *widget : std::initializer_list<QWidget *>{m_lines[i].what, m_lines[i].says[0], m_lines[i].says[1],
                                                                m_lines[i].verdict}) {
            widget->setVisible(shown);
        }
        if (shown) {
            showFact(m_lines[i], ends.facts[i]);
        }
    }
}

} // namespace howdah::pages
