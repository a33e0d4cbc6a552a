// SPDX-License-Identifier: GPL-3.0-or-later
#include "hosts/controldata.h"

#include <QHash>

#include "core/servertext.h"

namespace howdah::hosts {

namespace {

using State = ControlData::State;

// dbState() of pg_controldata.c, the same in 12 to 18.
const QHash<QString, State> &states()
{
    static const QHash<QString, State> all{
        {QStringLiteral("starting up"), State::StartingUp},
        {QStringLiteral("shut down"), State::ShutDown},
        {QStringLiteral("shut down in recovery"), State::ShutDownInRecovery},
        {QStringLiteral("shutting down"), State::ShuttingDown},
        {QStringLiteral("in crash recovery"), State::InCrashRecovery},
        {QStringLiteral("in archive recovery"), State::InArchiveRecovery},
        {QStringLiteral("in production"), State::InProduction},
    };
    return all;
}

// Takes the values by their labels and notes the first that is missing or wrong.
class Fields {
public:
    explicit Fields(const QByteArray &output)
    {
        for (const QByteArray &line : output.split('\n')) {
            const qsizetype colon = line.indexOf(':');
            if (colon > 0) {
                const QString label = core::sanitizedName(QByteArrayView(line).first(colon)).trimmed();
                if (m_values.contains(label)) {
                    fail(label); // two of them: not what we take it for
                }
                m_values.insert(label, core::sanitizedName(QByteArrayView(line).sliced(colon + 1)).trimmed());
            }
        }
    }

    QString text(const char *label)
    {
        const QString value = m_values.value(QLatin1String(label));
        if (value.isEmpty()) {
            fail(QLatin1String(label));
        }
        return value;
    }
    quint64 number(const char *label)
    {
        bool fine = false;
        const quint64 value = text(label).toULongLong(&fine);
        if (!fine) {
            fail(QLatin1String(label));
        }
        return value;
    }
    cluster::Lsn lsn(const char *label)
    {
        const std::optional<cluster::Lsn> value = cluster::Lsn::parse(text(label));
        if (!value) {
            fail(QLatin1String(label));
        }
        return value.value_or(cluster::Lsn());
    }
    QString wrong() const { return m_wrong; }
    void fail(const QString &label)
    {
        if (m_wrong.isEmpty()) {
            m_wrong = label;
        }
    }

private:
    QHash<QString, QString> m_values;
    QString m_wrong;
};

} // namespace

core::Result<ControlData> parseControlData(const QByteArray &output)
{
    if (output.contains("WARNING:")) {
        return core::failure(core::Error::Kind::Server,
                             QStringLiteral("pg_controldata does not trust the control file: %1")
                                 .arg(core::sanitized(QByteArrayView(output.mid(output.indexOf("WARNING:"))), 300)),
                             QStringLiteral("Use the pg_controldata of the server's own version; if it says the same, "
                                            "the file is damaged."));
    }
    Fields fields(output);
    ControlData data;
    data.controlVersion = static_cast<int>(fields.number("pg_control version number"));
    data.systemIdentifier = fields.number("Database system identifier");
    data.stateText = fields.text("Database cluster state");
    data.checkpoint = fields.lsn("Latest checkpoint location");
    data.redo = fields.lsn("Latest checkpoint's REDO location");
    data.timeline = static_cast<quint32>(fields.number("Latest checkpoint's TimeLineID"));
    data.minRecoveryEnd = fields.lsn("Minimum recovery ending location");
    const QString hints = fields.text("wal_log_hints setting");
    data.walLogHints = hints == QLatin1String("on");
    data.checksumVersion = static_cast<int>(fields.number("Data page checksum version"));
    if (!data.walLogHints && hints != QLatin1String("off")) {
        fields.fail(QStringLiteral("wal_log_hints setting"));
    }
    if (const auto state = states().constFind(data.stateText); state != states().cend()) {
        data.state = *state;
    } else {
        fields.fail(QStringLiteral("Database cluster state"));
    }
    if (!fields.wrong().isEmpty()) {
        return core::failure(core::Error::Kind::Server,
                             QStringLiteral("The output of pg_controldata is not understood: \"%1\" is missing or odd.")
                                 .arg(fields.wrong()),
                             QStringLiteral("It must be that of PostgreSQL 12 to 18, run with LC_ALL=C."));
    }
    return data;
}

} // namespace howdah::hosts
