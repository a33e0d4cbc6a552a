// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QString>
#include <QStringList>
#include <vector>

#include "core/error.h"

namespace howdah::postgres {

/// A connection string taken apart by libpq itself, so that everything libpq takes is taken: key=value, URIs, services,
/// several hosts. A value; thread-safe.
class Conninfo {
public:
    /// One place to connect to. host is a name, an address or a socket directory; hostaddr skips the look-up.
    struct Place {
        QString host;
        QString hostaddr;
        QString port;
        bool isSocket() const { return host.startsWith(QLatin1Char('/')) || host.startsWith(QLatin1Char('@')); }
        bool operator==(const Place &) const = default;
    };

    /// Parses and fills in what libpq would: service file, environment (PGHOST …), defaults. Of PGTARGETSESSIONATTRS
    /// only where there are several places to choose from. Errors are libpq's words, redacted; a port must be from 1 to
    /// 65535. Reads at most the service files; resolves no names.
    static core::Result<Conninfo> parse(const QString &conninfo);

    /// A keyword's value; empty when not set.
    QString value(const QString &keyword) const { return m_values.value(keyword); }
    /// The hosts in the order in which libpq would try them; never empty.
    std::vector<Place> places() const;
    /// Whether a host that somebody else told may be connected to: one name, address or socket path, with nothing in it
    /// that a conninfo or an URL would take for something else.
    static bool isHost(const QString &host);
    /// "10.0.0.11:5432", or the socket's path; of the first place.
    QString address() const;
    /// True when a password stands in the string itself.
    bool hasPassword() const;

    /// The same with one keyword set (or taken away by an empty value).
    Conninfo with(const QString &keyword, const QString &value) const;
    /// The same for a host that nobody vouched for: no password of this string, its service or the environment goes
    /// there, only what .pgpass has for that very host. In writing it is libpq's own way to say so, password=''.
    Conninfo withPasswordWithheld() const;
    bool withholdsPassword() const;
    /// key=value form with libpq's quoting, only what was written by the user (no defaults, no environment).
    QString toString() const;

    /// Any values in that form.
    static QString written(const QHash<QString, QString> &values);

    /// Everything to hand to PQconnectStartParams.
    const QHash<QString, QString> &values() const { return m_values; }

private:
    QHash<QString, QString> m_values;  ///< with defaults
    QHash<QString, QString> m_written; ///< as written
};

} // namespace howdah::postgres
