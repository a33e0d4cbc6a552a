// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/messagebar.h"

#include <QKeyEvent>
#include <QToolButton>

#include "theme/icons.h"

namespace howdah::widgets {

MessageBar::MessageBar(QWidget *parent)
    : NoticeBar(QStringLiteral("message"), parent)
    , m_close(new QToolButton)
{
    m_close->setObjectName(QStringLiteral("message-close"));
    m_close->setAccessibleName(tr("Close this message"));
    m_close->setToolTip(tr("Close this message"));
    m_close->setIcon(theme::icon(QStringLiteral("close")));
    m_close->setFocusPolicy(Qt::StrongFocus);
    m_close->setAutoRaise(true);
    addWidget(m_close);
    connect(m_close, &QToolButton::clicked, this, &QWidget::hide);
}

void MessageBar::showError(const core::Error &error)
{
    const QString where = error.node.isEmpty() ? QString() : error.node + QStringLiteral(": ");
    setNotice(cluster::Verdict::Critical, where + error.message, error.hint);
    show();
}

void MessageBar::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Escape) {
        hide();
        return;
    }
    NoticeBar::keyPressEvent(event);
}

} // namespace howdah::widgets
