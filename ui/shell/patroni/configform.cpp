// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/patroni/configform.h"

#include <QBoxLayout>
#include <QPlainTextEdit>
#include <QPushButton>
#include <QTextBlock>

#include "operations/patroni/patroniplans.h"
#include "shell/operationplan.h"
#include "shell/operationrun.h"
#include "tables/patronimodels.h"
#include "theme/metrics.h"
#include "theme/theme.h"
#include "widgets/datatable.h"
#include "widgets/label.h"
#include "widgets/panes.h"

namespace howdah::shell {

using namespace operations::patroni;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kHeight = 336;

} // namespace

ConfigForm::ConfigForm(const QString &cluster, QWidget *parent)
    : PatroniForm(parent)
    , m_cluster(cluster)
    , m_head(new widgets::PaneHeader(tr("Settings")))
    , m_text(textPane(QStringLiteral("config-text"), tr("Patroni's settings, in JSON")))
    , m_problem(new widgets::Label(FontRole::Small, Token::Text2))
    , m_reset(new QPushButton(tr("Start &over")))
    , m_changesHead(new widgets::PaneHeader(tr("Changes")))
    , m_model(new tables::SettingChangesModel(this))
{
    setObjectName(QStringLiteral("patroni-form"));
    auto *row = new QHBoxLayout(this);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(buildEditor(), 12);
    row->addWidget(new widgets::Hairline(Qt::Vertical));
    row->addWidget(buildChanges(), 13);
    setFixedHeight(kHeight);
    setFocusProxy(m_text);
    connect(m_text, &QPlainTextEdit::textChanged, this, &ConfigForm::edited);
    connect(m_reset, &QPushButton::clicked, this, [this] {
        load();
        Q_EMIT changed();
    });
    showChanges();
}

QWidget *ConfigForm::buildEditor()
{
    auto *side = new QWidget;
    side->setObjectName(QStringLiteral("config-editor"));
    side->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Expanding);
    m_reset->setObjectName(QStringLiteral("config-reset"));
    m_reset->setAutoDefault(false);
    m_reset->setToolTip(tr("Reads the settings anew; what was written here is gone"));
    m_head->addWidget(m_reset);
    m_text->setReadOnly(true); // until there is something to edit
    m_text->setMaximumBlockCount(0);
    m_text->setLineWrapMode(QPlainTextEdit::NoWrap);
    m_text->setTabStopDistance(4 * m_text->fontMetrics().horizontalAdvance(QLatin1Char(' ')));
    m_problem->setObjectName(QStringLiteral("config-problem"));
    m_problem->setElided(true);
    m_problem->setContentsMargins(metric::kPanePadding, metric::kSpace1, metric::kPanePadding, metric::kSpace2);
    auto *layout = columnIn(side);
    layout->addWidget(m_head);
    layout->addWidget(m_text, 1);
    layout->addWidget(m_problem);
    return side;
}

QWidget *ConfigForm::buildChanges()
{
    auto *side = new QWidget;
    side->setObjectName(QStringLiteral("config-changes"));
    side->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Expanding);
    auto *table = new widgets::DataTable(tr("Changes"));
    table->setSortingEnabled(false);
    table->setModel(m_model);
    table->setDense(true);
    auto *layout = columnIn(side);
    layout->addWidget(m_changesHead);
    layout->addWidget(table, 1);
    return side;
}

QString ConfigForm::title() const
{
    return tr("Patroni's configuration of %1").arg(m_cluster);
}

QString ConfigForm::runText() const
{
    return m_changes == 0   ? tr("&Change settings")
           : m_changes == 1 ? tr("&Change 1 setting")
                            : tr("&Change %1 settings").arg(m_changes);
}

QString ConfigForm::doneSentence() const
{
    return tr("Patroni has the new settings.");
}

QString ConfigForm::readySentence() const
{
    return tr("Only what stands under Changes is sent.");
}

QSize ConfigForm::wantedSize() const
{
    return {1088, 776};
}

