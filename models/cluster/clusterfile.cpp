// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QSaveFile>
#include <QStringDecoder>

#include "clusterconfig.h"
#include "conninfotext.h"
#include "core/redact.h"

namespace howdah::cluster {

namespace {
// A cluster of 200 nodes takes some 40 kB.
constexpr qint64 kMaxFileBytes = 1 << 20;

using core::Error;

// A TOML basic string. https://toml.io/en/v1.0.0#string
QString quoted(const QString &text)
{
    QString result = QStringLiteral("\"");
    for (const QChar c : text) {
        if (c == QLatin1Char('"') || c == QLatin1Char('\\')) {
            result += QLatin1Char('\\');
            result += c;
        } else if (c == QLatin1Char('\n')) {
            result += QStringLiteral("\\n");
        } else if (c == QLatin1Char('\t')) {
            result += QStringLiteral("\\t");
        } else if (c.unicode() < 0x20 || c.unicode() == 0x7F) {
            result += QStringLiteral("\\u%1").arg(static_cast<uint>(c.unicode()), 4, 16, QLatin1Char('0'));
        } else {
            result += c;
        }
    }
    return result + QLatin1Char('"');
}

QString quoted(const QStringList &list)
{
    QStringList items;
    for (const QString &item : list) {
        items += quoted(item);
    }
    return QLatin1Char('[') + items.join(QStringLiteral(", ")) + QLatin1Char(']');
}

class Writer {
public:
    void section(const char *header) { m_text += QLatin1Char('\n') + QString::fromLatin1(header) + QLatin1Char('\n'); }
    void raw(const char *key, const QString &value)
    {
        m_text += QString::fromLatin1(key) + QStringLiteral(" = ") + value + QLatin1Char('\n');
    }
    void text(const char *key, const QString &value, const QString &left = {})
    {
        if (value != left) {
            raw(key, quoted(value));
        }
    }
    void list(const char *key, const QStringList &value, bool always = false)
    {
        if (always || !value.isEmpty()) {
            raw(key, quoted(value));
        }
    }
    QString result() const { return m_text; }

private:
    QString m_text;
};

void writeNode(Writer &writer, const NodeConfig &node)
{
    writer.section("[[node]]");
    writer.text("name", node.name);
    writer.raw("conninfo", quoted(withoutPassword(node.conninfo)));
    writer.text("role", toString(node.kind), toString(NodeKind::Data));
    writer.list("command", node.command, node.hasCommand);
    writer.list("root_command", node.rootCommand);
    writer.list("start", node.start);
    writer.list("stop", node.stop);
}

void writeAddress(Writer &writer, const AddressConfig &address)
{
    writer.section("[[address]]");
    writer.text("name", address.name);
    writer.text("ip", address.ip);
    writer.text("provider", address.provider);
    writer.text("follows", address.follows);
    writer.text("host", address.host);
    writer.text("interface", address.interface);
    if (address.prefix > 0) {
        writer.raw("prefix", QString::number(address.prefix));
    }
    writer.list("assign", address.assign);
    writer.text("backend", address.backend);
    writer.text("socket", address.socket, AddressConfig().socket);
    QStringList gateways;
    for (const QStringList &gateway : address.gateways) {
        gateways += quoted(gateway);
    }
    if (!gateways.isEmpty()) {
        writer.raw("gateways", QLatin1Char('[') + gateways.join(QStringLiteral(", ")) + QLatin1Char(']'));
    }
    QStringList urls;
    for (const auto &[node, url] : address.urls) {
        urls += quoted(node) + QStringLiteral(" = ") + quoted(url);
    }
    if (!urls.isEmpty()) {
        writer.raw("urls", QStringLiteral("{ ") + urls.join(QStringLiteral(", ")) + QStringLiteral(" }"));
    }
}

void writePooler(Writer &writer, const PoolerConfig &pooler)
{
    writer.section("[[pooler]]");
    writer.text("name", pooler.name);
    writer.raw("conninfo", quoted(withoutPassword(pooler.conninfo)));
    writer.list("databases", pooler.databases);
    writer.raw("pause_ms", QString::number(pooler.pauseMs));
    writer.list("assign", pooler.assign);
}
} // namespace

bool AddressConfig::hasOwner() const
{
    return provider == QLatin1String("keepalived") || provider == QLatin1String("vip-manager");
}

bool AddressConfig::isNear() const
{
    return isOnHosts() || provider == QLatin1String("haproxy") || provider == QLatin1String("command") ||
           provider == QLatin1String("link");
}

core::Result<ClusterConfig> readClusterFile(const QString &path)
{
    const QString shown = core::redacted(QDir::toNativeSeparators(path));
    QFile file(path);
    const QFileInfo info(path);
    if (!info.exists()) {
        return core::failure(Error::Kind::NotFound, QStringLiteral("There is no file %1.").arg(shown));
    }
    if (info.isDir()) {
        return core::failure(Error::Kind::Io, QStringLiteral("%1 is a directory, not a cluster file.").arg(shown));
    }
    if (!file.open(QIODevice::ReadOnly)) {
        const bool denied = file.error() == QFileDevice::PermissionsError || !info.isReadable();
        return core::failure(denied ? Error::Kind::Denied : Error::Kind::Io,
                             QStringLiteral("%1 can't be read: %2.").arg(shown, file.errorString()),
                             denied ? QStringLiteral("Give yourself the right to read it.") : QString());
    }
    // Read one byte past the limit: a pipe or a /proc file has no size of its own.
    const QByteArray bytes = file.read(kMaxFileBytes + 1);
    if (bytes.size() > kMaxFileBytes) {
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("%1 is larger than 1 MB; no cluster file is.").arg(shown));
    }
    QStringDecoder decoder(QStringDecoder::Utf8);
    const QString text = decoder.decode(bytes);
    if (decoder.hasError()) {
        return core::failure(Error::Kind::Invalid, QStringLiteral("%1 is not UTF-8 text.").arg(shown),
                             QStringLiteral("Save it as UTF-8."));
    }
    return parseClusterFile(text, path);
}

