// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/journalfollower.h"
#include "tables/keyedtablemodel.h"

namespace howdah::tables {

/// The operations of one cluster: what still waits to be finished first, then newest first. Keys are ids.
class JournalModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit JournalModel(QObject *parent = nullptr);
    /// journal has that cluster's operations only; times of another day than nowWallMs have their date.
    void setJournal(const operations::JournalState &journal, qint64 nowWallMs);
};

/// The steps of one operation of the journal under the headings of their phases. Keys are steps' ids, and "phase/NAME"
/// for headings.
class JournalStepsModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit JournalStepsModel(QObject *parent = nullptr);
    void setOperation(const operations::Operation &operation);
};

/// "12 operations, 1 waits to be finished": what stands beside the heading; empty before the journal was read.
QString journalSummary(const operations::JournalState &journal);
/// Why there is nothing in the table.
QString journalEmptySentence(const operations::JournalState &journal);
/// What can't be read, each with why; empty when all can.
QString journalUnreadable(const operations::JournalState &journal);

/// A fact about an operation: what it is called, what it is.
struct JournalFact {
    QString what;
    QString value;
    bool fixed = false;
    bool nonValue = false;

    bool operator==(const JournalFact &) const = default;
};
/// When it was, how long it took, from where to where, and the file it stands in.
std::vector<JournalFact> journalFacts(const operations::Operation &operation);

/// What was done, what remains and what can be done about it: a word and a sentence each.
std::vector<std::pair<QString, QString>> journalStory(const operations::Operation &operation,
                                                      const operations::Finishing &finishing);

} // namespace howdah::tables
