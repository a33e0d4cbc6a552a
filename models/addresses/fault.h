// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <vector>

#include "addresses/request.h"
#include "core/error.h"

namespace howdah::addresses {

/// What a request was for.
enum class Call { ListAddresses, ListTargets, ReadAddress, Assign, Poll, Pending, Rehearse, Login };

/// What can be done about an answer that is not what was asked for.
enum class FaultKind {
    RetryLater,   ///< throttled, busy, in the way of another event: the same request again, after a while
    Unauthorized, ///< the credentials are not valid, or not any more
    Forbidden,    ///< they are, but do not have the right
    NotFound,
    Protected,    ///< the provider keeps it as it is until somebody lifts that
    WrongRequest, ///< it does not accept the request
    Garbled,      ///< no answer of this API: HTML, half a text, other types, another shape
};

/// Why there is no result.
struct Fault {
    FaultKind kind = FaultKind::Garbled;
    core::Error error; ///< says what happened, what was not changed, and what to do next
    QString code;      ///< the provider's own word; empty without
    int waitMs = 0;    ///< before the next try; 0 where one would be in vain
    /// False only when it is certain that nothing was changed.
    bool mayHaveHappened = false;
};

template<typename T>
using Answered = tl::expected<T, Fault>;

/// What an answer says of an error, in the provider's own words.
struct Said {
    QString code;
    QString message;
    int waitMs = 0; ///< before the next try, if the body says that
};

/// What a code means, where the HTTP status alone would mislead.
struct CodeRule {
    const char *code;
    FaultKind kind;
};

/// How a provider speaks of errors, and how one speaks of it.
struct Speech {
    QString name;        ///< "DigitalOcean"
    QString credentials; ///< where they come from: "DIGITALOCEAN_ACCESS_TOKEN"
    QString rights;      ///< the least that they need
    QString endpoint;    ///< where its base URL comes from
    Said (*said)(const QByteArray &body) = nullptr;
    std::vector<CodeRule> rules;

    /// Empty when the status is one of success. Otherwise by the code, by the status, and by the headers retry-after
    /// (RFC 9110, seconds or a date) and, when throttled, ratelimit-reset (seconds since 1970). waitMs is 0.2 s to 1 h.
    tl::expected<void, Fault> check(Call call, const Answer &answer) const;
    /// The answer is none of this API. detail: a sentence, "It has no list of addresses."
    tl::unexpected<Fault> garbled(Call call, const Answer &answer, const QString &detail) const;

private:
    Fault fault(FaultKind kind, Call call, const Answer &answer, const Said &theirs) const;
};

} // namespace howdah::addresses
