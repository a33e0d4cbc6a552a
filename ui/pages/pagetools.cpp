// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/pagetools.h"

#include <QBoxLayout>
#include <QCoreApplication>
#include <QPushButton>

#include "pages/tablepane.h"
#include "widgets/buttons.h"
#include "widgets/datatable.h"
#include "widgets/filterfield.h"
#include "widgets/panes.h"

namespace howdah::pages {

namespace {

QString words(const char *text)
{
    return QCoreApplication::translate("howdah::pages::Page", text);
}

QPushButton *addButton(widgets::PageHead *head, const QString &text, const QString &toolTip)
{
    auto *button = new QPushButton(text);
    button->setObjectName(head->objectName() + QLatin1Char('-') + widgets::objectNameFor(text).remove(QChar(0x2026)));
    button->setAccessibleName(text);
    button->setToolTip(toolTip);
    head->addWidget(button);
    return button;
}

} // namespace

QVBoxLayout *plainColumn(QWidget *widget)
{
    auto *layout = new QVBoxLayout(widget);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    return layout;
}

void fixHeight(QWidget *pane, std::optional<int> height)
{
    pane->setMinimumHeight(height.value_or(0));
    pane->setMaximumHeight(height.value_or(QWIDGETSIZE_MAX));
}

widgets::FilterField *addTableTools(widgets::PageHead *head, const QString &filterName,
                                    const std::function<TablePane *()> &current)
{
    auto *filter = new widgets::FilterField(filterName);
    filter->setFixedWidth(200);
    head->addWidget(filter);
    QPushButton *columns = addButton(head, words("Columns…"),
                                     words("Show and hide columns, by their names in SQL, and sort by one of them"));
    QPushButton *copy = addButton(head, words("Copy as text"),
                                  words("The rows that the filter leaves, in the columns that are ticked, with tabs "
                                        "between them; Ctrl+C copies the selected row"));
    QObject::connect(filter, &QLineEdit::textChanged, head,
                     [current](const QString &text) { current()->setFilter(text); });
    QObject::connect(columns, &QPushButton::clicked, head, [current, columns] { current()->chooseColumns(columns); });
    QObject::connect(copy, &QPushButton::clicked, head, [current] { current()->table()->copyAll(); });
    return filter;
}

} // namespace howdah::pages
