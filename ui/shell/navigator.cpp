// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/navigator.h"

#include <QEvent>
#include <QHeaderView>
#include <QScopedValueRollback>

#include "pages/pageregistry.h"
#include "shell/navigatordelegate.h"
#include "tables/roles.h"
#include "theme/metrics.h"
#include "theme/theme.h"

namespace howdah::shell {

using cluster::Verdict;

namespace {

struct PageCount {
    int findings = 0;
    Verdict worst = Verdict::Ok;
};

PageCount countFindings(const ClusterLine &line, const QString &page)
{
    const cluster::ClusterState &state = line.state;
    PageCount count;
    if (line.interrupted && page == QLatin1String("journal")) {
        count = {1, Verdict::Critical};
    }
    if (!state.assessment) {
        return count;
    }
    for (const cluster::Finding &finding : state.assessment->findings) {
        if (finding.page == page) {
            ++count.findings;
            count.worst = std::max(count.worst, finding.severity);
        }
    }
    return count;
}

/// Only what differs is written: each write repaints.
void setIfChanged(QTreeWidgetItem *item, int role, const QVariant &value)
{
    if (item->data(0, role) != value) {
        item->setData(0, role, value);
    }
}

QTreeWidgetItem *makeClusterItem(const QString &name)
{
    auto *item = new QTreeWidgetItem({name});
    item->setData(0, IdRole, name);
    const auto &pages = pages::pageRegistry();
    for (const pages::PageEntry &entry : pages) {
        auto *child = new QTreeWidgetItem(item, {entry.title});
        child->setData(0, IdRole, entry.id);
        child->setData(0, IsPageRole, true);
        child->setData(0, LastPageRole, &entry == &pages.last());
    }
    return item;
}

} // namespace

Navigator::Navigator(QWidget *parent)
    : QTreeWidget(parent)
{
    setObjectName(QStringLiteral("navigator"));
    setAccessibleName(tr("Clusters and pages"));
    setColumnCount(1);
    header()->hide();
    header()->setObjectName(QStringLiteral("navigator-header"));
    setRootIsDecorated(false);
    setItemsExpandable(false);
    setExpandsOnDoubleClick(false);
    setIndentation(0);
    setFrameShape(QFrame::NoFrame);
    setEditTriggers(NoEditTriggers);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    setVerticalScrollMode(ScrollPerPixel);
    setMouseTracking(true);
    setItemDelegate(new NavigatorDelegate(this));
    setBackgroundRole(QPalette::Window);
    viewport()->setBackgroundRole(QPalette::Window);
    connect(this, &QTreeWidget::currentItemChanged, this, [this](QTreeWidgetItem *item) {
        if (m_quiet || !item) {
            return;
        }
        const bool page = item->data(0, IsPageRole).toBool();
        const QString cluster = (page ? item->parent() : item)->data(0, IdRole).toString();
        Q_EMIT chosen(cluster, page ? item->data(0, IdRole).toString() : QString());
    });
}

void Navigator::drawBranches(QPainter *, const QRect &, const QModelIndex &) const {}

QModelIndex Navigator::moveCursor(CursorAction action, Qt::KeyboardModifiers modifiers)
{
    const QModelIndex to = QTreeWidget::moveCursor(action, modifiers);
    if (!to.isValid() || to.data(IsPageRole).toBool() || to.data(IdRole).toString() != m_cluster) {
        return to;
    }
    // Its own row: to stop there would mean to be turned back to the page one comes from.
    const QModelIndex above = indexAbove(to);
    if (action == MoveLeft) {
        return currentIndex();
    }
    return action == MoveHome || !above.isValid() ? model()->index(0, 0, to) : above;
}

QItemSelectionModel::SelectionFlags Navigator::selectionCommand(const QModelIndex &index, const QEvent *event) const
{
    // A cluster's row that becomes current leads to one of its pages, which is selected then. The view would select
    // after that: the row, or what has come to lie under the mouse since another cluster's pages are gone.
    const bool row = index.isValid() && !index.data(IsPageRole).toBool();
    const bool late = event && event->type() == QEvent::MouseButtonRelease;
    return row || late ? QItemSelectionModel::NoUpdate : QTreeWidget::selectionCommand(index, event);
}

QTreeWidgetItem *Navigator::clusterItem(const QString &name) const
{
    for (int i = 0; i < topLevelItemCount(); ++i) {
        if (topLevelItem(i)->data(0, IdRole).toString() == name) {
            return topLevelItem(i);
        }
    }
    return nullptr;
}

QStringList Navigator::order() const
{
    QStringList names;
    for (int i = 0; i < topLevelItemCount(); ++i) {
        names.append(topLevelItem(i)->data(0, IdRole).toString());
    }
    return names;
}

void Navigator::setClusters(std::vector<ClusterLine> lines)
{
    std::stable_sort(lines.begin(), lines.end(), [](const ClusterLine &a, const ClusterLine &b) {
        return a.verdict != b.verdict ? a.verdict > b.verdict : a.name.localeAwareCompare(b.name) < 0;
    });
    const QScopedValueRollback quiet(m_quiet, true);
    QStringList wanted;
    for (const ClusterLine &line : lines) {
        wanted.append(line.name);
        if (!clusterItem(line.name)) {
            addTopLevelItem(makeClusterItem(line.name));
        }
    }
    const QStringList before = order();
    for (const QString &name : before) {
        if (!wanted.contains(name)) {
            delete clusterItem(name);
        }
    }
    if (order() != wanted) {
        reorder(lines);
    }
    for (const ClusterLine &line : lines) {
        updateItem(clusterItem(line.name), line);
    }
}

bool Navigator::updateCluster(const ClusterLine &line)
{
    QTreeWidgetItem *item = clusterItem(line.name);
    if (!item || item->data(0, NavVerdictRole).toInt() != static_cast<int>(line.verdict)) {
        return false;
    }
    const QScopedValueRollback quiet(m_quiet, true);
    updateItem(item, line);
    return true;
}

void Navigator::reorder(const std::vector<ClusterLine> &lines)
{
    for (int i = 0; i < static_cast<int>(lines.size()); ++i) {
        QTreeWidgetItem *item = clusterItem(lines[static_cast<std::size_t>(i)].name);
        const int at = indexOfTopLevelItem(item);
        if (at != i) {
            insertTopLevelItem(i, takeTopLevelItem(at));
        }
    }
    choose(m_cluster, m_page);
}

void Navigator::updateItem(QTreeWidgetItem *item, const ClusterLine &line)
{
    setIfChanged(item, NavVerdictRole, static_cast<int>(line.verdict));
    setIfChanged(item, NoteRole, line.note);
    setIfChanged(item, ChosenRole, line.name == m_cluster);
    setIfChanged(item, Qt::AccessibleTextRole,
                 QStringLiteral("%1, %2, %3").arg(line.name, cluster::toString(line.verdict), line.note));
    setIfChanged(item, Qt::ToolTipRole, tables::plainToolTip(line.name));
    for (int i = 0; i < item->childCount(); ++i) {
        QTreeWidgetItem *page = item->child(i);
        const PageCount count = countFindings(line, page->data(0, IdRole).toString());
        const bool any = count.findings > 0;
        setIfChanged(page, NavVerdictRole, any ? QVariant(static_cast<int>(count.worst)) : QVariant());
        setIfChanged(page, NoteRole, any ? QString::number(count.findings) : QString());
        setIfChanged(page, Qt::AccessibleTextRole,
                     any ? tr("%1, %2 findings, worst %3")
                               .arg(page->text(0))
                               .arg(count.findings)
                               .arg(cluster::toString(count.worst))
                         : page->text(0));
    }
    item->setExpanded(line.name == m_cluster);
}

void Navigator::choose(const QString &cluster, const QString &page)
{
    const QScopedValueRollback quiet(m_quiet, true);
    m_cluster = cluster;
    m_page = page;
    for (int i = 0; i < topLevelItemCount(); ++i) {
        QTreeWidgetItem *item = topLevelItem(i);
        const bool here = item->data(0, IdRole).toString() == cluster;
        setIfChanged(item, ChosenRole, here);
        item->setExpanded(here);
        for (int child = 0; here && child < item->childCount(); ++child) {
            if (item->child(child)->data(0, IdRole).toString() == page) {
                setCurrentItem(item->child(child));
            }
        }
    }
}

} // namespace howdah::shell
