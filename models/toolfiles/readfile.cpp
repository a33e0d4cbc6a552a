// SPDX-License-Identifier: GPL-3.0-or-later
#include "toolfiles/readfile.h"

#include <QFile>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace howdah::toolfiles {

using core::Error;

namespace {

constexpr qint64 kMost = 1024 * 1024; // the largest that was seen has 20 kB

tl::unexpected<Error> unreadable(const QString &path, int number)
{
    const bool goesRound = number == ELOOP;
    return core::failure(
        number == EACCES ? Error::Kind::Denied : Error::Kind::Io,
        QStringLiteral("%1 can not be read: %2. Nothing was kept.")
            .arg(path, goesRound ? QStringLiteral("its symbolic links lead in a circle") : qt_error_string(number)));
}

core::Result<QByteArray> readFrom(int descriptor, const QString &path, QStringList &warnings)
{
    struct stat facts = {};
    if (fstat(descriptor, &facts) != 0) {
        return unreadable(path, errno);
    }
    if (!S_ISREG(facts.st_mode)) { // a pipe or a device might never end
        return core::failure(Error::Kind::Io, QStringLiteral("%1 is no file. Nothing was kept.").arg(path));
    }
    const auto tooLarge = [&path] {
        return core::failure(
            Error::Kind::Io,
            QStringLiteral("%1 is larger than 1 MiB: that is no such file. Nothing was kept.").arg(path));
    };
    if (facts.st_size > kMost) {
        return tooLarge();
    }
    if ((facts.st_mode & (S_IRWXG | S_IRWXO)) != 0) {
        warnings.append(QStringLiteral("Others than its owner may use %1 (its mode is %2): \"chmod 600\" it, and have "
                                       "the provider make another token in place of that one.")
                            .arg(path, QString::number(facts.st_mode & 07777, 8)));
    }
    if (facts.st_uid != geteuid() && facts.st_uid != 0) {
        warnings.append(QStringLiteral("%1 belongs to somebody else.").arg(path));
    }
    QFile file;
    if (!file.open(descriptor, QIODevice::ReadOnly)) {
        return unreadable(path, EIO);
    }
    const QByteArray text = file.read(kMost + 1);
    if (text.size() > kMost) {
        return tooLarge();
    }
    return text;
}

} // namespace

core::Result<QByteArray> readToolFile(const QString &path, bool &missing, QStringList &warnings)
{
    missing = path.isEmpty();
    if (missing) {
        return QByteArray();
    }
    // A pipe is opened without waiting for who writes into it, and then refused.
    const int descriptor = open(QFile::encodeName(path).constData(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        missing = errno == ENOENT || errno == ENOTDIR;
        return missing ? core::Result<QByteArray>(QByteArray()) : unreadable(path, errno);
    }
    auto text = readFrom(descriptor, path, warnings);
    close(descriptor);
    return text;
}

core::Result<Taken> takeFrom(const Tool &tool, const Paths &paths, const QString &wanted)
{
    Taken taken;
    bool noFirst = false;
    bool noSecond = false;
    const auto first = readToolFile(paths.first, noFirst, taken.warnings);
    if (!first) {
        return tl::unexpected(first.error());
    }
    const auto second = readToolFile(paths.second, noSecond, taken.warnings);
    if (!second) {
        return tl::unexpected(second.error());
    }
    if (noFirst && (noSecond || tool.name != QLatin1String("aws"))) { // of AWS either is enough
        return core::failure(Error::Kind::NotFound,
                             QStringLiteral("There is no %1. Nothing was kept.").arg(paths.first),
                             QStringLiteral("Log in with %1 first, or set the variables by hand.").arg(tool.name));
    }
    const auto contexts = tool.parse(*first, *second);
    if (!contexts) {
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("%1 is not what %2 writes: %3. Nothing was kept.")
                                 .arg(noFirst ? paths.second : paths.first, tool.name, contexts.error().message));
    }
    const auto context = contextOf(tool, *contexts, wanted);
    if (!context) {
        return tl::unexpected(context.error());
    }
    taken.context = *context;
    return taken;
}

} // namespace howdah::toolfiles
