// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>

#include "cluster/clusterconfig.h"
#include "operations/plan.h"

namespace howdah::operations {

/// A text as one word of a shell, in single quotes.
QString shellWord(const QString &text);

/// What psql connects to under the name of a node or another place, without a secret; database: empty: the usual one.
QString psqlConninfo(const cluster::ClusterConfig &config, const QString &name, const QString &database);

/// The functions of a runbook's script that send a statement by psql, and whatever else it takes to be a function.
/// Used by one thread.
class RunbookSql {
public:
    /// config must outlive it.
    RunbookSql(const cluster::ClusterConfig &config);

    /// How a statement is sent.
    struct Manner {
        int seconds = 0;  ///< that it may take; 0: as the script says before it runs the function
        int silenceS = 0; ///< given up when its server has said nothing to anybody for so long; 0: not before its time
        QStringList kept = {}; ///< values that come out of the file in which they are kept
    };
    /// A function that runs one statement; what it needs of values comes by standard input as psql's variables, and is
    /// quoted there. Returned is its name.
    QString function(const Action &action, const Manner &manner);
    /// A function of any other text, which ends with a line's end. letter: what its name begins with.
    QString functionOf(QLatin1Char letter, const QString &text);
    /// The lines that read a secret into a variable of its name, or end the script.
    QString secretText(const Secret &secret);
    /// All of them, in the order in which they came.
    const QString &functions() const { return m_functions; }

private:
    const cluster::ClusterConfig &m_config;
    QString m_functions;
    int m_count = 0;
};

} // namespace howdah::operations
