// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/findingslist.h"

#include <QGridLayout>
#include <QPainter>

#include "core/units.h"
#include "tables/slotsmodel.h"
#include "theme/glyphs.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/buttons.h"
#include "widgets/label.h"

namespace howdah::widgets {

using cluster::ClusterState;
using cluster::Finding;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

QString linkText(const QString &page)
{
    if (page == QLatin1String("replication")) {
        return FindingsList::tr("Show replication");
    }
    if (page == QLatin1String("slots")) {
        return FindingsList::tr("Show slot");
    }
    if (page == QLatin1String("roles")) {
        return FindingsList::tr("Show roles");
    }
    return page == QLatin1String("overview") ? FindingsList::tr("Show node") : QString();
}

} // namespace

FindingItem::FindingItem(QWidget *parent)
    : QWidget(parent)
    , m_title(new Label(FontRole::BodyStrong, Token::Text1))
    , m_age(new Label(FontRole::Caption, Token::Text3))
    , m_evidence(new Label(FontRole::Small, Token::Text2))
    , m_remedy(new Label(FontRole::Small, Token::Text2))
    , m_link(new LinkButton(QString()))
{
    setObjectName(QStringLiteral("finding"));
    m_title->setObjectName(QStringLiteral("finding-title"));
    m_age->setObjectName(QStringLiteral("finding-age"));
    m_evidence->setObjectName(QStringLiteral("finding-evidence"));
    m_remedy->setObjectName(QStringLiteral("finding-remedy"));
    m_link->setObjectName(QStringLiteral("finding-link"));
    m_title->setWordWrap(true);
    m_evidence->setParagraph();
    m_remedy->setParagraph();
    auto *layout = new QGridLayout(this);
    layout->setContentsMargins(metric::kPanePadding + metric::kSpace5, 9, metric::kPanePadding, 10);
    layout->setHorizontalSpacing(metric::kSpace2);
    layout->setVerticalSpacing(2);
    layout->addWidget(m_title, 0, 0);
    layout->addWidget(m_age, 0, 1, Qt::AlignTop);
    layout->addWidget(m_evidence, 1, 0, 1, 2);
    layout->addWidget(m_remedy, 2, 0, 1, 2);
    layout->addWidget(m_link, 3, 0, Qt::AlignLeft);
    layout->setColumnStretch(0, 1);
    connect(m_link, &LinkButton::clicked, this, [this] { Q_EMIT pageRequested(m_page, m_subject); });
}

void FindingItem::setFinding(const Finding &finding, qint64 nowMs)
{
    m_id = finding.id;
    if (finding.severity != m_severity) {
        m_severity = finding.severity;
        update();
    }
    m_page = finding.page;
    // Slots of one name are on several nodes.
    m_subject = finding.subject.isEmpty()                ? finding.node
                : finding.page == QLatin1String("slots") ? tables::SlotsModel::keyOf(finding.node, finding.subject)
                                                         : finding.subject;
    const auto set = [](Label *label, const QString &text) {
        if (label->text() != text) {
            label->setText(text);
        }
        label->setVisible(!text.isEmpty());
    };
    set(m_title, finding.title);
    const QString age = core::formatAge(std::max<qint64>(0, nowMs - finding.sinceMs));
    set(m_age, finding.sinceMs <= 0 ? QString() : finding.beganUnseen ? tr("at least %1").arg(age) : age);
    set(m_evidence, finding.evidence);
    set(m_remedy, finding.remedy);
    const QString link = linkText(finding.page);
    if (m_link->text() != link) {
        m_link->setText(link);
        m_link->updateGeometry();
    }
    m_link->setVisible(!link.isEmpty());
    m_link->setAccessibleName(link + QStringLiteral(": ") + m_subject);
    setAccessibleName(cluster::toString(finding.severity) + QStringLiteral(": ") + finding.title);
    setAccessibleDescription(finding.evidence);
}

void FindingItem::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(QRect(0, 0, width(), 1), theme::color(Token::Hairline));
    const int line = m_title->fontMetrics().height();
    theme::paintVerdict(&painter, QRectF(metric::kPanePadding, m_title->y() + (line - 16) / 2, 16, 16), m_severity);
}

FindingsList::FindingsList(QWidget *parent)
    : QWidget(parent)
    , m_layout(new QVBoxLayout(this))
    , m_none(new Label(FontRole::Small, Token::Text2))
{
    setObjectName(QStringLiteral("findings-list"));
    setAccessibleName(tr("Findings"));
    m_none->setObjectName(QStringLiteral("findings-none"));
    m_none->setParagraph();
    m_none->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kSpace3);
    m_layout->setContentsMargins(0, 0, 0, 0);
    m_layout->setSpacing(0);
    m_layout->addWidget(m_none);
}

void FindingsList::setState(const ClusterState &state)
{
    const std::size_t count = state.assessment ? state.assessment->findings.size() : 0;
    while (m_items.size() > count) {
        delete m_items.back();
        m_items.pop_back();
    }
    while (m_items.size() < count) {
        auto *item = new FindingItem(this);
        connect(item, &FindingItem::pageRequested, this, &FindingsList::pageRequested);
        m_layout->addWidget(item);
        m_items.push_back(item);
    }
    for (std::size_t i = 0; i < count; ++i) {
        m_items[i]->setFinding(state.assessment->findings[i], state.snapshot->takenMonotonicMs);
    }
    m_none->setVisible(count == 0);
    const bool fine = state.assessment && state.assessment->verdict == cluster::Verdict::Ok;
    m_none->setText(fine ? tr("Nothing to report: every node answers and every rule holds.")
                         : tr("Nothing is known yet."));
}

} // namespace howdah::widgets
