// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTimer>
#include <QWidget>

#include "cluster/health.h"
#include "core/clock.h"
#include "widgets/verdicttext.h"

namespace howdah::widgets {

class StripField;
class VerdictBlock;

/// The line under the toolbar that answers "is it all right?": verdict, cluster, writable nodes, what would be lost
/// now, age of the newest sample. It looks at the clock itself: a state that is not renewed turns grey and says so.
class VerdictStrip : public QWidget {
    Q_OBJECT

public:
    explicit VerdictStrip(const core::Clock &clock = core::systemClock(), QWidget *parent = nullptr);

    /// Also with an empty state, for a cluster that is not connected yet; name is then the cluster's.
    void setState(const cluster::ClusterState &state, const QString &name);

    ShownVerdict shown() const { return m_shown; }

Q_SIGNALS:
    /// The verdict changed only because time passed.
    void aged();

protected:
    void paintEvent(QPaintEvent *event) override;
    void showEvent(QShowEvent *event) override;
    void hideEvent(QHideEvent *event) override;

private:
    void tick();

    const core::Clock &m_clock;
    cluster::ClusterState m_state;
    ShownVerdict m_shown;
    QTimer m_timer;
    VerdictBlock *m_block;
    StripField *m_cluster;
    StripField *m_writable;
    StripField *m_loss;
    StripField *m_sample;
};

} // namespace howdah::widgets
