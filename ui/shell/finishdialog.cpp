// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/finishdialog.h"

#include <QBoxLayout>
#include <QPushButton>

#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using operations::Finish;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kWidth = 560;
constexpr int kMostSteps = 12;

/// One a line, the first of them.
QString linesOf(const QStringList &titles)
{
    QStringList lines;
    for (const QString &title : titles.mid(0, kMostSteps)) {
        lines.append(QStringLiteral("–  ") + title);
    }
    if (titles.size() > kMostSteps) {
        lines.append(FinishDialog::tr("–  and %1 more").arg(titles.size() - kMostSteps));
    }
    return lines.join(QLatin1Char('\n'));
}

} // namespace

FinishDialog::FinishDialog(const QString &cluster, const QString &id, Finish how, QWidget *parent)
    : QDialog(parent)
    , m_cluster(cluster)
    , m_id(id)
    , m_how(how)
    , m_title(new widgets::Label(FontRole::BodyStrong, Token::Text1))
    , m_standing(new widgets::Label(FontRole::Small, Token::Text2))
    , m_next(new widgets::Label(FontRole::Small, Token::Text1))
    , m_yes(new QPushButton(how == Finish::Resume ? tr("&Resume the operation") : tr("&Undo the operation")))
{
    setObjectName(QStringLiteral("finish-dialog"));
    setWindowTitle(how == Finish::Resume ? tr("Resume an interrupted operation") : tr("Undo an interrupted operation"));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_title->setObjectName(QStringLiteral("finish-title"));
    m_standing->setObjectName(QStringLiteral("finish-standing"));
    m_next->setObjectName(QStringLiteral("finish-next"));
    m_yes->setObjectName(QStringLiteral("finish-yes"));
    m_title->setWordWrap(true);
    m_standing->setParagraph();
    m_next->setParagraph();
    auto *cancel = new QPushButton(tr("Cancel"));
    cancel->setObjectName(QStringLiteral("finish-cancel"));
    auto *text = new QVBoxLayout;
    text->setContentsMargins(metric::kPanePadding, metric::kSpace4, metric::kPanePadding, metric::kSpace4);
    text->setSpacing(metric::kSpace3);
    for (widgets::Label *label : {m_title, m_standing, m_next}) {
        text->addWidget(label);
    }
    text->addStretch();
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(QStringLiteral("finish-footer"));
    footer->setFixedHeight(60);
    auto *buttons = new QHBoxLayout(footer);
    buttons->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    buttons->setSpacing(metric::kSpace3);
    buttons->addStretch();
    for (QPushButton *button : {cancel, m_yes}) {
        button->setAutoDefault(false);
        theme::setDialogSize(button);
        buttons->addWidget(button);
    }
    theme::setFilled(m_yes);
    cancel->setDefault(true); // nothing is done by a key that was meant for something else
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addLayout(text, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(footer);
    setFixedWidth(kWidth);
    cancel->setFocus();
    connect(cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_yes, &QPushButton::clicked, this, &QDialog::accept);
}

void FinishDialog::setOperation(const std::shared_ptr<const operations::Operation> &operation, const QString &whyNot)
{
    m_yes->setEnabled(whyNot.isEmpty());
    if (!whyNot.isEmpty() || !operation) {
        m_next->setText(tr("Not possible any more: %1.").arg(whyNot));
        return;
    }
    m_title->setText(operation->plan.title);
    m_standing->setText(operations::standingText(*operation));
    const operations::Standing now = operations::standing(*operation);
    const QStringList again = now.underWay + now.failed + now.remains;
    m_next->setText(m_how == Finish::Resume ? tr("Resume looks first whether what was begun has been done after all, "
                                                 "then goes on with:\n%1")
                                                  .arg(linesOf(again))
                                            : tr("Undo takes back, last first:\n%1").arg(linesOf(now.toUndo)));
}

} // namespace howdah::shell
