// SPDX-License-Identifier: GPL-3.0-or-later
// Sources: DigitalOcean's OpenAPI description, docs.hetzner.cloud, robot.hetzner.com/doc/webservice, botocore's
// description of EC2, docs.openstack.org/api-ref.
#include "support/providerdouble.h"

#include <QCryptographicHash>
#include <QDateTime>
#include <QJsonDocument>
#include <QJsonObject>
#include <QMessageAuthenticationCode>
#include <QRegularExpression>
#include <QUrlQuery>
#include <algorithm>

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
    bool hangsUp = false;
    const auto upset = std::find_if(upsets.begin(), upsets.end(), [&](const Upset &one) {
        return one.times != 0 && requests.last().contains(one.when);
    });
    if (upset == upsets.end() || upset->acts) {
        bytes = answer(request);
    }
    if (upset != upsets.end()) {
        bytes = upset->bytes;
        hangsUp = upset->hangsUp;
        upset->times -= upset->times > 0 ? 1 : 0;
    }
    if (!bytes.isEmpty() || hangsUp) {
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
    const QByteArray error = isOver && errs ? R"({"code":"action_failed","message":"Action failed"})" : "null";
    return isHetzner ? "{\"id\":77,\"command\":\"assign_floating_ip\",\"status\":\"" + status +
                           "\",\"progress\":" + (isOver ? "100" : "50") +
                           ",\"started\":\"2026-11-28T00:00:00+00:00\",\"finished\":null,\"resources\":[{\"id\":5,"
                           "\"type\":\"floating_ip\"}],\"error\":" +
                           error + "}"
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
    const QByteArray location =
        R"({"id":1,"name":"fsn1","description":"Falkenstein","country":"DE","city":"Falkenstein",)"
        R"("network_zone":"eu-central"})";
    const auto server = [this, &location](const QByteArray &id) {
        return "{\"id\":" + id + ",\"name\":\"" + nameOf(id) +
               "\",\"created\":\"2026-11-01T00:00:00+00:00\",\"status\":\"running\",\"locked\":false,\"public_net\":"
               "{\"ipv4\":{\"id\":1,\"ip\":\"" +
               machineIp(id) +
               "\",\"dns_ptr\":\"\"},\"ipv6\":null,\"floating_ips\":[]},\"private_net\":[],\"location\":" + location +
               ",\"datacenter\":{\"id\":1,\"name\":\"fsn1-dc14\",\"location\":" + location + "}}";
    };
    const auto pages = [](const QByteArray &key, const QByteArray &items) {
        return http(200, "{\"" + key + "\":[" + items +
                             "],\"meta\":{\"pagination\":{\"page\":1,\"per_page\":50,\"previous_page\":null,"
                             "\"next_page\":null,\"last_page\":1,\"total_entries\":2}}}");
    };
    if (request.header("authorization") != "Bearer " + token) {
        return http(401, R"({"error":{"code":"unauthorized","message":"unable to authenticate"}})");
    }
    const QByteArray path = request.path;
    const QByteArray wanted = QUrlQuery(QUrl(QString::fromLatin1(path)).query())
                                  .queryItemValue(QStringLiteral("name"), QUrl::FullyDecoded)
                                  .toLatin1();
    const auto ip = [&] {
        return "{\"id\":5,\"name\":\"write\",\"description\":\"\",\"created\":\"2026-11-01T00:00:00+00:00\",\"ip\":\"" +
               kIp + "\",\"type\":\"ipv4\",\"blocked\":false,\"dns_ptr\":[],\"labels\":{},\"protection\":{\"delete\":" +
               "false},\"server\":" + (holder.isEmpty() ? QByteArray("null") : holder) +
               ",\"home_location\":" + location + "}";
    };
    if (path.startsWith("/v1/floating_ips?")) {
        return pages("floating_ips", wanted.isEmpty() || wanted == "write" ? ip() : QByteArray());
    }
    if (path.startsWith("/v1/servers?")) {
        QByteArrayList all;
        for (const QByteArray id : {"111", "222"}) {
            if (wanted.isEmpty() || wanted == nameOf(id)) {
                all.append(server(id));
            }
        }
        return pages("servers", all.join(','));
    }
    if (path == "/v1/servers/111" || path == "/v1/servers/222") {
        return http(200, "{\"server\":" + server(path.right(3)) + "}");
    }
    if (path == "/v1/floating_ips/5") {
        const QByteArray now = ip(); // meanwhile it goes on
        action(false);
        return http(200, "{\"floating_ip\":" + now + "}");
    }
    if (path == "/v1/floating_ips/5/actions/assign" && request.method == "POST") {
        m_next = QByteArray::number(QJsonDocument::fromJson(request.body)[QLatin1String("server")].toInteger());
        if (m_next == holder) {
            return http(422, R"({"error":{"code":"floating_ip_assigned","message":"already assigned"}})");
        }
        return http(201, "{\"action\":" + action(true) + "}");
    }
    if (path == "/v1/actions/77") {
        return http(200, "{\"action\":" + action(false) + "}");
    }
    if (path.startsWith("/v1/actions?") && path.contains("id=77")) {
        return pages("actions", action(false));
    }
    if (path.contains("/actions?status=running")) {
        return pages("actions", {});
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

/// Whether the secret was at hand, by whoever signed it: worked out from AWS's description, with nothing of ours.
bool ProviderDouble::isSigned(const Request &request) const
{
    const QByteArray said = request.header("authorization");
    static const QRegularExpression form(QStringLiteral(
        "^AWS4-HMAC-SHA256 Credential=([^/]+)/(\\d{8})/([^/]+)/([^/]+)/aws4_request, *SignedHeaders=([^,]+), "
        "*Signature=([0-9a-f]{64})$"));
    const QRegularExpressionMatch match = form.match(QString::fromLatin1(said));
    if (!match.hasMatch() || request.path != "/") {
        return false; // all of EC2's requests go there
    }
    const auto part = [&match](int i) { return match.captured(i).toLatin1(); };
    const QByteArray at = request.header("x-amz-date"), names = part(5);
    const QDateTime when = QDateTime::fromString(QString::fromLatin1(at + "+0000").remove(QLatin1Char('Z')),
                                                 QStringLiteral("yyyyMMdd'T'HHmmsst"));
    const QByteArrayList all = names.split(';');
    const bool hasToken = !request.header("x-amz-security-token").isEmpty();
    if (part(1) != token || part(3) != "eu-west-3" || part(4) != "ec2" || !at.startsWith(part(2)) ||
        std::abs(when.secsTo(QDateTime::currentDateTimeUtc())) > 900 || !all.contains("host") ||
        !all.contains("x-amz-date") || (hasToken && !all.contains("x-amz-security-token")) ||
        !std::is_sorted(all.begin(), all.end())) {
        return false;
    }
    const auto hash = [](const QByteArray &text) {
        return QCryptographicHash::hash(text, QCryptographicHash::Sha256).toHex();
    };
    const auto hmac = [](const QByteArray &key, const QByteArray &text) {
        return QMessageAuthenticationCode::hash(text, key, QCryptographicHash::Sha256);
    };
    QByteArray canonical = request.method + "\n/\n\n";
    for (const QByteArray &name : all) {
        canonical += name + ':' + request.header(name).simplified() + '\n';
    }
    canonical += '\n' + names + '\n' + hash(request.body);
    const QByteArray scope = part(2) + '/' + part(3) + '/' + part(4) + "/aws4_request";
    QByteArray key = "AWS4sesame-open";
    for (const QByteArray &step : scope.split('/')) {
        key = hmac(key, step);
    }
    return hmac(key, "AWS4-HMAC-SHA256\n" + at + '\n' + scope + '\n' + hash(canonical)).toHex() == part(6);
}

QByteArray ProviderDouble::aws(const Request &request)
{
    const QUrlQuery form(QString::fromLatin1(request.body));
    const auto value = [&form](const char *name) {
        return form.queryItemValue(QLatin1String(name), QUrl::FullyDecoded).toLatin1();
    };
    const QByteArray asked = value("Action");
    const auto error = [](int status, const QByteArray &code) {
        return http(status,
                    "<Response><Errors><Error><Code>" + code +
                        "</Code><Message>Said so</Message></Error></Errors><RequestID>1</RequestID></Response>");
    };
    const auto response = [&asked](const QByteArray &content) {
        return http(200, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<" + asked +
                             "Response xmlns=\"http://ec2.amazonaws.com/doc/2016-11-15/\"><requestId>1</requestId>" +
                             content + "</" + asked + "Response>");
    };
    if (!isSigned(request)) {
        return error(401, "AuthFailure");
    }
    if (asked == "AssociateAddress") {
        // Of each machine's one interface, as good as the machine.
        const QByteArray interface = value("NetworkInterfaceId");
        const QByteArray id = interface.isEmpty() ? value("InstanceId").mid(2) : interface.mid(4);
        if (value("AllocationId") != "eipalloc-1") {
            return error(400, "InvalidAllocationID.NotFound");
        }
        if (id != "111" && id != "222") {
            return error(400,
                         interface.isEmpty() ? "InvalidInstanceID.NotFound" : "InvalidNetworkInterfaceID.NotFound");
        }
        if (value("DryRun") == "true") {
            return error(412, "DryRunOperation");
        }
        if (!holder.isEmpty() && value("AllowReassociation") == "false") {
            return error(400, "Resource.AlreadyAssociated");
        }
        holder = id;
        return response("<return>true</return><associationId>eipassoc-1</associationId>");
    }
    if (asked == "DescribeAddresses") {
        const QByteArray to = holder.isEmpty() ? QByteArray()
                                               : "<instanceId>i-" + holder + "</instanceId><associationId>eipassoc-1" +
                                                     "</associationId><networkInterfaceId>eni-" + holder +
                                                     "</networkInterfaceId><privateIpAddress>" + machineIp(holder) +
                                                     "</privateIpAddress>";
        return response("<addressesSet><item><publicIp>" + kIp +
                        "</publicIp><allocationId>eipalloc-1</allocationId><domain>vpc</domain>" + to +
                        "</item></addressesSet>");
    }
    QByteArray items;
    for (const QByteArray id : {"111", "222"}) {
        items +=
            "<item><reservationId>r-" + id + "</reservationId><instancesSet><item><instanceId>i-" + id +
            "</instanceId><instanceState><code>16</code><name>running</name></instanceState><privateIpAddress>" +
            machineIp(id) + "</privateIpAddress><networkInterfaceSet><item><networkInterfaceId>eni-" + id +
            "</networkInterfaceId><privateIpAddress>" + machineIp(id) +
            "</privateIpAddress><privateIpAddressesSet><item><privateIpAddress>" + machineIp(id) +
            "</privateIpAddress><primary>true</primary></item></privateIpAddressesSet></item></networkInterfaceSet>"
            "<tagSet><item><key>Name</key><value>" +
            nameOf(id) + "</value></item></tagSet></item></instancesSet></item>";
    }
    return asked == "DescribeInstances" ? response("<reservationSet>" + items + "</reservationSet>")
                                        : error(400, "InvalidAction");
}

QByteArray ProviderDouble::openStack(const Request &request)
{
    if (!m_tokens.isEmpty() && m_tokens.last() != token) { // all were taken back
        m_tokens.clear();
    }
    if (request.path == "/v3/auth/tokens") {
        if (!request.body.contains("\"secret\":\"sesame-open\"")) {
            return http(401, R"({"error":{"code":401,"title":"Unauthorized","message":"Authentication failed"}})");
        }
        token = "gAAAA-token-" + QByteArray::number(++m_logins);
        m_tokens.append(token);
        const QByteArray url = this->url().toLatin1();
        return http(201,
                    "{\"token\":{\"expires_at\":\"2099-01-01T00:00:00.000000Z\",\"catalog\":[{\"type\":\"network\","
                    "\"endpoints\":[{\"interface\":\"public\",\"region_id\":\"R\",\"url\":\"" +
                        url + "\"}]}]}}",
                    "X-Subject-Token: " + token + "\r\n");
    }
    if (!m_tokens.contains(request.header("x-auth-token"))) {
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
