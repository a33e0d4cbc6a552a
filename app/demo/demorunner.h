// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QPointer>
#include <QProcess>

#include "app/demo/demoplace.h"
#include "app/demo/demorecord.h"

namespace howdah::demo {

enum class DemoAction { Start, Stop, Status };

/// Runs one demo command as a process beside the event loop and tells what it says. Destroyed before the end, it lets
/// the command finish on its own: half a start would be worse than a start nobody waits for.
class DemoRunner : public QObject {
    Q_OBJECT

public:
    explicit DemoRunner(DemoPlace place, QObject *parent = nullptr);
    ~DemoRunner() override;

    /// Starts the command; once per object. finished() always follows, also when nothing could be started.
    void run(DemoAction action);

Q_SIGNALS:
    void record(const howdah::demo::DemoRecord &record);
    void finished(howdah::demo::DemoResult result);

private:
    void readRecords();
    void end(int exitCode, QProcess::ExitStatus status);
    void fail(const QString &text, const QString &hint, DemoResult result);

    DemoPlace m_place;
    QPointer<QProcess> m_process;
    bool m_ended = false;
};

} // namespace howdah::demo
