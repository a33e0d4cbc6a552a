// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QJsonArray>
#include <QTemporaryDir>
#include <QTest>
#include <csignal>
#include <memory>

#include "consolerun.h"
#include "support/lab.h"
#include "support/localcluster.h"

namespace howdah::integration {

/// On which majors all rows run, not only a few: HOWDAH_ALL_FAULTS=13,15. All of it takes half an hour a major.
inline QStringList wantedMajors()
{
    return qEnvironmentVariable("HOWDAH_ALL_FAULTS").split(QLatin1Char(','), Qt::SkipEmptyParts);
}

/// The steps that failed or were undone, and what remains: as much as a failure's message takes.
inline QByteArray whatWentWrong(const ConsoleRun &ended)
{
    QByteArray text = "exit code " + QByteArray::number(ended.exitCode) + '\n';
    for (const QJsonObject &line : ended.lines) {
        const QString state = line.value(QStringLiteral("state")).toString();
        if (state == QLatin1String("failed") || state == QLatin1String("undo failed") ||
            state == QLatin1String("skipped")) {
            text += (line.value(QStringLiteral("step")).toString() + QLatin1Char(' ') + state + QStringLiteral(": ") +
                     line.value(QStringLiteral("remark")).toString() + QLatin1Char('\n'))
                        .toUtf8();
        }
    }
    for (const auto &one : ended.last().value(QStringLiteral("remains")).toArray()) {
        text += "remains: " + one.toString().left(200).toUtf8() + '\n';
    }
    return text;
}

/// Keeps a console from going on while something is done to its servers.
template<typename Deed>
void whileHeld(qint64 console, Deed deed)
{
    ::kill(static_cast<pid_t>(console), SIGSTOP);
    deed();
    ::kill(static_cast<pid_t>(console), SIGCONT);
}

/// The lab of one major at a time, as good as new whenever it is provided, with its cluster file and its journal.
class MajorLab {
public:
    using Change = std::function<void(const testsupport::Lab &, cluster::ClusterConfig &)>;
    /// change: what else the cluster file has.
    explicit MajorLab(Change change = {})
        : m_change(std::move(change))
    {
    }

    bool provide(int major)
    {
        if (m_lab && m_major == major && isWhole()) {
            return true;
        }
        m_lab.reset();
        QDir(m_directory.filePath(QStringLiteral("howdah"))).removeRecursively(); // what was left unfinished
        testsupport::Lab::Options options;
        options.cascading = false;
        options.major = major;
        auto lab = testsupport::Lab::start(testsupport::Lab::Variant::Plain, options);
        if (!lab) {
            m_problem = lab.error().message;
            return false;
        }
        m_lab = std::move(*lab);
        m_major = major;
        cluster::ClusterConfig config = m_lab->config(QStringLiteral("postgres"));
        config.name = QStringLiteral("orders");
        config.manager = cluster::ManagerKind::None;
        if (m_change) {
            m_change(*m_lab, config);
        }
        return cluster::saveClusterFile(config, clusterFile()).has_value();
    }
    QString problem() const { return m_problem; }
    /// What is left of it is for a person; the next row begins anew.
    void discard() { m_lab.reset(); }
    testsupport::Lab *operator->() const { return m_lab.get(); }

    QString directory() const { return m_directory.path(); }
    QString clusterFile() const { return m_directory.filePath(QStringLiteral("orders.toml")); }
    int primary() const { return m_lab->primary(); }

    /// Both others stream, and nobody is at it.
    bool isWhole() const
    {
        const int from = primary();
        if (from < 0 || m_lab->node(from).value(
                            QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")) !=
                            QLatin1String("2")) {
            return false;
        }
        for (int i = 0; i < 3; ++i) { // a console that was cut off holds the cluster lock until its server has noticed
            if (m_lab->node(i).value(QStringLiteral("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")) !=
                QLatin1String("0")) {
                return false;
            }
        }
        return true;
    }
    bool awaitWhole() const
    {
        return QTest::qWaitFor([this] { return slowly(isWhole()); }, 60'000);
    }
    /// Who takes writes; -1: after a while still nobody, or more than one. On a busy machine psql does not always
    /// answer.
    int awaitPrimary() const
    {
        int found = -1;
        (void)QTest::qWaitFor([&] { return slowly((found = primary()) >= 0); }, 20'000);
        return found;
    }
    /// Asking takes some processes: whoever waits for a yes asks ten times a second.
    static bool slowly(bool yes)
    {
        if (!yes) {
            QTest::qWait(100);
        }
        return yes;
    }

    QStringList conninfos(bool sockets) const
    {
        QStringList all;
        for (int i = 0; i < 3; ++i) {
            const testsupport::LabServer &node = m_lab->node(i);
            all.append(sockets ? QStringLiteral("host=%1 user=postgres dbname=postgres").arg(node.socketDir)
                               : node.conninfo(QStringLiteral("postgres")));
        }
        return all;
    }

    /// All that a switchover changes beforehand, on each node: settings that are written, those that run, slots, locks.
    QStringList prepared() const
    {
        QStringList all;
        for (int i = 0; i < 3; ++i) {
            for (const char *sql :
                 {"SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_file_settings WHERE "
                  "sourcefile LIKE '%/postgresql.auto.conf'",
                  "SELECT string_agg(name || '=' || setting, ' ' ORDER BY name) FROM pg_settings WHERE name IN "
                  "('primary_conninfo', 'primary_slot_name', 'wal_retrieve_retry_interval')",
                  "SELECT string_agg(slot_name || ' ' || active, ' ' ORDER BY slot_name) FROM pg_replication_slots",
                  "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"}) {
                all.append(m_lab->node(i).name + QStringLiteral(": ") + m_lab->node(i).value(QLatin1String(sql)));
            }
        }
        return all;
    }

    /// dataHome: where this console keeps its journal; empty: with those of all others.
    ConsoleRun switchover(int to, const OnStep &onStep = {}, qint64 *console = nullptr,
                          const QString &dataHome = {}) const
    {
        return runConsole({QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                           QStringLiteral("--yes"), QStringLiteral("--to"), m_lab->node(to).name},
                          dataHome.isEmpty() ? directory() : dataHome, onStep, console);
    }
    ConsoleRun finish(const char *how) const
    {
        return runConsole({QStringLiteral("journal"), clusterFile(), QLatin1String(how), QStringLiteral("--json")},
                          directory());
    }

private:
    Change m_change;
    QTemporaryDir m_directory;
    std::unique_ptr<testsupport::Lab> m_lab;
    int m_major = -1;
    QString m_problem;
};

} // namespace howdah::integration

/// 0 is the newest of the distribution's.
#define PROVIDE_MAJOR(lab, major)                                                                                      \
    if (!howdah::testsupport::Lab::possible()) {                                                                       \
        QSKIP("needs root: network namespaces");                                                                       \
    }                                                                                                                  \
    if ((major) != 0 && !howdah::testsupport::LocalCluster::binaries(major)) {                                         \
        QSKIP("needs PostgreSQL of this major: sh tests/support/majors.sh");                                           \
    }                                                                                                                  \
    QVERIFY2((lab).provide(major), qPrintable((lab).problem()))
