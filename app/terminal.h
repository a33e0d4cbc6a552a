// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <QSocketNotifier>
#include <functional>
#include <memory>

namespace howdah::app {

/// Lines of standard input, as they come and without waiting for them: what a person types at a terminal, or what a
/// script has put there. What is read may be secret: it is overwritten as it is handed on.
class Terminal : public QObject {
    Q_OBJECT
public:
    explicit Terminal(QObject *parent = nullptr);
    ~Terminal() override; ///< what is typed is seen again

    /// Somebody types there.
    bool isPerson() const { return m_isPerson; }
    /// One line, without its end; empty optional: there are no more. At a terminal the question is asked first, on
    /// standard error; hidden: what is typed is not seen.
    void ask(const QString &question, bool hidden, std::function<void(std::optional<QString>)> answered);

private:
    void arrived();
    void answer();
    void setSeen(bool seen);

    bool m_isPerson;
    bool m_isHidden = false;
    bool m_isOver = false;
    QByteArray m_text;
    std::function<void(std::optional<QString>)> m_answered;
    QSocketNotifier m_notifier;
    struct Modes;
    std::unique_ptr<Modes> m_modes; ///< of the terminal, as they were found
};

} // namespace howdah::app
