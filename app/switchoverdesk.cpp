// SPDX-License-Identifier: GPL-3.0-or-later
#include "switchoverdesk.h"

#include <QFutureWatcher>
#include <QPromise>
#include <QThreadPool>

#include "app/moveplanner.h"
#include "cluster/candidate.h"
#include "cluster/positions.h"
#include "operations/probe/follow.h"
#include "operations/switchover/gather.h"
#include "operations/switchover/switchoverplan.h"

namespace howdah::app {

using namespace operations;

namespace {
constexpr qint64 kGatherAgainMs = 5000;           ///< rights and hosts change seldom
constexpr qint64 kProviderGatherAgainMs = 30'000; ///< where providers are asked as well, which count requests
} // namespace

SwitchoverDesk::SwitchoverDesk(cluster::ClusterConfig config)
    : m_config(std::move(config))
{
}

SwitchoverDesk::~SwitchoverDesk() = default;

void SwitchoverDesk::setState(const cluster::ClusterState &state)
{
    m_state = state;
    noteTrend();
    if (m_mover && !m_runner) {
        m_mover->setState(state);
    }
    if (m_runner || m_probe || m_target.isEmpty()) {
        return;
    }
    publish();
    const auto &addresses = m_config.addresses;
    const bool far = std::any_of(addresses.begin(), addresses.end(),
                                 [](const cluster::AddressConfig &one) { return !one.isNear(); });
    if (!m_gathered.isValid() || m_gathered.elapsed() > (far ? kProviderGatherAgainMs : kGatherAgainMs)) {
        gather();
        if (m_past &&
            !m_past->unreadable.isEmpty()) { // somebody may move the file away, and waits to see that it helps
            readJournal();
        }
    }
}

void SwitchoverDesk::lookAgain()
{
    m_gathered.invalidate();
    if (m_mover) {
        m_mover->lookAgain();
    }
}

void SwitchoverDesk::plan(const QString &target, bool natively)
{
    m_natively = natively;
    m_target = target;
    if (!m_journalAsked) {
        readJournal();
    }
    publish();
    if (!m_facts) {
        gather();
    }
}

void SwitchoverDesk::planMove(const QString &address, const QString &node)
{
    if (m_runner) { // its hands are in use
        return;
    }
    if (!m_mover) {
        m_mover = new MovePlanner(m_config, hands(), this);
        connect(m_mover, &MovePlanner::planned, this, [this](const Plan &plan) {
            if (!m_runner) {
                Q_EMIT planned(plan);
            }
        });
        if (m_state.snapshot) {
            m_mover->setState(m_state);
        }
    }
    m_mover->want(address, node);
    readJournal(); // each time: somebody may have finished what was left
}

/// Files are read in a thread of the pool: this one must not wait for a disk.
void SwitchoverDesk::readJournal()
{
    m_journalAsked = true;
    auto promise = std::make_shared<QPromise<Past>>();
    auto *watcher = new QFutureWatcher<Past>(this);
    connect(watcher, &QFutureWatcherBase::finished, this, [this, watcher] {
        watcher->deleteLater();
        if (watcher->future().resultCount() > 0) {
            m_past = watcher->result();
            publish();
            if (m_mover) {
                m_mover->setPast(m_past->unfinished, m_past->unreadable);
            }
        }
    });
    const operations::ClusterKey key =
        m_state.snapshot ? operations::keyOf(*m_state.snapshot) : operations::ClusterKey(m_config.name);
    watcher->setFuture(promise->future());
    promise->start();
    QThreadPool::globalInstance()->start([promise, name = m_config.name, key] {
        const Journal journal = operations::readJournal(journalDirectory());
        promise->addResult(Past{switchover::estimatesFrom(journal.operations, name),
                                operations::unfinishedOf(journal, key), journal.unreadable});
        promise->finish();
    });
}

void SwitchoverDesk::tellProbe()
{
    const int primary = m_state.assessment->topology.primary;
    const QString name = primary < 0 ? QString() : m_state.snapshot->nodes[cluster::at(primary)].name;
    if (name.isEmpty() || name == m_toldPrimary) {
        return;
    }
    m_toldPrimary = name;
    const auto settings = probe::settingsFor(m_config, name);
    Q_EMIT probeKnown(settings ? settings->through : QString(), settings ? settings->everyMs : 0,
                      settings ? QString() : settings.error().message);
}

void SwitchoverDesk::noteTrend()
{
    constexpr std::size_t kStates = 60; // a minute
    const auto &nodes = m_state.snapshot->nodes;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
        Replay &replay = m_replays[nodes[i].name];
        const cluster::StandbyLag &lag = m_state.assessment->lag[i];
        const auto keep = [](std::vector<qint64> &trend, const std::optional<qint64> &bytes) {
            if (bytes) {
                trend.push_back(*bytes);
            }
            if (trend.size() > kStates) {
                trend.erase(trend.begin());
            }
        };
        keep(replay.toFlush, lag.wouldLose);
        keep(replay.left, lag.toReplay);
        const auto &sample = nodes[i].sample;
        if (!sample || !sample->replayLsn) {
            continue;
        }
        const qint64 now = m_state.snapshot->takenMonotonicMs;
        if (replay.last && now > replay.last->first && sample->replayLsn->value > replay.last->second.value) {
            const double rate = 1000.0 * static_cast<double>(sample->replayLsn->value - replay.last->second.value) /
                                static_cast<double>(now - replay.last->first);
            replay.rate = std::max(replay.rate.value_or(0), rate);
        }
        replay.last = {now, *sample->replayLsn};
    }
}

