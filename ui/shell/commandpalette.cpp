// SPDX-License-Identifier: GPL-3.0-or-later
#include "shell/commandpalette.h"

#include <QAction>
#include <QApplication>
#include <QBoxLayout>
#include <QKeyEvent>
#include <QListWidget>
#include <QPainter>
#include <QStyledItemDelegate>

#include "theme/icons.h"
#include "theme/metrics.h"
#include "theme/paint.h"
#include "theme/theme.h"
#include "widgets/filterfield.h"

namespace howdah::shell {

using theme::FontRole;
using theme::Height;
using theme::Theme;
using theme::Token;
namespace metric = theme::metric;

namespace {

constexpr int kWidth = 520;
constexpr const char *kIconName = "howdahIcon";
constexpr int kDetailRole = Qt::UserRole + 1;
constexpr int kIconRole = Qt::UserRole + 2;

class CommandDelegate : public QStyledItemDelegate {
public:
    using QStyledItemDelegate::QStyledItemDelegate;

    QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const override
    {
        return {option.rect.width(), Theme::instance().height(Height::Row)};
    }

    void paint(QPainter *painter, const QStyleOptionViewItem &option, const QModelIndex &index) const override
    {
        painter->save();
        const QRect row = option.rect;
        const bool selected = option.state & QStyle::State_Selected;
        if (selected) {
            painter->fillRect(row, theme::color(Token::Selection));
            painter->fillRect(QRect(row.x(), row.y(), 2, row.height()), theme::color(Token::Accent));
        }
        theme::paintIcon(painter, QRect(row.x() + 12, row.y() + (row.height() - 16) / 2, 16, 16),
                         index.data(kIconRole).toString(), theme::color(Token::Text2));
        const QString detail = index.data(kDetailRole).toString();
        const QFontMetrics small(theme::font(FontRole::Caption));
        const int width = small.horizontalAdvance(detail);
        const QRect text = row.adjusted(36, 0, -12, 0);
        painter->setFont(theme::font(FontRole::Caption));
        painter->setPen(theme::color(selected ? Token::Text2 : Token::Text3));
        painter->drawText(text, Qt::AlignRight | Qt::AlignVCenter | Qt::TextSingleLine, detail);
        painter->setFont(theme::font(FontRole::Body));
        painter->setPen(theme::color(Token::Text1));
        const QString title =
            painter->fontMetrics().elidedText(index.data().toString(), Qt::ElideRight, text.width() - width - 12);
        painter->drawText(text, Qt::AlignVCenter | Qt::TextSingleLine, title);
        painter->restore();
    }
};

} // namespace

void setIcon(QAction *action, const QString &name)
{
    action->setIcon(theme::icon(name));
    action->setProperty(kIconName, name);
}

QString iconNameOf(const QAction *action)
{
    const QString name = action->property(kIconName).toString();
    return name.isEmpty() ? QStringLiteral("chevron-right") : name;
}

std::vector<int> matchCommands(const std::vector<Command> &commands, const QString &typed, int limit)
{
    const QStringList words = typed.split(QLatin1Char(' '), Qt::SkipEmptyParts);
    std::vector<std::pair<int, int>> ranked; // rank, index
    for (int i = 0; i < static_cast<int>(commands.size()); ++i) {
        const Command &command = commands[static_cast<std::size_t>(i)];
        int rank = 0;
        bool all = true;
        for (const QString &word : words) {
            if (command.title.startsWith(word, Qt::CaseInsensitive)) {
                continue;
            }
            if (command.title.contains(word, Qt::CaseInsensitive)) {
                rank += 1;
            } else if (command.detail.contains(word, Qt::CaseInsensitive)) {
                rank += 3;
            } else {
                all = false;
            }
        }
        if (all) {
            ranked.emplace_back(rank, i);
        }
    }
    std::stable_sort(ranked.begin(), ranked.end(), [](const auto &a, const auto &b) { return a.first < b.first; });
    std::vector<int> result;
    for (const auto &entry : ranked) {
        if (static_cast<int>(result.size()) < limit) {
            result.push_back(entry.second);
        }
    }
    return result;
}

CommandPalette::CommandPalette(QWidget *parent)
    : QFrame(parent)
    , m_field(new widgets::FilterField(tr("Find a page, node, slot or action"), tr("Find a page, node, slot or action"),
                                       QStringLiteral("Esc")))
    , m_list(new QListWidget)
{
    setObjectName(QStringLiteral("command-palette"));
    setAccessibleName(tr("Find a page, node, slot or action"));
    m_field->setObjectName(QStringLiteral("palette-field"));
    m_field->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
    m_field->installEventFilter(this);
    m_list->setObjectName(QStringLiteral("palette-list"));
    m_list->setAccessibleName(tr("What was found"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setItemDelegate(new CommandDelegate(m_list));
    auto *layout = new QVBoxLayout(this);
    layout->setContentsMargins(9, 9, 9, 9);
    layout->addWidget(m_field);
    layout->addWidget(m_list);
    connect(m_field, &QLineEdit::textChanged, this, &CommandPalette::update);
    connect(m_list, &QListWidget::itemClicked, this, [this](QListWidgetItem *item) { run(m_list->row(item)); });
    hide();
}

void CommandPalette::open(std::vector<Command> commands)
{
    m_commands = std::move(commands);
    m_focusBefore = QApplication::focusWidget();
    m_field->clear();
    update(QString());
    show();
    raise();
    m_field->setFocus(Qt::ShortcutFocusReason);
}

void CommandPalette::update(const QString &typed)
{
    m_shown = matchCommands(m_commands, typed);
    m_list->clear();
    for (const int index : m_shown) {
        const Command &command = m_commands[static_cast<std::size_t>(index)];
        auto *item = new QListWidgetItem(command.title, m_list);
        item->setData(kDetailRole, command.detail);
        item->setData(kIconRole, command.icon);
    }
    m_list->setCurrentRow(0);
    const int rows = std::max(1, m_list->count());
    m_list->setFixedHeight(rows * Theme::instance().height(Height::Row));
    adjustSize();
    const int width = std::min(kWidth, parentWidget()->width() - 2 * metric::kSpace4);
    setGeometry((parentWidget()->width() - width) / 2, 72, width, sizeHint().height());
}

void CommandPalette::run(int row)
{
    if (row < 0 || row >= static_cast<int>(m_shown.size())) {
        return;
    }
    const auto action = m_commands[static_cast<std::size_t>(m_shown[static_cast<std::size_t>(row)])].run;
    close();
    action();
}

void CommandPalette::close()
{
    hide();
    if (m_focusBefore) {
        m_focusBefore->setFocus(Qt::OtherFocusReason);
    }
}

bool CommandPalette::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::FocusOut && isVisible() &&
        static_cast<QFocusEvent *>(event)->reason() != Qt::PopupFocusReason) {
        hide();
    }
    if (event->type() == QEvent::KeyPress || event->type() == QEvent::ShortcutOverride) {
        const auto *key = static_cast<QKeyEvent *>(event);
        const int step = key->key() == Qt::Key_Down ? 1 : key->key() == Qt::Key_Up ? -1 : 0;
        const bool ours =
            step != 0 || key->key() == Qt::Key_Escape || key->key() == Qt::Key_Return || key->key() == Qt::Key_Enter;
        if (ours && event->type() == QEvent::ShortcutOverride) {
            event->accept();
            return true;
        }
        if (step != 0 && m_list->count() > 0) {
            m_list->setCurrentRow((m_list->currentRow() + step + m_list->count()) % m_list->count());
            return true;
        }
        if (key->key() == Qt::Key_Escape) {
            close();
            return true;
        }
        if (ours) {
            run(m_list->currentRow());
            return true;
        }
    }
    return QFrame::eventFilter(watched, event);
}

void CommandPalette::paintEvent(QPaintEvent *)
{
    QPainter painter(this);
    painter.fillRect(rect(), theme::color(Token::Surface));
    theme::paintRounded(&painter, rect(), 0, {}, theme::color(Token::Frame));
}

} // namespace howdah::shell
