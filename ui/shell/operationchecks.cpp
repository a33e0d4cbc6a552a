// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/operationchecks.h"

#include <QBoxLayout>
#include <QCheckBox>
#include <QEvent>
#include <QPainter>
#include <QScrollArea>
#include <QShortcut>

#include "core/sentences.h"
#include "tables/operationmodels.h"
#include "theme/glyphs.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using operations::Check;
using operations::CheckResult;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kGlyph = 14;
constexpr int kMostCards = 260; ///< px; more scroll

/// Stays the same while its numbers change.
QString keyOf(const Check &check)
{
    return check.id + QLatin1Char('/') + check.title;
}

} // namespace

WarningCard::WarningCard(const QString &key, QWidget *parent)
    : QWidget(parent)
    , m_key(key)
    , m_title(new widgets::Label(FontRole::BodyStrong, Token::Text1))
    , m_text(new widgets::Label(FontRole::Small, Token::Text2))
    , m_accepted(new QCheckBox(tr("Accepted")))
{
    const QString name = key.section(QLatin1Char('/'), 0, 0);
    setObjectName(QStringLiteral("warning-") + name);
    m_accepted->setObjectName(QStringLiteral("accept-") + name);
    m_text->setParagraph();
    m_title->setElided(true);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::kSpace3 + kGlyph + metric::kSpace2, metric::kSpace2, metric::kSpace3,
                               metric::kSpace2);
    layout->setSpacing(metric::kSpace1);
    layout->addWidget(m_title);
    layout->addWidget(m_text);
    layout->addWidget(m_accepted, 0, Qt::AlignLeft);
    connect(m_accepted, &QCheckBox::toggled, this, &WarningCard::acceptedChanged);
}

void WarningCard::setCheck(const Check &check)
{
    const QString text = check.remedy.isEmpty() ? check.evidence : core::sentences({check.evidence, check.remedy});
    m_title->setText(check.title);
    m_text->setText(text);
    m_accepted->setAccessibleName(tr("Accept: %1").arg(check.title));
    m_accepted->setAccessibleDescription(text);
}

bool WarningCard::isAccepted() const
{
    return m_accepted->isChecked();
}

void WarningCard::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    theme::paintRounded(&painter, rect(), metric::kRadiusControl, theme::color(Token::WarningTint),
                        theme::color(Token::WarningLine));
    const int y = m_title->y() + (m_title->height() - kGlyph) / 2;
    theme::paintVerdict(&painter, QRectF(metric::kSpace3, y, kGlyph, kGlyph), cluster::Verdict::Warning);
}

ChecksPanel::ChecksPanel(const QString &dialog, const QString &howOften, QWidget *parent)
    : QWidget(parent)
    , m_howOften(howOften)
    , m_head(new widgets::PaneHeader(tr("Checks")))
    , m_passed(new widgets::VerdictLabel)
    , m_worst(new widgets::VerdictLabel)
    , m_scroll(new QScrollArea)
    , m_cardsBox(new QWidget)
    , m_cardsLayout(new QVBoxLayout(m_cardsBox))
    , m_model(new tables::ChecksModel(this))
    , m_table(new widgets::DataTable(tr("Checks")))
{
    setObjectName(dialog + QStringLiteral("-checks"));
    m_head->addWidget(m_passed);
    m_head->addWidget(m_worst);
    m_passed->setObjectName(QStringLiteral("checks-passed"));
    m_worst->setObjectName(QStringLiteral("checks-worst"));
    m_cardsBox->setObjectName(QStringLiteral("warning-cards"));
    m_cardsLayout->setContentsMargins(metric::kPanePadding, 0, metric::kPanePadding, metric::kSpace2);
    m_cardsLayout->setSpacing(metric::kSpace2);
    m_table->setSortingEnabled(false); // they have an order of their own
    m_table->setModel(m_model);
    m_table->setDense(true);
    m_table->setPlain();
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    auto *scroll = m_scroll;
    scroll->setObjectName(QStringLiteral("warnings-scroll"));
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setWidget(m_cardsBox);
    layout->addWidget(m_head);
    layout->addWidget(scroll);
    layout->addWidget(m_table, 1);
    scroll->setFixedHeight(0);
    m_cardsBox->installEventFilter(this);
    connect(m_table, &QTableView::clicked, this, [this](const QModelIndex &) { toggleSelected(); });
    for (const int key : {Qt::Key_Space, Qt::Key_Return}) {
        auto *shortcut = new QShortcut(QKeySequence(key), m_table, nullptr, nullptr, Qt::WidgetShortcut);
        connect(shortcut, &QShortcut::activated, this, &ChecksPanel::toggleSelected);
    }
}

