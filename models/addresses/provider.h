// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <optional>

#include "addresses/fault.h"
#include "addresses/request.h"
#include "addresses/values.h"

namespace howdah::addresses {

/// What a provider wants to know of who asks.
struct Credential {
    QStringList variables; ///< of the environment, as the provider's own tools name them; the first that is set
    bool isSecret = true;
    bool isNeeded = true;
};

/// Those that go together. With several sets the first that is complete is used.
using CredentialSet = std::vector<Credential>;

/// What is known of a provider without asking it.
struct ProviderInfo {
    QString key;   ///< as in the cluster file
    QString title; ///< "Hetzner Cloud"
    Auth auth = Auth::None;
    std::vector<CredentialSet> credentials;
    QString rights;                ///< the least that the credentials need, in the provider's own terms
    QStringList endpointVariables; ///< in which its own tools look for the base URL
    QString defaultUrl;            ///< {region} stands for the region; empty: there is none
    QStringList regionVariables;
    bool needsRegion = false;     ///< no request can be made without
    bool isBoundToRegion = false; ///< an address leads to targets of its own region only
    QString guestNote;            ///< what a machine needs so that the address works on it; empty: nothing
    QString fallbackKey;          ///< of a provider that may know an address that this one does not; empty: none
    int deadlineMs = 15'000;      ///< for one request
};

/// A base URL and what else stands in requests, none of it secret. See accountOf().
struct Account {
    QString baseUrl; ///< without a slash at its end
    QString region;
    QHash<QString, QString> names; ///< values of those credentials that are no secrets, by their first variable
    QString networkUrl;            ///< of the session, where a login says where the rest is
};

/// What a login gives. token is secret: never shown, logged or journaled.
struct Session {
    QByteArray token;
    QString networkUrl;
    QDateTime expires;
};

/// More pages than any account has: a listing that does not end by then goes round in circles.
inline constexpr int kMostPages = 500;

/// One provider of floating addresses: which requests it takes and what its answers mean. Values go in and come out;
/// nothing is sent from here. Thread-safe. Ids and pages are those that its own answers gave.
///
/// An address was moved when reading it back says so (judged() in place.h), whatever an operation said.
class Provider {
public:
    Provider() = default;
    virtual ~Provider() = default;
    Provider(const Provider &) = delete;
    Provider &operator=(const Provider &) = delete;
    Provider(Provider &&) = delete;
    Provider &operator=(Provider &&) = delete;

    virtual const ProviderInfo &info() const = 0;

    /// page: of a Listing's next; empty for the first.
    virtual Request listAddresses(const Account &account, const QString &page) const = 0;
    virtual Request listTargets(const Account &account, const QString &page) const = 0;
    virtual Request readAddress(const Account &account, const Address &address) const = 0;
    /// May be sent again: it asks for a state, not for a step.
    virtual Request assign(const Account &account, const Address &address, const Place &place) const = 0;
    /// Empty: assignments are done when they are answered.
    virtual std::optional<Request> poll(const Account &account, const Address &address,
                                        const Operation &operation) const;
    /// What tells of events that an assignment would have to wait for. Empty: nothing does.
    virtual std::vector<Request> pending(const Account &account, const Address &address, const Place &place) const;
    /// What tells whether assign() would be allowed, and changes nothing. Empty: nothing does.
    virtual std::optional<Request> rehearse(const Account &account, const Address &address, const Place &place) const;
    /// What gives a Session. Empty: none is needed.
    virtual std::optional<Request> login(const Account &account) const;

    virtual Answered<Listing<Address>> addresses(const Account &account, const Answer &answer) const = 0;
    virtual Answered<Listing<Target>> targets(const Account &account, const Answer &answer) const = 0;
    virtual Answered<Address> address(const Account &account, const Answer &answer) const = 0;
    virtual Answered<Operation> assigned(const Account &account, const Answer &answer) const = 0;
    virtual Answered<Operation> polled(const Answer &answer) const;
    /// Those that are not over.
    virtual Answered<std::vector<Operation>> pendingEvents(const Answer &answer) const;
    /// No value, no fault: allowed.
    virtual Answered<void> rehearsed(const Answer &answer) const;
    virtual Answered<Session> loggedIn(const Account &account, const Answer &answer) const;

protected:
    virtual const Speech &speech() const = 0;
};

} // namespace howdah::addresses
