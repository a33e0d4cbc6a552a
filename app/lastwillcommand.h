// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QElapsedTimer>
#include <QObject>
#include <QSet>
#include <QSocketNotifier>
#include <QTimer>
#include <memory>

#include "app/invocation.h"
#include "operations/journal.h"
#include "operations/lastwill.h"
#include "operations/livehands.h"

namespace howdah::app {

/// `last-will`, which a console starts for itself: reads a testament, connects, says that it keeps it, and waits. When
/// the console is gone, or the time is up, it sends the statement until it was taken, or is nobody's any more because
/// the server was restarted, or nobody could still want it.
class LastWillCommand : public QObject {
    Q_OBJECT
public:
    explicit LastWillCommand(const Invocation &invocation);

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void watchSignals();
    void read();
    void begin(const QByteArray &line);
    void carryOut(const QString &why);
    operations::Outcome outcomeSince() const;
    bool mayBeAtIt() const;
    void attempt();
    void send();
    void again(const QString &error);
    void end(int exitCode, const QString &answer, bool taken = false);
    void record(const QString &answer, bool over, bool taken = false) const;
    static void say(const QString &line);

    QSocketNotifier m_input;
    std::unique_ptr<QSocketNotifier> m_signals;
    QByteArray m_read;
    bool m_kept = false; ///< it has said so: before that nobody has begun anything
    operations::Testament m_testament;
    QSet<QString> m_witnesses; ///< who was there when it was left
    std::unique_ptr<operations::LiveHands> m_hands;
    QTimer m_latest;
    QTimer m_again;
    QElapsedTimer m_since; ///< since it has begun to act
    QString m_why;         ///< it acts
    bool m_alone = false;  ///< the console is gone
    bool m_toldAgain = false;
};

} // namespace howdah::app
