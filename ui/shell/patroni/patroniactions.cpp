// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/patroni/patroniactions.h"

#include <QWidget>

#include "core/servertext.h"
#include "shell/clusterview.h"
#include "shell/commandpalette.h"
#include "tables/roles.h"
#include "theme/icons.h"

namespace howdah::shell {

using operations::patroni::PatroniFacts;
using operations::patroni::Request;
using operations::patroni::whyNotAsked;
using Kind = Request::Kind;

PatroniActions::PatroniActions(QWidget *parent)
    : QObject(parent)
    , m_pause(add(QStringLiteral("pause"), QStringLiteral("pause"), Kind::Pause))
    , m_schedule(add(QStringLiteral("schedule"), QStringLiteral("switchover"), Kind::Schedule))
    , m_cancel(add(QStringLiteral("cancel"), QStringLiteral("close"), Kind::Cancel))
    , m_config(add(QStringLiteral("config"), QStringLiteral("settings"), Kind::Configure))
    , m_history(new QAction(parent))
{
    m_history->setObjectName(QStringLiteral("action-patroni-history"));
    setIcon(m_history, QStringLiteral("journal"));
    parent->addAction(m_history);
    connect(m_history, &QAction::triggered, this, &PatroniActions::historyRequested);
    update(nullptr);
}

QAction *PatroniActions::add(const QString &name, const QString &icon, Kind kind)
{
    auto *window = static_cast<QWidget *>(parent());
    auto *action = new QAction(window);
    action->setObjectName(QStringLiteral("action-patroni-") + name);
    setIcon(action, icon);
    window->addAction(action);
    connect(action, &QAction::triggered, this,
            [this, kind] { Q_EMIT requested({.kind = kind == Kind::Pause && m_paused ? Kind::Resume : kind}); });
    return action;
}

QList<QAction *> PatroniActions::actions() const
{
    return {m_pause, m_schedule, m_cancel, m_config, m_history};
}

void PatroniActions::offer(QAction *action, const QString &text, const QString &whyNot)
{
    const QString plain = QString(text).remove(QLatin1Char('&')).remove(QChar(0x2026));
    action->setText(text);
    action->setEnabled(whyNot.isEmpty());
    action->setToolTip(
        whyNot.isEmpty() ? plain : tables::plainToolTip(tr("Not possible: %1").arg(core::sanitizedName(whyNot))));
}

void PatroniActions::update(const ClusterView *current)
{
    const bool there = current && current->isOfPatroni();
    const PatroniFacts *facts = there ? current->patroni().get() : nullptr;
    for (QAction *action : actions()) {
        action->setVisible(there);
    }
    m_paused = facts && facts->cluster.paused;
    const auto whyNot = [facts](Kind kind) { return whyNotAsked(facts, {.kind = kind}); };
    const QString icon = m_paused ? QStringLiteral("resume") : QStringLiteral("pause");
    if (iconNameOf(m_pause) != icon) {
        setIcon(m_pause, icon);
    }
    offer(m_pause, m_paused ? tr("Resume Pa&troni…") : tr("Pause Pa&troni…"),
          whyNot(m_paused ? Kind::Resume : Kind::Pause));
    offer(m_schedule, tr("Schedule a switc&hover…"), whyNot(Kind::Schedule));
    offer(m_cancel, tr("Ca&ncel the scheduled switchover…"), whyNot(Kind::Cancel));
    offer(m_config, tr("Patroni's con&figuration…"), whyNot(Kind::Configure));
    // Whoever answers at all has a history.
    offer(m_history, tr("Patroni's histor&y…"), facts && facts->isKnown() ? QString() : whyNot(Kind::Configure));
}

} // namespace howdah::shell