QString writeClusterFile(const ClusterConfig &config)
{
    Writer writer;
    writer.text("name", config.name);
    writer.text("environment", config.environment);
    writer.text("manager", toString(config.manager), toString(ManagerKind::Auto));
    if (config.intervalMs != ClusterConfig().intervalMs) {
        writer.section("[sampling]");
        writer.raw("interval_ms", QString::number(config.intervalMs));
    }
    for (const NodeConfig &node : config.nodes) {
        writeNode(writer, node);
    }
    if (!config.patroniUrl.isEmpty()) {
        writer.section("[patroni]");
        writer.text("url", urlWithoutPassword(config.patroniUrl));
    }
    if (!config.autoFailoverMonitor.isEmpty()) {
        writer.section("[pg_auto_failover]");
        writer.text("monitor", withoutPassword(config.autoFailoverMonitor));
    }
    for (const AddressConfig &address : config.addresses) {
        writeAddress(writer, address);
    }
    for (const PoolerConfig &pooler : config.poolers) {
        writePooler(writer, pooler);
    }
    for (const BackupConfig &backup : config.backups) {
        writer.section("[[backup]]");
        writer.text("name", backup.name);
        writer.text("tool", backup.tool);
    }
    if (config.probe) {
        writer.section("[probe]");
        writer.raw("conninfo", quoted(withoutPassword(config.probe->conninfo)));
        if (config.probe->intervalMs != ProbeConfig().intervalMs) {
            writer.raw("interval_ms", QString::number(config.probe->intervalMs));
        }
    }
    return writer.result();
}

core::Result<void> saveClusterFile(const ClusterConfig &config, const QString &path)
{
    const QString shown = core::redacted(QDir::toNativeSeparators(path));
    const auto failed = [&](const QString &why) {
        return core::failure(Error::Kind::Io, QStringLiteral("%1 can't be written: %2.").arg(shown, why),
                             QStringLiteral("What stood there before is unchanged."));
    };
    if (!QDir().mkpath(QFileInfo(path).absolutePath())) {
        return failed(QStringLiteral("its directory can't be made"));
    }
    QSaveFile file(path);
    if (!file.open(QIODevice::WriteOnly)) {
        return failed(file.errorString());
    }
    const QByteArray bytes = writeClusterFile(config).toUtf8();
    if (file.write(bytes) != bytes.size() || !file.commit()) {
        return failed(file.errorString());
    }
    return {};
}

} // namespace howdah::cluster