void ChecksPanel::toggleSelected()
{
    m_model->toggle(m_table->selectedKey());
}

void ChecksPanel::setPlan(const operations::Plan &plan)
{
    m_model->setChecks(plan.checks);
    const int passed = m_model->count(CheckResult::Passed);
    const int failed = m_model->count(CheckResult::Failed), unknown = m_model->count(CheckResult::Unknown);
    const int warnings = m_model->count(CheckResult::Warning);
    m_head->setSubtitle(plan.checks.empty() ? tr("asking the nodes …")
                                            : tr("%1, %2").arg(plan.checks.size()).arg(m_howOften));
    m_passed->setVisible(passed > 0);
    m_passed->setVerdict(cluster::Verdict::Ok, QString::number(passed));
    m_passed->setAccessibleName(tr("%1 passed").arg(passed));
    const CheckResult worst = operations::worst(plan.checks);
    const int number = failed > 0 ? failed : unknown > 0 ? unknown : warnings;
    m_worst->setVisible(worst != CheckResult::Passed);
    m_worst->setVerdict(tables::verdictOf(worst), QString::number(number));
    m_worst->setAccessibleName(QStringLiteral("%1 %2").arg(number).arg(operations::toString(worst)));
    setCards(plan.checks);
}

void ChecksPanel::setCards(const std::vector<Check> &checks)
{
    std::vector<WarningCard *> cards;
    for (const Check &check : checks) {
        if (check.result != CheckResult::Warning) {
            continue;
        }
        const QString key = keyOf(check);
        const auto known =
            std::find_if(m_cards.begin(), m_cards.end(), [&](const WarningCard *card) { return card->key() == key; });
        WarningCard *card = known == m_cards.end() ? new WarningCard(key) : *known;
        if (known == m_cards.end()) {
            connect(card, &WarningCard::acceptedChanged, this, &ChecksPanel::acceptedChanged);
        } else {
            m_cards.erase(known);
            m_cardsLayout->removeWidget(card);
        }
        card->setCheck(check);
        m_cardsLayout->addWidget(card);
        card->show(); // the layout counts only what is shown
        cards.push_back(card);
    }
    for (WarningCard *gone : m_cards) {
        delete gone;
    }
    m_cards = cards;
    fitCards();
}

/// As high as the cards need, up to a limit.
void ChecksPanel::fitCards()
{
    const int room = std::max(200, width());
    const int wanted = m_cards.empty()                      ? 0
                       : m_cardsLayout->hasHeightForWidth() ? m_cardsLayout->heightForWidth(room)
                                                            : m_cardsLayout->sizeHint().height();
    m_cardsBox->setFixedHeight(wanted);
    m_scroll->setFixedHeight(std::min(kMostCards, wanted));
}

/// Cards that are new have their real height only once they were laid out.
bool ChecksPanel::eventFilter(QObject *watched, QEvent *event)
{
    if (watched == m_cardsBox && event->type() == QEvent::LayoutRequest) {
        fitCards();
    }
    return QWidget::eventFilter(watched, event);
}

void ChecksPanel::resizeEvent(QResizeEvent *event)
{
    QWidget::resizeEvent(event);
    fitCards();
}

void ChecksPanel::forget()
{
    setPlan({});
}

int ChecksPanel::notAccepted() const
{
    return static_cast<int>(
        std::count_if(m_cards.begin(), m_cards.end(), [](const WarningCard *card) { return !card->isAccepted(); }));
}

} // namespace howdah::shell
