// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demorecord.h"

#include <QStringList>

#include "core/redact.h"

namespace howdah::demo {

std::optional<DemoRecord> parseRecord(const QByteArray &line)
{
    const QStringList fields = QString::fromUtf8(line).split(QLatin1Char('\t'));
    const QString &kind = fields.first();
    if (kind == QLatin1String("step") && fields.size() == 2) {
        return DemoRecord{.kind = DemoRecord::Kind::Step, .text = fields[1]};
    }
    if (kind == QLatin1String("node") && fields.size() == 6) {
        return DemoRecord{.kind = DemoRecord::Kind::Node,
                          .name = fields[1],
                          .role = fields[4],
                          .state = fields[5],
                          .port = fields[2].toInt(),
                          .pid = fields[3].toLongLong()};
    }
    if (kind == QLatin1String("load") && fields.size() == 3) {
        return DemoRecord{.kind = DemoRecord::Kind::Load, .state = fields[2], .pid = fields[1].toLongLong()};
    }
    if (kind == QLatin1String("cluster") && fields.size() == 3) {
        return DemoRecord{.kind = DemoRecord::Kind::Cluster, .text = fields[1], .state = fields[2]};
    }
    if (kind == QLatin1String("problem") && fields.size() == 3) {
        return DemoRecord{.kind = DemoRecord::Kind::Problem, .text = fields[1], .hint = fields[2]};
    }
    return std::nullopt;
}

QString toText(const DemoRecord &record)
{
    const QString pid = record.pid > 0 ? QStringLiteral("  pid %1").arg(record.pid) : QString();
    switch (record.kind) {
    case DemoRecord::Kind::Step:
        return core::redacted(record.text);
    case DemoRecord::Kind::Node:
        return QStringLiteral("  %1  %2  %3  %4%5")
            .arg(record.name, record.role.leftJustified(7), record.state.leftJustified(7),
                 record.port > 0 ? QStringLiteral("127.0.0.1:%1").arg(record.port) : QStringLiteral("-"), pid);
    case DemoRecord::Kind::Load:
        return QStringLiteral("  load          %1%2").arg(record.state, pid);
    case DemoRecord::Kind::Cluster:
        return QStringLiteral("  %1: %2").arg(record.state, record.text);
    case DemoRecord::Kind::Problem:
        return core::redacted(record.hint.isEmpty() ? record.text : record.text + QStringLiteral("\n  ") + record.hint);
    }
    return {};
}

QJsonObject toJson(const DemoRecord &record)
{
    const auto text = [](const QString &value) { return QJsonValue(core::redacted(value)); };
    const QJsonValue pid = record.pid > 0 ? QJsonValue(record.pid) : QJsonValue(QJsonValue::Null);
    switch (record.kind) {
    case DemoRecord::Kind::Step:
        return {{QStringLiteral("step"), text(record.text)}};
    case DemoRecord::Kind::Node:
        return {{QStringLiteral("node"), record.name},
                {QStringLiteral("port"), record.port > 0 ? QJsonValue(record.port) : QJsonValue(QJsonValue::Null)},
                {QStringLiteral("pid"), pid},
                {QStringLiteral("role"), record.role},
                {QStringLiteral("state"), record.state}};
    case DemoRecord::Kind::Load:
        return {{QStringLiteral("load"), record.state}, {QStringLiteral("pid"), pid}};
    case DemoRecord::Kind::Cluster:
        return {{QStringLiteral("file"), record.text}, {QStringLiteral("state"), record.state}};
    case DemoRecord::Kind::Problem:
        return {{QStringLiteral("problem"), text(record.text)}, {QStringLiteral("hint"), text(record.hint)}};
    }
    return {};
}

QString toString(DemoResult result)
{
    switch (result) {
    case DemoResult::Done:
        return QStringLiteral("done");
    case DemoResult::Refused:
        return QStringLiteral("refused");
    case DemoResult::Undone:
        return QStringLiteral("undone");
    case DemoResult::Incomplete:
        break;
    }
    return QStringLiteral("incomplete");
}

} // namespace howdah::demo
