// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QObject>
#include <functional>

#include "addresses/heldcredentials.h"

namespace howdah::keyring {

/// The desktop's keyring: one entry for each account of a provider, which has all its values. The Secret Service or
/// KWallet, whichever is there; where neither is, nothing is kept, and never in a file of ours. It may ask its user for
/// a password. Lives in the main thread, whose event loop the keyring's own library wants.
class Keyring : public QObject {
    Q_OBJECT
public:
    /// deadlineMs: how long an answer is waited for.
    explicit Keyring(int deadlineMs, QObject *parent = nullptr);

    /// done is called once, never from within the call, and never after this object's end. Of an account that has no
    /// entry the values are empty. An error says why the keyring is of no use.
    void read(const QString &account, std::function<void(core::Result<addresses::Values>)> done);
    void write(const QString &account, const addresses::Values &values, std::function<void(core::Result<void>)> done);
    /// One that is not there is removed already.
    void remove(const QString &account, std::function<void(core::Result<void>)> done);

private:
    int m_deadlineMs;
};

} // namespace howdah::keyring
