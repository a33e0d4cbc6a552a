// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFrame>
#include <QPointer>
#include <functional>
#include <vector>

class QAction;
class QLineEdit;
class QListWidget;

namespace howdah::shell {

/// Something the palette can do.
struct Command {
    QString title;  ///< "Slots", "pg2", "Pause"
    QString detail; ///< "page", "node of orders", a shortcut
    QString icon;
    std::function<void()> run;
};

/// An icon does not tell its name, and the palette paints it by name: gives an action one, and tells it again.
void setIcon(QAction *action, const QString &name);
QString iconNameOf(const QAction *action);

/// Which commands match what was typed: each word must occur in title or detail; titles that begin with it come first.
/// Indices into commands, at most limit. Pure.
std::vector<int> matchCommands(const std::vector<Command> &commands, const QString &typed, int limit = 12);

/// One field over the window that finds pages, nodes, slots and actions. Escape closes it, Return does the chosen.
class CommandPalette : public QFrame {
    Q_OBJECT

public:
    explicit CommandPalette(QWidget *parent);
    /// Shows itself at the top of its parent with these commands.
    void open(std::vector<Command> commands);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void paintEvent(QPaintEvent *event) override;

private:
    void update(const QString &typed);
    void run(int row);
    void close();

    std::vector<Command> m_commands;
    std::vector<int> m_shown;
    QLineEdit *m_field;
    QListWidget *m_list;
    QPointer<QWidget> m_focusBefore;
};

} // namespace howdah::shell
