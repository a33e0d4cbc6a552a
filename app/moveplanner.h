// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>

#include "operations/address/lookall.h"
#include "operations/address/moveplan.h"

namespace howdah::app {

/// Makes the plans of moving one address, for a dialog that shows them: asks about the address every few seconds, and
/// makes one of each new state. Engine thread.
class MovePlanner : public QObject {
    Q_OBJECT
public:
    /// hands must outlive it.
    MovePlanner(cluster::ClusterConfig config, operations::Hands &hands, QObject *parent = nullptr);

    /// From now on plans are of that address, to that node.
    void want(const QString &address, const QString &node);
    void setState(const cluster::ClusterState &state);
    /// What providers are asked with is another: the next state has all asked anew.
    void lookAgain() { m_asked.invalidate(); }
    /// What the journal has: no plan is made before.
    void setPast(const std::optional<operations::Unfinished> &unfinished, const QStringList &unreadable);

Q_SIGNALS:
    void planned(const howdah::operations::Plan &plan);

private:
    void look();
    void publish();

    operations::Hands &m_hands;
    operations::address::MoveFacts m_facts;
    QString m_address;
    QString m_node;
    QString m_known; ///< the address that m_facts are of
    bool m_pastKnown = false;
    operations::address::LookAll *m_look = nullptr;
    QElapsedTimer m_asked;
};

} // namespace howdah::app
