// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/consentdialog.h"

#include <QBoxLayout>
#include <QLineEdit>
#include <QPushButton>

#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {
constexpr int kWidth = 560;
} // namespace

ConsentDialog::ConsentDialog(const toolfiles::Offer &offer, const QString &rights, bool inKeyring, QWidget *parent)
    : QDialog(parent)
    , m_offer(offer)
    , m_rights(rights)
    , m_inKeyring(inKeyring)
    , m_text(new widgets::Label(FontRole::Small, Token::Text1))
    , m_context(new QLineEdit)
{
    setObjectName(QStringLiteral("consent-dialog"));
    setWindowTitle(tr("Read the file of %1?").arg(offer.tool));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_text->setObjectName(QStringLiteral("consent-text"));
    m_text->setParagraph();
    m_context->setObjectName(QStringLiteral("consent-context"));
    m_context->setPlaceholderText(offer.context.isEmpty() ? tr("the one that %1 uses").arg(offer.tool) : offer.context);
    auto *label = new widgets::Label(tr("Another %1").arg(offer.contextWord), FontRole::Small, Token::Text2);
    label->setObjectName(QStringLiteral("consent-context-label"));
    label->setBuddy(m_context);
    m_context->setAccessibleName(label->text());
    auto *cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("consent-cancel"));
    auto *yes = new QPushButton(tr("&Read it"));
    yes->setObjectName(QStringLiteral("consent-yes"));

    auto *row = new QHBoxLayout;
    row->setSpacing(metric::kSpace3);
    row->addWidget(label);
    row->addWidget(m_context, 1);
    auto *column = new QVBoxLayout;
    column->setContentsMargins(metric::kPanePadding, metric::kSpace4, metric::kPanePadding, metric::kSpace4);
    column->setSpacing(metric::kSpace3);
    column->addWidget(m_text);
    column->addLayout(row);
    column->addStretch();
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(QStringLiteral("consent-footer"));
    footer->setFixedHeight(60);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    buttons->setSpacing(metric::kSpace3);
    buttons->addStretch();
    for (QPushButton *button : {cancel, yes}) {
        button->setAutoDefault(false);
        theme::setDialogSize(button);
        buttons->addWidget(button);
    }
    theme::setFilled(yes);
    cancel->setDefault(true); // nothing is read by a key that was meant for something else
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(column, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(footer);
    setFixedWidth(kWidth);
    cancel->setFocus();
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(yes, &QPushButton::clicked, this, &QDialog::accept);
    connect(m_context, &QLineEdit::textChanged, this, &ConsentDialog::showConsent);
    showConsent({});
}

QString ConsentDialog::context() const
{
    return m_context->text().trimmed();
}

void ConsentDialog::showConsent(const QString &context)
{
    m_text->setText(toolfiles::consentText(m_offer, context.trimmed(), m_rights, m_inKeyring));
}

} // namespace howdah::shell
