// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFile>
#include <QFileInfo>
#include <QJsonObject>
#include <memory>
#include <vector>

#include "core/error.h"
#include "operations/plan.h"
#include "operations/values.h"

namespace howdah::operations {

/// How an operation ended, or stands.
enum class Outcome {
    Running,     ///< a console is at it
    Interrupted, ///< its console has gone: resume or undo finishes it
    Done,
    Refused,    ///< by a check, or by the lock of another console; nothing was changed
    Undone,     ///< failed, and the cluster is as before
    Incomplete, ///< failed half-way; the remarks say what remains
};
/// Whether it left the cluster as it was: what is said of it then is why, and not what remains.
constexpr bool isAsBefore(Outcome outcome)
{
    return outcome == Outcome::Refused || outcome == Outcome::Undone;
}

/// How far a step has come.
enum class StepState { Waiting, Started, Done, Failed, Skipped, Undoing, Undone, UndoFailed };

/// One line of the journal that tells of a step.
struct StepRecord {
    StepState state = StepState::Waiting;
    qint64 startedMs = 0; ///< wall clock, UTC; of its undo once that is begun
    qint64 endedMs = 0;
    QString remark;     ///< why it failed, or what was found; redacted
    qint64 begunMs = 0; ///< when it was begun first, whatever came later
};

/// Takes a change of its state over, as of that moment.
void enter(StepRecord &record, StepState state, qint64 wallMs);

/// What a last will has done, as the process that kept it tells.
struct WillRecord {
    qint64 atMs = 0;    ///< wall clock, UTC
    QString node;       ///< where
    QString sql;        ///< what was sent
    QString why;        ///< it acted
    QString answer;     ///< how that ended; redacted
    bool over = false;  ///< nothing more is sent
    bool taken = false; ///< it was this that took back what had been done
    bool operator==(const WillRecord &) const = default;
};
/// "pooler pgb1: RESUME, since the console was gone: done"
QString toText(const WillRecord &record);

/// An operation as the journal has it.
struct Operation {
    QString id; ///< "20261127-012033-switchover", unique within the journal
    QString path;
    Plan plan;
    Outcome outcome = Outcome::Interrupted;
    bool resumed = false; ///< another console went on with it, so that its times tell nothing of the next one
    qint64 startedMs = 0; ///< wall clock, UTC
    qint64 endedMs = 0;
    std::vector<StepRecord> steps; ///< as plan.steps
    Values values;                 ///< captured; no secrets
    QStringList output;            ///< of steps, newest last; bounded
    QStringList remains;           ///< what is to be done by hand
    std::vector<WillRecord> wills; ///< that acted, oldest first; in output as well
};

QString toString(Outcome outcome); ///< "running", "interrupted", "done", "refused", "undone", "incomplete"
QString toString(StepState state);

/// The file of one operation: a line of JSON for each thing that happens, on the disk (fsync) before the next step
/// begins. As long as the writer lives the file is locked, and the lock goes with the process however it ends: that
/// tells a running operation from an interrupted one. It always writes at the end: a last will may have written there,
/// whose keeper is the only one that does without the lock, one line at a time. Not thread-safe.
class JournalWriter {
public:
    /// A new file in directory, made when missing, readable by its owner only.
    static core::Result<std::unique_ptr<JournalWriter>> create(const QString &directory, const Plan &plan,
                                                               qint64 wallMs);
    /// Goes on with an interrupted one; an error when another console is at it.
    static core::Result<std::unique_ptr<JournalWriter>> reopen(const QString &path);
    ~JournalWriter();
    Q_DISABLE_COPY_MOVE(JournalWriter)

    /// Written when it returns, and synced unless it is the end of what went well: that is synced with what follows it,
    /// which is before anything else is done. Text is redacted on its way.
    core::Result<void> step(int index, StepState state, qint64 wallMs, const QString &remark = {});
    /// Another console goes on with it. That it can't be written keeps nobody from taking an outage back.
    void resumed();
    core::Result<void> captured(const QString &name, const QString &value);
    core::Result<void> output(const QString &line);
    core::Result<void> ended(Outcome outcome, qint64 wallMs, const QStringList &remains);

    QString id() const;
    QString path() const { return m_file.fileName(); }

private:
    explicit JournalWriter(const QString &path);
    core::Result<void> write(const QJsonObject &line, bool sync);
    core::Result<void> lock();

    QFile m_file;
};

/// Adds a line to the file of an operation, whoever holds it; on the disk when it returns. Of a line before it that a
/// crash cut off it keeps away.
core::Result<void> recordWill(const QString &path, const WillRecord &record);

/// Where the journal is kept when nobody says otherwise.
QString journalDirectory();

/// Whether a living console holds the file of an operation. False when it can't be opened.
bool isHeld(const QString &path);

/// One operation from its file. A last line that was cut off by a crash is left out; an earlier one is an error.
/// Kind::NotFound: it has no whole line, so nothing was begun.
core::Result<Operation> readOperation(const QString &path);

/// What stands in that directory under a name of the journal's, newest first, whatever it is: a link that leads nowhere
/// may hide an operation as well. Empty when it is missing.
QFileInfoList journalFiles(const QString &directory);
/// Why that can't be told; empty when it can.
QString whyNotListed(const QString &directory);

/// What can't be read, by file name, beside what can; newest first. A directory that is missing is an empty journal.
struct Journal {
    std::vector<Operation> operations;
    QStringList unreadable;
};
Journal readJournal(const QString &directory);

} // namespace howdah::operations
