// SPDX-License-Identifier: GPL-3.0-or-later
// What slots hold back, and for whom.
#include "core/units.h"
#include "rules.h"
#include "slotmath.h"
#include "walrate.h"

namespace howdah::cluster {

namespace {
constexpr qint64 kRateWindowMs = 60'000;
constexpr qint64 kRateLeastMs = 10'000;
// A forecast that was told goes only when it is clearly past its limit.
constexpr double kHysteresis = 1.25;

// Of the WAL that may be kept for slots, the part that is left; empty without a limit, and where nothing is kept.
std::optional<double> headroom(const NodeSample &sample, const Slot &slot)
{
    const std::optional<qint64> limit = keptAtMost(sample);
    const std::optional<qint64> room = roomLeft(sample, slot);
    if (limit.value_or(0) <= 0 || !room) {
        return std::nullopt;
    }
    return static_cast<double>(*room) / static_cast<double>(*limit);
}

QString consumerOf(const Rules &rules, int index, const Slot &slot)
{
    for (const Edge &edge : rules.topology.edges) {
        const bool serves = edge.sender && slot.activePid && edge.sender->pid == *slot.activePid;
        if (edge.from == index && (serves || (slot.active && edge.slotName == slot.slotName))) {
            return rules.name(edge.to);
        }
    }
    for (const Consumer &consumer : rules.topology.consumers) {
        if (slot.active && consumer.node == index && consumer.slotName == slot.slotName) {
            return consumer.name;
        }
    }
    return {};
}

// The standby that would use the slot and does not now; empty when none of ours would.
QString ownerOf(const Rules &rules, int index, const Slot &slot)
{
    for (const Edge &edge : rules.topology.edges) {
        if (edge.from == index && edge.slotName == slot.slotName) {
            return rules.name(edge.to);
        }
    }
    // One that does not answer can't say which slot is its own; most are named after their standby.
    for (int i = 0; slot.slotType == QLatin1String("physical") && i < rules.count(); ++i) {
        const QString name = QString(rules.name(i)).replace(QLatin1Char('-'), QLatin1Char('_'));
        const bool named = slot.slotName == name || slot.slotName == name + QStringLiteral("_slot");
        if (i != index && rules.isData(i) && !rules.node(i).sample && named) {
            return rules.name(i);
        }
    }
    return {};
}

/// pg_auto_failover keeps a slot for each other node on every standby, and moves it on itself, so that they find theirs
/// on whoever is promoted. What such a one holds counts all the same.
bool isKeptForFailover(const Snapshot &snapshot, const NodeSample &sample, const Slot &slot)
{
    return snapshot.manager == ManagerKind::PgAutoFailover && sample.inRecovery &&
           slot.slotType == QLatin1String("physical") &&
           slot.slotName.startsWith(QLatin1String("pgautofailover_standby_"));
}

class SlotJudge {
public:
    SlotJudge(Rules &rules, int index, const Slot &slot)
        : m_rules(rules)
        , m_node(rules.node(index))
        , m_sample(rules.sample(index))
        , m_slot(slot)
        , m_fresh(rules.fresh[static_cast<std::size_t>(index)])
        , m_owner(ownerOf(rules, index, slot))
    {
        m_facts.node = index;
        m_facts.retainedBytes = retainedBytes(m_sample, slot);
        m_facts.limitBytes = slotLimit(m_sample, slot);
        m_facts.roomBytes = roomLeft(m_sample, slot);
        m_facts.inactiveForMs = inactiveMs(rules.snapshot, m_node, slot);
        m_facts.consumer = consumerOf(rules, index, slot);
        if (m_fresh && index == rules.topology.primary) {
            m_facts.fullInSeconds = secondsToFull(rules.snapshot, m_sample, slot);
        }
        m_idle = isAbandoned(slot) && !isKeptForFailover(rules.snapshot, m_sample, slot);
        m_lost = slot.walStatus == QLatin1String("lost");
    }
    SlotFacts judge();

private:
    Verdict byAge() const;
    Verdict bySize() const;
    Verdict byStatus() const;
    Verdict byHeadroom() const;
    Verdict byForecast();
    bool foretold(const char *condition, double limitSeconds);
    void reportHeld();
    QString reason() const;
    QString growth() const;
    QString kept() const;
    QString remedy() const;
    void report(const char *rule, Verdict severity, const QString &title, const QString &evidence,
                const QString &remedyText, qint64 sinceMs = 0);

