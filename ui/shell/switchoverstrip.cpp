// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/switchoverstrip.h"

#include <QCoreApplication>
#include <QDateTime>
#include <QLocale>
#include <QPainter>

#include "core/units.h"
#include "operations/outage.h"
#include "operations/proofs.h"
#include "tables/roles.h"
#include "theme/glyphs.h"
#include "theme/metrics.h"
#include "theme/theme.h"

namespace howdah::shell {

using namespace operations;
using core::formatSeconds;
using probe::Measured;
using theme::FontRole;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kHandOver = 320;

QString tr(const char *text)
{
    return QCoreApplication::translate("SwitchoverStrip", text);
}

QString milliseconds(double ms)
{
    return ms < 9999.5 ? tr("%1 ms").arg(std::lround(ms)) : formatSeconds(ms / 1000);
}

bool isRunning(const StepRecord &record)
{
    return record.state == StepState::Started || record.state == StepState::Undoing;
}

/// Index of a step that runs, else of the last that has begun; -1 when none has.
int currentStep(const Progress &progress)
{
    int last = -1;
    for (std::size_t i = 0; i < progress.steps().size(); ++i) {
        const StepRecord &record = progress.steps()[i];
        if (isRunning(record)) {
            return static_cast<int>(i);
        }
        last = record.startedMs > 0 ? static_cast<int>(i) : last;
    }
    return last;
}

StripFigure waited(const Plan &plan, const Progress &progress, const std::optional<Measured> &measured,
                   qint64 nowWallMs)
{
    StripFigure figure{tr("Writes waited"), {}, {}, false, false};
    const auto estimate = switchover::writesWait(plan);
    figure.note = estimate ? tr("estimate was %1").arg(formatSeconds(estimate->ms / 1000.0)) : tr("not estimated");
    const auto phases = outagePhases(plan, progress.steps());
    if (phases.empty()) {
        figure.value = tr("not yet");
        figure.nonValue = true;
        return figure;
    }
    if (measured && measured->gap) {
        figure.value = milliseconds(measured->gap->lengthMs());
        return figure;
    }
    // Without a probe the steps tell, which is less than what applications see.
    figure.caption = tr("Writes waited, by the steps");
    const auto whole = outageBySteps(plan, progress.steps());
    const qint64 end = phases.back().endedMs > 0 ? phases.back().endedMs : nowWallMs;
    figure.value = milliseconds(static_cast<double>(whole.value_or(end - phases.front().startedMs)));
    return figure;
}

StripFigure lost(const std::optional<Measured> &measured, bool over)
{
    StripFigure figure{tr("Commits lost"), tr("not measured"), tr("no probe ran"), true, false};
    if (!measured) {
        return figure;
    }
    const QString acknowledged = QLocale().toString(measured->acknowledged);
    if (measured->lost) {
        figure.value = QLocale().toString(*measured->lost);
        figure.note = tr("of %1 acknowledged").arg(QLocale().toString(measured->counted));
        figure.nonValue = false;
        figure.bad = *measured->lost > 0;
        return figure;
    }
    figure.value = !measured->counts || over ? tr("not counted") : tr("not yet");
    figure.note = tr("%1 acknowledged").arg(acknowledged);
    return figure;
}

StripFigure stepFigure(const Plan &plan, const Progress &progress)
{
    const int current = currentStep(progress);
    const auto ended = std::count_if(progress.steps().begin(), progress.steps().end(),
                                     [](const StepRecord &one) { return one.state == StepState::Done; });
    StripFigure figure{tr("Step"), {}, {}, false, false};
    figure.value =
        tr("%1 of %2").arg(progress.outcome() ? static_cast<int>(ended) : current + 1).arg(plan.steps.size());
    if (progress.outcome()) {
        figure.note = toString(*progress.outcome());
        figure.bad = *progress.outcome() != Outcome::Done;
    } else if (current >= 0) {
        figure.note = plan.steps[static_cast<std::size_t>(current)].title;
    }
    return figure;
}

StripFigure runningFor(const Progress &progress, qint64 nowWallMs)
{
    qint64 from = 0, to = 0;
    for (const StepRecord &record : progress.steps()) {
        from = record.startedMs > 0 && (from == 0 || record.startedMs < from) ? record.startedMs : from;
        to = std::max(to, record.endedMs);
    }
    if (from == 0) {
        return {tr("Running for"), tr("not yet"), {}, true, false};
    }
    const bool over = progress.outcome().has_value();
    const qint64 ms = std::max<qint64>(0, (over ? to : nowWallMs) - from);
    const QString since = QDateTime::fromMSecsSinceEpoch(from).toString(QStringLiteral("HH:mm:ss.zzz")).chopped(2);
    return {over ? tr("Took") : tr("Running for"),
            QStringLiteral("%1 s").arg(static_cast<double>(ms) / 1000, 0, 'f', 1), tr("since %1").arg(since), false,
            false};
}

} // namespace

