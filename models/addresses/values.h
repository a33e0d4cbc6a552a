// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

namespace howdah::addresses {

/// A floating address as its provider tells of it. Texts are sanitized names, ids what the provider's requests want.
struct Address {
    QString id;
    QString ip;     ///< or a network, "2001:db8::/64", where the provider hands out those
    QString region; ///< empty: not said
    /// False when the answer does not say where the address leads, as with a token that may not see machines. Then
    /// targetId says nothing; when true an empty one means that it leads nowhere.
    bool isHolderKnown = true;
    QString targetId;
    QString targetName;  ///< empty: not said
    QString interfaceId; ///< of the target; empty where the provider knows no such thing
    QString insideIp;    ///< of the target, to which it leads; likewise
    QString lock;        ///< why the provider would not move it now; empty: no reason that it tells

    bool operator==(const Address &) const = default;
};

/// An address by which a machine is known to its provider.
struct TargetIp {
    QString ip; ///< or a network that is the machine's own
    bool isPublic = false;
    QString interfaceId; ///< that it is on; empty where addresses are assigned to the machine as a whole
    QString insideIp;    ///< of that interface, to which a floating address would lead; empty likewise

    bool operator==(const TargetIp &) const = default;
};

/// What an address can lead to: a machine, or with some providers a port of one.
struct Target {
    enum class State {
        Up,
        Down,    ///< stopped, going away, being made
        Unknown, ///< the provider does not say, or in a word that is not known here
    };
    QString id;
    QString name;
    QString region; ///< empty: not said
    State state = State::Unknown;
    QString stateWord; ///< verbatim
    QString lock;      ///< why the provider would refuse it for now; empty: no reason that it tells
    std::vector<TargetIp> ips;

    bool operator==(const Target &) const = default;
};

/// Where on a target an address is to lead.
struct Place {
    QString targetId;
    QString targetName;
    QString interfaceId; ///< empty: the target as a whole
    QString insideIp;    ///< empty likewise

    bool operator==(const Place &) const = default;
};

/// What a provider does about an assignment, or about anything else that an assignment has to wait for.
struct Operation {
    enum class State { Running, Done, Errored };
    QString id; ///< empty when there is nothing to ask after
    State state = State::Running;
    QString what;    ///< "assign_ip": the provider's own word
    QString message; ///< what it says of it, most of all of an error

    bool operator==(const Operation &) const = default;
};

/// A page of what is listed, and what to ask for the next with; empty: that was all.
template<typename T>
struct Listing {
    std::vector<T> items;
    QString next;
};

} // namespace howdah::addresses
