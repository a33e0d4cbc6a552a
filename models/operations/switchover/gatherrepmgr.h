// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>

#include "operations/hands.h"
#include "operations/switchover/facts.h"

namespace howdah::operations::switchover {

/// Reads repmgr's metadata from the primary, asks every node whether its repmgrd runs or is paused, and looks for the
/// repmgr program and its configuration on every host that takes commands. Used once. Engine thread.
class RepmgrGatherer : public QObject {
    Q_OBJECT
public:
    /// facts: what is known by now, hosts among it. hands must outlive it.
    RepmgrGatherer(const Facts &facts, Hands &hands, QObject *parent = nullptr);

    /// done is called once, within some seconds.
    void start(std::function<void(RepmgrFacts)> done);

private:
    void askDatabases();
    void askNodes(const QStringList &databases, qsizetype next);
    void askMembers();
    void askDaemon(const QString &node);
    void askProgram(const QString &node);
    void one();
    void end(const QString &error);

    const Facts m_known;
    RepmgrFacts m_facts;
    QString m_primary;
    Hands &m_hands;
    std::function<void(RepmgrFacts)> m_done;
    int m_left = 0;
};

/// Which node of the cluster each row of repmgr.nodes is: by its address, else by its name; and who is none of them.
/// The conninfo is read for that and not kept.
RepmgrFacts repmgrMembers(const Facts &facts, const Table &rows);

} // namespace howdah::operations::switchover
