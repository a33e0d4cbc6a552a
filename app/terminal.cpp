// SPDX-License-Identifier: GPL-3.0-or-later
#include "terminal.h"

#include <cerrno>
#include <cstring>
#include <termios.h>
#include <unistd.h>

#include "app/output.h"

namespace howdah::app {

namespace {
constexpr qsizetype kMost = 256 * 1024; // nobody types that much
} // namespace

struct Terminal::Modes {
    termios found = {};
};

Terminal::Terminal(QObject *parent)
    : QObject(parent)
    , m_isPerson(isatty(STDIN_FILENO) == 1)
    , m_notifier(STDIN_FILENO, QSocketNotifier::Read)
    , m_modes(std::make_unique<Modes>())
{
    m_notifier.setEnabled(false);
    connect(&m_notifier, &QSocketNotifier::activated, this, &Terminal::arrived);
}

Terminal::~Terminal()
{
    setSeen(true);
    explicit_bzero(m_text.data(), static_cast<std::size_t>(m_text.size()));
}

void Terminal::setSeen(bool seen)
{
    if (!m_isPerson || seen == !m_isHidden) {
        return;
    }
    if (seen) {
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &m_modes->found);
        printError(QStringLiteral("\n")); // that of Return was not seen
    } else if (tcgetattr(STDIN_FILENO, &m_modes->found) == 0) {
        termios hidden = m_modes->found;
        hidden.c_lflag &= ~static_cast<tcflag_t>(ECHO);
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden);
    }
    m_isHidden = !seen;
}

void Terminal::ask(const QString &question, bool hidden, std::function<void(std::optional<QString>)> answered)
{
    m_answered = std::move(answered);
    if (m_isPerson) {
        setSeen(!hidden);
        printError(question);
    }
    QMetaObject::invokeMethod(this, &Terminal::answer, Qt::QueuedConnection); // a line may be here already
}

void Terminal::arrived()
{
    char bytes[4096];
    const ssize_t count = read(STDIN_FILENO, bytes, sizeof bytes);
    if (count > 0) {
        m_text.append(bytes, count);
        explicit_bzero(bytes, sizeof bytes);
    } else if (count == 0 || (errno != EINTR && errno != EAGAIN)) {
        m_isOver = true;
    }
    answer();
}

void Terminal::answer()
{
    if (!m_answered) {
        return;
    }
    const qsizetype end = m_text.indexOf('\n');
    const bool isOver = m_isOver || m_text.size() > kMost;
    m_notifier.setEnabled(end < 0 && !isOver);
    if (end < 0 && !isOver) {
        return;
    }
    std::optional<QString> line;
    if (end >= 0 || !m_text.isEmpty()) {
        const qsizetype length = end < 0 ? m_text.size() : end;
        line = QString::fromUtf8(m_text.left(length));
        if (line->endsWith(QLatin1Char('\r'))) {
            line->chop(1);
        }
        explicit_bzero(m_text.data(), static_cast<std::size_t>(length));
        m_text.remove(0, end < 0 ? length : length + 1);
    }
    setSeen(true);
    std::exchange(m_answered, {})(std::move(line));
}

} // namespace howdah::app
