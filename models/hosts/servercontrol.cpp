// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/servercontrol.h"

#include <QRegularExpression>
#include <QSet>

#include "core/servertext.h"
#include "hosts/commandline.h"
#include "hosts/serveroptions.h"

namespace howdah::hosts {

namespace {

using How = ServerControl::How;

constexpr int kStartTimeoutS = 60;

// Everything that one derivation needs to know, and what it has found so far.
class Derivation {
public:
    Derivation(const HostFacts &facts, const cluster::NodeConfig &node);
    core::Result<ServerControl> result();

private:
    void findOwner();
    void findRoot();
    void fromPgCtl();
    void fromContainer();
    void fromSystemd();
    void fromPgCtlCluster();
    void fromSupervisor();
    void withWritten();
    void withDaemons();

    bool isContainer() const;
    bool isUnit() const;
    bool isSupervised() const;
    HostCommand asOwner(const QStringList &argv) const { return {m_control.ownerPrefix, argv}; }
    QStringList pgCtlStart() const;
    QStringList pgCtl(const QStringList &rest) const;
    void say(const QString &text) { m_control.evidence << core::sanitized(text, 1000); }

    const HostFacts &m_facts;
    const cluster::NodeConfig &m_node;
    QStringList m_base; ///< behind which the facts were found
    QStringList m_root; ///< behind which root's commands run
    bool m_hasOwner = false;
    bool m_hasRoot = false;
    QString m_pgCtl;
    ServerControl m_control;
};

Derivation::Derivation(const HostFacts &facts, const cluster::NodeConfig &node)
    : m_facts(facts)
    , m_node(node)
    , m_base(facts.throughRootCommand ? node.rootCommand : node.command)
    , m_pgCtl(facts.program(QStringLiteral("pg_ctl")))
{
    m_control.pgControldata = facts.program(QStringLiteral("pg_controldata"));
    m_control.pgRewind = facts.program(QStringLiteral("pg_rewind"));
}

// pg_ctl and its like refuse root; only the owner of the data directory may run them.
void Derivation::findOwner()
{
    const QString &owner = m_facts.owner;
    const QStringList runuser{QStringLiteral("runuser"), QStringLiteral("-u"), owner, QStringLiteral("--")};
    const QStringList sudo{QStringLiteral("sudo"), QStringLiteral("-n"), QStringLiteral("-u"), owner,
                           QStringLiteral("--")};
    m_hasOwner = true;
    if (owner.isEmpty()) {
        m_hasOwner = false;
    } else if (m_facts.user == owner) {
        m_control.ownerPrefix = m_base;
        say(QStringLiteral("Commands run as %1, who owns the data directory.").arg(owner));
    } else if (m_facts.uid == 0) {
        m_control.ownerPrefix = m_base + (m_facts.hasRunuser ? runuser : sudo);
        say(QStringLiteral("Commands run as root, who becomes %1, the owner of the data directory.").arg(owner));
    } else if (m_facts.sudoOwner) {
        m_control.ownerPrefix = m_base + sudo;
        say(QStringLiteral("%1 may run commands as %2 by sudo.").arg(m_facts.user, owner));
    } else if (!m_node.rootCommand.isEmpty()) {
        m_control.ownerPrefix = m_node.rootCommand + runuser;
        say(QStringLiteral("root_command becomes %1, the owner of the data directory.").arg(owner));
    } else {
        m_hasOwner = false;
        say(QStringLiteral("%1 does not own the data directory, %2 does.").arg(m_facts.user, owner));
    }
}

void Derivation::findRoot()
{
    m_hasRoot = true;
    if (!m_node.rootCommand.isEmpty()) {
        m_root = m_node.rootCommand;
    } else if (m_facts.uid == 0) {
        m_root = m_base;
    } else if (m_facts.sudoSystemctl) {
        m_root = m_base + QStringList{QStringLiteral("sudo"), QStringLiteral("-n")};
    } else {
        m_hasRoot = false;
    }
}

QStringList Derivation::pgCtl(const QStringList &rest) const
{
    return QStringList{m_pgCtl, QStringLiteral("-D"), m_facts.settings.dataDirectory} + rest;
}

// As it was started last: what stood on its command line stands nowhere else.
QStringList Derivation::pgCtlStart() const
{
    QString directory;
    const QStringList last = m_facts.arguments.isEmpty() ? parsePostmasterOpts(m_facts.lastOptions) : m_facts.arguments;
    const QStringList options = serverOptions(last, &directory);
    // -D may also name the directory of the configuration; what is relative was so to a directory that nobody knows.
    if (!directory.startsWith(QLatin1Char('/'))) {
        directory = m_facts.settings.dataDirectory;
    }
    // Without -l the server would hold on to the output of ssh, which waits for its end.
    const bool hasLog = m_facts.logFile.startsWith(QLatin1Char('/')) && m_facts.logFile != QLatin1String("/dev/null") &&
                        !m_facts.logFile.startsWith(QLatin1String("/dev/pts/")) &&
                        !m_facts.logFile.endsWith(QLatin1String(" (deleted)"));
    QStringList argv{m_pgCtl,
                     QStringLiteral("-D"),
                     directory,
                     QStringLiteral("-w"),
                     QStringLiteral("-t"),
                     QString::number(kStartTimeoutS),
                     QStringLiteral("-l"),
                     hasLog ? m_facts.logFile : m_facts.settings.dataDirectory + QStringLiteral("/howdah-start.log")};
    if (!options.isEmpty()) {
        argv << QStringLiteral("-o") << shellQuoted(options); // pg_ctl gives it to a shell
    }
    return argv << QStringLiteral("start");
}

void Derivation::fromPgCtl()
{
    if (!m_hasOwner || m_pgCtl.isEmpty()) {
        if (m_hasOwner) {
            say(QStringLiteral("No pg_ctl was found beside the server or in PATH."));
        }
        return;
    }
    m_control.how = How::PgCtl;
    m_control.stop =
        asOwner(pgCtl({QStringLiteral("-m"), QStringLiteral("fast"), QStringLiteral("-W"), QStringLiteral("stop")}));
    m_control.immediateStop = asOwner(
        pgCtl({QStringLiteral("-m"), QStringLiteral("immediate"), QStringLiteral("-W"), QStringLiteral("stop")}));
    m_control.reload = asOwner(pgCtl({QStringLiteral("reload")}));
    m_control.start = asOwner(pgCtlStart());
    if (!m_control.pgControldata.isEmpty()) {
        m_control.controlData = asOwner({QStringLiteral("env"), QStringLiteral("LC_ALL=C"), m_control.pgControldata,
                                         QStringLiteral("-D"), m_facts.settings.dataDirectory});
    }
}

// Process 1 is it for certain. Below a small init it is the one that writes where init writes.
bool Derivation::isContainer() const
{
    static const QSet<QString> inits{QStringLiteral("tini"), QStringLiteral("docker-init"), QStringLiteral("dumb-init"),
                                     QStringLiteral("catatonit")};
    return m_facts.alive && (m_facts.pid == 1 || (!m_facts.container.isEmpty() && m_facts.parentPid == 1 &&
                                                  inits.contains(m_facts.initName) && m_facts.writesWhereInitWrites));
}

void Derivation::fromContainer()
{
    m_control.how = How::Container;
    m_control.start = {};
    m_control.mayRestartByItself = true;
    m_control.supervisor = m_facts.container.isEmpty() ? QStringLiteral("container runtime") : m_facts.container;
    say(QStringLiteral("The server is the container's main process: when it stops, so does the container, and commands "
                       "inside are no longer possible. Its restart policy decides whether it comes back by itself."));
    // "docker exec [options] NAME": started again from outside.
    qsizetype at = m_base.indexOf(QStringLiteral("exec"));
    static const QSet<QString> runtimes{QStringLiteral("docker"), QStringLiteral("podman"), QStringLiteral("nerdctl")};
    if (at < 1 || !runtimes.contains(m_base.at(at - 1).section(QLatin1Char('/'), -1))) {
        say(QStringLiteral("How it is started again is not known: write start into the cluster file."));
        return;
    }
    static const QSet<QString> withValue{QStringLiteral("-e"),         QStringLiteral("--env"),
                                         QStringLiteral("-u"),         QStringLiteral("--user"),
                                         QStringLiteral("-w"),         QStringLiteral("--workdir"),
                                         QStringLiteral("--env-file"), QStringLiteral("--detach-keys")};
    const QStringList outside = m_base.first(at - 1);
    const QString runtime = m_base.at(at - 1);
    for (++at; at < m_base.size() && m_base.at(at).startsWith(QLatin1Char('-')); ++at) {
        at += withValue.contains(m_base.at(at)) ? 1 : 0;
    }
    if (at < m_base.size()) {
        m_control.start = {outside, {runtime, QStringLiteral("start"), m_base.at(at)}};
        say(QStringLiteral("It is started again as container %1.").arg(m_base.at(at)));
    }
}

// A server started from a shell, cron or Patroni is in their unit's cgroup, and is not its main process.
bool Derivation::isUnit() const
{
    return !m_facts.unit.isEmpty() && m_facts.unitLoadState == QLatin1String("loaded") &&
           (m_facts.alive ? m_facts.unitMainPid == m_facts.pid && m_facts.pid > 0 : m_facts.unitMainPid == 0);
}

void Derivation::fromSystemd()
{
    const QString unit = m_facts.unit;
    const bool comesBack =
        m_facts.unitRestart == QLatin1String("always") || m_facts.unitRestart == QLatin1String("on-success");
    say(m_facts.alive ? QStringLiteral("The server is the main process of systemd's %1.").arg(unit)
                      : QStringLiteral("systemd's %1 starts this server.").arg(unit));
    m_control.supervisor = QStringLiteral("systemd");
    if (!m_facts.unitRestart.isEmpty() && m_facts.unitRestart != QLatin1String("no")) {
        say(QStringLiteral("Restart=%1: systemd starts it again after %2.")
                .arg(m_facts.unitRestart,
                     comesBack ? QStringLiteral("any end that was not asked of systemd") : QStringLiteral("a crash")));
    }
    const auto systemctl = [&](const QStringList &words) {
        return HostCommand{m_root, QStringList{QStringLiteral("systemctl")} + words + QStringList{unit}};
    };
    m_control.start = {};
    m_control.comesBack = comesBack;
    if (m_hasRoot) {
        m_control.how = How::SystemdUnit;
        m_control.start = systemctl({QStringLiteral("start")});
        if (m_control.stop.isEmpty() || comesBack) {
            m_control.stop = systemctl({QStringLiteral("--no-block"), QStringLiteral("stop")});
            say(QStringLiteral("systemd kills what has not stopped after %1 (TimeoutStopSec).")
                    .arg(m_facts.unitStopTimeout));
        }
        if (m_control.reload.isEmpty()) {
            m_control.reload = systemctl({QStringLiteral("reload")});
        }
        return;
    }
    m_control.how = How::ByHand;
    m_control.mayRestartByItself = comesBack;
    say(QStringLiteral(
            "Only root may start %1: write root_command into the cluster file, or allow \"systemctl start %1\" "
            "by sudo without a password.")
            .arg(unit));
}

void Derivation::fromPgCtlCluster()
{
    say(QStringLiteral("/etc/postgresql/%1/%2 is this server's configuration: it is started by pg_ctlcluster.")
            .arg(m_facts.debianVersion, m_facts.debianCluster));
    const auto cluster = [&](const QStringList &rest) {
        // It would ask systemctl as root, which the owner is not.
        return asOwner(QStringList{QStringLiteral("pg_ctlcluster"), QStringLiteral("--skip-systemctl-redirect"),
                                   m_facts.debianVersion, m_facts.debianCluster} +
                       rest);
    };
    m_control.how = How::PgCtlCluster;
    m_control.start =
        cluster({QStringLiteral("start"), QStringLiteral("--"), QStringLiteral("-t"), QString::number(kStartTimeoutS)});
    if (m_control.stop.isEmpty()) {
        m_control.stop = cluster({QStringLiteral("stop"), QStringLiteral("-m"), QStringLiteral("fast")});
        m_control.immediateStop = cluster({QStringLiteral("stop"), QStringLiteral("-m"), QStringLiteral("immediate")});
        m_control.reload = cluster({QStringLiteral("reload")});
    }
}

bool Derivation::isSupervised() const
{
    static const QSet<QString> names{QStringLiteral("supervisord"),  QStringLiteral("runsv"),
                                     QStringLiteral("s6-supervise"), QStringLiteral("circusd"),
                                     QStringLiteral("monit"),        QStringLiteral("supervise")};
    return m_facts.alive && names.contains(m_facts.parentName);
}

void Derivation::fromSupervisor()
{
    m_control.how = How::ByHand;
    m_control.start = {};
    m_control.mayRestartByItself = true;
    m_control.supervisor = m_facts.parentName;
    say(QStringLiteral(
            "%1 has started the server and may start it again when it stops: write its own commands as start "
            "and stop into the cluster file.")
            .arg(m_facts.parentName));
}

// They act on the server whatever stops it: the operation has to go through them.
void Derivation::withDaemons()
{
    static const QSet<QString> keepers{QStringLiteral("patroni"), QStringLiteral("pg_autoctl"),
                                       QStringLiteral("stolon-keeper")};
    for (const QString &daemon : m_facts.daemons) {
        const QString name = daemon.section(QLatin1Char(' '), 0, 0);
        if (keepers.contains(name)) {
            m_control.mayRestartByItself = true;
            m_control.supervisor = name;
            say(QStringLiteral(
                    "%1 runs on this host (process %2) and starts the server again when it finds it stopped.")
                    .arg(name, daemon.section(QLatin1Char(' '), 1)));
        } else {
            say(QStringLiteral(
                    "%1 runs on this host (process %2) and may promote or fence while the server is stopped.")
                    .arg(name, daemon.section(QLatin1Char(' '), 1)));
        }
    }
}

void Derivation::withWritten()
{
    if (!m_node.stop.isEmpty()) {
        m_control.stop = {m_node.command, m_node.stop};
        say(QStringLiteral("stop is written in the cluster file."));
    }
    if (!m_node.start.isEmpty()) {
        m_control.start = {m_node.command, m_node.start};
        say(QStringLiteral("start is written in the cluster file."));
    }
    if (!m_node.start.isEmpty() && !m_control.stop.isEmpty()) {
        m_control.how = How::Written;
    }
}

core::Result<ServerControl> Derivation::result()
{
    if (!m_facts.settings.dataDirectory.startsWith(QLatin1Char('/'))) {
        return core::failure(
            core::Error::Kind::Invalid, QStringLiteral("The data directory of %1 is not known.").arg(m_node.name),
            QStringLiteral("The server tells it to members of pg_read_all_settings only: pg_monitor has "
                           "that role."));
    }
    findOwner();
    findRoot();
    fromPgCtl();
    if (isContainer()) {
        fromContainer();
    } else if (isUnit()) {
        fromSystemd();
    } else if (isSupervised()) {
        fromSupervisor();
    } else if (!m_facts.debianVersion.isEmpty() && m_facts.hasPgCtlCluster && m_hasOwner) {
        fromPgCtlCluster();
    } else if (m_control.how == How::PgCtl) {
        say(m_facts.alive
                ? QStringLiteral("No service keeps the server: it runs by itself (process %1).").arg(m_facts.pid)
                : QStringLiteral("The server is not running, and no service is known to start it."));
    }
    withDaemons();
    withWritten();
    if (m_control.start.isEmpty() && m_control.stop.isEmpty()) {
        return core::failure(
            core::Error::Kind::Denied,
            QStringLiteral("The server of %1 cannot be stopped or started: %2")
                .arg(m_node.name, m_control.evidence.join(QLatin1Char(' '))),
            QStringLiteral("Let command be a user who owns the data directory, or write root_command, or "
                           "start and stop, into the cluster file."));
    }
    return m_control;
}

} // namespace

core::Result<ServerControl> deriveControl(const HostFacts &facts, const cluster::NodeConfig &node)
{
    return Derivation(facts, node).result();
}

QString nameOf(ServerControl::How how)
{
    switch (how) {
    case How::Written:
        return QStringLiteral("as written in the cluster file");
    case How::PgCtl:
        return QStringLiteral("pg_ctl");
    case How::PgCtlCluster:
        return QStringLiteral("pg_ctlcluster");
    case How::SystemdUnit:
        return QStringLiteral("systemd");
    case How::Container:
        return QStringLiteral("container");
    case How::ByHand:
        return QStringLiteral("by hand");
    }
    Q_UNREACHABLE();
}

} // namespace howdah::hosts
