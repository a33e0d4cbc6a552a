// SPDX-License-Identifier: GPL-3.0-or-later
// Sources: DigitalOcean's OpenAPI description, docs.hetzner.cloud, robot.hetzner.com/doc/webservice, botocore's
// description of EC2, docs.openstack.org/api-ref.
#include "support/providerdouble.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QUrlQuery>

#include "addresses/sigv4.h"

namespace howdah::testsupport {

namespace {

const QByteArray kIp = "203.0.113.7";

QByteArray nameOf(const QByteArray &id)
{
    return id == "111" ? "db-a" : "db-b";
}

} // namespace

ProviderDouble::ProviderDouble(Style style, const QHostAddress &at)
    : m_style(style)
{
    m_server.listen(at);
    connect(&m_server, &QTcpServer::newConnection, this, [this] {
        QTcpSocket *socket = m_server.nextPendingConnection();
        connect(socket, &QTcpSocket::readyRead, this, [this, socket] { arrived(socket); });
    });
}

QString ProviderDouble::url() const
{
    const QString base =
        QStringLiteral("http://%1:%2").arg(m_server.serverAddress().toString()).arg(m_server.serverPort());
    return m_style == Style::Hetzner ? base + QStringLiteral("/v1") : base;
}

QByteArray ProviderDouble::http(int status, const QByteArray &body, const QByteArray &headers)
{
    return "HTTP/1.1 " + QByteArray::number(status) + " So\r\nContent-Type: application/json\r\n" + headers +
           "Content-Length: " + QByteArray::number(body.size()) + "\r\n\r\n" + body;
}

QByteArray ProviderDouble::Request::header(const QByteArray &name) const
{
    for (const QByteArray &line : head.split('\n')) {
        if (line.toLower().startsWith(name.toLower() + ':')) {
            return line.mid(name.size() + 1).trimmed();
        }
    }
    return {};
}

void ProviderDouble::arrived(QTcpSocket *socket)
{
    QByteArray &came = m_came[socket];
    came += socket->readAll();
    const qsizetype end = came.indexOf("\r\n\r\n");
    Request request{.method = {}, .path = {}, .head = came.left(end), .body = came.mid(end + 4)};
    if (end < 0 || request.body.size() < request.header("content-length").toInt()) {
        return;
    }
    request.method = came.left(came.indexOf(' '));
    request.path = came.split(' ').value(1);
    m_came.remove(socket);
    const QByteArray line = request.method + ' ' + request.path;
    requests.append(request.body.isEmpty() ? line : line + ' ' + request.body);
    heads.append(request.head);
    whoAsked.append(m_style == Style::OpenStack ? request.header("x-auth-token") : request.header("authorization"));
    QByteArray bytes;
    const auto upset = std::find_if(upsets.begin(), upsets.end(), [&](const Upset &one) {
        return one.times != 0 && requests.last().contains(one.when);
    });
    if (upset == upsets.end() || upset->acts) {
        bytes = answer(request);
    }
    if (upset != upsets.end()) {
        bytes = upset->bytes;
        upset->times -= upset->times > 0 ? 1 : 0;
    }
    if (!bytes.isEmpty()) {
        socket->write(bytes);
        socket->disconnectFromHost();
    }
}

QByteArray ProviderDouble::answer(const Request &request)
{
    switch (m_style) {
    case Style::DigitalOcean:
        return digitalOcean(request);
    case Style::Hetzner:
        return hetzner(request);
    case Style::Robot:
        return robot(request);
    case Style::Aws:
        return aws(request);
    case Style::OpenStack:
        break;
    }
    return openStack(request);
}

/// The newest one; each look at it brings it nearer to its end.
QByteArray ProviderDouble::action(bool isNew)
{
    m_left = isNew ? polls : std::max(0, m_left - 1);
    const bool isOver = m_left == 0;
    if (isOver && !errs && !m_next.isEmpty()) {
        holder = std::exchange(m_next, QByteArray());
    }
    const bool isHetzner = m_style == Style::Hetzner;
    const QByteArray running = isHetzner ? "running" : "in-progress", done = isHetzner ? "success" : "completed",
                     failed = isHetzner ? "error" : "errored";
    const QByteArray status = !isOver ? running : errs ? failed : done;
    return isHetzner ? "{\"id\":77,\"command\":\"assign_floating_ip\",\"status\":\"" + status +
                           "\",\"progress\":50,\"error\":{\"code\":\"action_failed\",\"message\":\"Action failed\"}}"
                     : "{\"id\":77,\"type\":\"assign_ip\",\"status\":\"" + status +
                           "\",\"started_at\":\"2026-11-28T00:00:00Z\",\"completed_at\":null}";
}

QByteArray ProviderDouble::digitalOcean(const Request &request)
{
    const auto droplet = [this](const QByteArray &id) {
        return "{\"id\":" + id + ",\"name\":\"" + nameOf(id) +
               "\",\"status\":\"active\",\"locked\":false,\"region\":{\"slug\":\"fra1\"},\"networks\":{\"v4\":[{\"ip_"
               "address\":\"" +
               machineIp(id) + "\",\"type\":\"private\"}],\"v6\":[]}}";
    };
    if (request.header("authorization") != "Bearer " + token) {
        return http(401, "{\"id\":\"unauthorized\",\"message\":\"Unable to authenticate you\"}");
    }
    const QByteArray ip = "{\"ip\":\"" + kIp + "\",\"region\":{\"slug\":\"fra1\"},\"locked\":false,\"droplet\":" +
                          (holder.isEmpty() ? QByteArray("null") : droplet(holder)) + "}";
    const QByteArray path = request.path;
    const QByteArray one = "/v2/reserved_ips/" + kIp;
    if (path.startsWith("/v2/reserved_ips?")) {
        return http(200, "{\"reserved_ips\":[" + ip + "],\"meta\":{\"total\":1}}");
    }
    if (path == one) { // meanwhile it goes on
        action(false);
        return http(200, "{\"reserved_ip\":" + ip + "}");
    }
    if (path == one + "/actions" && request.method == "POST") {
        m_next = QByteArray::number(QJsonDocument::fromJson(request.body)[QLatin1String("droplet_id")].toInteger());
        return http(201, "{\"action\":" + action(true) + "}");
    }
    if (path == one + "/actions/77") {
        return http(200, "{\"action\":" + action(false) + "}");
    }
    if (path.contains("/actions")) {
        return http(200, "{\"actions\":[]}");
    }
    if (path.startsWith("/v2/droplets?")) { // one to a page
        const bool isFirst = path.contains("page=1") && !path.endsWith("page=2");
        return http(200, "{\"droplets\":[" + droplet(isFirst ? "111" : "222") + "],\"links\":{\"pages\":{" +
                             (isFirst ? "\"next\":\"https://elsewhere.invalid/v2/droplets?page=2\"" : "") + "}}}");
    }
    return http(404, "{\"id\":\"not_found\",\"message\":\"The resource you requested could not be found.\"}");
}

QByteArray ProviderDouble::hetzner(const Request &request)
{
    const auto server = [this](const QByteArray &id) {
        return "{\"id\":" + id + ",\"name\":\"" + nameOf(id) +
               "\",\"status\":\"running\",\"locked\":false,\"public_net\":{\"ipv4\":{\"ip\":\"" + machineIp(id) +
               "\"},\"ipv6\":null},\"private_net\":[],\"location\":{\"network_zone\":\"eu-central\"}}";
    };
    if (request.header("authorization") != "Bearer " + token) {
        return http(401, R"({"error":{"code":"unauthorized","message":"unable to authenticate"}})");
    }
    const QByteArray ip = "{\"id\":5,\"ip\":\"" + kIp + "\",\"type\":\"ipv4\",\"blocked\":false,\"server\":" +
                          (holder.isEmpty() ? QByteArray("null") : holder) +
                          ",\"home_location\":{\"network_zone\":\"eu-central\"}}";
    const QByteArray path = request.path;
    if (path.startsWith("/v1/floating_ips?")) {
        return http(200, "{\"floating_ips\":[" + ip + "],\"meta\":{\"pagination\":{\"next_page\":null}}}");
    }
    if (path.startsWith("/v1/servers?")) {
        return http(200, "{\"servers\":[" + server("111") + "," + server("222") +
                             "],\"meta\":{\"pagination\":{\"next_page\":null}}}");
    }
    if (path == "/v1/floating_ips/5") {
        action(false);
        return http(200, "{\"floating_ip\":" + ip + "}");
    }
    if (path == "/v1/floating_ips/5/actions/assign") {
        m_next = QByteArray::number(QJsonDocument::fromJson(request.body)[QLatin1String("server")].toInteger());
        if (m_next == holder) {
            return http(422, R"({"error":{"code":"floating_ip_assigned","message":"already assigned"}})");
        }
        return http(201, "{\"action\":" + action(true) + "}");
    }
    if (path == "/v1/actions/77") {
        return http(200, "{\"action\":" + action(false) + "}");
    }
    if (path.contains("/actions?status=running")) {
        return http(200, R"({"actions":[],"meta":{"pagination":{"next_page":null}}})");
    }
    return http(404, R"({"error":{"code":"not_found","message":"not found"}})");
}

QByteArray ProviderDouble::robot(const Request &request)
{
    if (request.header("authorization") != "Basic " + token.toBase64()) {
        return http(401, R"({"error":{"status":401,"code":"UNAUTHORIZED","message":"Unauthorized"}})");
    }
    if (request.method == "POST") {
        holder = QUrlQuery(QString::fromLatin1(request.body)).queryItemValue(QStringLiteral("active_server_ip")) ==
                         QLatin1String("10.0.0.11")
                     ? "111"
                     : "222";
    }
    const QByteArray failover = "{\"failover\":{\"ip\":\"" + kIp +
                                "\",\"netmask\":\"255.255.255.255\",\"server_ip\":\"10.0.0.11\",\"server_number\":111,"
                                "\"active_server_ip\":\"" +
                                machineIp(holder) + "\"}}";
    if (request.path == "/failover") {
        return http(200, "[" + failover + "]");
    }
    if (request.path.startsWith("/failover/")) {
        return http(200, failover);
    }
    QByteArray servers;
    for (const QByteArray id : {"111", "222"}) {
        servers += (servers.isEmpty() ? "" : ",") + QByteArray("{\"server\":{\"server_ip\":\"") + machineIp(id) +
                   "\",\"server_number\":" + id + ",\"server_name\":\"" + nameOf(id) +
                   "\",\"dc\":\"FSN1\",\"status\":\"ready\",\"ip\":[\"" + machineIp(id) + "\"],\"subnet\":null}}";
    }
    return http(200, "[" + servers + "]");
}

/// Whether the secret was at hand, by whoever signed it.
bool ProviderDouble::isSigned(const Request &request) const
{
    const QByteArray said = request.header("authorization");
    const qsizetype names = said.indexOf("SignedHeaders=") + 14, signature = said.indexOf("Signature=");
    addresses::AwsRequest asked{
        .method = request.method, .path = request.path, .query = {}, .headers = {}, .body = request.body};
    const QByteArrayList all = said.mid(names, said.indexOf(',', names) - names).split(';');
    for (const QByteArray &name : all) {
        if (!name.startsWith("x-amz-")) {
            asked.headers.emplace_back(name, request.header(name));
        }
    }
    QDateTime at = QDateTime::fromString(QString::fromLatin1(request.header("x-amz-date")),
                                         QStringLiteral("yyyyMMdd'T'HHmmss'Z'"));
    at.setTimeSpec(Qt::UTC);
    const addresses::AwsSigning signing{.key = {token, "sesame-open", request.header("x-amz-security-token")},
                                        .region = "eu-west-3",
                                        .service = "ec2",
                                        .at = at};
    return all.contains("host") && said.startsWith("AWS4-HMAC-SHA256 Credential=" + token + '/') &&
           addresses::awsHeaders(asked, signing).back().second.endsWith(said.mid(signature));
}

QByteArray ProviderDouble::aws(const Request &request)
{
    const QUrlQuery form(QString::fromLatin1(request.body));
    const QString asked = form.queryItemValue(QStringLiteral("Action"));
    const auto error = [](int status, const QByteArray &code) {
        return http(status,
                    "<Response><Errors><Error><Code>" + code +
                        "</Code><Message>Said so</Message></Error></Errors><RequestID>1</RequestID></Response>");
    };
    if (!isSigned(request)) {
        return error(401, "AuthFailure");
    }
    if (asked == QLatin1String("AssociateAddress")) {
        if (form.queryItemValue(QStringLiteral("DryRun")) == QLatin1String("true")) {
            return error(412, "DryRunOperation");
        }
        holder = form.queryItemValue(QStringLiteral("InstanceId")).mid(2).toLatin1();
        return http(200, "<AssociateAddressResponse><return>true</return><associationId>eipassoc-1</associationId>"
                         "</AssociateAddressResponse>");
    }
    if (asked == QLatin1String("DescribeAddresses")) {
        return http(200, "<DescribeAddressesResponse><addressesSet><item><publicIp>" + kIp +
                             "</publicIp><allocationId>eipalloc-1</allocationId><instanceId>i-" + holder +
                             "</instanceId></item></addressesSet></DescribeAddressesResponse>");
    }
    QByteArray items;
    for (const QByteArray id : {"111", "222"}) {
        items += "<item><instancesSet><item><instanceId>i-" + id +
                 "</instanceId><instanceState><name>running</name></instanceState><privateIpAddress>" + machineIp(id) +
                 "</privateIpAddress></item></instancesSet></item>";
    }
    return http(200, "<DescribeInstancesResponse><reservationSet>" + items +
                         "</reservationSet></DescribeInstancesResponse>");
}

QByteArray ProviderDouble::openStack(const Request &request)
{
    if (request.path == "/v3/auth/tokens") {
        if (!request.body.contains("\"secret\":\"sesame-open\"")) {
            return http(401, R"({"error":{"code":401,"title":"Unauthorized","message":"Authentication failed"}})");
        }
        token = "gAAAA-token-" + QByteArray::number(++m_logins);
        const QByteArray url = this->url().toLatin1();
        return http(201,
                    "{\"token\":{\"expires_at\":\"2099-01-01T00:00:00.000000Z\",\"catalog\":[{\"type\":\"network\","
                    "\"endpoints\":[{\"interface\":\"public\",\"region_id\":\"R\",\"url\":\"" +
                        url + "\"}]}]}}",
                    "X-Subject-Token: " + token + "\r\n");
    }
    if (request.header("x-auth-token") != token) {
        return http(401, R"({"error":{"code":401,"title":"Unauthorized","message":"Token expired"}})");
    }
    if (request.method == "PUT") {
        const QJsonDocument body = QJsonDocument::fromJson(request.body);
        holder = body[QLatin1String("floatingip")][QLatin1String("port_id")].toString().mid(5).toLatin1();
    }
    const QByteArray ip = "{\"id\":\"fip-1\",\"floating_ip_address\":\"" + kIp + "\",\"port_id\":\"port-" + holder +
                          "\",\"fixed_ip_address\":\"" + machineIp(holder) + "\",\"status\":\"ACTIVE\"}";
    if (request.path.startsWith("/v2.0/floatingips?")) {
        return http(200, "{\"floatingips\":[" + ip + "]}");
    }
    if (request.path == "/v2.0/floatingips/fip-1") {
        return http(200, "{\"floatingip\":" + ip + "}");
    }
    QByteArray ports;
    for (const QByteArray id : {"111", "222"}) {
        ports += (ports.isEmpty() ? "" : ",") + QByteArray("{\"id\":\"port-") + id +
                 "\",\"device_owner\":\"compute:nova\",\"status\":\"DOWN\",\"fixed_ips\":[{\"ip_address\":\"" +
                 machineIp(id) + "\"}]}";
    }
    return http(200, "{\"ports\":[" + ports + "]}");
}

} // namespace howdah::testsupport
