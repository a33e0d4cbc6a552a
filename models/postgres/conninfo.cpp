// SPDX-License-Identifier: GPL-3.0-or-later
#include "conninfo.h"

#include <QDir>
#include <QFile>
#include <QTextStream>
#include <libpq-fe.h>

#include "core/redact.h"
#include "core/servertext.h"

namespace howdah::postgres {

namespace {
using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;
constexpr QLatin1String kAttributes("target_session_attrs");

QStringList serviceFiles()
{
    // Order and places: https://www.postgresql.org/docs/current/libpq-pgservice.html
    QStringList files;
    const QString own = qEnvironmentVariable("PGSERVICEFILE");
    files << (own.isEmpty() ? QDir::homePath() + QStringLiteral("/.pg_service.conf") : own);
    const QString system = qEnvironmentVariable("PGSYSCONFDIR", QStringLiteral("/etc/postgresql-common"));
    files << system + QStringLiteral("/pg_service.conf");
    return files;
}

// The section of a service file, empty when it isn't there. libpq reads these files itself when it connects, but only
// then: we need the host before, to look its name up without blocking.
QHash<QString, QString> readService(const QString &service)
{
    for (const QString &path : serviceFiles()) {
        QFile file(path);
        if (!file.open(QIODevice::ReadOnly | QIODevice::Text)) {
            continue;
        }
        QHash<QString, QString> found;
        bool inside = false;
        bool seen = false;
        QTextStream stream(&file);
        QString line;
        while (stream.readLineInto(&line)) {
            line = line.trimmed();
            if (line.startsWith(QLatin1Char('['))) {
                inside = line == QLatin1Char('[') + service + QLatin1Char(']');
                seen = seen || inside;
            } else if (inside && !line.isEmpty() && !line.startsWith(QLatin1Char('#'))) {
                const qsizetype equals = line.indexOf(QLatin1Char('='));
                if (equals > 0) {
                    found.insert(line.first(equals).trimmed(), line.sliced(equals + 1).trimmed());
                }
            }
        }
        if (seen) {
            return found;
        }
    }
    return {};
}

// What libpq takes from the environment, and its own defaults, where nothing else says it.
void addDefaults(QHash<QString, QString> &values)
{
    const Options defaults(PQconndefaults(), &PQconninfoFree);
    for (const PQconninfoOption *option = defaults.get(); option && option->keyword; ++option) {
        const QString keyword = QString::fromUtf8(option->keyword);
        if (option->val && *option->val && !values.contains(keyword)) {
            values.insert(keyword, QString::fromUtf8(option->val));
        }
    }
}

QString quoted(const QString &value)
{
    static const auto plain = [](QChar c) { return c.isLetterOrNumber() || QStringLiteral("_-./:,@%+~").contains(c); };
    if (!value.isEmpty() && std::all_of(value.cbegin(), value.cend(), plain)) {
        return value;
    }
    QString escaped = value;
    escaped.replace(QLatin1Char('\\'), QLatin1String("\\\\")).replace(QLatin1Char('\''), QLatin1String("\\'"));
    return QLatin1Char('\'') + escaped + QLatin1Char('\'');
}

QString joined(const QHash<QString, QString> &values)
{
    // The order people write; the rest sorted, so that equal values give equal strings.
    QStringList keys{QStringLiteral("service"), QStringLiteral("host"),   QStringLiteral("hostaddr"),
                     QStringLiteral("port"),    QStringLiteral("dbname"), QStringLiteral("user")};
    QStringList rest = values.keys();
    rest.sort();
    for (const QString &key : std::as_const(rest)) {
        if (!keys.contains(key)) {
            keys << key;
        }
    }
    QStringList parts;
    for (const QString &key : std::as_const(keys)) {
        if (values.contains(key)) {
            parts << key + QLatin1Char('=') + quoted(values.value(key));
        }
    }
    return parts.join(QLatin1Char(' '));
}

bool isUri(const QString &conninfo)
{
    return conninfo.startsWith(QLatin1String("postgres://")) || conninfo.startsWith(QLatin1String("postgresql://"));
}

// libpq quotes the word it stumbles over, which with a password that was not quoted as it takes it is a part of that.
// Only what stands before any secret is worth showing.
QString withoutQuotedSecrets(const QString &words, const QString &conninfo)
{
    const qsizetype secret = isUri(conninfo) ? 0 : conninfo.indexOf(QLatin1String("password"), 0, Qt::CaseInsensitive);
    if (secret < 0) {
        return words;
    }
    static const QString missing = QStringLiteral("missing \"=\"");
    const qsizetype from = words.indexOf(QLatin1Char('"'), words.startsWith(missing) ? missing.size() : qsizetype(0));
    const qsizetype to = words.lastIndexOf(QLatin1Char('"'));
    if (from < 0 || to <= from) {
        return words;
    }
    const QString fragment = words.sliced(from + 1, to - from - 1);
    const bool harmless = conninfo.first(secret).contains(fragment) && !conninfo.sliced(secret).contains(fragment);
    return harmless ? words : words.first(from + 1) + QStringLiteral("********") + words.sliced(to);
}

core::Error unusablePort(const QString &port, bool uri)
{
    // Of a URI the "port" may be a part of a password that was not written as a URI wants it.
    return {.kind = core::Error::Kind::Invalid,
            .message = uri ? QStringLiteral("The connection string is not valid: its port is not usable.")
                           : QStringLiteral("The connection string is not valid: port %1 is not usable.")
                                 .arg(core::sanitized(port, 40)),
            .hint = uri ? QStringLiteral("A port is a number from 1 to 65535. In a URI, a slash, colon or @ within the "
                                         "password is written %2F, %3A or %40.")
                        : QStringLiteral("A port is a number from 1 to 65535.")};
}
} // namespace

core::Result<Conninfo> Conninfo::parse(const QString &conninfo)
{
    char *message = nullptr;
    const Options options(PQconninfoParse(conninfo.toUtf8().constData(), &message), &PQconninfoFree);
    if (!options) {
        const QString words =
            message ? core::sanitized(QByteArrayView(message)).trimmed() : QStringLiteral("out of memory");
        PQfreemem(message);
        return core::failure(core::Error::Kind::Invalid,
                             QStringLiteral("The connection string is not valid: %1")
                                 .arg(core::redacted(withoutQuotedSecrets(words, conninfo))),
                             QStringLiteral("Write it as libpq takes it, for example \"host=10.0.0.11 dbname=postgres "
                                            "user=dba\" or \"postgresql://dba@10.0.0.11/postgres\"."));
    }
    Conninfo result;
    for (const PQconninfoOption *option = options.get(); option->keyword; ++option) {
        // An empty password says something, too: none but .pgpass's.
        const bool withheld = option->val && QByteArrayView(option->keyword) == "password";
        if (option->val && (*option->val || withheld)) {
            result.m_written.insert(QString::fromUtf8(option->keyword), QString::fromUtf8(option->val));
        }
    }
    result.m_values = result.m_written;

    const QString service = result.m_written.value(QStringLiteral("service"), qEnvironmentVariable("PGSERVICE"));
    if (!service.isEmpty()) {
        const QHash<QString, QString> section = readService(service);
        if (section.isEmpty()) {
            return core::failure(core::Error::Kind::NotFound,
                                 QStringLiteral("The service \"%1\" stands in none of %2.")
                                     .arg(service, serviceFiles().join(QStringLiteral(", "))),
                                 QStringLiteral("Add it to the service file, or name host and port instead."));
        }
        for (auto it = section.cbegin(); it != section.cend(); ++it) {
            if (!result.m_values.contains(it.key())) {
                result.m_values.insert(it.key(), it.value());
            }
        }
    }
    const bool chooses = result.m_values.contains(kAttributes);
    addDefaults(result.m_values);
    if (!chooses && result.places().size() == 1) {
        result.m_values.remove(kAttributes); // the environment's is there to choose among several
    }
    for (const Place &place : result.places()) {
        if (isUri(conninfo) && place.host.lastIndexOf(QLatin1Char('@')) > 0) {
            // libpq ends a password at the first '@': what it takes for the host begins with the rest of it.
            return core::failure(core::Error::Kind::Invalid,
                                 QStringLiteral("The connection string is not valid: there is an @ in its host."),
                                 QStringLiteral("In a URI, an @ within the password is written %40."));
        }
        bool isNumber = false;
        const int port = place.port.toInt(&isNumber);
        if (!isNumber || port < 1 || port > 65535) {
            return tl::unexpected(unusablePort(place.port, isUri(conninfo)));
        }
    }
    return result;
}

std::vector<Conninfo::Place> Conninfo::places() const
{
    const QStringList hosts = value(QStringLiteral("host")).split(QLatin1Char(','));
    const QString addresses = value(QStringLiteral("hostaddr"));
    const QStringList hostaddrs = addresses.isEmpty() ? QStringList() : addresses.split(QLatin1Char(','));
    const QStringList ports = value(QStringLiteral("port")).split(QLatin1Char(','));
    std::vector<Place> result;
    const qsizetype count = qMax(hosts.size(), hostaddrs.size());
    for (qsizetype i = 0; i < count; ++i) {
        Place place;
        place.host = hosts.value(i);
        place.hostaddr = hostaddrs.value(i);
        // One port stands for all hosts; an empty one in a list is the default.
        place.port = ports.size() == 1 ? ports.first() : ports.value(i);
        if (place.port.isEmpty()) {
            place.port = QStringLiteral("5432");
        }
        if (place.host.isEmpty() && place.hostaddr.isEmpty()) {
            place.host = QStringLiteral("/var/run/postgresql"); // Debian's default socket directory
        }
        result.push_back(place);
    }
    return result;
}

QString Conninfo::address() const
{
    const Place place = places().front();
    if (place.isSocket()) {
        return QStringLiteral("%1/.s.PGSQL.%2").arg(place.host, place.port);
    }
    const QString host = place.host.isEmpty() ? place.hostaddr : place.host;
    const bool bracket = host.contains(QLatin1Char(':'));
    return (bracket ? QStringLiteral("[%1]:%2") : QStringLiteral("%1:%2")).arg(host, place.port);
}

Conninfo Conninfo::with(const QString &keyword, const QString &newValue) const
{
    Conninfo result = *this;
    if (newValue.isEmpty()) {
        result.m_values.remove(keyword);
        result.m_written.remove(keyword);
    } else {
        result.m_values.insert(keyword, newValue);
        result.m_written.insert(keyword, newValue);
    }
    return result;
}

Conninfo Conninfo::withPasswordWithheld() const
{
    Conninfo result = *this;
    result.m_values.insert(QStringLiteral("password"), QString());
    result.m_written.insert(QStringLiteral("password"), QString());
    return result;
}

bool Conninfo::withholdsPassword() const
{
    return m_written.contains(QStringLiteral("password")) && m_written.value(QStringLiteral("password")).isEmpty();
}

bool Conninfo::hasPassword() const
{
    return !m_written.value(QStringLiteral("password")).isEmpty() || m_written.contains(QStringLiteral("sslpassword"));
}

QString Conninfo::written(const QHash<QString, QString> &values)
{
    return joined(values);
}

QString Conninfo::toString() const
{
    return joined(m_written);
}

bool Conninfo::isHost(const QString &host)
{
    if (host.isEmpty() || host.size() > 1000) {
        return false;
    }
    if (Place{.host = host}.isSocket()) {
        return std::all_of(host.cbegin(), host.cend(), [](QChar c) { return c.isPrint() && c != QLatin1Char(','); });
    }
    // Letters of any script: names may be international ones.
    return std::all_of(host.cbegin(), host.cend(), [](QChar c) {
        return c.isLetterOrNumber() || c.isSurrogate() || QStringLiteral("-._:%").contains(c);
    });
}

} // namespace howdah::postgres
