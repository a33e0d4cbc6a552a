// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/hostfacts.h"

#include <QHash>
#include <functional>
#include <type_traits>

#include "core/servertext.h"

namespace howdah::hosts {

namespace {

bool isYes(const QString &value)
{
    return value == QLatin1String("yes");
}

using Setter = std::function<void(HostFacts &, const QString &)>;

template<typename Member>
Setter text(Member member)
{
    return [member](HostFacts &facts, const QString &value) { facts.*member = value; };
}

template<typename Member>
Setter number(Member member)
{
    return [member](HostFacts &facts, const QString &value) {
        facts.*member = static_cast<std::remove_reference_t<decltype(facts.*member)>>(value.toLongLong());
    };
}

template<typename Member>
Setter flag(Member member)
{
    return [member](HostFacts &facts, const QString &value) { facts.*member = isYes(value); };
}

template<typename Member>
Setter list(Member member)
{
    return [member](HostFacts &facts, const QString &value) { facts.*member << value; };
}

const QHash<QString, Setter> &setters()
{
    using F = HostFacts;
    static const QHash<QString, Setter> all{
        {QStringLiteral("user"), text(&F::user)},
        {QStringLiteral("uid"), number(&F::uid)},
        {QStringLiteral("runuser"), flag(&F::hasRunuser)},
        {QStringLiteral("owner"), text(&F::owner)},
        {QStringLiteral("mode"), text(&F::mode)},
        {QStringLiteral("readable"), flag(&F::readable)},
        {QStringLiteral("writable"), flag(&F::writable)},
        {QStringLiteral("standby_signal"), [](F &f, const QString &value) { f.standbySignal = isYes(value); }},
        {QStringLiteral("pid_file"), text(&F::pidFile)},
        {QStringLiteral("pid"), number(&F::pid)},
        {QStringLiteral("alive"), flag(&F::alive)},
        {QStringLiteral("exe"), text(&F::executable)},
        {QStringLiteral("argument"), list(&F::arguments)},
        {QStringLiteral("session_parent"), number(&F::sessionParentPid)},
        {QStringLiteral("session_title"), text(&F::sessionTitle)},
        {QStringLiteral("options"), text(&F::lastOptions)},
        {QStringLiteral("log"), text(&F::logFile)},
        {QStringLiteral("parent"), number(&F::parentPid)},
        {QStringLiteral("parent_name"), text(&F::parentName)},
        {QStringLiteral("same_output"), flag(&F::writesWhereInitWrites)},
        {QStringLiteral("program"), list(&F::programs)},
        {QStringLiteral("init"), text(&F::initName)},
        {QStringLiteral("container"), text(&F::container)},
        {QStringLiteral("systemd"), flag(&F::systemd)},
        {QStringLiteral("unit"), text(&F::unit)},
        {QStringLiteral("unit_LoadState"), text(&F::unitLoadState)},
        {QStringLiteral("unit_MainPID"), number(&F::unitMainPid)},
        {QStringLiteral("unit_Restart"), text(&F::unitRestart)},
        {QStringLiteral("unit_FragmentPath"), text(&F::unitFile)},
        {QStringLiteral("unit_TimeoutStopUSec"), text(&F::unitStopTimeout)},
        {QStringLiteral("sudo_systemctl"), flag(&F::sudoSystemctl)},
        {QStringLiteral("sudo_owner"), flag(&F::sudoOwner)},
        {QStringLiteral("debian_version"), text(&F::debianVersion)},
        {QStringLiteral("debian_cluster"), text(&F::debianCluster)},
        {QStringLiteral("pg_ctlcluster"), flag(&F::hasPgCtlCluster)},
        {QStringLiteral("daemon"), list(&F::daemons)},
    };
    return all;
}

} // namespace

QString HostFacts::whyAnotherServer() const
{
    // https://www.postgresql.org/docs/current/storage-file-layout.html: process, directory, start, port, socket
    // directory, listen address, shared memory; behind those the state, which changes.
    constexpr qsizetype kLines = 7;
    constexpr qint64 kSlowestStartS = 120;
    const auto linesOf = [](const QString &text, QLatin1Char between) {
        QStringList lines = text.split(between).mid(0, kLines);
        for (QString &line : lines) {
            line = line.trimmed();
        }
        return lines;
    };
    const QStringList here = linesOf(pidFile, QLatin1Char('|'));
    const QStringList told = linesOf(settings.pidFile, QLatin1Char('\n'));
    const bool known = !settings.pidFile.isEmpty() || settings.startedS > 0;
    if (!known || (pidFile.isEmpty() && !readable)) {
        return {}; // that it is not known others say
    }
    if (pidFile.isEmpty()) {
        return QStringLiteral("no server runs in %1 on that host").arg(settings.dataDirectory);
    }
    const qint64 took = settings.startedS - here.value(2).toLongLong(); // until it takes connections
    const bool same = !settings.pidFile.isEmpty() ? here.join(QLatin1Char('|')) == told.join(QLatin1Char('|'))
                                                  : took >= 0 && took <= kSlowestStartS &&
                                                        (settings.port == 0 || here.value(3).toInt() == settings.port);
    return same ? QString()
                : QStringLiteral("another server runs in %1 on that host: process %2, port %3")
                      .arg(settings.dataDirectory, here.value(0), here.value(3));
}

bool HostFacts::isSurelyTheServers() const
{
    if (pidFile.isEmpty() || !whyAnotherServer().isEmpty()) {
        return false;
    }
    // Numbers of processes are alike where each server has a container of its own; the port of our end is not.
    return !settings.pidFile.isEmpty() ||
           (pid > 0 && sessionParentPid == pid && !settings.sessionPeer.isEmpty() &&
            (sessionTitle + QLatin1Char(' ')).contains(settings.sessionPeer + QLatin1Char(' ')));
}

QString HostFacts::program(const QString &name) const
{
    for (const QString &path : programs) {
        if (path.section(QLatin1Char('/'), -1) == name) {
            return path;
        }
    }
    return {};
}

core::Result<HostFacts> parseHostFacts(const QByteArray &output, const ServerSettings &settings)
{
    HostFacts facts;
    facts.settings = settings;
    bool begun = false;
    bool ended = false;
    for (const QByteArray &line : output.split('\n')) {
        if (line == "howdah-facts" || line.endsWith("\rhowdah-facts")) {
            begun = true;
            continue;
        }
        if (!begun || ended) {
            continue;
        }
        if (line == "howdah-facts-end") {
            ended = true;
            continue;
        }
        const qsizetype equals = line.indexOf('=');
        const auto setter = setters().constFind(QString::fromLatin1(line.first(qMax<qsizetype>(0, equals))));
        if (equals > 0 && setter != setters().cend()) {
            // Kept as they are, since commands are made of them; whoever shows them goes through shown().
            (*setter)(facts, QString::fromUtf8(line.sliced(equals + 1)).replace(QChar(1), QLatin1Char('\n')));
        }
    }
    if (!begun || !ended) {
        return core::failure(
            core::Error::Kind::Server,
            QStringLiteral("The host did not answer what the console asked of it: %1")
                .arg(core::sanitized(QByteArrayView(output.trimmed()), 300)),
            QStringLiteral("\"command\" must lead to a POSIX shell's host and pass words on as they are."));
    }
    return facts;
}

} // namespace howdah::hosts
