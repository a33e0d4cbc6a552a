// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QString>
#include <QStringList>
#include <optional>
#include <vector>

namespace howdah::operations {

/// What a check found. Only Passed is green; Unknown never is.
enum class CheckResult {
    Passed,
    Warning, ///< goes on only when a person has accepted it
    Failed,  ///< refuses
    Unknown, ///< could not be read: refuses as well
};

/// One thing that must hold before anything is changed, with what was seen.
struct Check {
    QString id;    ///< stable, for scripts: "candidate_streams"
    QString group; ///< heading under which it stands
    QString title;
    CheckResult result = CheckResult::Unknown;
    QString evidence; ///< what was read, in words and numbers
    QString remedy;   ///< what to do about it; empty when it passed
    QString node;

    bool operator==(const Check &) const = default;
};

/// A value that an action reads and later actions use as :{name}.
struct Capture {
    QString name;
    QString from; ///< SQL: a column's name; else a regular expression with one group, read line by line
    bool operator==(const Capture &) const = default;
};

/// What one row of an answer has to say, where that row alone can't be asked for, as in PgBouncer's console.
struct RowCheck {
    QString key; ///< a column, and what the row has in it
    QString value;
    QString column; ///< of that row
    QString is;     ///< what must stand there
    bool operator==(const RowCheck &) const = default;
};

/// What has to be sent to where an action was done, should the console be gone before it could do so itself: a process
/// of its own sends it then.
struct LastWill {
    QString sql;
    QString alreadySo;      ///< what is as good as done when it refuses
    int latestMs = 120'000; ///< sent after so long in any case: the console may hang
    /// A question about who is there, and the columns that tell one from another: once none is there any more of those
    /// who were as the will was left, the server has been restarted, what was to be taken back has gone with it, and
    /// what looks like it is somebody else's. Empty: not asked.
    QString witnesses = {};
    QStringList witnessBy = {};
    QString database = {}; ///< in which it is sent; empty: as for any other operation
    /// Sent only so long after the console was gone where the point of no return had been begun by then: what runs on a
    /// host goes on by itself, and must not be disturbed. Nobody waits for what may be sent so late.
    int afterMs = 0;
    bool operator==(const LastWill &) const = default;
};

/// That a request goes to a provider of floating addresses. Who asks is the account whose secrets the environment has
/// as it is sent, by the names that the provider's own tools use: none of them stands in a plan.
struct ProviderAsk {
    QString provider;       ///< its key, "digitalocean"; empty: it goes to none
    QString signingService; ///< what AWS's signatures are for
    QString signingRegion;

    bool operator==(const ProviderAsk &) const = default;
};

/// What a request to a provider is for. What its answer means the provider's own rules say (addresses/provider.h), not
/// statuses and patterns: whether it is asked again, and that the address leads where it is to lead.
struct Errand {
    enum class Kind {
        Assign,   ///< the address is to lead there; asked again as long as it can't be done yet
        Poll,     ///< how far that is; left out where there is nothing to ask after
        ReadBack, ///< it leads there: nothing else proves it
    };
    Kind kind = Kind::ReadBack;
    QString id; ///< of the address, at the provider
    QString ip;
    QString targetId; ///< where it is to lead
    QString targetName;
    QString interfaceId;
    QString insideIp;
    QString operation; ///< the value that is captured from an assignment, and that a poll asks after

    bool operator==(const Errand &) const = default;
};

/// A request to a REST API.
struct Http {
    QString method = QStringLiteral("GET");
    QString url;               ///< http or https, with no user or password in it
    QString body;              ///< JSON, or what contentType says; empty: none
    std::vector<int> accepted; ///< statuses that are a success; empty: 200 to 299
    std::vector<int> refused;  ///< statuses that say that nothing was done; 400 to 499 do anyway
    /// Who asks: NAME takes user and password from the environment, NAME_USER and NAME_PASSWORD, or a bearer token,
    /// NAME_TOKEN; NAME_CACERT is a file with the certificates that are trusted besides. Empty: nobody in particular.
    QString credentials;
    bool anonymous = false; ///< of the credentials only NAME_CACERT is used
    QString contentType;    ///< of the body; empty: JSON
    ProviderAsk ask;
    std::optional<Errand> errand; ///< of a request to a provider; accepted and refused say nothing then

