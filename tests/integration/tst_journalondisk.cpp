// SPDX-License-Identifier: GPL-3.0-or-later
#include <QTemporaryDir>
#include <QTest>
#include <limits>

#include "consolerun.h"
#include "operations/journal.h"
#include "operations/values.h"
#include "support/localcluster.h"
#include "tracedcalls.h"

using namespace howdah;
using integration::ConsoleRun;
using integration::TracedCall;
using operations::Action;
using operations::StepState;
using testsupport::LocalCluster;

namespace {

constexpr int kNever = std::numeric_limits<int>::max();

/// A line of the journal that tells of a step: when it was in the file, and when on the disk.
struct Told {
    int step = -1;
    QString state;
    int written = 0;
    int durable = kNever;
};

/// What has left the console: a statement to a server, a command's start on a host, or its leave to begin.
struct Sent {
    QString node; ///< empty: to a process
    QByteArray text;
    int begun = 0;
};

/// All that was seen of one console.
struct Trace {
    std::vector<Told> told;
    std::vector<Sent> sent;
    int planDurable = kNever;
    int directoryDurable = kNever;
    int endDurable = kNever;

    /// When that was told of the step first; `durable` or `written`.
    int when(std::size_t step, StepState state, int Told::*which) const
    {
        for (const Told &one : told) {
            if (one.step == static_cast<int>(step) && one.state == operations::toString(state)) {
                return one.*which;
            }
        }
        return kNever;
    }
};

/// What is on the wire, or in the start of a process, of an action: in that order, with values between.
QByteArrayList piecesOf(const Action &action)
{
    const bool command = action.kind == Action::Kind::Command;
    // A statement goes with a zero before and behind it (protocol.html: Parse), words of a command are apart by one.
    const QString text = command ? action.argv.join(QChar(0)) : QChar(0) + action.sql + QChar(0);
    QByteArrayList pieces;
    for (const QString &piece : text.split(operations::placeholder())) {
        pieces.append(piece.toUtf8());
    }
    return pieces;
}

bool isOf(const Sent &sent, const Action &action)
{
    const bool command = action.kind == Action::Kind::Command;
    if ((!command && action.kind != Action::Kind::Sql) || sent.node != (command ? QString() : action.node)) {
        return false;
    }
    qsizetype at = 0;
    for (const QByteArray &piece : piecesOf(action)) {
        at = sent.text.indexOf(piece, at);
        if (at < 0) {
            return false;
        }
        at += piece.size();
    }
    return true;
}

/// Commands of the outage are started before they are wanted, and wait for this line.
const QByteArray kGo = "go\n";

/// An action, and between which lines of the trace it may be sent.
struct Due {
    QString step;
    Action action;
    bool onGo = false; ///< may have been started before
    int from = 0;
    int until = kNever;
};

bool isOf(const Sent &sent, const Due &due)
{
    return (due.onGo && sent.text == kGo) || isOf(sent, due.action);
}

/// Adds those of a step.
void add(std::vector<Due> &all, const operations::Step &step, const std::vector<Action> &actions, int from, int until)
{
    for (const Action &action : actions) {
        const bool onGo = action.kind == Action::Kind::Command && step.phase == operations::Phase::Outage;
        all.push_back({step.id, action, onGo, from, until});
    }
}

/// What was sent too early or too late, or was not seen at all; empty: all is as it must be.
QString complaint(const std::vector<Sent> &all, const std::vector<Due> &due)
{
    std::vector<bool> seen(due.size());
    for (const Sent &sent : all) {
        QStringList of;
        bool inTime = false;
        for (std::size_t i = 0; i < due.size(); ++i) {
            if (isOf(sent, due[i])) {
                const bool own = due[i].from < sent.begun && sent.begun < due[i].until;
                seen[i] = seen[i] || own;
                inTime = inTime || own;
                of.append(due[i].step);
            }
        }
        if (!of.isEmpty() && !inTime) {
            return QStringLiteral("line %1 of the trace is of %2, which is not on the disk as begun, or is over: %3")
                .arg(sent.begun)
                .arg(of.join(QStringLiteral(" or ")), QString::fromUtf8(QByteArray(sent.text).replace('\0', ' ')));
        }
    }
    for (std::size_t i = 0; i < due.size(); ++i) {
        if (!seen[i]) {
            const Action &action = due[i].action;
            return QStringLiteral("not seen of %1: %2")
                .arg(due[i].step, action.sql + action.argv.join(QLatin1Char(' ')));
        }
    }
    return {};
}

} // namespace

