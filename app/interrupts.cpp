// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/interrupts.h"

#include <csignal>
#include <sys/signalfd.h>
#include <unistd.h>

namespace howdah::app {

namespace {

sigset_t wishes()
{
    sigset_t signalSet;
    sigemptyset(&signalSet);
    for (const int one : {SIGINT, SIGTERM, SIGHUP}) {
        sigaddset(&signalSet, one);
    }
    return signalSet;
}

} // namespace

void Interrupts::hold()
{
    const sigset_t signalSet = wishes();
    pthread_sigmask(SIG_BLOCK, &signalSet, nullptr);
    // Who reads what we print may be gone before us, ended by the same Ctrl-C.
    (void)std::signal(SIGPIPE, SIG_IGN);
}

Interrupts::Interrupts(QObject *parent)
    : QObject(parent)
{
    const sigset_t signalSet = wishes();
    m_fd = signalfd(-1, &signalSet, SFD_CLOEXEC | SFD_NONBLOCK);
    if (m_fd < 0) {
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_fd, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, [this] {
        signalfd_siginfo info{};
        if (::read(m_fd, &info, sizeof info) == sizeof info) {
            Q_EMIT arrived(static_cast<int>(info.ssi_signo));
        }
    });
}

Interrupts::~Interrupts()
{
    m_notifier.reset();
    if (m_fd >= 0) {
        ::close(m_fd);
    }
}

} // namespace howdah::app
