// SPDX-License-Identifier: GPL-3.0-or-later
// The one user of toml++: its exceptions stop here.
#include <QFileInfo>
#include <QHostAddress>
#include <QRegularExpression>
#include <QSet>
#include <QtDebug>
#include <algorithm>
#include <toml++/toml.h>

#include "clusterconfig.h"
#include "conninfotext.h"
#include "core/redact.h"
#include "core/servertext.h"
#include "nearestword.h"

namespace howdah::cluster {

namespace {
using core::Error;

constexpr int kMinIntervalMs = 100;
constexpr int kMaxIntervalMs = 3'600'000;

QString fromUtf8(std::string_view text)
{
    return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QString listed(const QStringList &words)
{
    return words.mid(0, words.size() - 1).join(QStringLiteral(", ")) + QStringLiteral(" or ") + words.last();
}

QString typeName(toml::node_type type)
{
    switch (type) {
    case toml::node_type::table:
        return QStringLiteral("a table");
    case toml::node_type::array:
        return QStringLiteral("a list");
    case toml::node_type::string:
        return QStringLiteral("text");
    case toml::node_type::integer:
        return QStringLiteral("a number");
    case toml::node_type::floating_point:
        return QStringLiteral("a number with a fraction");
    case toml::node_type::boolean:
        return QStringLiteral("true or false");
    default:
        return QStringLiteral("a date or time");
    }
}

// Walks the parsed file. The first error stays; what is read after it does not matter.
class Reader {
public:
    explicit Reader(QString path)
        : m_path(std::move(path))
    {
    }

    core::Result<ClusterConfig> read(const toml::table &root);
    tl::unexpected<Error> at(const toml::source_position &position, const QString &message, const QString &hint = {});

private:
    void fail(const toml::source_region &where, const QString &message, const QString &hint = {});
    void checkKeys(const toml::table &table, const QString &what, const QStringList &known);
    QString text(const toml::table &table, const char *key, const QString &fallback = {});
    QString word(const toml::table &table, const char *key, const QStringList &known, const QString &fallback);
    QString requiredText(const toml::table &table, const QString &what, const char *key);
    int number(const toml::table &table, const char *key, int fallback, int from, int to, const QString &unit);
    QStringList argv(const toml::table &table, const char *key);
    QStringList words(const toml::array &array, const char *key);
    const toml::table *section(const toml::table &root, const char *key);
    std::vector<const toml::table *> sections(const toml::table &root, const char *key);

    void readNode(const toml::table &table);
    void readAddress(const toml::table &table);
    void readHaproxy(const toml::table &table, AddressConfig &address);
    void readGateways(const toml::table &table, AddressConfig &address);
    void readUrls(const toml::table &table, AddressConfig &address);
    void readPooler(const toml::table &table);
    void readBackup(const toml::table &table);
    void readProbe(const toml::table &table);
    void readPatroni(const toml::table &table);
    void readAutoFailover(const toml::table &table);
    void nameTheNameless();

    QString m_path;
    std::optional<Error> m_error;
    ClusterConfig m_config;
    QHash<QString, toml::source_position> m_nodeNames;
};

tl::unexpected<Error> Reader::at(const toml::source_position &position, const QString &message, const QString &hint)
{
    const QString where = QStringLiteral("%1line %2, column %3: %4")
                              .arg(m_path.isEmpty() ? QString() : m_path + QStringLiteral(", "))
                              .arg(position.line)
                              .arg(position.column)
                              .arg(message);
    return core::failure(Error::Kind::Invalid, core::redacted(core::sanitized(where)), hint);
}

void Reader::fail(const toml::source_region &where, const QString &message, const QString &hint)
{
    if (!m_error) {
        m_error = at(where.begin, message, hint).value();
    }
}

void Reader::checkKeys(const toml::table &table, const QString &what, const QStringList &known)
{
    for (auto &&[key, value] : table) {
        const QString name = fromUtf8(key.str());
        if (!known.contains(name)) {
            const QString meant = nearestWord(name, known);
            fail(key.source(), QStringLiteral("unknown key \"%1\" in %2").arg(name, what),
                 meant.isEmpty() ? QStringLiteral("Known here: %1.").arg(known.join(QStringLiteral(", ")))
                                 : QStringLiteral("Did you mean \"%1\"?").arg(meant));
        }
    }
}

QString Reader::text(const toml::table &table, const char *key, const QString &fallback)
{
    const toml::node *node = table.get(key);
    if (!node) {
        return fallback;
    }
    const auto value = node->value_exact<std::string_view>();
    if (!value) {
        fail(node->source(),
             QStringLiteral("\"%1\" must be text in quotes, not %2").arg(QLatin1String(key), typeName(node->type())));
        return fallback;
    }
    const QString result = fromUtf8(*value);
    if (std::any_of(result.cbegin(), result.cend(), [](QChar c) { return c.category() == QChar::Other_Control; })) {
        fail(node->source(), QStringLiteral("\"%1\" holds a control character").arg(QLatin1String(key)));
    }
    return result;
}

QString Reader::word(const toml::table &table, const char *key, const QStringList &known, const QString &fallback)
{
    const QString value = text(table, key, fallback);
    if (value != fallback && !known.contains(value)) {
        const QString meant = nearestWord(value, known);
        fail(table.get(key)->source(),
             QStringLiteral("\"%1\" is \"%2\"; it can be %3").arg(QLatin1String(key), value, listed(known)),
             meant.isEmpty() ? QString() : QStringLiteral("Did you mean \"%1\"?").arg(meant));
    }
    return value;
}

QString Reader::requiredText(const toml::table &table, const QString &what, const char *key)
{
    const QString value = text(table, key);
    if (value.trimmed().isEmpty()) {
        const toml::node *node = table.get(key);
        fail(node ? node->source() : table.source(),
             node ? QStringLiteral("\"%1\" of %2 is empty").arg(QLatin1String(key), what)
                  : QStringLiteral("%1 has no \"%2\"").arg(what, QLatin1String(key)));
    }
    return value;
}

int Reader::number(const toml::table &table, const char *key, int fallback, int from, int to, const QString &unit)
{
    const toml::node *node = table.get(key);
    if (!node) {
        return fallback;
    }
    const auto value = node->value_exact<int64_t>();
    if (!value) {
        fail(node->source(),
             QStringLiteral("\"%1\" must be a whole number, not %2").arg(QLatin1String(key), typeName(node->type())));
        return fallback;
    }
    if (*value < from || *value > to) {
        fail(node->source(), QStringLiteral("\"%1\" is %2; it can be %3 to %4%5")
                                 .arg(QLatin1String(key))
                                 .arg(*value)
                                 .arg(from)
                                 .arg(to)
                                 .arg(unit));
        return fallback;
    }
    return static_cast<int>(*value);
}

QStringList Reader::argv(const toml::table &table, const char *key)
{
    const toml::node *node = table.get(key);
    if (!node) {
        return {};
    }
    const toml::array *array = node->as_array();
    if (!array) {
        fail(node->source(),
             QStringLiteral("\"%1\" must be a list of words, not %2").arg(QLatin1String(key), typeName(node->type())),
             QStringLiteral("Write it as [\"ssh\", \"postgres@host\"]: no shell takes it apart."));
        return {};
    }
    return words(*array, key);
}

QStringList Reader::words(const toml::array &array, const char *key)
{
    QStringList words;
    for (const toml::node &item : array) {
        const auto value = item.value_exact<std::string_view>();
        if (!value) {
            fail(item.source(), QStringLiteral("\"%1\" must hold only text in quotes, not %2")
                                    .arg(QLatin1String(key), typeName(item.type())));
            return {};
        }
        words += fromUtf8(*value);
    }
    if (!words.isEmpty() && words.first().isEmpty()) {
        fail(array.source(), QStringLiteral("\"%1\" begins with an empty word").arg(QLatin1String(key)));
    }
    return words;
}

const toml::table *Reader::section(const toml::table &root, const char *key)
{
    const toml::node *node = root.get(key);
    if (node && !node->is_table()) {
        fail(node->source(), QStringLiteral("\"%1\" must be a section, [%1]").arg(QLatin1String(key)));
    }
    return node ? node->as_table() : nullptr;
}

std::vector<const toml::table *> Reader::sections(const toml::table &root, const char *key)
{
    std::vector<const toml::table *> result;
    const toml::node *node = root.get(key);
    if (!node) {
        return result;
    }
    const toml::array *array = node->as_array();
    if (!array || !(array->empty() || array->is_homogeneous(toml::node_type::table))) {
        fail(node->source(),
             QStringLiteral("\"%1\" must be written in double brackets, [[%1]]").arg(QLatin1String(key)));
        return result;
    }
    for (const toml::node &item : *array) {
        result.push_back(item.as_table());
    }
    return result;
}

void Reader::readNode(const toml::table &table)
{
    checkKeys(table, QStringLiteral("[[node]]"),
              {QStringLiteral("name"), QStringLiteral("conninfo"), QStringLiteral("role"), QStringLiteral("command"),
               QStringLiteral("root_command"), QStringLiteral("start"), QStringLiteral("stop")});
    NodeConfig node;
    if (table.contains("name")) {
        node.name = requiredText(table, QStringLiteral("[[node]]"), "name");
        const toml::source_position here = table.get("name")->source().begin;
        if (const auto first = m_nodeNames.constFind(node.name); first != m_nodeNames.constEnd()) {
            fail(table.get("name")->source(),
                 QStringLiteral("node \"%1\" is named twice; first on line %2").arg(node.name).arg(first->line),
                 QStringLiteral("Give each node a name of its own."));
        }
        m_nodeNames.insert(node.name, here);
    }
    const QString what =
        node.name.isEmpty() ? QStringLiteral("this [[node]]") : QStringLiteral("node \"%1\"").arg(node.name);
    if (!table.contains("conninfo")) {
        fail(table.source(), QStringLiteral("%1 has no \"conninfo\"").arg(what),
             QStringLiteral("Write at least conninfo = \"host=…\"."));
    }
    node.conninfo = text(table, "conninfo");
    if (holdsPassword(node.conninfo)) {
        m_config.warnings += QStringLiteral("The conninfo of %1 holds a password. It works, but it belongs into "
                                            "~/.pgpass, pg_service.conf or the environment.")
                                 .arg(what);
    }
    const QStringList roles{toString(NodeKind::Data), toString(NodeKind::Witness)};
    node.kind = word(table, "role", roles, roles.first()) == roles.last() ? NodeKind::Witness : NodeKind::Data;
    node.hasCommand = table.contains("command");
    node.command = argv(table, "command");
    node.rootCommand = argv(table, "root_command");
    node.start = argv(table, "start");
    node.stop = argv(table, "stop");
    m_config.nodes.push_back(node);
}

void Reader::readAddress(const toml::table &table)
{
    const QString what = QStringLiteral("[[address]]");
    checkKeys(table, what,
              {QStringLiteral("name"), QStringLiteral("ip"), QStringLiteral("host"), QStringLiteral("provider"),
               QStringLiteral("follows"), QStringLiteral("interface"), QStringLiteral("prefix"),
               QStringLiteral("assign"), QStringLiteral("backend"), QStringLiteral("socket"),
               QStringLiteral("gateways"), QStringLiteral("urls")});
    AddressConfig address;
    address.name = requiredText(table, what, "name");
    if (!m_error && std::any_of(m_config.addresses.begin(), m_config.addresses.end(),
                                [&address](const AddressConfig &other) { return other.name == address.name; })) {
        fail(table.get("name")->source(), QStringLiteral("address \"%1\" is named twice").arg(address.name),
             QStringLiteral("Give each address a name of its own."));
    }
    address.ip = requiredText(table, what, "ip");
    if (!m_error && QHostAddress(address.ip).isNull()) {
        fail(table.get("ip")->source(), QStringLiteral("\"%1\" is no IP address").arg(address.ip));
    }
    address.host = text(table, "host");
    static const QRegularExpression hostName(QStringLiteral("^[A-Za-z0-9_.-]{1,253}$"));
    if (!m_error && !address.host.isEmpty() && !hostName.match(address.host).hasMatch()) {
        fail(table.get("host")->source(), QStringLiteral("\"%1\" is no host name").arg(address.host));
    }
    requiredText(table, what, "provider");
    address.provider =
        word(table, "provider",
             {QStringLiteral("digitalocean"), QStringLiteral("digitalocean-floating"), QStringLiteral("hetzner"),
              QStringLiteral("hetzner-robot"), QStringLiteral("aws"), QStringLiteral("openstack"),
              QStringLiteral("host"), QStringLiteral("haproxy"), QStringLiteral("keepalived"),
              QStringLiteral("vip-manager"), QStringLiteral("link"), QStringLiteral("command")},
             {});
    address.follows = word(table, "follows", {QStringLiteral("primary"), QStringLiteral("standby")}, address.follows);
    address.interface = text(table, "interface");
    const bool isV6 = address.ip.contains(QLatin1Char(':'));
    address.prefix = number(table, "prefix", 0, 1, isV6 ? 128 : 32, QStringLiteral(" bits"));
    address.assign = argv(table, "assign");
    const bool byCommand = address.provider == QLatin1String("command");
    if (byCommand != !address.assign.isEmpty()) {
        fail(table.source(),
             byCommand ? QStringLiteral("address \"%1\" has no \"assign\"").arg(address.name)
                       : QStringLiteral("\"assign\" goes with provider \"command\" only"),
             QStringLiteral("Write what moves it, as in assign = [\"move-ip\", \"{ip}\", \"{node}\"]."));
    }
    readHaproxy(table, address);
    readUrls(table, address);
    m_config.addresses.push_back(address);
}

/// What names a backend goes into HAProxy's command line, where a semicolon begins the next command.
void Reader::readHaproxy(const toml::table &table, AddressConfig &address)
{
    if (address.provider != QLatin1String("haproxy")) {
        for (const char *key : {"backend", "socket", "gateways"}) {
            if (const toml::node *node = table.get(key)) {
                fail(node->source(),
                     QStringLiteral("\"%1\" goes with provider \"haproxy\" only").arg(QLatin1String(key)));
            }
        }
        return;
    }
    address.backend = requiredText(table, QStringLiteral("address \"%1\"").arg(address.name), "backend");
    static const QRegularExpression oddName(QStringLiteral("[^A-Za-z0-9_.:-]"));
    if (!m_error && address.backend.contains(oddName)) {
        fail(table.get("backend")->source(),
             QStringLiteral("\"%1\" is no name of a backend: HAProxy takes letters, digits, \"-\", \"_\", \".\" and "
                            "\":\"")
                 .arg(address.backend));
    }
    address.socket = text(table, "socket", address.socket);
    static const QRegularExpression plainPath(QStringLiteral("^/[A-Za-z0-9_./+@-]+$"));
    if (!m_error && !plainPath.match(address.socket).hasMatch()) {
        fail(table.get("socket")->source(),
             QStringLiteral("\"%1\" is no absolute path of letters, digits and \"_ . / + @ -\"").arg(address.socket),
             QStringLiteral("Write what stands behind \"stats socket\" in HAProxy's configuration."));
    }
    readGateways(table, address);
}

void Reader::readGateways(const toml::table &table, AddressConfig &address)
{
    const toml::node *node = table.get("gateways");
    if (!node) {
        return;
    }
    const QString hint = QStringLiteral("Write it as [[\"ssh\", \"root@gw1\"], [\"ssh\", \"root@gw2\"]]: of each what "
                                        "stands before commands on its host, [] for this machine.");
    const toml::array *array = node->as_array();
    if (!array || array->empty()) {
        fail(node->source(),
             array
                 ? QStringLiteral("\"gateways\" names none")
                 : QStringLiteral("\"gateways\" must be a list of lists of words, not %1").arg(typeName(node->type())),
             hint);
        return;
    }
    for (const toml::node &item : *array) {
        const toml::array *one = item.as_array();
        if (!one) {
            fail(item.source(),
                 QStringLiteral("\"gateways\" must hold only lists of words, not %1").arg(typeName(item.type())), hint);
            return;
        }
        const QStringList gateway = words(*one, "gateways");
        if (std::find(address.gateways.begin(), address.gateways.end(), gateway) != address.gateways.end()) {
            fail(item.source(), QStringLiteral("\"gateways\" names one twice"));
        }
        address.gateways.push_back(gateway);
    }
}

/// Of provider "link". Who asks stands in the environment.
void Reader::readUrls(const toml::table &table, AddressConfig &address)
{
    const toml::node *node = table.get("urls");
    const bool byLink = address.provider == QLatin1String("link");
    const QString hint =
        QStringLiteral("Write the LinK of each node, as in urls = { pg1 = \"http://10.0.0.11:1313\" }.");
    if (byLink != (node != nullptr)) {
        fail(node ? node->source() : table.source(),
             byLink ? QStringLiteral("address \"%1\" has no \"urls\"").arg(address.name)
                    : QStringLiteral("\"urls\" goes with provider \"link\" only"),
             hint);
    }
    if (!byLink || !node) {
        return;
    }
    if (!node->is_table()) {
        fail(node->source(), QStringLiteral("\"urls\" must be a table, not %1").arg(typeName(node->type())), hint);
        return;
    }
    static const QRegularExpression plain(QStringLiteral("^https?://[^/@\\s?#\"']+$"));
    for (auto &&[key, value] : *node->as_table()) {
        const QString url = fromUtf8(value.value_exact<std::string_view>().value_or(std::string_view()));
        if (!plain.match(url).hasMatch()) {
            fail(value.source(), QStringLiteral("the URL of \"%1\" is no http://HOST:PORT").arg(fromUtf8(key.str())),
                 hint);
        }
        address.urls.emplace_back(fromUtf8(key.str()), url);
    }
}

void Reader::readPooler(const toml::table &table)
{
    const QString what = QStringLiteral("[[pooler]]");
    checkKeys(table, what,
              {QStringLiteral("name"), QStringLiteral("conninfo"), QStringLiteral("databases"),
               QStringLiteral("pause_ms"), QStringLiteral("assign")});
    PoolerConfig pooler;
    pooler.name = requiredText(table, what, "name");
    if (!m_error && std::any_of(m_config.poolers.begin(), m_config.poolers.end(),
                                [&pooler](const PoolerConfig &other) { return other.name == pooler.name; })) {
        fail(table.get("name")->source(), QStringLiteral("pooler \"%1\" is named twice").arg(pooler.name),
             QStringLiteral("Give each pooler a name of its own."));
    }
    pooler.conninfo = requiredText(table, what, "conninfo");
    if (holdsPassword(pooler.conninfo)) {
        m_config.warnings += QStringLiteral("The conninfo of pooler \"%1\" holds a password. It works, but it belongs "
                                            "into ~/.pgpass, pg_service.conf or the environment.")
                                 .arg(pooler.name);
    }
    pooler.databases = argv(table, "databases");
    pooler.pauseMs = number(table, "pause_ms", pooler.pauseMs, 100, 60'000, QStringLiteral(" ms"));
    pooler.assign = argv(table, "assign");
    m_config.poolers.push_back(pooler);
}

void Reader::readBackup(const toml::table &table)
{
    const QString what = QStringLiteral("[[backup]]");
    checkKeys(table, what, {QStringLiteral("name"), QStringLiteral("tool")});
    BackupConfig backup;
    backup.name = requiredText(table, what, "name");
    requiredText(table, what, "tool");
    backup.tool = word(table, "tool",
                       {QStringLiteral("pgbackrest"), QStringLiteral("pg_basebackup"), QStringLiteral("pg_dump"),
                        QStringLiteral("barman")},
                       {});
    m_config.backups.push_back(backup);
}

void Reader::readProbe(const toml::table &table)
{
    const QString what = QStringLiteral("[probe]");
    checkKeys(table, what, {QStringLiteral("conninfo"), QStringLiteral("interval_ms")});
    ProbeConfig probe;
    probe.conninfo = requiredText(table, what, "conninfo");
    if (holdsPassword(probe.conninfo)) {
        m_config.warnings += QStringLiteral("The conninfo of [probe] holds a password. It works, but it belongs into "
                                            "~/.pgpass, pg_service.conf or the environment.");
    }
    probe.intervalMs = number(table, "interval_ms", probe.intervalMs, 1, 1000, QStringLiteral(" ms"));
    m_config.probe = probe;
}

void Reader::readPatroni(const toml::table &table)
{
    checkKeys(table, QStringLiteral("[patroni]"), {QStringLiteral("url")});
    m_config.patroniUrl = text(table, "url");
    if (urlWithoutPassword(m_config.patroniUrl) != m_config.patroniUrl) {
        m_config.warnings += QStringLiteral("The url of [patroni] holds a password. Take it out: reading "
                                            "Patroni's state needs none.");
    }
}

void Reader::readAutoFailover(const toml::table &table)
{
    const QString what = QStringLiteral("[pg_auto_failover]");
    checkKeys(table, what, {QStringLiteral("monitor")});
    m_config.autoFailoverMonitor = requiredText(table, what, "monitor");
    if (holdsPassword(m_config.autoFailoverMonitor)) {
        m_config.warnings += QStringLiteral("The monitor of [pg_auto_failover] holds a password. It works, but it "
                                            "belongs into ~/.pgpass, pg_service.conf or the environment.");
    }
}

// A node without a name is called by its host, or host:port where hosts are shared.
void Reader::nameTheNameless()
{
    QSet<QString> taken(m_nodeNames.keyBegin(), m_nodeNames.keyEnd());
    for (std::size_t i = 0; i < m_config.nodes.size(); ++i) {
        NodeConfig &node = m_config.nodes[i];
        if (!node.name.isEmpty()) {
            continue;
        }
        QStringList candidates;
        if (const std::vector<HostPort> hosts = hostsOf(node.conninfo); !hosts.empty()) {
            const QString port = QString::number(hosts.front().port > 0 ? hosts.front().port : 5432);
            candidates = {hosts.front().host, hosts.front().host + QLatin1Char(':') + port};
        }
        for (std::size_t number = i + 1; number <= 2 * m_config.nodes.size(); ++number) {
            candidates += QStringLiteral("node%1").arg(number);
        }
        for (const QString &candidate : std::as_const(candidates)) {
            if (!candidate.isEmpty() && !taken.contains(candidate)) {
                node.name = candidate;
                taken.insert(candidate);
                break;
            }
        }
    }
}

core::Result<ClusterConfig> Reader::read(const toml::table &root)
{
    checkKeys(root, QStringLiteral("the file"),
              {QStringLiteral("name"), QStringLiteral("environment"), QStringLiteral("manager"),
               QStringLiteral("sampling"), QStringLiteral("node"), QStringLiteral("patroni"),
               QStringLiteral("pg_auto_failover"), QStringLiteral("address"), QStringLiteral("pooler"),
               QStringLiteral("backup"), QStringLiteral("probe")});
    m_config.path = m_path;
    m_config.name = text(root, "name", QFileInfo(m_path).completeBaseName());
    m_config.environment = text(root, "environment");
    const std::array kinds{ManagerKind::Auto, ManagerKind::None, ManagerKind::Repmgr, ManagerKind::Patroni,
                           ManagerKind::PgAutoFailover};
    QStringList kindWords;
    for (const ManagerKind kind : kinds) {
        kindWords += toString(kind);
    }
    const qsizetype kind = kindWords.indexOf(word(root, "manager", kindWords, kindWords.first()));
    m_config.manager = kinds.at(static_cast<std::size_t>(std::max<qsizetype>(0, kind)));
    if (const toml::table *sampling = section(root, "sampling")) {
        checkKeys(*sampling, QStringLiteral("[sampling]"), {QStringLiteral("interval_ms")});
        m_config.intervalMs = number(*sampling, "interval_ms", m_config.intervalMs, kMinIntervalMs, kMaxIntervalMs,
                                     QStringLiteral(" ms"));
    }
    if (const toml::table *patroni = section(root, "patroni")) {
        readPatroni(*patroni);
    }
    if (const toml::table *autoFailover = section(root, "pg_auto_failover")) {
        readAutoFailover(*autoFailover);
    }
    if (const toml::table *probe = section(root, "probe")) {
        readProbe(*probe);
    }
    for (const toml::table *node : sections(root, "node")) {
        readNode(*node);
    }
    for (const toml::table *address : sections(root, "address")) {
        readAddress(*address);
    }
    for (const toml::table *pooler : sections(root, "pooler")) {
        readPooler(*pooler);
    }
    for (const toml::table *backup : sections(root, "backup")) {
        readBackup(*backup);
    }
    if (!m_error && m_config.nodes.empty()) {
        m_error =
            Error{.kind = Error::Kind::Invalid,
                  .message = QStringLiteral("%1 names no node.")
                                 .arg(m_path.isEmpty() ? QStringLiteral("The cluster file") : core::redacted(m_path)),
                  .hint = QStringLiteral("Add [[node]] and below it conninfo = \"host=…\".")};
    }
    if (m_error) {
        return tl::unexpected(*m_error);
    }
    nameTheNameless();
    return m_config;
}
} // namespace

core::Result<ClusterConfig> parseClusterFile(const QString &text, const QString &path)
{
    Reader reader(path);
    try {
        const QByteArray utf8 = text.toUtf8();
        const toml::table root = toml::parse(std::string_view(utf8.constData(), static_cast<std::size_t>(utf8.size())));
        return reader.read(root);
    } catch (const toml::parse_error &error) {
        return reader.at(error.source().begin, fromUtf8(error.description()));
    }
}

} // namespace howdah::cluster
