// SPDX-License-Identifier: GPL-3.0-or-later
#include "rows.h"

#include <charconv>
#include <libpq-fe.h>

#include "core/servertext.h"

namespace howdah::postgres {

int Rows::count() const
{
    return m_result ? PQntuples(m_result.get()) : 0;
}

QStringList Rows::columns() const
{
    QStringList names;
    for (int i = 0; m_result && i < PQnfields(m_result.get()); ++i) {
        names << core::sanitizedName(QByteArrayView(PQfname(m_result.get(), i)));
    }
    return names;
}

int Rows::column(const char *name) const
{
    return m_result ? PQfnumber(m_result.get(), name) : -1;
}

bool Rows::isNull(int row, int column) const
{
    return column < 0 || row < 0 || row >= count() || column >= PQnfields(m_result.get()) ||
           PQgetisnull(m_result.get(), row, column);
}

QByteArrayView Rows::raw(int row, int column) const
{
    if (isNull(row, column)) {
        return {};
    }
    return {PQgetvalue(m_result.get(), row, column), PQgetlength(m_result.get(), row, column)};
}

QString Rows::text(int row, int column) const
{
    const QByteArrayView value = raw(row, column);
    return value.isEmpty() ? QString() : core::sanitized(value);
}

QString Rows::name(int row, int column) const
{
    return core::sanitizedName(raw(row, column));
}

QStringList Rows::list(int row, int column, char separator) const
{
    QStringList pieces;
    const QByteArrayView value = raw(row, column);
    for (qsizetype from = 0; from < value.size();) {
        qsizetype to = value.indexOf(separator, from);
        to = to < 0 ? value.size() : to;
        pieces << core::sanitized(value.sliced(from, to - from));
        from = to + 1;
    }
    return pieces;
}

bool Rows::flag(int row, int column) const
{
    return optionalFlag(row, column).value_or(false);
}

std::optional<bool> Rows::optionalFlag(int row, int column) const
{
    const QByteArrayView value = raw(row, column);
    return value.isEmpty() ? std::nullopt : std::optional(value.front() == 't');
}

std::optional<qint64> Rows::integer(int row, int column) const
{
    const QByteArrayView value = raw(row, column);
    qint64 result = 0;
    const auto [end, error] = std::from_chars(value.begin(), value.end(), result);
    return error == std::errc() && end == value.end() && !value.isEmpty() ? std::optional(result) : std::nullopt;
}

std::optional<double> Rows::number(int row, int column) const
{
    const QByteArrayView value = raw(row, column);
    double result = 0;
    const auto [end, error] = std::from_chars(value.begin(), value.end(), result);
    return error == std::errc() && end == value.end() && !value.isEmpty() ? std::optional(result) : std::nullopt;
}

std::optional<cluster::Lsn> Rows::lsn(int row, int column) const
{
    const QByteArrayView value = raw(row, column);
    return value.isEmpty() ? std::nullopt : cluster::Lsn::parse(QString::fromLatin1(value));
}

QDateTime Rows::time(int row, int column) const
{
    const auto milliseconds = integer(row, column);
    return milliseconds ? QDateTime::fromMSecsSinceEpoch(*milliseconds, Qt::UTC) : QDateTime();
}

} // namespace howdah::postgres
