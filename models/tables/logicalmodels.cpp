// SPDX-License-Identifier: GPL-3.0-or-later
#include "logicalmodels.h"

#include "core/units.h"
#include "tables/cells.h"

namespace howdah::tables {

using cluster::Publication;
using cluster::Subscription;
using cluster::Verdict;

namespace {

Column column(const char *key, const QString &title, const char *sqlName, int width, bool number = false,
              bool fixed = false)
{
    return {.key = QLatin1String(key),
            .title = title,
            .sqlName = QLatin1String(sqlName),
            .width = width,
            .number = number,
            .fixed = fixed};
}

Column hidden(const char *key, const char *sqlName, int width, bool fixed = false)
{
    Column made = column(key, QLatin1String(key), sqlName, width, false, fixed);
    made.shown = false;
    return made;
}

std::vector<Column> publicationColumns()
{
    Column name = column("pubname", QStringLiteral("Publication"), "pg_publication.pubname", 20);
    name.stretch = true;
    return {
        name,
        column("on", QStringLiteral("On"), "", 8),
        column("database", QStringLiteral("Database"), "current_database()", 14),
        column("owner", QStringLiteral("Owner"), "pg_publication.pubowner", 14),
        column("tables", QStringLiteral("Tables"), "pg_publication_tables", 12, true, true),
        column("publishes", QStringLiteral("Publishes"), "pubinsert, pubupdate, pubdelete, pubtruncate", 30),
        column("pubviaroot", QStringLiteral("Via root"), "pg_publication.pubviaroot", 9),
    };
}

std::vector<Column> subscriptionColumns()
{
    Column name = column("subname", QStringLiteral("Subscription"), "pg_subscription.subname", 18);
    name.stretch = true;
    return {
        name,
        column("on", QStringLiteral("On"), "", 8),
        column("database", QStringLiteral("Database"), "pg_database.datname", 12),
        column("state", QStringLiteral("State"), "subenabled, pg_stat_subscription.pid", 13),
        column("publications", QStringLiteral("Publications"), "pg_subscription.subpublications", 18),
        column("received_lsn", QStringLiteral("Received up to"), "pg_stat_subscription.received_lsn", 14, false, true),
        column("message_age", QStringLiteral("Last message"), "pg_stat_subscription.last_msg_receipt_time", 11, true,
               true),
        column("subslotname", QStringLiteral("Slot"), "pg_subscription.subslotname", 14),
        column("subsynccommit", QStringLiteral("Sync commit"), "pg_subscription.subsynccommit", 11),
        column("subfailover", QStringLiteral("Failover"), "pg_subscription.subfailover", 9),
        column("owner", QStringLiteral("Owner"), "pg_subscription.subowner", 12),
        hidden("pid", "pg_stat_subscription.pid", 9, true),
        hidden("last_msg_send_time", "pg_stat_subscription.last_msg_send_time", 14),
        hidden("last_msg_receipt_time", "pg_stat_subscription.last_msg_receipt_time", 14),
        hidden("latest_end_lsn", "pg_stat_subscription.latest_end_lsn", 14, true),
        hidden("latest_end_time", "pg_stat_subscription.latest_end_time", 14),
    };
}

QString publishes(const Publication &p)
{
    QStringList kinds;
    const std::initializer_list<std::pair<bool, const char *>> all = {
        {p.pubinsert, "insert"}, {p.pubupdate, "update"}, {p.pubdelete, "delete"}, {p.pubtruncate, "truncate"}};
    for (const auto &[on, word] : all) {
        if (on) {
            kinds.append(QLatin1String(word));
        }
    }
    return kinds.join(QLatin1String(", "));
}

Cell subscriptionState(const Subscription &s, bool fresh)
{
    if (!s.subenabled) {
        return nonValue(QStringLiteral("disabled"));
    }
    if (!fresh) {
        return stateCell(Verdict::Unknown, unknown());
    }
    return s.pid ? stateCell(Verdict::Ok, QStringLiteral("running"))
                 : stateCell(Verdict::Warning, QStringLiteral("no worker"));
}

Row subscriptionRow(const StateView &view, int node, const Subscription &s)
{
    const cluster::NodeSample &sample = *view.sample(node);
    const qint64 now = view.snapshot().takenWallMs;
    Cell age = nonValue(notApplicable());
    if (s.lastMsgReceiptTime.isValid() && sample.serverTime.isValid()) {
        const qint64 ms = std::max<qint64>(0, s.lastMsgReceiptTime.msecsTo(sample.serverTime));
        age = Cell{.text = core::formatAge(ms), .sort = ms};
    }
    const auto pid = s.pid ? std::optional<qint64>(*s.pid) : std::nullopt;
    return Row{.key = s.database + QLatin1Char('/') + s.subname,
               .stale = !view.fresh(node),
               .cells = {
                   nameCell(s.subname),
                   textCell(view.name(node)),
                   textCell(s.database, unknown()),
                   subscriptionState(s, view.fresh(node)),
                   textCell(s.subpublications.join(QLatin1String(", ")), unknown()),
                   lsnCell(s.receivedLsn),
                   age,
                   textCell(s.subslotname, QStringLiteral("none")),
                   textCell(s.subsynccommit, unknown()),
                   boolCell(s.subfailover),
                   textCell(s.owner, unknown()),
                   numberCell(pid),
                   timeCell(s.lastMsgSendTime, now),
                   timeCell(s.lastMsgReceiptTime, now),
                   lsnCell(s.latestEndLsn),
                   timeCell(s.latestEndTime, now),
               }};
}

} // namespace

PublicationsModel::PublicationsModel(QObject *parent)
    : ClusterTable(publicationColumns(), parent)
{
}

std::vector<Row> PublicationsModel::rows(const StateView &view) const
{
    std::vector<Row> rows;
    const int node = view.catalogNode();
    if (node < 0 || !view.sample(node)->publications) {
        return rows;
    }
    for (const Publication &p : *view.sample(node)->publications) {
        Cell tables = p.puballtables ? Cell{.text = QStringLiteral("all"), .sort = std::numeric_limits<qint64>::max()}
                                     : numberCell(p.tables);
        rows.push_back(
            Row{.key = p.pubname,
                .stale = !view.fresh(node),
                .cells = {nameCell(p.pubname), textCell(view.name(node)),
                          textCell(view.sample(node)->sessionDatabase, unknown()), textCell(p.owner, unknown()), tables,
                          textCell(publishes(p), QStringLiteral("nothing")), boolCell(p.pubviaroot)}});
    }
    return rows;
}

SubscriptionsModel::SubscriptionsModel(QObject *parent)
    : ClusterTable(subscriptionColumns(), parent)
{
}

std::vector<Row> SubscriptionsModel::rows(const StateView &view) const
{
    std::vector<Row> rows;
    const int node = view.catalogNode();
    if (node < 0 || !view.sample(node)->subscriptions) {
        return rows;
    }
    for (const Subscription &s : *view.sample(node)->subscriptions) {
        rows.push_back(subscriptionRow(view, node, s));
    }
    return rows;
}

} // namespace howdah::tables
