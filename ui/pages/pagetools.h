// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <functional>
#include <optional>

class QBoxLayout;
class QVBoxLayout;
class QWidget;

namespace howdah::widgets {
class FilterField;
class PageHead;
} // namespace howdah::widgets

namespace howdah::pages {

class TablePane;

/// A column without margins or gaps, as the panes of a page stand on each other.
QVBoxLayout *plainColumn(QWidget *widget);

/// Gives a pane that height of the page, or with nothing all of it that there is.
void fixHeight(QWidget *pane, std::optional<int> height);

/// The filter field, "Columns…" and "Copy as text" of a page's head. current gives the table they work on when used.
widgets::FilterField *addTableTools(widgets::PageHead *head, const QString &filterName,
                                    const std::function<TablePane *()> &current);

} // namespace howdah::pages