StripFacts stripFacts(const Plan &plan, const Progress &progress, const std::optional<Measured> &measured,
                      qint64 nowWallMs)
{
    StripFacts facts;
    facts.from = plan.from;
    facts.to = plan.to;
    const int at = pointOfNoReturn(plan);
    const auto &steps = progress.steps();
    const bool passed = at >= 0 && static_cast<std::size_t>(at) < steps.size() &&
                        steps[static_cast<std::size_t>(at)].state == StepState::Done;
    const auto phases = outagePhases(plan, steps);
    const auto proofs = proofsOf(plan, progress, measured);
    const bool follows = std::any_of(proofs.begin(), proofs.end(), [&](const Proof &proof) {
        return proof.id == kShowsFollows + plan.from && proof.state == ProofState::Shown;
    });
    const bool undone = progress.outcome() == Outcome::Undone || progress.outcome() == Outcome::Refused;
    facts.toIsPrimary = passed;
    facts.fromIsPrimary = !passed && (phases.empty() || undone);
    facts.fromIsDown = !facts.fromIsPrimary && !follows;
    facts.fromWord = facts.fromIsPrimary ? tr("is primary")
                     : follows           ? tr("follows %1").arg(plan.to)
                     : passed            ? tr("was primary")
                                         : tr("being stopped");
    facts.toWord = passed ? tr("is primary") : tr("is standby");
    facts.figures = {waited(plan, progress, measured, nowWallMs), lost(measured, progress.outcome().has_value()),
                     stepFigure(plan, progress), runningFor(progress, nowWallMs)};
    return facts;
}