/// Before a step does anything, the line of the journal that it begins is on the disk: as the kernel was asked for it.
class TestJournalOnDisk : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase();
    void beforeEachStep();
    void beforeEachUndo();

private:
    int primary() const;
    void awaitWhole() const;
    QString clusterFile() const { return m_directory.filePath(QStringLiteral("orders.toml")); }
    /// Runs the console under strace, with a journal of its own under dataHome.
    testsupport::Output traced(const QStringList &arguments, const QString &dataHome) const;
    Trace trace(const QString &journal) const;
    QString nodeOf(const QByteArray &target) const;

    QTemporaryDir m_directory;
    std::unique_ptr<LocalCluster> m_servers;
};

void TestJournalOnDisk::initTestCase()
{
    if (const QString why = integration::whyNotTraced(m_directory.filePath(QStringLiteral("trace"))); !why.isEmpty()) {
        QSKIP(qPrintable(why));
    }
    LocalCluster::Options options;
    options.nodes = 3;
    auto servers = LocalCluster::start(options);
    QVERIFY2(servers, servers ? "" : qPrintable(servers.error().message));
    m_servers = std::move(*servers);
    cluster::ClusterConfig config = m_servers->config(QStringLiteral("postgres"));
    config.name = QStringLiteral("orders");
    config.manager = cluster::ManagerKind::None;
    QVERIFY(cluster::saveClusterFile(config, clusterFile()));
}

int TestJournalOnDisk::primary() const
{
    for (int node = 0; node < m_servers->nodeCount(); ++node) {
        if (m_servers->node(node).value(QStringLiteral("SELECT pg_is_in_recovery()")) == QLatin1String("f")) {
            return node;
        }
    }
    return -1;
}

