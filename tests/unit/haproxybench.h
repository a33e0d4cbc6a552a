// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/mover.h"
#include "operations/places.h"
#include "support/sights.h"

/// What the tests of addresses behind HAProxy have in common.
namespace haproxybench {

using namespace howdah;
using namespace howdah::operations;
using namespace howdah::operations::address;

inline const QString pg1 = QStringLiteral("pg1"), pg2 = QStringLiteral("pg2"), pg3 = QStringLiteral("pg3");

/// A server as HAProxy 2.6 tells it.
struct Row {
    const char *name;
    const char *ip;
    int state = 2;
    int admin = 0;
    const char *status = "no check";
    const char *check = "";
    const char *says = "";
    int checkState = 0;
    int checkResult = 0;
    int port = 5432;
    int weight = 1;
    int backup = 0;
    int agentState = 0;
    int sessions = 0;
};

inline constexpr const char *kStateHeader =
    "# be_id be_name srv_id srv_name srv_addr srv_op_state srv_admin_state srv_uweight srv_iweight "
    "srv_time_since_last_change srv_check_status srv_check_result srv_check_health srv_check_state srv_agent_state "
    "bk_f_forced_id srv_f_forced_id srv_fqdn srv_port srvrecord srv_use_ssl srv_check_port srv_check_addr "
    "srv_agent_addr srv_agent_port";
/// Its columns up to the last that is read.
inline constexpr const char *kStatHeader =
    "# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,"
    "bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,"
    "check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,"
    "req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,comp_out,comp_byp,comp_rsp,lastsess,last_chk,";

inline QString said(const std::vector<Row> &rows, const QString &level = QStringLiteral("admin"),
                    const QString &config = QStringLiteral("howdah-config read\nhowdah-config keeps\n"))
{
    QString text = QStringLiteral("howdah-by perl\n%1%2\n\nName: HAProxy\nVersion: 2.6.12-1+deb12u4\nPid: 7\n\n1\n%3\n")
                       .arg(config, level, QLatin1String(kStateHeader));
    int id = 0;
    for (const Row &row : rows) {
        text += QStringLiteral("2 pg_write %1 %2 %3 %4 %5 %6 1 9 1 %7 3 %8 %9 0 0 - %10 - 0 0 - - 0\n")
                    .arg(++id)
                    .arg(QLatin1String(row.name), QLatin1String(row.ip))
                    .arg(row.state)
                    .arg(row.admin)
                    .arg(row.weight)
                    .arg(row.checkResult)
                    .arg(row.checkState)
                    .arg(row.agentState)
                    .arg(row.port);
    }
    text += QStringLiteral("\n%1\n").arg(QLatin1String(kStatHeader));
    for (const Row &row : rows) {
        QStringList cells = QString(56, QLatin1Char(',')).split(QLatin1Char(','));
        cells[0] = QStringLiteral("pg_write");
        cells[1] = QLatin1String(row.name);
        cells[4] = QString::number(row.sessions);
        cells[17] = QLatin1String(row.status);
        cells[20] = QString::number(row.backup);
        cells[36] = QLatin1String(row.check);
        cells[56] = QLatin1String(row.says);
        text += cells.join(QLatin1Char(',')) + QStringLiteral(",\n");
    }
    return text + QLatin1Char('\n');
}

inline constexpr int kChecked = 6; ///< configured and enabled

/// The state decides: pg1 takes sessions. The names of the servers say the contrary.
inline std::vector<Row> byState()
{
    return {{"pg2", "10.0.0.11"}, {"pg1", "10.0.0.12", 0, 5, "MAINT"}, {"c", "10.0.0.13", 0, 1, "MAINT"}};
}

/// A check that only the primary passes decides.
inline std::vector<Row> byCheck()
{
    return {{"a", "10.0.0.11", 2, 0, "UP", "L7OK", "", kChecked, 3},
            {"b", "10.0.0.12", 0, 0, "DOWN", "* L7STS", "\"HTTP status check, \"\"503\"\"\"", kChecked, 2},
            {"c", "10.0.0.13", 0, 0, "DOWN", "L7STS", "", kChecked, 2}};
}

inline GatewayFacts gateway(const char *name, const QString &output)
{
    GatewayFacts facts = gatewayFrom(QStringLiteral("pg_write"), output);
    facts.name = QLatin1String(name);
    facts.place = QStringLiteral("gateway %1 of write").arg(facts.name);
    return facts;
}

inline cluster::AddressConfig writeAddress()
{
    cluster::AddressConfig address;
    address.name = QStringLiteral("write");
    address.ip = QStringLiteral("10.0.0.50");
    address.provider = QStringLiteral("haproxy");
    address.backend = QStringLiteral("pg_write");
    address.gateways = {{QStringLiteral("ssh"), QStringLiteral("root@gw1")},
                        {QStringLiteral("ssh"), QStringLiteral("root@gw2")}};
    return address;
}

/// From pg1 to pg2, in a switchover.
inline Move moveOf(const std::vector<Row> &rows)
{
    Move move;
    move.address = writeAddress();
    move.from = pg1;
    move.to = pg2;
    move.peers = {{pg1, {QStringLiteral("10.0.0.11")}, 5432},
                  {pg2, {QStringLiteral("10.0.0.12")}, 5432},
                  {pg3, {QStringLiteral("10.0.0.13")}, 5432}};
    move.systemIdentifier = QStringLiteral("7");
    move.facts.writable = true;
    move.facts.systemIdentifier = QStringLiteral("7");
    move.facts.gateways = {gateway("gw1", said(rows)), gateway("gw2", said(rows))};
    return move;
}

/// A pair that is well, on the hosts of those servers.
inline cluster::ClusterState healthyState()
{
    cluster::Snapshot snapshot = testsupport::startedApart(testsupport::healthyPair());
    for (const QString &node : {pg1, pg2}) {
        testsupport::setSetting(testsupport::edit(snapshot, node), QStringLiteral("port"), QStringLiteral("5432"));
        testsupport::status(snapshot, node).hostaddr =
            node == pg1 ? QStringLiteral("10.0.0.11") : QStringLiteral("10.0.0.12");
    }
    auto assessment = std::make_shared<const cluster::Assessment>(cluster::assess(snapshot));
    return {std::make_shared<const cluster::Snapshot>(snapshot), assessment};
}

} // namespace haproxybench
