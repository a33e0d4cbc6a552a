// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/dryrundialog.h"

#include <QBoxLayout>
#include <QClipboard>
#include <QGuiApplication>
#include <QPlainTextEdit>
#include <QPushButton>

#include "operations/plantext.h"
#include "shell/operationplan.h"
#include "shell/readingfooter.h"
#include "widgets/panes.h"

namespace howdah::shell {

namespace {

constexpr QSize kSize(960, 680);

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
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(text, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(
        readingFooter(this, QStringLiteral("dry-run"), tr("&Copy"),
                      tr("As --dry-run prints it on the command line. Each step runs what stands under \"do\"."),
                      [text] { QGuiApplication::clipboard()->setText(text->toPlainText()); }));
    findChild<QPushButton *>(QStringLiteral("dry-run-close"))->setFocus();
    resize(kSize);
}

} // namespace howdah::shell
