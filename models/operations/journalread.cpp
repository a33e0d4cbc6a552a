// SPDX-License-Identifier: GPL-3.0-or-later
#include <QDir>
#include <QFileInfo>
#include <QJsonArray>
#include <QJsonDocument>
#include <algorithm>
#include <array>
#include <fcntl.h>

#include "operations/journal.h"
#include "operations/planjson.h"

namespace howdah::operations {

using core::Error;

namespace {

constexpr qint64 kMostBytes = 64LL << 20;
constexpr qsizetype kMostOutput = 2000;

template<typename T, std::size_t N>
std::optional<T> fromWord(const QString &word, const std::array<T, N> &all)
{
    const auto at = std::find_if(all.begin(), all.end(), [&](T one) { return toString(one) == word; });
    return at == all.end() ? std::nullopt : std::optional(*at);
}

std::optional<StepState> stepState(const QString &word)
{
    return fromWord(word, std::array{StepState::Waiting, StepState::Started, StepState::Done, StepState::Failed,
                                     StepState::Skipped, StepState::Undoing, StepState::Undone, StepState::UndoFailed});
}

std::optional<Outcome> outcome(const QString &word)
{
    return fromWord(word, std::array{Outcome::Done, Outcome::Refused, Outcome::Undone, Outcome::Incomplete});
}

bool takeStep(Operation &operation, const QJsonObject &line)
{
    const int index = line[QLatin1String("step")].toInt(-1);
    const auto state = stepState(line[QLatin1String("state")].toString());
    if (!state || index < 0 || index >= static_cast<int>(operation.steps.size())) {
        return false;
    }
    StepRecord &step = operation.steps[static_cast<std::size_t>(index)];
    enter(step, *state, static_cast<qint64>(line[QLatin1String("at")].toDouble()));
    step.remark = line[QLatin1String("remark")].toString();
    operation.outcome = Outcome::Interrupted; // one that had ended was taken up again
    operation.endedMs = 0;
    operation.remains.clear(); // what was left then may be done by now
    return true;
}

void addOutput(Operation &operation, const QString &line)
{
    operation.output.append(line);
    if (operation.output.size() > kMostOutput) {
        operation.output.removeFirst();
    }
}

bool isWill(const QJsonObject &line)
{
    return line[QLatin1String("what")].toString() == QLatin1String("will");
}

void takeWill(Operation &operation, const QJsonObject &line)
{
    WillRecord record;
    record.atMs = static_cast<qint64>(line[QLatin1String("at")].toDouble());
    record.node = line[QLatin1String("node")].toString();
    record.sql = line[QLatin1String("sql")].toString();
    record.why = line[QLatin1String("why")].toString();
    record.answer = line[QLatin1String("answer")].toString();
    record.over = line[QLatin1String("over")].toBool();
    record.taken = line[QLatin1String("taken")].toBool();
    addOutput(operation, toText(record));
    operation.wills.push_back(record);
}

/// One line after the first; false when it makes no sense.
bool take(Operation &operation, const QJsonObject &line)
{
    const QString what = line[QLatin1String("what")].toString();
    if (what == QLatin1String("step")) {
        return takeStep(operation, line);
    }
    if (what == QLatin1String("captured")) {
        operation.values.insert(line[QLatin1String("name")].toString(), line[QLatin1String("value")].toString());
        return true;
    }
    if (what == QLatin1String("output")) {
        addOutput(operation, line[QLatin1String("line")].toString());
        return true;
    }
    if (what == QLatin1String("resumed")) {
        operation.resumed = true;
        return true;
    }
    if (isWill(line)) {
        takeWill(operation, line);
        return true;
    }
    const auto end = outcome(line[QLatin1String("outcome")].toString());
    if (what != QLatin1String("end") || !end) {
        return false;
    }
    operation.outcome = *end;
    operation.endedMs = static_cast<qint64>(line[QLatin1String("at")].toDouble());
    operation.remains.clear();
    for (const auto &one : line[QLatin1String("remains")].toArray()) {
        operation.remains.append(one.toString());
    }
    return true;
}

bool isFileHeld(const QFile &file)
{
    struct flock lock = {};
    lock.l_type = F_RDLCK;
    lock.l_whence = SEEK_SET;
    return ::fcntl(file.handle(), F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

} // namespace

bool isHeld(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) && isFileHeld(file);
}

core::Result<Operation> readOperation(const QString &path)
{
    if (const QFileInfo info(path); info.exists() && !info.isFile()) { // a pipe would be waited for
        return core::failure(Error::Kind::Io, QStringLiteral("%1 is no file").arg(path));
    }
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) {
        return core::failure(Error::Kind::Io, QStringLiteral("cannot read %1: %2").arg(path, file.errorString()));
    }
    if (file.size() > kMostBytes) {
        return core::failure(Error::Kind::Invalid, QStringLiteral("%1 is too large for a journal of ours").arg(path));
    }
    Operation operation;
    operation.path = path;
    operation.id = QFileInfo(path).completeBaseName();
    const bool held = isFileHeld(file); // asked before reading: one that ends in between is read as ended
    const QList<QByteArray> lines = file.readAll().split('\n');
    if (lines.size() < 2) { // the plan comes first, whole, before anything is done
        return core::failure(Error::Kind::NotFound,
                             QStringLiteral("%1 has no whole line: nothing was begun").arg(path));
    }
    const auto broken = [&](qsizetype number) {
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("line %1 of %2 is not a journal's").arg(number + 1).arg(path));
    };
    const auto parsed = [&lines](qsizetype number) { return QJsonDocument::fromJson(lines[number]).object(); };
    for (qsizetype i = 0; i < lines.size() - 1; ++i) { // what stands behind the last newline was cut off
        const QJsonObject line = parsed(i);
        if (i > 0) {
            // A line that was cut off, too, when a last will wrote behind it.
            const bool cut = line.isEmpty() && i + 2 < lines.size() && isWill(parsed(i + 1));
            if (!cut && !take(operation, line)) {
                return broken(i);
            }
            continue;
        }
        auto plan = planFromJson(line[QLatin1String("plan")].toObject());
        if (!plan) {
            return broken(i);
        }
        operation.plan = std::move(*plan);
        operation.startedMs = static_cast<qint64>(line[QLatin1String("at")].toDouble());
        operation.steps.resize(operation.plan.steps.size());
    }
    if (operation.steps.empty()) {
        return broken(0);
    }
    if (held && operation.outcome == Outcome::Interrupted) {
        operation.outcome = Outcome::Running;
    }
    return operation;
}

QFileInfoList journalFiles(const QString &directory)
{
    return QDir(directory).entryInfoList({QStringLiteral("*.jsonl")},
                                         QDir::Files | QDir::Dirs | QDir::System | QDir::Hidden,
                                         QDir::Name | QDir::Reversed);
}

QString whyNotListed(const QString &directory)
{
    const QFileInfo info(directory);
    return !info.exists() || (info.isDir() && info.isReadable() && info.isExecutable())
               ? QString()
               : QStringLiteral("%1 can't be read").arg(directory);
}

Journal readJournal(const QString &directory)
{
    Journal journal;
    if (const QString why = whyNotListed(directory); !why.isEmpty()) {
        journal.unreadable.append(why);
    }
    const QFileInfoList files = journalFiles(directory);
    for (const QFileInfo &file : files) {
        auto operation = readOperation(file.filePath());
        if (operation) {
            journal.operations.push_back(std::move(*operation));
        } else if (operation.error().kind != Error::Kind::NotFound) {
            journal.unreadable.append(operation.error().message);
        }
    }
    std::stable_sort(journal.operations.begin(), journal.operations.end(),
                     [](const Operation &a, const Operation &b) { return a.startedMs > b.startedMs; });
    return journal;
}

} // namespace howdah::operations
