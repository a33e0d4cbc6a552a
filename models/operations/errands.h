// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "operations/hands.h"
#include "operations/plan.h"

namespace howdah::operations {

/// What an answer of a provider of floating addresses comes to.
struct ErrandVerdict {
    enum class State {
        Holds,
        NotYet,  ///< to be asked again: it is busy, throttled, or not there yet
        Refused, ///< in words; asking again would be in vain
    };
    State state = State::NotYet;
    QString seen;          ///< for people: what it says, what was not changed, what to do
    int waitMs = 0;        ///< NotYet: as long as the provider wants to be left alone; 0: it does not say
    QString operation;     ///< of an assignment: its id, while there is something to wait for
    bool isDenied = false; ///< Refused, and everything else would be as well
    bool mayHaveHappened = false;
    core::Error::Kind kind = core::Error::Kind::Server;
};

/// By the provider's own rules. http.errand must be set. Pure, but for the time, by which a wait is told.
ErrandVerdict verdictOn(const Http &http, const HttpAnswer &answer);

/// Why there is no answer of a provider, in words that say whose, what was not changed and what to do. http.errand may
/// be unset: then it was a question.
HandsFailure unheard(const Http &http, const HandsFailure &failure);

/// How long one such request is waited for. Some answer when all is done, which takes a minute.
int longestMs(const Http &http);

/// Whether it is of ours: of credentials that are missing, of a base URL that is none. Time does not mend it.
bool isOfOurOwn(const core::Error &error);

} // namespace howdah::operations
