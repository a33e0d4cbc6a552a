// SPDX-License-Identifier: GPL-3.0-or-later
#include "runbookbench.h"

#include <QDir>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include "operations/runbook.h"

namespace howdah::unit {

namespace {

/// Keeps what it is called with and what it is told, then answers as the test says.
constexpr const char *kPsql = R"sh(#!/bin/sh
at=${0%/*}
in=$(cat)
printf '%s\n' "$*" >>"$at/arguments"
printf '%s\n--\n' "$in" >>"$at/statements"
. "$at/answers"
[ "$ANSWER" ] || { echo 'connection refused' >&2; exit 2; }
printf 'lsn\037xid\n%s\037%s\n' "$ANSWER" "$ANSWER"
)sh";

/// Servers stop and start when they are told to.
constexpr const char *kHost = R"sh(#!/bin/sh
at=${0%/*}
. "$at/hosts"
case "$*" in
*howdah-stop* | *howdah-control*)
  [ "$STOPS" ] || { echo 'still running' >&2; exit 1; }
  echo 'Database system identifier:           7'
  echo 'Database cluster state:               shut down'
  echo 'Latest checkpoint location:           0/3000060' ;;
*howdah-start*) [ "$STOPS" ] ;;
esac
)sh";

} // namespace

RunbookBench::RunbookBench()
    : m_shell{QStringLiteral("sh")}
    , m_path(m_directory.path() + QLatin1Char(':') + qEnvironmentVariable("PATH"))
{
    write(QStringLiteral("psql"), kPsql);
    write(QStringLiteral("host"), kHost);
    write(QStringLiteral("answers"), {});
    write(QStringLiteral("hosts"), {});
}

QByteArray RunbookBench::conninfo()
{
    return R"sh(case $in in *'SHOW primary_conninfo'*)
  printf '%s\n' primary_conninfo "host=10.0.0.11 user=replicator password='it\\'s \\\\ a canary'"
  exit ;;
esac
)sh";
}

void RunbookBench::everyShell()
{
    QTest::addColumn<QString>("shell");
    QTest::newRow("sh") << QString();
    if (const QString busybox = busyboxPath(); !busybox.isEmpty()) {
        QTest::newRow("busybox") << busybox;
    }
}

QString RunbookBench::busyboxPath()
{
    return QStandardPaths::findExecutable(QStringLiteral("busybox"));
}

void RunbookBench::useShell(const QString &busybox)
{
    if (busybox.isEmpty()) {
        return;
    }
    const QString applets = path(QStringLiteral("applets"));
    QVERIFY(QDir().mkpath(applets));
    QProcess install;
    install.start(busybox, {QStringLiteral("--install"), QStringLiteral("-s"), applets});
    QTRY_COMPARE(install.state(), QProcess::NotRunning);
    m_shell = {busybox, QStringLiteral("sh")};
    m_path = m_directory.path() + QLatin1Char(':') + applets;
}

Facts RunbookBench::facts() const
{
    howdah::cluster::Snapshot snapshot = prepared(healthyPair());
    setSetting(edit(snapshot, pg1), QStringLiteral("primary_conninfo"),
               QStringLiteral("host=10.0.0.12 user=replicator password=********"));
    Facts facts = factsOf(snapshot);
    facts.nodes[pg1].sql.inAutoConf = {QStringLiteral("primary_conninfo")};
    for (howdah::cluster::NodeConfig &node : facts.config.nodes) {
        node.command = {path(QStringLiteral("host"))};
        node.hasCommand = true;
    }
    return facts;
}

std::pair<QString, int> RunbookBench::run(const Plan &plan, const QStringList &arguments, const QString &answer)
{
    const QString script = path(QStringLiteral("runbook.sh"));
    if (!saveRunbook(plan, facts().config, script)) {
        return {QStringLiteral("it was not written"), -1};
    }
    QProcess process;
    QProcessEnvironment all = QProcessEnvironment::systemEnvironment();
    all.insert(QStringLiteral("PATH"), m_path);
    all.insert(QStringLiteral("ANSWER"), answer);
    all.insert(QStringLiteral("STOPS"), stops ? QStringLiteral("yes") : QString());
    process.setProcessEnvironment(all);
    process.setProcessChannelMode(QProcess::MergedChannels);
    QStringList command = m_shell + QStringList{script} + arguments;
    if (deaf) {
        command = QStringList{QStringLiteral("bash"), QStringLiteral("-c"), QStringLiteral("\"$@\" 2>&1 | true"),
                              QStringLiteral("deaf")} +
                  command;
    }
    process.start(command.first(), command.sliced(1));
    process.write(typed);
    process.closeWriteChannel();
    const bool ended = QTest::qWaitFor([&process] { return process.state() == QProcess::NotRunning; }, 60'000) &&
                       process.exitCode() >= 0;
    return {QString::fromUtf8(process.readAll()), ended ? process.exitCode() : -1};
}

bool RunbookBench::write(const QString &name, const QByteArray &text) const
{
    QFile file(path(name));
    const bool written = file.open(QIODevice::WriteOnly) && file.write(text) == text.size();
    file.close();
    return written && file.setPermissions(QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

QByteArray RunbookBench::read(const QString &name) const
{
    QFile file(path(name));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace howdah::unit
