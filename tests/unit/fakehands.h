// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHash>
#include <QTimer>

#include "operations/hands.h"

namespace howdah::unit {

/// Hands without a cluster: each statement and command is told in order, and answered as it was agreed, or with "t".
class FakeHands : public operations::Hands {
public:
    using Hands::Hands;

    QStringList told; ///< "node: text"
    QHash<QString, operations::Handed<operations::Table>> answers;
    QHash<QString, operations::Handed<operations::CommandResult>> results;
    QHash<QString, QList<operations::Handed<operations::HttpAnswer>>> pages; ///< one after the other, the last stays
    std::function<void(const QString &)> requested = [](const QString &) {}; ///< before a request is answered
    std::function<void(const QString &)> heard = [](const QString &) {};     ///< a statement, before it is answered
    bool dead = false;    ///< the console has gone: nothing is answered any more
    bool deaf = false;    ///< nobody who comes anew is answered
    bool noWills = false; ///< they can't be left
    QStringList silent;   ///< texts that are never answered before their deadline

    static operations::Table one(const QString &value, const QString &column = QStringLiteral("c"))
    {
        return {{column}, {{value}}};
    }
    /// Where nothing else was arranged: yes, and of who asks for a position one, for a transaction as well its number.
    static operations::Table usual(const QString &sql)
    {
        if (sql.contains(QLatin1String(" AS xid, "))) {
            return {{QStringLiteral("xid"), QStringLiteral("lsn")}, {{QStringLiteral("771"), QStringLiteral("0/1")}}};
        }
        return sql.endsWith(QLatin1String(" AS lsn")) ? one(QStringLiteral("0/1"), QStringLiteral("lsn"))
                                                      : one(QStringLiteral("t"));
    }
    static operations::HandsFailure failure(const QString &message, bool mayHaveHappened = true)
    {
        return {{.kind = core::Error::Kind::Connection, .message = message}, mayHaveHappened};
    }

    using Hands::sql;
    void sql(const QString &node, const QString &, const QString &sql, int deadlineMs,
             std::function<void(operations::Handed<operations::Table>)> done) override
    {
        told.append(node + QStringLiteral(": ") + sql);
        heard(sql);
        answer(
            sql, deadlineMs, [this, sql, done] { done(answers.value(sql, usual(sql))); },
            [done] { done(tl::unexpected(failure(QStringLiteral("no answer in time")))); });
    }

    void command(const QString &node, const QStringList &argv, bool, int deadlineMs,
                 std::function<void(operations::Handed<operations::CommandResult>)> done) override
    {
        const QString text = argv.join(QLatin1Char(' '));
        told.append(node + QStringLiteral("$ ") + text);
        answer(
            text, deadlineMs, [this, text, done] { done(results.value(text, operations::CommandResult{})); },
            [done] { done(tl::unexpected(failure(QStringLiteral("no answer in time")))); });
    }

    QStringList readied; ///< "node$ text", and how much had been told by then
    void makeReady(const QString &node, const QStringList &argv, bool) override
    {
        readied.append(QStringLiteral("%1$ %2, after %3").arg(node, argv.join(QLatin1Char(' '))).arg(told.size()));
    }

    void http(const operations::HttpRequest &request, int deadlineMs,
              std::function<void(operations::Handed<operations::HttpAnswer>)> done) override
    {
        const QString text = QStringLiteral("%1 %2 %3").arg(request.method, request.url, request.body).trimmed();
        told.append(text);
        requested(text);
        answer(
            text, deadlineMs,
            [this, text, done] {
                const auto queue = pages.find(text);
                done(queue == pages.end() || queue->isEmpty() ? operations::HttpAnswer{200, {}}
                     : queue->size() == 1                     ? queue->first()
                                                              : queue->takeFirst());
            },
            [done] { done(tl::unexpected(failure(QStringLiteral("no answer in time")))); });
    }

    void alive(const QString &node, int deadlineMs, std::function<void(bool)> done) override
    {
        told.append(node + QStringLiteral(": alive?"));
        QTimer::singleShot(deaf ? deadlineMs : 0, this, [this, done] { done(!deaf); });
    }
    void letGo(const QString &node, const QString &) override { told.append(node + QStringLiteral(": let go")); }
    void leaveWill(const QString &node, const operations::LastWill &will, int,
                   std::function<void(operations::Handed<void>)> done) override
    {
        told.append(QStringLiteral("%1: last will: %2").arg(node, will.sql));
        QTimer::singleShot(0, this, [this, done] {
            noWills ? done(tl::unexpected(failure(QStringLiteral("no process"), false))) : done({});
        });
    }
    std::optional<BrokenWill> broken; ///< a will on which nobody can build any more
    std::optional<BrokenWill> brokenWill() override { return broken; }
    void setJournal(const QString &) override {}
    void revokeWill(const QString &node, const operations::LastWill &will) override
    {
        told.append(QStringLiteral("%1: revoked: %2").arg(node, will.sql));
    }
    void listen(const QString &node, const QString &, const QString &channel) override
    {
        told.append(node + QStringLiteral(" listens to ") + channel);
    }

    void cancelAll() override {}

private:
    template<typename Answer, typename Late>
    void answer(const QString &text, int deadlineMs, Answer now, Late late)
    {
        QTimer::singleShot(silent.contains(text) ? deadlineMs : 0, this, [this, text, now, late] {
            if (dead) {
                return;
            }
            if (silent.contains(text)) {
                late();
            } else {
                now();
            }
        });
    }
};

} // namespace howdah::unit
