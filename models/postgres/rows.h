// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QByteArrayView>
#include <QDateTime>
#include <QString>
#include <QStringList>
#include <memory>
#include <optional>

#include "cluster/lsn.h"

struct pg_result;

namespace howdah::postgres {

/// The rows of one statement, in libpq's own memory: copying shares it. Text format. Columns are looked up by name once
/// by the caller. A NULL, a column that isn't there (-1) and a value of the wrong form all read as empty.
class Rows {
public:
    Rows() = default;
    explicit Rows(std::shared_ptr<pg_result> result)
        : m_result(std::move(result))
    {
    }

    int count() const;
    QStringList columns() const;        ///< their names, sanitized
    int column(const char *name) const; ///< -1 when there is none of that name
    bool isNull(int row, int column) const;
    QByteArrayView raw(int row, int column) const; ///< valid while any copy of these rows lives

    QString text(int row, int column) const; ///< sanitized; NULL is empty
    QString name(int row, int column) const; ///< as text, on one line
    /// What stands between separators, each piece sanitized by itself: a list may be longer than any text worth
    /// showing.
    QStringList list(int row, int column, char separator) const;
    bool flag(int row, int column) const; ///< NULL is false
    std::optional<bool> optionalFlag(int row, int column) const;
    std::optional<qint64> integer(int row, int column) const;
    std::optional<double> number(int row, int column) const;
    std::optional<cluster::Lsn> lsn(int row, int column) const;
    /// A column that holds milliseconds since the epoch.
    QDateTime time(int row, int column) const;

private:
    std::shared_ptr<pg_result> m_result;
};

} // namespace howdah::postgres
