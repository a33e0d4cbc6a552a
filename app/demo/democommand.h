// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "app/demo/demorunner.h"
#include "app/invocation.h"

namespace howdah::demo {

/// `howdah demo [start|stop|status]`. Prints to standard output, problems to standard error; with --json one object a
/// line, the last one with "result".
class DemoCommand : public QObject {
    Q_OBJECT

public:
    explicit DemoCommand(const app::Invocation &invocation);
    void start();

Q_SIGNALS:
    /// 0 done; 1 refused, nothing changed; 2 failed and undone; 3 incomplete, for status: not all of it runs.
    void finished(int exitCode);

private:
    void print(const DemoRecord &record) const;
    void end(DemoResult result);

    DemoAction m_action = DemoAction::Status;
    bool m_json = false;
    DemoRunner m_runner;
};

} // namespace howdah::demo