    Rules &m_rules;
    const NodeStatus &m_node;
    const NodeSample &m_sample;
    const Slot &m_slot;
    bool m_fresh;
    QString m_owner;
    SlotFacts m_facts;
    bool m_idle = false;
    bool m_lost = false;
    Verdict m_forecast = Verdict::Ok;
};

Verdict limited(double value, double warn, double critical)
{
    return value >= critical ? Verdict::Critical : (value >= warn ? Verdict::Warning : Verdict::Ok);
}

Verdict SlotJudge::byAge() const
{
    const Thresholds &t = m_rules.thresholds;
    if (m_idle && !m_slot.inactiveSince.isValid() && t.once) {
        return Verdict::Warning; // for how long nobody can say
    }
    return m_idle ? limited(static_cast<double>(m_facts.inactiveForMs.value_or(0)),
                            static_cast<double>(t.slotInactiveWarnMs), static_cast<double>(t.slotInactiveCriticalMs))
                  : Verdict::Ok;
}

Verdict SlotJudge::bySize() const
{
    const Thresholds &t = m_rules.thresholds;
    return limited(static_cast<double>(m_facts.retainedBytes.value_or(0)), static_cast<double>(t.slotRetainedWarnBytes),
                   static_cast<double>(t.slotRetainedCriticalBytes));
}

Verdict SlotJudge::byStatus() const
{
    if (m_lost || m_slot.walStatus == QLatin1String("unreserved")) {
        return Verdict::Critical;
    }
    return m_slot.walStatus == QLatin1String("extended") ? Verdict::Warning : Verdict::Ok;
}

Verdict SlotJudge::byHeadroom() const
{
    const std::optional<double> left = headroom(m_sample, m_slot);
    if (!left || m_lost) {
        return Verdict::Ok;
    }
    const Thresholds &t = m_rules.thresholds;
    return *left < t.slotHeadroomCritical ? Verdict::Critical
                                          : (*left < t.slotHeadroomWarn ? Verdict::Warning : Verdict::Ok);
}

// Below the limit, and for long enough.
bool SlotJudge::foretold(const char *condition, double limitSeconds)
{
    const QString key = slotKey(condition, m_node, m_slot);
    const qint64 held = m_rules.now() - m_rules.snapshot.watch.value(key, m_rules.now());
    const double ease = held >= m_rules.thresholds.slotFullHeldMs ? kHysteresis : 1.0;
    return m_facts.fullInSeconds && *m_facts.fullInSeconds < limitSeconds * ease &&
           m_rules.hold(key) >= m_rules.thresholds.slotFullHeldMs;
}

Verdict SlotJudge::byForecast()
{
    const Thresholds &t = m_rules.thresholds;
    const bool soon = foretold("slot_filling", t.slotFullWarnSeconds);
    const bool verySoon = foretold("slot_filling_critical", t.slotFullCriticalSeconds);
    return soon && verySoon ? Verdict::Critical : (soon ? Verdict::Warning : Verdict::Ok);
}

QString SlotJudge::reason() const
{
    if (m_lost) {
        return m_slot.invalidationReason.isEmpty() ? QStringLiteral("WAL it needs was removed")
                                                   : m_slot.invalidationReason;
    }
    if (m_slot.synced.value_or(false)) {
        return QStringLiteral("copied from the primary for a failover");
    }
    if (!m_slot.active && !m_slot.restartLsn) {
        return QStringLiteral("never used, holds nothing");
    }
    if (!m_slot.active && !m_owner.isEmpty()) {
        return QStringLiteral("%1 is not connected").arg(m_owner);
    }
    if (!m_slot.active) {
        return QStringLiteral("nobody is connected");
    }
    return bySize() > Verdict::Ok ? QStringLiteral("its consumer is behind") : QString();
}

QString SlotJudge::kept() const
{
    return m_facts.retainedBytes
               ? QStringLiteral("%1 keeps %2 for it").arg(m_node.name, core::formatBytes(*m_facts.retainedBytes))
               : QStringLiteral("How much %1 keeps for it is not known").arg(m_node.name);
}

// How fast an idle slot grows, and when it reaches its limit.
QString SlotJudge::growth() const
{
    // 0 also when it is not known: nothing is said of it then, as of one that hardly grows.
    const bool measured = !m_sample.inRecovery && m_rules.snapshot.trail;
    const double rate = measured ? averageWalRate(*m_rules.snapshot.trail, kRateWindowMs, kRateLeastMs).value_or(0) : 0;
    const bool grows = m_idle && rate >= 1024;
    QString text;
    if (grows) {
        text += QStringLiteral(", growing %1/s").arg(core::formatBytes(static_cast<qint64>(rate)));
    }
    text += QLatin1Char('.');
    const std::optional<qint64> most = keptAtMost(m_sample);
    if (most && m_facts.roomBytes) {
        // The end of a segment counts, and WAL that is kept anyway: more may be left than the setting says.
        const QString limit = core::formatBytes(std::max(*most, *m_facts.roomBytes));
        if (m_facts.fullInSeconds.value_or(0) > 0) {
            text += QStringLiteral(" Its limit of %1 is reached in %2.")
                        .arg(limit, core::formatSeconds(*m_facts.fullInSeconds));
        } else {
            text += QStringLiteral(" %1 are left of its limit of %2.")
                        .arg(core::formatBytes(std::max<qint64>(0, *m_facts.roomBytes)), limit);
        }
    } else if (m_idle && m_sample.settingNumber(QLatin1String("max_slot_wal_keep_size")) == -1) {
        text += QStringLiteral(" Nothing limits it: max_slot_wal_keep_size is -1.");
    }
    return text;
}

QString SlotJudge::remedy() const
{
    if (!m_owner.isEmpty()) {
        return QStringLiteral("Bring %1 back. If it never comes back, drop the slot.").arg(m_owner);
    }
    if (m_idle && m_sample.inRecovery && m_slot.slotType == QLatin1String("logical") &&
        !m_slot.synced.value_or(false) && m_sample.serverVersionNum < 160000) {
        return QStringLiteral(
            "Before version 16 nobody can decode on a standby: give its consumer a slot on the primary, "
            "and drop this one.");
    }
    return m_idle
               ? QStringLiteral("Connect its consumer again: nothing is lost yet. If nobody needs it, drop the slot.")
               : QStringLiteral("Its consumer takes WAL more slowly than %1 writes it: see where it waits.")
                     .arg(m_node.name);
}

void SlotJudge::report(const char *rule, Verdict severity, const QString &title, const QString &evidence,
                       const QString &remedyText, qint64 sinceMs)
{
    m_rules.add({.id = slotKey(rule, m_node, m_slot),
                 .severity = severity,
                 .node = m_node.name,
                 .title = title,
                 .evidence = evidence,
                 .remedy = remedyText,
                 .page = QStringLiteral("slots"),
                 .subject = m_slot.slotName,
                 .sinceMs = sinceMs,
                 .beganUnseen = sinceMs != 0 && !m_slot.inactiveSince.isValid()});
}

// It is used, or was until a moment ago, and holds too much or soon will.
void SlotJudge::reportHeld()
{
    const QString &name = m_slot.slotName;
    const QString status =
        m_slot.walStatus.isEmpty() ? QString() : QStringLiteral(" wal_status is %1.").arg(m_slot.walStatus);
    const QString evidence = kept() + growth() + status;
    const bool unreserved = m_slot.walStatus == QLatin1String("unreserved");
    if (m_forecast > Verdict::Ok && !unreserved && byHeadroom() == Verdict::Ok) {
        const double left = *m_facts.fullInSeconds;
        report("slot_full", m_facts.verdict,
               left > 0 ? QStringLiteral("Slot %1 is full in %2").arg(name, core::formatSeconds(left))
                        : QStringLiteral("Slot %1 has reached its limit").arg(name),
               evidence, remedy());
        return;
    }
    const QString title = unreserved                   ? QStringLiteral("Slot %1 is about to be lost").arg(name)
                          : byHeadroom() > Verdict::Ok ? QStringLiteral("Slot %1 is near its limit").arg(name)
                          : m_facts.retainedBytes
                              ? QStringLiteral("Slot %1 holds %2").arg(name, core::formatBytes(*m_facts.retainedBytes))
                              : QStringLiteral("Slot %1 holds much WAL").arg(name);
    report("slot_retained", m_facts.verdict, title, evidence, remedy());
}

SlotFacts SlotJudge::judge()
{
    m_facts.reason = reason();
    m_forecast = byForecast();
    m_facts.verdict = std::max({byAge(), bySize(), byStatus(), byHeadroom(), m_forecast});
    if (m_idle) {
        // Kept also while the node is silent: the slot has not found a consumer meanwhile.
        m_rules.hold(idleKey(m_node, m_slot));
    }
    if (!m_fresh) {
        m_facts.verdict = Verdict::Unknown;
        return m_facts;
    }
    const QString &name = m_slot.slotName;
    if (m_lost) {
        report("slot_lost", Verdict::Critical, QStringLiteral("Slot %1 is lost").arg(name),
               QStringLiteral("On %1: %2.").arg(m_node.name, m_facts.reason),
               m_owner.isEmpty()
                   ? QStringLiteral("Its consumer must start over with a new copy; then drop the slot.")
                   : QStringLiteral("Rebuild %1, or let it fetch the WAL from the archive.").arg(m_owner));
    } else if (byAge() > Verdict::Ok) {
        const qint64 idle = m_facts.inactiveForMs.value_or(0);
        const bool dated = m_slot.inactiveSince.isValid();
        const QString duration =
            !dated && m_rules.thresholds.once
                ? QStringLiteral("Since when is not known. ")
                : QStringLiteral("For %1%2. ").arg(dated ? QString() : QStringLiteral("at least "), span(idle));
        report("slot_inactive", m_facts.verdict,
               m_owner.isEmpty() ? QStringLiteral("Slot %1 has no consumer").arg(name)
                                 : QStringLiteral("Slot %1 waits for %2").arg(name, m_owner),
               duration + kept() + growth(), remedy(), std::max<qint64>(1, m_rules.now() - idle));
    } else if (m_facts.verdict > Verdict::Ok) {
        reportHeld();
    }
    return m_facts;
}
} // namespace

void judgeSlots(Rules &rules)
{
    for (int i = 0; i < rules.count(); ++i) {
        if (!rules.node(i).sample || !rules.isData(i)) {
            continue;
        }
        const std::vector<Slot> &all = rules.sample(i).replicationSlots;
        for (std::size_t s = 0; s < all.size(); ++s) {
            SlotFacts facts = SlotJudge(rules, i, all[s]).judge();
            facts.slot = static_cast<int>(s);
            rules.slotFacts.push_back(facts);
        }
    }
}

} // namespace howdah::cluster
