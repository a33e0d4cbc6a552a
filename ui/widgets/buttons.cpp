// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/buttons.h"

#include <QBoxLayout>
#include <QKeyEvent>
#include <QPainter>

#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"

namespace howdah::widgets {

using theme::FontRole;
using theme::Height;
using theme::Theme;
using theme::Token;

namespace {

class Segment : public QAbstractButton {
public:
    Segment(const QString &text, bool first, bool last)
        : m_first(first)
        , m_last(last)
    {
        setText(text);
        setCheckable(true);
        setAttribute(Qt::WA_Hover);
    }

    QSize sizeHint() const override
    {
        // As wide as its bold text, so that nothing moves when the choice does.
        QFont bold = theme::font(FontRole::Caption);
        bold.setWeight(QFont::DemiBold);
        return {QFontMetrics(bold).horizontalAdvance(text()) + 17, Theme::instance().height(Height::Segment)};
    }

protected:
    void paintEvent(QPaintEvent *) override
    {
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        // The whole control is one rounded frame, of which each segment paints its part.
        QRectF frame = rect();
        frame.adjust(m_first ? 0 : -8, 0, m_last ? 0 : 8, 0);
        const QColor fill = theme::color(isChecked() ? Token::Trough : underMouse() ? Token::Hover : Token::Surface);
        theme::paintRounded(&painter, frame, theme::metric::kRadiusControl, fill, theme::color(Token::Border));
        if (!m_first) {
            painter.fillRect(QRect(0, 1, 1, height() - 2), theme::color(Token::Hairline));
        }
        QFont face = theme::font(FontRole::Caption);
        face.setWeight(isChecked() ? QFont::DemiBold : QFont::Normal);
        painter.setFont(face);
        painter.setPen(theme::color(!isEnabled() ? Token::Disabled : isChecked() ? Token::Text1 : Token::Text2));
        painter.drawText(rect(), Qt::AlignCenter, text());
        if (hasFocus()) {
            theme::paintFocusRing(&painter, rect(), theme::metric::kRadiusCheckBox);
        }
    }

private:
    bool m_first;
    bool m_last;
};

} // namespace

LinkButton::LinkButton(const QString &text, QWidget *parent)
    : QAbstractButton(parent)
{
    setText(text);
    setAccessibleName(text);
    setObjectName(objectNameFor(text));
    setCursor(Qt::PointingHandCursor);
    setAttribute(Qt::WA_Hover);
    setFocusPolicy(Qt::StrongFocus);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

QSize LinkButton::sizeHint() const
{
    const QFontMetrics metrics(theme::font(FontRole::Small));
    return {metrics.horizontalAdvance(text()) + 1, std::max(18, metrics.height())};
}

void LinkButton::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    QFont face = theme::font(FontRole::Small);
    face.setUnderline(underMouse() && isEnabled());
    painter.setFont(face);
    painter.setPen(theme::color(isEnabled() ? Token::Link : Token::Disabled));
    painter.drawText(rect(), Qt::AlignVCenter | Qt::TextSingleLine, text());
    if (hasFocus()) {
        painter.fillRect(QRect(0, height() - 2, width(), 2), theme::color(Token::Focus));
    }
}

void LinkButton::keyPressEvent(QKeyEvent *event)
{
    if (event->key() == Qt::Key_Return || event->key() == Qt::Key_Enter) {
        click();
        return;
    }
    QAbstractButton::keyPressEvent(event);
}

SegmentedControl::SegmentedControl(const QString &name, const QStringList &choices, QWidget *parent)
    : QWidget(parent)
    , m_group(new QButtonGroup(this))
{
    setObjectName(objectNameFor(name));
    setAccessibleName(name);
    auto *layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(0);
    for (int i = 0; i < choices.size(); ++i) {
        auto *segment = new Segment(choices.at(i), i == 0, i == choices.size() - 1);
        segment->setObjectName(objectNameFor(name + QLatin1Char(' ') + choices.at(i)));
        segment->setAccessibleName(choices.at(i));
        segment->setAccessibleDescription(name);
        m_group->addButton(segment, i);
        layout->addWidget(segment);
    }
    if (QAbstractButton *first = m_group->button(0)) {
        first->setChecked(true);
    }
    connect(m_group, &QButtonGroup::idToggled, this, [this](int id, bool on) {
        if (on) {
            Q_EMIT currentChanged(id);
        }
    });
    connect(m_group, &QButtonGroup::idClicked, this, &SegmentedControl::chosen);
    setSizePolicy(QSizePolicy::Fixed, QSizePolicy::Fixed);
}

int SegmentedControl::currentIndex() const
{
    return m_group->checkedId();
}

void SegmentedControl::setCurrentIndex(int index)
{
    if (QAbstractButton *button = m_group->button(index)) {
        button->setChecked(true);
    }
}

QString objectNameFor(const QString &text)
{
    QString name;
    const QString lower = text.toLower();
    for (const QChar c : lower) {
        if (c.isLetterOrNumber()) {
            name += c;
        } else if (!name.isEmpty() && !name.endsWith(QLatin1Char('-'))) {
            name += QLatin1Char('-');
        }
    }
    return name.endsWith(QLatin1Char('-')) ? name.chopped(1) : name;
}

} // namespace howdah::widgets