void TestJournalOnDisk::awaitWhole() const
{
    QTRY_COMPARE_WITH_TIMEOUT(m_servers->node(primary()).value(
                                  QStringLiteral("SELECT count(*) FROM pg_stat_replication WHERE state = 'streaming'")),
                              QStringLiteral("2"), 30'000);
}

testsupport::Output TestJournalOnDisk::traced(const QStringList &arguments, const QString &dataHome) const
{
    const QStringList console{qEnvironmentVariable("HOWDAH_BINARY")};
    return testsupport::run(
        QStringList{QStringLiteral("env"), QStringLiteral("XDG_DATA_HOME=") + dataHome} +
            integration::tracing(m_directory.filePath(QStringLiteral("trace")),
                                 QStringLiteral("write,writev,pwrite64,sendto,sendmsg,fsync,fdatasync,execve")) +
            console + arguments,
        200'000);
}

QString TestJournalOnDisk::nodeOf(const QByteArray &target) const
{
    for (int node = 0; node < m_servers->nodeCount(); ++node) {
        if (target.startsWith("TCP:") && target.endsWith(":" + QByteArray::number(m_servers->node(node).port) + "]")) {
            return m_servers->node(node).name;
        }
    }
    return {};
}

Trace TestJournalOnDisk::trace(const QString &journal) const
{
    const QByteArray path = QFile::encodeName(QFileInfo(journal).canonicalFilePath());
    const QByteArray directory = path.left(path.lastIndexOf('/'));
    Trace seen;
    int planWritten = kNever, endWritten = kNever;
    for (const TracedCall &call : integration::tracedCalls(m_directory.filePath(QStringLiteral("trace")))) {
        const QByteArray data = call.strings.value(0);
        if (call.name == "execve" && call.worked && !call.strings.contains("howdah-ready")) {
            seen.sent.push_back({{}, call.strings.mid(1).join('\0'), call.begun});
        } else if (call.target.startsWith("pipe:") && data == kGo) {
            seen.sent.push_back({{}, data, call.begun});
        } else if (const QString node = nodeOf(call.target); !node.isEmpty()) {
            seen.sent.push_back({node, call.strings.join(), call.begun});
        } else if (call.name.endsWith("sync") && call.worked && call.target == path) {
            for (Told &told : seen.told) {
                told.durable = told.written < call.begun ? std::min(told.durable, call.ended) : told.durable;
            }
            seen.planDurable = planWritten < call.begun ? std::min(seen.planDurable, call.ended) : seen.planDurable;
            seen.endDurable = endWritten < call.begun ? std::min(seen.endDurable, call.ended) : seen.endDurable;
        } else if (call.name == "fsync" && call.worked && call.target == directory && planWritten < call.begun) {
            seen.directoryDurable = std::min(seen.directoryDurable, call.ended);
        } else if (call.target == path && call.worked) {
            const QJsonObject line = QJsonDocument::fromJson(data).object();
            const QString what = line.value(QStringLiteral("what")).toString();
            planWritten = what == QLatin1String("plan") ? call.ended : planWritten;
            endWritten = what == QLatin1String("end") ? call.ended : endWritten;
            if (what == QLatin1String("step")) {
                seen.told.push_back({line.value(QStringLiteral("step")).toInt(-1),
                                     line.value(QStringLiteral("state")).toString(), call.ended});
            }
        }
    }
    return seen;
}

void TestJournalOnDisk::beforeEachStep()
{
    awaitWhole();
    const QString home = m_directory.filePath(QStringLiteral("new"));
    const testsupport::Output ended = traced({QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                                              QStringLiteral("--yes"), QStringLiteral("--to"), QStringLiteral("pg2")},
                                             home);
    QVERIFY2(ended.ok(), (ended.out.right(1800) + ended.err).constData());
    QCOMPARE(primary(), 1);
    const operations::Journal journal = operations::readJournal(home + QStringLiteral("/howdah/journal"));
    QCOMPARE(journal.operations.size(), std::size_t(1));
    const operations::Operation &operation = journal.operations.front();
    const std::vector<operations::Step> &steps = operation.plan.steps;
    const Trace seen = trace(operation.path);

    // The file, and that it is there, before anything at all is told of a step.
    const int first = seen.when(0, StepState::Started, &Told::written);
    QVERIFY2(seen.planDurable < first, "the plan is not on the disk");
    QVERIFY2(seen.directoryDurable < first, "the journal's directory is not on the disk");
    QVERIFY2(seen.endDurable != kNever, "the end is not on the disk");

    std::vector<Due> due;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        const int from = seen.when(i, StepState::Started, &Told::durable);
        const int until = seen.when(i, StepState::Done, &Told::written);
        add(due, steps[i], steps[i].actions, from, until);
        add(due, steps[i], steps[i].verify, from, until);
    }
    QVERIFY(due.size() >= 30);
    std::vector<Sent> sent; // but for what was looked at for the plan
    std::copy_if(seen.sent.begin(), seen.sent.end(), std::back_inserter(sent),
                 [&seen](const Sent &one) { return one.begun > seen.planDurable; });
    const QString wrong = complaint(sent, due);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

void TestJournalOnDisk::beforeEachUndo()
{
    awaitWhole();
    const int from = primary();
    const QString home = m_directory.filePath(QStringLiteral("killed"));
    const ConsoleRun killed =
        integration::runConsole({QStringLiteral("switchover"), clusterFile(), QStringLiteral("--json"),
                                 QStringLiteral("--yes"), QStringLiteral("--to"), QStringLiteral("pg3")},
                                home, QStringLiteral("checkpoint started"));
    QVERIFY2(killed.exitCode == -1, killed.text.right(1800).constData());
    const auto journal = [&home] { return operations::readJournal(home + QStringLiteral("/howdah/journal")); };
    QCOMPARE(journal().operations.size(), std::size_t(1));
    const operations::Operation before = journal().operations.front();
    const std::vector<operations::Step> &steps = before.plan.steps;

    const testsupport::Output undone =
        traced({QStringLiteral("journal"), clusterFile(), QStringLiteral("undo"), QStringLiteral("--json")}, home);
    QVERIFY2(undone.exitCode == 2, (undone.out.right(1800) + undone.err).constData());
    QCOMPARE(primary(), from);
    const Trace seen = trace(before.path);
    QVERIFY2(seen.endDurable != kNever, "the end is not on the disk");

    std::vector<Due> due;
    for (std::size_t i = 0; i < steps.size(); ++i) {
        if (before.steps[i].state != StepState::Waiting) {
            add(due, steps[i], steps[i].undo, seen.when(i, StepState::Undoing, &Told::durable), kNever);
        }
    }
    QVERIFY(due.size() >= 8);
    const QString wrong = complaint(seen.sent, due);
    QVERIFY2(wrong.isEmpty(), qPrintable(wrong));
}

QTEST_GUILESS_MAIN(TestJournalOnDisk)
#include "tst_journalondisk.moc"
