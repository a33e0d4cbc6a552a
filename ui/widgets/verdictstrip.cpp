// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/verdictstrip.h"

#include <QBoxLayout>
#include <QPainter>

#include "theme/theme.h"
#include "widgets/stripparts.h"

namespace howdah::widgets {

using theme::Token;

// Ages are shown in tenths of a second; half of that rate reads as ticking and costs little.
static constexpr int kTickMs = 200;

VerdictStrip::VerdictStrip(const core::Clock &clock, QWidget *parent)
    : QWidget(parent)
    , m_clock(clock)
    , m_block(new VerdictBlock)
    , m_cluster(new StripField(tr("Cluster"), QStringLiteral("strip-cluster")))
    , m_writable(new StripField(tr("Writable nodes"), QStringLiteral("strip-writable")))
    , m_loss(new StripField(tr("Would be lost now"), QStringLiteral("strip-loss")))
    , m_sample(new StripField(tr("Newest sample"), QStringLiteral("strip-sample")))
{
    setObjectName(QStringLiteral("verdict-strip"));
    setAccessibleName(tr("Verdict"));
    setFixedHeight(theme::Theme::instance().height(theme::Height::VerdictStrip));
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 1);
    layout->setSpacing(0);
    layout->addWidget(m_block);
    layout->addWidget(m_cluster, 3);
    layout->addWidget(m_writable, 4);
    layout->addWidget(m_loss, 4);
    layout->addWidget(m_sample);
    m_sample->setFixedWidth(136);
    m_sample->setFixedFigure(true);
    m_timer.setInterval(kTickMs);
    connect(&m_timer, &QTimer::timeout, this, &VerdictStrip::tick);
    connect(&theme::Theme::instance(), &theme::Theme::changed, this, qOverload<>(&QWidget::update));
}

void VerdictStrip::setState(const cluster::ClusterState &state, const QString &name)
{
    m_state = state;
    m_cluster->setStatement({state.snapshot ? state.snapshot->cluster : name, {}, cluster::Verdict::Ok, false});
    m_cluster->setTag(state.snapshot ? state.snapshot->environment : QString());
    m_shown = shownVerdict(state, m_clock.monotonicMs());
    tick();
}

void VerdictStrip::tick()
{
    const qint64 now = m_clock.monotonicMs();
    const ShownVerdict shown = shownVerdict(m_state, now);
    const bool turned = shown.verdict != m_shown.verdict;
    m_shown = shown;
    m_block->setVerdict(shown);
    m_writable->setStatement(writableNodes(m_state, now));
    m_loss->setStatement(lostNow(m_state, now));
    m_sample->setStatement(newestSample(m_state, now));
    if (turned) {
        Q_EMIT aged();
    }
}

void VerdictStrip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme::color(Token::Surface));
    painter.fillRect(QRect(0, height() - 1, width(), 1), theme::color(Token::Hairline));
}

void VerdictStrip::showEvent(QShowEvent *)
{
    tick();
    m_timer.start();
}

void VerdictStrip::hideEvent(QHideEvent *)
{
    m_timer.stop();
}

} // namespace howdah::widgets
