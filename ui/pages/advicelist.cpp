// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/advicelist.h"

#include <QGridLayout>

#include "theme/metrics.h"
#include "widgets/buttons.h"
#include "widgets/label.h"

namespace howdah::pages {

using theme::FontRole;
using theme::Token;
using widgets::Label;
namespace metric = theme::metric;

AdviceList::AdviceList(const QString &name, QWidget *parent)
    : QWidget(parent)
    , m_layout(new QGridLayout(this))
{
    setObjectName(widgets::objectNameFor(name));
    setAccessibleName(name);
    m_layout->setContentsMargins(metric::kPanePadding, metric::kSpace1, metric::kPanePadding, metric::kSpace2);
    m_layout->setHorizontalSpacing(metric::kSpace3);
    m_layout->setVerticalSpacing(metric::kSpace2);
    m_layout->setColumnMinimumWidth(0, 72);
    m_layout->setColumnStretch(1, 1);
}

void AdviceList::setRows(const std::vector<std::pair<QString, QString>> &rows)
{
    while (m_rows.size() < rows.size()) {
        auto *word = new Label(FontRole::SmallStrong, Token::Text1);
        auto *text = new Label(FontRole::Small, Token::Text2);
        const auto number = static_cast<int>(m_rows.size());
        word->setObjectName(objectName() + QStringLiteral("-word-%1").arg(number));
        text->setObjectName(objectName() + QStringLiteral("-text-%1").arg(number));
        text->setParagraph();
        m_layout->addWidget(word, number, 0, Qt::AlignTop);
        m_layout->addWidget(text, number, 1);
        m_rows.emplace_back(word, text);
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const auto &[word, text] = m_rows[i];
        const bool shown = i < rows.size();
        word->setVisible(shown);
        text->setVisible(shown);
        if (shown) {
            word->setText(rows[i].first);
            text->setText(rows[i].second);
            text->setAccessibleName(rows[i].first + QStringLiteral(": ") + rows[i].second);
        }
    }
}

} // namespace howdah::pages
