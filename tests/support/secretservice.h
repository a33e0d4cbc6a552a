// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QDir>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

namespace howdah::testsupport {

/// A session of a desktop with a home of its own: a bus, and where it is wanted a real keyring on it, opened with an
/// empty password.
class SecretService {
public:
    /// What is missing on this machine; empty: nothing.
    static QString missing()
    {
        for (const char *program : {"dbus-daemon", "dbus-send", "gnome-keyring-daemon"}) {
            if (QStandardPaths::findExecutable(QLatin1String(program)).isEmpty()) {
                return QStringLiteral("needs %1").arg(QLatin1String(program));
            }
        }
        return {};
    }

    ~SecretService()
    {
        for (QProcess *process : {&m_keyring, &m_bus}) {
            process->terminate();
            process->waitForFinished(5000);
        }
    }

    QString home() const { return m_home.path(); }

    /// With the variables of a session, and none of ours.
    QProcessEnvironment environment() const
    {
        QProcessEnvironment all;
        all.insert(QStringLiteral("PATH"), qEnvironmentVariable("PATH"));
        all.insert(QStringLiteral("LANG"), QStringLiteral("C.UTF-8"));
        all.insert(QStringLiteral("HOME"), home());
        all.insert(QStringLiteral("XDG_RUNTIME_DIR"), home() + QStringLiteral("/run"));
        all.insert(QStringLiteral("QT_QPA_PLATFORM"), QStringLiteral("offscreen"));
        if (!m_address.isEmpty()) {
            all.insert(QStringLiteral("DBUS_SESSION_BUS_ADDRESS"), m_address);
        }
        return all;
    }

    bool startBus()
    {
        QDir(home()).mkpath(QStringLiteral("run"));
        QFile::setPermissions(home() + QStringLiteral("/run"), QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
        m_bus.setProcessEnvironment(environment());
        m_bus.start(QStringLiteral("dbus-daemon"),
                    {QStringLiteral("--session"), QStringLiteral("--nofork"), QStringLiteral("--print-address=1")});
        while (!m_bus.canReadLine() && m_bus.waitForReadyRead(10'000)) {
        }
        m_address = QString::fromUtf8(m_bus.readLine()).trimmed();
        return !m_address.isEmpty();
    }

    bool startKeyring()
    {
        m_keyring.setProcessEnvironment(environment());
        m_keyring.start(
            QStringLiteral("gnome-keyring-daemon"),
            {QStringLiteral("--foreground"), QStringLiteral("--unlock"), QStringLiteral("--components=secrets")});
        m_keyring.write("\n");
        m_keyring.closeWriteChannel();
        return QTest::qWaitFor([this] { return isAnswering(); }, 20'000);
    }

private:
    bool isAnswering() const
    {
        QProcess ask;
        ask.setProcessEnvironment(environment());
        ask.start(QStringLiteral("dbus-send"),
                  {QStringLiteral("--session"), QStringLiteral("--print-reply"),
                   QStringLiteral("--dest=org.freedesktop.DBus"), QStringLiteral("/org/freedesktop/DBus"),
                   QStringLiteral("org.freedesktop.DBus.GetNameOwner"),
                   QStringLiteral("string:org.freedesktop.secrets")});
        return ask.waitForFinished(5000) && ask.exitCode() == 0;
    }

    QTemporaryDir m_home;
    QString m_address;
    QProcess m_bus;
    QProcess m_keyring;
};

} // namespace howdah::testsupport
