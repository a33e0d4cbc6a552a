// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QSet>
#include <functional>
#include <memory>
#include <vector>

#include "operations/hands.h"

namespace howdah::operations {

/// Who may ask with which credentials, where whoever goes on with wrong ones is shut out: as long as it is not known
/// whether they are taken one asks, the others wait for that, and once they are refused nobody asks with them any more.
/// Engine thread; what is refused is known to all of the program.
class CredentialTurns {
public:
    using Done = std::function<void(Handed<HttpAnswer>)>;

    /// context: with whose end nobody is told anything any more.
    explicit CredentialTurns(QObject *context)
        : m_context(context)
    {
    }

    /// How long refused ones are not tried again.
    enum class Memory {
        Forever,
        AWhile, ///< ten minutes: a locked account is refused as a wrong password is
    };

    /// Whether it may ask now. If not, again or done is called later: again when it is its turn, done when it is told
    /// that they are refused, or how the one that it has waited for has failed. Never from within a call.
    /// fingerprint: of the credentials; empty: they may always be tried.
    bool mayAsk(const QByteArray &fingerprint, std::function<void()> again, Done done);
    /// What came of it; for each that was allowed to ask.
    void asked(const QByteArray &fingerprint, const Handed<HttpAnswer> &answer, Memory memory);
    /// Nobody is told anything any more.
    void clear();

private:
    struct Waiting {
        std::function<void()> again;
        Done done;
    };

    void later(std::function<void()> what) const;

    QObject *m_context;
    QSet<QByteArray> m_taken;                          ///< fingerprints of those that were taken
    QHash<QByteArray, std::vector<Waiting>> m_waiting; ///< behind the one who asks
    std::shared_ptr<int> m_wanted = std::make_shared<int>();
};

} // namespace howdah::operations
