// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QTemporaryDir>
#include <memory>

#include "operations/switchover/switchoverplan.h"
#include "switchoverfacts.h"

namespace howdah::unit {

/// Runs the script of a switchover as a person does, with servers that are made up: what stands for psql keeps what it
/// is called with in the file "arguments" and what it is told in "statements", does what the shell's text in "answers"
/// says, and otherwise answers one row. On a host first that runs which is in "hosts".
class RunbookBench {
public:
    RunbookBench();
    virtual ~RunbookBench() = default;
    Q_DISABLE_COPY_MOVE(RunbookBench)

    /// Columns of test data: a row for each shell.
    static void everyShell();
    /// A shell with programs of its own; empty where it is not installed.
    static QString busyboxPath();
    /// That one reads the script, and there are no others' programs; empty: the usual one.
    void useShell(const QString &busybox);
    /// What the script says, and its exit code. answer: what stands in the row; empty: no server answers.
    std::pair<QString, int> run(const Plan &plan, const QStringList &arguments = {},
                                const QString &answer = QStringLiteral("t"));
    /// Of a switchover whose old primary had a primary_conninfo before.
    Facts facts() const;
    Plan plan() const { return planSwitchover(facts(), pg2); }
    bool write(const QString &name, const QByteArray &text) const;
    QByteArray read(const QString &name) const;
    QString path(const QString &name) const { return m_directory.filePath(name); }
    QString directory() const { return m_directory.path(); }

    /// For "answers": a primary_conninfo with what needs quotes in it.
    static QByteArray conninfo();

    bool stops = true; ///< the old primary does when it is told to
    bool deaf = false; ///< nobody reads what it says
    QByteArray typed;  ///< by whoever runs the script

private:
    QTemporaryDir m_directory;
    QStringList m_shell; ///< what reads the script
    QString m_path;      ///< where programs are found
};

} // namespace howdah::unit
