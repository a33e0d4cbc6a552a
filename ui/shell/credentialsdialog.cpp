// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/credentialsdialog.h"

#include <QBoxLayout>
#include <QPushButton>
#include <QScrollArea>

#include "shell/consentdialog.h"
#include "shell/credentialpane.h"
#include "theme/howdahstyle.h"
#include "theme/metrics.h"
#include "widgets/buttons.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {
constexpr int kWidth = 640;
constexpr int kMostHeight = 620; // of the providers: what has more of them scrolls
} // namespace

CredentialsDialog::CredentialsDialog(const QString &cluster, QWidget *parent)
    : QDialog(parent)
    , m_cluster(cluster)
    , m_message(new widgets::Label(FontRole::Small, Token::Text2))
    , m_scroll(new QScrollArea)
    , m_place(new widgets::SegmentedControl(tr("Place of credentials"),
                                            {tr("Keep in the keyring"), tr("Until the console is closed")}))
{
    setObjectName(QStringLiteral("credentials-dialog"));
    setWindowTitle(tr("Credentials for the addresses of %1").arg(cluster));
    setBackgroundRole(QPalette::Base);
    setAutoFillBackground(true);
    m_message->setObjectName(QStringLiteral("credentials-message"));
    m_message->setParagraph();
    m_message->setContentsMargins(metric::kPanePadding, metric::kSpace3, metric::kPanePadding, metric::kSpace3);
    auto *content = new QWidget;
    content->setObjectName(QStringLiteral("credentials-content"));
    m_column = new QVBoxLayout(content);
    m_column->setContentsMargins(0, 0, 0, 0);
    m_column->setSpacing(0);
    m_column->addStretch();
    m_scroll->setObjectName(QStringLiteral("credentials-scroll"));
    m_scroll->setFrameShape(QFrame::NoFrame);
    m_scroll->setWidgetResizable(true);
    m_scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_scroll->setWidget(content);
    auto *close = new QPushButton(tr("Close"));
    close->setObjectName(QStringLiteral("credentials-close"));
    close->setAutoDefault(false);
    theme::setDialogSize(close);
    auto *footer = new widgets::Ground(false);
    footer->setObjectName(QStringLiteral("credentials-footer"));
    footer->setFixedHeight(60);
    auto *row = new QHBoxLayout(footer);
    row->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, 0);
    row->setSpacing(metric::kSpace3);
    row->addWidget(m_place);
    row->addStretch();
    row->addWidget(close);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_message);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(m_scroll, 1);
    layout->addWidget(new widgets::Hairline);
    layout->addWidget(footer);
    setFixedWidth(kWidth);
    m_message->setText(tr("The desktop's keyring is being asked."));
    connect(close, &QPushButton::clicked, this, &QDialog::reject);
}

bool CredentialsDialog::inKeyring() const
{
    return m_place->currentIndex() == 0;
}

CredentialPane *CredentialsDialog::pane(const QString &account) const
{
    for (CredentialPane *one : m_panes) {
        if (one->account() == account) {
            return one;
        }
    }
    return nullptr;
}

CredentialPane *CredentialsDialog::makePane(const toolfiles::Standing &standing)
{
    auto *made = new CredentialPane(standing);
    if (!m_panes.empty()) {
        m_column->insertWidget(m_column->count() - 1, new widgets::Hairline);
    }
    m_column->insertWidget(m_column->count() - 1, made);
    made->show(); // or it has no height yet, in a dialog that is shown already
    m_panes.push_back(made);
    const QString account = standing.account;
    connect(made, &CredentialPane::entered, this,
            [this, account](const addresses::Values &values) { Q_EMIT entered(account, values, inKeyring()); });
    connect(made, &CredentialPane::removeRequested, this, [this, account] { Q_EMIT removeRequested(account); });
    connect(
        made, &CredentialPane::importRequested, this,
        [this, account](const toolfiles::Offer &offer, const QString &rights) { askConsent(account, offer, rights); });
    return made;
}

void CredentialsDialog::setStandings(const std::vector<toolfiles::Standing> &standings, const QString &keyring)
{
    for (const toolfiles::Standing &standing : standings) {
        if (CredentialPane *known = pane(standing.account)) {
            known->setStanding(standing);
        } else {
            makePane(standing);
        }
    }
    m_message->setText(
        keyring.isEmpty() ? tr("The environment goes first, then what is given until the console is closed, then the "
                               "desktop's keyring. What is given here is shown nowhere, and sent to its provider only.")
                          : keyring + tr(" What is given here holds until the console is closed."));
    if (!keyring.isEmpty()) {
        m_place->setCurrentIndex(1);
    }
    m_place->setEnabled(keyring.isEmpty());
    fit();
}

/// As high as what there is, within reason.
void CredentialsDialog::fit()
{
    QLayout *content = m_scroll->widget()->layout();
    content->activate();
    const int wanted = content->heightForWidth(kWidth);
    m_scroll->setMinimumHeight(std::min(wanted, kMostHeight));
    adjustSize();
}

void CredentialsDialog::say(const QString &account, const QString &text, bool isError)
{
    if (CredentialPane *of = pane(account)) {
        of->say(text, isError);
        fit();
    }
}

void CredentialsDialog::askConsent(const QString &account, const toolfiles::Offer &offer, const QString &rights)
{
    const bool kept = inKeyring();
    auto *consent = new ConsentDialog(offer, rights, kept, this);
    consent->setAttribute(Qt::WA_DeleteOnClose);
    connect(consent, &QDialog::accepted, this, [this, consent, account, tool = offer.tool, kept] {
        Q_EMIT importRequested(account, tool, consent->context(), kept);
    });
    consent->open();
}

} // namespace howdah::shell
