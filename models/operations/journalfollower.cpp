// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/journalfollower.h"

#include <QDateTime>
#include <QDir>
#include <QFileInfo>
#include <QSet>
#include <algorithm>

namespace howdah::operations {

namespace {

constexpr int kSoonMs = 200;
constexpr int kRunningMs = 1000;
constexpr int kIdleMs = 5000; ///< a network's file system tells no changes

bool isOpen(const Operation &operation)
{
    return operation.outcome == Outcome::Running || operation.outcome == Outcome::Interrupted;
}

/// What a list shows of an operation.
Operation headOf(const Operation &whole)
{
    Operation head = whole;
    head.plan.checks.clear();
    head.plan.secrets.clear();
    head.plan.guards.clear();
    head.plan.undoGuards.clear();
    head.plan.resumeGuards.clear();
    head.plan.takeUpGuards.clear();
    head.plan.steps.clear();
    head.steps.clear();
    head.values.clear();
    head.output.clear();
    return head;
}

std::shared_ptr<const Operation> newestOvertaking(const JournalState &state, const Operation &one)
{
    const auto at = std::find_if(state.operations.begin(), state.operations.end(),
                                 [&one](const auto &other) { return overtakes(*other, one); });
    return at == state.operations.end() ? nullptr : *at;
}

} // namespace

JournalState ofCluster(const JournalState &state, const ClusterKey &cluster)
{
    JournalState of = state;
    std::erase_if(of.operations, [&cluster](const auto &one) { return !isOf(one->plan, cluster); });
    return of;
}

std::shared_ptr<const Operation> operationOf(const JournalState &state, const QString &id)
{
    const auto at = std::find_if(state.operations.begin(), state.operations.end(),
                                 [&id](const auto &one) { return one->id == id; });
    return at == state.operations.end() ? nullptr : *at;
}

Finishing finishing(const JournalState &state, const Operation &operation)
{
    return finishing(operation, newestOvertaking(state, operation).get());
}

std::shared_ptr<const Operation> interruptedOf(const JournalState &state)
{
    const auto at = std::find_if(state.operations.begin(), state.operations.end(), [&state](const auto &one) {
        return one->outcome == Outcome::Interrupted && finishing(state, *one).may(Finish::Resume);
    });
    return at == state.operations.end() ? nullptr : *at;
}

bool isWhole(const Operation &operation)
{
    return !operation.plan.steps.empty();
}

JournalFollower::JournalFollower(QString directory, QObject *parent)
    : QObject(parent)
    , m_directory(std::move(directory))
    , m_watcher(new QFileSystemWatcher(this))
    , m_soon(new QTimer(this))
    , m_again(new QTimer(this))
{
    m_soon->setSingleShot(true);
    m_soon->setInterval(kSoonMs);
    m_again->setSingleShot(true);
    connect(m_soon, &QTimer::timeout, this, &JournalFollower::look);
    connect(m_again, &QTimer::timeout, this, &JournalFollower::look);
    const auto soon = [this] {
        if (!m_soon->isActive()) { // not put off by each line anew
            m_soon->start();
        }
    };
    connect(m_watcher, &QFileSystemWatcher::directoryChanged, this, soon);
    connect(m_watcher, &QFileSystemWatcher::fileChanged, this, soon);
}

JournalFollower::~JournalFollower() = default;

void JournalFollower::start()
{
    look();
}

void JournalFollower::look()
{
    const QFileInfoList files = journalFiles(m_directory);
    QSet<QString> there;
    for (const QFileInfo &file : files) {
        there.insert(file.filePath());
        readIfChanged(file.filePath(), file.size(), file.lastModified().toMSecsSinceEpoch());
    }
    m_seen.removeIf([&there](const auto &one) { return !there.contains(one.key()); });
    JournalState state = stateNow();
    watch();
    const bool running = std::any_of(state.operations.begin(), state.operations.end(),
                                     [](const auto &one) { return one->outcome == Outcome::Running; });
    m_again->start(running ? kRunningMs : kIdleMs);
    if (!(state == m_told)) {
        m_told = std::move(state);
        Q_EMIT changed(m_told);
    }
}

void JournalFollower::readIfChanged(const QString &path, qint64 size, qint64 modifiedMs)
{
    Seen &seen = m_seen[path];
    const bool same = seen.size == size && seen.modifiedMs == modifiedMs;
    if (same && !(seen.operation && isOpen(*seen.operation))) {
        return;
    }
    if (same && isHeld(path) == (seen.operation->outcome == Outcome::Running)) {
        return;
    }
    // As it was before it is read: what is written meanwhile is read the next time.
    seen.size = size;
    seen.modifiedMs = modifiedMs;
    auto operation = readOperation(path);
    if (operation) {
        seen.operation = std::make_shared<const Operation>(std::move(*operation));
        seen.error.clear();
    } else {
        seen.operation.reset();
        const bool nothing = operation.error().kind == core::Error::Kind::NotFound;
        seen.error = nothing ? QString() : operation.error().message;
    }
}

JournalState JournalFollower::stateNow()
{
    JournalState state;
    state.read = true;
    state.directory = m_directory;
    for (const Seen &seen : std::as_const(m_seen)) {
        if (seen.operation) {
            state.operations.push_back(seen.operation);
        } else if (!seen.error.isEmpty()) {
            state.unreadable.append(seen.error);
        }
    }
    if (const QString why = whyNotListed(m_directory); !why.isEmpty()) {
        state.unreadable.append(why);
    }
    state.unreadable.sort();
    std::sort(state.operations.begin(), state.operations.end(), [](const auto &a, const auto &b) {
        return std::tie(a->startedMs, a->id) > std::tie(b->startedMs, b->id);
    });
    for (std::size_t i = kWholeOperations; i < state.operations.size(); ++i) {
        auto &one = state.operations[i];
        if (isWhole(*one) && !isOpen(*one) && !isUnfinished(*one)) {
            one = m_seen[one->path].operation = std::make_shared<const Operation>(headOf(*one));
        }
    }
    return state;
}

void JournalFollower::watch()
{
    QStringList wanted;
    if (QFileInfo::exists(m_directory)) {
        wanted.append(m_directory);
    }
    for (auto it = m_seen.cbegin(); it != m_seen.cend(); ++it) {
        // Those that ended are written to again only when they are taken up, which a look now and then finds.
        if (it->operation && (isOpen(*it->operation) || isUnfinished(*it->operation))) {
            wanted.append(it.key());
        }
    }
    const QStringList had = m_watcher->files() + m_watcher->directories();
    for (const QString &path : had) {
        if (!wanted.contains(path)) {
            m_watcher->removePath(path);
        }
    }
    for (const QString &path : std::as_const(wanted)) {
        if (!had.contains(path)) {
            m_watcher->addPath(path); // one that is gone by now is looked for the next time
        }
    }
}

} // namespace howdah::operations
