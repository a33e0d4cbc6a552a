// SPDX-License-Identifier: GPL-3.0-or-later
#include "operations/credentialturns.h"

#include <QDeadlineTimer>
#include <QMutex>
#include <QTimer>

namespace howdah::operations {

using core::Error;

namespace {

constexpr int kAWhileMs = 600'000;

struct Refused {
    QMutex mutex;
    QHash<QByteArray, QDeadlineTimer> until; ///< by fingerprint
};

Refused &refused()
{
    static Refused all;
    return all;
}

/// Empty: they are not, or not any more.
std::optional<Error> refusalOf(const QByteArray &fingerprint)
{
    const QMutexLocker lock(&refused().mutex);
    const auto found = refused().until.constFind(fingerprint);
    if (found == refused().until.constEnd() || found->hasExpired()) {
        return std::nullopt;
    }
    QString hint = QStringLiteral("Give others: Credentials… on the page Addresses, howdah credentials, or the environment.");
    if (!found->isForever()) {
        hint += QStringLiteral(" As they are, they are tried again in %1 min.")
                    .arg((found->remainingTime() + 59'999) / 60'000);
    }
    return Error{.kind = Error::Kind::Denied,
                 .message = QStringLiteral("These credentials were refused before, and who goes on trying is shut out. "
                                           "Nothing was asked."),
                 .hint = hint};
}

} // namespace

bool CredentialTurns::mayAsk(const QByteArray &fingerprint, std::function<void()> again, Done done)
{
    if (fingerprint.isEmpty()) {
        return true;
    }
    if (const auto error = refusalOf(fingerprint)) {
        later([done = std::move(done), error = *error] { done(tl::unexpected(HandsFailure{error, false})); });
        return false;
    }
    if (m_taken.contains(fingerprint)) {
        return true;
    }
    const auto waiting = m_waiting.find(fingerprint);
    if (waiting == m_waiting.end()) {
        m_waiting.insert(fingerprint, {});
        return true;
    }
    waiting->push_back({std::move(again), std::move(done)});
    return false;
}

void CredentialTurns::asked(const QByteArray &fingerprint, const Handed<HttpAnswer> &answer, Memory memory)
{
    if (fingerprint.isEmpty()) {
        return;
    }
    if (answer && answer->status == 401) {
        const QMutexLocker lock(&refused().mutex);
        refused().until.insert(fingerprint, memory == Memory::Forever ? QDeadlineTimer(QDeadlineTimer::Forever)
                                                                      : QDeadlineTimer(kAWhileMs));
        m_taken.remove(fingerprint);
    } else if (answer) {
        m_taken.insert(fingerprint);
    }
    for (Waiting &one : m_waiting.take(fingerprint)) {
        if (answer) {
            later(std::move(one.again)); // from now on it is known whether they are taken
        } else {
            later([done = std::move(one.done), error = answer.error().error] {
                done(tl::unexpected(HandsFailure{error, false}));
            });
        }
    }
}

void CredentialTurns::clear()
{
    m_waiting.clear();
    m_wanted = std::make_shared<int>();
}

/// Whoever is told may do anything, also away with who tells.
void CredentialTurns::later(std::function<void()> what) const
{
    QTimer::singleShot(0, m_context, [known = std::weak_ptr<int>(m_wanted), what = std::move(what)] {
        if (!known.expired()) {
            what();
        }
    });
}

} // namespace howdah::operations
