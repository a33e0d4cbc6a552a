// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/keyvaluelist.h"

#include <QGridLayout>

#include "theme/metrics.h"
#include "widgets/buttons.h"
#include "widgets/label.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Height;
using theme::Token;
namespace metric = theme::metric;

KeyValueList::KeyValueList(const QString &name, QWidget *parent)
    : QWidget(parent)
    , m_layout(new QGridLayout(this))
{
    setObjectName(objectNameFor(name));
    setAccessibleName(name);
    m_layout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kSpace2);
    m_layout->setHorizontalSpacing(metric::kSpace3);
    m_layout->setVerticalSpacing(0);
    m_layout->setColumnMinimumWidth(0, 116);
    m_layout->setColumnStretch(1, 1);
}

void KeyValueList::setCompact()
{
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setColumnMinimumWidth(0, 60);
    m_layout->setHorizontalSpacing(metric::kSpace2);
}

void KeyValueList::setRows(const std::vector<KeyValue> &rows)
{
    const int height = theme::Theme::instance().height(Height::DenseRow);
    while (m_rows.size() < rows.size()) {
        auto *key = new Label(FontRole::Small, Token::Text3);
        auto *value = new Label(FontRole::Small, Token::Text1);
        const auto row = static_cast<int>(m_rows.size());
        key->setObjectName(objectName() + QStringLiteral("-key-%1").arg(row));
        value->setObjectName(objectName() + QStringLiteral("-value-%1").arg(row));
        value->setElided(true);
        value->setTextInteractionFlags(Qt::TextSelectableByMouse);
        key->setFixedHeight(height);
        value->setFixedHeight(height);
        m_layout->addWidget(key, row, 0);
        m_layout->addWidget(value, row, 1);
        m_rows.emplace_back(key, value);
    }
    for (std::size_t i = 0; i < m_rows.size(); ++i) {
        const auto &[key, value] = m_rows[i];
        key->setVisible(i < rows.size());
        value->setVisible(i < rows.size());
        if (i >= rows.size()) {
            continue;
        }
        key->setText(rows[i].key);
        value->setRole(rows[i].fixed && !rows[i].nonValue ? FontRole::Fixed : FontRole::Small);
        value->setItalic(rows[i].nonValue);
        value->setToken(rows[i].nonValue ? Token::Text3 : rows[i].stale ? Token::Unknown : Token::Text1);
        value->setText(rows[i].value);
        value->setAccessibleName(rows[i].key + QStringLiteral(": ") + rows[i].value);
    }
}

} // namespace howdah::widgets
