// SPDX-License-Identifier: GPL-3.0-or-later
// What the window knows of the addresses of its clusters: a watch for each that has such, in the engine thread.
#include "app/addresswatch.h"
#include "app/moreknown.h"
#include "app/windowcommand.h"

namespace howdah::app {

void WindowCommand::endAddressWatch(const QString &cluster)
{
    if (AddressWatch *watch = m_addressWatches.take(cluster)) {
        watch->disconnect(this);
        watch->disconnect(&m_window);
        watch->deleteLater(); // in its own thread
    }
    m_sights.remove(cluster);
    m_keyringAsked.remove(cluster);
}

bool WindowCommand::isKeyringDone(const QString &cluster)
{
    constexpr qint64 kPatienceMs = 3000; // it may be waiting for its password: what comes later is asked with then
    if (!m_keyringAsked.contains(cluster)) {
        m_keyringAsked[cluster].start();
        m_credentials.load(m_configs.value(cluster), [this, cluster](const core::Result<void> &keyring) {
            if (!m_keyringAsked.contains(cluster)) {
                return;
            }
            m_keyringAsked[cluster].invalidate();
            if (!keyring && keyring.error().kind == core::Error::Kind::Timeout) {
                m_keyringAsked.remove(cluster); // it waits for its password: whoever comes back to it is not too late
            } else if (!keyring) {
                m_window.showError(keyring.error());
            }
        });
    }
    const QElapsedTimer &asked = m_keyringAsked[cluster];
    return !asked.isValid() || asked.elapsed() > kPatienceMs;
}

void WindowCommand::watchAddresses(const cluster::ClusterState &state)
{
    const QString name = state.snapshot->cluster;
    if (m_configs.value(name).addresses.empty()) {
        return;
    }
    if (!m_addressWatches.value(name)) {
        if (!isKeyringDone(name)) {
            return;
        }
        auto *watch = new AddressWatch(m_configs.value(name));
        m_addressWatches.insert(name, watch);
        connect(watch, &AddressWatch::sightsChanged, this,
                [this, name](const std::shared_ptr<const operations::address::Sights> &sights) {
                    m_sights.insert(name, sights);
                    m_window.setAddresses(name, sights);
                });
        m_engine.adopt(watch);
    }
    AddressWatch *watch = m_addressWatches.value(name);
    QMetaObject::invokeMethod(watch, [watch, state] { watch->setState(state); });
}

cluster::ClusterState WindowCommand::withMore(const cluster::ClusterState &state) const
{
    const auto sights = m_sights.value(state.snapshot->cluster);
    return withJournal(sights && !sights->empty()
                           ? cluster::ClusterState{state.snapshot, std::make_shared<const cluster::Assessment>(
                                                                       withAddresses(*state.assessment, *sights))}
                           : state);
}

} // namespace howdah::app
