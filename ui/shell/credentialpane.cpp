// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/credentialpane.h"

#include <QBoxLayout>
#include <QGridLayout>
#include <QLineEdit>
#include <QPushButton>

#include "theme/metrics.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using addresses::Source;
using cluster::Verdict;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

CredentialPane::CredentialPane(const toolfiles::Standing &standing, QWidget *parent)
    : QWidget(parent)
    , m_standing(standing)
    , m_head(new widgets::PaneHeader(standing.title))
    , m_rights(new widgets::Label(FontRole::Small, Token::Text2))
    , m_note(new widgets::Label(FontRole::Small, Token::Text2))
    , m_said(new widgets::Label(FontRole::Small, Token::Text2))
    , m_enter(new QPushButton(tr("Use these")))
    , m_remove(new QPushButton(tr("Remove")))
{
    const QString name = QStringLiteral("credentials-") + standing.account;
    setObjectName(name);
    m_rights->setObjectName(name + QStringLiteral("-rights"));
    m_note->setObjectName(name + QStringLiteral("-note"));
    m_said->setObjectName(name + QStringLiteral("-said"));
    m_enter->setObjectName(name + QStringLiteral("-enter"));
    m_remove->setObjectName(name + QStringLiteral("-remove"));
    m_enter->setAccessibleName(tr("Use these credentials for %1").arg(standing.title));
    m_remove->setAccessibleName(tr("Remove the credentials for %1").arg(standing.title));
    m_rights->setText(tr("The least that suffices: %1.").arg(standing.rights));
    for (widgets::Label *label : {m_rights, m_note, m_said}) {
        label->setParagraph();
        label->setMinimumHeight(1); // what it needs at its width is asked for, not at its narrowest
    }
    auto *grid = new QGridLayout;
    grid->setHorizontalSpacing(metric::kSpace3);
    grid->setVerticalSpacing(metric::kSpace2);
    grid->setColumnStretch(1, 1);
    makeFields(grid);
    auto *row = new QHBoxLayout;
    row->setSpacing(metric::kSpace2);
    makeButtons(row);
    auto *column = new QVBoxLayout;
    column->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kSpace3);
    column->setSpacing(metric::kSpace2);
    column->addWidget(m_rights);
    column->addWidget(m_note);
    column->addLayout(grid);
    column->addLayout(row);
    column->addWidget(m_said);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    layout->addWidget(m_head);
    layout->addLayout(column);
    m_said->hide();
    showStanding();
    showWhetherComplete();
    connect(m_enter, &QPushButton::clicked, this, &CredentialPane::enter);
    connect(m_remove, &QPushButton::clicked, this, &CredentialPane::removeRequested);
}

void CredentialPane::makeFields(QGridLayout *grid)
{
    for (const addresses::Field &field : m_standing.fields) {
        auto *edit = new QLineEdit;
        edit->setObjectName(QStringLiteral("credentials-%1-%2").arg(m_standing.account, field.variable));
        edit->setAccessibleName(field.variable);
        edit->setPlaceholderText(field.isNeeded ? QString() : tr("where there is one"));
        if (field.isSecret) { // nor can it be copied from there
            edit->setEchoMode(QLineEdit::Password);
            edit->setInputMethodHints(Qt::ImhSensitiveData | Qt::ImhNoPredictiveText | Qt::ImhHiddenText);
        }
        auto *label = new widgets::Label(field.variable, FontRole::Small, Token::Text2);
        label->setObjectName(edit->objectName() + QStringLiteral("-label"));
        label->setBuddy(edit);
        const int row = grid->rowCount();
        grid->addWidget(label, row, 0);
        grid->addWidget(edit, row, 1);
        connect(edit, &QLineEdit::textChanged, this, &CredentialPane::showWhetherComplete);
        connect(edit, &QLineEdit::returnPressed, this, &CredentialPane::enter);
        m_fields.push_back(edit);
    }
}

void CredentialPane::makeButtons(QHBoxLayout *row)
{
    row->addStretch();
    for (const toolfiles::Offer &offer : m_standing.offers) {
        auto *button = new QPushButton(tr("Import from %1…").arg(offer.tool));
        button->setObjectName(QStringLiteral("credentials-%1-import-%2").arg(m_standing.account, offer.tool));
        button->setAutoDefault(false);
        row->addWidget(button);
        connect(button, &QPushButton::clicked, this,
                [this, offer] { Q_EMIT importRequested(offer, m_standing.rights); });
    }
    for (QPushButton *button : {m_remove, m_enter}) {
        button->setAutoDefault(false);
        row->addWidget(button);
    }
}

void CredentialPane::setStanding(const toolfiles::Standing &standing)
{
    m_standing = standing; // fields and offers stay those that it was made with
    showStanding();
}

void CredentialPane::showStanding()
{
    const bool any = m_standing.used.has_value();
    m_head->setVerdict(any ? Verdict::Ok : Verdict::Unknown,
                       any ? tr("from %1").arg(toolfiles::toString(*m_standing.used)) : tr("none"));
    const bool isHeld = !m_standing.run.isEmpty() || !m_standing.keyring.isEmpty();
    m_remove->setEnabled(isHeld);
    QStringList notes;
    if (m_standing.used == Source::Environment) {
        notes.append(tr("The environment has %1: it goes before what is given here.")
                         .arg(m_standing.environment.join(QStringLiteral(", "))));
    }
    if (!m_standing.keyring.isEmpty()) {
        notes.append(tr("The keyring has %1.").arg(m_standing.keyring.join(QStringLiteral(", "))));
    }
    if (!m_standing.run.isEmpty()) {
        notes.append(tr("Until the console is closed it has %1.").arg(m_standing.run.join(QStringLiteral(", "))));
    }
    m_note->setText(notes.join(QLatin1Char(' ')));
    m_note->setVisible(!notes.isEmpty());
}

void CredentialPane::say(const QString &text, bool isError)
{
    m_said->setToken(isError ? Token::Critical : Token::Text2);
    m_said->setText(text);
    m_said->setVisible(!text.isEmpty());
}

void CredentialPane::showWhetherComplete()
{
    bool isComplete = !m_fields.empty();
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        isComplete = isComplete && (!m_standing.fields[i].isNeeded || !m_fields[i]->text().trimmed().isEmpty());
    }
    m_enter->setEnabled(isComplete);
}

void CredentialPane::enter()
{
    if (!m_enter->isEnabled()) {
        return;
    }
    addresses::Values values;
    for (std::size_t i = 0; i < m_fields.size(); ++i) {
        if (const QString value = m_fields[i]->text().trimmed(); !value.isEmpty()) {
            values.insert(m_standing.fields[i].variable, value);
        }
        m_fields[i]->setText({}); // unlike clear(), that can't be undone
    }
    say({}, false);
    Q_EMIT entered(values);
}

} // namespace howdah::shell
