// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/rolespage.h"

#include <QBoxLayout>
#include <QStackedWidget>
#include <QTabBar>

#include "core/units.h"
#include "pages/pagetools.h"
#include "pages/tablepane.h"
#include "tables/cells.h"
#include "tables/knowledge.h"
#include "tables/roleabilities.h"
#include "tables/rolesmodels.h"
#include "tables/stateview.h"
#include "widgets/datatable.h"
#include "widgets/filterfield.h"
#include "widgets/keyvaluelist.h"
#include "widgets/panes.h"

namespace howdah::pages {

using cluster::DatabaseRole;
using tables::Grant;
using tables::StateView;
using widgets::KeyValue;

namespace {

tables::ListWords roleWords()
{
    return {tables::Concern::CatalogNode, QStringLiteral("roles"), RolesPage::tr("database roles"),
            RolesPage::tr("No database role is there.")};
}

KeyValue fact(const QString &what, const QString &value, bool fixed = false)
{
    return {what, value.isEmpty() ? tables::unknown() : value, fixed, value.isEmpty()};
}

/// What a node told when it last answered; stale: it has not answered since.
KeyValue told(const QString &what, const QString &value, bool stale)
{
    KeyValue row = fact(what, value);
    row.stale = stale;
    return row;
}

const DatabaseRole *findRole(const cluster::ClusterState &state, const QString &name)
{
    if (!StateView::isComplete(state)) {
        return nullptr;
    }
    const StateView view(state);
    const int node = view.catalogNode();
    if (node < 0 || !view.sample(node)->roles) {
        return nullptr;
    }
    const auto &roles = *view.sample(node)->roles;
    const auto found = std::find_if(roles.begin(), roles.end(), [&](const auto &role) { return role.rolname == name; });
    return found == roles.end() ? nullptr : &*found;
}

// What is not in the table, of a server with more roles than are read.
QString shortage(const cluster::ClusterState &state)
{
    if (!StateView::isComplete(state)) {
        return {};
    }
    const StateView view(state);
    const int node = view.catalogNode();
    const cluster::NodeSample *sample = node < 0 ? nullptr : view.sample(node);
    if (!sample || !sample->roles || sample->rolesTotal <= static_cast<qint64>(sample->roles->size())) {
        return {};
    }
    return RolesPage::tr("the first %1 of %2 roles").arg(sample->roles->size()).arg(sample->rolesTotal);
}

QString attributes(const DatabaseRole &role)
{
    QStringList words;
    const std::initializer_list<std::pair<bool, const char *>> all = {
        {role.rolsuper, "SUPERUSER"},       {role.rolcanlogin, "LOGIN"},    {role.rolreplication, "REPLICATION"},
        {role.rolcreaterole, "CREATEROLE"}, {role.rolcreatedb, "CREATEDB"}, {role.rolbypassrls, "BYPASSRLS"},
        {!role.rolinherit, "NOINHERIT"}};
    for (const auto &[has, word] : all) {
        if (has) {
            words.append(QLatin1String(word));
        }
    }
    return words.join(QLatin1String(", "));
}

} // namespace

RolesPage::RolesPage(QWidget *parent)
    : LivePage(parent)
    , m_nodes(new tables::NodeRolesModel(this))
    , m_roles(new tables::DatabaseRolesModel(this))
    , m_head(new widgets::PageHead(tr("Roles")))
    , m_tabs(m_head->addTabs({tr("Nodes"), tr("Database roles")}))
    , m_stack(new QStackedWidget)
    , m_nodesPane(new TablePane(tr("Node roles"), tr("This cluster has no nodes yet."), m_nodes))
    , m_rolesPane(new TablePane(tr("Database roles"), tables::emptySentence({}, roleWords()), m_roles))
    , m_leftHead(new widgets::PaneHeader(tr("Selected role")))
    , m_rightHead(new widgets::PaneHeader(tr("What it may do")))
    , m_left(new widgets::KeyValueList(tr("Role details")))
    , m_right(new widgets::KeyValueList(tr("Role abilities")))
{
    setObjectName(QStringLiteral("roles-page"));
    setAccessibleName(tr("Roles"));
    auto *filter = addTableTools(m_head, tr("Filter roles"), [this] { return current(); });
    m_stack->setObjectName(QStringLiteral("roles-stack"));
    m_stack->addWidget(m_nodesPane);
    m_stack->addWidget(m_rolesPane);
    m_detail = makeDetail();
    auto *layout = plainColumn(this);
    layout->addWidget(m_head);
    layout->addWidget(m_stack, 1);
    layout->addWidget(m_detail);
    connect(m_tabs, &QTabBar::currentChanged, this, [this, filter](int tab) {
        m_stack->setCurrentIndex(tab);
        current()->setFilter(filter->text());
        refresh();
    });
    connect(m_nodesPane, &TablePane::selectedKeyChanged, this, &RolesPage::showDetail);
    connect(m_rolesPane, &TablePane::selectedKeyChanged, this, &RolesPage::showDetail);
}

TablePane *RolesPage::current() const
{
    return m_stack->currentIndex() == 0 ? m_nodesPane : m_rolesPane;
}

QWidget *RolesPage::makeDetail()
{
    auto *detail = new widgets::Ground;
    detail->setObjectName(QStringLiteral("role-detail"));
    auto *row = new QHBoxLayout;
    row->setSpacing(0);
    const auto half = [&](widgets::PaneHeader *head, widgets::KeyValueList *list) {
        auto *side = new QWidget;
        auto *column = plainColumn(side);
        column->addWidget(head);
        column->addWidget(list);
        column->addStretch();
        row->addWidget(side, 1);
    };
    half(m_leftHead, m_left);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    half(m_rightHead, m_right);
    auto *column = plainColumn(detail);
    column->addWidget(new widgets::Hairline);
    column->addLayout(row);
    return detail;
}

void RolesPage::refresh()
{
    m_nodes->setState(state());
    if (current() == m_rolesPane) {
        m_roles->setState(state());
    }
    m_rolesPane->setEmptySentence(tables::emptySentence(state(), roleWords()));
    m_head->setSubtitle(current() == m_rolesPane ? shortage(state()) : QString());
    current()->selectSomething();
    showDetail();
}

void RolesPage::showDetail()
{
    const QString key = current()->table()->selectedKey();
    const bool ready = !key.isEmpty() && StateView::isComplete(state());
    m_detail->setVisible(ready);
    if (!ready) {
        return;
    }
    if (current() == m_nodesPane) {
        showNode(key);
    } else {
        showRole(key);
    }
}

void RolesPage::showNode(const QString &node)
{
    const StateView view(state());
    const int index = view.indexOf(node);
    if (index < 0) {
        return;
    }
    const cluster::NodeStatus &status = view.node(index);
    const cluster::NodeSample *sample = view.sample(index);
    m_leftHead->setTitle(node);
    m_leftHead->setVerdict(view.verdict(index), view.stateWord(index));
    const bool stale = !view.fresh(index);
    QString role = view.role(index) == cluster::NodeRole::Unknown ? QString() : cluster::toString(view.role(index));
    if (view.place(index).roleIsStale && !role.isEmpty()) {
        role = tr("%1 when last seen").arg(role);
    }
    std::vector<KeyValue> left = {
        told(tr("Role"), role, stale),
        fact(tr("Address"), status.address, true),
        fact(tr("Link"), status.link == cluster::LinkState::Up ? tr("up") : cluster::toString(status.link)),
    };
    if (status.link != cluster::LinkState::Up && !status.linkError.message.isEmpty()) {
        left.push_back(fact(tr("Why"), status.linkError.message));
        if (!status.linkError.hint.isEmpty()) {
            left.push_back(fact(tr("What to do"), status.linkError.hint));
        }
    }
    const QDateTime started = sample ? sample->postmasterStartTime : QDateTime();
    left.push_back(told(
        tr("Started"), started.isValid() ? tables::shortTime(started, view.snapshot().takenWallMs) : QString(), stale));
    left.push_back(told(tr("Version"), sample ? sample->serverVersion : QString(), stale));
    m_left->setRows(left);
    const QString connection = !stale   ? tr("Connected to %1")
                               : sample ? tr("Connected to %1 when last seen")
                                        : tr("Connection to %1");
    m_rightHead->setTitle(connection.arg(node));
    m_rightHead->setCaption({});
    const auto yes = [&](bool value) { return !sample ? QString() : value ? tr("yes") : tr("no"); };
    m_right->setRows({
        told(tr("As"), sample ? sample->sessionUser : QString(), stale),
        told(tr("Database"), sample ? sample->sessionDatabase : QString(), stale),
        told(tr("Superuser"), yes(sample && sample->isSuperuser), stale),
        told(tr("Reads statistics"), yes(sample && sample->seesStatistics), stale),
        told(tr("Not readable"),
             !sample ? QString()
             : sample->unreadable.isEmpty()
                 ? tr("nothing")
                 : QStringList(sample->unreadable.keyBegin(), sample->unreadable.keyEnd()).join(QLatin1String(", ")),
             stale),
        told(tr("Round trip"), sample ? core::formatSeconds(sample->roundTripMs / 1000) : QString(), stale),
    });
}

void RolesPage::showRole(const QString &name)
{
    const DatabaseRole *role = findRole(state(), name);
    if (!role) {
        return;
    }
    const StateView view(state());
    const int node = view.catalogNode();
    const bool stale = !view.fresh(node);
    m_leftHead->setTitle(
        (stale ? tr("%1, as %2 had it when last seen") : tr("%1, as %2 has it")).arg(name, view.name(node)));
    m_leftHead->setVerdict(cluster::Verdict::Unknown, {});
    QStringList connections;
    bool seenNow = false;
    for (const tables::RoleUse &use : tables::roleUses(state())) {
        if (use.rolname == name) {
            const QString from = use.address.isEmpty() ? tr("a local socket") : use.address;
            const QString text = tr("%1 (%2) to %3").arg(use.client, from, use.node);
            seenNow = seenNow || !use.stale;
            connections.append(use.stale ? tr("%1, when that last answered").arg(text) : text);
        }
    }
    const QString none = tr("none");
    const QString noUse = tables::usesAreKnown(state()) ? tr("no") : tr("unknown");
    const QString roleAttributes = attributes(*role);
    m_left->setRows({
        told(tr("Attributes"), roleAttributes.isEmpty() ? none : roleAttributes, stale),
        told(tr("Member of"), role->memberOf.isEmpty() ? none : role->memberOf.join(QLatin1String(", ")), stale),
        told(tr("Replicates now"), connections.isEmpty() ? noUse : connections.join(QLatin1String(", ")),
             !connections.isEmpty() && !seenNow),
        told(tr("Connection limit"), role->rolconnlimit < 0 ? none : QString::number(role->rolconnlimit), stale),
        told(tr("Valid until"),
             role->rolvaliduntil.isValid() ? tables::shortTime(role->rolvaliduntil, view.snapshot().takenWallMs)
                                           : tr("for ever"),
             stale),
    });
    m_rightHead->setTitle(tr("What it may do"));
    m_rightHead->setCaption(tr("pg_hba.conf decides who gets in"));
    std::vector<KeyValue> rows;
    for (const tables::RoleAbility &ability : tables::abilitiesOf(*role, view.sample(node)->serverVersionNum)) {
        QString what = tables::toString(ability.ability);
        what.front() = what.front().toUpper();
        const QString how = ability.grant == Grant::Yes ? tr("through %1").arg(ability.through) : ability.through;
        rows.push_back({what, tables::toString(ability.grant) + QLatin1String(", ") + how, false,
                        ability.grant == Grant::No, stale});
    }
    m_right->setRows(rows);
}

void RolesPage::select(const QString &subject)
{
    if (m_nodesPane->table()->selectKey(subject)) {
        m_tabs->setCurrentIndex(0);
        return;
    }
    m_roles->setState(state());
    if (m_rolesPane->table()->selectKey(subject)) {
        m_tabs->setCurrentIndex(1);
    }
}

} // namespace howdah::pages
