// SPDX-License-Identifier: GPL-3.0-or-later
#include "discovercommand.h"

#include <QFileInfo>
#include <QJsonArray>

#include "app/output.h"
#include "app/statejson.h"
#include "cluster/conninfotext.h"
#include "monitor/completion.h"

namespace howdah::app {

namespace {
QJsonObject nodeJson(const monitor::DiscoveredNode &node)
{
    QJsonArray sources;
    for (const monitor::DiscoverySource source : node.sources) {
        sources << monitor::toString(source);
    }
    QJsonObject object{{QStringLiteral("name"), node.name},
                       {QStringLiteral("address"), node.address},
                       {QStringLiteral("kind"), cluster::toString(node.kind)},
                       {QStringLiteral("reached"), node.reached},
                       {QStringLiteral("in_recovery"), node.reached ? QJsonValue(node.inRecovery) : QJsonValue()},
                       {QStringLiteral("system_identifier"),
                        node.systemIdentifier ? QJsonValue(QString::number(*node.systemIdentifier)) : QJsonValue()},
                       {QStringLiteral("other_system"), node.foreign},
                       {QStringLiteral("sources"), sources},
                       {QStringLiteral("note"), node.note}};
    if (!node.reached) {
        object.insert(QStringLiteral("error"), errorJson(node.error));
    }
    return object;
}

// As comments, so that what is printed is a cluster file and can be kept as it is.
QString commentary(const monitor::DiscoveryResult &result)
{
    QStringList lines;
    for (const monitor::DiscoveredNode &node : result.nodes) {
        lines << QStringLiteral("%1 %2: %3%4")
                     .arg(node.name, node.address,
                          node.foreign ? QStringLiteral("another system, left out; ") : QString(),
                          monitor::describe(node));
    }
    lines << result.notes;
    QString text;
    for (QString &line : lines) {
        // Servers tell names and addresses: a line break in one would end the comment and begin a setting.
        line.replace(QLatin1Char('\n'), QLatin1Char(' ')).replace(QLatin1Char('\r'), QLatin1Char(' '));
        text += QStringLiteral("# %1\n").arg(line);
    }
    return text;
}
} // namespace

DiscoverCommand::DiscoverCommand(Invocation invocation)
    : m_invocation(std::move(invocation))
{
    connect(&m_discovery, &monitor::Discovery::finished, this,
            [this](const core::Result<monitor::DiscoveryResult> &result) {
                if (result) {
                    report(*result);
                } else {
                    Q_EMIT finished(printFailure(result.error(), m_invocation.json, kRefused));
                }
            });
}

void DiscoverCommand::start()
{
    if (!m_invocation.force && QFileInfo::exists(m_invocation.outputFile)) {
        refuseToOverwrite();
        return;
    }
    m_discovery.start(m_invocation.cluster);
}

void DiscoverCommand::refuseToOverwrite()
{
    const core::Error error{.kind = core::Error::Kind::Invalid,
                            .message = QStringLiteral("%1 is there already.").arg(m_invocation.outputFile),
                            .hint = QStringLiteral("Name another file, or overwrite it with --force.")};
    Q_EMIT finished(printFailure(error, m_invocation.json, kRefused));
}

void DiscoverCommand::report(const monitor::DiscoveryResult &found)
{
    monitor::DiscoveryResult result = found;
    if (cluster::holdsPassword(m_invocation.cluster)) {
        result.notes << QStringLiteral("The password that was given is not in this file: put it into ~/.pgpass (mode "
                                       "0600), where every connection of these nodes finds it.");
    }
    const QString file = cluster::writeClusterFile(result.config);
    if (!m_invocation.outputFile.isEmpty()) {
        if (!m_invocation.force && QFileInfo::exists(m_invocation.outputFile)) { // it came while we asked
            refuseToOverwrite();
            return;
        }
        const auto saved = cluster::saveClusterFile(result.config, m_invocation.outputFile);
        if (!saved) {
            Q_EMIT finished(printFailure(saved.error(), m_invocation.json, kRefused));
            return;
        }
    }
    if (m_invocation.json) {
        QJsonArray nodes;
        for (const monitor::DiscoveredNode &node : result.nodes) {
            nodes << nodeJson(node);
        }
        QJsonObject object{{QStringLiteral("cluster"), result.config.name},
                           {QStringLiteral("manager"), cluster::toString(result.manager)},
                           {QStringLiteral("nodes"), nodes},
                           {QStringLiteral("notes"), QJsonArray::fromStringList(result.notes)},
                           {QStringLiteral("toml"), file},
                           {QStringLiteral("result"), QStringLiteral("done")}};
        if (!m_invocation.outputFile.isEmpty()) {
            object.insert(QStringLiteral("file"), m_invocation.outputFile);
        }
        printJson(object);
    } else if (m_invocation.outputFile.isEmpty()) {
        print(commentary(result) + file);
    } else {
        print(commentary(result) + QStringLiteral("written: %1\n").arg(m_invocation.outputFile));
    }
    Q_EMIT finished(kDone);
}

} // namespace howdah::app
