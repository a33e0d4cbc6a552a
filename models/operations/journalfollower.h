// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QFileSystemWatcher>
#include <QHash>
#include <QObject>
#include <QTimer>
#include <memory>

#include "operations/finishing.h"
#include "operations/journal.h"
#include "operations/samecluster.h"

namespace howdah::operations {

/// The journal at one moment, immutable and cheap to hand on.
struct JournalState {
    bool read = false; ///< false until it was looked at for the first time
    QString directory;
    std::vector<std::shared_ptr<const Operation>> operations; ///< newest first
    QStringList unreadable;                                   ///< why, with the file's name; of whatever cluster

    bool operator==(const JournalState &) const = default;
};

/// Of state what concerns one cluster: its operations, and what can't be read, which may be of any.
JournalState ofCluster(const JournalState &state, const ClusterKey &cluster);
/// The operation of that id; nullptr when there is none.
std::shared_ptr<const Operation> operationOf(const JournalState &state, const QString &id);
/// What can still be done about one of its operations.
Finishing finishing(const JournalState &state, const Operation &operation);
/// The newest of the interrupted operations that can still be finished; nullptr when there is none.
std::shared_ptr<const Operation> interruptedOf(const JournalState &state);

/// Whether its steps, checks and output were kept: of those that ended only the newest kWholeOperations are.
bool isWhole(const Operation &operation);
inline constexpr std::size_t kWholeOperations = 100;

/// Keeps an eye on the journal's directory, whoever writes to it, and tells each new state. A file is read again when
/// it has changed, and its lock is looked at as long as its operation has not ended: a console that dies writes
/// nothing. It reads files: it belongs into a thread that may wait for a disk.
class JournalFollower : public QObject {
    Q_OBJECT

public:
    explicit JournalFollower(QString directory, QObject *parent = nullptr);
    ~JournalFollower() override;

public Q_SLOTS:
    /// Looks for the first time, and from then on at each change. In its own thread.
    void start();

Q_SIGNALS:
    void changed(const howdah::operations::JournalState &state);

private:
    struct Seen {
        qint64 size = -1;
        qint64 modifiedMs = 0;
        std::shared_ptr<const Operation> operation; ///< nullptr: it can't be read
        QString error;
    };
    void look();
    void readIfChanged(const QString &path, qint64 size, qint64 modifiedMs);
    JournalState stateNow();
    void watch();

    QString m_directory;
    QHash<QString, Seen> m_seen; ///< by path
    JournalState m_told;
    QFileSystemWatcher *m_watcher;
    QTimer *m_soon;  ///< many lines are written at once
    QTimer *m_again; ///< for what nobody tells
};

} // namespace howdah::operations