    bool operator==(const Http &) const = default;
};

/// One thing that is done or asked on one node: the exact SQL, the exact command on its host, or the exact request.
/// What stands in it as :{name} is a value captured before or a secret of the plan; in SQL it goes in as a quoted
/// literal, in a command as part of one word, in a URL percent-encoded, in a body as part of a JSON string.
struct Action {
    enum class Kind {
        Sql,
        Command, ///< on the node's host, through its command or root_command
        Person,  ///< somebody has to do it: text says what; condition polls tell when it is done
        Http,    ///< to the REST API of the node, or of whoever node names
    };
    Kind kind = Kind::Sql;
    QString node;
    QString sql;      ///< one statement
    QString database; ///< in which it runs; empty: postgres, where the locks are
    QStringList argv; ///< program and arguments
    bool asRoot = false;
    Http http;
    QString text;      ///< what it is about, where SQL and command don't tell; for a person: what to do
    QString otherwise; ///< what an answer that is not as it must be means; empty: text says it
    /// SQL: the first column of the first row must be true. Command: exit code 0 is asked for anyway; each of expected
    /// is a regular expression that a line of its output must match; of a request, one of the body of an accepted
    /// answer. They, and those of captures, keep to what grep -E and sed -E read too, since a runbook has them.
    bool expectsTrue = false;
    /// SQL: a question asked first, in the same session. Without t in its first column the statement is left out, which
    /// is as good as done: somebody has put something else there meanwhile.
    QString onlyIf;
    /// SQL that asks and does nothing: without that row, or with anything else in it, it does not hold.
    std::optional<RowCheck> row;
    QStringList expected;
    QStringList unexpected; ///< of a request: regular expressions that no line of the body may match
    /// A regular expression for what a server says when it refuses because things are already as they are to be: that
    /// is as good as done.
    QString alreadySo;
    int pollMs = 0; ///< more than 0: asked again so often until it holds
    /// Polled SQL: a channel of that database; asked again as well whenever something is notified there. A notification
    /// may be lost, so it only makes it sooner.
    QString wakesOn;
    /// Polled SQL: a column whose rows are a list that only grows; what is new in it is told as what the node said.
    QString says;
    /// Polled SQL: a column; true there means that it will never hold, and nobody waits any longer.
    QString neverWhen;
    /// A question to a node that may be gone: silence is as good as yes, an answer must be yes. Where an operation is
    /// taken up again the node must answer: what happened meanwhile nobody here knows.
    bool orSilent = false;
    /// Of such a question: the node said nothing when the plan was made either, so that silence is as good later too.
    bool wasSilent = false;
    /// Polled: given up when the node has said nothing at all for so long; 0: not before the deadline, as for one that
    /// is to come back. A statement that is not polled may take its time: meanwhile the node is asked on the side.
    int absentMs = 0;
    /// Polled: asked anew, on a new connection, when nothing was said for so long, then for twice as long, and so on. A
    /// packet to an address that has just moved is lost, and sent again only after a second. 0: not.
    int askAgainMs = 0;
    /// Polled SQL: it holds only when the server also lets in who comes anew. A session that is open proves nothing of
    /// the postmaster, which may have the request to stop before it still.
    bool letsIn = false;
    int deadlineMs = 0; ///< of its own; 0: what is left of the step's
    std::vector<Capture> captures;
    std::optional<LastWill> lastWill; ///< SQL: left before it is sent, and void once its statement was sent by us
    /// What it proves of the result once it holds, for people: see proofs.h.
    QStringList shows;

