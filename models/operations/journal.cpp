// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/journal.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <QStandardPaths>
#include <array>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <unistd.h>

#include "core/redact.h"
#include "operations/planjson.h"

namespace howdah::operations {

using core::Error;

namespace {

tl::unexpected<Error> ioFailure(const QString &what, const QString &path)
{
    return core::failure(Error::Kind::Io,
                         QStringLiteral("%1 %2: %3").arg(what, path, QString::fromLocal8Bit(std::strerror(errno))),
                         QStringLiteral("nothing was begun that is not in the journal; make room or mend the rights of "
                                        "the directory, and start again"));
}

/// The name of a new file is on the disk only when its directory is.
bool syncDirectory(const QString &directory)
{
    const int fd = ::open(QFile::encodeName(directory).constData(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
        return false;
    }
    const bool synced = ::fsync(fd) == 0;
    ::close(fd);
    return synced;
}

} // namespace

QString toString(Outcome outcome)
{
    constexpr std::array words{"running", "interrupted", "done", "refused", "undone", "incomplete"};
    return QLatin1String(words.at(static_cast<std::size_t>(outcome)));
}

QString toString(StepState state)
{
    constexpr std::array words{"waiting", "started", "done", "failed", "skipped", "undoing", "undone", "undo failed"};
    return QLatin1String(words.at(static_cast<std::size_t>(state)));
}

QString toText(const WillRecord &record)
{
    return QStringLiteral("%1: %2, %3: %4").arg(record.node, record.sql, record.why, record.answer);
}

void enter(StepRecord &record, StepState state, qint64 wallMs)
{
    const bool begins = state == StepState::Started || state == StepState::Undoing;
    record.state = state;
    (begins ? record.startedMs : record.endedMs) = wallMs;
    if (state == StepState::Started && record.begunMs == 0) {
        record.begunMs = wallMs;
    }
}

QString journalDirectory()
{
    return QStandardPaths::writableLocation(QStandardPaths::GenericDataLocation) + QStringLiteral("/howdah/journal");
}

JournalWriter::JournalWriter(const QString &path)
    : m_file(path)
{
}

JournalWriter::~JournalWriter() = default;

QString JournalWriter::id() const
{
    return QFileInfo(m_file.fileName()).completeBaseName();
}

core::Result<void> JournalWriter::lock()
{
    // A lock of the open file, not of the process: it can be looked at without being taken (fcntl(2)).
    struct flock lock = {};
    lock.l_type = F_WRLCK;
    lock.l_whence = SEEK_SET;
    if (::fcntl(m_file.handle(), F_OFD_SETLK, &lock) != 0) {
        return core::failure(Error::Kind::Denied, QStringLiteral("another console is at this operation: %1").arg(id()),
                             QStringLiteral("wait for it to end, or end that console"));
    }
    return {};
}

core::Result<std::unique_ptr<JournalWriter>> JournalWriter::create(const QString &directory, const Plan &plan,
                                                                   qint64 wallMs)
{
    QStringList made; // a file is on the disk only when all directories above it are
    for (QString at = QDir::cleanPath(directory); !QFileInfo::exists(at); at = QFileInfo(at).path()) {
        made.append(QFileInfo(at).path());
    }
    if (!QDir().mkpath(directory)) {
        return ioFailure(QStringLiteral("cannot make the journal's directory"), directory);
    }
    for (const QString &parent : std::as_const(made)) {
        if (!syncDirectory(parent)) {
            return ioFailure(QStringLiteral("cannot sync the journal's directory"), parent);
        }
    }
    QFile::setPermissions(directory, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
    const QString stem =
        QDateTime::fromMSecsSinceEpoch(wallMs, Qt::UTC).toString(QStringLiteral("yyyyMMdd-HHmmss-")) + plan.operation;
    std::unique_ptr<JournalWriter> writer;
    for (int n = 1; n < 1000; ++n) {
        const QString name = n == 1 ? stem : stem + QStringLiteral("-%1").arg(n);
        writer.reset(new JournalWriter(directory + QLatin1Char('/') + name + QStringLiteral(".jsonl")));
        if (writer->m_file.open(QIODevice::NewOnly | QIODevice::Append | QIODevice::Unbuffered,
                                QFile::ReadOwner | QFile::WriteOwner)) {
            break;
        }
        if (!QFile::exists(writer->m_file.fileName())) {
            return ioFailure(QStringLiteral("cannot write the journal"), writer->m_file.fileName());
        }
    }
    if (!writer->m_file.isOpen()) {
        return ioFailure(QStringLiteral("cannot write the journal"), directory);
    }
    if (const auto locked = writer->lock(); !locked) {
        return tl::unexpected(locked.error());
    }
    const auto written = writer->write({{QStringLiteral("what"), QStringLiteral("plan")},
                                        {QStringLiteral("at"), wallMs},
                                        {QStringLiteral("plan"), toJson(plan)}},
                                       true);
    if (!written) {
        writer->m_file.remove(); // nothing was begun
        return tl::unexpected(written.error());
    }
    if (!syncDirectory(directory)) {
        writer->m_file.remove();
        return ioFailure(QStringLiteral("cannot sync the journal's directory"), directory);
    }
    return writer;
}

core::Result<std::unique_ptr<JournalWriter>> JournalWriter::reopen(const QString &path)
{
    std::unique_ptr<JournalWriter> writer(new JournalWriter(path));
    if (!writer->m_file.open(QIODevice::ExistingOnly | QIODevice::ReadWrite | QIODevice::Append |
                             QIODevice::Unbuffered)) {
        return ioFailure(QStringLiteral("cannot go on with the journal"), path);
    }
    if (const auto locked = writer->lock(); !locked) {
        return tl::unexpected(locked.error());
    }
    // A line that a crash cut off would run into the next one.
    const QByteArray text = writer->m_file.seek(0) ? writer->m_file.readAll() : QByteArray();
    const qint64 whole = text.lastIndexOf('\n') + 1;
    if (text.isEmpty() || (whole != text.size() && !writer->m_file.resize(whole))) {
        return ioFailure(QStringLiteral("cannot go on with the journal"), path);
    }
    return writer;
}

core::Result<void> JournalWriter::write(const QJsonObject &line, bool sync)
{
    const QByteArray text = QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
    const qint64 before = m_file.size();
    if (m_file.write(text) != text.size()) {
        const auto failure = ioFailure(QStringLiteral("cannot write the journal"), m_file.fileName());
        (void)m_file.resize(before); // half a line, of a full disk, would spoil the next one, and with it the file
        return failure;
    }
    if (sync && ::fdatasync(m_file.handle()) != 0) {
        return ioFailure(QStringLiteral("cannot write the journal"), m_file.fileName());
    }
    return {};
}

void JournalWriter::resumed()
{
    (void)write({{QStringLiteral("what"), QStringLiteral("resumed")}}, false);
}

core::Result<void> recordWill(const QString &path, const WillRecord &record)
{
    QFile file(path);
    if (!file.open(QIODevice::ExistingOnly | QIODevice::ReadWrite | QIODevice::Append | QIODevice::Unbuffered)) {
        return ioFailure(QStringLiteral("cannot write the journal"), path);
    }
    char last = '\n';
    const bool cut = file.size() > 0 && file.seek(file.size() - 1) && file.getChar(&last) && last != '\n';
    const QJsonObject line{{QStringLiteral("what"), QStringLiteral("will")},
                           {QStringLiteral("at"), record.atMs},
                           {QStringLiteral("node"), record.node},
                           {QStringLiteral("sql"), core::redacted(record.sql)},
                           {QStringLiteral("why"), record.why},
                           {QStringLiteral("answer"), core::redacted(record.answer)},
                           {QStringLiteral("over"), record.over},
                           {QStringLiteral("taken"), record.taken}};
    const QByteArray text =
        (cut ? QByteArray("\n") : QByteArray()) + QJsonDocument(line).toJson(QJsonDocument::Compact) + '\n';
    // One write at the end of the file is one piece, whoever else writes there.
    if (file.write(text) != text.size() || ::fdatasync(file.handle()) != 0) {
        return ioFailure(QStringLiteral("cannot write the journal"), path);
    }
    return {};
}

core::Result<void> JournalWriter::step(int index, StepState state, qint64 wallMs, const QString &remark)
{
    return write({{QStringLiteral("what"), QStringLiteral("step")},
                  {QStringLiteral("at"), wallMs},
                  {QStringLiteral("step"), index},
                  {QStringLiteral("state"), toString(state)},
                  {QStringLiteral("remark"), core::redacted(remark)}},
                 state != StepState::Done); // that one is synced with what follows it, before that begins
}

core::Result<void> JournalWriter::captured(const QString &name, const QString &value)
{
    return write({{QStringLiteral("what"), QStringLiteral("captured")},
                  {QStringLiteral("name"), name},
                  {QStringLiteral("value"), core::redacted(value)}},
                 false); // synced when the next step begins
}

core::Result<void> JournalWriter::output(const QString &line)
{
    return write({{QStringLiteral("what"), QStringLiteral("output")}, {QStringLiteral("line"), core::redacted(line)}},
                 false);
}

core::Result<void> JournalWriter::ended(Outcome outcome, qint64 wallMs, const QStringList &remains)
{
    QJsonArray lines;
    for (const QString &one : remains) {
        lines.append(core::redacted(one));
    }
    return write({{QStringLiteral("what"), QStringLiteral("end")},
                  {QStringLiteral("at"), wallMs},
                  {QStringLiteral("outcome"), toString(outcome)},
                  {QStringLiteral("remains"), lines}},
                 true);
}

} // namespace howdah::operations
