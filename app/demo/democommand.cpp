// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/democommand.h"

#include "app/output.h"

namespace howdah::demo {

namespace {

DemoAction actionOf(const QString &name)
{
    if (name == QLatin1String("start")) {
        return DemoAction::Start;
    }
    return name == QLatin1String("stop") ? DemoAction::Stop : DemoAction::Status;
}

} // namespace

DemoCommand::DemoCommand(const app::Invocation &invocation)
    : m_action(actionOf(invocation.demoAction))
    , m_json(invocation.json)
    , m_runner(demoPlace())
{
    connect(&m_runner, &DemoRunner::record, this, &DemoCommand::print);
    connect(&m_runner, &DemoRunner::finished, this, &DemoCommand::end);
}

void DemoCommand::start()
{
    m_runner.run(m_action);
}

void DemoCommand::print(const DemoRecord &record) const
{
    if (m_json) {
        app::printJson(toJson(record));
    } else if (record.kind == DemoRecord::Kind::Problem) {
        app::printError(QStringLiteral("howdah: ") + toText(record) + QLatin1Char('\n'));
    } else {
        app::print(toText(record) + QLatin1Char('\n'));
    }
}

void DemoCommand::end(DemoResult result)
{
    if (m_json) {
        // A status that could be told is done, whatever it tells; the exit code tells it, too.
        const bool told = m_action == DemoAction::Status && result == DemoResult::Incomplete;
        app::printJson({{QStringLiteral("result"), toString(told ? DemoResult::Done : result)}});
    }
    Q_EMIT finished(static_cast<int>(result));
}

} // namespace howdah::demo
