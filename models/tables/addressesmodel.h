// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/address/sight.h"
#include "operations/journalfollower.h"
#include "tables/keyedtablemodel.h"

namespace howdah::tables {

/// A move of an address that the journal has, alone or as a part of a switchover.
struct AddressMove {
    qint64 atMs = 0; ///< wall clock
    QString address;
    QString from; ///< may be empty
    QString to;
    QString by; ///< "switchover", "address"
    std::optional<qint64> tookMs;
    QString operation; ///< id in the journal

    bool operator==(const AddressMove &) const = default;
};
/// Those that were done, newest first.
std::vector<AddressMove> addressMoves(const operations::JournalState &journal);

/// The addresses of one cluster, in the order of its file: who has each, who answers there, where writes land. Keys are
/// their names.
class AddressesModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit AddressesModel(QObject *parent = nullptr);
    /// Dates of moves of another day than nowWallMs have no time.
    void setSights(const operations::address::Sights &sights, const std::vector<AddressMove> &moves, qint64 nowWallMs);
};

/// Moves of addresses, newest first. Keys are the operation's id and the address.
class AddressMovesModel : public KeyedTableModel {
    Q_OBJECT

public:
    explicit AddressMovesModel(QObject *parent = nullptr);
    void setMoves(const std::vector<AddressMove> &moves, qint64 nowWallMs);
};

/// One of the four answers about an address.
struct AddressAnswer {
    QString question; ///< "Who holds it"
    cluster::Verdict verdict = cluster::Verdict::Unknown;
    QString answer;
    bool nonValue = false;                          ///< there is nobody to be asked
    std::vector<std::pair<QString, QString>> facts; ///< what it is from

    bool operator==(const AddressAnswer &) const = default;
};

/// All there is to say about one address.
struct AddressStory {
    QString title; ///< "The truth about write"; empty when there is no such address
    QString subtitle;
    std::vector<AddressAnswer> answers;
    QString says;   ///< what is wrong, in a sentence; empty when nothing is
    QString remedy; ///< what to do about it

    bool operator==(const AddressStory &) const = default;
};
/// Pure. nowMs: monotonic, as of snapshots.
AddressStory addressStory(const operations::address::Sights &sights, const QString &name, qint64 nowMs);

/// "2 addresses, each asked every few seconds: …": what stands beside the heading.
QString addressesSummary(const operations::address::Sights &sights);

} // namespace howdah::tables
