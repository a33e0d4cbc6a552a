// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QList>
#include <QString>

class QWidget;

namespace howdah::pages {

class Page;

/// A kind of page. A new one is a new file pair and one line in pageregistry.cpp.
struct PageEntry {
    QString id;
    QString title;
    QString icon; ///< name of an icon in the resources
    Page *(*make)(QWidget *parent);
};

/// Every page of a cluster, in the order of the navigator.
const QList<PageEntry> &pageRegistry();

} // namespace howdah::pages
