// SPDX-License-Identifier: GPL-3.0-or-later
#include "addresses/fault.h"

#include <algorithm>

#include "core/redact.h"
#include "core/servertext.h"

namespace howdah::addresses {

namespace {

constexpr int kLeastWaitMs = 200;
constexpr int kMostWaitMs = 3'600'000;
constexpr int kThrottledWaitMs = 5'000;
constexpr int kBusyWaitMs = 2'000;
constexpr qsizetype kMostWords = 300;

QString callWords(Call call)
{
    switch (call) {
    case Call::ListAddresses:
        return QStringLiteral("Listing the floating addresses");
    case Call::ListTargets:
        return QStringLiteral("Listing the machines");
    case Call::ReadAddress:
        return QStringLiteral("Reading where the address leads");
    case Call::Assign:
        return QStringLiteral("Moving the address");
    case Call::Poll:
        return QStringLiteral("Asking how far the move is");
    case Call::Pending:
        return QStringLiteral("Asking for pending events");
    case Call::Rehearse:
        return QStringLiteral("Checking the right to move the address");
    case Call::Login:
        return QStringLiteral("Logging in");
    }
    return {};
}

QString kindWords(FaultKind kind)
{
    switch (kind) {
    case FaultKind::RetryLater:
        return QStringLiteral("%1 can't do it at the moment.");
    case FaultKind::Unauthorized:
        return QStringLiteral("%1 refuses the credentials.");
    case FaultKind::Forbidden:
        return QStringLiteral("%1 does not allow it to the owner of the credentials.");
    case FaultKind::NotFound:
        return QStringLiteral("%1 does not know what it was asked for.");
    case FaultKind::Protected:
        return QStringLiteral("%1 keeps things as they are.");
    case FaultKind::WrongRequest:
        return QStringLiteral("%1 does not accept the request.");
    case FaultKind::Garbled:
        return QStringLiteral("what answered is not the API of %1.");
    }
    return {};
}

core::Error::Kind errorKind(FaultKind kind)
{
    switch (kind) {
    case FaultKind::Unauthorized:
    case FaultKind::Forbidden:
    case FaultKind::Protected:
        return core::Error::Kind::Denied;
    case FaultKind::NotFound:
        return core::Error::Kind::NotFound;
    case FaultKind::WrongRequest:
        return core::Error::Kind::Invalid;
    case FaultKind::RetryLater:
    case FaultKind::Garbled:
        return core::Error::Kind::Server;
    }
    return core::Error::Kind::Server;
}

QString hint(FaultKind kind, const Speech &speech, int waitMs)
{
    switch (kind) {
    case FaultKind::RetryLater:
        return QStringLiteral("Try again in %1 s.").arg((waitMs + 999) / 1000);
    case FaultKind::Unauthorized:
        return QStringLiteral("Give valid ones in %1; they need: %2.").arg(speech.credentials, speech.rights);
    case FaultKind::Forbidden:
        return QStringLiteral("Give those in %1 the rights that they need: %2.").arg(speech.credentials, speech.rights);
    case FaultKind::NotFound:
        return QStringLiteral("Check that the address and the machine are still there, and that the credentials in %1 "
                              "belong to their project or account.")
            .arg(speech.credentials);
    case FaultKind::Protected:
        return QStringLiteral("Lift what holds it at %1, then try again.").arg(speech.name);
    case FaultKind::WrongRequest:
        return QStringLiteral("Look at the address and the machine in the control panel of %1.").arg(speech.name);
    case FaultKind::Garbled:
        return QStringLiteral("Check the base URL (%1) and whether a proxy stands in between.").arg(speech.endpoint);
    }
    return {};
}

QString outcome(Call call, bool mayHaveHappened)
{
    if (call == Call::Poll || (call == Call::Assign && mayHaveHappened)) {
        return QStringLiteral("Whether the address was moved is not known before it is read back.");
    }
    return call == Call::Assign ? QStringLiteral("The address was not moved.") : QStringLiteral("Nothing was changed.");
}

// Only statuses that the provider sends before it does anything are proof that it did nothing.
bool mayHaveHappened(FaultKind kind, Call call, int status)
{
    if (call == Call::Poll) {
        return true;
    }
    const bool refusedInWords = kind != FaultKind::Garbled && status >= 400 && status < 500 && status != 408;
    return (call == Call::Assign || call == Call::Rehearse) && !refusedInWords;
}

FaultKind kindOf(int status)
{
    switch (status) {
    case 400:
    case 405:
    case 406:
    case 410:
    case 413:
    case 415:
    case 422:
        return FaultKind::WrongRequest;
    case 401:
        return FaultKind::Unauthorized;
    case 402:
    case 403:
        return FaultKind::Forbidden;
    case 404:
        return FaultKind::NotFound;
    case 408:
    case 409:
    case 412:
    case 423:
    case 425:
    case 429:
        return FaultKind::RetryLater;
    default:
        return status >= 500 && status < 600 ? FaultKind::RetryLater : FaultKind::Garbled;
    }
}

// An hour at most, so that nothing overflows on the way.
int bounded(qint64 ms)
{
    return static_cast<int>(std::clamp<qint64>(ms, kLeastWaitMs, kMostWaitMs));
}

int waitOf(const Answer &answer, const Said &said)
{
    const QByteArray after = answer.header("retry-after").trimmed();
    bool isNumber = false;
    const qint64 seconds = after.toLongLong(&isNumber);
    if (isNumber && seconds >= 0) {
        return bounded(qMin<qint64>(seconds, kMostWaitMs) * 1000);
    }
    if (!after.isEmpty() && answer.at.isValid()) {
        // HTTP ends with the zone's name, of which Qt wants the number.
        const QString date = QString::fromLatin1(after).replace(QLatin1String("GMT"), QLatin1String("+0000"));
        const QDateTime moment = QDateTime::fromString(date, Qt::RFC2822Date);
        if (moment.isValid()) {
            return bounded(answer.at.msecsTo(moment));
        }
    }
    if (said.waitMs > 0) {
        return bounded(said.waitMs);
    }
    if (answer.status != 429) {
        return kBusyWaitMs;
    }
    const qint64 reset = answer.header("ratelimit-reset").trimmed().toLongLong(&isNumber);
    if (isNumber && reset > 0 && answer.at.isValid()) {
        return bounded(qMin<qint64>(reset - answer.at.toSecsSinceEpoch(), kMostWaitMs) * 1000);
    }
    return kThrottledWaitMs;
}

QString quoted(const Answer &answer, const Said &said)
{
    QString words = core::redacted(core::sanitizedName(said.message)).left(kMostWords);
    if (!said.code.isEmpty()) {
        words = words.isEmpty() ? said.code : said.code + QStringLiteral(", ") + words;
    }
    return words.isEmpty() ? QStringLiteral("It answered with HTTP %1.").arg(answer.status)
                           : QStringLiteral("It answered with HTTP %1: \"%2\"").arg(answer.status).arg(words);
}

} // namespace

QByteArray Answer::header(const QByteArray &name) const
{
    const auto found = std::find_if(headers.begin(), headers.end(), [&name](const auto &header) {
        return header.first.compare(name, Qt::CaseInsensitive) == 0;
    });
    return found == headers.end() ? QByteArray() : found->second;
}

Fault Speech::fault(FaultKind kind, Call call, const Answer &answer, const Said &theirs) const
{
    Fault fault;
    fault.kind = kind;
    fault.code = theirs.code;
    fault.waitMs = kind == FaultKind::RetryLater ? waitOf(answer, theirs) : 0;
    fault.mayHaveHappened = mayHaveHappened(kind, call, answer.status);
    const QString what = kindWords(kind).arg(name);
    const QString words = kind == FaultKind::Garbled ? theirs.message : quoted(answer, theirs);
    fault.error.kind = errorKind(kind);
    fault.error.message =
        QStringList{callWords(call) + QStringLiteral(" failed:"), what, words, outcome(call, fault.mayHaveHappened)}
            .join(QLatin1Char(' '));
    fault.error.hint = hint(kind, *this, fault.waitMs);
    return fault;
}

tl::expected<void, Fault> Speech::check(Call call, const Answer &answer) const
{
    if (answer.status >= 200 && answer.status < 300) {
        return {};
    }
    Said words = said(answer.body);
    words.code = core::redacted(core::sanitizedName(words.code)).left(kMostWords);
    FaultKind kind = kindOf(answer.status);
    // A web server or a proxy knows nothing of that path either, but the API says so in its own form.
    const bool needsWords = kind == FaultKind::NotFound || kind == FaultKind::WrongRequest;
    if (kind == FaultKind::Garbled || (needsWords && words.code.isEmpty() && words.message.isEmpty())) {
        return garbled(call, answer,
                       answer.status == 0 ? QStringLiteral("There was no answer.")
                                          : QStringLiteral("It answered with HTTP %1.").arg(answer.status));
    }
    const auto rule = std::find_if(rules.begin(), rules.end(),
                                   [&words](const CodeRule &each) { return words.code == QLatin1String(each.code); });
    if (rule != rules.end()) {
        kind = rule->kind;
    }
    return tl::unexpected(fault(kind, call, answer, words));
}

tl::unexpected<Fault> Speech::garbled(Call call, const Answer &answer, const QString &detail) const
{
    return tl::unexpected(fault(FaultKind::Garbled, call, answer, Said{.message = detail}));
}

} // namespace howdah::addresses
