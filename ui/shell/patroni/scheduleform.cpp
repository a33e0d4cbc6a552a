// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/patroni/scheduleform.h"

#include <QBoxLayout>
#include <QComboBox>
#include <QDateTimeEdit>
#include <QSignalBlocker>

#include "core/units.h"
#include "theme/metrics.h"
#include "widgets/label.h"

namespace howdah::shell {

using namespace operations::patroni;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kProposedHour = 3; ///< of the night, when least is written

/// The next such hour that is still far enough away to be thought about.
QDateTime proposed(const QDateTime &now)
{
    QDateTime at(now.date(), QTime(kProposedHour, 0));
    return now.secsTo(at) < 600 ? at.addDays(1) : at;
}

} // namespace

ScheduleForm::ScheduleForm(const QString &cluster, QWidget *parent)
    : PatroniForm(parent)
    , m_cluster(cluster)
    , m_candidate(new QComboBox)
    , m_at(new QDateTimeEdit(proposed(QDateTime::currentDateTime())))
    , m_time(new widgets::Label(FontRole::Small, Token::Text2))
{
    setObjectName(QStringLiteral("patroni-form"));
    auto *about = new widgets::Label(tr("Patroni switches over by itself at that time, whether this console runs or "
                                        "not, and checks again then whether it may."),
                                     FontRole::Body, Token::Text1);
    about->setObjectName(QStringLiteral("patroni-about"));
    about->setParagraph();
    m_candidate->setObjectName(QStringLiteral("schedule-candidate"));
    m_candidate->setMinimumWidth(160);
    m_at->setObjectName(QStringLiteral("schedule-time"));
    m_at->setDisplayFormat(QStringLiteral("yyyy-MM-dd HH:mm"));
    m_at->setButtonSymbols(QAbstractSpinBox::NoButtons);
    m_at->setMinimumWidth(160);
    m_time->setObjectName(QStringLiteral("schedule-in"));
    m_time->setElided(true);
    auto *row = new QHBoxLayout;
    row->setSpacing(metric::kSpace3);
    const std::pair<QString, QWidget *> fields[] = {{tr("&To"), m_candidate}, {tr("&At, local time"), m_at}};
    for (const auto &[text, field] : fields) {
        auto *label = new widgets::Label(text, FontRole::Small, Token::Text2);
        label->setObjectName(field->objectName() + QStringLiteral("-label"));
        label->setBuddy(field);
        field->setAccessibleName(QString(text).remove(QLatin1Char('&')));
        row->addWidget(label);
        row->addWidget(field);
    }
    row->addWidget(m_time, 1);
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(metric::kPanePadding, metric::kSpace4, metric::kPanePadding, metric::kSpace4);
    layout->setSpacing(metric::kSpace3);
    layout->addWidget(about);
    layout->addLayout(row);
    connect(m_candidate, &QComboBox::currentIndexChanged, this, &PatroniForm::changed);
    connect(m_at, &QDateTimeEdit::dateTimeChanged, this, [this] {
        tellTime();
        Q_EMIT changed();
    });
    setFocusProxy(m_candidate);
    tellTime();
}

QString ScheduleForm::title() const
{
    return tr("Schedule a switchover of %1").arg(m_cluster);
}

QString ScheduleForm::runText() const
{
    return m_candidate->currentText().isEmpty()
               ? tr("&Schedule")
               : tr("&Schedule the switchover to %1").arg(withoutMnemonic(m_candidate->currentText()));
}

QString ScheduleForm::doneSentence() const
{
    return tr("Patroni will switch over to %1 at %2.")
        .arg(m_candidate->currentText(), m_at->dateTime().toString(m_at->displayFormat()));
}

QSize ScheduleForm::wantedSize() const
{
    return {960, 640};
}

Request ScheduleForm::request() const
{
    // Patroni takes no time without its offset.
    const QDateTime at = m_at->dateTime();
    return {.kind = Request::Kind::Schedule,
            .node = m_candidate->currentText(),
            .at = at.toOffsetFromUtc(at.offsetFromUtc())};
}

operations::Plan ScheduleForm::plan(const PatroniFacts &facts, const QString &cluster) const
{
    return planFor(facts, cluster, request(), QDateTime::currentDateTimeUtc());
}

QString ScheduleForm::whyNoPlan() const
{
    return m_candidate->count() == 0 ? tr("No member may take over.") : QString();
}

void ScheduleForm::setFacts(const PatroniFacts &facts)
{
    const QStringList names = candidatesOf(facts);
    QStringList shown;
    for (int i = 0; i < m_candidate->count(); ++i) {
        shown.append(m_candidate->itemText(i));
    }
    if (names != shown) {
        const QSignalBlocker blocker(m_candidate); // who set the facts makes a plan of them anyway
        const QString chosen = m_candidate->currentText();
        m_candidate->clear();
        m_candidate->addItems(names);
        m_candidate->setCurrentIndex(std::max(0, static_cast<int>(names.indexOf(chosen))));
    }
    tellTime();
}

void ScheduleForm::tellTime()
{
    const Request asked = request();
    const qint64 seconds = QDateTime::currentDateTimeUtc().secsTo(asked.at);
    m_time->setText(seconds > 0 ? tr("in %1, that is %2")
                                      .arg(core::formatSeconds(static_cast<double>(seconds)),
                                           asked.at.toUTC().toString(Qt::ISODate))
                                : tr("that has passed"));
}

} // namespace howdah::shell
