// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QAction>
#include <QObject>

#include "operations/patroni/request.h"

namespace howdah::shell {

class ClusterView;

/// What can be asked of Patroni about the cluster in front: there where Patroni is its manager, and where it can't be
/// asked now, with why.
class PatroniActions : public QObject {
    Q_OBJECT

public:
    explicit PatroniActions(QWidget *parent);

    QList<QAction *> actions() const;
    /// Of the cluster in front; nullptr: of none.
    void update(const ClusterView *current);

Q_SIGNALS:
    void requested(const howdah::operations::patroni::Request &request);
    void historyRequested();

private:
    QAction *add(const QString &name, const QString &icon, operations::patroni::Request::Kind kind);
    void offer(QAction *action, const QString &text, const QString &whyNot);

    QAction *m_pause;
    QAction *m_schedule;
    QAction *m_cancel;
    QAction *m_config;
    QAction *m_history;
    bool m_paused = false;
};

} // namespace howdah::shell
