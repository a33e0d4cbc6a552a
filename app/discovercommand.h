// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>

#include "app/invocation.h"
#include "monitor/discovery.h"

namespace howdah::app {

/// `discover CONNINFO [-o FILE [--force]]`: prints the cluster file of the whole cluster, or writes it, and says of
/// every node how it was found and whether it answered.
class DiscoverCommand : public QObject {
    Q_OBJECT
public:
    explicit DiscoverCommand(Invocation invocation);

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void refuseToOverwrite();
    void report(const monitor::DiscoveryResult &found);

    Invocation m_invocation;
    monitor::Discovery m_discovery;
};

} // namespace howdah::app
