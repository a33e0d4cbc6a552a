// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/aboutdialog.h"

#include <QBoxLayout>
#include <QFile>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>

#include "theme/howdahstyle.h"
#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/itemdelegate.h"
#include "widgets/label.h"
#include "widgets/panes.h"

// At global scope: the macro declares a function there.
static void initTexts()
{
    Q_INIT_RESOURCE(howdah_texts);
}

namespace howdah::shell {

using theme::FontRole;
using theme::Token;
using widgets::Label;
namespace metric = theme::metric;

namespace {

struct Part {
    const char *name;
    const char *licence;
    const char *file; ///< under :/howdah/texts
};

// One line for each thing that is linked; README names the same.
constexpr Part kParts[] = {
    {"Howdah", "GPL-3.0-or-later", "LICENSE"},
    {"QCustomPlot", "GPL-3.0-or-later", "LICENSE"},
    {"Qt 6", "LGPL-3.0-only or GPL", "licences/LGPL-3.txt"},
    {"libpq", "PostgreSQL", "licences/PostgreSQL.txt"},
    {"toml++", "MIT", "licences/tomlplusplus-MIT.txt"},
    {"yaml-cpp", "MIT", "licences/yaml-cpp-MIT.txt"},
    {"QtKeychain", "BSD-2-Clause", "licences/qtkeychain-BSD.txt"},
    {"tl::expected", "CC0-1.0", "licences/CC0-1.0.txt"},
};

QString licenceText(int row)
{
    QFile file(QStringLiteral(":/howdah/texts/") + QLatin1String(kParts[row].file));
    return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
}

QWidget *makeHead()
{
    auto *icon = new QLabel;
    icon->setObjectName(QStringLiteral("about-icon"));
    icon->setPixmap(theme::appIcon().pixmap(64, 64));
    auto *name =
        new Label(QStringLiteral("Howdah %1").arg(QStringLiteral(HOWDAH_VERSION)), FontRole::Figure, Token::Text1);
    name->setObjectName(QStringLiteral("about-name"));
    auto *what =
        new Label(AboutDialog::tr("A console for PostgreSQL streaming replication: who is primary, who follows "
                                  "whom, how far behind, and whether anything is wrong."),
                  FontRole::Body, Token::Text2);
    what->setObjectName(QStringLiteral("about-what"));
    what->setWordWrap(true);
    auto *text = new QVBoxLayout;
    text->addWidget(name);
    text->addWidget(what);
    text->addStretch();
    auto *head = new QWidget;
    head->setObjectName(QStringLiteral("about-head"));
    auto *layout = new QHBoxLayout(head);
    layout->setSpacing(metric::kSpace4);
    layout->addWidget(icon, 0, Qt::AlignTop);
    layout->addLayout(text, 1);
    return head;
}

} // namespace

AboutDialog::AboutDialog(QWidget *parent)
    : QDialog(parent)
{
    initTexts();
    setObjectName(QStringLiteral("about-dialog"));
    setWindowTitle(tr("About Howdah"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);

    auto *parts = new QListWidget;
    parts->setObjectName(QStringLiteral("about-parts"));
    parts->setAccessibleName(tr("Parts and their licences"));
    parts->setFrameShape(QFrame::NoFrame);
    for (const Part &part : kParts) {
        parts->addItem(QStringLiteral("%1, %2").arg(QLatin1String(part.name), QLatin1String(part.licence)));
    }
    parts->setItemDelegate(new widgets::ItemDelegate(parts));
    parts->setFixedWidth(264);
    auto *text = new QPlainTextEdit;
    text->setObjectName(QStringLiteral("about-licence"));
    text->setAccessibleName(tr("Text of the licence"));
    text->setReadOnly(true);
    text->setFrameShape(QFrame::NoFrame);
    text->setFont(theme::font(FontRole::FixedCaption));
    text->setTabChangesFocus(true);
    text->document()->setDocumentMargin(metric::kSpace3);
    connect(parts, &QListWidget::currentRowChanged, text,
            [text](int row) { text->setPlainText(row < 0 ? QString() : licenceText(row)); });
    parts->setCurrentRow(0);

    auto *lists = new QHBoxLayout;
    lists->setSpacing(0);
    lists->addWidget(parts);
    lists->addWidget(new widgets::Hairline(Qt::Vertical));
    lists->addWidget(text, 1);
    auto *close = new QPushButton(tr("Close"));
    close->setObjectName(QStringLiteral("about-close"));
    close->setAccessibleName(close->text());
    theme::setDialogSize(close);
    connect(close, &QPushButton::clicked, this, &QDialog::accept);
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(QStringLiteral("about-footer"));
    auto *footerLayout = new QHBoxLayout(footer);
    footerLayout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    footerLayout->addStretch();
    footerLayout->addWidget(close);
    footer->setFixedHeight(60);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(makeHead());
    layout->addWidget(new widgets::Hairline);
    layout->addLayout(lists, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(footer);
    close->setFocus();
    resize(840, 560);
}

} // namespace howdah::shell