operations::Plan ConfigForm::plan(const PatroniFacts &facts, const QString &cluster) const
{
    if (facts.config && !m_read.isGood()) {
        return planUnread(facts, cluster, tr("line %1: %2").arg(m_read.wrongLine).arg(m_read.problem), m_read.hint);
    }
    operations::Plan plan = planFor(facts, cluster, {.kind = Request::Kind::Configure, .change = m_change},
                                    QDateTime::currentDateTimeUtc());
    if (m_change.isEmpty()) { // nobody has asked for anything yet: that is no refusal
        std::erase_if(plan.checks,
                      [](const operations::Check &one) { return one.id == QLatin1String("patroni_change"); });
    }
    return plan;
}

QString ConfigForm::whyNoPlan() const
{
    if (!m_isLoaded) {
        return {};
    }
    if (m_isSecret) {
        return tr("Something secret stands there: use patronictl edit-config.");
    }
    if (!m_read.isGood()) {
        return tr("Line %1 can't be read. Nothing is changed.").arg(m_read.wrongLine);
    }
    return m_changes == 0 ? tr("Edit a setting above. Nothing is changed yet.") : QString();
}

void ConfigForm::setFacts(const PatroniFacts &facts)
{
    m_facts = facts;
    const bool untouched = m_isLoaded && m_read.isGood() && m_change.isEmpty();
    if (facts.config && (!m_isLoaded || (untouched && facts.config->whole != m_base))) {
        load();
    } else {
        showChanges();
    }
}

/// Puts what Patroni has now into the field.
void ConfigForm::load()
{
    if (!m_facts.config) {
        return;
    }
    m_base = m_facts.config->whole;
    m_isSecret = holdsSecrets(m_base);
    m_isLoaded = true;
    m_text->setReadOnly(m_isSecret);
    m_text->setPlainText(textOf(m_isSecret ? masked(m_base) : m_base).trimmed());
}

void ConfigForm::edited()
{
    m_read = configFrom(m_text->toPlainText());
    m_change = m_read.isGood() && !m_isSecret ? managers::changeBetween(m_base, m_read.config) : QJsonObject();
    showChanges();
    Q_EMIT changed();
}

void ConfigForm::showChanges()
{
    const QJsonObject now = m_facts.config ? m_facts.config->whole : QJsonObject();
    const auto changes = differences(now, managers::patched(now, m_change));
    m_changes = static_cast<int>(changes.size());
    m_model->setChanges(changes, m_facts);
    m_changesHead->setSubtitle(m_changes == 0 ? tr("none yet") : tr("against what Patroni has now"));
    m_reset->setEnabled(m_isLoaded && !m_isSecret && (!m_change.isEmpty() || !m_read.isGood()));
    const bool elsewhere = m_isLoaded && now != m_base;
    m_head->setSubtitle(elsewhere ? tr("changed elsewhere meanwhile, which stays so")
                                  : tr("a key taken out is taken away"));
    m_problem->setToken(m_read.isGood() ? Token::Text3 : Token::Critical);
    m_problem->setText(!m_isLoaded       ? tr("Patroni is being asked …")
                       : m_isSecret      ? tr("Keys named like a password's are masked, and nothing is edited here.")
                       : m_read.isGood() ? tr("JSON that can be read.")
                                         : tr("Line %1: %2.").arg(m_read.wrongLine).arg(m_read.problem));
    markLine(m_read.wrongLine);
}

/// The one that can't be read is tinted.
void ConfigForm::markLine(int line)
{
    QList<QTextEdit::ExtraSelection> marks;
    if (line > 0) {
        QTextEdit::ExtraSelection mark;
        mark.cursor = QTextCursor(m_text->document()->findBlockByNumber(line - 1));
        mark.format.setBackground(theme::color(Token::CriticalTint));
        mark.format.setProperty(QTextFormat::FullWidthSelection, true);
        marks.append(mark);
    }
    m_text->setExtraSelections(marks);
}

} // namespace howdah::shell