LiveHands &SwitchoverDesk::hands()
{
    if (!m_hands) {
        m_hands = std::make_unique<LiveHands>(m_config);
    }
    return *m_hands;
}

void SwitchoverDesk::gather()
{
    if (m_gatherer || m_runner || !m_state.snapshot) {
        return;
    }
    m_gathered.start();
    m_gatherer = new switchover::Gatherer(m_config, m_state, hands(), this);
    m_gatherer->start([this](const switchover::Facts &facts) {
        m_gatherer->deleteLater();
        m_gatherer = nullptr;
        m_facts = facts;
        publish();
    });
}

void SwitchoverDesk::publish()
{
    if (!m_facts || !m_past || m_runner || m_target.isEmpty() || !m_state.snapshot) {
        return;
    }
    m_facts->state = m_state;
    m_facts->estimates = m_past->estimates;
    m_facts->unfinished = m_past->unfinished;
    m_facts->unreadable = m_past->unreadable;
    tellProbe();
    Q_EMIT planned(planFor(m_target));
    std::vector<Plan> others;
    for (std::size_t i = 0; i < m_state.snapshot->nodes.size(); ++i) {
        if (const QString &name = m_state.snapshot->nodes[i].name;
            name != m_target && cluster::isCandidate(m_state, i)) {
            others.push_back(planFor(name));
        }
    }
    Q_EMIT othersPlanned(others);
}

/// Facts are of the whole cluster, but for how the target replays.
Plan SwitchoverDesk::planFor(const QString &target)
{
    const Replay replay = m_replays.value(target);
    m_facts->toFlush = replay.toFlush;
    m_facts->toReplay = replay.left;
    m_facts->replayRate = replay.rate;
    return switchover::planSwitchover(*m_facts, target,
                                      m_natively ? switchover::Way::Native : switchover::Way::Manager);
}

void SwitchoverDesk::run(const Plan &plan, bool probes)
{
    if (m_runner || m_probe) {
        return;
    }
    if (!probes) {
        begin(plan);
        return;
    }
    const auto settings = probe::settingsFor(m_config, plan.from);
    if (!settings) {
        Q_EMIT ended(Outcome::Refused, {settings.error().message});
        return;
    }
    m_probe = std::make_unique<probe::Probe>(*settings, core::systemClock());
    connect(m_probe.get(), &probe::Probe::changed, this, &SwitchoverDesk::measured);
    m_probe->start([this, plan](const core::Result<void> &ready) {
        if (!ready) {
            Q_EMIT ended(Outcome::Refused, {ready.error().message, ready.error().hint});
        } else if (m_cancelled) {
            notBegun({tr("Cancelled before it was begun.")});
        } else {
            begin(plan);
        }
    });
}

void SwitchoverDesk::begin(const Plan &plan)
{
    auto journal = JournalWriter::create(journalDirectory(), plan, core::systemClock().wallMs());
    if (!journal) {
        notBegun({journal.error().message, journal.error().hint});
        return;
    }
    begin(std::move(*journal), plan);
    m_runner->start();
}

void SwitchoverDesk::finish(const QString &path, Finish how)
{
    if (m_runner) {
        return;
    }
    auto taken = takeUp(path, how);
    if (!taken) {
        Q_EMIT ended(Outcome::Refused, {taken.error().message, taken.error().hint});
        return;
    }
    begin(std::move(taken->journal), taken->operation.plan);
    if (how == Finish::Resume) {
        m_runner->resume(taken->operation);
    } else {
        m_runner->undo(taken->operation);
    }
}

void SwitchoverDesk::begin(std::unique_ptr<JournalWriter> journal, const Plan &plan)
{
    m_runner = std::make_unique<Runner>(plan, hands(), std::move(journal), core::systemClock());
    connect(m_runner.get(), &Runner::stepChanged, this, &SwitchoverDesk::stepChanged);
    connect(m_runner.get(), &Runner::actionChanged, this, &SwitchoverDesk::actionChanged);
    connect(m_runner.get(), &Runner::outputArrived, this, &SwitchoverDesk::outputArrived);
    connect(m_runner.get(), &Runner::ended, this, &SwitchoverDesk::runnerEnded);
    if (m_probe) {
        probe::follow(*m_probe, *m_runner);
    }
    Q_EMIT begun(m_runner->journalId());
}

void SwitchoverDesk::notBegun(const QStringList &why)
{
    if (!m_probe) {
        Q_EMIT ended(Outcome::Refused, why);
        return;
    }
    m_probe->finish([this, why](const probe::Measured &) { Q_EMIT ended(Outcome::Refused, why); });
}

/// What was acknowledged is counted before anybody is told that it is over.
void SwitchoverDesk::runnerEnded(Outcome outcome, const QStringList &remains)
{
    if (!m_probe) {
        Q_EMIT ended(outcome, remains);
        return;
    }
    m_probe->finish([this, outcome, remains](const probe::Measured &found) {
        Q_EMIT measured(found);
        Q_EMIT ended(outcome, remains);
    });
}

void SwitchoverDesk::cancel()
{
    m_cancelled = true;
    if (m_runner) {
        m_runner->cancel();
    }
}

} // namespace howdah::app
