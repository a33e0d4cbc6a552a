// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/errands.h"

#include "addresses/place.h"
#include "addresses/providers.h"
#include "core/sentences.h"
#include "operations/provideraccess.h"

namespace howdah::operations {

using addresses::Fault;
using addresses::FaultKind;
using State = ErrandVerdict::State;

namespace {

constexpr int kReadMs = 5000;

QString words(const core::Error &error)
{
    return core::sentences({error.message, error.hint});
}

ErrandVerdict holds(const QString &seen)
{
    ErrandVerdict verdict;
    verdict.state = State::Holds;
    verdict.seen = seen;
    return verdict;
}

ErrandVerdict verdictOf(const Fault &fault)
{
    ErrandVerdict verdict;
    // What is none of its answers comes from something in between, which may be gone in a moment.
    const bool isPassing = fault.kind == FaultKind::RetryLater || fault.kind == FaultKind::Garbled;
    verdict.state = isPassing ? State::NotYet : State::Refused;
    verdict.seen = words(fault.error);
    verdict.waitMs = fault.waitMs;
    verdict.isDenied = fault.kind == FaultKind::Unauthorized || fault.kind == FaultKind::Forbidden;
    verdict.mayHaveHappened = fault.mayHaveHappened;
    verdict.kind = fault.error.kind;
    return verdict;
}

ErrandVerdict verdictOf(const addresses::ProviderInfo &info, const addresses::Operation &operation)
{
    using OperationState = addresses::Operation::State;
    ErrandVerdict verdict;
    verdict.mayHaveHappened = true;
    switch (operation.state) {
    case OperationState::Done:
        return holds(QStringLiteral("%1 says that it is done").arg(info.title));
    case OperationState::Running:
        verdict.seen =
            QStringLiteral("it is at it: whether the address was moved is not known before it is read back. Look "
                           "at the address in its control panel");
        return verdict;
    case OperationState::Errored:
        break;
    }
    verdict.state = State::Refused;
    verdict.seen = core::sentences(
        {QStringLiteral("it has tried, and failed (%1)").arg(operation.what), operation.message,
         QStringLiteral("Look at the address and the machine in its control panel, and move it again: that does no "
                        "harm")});
    return verdict;
}

ErrandVerdict assigned(const addresses::Provider &provider, const addresses::Account &account,
                       const addresses::Answer &answer)
{
    const auto operation = provider.assigned(account, answer);
    if (!operation) {
        return verdictOf(operation.error());
    }
    ErrandVerdict verdict = verdictOf(provider.info(), *operation);
    if (operation->state == addresses::Operation::State::Running) { // begun is enough: the next action waits for it
        verdict.state = State::Holds;
        verdict.operation = operation->id;
    }
    return verdict;
}

ErrandVerdict readBack(const addresses::Provider &provider, const addresses::Account &account, const Errand &errand,
                       const addresses::Answer &answer)
{
    const auto address = provider.address(account, answer);
    if (!address) {
        return verdictOf(address.error());
    }
    const auto proof = addresses::judged(provider.info(), {.id = errand.id, .ip = errand.ip}, *address,
                                         {errand.targetId, errand.targetName, errand.interfaceId, errand.insideIp});
    if (proof) {
        return holds(QStringLiteral("%1 says that %2 leads to %3")
                         .arg(provider.info().title, errand.ip,
                              errand.targetName.isEmpty() ? errand.targetId : errand.targetName));
    }
    ErrandVerdict verdict;
    verdict.seen = words(proof.error());
    return verdict;
}

} // namespace

ErrandVerdict verdictOn(const Http &http, const HttpAnswer &answer)
{
    const addresses::Provider *provider = addresses::providerOf(http.ask.provider);
    if (!provider) {
        ErrandVerdict verdict;
        verdict.state = State::Refused;
        verdict.seen = QStringLiteral("there is no provider \"%1\"").arg(http.ask.provider);
        return verdict;
    }
    const addresses::Answer came = asAnswer(answer);
    const addresses::Account account{.region = http.ask.signingRegion};
    switch (http.errand->kind) {
    case Errand::Kind::Assign:
        return assigned(*provider, account, came);
    case Errand::Kind::Poll: {
        const auto operation = provider->polled(came);
        if (!operation && operation.error().kind == FaultKind::NotFound) {
            return holds(QStringLiteral("%1 does not know of it any more").arg(provider->info().title));
        }
        return operation ? verdictOf(provider->info(), *operation) : verdictOf(operation.error());
    }
    case Errand::Kind::ReadBack:
        break;
    }
    return readBack(*provider, account, *http.errand, came);
}

HandsFailure unheard(const Http &http, const HandsFailure &failure)
{
    const addresses::Provider *provider = addresses::providerOf(http.ask.provider);
    if (!provider || (isOfOurOwn(failure.error) && !failure.mayHaveHappened)) {
        return failure; // nobody was asked
    }
    const bool acts = http.errand && http.errand->kind == Errand::Kind::Assign;
    const QString outcome = !acts ? QStringLiteral("Nothing was changed.")
                            : failure.mayHaveHappened
                                ? QStringLiteral("Whether the address was moved is not known before it is read back.")
                                : QStringLiteral("The address was not moved.");
    HandsFailure told = failure;
    told.error.message = core::sentences(
        {QStringLiteral("%1 has not answered%2: %3")
             .arg(provider->info().title, http.errand ? QStringLiteral(" about ") + http.errand->ip : QString(),
                  failure.error.message),
         outcome});
    const QString hint = QStringLiteral("See what keeps this machine from asking it. Its base URL is of %1.")
                             .arg(provider->info().endpointVariables.join(QStringLiteral(" or ")));
    if (http.errand) { // of which a step has one text
        told.error.message = core::sentences({told.error.message, hint});
    } else {
        told.error.hint = hint;
    }
    return told;
}

int longestMs(const Http &http)
{
    const addresses::Provider *provider = addresses::providerOf(http.ask.provider);
    const bool acts = http.errand && http.errand->kind == Errand::Kind::Assign;
    return acts && provider ? provider->info().deadlineMs : kReadMs;
}

bool isOfOurOwn(const core::Error &error)
{
    return error.kind == core::Error::Kind::Denied || error.kind == core::Error::Kind::Invalid;
}

} // namespace howdah::operations
