// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/demo/demoplace.h"

#include <QDir>
#include <QFileInfo>
#include <QStandardPaths>
#include <cerrno>
#include <cstring>
#include <pwd.h>
#include <unistd.h>

namespace howdah::demo {

namespace {

constexpr auto s_ownDirectory = "HOWDAH_DEMO_DIR";

/// The entry of the user who runs root's servers. getpwnam's storage is shared: copy at once.
const passwd *otherUser()
{
    const passwd *entry = ::getpwnam("postgres");
    return entry ? entry : ::getpwnam("nobody");
}

DemoPlace rootsPlace()
{
    DemoPlace place;
    const passwd *entry = otherUser();
    if (!entry) {
        return place;
    }
    place.user = QString::fromLocal8Bit(entry->pw_name);
    place.home = QString::fromLocal8Bit(entry->pw_dir);
    place.drop = {QStringLiteral("setpriv"), QStringLiteral("--reuid=") + place.user,
                  QStringLiteral("--regid=%1").arg(entry->pw_gid), QStringLiteral("--init-groups"),
                  QStringLiteral("--reset-env")};
    const QFileInfo home(place.home);
    if (home.isDir() && home.ownerId() == entry->pw_uid) {
        place.directory = place.home + QStringLiteral("/.local/share/howdah/demo");
    } else {
        place.directory = QStringLiteral("/var/lib/howdah/demo");
    }
    return place;
}

} // namespace

QString DemoPlace::clusterFile() const
{
    return directory + QStringLiteral("/demo.toml");
}

DemoPlace demoPlace()
{
    DemoPlace place;
    if (::geteuid() == 0) {
        place = rootsPlace();
    } else {
        place.directory =
            QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/howdah/demo");
    }
    const QString own = qEnvironmentVariable(s_ownDirectory);
    if (!own.isEmpty()) {
        place.directory = QDir::cleanPath(QDir(own).absolutePath());
    }
    return place;
}

QString demoClusterFile()
{
    return demoPlace().clusterFile();
}

core::Result<void> prepareDirectory(const DemoPlace &place)
{
    if (place.user.isEmpty() || QFileInfo::exists(place.directory)) {
        return {};
    }
    const passwd *entry = ::getpwnam(place.user.toLocal8Bit().constData());
    if (!entry) {
        return core::failure(core::Error::Kind::NotFound, QStringLiteral("there is no user %1").arg(place.user));
    }
    QFileInfo above(QFileInfo(place.directory).path());
    while (!above.exists()) {
        above.setFile(above.path());
    }
    // In that user's own directories it makes its own, and root makes nothing.
    if (above.ownerId() == entry->pw_uid) {
        return {};
    }
    if (!QDir().mkpath(place.directory) ||
        ::chown(QFile::encodeName(place.directory).constData(), entry->pw_uid, entry->pw_gid) != 0) {
        return core::failure(core::Error::Kind::Io,
                             QStringLiteral("%1 cannot be made for the user %2: %3")
                                 .arg(place.directory, place.user, QString::fromLocal8Bit(std::strerror(errno))),
                             QStringLiteral("Set HOWDAH_DEMO_DIR to a directory that can."));
    }
    return {};
}

} // namespace howdah::demo
