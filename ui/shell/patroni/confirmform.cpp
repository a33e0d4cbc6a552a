// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/patroni/confirmform.h"

#include <QBoxLayout>
#include <QLineEdit>

#include "theme/metrics.h"
#include "widgets/label.h"

namespace howdah::shell {

using namespace operations::patroni;
using Kind = Request::Kind;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

ConfirmForm::ConfirmForm(const QString &cluster, const Request &request, QWidget *parent)
    : PatroniForm(parent)
    , m_cluster(cluster)
    , m_request(request)
    , m_about(new widgets::Label(FontRole::Body, Token::Text1))
{
    setObjectName(QStringLiteral("patroni-form"));
    m_about->setObjectName(QStringLiteral("patroni-about"));
    m_about->setParagraph();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::kPanePadding, metric::kSpace4, metric::kPanePadding, metric::kSpace4);
    layout->setSpacing(metric::kSpace3);
    layout->addWidget(m_about);
    if (request.kind == Kind::Reinitialize) {
        m_typed = new QLineEdit;
        m_typed->setObjectName(QStringLiteral("patroni-confirm"));
        m_typed->setFixedWidth(240);
        auto *label = new widgets::Label(tr("&Type %1 to confirm").arg(withoutMnemonic(request.node)), FontRole::Small,
                                         Token::Text2);
        label->setObjectName(QStringLiteral("patroni-confirm-label"));
        label->setBuddy(m_typed);
        m_typed->setAccessibleName(tr("Type %1 to confirm").arg(request.node));
        auto *row = new QHBoxLayout;
        row->setSpacing(metric::kSpace3);
        row->addWidget(label);
        row->addWidget(m_typed);
        row->addStretch();
        layout->addLayout(row);
        setFocusProxy(m_typed);
        connect(m_typed, &QLineEdit::textChanged, this, &PatroniForm::changed);
    }
    m_about->setText(about({}));
}

QString ConfirmForm::title() const
{
    switch (m_request.kind) {
    case Kind::Pause:
        return tr("Pause Patroni on %1").arg(m_cluster);
    case Kind::Resume:
        return tr("Resume Patroni on %1").arg(m_cluster);
    case Kind::Restart:
        return tr("Restart PostgreSQL on %1").arg(m_request.node);
    case Kind::Reinitialize:
        return tr("Reinitialize %1").arg(m_request.node);
    default:
        return tr("Cancel the scheduled switchover of %1").arg(m_cluster);
    }
}

QString ConfirmForm::runText() const
{
    switch (m_request.kind) {
    case Kind::Pause:
        return tr("&Pause Patroni");
    case Kind::Resume:
        return tr("&Resume Patroni");
    case Kind::Restart:
        return tr("&Restart %1").arg(withoutMnemonic(m_request.node));
    case Kind::Reinitialize:
        return tr("&Reinitialize %1").arg(withoutMnemonic(m_request.node));
    default:
        return tr("Cancel the &switchover");
    }
}

QString ConfirmForm::doneSentence() const
{
    switch (m_request.kind) {
    case Kind::Pause:
        return tr("Patroni is paused: nobody takes over from a primary that fails.");
    case Kind::Resume:
        return tr("Patroni looks after %1 again.").arg(m_cluster);
    case Kind::Restart:
        return tr("%1 has been restarted.").arg(m_request.node);
    case Kind::Reinitialize:
        return tr("%1 was copied anew, and streams.").arg(m_request.node);
    default:
        return tr("No switchover is scheduled any more.");
    }
}

/// Beside "Cancel the switchover" a button "Cancel" would say nothing.
QString ConfirmForm::leaveText() const
{
    return m_request.kind == Kind::Cancel ? tr("Keep it") : PatroniForm::leaveText();
}

QSize ConfirmForm::wantedSize() const
{
    return {960, 600};
}

operations::Plan ConfirmForm::plan(const PatroniFacts &facts, const QString &cluster) const
{
    return planFor(facts, cluster, m_request, QDateTime::currentDateTimeUtc());
}

QString ConfirmForm::whyNotYet() const
{
    return m_typed && m_typed->text() != m_request.node ? tr("Type %1 above to confirm.").arg(m_request.node)
                                                        : QString();
}

void ConfirmForm::setFacts(const PatroniFacts &facts)
{
    m_about->setText(about(facts));
}

QString ConfirmForm::about(const PatroniFacts &facts) const
{
    const Member *member = facts.called(m_request.node);
    const Member *leader = facts.leader();
    const QString from = leader ? leader->node : tr("the leader");
    switch (m_request.kind) {
    case Kind::Pause:
        return tr("Patroni stops looking after %1: it restarts nothing, and lets nobody take over from a primary that "
                  "fails, until somebody resumes it. PostgreSQL goes on as it runs.")
            .arg(m_cluster);
    case Kind::Resume:
        return tr("Patroni looks after %1 again, and acts at once on what it finds: it starts what does not run, and "
                  "fails over from a primary that is gone.")
            .arg(m_cluster);
    case Kind::Restart:
        return member && member->member.isLeader() ? tr("Patroni stops PostgreSQL on %1 and starts it again. %1 leads: "
                                                        "writes wait meanwhile, and every "
                                                        "session ends.")
                                                         .arg(m_request.node)
                                                   : tr("Patroni stops PostgreSQL on %1 and starts it again. Every "
                                                        "session there ends; the primary goes "
                                                        "on.")
                                                         .arg(m_request.node);
    case Kind::Reinitialize:
        return tr("Patroni throws the data directory of %1 away and copies it anew from %2. Until that has ended, for "
                  "hours with a large cluster, %1 serves nobody and can't take over.")
            .arg(m_request.node, from);
    default:
        return facts.cluster.switchoverAt.isEmpty()
                   ? tr("Patroni forgets the switchover that it was to do by itself. Nothing else changes.")
                   : tr("Patroni forgets the switchover to %1 that it was to do by itself at %2. Nothing else changes.")
                         .arg(facts.cluster.switchoverTo.isEmpty() ? tr("any member") : facts.cluster.switchoverTo,
                              facts.cluster.switchoverAt);
    }
}

} // namespace howdah::shell
