// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/readingfooter.h"

#include <QBoxLayout>
#include <QPushButton>

#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

namespace metric = theme::metric;

namespace {
constexpr int kFooter = 60;
}

QWidget *readingFooter(QDialog *dialog, const QString &name, const QString &copyText, const QString &sentence,
                       const std::function<void()> &copy)
{
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(name + QStringLiteral("-footer"));
    footer->setFixedHeight(kFooter);
    auto *copyButton = new QPushButton(copyText);
    copyButton->setObjectName(name + QStringLiteral("-copy"));
    auto *close = new QPushButton(QDialog::tr("Close"));
    close->setObjectName(name + QStringLiteral("-close"));
    auto *label = new widgets::Label(sentence, theme::FontRole::Small, theme::Token::Text2);
    label->setObjectName(name + QStringLiteral("-sentence"));
    label->setElided(true);
    label->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    buttons->setSpacing(metric::kSpace3);
    for (QPushButton *button : {copyButton, close}) {
        button->setAutoDefault(false);
        theme::setDialogSize(button);
    }
    buttons->addWidget(copyButton);
    buttons->addWidget(label, 1);
    buttons->addWidget(close);
    QObject::connect(copyButton, &QPushButton::clicked, dialog, copy);
    QObject::connect(close, &QPushButton::clicked, dialog, &QDialog::accept);
    return footer;
}

} // namespace howdah::shell
