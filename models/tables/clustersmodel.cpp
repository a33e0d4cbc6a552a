// SPDX-License-Identifier: GPL-3.0-or-later
#include "clustersmodel.h"

namespace howdah::tables {

using cluster::Verdict;

ClustersModel::ClustersModel(std::vector<PageItem> pages, QObject *parent)
    : QAbstractItemModel(parent)
    , m_pages(std::move(pages))
{
}

ClustersModel::Item ClustersModel::itemFor(const ClusterEntry &entry) const
{
    Item item{.id = entry.id};
    item.line.title = entry.name;
    item.line.verdict = Verdict::Unknown;
    item.pages.resize(m_pages.size());
    for (std::size_t i = 0; i < m_pages.size(); ++i) {
        item.pages[i].title = m_pages[i].title;
    }
    item.paused = entry.state.snapshot && entry.state.snapshot->paused;
    if (!entry.state.assessment) {
        item.line.right = QStringLiteral("connecting");
        return item;
    }
    const cluster::Assessment &assessment = *entry.state.assessment;
    item.line.verdict = item.paused ? Verdict::Unknown : assessment.verdict;
    item.line.findings = static_cast<int>(assessment.findings.size());
    if (!assessment.findings.empty()) {
        item.line.toolTip = assessment.findings.front().title;
    }
    for (const cluster::Finding &finding : assessment.findings) {
        for (std::size_t i = 0; i < m_pages.size(); ++i) {
            // What stands on the overview is seen there anyway; a count beside it would count everything twice.
            if (m_pages[i].id == finding.page && finding.page != QLatin1String("overview")) {
                Line &page = item.pages[i];
                page.right = QString::number(++page.findings);
                page.verdict = std::max(page.verdict.value_or(Verdict::Ok), finding.severity);
            }
        }
    }
    item.line.right = item.paused              ? QStringLiteral("paused")
                      : item.line.findings > 0 ? QString::number(item.line.findings)
                                               : cluster::toString(assessment.verdict);
    return item;
}

void ClustersModel::setClusters(const std::vector<ClusterEntry> &clusters)
{
    std::vector<Item> wanted;
    for (const ClusterEntry &entry : clusters) {
        wanted.push_back(itemFor(entry));
    }
    std::stable_sort(wanted.begin(), wanted.end(), [](const Item &a, const Item &b) {
        if (a.line.verdict != b.line.verdict) {
            return *a.line.verdict > *b.line.verdict;
        }
        return QString::compare(a.line.title, b.line.title, Qt::CaseInsensitive) < 0;
    });
    for (int row = static_cast<int>(m_items.size()) - 1; row >= 0; --row) {
        const QString &id = m_items[static_cast<std::size_t>(row)].id;
        if (std::none_of(wanted.begin(), wanted.end(), [&](const Item &item) { return item.id == id; })) {
            beginRemoveRows({}, row, row);
            m_items.erase(m_items.begin() + row);
            endRemoveRows();
        }
    }
    int row = 0;
    for (Item &item : wanted) {
        const int now = rowOf(item.id);
        if (now >= 0 && now < row) {
            continue; // one id twice: the first stays
        }
        if (now < 0) {
            beginInsertRows({}, row, row);
            item.serial = ++m_lastSerial;
            m_items.insert(m_items.begin() + row, std::move(item));
            endInsertRows();
        } else {
            if (now != row) {
                beginMoveRows({}, now, now, {}, row);
                std::rotate(m_items.begin() + row, m_items.begin() + now, m_items.begin() + now + 1);
                endMoveRows();
            }
            update(row, std::move(item));
        }
        ++row;
    }
}

void ClustersModel::update(int row, Item fresh)
{
    Item &item = m_items[static_cast<std::size_t>(row)];
    fresh.serial = item.serial;
    const bool lineChanged = item.line != fresh.line || item.paused != fresh.paused;
    std::vector<int> changedPages;
    for (std::size_t i = 0; i < m_pages.size(); ++i) {
        if (item.pages[i] != fresh.pages[i]) {
            changedPages.push_back(static_cast<int>(i));
        }
    }
    item = std::move(fresh);
    const QModelIndex at = index(row, 0);
    if (lineChanged) {
        Q_EMIT dataChanged(at, at);
    }
    if (!changedPages.empty()) {
        Q_EMIT dataChanged(index(changedPages.front(), 0, at), index(changedPages.back(), 0, at));
    }
}

int ClustersModel::rowOf(const QString &clusterId) const
{
    const auto found = std::find_if(m_items.begin(), m_items.end(), [&](const Item &i) { return i.id == clusterId; });
    return found == m_items.end() ? -1 : static_cast<int>(found - m_items.begin());
}

int ClustersModel::rowOfSerial(quintptr serial) const
{
    const auto found = std::find_if(m_items.begin(), m_items.end(), [&](const Item &i) { return i.serial == serial; });
    return found == m_items.end() ? -1 : static_cast<int>(found - m_items.begin());
}

QModelIndex ClustersModel::indexOf(const QString &clusterId, const QString &pageId) const
{
    const int row = rowOf(clusterId);
    if (row < 0) {
        return {};
    }
    const QModelIndex at = index(row, 0);
    if (pageId.isEmpty()) {
        return at;
    }
    for (int page = 0; page < static_cast<int>(m_pages.size()); ++page) {
        if (m_pages[static_cast<std::size_t>(page)].id == pageId) {
            return index(page, 0, at);
        }
    }
    return {};
}

QModelIndex ClustersModel::index(int row, int column, const QModelIndex &parent) const
{
    if (!hasIndex(row, column, parent)) {
        return {};
    }
    return parent.isValid() ? createIndex(row, column, m_items[static_cast<std::size_t>(parent.row())].serial)
                            : createIndex(row, column, quintptr(0));
}

QModelIndex ClustersModel::parent(const QModelIndex &child) const
{
    if (!child.isValid() || child.internalId() == 0) {
        return {};
    }
    const int row = rowOfSerial(child.internalId());
    return row < 0 ? QModelIndex() : createIndex(row, 0, quintptr(0));
}

int ClustersModel::rowCount(const QModelIndex &parent) const
{
    if (!parent.isValid()) {
        return static_cast<int>(m_items.size());
    }
    return parent.internalId() == 0 && parent.column() == 0 ? static_cast<int>(m_pages.size()) : 0;
}

int ClustersModel::columnCount(const QModelIndex &) const
{
    return 1;
}

QVariant ClustersModel::lineData(const Line &line, int role) const
{
    switch (role) {
    case Qt::DisplayRole:
        return line.title;
    case Qt::ToolTipRole:
        return plainToolTip(line.toolTip);
    case SecondaryRole:
        return line.right;
    case FindingsRole:
        return line.findings;
    case VerdictRole:
        return line.verdict ? QVariant(static_cast<int>(*line.verdict)) : QVariant();
    case Qt::AccessibleTextRole: {
        const QString count = line.findings == 0   ? QString()
                              : line.findings == 1 ? QStringLiteral(", 1 finding")
                                                   : QStringLiteral(", %1 findings").arg(line.findings);
        return line.title + (line.verdict ? QLatin1String(", ") + cluster::toString(*line.verdict) : QString()) + count;
    }
    default:
        return {};
    }
}

QVariant ClustersModel::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) {
        return {};
    }
    const bool isPage = index.internalId() != 0;
    const int row = isPage ? rowOfSerial(index.internalId()) : index.row();
    if (row < 0) {
        return {};
    }
    const Item &item = m_items[static_cast<std::size_t>(row)];
    const auto page = static_cast<std::size_t>(index.row());
    switch (role) {
    case ClusterIdRole:
        return item.id;
    case PageIdRole:
        return isPage ? m_pages[page].id : QString();
    case KeyRole:
        return isPage ? m_pages[page].id : item.id;
    case PausedRole:
        return item.paused;
    case IconRole:
        return isPage ? QVariant(m_pages[page].icon) : QVariant();
    case StrongRole:
        return !isPage;
    default:
        return lineData(isPage ? item.pages[page] : item.line, role);
    }
}

} // namespace howdah::tables
