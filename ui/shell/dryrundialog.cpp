// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/dryrundialog.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QGuiApplication>
#include <QPlainTextEdit>
#include <QPushButton>

#include "operations/plantext.h"
#include "shell/operationplan.h"
#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

namespace metric = theme::metric;

namespace {

constexpr QSize kSize(960, 680);
constexpr int kFooter = 60;

} // namespace

DryRunDialog::DryRunDialog(const operations::Plan &plan, QWidget *parent)
    : QDialog(parent)
{
    setObjectName(QStringLiteral("dry-run-dialog"));
    setWindowTitle(tr("Dry run: nothing is changed"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    auto *text = textPane(QStringLiteral("dry-run-text"), tr("What would be run"));
    text->setMaximumBlockCount(0);
    text->setLineWrapMode(QPlainTextEdit::NoWrap); // scripts keep their lines
    text->setPlainText(operations::planText(plan));
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(QStringLiteral("dry-run-footer"));
    footer->setFixedHeight(kFooter);
    auto *copy = new QPushButton(tr("&Copy"));
    copy->setObjectName(QStringLiteral("dry-run-copy"));
    auto *close = new QPushButton(tr("Close"));
    close->setObjectName(QStringLiteral("dry-run-close"));
    auto *sentence =
        new widgets::Label(tr("As --dry-run prints it on the command line. Each step runs what stands under \"do\"."),
                           theme::FontRole::Small, theme::Token::Text2);
    sentence->setObjectName(QStringLiteral("dry-run-sentence"));
    sentence->setElided(true);
    sentence->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    buttons->setSpacing(metric::kSpace3);
    for (QPushButton *button : {copy, close}) {
        button->setAutoDefault(false);
        theme::setDialogSize(button);
    }
    buttons->addWidget(copy);
    buttons->addWidget(sentence, 1);
    buttons->addWidget(close);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(text, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(footer);
    connect(copy, &QPushButton::clicked, text, [text] { QGuiApplication::clipboard()->setText(text->toPlainText()); });
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    close->setFocus();
    resize(kSize);
}

} // namespace howdah::shell