    bool operator==(const Action &) const = default;
};

/// When a step runs, by what applications notice.
enum class Phase {
    Prepare, ///< applications write
    Outage,  ///< writes wait
    After,   ///< applications write again
};

/// One step: what it does, how that is proved and how it is taken back.
struct Step {
    QString id; ///< stable within the plan
    Phase phase = Phase::Prepare;
    QString title;
    QStringList nodes;           ///< on which it acts, for people
    std::vector<Action> actions; ///< one after the other
    std::vector<Action> verify;  ///< all must hold afterwards; on going on after a crash they tell whether it was done
    std::vector<Action> undo;    ///< takes it back, also when it was done only half
    int deadlineMs = 10'000;
    int expectedMs = 0; ///< estimate for people; 0: none
    /// As long as writes wait for it, where that is not all of it: a manager's does more. 0: all of it. For people.
    int waitsMs = 0;
    int expectedFrom = 0; ///< of how many earlier ones of this cluster it is the median; 0: what is usual
    bool pointOfNoReturn = false;
    /// Of the point of no return alone: when it failed and these all hold, it is proved that it did not happen and will
    /// not any more, and the way back is open. Empty: there is no such proof.
    std::vector<Action> notDone;
    /// What it does ends with the console (a lock, an open session, what a last will takes back): done anew when an
    /// operation is taken up again.
    bool renewed = false;
    /// Of one whose doing ends with its session: asked with the guards as long as it is done, since a session may have
    /// ended unseen and the next question have opened another.
    std::vector<Action> stillHeld;
    /// Ids of steps whose actions must hold once more before this one where an operation is taken up again: what they
    /// proved may not be so any more.
    QStringList provenAnew;
    /// What must hold before that, likewise: nobody else has done meanwhile what it is about to do.
    std::vector<Action> askedAnew;
    /// Taken up again after a crash it is undone before it is done: what it does can't be done twice.
    bool undoneFirst = false;
    QString renewedUntil; ///< id of a step: once that has begun, it is not done anew any more
    /// Steps after the point of no return that follow one another and have the same number above 0 run at once.
    int lane = 0;
    /// Ids of steps without which this one makes no sense. Before the point of no return every step needs all others.
    QStringList needs;
    /// What to do by hand when it fails past the point of no return.
    QString remedy;

    bool operator==(const Step &) const = default;
};

/// A value that must not be shown: where it is read from, so that a plan can be kept without it. It is a conninfo read
/// from a server, with some keywords replaced.
struct Secret {
    QString name;                                      ///< as :{name} in actions
    QString node;                                      ///< asked
    QString sql;                                       ///< one row, one column
    std::vector<std::pair<QString, QString>> replaced; ///< keyword and value, "" takes it away
    QString shown;                                     ///< what people see in its place, redacted

    bool operator==(const Secret &) const = default;
};

/// An operation as data. The dialog shows it, the dry run prints it, the runbook exports it, the runner runs it and the
/// journal keeps it.
struct Plan {
    QString operation; ///< "switchover"
    QString cluster;
    QString systemIdentifier; ///< of its servers; empty: not known
    QString title;            ///< "Switch over orders from pg1 to pg2"
    QString from;             ///< node names; may be empty
    QString to;
    bool natively = false; ///< not through a manager, as was asked for
    std::vector<Check> checks;
    std::vector<Secret> secrets;
    std::vector<Action> guards; ///< must hold before each step up to the first of the outage
    /// Must hold before anybody takes it up later, by whichever way: the servers are those that it was planned for.
    std::vector<Action> takeUpGuards;
    /// Must hold before any of it is taken back by whoever takes it up later: else somebody else has been at the
    /// cluster since, and what was prepared may be what that one relies on.
    std::vector<Action> undoGuards;
    /// Must hold before whoever takes it up later goes on with it once its point of no return is done, or at all where
    /// it has none: else somebody else has been at the cluster since, and it leads to the wrong place.
    std::vector<Action> resumeGuards;
    std::vector<Step> steps;

    bool operator==(const Plan &) const = default;
};

/// The worst of the checks: Failed before Unknown before Warning.
CheckResult worst(const std::vector<Check> &checks);
/// True when nothing refuses; warnings only when they are accepted.
bool mayRun(const Plan &plan, bool warningsAccepted);
/// Whether what the step does is gone as soon as the sessions are that did it, as a lock is.
bool endsWithItsSession(const Step &step);
/// Index of the step that cannot be taken back; -1 when every one can.
int pointOfNoReturn(const Plan &plan);

QString toString(CheckResult result); ///< "passed", "warning", "failed", "unknown"
QString toString(Phase phase);        ///< "prepare", "outage", "after"
QString headingOf(Phase phase);       ///< "While applications write", …

/// An action in one line as people read it, secrets shown as Secret::shown says: "pg2: SELECT pg_promote(false)".
QString describe(const Plan &plan, const Action &action);

} // namespace howdah::operations
