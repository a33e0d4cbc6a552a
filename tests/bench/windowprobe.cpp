// SPDX-License-Identifier: GPL-3.0-or-later
// Preloaded into the real program (LD_PRELOAD), this tells how long the window's thread is busy at a stretch, and when
// it has painted what. The program knows nothing of it: there is no switch in it that is only for measuring.
//
// Every event loop on Unix, Qt's own and GLib's, comes back to poll() or ppoll() when it has nothing to do. From the
// return of one to the call of the next the thread is busy; a poll that is not allowed to wait ends no stretch. Lines
// on standard output, times in ns:
//   busy START WALL CPU PAINTED     one stretch; START is CLOCK_MONOTONIC, PAINTED is 1 when the window was painted
//   first TIME                      the window has been painted for the first time
//   state TIME TEXT                 what the status line says after a paint, when that is something new
#undef _FORTIFY_SOURCE
#include <QApplication>
#include <QEvent>
#include <QWidget>
#include <cstdio>
#include <ctime>
#include <dlfcn.h>
#include <poll.h>
#include <unistd.h>

namespace {

qint64 now(clockid_t clock)
{
    timespec time{};
    clock_gettime(clock, &time);
    return static_cast<qint64>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
}

/// Sees every event of the window's thread before its receiver does.
class Probe : public QObject {
public:
    bool eventFilter(QObject *receiver, QEvent *event) override
    {
        if (event->type() == QEvent::Paint && receiver->isWidgetType()) {
            auto *widget = static_cast<QWidget *>(receiver);
            if (widget->window()->objectName() == QLatin1String("main-window")) {
                m_window = widget->window();
                m_painted = m_untold = true;
            }
        }
        return false;
    }

    /// Before every poll, also one in the middle of a stretch.
    void look()
    {
        if (!m_untold) {
            return;
        }
        m_untold = false;
        const auto time = static_cast<long long>(now(CLOCK_MONOTONIC));
        if (!m_told) {
            m_told = true;
            std::printf("first %lld\n", time);
        }
        const QWidget *status = m_window->findChild<QWidget *>(QStringLiteral("status-bar"));
        const QString text = status ? status->accessibleDescription() : QString();
        if (text != m_text) {
            m_text = text;
            std::printf("state %lld %s\n", time, qPrintable(text));
        }
        std::fflush(stdout);
    }
    /// Before the thread may sleep.
    void endOfStretch()
    {
        const qint64 wall = now(CLOCK_MONOTONIC);
        const qint64 cpu = now(CLOCK_THREAD_CPUTIME_ID);
        if (m_busySince != 0 && (m_painted || wall - m_busySince > 200'000)) {
            std::printf("busy %lld %lld %lld %d\n", static_cast<long long>(m_busySince),
                        static_cast<long long>(wall - m_busySince), static_cast<long long>(cpu - m_cpuBefore),
                        m_painted ? 1 : 0);
            std::fflush(stdout);
        }
        m_painted = false;
    }
    void startOfStretch()
    {
        m_busySince = now(CLOCK_MONOTONIC);
        m_cpuBefore = now(CLOCK_THREAD_CPUTIME_ID);
    }

private:
    QWidget *m_window = nullptr;
    QString m_text;
    bool m_painted = false; ///< in this stretch
    bool m_untold = false;  ///< painted since the last look
    bool m_told = false;    ///< that it has been painted at all
    qint64 m_busySince = 0;
    qint64 m_cpuBefore = 0;
};

Probe *probe = nullptr;

void install()
{
    if (qobject_cast<QApplication *>(QCoreApplication::instance())) {
        probe = new Probe;
        QCoreApplication::instance()->installEventFilter(probe);
        probe->startOfStretch();
    }
}
Q_COREAPP_STARTUP_FUNCTION(install)

template<typename Function>
Function next(const char *name)
{
    return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

template<typename Call>
int around(bool mayWait, Call call)
{
    const bool watched = probe != nullptr && gettid() == getpid() && QCoreApplication::instance() != nullptr;
    if (watched) {
        probe->look();
    }
    if (watched && mayWait) {
        probe->endOfStretch();
    }
    const int result = call();
    if (watched && mayWait) {
        probe->startOfStretch();
    }
    return result;
}

} // namespace

extern "C" {
#define HOWDAH_PRELOADED __attribute__((visibility("default")))

HOWDAH_PRELOADED int poll(pollfd *fds, nfds_t count, int timeout)
{
    static const auto real = next<int (*)(pollfd *, nfds_t, int)>("poll");
    return around(timeout != 0, [&] { return real(fds, count, timeout); });
}

HOWDAH_PRELOADED int ppoll(pollfd *fds, nfds_t count, const timespec *timeout, const sigset_t *mask)
{
    static const auto real = next<int (*)(pollfd *, nfds_t, const timespec *, const sigset_t *)>("ppoll");
    return around(!timeout || timeout->tv_sec != 0 || timeout->tv_nsec != 0,
                  [&] { return real(fds, count, timeout, mask); });
}

// What programs built with _FORTIFY_SOURCE call.
// NOLINTBEGIN(bugprone-reserved-identifier): the C library's names
HOWDAH_PRELOADED int __poll_chk(pollfd *fds, nfds_t count, int timeout, size_t)
{
    return poll(fds, count, timeout);
}

HOWDAH_PRELOADED int __ppoll_chk(pollfd *fds, nfds_t count, const timespec *timeout, const sigset_t *mask, size_t)
{
    return ppoll(fds, count, timeout, mask);
}
// NOLINTEND(bugprone-reserved-identifier)
}
