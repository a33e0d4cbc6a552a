// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QString>
#include <optional>

namespace howdah::demo {

/// One thing that the demo's script tells.
struct DemoRecord {
    enum class Kind {
        Step,    ///< text: what is being done
        Node,    ///< name, port, pid, role, state
        Load,    ///< pid and state of the write load
        Cluster, ///< text: path of the cluster file; state: running, partial or stopped
        Problem, ///< text: what went wrong; hint: what to do
    };

    Kind kind = Kind::Step;
    QString text = {};
    QString hint = {};
    QString name = {};
    QString role = {};  ///< primary, standby or none, as the data directory says
    QString state = {}; ///< of a node: running, starting, frozen, stopped …
    int port = 0;       ///< 0: unknown
    qint64 pid = 0;     ///< 0: does not run

    bool operator==(const DemoRecord &) const = default;
};

/// How a demo command ended; the values are the program's exit codes.
enum class DemoResult { Done = 0, Refused = 1, Undone = 2, Incomplete = 3 };

/// A line of the script's output (common.sh tells the form); nothing for a line that is not a record.
std::optional<DemoRecord> parseRecord(const QByteArray &line);

/// A record as a line for people, without its end, redacted.
QString toText(const DemoRecord &record);

/// A record as one object of the --json output, redacted.
QJsonObject toJson(const DemoRecord &record);

/// "done", "refused", "undone", "incomplete".
QString toString(DemoResult result);

} // namespace howdah::demo
