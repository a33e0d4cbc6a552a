// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/lastwill.h"

#include <QCoreApplication>
#include <QJsonDocument>
#include <QJsonObject>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/servertext.h"
#include "operations/planjson.h"

namespace howdah::operations {

using core::Error;

namespace {

/// This very program, whatever it is called and whatever lies at its path by now; empty where another one uses the
/// library, as a test does.
QString keeperProgram()
{
    const QString test = qEnvironmentVariable("HOWDAH_BINARY");
    return QCoreApplication::applicationName() == QLatin1String("howdah") ? QStringLiteral("/proc/self/exe") : test;
}

/// Starts it with its standard input and output at one end of a pair of sockets, and gives the other; -1: errno says
/// why. It is nobody's child, so that nobody has to wait for its end.
int spawn(const QByteArray &program)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
        return -1;
    }
    for (int &end : ends) {                                // 0 and 1 are for the other one, should they be free here
        const int higher = fcntl(end, F_DUPFD_CLOEXEC, 3); // NOLINT(cppcoreguidelines-pro-type-vararg)
        if (higher >= 0) {
            close(end);
            end = higher;
        }
    }
    const QByteArray argument("last-will");
    // Between fork and exec only what is safe in a process of many threads.
    const pid_t child = fork();
    if (child == 0) {
        if (fork() != 0) {
            _exit(0);
        }
        setsid();
        const int nowhere = open("/dev/null", O_WRONLY); // NOLINT(cppcoreguidelines-pro-type-vararg)
        if (dup2(ends[1], 0) >= 0 && dup2(ends[1], 1) >= 0 && dup2(nowhere, 2) >= 0) {
            sigset_t none; // what the console keeps from itself it does not keep from this
            sigemptyset(&none);
            sigprocmask(SIG_SETMASK, &none, nullptr);
            execl(program.constData(), "howdah", argument.constData(), nullptr);
        }
        _exit(127);
    }
    close(ends[1]);
    if (child < 0) {
        close(ends[0]);
        return -1;
    }
    while (waitpid(child, nullptr, 0) < 0 && errno == EINTR) { // it has ended already, or is about to
    }
    return ends[0];
}

/// Never a signal: the other end may be gone.
bool tell(int socket, const QByteArray &text)
{
    return send(socket, text.constData(), static_cast<std::size_t>(text.size()), MSG_NOSIGNAL) == text.size();
}

} // namespace

QByteArray Testament::toLine() const
{
    const QJsonObject object{{QStringLiteral("name"), place.node.name},
                             {QStringLiteral("conninfo"), place.node.conninfo},
                             {QStringLiteral("pooler"), place.pooler},
                             {QStringLiteral("will"), toJson(will)},
                             {QStringLiteral("journal"), journal}};
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + '\n';
}

core::Result<Testament> Testament::fromLine(const QByteArray &line)
{
    const QJsonObject object = QJsonDocument::fromJson(line).object();
    Testament testament;
    testament.place.node.name = object.value(QLatin1String("name")).toString();
    testament.place.node.conninfo = object.value(QLatin1String("conninfo")).toString();
    testament.place.pooler = object.value(QLatin1String("pooler")).toBool();
    testament.will = lastWillFromJson(object.value(QLatin1String("will")).toObject());
    testament.journal = object.value(QLatin1String("journal")).toString();
    if (testament.place.node.name.isEmpty() || testament.will.sql.isEmpty()) {
        return core::failure(Error::Kind::Invalid, QStringLiteral("this is no will that howdah wrote"));
    }
    return testament;
}

cluster::ClusterConfig Testament::config() const
{
    cluster::ClusterConfig config;
    if (place.pooler) {
        cluster::PoolerConfig pooler;
        pooler.name = place.node.name.mid(poolerPlace(QString()).size());
        pooler.conninfo = place.node.conninfo;
        config.poolers = {pooler};
    } else {
        config.nodes = {place.node};
    }
    return config;
}

WillKeeper::WillKeeper(Testament testament, QObject *parent)
    : QObject(parent)
    , m_testament(std::move(testament))
{
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this,
            [this] { settle(core::failure(Error::Kind::Timeout, QStringLiteral("it did not answer in time"))); });
}

WillKeeper::~WillKeeper()
{
    m_notifier.reset();
    if (m_socket >= 0) {
        close(m_socket);
    }
}

void WillKeeper::start(int deadlineMs, std::function<void(core::Result<void>)> ready)
{
    m_ready = std::move(ready);
    m_deadline.start(deadlineMs);
    const QString program = keeperProgram();
    m_socket = program.isEmpty() ? -1 : spawn(program.toLocal8Bit());
    if (m_socket < 0 || !tell(m_socket, m_testament.toLine())) {
        const QString why = program.isEmpty() ? QStringLiteral("this is not the program howdah")
                                              : QString::fromLocal8Bit(strerror(errno));
        QTimer::singleShot(0, this, [this, why] { settle(core::failure(Error::Kind::Io, why)); });
        return;
    }
    m_notifier = std::make_unique<QSocketNotifier>(m_socket, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &WillKeeper::answered);
}

void WillKeeper::listen()
{
    char buffer[1024];
    const auto size = m_ended ? 0 : recv(m_socket, buffer, sizeof buffer, MSG_DONTWAIT);
    if (size > 0) {
        m_said.append(buffer, size);
    } else if (size == 0 || (errno != EAGAIN && errno != EINTR)) {
        m_ended = true;
        m_notifier->setEnabled(false);
    }
}

void WillKeeper::answered()
{
    listen();
    if (m_said.startsWith(kWillKept)) {
        settle({});
    } else if (m_said.contains('\n') || m_ended) {
        const QString why = core::sanitized(QByteArrayView(m_said.trimmed()), 1000);
        settle(core::failure(Error::Kind::Connection, why.isEmpty() ? QStringLiteral("it ended at once") : why));
    }
}

WillKeeper::Standing WillKeeper::standing()
{
    if (!m_kept) {
        return Standing::None;
    }
    listen();
    const bool acts = m_said.contains(kWillActing);
    return acts ? Standing::Acting : m_ended ? Standing::Gone : Standing::Kept;
}

void WillKeeper::settle(core::Result<void> how)
{
    m_deadline.stop();
    if (!how) {
        revoke();
    } else if (m_ready) {
        m_kept = true;
    }
    if (const auto ready = std::exchange(m_ready, nullptr)) {
        ready(std::move(how));
    }
}

void WillKeeper::revoke()
{
    m_kept = false;
    if (m_socket >= 0) {
        (void)tell(m_socket, QByteArray(kWillRevoked) + '\n');
    }
}

} // namespace howdah::operations