SwitchoverStrip::SwitchoverStrip(QWidget *parent)
    : QWidget(parent)
{
    setObjectName(QStringLiteral("switchover-strip"));
    setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QSize SwitchoverStrip::sizeHint() const
{
    const int text = QFontMetrics(theme::font(FontRole::Caption)).height() +
                     QFontMetrics(theme::font(FontRole::Figure)).height() +
                     QFontMetrics(theme::font(FontRole::Small)).height();
    return {900, text + 2 * metric::kSpace3 + 8};
}

void SwitchoverStrip::setFacts(const StripFacts &facts)
{
    if (facts == m_facts) {
        return;
    }
    m_facts = facts;
    QStringList words{tr("%1 %2; %3 %4").arg(facts.from, facts.fromWord, facts.to, facts.toWord)};
    for (const StripFigure &figure : facts.figures) {
        words.append(QStringLiteral("%1: %2, %3").arg(figure.caption, figure.value, figure.note));
    }
    setAccessibleName(words.join(QStringLiteral(". ")));
    setToolTip(tables::plainToolTip(words.join(QLatin1Char('\n'))));
    update();
}

int SwitchoverStrip::paintNode(QPainter *painter, int x, const QRect &rect, const QString &name, const QString &word,
                               bool primary, bool down) const
{
    const QRect badge(x, rect.y() + (rect.height() - metric::kBadgeSize) / 2, metric::kBadgeSize, metric::kBadgeSize);
    theme::paintRoleBadge(painter, badge, primary ? cluster::NodeRole::Primary : cluster::NodeRole::Standby, down);
    const QFont strong = theme::font(FontRole::Name), small = theme::font(FontRole::Small);
    const QFontMetrics big(strong), little(small);
    const int left = badge.right() + 1 + metric::kSpace3;
    const int room = std::max(40, (kHandOver - 60) / 2 - metric::kBadgeSize - metric::kSpace3);
    const int top = rect.y() + (rect.height() - big.height() - little.height()) / 2;
    painter->setFont(strong);
    painter->setPen(theme::color(Token::Text1));
    const QString shown = big.elidedText(name, Qt::ElideRight, room);
    painter->drawText(QPoint(left, top + big.ascent()), shown);
    painter->setFont(small);
    painter->setPen(theme::color(Token::Text2));
    const QString said = little.elidedText(word, Qt::ElideRight, room);
    painter->drawText(QPoint(left, top + big.height() + little.ascent()), said);
    return left + std::max(big.horizontalAdvance(shown), little.horizontalAdvance(said));
}

void SwitchoverStrip::paintHandOver(QPainter *painter, const QRect &rect) const
{
    const int end = paintNode(painter, rect.x() + metric::kPanePadding, rect, m_facts.from, m_facts.fromWord,
                              m_facts.fromIsPrimary, m_facts.fromIsDown);
    const int from = end + metric::kSpace3, to = from + 36, y = rect.center().y();
    painter->setPen(QPen(theme::color(Token::Text2), 1.5));
    painter->drawLine(from, y, to, y);
    painter->drawLine(to - 5, y - 5, to, y);
    painter->drawLine(to - 5, y + 5, to, y);
    paintNode(painter, to + metric::kSpace3, rect, m_facts.to, m_facts.toWord, m_facts.toIsPrimary, false);
}

void SwitchoverStrip::paintFigure(QPainter *painter, const QRect &rect, const StripFigure &figure) const
{
    painter->fillRect(QRect(rect.x(), rect.y(), 1, rect.height()), theme::color(Token::Hairline));
    const QRect inner = rect.adjusted(metric::kSpace4, metric::kSpace3, -metric::kSpace2, -metric::kSpace3);
    const QFont caption = theme::font(FontRole::Small), note = theme::font(FontRole::Small);
    QFont value = theme::font(figure.nonValue ? FontRole::Body : FontRole::FixedStrong);
    if (figure.nonValue) {
        value.setItalic(true);
    } else {
        value.setPointSizeF(theme::font(FontRole::Figure).pointSizeF());
    }
    const int valueHeight = QFontMetrics(theme::font(FontRole::Figure)).height() + 4;
    int y = inner.y();
    const auto put = [&](const QFont &font, int height, const QString &text, Token token) {
        const QFontMetrics metrics(font);
        painter->setFont(font);
        painter->setPen(theme::color(token));
        painter->drawText(QRect(inner.x(), y, inner.width(), height), Qt::AlignVCenter | Qt::TextSingleLine,
                          metrics.elidedText(text, Qt::ElideRight, inner.width()));
        y += height;
    };
    put(caption, QFontMetrics(caption).height(), figure.caption, Token::Text3);
    put(value, valueHeight, figure.value, figure.nonValue ? Token::Text3 : figure.bad ? Token::Critical : Token::Text1);
    put(note, QFontMetrics(note).height(), figure.note, Token::Text2);
}

void SwitchoverStrip::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.setRenderHint(QPainter::Antialiasing);
    painter.fillRect(rect(), theme::color(Token::Surface));
    paintHandOver(&painter, QRect(0, 0, kHandOver, height()));
    const auto count = static_cast<int>(m_facts.figures.size());
    for (int i = 0; i < count; ++i) {
        const int room = width() - kHandOver;
        const int left = kHandOver + room * i / count;
        paintFigure(&painter, QRect(left, 0, kHandOver + room * (i + 1) / count - left, height()),
                    m_facts.figures[static_cast<std::size_t>(i)]);
    }
}

} // namespace howdah::shell
