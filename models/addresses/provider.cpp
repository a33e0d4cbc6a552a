// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/provider.h"

namespace howdah::addresses {

namespace {

QString unasked()
{
    return QStringLiteral("Nothing of the kind was asked.");
}

} // namespace

std::optional<Request> Provider::poll(const Account & /*account*/, const Address & /*address*/,
                                      const Operation & /*operation*/) const
{
    return std::nullopt;
}

std::vector<Request> Provider::pending(const Account & /*account*/, const Address & /*address*/,
                                       const Place & /*place*/) const
{
    return {};
}

std::optional<Request> Provider::rehearse(const Account & /*account*/, const Address & /*address*/,
                                          const Place & /*place*/) const
{
    return std::nullopt;
}

std::optional<Request> Provider::login(const Account & /*account*/) const
{
    return std::nullopt;
}

Answered<Operation> Provider::polled(const Answer &answer) const
{
    return speech().garbled(Call::Poll, answer, unasked());
}

Answered<std::vector<Operation>> Provider::pendingEvents(const Answer &answer) const
{
    return speech().garbled(Call::Pending, answer, unasked());
}

Answered<void> Provider::rehearsed(const Answer &answer) const
{
    return speech().garbled(Call::Rehearse, answer, unasked());
}

Answered<Session> Provider::loggedIn(const Account & /*account*/, const Answer &answer) const
{
    return speech().garbled(Call::Login, answer, unasked());
}

} // namespace howdah::addresses
