// SPDX-License-Identifier: GPL-3.0-or-later
// The one user of QtKeychain. setInsecureFallback() is never called: it would write secrets into a file.
#include "keyring/keyring.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QPointer>
#include <QTimer>
#include <memory>
#include <qt6keychain/keychain.h>

#include "core/servertext.h"

namespace howdah::keyring {

using core::Error;

namespace {

const QString &service()
{
    static const QString name = QStringLiteral("howdah");
    return name;
}

Error errorOf(QKeychain::Error code, const QString &text)
{
    switch (code) {
    case QKeychain::AccessDeniedByUser:
        return {.kind = Error::Kind::Denied, .message = QStringLiteral("The desktop's keyring was not opened.")};
    case QKeychain::AccessDenied:
        return {.kind = Error::Kind::Denied, .message = QStringLiteral("The desktop's keyring lets nobody in.")};
    case QKeychain::NoBackendAvailable:
    case QKeychain::NotImplemented:
        return {.kind = Error::Kind::NotFound,
                .message = QStringLiteral("There is no keyring here: neither a Secret Service nor KWallet answers."),
                .hint = QStringLiteral("Start one (gnome-keyring, KWallet), or set the variables in the environment.")};
    default:
        return {.kind = Error::Kind::Io,
                .message =
                    QStringLiteral("The desktop's keyring can not be used: %1")
                        .arg(core::sanitized(text.isEmpty() ? QStringLiteral("it does not say why.") : text, 300)),
                .hint = QStringLiteral("Start or unlock it, or set the variables in the environment.")};
    }
}

using Ended = std::function<void(core::Result<void>, QKeychain::Error)>;

/// Runs a job, and tells of its end or of the deadline, whichever comes first.
void run(QKeychain::Job *job, const QString &account, int deadlineMs, QObject *owner, Ended ended)
{
    auto *deadline = new QTimer(owner);
    const auto isTold = std::make_shared<bool>(false); // an end may be on its way when the deadline passes
    const auto tell = [deadline, isTold, ended = std::move(ended)](const core::Result<void> &result,
                                                                   QKeychain::Error code) {
        if (!std::exchange(*isTold, true)) {
            deadline->stop();
            deadline->deleteLater();
            ended(result, code);
        }
    };
    deadline->setSingleShot(true);
    QObject::connect(deadline, &QTimer::timeout, owner, [tell] {
        tell(core::failure(
                 Error::Kind::Timeout,
                 QStringLiteral("The desktop's keyring has not answered: it may be waiting for its password."),
                 QStringLiteral("Unlock it, or set the variables in the environment. What it was asked for it may do "
                                "once it is unlocked: howdah credentials tells.")),
             QKeychain::OtherError);
    });
    QObject::connect(
        job, &QKeychain::Job::finished, owner,
        [tell](QKeychain::Job *done) {
            const QKeychain::Error code = done->error();
            tell(code == QKeychain::NoError ? core::Result<void>() : tl::unexpected(errorOf(code, done->errorString())),
                 code);
        },
        Qt::QueuedConnection); // a job without a backend ends as it is started
    job->setAutoDelete(false);
    QObject::connect(job, &QKeychain::Job::finished, job, &QObject::deleteLater, Qt::QueuedConnection);
    job->setKey(account);
    deadline->start(deadlineMs);
    job->start();
}

core::Result<addresses::Values> valuesFrom(const QString &text)
{
    const QJsonDocument document = QJsonDocument::fromJson(text.toUtf8());
    if (!document.isObject()) {
        return core::failure(Error::Kind::Invalid,
                             QStringLiteral("What the desktop's keyring has for Howdah was not written by it."),
                             QStringLiteral("Remove it and give it anew: howdah credentials."));
    }
    addresses::Values values;
    const QJsonObject object = document.object();
    for (auto one = object.constBegin(); one != object.constEnd(); ++one) {
        values.insert(one.key(), one.value().toString());
    }
    return values;
}

} // namespace

Keyring::Keyring(int deadlineMs, QObject *parent)
    : QObject(parent)
    , m_deadlineMs(deadlineMs)
{
}

void Keyring::read(const QString &account, std::function<void(core::Result<addresses::Values>)> done)
{
    auto *job = new QKeychain::ReadPasswordJob(service());
    run(job, account, m_deadlineMs, this,
        [job = QPointer(job), done = std::move(done)](const core::Result<void> &result, QKeychain::Error code) {
            if (code == QKeychain::EntryNotFound) {
                done(addresses::Values());
            } else if (!result) {
                done(tl::unexpected(result.error()));
            } else {
                done(valuesFrom(job ? job->textData() : QString()));
            }
        });
}

void Keyring::write(const QString &account, const addresses::Values &values,
                    std::function<void(core::Result<void>)> done)
{
    QJsonObject object;
    for (auto value = values.begin(); value != values.end(); ++value) {
        object.insert(value.key(), value.value());
    }
    auto *job = new QKeychain::WritePasswordJob(service());
    job->setTextData(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
    run(job, account, m_deadlineMs, this,
        [done = std::move(done)](const core::Result<void> &result, QKeychain::Error /*code*/) { done(result); });
}

void Keyring::remove(const QString &account, std::function<void(core::Result<void>)> done)
{
    run(new QKeychain::DeletePasswordJob(service()), account, m_deadlineMs, this,
        [done = std::move(done)](const core::Result<void> &result, QKeychain::Error code) {
            done(code == QKeychain::EntryNotFound ? core::Result<void>() : result);
        });
}

} // namespace howdah::keyring
