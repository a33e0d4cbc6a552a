// SPDX-License-Identifier: GPL-3.0-or-later
#include "support/lab.h"

#include <QCoreApplication>
#include <QFile>
#include <QProcess>
#include <signal.h>

namespace howdah::testsupport {

namespace {

QString script()
{
    return QStringLiteral(HOWDAH_LAB_DIR "/lab.sh");
}

QString flag(const char *name, bool value)
{
    return QString::fromLatin1(name) + (value ? QStringLiteral("=1") : QStringLiteral("=0"));
}

QString word(Lab::Variant variant)
{
    switch (variant) {
    case Lab::Variant::Plain:
        return QStringLiteral("plain");
    case Lab::Variant::Repmgr:
        return QStringLiteral("repmgr");
    case Lab::Variant::Patroni:
        return QStringLiteral("patroni");
    case Lab::Variant::AutoFailover:
        return QStringLiteral("autofailover");
    }
    Q_UNREACHABLE();
}

} // namespace

bool Lab::possible()
{
    return isRoot();
}

core::Result<std::unique_ptr<Lab>> Lab::start(Variant variant, const Options &options)
{
    QStringList argv{QStringLiteral("bash"), script(), QStringLiteral("up"), word(variant)};
    argv << QStringLiteral("OWNER=%1").arg(QCoreApplication::applicationPid()) << flag("CASCADE", options.cascading)
         << flag("REPMGRD", options.repmgrd) << flag("SIBLING", options.sibling) << flag("SSH", options.ssh)
         << QStringLiteral("ETCD=%1").arg(options.etcd)
         << (options.fsync ? QStringLiteral("FSYNC=on") : QStringLiteral("FSYNC=off"));
    if (options.major > 0) {
        argv << QStringLiteral("MAJOR=%1").arg(options.major);
    }
    for (const QString &setting : options.settings) {
        argv << QStringLiteral("SET=") + setting;
    }
    const core::Result<QByteArray> up = runOrFail(argv, 120000);
    if (!up) {
        return tl::unexpected(up.error());
    }
    std::unique_ptr<Lab> lab(new Lab);
    lab->m_variant = variant;
    lab->m_directory = QString::fromUtf8(up->trimmed());
    QFile environment(lab->m_directory + QStringLiteral("/lab.env"));
    if (!environment.open(QIODevice::ReadOnly)) {
        return core::failure(core::Error::Kind::Io, QStringLiteral("no lab.env in ") + lab->m_directory);
    }
    lab->readEnvironment(environment.readAll());
    return lab;
}

void Lab::readEnvironment(const QByteArray &text)
{
    QHash<QString, QString> values;
    for (const QString &line : QString::fromUtf8(text).split(QLatin1Char('\n'), Qt::SkipEmptyParts)) {
        values.insert(line.section(QLatin1Char('='), 0, 0), line.section(QLatin1Char('='), 1));
    }
    m_namespace = values.value(QStringLiteral("NS"));
    m_link = values.value(QStringLiteral("LINK"));
    m_subnet = values.value(QStringLiteral("SUBNET"));
    m_bin = values.value(QStringLiteral("PGBIN"));
    m_startMs = values.value(QStringLiteral("MILLISECONDS")).toLongLong();
    const auto count = values.value(QStringLiteral("HOSTS")).count(QLatin1String("pg"));
    for (int number = 1; number <= count; ++number) {
        m_nodes.push_back(serverOn(QStringLiteral("pg%1").arg(number), number));
    }
}

LabServer Lab::serverOn(const QString &host, int number) const
{
    LabServer server;
    server.name = host;
    server.host = QStringLiteral("%1.1%2").arg(m_subnet).arg(number);
    const QString directory = m_directory + QLatin1Char('/') + host;
    server.dataDir = directory + QStringLiteral("/data");
    server.socketDir = directory + QStringLiteral("/run");
    server.logFile = directory + QStringLiteral("/postgres.log");
    server.bin = m_bin;
    server.prefix = QStringList{QStringLiteral("nsenter"),
                                QStringLiteral("--net=/run/netns/%1-%2").arg(m_namespace, host), QStringLiteral("--")} +
                    asPostgres({});
    return server;
}

Output Lab::sweep()
{
    return run({QStringLiteral("bash"), script(), QStringLiteral("sweep")});
}

Lab::~Lab()
{
    const Output down = run({QStringLiteral("bash"), script(), QStringLiteral("down"), m_directory});
    if (!down.ok()) {
        qWarning("lab: %s was not taken away: %s", qPrintable(m_directory), down.err.constData());
    }
}

cluster::ClusterConfig Lab::config(const QString &user) const
{
    cluster::ClusterConfig config;
    config.name = word(m_variant);
    config.manager = m_variant == Variant::Patroni        ? cluster::ManagerKind::Patroni
                     : m_variant == Variant::Repmgr       ? cluster::ManagerKind::Repmgr
                     : m_variant == Variant::AutoFailover ? cluster::ManagerKind::PgAutoFailover
                                                          : cluster::ManagerKind::None;
    for (int index = 0; index < nodeCount(); ++index) {
        const LabServer &server = node(index);
        cluster::NodeConfig one;
        one.name = server.name;
        one.conninfo = server.conninfo(user);
        one.kind = index < dataNodeCount() ? cluster::NodeKind::Data : cluster::NodeKind::Witness;
        one.command = sshPrefix(index);
        one.hasCommand = true;
        one.rootCommand = sshPrefix(index, QStringLiteral("root"));
        const QStringList control{m_bin + QStringLiteral("/pg_ctl"), QStringLiteral("-D"), server.dataDir,
                                  QStringLiteral("-w")};
        one.start = control + QStringList{QStringLiteral("-l"), server.logFile, QStringLiteral("start")};
        one.stop = control + QStringList{QStringLiteral("-m"), QStringLiteral("fast"), QStringLiteral("stop")};
        config.nodes.push_back(one);
    }
    if (m_variant == Variant::Patroni) {
        config.patroniUrl = patroniUrl(0);
    }
    if (m_variant == Variant::AutoFailover) {
        config.autoFailoverMonitor = monitorConninfo(user);
    }
    return config;
}

int Lab::primary() const
{
    int found = -1, count = 0;
    for (int index = 0; index < dataNodeCount(); ++index) {
        if (node(index).value(QStringLiteral("SELECT pg_is_in_recovery()")) == QLatin1String("f")) {
            found = index;
            ++count;
        }
    }
    return count == 1 ? found : -1;
}

QStringList Lab::conninfos(const QString &user) const
{
    QStringList all;
    for (int index = 0; index < dataNodeCount(); ++index) {
        all.append(node(index).conninfo(user));
    }
    return all;
}

QString Lab::ns(int index) const
{
    return QStringLiteral("%1-pg%2").arg(m_namespace).arg(index + 1);
}

Output Lab::exec(int index, const QStringList &argv, const QString &user) const
{
    return run(QStringList{QStringLiteral("nsenter"), QStringLiteral("--net=/run/netns/") + ns(index),
                           QStringLiteral("--"), QStringLiteral("setpriv"), QStringLiteral("--reuid"), user,
                           QStringLiteral("--regid"), user, QStringLiteral("--init-groups"), QStringLiteral("--")} +
               argv);
}

QStringList Lab::sshPrefix(int index, const QString &user) const
{
    return {QStringLiteral("ssh"), QStringLiteral("-F"), m_directory + QStringLiteral("/ssh/config"),
            user + QLatin1Char('@') + node(index).host};
}

bool Lab::cutCable(int index, Cut cut)
{
    const QString cable = QStringLiteral("%1-%2").arg(m_link).arg(index + 1);
    if (cut == Cut::Silent) {
        // With the neighbour known for good nobody ever finds out that it does not answer.
        const Output own = exec(index, {QStringLiteral("ip"), QStringLiteral("-o"), QStringLiteral("link"),
                                        QStringLiteral("show"), interface()});
        const QString text = QString::fromLatin1(own.out);
        const QString mac = text.section(QStringLiteral("link/ether "), 1).section(QLatin1Char(' '), 0, 0);
        if (!run({QStringLiteral("ip"), QStringLiteral("neigh"), QStringLiteral("replace"), node(index).host,
                  QStringLiteral("lladdr"), mac, QStringLiteral("dev"), m_link, QStringLiteral("nud"),
                  QStringLiteral("permanent")})
                 .ok()) {
            return false;
        }
    }
    return run({QStringLiteral("ip"), QStringLiteral("link"), QStringLiteral("set"), cable, QStringLiteral("down")})
        .ok();
}

bool Lab::plugCable(int index)
{
    const QString cable = QStringLiteral("%1-%2").arg(m_link).arg(index + 1);
    const bool up =
        run({QStringLiteral("ip"), QStringLiteral("link"), QStringLiteral("set"), cable, QStringLiteral("up")}).ok();
    // What the neighbours learnt while it was out (or were told to believe) is forgotten.
    run({QStringLiteral("ip"), QStringLiteral("neigh"), QStringLiteral("flush"), QStringLiteral("nud"),
         QStringLiteral("all"), QStringLiteral("dev"), m_link});
    for (int other = 0; other < nodeCount(); ++other) {
        exec(other, {QStringLiteral("ip"), QStringLiteral("neigh"), QStringLiteral("flush"), QStringLiteral("dev"),
                     interface()});
    }
    return up;
}

bool Lab::dropTraffic(int from, int to) const
{
    return exec(from, {QStringLiteral("ip"), QStringLiteral("route"), QStringLiteral("replace"),
                       QStringLiteral("blackhole"), node(to).host})
        .ok();
}

bool Lab::restoreTraffic(int from, int to) const
{
    return exec(from, {QStringLiteral("ip"), QStringLiteral("route"), QStringLiteral("del"),
                       QStringLiteral("blackhole"), node(to).host})
        .ok();
}

bool Lab::cutBetween(int one, int other) const
{
    // Sent to hardware that nobody has. (A route into nowhere would tell whoever connects.)
    const auto misled = [this](int from, int to) {
        return exec(from, {QStringLiteral("ip"), QStringLiteral("neigh"), QStringLiteral("replace"), node(to).host,
                           QStringLiteral("lladdr"), QStringLiteral("02:00:00:00:00:ff"), QStringLiteral("dev"),
                           interface(), QStringLiteral("nud"), QStringLiteral("permanent")})
            .ok();
    };
    return misled(one, other) && misled(other, one);
}

bool Lab::plugBetween(int one, int other) const
{
    const auto learnsAnew = [this](int from, int to) {
        return exec(from, {QStringLiteral("ip"), QStringLiteral("neigh"), QStringLiteral("del"), node(to).host,
                           QStringLiteral("dev"), interface()})
            .ok();
    };
    const bool there = learnsAnew(one, other);
    return learnsAnew(other, one) && there;
}

bool Lab::signalHost(int index, const QString &signal) const
{
    const Output pids = run({QStringLiteral("ip"), QStringLiteral("netns"), QStringLiteral("pids"), ns(index)});
    const QStringList list = QString::fromLatin1(pids.out).split(QLatin1Char('\n'), Qt::SkipEmptyParts);
    return pids.ok() && !list.isEmpty() &&
           run(QStringList{QStringLiteral("kill"), QStringLiteral("-s"), signal} + list).ok();
}

bool Lab::freezeHost(int index) const
{
    return signalHost(index, QStringLiteral("STOP"));
}

bool Lab::thawHost(int index) const
{
    return signalHost(index, QStringLiteral("CONT"));
}

bool Lab::addAddress(int index, const QString &address) const
{
    const bool added =
        exec(index, {QStringLiteral("ip"), QStringLiteral("addr"), QStringLiteral("add"),
                     QStringLiteral("%1/%2").arg(address).arg(prefixLength()), QStringLiteral("dev"), interface()})
            .ok();
    run({QStringLiteral("ip"), QStringLiteral("neigh"), QStringLiteral("flush"), QStringLiteral("to"), address,
         QStringLiteral("dev"), m_link});
    return added;
}

bool Lab::removeAddress(int index, const QString &address) const
{
    return exec(index, {QStringLiteral("ip"), QStringLiteral("addr"), QStringLiteral("del"),
                        QStringLiteral("%1/%2").arg(address).arg(prefixLength()), QStringLiteral("dev"), interface()})
        .ok();
}

bool Lab::hasAddress(int index, const QString &address) const
{
    const Output list = exec(index, {QStringLiteral("ip"), QStringLiteral("-o"), QStringLiteral("-4"),
                                     QStringLiteral("addr"), QStringLiteral("show"), interface()});
    return list.out.contains(' ' + address.toLatin1() + '/');
}

QString Lab::repmgrConfig(int index) const
{
    return QStringLiteral("%1/%2/repmgr.conf").arg(m_directory, node(index).name);
}

Output Lab::repmgr(int index, const QStringList &arguments) const
{
    return run(node(index).prefix +
               QStringList{m_bin + QStringLiteral("/repmgr"), QStringLiteral("-f"), repmgrConfig(index)} + arguments);
}

QString Lab::patroniUrl(int index) const
{
    return QStringLiteral("http://%1:8008").arg(node(index).host);
}

bool Lab::signalByFile(int index, const QString &pidFile, int signal) const
{
    QFile file(QStringLiteral("%1/%2/%3").arg(m_directory, node(index).name, pidFile));
    if (!file.open(QIODevice::ReadOnly)) {
        return false;
    }
    const pid_t pid = static_cast<pid_t>(file.readAll().trimmed().toLongLong());
    // One that has ended and that nobody has asked about yet still takes signals.
    QFile stat(QStringLiteral("/proc/%1/stat").arg(pid));
    return pid > 0 && stat.open(QIODevice::ReadOnly) && !stat.readAll().contains(") Z ") && ::kill(pid, signal) == 0;
}

bool Lab::signalPatroni(int index, int signal) const
{
    return signalByFile(index, QStringLiteral("patroni.pid"), signal);
}

bool Lab::startPatroni(int index) const
{
    return run({QStringLiteral("bash"), script(), QStringLiteral("patroni"), m_directory, node(index).name}).ok();
}

QString Lab::monitorConninfo(const QString &user) const
{
    return monitor().conninfo(user, QStringLiteral("pg_auto_failover"));
}

bool Lab::signalAutoctl(int index, int signal) const
{
    return signalByFile(index, QStringLiteral("autoctl.pid"), signal);
}

bool Lab::startAutoctl(int index) const
{
    return run({QStringLiteral("bash"), script(), QStringLiteral("autoctl"), m_directory, node(index).name}).ok();
}

} // namespace howdah::testsupport
